-- An aggregate in tumbling windows: ROWTIME, cut to ten seconds, is a part of the key; the groups leave when that part changes.
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (
  window_end    TIMESTAMP,
  ticker_symbol VARCHAR(4),
  tick_count    INTEGER,
  lowest        REAL,
  highest       REAL,
  average       REAL
);

CREATE OR REPLACE PUMP "STREAM_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
  SELECT STREAM ROWTIME, ticker_symbol, COUNT(*), MIN(price), MAX(price), AVG(price)
  FROM "SOURCE_SQL_STREAM_001"
  GROUP BY ticker_symbol, STEP("SOURCE_SQL_STREAM_001".ROWTIME BY INTERVAL '10' SECOND);
