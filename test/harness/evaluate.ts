// Expressions of the oracle: exact integers as BigInt, decimals as scaled BigInt, three-valued logic, faults as exceptions.
import type { Arithmetic, Call, Comparison, Expression } from '../../compiler/plan/expression.ts';
import { familyOf, isIntegerType, isYearMonth, storageOf, type SqlType } from '../../contract/types.ts';

/** NULL, or by storage: i32, f32, f64 → number · i64 → bigint · text → string. */
export type Value = number | bigint | string | null;

/** A data error. */
export class Fault extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Raised for what the oracle doesn't know; the generator must not write it. */
export class NotKnown extends Error {}

/** What an expression may read. */
export interface RowContext {
  readonly values: readonly Value[];
  readonly rowtime: bigint;
  readonly clock: bigint;
  readonly start: bigint;
}

const ranges: Record<string, bigint> = {
  TINYINT: 2n ** 7n,
  SMALLINT: 2n ** 15n,
  INTEGER: 2n ** 31n,
  BIGINT: 2n ** 63n,
};

/** Checks an exact value against its type's range and stores it. */
export function storeExact(value: bigint, type: SqlType): Value {
  const limit = ranges[type.kind] ?? 2n ** 63n;
  if (value >= limit || value < -limit) throw new Fault('numeric-overflow');
  return storageOf(type) === 'i32' ? Number(value) : value;
}

/** Stores an approximate value. */
export function storeApproximate(value: number, type: SqlType): Value {
  const stored = type.kind === 'REAL' ? Math.fround(value) : value;
  if (!Number.isFinite(stored)) throw new Fault('numeric-overflow');
  return stored;
}

/** Division that rounds half away from zero. */
export function divideRounding(value: bigint, divisor: bigint): bigint {
  const negative = value < 0n !== divisor < 0n;
  const dividend = value < 0n ? -value : value;
  const by = divisor < 0n ? -divisor : divisor;
  const rounded = (dividend * 2n + by) / (by * 2n);
  return negative ? -rounded : rounded;
}

function scaleOf(type: SqlType): number {
  return type.kind === 'DECIMAL' ? type.scale : 0;
}

/** Evaluates an expression. */
export function evaluate(expression: Expression, row: RowContext): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'column':
      return row.values[expression.index] ?? null;
    case 'rowtime':
      return row.rowtime;
    case 'context':
      return expression.name === 'start' ? row.start : row.clock;
    case 'arithmetic':
      return arithmetic(expression, row);
    case 'negate': {
      const value = evaluate(expression.operand, row);
      if (value === null) return null;
      return familyOf(expression.type) === 'approximate'
        ? -Number(value)
        : storeExact(-BigInt(value as number), expression.type);
    }
    case 'comparison':
      return compare(expression, row);
    case 'and':
    case 'or':
      return logical(expression.kind, expression.operands, row);
    case 'not': {
      const value = evaluate(expression.operand, row);
      return value === null ? null : 1 - Number(value);
    }
    case 'is': {
      const value = evaluate(expression.operand, row);
      const holds =
        expression.test === 'true' ? value === 1 : expression.test === 'false' ? value === 0 : value === null;
      return Number(holds !== expression.negated);
    }
    case 'distinct-from': {
      const left = evaluate(expression.left, row);
      const right = evaluate(expression.right, row);
      const distinct = left === null || right === null ? left !== right : order(left, right) !== 0;
      return Number(distinct !== expression.negated);
    }
    case 'case':
      for (const { when, then } of expression.branches) if (evaluate(when, row) === 1) return evaluate(then, row);
      return evaluate(expression.otherwise, row);
    case 'coalesce':
      for (const operand of expression.operands) {
        const value = evaluate(operand, row);
        if (value !== null) return value;
      }
      return null;
    case 'cast':
      return cast(evaluate(expression.operand, row), expression.operand.type, expression.type);
    case 'call':
      return call(expression, row);
  }
}

function logical(kind: 'and' | 'or', operands: readonly Expression[], row: RowContext): Value {
  let unknown = false;
  for (const operand of operands) {
    const value = evaluate(operand, row);
    if (value === null) unknown = true;
    else if (Number(value) === (kind === 'and' ? 0 : 1)) return kind === 'and' ? 0 : 1;
  }
  return unknown ? null : kind === 'and' ? 1 : 0;
}

/** Order of two values of one type; text by code points. */
export function order(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string')
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (left === right) return 0;
  return (left as number | bigint) < (right as number | bigint) ? -1 : 1;
}

function compare(expression: Comparison, row: RowContext): Value {
  const left = evaluate(expression.left, row);
  if (left === null) {
    evaluate(expression.right, row);
    return null;
  }
  const right = evaluate(expression.right, row);
  if (right === null) return null;
  const sign = order(left, right);
  switch (expression.operator) {
    case '=':
      return Number(sign === 0);
    case '<>':
      return Number(sign !== 0);
    case '<':
      return Number(sign < 0);
    case '>':
      return Number(sign > 0);
    case '<=':
      return Number(sign <= 0);
    case '>=':
      return Number(sign >= 0);
  }
}

function arithmetic(expression: Arithmetic, row: RowContext): Value {
  const { operator, type } = expression;
  const left = evaluate(expression.left, row);
  const right = evaluate(expression.right, row);
  if (left === null || right === null) return null;
  const family = familyOf(type);
  if (operator === '/' && Number(right) === 0) throw new Fault('division-by-zero');
  if (family === 'approximate') return storeApproximate(approximate(operator, Number(left), Number(right)), type);
  if (family !== 'exact' && (isYearMonth(expression.left.type) || isYearMonth(expression.right.type)))
    throw new NotKnown('months');
  const a = BigInt(left as number);
  const b = BigInt(right as number);
  if (family === 'exact' && type.kind === 'DECIMAL')
    return decimal(operator, a, scaleOf(expression.left.type), b, scaleOf(expression.right.type), type);
  if (operator === '+') return storeExact(a + b, type);
  if (operator === '-') return storeExact(a - b, type);
  return storeExact(operator === '*' ? a * b : a / b, type);
}

function approximate(operator: Arithmetic['operator'], left: number, right: number): number {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  return operator === '*' ? left * right : left / right;
}

function decimal(
  operator: Arithmetic['operator'],
  a: bigint,
  scaleA: number,
  b: bigint,
  scaleB: number,
  type: SqlType,
): Value {
  const scale = scaleOf(type);
  const power = (digits: number): bigint => 10n ** BigInt(digits);
  if (operator === '/') {
    const shift = scale + scaleB - scaleA;
    return storeExact(shift >= 0 ? divideRounding(a * power(shift), b) : divideRounding(a, b * power(-shift)), type);
  }
  const wide = operator === '*' ? scaleA + scaleB : Math.max(scaleA, scaleB);
  const left = a * power(Math.max(0, wide - scaleA));
  const right = b * power(Math.max(0, wide - scaleB));
  const exact = operator === '*' ? a * b : operator === '+' ? left + right : left - right;
  return storeExact(wide > scale ? divideRounding(exact, power(wide - scale)) : exact * power(scale - wide), type);
}

function cast(value: Value, from: SqlType, to: SqlType): Value {
  if (value === null) return null;
  const source = familyOf(from);
  const target = familyOf(to);
  if (source === 'exact' && target === 'exact') {
    const shift = scaleOf(to) - scaleOf(from);
    const exact = BigInt(value as number);
    return storeExact(shift >= 0 ? exact * 10n ** BigInt(shift) : divideRounding(exact, 10n ** BigInt(-shift)), to);
  }
  if (source === 'exact' && target === 'approximate') return storeApproximate(Number(value) / 10 ** scaleOf(from), to);
  if (source === 'approximate' && target === 'approximate') return storeApproximate(Number(value), to);
  if (source === 'approximate' && isIntegerType(to)) {
    const number = Number(value);
    const rounded = Math.sign(number) * Math.floor(Math.abs(number) + 0.5);
    if (Math.abs(rounded) >= 2 ** 63) throw new Fault('numeric-overflow');
    return storeExact(BigInt(rounded), to);
  }
  if (source === 'approximate' && to.kind === 'DECIMAL') {
    const scaled = Math.abs(Number(value)) * 10 ** to.scale;
    if (scaled >= 2 ** 63) throw new Fault('numeric-overflow');
    return storeExact(BigInt(Math.sign(Number(value)) * Math.floor(scaled + 0.5)), to);
  }
  if (source === 'character' && target === 'character' && 'length' in to) {
    const cut = [...String(value)].slice(0, to.length).join('');
    return to.kind === 'CHAR' ? cut.padEnd(to.length) : cut;
  }
  if (source === 'exact' && target === 'character' && isIntegerType(from)) {
    if ('length' in to && String(value).length > to.length) throw new Fault('text-too-long');
    return String(value);
  }
  if (from.kind === to.kind || source === target) return value;
  throw new NotKnown(`cast of ${from.kind} to ${to.kind}`);
}

/** Lengths of DAY to SECOND by their field numbers; years and months have none. */
const unitMs = [0n, 0n, 86400000n, 3600000n, 60000n, 1000n];

function floorTo(value: bigint, unit: bigint): bigint {
  const rest = ((value % unit) + unit) % unit;
  return value - rest;
}

function call(expression: Call, row: RowContext): Value {
  const values = expression.arguments.map((argument) => evaluate(argument, row));
  if (values.includes(null)) return null;
  const [first, second] = values;
  const unit = typeof second === 'number' ? unitMs[second] : undefined;
  switch (expression.function.name) {
    case 'STEP':
      if (typeof first === 'bigint' && typeof second === 'bigint') return floorTo(first, second);
      break;
    case 'FLOOR':
      if (typeof first === 'bigint' && unit !== undefined && unit > 0n) return floorTo(first, unit);
      break;
    case 'CEIL':
    case 'CEILING':
      if (typeof first === 'bigint' && unit !== undefined && unit > 0n) return -floorTo(-first, unit);
      break;
    case 'UPPER':
      return String(first).toUpperCase();
    case 'LOWER':
      return String(first).toLowerCase();
    case 'CHAR_LENGTH':
    case 'CHARACTER_LENGTH':
      return [...String(first)].length;
    case 'ABS':
      if (familyOf(expression.type) === 'approximate') return Math.abs(Number(first));
      return storeExact(
        BigInt(first as number) < 0n ? -BigInt(first as number) : BigInt(first as number),
        expression.type,
      );
    case 'MOD':
      if (Number(second) === 0) throw new Fault('division-by-zero');
      return storeExact(BigInt(first as number) % BigInt(second as number), expression.type);
    case 'MONOTONIC':
      return first ?? null;
  }
  throw new NotKnown(expression.function.name);
}
