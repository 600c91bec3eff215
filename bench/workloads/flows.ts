// Network flows as CSV with 72 columns, the data of several workloads; some texts are quoted and hold commas and quotes.
import { eventTime, type InputColumn, type Random, timeOf } from '../workload.ts';

const protocols = ['TCP', 'UDP', 'ICMP'];
const labels = ['BENIGN', 'Web Attack, Brute Force', 'DoS "slow" headers', 'PortScan'];
const integerColumns = 36;
const doubleColumns = 30;

/** Text columns first, then counters, then measures, then the label: 72 in all. */
export const flowColumns: readonly InputColumn[] = [
  { name: 'EVENT_TIME', type: 'TIMESTAMP' },
  { name: 'FLOW_ID', type: 'VARCHAR(16)' },
  { name: 'SOURCE_ADDRESS', type: 'VARCHAR(15)' },
  { name: 'TARGET_ADDRESS', type: 'VARCHAR(15)' },
  { name: 'PROTOCOL', type: 'VARCHAR(4)' },
  ...Array.from({ length: integerColumns }, (_, index) => ({ name: `COUNTER_${index + 1}`, type: 'INTEGER' })),
  ...Array.from({ length: doubleColumns }, (_, index) => ({ name: `MEASURE_${index + 1}`, type: 'DOUBLE' })),
  { name: 'LABEL', type: 'VARCHAR(32)' },
];

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An address of a number of hosts. */
function address(random: Random, hosts: number): string {
  const host = random.below(hosts);
  return `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`;
}

/** The flow of an index, so many milliseconds after the one before, between a number of hosts. */
export function generateFlow(random: Random, index: number, milliseconds: number, hosts: number): string {
  const fields = [
    eventTime(index * milliseconds),
    `F${index}`,
    address(random, hosts),
    address(random, hosts),
    random.pick(protocols),
  ];
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

/** The checked values of one line; throws when they don't fit their columns. */
export function readFlow(line: string): (string | number)[] {
  const fields = splitCsv(line);
  if (fields.length !== flowColumns.length) throw new Error(`${fields.length} fields`);
  timeOf(fields[0]);
  return fields.map((field, place) => {
    const type = flowColumns[place]?.type;
    if (type !== 'INTEGER' && type !== 'DOUBLE') return field;
    const value = Number(field);
    if (Number.isNaN(value) || (type === 'INTEGER' && !Number.isSafeInteger(value)))
      throw new Error(`not a number: ${field}`);
    return value;
  });
}

/** Where a column stands in a record. */
export function flowPlace(name: string): number {
  return flowColumns.findIndex((column) => column.name === name);
}
