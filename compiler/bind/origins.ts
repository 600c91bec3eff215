// Where columns come from: a column of a derived table in terms of ROWTIME and of the columns far below it, which is what decides whether
// it grows (monotonic.ts).
import type { Expression } from '../plan/expression.ts';
import { rewriteExpression } from '../plan/rewrite.ts';
import { partsOf } from '../plan/walk.ts';
import { isPromised } from './scope.ts';

/** Replaces columns by what they are further down; undefined when one of them has no such form. */
export function throughOrigins(
  expression: Expression,
  origins: readonly (Expression | undefined)[],
): Expression | undefined {
  let lost = false;
  const replaced = rewriteExpression(expression, (node) => {
    if (node.kind !== 'column') return node;
    const origin = origins[node.index];
    lost ||= origin === undefined;
    return origin === undefined ? node : { ...origin, ...(isPromised(node) ? { promised: true } : {}) };
  });
  return lost ? undefined : replaced;
}

/** True when a column stands anywhere in an expression. */
export function readsColumn(expression: Expression): boolean {
  return expression.kind === 'column' || partsOf(expression).some(readsColumn);
}
