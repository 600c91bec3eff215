// Expressions of the oracle: exact integers as BigInt, decimals as scaled BigInt, three-valued logic, faults as exceptions.
import type { Arithmetic, Comparison, Expression } from '../../compiler/plan/expression.ts';
import { familyOf, isIntegerType, isYearMonth, type SqlType } from '../../contract/types.ts';
import { cast } from './casts.ts';
import { callFunction, fromMs, msOf } from './functions.ts';
import { divideRounding, Fault, NotKnown, order, scaleOf, storeApproximate, storeExact, type Value } from './values.ts';

export { divideRounding, Fault, NotKnown, order, storeApproximate, storeExact, type Value };

/** What an expression may read. */
export interface RowContext {
  readonly values: readonly Value[];
  readonly rowtime: bigint;
  readonly clock: bigint;
  readonly start: bigint;
}

/** Evaluates an expression. */
export function evaluate(expression: Expression, row: RowContext): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'subquery':
      throw new NotKnown('a subquery');
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
      const distinct =
        left === null || right === null ? left !== right : orderOf(left, right, expression.left.type) !== 0;
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
      return callFunction(
        expression,
        expression.arguments.map((argument) => evaluate(argument, row)),
      );
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

// CHAR compares padded with blanks; a literal of that type may be shorter than its length.
function orderOf(left: Value, right: Value, type: SqlType): number {
  if (type.kind !== 'CHAR') return order(left, right);
  const padded = (value: Value): string => {
    const text = String(value);
    return text + ' '.repeat(Math.max(0, type.length - [...text].length));
  };
  return order(padded(left), padded(right));
}

function compare(expression: Comparison, row: RowContext): Value {
  const left = evaluate(expression.left, row);
  if (left === null) {
    evaluate(expression.right, row);
    return null;
  }
  const right = evaluate(expression.right, row);
  if (right === null) return null;
  const sign = orderOf(left, right, expression.left.type);
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
  if (family !== 'exact') return temporal(expression, left, right);
  const a = BigInt(left as number);
  const b = BigInt(right as number);
  if (family === 'exact' && type.kind === 'DECIMAL')
    return decimal(operator, a, scaleOf(expression.left.type), b, scaleOf(expression.right.type), type);
  if (operator === '+') return storeExact(a + b, type);
  if (operator === '-') return storeExact(a - b, type);
  return storeExact(operator === '*' ? a * b : a / b, type);
}

// Datetimes and intervals in milliseconds; months are not known but beside a TIMESTAMP or DATE.
function temporal({ operator, left, right, type }: Arithmetic, one: Value, two: Value): Value {
  const months = isYearMonth(right.type) ? two : isYearMonth(left.type) ? one : undefined;
  if (months !== undefined && type.kind === 'INTERVAL') throw new NotKnown('arithmetic of months');
  if (months !== undefined) {
    const time = months === two ? msOf(one, left.type) : msOf(two, right.type);
    return fromMs(addMonths(time, operator === '-' ? -Number(months) : Number(months)), type);
  }
  if (operator === '*' || operator === '/') {
    const factor = left.type.kind === 'INTERVAL' ? right.type : left.type;
    if (!isIntegerType(factor)) throw new NotKnown('a part of an interval');
    return storeExact(
      operator === '*' ? BigInt(one as number) * BigInt(two as number) : BigInt(one as number) / BigInt(two as number),
      type,
    );
  }
  const a = msOf(one, left.type);
  const b = msOf(two, right.type);
  return fromMs(operator === '+' ? a + b : a - b, type);
}

// The same day of another month, or that month's last.
function addMonths(ms: bigint, months: number): bigint {
  const date = new Date(Number(ms));
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return BigInt(date.getTime());
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
