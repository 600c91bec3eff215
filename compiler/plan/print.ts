// The plan as text: one relation a line, inputs indented below.
import { typeText, type Column } from '../../contract/types.ts';
import type { Expression, Subquery, TablePair } from './expression.ts';
import type {
  Closing,
  DerivedTable,
  Frame,
  JoinSide,
  Plan,
  Relation,
  Sort,
  SortKey,
  StatefulRelation,
  WindowCall,
} from './plan.ts';

/** The whole plan. */
export function printPlan(plan: Plan): string {
  const lines: string[] = [];
  for (const stream of plan.streams) {
    const columns = stream.columns.slice(
      0,
      plan.inputs.find((input) => input.stream === stream.name)?.columns.length ?? stream.columns.length,
    );
    const rows =
      stream.rowsOf === undefined ? '' : stream.rowsOf === '' ? ' of one row' : ` of the rows of "${stream.rowsOf}"`;
    lines.push(`${stream.kind === 'input' ? 'input' : 'stream'} "${stream.name}" (${printColumns(columns)})${rows}`);
  }
  for (const { name, columns } of plan.tables) lines.push(`table "${name}" (${printColumns(columns)})`);
  for (const table of plan.derived)
    lines.push(`table "${table.name}" (${printColumns(table.columns)})${printMaking(table, plan)}`);
  for (const pump of plan.pumps) {
    lines.push(`pump "${pump.name}" into "${pump.target}"`);
    printRelation(pump.query, 1, lines);
  }
  for (const output of plan.outputs)
    lines.push(`output "${output.stream}" as ${output.format}${output.rowtime ? ' with ROWTIME' : ''}`);
  return `${lines.join('\n')}\n`;
}

function printColumns(columns: readonly Column[]): string {
  return columns
    .map((column) => `${column.name} ${typeText(column.type)}${column.nullable ? '' : ' NOT NULL'}`)
    .join(', ');
}

function printMaking({ name, combine, distinct, order }: DerivedTable, plan: Plan): string {
  const parts = [
    ` of stream "${plan.streams.find(({ fills }) => fills === name)?.name}"`,
    ...(combine === undefined
      ? []
      : [`${combine.keep === 'common' ? 'with' : 'without'} the rows of "${combine.table}"`]),
    ...(distinct ? ['distinct'] : []),
    ...(order.length > 0 ? [`ordered by ${order.map(printSortKey).join(', ')}`] : []),
  ];
  return parts.join(', ');
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
    default:
      add(printOperator(relation));
  }
  printRelation(relation.input, depth + 1, lines);
}

function printOperator(relation: StatefulRelation): string {
  const list = (expressions: readonly Expression[]): string => expressions.map(printExpression).join(', ') || 'nothing';
  const calls = (all: readonly WindowCall[]): string => all.map(printCall).join(', ') || 'nothing';
  switch (relation.kind) {
    case 'tumble-aggregate': {
      const keys = relation.keys.map((key, index) => `${printExpression(key)}${printClosing(relation.closing, index)}`);
      return `tumble by ${keys.join(', ')} compute ${calls(relation.aggregates)}`;
    }
    case 'stagger-aggregate':
      return `stagger by ${list(relation.keys)} for ${relation.rangeMs} ms compute ${calls(relation.aggregates)}`;
    case 'sliding-window':
      return `window by ${list(relation.partition)} of ${printFrame(relation.frame)} compute ${calls(relation.calls)}`;
    case 'distinct': {
      const keys = relation.keys.map((key, index) => `${printExpression(key)}${printClosing(relation.closing, index)}`);
      return `distinct ${keys.join(', ')}`;
    }
    case 'join': {
      const { left, right, predicate } = relation;
      const equal = left.keys.map(
        (key, index) => `${printExpression(key)} = ${list(right.keys.slice(index, index + 1))}`,
      );
      const condition = [...equal, ...(predicate === undefined ? [] : [printExpression(predicate)])].join(' and ');
      return `join left ${printSide(left)}, right ${printSide(right)} where ${condition || 'any'}`;
    }
    case 'lookup': {
      const keys = relation.keys.map(({ expression, column }) => `${printExpression(expression)} = column ${column}`);
      const condition = [...keys, ...(relation.predicate === undefined ? [] : [printExpression(relation.predicate)])];
      return `${relation.type} lookup in "${relation.table}" where ${condition.join(' and ') || 'any'}`;
    }
    case 'table-function':
      return `${relation.name} of columns ${relation.reads.join(', ')} with ${JSON.stringify(relation.options)}`;
    case 'sort':
      return `sort by ${relation.keys.map(printSortKey).join(', ')} until ${printBatch(relation.closing)}`;
    case 'time-sort':
      return `time-sort by column ${relation.time} within ${relation.withinMs} ms${relation.keys.map((key) => `, ${printSortKey(key)}`).join('')}`;
  }
}

function printBatch(closing: Sort['closing']): string {
  if (closing.kind === 'time') return `${printExpression(closing.expression)} changes`;
  return closing.kind === 'value' ? 'the first changes' : 'the groups have left';
}

function printClosing(closing: Closing, index: number): string {
  return index === closing.key ? ` [closes by ${closing.kind}${closing.closedEnd ? ', end included' : ''}]` : '';
}

function printFrame(frame: Frame): string {
  if (frame.unit === 'unbounded') return 'all rows so far';
  return frame.unit === 'rows' ? `${frame.preceding} rows before` : `${frame.precedingMs} ms before`;
}

function printSide({ keys, retention, preserved }: JoinSide): string {
  const kept = retention.unit === 'rows' ? `${retention.count} rows` : `${retention.milliseconds} ms`;
  return `kept ${kept}${preserved ? ' and preserved' : ''}${keys.length > 0 ? ' by key' : ''}`;
}

function printSortKey({ column, descending, nullsFirst }: SortKey): string {
  return `column ${column}${descending ? ' descending' : ''}${nullsFirst === descending ? ` nulls ${nullsFirst ? 'first' : 'last'}` : ''}`;
}

function printCall(call: WindowCall): string {
  const argument = call.argument === undefined ? '*' : printExpression(call.argument);
  const more = [
    ...(call.position === undefined ? [] : [`${call.position}`]),
    ...(call.halfLifeMs === undefined ? [] : [`${call.halfLifeMs} ms`]),
    ...(call.otherwise === undefined ? [] : [printExpression(call.otherwise)]),
  ];
  const list = [argument, ...more].join(', ');
  return `${call.name}(${call.distinct ? 'DISTINCT ' : ''}${list})${call.fromLast === true ? ' FROM LAST' : ''}${call.ignoreNulls ? ' IGNORE NULLS' : ''}`;
}

function printSubquery({ form, table, arguments: given, keys, predicate, members, column }: Subquery): string {
  const pair = ({ argument, column: index }: TablePair): string => {
    const expression = given[argument];
    return `${expression === undefined ? '?' : printExpression(expression)} = column ${index}`;
  };
  const conditions = [...keys.map(pair), ...(predicate === undefined ? [] : [printExpression(predicate)])];
  const what =
    form === 'exists'
      ? 'some row'
      : form === 'in'
        ? `${members.map(pair).join(' and ')} in some row`
        : `column ${column} of the row`;
  return `(${what} of "${table}"${conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`})`;
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
    case 'subquery':
      return printSubquery(expression);
    case 'call':
      return `${expression.function.name}(${expression.arguments.map(print).join(', ')})`;
  }
}
