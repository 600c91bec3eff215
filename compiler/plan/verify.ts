// What must hold of a plan after binding and after every pass; a breach is a bug of ours.
import { sameType, typeText, type Column } from '../../contract/types.ts';
import type { Expression } from './expression.ts';
import type { Plan, Relation } from './plan.ts';
import { printExpression } from './print.ts';
import { partsOf } from './walk.ts';

/** Throws when the plan contradicts itself. */
export function verifyPlan(plan: Plan): void {
  for (const pump of plan.pumps) {
    const stream = plan.streams.find((candidate) => candidate.name === pump.target);
    if (stream === undefined) throw new Error(`invariant: pump "${pump.name}" writes into no stream`);
    const columns = verifyRelation(pump.query, plan);
    if (columns.length !== stream.columns.length) throw new Error(`invariant: pump "${pump.name}" gives ${columns.length} columns for ${stream.columns.length}`);
    stream.columns.forEach((column, index) => {
      const given = columns[index];
      if (given !== undefined && !sameType(given.type, column.type)) {
        throw new Error(`invariant: pump "${pump.name}" gives ${typeText(given.type)} for ${column.name} ${typeText(column.type)}`);
      }
    });
  }
}

// The types of the columns that come out.
function verifyRelation(relation: Relation, plan: Plan): readonly Pick<Column, 'type'>[] {
  switch (relation.kind) {
    case 'stream-scan': {
      const stream = plan.streams.find((candidate) => candidate.name === relation.stream);
      if (stream === undefined) throw new Error(`invariant: no stream "${relation.stream}"`);
      return stream.columns;
    }
    case 'filter': {
      const input = verifyRelation(relation.input, plan);
      verifyExpression(relation.predicate, input);
      if (relation.predicate.type.kind !== 'BOOLEAN') throw new Error(`invariant: filter by ${typeText(relation.predicate.type)}`);
      return input;
    }
    case 'project': {
      const input = verifyRelation(relation.input, plan);
      for (const expression of relation.expressions) verifyExpression(expression, input);
      if (relation.rowtime !== undefined) verifyExpression(relation.rowtime, input);
      return relation.expressions;
    }
    case 'tumble-aggregate': {
      const input = verifyRelation(relation.input, plan);
      for (const key of relation.keys) verifyExpression(key, input);
      for (const call of relation.aggregates) if (call.argument !== undefined) verifyExpression(call.argument, input);
      if (relation.keys[relation.closing.key] === undefined) throw new Error('invariant: no closing key');
      return [...relation.keys, ...relation.aggregates];
    }
  }
}

function verifyExpression(expression: Expression, input: readonly Pick<Column, 'type'>[]): void {
  if (expression.kind === 'column') {
    const column = input[expression.index];
    if (column === undefined) throw new Error(`invariant: column ${expression.index} of ${input.length}: ${printExpression(expression)}`);
    if (!sameType(column.type, expression.type)) throw new Error(`invariant: ${printExpression(expression)} is ${typeText(column.type)}, not ${typeText(expression.type)}`);
  }
  if (expression.kind === 'comparison' || expression.kind === 'distinct-from') {
    if (!sameType(expression.left.type, expression.right.type)) throw new Error(`invariant: ${printExpression(expression)} compares ${typeText(expression.left.type)} with ${typeText(expression.right.type)}`);
  }
  for (const part of partsOf(expression)) verifyExpression(part, input);
}
