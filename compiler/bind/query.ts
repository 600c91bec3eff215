// SELECT → relations: FROM, WHERE, GROUP BY, HAVING and the select list.
import type { Column } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import type * as ast from '../parse/ast.ts';
import { rewriteExpression } from '../plan/rewrite.ts';
import type { Expression } from '../plan/expression.ts';
import type { Relation, Stream } from '../plan/plan.ts';
import { partsOf } from '../plan/walk.ts';
import type { Span } from '../source.ts';
import { bindCondition } from './conditions.ts';
import { bindExpression, unsupported } from './expression.ts';
import type { Catalogue } from './functions.ts';
import { bindGrouped } from './group.ts';
import { monotonicityOf } from './monotonic.ts';
import { allRecordItems, bindRecordItem, entriesOf, layOut, type ItemRecord } from './records.ts';
import { isPromised, plain, type Scope, type ScopeRelation } from './scope.ts';
import type { UserFunction } from './userFunctions.ts';

/** One column of a select list; its expression still has the binder's marks. */
export interface Item {
  readonly expression: Expression;
  readonly name: string;
  readonly span: Span;
  /** Set for a field of a record. */
  readonly record?: ItemRecord;
}

/** A bound SELECT: the relation below its list, and the list. */
export interface BoundSelect {
  readonly input: Relation;
  readonly items: readonly Item[];
  /** `expr AS ROWTIME`. */
  readonly rowtime?: Expression;
  readonly grouped: boolean;
  readonly scope: ScopeRelation;
}

/** A view: a query under a name, seen with the views that stood before it. */
export interface View {
  readonly node: ast.CreateView;
  readonly views: ReadonlyMap<string, View>;
}

/** What all queries of a script share. */
export interface QueryContext {
  readonly references: ReadonlySet<string>;
  readonly functions: ReadonlyMap<string, readonly UserFunction[]>;
  readonly views: ReadonlyMap<string, View>;
  /** Streams that are created further below, with their places. */
  readonly later: ReadonlyMap<string, Span>;
  readonly streams: ReadonlyMap<string, Stream>;
  readonly inputs: ReadonlyMap<string, number>;
  readonly catalogue: Catalogue;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** Binds the query of a pump or derived table. */
export function bindQuery(query: ast.Query, context: QueryContext): BoundSelect | undefined {
  const scope = noScope(context);
  if (query.kind === 'set-query')
    return unsupported(
      query.span,
      query.operator.toUpperCase(),
      scope,
      'let one pump for each part write into the stream',
    );
  if (query.kind === 'values') return unsupported(query.span, 'VALUES', scope);
  return bindSelect(query, context);
}

function noScope(context: QueryContext): Scope {
  return {
    relations: [],
    catalogue: context.catalogue,
    functions: context.functions,
    report: context.report,
    aggregate: () => undefined,
  };
}

function bindSelect(query: ast.SelectQuery, context: QueryContext): BoundSelect | undefined {
  let refused = false;
  const refuse = (span: Span, what: string, hint?: string): void => {
    refused = true;
    context.report(message.notYetSupported(span, what, hint));
  };
  if (query.distinct) refuse(query.span, 'SELECT DISTINCT', 'group by the columns and a time key');
  if (query.stagger !== undefined) refuse(query.stagger.span, 'WINDOWED BY STAGGER');
  if (query.windows.length > 0) refuse(query.windows[0]?.span ?? query.span, 'the WINDOW clause');
  if (query.orderBy.length > 0) refuse(query.orderBy[0]?.span ?? query.span, 'ORDER BY');
  const [from, second] = query.from;
  if (second !== undefined) refuse(second.span, 'a join');
  if (from === undefined) return undefined;
  const source = bindFrom(from, context);
  if (source === undefined || second !== undefined || query.stagger !== undefined) return undefined;
  const scope: Scope = {
    relations: [source],
    catalogue: context.catalogue,
    functions: context.functions,
    report: context.report,
    aggregate: (call) => {
      context.report(message.misplacedAggregate(call.span, call.name.name, 'WHERE'));
      return undefined;
    },
  };
  let input = source.relation;
  let failed = false;
  if (query.where !== undefined) {
    const predicate = bindCondition(query.where, scope);
    if (predicate === undefined) failed = true;
    else input = { kind: 'filter', input, predicate: plain(predicate), columns: input.columns, span: query.where.span };
  }
  const bound =
    query.groupBy === undefined ? bindPlain(query, input, source, scope) : bindGrouped(query, input, source, scope);
  // What is refused above was bound all the same: its other errors are worth knowing.
  return failed || refused ? undefined : bound;
}

function bindPlain(
  query: ast.SelectQuery,
  input: Relation,
  source: ScopeRelation,
  scope: Scope,
): BoundSelect | undefined {
  if (query.having !== undefined) scope.report(message.havingWithoutGroup(query.having.span));
  const inList: Scope = {
    ...scope,
    aggregate: (call) => {
      scope.report(message.aggregateWithoutGroup(call.span, call.name.name));
      return undefined;
    },
  };
  const list = bindList(query, source, inList, (expression) => expression);
  return list === undefined || query.having !== undefined
    ? undefined
    : { input, grouped: false, scope: source, ...list };
}

/** Binds the select list; `finish` is applied to each expression. */
export function bindList(
  query: ast.SelectQuery,
  source: ScopeRelation,
  scope: Scope,
  finish: (expression: Expression) => Expression | undefined,
): { items: Item[]; rowtime?: Expression } | undefined {
  const items: Item[] = [];
  let rowtime: Expression | undefined;
  let failed = false;
  for (const item of query.items) {
    if (item.kind === 'all') {
      if (item.qualifier !== undefined && item.qualifier.name !== source.alias) {
        scope.report(
          message.unknownAlias(
            item.qualifier.span,
            item.qualifier.name,
            source.alias === undefined ? [] : [source.alias],
          ),
        );
        failed = true;
        continue;
      }
      for (const [index, column] of source.columns.slice(0, source.visible).entries()) {
        const expression = finish({
          kind: 'column',
          index,
          name: column.name,
          type: column.type,
          nullable: column.nullable,
          span: item.span,
        });
        if (expression === undefined) failed = true;
        else items.push({ expression, name: column.name, span: item.span });
      }
      const records = allRecordItems(source, item.span, finish);
      if (records === undefined) failed = true;
      else items.push(...records);
      continue;
    }
    const fields = bindRecordItem(item.expression, nameOf(item, items.length), scope, finish);
    if (fields !== 'none') {
      if (fields === undefined) failed = true;
      else items.push(...fields);
      continue;
    }
    const bound = bindExpression(item.expression, scope);
    const expression = bound === undefined ? undefined : finish(bound);
    if (expression === undefined) failed = true;
    else if (item.alias?.name === 'ROWTIME' && expression.kind !== 'rowtime') rowtime = expression;
    else items.push({ expression, name: nameOf(item, items.length), span: item.span });
  }
  return failed ? undefined : { items, ...(rowtime === undefined ? {} : { rowtime }) };
}

function nameOf(item: Extract<ast.SelectItem, { kind: 'item' }>, position: number): string {
  if (item.alias !== undefined) return item.alias.name;
  return item.expression.kind === 'name'
    ? (item.expression.parts.at(-1)?.name ?? `EXPR$${position}`)
    : `EXPR$${position}`;
}

function bindFrom(from: ast.FromItem, context: QueryContext): ScopeRelation | undefined {
  const scope = noScope(context);
  switch (from.kind) {
    case 'named-relation':
      if (from.window !== undefined) return unsupported(from.window.span, 'a window on a relation of FROM', scope);
      return bindNamed(from, context);
    case 'derived-table':
      if (from.window !== undefined) return unsupported(from.window.span, 'a window on a relation of FROM', scope);
      return bindDerived(from, context);
    case 'table-function':
      return unsupported(from.span, `TABLE(${from.name.name}(…))`, scope);
    case 'join':
      return unsupported(from.span, 'a join', scope);
  }
}

function bindNamed(from: ast.NamedRelation, context: QueryContext): ScopeRelation | undefined {
  const { name } = from.name;
  if (name.toLowerCase() === 'error_stream') {
    context.report(message.reservedStream(from.name.span));
    return undefined;
  }
  const view = context.views.get(name);
  if (view !== undefined) return bindView(from, view, context);
  const stream = context.streams.get(name);
  if (stream === undefined) {
    if (context.references.has(name))
      return unsupported(from.name.span, `reference table "${name}" in FROM`, noScope(context));
    context.report(
      message.unknownStream(
        from.name.span,
        name,
        [...context.streams.keys(), ...context.views.keys()],
        context.later.get(name),
      ),
    );
    return undefined;
  }
  const visible = context.inputs.get(name) ?? stream.columns.length;
  const relation: Relation = { kind: 'stream-scan', stream: name, columns: stream.columns, span: from.span };
  const columns = renamed(stream.columns, from.columnAliases, visible, from.span, context);
  if (columns === undefined) return undefined;
  return {
    alias: from.alias?.name ?? name,
    relation,
    columns,
    visible,
    growing: new Set(),
    origins: columns.map(
      (column, index): Expression => ({
        kind: 'column',
        index,
        name: column.name,
        type: column.type,
        nullable: column.nullable,
        span: from.span,
      }),
    ),
  };
}

/** A view is read as the derived table that its query is. */
function bindView(from: ast.NamedRelation, view: View, context: QueryContext): ScopeRelation | undefined {
  const columnAliases = from.columnAliases ?? view.node.columns;
  return bindDerived(
    {
      kind: 'derived-table',
      query: view.node.query,
      alias: from.alias ?? from.name,
      ...(columnAliases === undefined ? {} : { columnAliases }),
      span: from.span,
    },
    { ...context, views: view.views },
  );
}

function renamed(
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
  const rowtime = aliases.find((alias) => alias.name === 'ROWTIME');
  if (rowtime !== undefined) context.report(message.rowtimeInAliases(rowtime.span));
  return columns.map((column, index) => ({ ...column, name: aliases[index]?.name ?? column.name }));
}

function bindDerived(from: ast.DerivedTable, context: QueryContext): ScopeRelation | undefined {
  const bound = bindQuery(from.query, context);
  if (bound === undefined) return undefined;
  if (bound.rowtime !== undefined)
    return unsupported(
      bound.rowtime.span,
      'AS ROWTIME in a derived table',
      noScope(context),
      'promote ROWTIME in a pump of its own',
    );
  const entries = entriesOf(bound.items);
  const renamedEntries = renamed(entries, from.columnAliases, entries.length, from.span, context);
  if (renamedEntries === undefined) return undefined;
  const { items, columns: named, visible, records } = layOut(bound.items, renamedEntries);
  const relation: Relation = {
    kind: 'project',
    input: bound.input,
    expressions: items.map(({ expression }) => plain(expression)),
    columns: named,
    span: from.query.span,
  };
  const growing = new Set<number>();
  for (const [index, { expression }] of items.entries()) {
    const kind = monotonicityOf(expression, bound.grouped ? groupedGrowing(bound.input) : bound.scope.growing);
    if (kind.kind === 'ascending') growing.add(index);
  }
  return {
    alias: from.alias?.name,
    relation,
    columns: named,
    visible,
    growing,
    origins: items.map((item) => originOf(item.expression, bound)),
    records,
  };
}

// Above an aggregate only the output's ROWTIME is a way down to time: its other columns are the aggregate's own.
function originOf(expression: Expression, bound: BoundSelect): Expression | undefined {
  return bound.grouped
    ? readsColumn(expression)
      ? undefined
      : expression
    : throughOrigins(expression, bound.scope.origins);
}

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

// Above an aggregate its closing key grows, as groups leave in that order.
function groupedGrowing(relation: Relation): ReadonlySet<number> {
  for (let current = relation; current.kind !== 'stream-scan'; current = current.input) {
    if (current.kind === 'tumble-aggregate') return new Set([current.closing.key]);
  }
  return new Set();
}
