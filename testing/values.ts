// Values of test files: SQL literals that go in, and expectations that values coming out are held against.
import { familyOf, type SqlType, type TypeFamily } from '../contract/types.ts';
import { splitOutside, unquoteText } from './sqlText.ts';
import { TestFormatError } from './types.ts';

/** A value as written in a test file. */
export type Value =
  | { readonly kind: 'null' }
  | { readonly kind: 'any' }
  | { readonly kind: 'near'; readonly value: number; readonly tolerance?: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'approximate'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'datetime'; readonly type: 'DATE' | 'TIME' | 'TIMESTAMP'; readonly text: string }
  | { readonly kind: 'interval'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array };

/** What came out for one column: undefined is NULL, otherwise the JSON text of the value decoded (numbers keep their digits). */
export interface Actual {
  readonly kind: 'null' | 'text' | 'number' | 'boolean';
  readonly text: string;
}

/** Reads one literal or expectation. */
export function parseValue(source: string): Value {
  const text = source.trim();
  const upper = text.toUpperCase();
  if (upper === 'NULL' || upper === 'UNKNOWN') return { kind: 'null' };
  if (text === '?') return { kind: 'any' };
  if (upper === 'TRUE' || upper === 'FALSE') return { kind: 'boolean', value: upper === 'TRUE' };
  const near = /^≈\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)(?:\s*±\s*([\d.]+(?:[eE][-+]?\d+)?))?$/u.exec(text);
  if (near !== null)
    return { kind: 'near', value: Number(near[1]), ...(near[2] === undefined ? {} : { tolerance: Number(near[2]) }) };
  if (/^[-+]?(\d+\.?\d*|\.\d+)$/.test(text)) return { kind: 'exact', text };
  if (/^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$/.test(text)) return { kind: 'approximate', text };
  if (/^'(?:[^']|'')*'$/.test(text)) return { kind: 'text', text: unquoteText(text) };
  const datetime = /^(DATE|TIME|TIMESTAMP)\s*('(?:[^']|'')*')$/i.exec(text);
  if (datetime?.[1] !== undefined && datetime[2] !== undefined) {
    return {
      kind: 'datetime',
      type: datetime[1].toUpperCase() as 'DATE' | 'TIME' | 'TIMESTAMP',
      text: unquoteText(datetime[2]),
    };
  }
  if (/^[-+]?\s*INTERVAL\b/i.test(text)) return { kind: 'interval', text };
  const binary = /^X'([0-9a-f]*)'$/i.exec(text);
  if (binary?.[1] !== undefined && binary[1].length % 2 === 0)
    return { kind: 'binary', bytes: Buffer.from(binary[1], 'hex') };
  const unicode = /^U&('(?:[^']|'')*')$/i.exec(text);
  if (unicode?.[1] !== undefined) {
    return {
      kind: 'text',
      text: unquoteText(unicode[1]).replace(/\\([0-9a-f]{4})/gi, (_, hex: string) =>
        String.fromCharCode(parseInt(hex, 16)),
      ),
    };
  }
  throw new TestFormatError(`not a value: ${text === '' ? '(nothing)' : text}`);
}

/** Reads values with commas. */
export function parseValues(text: string): Value[] {
  return splitOutside(text, ',').map(parseValue);
}

/** The JSON text of a literal in an input record. */
export function literalAsJson(value: Value, type: SqlType): string {
  const family = familyOf(type);
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(value.value);
    case 'exact':
    case 'approximate':
      if (family === 'character' || family === 'date' || family === 'time' || family === 'timestamp') break;
      return value.text
        .replace(/^\+/, '')
        .replace(/^(-?)\./, '$10.')
        .replace(/\.(?=$|[eE])/, '');
    case 'text':
    case 'datetime':
      return JSON.stringify(value.text);
    case 'binary':
      return JSON.stringify(Buffer.from(value.bytes).toString('base64'));
    default:
      break;
  }
  throw new TestFormatError(`${describeValue(value)} can't stand in a record for a column of type ${type.kind}`);
}

/** The CSV field of a literal in an input record. */
export function literalAsCsv(value: Value, type: SqlType, delimiter: string): string {
  if (value.kind === 'null') return '';
  const json = literalAsJson(value, type);
  const text = json.startsWith('"') ? (JSON.parse(json) as string) : json;
  const quoted = text === '' || /["\r\n]/.test(text) || text.includes(delimiter);
  return quoted ? `"${text.replaceAll('"', '""')}"` : text;
}

/** True when what came out is what was expected, for a column of this type. */
export function matches(expected: Value, actual: Actual, type: SqlType): boolean {
  if (expected.kind === 'any') return true;
  if (expected.kind === 'null' || actual.kind === 'null') return expected.kind === 'null' && actual.kind === 'null';
  const family = familyOf(type);
  switch (expected.kind) {
    case 'boolean':
      return actual.kind === 'boolean' && actual.text === String(expected.value);
    case 'near':
      return actual.kind === 'number' && isNear(expected.value, Number(actual.text), expected.tolerance);
    case 'exact':
    case 'approximate':
      if (actual.kind !== 'number') return false;
      if (type.kind === 'REAL') return Math.fround(Number(expected.text)) === Math.fround(Number(actual.text));
      if (family === 'approximate') return Number(expected.text) === Number(actual.text);
      return sameDecimal(expected.text, actual.text);
    case 'text':
    case 'datetime':
      if (actual.kind !== 'text') return false;
      if (type.kind === 'CHAR') return expected.text.trimEnd() === actual.text.trimEnd();
      if (family === 'time' || family === 'timestamp') return milliseconds(expected.text) === milliseconds(actual.text);
      return expected.text === actual.text;
    case 'binary':
      return actual.kind === 'text' && Buffer.from(expected.bytes).toString('base64') === actual.text;
    case 'interval':
      return false;
  }
}

/** True when an expectation may be compared with a value of this family at all (`=` in expressions). */
export function sameFamily(expected: Value, family: TypeFamily): boolean {
  switch (expected.kind) {
    case 'null':
    case 'any':
      return true;
    case 'near':
      return family === 'approximate' || family === 'exact';
    case 'datetime':
      return family === expected.type.toLowerCase();
    case 'text':
      return family === 'character';
    case 'interval':
      return family.startsWith('interval');
    default:
      return family === expected.kind;
  }
}

function isNear(expected: number, actual: number, tolerance: number | undefined): boolean {
  if (expected === actual) return true;
  return Math.abs(expected - actual) <= (tolerance ?? 1e-9 * Math.abs(expected));
}

function sameDecimal(left: string, right: string): boolean {
  return plainDecimal(left) === plainDecimal(right);
}

/** A decimal number's one text form: no sign for zero, no leading or trailing zeros, no exponent. */
export function plainDecimal(text: string): string {
  const match = /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(text.trim());
  if (match === null) return text;
  const exponent = Number(match[4] ?? 0);
  const whole = match[2] ?? '';
  const digits = `${whole}${match[3] ?? ''}`;
  let point = whole.length + exponent;
  let padded = digits;
  if (point < 0) {
    padded = '0'.repeat(-point) + padded;
    point = 0;
  }
  if (point > padded.length) padded = padded.padEnd(point, '0');
  const integral = padded.slice(0, point).replace(/^0+/, '') || '0';
  const fraction = padded.slice(point).replace(/0+$/, '');
  const plain = fraction === '' ? integral : `${integral}.${fraction}`;
  return match[1] === '-' && plain !== '0' ? `-${plain}` : plain;
}

/** Datetime text with exactly three fraction digits. */
export function milliseconds(text: string): string {
  const [whole = '', fraction = ''] = text.trim().replace('T', ' ').split('.');
  return `${whole}.${fraction.padEnd(3, '0').slice(0, 3)}`;
}

/** A value for messages, in the form of test files. */
export function describeValue(value: Value): string {
  switch (value.kind) {
    case 'null':
      return 'NULL';
    case 'any':
      return '?';
    case 'near':
      return `≈${value.value}${value.tolerance === undefined ? '' : `±${value.tolerance}`}`;
    case 'text':
      return `'${value.text.replaceAll("'", "''")}'`;
    case 'boolean':
      return value.value ? 'TRUE' : 'FALSE';
    case 'datetime':
      return `${value.type} '${value.text}'`;
    case 'binary':
      return `X'${Buffer.from(value.bytes).toString('hex')}'`;
    default:
      return value.text;
  }
}

/** What came out, in the form of test files. */
export function describeActual(actual: Actual, type?: SqlType): string {
  if (actual.kind === 'null') return 'NULL';
  if (actual.kind === 'boolean') return actual.text.toUpperCase();
  if (actual.kind === 'number') {
    if (type !== undefined && familyOf(type) === 'approximate' && !/[eE]/.test(actual.text)) return actual.text;
    return actual.text;
  }
  if (type !== undefined && familyOf(type) === 'binary')
    return `X'${Buffer.from(actual.text, 'base64').toString('hex').toUpperCase()}'`;
  return `'${actual.text.replaceAll("'", "''")}'`;
}
