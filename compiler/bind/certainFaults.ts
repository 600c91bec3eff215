// Constant arguments that must fail at run time: the application starts and its rows fault, as on the service (DECISIONS), but a
// warning says so. Only what is certain from the form of the argument; everything else is found when it is evaluated.
import { faultTexts } from '../../contract/faults.ts';
import { familyOf, type SqlType } from '../../contract/types.ts';
import { alwaysFaults } from '../diagnose/expressionMessages.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import type { Call, Cast, Expression, Literal } from '../plan/expression.ts';

/** The warning for an expression that faults whenever it is evaluated (with no NULL in it); undefined for any other. */
export function warningOf(expression: Expression): Diagnostic | undefined {
  const found = certainFault(expression);
  if (found === undefined) return undefined;
  const text = faultTexts.find(({ name }) => name === found.fault)?.message ?? found.fault;
  return alwaysFaults(found.at.span, found.fault, text);
}

interface Found {
  readonly fault: string;
  readonly at: Expression;
}

function certainFault(expression: Expression): Found | undefined {
  switch (expression.kind) {
    case 'arithmetic':
      return expression.operator === '/' && numberOf(expression.right) === 0
        ? { fault: 'division-by-zero', at: expression.right }
        : undefined;
    case 'cast':
      return castFault(expression);
    case 'call':
      return callFault(expression);
    default:
      return undefined;
  }
}

// What the binder put around a literal to give it another type is no part of what was written.
function literalOf(expression: Expression | undefined): Literal | undefined {
  if (expression?.kind === 'cast' && expression.mode === 'implicit') return literalOf(expression.operand);
  return expression?.kind === 'literal' && expression.value !== null ? expression : undefined;
}

function numberOf(expression: Expression | undefined): number | undefined {
  const literal = literalOf(expression);
  return literal === undefined || typeof literal.value === 'string' ? undefined : Number(literal.value);
}

function textOf(expression: Expression | undefined): string | undefined {
  const value = literalOf(expression)?.value;
  return typeof value === 'string' ? value : undefined;
}

const forms: Partial<Record<SqlType['kind'], RegExp>> = {
  BOOLEAN: /^(true|false|unknown)$/i,
  DATE: /^\d{4}-\d\d-\d\d$/,
  TIME: /^\d\d:\d\d:\d\d(\.\d+)?$/,
  TIMESTAMP: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/,
};
const numberForm = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function castFault({ operand, type }: Cast): Found | undefined {
  const text = familyOf(operand.type) === 'character' ? textOf(operand) : undefined;
  const numeric = ['exact', 'approximate'].includes(familyOf(type));
  const form = numeric ? numberForm : forms[type.kind];
  if (text === undefined || form === undefined || form.test(text.replace(/^ +| +$/g, ''))) return undefined;
  return { fault: 'invalid-cast', at: operand };
}

function callFault({ function: { name }, arguments: given }: Call): Found | undefined {
  const [first, second] = given;
  const last = given.at(-1);
  const when = (fault: string, at: Expression | undefined, holds: boolean): Found | undefined =>
    holds && at !== undefined ? { fault, at } : undefined;
  const number = numberOf(first);
  switch (name) {
    case 'MOD':
      return when('division-by-zero', second, numberOf(second) === 0);
    case 'LN':
    case 'LOG10':
      return when('invalid-argument', first, number !== undefined && number <= 0);
    case 'SQRT':
      return when('invalid-argument', first, number !== undefined && number < 0);
    case 'LIKE':
      return when('invalid-pattern', last, given.length === 3 && isNoCharacter(textOf(last)));
    case 'TRIM_BOTH':
    case 'TRIM_LEADING':
    case 'TRIM_TRAILING':
      return when('invalid-argument', second, isNoCharacter(textOf(second)));
    case 'SUBSTRING':
    case 'SUBSTRING_FROM':
      return when('invalid-argument', last, given.length === 3 && (numberOf(last) ?? 0) < 0);
    case 'OVERLAY':
      return when('invalid-argument', last, given.length === 4 && (numberOf(last) ?? 0) < 0);
    case 'CHAR_TO_DATE':
    case 'CHAR_TO_TIME':
    case 'CHAR_TO_TIMESTAMP':
    case 'DATE_TO_CHAR':
    case 'TIME_TO_CHAR':
    case 'TIMESTAMP_TO_CHAR':
      return when('invalid-pattern', first, !isDatetimePattern(textOf(first) ?? ''));
    default:
      return undefined;
  }
}

function isNoCharacter(text: string | undefined): boolean {
  return text !== undefined && [...text].length !== 1;
}

// The letters of KDA-SQL 4.4, and L; anything else alphabetic must stand in quotes, which must be closed.
function isDatetimePattern(text: string): boolean {
  const unquoted = text.replaceAll(/'[^']*'/g, '');
  return !unquoted.includes("'") && !/[^GyYMLwWDdFEuaHkKhmsSzZX]/.test(unquoted.replaceAll(/[^A-Za-z]/g, ''));
}
