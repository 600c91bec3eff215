// Exact values over literals, where one line of BigInt is the whole function: integers + − * /, signs, comparisons of everything that is
// stored as an integer, and casts between exact types that lose nothing. What leaves its range or divides by zero stays, so that its
// rows fault. DOUBLE, texts and the functions of the library are left to Binaryen, which folds what it inlines: no second
// implementation that could differ from the first.
import { isIntegerType, storageOf, type SqlType } from '../../../contract/types.ts';
import type { Arithmetic, Cast, Comparison, DistinctFrom, Expression, Literal } from '../../plan/expression.ts';

/** The literal that an expression over literals is, or the expression itself. */
export function foldExact(node: Expression): Expression {
  switch (node.kind) {
    case 'arithmetic':
      return foldArithmetic(node);
    case 'negate': {
      const value = exactOf(node.operand);
      return value === undefined || !isIntegerType(node.type) ? node : literalIn(node, -value);
    }
    case 'comparison':
    case 'distinct-from':
      return foldComparison(node);
    case 'cast':
      return foldCast(node);
    default:
      return node;
  }
}

function exactOf(node: Expression): bigint | undefined {
  if (node.kind !== 'literal' || node.value === null || !['i32', 'i64'].includes(storageOf(node.type)))
    return undefined;
  return BigInt(node.value);
}

const bits: Partial<Record<SqlType['kind'], bigint>> = { TINYINT: 8n, SMALLINT: 16n, INTEGER: 32n };

// The node itself when the value is out of its type's range.
function literalIn(node: Expression, value: bigint): Expression {
  const limit = 2n ** ((bits[node.type.kind] ?? 64n) - 1n);
  if (value >= limit || value < -limit) return node;
  const { type, span } = node;
  const stored = storageOf(type) === 'i32' ? Number(value) : value;
  return { kind: 'literal', type, value: stored, nullable: false, span } satisfies Literal;
}

function foldArithmetic(node: Arithmetic): Expression {
  const left = exactOf(node.left);
  const right = exactOf(node.right);
  if (left === undefined || right === undefined || !isIntegerType(node.type)) return node;
  switch (node.operator) {
    case '+':
      return literalIn(node, left + right);
    case '-':
      return literalIn(node, left - right);
    case '*':
      return literalIn(node, left * right);
    case '/':
      return right === 0n ? node : literalIn(node, left / right);
  }
}

function foldComparison(node: Comparison | DistinctFrom): Expression {
  const left = exactOf(node.left);
  const right = exactOf(node.right);
  if (left === undefined || right === undefined) return node;
  const holds =
    node.kind === 'distinct-from' ? (left !== right) !== node.negated : compares(node.operator, left, right);
  return literalIn(node, holds ? 1n : 0n);
}

function compares(operator: Comparison['operator'], left: bigint, right: bigint): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
  }
}

function foldCast(node: Cast): Expression {
  const value = exactOf(node.operand);
  const { type, operand } = node;
  const isExact = (one: SqlType): boolean => isIntegerType(one) || one.kind === 'DECIMAL';
  if (value === undefined || !isExact(type) || !isExact(operand.type)) return node;
  const shift = scaleOf(type) - scaleOf(operand.type);
  return shift < 0 ? node : literalIn(node, value * 10n ** BigInt(shift));
}

function scaleOf(type: SqlType): number {
  return type.kind === 'DECIMAL' ? type.scale : 0;
}
