-- How many different symbols were traded in a minute: exact up to ten thousand, an estimate (HyperLogLog) beyond.
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (window_end TIMESTAMP, number_of_distinct_items BIGINT);

CREATE OR REPLACE PUMP "STREAM_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
  SELECT STREAM ROWTIME, number_of_distinct_items
  FROM TABLE(COUNT_DISTINCT_ITEMS_TUMBLING(
    CURSOR(SELECT STREAM * FROM "SOURCE_SQL_STREAM_001"),
    'TICKER_SYMBOL',  -- the column, as it is stored
    60                -- seconds
  ));
