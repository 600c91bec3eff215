// Three-valued logic over literals: TRUE AND x → x, FALSE AND x → FALSE, NOT TRUE → FALSE, CASE with constant branches,
// COALESCE of a literal; and exact values over literals (foldExact.ts). What could fault is left alone unless it would never have been evaluated.
import { sameType } from '../../../contract/types.ts';
import type { Expression, Literal } from '../../plan/expression.ts';
import type { Plan } from '../../plan/plan.ts';
import { rewriteExpressions, rewriteRelations } from '../../plan/rewrite.ts';
import { foldExact } from './foldExact.ts';

/** The pass. */
export function foldConstants(plan: Plan): Plan {
  return rewriteRelations(plan, (relation) => rewriteExpressions(relation, fold));
}

function fold(node: Expression): Expression {
  switch (node.kind) {
    case 'and':
    case 'or':
      return foldLogical(node);
    case 'not':
      return node.operand.kind === 'literal'
        ? truth(node, node.operand.value === null ? null : Number(node.operand.value) === 0)
        : node;
    case 'is':
      return node.operand.kind === 'literal' ? foldIs(node, node.operand) : node;
    case 'case': {
      const branches = node.branches.filter((branch) => !isConstant(branch.when, false) && !isNullLiteral(branch.when));
      const first = branches[0];
      if (first === undefined) return withType(node.otherwise, node);
      if (isConstant(first.when, true)) return withType(first.then, node);
      return { ...node, branches };
    }
    case 'cast':
      return sameType(node.type, node.operand.type) && node.mode !== 'explicit' ? node.operand : foldExact(node);
    case 'coalesce': {
      // NULLs at the front, and what stands behind a value, are never the result.
      const open = node.operands.filter((operand) => !isNullLiteral(operand));
      const value = open.findIndex((operand) => operand.kind === 'literal');
      const operands = value < 0 ? open : open.slice(0, value + 1);
      const first = operands[0];
      if (first === undefined) return node;
      return operands.length === 1 ? withType(first, node) : { ...node, operands };
    }
    default:
      return foldExact(node);
  }
}

function withType(value: Expression, node: Expression): Expression {
  return sameType(value.type, node.type) ? value : node;
}

function foldLogical(node: Extract<Expression, { kind: 'and' | 'or' }>): Expression {
  const neutral = node.kind === 'and';
  const operands = node.operands.filter((operand) => !isConstant(operand, neutral));
  const deciding = operands.findIndex((operand) => isConstant(operand, !neutral));
  const first = operands[0];
  if (first === undefined) return truth(node, neutral);
  if (deciding === 0) return truth(node, !neutral);
  // What follows a deciding constant is never evaluated.
  const kept = deciding > 0 ? operands.slice(0, deciding + 1) : operands;
  return kept.length === 1 ? first : { ...node, operands: kept };
}

function foldIs(node: Extract<Expression, { kind: 'is' }>, literal: Literal): Expression {
  const isNull = literal.value === null;
  const value = !isNull && Number(literal.value) !== 0;
  const holds = node.test === 'null' || node.test === 'unknown' ? isNull : !isNull && value === (node.test === 'true');
  return truth(node, holds !== node.negated);
}

function truth(node: Expression, value: boolean | null): Literal {
  return {
    kind: 'literal',
    value: value === null ? null : value ? 1 : 0,
    type: { kind: 'BOOLEAN' },
    nullable: value === null,
    span: node.span,
  };
}

function isConstant(node: Expression, value: boolean): boolean {
  return (
    node.kind === 'literal' &&
    node.type.kind === 'BOOLEAN' &&
    node.value !== null &&
    (Number(node.value) !== 0) === value
  );
}

function isNullLiteral(node: Expression): boolean {
  return node.kind === 'literal' && node.value === null;
}
