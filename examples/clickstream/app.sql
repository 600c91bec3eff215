-- A shop's clicks: sessions of users, and how many views of a product become an order.

-- 1. Sessions. A stagger window opens with a user's first click and closes a minute later, whenever that is.
CREATE OR REPLACE STREAM "SESSIONS" (user_id VARCHAR(16), clicks INTEGER, first_event VARCHAR(16), last_event VARCHAR(16));

CREATE OR REPLACE PUMP "SESSIONS_PUMP" AS INSERT INTO "SESSIONS"
  SELECT STREAM user_id, COUNT(*), FIRST_VALUE(event), LAST_VALUE(event)
  FROM "SOURCE_SQL_STREAM_001"
  WINDOWED BY STAGGER (PARTITION BY user_id RANGE INTERVAL '1' MINUTE);

-- 2. Views and orders apart.
CREATE OR REPLACE STREAM "VIEWS" (user_id VARCHAR(16), product VARCHAR(32));
CREATE OR REPLACE PUMP "VIEWS_PUMP" AS INSERT INTO "VIEWS"
  SELECT STREAM user_id, product FROM "SOURCE_SQL_STREAM_001" WHERE event = 'view';

CREATE OR REPLACE STREAM "ORDERS" (user_id VARCHAR(16), product VARCHAR(32));
CREATE OR REPLACE PUMP "ORDERS_PUMP" AS INSERT INTO "ORDERS"
  SELECT STREAM user_id, product FROM "SOURCE_SQL_STREAM_001" WHERE event = 'order';

-- 3. A view meets the order of the same user and product in the minute after it; a view without one leaves when that minute is over.
CREATE OR REPLACE STREAM "JOURNEYS" (product VARCHAR(32), user_id VARCHAR(16), ordered INTEGER);

CREATE OR REPLACE PUMP "JOURNEYS_PUMP" AS INSERT INTO "JOURNEYS"
  SELECT STREAM v.product, v.user_id, CASE WHEN o.user_id IS NULL THEN 0 ELSE 1 END
  FROM "VIEWS" OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS v
  LEFT JOIN "ORDERS" AS o ON v.user_id = o.user_id AND v.product = o.product;

-- 4. The share of views that became orders, per product and five minutes.
CREATE OR REPLACE STREAM "CONVERSION" (product VARCHAR(32), journeys INTEGER, orders INTEGER, percent DOUBLE);

CREATE OR REPLACE PUMP "CONVERSION_PUMP" AS INSERT INTO "CONVERSION"
  SELECT STREAM product, COUNT(*), SUM(ordered), 100.0 * SUM(ordered) / COUNT(*)
  FROM "JOURNEYS"
  GROUP BY product, STEP("JOURNEYS".ROWTIME BY INTERVAL '5' MINUTE);
