// FROM: names, derived tables and joins → the tree of relations, and what names mean in it.
import type { Column } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import * as queryMessage from '../diagnose/queryMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Relation } from '../plan/plan.ts';
import type { Span } from '../source.ts';
import { bindCondition } from './conditions.ts';
import { unifyValues } from './convert.ts';
import { unsupported } from './expression.ts';
import { conjunctsOf, isCurrent, treeColumns, type FromTree, type JoinType } from './join.ts';
import { bindComparison } from './operators.ts';
import { readsColumn } from './origins.ts';
import { asRelation, bindQuery, type QueryContext, type View } from './query.ts';
import { columnAt, shiftColumns, type FromScope, type Scope, type ScopeRelation } from './scope.ts';
import { bindFrame, resolveWindow, type BoundFrame } from './windows.ts';

/** FROM, bound. */
export interface BoundFrom {
  readonly tree: FromTree;
  readonly scope: FromScope;
}

/** Binds the list of FROM. */
export function bindFrom(items: readonly ast.FromItem[], context: QueryContext): BoundFrom | undefined {
  const [first, ...others] = items;
  if (first === undefined) return undefined;
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

function bindItem(from: ast.FromItem, context: QueryContext): BoundFrom | undefined {
  switch (from.kind) {
    case 'named-relation':
      return bindNamed(from, context);
    case 'derived-table':
      return bindDerived(from, context);
    case 'table-function':
      return unsupported(from.span, `TABLE(${from.name.name}(…))`, emptyScope(context));
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
  };
}

// A relation by itself, as FROM.
function single(
  relation: Relation,
  columns: readonly Column[],
  part: Pick<ScopeRelation, 'alias' | 'visible'>,
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
  if (name.toLowerCase() === 'error_stream') {
    context.report(message.reservedStream(from.name.span));
    return undefined;
  }
  const view = context.views.get(name);
  if (view !== undefined) return bindView(from, view, context);
  const stream = context.streams.get(name);
  if (stream === undefined) {
    context.report(
      context.tables.has(name)
        ? queryMessage.noStream(from.name.span, name)
        : message.unknownStream(
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
    { alias: from.alias?.name ?? name, visible },
    { growing: new Set(), origins },
    window,
    from.span,
  );
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
  return columns.map((column, index) => ({ ...column, name: aliases[index]?.name ?? column.name }));
}

function bindDerived(from: ast.DerivedTable, context: QueryContext): BoundFrom | undefined {
  const bound = bindQuery(from.query, context);
  const window = windowOf(from.window, context);
  if (bound === undefined || window === 'failed') return undefined;
  const { relation, growing, origins } = asRelation(bound, context);
  const columns = renamed(relation.columns, from.columnAliases, relation.columns.length, from.span, context);
  if (columns === undefined) return undefined;
  const named: Relation = columns === relation.columns ? relation : { ...relation, columns };
  return single(
    named,
    columns,
    { alias: from.alias?.name, visible: columns.length },
    { growing, origins },
    window,
    from.span,
  );
}

// ---- Joins ------------------------------------------------------------------------------------------------

function bindJoin(from: ast.Join, context: QueryContext): BoundFrom | undefined {
  const [leftTable, rightTable] = [tableOf(from.left, context), tableOf(from.right, context)];
  const type: JoinType = from.type === 'cross' || from.type === 'comma' ? 'inner' : from.type;
  if (leftTable !== undefined || rightTable !== undefined)
    return bindTableJoin(from, type, leftTable !== undefined ? 'left' : 'right', context);
  const left = bindItem(from.left, context);
  const right = bindItem(from.right, context);
  if (left === undefined || right === undefined) return undefined;
  const shift = treeColumns(left.tree).length + 1;
  const bare: FromTree = { kind: 'join', type: 'inner', left: left.tree, right: right.tree, on: [], span: from.span };
  const inner = joinScope(left, right, bare, shift);
  const condition = bindJoinCondition(from, inner, left.scope, context);
  if (condition === undefined) return undefined;
  const tree: FromTree = { ...bare, type, on: condition.on };
  const scope = joinScope(left, right, tree, shift);
  return { tree, scope: { ...scope, merged: mergedColumns(condition.common, scope, type, from.span, context) } };
}

// Names of both sides, and what is known of their columns.
function joinScope(
  left: BoundFrom,
  right: BoundFrom,
  tree: Extract<FromTree, { kind: 'join' }>,
  shift: number,
): FromScope {
  const columns = treeColumns(tree);
  const sides = [
    {
      of: left,
      by: 0,
      rowtime: shift - 1,
      current: isCurrent(tree.left, tree.right) && (tree.type === 'inner' || tree.type === 'left'),
    },
    {
      of: right,
      by: shift,
      rowtime: columns.length - 1,
      current: isCurrent(tree.right, tree.left) && (tree.type === 'inner' || tree.type === 'right'),
    },
  ];
  const origins: (Expression | undefined)[] = columns.map((_, index) => columnAt(columns, index, tree.span));
  const growing = new Set<number>();
  const relations = sides.flatMap(({ of, by, rowtime, current }) => {
    if (current) {
      for (const index of of.scope.growing) growing.add(index + by);
      of.scope.origins.forEach((origin, index) => {
        if (origin !== undefined && !readsColumn(origin)) origins[index + by] = origin;
      });
    }
    return of.scope.relations.map((relation): ScopeRelation => {
      const own = relation.rowtime === 'row' && !current ? columnAt(columns, rowtime, tree.span) : relation.rowtime;
      const offset = relation.offset + by;
      const shown = relation.columns.map((column, index) => columns[offset + index] ?? column);
      // The names are the relation's own.
      const named = shown.map((column, index) => ({ ...column, name: relation.columns[index]?.name ?? column.name }));
      const moved =
        typeof own === 'object' && own !== relation.rowtime
          ? own
          : typeof own === 'object'
            ? shiftColumns(own, by)
            : own;
      return { ...relation, columns: named, offset, rowtime: moved };
    });
  });
  return { relations, columns, origins, growing, merged: new Map() };
}

interface CommonColumn {
  readonly name: string;
  readonly left: Expression;
  readonly right: Expression;
}

// ON, USING or NATURAL.
function bindJoinCondition(
  from: ast.Join,
  scope: FromScope,
  left: FromScope,
  context: QueryContext,
): { on: readonly Expression[]; common: readonly CommonColumn[] } | undefined {
  const full: Scope = { ...emptyScope(context), relations: scope.relations, merged: left.merged };
  const inCondition: Scope = {
    ...full,
    aggregate: (call) => {
      context.report(message.misplacedAggregate(call.span, call.name.name, 'ON'));
      return undefined;
    },
    window: (call) => {
      context.report(queryMessage.misplacedWindow(call.span, call.name.name, 'ON'));
      return undefined;
    },
  };
  if (from.on !== undefined) {
    const condition = bindCondition(from.on, inCondition);
    return condition === undefined ? undefined : { on: conjunctsOf(condition), common: [] };
  }
  if (!from.natural && from.using === undefined) {
    if (from.type === 'cross' || from.type === 'comma') return { on: [], common: [] };
    context.report(
      queryMessage.joinCondition(from.span, 'the join has no condition', 'add ON or USING, or write CROSS JOIN'),
    );
    return undefined;
  }
  const common = commonColumns(from, scope, left, context);
  if (common === undefined) return undefined;
  const on: Expression[] = [];
  for (const { left: one, right: two } of common) {
    const equal = bindComparison('=', one, two, from.span, full);
    if (equal === undefined) return undefined;
    on.push(equal);
  }
  return { on, common };
}

function commonColumns(
  from: ast.Join,
  scope: FromScope,
  left: FromScope,
  context: QueryContext,
): CommonColumn[] | undefined {
  const sideOf = (
    relations: readonly ScopeRelation[],
    merged: ReadonlyMap<string, Expression>,
  ): Map<string, Expression> =>
    new Map([
      ...relations.flatMap((relation) =>
        relation.columns
          .slice(0, relation.visible)
          .map(
            (column, index) =>
              [column.name, shiftColumns(columnAt(relation.columns, index, from.span), relation.offset)] as const,
          ),
      ),
      ...merged,
    ]);
  const count = left.relations.length;
  const lefts = sideOf(scope.relations.slice(0, count), left.merged);
  const rights = sideOf(scope.relations.slice(count), new Map());
  const names = from.using?.map(({ name }) => name) ?? [...lefts.keys()].filter((name) => rights.has(name));
  const found: CommonColumn[] = [];
  for (const [index, name] of names.entries()) {
    const [one, two] = [lefts.get(name), rights.get(name)];
    if (one !== undefined && two !== undefined) found.push({ name, left: one, right: two });
    else {
      const span = from.using?.[index]?.span ?? from.span;
      context.report(
        message.unknownColumn(span, name, one === undefined ? 'the left side' : 'the right side', [
          ...(one === undefined ? lefts : rights).keys(),
        ]),
      );
      return undefined;
    }
  }
  if (found.length === 0) {
    context.report(
      queryMessage.joinCondition(from.span, 'both sides have no column in common', 'write the condition in ON'),
    );
    return undefined;
  }
  return found;
}

// A column that USING or NATURAL made one is that of the side that has a row.
function mergedColumns(
  common: readonly CommonColumn[],
  scope: FromScope,
  type: JoinType,
  span: Span,
  context: QueryContext,
): ReadonlyMap<string, Expression> {
  const at = (expression: Expression): Expression =>
    expression.kind === 'column' ? columnAt(scope.columns, expression.index, span) : expression;
  return new Map(
    common.flatMap(({ name, left, right }) => {
      if (type === 'full') {
        const sides = unifyValues([at(left), at(right)], span, 'one column', emptyScope(context));
        const [one, two] = sides ?? [];
        if (one === undefined || two === undefined) return [];
        const merged: Expression = { kind: 'coalesce', operands: [one, two], type: one.type, nullable: true, span };
        return [[name, merged] as const];
      }
      return [[name, { ...at(type === 'right' ? right : left), name } as Expression] as const];
    }),
  );
}

// ---- Joins with a reference table ------------------------------------------------------------------------------

function tableOf(from: ast.FromItem, context: QueryContext): string | undefined {
  if (from.kind !== 'named-relation') return undefined;
  const { name } = from.name;
  return context.tables.has(name) && !context.streams.has(name) && !context.views.has(name) ? name : undefined;
}

function bindTableJoin(
  from: ast.Join,
  type: JoinType,
  tableSide: 'left' | 'right',
  context: QueryContext,
): BoundFrom | undefined {
  const node = from[tableSide] as ast.NamedRelation;
  const other = from[tableSide === 'left' ? 'right' : 'left'];
  const table = context.tables.get(node.name.name);
  if (table === undefined) return undefined;
  const preserved = type === 'inner' ? undefined : type === (tableSide === 'left' ? 'right' : 'left');
  if (type === 'full' || preserved === false) {
    context.report(
      queryMessage.joinWithTable(
        from.span,
        `rows of reference table "${table.name}" without a match would never be known: the stream does not end`,
        'let the stream be the preserved side: stream LEFT JOIN table',
      ),
    );
    return undefined;
  }
  if (node.window !== undefined) {
    context.report(queryMessage.joinWithTable(node.window.span, 'a reference table has no window', 'leave OVER out'));
    return undefined;
  }
  const input = bindItem(other, context);
  const columns = renamed(table.columns, node.columnAliases, table.columns.length, node.span, context);
  if (input === undefined || columns === undefined) return undefined;
  const width = treeColumns(input.tree).length;
  const tree: FromTree = {
    kind: 'lookup',
    type: preserved === true ? 'left' : 'inner',
    input: input.tree,
    table,
    on: [],
    span: from.span,
  };
  const scopeOf = (nullable: boolean): FromScope => {
    const part: ScopeRelation = {
      alias: node.alias?.name ?? node.name.name,
      columns: columns.map((column) => ({ ...column, nullable: column.nullable || nullable })),
      visible: columns.length,
      offset: width,
      rowtime: 'column',
    };
    const { relations, origins, growing, merged } = input.scope;
    const all = [...input.scope.columns, ...part.columns];
    return {
      relations: tableSide === 'left' ? [part, ...relations] : [...relations, part],
      columns: all,
      origins: [...origins, ...part.columns.map((_, index) => columnAt(all, width + index, node.span))],
      growing,
      merged,
    };
  };
  // The order in which USING and NATURAL look is that of the text; the stream is the left side here whatever the text says.
  const ordered =
    tableSide === 'left'
      ? { ...scopeOf(false), relations: [...input.scope.relations, ...scopeOf(false).relations.slice(0, 1)] }
      : scopeOf(false);
  const condition = bindJoinCondition(from, ordered, input.scope, context);
  if (condition === undefined) return undefined;
  const scope = scopeOf(preserved === true);
  return {
    tree: { ...tree, on: condition.on },
    scope: {
      ...scope,
      merged: new Map([...scope.merged, ...mergedColumns(condition.common, scope, 'left', from.span, context)]),
    },
  };
}
