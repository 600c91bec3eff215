// SELECT: FROM, WHERE, GROUP BY or STAGGER, HAVING, windows, the list, DISTINCT, ORDER BY, in the order in which they take effect.
import { correlatedGroups, needsStream } from '../diagnose/finiteMessages.ts';
import * as message from '../diagnose/messages.ts';
import * as queryMessage from '../diagnose/queryMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Relation } from '../plan/plan.ts';
import { rewriteExpression } from '../plan/rewrite.ts';
import { OUTER_BASE, readsOuter, takeApart, type Taken } from './subquery.ts';
import { bindCondition } from './conditions.ts';
import { bindExpression } from './expression.ts';
import { bindFrom, emptyScope } from './from.ts';
import { bindGrouping, findClosing, type Grouping } from './group.ts';
import { distinctRows, hasAggregate, isOfTables } from './finite.ts';
import { conjunctionOf, conjunctsOf, filtered, realize } from './join.ts';
import { applyOrder, orderedItem, type OrderKey } from './order.ts';
import { readsColumn } from './origins.ts';
import { itemKnowledge, projectOf, type BoundSelect, type Item, type QueryContext } from './query.ts';
import { allRecordItems, bindRecordItem } from './records.ts';
import {
  columnAt,
  expressionKey,
  isQualifiedRowtime,
  plain,
  refuseAggregates,
  refuseWindows,
  relationsCalled,
  shiftColumns,
  type FromScope,
  type Scope,
} from './scope.ts';
import { namedWindows, WINDOW_BASE, WindowCalls } from './windows.ts';

/** Binds a SELECT. */
export function bindSelect(query: ast.SelectQuery, outer: QueryContext): BoundSelect | undefined {
  const finite = query.from.every((item) => isOfTables(item, outer));
  const context: QueryContext = { ...outer, windows: namedWindows(query, outer.windows), finite };
  const from = bindFrom(query.from, context);
  if (from === undefined) return undefined;
  const scope: Scope = {
    ...scopeOf(from.scope, context, 'WHERE'),
    aliases: query.items.flatMap((item) =>
      item.kind === 'item' && item.alias !== undefined ? [{ alias: item.alias, expression: item.expression }] : [],
    ),
  };
  const condition = query.where === undefined ? undefined : bindWhere(query.where, query, scope);
  const failed = query.where !== undefined && condition === undefined;
  const { where, taken = nothingTaken } = condition ?? {};
  const grouping = groupingOf(query, from.scope, scope, taken);
  if (grouping === 'failed') {
    // The list is looked at all the same: its own errors are worth knowing.
    const inside = (call: ast.FunctionCall): undefined => {
      for (const argument of call.arguments) bindExpression(argument, scope);
    };
    bindList(query, from.scope, { ...scope, aggregate: inside, window: inside }, (expression) => expression);
    return undefined;
  }
  const own = bindLists(query, from.scope, scope, grouping, context);
  if (failed || own === undefined) return undefined;
  const list = connect(own, query, taken, grouping, context);
  if (list === undefined) return undefined;
  let input: Relation;
  if (from.tree.kind === 'relation')
    input = where === undefined ? from.tree.relation : filtered(from.tree.relation, [where]);
  else {
    const realized = realize(from.tree, where === undefined ? [] : conjunctsOf(where), context.parts);
    input = filtered(realized.relation, realized.rest);
  }
  const bound = assemble(query, input, from.scope, grouping, list, context);
  const ordered = query.distinct ? (finite ? distinctRows : distinct)(bound, context) : bound;
  if (ordered === undefined) return undefined;
  const keys = query.distinct ? keysOver(list.order, bound, ordered, context) : boundKeys(list.order, bound.settle);
  return keys === undefined ? undefined : applyOrder(ordered, keys, context);
}

const nothingTaken: Taken = { hidden: [], equal: [], conditions: [] };

// WHERE without the conditions that read the query around, which may stand here in a subquery.
function bindWhere(
  node: ast.Expression,
  query: ast.SelectQuery,
  scope: Scope,
): { where?: Expression; taken: Taken } | undefined {
  const outer = scope.query?.outer;
  if (outer?.query !== query) {
    const where = bindCondition(node, scope);
    return where === undefined ? undefined : { where, taken: nothingTaken };
  }
  const condition = bindCondition(node, { ...scope, correlates: true });
  if (condition === undefined) return undefined;
  const conjuncts = conjunctsOf(condition);
  const where = conjunctionOf(conjuncts.filter((conjunct) => !readsOuter(conjunct)));
  return { ...(where === undefined ? {} : { where }), taken: takeApart(conjuncts.filter(readsOuter)) };
}

// Gives the subquery's list what connects it with the query around.
function connect(
  list: Lists,
  query: ast.SelectQuery,
  taken: Taken,
  grouping: Grouping | undefined,
  context: QueryContext,
): Lists | undefined {
  const { outer } = context;
  if (outer?.query !== query || taken.equal.length + taken.conditions.length === 0) return list;
  if (taken.conditions.length > 0 && (grouping !== undefined || query.distinct)) {
    context.report(correlatedGroups(query.where?.span ?? query.span));
    return undefined;
  }
  const visible = list.items.length;
  const hidden = taken.hidden.map((expression, index): Item => {
    const above = grouping === undefined ? expression : grouping.above(expression);
    return { expression: above ?? expression, name: `outer ${index}`, aliased: false, span: expression.span };
  });
  outer.correlation = {
    visible,
    equal: taken.equal.map((pair) => ({ item: visible + pair.hidden, outer: pair.outer })),
    conditions: taken.conditions.map((condition) =>
      rewriteExpression(condition, (node) =>
        node.kind === 'column' && node.index < OUTER_BASE ? { ...node, index: visible + node.index } : node,
      ),
    ),
    ...(grouping?.whole === true
      ? { otherwise: list.items.map(({ expression }) => plain(grouping.ofNoRows(expression))) }
      : {}),
  };
  return { ...list, items: [...list.items, ...hidden] };
}

/** Names of FROM with what may not stand in a clause. */
function scopeOf(from: FromScope, context: QueryContext, where: string): Scope {
  return {
    ...emptyScope(context),
    relations: from.relations,
    merged: from.merged,
    aggregate: refuseAggregates(context.report, where),
    window: refuseWindows(context.report, where),
  };
}

function groupingOf(
  query: ast.SelectQuery,
  from: FromScope,
  scope: Scope,
  taken: Taken,
): Grouping | undefined | 'failed' {
  const finite = scope.query?.finite === true;
  if (finite && query.stagger !== undefined) {
    scope.report(needsStream(query.stagger.span, 'WINDOWED BY STAGGER'));
    return 'failed';
  }
  const whole = finite && (query.having !== undefined || hasAggregate(query.items));
  if (query.groupBy !== undefined || query.stagger !== undefined || whole)
    return bindGrouping(query, from, scope, taken.hidden) ?? 'failed';
  if (query.having !== undefined) {
    scope.report(message.havingWithoutGroup(query.having.span));
    return 'failed';
  }
  return undefined;
}

/** Everything that stands above FROM and GROUP BY. */
interface Lists {
  readonly items: readonly Item[];
  readonly rowtime?: Expression;
  readonly having?: Expression;
  readonly windows: WindowCalls;
  readonly order: readonly OrderKey[];
}

function bindLists(
  query: ast.SelectQuery,
  from: FromScope,
  scope: Scope,
  grouping: Grouping | undefined,
  context: QueryContext,
): Lists | undefined {
  const above = grouping?.above ?? ((expression: Expression) => expression);
  const grouped: Scope = {
    ...scope,
    aggregate:
      grouping?.aggregate ??
      ((call) => {
        scope.report(message.aggregateWithoutGroup(call.span, call.name.name));
        return undefined;
      }),
  };
  const windows = new WindowCalls(context.windows, grouped, above);
  const inList: Scope = {
    ...grouped,
    window: (call) => {
      if (context.finite !== true) return windows.bind(call);
      context.report(needsStream(call.span, `${call.name.name} OVER a window`));
      return undefined;
    },
  };
  const list = bindList(query, from, inList, above);
  const condition =
    query.having === undefined
      ? undefined
      : bindCondition(query.having, { ...grouped, window: refuseWindows(scope.report, 'HAVING') });
  const having = condition === undefined ? undefined : above(condition);
  if (list === undefined || (query.having !== undefined && having === undefined)) return undefined;
  const order: OrderKey[] = [];
  for (const node of query.orderBy) {
    const named = orderedItem(node, list.items, context);
    if (named === 'failed') return undefined;
    const own = named === undefined ? bindExpression(node.expression, inList) : undefined;
    const expression = named ?? (own === undefined ? undefined : above(own));
    if (expression === undefined) return undefined;
    order.push({ node, expression });
  }
  return { ...list, ...(having === undefined ? {} : { having }), windows, order };
}

/** Binds the select list; `finish` is applied to each expression. */
function bindList(
  query: ast.SelectQuery,
  from: FromScope,
  scope: Scope,
  finish: (expression: Expression) => Expression | undefined,
): { items: Item[]; rowtime?: Expression } | undefined {
  const items: Item[] = [];
  let rowtime: Expression | undefined;
  let failed = false;
  const add = (expression: Expression | undefined, name: string, aliased: boolean, span: Item['span']): void => {
    if (expression === undefined) failed = true;
    else items.push({ expression, name, aliased, span });
  };
  for (const item of query.items) {
    if (item.kind === 'all') {
      const columns = allColumns(item, from, scope);
      if (columns === undefined) failed = true;
      for (const { expression, name } of columns ?? []) add(finish(expression), name, false, item.span);
      const records = allRecordItems(item.qualifier?.name, from.relations, item.span, finish);
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
    // The row's own ROWTIME under its own name is what it has anyway.
    if (item.alias?.name === 'ROWTIME' && expression !== undefined && isQualifiedRowtime(expression)) continue;
    if (item.alias?.name === 'ROWTIME' && expression !== undefined && expression.kind !== 'rowtime')
      rowtime = expression;
    else add(expression, nameOf(item, items.length), item.alias !== undefined, item.span);
  }
  return failed ? undefined : { items, ...(rowtime === undefined ? {} : { rowtime }) };
}

// `*` or `alias.*`: columns that USING or NATURAL made one come first, once.
function allColumns(
  item: Extract<ast.SelectItem, { kind: 'all' }>,
  from: FromScope,
  scope: Scope,
): { expression: Expression; name: string }[] | undefined {
  const { qualifier, span } = item;
  const relations = relationsCalled(qualifier?.name, from.relations);
  if (relations.length === 0) {
    scope.report(
      message.unknownAlias(
        span,
        qualifier?.name ?? '*',
        from.relations.flatMap(({ alias }) => alias ?? []),
      ),
    );
    return undefined;
  }
  const merged = qualifier === undefined ? from.merged : new Map<string, Expression>();
  const first = [...merged].map(([name, expression]) => ({ name, expression: { ...expression, span } }));
  return [
    ...first,
    ...relations.flatMap((relation) =>
      relation.columns.slice(0, relation.visible).flatMap((column, index) =>
        merged.has(column.name)
          ? []
          : [
              {
                name: column.name,
                expression: shiftColumns(columnAt(relation.columns, index, span), relation.offset),
              },
            ],
      ),
    ),
  ];
}

function nameOf(item: Extract<ast.SelectItem, { kind: 'item' }>, position: number): string {
  if (item.alias !== undefined) return item.alias.name;
  return item.expression.kind === 'name'
    ? (item.expression.parts.at(-1)?.name ?? `EXPR$${position}`)
    : `EXPR$${position}`;
}

// Puts the operators above FROM and WHERE, and gives every placeholder its column.
function assemble(
  query: ast.SelectQuery,
  input: Relation,
  from: FromScope,
  grouping: Grouping | undefined,
  list: Lists,
  context: QueryContext,
): BoundSelect & { settle: (expression: Expression) => Expression } {
  const groups = grouping?.relation(input, context) ?? input;
  const settleGroups = grouping?.settle ?? ((expression: Expression) => expression);
  const having = list.having === undefined ? [] : [settleGroups(list.having)];
  const { relation, positions } = list.windows.apply(filtered(groups, having), settleGroups);
  const settle = (expression: Expression): Expression =>
    rewriteExpression(settleGroups(expression), (node) =>
      node.kind === 'column' && node.index >= WINDOW_BASE
        ? { ...node, index: positions[node.index - WINDOW_BASE] ?? 0 }
        : node,
    );
  return {
    input: relation,
    items: list.items.map((item) => ({ ...item, expression: settle(item.expression) })),
    ...(list.rowtime === undefined ? {} : { rowtime: settle(list.rowtime) }),
    // Above groups only the output's ROWTIME is a way down to time: other columns are the aggregate's own.
    origins: grouping === undefined ? from.origins : [],
    growing: grouping === undefined ? from.growing : new Set(grouping.closing === undefined ? [] : [grouping.closing]),
    emits: grouping?.closing === undefined ? 'singly' : 'together',
    ...(context.finite === true ? { finite: true } : {}),
    span: query.span,
    settle,
  };
}

function boundKeys(order: readonly OrderKey[], settle: (expression: Expression) => Expression): OrderKey[] {
  return order.map((key) => ({ ...key, expression: settle(key.expression) }));
}

// SELECT DISTINCT: the rows of the list, and a Distinct above them.
function distinct(bound: BoundSelect, context: QueryContext): BoundSelect | undefined {
  const project = projectOf(bound);
  const known = itemKnowledge(bound);
  const columns = project.columns.map((_, index) =>
    columnAt(project.columns, index, bound.items[index]?.span ?? bound.span),
  );
  // ROWTIME itself is left out of the comparison, but for want of another key it ends it.
  const compared = columns.filter((_, index) => bound.items[index]?.expression.kind !== 'rowtime');
  const found = findClosing(compared, known);
  const closing = typeof found === 'string' ? findClosing(columns, known) : found;
  if (typeof closing === 'string') {
    context.report(queryMessage.distinctNotMonotonic(bound.span));
    return undefined;
  }
  const keys = compared.map(plain);
  const relation: Relation = {
    kind: 'distinct',
    input: project,
    id: '',
    keys: [...keys, plain(closing.expression)],
    closing: { key: keys.length, kind: closing.kind, closedEnd: closing.closedEnd },
    columns: project.columns,
    span: bound.span,
  };
  const items = bound.items.map((item, index): Item => ({ ...item, expression: columns[index] ?? item.expression }));
  if (bound.rowtime === undefined) return { ...known, input: relation, items, emits: bound.emits, span: bound.span };
  // A promoted ROWTIME is one more column, which is not compared.
  const wider = [...project.columns, { name: 'rowtime', type: bound.rowtime.type, nullable: bound.rowtime.nullable }];
  const carrying = { ...project, expressions: [...project.expressions, plain(bound.rowtime)], columns: wider };
  return {
    ...known,
    input: { ...relation, input: carrying, columns: wider },
    items,
    rowtime: columnAt(wider, wider.length - 1, bound.span),
    emits: bound.emits,
    span: bound.span,
  };
}

// ORDER BY above DISTINCT sees the select list only.
function keysOver(
  order: readonly OrderKey[],
  bound: BoundSelect & { settle: (expression: Expression) => Expression },
  above: BoundSelect,
  context: QueryContext,
): OrderKey[] | undefined {
  const keys: OrderKey[] = [];
  for (const key of order) {
    const text = expressionKey(bound.settle(key.expression));
    const index = bound.items.findIndex((item) => expressionKey(item.expression) === text);
    const item = above.items[index];
    const own = item?.expression ?? (readsColumn(key.expression) ? undefined : key.expression);
    if (own === undefined) {
      context.report(
        queryMessage.invalidOrderBy(key.node.span, 'ORDER BY above SELECT DISTINCT must name a column of its list'),
      );
      return undefined;
    }
    keys.push({ ...key, expression: own });
  }
  return keys;
}
