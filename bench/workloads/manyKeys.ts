// A tumbling aggregate over a million keys (in a trial run over as many as half the records), in scattered order.
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
import { TumblingGroups } from './tumbling.ts';

const keysMax = 1_000_000;
/** A prime that divides no number of keys in use, so that its multiples visit every key once per round. */
const stride = 611_953;

function generate(random: Random, index: number, records: number): string {
  const keys = Math.max(1, Math.min(keysMax, records >> 1));
  const key = (index * stride) % keys;
  return `{"EVENT_TIME":"${eventTime(index)}","DEVICE":"device-${key}","READING":${random.below(100_000)}}\n`;
}

function node(emit: EmitRow): NodeProgram {
  const groups = new TumblingGroups<{ count: number; sum: number; highest: number }>(
    3_600_000,
    () => ({ count: 0, sum: 0, highest: Number.NEGATIVE_INFINITY }),
    (device, group) => emit([device, group.count, group.sum, group.highest]),
  );
  return {
    record(line) {
      const record = JSON.parse(line) as Record<string, unknown>;
      const time = timeOf(record['EVENT_TIME']);
      const device = textOf(record['DEVICE']);
      const reading = integerOf(record['READING']);
      const group = groups.at(time, device);
      group.count++;
      group.sum += reading;
      if (reading > group.highest) group.highest = reading;
    },
    end: () => groups.flush(),
  };
}

/** Windows of an hour, each of which holds all keys. */
export const manyKeys: Workload = {
  name: 'many-keys',
  title: 'tumbling 1 h aggregate over 1 million keys',
  format: 'jsonl',
  records: 10_000_000,
  stream: 'READINGS',
  columns: [
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'DEVICE', type: 'VARCHAR(16)' },
    { name: 'READING', type: 'BIGINT' },
  ],
  purpose: 'Count, sum and maximum by device, every hour.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM DEVICE, COUNT(*), SUM(READING), MAX(READING)
  FROM "READINGS"
  GROUP BY DEVICE, STEP("READINGS".ROWTIME BY INTERVAL '1' HOUR);
`,
  result: [
    { name: 'DEVICE', type: 'VARCHAR(16)' },
    { name: 'READING_COUNT', type: 'BIGINT' },
    { name: 'TOTAL', type: 'BIGINT' },
    { name: 'HIGHEST', type: 'BIGINT' },
  ],
  dataVersion: 2,
  generate,
  node,
  duckdb: (input) => `
    SELECT DEVICE, count(*) AS READING_COUNT, sum(READING) AS TOTAL, max(READING) AS HIGHEST
    FROM ${input}
    GROUP BY DEVICE, epoch_ms(EVENT_TIME) // 3600000`,
  simdjson: { source: 'many-keys.cpp' },
};
