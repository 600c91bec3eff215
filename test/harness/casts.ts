// Casts of the oracle (KDA-SQL 3.7 with DECISIONS 8 to 10 and 30).
import { familyOf, isIntegerType, type SqlType } from '../../contract/types.ts';
import { exactOf } from './exact.ts';
import {
  divideRounding,
  Fault,
  NotKnown,
  scaleOf,
  storeApproximate,
  storeExact,
  unitMs,
  type Value,
} from './values.ts';

const dayMs = 86400000n;

/** A value as another type. */
export function cast(value: Value, from: SqlType, to: SqlType): Value {
  if (value === null) return null;
  if (to.kind === 'CHAR' || to.kind === 'VARCHAR') return toCharacters(value, from, to);
  const source = familyOf(from);
  const target = familyOf(to);
  if (source === 'exact' && target === 'exact') {
    const shift = scaleOf(to) - scaleOf(from);
    const exact = BigInt(value as number);
    return storeExact(shift >= 0 ? exact * 10n ** BigInt(shift) : divideRounding(exact, 10n ** BigInt(-shift)), to);
  }
  if (source === 'exact' && target === 'approximate') {
    // A decimal is rounded once, from its digits.
    const scale = scaleOf(from);
    const number = scale === 0 ? Number(value) : Number(`${value}e-${scale}`);
    return storeApproximate(number, to);
  }
  if (source === 'approximate' && target === 'approximate') return storeApproximate(Number(value), to);
  if (source === 'approximate' && target === 'exact')
    return storeExact(divideRounding(exactOf(Number(value)) * 10n ** BigInt(scaleOf(to)), 1n << 1074n), to);
  if (from.kind === 'INTERVAL') return fromInterval(value, from, to);
  if (from.kind === 'TIMESTAMP' && to.kind === 'DATE') return Number(floor(BigInt(value), dayMs) / dayMs);
  if (from.kind === 'TIMESTAMP' && to.kind === 'TIME') return Number(BigInt(value) - floor(BigInt(value), dayMs));
  if (from.kind === 'DATE' && to.kind === 'TIMESTAMP') return BigInt(value) * dayMs;
  if (source === 'character' && to.kind === 'BOOLEAN') return booleanOf(String(value));
  if (source === 'character' && isIntegerType(to) && /^-?\d{1,15}$/.test(String(value)))
    return storeExact(BigInt(value), to);
  if (from.kind === to.kind) return value;
  throw new NotKnown(`cast of ${from.kind} to ${to.kind}`);
}

function floor(value: bigint, unit: bigint): bigint {
  return value - (((value % unit) + unit) % unit);
}

function booleanOf(text: string): Value {
  const word = text.trim().toLowerCase();
  if (word === 'unknown') return null;
  if (word !== 'true' && word !== 'false') throw new Fault('invalid-cast');
  return Number(word === 'true');
}

// Cut to the last field, towards zero; a number counts units of it.
function fromInterval(value: Value, from: Extract<SqlType, { kind: 'INTERVAL' }>, to: SqlType): Value {
  const last = to.kind === 'INTERVAL' ? to.end : from.end;
  const unit = unitMs[last];
  if (unit === undefined || familyOf(from) === 'interval-year-month') throw new NotKnown('months');
  const exact = BigInt(value as bigint);
  if (to.kind === 'INTERVAL') return last === 'SECOND' ? exact : exact - (exact % unit);
  if (exact % unit !== 0n || !isIntegerType(to)) throw new NotKnown('a part of an interval as a number');
  return storeExact(exact / unit, to);
}

function toCharacters(
  value: Value,
  from: SqlType,
  to: { readonly kind: 'CHAR' | 'VARCHAR'; readonly length: number },
): Value {
  const text = textOf(value, from);
  const points = [...text];
  if (points.length > to.length && familyOf(from) !== 'character') throw new Fault('text-too-long');
  const cut = points.slice(0, to.length).join('');
  return to.kind === 'CHAR' ? cut + ' '.repeat(Math.max(0, to.length - points.length)) : cut;
}

function textOf(value: Value, from: SqlType): string {
  const datetime = (ms: bigint): string => new Date(Number(ms)).toISOString();
  switch (from.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return String(value);
    case 'BOOLEAN':
      return value === 1 ? 'TRUE' : 'FALSE';
    case 'DECIMAL':
      return decimalText(BigInt(value as bigint), from.scale);
    case 'DOUBLE':
      return javaText(Number(value), String(Math.abs(Number(value))));
    case 'REAL':
      return javaText(Number(value), shortestReal(Math.abs(Number(value))));
    case 'DATE':
      return datetime(BigInt(value as number) * dayMs).slice(0, 10);
    case 'TIME':
      return datetime(BigInt(value as number))
        .slice(11, 23)
        .replace('.000', '');
    case 'TIMESTAMP':
      return datetime(BigInt(value as bigint))
        .slice(0, 23)
        .replace('T', ' ')
        .replace('.000', '');
    default:
      if (isIntegerType(from)) return String(value);
      throw new NotKnown(`${from.kind} as text`);
  }
}

function decimalText(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${value < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(digits.length - scale)}` : ''}`;
}

/** The shortest decimal that reads back as the REAL. */
function shortestReal(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

// Double.toString of Java: plain between 10^-3 and 10^7, otherwise with an exponent; always a digit behind the point.
function javaText(value: number, shortest: string): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (value === 0) return `${sign}0.0`;
  const [mantissa = '', power = '0'] = Number(shortest).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < -3 || exponent >= 7) return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
