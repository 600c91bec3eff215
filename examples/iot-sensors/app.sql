-- Sensors: what they are allowed to show stands in a reference table; alarms when a reading leaves its range and when it is back.

-- 1. Each reading with its sensor's row of the table, and whether it is in range.
CREATE OR REPLACE STREAM "CHECKED" (sensor VARCHAR(8), place VARCHAR(32), reading DOUBLE, state VARCHAR(4));

CREATE OR REPLACE PUMP "CHECKED_PUMP" AS INSERT INTO "CHECKED"
  SELECT STREAM r.sensor,
    COALESCE(s.place, 'unknown'),
    r."VALUE",
    CASE WHEN r."VALUE" < s.lowest THEN 'LOW' WHEN r."VALUE" > s.highest THEN 'HIGH' ELSE 'OK' END
  FROM "SOURCE_SQL_STREAM_001" AS r
  LEFT JOIN "SENSORS" AS s ON r.sensor = s.sensor;

-- 2. An alarm when the state is another than that of the reading before.
CREATE OR REPLACE STREAM "ALARMS" (sensor VARCHAR(8), place VARCHAR(32), reading DOUBLE, state VARCHAR(4), before VARCHAR(4));

CREATE OR REPLACE PUMP "ALARMS_PUMP" AS INSERT INTO "ALARMS"
  SELECT STREAM sensor, place, reading, state, before
  FROM (
    SELECT STREAM sensor, place, reading, state, LAG(state, 1, 'OK') OVER (PARTITION BY sensor ROWS 1 PRECEDING) AS before
    FROM "CHECKED"
  )
  WHERE state <> before;

-- 3. Jumps: more than five within ten seconds.
CREATE OR REPLACE STREAM "JUMPS" (sensor VARCHAR(8), spread DOUBLE);

CREATE OR REPLACE PUMP "JUMPS_PUMP" AS INSERT INTO "JUMPS"
  SELECT STREAM sensor, spread
  FROM (
    SELECT STREAM sensor, MAX(reading) OVER last_seconds - MIN(reading) OVER last_seconds AS spread
    FROM "CHECKED"
    WINDOW last_seconds AS (PARTITION BY sensor RANGE INTERVAL '10' SECOND PRECEDING)
  )
  WHERE spread > 5;

-- 4. Every minute a summary of each place.
CREATE OR REPLACE STREAM "SUMMARY" (place VARCHAR(32), readings INTEGER, average DOUBLE, deviation DOUBLE);

CREATE OR REPLACE PUMP "SUMMARY_PUMP" AS INSERT INTO "SUMMARY"
  SELECT STREAM place, COUNT(*), AVG(reading), STDDEV_POP(reading)
  FROM "CHECKED"
  GROUP BY place, FLOOR("CHECKED".ROWTIME TO MINUTE);
