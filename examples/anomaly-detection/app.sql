-- Anomalies: a forest of random trees learns what ticks look like and scores each new one; no threshold of prices is set by hand.

-- 1. Each tick with its score: 0 while the first 20 are learned, about 1 for the usual, more for the unusual.
CREATE OR REPLACE STREAM "TEMP_STREAM" (ticker_symbol VARCHAR(4), change REAL, price REAL, anomaly_score DOUBLE);

CREATE OR REPLACE PUMP "SCORE_PUMP" AS INSERT INTO "TEMP_STREAM"
  SELECT STREAM ticker_symbol, change, price, anomaly_score
  FROM TABLE(RANDOM_CUT_FOREST(
    CURSOR(SELECT STREAM ticker_symbol, change, price FROM "SOURCE_SQL_STREAM_001"),
    50,     -- trees
    20,     -- ticks that a tree remembers
    10000   -- after so many ticks one counts e times less
  ));

-- 2. The unusual ones, the most unusual of a second first.
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (at_time TIMESTAMP, ticker_symbol VARCHAR(4), change REAL, price REAL, anomaly_score DOUBLE);

CREATE OR REPLACE PUMP "OUTPUT_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
  SELECT STREAM "TEMP_STREAM".ROWTIME, ticker_symbol, change, price, anomaly_score
  FROM "TEMP_STREAM"
  WHERE anomaly_score > 1.5
  ORDER BY FLOOR("TEMP_STREAM".ROWTIME TO SECOND), anomaly_score DESC;
