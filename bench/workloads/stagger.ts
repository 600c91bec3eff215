// Windows that open with the first row of their key, over as many keys as half the records.
import { type EmitRow, integerOf, type NodeProgram, textOf, timeOf, type Workload } from '../workload.ts';
import { manyKeys } from './manyKeys.ts';

const windowMs = 1_800_000;

interface Group {
  readonly device: string;
  readonly end: number;
  count: number;
  sum: number;
  highest: number;
}

// Windows close in the order in which they opened, as all are of one length.
function node(emit: EmitRow): NodeProgram {
  const groups = new Map<string, Group>();
  const close = (time: number): void => {
    for (const [device, group] of groups) {
      if (group.end > time) break;
      emit([device, group.count, group.sum, group.highest]);
      groups.delete(device);
    }
  };
  return {
    record(line) {
      const record = JSON.parse(line) as Record<string, unknown>;
      const time = timeOf(record['EVENT_TIME']);
      const device = textOf(record['DEVICE']);
      const reading = integerOf(record['READING']);
      close(time);
      const group = groups.get(device);
      if (group === undefined) {
        groups.set(device, { device, end: time + windowMs, count: 1, sum: reading, highest: reading });
        return;
      }
      group.count++;
      group.sum += reading;
      if (reading > group.highest) group.highest = reading;
    },
    end: () => close(Number.POSITIVE_INFINITY),
  };
}

/** The data of `many-keys`: at full size a million windows are open after 17 minutes, and the first ones close before the end. */
export const stagger: Workload = {
  name: 'stagger',
  title: 'STAGGER windows of 30 minutes over 1 million keys',
  format: manyKeys.format,
  records: manyKeys.records,
  stream: 'READINGS',
  columns: manyKeys.columns,
  purpose: 'Count, sum and maximum of every device, from its first reading on for half an hour.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM DEVICE, COUNT(*), SUM(READING), MAX(READING)
  FROM "READINGS"
  WINDOWED BY STAGGER (PARTITION BY DEVICE RANGE INTERVAL '30' MINUTE);
`,
  result: manyKeys.result,
  data: manyKeys.name,
  dataVersion: manyKeys.dataVersion,
  generate: manyKeys.generate,
  node,
  duckdb: { absent: 'standard SQL has no window that opens with the first row of its key' },
  simdjson: { absent: 'no program was written for these windows' },
};
