// Conversions: an expression to a type, several expressions to one.
import { familyOf, sameType, typeText, type SqlType } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import type { Expression } from '../plan/expression.ts';
import type { Span } from '../source.ts';
import type { Scope } from './scope.ts';
import { commonType } from './types.ts';

/** A conversion to a type, unless it has it already. */
export function convert(
  expression: Expression,
  type: SqlType,
  mode: 'explicit' | 'implicit' | 'assignment',
): Expression {
  if (sameType(expression.type, type)) return expression;
  if (expression.kind === 'literal' && expression.value === null) return { ...expression, type };
  // A text literal is as good a VARCHAR: nothing is to be cut or padded.
  if (
    expression.kind === 'literal' &&
    familyOf(expression.type) === 'character' &&
    type.kind === 'VARCHAR' &&
    [...String(expression.value)].length <= type.length
  )
    return { ...expression, type };
  return { kind: 'cast', mode, operand: expression, type, nullable: expression.nullable, span: expression.span };
}

/** Brings expressions to one type, or reports that there is none. */
export function unify(
  expressions: readonly Expression[],
  span: Span,
  how: string,
  scope: Scope,
): Expression[] | undefined {
  let type: SqlType = { kind: 'NULL' };
  for (const expression of expressions) {
    const common = commonType(type, expression.type);
    if (common === undefined) {
      scope.report(
        message.typeMismatch(
          span,
          `${typeText(type)} and ${typeText(expression.type)} can not be ${how}`,
          'convert one of them with CAST',
        ),
      );
      return undefined;
    }
    type = common;
  }
  if (type.kind === 'NULL') type = { kind: 'INTEGER' };
  return expressions.map((expression) => convert(expression, type, 'implicit'));
}

/**
 * Brings two sides of a comparison to one type. A CHAR beside a VARCHAR makes both CHAR: blanks at the end don't count then (KDA-SQL
 * 3.1). A literal is of the other side's kind.
 */
export function unifyCompared(
  sides: readonly [Expression, Expression],
  span: Span,
  how: string,
  scope: Scope,
): readonly [Expression, Expression] | undefined {
  const [left, right] = sides;
  const padded = (one: Expression, other: Expression): Expression =>
    one.type.kind === 'VARCHAR' && other.type.kind === 'CHAR' && other.kind !== 'literal'
      ? convert(one, { kind: 'CHAR', length: Math.max(one.type.length, other.type.length) }, 'implicit')
      : one;
  const unified = unify([padded(left, right), padded(right, left)], span, how, scope);
  return unified === undefined ? undefined : [unified[0] ?? left, unified[1] ?? right];
}

/**
 * Brings the alternatives of CASE or COALESCE to one type. Texts of different lengths become VARCHAR: a value is not padded because of
 * the length of another one.
 */
export function unifyValues(
  expressions: readonly Expression[],
  span: Span,
  how: string,
  scope: Scope,
): Expression[] | undefined {
  const lengths = new Set(expressions.flatMap(({ type }) => (type.kind === 'CHAR' ? [type.length] : [])));
  if (lengths.size < 2) return unify(expressions, span, how, scope);
  return unify(
    expressions.map((expression) =>
      expression.type.kind === 'CHAR'
        ? convert(expression, { ...expression.type, kind: 'VARCHAR' }, 'implicit')
        : expression,
    ),
    span,
    how,
    scope,
  );
}
