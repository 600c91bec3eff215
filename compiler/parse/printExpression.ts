// From expressions of the syntax tree to SQL text, with no more parentheses than the tree needs.
import type {
  CaseExpression,
  Expression,
  FunctionCall,
  Identifier,
  IntervalQualifier,
  LogicalExpression,
  OrderItem,
  WindowBound,
  WindowReference,
  WindowSpecification,
} from './ast.ts';
import { printQuery } from './print.ts';

/** Levels of precedence, loosest first. */
const level = {
  any: 0,
  or: 1,
  and: 2,
  not: 3,
  predicate: 4,
  additive: 5,
  multiplicative: 6,
  unary: 7,
  primary: 8,
} as const;

/** A name as written. */
export function printName(name: Identifier): string {
  return name.quoted ? `"${name.name.replaceAll('"', '""')}"` : name.name;
}

/** A string literal. */
export function printString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** `DAY(3) TO SECOND(3)`. */
export function printQualifier(qualifier: IntervalQualifier): string {
  const { start, end, precision, fraction } = qualifier;
  const leading =
    precision === undefined ? '' : `(${precision}${start === end && fraction !== undefined ? `, ${fraction}` : ''})`;
  const trailing = fraction === undefined ? '' : `(${fraction})`;
  return start === end ? `${start}${leading}` : `${start}${leading} TO ${end}${trailing}`;
}

/** An expression. */
export function printExpression(expression: Expression): string {
  return print(expression, level.any);
}

/** An expression where only a level of precedence or a tighter one may stand. */
function print(expression: Expression, lowest: number): string {
  const text = printBare(expression);
  return levelOf(expression) < lowest ? `(${text})` : text;
}

function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case 'logical':
      return level[expression.operator];
    case 'is':
    case 'between':
    case 'in':
    case 'like':
    case 'period':
      return level.predicate;
    case 'binary-literal':
      return level.primary;
    case 'binary':
      if (expression.operator === '*' || expression.operator === '/') return level.multiplicative;
      return ['+', '-', '||'].includes(expression.operator) ? level.additive : level.predicate;
    case 'unary':
      return level.unary;
    default:
      return level.primary;
  }
}

function list(expressions: readonly Expression[]): string {
  return expressions.map((expression) => printExpression(expression)).join(', ');
}

function printBare(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return expression.text;
    case 'string':
      return printString(expression.value);
    case 'binary-literal':
      return `X'${expression.hex}'`;
    case 'binary': {
      const own = levelOf(expression);
      return `${print(expression.left, own)} ${expression.operator} ${print(expression.right, own + 1)}`;
    }
    case 'boolean':
      return expression.value === null ? 'UNKNOWN' : expression.value ? 'TRUE' : 'FALSE';
    case 'null':
      return 'NULL';
    case 'datetime':
      return `${expression.type} ${printString(expression.text)}`;
    case 'interval':
      return `INTERVAL ${expression.negative ? '-' : ''}${printString(expression.text)} ${printQualifier(expression.qualifier)}`;
    case 'name':
      return expression.parts.map(printName).join('.');
    case 'unary': {
      const operand = print(expression.operand, level.unary);
      // Two signs in a row would be a comment.
      return `${expression.operator}${/^[+-]/.test(operand) ? ' ' : ''}${operand}`;
    }
    case 'logical':
      return printLogical(expression);
    case 'case':
      return printCase(expression);
    case 'cast': {
      const { interval, name, parameters } = expression.type;
      const type = interval
        ? `INTERVAL ${printQualifier(interval)}`
        : parameters.length === 0
          ? name
          : `${name}(${parameters.join(', ')})`;
      return `CAST(${printExpression(expression.operand)} AS ${type})`;
    }
    case 'call':
      return printCall(expression);
    case 'datetime-difference':
      return `(${printExpression(expression.operand)}) ${printQualifier(expression.qualifier)}`;
    case 'row':
      return expression.values.length > 1 ? `(${list(expression.values)})` : `ROW(${list(expression.values)})`;
    case 'exists':
      return `EXISTS (${printQuery(expression.query)})`;
    case 'subquery':
      return `(${printQuery(expression.query)})`;
    default:
      return printPredicate(expression);
  }
}

function printLogical(expression: LogicalExpression): string {
  const own = level[expression.operator];
  const [first, second] = expression.operands;
  if (first === undefined) return '';
  if (second === undefined) return `NOT ${print(first, own)}`;
  return `${print(first, own)} ${expression.operator.toUpperCase()} ${print(second, own + 1)}`;
}

function printCase(expression: CaseExpression): string {
  const operand = expression.operand === undefined ? '' : ` ${printExpression(expression.operand)}`;
  const branches = expression.branches.map(
    (branch) => ` WHEN ${printExpression(branch.when)} THEN ${printExpression(branch.then)}`,
  );
  const otherwise = expression.otherwise === undefined ? '' : ` ELSE ${printExpression(expression.otherwise)}`;
  return `CASE${operand}${branches.join('')}${otherwise} END`;
}

function printPredicate(
  expression: Extract<Expression, { kind: 'is' | 'between' | 'in' | 'like' | 'period' }>,
): string {
  if (expression.kind === 'period') {
    const predicate = expression.predicate.replaceAll('-', ' ').toUpperCase();
    return `${print(expression.left, level.additive)} ${predicate} ${print(expression.right, level.additive)}`;
  }
  const operand = print(expression.operand, level.predicate);
  const not = expression.negated ? 'NOT ' : '';
  switch (expression.kind) {
    case 'is':
      if (expression.other === undefined) return `${operand} IS ${not}${expression.test.toUpperCase()}`;
      return `${operand} IS ${not}DISTINCT FROM ${print(expression.other, level.additive)}`;
    case 'between': {
      const symmetric = expression.symmetric ? 'SYMMETRIC ' : '';
      return `${operand} ${not}BETWEEN ${symmetric}${print(expression.low, level.additive)} AND ${print(expression.high, level.additive)}`;
    }
    case 'in':
      return `${operand} ${not}IN (${expression.query === undefined ? list(expression.list ?? []) : printQuery(expression.query)})`;
    case 'like': {
      const ending = expression.escape === undefined ? '' : ` ESCAPE ${print(expression.escape, level.additive)}`;
      const form = expression.form === 'like' ? 'LIKE' : 'SIMILAR TO';
      return `${operand} ${not}${form} ${print(expression.pattern, level.additive)}${ending}`;
    }
  }
}

function printCall(call: FunctionCall): string {
  const end = call.fromEnd === undefined ? '' : ` FROM ${call.fromEnd.toUpperCase()}`;
  const nulls = call.nulls === undefined ? '' : ` ${call.nulls.toUpperCase()} NULLS`;
  const over = call.over === undefined ? '' : ` OVER ${printWindow(call.over)}`;
  return `${printName(call.name)}(${printArguments(call)})${end}${nulls}${over}`;
}

function printArguments(call: FunctionCall): string {
  const [first = '', second = '', third = '', fourth] = call.arguments.map((argument) => printExpression(argument));
  const length = (text: string | undefined) => (text === undefined || text === '' ? '' : ` FOR ${text}`);
  const head = call.arguments[0];
  switch (call.form) {
    case 'star':
      return '*';
    case 'to':
      // A qualifier at the end of the argument would swallow the TO.
      return `${head?.kind === 'name' || head?.kind === 'call' ? first : `(${first})`} TO ${call.field ?? ''}`;
    case 'by':
      return `${first} BY ${second}`;
    case 'extract':
      return `${call.field ?? ''} FROM ${first}`;
    case 'from':
      return `${first} FROM ${second}${length(third)}`;
    case 'similar':
      return `${first} SIMILAR ${second} ESCAPE ${third}`;
    case 'placing':
      return `${first} PLACING ${second} FROM ${third}${length(fourth)}`;
    case 'in':
      return call.arguments.map((argument) => print(argument, level.additive)).join(' IN ');
    case 'trim':
      return [call.trim?.toUpperCase() ?? '', second, 'FROM', first].filter((part) => part !== '').join(' ');
    case 'plain':
      return `${call.distinct ? 'DISTINCT ' : ''}${list(call.arguments)}`;
  }
}

// ---- Windows and order ------------------------------------------------------------------------------------

/** What follows OVER. */
export function printWindow(window: WindowReference): string {
  return window.kind === 'window-name' ? printName(window.name) : printWindowSpecification(window);
}

/** `( … )` of a window. */
export function printWindowSpecification(window: WindowSpecification): string {
  const frame = window.frame;
  const parts = [
    ...(window.base === undefined ? [] : [printName(window.base)]),
    ...(window.partitionBy.length === 0 ? [] : [`PARTITION BY ${list(window.partitionBy)}`]),
    ...(window.orderBy.length === 0 ? [] : [printOrderBy(window.orderBy).trim()]),
    ...(frame === undefined
      ? []
      : [
          `${frame.unit.toUpperCase()} ${frame.end === undefined ? printBound(frame.start) : `BETWEEN ${printBound(frame.start)} AND ${printBound(frame.end)}`}`,
        ]),
  ];
  return `(${parts.join(' ')})`;
}

function printBound(bound: WindowBound): string {
  if (bound.kind === 'preceding' || bound.kind === 'following')
    return `${print(bound.value, level.additive)} ${bound.kind.toUpperCase()}`;
  return bound.kind.replace('-', ' ').toUpperCase();
}

/** ` ORDER BY …` with its leading blank, nothing when there are no items. */
export function printOrderBy(items: readonly OrderItem[]): string {
  if (items.length === 0) return '';
  const texts = items.map((item) => {
    const nulls = item.nulls === undefined ? '' : ` NULLS ${item.nulls.toUpperCase()}`;
    const within = item.within === undefined ? '' : ` WITHIN ${printExpression(item.within)}`;
    return `${printExpression(item.expression)}${item.descending ? ' DESC' : ''}${nulls}${within}`;
  });
  return ` ORDER BY ${texts.join(', ')}`;
}
