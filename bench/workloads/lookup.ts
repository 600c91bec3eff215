// A stream joined with a reference table of a million rows.
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

/** A prime, so that its multiples visit devices in scattered order. */
const stride = 611_953;

/** As many devices as records; every second reading is of a device that the table does not know. */
function generate(random: Random, index: number, records: number): string {
  const device = (index * stride) % (2 * records);
  return `{"EVENT_TIME":"${eventTime(index)}","DEVICE":"device-${device}","READING":${random.below(100_000)}}\n`;
}

function node(emit: EmitRow): NodeProgram {
  const devices = new Map<string, { readonly site: string; readonly limit: number }>();
  return {
    reference(line) {
      const row = JSON.parse(line) as Record<string, unknown>;
      devices.set(textOf(row['DEVICE']), { site: textOf(row['SITE']), limit: integerOf(row['READING_LIMIT']) });
    },
    record(line) {
      const record = JSON.parse(line) as Record<string, unknown>;
      timeOf(record['EVENT_TIME']);
      const device = textOf(record['DEVICE']);
      const reading = integerOf(record['READING']);
      const known = devices.get(device);
      if (known !== undefined && reading > known.limit) emit([device, known.site, reading, known.limit]);
    },
    end() {},
  };
}

/** Readings above the limit that the table has for their device. */
export const lookup: Workload = {
  name: 'lookup',
  title: 'join with a reference table of 1 million rows, half of the records find theirs',
  format: 'jsonl',
  records: 1_000_000,
  stream: 'READINGS',
  columns: [
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'DEVICE', type: 'VARCHAR(16)' },
    { name: 'READING', type: 'INTEGER' },
  ],
  reference: {
    table: 'DEVICES',
    columns: [
      { name: 'DEVICE', type: 'VARCHAR(16)' },
      { name: 'SITE', type: 'VARCHAR(16)' },
      { name: 'READING_LIMIT', type: 'INTEGER' },
    ],
    rows: (records) => records,
    generate: (random, index) =>
      `{"DEVICE":"device-${index}","SITE":"site-${random.below(500)}","READING_LIMIT":${random.below(100_000)}}\n`,
  },
  purpose: 'Readings above the limit of their device.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM r.DEVICE, d.SITE, r.READING, d.READING_LIMIT
  FROM "READINGS" AS r JOIN "DEVICES" AS d ON r.DEVICE = d.DEVICE
  WHERE r.READING > d.READING_LIMIT;
`,
  result: [
    { name: 'DEVICE', type: 'VARCHAR(16)' },
    { name: 'SITE', type: 'VARCHAR(16)' },
    { name: 'READING', type: 'INTEGER' },
    { name: 'READING_LIMIT', type: 'INTEGER' },
  ],
  dataVersion: 1,
  generate,
  node,
  duckdb: (input, reference) => `
    SELECT r.DEVICE, d.SITE, r.READING, d.READING_LIMIT
    FROM ${input} r JOIN ${reference} d ON r.DEVICE = d.DEVICE
    WHERE r.READING > d.READING_LIMIT`,
  simdjson: { absent: 'no program was written for reference tables' },
};
