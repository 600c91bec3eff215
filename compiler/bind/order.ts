// ORDER BY: the streaming sort, and T-sort (ORDER BY … WITHIN). Both make a hidden stream that rows enter in order.
import { familyOf, type Column } from '../../contract/types.ts';
import { counted } from '../diagnose/diagnostic.ts';
import * as queryMessage from '../diagnose/queryMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Project, Relation, Sort, SortKey } from '../plan/plan.ts';
import { forEachExpression } from '../plan/walk.ts';
import { bindInterval } from './literals.ts';
import { isQualifiedRowtime, columnAt, expressionKey, plain } from './scope.ts';
import { asScan, itemColumns, type BoundSelect, type Item, type QueryContext } from './query.ts';
import { findClosing } from './group.ts';
import { orderedRows } from './finite.ts';

/** One entry of ORDER BY, bound like a select item. */
export interface OrderKey {
  readonly node: ast.OrderItem;
  readonly expression: Expression;
}

/** Finds what an entry names: an ordinal, an alias, or undefined for an expression of its own. */
export function orderedItem(
  node: ast.OrderItem,
  items: readonly Item[],
  context: QueryContext,
): Expression | undefined | 'failed' {
  const { expression } = node;
  if (expression.kind === 'number' && expression.form === 'integer') {
    const item = items[Number(expression.text) - 1];
    if (item === undefined) {
      context.report(
        queryMessage.invalidOrderBy(
          expression.span,
          `the select list has ${counted(items.length, 'column')}, not ${expression.text}`,
        ),
      );
      return 'failed';
    }
    return item.expression;
  }
  if (expression.kind !== 'name' || expression.parts.length > 1) return undefined;
  return items.find((item) => item.aliased && item.name === expression.parts[0]?.name)?.expression;
}

/** Puts the rows of a query in order. */
export function applyOrder(
  bound: BoundSelect,
  keys: readonly OrderKey[],
  context: QueryContext,
): BoundSelect | undefined {
  const [first] = keys;
  if (first === undefined) return bound;
  if (bound.finite === true) return orderedRows(bound, keys, context);
  const within = keys.slice(1).find(({ node }) => node.within !== undefined);
  if (within !== undefined) {
    context.report(queryMessage.timeSortOrder(within.node.span, 'WITHIN belongs to the first expression of ORDER BY'));
    return undefined;
  }
  return first.node.within === undefined ? sort(bound, keys, first, context) : timeSort(bound, keys, first, context);
}

/** The rows of the query with the sort's keys behind its columns. */
export function withKeys(
  bound: BoundSelect,
  keys: readonly OrderKey[],
  more: readonly Expression[],
): { project: Project; positions: number[]; extra: number[] } {
  const expressions = bound.items.map(({ expression }) => plain(expression));
  const positionOf = (expression: Expression): number => {
    const key = expressionKey(expression);
    const known = expressions.findIndex((other) => expressionKey(other) === key);
    return known >= 0 ? known : expressions.push(plain(expression)) - 1;
  };
  const positions = keys.map(({ expression }) => positionOf(expression));
  const extra = more.map(positionOf);
  const columns = expressions.map(
    (expression, index): Column => ({
      name: bound.items[index]?.name ?? `order ${index}`,
      type: expression.type,
      nullable: expression.nullable,
    }),
  );
  return {
    project: { kind: 'project', input: bound.input, expressions, columns, span: bound.span },
    positions,
    extra,
  };
}

/** An entry of ORDER BY whose value is a column. */
export function sortKey({ node }: OrderKey, column: number): SortKey {
  const { descending } = node;
  return { column, descending, nullsFirst: node.nulls === undefined ? !descending : node.nulls === 'first' };
}

function sort(
  bound: BoundSelect,
  keys: readonly OrderKey[],
  first: OrderKey,
  context: QueryContext,
): BoundSelect | undefined {
  const promoted = bound.rowtime === undefined ? [] : [bound.rowtime];
  const { project, positions, extra } = withKeys(bound, keys, promoted);
  const closing = closingOf(bound, first);
  if (typeof closing === 'string') {
    context.report(queryMessage.orderByNotMonotonic(first.node.span, closing));
    return undefined;
  }
  const sorted: Relation = {
    kind: 'sort',
    input: project,
    id: '',
    keys: keys.map((key, index) => sortKey(key, positions[index] ?? 0)),
    closing,
    columns: project.columns,
    span: first.node.span,
  };
  return above(bound, sorted, extra[0], context);
}

// What ends a batch: the end of an emission where groups leave together, a function of ROWTIME, or another value.
function closingOf(bound: BoundSelect, { expression }: OrderKey): Sort['closing'] | string {
  const found = findClosing([expression], bound);
  if (bound.emits === 'together') {
    const key = expression.kind === 'column' && bound.growing.has(expression.index);
    if (key || (typeof found !== 'string' && found.kind === 'time')) return { kind: 'emission' };
  }
  if (typeof found === 'string') return found;
  return found.kind === 'time'
    ? { kind: 'time', expression: plain(found.expression), closedEnd: found.closedEnd }
    : { kind: 'value' };
}

function timeSort(
  bound: BoundSelect,
  keys: readonly OrderKey[],
  first: OrderKey,
  context: QueryContext,
): BoundSelect | undefined {
  const { node, expression } = first;
  const wrong = (why: string): undefined => {
    context.report(queryMessage.timeSortOrder(node.span, why));
    return undefined;
  };
  const interval = node.within === undefined ? undefined : bindInterval(node.within);
  if (interval === undefined || 'severity' in interval) {
    if (interval !== undefined) context.report(interval);
    return undefined;
  }
  if (typeof interval.value !== 'bigint' || interval.value < 0n)
    return wrong('WITHIN needs an interval of days to seconds that is not negative');
  if (node.descending) return wrong('T-sort has no DESC: rows leave in the order of time');
  if (familyOf(expression.type) !== 'timestamp') return wrong('the first expression of a T-sort must be a TIMESTAMP');
  if (readsOwnRowtime(expression))
    return wrong('the first expression of a T-sort can not use ROWTIME of the row that it is to make: write s.ROWTIME');
  if (bound.rowtime === undefined || expressionKey(bound.rowtime) !== expressionKey(expression)) {
    context.report(queryMessage.timeSortRowtime(node.span));
    return undefined;
  }
  const { project, positions } = withKeys(bound, keys, []);
  const sorted: Relation = {
    kind: 'time-sort',
    input: project,
    id: '',
    time: positions[0] ?? 0,
    withinMs: interval.value,
    keys: keys.slice(1).map((key, index) => sortKey(key, positions[index + 1] ?? 0)),
    columns: project.columns,
    span: node.span,
  };
  return above(bound, sorted, undefined, context);
}

function readsOwnRowtime(expression: Expression): boolean {
  let found = false;
  forEachExpression(expression, (node) => {
    if (node.kind === 'rowtime' && !isQualifiedRowtime(node)) found = true;
  });
  return found;
}

// The query again, over the hidden stream.
function above(bound: BoundSelect, sorted: Relation, rowtime: number | undefined, context: QueryContext): BoundSelect {
  const scan = context.parts.stream(sorted.columns, sorted.span);
  context.parts.feed(scan, sorted);
  const { rowtime: _, ...rest } = asScan(scan, itemColumns(bound), bound.span);
  return {
    ...rest,
    items: rest.items.map((item, index) => {
      const { span, record } = bound.items[index] ?? item;
      return { ...item, span, ...(record === undefined ? {} : { record }) };
    }),
    ...(rowtime === undefined ? {} : { rowtime: columnAt(scan.columns, rowtime, bound.span) }),
  };
}
