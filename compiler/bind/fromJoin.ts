// Joins in FROM: conditions, names of both sides, columns that USING and NATURAL make one; joins with reference tables.
import type { Column } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import * as queryMessage from '../diagnose/queryMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { ReferenceTable } from '../plan/plan.ts';
import type { Span } from '../source.ts';
import { bindCondition } from './conditions.ts';
import { unifyValues } from './convert.ts';
import { isOfTables, isTable } from './finite.ts';
import { bindItem, emptyScope, refusesWindow, renamed, type BoundFrom } from './from.ts';
import { conjunctsOf, filtered, isCurrent, realize, treeColumns, type FromTree, type JoinType } from './join.ts';
import { bindComparison } from './operators.ts';
import { readsColumn } from './origins.ts';
import type { QueryContext } from './query.ts';
import {
  columnAt,
  refuseAggregates,
  refuseWindows,
  shiftColumns,
  type FromScope,
  type Scope,
  type ScopeRelation,
} from './scope.ts';

/** Binds a join: the tree of both sides, and the names of both. */
export function bindJoin(from: ast.Join, context: QueryContext): BoundFrom | undefined {
  const [leftFinite, rightFinite] = [isOfTables(from.left, context), isOfTables(from.right, context)];
  const type: JoinType = from.type === 'cross' || from.type === 'comma' ? 'inner' : from.type;
  // Of two tables the one whose rows are all kept is gone through.
  if (leftFinite && rightFinite) return bindTableJoin(from, type, type === 'right' ? 'left' : 'right', context);
  if (leftFinite || rightFinite) return bindTableJoin(from, type, leftFinite ? 'left' : 'right', context);
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
    aggregate: refuseAggregates(context.report, 'ON'),
    window: refuseWindows(context.report, 'ON'),
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

/** A table that a join looks rows up in, and the names of its columns. */
interface LookedUp {
  readonly table: Pick<ReferenceTable, 'name' | 'columns'>;
  readonly relations: readonly ScopeRelation[];
  readonly merged: ReadonlyMap<string, Expression>;
}

// A reference table as it is; of anything else made of tables, a table of its rows.
function bindLookedUp(from: ast.FromItem, context: QueryContext): LookedUp | undefined {
  if (from.kind === 'named-relation') {
    if (refusesWindow(from.window, context)) return undefined;
    const table = isTable(from.name.name, context) ? context.tables.get(from.name.name) : undefined;
    if (table !== undefined) {
      const columns = renamed(table.columns, from.columnAliases, table.columns.length, from.span, context);
      if (columns === undefined) return undefined;
      const alias = from.alias?.name ?? from.name.name;
      const relation: ScopeRelation = { alias, columns, visible: columns.length, offset: 0, rowtime: 'column' };
      return { table, relations: [relation], merged: new Map() };
    }
  }
  const bound = bindItem(from, { ...context, finite: true });
  if (bound === undefined) return undefined;
  const { relation, rest } = realize(bound.tree, [], context.parts);
  const rows = filtered(relation, rest);
  const { columns, span } = rows;
  const expressions = columns.map((_, index) => columnAt(columns, index, span));
  const table = context.parts.derive([{ kind: 'project', input: rows, expressions, columns, span }], columns, span, {});
  return { table, relations: bound.scope.relations, merged: bound.scope.merged };
}

// The names of the rows that a lookup gives: the input's columns, then the table's.
function withTable(
  input: FromScope,
  { table, relations: own, merged: ownMerged }: LookedUp,
  tableSide: 'left' | 'right',
  nullable: boolean,
  span: Span,
): FromScope {
  const width = input.columns.length;
  const optional = (list: readonly Column[]): Column[] =>
    list.map((column) => ({ ...column, nullable: column.nullable || nullable }));
  const moved = own.map(
    (relation): ScopeRelation => ({
      ...relation,
      columns: optional(relation.columns),
      offset: relation.offset + width,
      rowtime: 'column',
    }),
  );
  const { relations, origins, growing, merged } = input;
  const columns = [...input.columns, ...optional(table.columns)];
  return {
    relations: tableSide === 'left' ? [...moved, ...relations] : [...relations, ...moved],
    columns,
    origins: [...origins, ...table.columns.map((_, index) => columnAt(columns, width + index, span))],
    growing,
    merged: new Map([...merged, ...[...ownMerged].map(([name, value]) => [name, shiftColumns(value, width)] as const)]),
  };
}

function bindTableJoin(
  from: ast.Join,
  type: JoinType,
  tableSide: 'left' | 'right',
  context: QueryContext,
): BoundFrom | undefined {
  const node = from[tableSide];
  const other = from[tableSide === 'left' ? 'right' : 'left'];
  const finite = isOfTables(other, context);
  const preserved = type === 'inner' ? undefined : type === (tableSide === 'left' ? 'right' : 'left');
  if (type === 'full' || preserved === false) {
    context.report(
      queryMessage.joinWithTable(
        from.span,
        finite
          ? 'two tables have no FULL JOIN in this dialect'
          : `rows of ${nameOf(node)} without a match would never be known: the stream does not end`,
        finite
          ? 'write a LEFT JOIN, UNION ALL the rows of the other table for which NOT EXISTS holds'
          : 'let the stream be the preserved side: stream LEFT JOIN table',
      ),
    );
    return undefined;
  }
  const input = bindItem(other, context);
  const looked = bindLookedUp(node, context);
  if (input === undefined || looked === undefined) return undefined;
  const { table } = looked;
  const tree: FromTree = {
    kind: 'lookup',
    type: preserved === true ? 'left' : 'inner',
    input: input.tree,
    table,
    on: [],
    span: from.span,
  };
  const scopeOf = (nullable: boolean): FromScope => withTable(input.scope, looked, tableSide, nullable, node.span);
  // The order in which USING and NATURAL look is that of the text; the stream is the left side here whatever the text says.
  const ordered =
    tableSide === 'left'
      ? {
          ...scopeOf(false),
          relations: [...input.scope.relations, ...scopeOf(false).relations.slice(0, looked.relations.length)],
        }
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

function nameOf(from: ast.FromItem): string {
  if (from.kind === 'named-relation') return `reference table "${from.name.name}"`;
  return 'a table';
}
