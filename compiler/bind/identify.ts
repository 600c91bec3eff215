// Operator ids and the program's id (SEMANTICS 16, 17): hashes of what an operator is, not of where it stands in the text.
import { SNAPSHOT_VERSION } from '../../contract/abi.ts';
import { typeText } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import type { AggregateCall, Plan, Relation } from '../plan/plan.ts';
import { printExpression } from '../plan/print.ts';
import { partsOf } from '../plan/walk.ts';
import { expressionKey } from './scope.ts';

/** 64-bit FNV-1a as 16 hex digits. */
export function hashText(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

/** Gives every stateful operator its id. */
export function identifyOperators(plan: Plan): Plan {
  return { ...plan, pumps: plan.pumps.map((pump) => ({ ...pump, query: identify(pump.query, pump.name, 0) })) };
}

// The path counts stateful operators only: a filter or another select list above leaves the id alone.
function identify(relation: Relation, pump: string, path: number): Relation {
  if (relation.kind === 'stream-scan') return relation;
  const input = identify(relation.input, pump, relation.kind === 'tumble-aggregate' ? path + 1 : path);
  if (relation.kind !== 'tumble-aggregate') return { ...relation, input };
  return { ...relation, input, id: hashText(JSON.stringify([pump, path, meaning(relation)])) };
}

/**
 * What a relation's rows are, up to the stream boundary: streams, filters and aggregates. Select lists count only through the columns
 * that are used, and columns of a stream by name and type, so that a further column of the input changes no id.
 */
function meaning(relation: Relation): unknown {
  switch (relation.kind) {
    case 'stream-scan':
      return ['scan', relation.stream];
    case 'filter':
      return ['filter', expressionMeaning(relation.predicate, relation.input), meaning(relation.input)];
    case 'project':
      return meaning(relation.input);
    case 'tumble-aggregate': {
      const of = (expression: Expression): unknown => expressionMeaning(expression, relation.input);
      const calls = relation.aggregates.map((call) => [
        call.name,
        call.distinct,
        call.ignoreNulls,
        typeText(call.type),
        call.argument === undefined ? '*' : of(call.argument),
      ]);
      const { key, kind, closedEnd } = relation.closing;
      return ['tumble', relation.keys.map(of), key, kind, closedEnd, calls, meaning(relation.input)];
    }
  }
}

function expressionMeaning(expression: Expression, input: Relation): unknown {
  if (expression.kind === 'column') return columnMeaning(expression.index, input);
  const parts = partsOf(expression);
  const head =
    expression.kind === 'call'
      ? `call ${expression.function.name}`
      : parts.length === 0
        ? printExpression(expression)
        : shape(expression);
  return [head, typeText(expression.type), ...parts.map((part) => expressionMeaning(part, input))];
}

// What tells two nodes of one kind and equal parts apart.
function shape(expression: Expression): string {
  const { kind } = expression;
  if (kind === 'arithmetic' || kind === 'comparison') return `${kind} ${expression.operator}`;
  if (kind === 'is') return `${kind} ${expression.test} ${expression.negated}`;
  if (kind === 'distinct-from') return `${kind} ${expression.negated}`;
  return kind === 'cast' ? `${kind} ${expression.mode}` : kind;
}

function columnMeaning(index: number, relation: Relation): unknown {
  const column = relation.columns[index];
  switch (relation.kind) {
    case 'stream-scan':
      return ['column', column?.name, column === undefined ? '' : typeText(column.type)];
    case 'filter':
      return columnMeaning(index, relation.input);
    case 'project': {
      const expression = relation.expressions[index];
      return expression === undefined ? index : expressionMeaning(expression, relation.input);
    }
    case 'tumble-aggregate':
      return ['of aggregate', index];
  }
}

// The whole of a relation, select lists included.
function signature(relation: Relation): unknown {
  switch (relation.kind) {
    case 'stream-scan':
      return ['scan', relation.stream];
    case 'filter':
      return ['filter', expressionKey(relation.predicate), signature(relation.input)];
    case 'project':
      return [
        'project',
        relation.expressions.map(expressionKey),
        relation.rowtime === undefined ? '' : expressionKey(relation.rowtime),
        signature(relation.input),
      ];
    case 'tumble-aggregate':
      return [
        'tumble',
        relation.id,
        relation.keys.map(expressionKey),
        relation.closing,
        relation.aggregates.map(callSignature),
        signature(relation.input),
      ];
  }
}

function callSignature(call: AggregateCall): unknown {
  return [
    call.name,
    call.distinct,
    call.ignoreNulls,
    typeText(call.type),
    call.argument === undefined ? '*' : expressionKey(call.argument),
  ];
}

/** The program's id: the bound plan with its bindings, and the version of snapshots. */
export function programId(plan: Plan): string {
  const streams = plan.streams.map((stream) => [
    stream.kind,
    stream.name,
    stream.columns.map((column) => [column.name, typeText(column.type), column.nullable]),
  ]);
  const pumps = plan.pumps.map((pump) => [pump.name, pump.target, signature(pump.query)]);
  return hashText(JSON.stringify([SNAPSHOT_VERSION, plan.inputs, plan.outputs, streams, pumps, plan.keyGroups]));
}
