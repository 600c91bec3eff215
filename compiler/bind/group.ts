// GROUP BY: keys, the one that closes the window, aggregates, and the select list in their terms.
import { familyOf, typeText, type Column, type SqlType } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { AggregateCall, AggregateName, Relation, TumbleAggregate } from '../plan/plan.ts';
import { bindCondition } from './conditions.ts';
import { convert } from './convert.ts';
import { bindExpression } from './expression.ts';
import { hasClosedEnd, monotonicityOf } from './monotonic.ts';
import { bindList, readsColumn, throughOrigins, type BoundSelect } from './query.ts';
import { expressionKey, isQualifiedRowtime, plain, type Scope, type ScopeRelation } from './scope.ts';

/** Column indexes from here on stand for aggregates while a list is being bound. */
const AGGREGATE_BASE = 1_000_000;

/** Binds a SELECT with GROUP BY over `input`. */
export function bindGrouped(
  query: ast.SelectQuery,
  input: Relation,
  source: ScopeRelation,
  scope: Scope,
): BoundSelect | undefined {
  const aggregates: AggregateCall[] = [];
  const inKeys: Scope = {
    ...scope,
    aggregate: (call) => {
      scope.report(message.misplacedAggregate(call.span, call.name.name, 'GROUP BY'));
      return undefined;
    },
  };
  const bound = (query.groupBy ?? []).map((key) => bindExpression(aliased(key, query, source), inKeys));
  const keys = bound.filter((key) => key !== undefined);
  if (keys.length < bound.length) return undefined;
  if (hasSeveralRowtimes(keys, scope)) return undefined;
  const closing = chooseClosing(keys, query, source, scope);
  if (closing === undefined) return undefined;
  const withAggregates: Scope = { ...scope, aggregate: (call) => bindAggregate(call, aggregates, scope) };
  const above = (expression: Expression): Expression | undefined => aboveGroups(expression, keys, scope);
  const list = bindList(query, source, withAggregates, above);
  const condition = query.having === undefined ? undefined : bindCondition(query.having, withAggregates);
  const having = condition === undefined ? undefined : above(condition);
  if (list === undefined || (query.having !== undefined && having === undefined)) return undefined;
  const planKeys = keys.map((key, index) =>
    index === closing.key && closing.kind === 'time' ? plain(closing.expression) : plain(key),
  );
  const columns: Column[] = [
    ...keys.map((key, index) => ({ name: `key${index}`, type: key.type, nullable: key.nullable })),
    ...aggregates.map((call, index) => ({ name: `aggregate${index}`, type: call.type, nullable: call.nullable })),
  ];
  const tumble: TumbleAggregate = {
    kind: 'tumble-aggregate',
    input,
    id: '',
    keys: planKeys,
    closing: { key: closing.key, kind: closing.kind, closedEnd: closing.closedEnd },
    aggregates,
    columns,
    span: query.span,
  };
  const settle = (expression: Expression): Expression => settleAggregates(expression, keys.length);
  const filtered: Relation =
    having === undefined
      ? tumble
      : {
          kind: 'filter',
          input: tumble,
          predicate: plain(settle(having)),
          columns,
          span: query.having?.span ?? query.span,
        };
  return {
    input: filtered,
    grouped: true,
    scope: source,
    items: list.items.map((item) => ({ ...item, expression: settle(item.expression) })),
    ...(list.rowtime === undefined ? {} : { rowtime: settle(list.rowtime) }),
  };
}

// GROUP BY may name an alias of the select list where no column has that name.
function aliased(key: ast.Expression, query: ast.SelectQuery, source: ScopeRelation): ast.Expression {
  if (key.kind !== 'name' || key.parts.length > 1) return key;
  const name = key.parts[0]?.name;
  if (name === 'ROWTIME' || source.columns.some((column) => column.name === name)) return key;
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

interface Closing {
  readonly key: number;
  readonly kind: 'time' | 'value';
  readonly closedEnd: boolean;
  readonly expression: Expression;
}

function chooseClosing(
  keys: readonly Expression[],
  query: ast.SelectQuery,
  source: ScopeRelation,
  scope: Scope,
): Closing | undefined {
  const reasons: string[] = [];
  let value: Closing | undefined;
  let time: Closing | undefined;
  for (const [index, key] of keys.entries()) {
    const expression = throughOrigins(key, source.origins);
    const below = expression === undefined ? undefined : monotonicityOf(expression, new Set());
    if (expression !== undefined && below !== undefined && 'time' in below && below.time && !readsColumn(expression)) {
      time ??= { key: index, kind: 'time', closedEnd: hasClosedEnd(expression), expression };
      continue;
    }
    // A promise made far below is seen only there; what grows above an aggregate only here.
    const known = below !== undefined && 'time' in below ? below : monotonicityOf(key, source.growing);
    if ('time' in known) value ??= { key: index, kind: 'value', closedEnd: false, expression: key };
    else if (known.kind === 'constant') reasons.push('a constant never ends a group');
    else if ('reason' in known) reasons.push(known.reason);
  }
  if (time === undefined && value === undefined)
    scope.report(
      message.groupByNotMonotonic(
        query.groupBy?.[0]?.span ?? query.span,
        [...new Set(reasons)].join('; ') || 'there is no key',
      ),
    );
  return time ?? value;
}

function bindAggregate(call: ast.FunctionCall, aggregates: AggregateCall[], scope: Scope): Expression | undefined {
  const inside: Scope = {
    ...scope,
    aggregate: (inner) => {
      scope.report(message.misplacedAggregate(inner.span, inner.name.name, 'another aggregate'));
      return undefined;
    },
  };
  const given = call.arguments.map((argument) => bindExpression(argument, inside));
  if (given.some((argument) => argument === undefined)) return undefined;
  const [bound, second] = given;
  const named = call.name.name === 'STDDEV' || call.name.name === 'STD_DEV' ? 'STDDEV_SAMP' : call.name.name;
  const name = named as AggregateName;
  if (second !== undefined || (bound === undefined && (name !== 'COUNT' || call.form !== 'star'))) {
    scope.report(
      message.noOverload(call.span, name, String(given.length), [
        name === 'COUNT' ? 'COUNT(*)' : `${name}(x)`,
        `${name}(x)`,
      ]),
    );
    return undefined;
  }
  const argument = bound === undefined ? undefined : argumentOf(name, plain(bound));
  const type = argument === undefined ? ({ kind: 'BIGINT' } as const) : resultOf(name, argument.type);
  if (type === undefined) {
    scope.report(
      message.noOverload(call.span, name, typeText(argument?.type ?? { kind: 'NULL' }), [
        name === 'ANY' || name === 'EVERY' ? `${name}(BOOLEAN)` : `${name}(a number)`,
      ]),
    );
    return undefined;
  }
  const aggregate: AggregateCall = {
    name,
    ...(argument === undefined ? {} : { argument }),
    distinct: call.distinct && name !== 'MIN' && name !== 'MAX',
    ignoreNulls: call.nulls === 'ignore',
    type,
    nullable: name !== 'COUNT',
    span: call.span,
  };
  const key = aggregateKey(aggregate);
  let index = aggregates.findIndex((other) => aggregateKey(other) === key);
  if (index < 0) index = aggregates.push(aggregate) - 1;
  return { kind: 'column', index: AGGREGATE_BASE + index, name, type, nullable: aggregate.nullable, span: call.span };
}

function aggregateKey(call: AggregateCall): string {
  return `${call.name} ${call.distinct} ${call.ignoreNulls} ${call.argument === undefined ? '*' : expressionKey(call.argument)}`;
}

function argumentOf(name: AggregateName, argument: Expression): Expression {
  if (argument.type.kind === 'NULL') return convert(argument, { kind: 'INTEGER' }, 'implicit');
  const moments = name.startsWith('VAR_') || name.startsWith('STDDEV_');
  return moments && ['exact', 'approximate'].includes(familyOf(argument.type))
    ? convert(argument, { kind: 'DOUBLE' }, 'implicit')
    : argument;
}

function resultOf(name: AggregateName, type: SqlType): SqlType | undefined {
  const numeric = ['exact', 'approximate'].includes(familyOf(type));
  switch (name) {
    case 'COUNT':
      return { kind: 'BIGINT' };
    case 'SUM':
    case 'AVG':
      return numeric ? type : undefined;
    case 'STDDEV_POP':
    case 'STDDEV_SAMP':
    case 'VAR_POP':
    case 'VAR_SAMP':
      return numeric ? { kind: 'DOUBLE' } : undefined;
    case 'ANY':
    case 'EVERY':
      return type.kind === 'BOOLEAN' ? type : undefined;
    case 'MIN':
    case 'MAX':
    case 'FIRST_VALUE':
    case 'LAST_VALUE':
      return type;
  }
}

// Brings an expression above the groups: what equals a key is that key's column; aggregates stay marked; an unqualified ROWTIME that
// is part of no key is the output row's; anything else of the input is an error.
function aboveGroups(expression: Expression, keys: readonly Expression[], scope: Scope): Expression | undefined {
  const keyTexts = keys.map(expressionKey);
  let failed = false;
  const visit = (node: Expression): Expression => {
    const index = keyTexts.indexOf(expressionKey(node));
    const key = keys[index];
    const unqualified = node.kind === 'rowtime' && !isQualifiedRowtime(node);
    if (key !== undefined && !unqualified)
      return { kind: 'column', index, name: `key${index}`, type: key.type, nullable: key.nullable, span: node.span };
    if (node.kind === 'column' && node.index < AGGREGATE_BASE) {
      scope.report(message.notGrouped(node.span, `column "${node.name}"`));
      failed = true;
      return node;
    }
    if (isQualifiedRowtime(node)) {
      scope.report(message.notGrouped(node.span, 'the ROWTIME of the input'));
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
      return { ...node, arguments: node.arguments.map(visit) };
  }
}

function settleAggregates(expression: Expression, keyCount: number): Expression {
  const visit = (node: Expression): Expression =>
    node.kind === 'column' && node.index >= AGGREGATE_BASE
      ? { ...node, index: node.index - AGGREGATE_BASE + keyCount }
      : mapParts(node, visit);
  return visit(expression);
}
