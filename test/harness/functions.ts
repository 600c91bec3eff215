// Scalar functions of the oracle, from their definitions; what it doesn't know is refused.
import type { Call } from '../../compiler/plan/expression.ts';
import { familyOf, type SqlType } from '../../contract/types.ts';
import {
  datetimeFields,
  Fault,
  NotKnown,
  scaleOf,
  storeApproximate,
  storeExact,
  unitMs,
  type Value,
} from './values.ts';

const dayMs = 86400000n;

/** The value of a call; its arguments are evaluated already. */
export function callFunction(expression: Call, values: readonly Value[]): Value {
  if (values.includes(null)) return null;
  const { type } = expression;
  const known =
    textFunction(expression.function.name, values) ??
    (familyOf(type) === 'exact' ? exactFunction(expression, values) : undefined) ??
    (familyOf(type) === 'approximate' ? approximateFunction(expression, values) : undefined) ??
    timeFunction(expression, values);
  if (known === undefined) throw new NotKnown(expression.function.name);
  return known.value;
}

interface Known {
  readonly value: Value;
}

function is(value: Value): Known {
  return { value };
}

function textFunction(name: string, values: readonly Value[]): Known | undefined {
  const [first, second] = values;
  const text = String(first);
  switch (name) {
    case 'UPPER':
      return is(text.toUpperCase());
    case 'LOWER':
      return is(text.toLowerCase());
    case 'INITCAP':
      return is(text.toLowerCase().replace(/[\p{L}\p{N}]+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1)));
    case 'CHAR_LENGTH':
    case 'CHARACTER_LENGTH':
      return is([...text].length);
    case 'OCTET_LENGTH':
      return is(Buffer.byteLength(text));
    case 'CONCAT_OPERATOR':
      return is(text + String(second));
    case 'POSITION':
      return is(positionOf([...text], [...String(second)]));
    case 'SUBSTRING':
    case 'SUBSTRING_FROM':
      return is(substring(name, [...text], values));
    case 'OVERLAY':
      return is(overlay([...text], values));
    case 'TRIM_LEADING':
    case 'TRIM_TRAILING':
    case 'TRIM_BOTH':
      return is(trim(name, [...text], String(second)));
    case 'LIKE':
      return values.length === 2 ? is(Number(like([...text], [...String(second)]))) : undefined;
  }
  return undefined;
}

function positionOf(part: readonly string[], text: readonly string[]): number {
  for (let at = 0; at + part.length <= text.length; at++)
    if (part.every((point, index) => text[at + index] === point)) return at + 1;
  return 0;
}

// Positions before 1 count; beyond the end the FROM form is '' and the comma form NULL (DECISIONS 19).
function substring(name: string, points: readonly string[], values: readonly Value[]): Value {
  const from = Number(values[1]);
  const count = values[2] === undefined ? Number.POSITIVE_INFINITY : Number(values[2]);
  if (count < 0) throw new Fault('invalid-argument');
  if (name === 'SUBSTRING' && from > points.length) return null;
  return points.filter((_, index) => index + 1 >= from && index + 1 < from + count).join('');
}

function overlay(points: readonly string[], values: readonly Value[]): Value {
  const replacement = String(values[1]);
  const from = Number(values[2]);
  const count = values[3] === undefined ? [...replacement].length : Number(values[3]);
  if (count < 0) throw new Fault('invalid-argument');
  const before = points.slice(0, Math.max(from - 1, 0)).join('');
  return before + replacement + points.slice(Math.max(from - 1 + count, 0)).join('');
}

function trim(name: string, points: readonly string[], character: string): Value {
  if ([...character].length !== 1) throw new Fault('invalid-argument');
  let first = 0;
  let end = points.length;
  while (name !== 'TRIM_TRAILING' && first < end && points[first] === character) first++;
  while (name !== 'TRIM_LEADING' && end > first && points[end - 1] === character) end--;
  return points.slice(first, end).join('');
}

function like(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '%') return Array.from({ length: text.length + 1 }).some((_, skip) => like(text.slice(skip), rest));
  return text.length > 0 && (first === '_' || first === text[0]) && like(text.slice(1), rest);
}

function exactFunction(expression: Call, values: readonly Value[]): Known | undefined {
  const { type, function: signature } = expression;
  const [first, second] = values.map((value) => (typeof value === 'string' ? 0n : BigInt(value as number)));
  if (first === undefined) return undefined;
  // A whole number keeps its argument's scale or has none.
  const digits = expression.arguments[0] === undefined ? 0 : scaleOf(expression.arguments[0].type);
  const unit = 10n ** BigInt(digits);
  const shorter = 10n ** BigInt(digits - Math.min(digits, scaleOf(type)));
  switch (signature.name) {
    case 'ABS':
      return is(storeExact(first < 0n ? -first : first, type));
    case 'FLOOR':
      return is(storeExact(floorTo(first, unit) / shorter, type));
    case 'CEIL':
      return is(storeExact(-floorTo(-first, unit) / shorter, type));
    case 'STEP':
      return second === undefined ? undefined : is(storeExact(floorTo(first, second), type));
    case 'MOD': {
      if (second === undefined || type.kind === 'DECIMAL') return undefined;
      if (second === 0n) throw new Fault('division-by-zero');
      return is(storeExact(first % second, type));
    }
    case 'MONOTONIC':
      return is(values[0] ?? null);
    case 'TSDIFF':
      return second === undefined ? undefined : is(storeExact(first > second ? first - second : second - first, type));
    case 'UNIX_TIMESTAMP':
      return is(first);
    case 'EXTRACT':
    case 'EXTRACT_SECOND':
      return extract(expression, values);
  }
  return undefined;
}

function approximateFunction(expression: Call, values: readonly Value[]): Known | undefined {
  const [value = 0, other = 0] = values.map(Number);
  const result = (number: number): Known => is(storeApproximate(number, expression.type));
  const legal = (condition: boolean, number: () => number): Known => {
    if (!condition) throw new Fault('invalid-argument');
    return result(number());
  };
  switch (expression.function.name) {
    case 'ABS':
      return result(Math.abs(value));
    case 'FLOOR':
      return result(Math.floor(value));
    case 'CEIL':
      return result(Math.ceil(value));
    case 'SIGN':
      return result(Math.sign(value));
    case 'SQRT':
      return legal(value >= 0, () => Math.sqrt(value));
    case 'EXP':
      return result(Math.exp(value));
    case 'LN':
      return legal(value > 0, () => Math.log(value));
    case 'LOG10':
      return legal(value > 0, () => Math.log10(value));
    case 'POWER':
      return legal(!(value === 0 && other < 0) && !(value < 0 && !Number.isInteger(other)), () => value ** other);
    case 'MONOTONIC':
      return is(values[0] ?? null);
  }
  return undefined;
}

/** The largest multiple of the unit that is not above the value. */
export function floorTo(value: bigint, unit: bigint): bigint {
  return value - (((value % unit) + unit) % unit);
}

// ---- Datetimes ----

function timeFunction(expression: Call, values: readonly Value[]): Known | undefined {
  const { name } = expression.function;
  const { type } = expression;
  const [first = null, second = null] = values;
  if (name === 'MONOTONIC' || name === 'TO_TIMESTAMP') return is(first);
  if (name === 'ABS' && type.kind === 'INTERVAL') {
    const exact = BigInt(first as bigint);
    const size = exact < 0n ? -exact : exact;
    return is(typeof first === 'number' ? Number(size) : size);
  }
  if (name !== 'FLOOR' && name !== 'CEIL' && name !== 'STEP') return undefined;
  const ms = msOf(first, type);
  if (name === 'STEP') {
    if (typeof second !== 'bigint') return undefined;
    return is(fromMs(floorTo(ms, second), type));
  }
  const field = datetimeFields[Number(second)];
  if (field === undefined) return undefined;
  const unit = unitMs[field];
  if (type.kind === 'INTERVAL' && (familyOf(type) !== 'interval-day-time' || unit === undefined)) return undefined;
  if (unit !== undefined) return is(fromMs(name === 'FLOOR' ? floorTo(ms, unit) : -floorTo(-ms, unit), type));
  if (type.kind === 'TIME') return undefined;
  return is(fromMs(wholeMonths(ms, field === 'YEAR' ? 12 : 1, name === 'CEIL'), type));
}

function wholeMonths(ms: bigint, months: number, up: boolean): bigint {
  const date = new Date(Number(ms));
  const month = Math.floor(date.getUTCMonth() / months) * months;
  const first = BigInt(Date.UTC(date.getUTCFullYear(), month, 1));
  return !up || first === ms ? first : BigInt(Date.UTC(date.getUTCFullYear(), month + months, 1));
}

/** A datetime or interval of days and less in milliseconds. */
export function msOf(value: Value, type: SqlType): bigint {
  return type.kind === 'DATE' ? BigInt(value as number) * dayMs : BigInt(value as number);
}

/** The value of a type from milliseconds; a time of day starts again at midnight. */
export function fromMs(ms: bigint, type: SqlType): Value {
  if (type.kind === 'DATE') return Number(floorTo(ms, dayMs) / dayMs);
  if (type.kind === 'TIME') return Number(ms - floorTo(ms, dayMs));
  return ms;
}

function extract(expression: Call, values: readonly Value[]): Known | undefined {
  const isSecond = expression.function.name === 'EXTRACT_SECOND';
  const argument = expression.arguments.at(-1);
  if (argument === undefined || argument.type.kind === 'INTERVAL') return undefined;
  const ms = msOf(values.at(-1) ?? null, argument.type);
  if (isSecond) return is(ms - floorTo(ms, 60000n));
  const date = new Date(Number(ms));
  const parts = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
  ];
  const part = parts[Number(values[0])];
  return part === undefined ? undefined : is(BigInt(part));
}
