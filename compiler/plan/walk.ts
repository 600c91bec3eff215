// Walks over the expressions of a relation.
import type { Expression } from './expression.ts';
import type { Relation } from './plan.ts';

/** The expressions that a relation itself evaluates, in order. */
export function expressionsOf(relation: Relation): readonly Expression[] {
  switch (relation.kind) {
    case 'stream-scan':
      return [];
    case 'filter':
      return [relation.predicate];
    case 'project':
      return relation.rowtime === undefined ? relation.expressions : [...relation.expressions, relation.rowtime];
    case 'tumble-aggregate':
      return [
        ...relation.keys,
        ...relation.aggregates.flatMap((call) => (call.argument === undefined ? [] : [call.argument])),
      ];
  }
}

/** The direct parts of an expression. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'rowtime':
    case 'context':
      return [];
    case 'arithmetic':
    case 'comparison':
    case 'distinct-from':
      return [expression.left, expression.right];
    case 'negate':
    case 'not':
    case 'is':
    case 'cast':
      return [expression.operand];
    case 'and':
    case 'or':
    case 'coalesce':
      return expression.operands;
    case 'case':
      return [...expression.branches.flatMap((branch) => [branch.when, branch.then]), expression.otherwise];
    case 'call':
      return expression.arguments;
  }
}

/** Calls `visit` for an expression and everything in it. */
export function forEachExpression(expression: Expression, visit: (node: Expression) => void): void {
  visit(expression);
  for (const part of partsOf(expression)) forEachExpression(part, visit);
}

/** Nodes in an expression: what its code costs, roughly. */
export function weightOf(expression: Expression): number {
  let weight = 0;
  forEachExpression(expression, () => weight++);
  return weight;
}
