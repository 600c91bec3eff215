// Subqueries in expressions: EXISTS, IN (SELECT …) and queries in the place of a value. Each becomes a table that the program computes and
// a question to it. Columns of the query around it (correlation) may stand in the subquery's own WHERE: the conditions that read them are
// taken out of it and become part of the question.
import * as tableMessage from '../diagnose/finiteMessages.ts';
import type * as ast from '../parse/ast.ts';
import { printQuery } from '../parse/print.ts';
import type { Expression, Subquery, TablePair } from '../plan/expression.ts';
import { canFault } from '../plan/faults.ts';
import type { DerivedTable } from '../plan/plan.ts';
import { rewriteExpression } from '../plan/rewrite.ts';
import { forEachExpression } from '../plan/walk.ts';
import type { Span } from '../source.ts';
import { unifyCompared } from './convert.ts';
import { bindExpression } from './expression.ts';
import { isFiniteQuery, tableOf } from './finite.ts';
import { bindQuery, givenInputs, type BoundSelect, type Item } from './query.ts';
import { refuseRecords } from './records.ts';
import { columnAt, expressionKey, plain, relationsCalled, type Scope } from './scope.ts';

/** Column indexes from here on stand for values of the query around a subquery. */
export const OUTER_BASE = 4_000_000;

/** The query around a subquery, and what the subquery reads of it. */
export interface Outer {
  readonly query: ast.Query;
  readonly scope: Scope;
  /** Values that names outside give. */
  readonly values: Expression[];
  /** Conditions that read them, over the columns of the subquery's FROM. */
  correlation: Correlation | undefined;
}

/** What connects a subquery with the query around it. */
export interface Correlation {
  /** Items that the subquery gives besides its own, which come first. */
  readonly visible: number;
  /** An item of the subquery must equal a value of the query around. */
  readonly equal: readonly { readonly item: number; readonly outer: Expression }[];
  /** Over items of the subquery, and values of the query around. */
  readonly conditions: readonly Expression[];
  /** Values of the visible items when no row is equal; undefined: NULL. */
  readonly otherwise?: readonly Expression[];
}

/** Binds a name in the query around, or 'none' when it has no meaning there. */
export function bindOuterName(node: ast.ColumnName, scope: Scope): Expression | undefined | 'none' {
  const outer = scope.query?.outer;
  if (outer === undefined) return 'none';
  const [qualifier] = node.parts;
  const isAlias = node.parts.length > 1 && relationsCalled(qualifier?.name, outer.scope.relations).length > 0;
  const value = bindExpression(node, { ...outer.scope, report: isAlias ? scope.report : () => {} });
  if (value === undefined) return isAlias ? undefined : 'none';
  if (scope.correlates !== true) {
    scope.report(tableMessage.correlatedSubquery(node.span, node.parts.map(({ name }) => name).join('.')));
    return undefined;
  }
  const key = expressionKey(value);
  const known = outer.values.findIndex((other) => expressionKey(other) === key);
  const index = OUTER_BASE + (known >= 0 ? known : outer.values.push(value) - 1);
  const { type, nullable, span } = value;
  return { kind: 'column', index, name: node.parts.at(-1)?.name ?? '', type, nullable, span };
}

/** True when an expression reads the query around. */
export function readsOuter(expression: Expression): boolean {
  let found = false;
  forEachExpression(expression, (node) => {
    found ||= node.kind === 'column' && node.index >= OUTER_BASE;
  });
  return found;
}

function readsOwn(expression: Expression): boolean {
  let found = false;
  forEachExpression(expression, (node) => {
    found ||= (node.kind === 'column' && node.index < OUTER_BASE) || node.kind === 'rowtime';
  });
  return found;
}

/** The conditions of a WHERE that read the query around, taken apart. */
export interface Taken {
  /** What the subquery must give for them: over the columns of its FROM. */
  readonly hidden: readonly Expression[];
  /** Items by their place in `hidden`. */
  readonly equal: readonly { readonly hidden: number; readonly outer: Expression }[];
  readonly conditions: readonly Expression[];
}

/** Takes conditions apart: `inner = outer`, and others, whose own columns become references to `hidden`. */
export function takeApart(conjuncts: readonly Expression[]): Taken {
  const hidden: Expression[] = [];
  const place = (expression: Expression): number => {
    const key = expressionKey(expression);
    const known = hidden.findIndex((other) => expressionKey(other) === key);
    return known >= 0 ? known : hidden.push(expression) - 1;
  };
  const equal: { hidden: number; outer: Expression }[] = [];
  const conditions: Expression[] = [];
  for (const conjunct of conjuncts) {
    const sides = sidesOf(conjunct);
    if (sides !== undefined) equal.push({ hidden: place(sides.inner), outer: sides.outer });
    else
      conditions.push(
        rewriteExpression(conjunct, (node) =>
          node.kind === 'column' && node.index < OUTER_BASE ? { ...node, index: place(node) } : node,
        ),
      );
  }
  return { hidden, equal, conditions };
}

function sidesOf(conjunct: Expression): { inner: Expression; outer: Expression } | undefined {
  if (conjunct.kind !== 'comparison' || conjunct.operator !== '=') return undefined;
  for (const [inner, outer] of [
    [conjunct.left, conjunct.right],
    [conjunct.right, conjunct.left],
  ] as const)
    if (!readsOuter(inner) && !readsOwn(outer) && readsOwn(inner) && !canFault(inner)) return { inner, outer };
  return undefined;
}

// ---- The three forms --------------------------------------------------------------------------------------------

/** EXISTS. */
export function bindExists(node: ast.ExistsExpression, scope: Scope): Expression | undefined {
  const asked = bindAsked(node.query, node.span, 'EXISTS', scope);
  if (asked === undefined) return undefined;
  const { visible } = asked;
  return question(node.span, scope, asked, { items: asked.bound.items.slice(visible), removed: visible, operands: [] });
}

/** IN (query): one value, or a row of them. */
export function bindInQuery(node: ast.InExpression, scope: Scope): Expression | undefined {
  const { span, query } = node;
  if (query === undefined) return undefined;
  const nodes = node.operand.kind === 'row' ? node.operand.values : [node.operand];
  const operands = nodes.map((operand) => bindExpression(operand, scope));
  const asked = bindAsked(query, span, node.negated ? 'NOT IN' : 'IN', scope);
  if (asked === undefined) return undefined;
  if (asked.visible !== nodes.length) {
    scope.report(tableMessage.subqueryWidth(query.span, nodes.length, asked.visible));
    return undefined;
  }
  const items = [...asked.bound.items];
  const compared: Expression[] = [];
  for (const [index, operand] of operands.entries()) {
    const item = items[index];
    if (operand === undefined || item === undefined) return undefined;
    const sides = unifyCompared([operand, item.expression], span, 'compared', scope);
    if (sides === undefined) return undefined;
    compared.push(sides[0]);
    items[index] = { ...item, expression: sides[1] };
  }
  const found = question(span, scope, asked, { items, removed: 0, operands: compared });
  if (!node.negated) return found;
  return { kind: 'not', operand: found, type: found.type, nullable: found.nullable, span };
}

/** A query in the place of a value. */
export function bindScalarQuery(node: ast.ScalarSubquery, scope: Scope): Expression | undefined {
  const asked = bindAsked(node.query, node.span, 'a subquery', scope);
  if (asked === undefined) return undefined;
  if (asked.visible !== 1) {
    scope.report(tableMessage.subqueryWidth(node.query.span, 1, asked.visible));
    return undefined;
  }
  return question(node.span, scope, asked, { items: asked.bound.items, removed: 0 });
}

interface Asked {
  readonly bound: BoundSelect;
  readonly outer: Outer;
  /** Items that the subquery itself gives. */
  readonly visible: number;
  /** What the pump's parts were before. */
  readonly mark: readonly [number, number, number];
}

function bindAsked(query: ast.Query, span: Span, what: string, scope: Scope): Asked | undefined {
  const context = scope.query;
  if (context === undefined) {
    scope.report(tableMessage.misplacedSubquery(span));
    return undefined;
  }
  if (!isFiniteQuery(query, context) && !namesUnknown(query, scope)) {
    scope.report(tableMessage.streamSubquery(span, what, givenInputs(query, context)));
    return undefined;
  }
  const mark = context.parts.mark();
  const outer: Outer = { query, scope, values: [], correlation: undefined };
  const bound = bindQuery(query, { ...context, windows: new Map(), report: scope.report, outer });
  if (bound === undefined || refuseRecords(bound.items, scope.report)) return undefined;
  return { bound, outer, visible: outer.correlation?.visible ?? bound.items.length, mark };
}

// A relation that is not there is reported by its name.
function namesUnknown(query: ast.Query, { query: context }: Scope): boolean {
  let unknown = false;
  JSON.stringify(query, (_, value: unknown) => {
    const node = value as ast.FromItem | null;
    if (typeof node === 'object' && node?.kind === 'named-relation') {
      const { name } = node.name;
      unknown ||= context?.unreadable.has(name) === true;
      unknown ||= !context?.streams.has(name) && !context?.tables.has(name) && !context?.views.has(name);
    }
    return value;
  });
  return unknown;
}

/** What of the subquery is asked. */
interface Form {
  /** What the table holds. */
  readonly items: readonly Item[];
  /** Items left out in front of them. */
  readonly removed: number;
  /** IN: what must be among the first items; EXISTS: nothing; undefined: the value of the first item. */
  readonly operands?: readonly Expression[];
}

function question(span: Span, scope: Scope, asked: Asked, form: Form): Subquery {
  const made = makeQuestion(span, scope, asked, form);
  const parts = scope.query?.parts;
  if (parts === undefined) return made;
  const key = `${printQuery(asked.outer.query)} ${expressionKey({ ...made, table: '' })}`;
  const table = parts.asked.get(key);
  if (table === undefined) {
    parts.asked.set(key, made.table);
    return made;
  }
  parts.forget(asked.mark);
  return { ...made, table };
}

function makeQuestion(span: Span, scope: Scope, { bound, outer }: Asked, form: Form): Subquery {
  const { query: context } = scope;
  if (context === undefined) throw new Error('invariant: a subquery outside a query');
  const { items, removed, operands } = form;
  const { equal, conditions, otherwise } = outer.correlation ?? { equal: [], conditions: [], otherwise: undefined };
  const inside = (expression: Expression): Expression =>
    rewriteExpression(expression, (node) =>
      node.kind === 'column' && node.index >= OUTER_BASE ? (outer.values[node.index - OUTER_BASE] ?? node) : node,
    );
  const members = (operands ?? []).map((_, index): TablePair => ({ argument: index, column: index }));
  const simple = members.length === 1 && equal.length === 0 && conditions.length === 0;
  // NULL comes first, so that one look tells whether there is one.
  const order = simple ? [{ column: 0, descending: false, nullsFirst: true }] : [];
  const table = tableOf({ ...bound, items }, context, { distinct: operands !== undefined, order });
  const given: Expression[] = [...(operands ?? []), ...equal.map(({ outer: value }) => inside(value))];
  const keys = equal.map(
    ({ item }, index): TablePair => ({ argument: members.length + index, column: item - removed }),
  );
  const predicate = asPredicate(conditions, given, outer, table, removed, span);
  const column = table.columns[0];
  const common = {
    kind: 'subquery',
    table: table.name,
    arguments: given.map(plain),
    keys,
    members,
    column: 0,
    span,
  } as const;
  const asked = { ...common, ...(predicate === undefined ? {} : { predicate }) };
  if (operands === undefined) {
    if (column === undefined) throw new Error('invariant: a subquery without a column');
    const [value] = otherwise ?? [];
    return {
      ...asked,
      form: 'value',
      ...(value === undefined ? {} : { otherwise: value }),
      type: column.type,
      nullable: true,
    };
  }
  const nullable = members.some(
    (pair) => given[pair.argument]?.nullable !== false || table.columns[pair.column]?.nullable !== false,
  );
  const type = { kind: 'BOOLEAN' } as const;
  return { ...asked, form: members.length > 0 ? 'in' : 'exists', type, nullable };
}

// The conditions over the arguments, to which the values that they read are added, and the table's columns behind them.
function asPredicate(
  conditions: readonly Expression[],
  given: Expression[],
  outer: Outer,
  table: DerivedTable,
  removed: number,
  span: Span,
): Expression | undefined {
  const [first, ...others] = conditions;
  if (first === undefined) return undefined;
  const from = given.length;
  given.push(...outer.values);
  const columns = [
    ...given.map(({ type, nullable }, index) => ({ name: `argument${index}`, type, nullable })),
    ...table.columns,
  ];
  const placed = conditions.map((condition) =>
    plain(
      rewriteExpression(condition, (node) => {
        if (node.kind !== 'column') return node;
        const index = node.index >= OUTER_BASE ? from + node.index - OUTER_BASE : given.length + node.index - removed;
        return columnAt(columns, index, node.span);
      }),
    ),
  );
  if (others.length === 0) return placed[0];
  const nullable = placed.some((part) => part.nullable);
  return { kind: 'and', operands: placed, type: { kind: 'BOOLEAN' }, nullable, span };
}
