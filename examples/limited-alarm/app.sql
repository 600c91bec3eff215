-- An alarm that does not cry: a symbol must jump twice within a minute (the trigger count), and after that it is quiet for a minute
-- (the limit).

-- 1. The jumps.
CREATE OR REPLACE STREAM "CHANGE_STREAM" (ticker_symbol VARCHAR(4), change REAL, price REAL);

CREATE OR REPLACE PUMP "CHANGE_PUMP" AS INSERT INTO "CHANGE_STREAM"
  SELECT STREAM ticker_symbol, change, price
  FROM "SOURCE_SQL_STREAM_001"
  WHERE price > change AND ABS(change) / (price - change) * 100 > 1;

-- 2. Those that are at least the second of their symbol in the last minute.
CREATE OR REPLACE STREAM "TRIGGER_STREAM" (ticker_symbol VARCHAR(4), change REAL, price REAL, trigger_count INTEGER);

CREATE OR REPLACE PUMP "TRIGGER_PUMP" AS INSERT INTO "TRIGGER_STREAM"
  SELECT STREAM ticker_symbol, change, price, trigger_count
  FROM (
    SELECT STREAM ticker_symbol, change, price, COUNT(*) OVER last_minute AS trigger_count
    FROM "CHANGE_STREAM"
    WINDOW last_minute AS (PARTITION BY ticker_symbol RANGE INTERVAL '1' MINUTE PRECEDING)
  )
  WHERE trigger_count >= 2;

-- 3. Of these, one that no other one precedes in the last minute.
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (ticker_symbol VARCHAR(4), change REAL, price REAL, trigger_count INTEGER);

CREATE OR REPLACE PUMP "ALARM_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
  SELECT STREAM ticker_symbol, change, price, trigger_count
  FROM (
    SELECT STREAM ticker_symbol, change, price, trigger_count, COUNT(*) OVER last_minute AS alarm_count
    FROM "TRIGGER_STREAM"
    WINDOW last_minute AS (PARTITION BY ticker_symbol RANGE INTERVAL '1' MINUTE PRECEDING)
  )
  WHERE alarm_count <= 1;
