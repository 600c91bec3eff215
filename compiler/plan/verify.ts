// What must hold of a plan after binding and after every pass; a breach is a bug of ours.
import { sameType, typeText, type Column, type SqlType } from '../../contract/types.ts';
import type { Expression } from './expression.ts';
import type { Closing, Plan, Relation, StatefulRelation } from './plan.ts';
import { printExpression } from './print.ts';
import { expressionsOf, partsOf } from './walk.ts';

/** Throws when the plan contradicts itself. */
export function verifyPlan(plan: Plan): void {
  for (const pump of plan.pumps) {
    const stream = plan.streams.find((candidate) => candidate.name === pump.target);
    if (stream === undefined) throw new Error(`invariant: pump "${pump.name}" writes into no stream`);
    const columns = verifyRelation(pump.query, plan);
    if (columns.length !== stream.columns.length)
      throw new Error(`invariant: pump "${pump.name}" gives ${columns.length} columns for ${stream.columns.length}`);
    stream.columns.forEach((column, index) => {
      const given = columns[index];
      if (given !== undefined && !sameType(given.type, column.type)) {
        throw new Error(
          `invariant: pump "${pump.name}" gives ${typeText(given.type)} for ${column.name} ${typeText(column.type)}`,
        );
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
      verifyColumns(relation, input);
      verifyExpression(relation.predicate, input);
      if (relation.predicate.type.kind !== 'BOOLEAN')
        throw new Error(`invariant: filter by ${typeText(relation.predicate.type)}`);
      return input;
    }
    case 'project': {
      const input = verifyRelation(relation.input, plan);
      for (const expression of relation.expressions) verifyExpression(expression, input);
      if (relation.rowtime !== undefined) {
        verifyExpression(relation.rowtime, input);
        if (relation.rowtime.type.kind !== 'TIMESTAMP')
          throw new Error(`invariant: ROWTIME is ${typeText(relation.rowtime.type)}`);
      }
      verifyColumns(relation, relation.expressions);
      return relation.expressions;
    }
    default: {
      if (!/^[0-9a-f]{16}$/.test(relation.id))
        throw new Error(`invariant: ${relation.kind} has the id "${relation.id}"`);
      const given = verifyOperator(relation, verifyRelation(relation.input, plan), plan);
      verifyColumns(relation, given);
      return given;
    }
  }
}

type Given = readonly Pick<Column, 'type'>[];

function verifyOperator(relation: StatefulRelation, input: Given, plan: Plan): Given {
  const over = relation.kind === 'lookup' ? relation.columns : input;
  for (const expression of expressionsOf(relation)) verifyExpression(expression, over);
  switch (relation.kind) {
    case 'tumble-aggregate':
      verifyClosing(relation.keys, relation.closing);
      return [...relation.keys, ...relation.aggregates];
    case 'stagger-aggregate':
      return [...relation.keys, ...relation.aggregates];
    case 'sliding-window':
      return [...input, ...relation.calls];
    case 'distinct':
      verifyClosing(relation.keys, relation.closing);
      return input;
    case 'join':
      if (relation.input.kind !== 'stream-scan') throw new Error('invariant: a join reads no hidden stream');
      if (relation.left.columns + relation.right.columns + 1 !== input.length)
        throw new Error(
          `invariant: a join of ${relation.left.columns} and ${relation.right.columns} columns over ${input.length}`,
        );
      return input.slice(0, -1);
    case 'lookup': {
      const table = [...plan.tables, ...plan.derived].find(({ name }) => name === relation.table);
      if (table === undefined) throw new Error(`invariant: no table "${relation.table}"`);
      return [...input, ...table.columns];
    }
    case 'table-function':
      return relation.columns;
    case 'sort':
    case 'time-sort':
      return input;
  }
}

function verifyClosing(keys: readonly Expression[], closing: Closing): void {
  const key = keys[closing.key];
  if (key === undefined) throw new Error('invariant: no closing key');
  if (closing.kind === 'time' && readsRow(key))
    throw new Error(`invariant: time does not close ${printExpression(key)}`);
}

// What a relation says of its columns is what its expressions give.
function verifyColumns(relation: Relation, given: readonly Pick<Column, 'type'>[]): void {
  if (relation.columns.length !== given.length)
    throw new Error(`invariant: ${relation.kind} has ${relation.columns.length} columns and gives ${given.length}`);
  relation.columns.forEach((column, index) => {
    const type = given[index]?.type;
    if (type !== undefined && !sameType(type, column.type))
      throw new Error(
        `invariant: ${relation.kind} gives ${typeText(type)} for ${column.name} ${typeText(column.type)}`,
      );
  });
}

function readsRow(expression: Expression): boolean {
  return (
    expression.kind === 'column' ||
    (expression.kind === 'context' && expression.name === 'row-clock') ||
    partsOf(expression).some(readsRow)
  );
}

function verifyExpression(expression: Expression, input: readonly Pick<Column, 'type'>[]): void {
  if (expression.kind === 'column') {
    const column = input[expression.index];
    if (column === undefined)
      throw new Error(`invariant: column ${expression.index} of ${input.length}: ${printExpression(expression)}`);
    if (!sameType(column.type, expression.type))
      throw new Error(
        `invariant: ${printExpression(expression)} is ${typeText(column.type)}, not ${typeText(expression.type)}`,
      );
  }
  if (expression.kind === 'comparison' || expression.kind === 'distinct-from') {
    if (!sameType(expression.left.type, expression.right.type))
      throw new Error(
        `invariant: ${printExpression(expression)} compares ${typeText(expression.left.type)} with ${typeText(expression.right.type)}`,
      );
  }
  const must = (part: Expression, type: SqlType): void => {
    if (!sameType(part.type, type))
      throw new Error(
        `invariant: ${printExpression(part)} is ${typeText(part.type)}, not ${typeText(type)}, in ${printExpression(expression)}`,
      );
  };
  if (expression.kind === 'and' || expression.kind === 'or')
    for (const part of expression.operands) must(part, { kind: 'BOOLEAN' });
  if (expression.kind === 'not') must(expression.operand, { kind: 'BOOLEAN' });
  if (expression.kind === 'coalesce') for (const part of expression.operands) must(part, expression.type);
  if (expression.kind === 'case') {
    for (const { when, then } of expression.branches) {
      must(when, { kind: 'BOOLEAN' });
      must(then, expression.type);
    }
    must(expression.otherwise, expression.type);
  }
  if (expression.kind === 'call') verifyCall(expression);
  for (const part of partsOf(expression)) verifyExpression(part, input);
}

function verifyCall(call: Extract<Expression, { kind: 'call' }>): void {
  const { name, parameters } = call.function;
  if (parameters.length !== call.arguments.length)
    throw new Error(`invariant: ${name} takes ${parameters.length} arguments, not ${call.arguments.length}`);
  parameters.forEach((parameter, index) => {
    const kind = call.arguments[index]?.type.kind;
    if (kind !== parameter.kind)
      throw new Error(`invariant: ${name} gets ${kind} for its ${parameter.kind} in ${printExpression(call)}`);
  });
}
