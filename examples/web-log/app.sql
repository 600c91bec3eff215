-- A web server's access log: parsed, its errors as they come, its traffic every ten seconds, and the seconds in which it is unusual.

-- 1. A line becomes columns. The Common Log Format: host, identity, user, time, request, status, bytes.
CREATE OR REPLACE STREAM "REQUESTS" (host VARCHAR(64), method VARCHAR(8), path VARCHAR(256), status INTEGER, bytes BIGINT);

CREATE OR REPLACE PUMP "REQUESTS_PUMP" AS INSERT INTO "REQUESTS"
  SELECT STREAM line.fields.COLUMN1,
    line.request.COLUMN1,
    line.request.COLUMN2,
    CAST(line.fields.COLUMN6 AS INTEGER),
    CAST(NULLIF(line.fields.COLUMN7, '-') AS BIGINT)
  FROM (
    SELECT STREAM
      W3C_LOG_PARSE(log, 'COMMON') AS fields,
      REGEX_LOG_PARSE(log, '.*"(\w+) (/[^ ?"]*)[^"]*".*') AS request
    FROM "SOURCE_SQL_STREAM_001"
  ) AS line
  WHERE line.fields.COLUMN1 IS NOT NULL;

-- 2. What failed, at once.
CREATE OR REPLACE STREAM "ERRORS" (host VARCHAR(64), path VARCHAR(256), status INTEGER);

CREATE OR REPLACE PUMP "ERRORS_PUMP" AS INSERT INTO "ERRORS"
  SELECT STREAM host, path, status FROM "REQUESTS" WHERE status >= 500;

-- 3. The traffic of ten seconds.
CREATE OR REPLACE STREAM "TRAFFIC" (requests DOUBLE, failures DOUBLE, kilobytes DOUBLE);

CREATE OR REPLACE PUMP "TRAFFIC_PUMP" AS INSERT INTO "TRAFFIC"
  SELECT STREAM COUNT(*), COUNT(CASE WHEN status >= 400 THEN 1 END), COALESCE(SUM(bytes), 0) / 1024
  FROM "REQUESTS"
  GROUP BY STEP("REQUESTS".ROWTIME BY INTERVAL '10' SECOND);

-- 4. The windows in which it was unusual, with the reason.
CREATE OR REPLACE STREAM "ANOMALIES" (
  window_end  TIMESTAMP,
  requests    DOUBLE,
  failures    DOUBLE,
  kilobytes   DOUBLE,
  score       DOUBLE,
  explanation VARCHAR(1024)
);

CREATE OR REPLACE PUMP "ANOMALIES_PUMP" AS INSERT INTO "ANOMALIES"
  SELECT STREAM ROWTIME, requests, failures, kilobytes, anomaly_score, anomaly_explanation
  FROM TABLE(RANDOM_CUT_FOREST_WITH_EXPLANATION(
    CURSOR(SELECT STREAM requests, failures, kilobytes FROM "TRAFFIC"),
    100, 16, 10000, 1, TRUE
  ))
  WHERE anomaly_score > 2;
