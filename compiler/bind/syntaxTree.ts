// Syntax that stands for other syntax: the nodes to which conditions are rewritten before they are bound.
import type * as ast from '../parse/ast.ts';
import type { Span } from '../source.ts';

/** An operator that compares. */
export type ComparisonOperator = '=' | '<>' | '<' | '>' | '<=' | '>=';

/** `left operator right`. */
export function compared(
  operator: ComparisonOperator,
  left: ast.Expression,
  right: ast.Expression,
  span: Span,
): ast.Expression {
  return { kind: 'binary', operator, left, right, span };
}

/** All of them; the only one itself. */
export function allOf(operands: readonly ast.Expression[], span: Span): ast.Expression {
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { kind: 'logical', operator: 'and', operands, span };
}

/** Any of them; the only one itself. */
export function anyOf(operands: readonly ast.Expression[], span: Span): ast.Expression {
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { kind: 'logical', operator: 'or', operands, span };
}

/** NOT operand. */
export function negated(operand: ast.Expression, span: Span): ast.Expression {
  return { kind: 'logical', operator: 'not', operands: [operand], span };
}
