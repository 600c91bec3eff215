// GROUP BY and WINDOWED BY STAGGER: keys, the one that closes the window, aggregates, and what stands above them.
import type { Column } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { AggregateCall, Relation } from '../plan/plan.ts';
import { rewriteExpression } from '../plan/rewrite.ts';
import { aggregateKey, aggregateOf } from './aggregate.ts';
import { bindExpression } from './expression.ts';
import { ofNoRows, wholeGroup } from './finite.ts';
import type { QueryContext } from './query.ts';
import type { Span } from '../source.ts';
import { bindInterval } from './literals.ts';
import { hasClosedEnd, monotonicityOf } from './monotonic.ts';
import { readsColumn, throughOrigins } from './origins.ts';
import { WINDOW_BASE } from './windows.ts';
import { expressionKey, isQualifiedRowtime, plain, refuseAggregates, type FromScope, type Scope } from './scope.ts';

/** Column indexes from here on stand for aggregates while a list is being bound. */
const AGGREGATE_BASE = 1_000_000;

/** The groups of a query, while what stands above them is bound. */
export interface Grouping {
  /** Aggregate calls above the groups. */
  readonly aggregate: (call: ast.FunctionCall) => Expression | undefined;
  /** Brings an expression above the groups, or reports what is neither key nor aggregate. */
  readonly above: (expression: Expression) => Expression | undefined;
  /** The aggregation over `input`, when all is bound. */
  readonly relation: (input: Relation, context: QueryContext) => Relation;
  /** Gives aggregates their final columns. */
  readonly settle: (expression: Expression) => Expression;
  /** Position of the key that grows from group to group; undefined for STAGGER, whose groups have their own times. */
  readonly closing?: number;
  /** A query over tables without GROUP BY: one group, with rows or without. */
  readonly whole: boolean;
  /** An expression above the groups where a group has no rows. */
  readonly ofNoRows: (expression: Expression) => Expression;
}

/** Binds the keys of a query with GROUP BY or STAGGER, or with aggregates over tables; `more` are further keys. */
export function bindGrouping(
  query: ast.SelectQuery,
  from: FromScope,
  scope: Scope,
  more: readonly Expression[],
): Grouping | undefined {
  const { stagger } = query;
  const nodes = stagger?.partitionBy ?? query.groupBy ?? [];
  const inKeys: Scope = {
    ...scope,
    aggregate: refuseAggregates(scope.report, stagger === undefined ? 'GROUP BY' : 'PARTITION BY'),
  };
  const bound = nodes.map((key) => bindExpression(aliased(key, query, from), inKeys));
  const keys = bound.filter((key) => key !== undefined);
  if (keys.length < bound.length) return undefined;
  keys.push(...more);
  const aggregates: AggregateCall[] = [];
  const shared = {
    aggregate: (call: ast.FunctionCall): Expression | undefined => bindAggregate(call, aggregates, scope),
    above: (expression: Expression): Expression | undefined => aboveGroups(expression, keys, scope, ordinalIn(query)),
    settle: (expression: Expression): Expression => settleAggregates(expression, keys.length),
    whole: query.groupBy === undefined && query.stagger === undefined,
    ofNoRows: (expression: Expression): Expression => withoutRows(expression, aggregates),
  };
  const columns = (): Column[] => [
    ...keys.map((key, index) => ({ name: `key${index}`, type: key.type, nullable: key.nullable })),
    ...aggregates.map((call, index) => ({ name: `aggregate${index}`, type: call.type, nullable: call.nullable })),
  ];
  if (stagger !== undefined) {
    const interval = bindInterval(stagger.range);
    if ('severity' in interval || typeof interval.value !== 'bigint' || interval.value <= 0n) {
      scope.report('severity' in interval ? interval : message.staggerRange(stagger.range.span));
      return undefined;
    }
    const rangeMs = interval.value;
    const relation = (input: Relation): Relation => ({
      kind: 'stagger-aggregate',
      input,
      id: '',
      keys: keys.map(plain),
      rangeMs,
      aggregates,
      columns: columns(),
      span: query.span,
    });
    return { ...shared, relation };
  }
  const finite = scope.query?.finite === true;
  if (!finite && hasSeveralRowtimes(keys, scope)) return undefined;
  const closing = finite ? neverClosing(keys.length, query.span) : chooseClosing(keys, query, from, scope);
  if (closing === undefined) return undefined;
  if (closing.key === keys.length) keys.push(closing.expression);
  const planKeys = keys.map((key, index) =>
    index === closing.key && closing.kind === 'time' ? plain(closing.expression) : plain(key),
  );
  const relation = (input: Relation): Relation => ({
    kind: 'tumble-aggregate',
    input,
    id: '',
    keys: planKeys,
    closing: { key: closing.key, kind: closing.kind, closedEnd: closing.closedEnd },
    aggregates,
    columns: columns(),
    span: query.span,
  });
  const withEmpty = (input: Relation, context: QueryContext): Relation =>
    wholeGroup(relation(input), aggregates, context);
  const whole = shared.whole && more.length === 0;
  return { ...shared, relation: whole ? withEmpty : relation, closing: closing.key };
}

// Groups of a table leave when all its rows were there.
function neverClosing(key: number, span: Span): ChosenClosing {
  const expression: Expression = { kind: 'literal', type: { kind: 'INTEGER' }, value: 0, nullable: false, span };
  return { key, kind: 'value', closedEnd: false, expression };
}

function withoutRows(expression: Expression, aggregates: readonly AggregateCall[]): Expression {
  return rewriteExpression(expression, (node) => {
    if (node.kind !== 'column') return node;
    const call = node.index >= AGGREGATE_BASE ? aggregates[node.index - AGGREGATE_BASE] : undefined;
    return call === undefined
      ? { kind: 'literal', type: node.type, value: null, nullable: true, span: node.span }
      : ofNoRows(call);
  });
}

// A number in GROUP BY, which other dialects take for a position of the list.
function ordinalIn(query: ast.SelectQuery): Span | undefined {
  return query.groupBy?.find((key) => key.kind === 'number' && key.form === 'integer')?.span;
}

// GROUP BY may name an alias of the select list where no column has that name.
function aliased(key: ast.Expression, query: ast.SelectQuery, from: FromScope): ast.Expression {
  if (key.kind !== 'name' || key.parts.length > 1) return key;
  const name = key.parts[0]?.name;
  if (name === 'ROWTIME' || from.columns.some((column) => column.name === name)) return key;
  const item = query.items.find((candidate) => candidate.kind === 'item' && candidate.alias?.name === name);
  return item?.kind === 'item' ? item.expression : key;
}

// Two functions of ROWTIME written here are a mistake; one that a derived table hides behind a column's name is common.
function hasSeveralRowtimes(keys: readonly Expression[], scope: Scope): boolean {
  const [first, ...others] = keys.filter((key) => {
    const known = monotonicityOf(key, new Set());
    return 'time' in known && known.time && !readsColumn(key);
  });
  const other = first === undefined ? undefined : others.find((key) => expressionKey(key) !== expressionKey(first));
  if (first !== undefined && other !== undefined) scope.report(message.severalRowtimeKeys(other.span, first.span));
  return other !== undefined;
}

/** The key that ends a batch of rows. */
export interface ChosenClosing {
  readonly key: number;
  readonly kind: 'time' | 'value';
  readonly closedEnd: boolean;
  /** For `time`: over ROWTIME alone. */
  readonly expression: Expression;
}

/** The first key that is a function of ROWTIME alone, else the first that grows; or why there is none. */
export function findClosing(
  keys: readonly Expression[],
  from: Pick<FromScope, 'origins' | 'growing'>,
): ChosenClosing | string {
  const reasons: string[] = [];
  let value: ChosenClosing | undefined;
  for (const [index, key] of keys.entries()) {
    const expression = throughOrigins(key, from.origins);
    const below = expression === undefined ? undefined : monotonicityOf(expression, new Set());
    if (expression !== undefined && below !== undefined && 'time' in below && below.time && !readsColumn(expression))
      return { key: index, kind: 'time', closedEnd: hasClosedEnd(expression), expression };
    // A promise made far below is seen only there; what grows above an aggregate only here.
    const known = below !== undefined && 'time' in below ? below : monotonicityOf(key, from.growing);
    if ('time' in known) value ??= { key: index, kind: 'value', closedEnd: false, expression: key };
    else if (known.kind === 'constant') reasons.push('a constant never ends a group');
    else if ('reason' in known) reasons.push(known.reason);
  }
  return value ?? ([...new Set(reasons)].join('; ') || 'there is no key');
}

function chooseClosing(
  keys: readonly Expression[],
  query: ast.SelectQuery,
  from: FromScope,
  scope: Scope,
): ChosenClosing | undefined {
  const found = findClosing(keys, from);
  if (typeof found !== 'string') return found;
  // A window over the ROWTIME of one side of a join ends as the same window over that of the joined rows does.
  for (const key of keys) {
    const ofRow = rewriteExpression(key, (node) =>
      node.kind === 'column' &&
      scope.relations.some(
        ({ rowtime }) => typeof rowtime === 'object' && rowtime.kind === 'column' && rowtime.index === node.index,
      )
        ? { kind: 'rowtime', type: { kind: 'TIMESTAMP' }, nullable: false, span: node.span }
        : node,
    );
    const known = monotonicityOf(ofRow, new Set());
    if ('time' in known && known.time && !readsColumn(ofRow))
      return { key: keys.length, kind: 'time', closedEnd: hasClosedEnd(ofRow), expression: ofRow };
  }
  scope.report(message.groupByNotMonotonic(query.groupBy?.[0]?.span ?? query.span, found, ordinalIn(query)));
  return undefined;
}

function bindAggregate(call: ast.FunctionCall, aggregates: AggregateCall[], scope: Scope): Expression | undefined {
  const inside: Scope = { ...scope, aggregate: refuseAggregates(scope.report, 'another aggregate') };
  const given = call.arguments.map((argument) => bindExpression(argument, inside));
  if (given.some((argument) => argument === undefined)) return undefined;
  const aggregate = aggregateOf(call, given.filter((argument) => argument !== undefined).map(plain), scope);
  if (aggregate === undefined) return undefined;
  const key = aggregateKey(aggregate);
  let index = aggregates.findIndex((other) => aggregateKey(other) === key);
  if (index < 0) index = aggregates.push(aggregate) - 1;
  const { name, type, nullable } = aggregate;
  return { kind: 'column', index: AGGREGATE_BASE + index, name, type, nullable, span: call.span };
}

// Brings an expression above the groups: what equals a key is that key's column; aggregates stay marked; an unqualified ROWTIME that
// is part of no key is the output row's; anything else of the input is an error.
function aboveGroups(
  expression: Expression,
  keys: readonly Expression[],
  scope: Scope,
  ordinal: Span | undefined,
): Expression | undefined {
  const keyTexts = keys.map(expressionKey);
  let failed = false;
  const visit = (node: Expression): Expression => {
    const index = keyTexts.indexOf(expressionKey(node));
    const key = keys[index];
    const unqualified = node.kind === 'rowtime' && !isQualifiedRowtime(node);
    if (key !== undefined && !unqualified)
      return { kind: 'column', index, name: `key${index}`, type: key.type, nullable: key.nullable, span: node.span };
    if (node.kind === 'column' && node.index < AGGREGATE_BASE) {
      scope.report(message.notGrouped(node.span, `column "${node.name}"`, ordinal));
      failed = true;
      return node;
    }
    if (isQualifiedRowtime(node)) {
      scope.report(message.notGrouped(node.span, 'the ROWTIME of the input', ordinal));
      failed = true;
      return node;
    }
    return mapParts(node, visit);
  };
  const result = visit(expression);
  return failed ? undefined : result;
}

function mapParts(node: Expression, visit: (part: Expression) => Expression): Expression {
  switch (node.kind) {
    case 'literal':
    case 'column':
    case 'rowtime':
    case 'context':
      return node;
    case 'arithmetic':
    case 'comparison':
    case 'distinct-from':
      return { ...node, left: visit(node.left), right: visit(node.right) };
    case 'negate':
    case 'not':
    case 'is':
    case 'cast':
      return { ...node, operand: visit(node.operand) };
    case 'and':
    case 'or':
    case 'coalesce':
      return { ...node, operands: node.operands.map(visit) };
    case 'case':
      return {
        ...node,
        branches: node.branches.map((branch) => ({ when: visit(branch.when), then: visit(branch.then) })),
        otherwise: visit(node.otherwise),
      };
    case 'call':
    case 'subquery':
      return { ...node, arguments: node.arguments.map(visit) };
  }
}

function settleAggregates(expression: Expression, keyCount: number): Expression {
  const visit = (node: Expression): Expression =>
    node.kind === 'column' && node.index >= AGGREGATE_BASE && node.index < WINDOW_BASE
      ? { ...node, index: node.index - AGGREGATE_BASE + keyCount }
      : mapParts(node, visit);
  return visit(expression);
}
