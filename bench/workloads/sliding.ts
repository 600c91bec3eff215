// The same sliding aggregates over windows of three lengths and equal input: the cost of a row must not grow with the window.
import { eventTime, type Random, type Workload } from '../workload.ts';

const keys = 20;

// Times never repeat: a row whose equals come later is another row here than in standard SQL, where they are its peers.
function generate(random: Random, index: number): string {
  const sensor = random.below(keys);
  return `{"EVENT_TIME":"${eventTime(index * 5)}","SENSOR":"sensor-${sensor}","READING_ID":${index},"READING":${(random.next() * 1000).toFixed(3)}}\n`;
}

const aggregates = `SUM(READING) OVER w AS TOTAL, AVG(READING) OVER w AS AVERAGE, MIN(READING) OVER w AS LOWEST,
    MAX(READING) OVER w AS HIGHEST, COUNT(*) OVER w AS READINGS_SEEN, STDDEV_SAMP(READING) OVER w AS SPREAD`;

/** A window of one length: at 200 records a second and 20 keys it holds 10 rows of a key for every second. */
function slidingOver(name: string, number: number, unit: string): Workload {
  return {
    name: `sliding-${name}`,
    title: `OVER a RANGE of ${number} ${unit.toLowerCase()} by key: six aggregates`,
    format: 'jsonl',
    records: 1_000_000,
    stream: 'READINGS',
    columns: [
      { name: 'EVENT_TIME', type: 'TIMESTAMP' },
      { name: 'SENSOR', type: 'VARCHAR(16)' },
      { name: 'READING_ID', type: 'BIGINT' },
      { name: 'READING', type: 'DOUBLE' },
    ],
    purpose: `Each reading with what its sensor gave during the last ${number} ${unit.toLowerCase()}.`,
    pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM READING_ID, SENSOR,
    ${aggregates}
  FROM "READINGS"
  WINDOW w AS (PARTITION BY SENSOR RANGE INTERVAL '${number}' ${unit} PRECEDING);
`,
    result: [
      { name: 'READING_ID', type: 'BIGINT' },
      { name: 'SENSOR', type: 'VARCHAR(16)' },
      { name: 'TOTAL', type: 'DOUBLE' },
      { name: 'AVERAGE', type: 'DOUBLE' },
      { name: 'LOWEST', type: 'DOUBLE' },
      { name: 'HIGHEST', type: 'DOUBLE' },
      { name: 'READINGS_SEEN', type: 'BIGINT' },
      { name: 'SPREAD', type: 'DOUBLE' },
    ],
    data: 'sliding',
    dataVersion: 1,
    generate,
    node: { absent: 'no plain program was written for sliding windows' },
    duckdb: (input) => `
      SELECT READING_ID, SENSOR,
      ${aggregates}
      FROM ${input}
      WINDOW w AS (PARTITION BY SENSOR ORDER BY EVENT_TIME RANGE BETWEEN INTERVAL ${number} ${unit} PRECEDING AND CURRENT ROW)`,
    simdjson: { absent: 'no program was written for sliding windows' },
  };
}

/** Three lengths; rows a second can be compared, as records are the same. */
export const sliding: readonly Workload[] = [
  slidingOver('second', 1, 'SECOND'),
  slidingOver('minute', 1, 'MINUTE'),
  slidingOver('hour', 1, 'HOUR'),
];
