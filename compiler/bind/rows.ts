// Row values in conditions: equal when all fields are, otherwise ordered by the first field that differs (SQL:2003 part 2, 8.2).
import { misplacedRow, rowBesideValue, rowWidths } from '../diagnose/expressionMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Span } from '../source.ts';
import { bindExpression } from './expression.ts';
import type { Scope } from './scope.ts';
import { allOf, anyOf, compared, negated, type ComparisonOperator } from './syntaxTree.ts';

type Pair = readonly [ast.Expression, ast.Expression];

// The fields of both rows side by side; reports when they are no two rows of one width.
function pairsOf(left: ast.Expression, right: ast.Expression, span: Span, scope: Scope): Pair[] | undefined {
  if (left.kind !== 'row' || right.kind !== 'row') {
    scope.report(rowBesideValue(span));
    return undefined;
  }
  if (left.values.length !== right.values.length) {
    scope.report(rowWidths(span, left.values.length, right.values.length));
    return undefined;
  }
  const others = right.values;
  return left.values.map((value, index): Pair => [value, others[index] ?? value]);
}

/** A comparison with a row on one side or both. */
export function bindRowComparison(node: ast.BinaryExpression, scope: Scope): Expression | undefined {
  const { operator, span } = node;
  if (operator === '+' || operator === '-' || operator === '*' || operator === '/' || operator === '||') {
    scope.report(misplacedRow((node.left.kind === 'row' ? node.left : node.right).span));
    return undefined;
  }
  const pairs = pairsOf(node.left, node.right, span, scope);
  return pairs === undefined ? undefined : bindExpression(rowsCompared(operator, pairs, span), scope);
}

function rowsCompared(operator: ComparisonOperator, pairs: readonly Pair[], span: Span): ast.Expression {
  const equal = (pair: Pair): ast.Expression => compared('=', pair[0], pair[1], span);
  if (operator === '=') return allOf(pairs.map(equal), span);
  if (operator === '<>') return negated(allOf(pairs.map(equal), span), span);
  const [first, ...rest] = pairs;
  if (first === undefined) throw new Error('invariant: a row has a field');
  if (rest.length === 0) return compared(operator, first[0], first[1], span);
  const strictly = operator === '<' || operator === '<=' ? '<' : '>';
  const later = allOf([equal(first), rowsCompared(operator, rest, span)], span);
  return anyOf([compared(strictly, first[0], first[1], span), later], span);
}

/** IS [NOT] DISTINCT FROM with a row on one side or both: some field is distinct. */
export function bindRowDistinct(node: ast.IsExpression, other: ast.Expression, scope: Scope): Expression | undefined {
  const pairs = pairsOf(node.operand, other, node.span, scope);
  if (pairs === undefined) return undefined;
  const distinct = anyOf(
    pairs.map(([left, right]): ast.Expression => ({ ...node, negated: false, operand: left, other: right })),
    node.span,
  );
  return bindExpression(node.negated ? negated(distinct, node.span) : distinct, scope);
}
