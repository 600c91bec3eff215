// Monotonicity (KDA-SQL 2.9): whether an expression only grows, or only falls, as ROWTIME goes on, and if not, why not.
import { isIntegerType } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import { forEachExpression } from '../plan/walk.ts';
import { isPromised } from './scope.ts';

/** What is known of an expression's direction. */
export type Monotonicity =
  | { readonly kind: 'constant' }
  | { readonly kind: 'ascending' | 'descending' /** A function of ROWTIME alone. */; readonly time: boolean }
  | { readonly kind: 'unknown'; readonly reason: string };

const constant: Monotonicity = { kind: 'constant' };

/** Analyses an expression; `growing` says which columns are known to grow. */
export function monotonicityOf(expression: Expression, growing: ReadonlySet<number>): Monotonicity {
  const known = analyse(expression, growing);
  return known.kind === 'unknown' && isPromised(expression) ? { kind: 'ascending', time: false } : known;
}

function analyse(expression: Expression, growing: ReadonlySet<number>): Monotonicity {
  const of = (node: Expression): Monotonicity => monotonicityOf(node, growing);
  switch (expression.kind) {
    case 'literal':
      return constant;
    case 'rowtime':
      return { kind: 'ascending', time: true };
    case 'context':
      return expression.name === 'start' ? constant : { kind: 'ascending', time: false };
    case 'column':
      return growing.has(expression.index)
        ? { kind: 'ascending', time: false }
        : { kind: 'unknown', reason: `column "${expression.name}" is not known to grow` };
    case 'cast':
      return expression.type.kind === 'VARCHAR' || expression.type.kind === 'CHAR'
        ? unlessConstant(of(expression.operand), 'text does not sort as time does')
        : of(expression.operand);
    case 'negate':
      return reverse(of(expression.operand));
    case 'arithmetic':
      return ofArithmetic(expression, of);
    case 'call':
      return ofCall(expression, of);
    default:
      return isConstant(expression)
        ? constant
        : { kind: 'unknown', reason: 'a condition or choice does not only grow' };
  }
}

function isConstant(expression: Expression): boolean {
  let found = true;
  forEachExpression(expression, (node) => {
    if (
      node.kind === 'column' ||
      node.kind === 'rowtime' ||
      node.kind === 'call' ||
      node.kind === 'context' ||
      node.kind === 'subquery'
    )
      found = false;
  });
  return found;
}

function unlessConstant(operand: Monotonicity, reason: string): Monotonicity {
  return operand.kind === 'constant' ? operand : { kind: 'unknown', reason };
}

function reverse(operand: Monotonicity): Monotonicity {
  if (operand.kind === 'ascending') return { ...operand, kind: 'descending' };
  return operand.kind === 'descending' ? { ...operand, kind: 'ascending' } : operand;
}

function ofArithmetic(
  expression: Extract<Expression, { kind: 'arithmetic' }>,
  of: (node: Expression) => Monotonicity,
): Monotonicity {
  const left = of(expression.left);
  const right = expression.operator === '-' ? reverse(of(expression.right)) : of(expression.right);
  if (left.kind === 'unknown') return left;
  if (right.kind === 'unknown') return right;
  if (left.kind === 'constant' && right.kind === 'constant') return constant;
  if (expression.operator === '+' || expression.operator === '-') {
    if (left.kind === 'constant') return right;
    if (right.kind === 'constant' || left.kind === right.kind)
      return left.kind === right.kind && 'time' in right ? { kind: left.kind, time: left.time && right.time } : left;
    return { kind: 'unknown', reason: 'one side grows while the other falls' };
  }
  const factor =
    right.kind === 'constant'
      ? signOf(expression.right)
      : left.kind === 'constant' && expression.operator === '*'
        ? signOf(expression.left)
        : undefined;
  if (factor === undefined) return { kind: 'unknown', reason: 'the sign of a product or quotient is not known' };
  const varying = right.kind === 'constant' ? left : right;
  return factor < 0 ? reverse(varying) : varying;
}

function signOf(expression: Expression): number | undefined {
  if (expression.kind === 'cast') return signOf(expression.operand);
  if (expression.kind === 'negate') {
    const sign = signOf(expression.operand);
    return sign === undefined ? undefined : -sign;
  }
  if (expression.kind !== 'literal' || expression.value === null || typeof expression.value === 'string')
    return undefined;
  return expression.value < 0 ? -1 : expression.value > 0 ? 1 : undefined;
}

function ofCall(
  expression: Extract<Expression, { kind: 'call' }>,
  of: (node: Expression) => Monotonicity,
): Monotonicity {
  const { name } = expression.function;
  const [first, ...others] = expression.arguments;
  if (first === undefined || expression.function.volatile)
    return { kind: 'unknown', reason: `${name} is not known to grow` };
  const operand = of(first);
  const keeps = ['FLOOR', 'CEIL', 'STEP', 'UNIX_TIMESTAMP', 'TO_TIMESTAMP'].includes(name);
  if (name.startsWith('SUBSTRING') && isBeginning(others)) return operand;
  if (keeps && others.every((other) => of(other).kind === 'constant')) return operand;
  if (operand.kind === 'constant' && others.every((other) => of(other).kind === 'constant')) return constant;
  return {
    kind: 'unknown',
    reason: operand.kind === 'unknown' ? operand.reason : `${name} does not keep the order of time`,
  };
}

// SUBSTRING(text FROM 0 FOR n): texts that sort one after the other have beginnings that do.
function isBeginning([start, length]: readonly Expression[]): boolean {
  const number = (node: Expression | undefined): number =>
    node?.kind === 'literal' && (typeof node.value === 'number' || typeof node.value === 'bigint')
      ? Number(node.value)
      : NaN;
  return number(start) <= 1 && (length === undefined || number(length) >= 0);
}

/**
 * True when the windows of a time key include their end: CEIL, and ROWTIME taken as it is. What is nearest to ROWTIME decides, as
 * what lies above it only joins its steps. Below a falling expression FLOOR and CEIL change places: FLOOR(-x) = -CEIL(x).
 */
export function hasClosedEnd(expression: Expression): boolean {
  return endOf(expression) !== 'open';
}

function endOf(expression: Expression): 'open' | 'closed' | undefined {
  switch (expression.kind) {
    case 'call': {
      const [first] = expression.arguments;
      const below = first === undefined ? undefined : endOf(first);
      const { name } = expression.function;
      if (below !== undefined || (name !== 'FLOOR' && name !== 'STEP' && name !== 'CEIL')) return below;
      return (name === 'CEIL') === isFalling(first) ? 'open' : 'closed';
    }
    case 'arithmetic':
      // Integers and intervals divide towards zero, which for times after 1970 is a FLOOR on either side.
      return (
        endOf(expression.left) ??
        endOf(expression.right) ??
        (expression.operator === '/' && divides(expression) ? 'open' : undefined)
      );
    case 'negate':
      return endOf(expression.operand);
    case 'cast': {
      const { type, operand } = expression;
      const cuts =
        type.kind === 'DATE' ||
        (type.kind === 'INTERVAL' && type.end !== 'SECOND') ||
        (isIntegerType(type) && !isIntegerType(operand.type));
      return (
        endOf(operand) ?? (cuts && (type.kind === 'INTERVAL' || operand.type.kind !== type.kind) ? 'open' : undefined)
      );
    }
    default:
      return undefined;
  }
}

function divides(expression: Extract<Expression, { kind: 'arithmetic' }>): boolean {
  return isIntegerType(expression.type) || expression.type.kind === 'INTERVAL';
}

function isFalling(expression: Expression | undefined): boolean {
  return expression !== undefined && monotonicityOf(expression, new Set()).kind === 'descending';
}
