// FROM: names, derived tables and joins → the tree of relations, and what names mean in it.
import { errorStream } from '../../contract/faults.ts';
import type { Column } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import * as queryMessage from '../diagnose/queryMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { ReferenceTable, Relation } from '../plan/plan.ts';
import type { Span } from '../source.ts';
import { isFiniteQuery } from './finite.ts';
import { bindJoin } from './fromJoin.ts';
import type { FromTree } from './join.ts';
import { isLogParser } from './logParsers.ts';
import { entriesOf, layOut } from './records.ts';
import { asRelation, bindQuery, type QueryContext, type View } from './query.ts';
import { columnAt, type FromScope, type Scope, type ScopeRelation } from './scope.ts';
import { bindTableFunction } from './tableFunctions.ts';
import { bindFrame, followsRowtime, resolveWindow, type BoundFrame } from './windows.ts';

/** Most relations of one FROM: what is known of every column at every join grows with the cube of their number. */
const relationsMax = 32;

/** FROM, bound. */
export interface BoundFrom {
  readonly tree: FromTree;
  readonly scope: FromScope;
}

/** Binds the list of FROM. */
export function bindFrom(items: readonly ast.FromItem[], context: QueryContext): BoundFrom | undefined {
  const [first, ...others] = items;
  if (first === undefined) return undefined;
  const count = countRelations(items);
  if (count > relationsMax) {
    const span = { start: first.span.start, end: others.at(-1)?.span.end ?? first.span.end };
    context.report(queryMessage.tooManyRelations(span, relationsMax, count));
    return undefined;
  }
  const joined = others.reduce<ast.FromItem>(
    (left, right) => ({
      kind: 'join',
      type: 'comma',
      natural: false,
      left,
      right,
      span: { start: left.span.start, end: right.span.end },
    }),
    first,
  );
  return bindItem(joined, context);
}

// Joins are trees that lean to the left: recursion could go as deep as a script is long.
function countRelations(items: readonly ast.FromItem[]): number {
  const rest = [...items];
  let count = 0;
  for (let item = rest.pop(); item !== undefined; item = rest.pop()) {
    if (item.kind === 'join') rest.push(item.left, item.right);
    else count++;
  }
  return count;
}

/** Binds one entry of FROM. */
export function bindItem(from: ast.FromItem, context: QueryContext): BoundFrom | undefined {
  switch (from.kind) {
    case 'named-relation':
      return bindNamed(from, context);
    case 'derived-table':
      return bindDerived(from, context);
    case 'table-function':
      return bindTable(from, context);
    case 'join':
      return bindJoin(from, context);
  }
}

/** A scope without any relation. */
export function emptyScope(context: QueryContext): Scope {
  return {
    relations: [],
    catalogue: context.catalogue,
    functions: context.functions,
    report: context.report,
    aggregate: () => undefined,
    query: context,
  };
}

// A relation by itself, as FROM.
function single(
  relation: Relation,
  columns: readonly Column[],
  part: Pick<ScopeRelation, 'alias' | 'windowName' | 'visible' | 'records'>,
  known: Pick<FromScope, 'origins' | 'growing'>,
  window: BoundFrame | undefined,
  span: Span,
): BoundFrom {
  return {
    tree: { kind: 'relation', relation, span, ...(window === undefined ? {} : { window }) },
    scope: {
      relations: [{ ...part, columns, offset: 0, rowtime: 'row' }],
      columns,
      ...known,
      merged: new Map(),
    },
  };
}

function windowOf(
  reference: ast.WindowReference | undefined,
  context: QueryContext,
): BoundFrame | undefined | 'failed' {
  if (reference === undefined) return undefined;
  const specification = resolveWindow(reference, context.windows, context.report);
  if (specification === undefined) return 'failed';
  if (specification.partitionBy.length > 0) {
    context.report(
      queryMessage.joinWindow(reference.span, 'the window of a join has no PARTITION BY', 'compare the keys in ON'),
    );
    return 'failed';
  }
  if (!followsRowtime(specification, context.report)) return 'failed';
  if (specification.frame === undefined) {
    context.report(
      queryMessage.joinWindow(
        reference.span,
        'the window of a join needs a range, or it would keep every row for ever',
        "write OVER (RANGE INTERVAL '1' MINUTE PRECEDING)",
      ),
    );
    return 'failed';
  }
  const frame = bindFrame(specification.frame, context.report);
  if (frame === undefined) return 'failed';
  if (frame.preceding === undefined || frame.following < 0n) {
    context.report(
      queryMessage.joinWindow(
        specification.frame.span,
        frame.preceding === undefined
          ? 'the window of a join needs a range, or it would keep every row for ever'
          : 'the window of a join reaches to the current row',
        "write OVER (RANGE INTERVAL '1' MINUTE PRECEDING)",
      ),
    );
    return 'failed';
  }
  return frame;
}

function bindNamed(from: ast.NamedRelation, context: QueryContext): BoundFrom | undefined {
  const { name } = from.name;
  if (name.toLowerCase() === errorStream) {
    context.report(message.reservedStream(from.name.span));
    return undefined;
  }
  if (context.unreadable.has(name)) return undefined;
  const view = context.views.get(name);
  if (view !== undefined) return bindView(from, view, context);
  const stream = context.streams.get(name);
  const table = context.tables.get(name);
  if (stream === undefined && table !== undefined) return bindTableRows(from, table, context);
  if (stream === undefined) {
    context.report(
      message.unknownRelation(
        from.name.span,
        name,
        [...context.streams.keys(), ...context.views.keys(), ...context.tables.keys()],
        context.later.get(name),
      ),
    );
    return undefined;
  }
  const visible = context.inputs.get(name) ?? stream.columns.length;
  const relation: Relation = { kind: 'stream-scan', stream: name, columns: stream.columns, span: from.span };
  const columns = renamed(stream.columns, from.columnAliases, visible, from.span, context);
  const window = windowOf(from.window, context);
  if (columns === undefined || window === 'failed') return undefined;
  const origins = columns.map((_, index) => columnAt(columns, index, from.span));
  return single(
    relation,
    columns,
    {
      alias: from.alias?.name ?? name,
      visible,
      ...(from.alias === undefined && from.window?.kind === 'window-name' ? { windowName: from.window.name.name } : {}),
    },
    { growing: new Set(), origins },
    window,
    from.span,
  );
}

// The rows of a reference table, in a query that reads no stream.
function bindTableRows(from: ast.NamedRelation, table: ReferenceTable, context: QueryContext): BoundFrom | undefined {
  const columns = renamed(table.columns, from.columnAliases, table.columns.length, from.span, context);
  if (columns === undefined || refusesWindow(from.window, context)) return undefined;
  const origins = columns.map((_, index) => columnAt(columns, index, from.span));
  const bound = single(
    context.parts.rows(table, from.span),
    columns,
    { alias: from.alias?.name ?? from.name.name, visible: columns.length },
    { growing: new Set(), origins },
    undefined,
    from.span,
  );
  const relations = bound.scope.relations.map((relation): ScopeRelation => ({ ...relation, rowtime: 'column' }));
  return { ...bound, scope: { ...bound.scope, relations } };
}

/** Reports a window over a table. */
export function refusesWindow(window: ast.WindowReference | undefined, context: QueryContext): boolean {
  if (window === undefined) return false;
  context.report(queryMessage.joinWithTable(window.span, 'a reference table has no window', 'leave OVER out'));
  return true;
}

/** A view is read as the derived table that its query is. */
function bindView(from: ast.NamedRelation, view: View, context: QueryContext): BoundFrom | undefined {
  const columnAliases = from.columnAliases ?? view.node.columns;
  return bindDerived(
    {
      kind: 'derived-table',
      query: view.node.query,
      alias: from.alias ?? from.name,
      ...(columnAliases === undefined ? {} : { columnAliases }),
      ...(from.window === undefined ? {} : { window: from.window }),
      span: from.span,
    },
    { ...context, views: view.views },
  );
}

/** The columns under the names of `AS t(c1, c2 …)`. */
export function renamed(
  columns: readonly Column[],
  aliases: readonly ast.Identifier[] | undefined,
  visible: number,
  span: Span,
  context: QueryContext,
): readonly Column[] | undefined {
  if (aliases === undefined) return columns;
  if (aliases.length !== visible) {
    context.report(message.aliasCount(span, visible, aliases.length));
    return undefined;
  }
  const reserved = aliases.find((alias) => alias.name === 'ROWTIME');
  if (reserved !== undefined) {
    context.report(message.rowtimeAsName(reserved.span));
    return undefined;
  }
  return columns.map((column, index) => ({ ...column, name: aliases[index]?.name ?? column.name }));
}

// A row of VALUES that holds a record is read as a select list over one row: its names are those behind the table's.
function withoutRecordValues(from: ast.DerivedTable): ast.DerivedTable {
  const { query, columnAliases, ...rest } = from;
  const [row, ...others] = query.kind === 'values' ? query.rows : [];
  const givesRecord = (value: ast.Expression): boolean => value.kind === 'call' && isLogParser(value.name.name);
  if (row === undefined || others.length > 0 || !row.some(givesRecord)) return from;
  const { span } = query;
  const items = row.map((expression, index): ast.SelectItem => {
    const alias = columnAliases?.[index];
    return { kind: 'item', expression, span: expression.span, ...(alias === undefined ? {} : { alias }) };
  });
  const one: ast.Query = {
    kind: 'values',
    rows: [[{ kind: 'number', form: 'integer', text: '0', span }]],
    orderBy: [],
    span,
  };
  const select: ast.Query = {
    kind: 'select',
    stream: false,
    distinct: false,
    items,
    from: [{ kind: 'derived-table', query: one, span }],
    windows: [],
    orderBy: [],
    span,
  };
  return { ...rest, query: select, ...(columnAliases?.length === row.length ? {} : { columnAliases }) };
}

function bindDerived(written: ast.DerivedTable, context: QueryContext): BoundFrom | undefined {
  const from = withoutRecordValues(written);
  const bound = bindQuery(from.query, context);
  if (isFiniteQuery(from.query, context) && refusesWindow(from.window, context)) return undefined;
  const window = windowOf(from.window, context);
  if (bound === undefined || window === 'failed') return undefined;
  const entries = entriesOf(bound.items);
  const names = renamed(entries, from.columnAliases, entries.length, from.span, context);
  if (names === undefined) return undefined;
  const { items, names: columnNames, visible, records } = layOut(bound.items, names);
  const { relation, growing, origins } = asRelation({ ...bound, items }, context);
  const columns = relation.columns.map((column, index) => ({ ...column, name: columnNames[index] ?? column.name }));
  return single(
    { ...relation, columns },
    columns,
    { alias: from.alias?.name, visible, records },
    { growing, origins },
    window,
    from.span,
  );
}

function bindTable(from: ast.TableFunctionCall, context: QueryContext): BoundFrom | undefined {
  const bound = bindTableFunction(from, emptyScope(context), ({ query }) => {
    const cursor = bindQuery(query, context);
    return cursor === undefined ? undefined : asRelation(cursor, context);
  });
  if (bound === undefined) return undefined;
  const { relation, visible, origins, growing } = bound;
  const columns = renamed(relation.columns, from.columnAliases, visible, from.span, context);
  if (columns === undefined) return undefined;
  return single(relation, columns, { alias: from.alias?.name, visible }, { origins, growing }, undefined, from.span);
}
