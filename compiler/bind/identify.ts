// Operator ids and the program's id (SEMANTICS 16, 17): hashes of what an operator is, not of where it stands in the text.
import { SNAPSHOT_VERSION } from '../../contract/abi.ts';
import { typeText } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import type { JoinSide, Plan, Pump, Relation, WindowCall } from '../plan/plan.ts';
import { printExpression } from '../plan/print.ts';
import { columnsOf, partsOf } from '../plan/walk.ts';
import { expressionKey } from './scope.ts';

/** 64-bit FNV-1a as 16 hex digits. */
export function hashText(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

/** Pumps that feed hidden streams, by stream: what they do belongs to what is done with their rows. */
type Parts = ReadonlyMap<string, readonly Pump[]>;

/** Gives every stateful operator its id. */
export function identifyOperators(plan: Plan): Plan {
  const parts = new Map<string, Pump[]>();
  for (const pump of plan.pumps) {
    if (pump.partOf !== undefined) parts.set(pump.target, [...(parts.get(pump.target) ?? []), pump]);
  }
  return { ...plan, pumps: plan.pumps.map((pump) => ({ ...pump, query: identify(pump.query, pump.name, 0, parts) })) };
}

// The path counts stateful operators only: a filter or another select list above leaves the id alone.
function identify(relation: Relation, pump: string, path: number, parts: Parts): Relation {
  if (relation.kind === 'stream-scan') return relation;
  const stateless = relation.kind === 'filter' || relation.kind === 'project';
  const input = identify(relation.input, pump, stateless ? path : path + 1, parts);
  if (stateless) return { ...relation, input };
  return { ...relation, input, id: hashText(JSON.stringify([pump, path, meaning(relation, parts)])) };
}

/**
 * What a relation's rows are, up to the stream boundary: streams, filters and operators. Select lists count only through the columns
 * that are used, and columns of a stream by name and type, so that a further column of the input changes no id.
 */
function meaning(relation: Relation, parts: Parts): unknown {
  if (relation.kind === 'stream-scan') {
    const writers = parts.get(relation.stream);
    return writers === undefined
      ? ['scan', relation.stream]
      : ['hidden', writers.map(({ query }) => meaning(query, parts))];
  }
  const below = meaning(relation.input, parts);
  return relation.kind === 'project' ? below : [...ownMeaning(relation, parts), below];
}

function ownMeaning(relation: Exclude<Relation, { kind: 'stream-scan' | 'project' }>, parts: Parts): unknown[] {
  const of = (expression: Expression | undefined, over: Columns = relation.input): unknown =>
    expression === undefined ? '' : expressionMeaning(expression, over, parts);
  const column = (index: number): unknown => columnMeaning(index, relation.input, parts);
  switch (relation.kind) {
    case 'filter':
      return ['filter', of(relation.predicate)];
    case 'tumble-aggregate': {
      const { key, kind, closedEnd } = relation.closing;
      return [
        'tumble',
        relation.keys.map((part) => of(part)),
        key,
        kind,
        closedEnd,
        callsMeaning(relation.aggregates, of),
      ];
    }
    case 'stagger-aggregate':
      return [
        'stagger',
        relation.keys.map((part) => of(part)),
        `${relation.rangeMs}`,
        callsMeaning(relation.aggregates, of),
      ];
    case 'sliding-window':
      return [
        'window',
        relation.partition.map((part) => of(part)),
        numbersAsText(relation.frame),
        callsMeaning(relation.calls, of),
      ];
    case 'distinct':
      return ['distinct', relation.keys.map((part) => of(part)), relation.closing];
    case 'join': {
      const side = ({ columns, keys, retention, preserved }: JoinSide): unknown => [
        columns,
        keys.map((part) => of(part)),
        numbersAsText(retention),
        preserved,
      ];
      return ['join', side(relation.left), side(relation.right), of(relation.predicate)];
    }
    case 'lookup': {
      const keys = relation.keys.map(({ expression, column: index }) => [of(expression), index]);
      return ['lookup', relation.table, relation.type, keys, of(relation.predicate, relation)];
    }
    case 'table-function':
      return [relation.name, relation.options, relation.reads.map(column)];
    case 'sort': {
      const { closing } = relation;
      return [
        'sort',
        relation.keys.map((key) => [column(key.column), key.descending, key.nullsFirst]),
        closing.kind === 'time' ? of(closing.expression) : closing.kind,
      ];
    }
    case 'time-sort':
      return [
        'time-sort',
        column(relation.time),
        `${relation.withinMs}`,
        relation.keys.map((key) => column(key.column)),
      ];
  }
}

function numbersAsText(value: object): unknown {
  return JSON.parse(JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}` : part)));
}

function callsMeaning(calls: readonly WindowCall[], of: (expression: Expression | undefined) => unknown): unknown {
  return calls.map((call) => [
    call.name,
    call.distinct,
    call.ignoreNulls,
    typeText(call.type),
    call.argument === undefined ? '*' : of(call.argument),
    `${call.position} ${call.fromLast} ${call.halfLifeMs}`,
    of(call.otherwise),
  ]);
}

/** What has columns: a relation, seen by what its columns mean. */
type Columns = Relation;

function expressionMeaning(expression: Expression, input: Columns, parts_: Parts): unknown {
  if (expression.kind === 'column') return columnMeaning(expression.index, input, parts_);
  const parts = partsOf(expression);
  const head =
    expression.kind === 'call'
      ? `call ${expression.function.name}`
      : parts.length === 0
        ? printExpression(expression)
        : shape(expression);
  return [head, typeText(expression.type), ...parts.map((part) => expressionMeaning(part, input, parts_))];
}

// What tells two nodes of one kind and equal parts apart.
function shape(expression: Expression): string {
  const { kind } = expression;
  if (kind === 'arithmetic' || kind === 'comparison') return `${kind} ${expression.operator}`;
  if (kind === 'is') return `${kind} ${expression.test} ${expression.negated}`;
  if (kind === 'subquery') return printExpression({ ...expression, arguments: [] });
  if (kind === 'distinct-from') return `${kind} ${expression.negated}`;
  return kind === 'cast' ? `${kind} ${expression.mode}` : kind;
}

function columnMeaning(index: number, relation: Columns, parts: Parts): unknown {
  const column = relation.columns[index];
  if (relation.kind === 'stream-scan') {
    // Every part gives the column its own meaning.
    const writers = parts.get(relation.stream);
    if (writers !== undefined) return writers.map(({ query }) => columnMeaning(index, query, parts));
    return ['column', column?.name, column === undefined ? '' : typeText(column.type)];
  }
  if (relation.kind === 'project') {
    const expression = relation.expressions[index];
    return expression === undefined ? index : expressionMeaning(expression, relation.input, parts);
  }
  const width = relation.input.columns.length;
  const own = columnsOf(relation);
  return own === 'new' || index >= width ? ['of', relation.kind, index] : columnMeaning(index, relation.input, parts);
}

/** The program's id: the bound plan with its bindings, and the version of snapshots. */
export function programId(plan: Plan): string {
  const streams = plan.streams.map((stream) => [
    stream.kind,
    stream.name,
    stream.columns.map((column) => [column.name, typeText(column.type), column.nullable]),
  ]);
  const pumps = plan.pumps.map((pump) => [pump.name, pump.target, expressionKey(pump.query)]);
  return hashText(
    JSON.stringify([
      SNAPSHOT_VERSION,
      plan.inputs,
      plan.outputs,
      plan.tables,
      streams,
      pumps,
      plan.keyGroups,
      ...(plan.derived.length > 0 ? [plan.derived] : []),
    ]),
  );
}
