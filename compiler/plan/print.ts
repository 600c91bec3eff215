// The plan as text: one relation a line, inputs indented below.
import { typeText } from '../../contract/types.ts';
import type { Expression } from './expression.ts';
import type { AggregateCall, Plan, Relation } from './plan.ts';

/** The whole plan. */
export function printPlan(plan: Plan): string {
  const lines: string[] = [];
  for (const stream of plan.streams) {
    const columns = stream.columns.slice(
      0,
      plan.inputs.find((input) => input.stream === stream.name)?.columns.length ?? stream.columns.length,
    );
    lines.push(
      `${stream.kind === 'input' ? 'input' : 'stream'} "${stream.name}" (${columns.map((column) => `${column.name} ${typeText(column.type)}${column.nullable ? '' : ' NOT NULL'}`).join(', ')})`,
    );
  }
  for (const pump of plan.pumps) {
    lines.push(`pump "${pump.name}" into "${pump.target}"`);
    printRelation(pump.query, 1, lines);
  }
  for (const output of plan.outputs)
    lines.push(`output "${output.stream}" as ${output.format}${output.rowtime ? ' with ROWTIME' : ''}`);
  return `${lines.join('\n')}\n`;
}

function printRelation(relation: Relation, depth: number, lines: string[]): void {
  const add = (text: string): void => {
    lines.push(`${'  '.repeat(depth)}${text}`);
  };
  switch (relation.kind) {
    case 'stream-scan':
      add(`scan "${relation.stream}"`);
      return;
    case 'filter':
      add(`filter ${printExpression(relation.predicate)}`);
      break;
    case 'project':
      add(
        `project ${relation.expressions.map(printExpression).join(', ')}${relation.rowtime === undefined ? '' : ` with ROWTIME ${printExpression(relation.rowtime)}`}`,
      );
      break;
    case 'tumble-aggregate': {
      const keys = relation.keys.map(
        (key, index) =>
          `${printExpression(key)}${index === relation.closing.key ? ` [closes by ${relation.closing.kind}${relation.closing.closedEnd ? ', end included' : ''}]` : ''}`,
      );
      add(`tumble by ${keys.join(', ')} compute ${relation.aggregates.map(printAggregate).join(', ') || 'nothing'}`);
    }
  }
  printRelation(relation.input, depth + 1, lines);
}

function printAggregate(call: AggregateCall): string {
  const argument = call.argument === undefined ? '*' : printExpression(call.argument);
  return `${call.name}(${call.distinct ? 'DISTINCT ' : ''}${argument})${call.ignoreNulls ? ' IGNORE NULLS' : ''}`;
}

/** An expression in SQL-like form; columns as `#index:name`. */
export function printExpression(expression: Expression): string {
  const print = printExpression;
  switch (expression.kind) {
    case 'literal':
      if (expression.origin !== undefined) return expression.origin;
      return expression.value === null
        ? 'NULL'
        : typeof expression.value === 'string'
          ? `'${expression.value.replaceAll("'", "''")}'`
          : `${expression.value}`;
    case 'column':
      return `#${expression.index}:${expression.name}`;
    case 'rowtime':
      return 'ROWTIME';
    case 'context':
      return expression.name === 'start' ? 'START' : 'ROW_CLOCK';
    case 'arithmetic':
    case 'comparison':
      return `(${print(expression.left)} ${expression.operator} ${print(expression.right)})`;
    case 'distinct-from':
      return `(${print(expression.left)} IS ${expression.negated ? 'NOT ' : ''}DISTINCT FROM ${print(expression.right)})`;
    case 'negate':
      return `-${print(expression.operand)}`;
    case 'not':
      return `NOT ${print(expression.operand)}`;
    case 'is':
      return `(${print(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}${expression.test.toUpperCase()})`;
    case 'cast':
      return `CAST(${print(expression.operand)} AS ${typeText(expression.type)})`;
    case 'and':
    case 'or':
      return `(${expression.operands.map(print).join(` ${expression.kind.toUpperCase()} `)})`;
    case 'coalesce':
      return `COALESCE(${expression.operands.map(print).join(', ')})`;
    case 'case':
      return `CASE ${expression.branches.map((branch) => `WHEN ${print(branch.when)} THEN ${print(branch.then)}`).join(' ')} ELSE ${print(expression.otherwise)} END`;
    case 'call':
      return `${expression.function.name}(${expression.arguments.map(print).join(', ')})`;
  }
}
