// Arithmetic nodes → calls of assembly/functions/arithmetic, chosen by the kinds of the operands.
import { familyOf, isIntegerType, isYearMonth, type SqlType } from '../../contract/types.ts';
import type { Arithmetic, Negate } from '../plan/expression.ts';
import type { ModuleBuilder } from './code.ts';

const verbs = { '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide' } as const;
const module_ = 'functions/arithmetic';

/** The word for a type in names of library functions: `addInteger`, `castTextToDate`. */
export function kindWord(type: SqlType): string {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'Boolean';
    case 'TINYINT':
      return 'Tinyint';
    case 'SMALLINT':
      return 'Smallint';
    case 'INTEGER':
      return 'Integer';
    case 'BIGINT':
      return 'Bigint';
    case 'DECIMAL':
      return 'Decimal';
    case 'REAL':
      return 'Real';
    case 'DOUBLE':
      return 'Double';
    case 'CHAR':
    case 'VARCHAR':
      return 'Text';
    case 'BINARY':
    case 'VARBINARY':
      return 'Binary';
    case 'DATE':
      return 'Date';
    case 'TIME':
      return 'Time';
    case 'TIMESTAMP':
      return 'Timestamp';
    case 'INTERVAL':
      return isYearMonth(type) ? 'IntervalMonth' : 'IntervalDay';
    case 'NULL':
      return 'Null';
  }
}

function scaleOf(type: SqlType): number {
  return type.kind === 'DECIMAL' ? type.scale : 0;
}

/** Code of an arithmetic node over plain values. */
export function emitArithmetic(expression: Arithmetic, values: readonly string[], module: ModuleBuilder): string {
  const [left = '', right = ''] = values;
  const { operator, type } = expression;
  const call = (name: string, ...parameters: readonly (string | number)[]): string =>
    `${module.use(module_, name)}(${parameters.join(', ')})`;
  const verb = verbs[operator];
  if (isIntegerType(type) || type.kind === 'DOUBLE' || type.kind === 'REAL')
    return call(`${verb}${kindWord(type)}`, left, right);
  if (type.kind === 'DECIMAL') {
    const wide = (operand: SqlType, value: string): string =>
      operand.kind === 'DECIMAL' || operand.kind === 'BIGINT' ? value : `<i64>${value}`;
    return call(
      `${verb}Decimal`,
      wide(expression.left.type, left),
      scaleOf(expression.left.type),
      wide(expression.right.type, right),
      scaleOf(expression.right.type),
      type.scale,
    );
  }
  return emitDatetime(expression, left, right, call);
}

// Datetimes and intervals. An interval may stand on either side of + and *.
function emitDatetime(
  expression: Arithmetic,
  left: string,
  right: string,
  call: (name: string, ...parameters: readonly (string | number)[]) => string,
): string {
  const { operator, type } = expression;
  const leftInterval = expression.left.type.kind === 'INTERVAL';
  const rightInterval = expression.right.type.kind === 'INTERVAL';
  const word = kindWord(type);
  if (type.kind === 'INTERVAL') {
    if (leftInterval && rightInterval) return call(`${verbs[operator]}${word}`, left, right);
    if (leftInterval || rightInterval) {
      const [interval, number, numberType] = leftInterval
        ? [left, right, expression.right.type]
        : [right, left, expression.left.type];
      return call(
        `${verbs[operator]}${word}By${numberWord(numberType)}`,
        interval,
        ...numberArguments(numberType, number),
      );
    }
    return call(`subtract${kindWord(expression.left.type)}s${isYearMonth(type) ? 'InMonths' : ''}`, left, right);
  }
  const [datetime, interval, intervalType] = rightInterval
    ? [left, right, expression.right.type]
    : [right, left, expression.left.type];
  return call(`${verbs[operator]}${kindWord(intervalType)}To${word}`, datetime, interval);
}

function numberWord(type: SqlType): string {
  if (familyOf(type) === 'approximate') return 'Double';
  return type.kind === 'DECIMAL' ? 'Decimal' : 'Bigint';
}

function numberArguments(type: SqlType, value: string): (string | number)[] {
  if (type.kind === 'DECIMAL') return [value, type.scale];
  return [familyOf(type) === 'approximate' ? `<f64>${value}` : `<i64>${value}`];
}

/** Code of unary minus over a plain value. */
export function emitNegate(expression: Negate, value: string, module: ModuleBuilder): string {
  return `${module.use(module_, `negate${kindWord(expression.type)}`)}(${value})`;
}
