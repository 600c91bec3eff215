-- Aggregates in sliding windows: every tick leaves at once, with figures over the ticks of its symbol up to this one: those of the
-- last ten seconds, and the last three.
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (
  ticker_symbol    VARCHAR(4),
  price            REAL,
  lowest           REAL,
  highest          REAL,
  average          REAL,
  average_of_three REAL
);

CREATE OR REPLACE PUMP "STREAM_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
  SELECT STREAM ticker_symbol,
    price,
    MIN(price) OVER ten_seconds,
    MAX(price) OVER ten_seconds,
    AVG(price) OVER ten_seconds,
    AVG(price) OVER three_ticks
  FROM "SOURCE_SQL_STREAM_001"
  WINDOW ten_seconds AS (PARTITION BY ticker_symbol RANGE INTERVAL '10' SECOND PRECEDING),
         three_ticks AS (PARTITION BY ticker_symbol ROWS 2 PRECEDING);
