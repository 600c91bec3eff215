// Operators between expressions: signs, arithmetic, comparison, differences of datetimes.
import { familyOf, isIntegerType, isYearMonth, typeText, type SqlType, type TypeFamily } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Span } from '../source.ts';
import { bindCall } from './call.ts';
import { convert, unify, unifyCompared } from './convert.ts';
import { bindBeside, bindExpression } from './expression.ts';
import { bindRowComparison } from './rows.ts';
import type { Scope } from './scope.ts';
import type { ComparisonOperator } from './syntaxTree.ts';
import { decimalOf, decimalResult, isDiagnostic, typeOf, widerInterval } from './types.ts';

const boolean: SqlType = { kind: 'BOOLEAN' };

/** Sign before an operand. */
export function bindUnary(node: ast.UnaryExpression, scope: Scope): Expression | undefined {
  // −9223372036854775808 is a BIGINT though its digits alone are not.
  if (
    node.operator === '-' &&
    node.operand.kind === 'number' &&
    node.operand.form === 'integer' &&
    BigInt(node.operand.text) === 2n ** 63n
  ) {
    return { kind: 'literal', type: { kind: 'BIGINT' }, value: -(2n ** 63n), nullable: false, span: node.span };
  }
  const operand = bindExpression(node.operand, scope);
  if (operand === undefined) return undefined;
  const family = familyOf(operand.type);
  if (!['exact', 'approximate', 'interval-day-time', 'interval-year-month', 'null'].includes(family)) {
    scope.report(
      message.typeMismatch(
        node.span,
        `Cannot apply '${node.operator}' to arguments of type '<${typeText(operand.type)}>'`,
      ),
    );
    return undefined;
  }
  if (node.operator === '+' || family === 'null') return operand;
  if (operand.kind === 'literal' && operand.value !== null && typeof operand.value !== 'string') {
    // −2147483648 is an INTEGER though its digits alone are not.
    if (operand.type.kind === 'BIGINT' && operand.value === 2n ** 31n)
      return { ...operand, type: { kind: 'INTEGER' }, value: -(2 ** 31), span: node.span };
    return {
      ...operand,
      value: typeof operand.value === 'bigint' ? -operand.value : -operand.value || 0,
      span: node.span,
    };
  }
  return { kind: 'negate', operand, type: operand.type, nullable: operand.nullable, span: node.span };
}

/** A binary operator. */
export function bindOperator(node: ast.BinaryExpression, scope: Scope): Expression | undefined {
  const { operator } = node;
  if (operator === '||') return bindCall(node, scope);
  if (node.left.kind === 'row' || node.right.kind === 'row') return bindRowComparison(node, scope);
  const arithmetic = operator === '+' || operator === '-' || operator === '*' || operator === '/';
  const left = bindExpression(node.left, scope);
  const right = arithmetic ? bindExpression(node.right, scope) : bindBeside(node.right, node.left, scope);
  if (left === undefined || right === undefined) return undefined;
  if (arithmetic) return bindArithmetic(operator, left, right, node.span, scope);
  return bindComparison(operator, left, right, node.span, scope);
}

/** A comparison; both sides are brought to one type. */
export function bindComparison(
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
  span: Span,
  scope: Scope,
): Expression | undefined {
  const sides = unifyCompared([left, right], span, `compared by '${operator}'`, scope);
  if (sides === undefined) return undefined;
  const [one, two] = sides;
  return {
    kind: 'comparison',
    operator,
    left: one,
    right: two,
    type: boolean,
    nullable: one.nullable || two.nullable,
    span,
  };
}

function arithmeticHint(operator: string, left: TypeFamily, right: TypeFamily): string | undefined {
  if (operator === '+' && left === 'character' && right === 'character') return 'texts are joined by ||';
  if (operator === '+' && (left === 'character' || right === 'character'))
    return 'texts are joined by ||; a number in a text is read by CAST';
  return operator === '-' && left === right && ['date', 'time', 'timestamp'].includes(left)
    ? 'a difference of datetimes needs a qualifier: (a - b) SECOND'
    : undefined;
}

/** `+ - * /` by the rules of KDA-SQL 3.5 and 3.6. */
export function bindArithmetic(
  operator: '+' | '-' | '*' | '/',
  left: Expression,
  right: Expression,
  span: Span,
  scope: Scope,
): Expression | undefined {
  const make = (type: SqlType, one: Expression, two: Expression): Expression => ({
    kind: 'arithmetic',
    operator,
    left: one,
    right: two,
    type,
    nullable: one.nullable || two.nullable,
    span,
  });
  const refuse = (): undefined => {
    scope.report(
      message.typeMismatch(
        span,
        `Cannot apply '${operator}' to arguments of type '<${typeText(left.type)}> ${operator} <${typeText(right.type)}>'`,
        arithmeticHint(operator, familyOf(left.type), familyOf(right.type)),
      ),
    );
    return undefined;
  };
  const [leftMate, rightMate] = [mateOfNull(left.type, operator), mateOfNull(right.type, operator)];
  if (left.type.kind === 'NULL' && rightMate !== undefined && !(operator === '-' && right.type.kind !== 'INTERVAL'))
    return bindArithmetic(operator, convert(left, rightMate, 'implicit'), right, span, scope);
  if (right.type.kind === 'NULL' && leftMate !== undefined)
    return bindArithmetic(operator, left, convert(right, leftMate, 'implicit'), span, scope);
  const [one, two] = [familyOf(left.type), familyOf(right.type)];
  const numeric = (family: string): boolean => family === 'exact' || family === 'approximate' || family === 'null';
  if (numeric(one) && numeric(two)) {
    if (one === 'approximate' || two === 'approximate')
      return make(
        { kind: 'DOUBLE' },
        convert(left, { kind: 'DOUBLE' }, 'implicit'),
        convert(right, { kind: 'DOUBLE' }, 'implicit'),
      );
    if (left.type.kind === 'DECIMAL' || right.type.kind === 'DECIMAL') {
      const decimal = (side: Expression): Expression =>
        isIntegerType(side.type) || side.type.kind === 'NULL' ? convert(side, decimalOf(side.type), 'implicit') : side;
      return make(decimalResult(operator, left.type, right.type), decimal(left), decimal(right));
    }
    const sides = unify([left, right], span, 'combined', scope);
    return sides === undefined
      ? undefined
      : make(sides[0]?.type ?? left.type, sides[0] as Expression, sides[1] as Expression);
  }
  const interval = (type: SqlType): boolean => type.kind === 'INTERVAL';
  if (left.type.kind === 'INTERVAL' && right.type.kind === 'INTERVAL') {
    if (one !== two || (operator !== '+' && operator !== '-')) return refuse();
    return make(widerInterval(left.type, right.type), left, right);
  }
  if (interval(left.type) && numeric(two) && (operator === '*' || operator === '/'))
    return make(left.type, left, right);
  if (numeric(one) && interval(right.type) && operator === '*') return make(right.type, left, right);
  const datetime = (family: string): boolean => family === 'date' || family === 'time' || family === 'timestamp';
  if (datetime(one) && interval(right.type) && (operator === '+' || operator === '-'))
    return one === 'time' && isYearMonth(right.type) ? refuse() : make(left.type, left, right);
  if (interval(left.type) && datetime(two) && operator === '+')
    return two === 'time' && isYearMonth(left.type) ? refuse() : make(right.type, left, right);
  return refuse();
}

// What a bare NULL is beside a datetime or an interval under + and -: an interval.
function mateOfNull(type: SqlType, operator: '+' | '-' | '*' | '/'): SqlType | undefined {
  if (operator !== '+' && operator !== '-') return undefined;
  if (type.kind === 'INTERVAL') return type;
  if (type.kind !== 'DATE' && type.kind !== 'TIME' && type.kind !== 'TIMESTAMP') return undefined;
  return { kind: 'INTERVAL', start: 'DAY', end: 'SECOND', precision: 10, fraction: 3 };
}

/** `(a - b) SECOND`: the difference in milliseconds (or months), cut to the qualifier's last field by a cast. */
export function bindDifference(node: ast.DatetimeDifference, scope: Scope): Expression | undefined {
  const type = typeOf({
    kind: 'type-name',
    name: 'INTERVAL',
    parameters: [],
    interval: node.qualifier,
    span: node.span,
  });
  if (isDiagnostic(type)) return undefined;
  if (node.operand.kind === 'binary' && node.operand.operator === '-') {
    const left = bindExpression(node.operand.left, scope);
    const right = bindExpression(node.operand.right, scope);
    if (left === undefined || right === undefined) return undefined;
    const family = familyOf(left.type);
    if (['date', 'time', 'timestamp'].includes(family)) {
      if (familyOf(right.type) !== family) {
        scope.report(
          message.typeMismatch(
            node.span,
            `Parameters must be of the same type: ${typeText(left.type)} and ${typeText(right.type)}`,
          ),
        );
        return undefined;
      }
      const whole: SqlType = isYearMonth(type)
        ? { kind: 'INTERVAL', start: 'YEAR', end: 'MONTH', precision: 10, fraction: 0 }
        : { kind: 'INTERVAL', start: 'DAY', end: 'SECOND', precision: 10, fraction: 3 };
      const difference: Expression = {
        kind: 'arithmetic',
        operator: '-',
        left,
        right,
        type: whole,
        nullable: left.nullable || right.nullable,
        span: node.span,
      };
      return {
        kind: 'cast',
        mode: 'implicit',
        operand: difference,
        type,
        nullable: difference.nullable,
        span: node.span,
      };
    }
  }
  const operand = bindExpression(node.operand, scope);
  if (operand === undefined) return undefined;
  if (familyOf(operand.type) === familyOf(type))
    return { kind: 'cast', mode: 'implicit', operand, type, nullable: operand.nullable, span: node.span };
  scope.report(message.typeMismatch(node.span, `${typeText(operand.type)} can not be taken as an interval`));
  return undefined;
}
