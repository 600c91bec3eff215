-- A chain of pumps: each stream is the input of the next one, and ROWTIME travels along.

-- 1. Only rising ticks, with the change as a share of the price before.
CREATE OR REPLACE STREAM "RISING" (ticker_symbol VARCHAR(4), sector VARCHAR(16), percent DOUBLE);

CREATE OR REPLACE PUMP "RISING_PUMP" AS INSERT INTO "RISING"
  SELECT STREAM ticker_symbol, sector, 100 * change / (price - change)
  FROM "SOURCE_SQL_STREAM_001"
  WHERE change > 0 AND price > change;

-- 2. Each sector in ten seconds.
CREATE OR REPLACE STREAM "SECTORS" (sector VARCHAR(16), rise_count INTEGER, percent DOUBLE);

CREATE OR REPLACE PUMP "SECTORS_PUMP" AS INSERT INTO "SECTORS"
  SELECT STREAM sector, COUNT(*), MAX(percent)
  FROM "RISING"
  GROUP BY sector, STEP("RISING".ROWTIME BY INTERVAL '10' SECOND);

-- 3. Those worth a line.
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (window_end TIMESTAMP, sector VARCHAR(16), rise_count INTEGER, percent DOUBLE);

CREATE OR REPLACE PUMP "DESTINATION_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
  SELECT STREAM "SECTORS".ROWTIME, sector, rise_count, percent
  FROM "SECTORS"
  WHERE rise_count > 1 OR percent >= 2;
