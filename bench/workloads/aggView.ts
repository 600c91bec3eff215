// A sliding window of an hour over wide CSV: each flow with the figures of its source during the last 60 minutes.
import type { Workload } from '../workload.ts';
import { flowColumns, generateFlow } from './flows.ts';

const aggregates = `SUM(COUNTER_1) OVER w AS EVENTS, MAX(COUNTER_20) OVER w AS HIGHEST, MIN(COUNTER_36) OVER w AS LOWEST,
    AVG(MEASURE_1) OVER w AS AVERAGE, SUM(MEASURE_30) OVER w AS TOTAL, COUNT(*) OVER w AS FLOWS_SEEN`;

/** Every flow beside aggregates over the last hour of its source address. */
export const aggView: Workload = {
  name: 'agg-view',
  title: 'OVER a 60-minute RANGE by key; CSV, 10 of 72 columns used',
  format: 'csv',
  records: 400_000,
  stream: 'FLOWS',
  columns: flowColumns,
  purpose: 'Each flow with the last hour of its source.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM FLOW_ID, SOURCE_ADDRESS, PROTOCOL, LABEL,
    ${aggregates}
  FROM "FLOWS"
  WINDOW w AS (PARTITION BY SOURCE_ADDRESS RANGE INTERVAL '60' MINUTE PRECEDING);
`,
  result: [
    { name: 'FLOW_ID', type: 'VARCHAR(16)' },
    { name: 'SOURCE_ADDRESS', type: 'VARCHAR(15)' },
    { name: 'PROTOCOL', type: 'VARCHAR(4)' },
    { name: 'LABEL', type: 'VARCHAR(32)' },
    { name: 'EVENTS', type: 'INTEGER' },
    { name: 'HIGHEST', type: 'INTEGER' },
    { name: 'LOWEST', type: 'INTEGER' },
    { name: 'AVERAGE', type: 'DOUBLE' },
    { name: 'TOTAL', type: 'DOUBLE' },
    { name: 'FLOWS_SEEN', type: 'BIGINT' },
  ],
  dataVersion: 1,
  // More than two hours, so that rows leave the windows; a window holds about 180 flows of each source.
  generate: (random, index) => generateFlow(random, index, 20, 1000),
  node: { absent: 'no plain program was written for sliding windows' },
  duckdb: (input) => `
    SELECT FLOW_ID, SOURCE_ADDRESS, PROTOCOL, LABEL,
    ${aggregates}
    FROM ${input}
    WINDOW w AS (PARTITION BY SOURCE_ADDRESS ORDER BY EVENT_TIME RANGE BETWEEN INTERVAL 60 MINUTE PRECEDING AND CURRENT ROW)`,
  simdjson: { absent: 'simdjson reads no CSV' },
};
