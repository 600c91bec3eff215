// Operator ids and the program's id (SEMANTICS 16, 17): hashes of what an operator is, not of where it stands in the text.
import { typeText } from '../../contract/types.ts';
import type { Plan, Relation } from '../plan/plan.ts';
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

function identify(relation: Relation, pump: string, depth: number): Relation {
  if (relation.kind === 'stream-scan') return relation;
  const input = identify(relation.input, pump, depth + 1);
  if (relation.kind !== 'tumble-aggregate') return { ...relation, input };
  return { ...relation, input, id: hashText(`${pump}\n${depth}\n${signature({ ...relation, input })}`) };
}

// Everything up to the stream boundary counts: an operator whose input means something else is another operator.
function signature(relation: Relation): string {
  switch (relation.kind) {
    case 'stream-scan':
      return `scan ${JSON.stringify(relation.stream)} ${relation.columns.map((column) => `${column.name} ${typeText(column.type)}`).join()}`;
    case 'filter':
      return `filter ${expressionKey(relation.predicate)} of ${signature(relation.input)}`;
    case 'project':
      return `project ${relation.expressions.map(expressionKey).join()} ${relation.rowtime === undefined ? '' : expressionKey(relation.rowtime)} of ${signature(relation.input)}`;
    case 'tumble-aggregate': {
      const calls = relation.aggregates.map((call) => `${call.name} ${call.distinct} ${call.ignoreNulls} ${typeText(call.type)} ${call.argument === undefined ? '*' : expressionKey(call.argument)}`);
      return `tumble ${relation.keys.map(expressionKey).join()} ${JSON.stringify(relation.closing)} ${calls.join()} of ${signature(relation.input)}`;
    }
  }
}

/** The program's id: the bound plan with its bindings. */
export function programId(plan: Plan): string {
  const streams = plan.streams.map((stream) => `${stream.kind} ${stream.name} ${stream.columns.map((column) => `${column.name} ${typeText(column.type)} ${column.nullable}`).join()}`);
  const pumps = plan.pumps.map((pump) => `${pump.name} ${pump.target} ${signature(pump.query)}`);
  return hashText(JSON.stringify([plan.inputs, plan.outputs, streams, pumps, plan.keyGroups]));
}
