-- The most frequent values: a table function takes the rows of a cursor, counts them per minute and returns the three greatest counts.
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (item VARCHAR(1024), item_count BIGINT);

CREATE OR REPLACE PUMP "STREAM_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
  SELECT STREAM item, item_count
  FROM TABLE(TOP_K_ITEMS_TUMBLING(
    CURSOR(SELECT STREAM * FROM "SOURCE_SQL_STREAM_001"),
    'TICKER_SYMBOL',  -- the column, as it is stored
    3,                -- how many
    60                -- seconds
  ));
