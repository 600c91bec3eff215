// Conditions and choices: AND, OR, NOT, IS, BETWEEN, IN, CASE.
import { typeText, type SqlType } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Span } from '../source.ts';
import { convert, unifyCompared, unifyValues } from './convert.ts';
import { bindBeside, bindExpression } from './expression.ts';
import { bindRowDistinct } from './rows.ts';
import type { Scope } from './scope.ts';
import { bindInQuery } from './subquery.ts';
import { allOf, anyOf, compared, negated } from './syntaxTree.ts';

const boolean: SqlType = { kind: 'BOOLEAN' };

/** A condition: BOOLEAN, or an error. */
export function bindCondition(node: ast.Expression, scope: Scope): Expression | undefined {
  const condition = bindExpression(node, scope);
  if (condition === undefined) return undefined;
  if (condition.type.kind === 'BOOLEAN') return condition;
  if (condition.type.kind === 'NULL') return convert(condition, boolean, 'implicit');
  scope.report(message.typeMismatch(node.span, `a condition must be BOOLEAN, not ${typeText(condition.type)}`));
  return undefined;
}

/** AND, OR, NOT; nested ones of a kind become one. */
export function bindLogical(node: ast.LogicalExpression, scope: Scope): Expression | undefined {
  const operands = node.operands.map((operand) => bindCondition(operand, scope));
  const bound = operands.filter((operand) => operand !== undefined);
  const [first] = bound;
  if (bound.length < operands.length || first === undefined) return undefined;
  const nullable = bound.some((operand) => operand.nullable);
  const { span } = node;
  if (node.operator === 'not') return { kind: 'not', operand: first, type: boolean, nullable, span };
  const kind = node.operator;
  return {
    kind,
    operands: bound.flatMap((operand) => (operand.kind === kind ? operand.operands : [operand])),
    type: boolean,
    nullable,
    span,
  };
}

/** IS NULL, TRUE, FALSE, UNKNOWN, DISTINCT FROM. */
export function bindIs(node: ast.IsExpression, scope: Scope): Expression | undefined {
  if (node.other !== undefined && (node.operand.kind === 'row' || node.other.kind === 'row'))
    return bindRowDistinct(node, node.other, scope);
  const operand =
    node.test === 'null' || node.test === 'distinct-from'
      ? bindExpression(node.operand, scope)
      : bindCondition(node.operand, scope);
  if (operand === undefined) return undefined;
  const { span } = node;
  if (node.test !== 'distinct-from')
    return {
      kind: 'is',
      test: node.test,
      negated: node.negated,
      operand: operand.type.kind === 'NULL' ? convert(operand, boolean, 'implicit') : operand,
      type: boolean,
      nullable: false,
      span,
    };
  const other = node.other === undefined ? undefined : bindExpression(node.other, scope);
  if (other === undefined) return undefined;
  const sides = unifyCompared([operand, other], span, 'compared', scope);
  return sides === undefined
    ? undefined
    : {
        kind: 'distinct-from',
        negated: node.negated,
        left: sides[0],
        right: sides[1],
        type: boolean,
        nullable: false,
        span,
      };
}

/** BETWEEN, IN and simple CASE are rewritten on the syntax tree: each operand is evaluated where it is compared. */
export function bindBetween(node: ast.BetweenExpression, scope: Scope): Expression | undefined {
  const { span, operand, low, high } = node;
  const inside = (from: ast.Expression, to: ast.Expression): ast.Expression =>
    allOf([compared('>=', operand, from, span), compared('<=', operand, to, span)], span);
  const between = node.symmetric ? anyOf([inside(low, high), inside(high, low)], span) : inside(low, high);
  return bindExpression(node.negated ? negated(between, span) : between, scope);
}

/** IN over a list or a query. */
export function bindIn(node: ast.InExpression, scope: Scope): Expression | undefined {
  const { span, list } = node;
  if (list === undefined) return bindInQuery(node, scope);
  const any = anyOf(
    list.map((value) => compared('=', node.operand, value, value.span)),
    span,
  );
  return bindExpression(node.negated ? negated(any, span) : any, scope);
}

/** CASE, searched or simple. */
export function bindCase(node: ast.CaseExpression, scope: Scope): Expression | undefined {
  const whens = node.branches.map(({ when }) =>
    node.operand === undefined
      ? bindCondition(when, scope)
      : bindExpression(compared('=', node.operand, when, when.span), scope),
  );
  const values = node.branches.map(({ then }) => bindBeside(then, node, scope));
  const otherwise = node.otherwise === undefined ? nullLiteral(node.span) : bindBeside(node.otherwise, node, scope);
  if (
    otherwise === undefined ||
    whens.some((when) => when === undefined) ||
    values.some((value) => value === undefined)
  )
    return undefined;
  const unified = unifyValues([...(values as Expression[]), otherwise], node.span, 'results of one CASE', scope);
  const last = unified?.at(-1);
  if (unified === undefined || last === undefined) return undefined;
  const branches = node.branches.map((_, index) => ({
    when: whens[index] as Expression,
    then: unified[index] as Expression,
  }));
  return {
    kind: 'case',
    branches,
    otherwise: last,
    type: last.type,
    nullable: unified.some((value) => value.nullable),
    span: node.span,
  };
}

function nullLiteral(span: Span): Expression {
  return { kind: 'literal', type: { kind: 'NULL' }, value: null, nullable: true, span };
}
