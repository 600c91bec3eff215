// Walks over the expressions of a relation.
import type { Expression } from './expression.ts';
import type { Relation } from './plan.ts';

/** The expressions that a relation itself evaluates, in order. Those of a join or lookup are over its output columns. */
export function expressionsOf(relation: Relation): readonly Expression[] {
  const present = (expressions: readonly (Expression | undefined)[]): readonly Expression[] =>
    expressions.filter((expression) => expression !== undefined);
  switch (relation.kind) {
    case 'stream-scan':
    case 'table-function':
    case 'sort':
    case 'time-sort':
      return [];
    case 'filter':
      return [relation.predicate];
    case 'project':
      return present([...relation.expressions, relation.rowtime]);
    case 'tumble-aggregate':
    case 'stagger-aggregate':
      return present([...relation.keys, ...relation.aggregates.map((call) => call.argument)]);
    case 'sliding-window':
      return present([...relation.partition, ...relation.calls.flatMap((call) => [call.argument, call.otherwise])]);
    case 'distinct':
      return relation.keys;
    case 'join':
      return present([...relation.left.keys, ...relation.right.keys, relation.predicate]);
    case 'lookup':
      return present([...relation.keys.map(({ expression }) => expression), relation.predicate]);
  }
}

/** How a relation's columns come from its input's: the same ones, those and more behind them, or new ones. */
export function columnsOf(relation: Exclude<Relation, { kind: 'stream-scan' }>): 'same' | 'appended' | 'new' {
  switch (relation.kind) {
    case 'filter':
    case 'distinct':
    case 'sort':
    case 'time-sort':
    case 'join':
      return 'same';
    case 'sliding-window':
    case 'lookup':
      return 'appended';
    case 'table-function':
      return relation.name === 'TOP_K_ITEMS_TUMBLING' || relation.name === 'COUNT_DISTINCT_ITEMS_TUMBLING'
        ? 'new'
        : 'appended';
    case 'project':
    case 'tumble-aggregate':
    case 'stagger-aggregate':
      return 'new';
  }
}

/** Positions of the input's columns that a relation itself reads. */
export function columnsRead(relation: Exclude<Relation, { kind: 'stream-scan' }>): Set<number> {
  const read = new Set<number>();
  for (const expression of expressionsOf(relation)) forEachColumn(expression, (index) => read.add(index));
  if (relation.kind === 'table-function') for (const index of relation.reads) read.add(index);
  if (relation.kind === 'sort' || relation.kind === 'time-sort')
    for (const { column } of relation.keys) read.add(column);
  if (relation.kind === 'time-sort') read.add(relation.time);
  // The column that says from which side a row is.
  if (relation.kind === 'join') read.add(relation.columns.length);
  const width = relation.input.columns.length;
  return new Set([...read].filter((index) => index < width));
}

/** Calls `visit` for every column that an expression reads. */
export function forEachColumn(expression: Expression, visit: (index: number) => void): void {
  forEachExpression(expression, (node) => {
    if (node.kind === 'column') visit(node.index);
  });
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
    case 'subquery':
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
