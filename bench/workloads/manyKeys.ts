// A tumbling aggregate over as many keys as half the records: a million at full size, every key twice, in scattered order.
import {
  type EmitRow,
  eventTime,
  integerOf,
  type NodeProgram,
  type Random,
  textOf,
  timeOf,
  type Workload,
} from '../workload.ts';

/** A prime that divides no number of keys in use, so that its multiples visit every key once per round. */
const stride = 611_953;

function generate(random: Random, index: number, records: number): string {
  const keys = Math.max(1, records >> 1);
  const key = (index * stride) % keys;
  return `{"EVENT_TIME":"${eventTime(index)}","DEVICE":"device-${key}","READING":${random.below(100_000)}}\n`;
}

interface Group {
  count: number;
  sum: number;
  highest: number;
}

function node(emit: EmitRow): NodeProgram {
  const groups = new Map<string, Group>();
  let window = -1;
  const flush = (): void => {
    for (const [device, group] of groups) emit([device, group.count, group.sum, group.highest]);
    groups.clear();
  };
  return {
    record(line) {
      const record = JSON.parse(line) as Record<string, unknown>;
      const recordWindow = Math.floor(timeOf(record['EVENT_TIME']) / 3_600_000);
      const device = textOf(record['DEVICE']);
      const reading = integerOf(record['READING']);
      if (recordWindow !== window) {
        flush();
        window = recordWindow;
      }
      const group = groups.get(device);
      if (group === undefined) {
        groups.set(device, { count: 1, sum: reading, highest: reading });
        return;
      }
      group.count++;
      group.sum += reading;
      if (reading > group.highest) group.highest = reading;
    },
    end: flush,
  };
}

/** One window of an hour that holds all keys. */
export const manyKeys: Workload = {
  name: 'many-keys',
  title: 'tumbling 1 h aggregate over 1 million keys',
  format: 'jsonl',
  records: 2_000_000,
  stream: 'READINGS',
  columns: [
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'DEVICE', type: 'VARCHAR(16)' },
    { name: 'READING', type: 'BIGINT' },
  ],
  sql: `-- Count, sum and maximum by device, every hour.
CREATE OR REPLACE STREAM "OUT" (DEVICE VARCHAR(16), READING_COUNT BIGINT, TOTAL BIGINT, HIGHEST BIGINT);
CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM DEVICE, COUNT(*), SUM(READING), MAX(READING)
  FROM "READINGS"
  GROUP BY DEVICE, STEP("READINGS".ROWTIME BY INTERVAL '1' HOUR);
`,
  result: [
    { name: 'DEVICE', kind: 'text' },
    { name: 'READING_COUNT', kind: 'integer' },
    { name: 'TOTAL', kind: 'integer' },
    { name: 'HIGHEST', kind: 'integer' },
  ],
  dataVersion: 1,
  generate,
  node,
  duckdb: (file) => `
    SELECT DEVICE, count(*) AS READING_COUNT, sum(READING) AS TOTAL, max(READING) AS HIGHEST
    FROM read_json(${file}, format = 'newline_delimited', columns = {EVENT_TIME: 'TIMESTAMP', DEVICE: 'VARCHAR', READING: 'BIGINT'})
    GROUP BY DEVICE, epoch_ms(EVENT_TIME) // 3600000`,
  simdjson: { source: 'many-keys.cpp' },
};
