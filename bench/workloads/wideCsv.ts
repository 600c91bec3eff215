// Ten of 72 columns of CSV.
import type { EmitRow, NodeProgram, Workload } from '../workload.ts';
import { flowColumns, flowPlace, generateFlow, readFlow } from './flows.ts';

/** The columns used besides the time. */
const outputs = [
  'FLOW_ID',
  'SOURCE_ADDRESS',
  'PROTOCOL',
  'COUNTER_1',
  'COUNTER_20',
  'COUNTER_36',
  'MEASURE_1',
  'MEASURE_30',
  'LABEL',
];

function node(emit: EmitRow): NodeProgram {
  const places = outputs.map(flowPlace);
  const filterPlace = flowPlace('MEASURE_1');
  return {
    record(line) {
      const values = readFlow(line);
      if ((values[filterPlace] as number) > 900) emit(places.map((place) => values[place] as string | number));
    },
    end() {},
  };
}

/** Nine of 72 columns where a tenth of the rows pass; the time is the tenth column used. */
export const wideCsv: Workload = {
  name: 'wide-csv',
  title: 'CSV: 10 of 72 columns used, one row in ten passes',
  format: 'csv',
  records: 4_000_000,
  stream: 'FLOWS',
  columns: flowColumns,
  purpose: 'Flows with a high first measure.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM ${outputs.join(', ')} FROM "FLOWS" WHERE MEASURE_1 > 900;
`,
  result: flowColumns.filter(({ name }) => outputs.includes(name)),
  dataVersion: 2,
  generate: (random, index) => generateFlow(random, index, 2, 1 << 18),
  node,
  duckdb: (input) => `SELECT ${outputs.join(', ')} FROM ${input} WHERE MEASURE_1 > 900`,
  simdjson: { absent: 'simdjson reads no CSV' },
};
