-- A stock ticker: rising technology shares as they come, and every ten seconds one line for each sector.

-- 1. A continuous filter: each tick is looked at once, and leaves at once when it passes.
CREATE OR REPLACE STREAM "RISING_TECHNOLOGY" (
  TICKER_SYMBOL VARCHAR(4),
  CHANGE        REAL,
  PRICE         REAL
);

CREATE OR REPLACE PUMP "RISING_TECHNOLOGY_PUMP" AS INSERT INTO "RISING_TECHNOLOGY"
  SELECT STREAM TICKER_SYMBOL, CHANGE, PRICE
  FROM "SOURCE_SQL_STREAM_001"
  WHERE SECTOR = 'TECHNOLOGY' AND CHANGE > PRICE * 0.01;

-- 2. An aggregate in a tumbling window: ROWTIME, cut to ten seconds, is part of the key; the groups leave when it changes.
CREATE OR REPLACE STREAM "SECTOR_SUMMARY" (
  SECTOR     VARCHAR(16),
  TICK_COUNT INTEGER,
  LOWEST     REAL,
  HIGHEST    REAL
);

CREATE OR REPLACE PUMP "SECTOR_SUMMARY_PUMP" AS INSERT INTO "SECTOR_SUMMARY"
  SELECT STREAM SECTOR, COUNT(*), MIN(PRICE), MAX(PRICE)
  FROM "SOURCE_SQL_STREAM_001"
  GROUP BY SECTOR, STEP("SOURCE_SQL_STREAM_001".ROWTIME BY INTERVAL '10' SECOND);
