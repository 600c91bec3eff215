-- Hotspots: dense regions among the last hundred rides.
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (ride VARCHAR(8), x DOUBLE, y DOUBLE, hotspots_result VARCHAR(10000));

CREATE OR REPLACE PUMP "STREAM_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
  SELECT STREAM ride, x, y, hotspots_result
  FROM TABLE(HOTSPOTS(
    CURSOR(SELECT STREAM ride, x, y FROM "SOURCE_SQL_STREAM_001"),
    100,  -- rows that count
    1.0,  -- rides nearer than this are neighbours
    5     -- so many make a hotspot
  ))
  -- Nothing while there is none.
  WHERE hotspots_result <> '{"hotspots":[]}';
