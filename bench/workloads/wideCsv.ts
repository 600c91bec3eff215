// Network flows as CSV with 72 columns, of which the query uses ten; some texts are quoted and hold commas and quotes.
import {
  type EmitRow,
  eventTime,
  type InputColumn,
  type NodeProgram,
  type Random,
  timeOf,
  type Workload,
} from '../workload.ts';

const protocols = ['TCP', 'UDP', 'ICMP'];
const labels = ['BENIGN', 'Web Attack, Brute Force', 'DoS "slow" headers', 'PortScan'];
const integerColumns = 36;
const doubleColumns = 30;

/** Text columns first, then counters, then measures, then the label: 72 in all. */
const columns: readonly InputColumn[] = [
  { name: 'EVENT_TIME', type: 'TIMESTAMP' },
  { name: 'FLOW_ID', type: 'VARCHAR(16)' },
  { name: 'SOURCE_ADDRESS', type: 'VARCHAR(15)' },
  { name: 'TARGET_ADDRESS', type: 'VARCHAR(15)' },
  { name: 'PROTOCOL', type: 'VARCHAR(4)' },
  ...Array.from({ length: integerColumns }, (_, index) => ({ name: `COUNTER_${index + 1}`, type: 'INTEGER' })),
  ...Array.from({ length: doubleColumns }, (_, index) => ({ name: `MEASURE_${index + 1}`, type: 'DOUBLE' })),
  { name: 'LABEL', type: 'VARCHAR(32)' },
];

const used = [
  'EVENT_TIME',
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
const outputs = used.slice(1);

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function address(random: Random): string {
  return `10.${random.below(4)}.${random.below(256)}.${random.below(256)}`;
}

function generate(random: Random, index: number): string {
  const fields = [eventTime(index * 2), `F${index}`, address(random), address(random), random.pick(protocols)];
  for (let counter = 0; counter < integerColumns; counter++)
    fields.push(String(random.below(10 ** (1 + (counter % 5)))));
  for (let measure = 0; measure < doubleColumns; measure++)
    fields.push((random.next() * 1000).toFixed(1 + (measure % 4)));
  fields.push(quoted(random.pick(labels)));
  return `${fields.join(',')}\n`;
}

/** The fields of one line of RFC 4180 without line breaks inside quotes (the data has none). */
function splitCsv(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  let position = 0;
  while (position <= line.length) {
    if (line[position] === '"') {
      let text = '';
      for (;;) {
        const close = line.indexOf('"', position + 1);
        if (close === -1) throw new Error('a quote is not closed');
        text += line.slice(position + 1, close);
        position = close + 1;
        if (line[position] !== '"') break;
        text += '"';
      }
      if (position < line.length && line[position] !== ',') throw new Error('text after a closing quote');
      fields.push(text);
      position++;
    } else {
      const comma = line.indexOf(',', position);
      const end = comma === -1 ? line.length : comma;
      fields.push(line.slice(position, end));
      position = end + 1;
    }
  }
  return fields;
}

function node(emit: EmitRow): NodeProgram {
  const places = outputs.map((name) => columns.findIndex((column) => column.name === name));
  const filterPlace = columns.findIndex((column) => column.name === 'MEASURE_1');
  const kinds = columns.map((column) => column.type);
  return {
    record(line) {
      const fields = splitCsv(line);
      if (fields.length !== columns.length) throw new Error(`${fields.length} fields`);
      timeOf(fields[0]);
      const values = fields.map((field, place) => {
        const kind = kinds[place];
        if (kind !== 'INTEGER' && kind !== 'DOUBLE') return field;
        const value = Number(field);
        if (Number.isNaN(value) || (kind === 'INTEGER' && !Number.isSafeInteger(value)))
          throw new Error(`not a number: ${field}`);
        return value;
      });
      if ((values[filterPlace] as number) > 900) emit(places.map((place) => values[place] as string | number));
    },
    end() {},
  };
}

const duckdbTypes: Record<string, string> = { TIMESTAMP: 'TIMESTAMP', INTEGER: 'INTEGER', DOUBLE: 'DOUBLE' };
const kindOf = (type: string): 'text' | 'integer' | 'double' =>
  type === 'INTEGER' ? 'integer' : type === 'DOUBLE' ? 'double' : 'text';
const typeOf = (name: string): string => columns.find((column) => column.name === name)?.type ?? 'VARCHAR(32)';

/** Nine of 72 columns where a tenth of the rows pass; the time is the tenth column used. */
export const wideCsv: Workload = {
  name: 'wide-csv',
  title: 'CSV: 10 of 72 columns used, one row in ten passes',
  format: 'csv',
  records: 400_000,
  stream: 'FLOWS',
  columns,
  sql: `-- Flows with a high first measure.
CREATE OR REPLACE STREAM "OUT" (${outputs.map((name) => `${name} ${typeOf(name)}`).join(', ')});
CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM ${outputs.join(', ')}
  FROM "FLOWS"
  WHERE MEASURE_1 > 900;
`,
  result: outputs.map((name) => ({ name, kind: kindOf(typeOf(name)) })),
  dataVersion: 1,
  generate,
  node,
  duckdb: (file) => `
    SELECT ${outputs.join(', ')}
    FROM read_csv(${file}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {
      ${columns.map((column) => `${column.name}: '${duckdbTypes[column.type] ?? 'VARCHAR'}'`).join(', ')}})
    WHERE MEASURE_1 > 900`,
  simdjson: { absent: 'simdjson reads no CSV' },
};
