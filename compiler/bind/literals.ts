// Literal texts → values: strict, as the documentation has them (KDA-SQL 3.3, 3.4).
import type { SqlType } from '../../contract/types.ts';
import type { BinaryLiteral, DatetimeLiteral, IntervalLiteral, NumberLiteral } from '../parse/ast.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import { invalidLiteral } from '../diagnose/messages.ts';
import type { Literal } from '../plan/expression.ts';

const DAY_MS = 86400000;

/** A number: INTEGER, BIGINT or DECIMAL by its size; DOUBLE with an exponent. */
export function bindNumber(node: NumberLiteral): Literal | Diagnostic {
  const make = (type: SqlType, value: number | bigint): Literal => ({
    kind: 'literal',
    type,
    value,
    nullable: false,
    span: node.span,
  });
  if (node.form === 'approximate') {
    const value = Number(node.text);
    return Number.isFinite(value)
      ? make({ kind: 'DOUBLE' }, value)
      : invalidLiteral(node.span, `${node.text} is out of the range of DOUBLE`);
  }
  if (node.form === 'integer') {
    const value = BigInt(node.text);
    if (value < 2n ** 31n) return make({ kind: 'INTEGER' }, Number(value));
    if (value < 2n ** 63n) return make({ kind: 'BIGINT' }, value);
    return invalidLiteral(node.span, `${node.text} has more digits than BIGINT holds`);
  }
  const [whole = '', fraction = ''] = node.text.split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const precision = Math.max(digits.length, fraction.length, 1);
  const value = BigInt(digits === '' ? '0' : digits);
  if (precision > 19 || value >= 2n ** 63n) return invalidLiteral(node.span, `${node.text} has more than 18 digits`);
  return make({ kind: 'DECIMAL', precision: Math.min(precision, 18), scale: fraction.length }, value);
}

/** DATE, TIME or TIMESTAMP. */
export function bindDatetime(node: DatetimeLiteral): Literal | Diagnostic {
  const formats = { DATE: 'yyyy-MM-dd', TIME: 'HH:mm:ss', TIMESTAMP: 'yyyy-MM-dd HH:mm:ss' };
  const wrong = invalidLiteral(
    node.span,
    `Illegal ${node.type} literal '${node.text}': not in format '${formats[node.type]}'`,
  );
  const date = '(\\d{4})-(\\d{2})-(\\d{2})';
  const time = '(\\d{1,2}):(\\d{2}):(\\d{2})(?:\\.(\\d{1,9}))?';
  const pattern = node.type === 'DATE' ? date : node.type === 'TIME' ? time : `${date} ${time}`;
  const match = new RegExp(`^${pattern}$`).exec(node.text);
  if (match === null) return wrong;
  const parts = match.slice(1);
  let days = 0;
  if (node.type !== 'TIME') {
    const [year = 0, month = 0, day = 0] = parts.splice(0, 3).map(Number);
    const start = new Date(Date.UTC(2000, 0, 1));
    start.setUTCFullYear(year, month - 1, day);
    if (year < 1 || start.getUTCMonth() !== month - 1 || start.getUTCDate() !== day) return wrong;
    days = Math.round(start.getTime() / DAY_MS);
  }
  let ms = 0;
  if (node.type !== 'DATE') {
    const [hour = 0, minute = 0, second = 0] = parts.slice(0, 3).map(Number);
    if (hour > 23 || minute > 59 || second > 59) return wrong;
    ms = ((hour * 60 + minute) * 60 + second) * 1000 + Number((parts[3] ?? '').padEnd(3, '0').slice(0, 3));
  }
  const value = node.type === 'DATE' ? days : node.type === 'TIME' ? ms : BigInt(days) * BigInt(DAY_MS) + BigInt(ms);
  return { kind: 'literal', type: { kind: node.type }, value, nullable: false, span: node.span };
}

/** BINARY from hex digits. */
export function bindBinary(node: BinaryLiteral): Literal | Diagnostic {
  if (node.hex.length % 2 !== 0) return invalidLiteral(node.span, 'a binary literal has an even number of hex digits');
  const value = node.hex.replaceAll(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return {
    kind: 'literal',
    type: { kind: 'VARBINARY', length: Math.max(value.length, 1) },
    value,
    nullable: false,
    span: node.span,
  };
}

const fieldNames = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;
const fieldMs: Record<string, number> = { DAY: DAY_MS, HOUR: 3600000, MINUTE: 60000, SECOND: 1000 };
const fieldLimits: Record<string, number> = { MONTH: 11, HOUR: 23, MINUTE: 59, SECOND: 59 };
const separators: Record<string, string> = { MONTH: '-', HOUR: ' ', MINUTE: ':', SECOND: ':' };

/** Fields with the number of them that make one of the next larger. */
const inLarger: readonly (readonly [string, bigint])[] = [
  ['SECOND', 60n],
  ['MINUTE', 60n],
  ['HOUR', 24n],
  ['DAY', 0n],
  ['MONTH', 12n],
  ['YEAR', 0n],
];

// More digits for the first field, and where it is the only one and whole, the same length of time in a larger one.
function widerLiteral(node: IntervalLiteral, leading: string): string {
  const { start, end } = node.qualifier;
  const wider = `write ${start}(${leading.length})${start === end ? '' : ` TO ${end}`}`;
  if (start !== end || !/^\d+$/.test(node.text)) return wider;
  let value = BigInt(leading);
  for (let index = inLarger.findIndex(([field]) => field === start); index < inLarger.length; index++) {
    const [field, count] = inLarger[index] ?? ['', 0n];
    if (value < 100n) return `${wider}, or INTERVAL ${node.negative ? '-' : ''}'${value}' ${field}`;
    if (count === 0n || value % count !== 0n) return wider;
    value /= count;
  }
  return wider;
}

/** INTERVAL: milliseconds, or months. */
export function bindInterval(node: IntervalLiteral): Literal | Diagnostic {
  const { start, end } = node.qualifier;
  const precision = node.qualifier.precision ?? 2;
  const used = fieldNames.slice(fieldNames.indexOf(start), fieldNames.indexOf(end) + 1);
  const wrong = (message: string, hint?: string): Diagnostic => invalidLiteral(node.span, message, hint);
  const pattern = used
    .map(
      (field, index) => `${index === 0 ? '' : separators[field]}(\\d+${field === 'SECOND' ? '(?:\\.\\d{1,9})?' : ''})`,
    )
    .join('');
  const match = new RegExp(`^\\s*([+-])?\\s*${pattern}\\s*$`).exec(node.text);
  if (match === null || used.length === 0)
    return wrong(
      `Illegal INTERVAL literal '${node.text}': not in the form of ${start}${end === start ? '' : ` TO ${end}`}`,
    );
  const values = match.slice(2);
  const leading = (values[0] ?? '').replace(/\..*/, '').replace(/^0+(?=\d)/, '');
  if (precision > 10) return wrong('the precision of an interval is at most 10');
  if (leading.length > precision)
    return wrong(
      `Interval field value ${leading} exceeds precision of ${start}(${precision}) field`,
      leading.length > 10 ? undefined : widerLiteral(node, leading),
    );
  let total = 0n;
  for (const [index, field] of used.entries()) {
    const [whole = '0', fraction = ''] = (values[index] ?? '0').split('.');
    if (index > 0 && Number(whole) > (fieldLimits[field] ?? Number.POSITIVE_INFINITY))
      return wrong(`the field ${field} of '${node.text}' is out of range`);
    if (field === 'YEAR') total += BigInt(whole) * 12n;
    else if (field === 'MONTH') total += BigInt(whole);
    else
      total +=
        BigInt(whole) * BigInt(fieldMs[field] ?? 0) +
        BigInt(field === 'SECOND' ? fraction.padEnd(3, '0').slice(0, 3) : 0);
  }
  if ((match[1] === '-') !== node.negative) total = -total;
  const months = start === 'YEAR' || start === 'MONTH';
  const type: SqlType = { kind: 'INTERVAL', start, end, precision, fraction: node.qualifier.fraction ?? 3 };
  return { kind: 'literal', type, value: months ? Number(total) : total, nullable: false, span: node.span };
}
