// Schema discovery: an InputSchema from sample records (JSON documents or CSV rows), as the predecessor inferred it.
import type { MappedColumn } from '../contract/binding.ts';
import type { InputShape } from '../contract/connector.ts';
import type { SqlType } from '../contract/types.ts';
import { memberPath } from '../contract/paths.ts';
import { isObject, SchemaError } from './members.ts';

const recordsMax = 1000;
const nestingMax = 2;

/** Infers format and columns. `complete`: the sample ends with the input, so that its last line is whole. */
export function discover(sample: Uint8Array, format: 'json' | 'csv', complete: boolean): InputShape {
  const text = new TextDecoder().decode(sample);
  return format === 'json' ? discoverJson(text, complete) : discoverCsv(text, complete);
}

/** What was seen of one column. */
class Observed {
  readonly name: string;
  integers = true;
  numbers = true;
  booleans = true;
  timestamps = true;
  any = false;
  digits = 0;
  largest = 0;
  length = 0;

  constructor(name = '') {
    this.name = name;
  }

  add(value: unknown, text: string): void {
    if (value === null || text === '') return;
    this.any = true;
    this.length = Math.max(this.length, new TextEncoder().encode(text).length);
    const number = typeof value === 'number';
    if (!number) this.numbers = this.integers = false;
    else {
      if (!/^-?\d+$/.test(text)) this.integers = false;
      this.largest = Math.max(this.largest, Math.abs(value));
    }
    if (typeof value !== 'boolean') this.booleans = false;
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/.test(value))
      this.timestamps = false;
  }

  type(): SqlType {
    if (!this.any) return { kind: 'VARCHAR', length: 16 };
    if (this.booleans) return { kind: 'BOOLEAN' };
    if (this.integers)
      return this.largest <= 2147483647
        ? { kind: 'INTEGER' }
        : this.largest <= 2 ** 63
          ? { kind: 'BIGINT' }
          : { kind: 'DOUBLE' };
    if (this.numbers) return { kind: 'DOUBLE' };
    if (this.timestamps) return { kind: 'TIMESTAMP' };
    let length = 4;
    while (length < this.length) length *= 2;
    return { kind: 'VARCHAR', length: Math.min(length, 65535) };
  }
}

function discoverJson(text: string, complete: boolean): InputShape {
  const records = documents(text, complete);
  const observed = new Map<string, Observed>();
  for (const record of records) observe(record, '$', 0, observed);
  if (observed.size === 0) throw new SchemaError('no schema can be found: the sample holds no JSON object');
  const names = columnNames([...observed.values()].map(({ name }) => name));
  const columns = [...observed].map(
    ([mapping, seen], index): MappedColumn => ({
      name: names[index] ?? '',
      type: seen.type(),
      nullable: true,
      mapping,
    }),
  );
  const first = records.find((record) => typeof record === 'object' && record !== null && !Array.isArray(record));
  return {
    format: { kind: 'json', rowPath: '$' },
    columns,
    ...(first === undefined ? {} : { layout: Object.keys(first as object) }),
  };
}

// Lines that are documents; failing that, one document over several lines or an array of rows.
function documents(text: string, complete: boolean): unknown[] {
  const trimmed = text.trim();
  if (complete) {
    const whole = parse(trimmed);
    if (whole !== undefined) return Array.isArray(whole) ? whole.slice(0, recordsMax) : [whole];
  }
  const lines = text.split(/\r?\n/);
  if (!complete) lines.pop();
  const parsed = lines
    .filter((line) => line.trim() !== '')
    .slice(0, recordsMax)
    .flatMap((line) => parse(line.trim().replace(/^\[|,$|\]$/g, '')) ?? []);
  return parsed;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Objects are flattened two levels deep; an array of objects becomes `$.a[0:].b` (one such array), any other array its text.
function observe(value: unknown, path: string, depth: number, observed: Map<string, Observed>): void {
  if (!isObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const at = memberPath(path, name);
    const flattens = Array.isArray(member) && depth < nestingMax && isObject(member[0]);
    if (flattens && !path.includes('[0:]') && mayFlatten(`${at}[0:]`, observed)) {
      for (const element of member) observe(element, `${at}[0:]`, depth + 1, observed);
    } else if (isObject(member) && depth < nestingMax) observe(member, at, depth + 1, observed);
    else {
      const seen = observed.get(at) ?? new Observed(name);
      observed.set(at, seen);
      seen.add(
        isObject(member) || Array.isArray(member) ? JSON.stringify(member) : member,
        typeof member === 'string' ? member : JSON.stringify(member),
      );
    }
  }
}

function mayFlatten(path: string, observed: Map<string, Observed>): boolean {
  const flattened = [...observed.keys()].find((known) => known.includes('[0:]'));
  return flattened === undefined || flattened.startsWith(path);
}

function discoverCsv(text: string, complete: boolean): InputShape {
  const rowDelimiter = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(rowDelimiter);
  if (!complete && lines.length > 1) lines.pop();
  const kept = lines.filter((line) => line !== '').slice(0, recordsMax);
  const first = kept[0];
  if (first === undefined) throw new SchemaError('no schema can be found: the sample holds no row');
  const columnDelimiter = [',', '\t', ';', '|'].reduce(
    (best, mark) => (splitCsv(first, mark).length > splitCsv(first, best).length ? mark : best),
    ',',
  );
  const rows = kept.map((line) => splitCsv(line, columnDelimiter));
  const titles = rows[0] ?? [];
  // A first row of texts above columns of numbers is a heading: it gives the names, and arrives as a row all the same.
  const below = titles.map((_, index) => observeColumn(rows.slice(1), index));
  const headed =
    rows.length > 1 &&
    titles.every((title) => /^[A-Za-z_][\w .-]*$/.test(title)) &&
    below.some((seen) => seen.type().kind !== 'VARCHAR');
  const names = columnNames(headed ? titles : titles.map(() => ''));
  const columns = titles.map((_, index): MappedColumn => {
    const seen = headed ? below[index] : observeColumn(rows, index);
    return { name: names[index] ?? '', type: seen?.type() ?? { kind: 'VARCHAR', length: 16 }, nullable: true };
  });
  return { format: { kind: 'csv', columnDelimiter, rowDelimiter }, columns };
}

function observeColumn(rows: readonly (readonly string[])[], index: number): Observed {
  const seen = new Observed();
  for (const row of rows) {
    const field = row[index] ?? '';
    const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(field);
    seen.add(number ? Number(field) : /^(true|false)$/i.test(field) ? field.toLowerCase() === 'true' : field, field);
  }
  return seen;
}

function splitCsv(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let field = '';
      for (at++; at < line.length; at++) {
        if (line[at] !== '"') field += line[at];
        else if (line[at + 1] === '"') field += line[at++];
        else break;
      }
      fields.push(field);
      at = line.indexOf(delimiter, at);
      if (at < 0) return fields;
    } else {
      const end = line.indexOf(delimiter, at);
      fields.push(end < 0 ? line.slice(at) : line.slice(at, end));
      if (end < 0) return fields;
      at = end;
    }
    at += delimiter.length;
  }
}

// Names keep letters, digits and `_`. Where that, a leading digit, a reserved word or a long name changes them, they get the prefix COL_;
// where nothing is left, COL_<place>, from 0. A name that is there already gets a digit behind it.
function columnNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name, index) => {
    const kept = name.replace(/[^A-Za-z0-9_]/g, '');
    const renamed = kept !== name || /^\d/.test(kept) || kept.length > 100 || reserved.has(kept.toUpperCase());
    const base = kept === '' ? `COL_${index}` : renamed ? `COL_${kept}`.slice(0, 104) : kept;
    let result = base;
    for (let count = 0; used.has(result); count++) result = `${base}${count}`;
    used.add(result);
    return result;
  });
}

// The reserved words that records have as member names; the rest of the list stands in the grammar.
const reserved = new Set(
  (
    'ALL AND ANY AS AT AVG BETWEEN BY CASE CAST CHAR CHARACTER CHECK COLUMN COUNT CREATE CROSS CURRENT CURSOR DATE DAY DEC DECIMAL DEFAULT DELETE DISTINCT DOUBLE ELSE END ' +
    'EXISTS FALSE FETCH FILTER FLOAT FOR FROM FULL FUNCTION GROUP HAVING HOUR IN INNER INSERT INT INTEGER INTERVAL INTO IS JOIN LEFT LIKE LOCAL MAX MIN MINUTE MONTH NOT NULL ' +
    'NUMERIC OF ON OR ORDER OUT OUTER OVER PARTITION POSITION RANGE RANK REAL RESULT RIGHT ROW ROWS SECOND SELECT SET SMALLINT START STREAM SUM TABLE THEN TIME TIMESTAMP TO ' +
    'TRUE UNION UNIQUE UPDATE UPPER USER USING VALUE VALUES VARCHAR WHEN WHERE WINDOW WITH YEAR'
  ).split(' '),
);
