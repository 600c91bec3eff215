// Queries: SELECT with its clauses, UNION ALL; and a bound query as a relation for what is written around it.
import { typeText, type Column } from '../../contract/types.ts';
import { multisetOperation } from '../diagnose/finiteMessages.ts';
import { rowtimeType } from '../diagnose/messages.ts';
import * as queryMessage from '../diagnose/queryMessages.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Project, ReferenceTable, Relation, Stream, StreamScan } from '../plan/plan.ts';
import type { Span } from '../source.ts';
import { convert, unifyValues } from './convert.ts';
import { bindExpression } from './expression.ts';
import { bindValues, combineTables, isFiniteQuery } from './finite.ts';
import { emptyScope } from './from.ts';
import type { Catalogue } from './functions.ts';
import { monotonicityOf } from './monotonic.ts';
import { applyOrder, orderedItem, type OrderKey } from './order.ts';
import { throughOrigins } from './origins.ts';
import type { Parts } from './parts.ts';
import { refuseRecords, shareRecords, type ItemRecord } from './records.ts';
import { columnAt, plain, refuseAggregates, type FromScope } from './scope.ts';
import { bindSelect } from './select.ts';
import type { Outer } from './subquery.ts';
import type { UserFunction } from './userFunctions.ts';
import type { NamedWindows } from './windows.ts';

/** One column of a select list; its expression still has the binder's marks. */
export interface Item {
  readonly expression: Expression;
  readonly name: string;
  /** The name was given by AS. */
  readonly aliased: boolean;
  readonly span: Span;
  /** Set for a field of a record. */
  readonly record?: ItemRecord;
}

/** A bound query: the relation below its list, and the list. */
export interface BoundSelect extends Pick<FromScope, 'origins' | 'growing'> {
  readonly input: Relation;
  readonly items: readonly Item[];
  /** `expr AS ROWTIME`. */
  readonly rowtime?: Expression;
  /** Rows of one ROWTIME leave an aggregation together. */
  readonly emits: 'together' | 'singly';
  /** Its rows are those of tables. */
  readonly finite?: boolean;
  readonly span: Span;
}

/** A view: a query under a name, seen with the views that stood before it. */
export interface View {
  readonly node: ast.CreateView;
  readonly views: ReadonlyMap<string, View>;
}

/** What all queries of a script share. */
export interface QueryContext {
  readonly tables: ReadonlyMap<string, ReferenceTable>;
  readonly functions: ReadonlyMap<string, readonly UserFunction[]>;
  readonly views: ReadonlyMap<string, View>;
  /** Streams that are created further below, with their places. */
  readonly later: ReadonlyMap<string, Span>;
  readonly streams: ReadonlyMap<string, Stream>;
  /** Streams and views whose own definition is wrong: nothing is said about what uses them. */
  readonly unreadable: ReadonlySet<string>;
  /** Visible columns of each input. */
  readonly inputs: ReadonlyMap<string, number>;
  readonly windows: NamedWindows;
  /** Hidden streams of the pump that is being bound. */
  readonly parts: Parts;
  readonly catalogue: Catalogue;
  readonly report: (diagnostic: Diagnostic) => void;
  /** The query is over tables only. */
  readonly finite?: boolean;
  /** Set in a subquery: the query around it. */
  readonly outer?: Outer;
}

/** Binds the query of a pump or derived table. */
export function bindQuery(query: ast.Query, context: QueryContext): BoundSelect | undefined {
  switch (query.kind) {
    case 'select':
      return bindSelect(query, context);
    case 'set-query':
      return bindSet(query, context);
    case 'values': {
      const bound = bindValues(query, context);
      return bound === undefined ? undefined : orderSet(query, bound, context);
    }
  }
}

/** The columns that a query gives. */
export function itemColumns(bound: BoundSelect): Column[] {
  return bound.items.map(({ expression, name }) => ({ name, type: expression.type, nullable: expression.nullable }));
}

/** The rows of a query, a promoted ROWTIME aside. */
export function projectOf(bound: BoundSelect): Project {
  return {
    kind: 'project',
    input: bound.input,
    expressions: bound.items.map(({ expression }) => plain(expression)),
    columns: itemColumns(bound),
    span: bound.span,
  };
}

/** A query as a relation in FROM; a ROWTIME that it promotes is that of a hidden stream. */
export function asRelation(
  bound: BoundSelect,
  context: QueryContext,
): { relation: Relation } & Pick<FromScope, 'origins' | 'growing'> {
  const project = projectOf(bound);
  // Rows of tables have no time to promote.
  if (bound.rowtime === undefined || bound.finite === true)
    return { relation: shareRecords(project), ...itemKnowledge(bound) };
  const { span, type } = bound.rowtime;
  if (type.kind !== 'TIMESTAMP') context.report(rowtimeType(span, typeText(type)));
  const scan = context.parts.stream(project.columns, bound.span);
  context.parts.feed(scan, { ...project, rowtime: plain(bound.rowtime) });
  const origins = project.columns.map((_, index) => columnAt(project.columns, index, bound.span));
  return { relation: scan, origins, growing: new Set() };
}

/** The rows of a hidden stream as a query. */
export function asScan(scan: StreamScan, columns: readonly Column[], span: Span): BoundSelect {
  const origins = scan.columns.map((_, index) => columnAt(scan.columns, index, span));
  const items = columns.map(
    (column, index): Item => ({
      expression: columnAt(scan.columns, index, span),
      name: column.name,
      aliased: false,
      span,
    }),
  );
  return { input: scan, items, origins, growing: new Set(), emits: 'singly', span };
}

// ---- Set operations ---------------------------------------------------------------------------------------

function bindSet(query: ast.SetQuery, context: QueryContext): BoundSelect | undefined {
  const operator = `${query.operator.toUpperCase()}${query.all ? ' ALL' : ''}`;
  const finite = isFiniteQuery(query, context);
  if (operator !== 'UNION ALL' && (!finite || query.all)) {
    context.report(
      finite
        ? multisetOperation(query.span, operator)
        : queryMessage.setOperation(query.span, operator, givenInputs(query, context)),
    );
    return undefined;
  }
  const left = bindQuery(query.left, context);
  const behindLeft = context.parts.pumps.length;
  const right = bindQuery(query.right, context);
  if (left === undefined || right === undefined) return undefined;
  if (refuseRecords([...left.items, ...right.items], context.report)) return undefined;
  if (left.items.length !== right.items.length) {
    context.report(queryMessage.unionColumns(query.right.span, left.items.length, right.items.length, operator));
    return undefined;
  }
  const columns: Column[] = [];
  for (const [index, item] of left.items.entries()) {
    const other = right.items[index] ?? item;
    const how = `in one column of ${operator}`;
    const unified = unifyValues([item.expression, other.expression], other.span, how, emptyScope(context));
    const type = unified?.[0]?.type;
    if (type === undefined) return undefined;
    columns.push({ name: item.name, type, nullable: item.expression.nullable || other.expression.nullable });
  }
  const converted = (side: BoundSelect): Project => {
    const { relation } = asRelation(side, context);
    const expressions = columns.map((column, index) =>
      convert(columnAt(relation.columns, index, side.span), column.type, 'implicit'),
    );
    return { kind: 'project', input: relation, expressions, columns, span: side.span };
  };
  if (finite)
    return orderSet(query, combineTables(query, [converted(left), converted(right)], columns, context), context);
  const scan = context.parts.stream(columns, query.span);
  context.parts.before(behindLeft, () => context.parts.feed(scan, converted(left)));
  context.parts.feed(scan, converted(right));
  return orderSet(query, asScan(scan, columns, query.span), context);
}

/** The inputs that a query reads, where nothing else in it flows: they may be meant as reference tables. */
export function givenInputs(query: ast.Query, context: QueryContext): readonly string[] {
  const flowing = new Set<string>();
  JSON.stringify(query, (_, value: unknown) => {
    const node = value as ast.FromItem | null;
    if (typeof node === 'object' && node?.kind === 'named-relation' && !context.tables.has(node.name.name))
      flowing.add(node.name.name);
    return value;
  });
  const names = [...flowing];
  return names.every((name) => context.inputs.has(name)) ? names : [];
}

// ORDER BY behind a set operation names columns and their expressions.
function orderSet(
  query: ast.SetQuery | ast.ValuesQuery,
  bound: BoundSelect,
  context: QueryContext,
): BoundSelect | undefined {
  const keys: OrderKey[] = [];
  const relation = {
    alias: undefined,
    columns: itemColumns(bound),
    visible: bound.items.length,
    offset: 0,
    rowtime: 'row',
  } as const;
  for (const node of query.orderBy) {
    const named = orderedItem(node, bound.items, context);
    if (named === 'failed') return undefined;
    const expression =
      named ??
      bindExpression(node.expression, {
        ...emptyScope(context),
        relations: [relation],
        aggregate: refuseAggregates(context.report, 'ORDER BY'),
      });
    if (expression === undefined) return undefined;
    keys.push({ node, expression });
  }
  return applyOrder(bound, keys, context);
}

/** What is known of each item for the query around it. */
export function itemKnowledge(bound: BoundSelect): Pick<FromScope, 'origins' | 'growing'> {
  const growing = new Set<number>();
  for (const [index, { expression }] of bound.items.entries()) if (growsIn(expression, bound)) growing.add(index);
  return { growing, origins: bound.items.map(({ expression }) => originIn(expression, bound)) };
}

function growsIn(expression: Expression, bound: BoundSelect): boolean {
  return monotonicityOf(expression, bound.growing).kind === 'ascending';
}

function originIn(expression: Expression, bound: BoundSelect): Expression | undefined {
  return throughOrigins(expression, bound.origins);
}
