// Finite queries: VALUES, and queries over tables only. They become tables that the program computes (DerivedTable); what reads them goes
// through their rows or looks them up.
import type { Column } from '../../contract/types.ts';
import * as tableMessage from '../diagnose/finiteMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { AggregateCall, DerivedTable, Project, Relation, StreamScan } from '../plan/plan.ts';
import type { Span } from '../source.ts';
import { convert, unifyValues } from './convert.ts';
import { bindExpression } from './expression.ts';
import { emptyScope } from './from.ts';
import { sortKey, withKeys, type OrderKey } from './order.ts';
import { asScan, itemColumns, projectOf, type BoundSelect, type Item, type QueryContext } from './query.ts';
import { shareRecords } from './records.ts';
import { columnAt, plain, refuseAggregates } from './scope.ts';
import type { TableMaking } from './parts.ts';

/** True for the name of a reference table. */
export function isTable(name: string, context: QueryContext): boolean {
  return context.tables.has(name) && !context.streams.has(name) && !context.views.has(name);
}

/** True when an entry of FROM is made of tables only. */
export function isOfTables(from: ast.FromItem, context: QueryContext): boolean {
  switch (from.kind) {
    case 'named-relation': {
      const view = context.views.get(from.name.name);
      return view === undefined
        ? isTable(from.name.name, context)
        : isFiniteQuery(view.node.query, { ...context, views: view.views });
    }
    case 'derived-table':
      return isFiniteQuery(from.query, context);
    case 'join':
      return isOfTables(from.left, context) && isOfTables(from.right, context);
    case 'table-function':
      return false;
  }
}

/** True when a query is made of VALUES and tables only. */
export function isFiniteQuery(query: ast.Query, context: QueryContext): boolean {
  switch (query.kind) {
    case 'values':
      return true;
    case 'select':
      return query.from.every((item) => isOfTables(item, context));
    case 'set-query':
      return isFiniteQuery(query.left, context) && isFiniteQuery(query.right, context);
  }
}

/** The rows of a table as a query. */
export function tableScan(
  table: Pick<DerivedTable, 'name' | 'columns'>,
  columns: readonly Column[],
  span: Span,
  context: QueryContext,
): BoundSelect {
  return { ...asScan(context.parts.rows(table, span), columns, span), finite: true };
}

// No column has the type NULL.
function typed(expression: Expression): Expression {
  return expression.type.kind === 'NULL' ? convert(expression, { kind: 'INTEGER' }, 'implicit') : expression;
}

/** The projection of a query that fills a table. */
export function filling(bound: BoundSelect): Project {
  const project = projectOf(bound);
  const expressions = project.expressions.map(typed);
  const columns = expressions.map(({ type, nullable }, index) => ({
    name: project.columns[index]?.name ?? '',
    type,
    nullable,
  }));
  return shareRecords({ ...project, expressions, columns });
}

/** The table of a query's rows. */
export function tableOf(bound: BoundSelect, context: QueryContext, making: TableMaking = {}): DerivedTable {
  const project = filling(bound);
  return context.parts.derive([project], project.columns, bound.span, making);
}

// A promoted ROWTIME is one more column of the table.
function withRowtime(bound: BoundSelect): BoundSelect {
  if (bound.rowtime === undefined) return bound;
  const item: Item = { expression: bound.rowtime, name: 'rowtime', aliased: false, span: bound.span };
  return { ...bound, items: [...bound.items, item] };
}

// The query again, over the table of its rows.
function above(bound: BoundSelect, table: DerivedTable, context: QueryContext): BoundSelect {
  const scan = tableScan(table, itemColumns(bound), bound.span, context);
  const width = bound.items.length;
  return {
    ...scan,
    items: scan.items.map((item, index) => ({ ...item, span: bound.items[index]?.span ?? item.span })),
    ...(bound.rowtime === undefined ? {} : { rowtime: columnAt(table.columns, width, bound.span) }),
  };
}

/** SELECT DISTINCT over tables. */
export function distinctRows(bound: BoundSelect, context: QueryContext): BoundSelect {
  return above(bound, tableOf(withRowtime(bound), context, { distinct: true }), context);
}

/** ORDER BY over tables. */
export function orderedRows(
  bound: BoundSelect,
  keys: readonly OrderKey[],
  context: QueryContext,
): BoundSelect | undefined {
  const within = keys.find(({ node }) => node.within !== undefined);
  if (within !== undefined) {
    context.report(tableMessage.needsStream(within.node.span, 'ORDER BY … WITHIN'));
    return undefined;
  }
  const { project, positions } = withKeys(withRowtime(bound), keys, []);
  const columns = project.columns.map((column, index) => {
    const { type, nullable } = typed(project.expressions[index] as Expression);
    return { ...column, type, nullable };
  });
  const made = shareRecords({ ...project, expressions: project.expressions.map(typed), columns });
  const order = keys.map((key, index) => sortKey(key, positions[index] ?? 0));
  return above(bound, context.parts.derive([made], columns, bound.span, { order }), context);
}

/** VALUES. */
export function bindValues(query: ast.ValuesQuery, context: QueryContext): BoundSelect | undefined {
  const scope = {
    ...emptyScope({ ...context, finite: true }),
    aggregate: refuseAggregates(context.report, 'VALUES'),
  };
  const width = query.rows[0]?.length ?? 0;
  const rows: Expression[][] = [];
  let failed = false;
  for (const row of query.rows) {
    const bound = row.map((node) => bindExpression(node, scope)).filter((value) => value !== undefined);
    if (bound.length < row.length) failed = true;
    else if (row.length !== width) {
      const [first, last] = [row[0] ?? query, row.at(-1) ?? query];
      const span = { start: first.span.start, end: last.span.end };
      context.report(tableMessage.rowWidth(span, row.length, width));
      failed = true;
    } else rows.push(bound);
  }
  if (failed) return undefined;
  const columns: Column[] = [];
  for (let index = 0; index < width; index++) {
    const values = rows.flatMap((row) => row[index] ?? []);
    const unified = unifyValues(values, values.at(-1)?.span ?? query.span, 'in one column of VALUES', scope);
    const [first] = unified ?? [];
    if (unified === undefined || first === undefined) return undefined;
    for (const [number, value] of unified.entries()) (rows[number] as Expression[])[index] = plain(value);
    columns.push({ name: `EXPR$${index}`, type: first.type, nullable: unified.some(({ nullable }) => nullable) });
  }
  const input = context.parts.rows(undefined, query.span);
  const feeds = rows.map((expressions): Project => {
    const span = expressions[0]?.span ?? query.span;
    return { kind: 'project', input, expressions, columns, span };
  });
  const table = context.parts.derive(feeds, columns, query.span, {});
  return tableScan(table, columns, query.span, context);
}

/** A set operation of two queries over tables whose columns have been brought to the types of `columns`. */
export function combineTables(
  query: ast.SetQuery,
  sides: readonly [Project, Project],
  columns: readonly Column[],
  context: QueryContext,
): BoundSelect {
  const { parts } = context;
  const derive = (): DerivedTable => {
    if (query.operator === 'union') return parts.derive(sides, columns, query.span, { distinct: !query.all });
    const other = parts.derive([sides[1]], columns, query.right.span, {});
    const keep = query.operator === 'intersect' ? 'common' : 'other';
    return parts.derive([sides[0]], columns, query.span, { distinct: true, combine: { keep, table: other.name } });
  };
  return tableScan(derive(), columns, query.span, context);
}

/** The value of an aggregate over no rows. */
export function ofNoRows({ name, type, span }: AggregateCall): Expression {
  const value = name === 'COUNT' ? 0n : null;
  return { kind: 'literal', type, value, nullable: value === null, span };
}

/** The one group of a query without GROUP BY: it is there without rows, too. */
export function wholeGroup(groups: Relation, aggregates: readonly AggregateCall[], context: QueryContext): StreamScan {
  const { parts } = context;
  const { span } = groups;
  const columns = groups.columns;
  const same = (input: Relation): Project => ({
    kind: 'project',
    input,
    expressions: columns.map((_, index) => columnAt(columns, index, span)),
    columns,
    span,
  });
  const some = parts.derive([same(groups)], columns, span, {});
  const isThere: Expression = {
    kind: 'subquery',
    form: 'exists',
    table: some.name,
    arguments: [],
    keys: [],
    members: [],
    column: 0,
    type: { kind: 'BOOLEAN' },
    nullable: false,
    span,
  };
  const none: Expression = { kind: 'not', operand: isThere, type: { kind: 'BOOLEAN' }, nullable: false, span };
  const one = parts.rows(undefined, span);
  const keys = columns.length - aggregates.length;
  const expressions = columns.map(({ type }, index): Expression => {
    const call = aggregates[index - keys];
    return call === undefined ? { kind: 'literal', type, value: 0, nullable: false, span } : ofNoRows(call);
  });
  const empty: Project = {
    kind: 'project',
    input: { kind: 'filter', input: one, predicate: none, columns: one.columns, span },
    expressions,
    columns,
    span,
  };
  return parts.rows(parts.derive([same(parts.rows(some, span)), empty], columns, span, {}), span);
}

const aggregates: ReadonlySet<string> = new Set([
  ...['COUNT', 'SUM', 'AVG', 'MIN', 'MAX', 'STDDEV', 'STD_DEV', 'STDDEV_POP', 'STDDEV_SAMP', 'VAR_POP', 'VAR_SAMP'],
  ...['FIRST_VALUE', 'LAST_VALUE', 'ANY', 'EVERY'],
]);

/** True when an expression has a function OVER a window, those of queries inside it aside. */
export function hasWindow(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some(hasWindow);
  if ('over' in node && node.over !== undefined) return true;
  return Object.entries(node).some(([key, part]) => key !== 'query' && hasWindow(part));
}

/** True when a select list or HAVING has an aggregate, those of queries inside it aside. */
export function hasAggregate(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some(hasAggregate);
  const { kind, name } = node as { kind?: unknown; name?: { name?: unknown } };
  if (kind === 'call' && typeof name?.name === 'string' && aggregates.has(name.name)) return true;
  return Object.entries(node).some(([key, part]) => key !== 'query' && hasAggregate(part));
}
