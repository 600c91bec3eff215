// Expressions: names resolved, types given, operands converted. An error is reported once and gives undefined.
import { familyOf, isIntegerType, isYearMonth, sameType, typeText, type SqlType } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import type { Expression, Literal } from '../plan/expression.ts';
import type { Span } from '../source.ts';
import { bindCall } from './call.ts';
import { bindBinary, bindDatetime, bindInterval, bindNumber } from './literals.ts';
import { rowtimeNode, type Scope } from './scope.ts';
import { castIsLegal, commonType, decimalOf, decimalResult, isDiagnostic, typeOf, widerInterval } from './types.ts';

const boolean: SqlType = { kind: 'BOOLEAN' };

/** Binds an expression in a scope. */
export function bindExpression(node: ast.Expression, scope: Scope): Expression | undefined {
  switch (node.kind) {
    case 'number':
      return literal(bindNumber(node), scope);
    case 'string':
      return {
        kind: 'literal',
        type: { kind: 'CHAR', length: Math.max([...node.value].length, 1) },
        value: node.value,
        nullable: false,
        span: node.span,
      };
    case 'boolean':
      return {
        kind: 'literal',
        type: boolean,
        value: node.value === null ? null : Number(node.value),
        nullable: node.value === null,
        span: node.span,
      };
    case 'null':
      return { kind: 'literal', type: { kind: 'NULL' }, value: null, nullable: true, span: node.span };
    case 'datetime':
      return literal(bindDatetime(node), scope);
    case 'interval':
      return literal(bindInterval(node), scope);
    case 'name':
      return bindName(node, scope);
    case 'unary':
      return bindUnary(node, scope);
    case 'binary-literal':
      return literal(bindBinary(node), scope);
    case 'binary':
      return bindOperator(node, scope);
    case 'logical':
      return bindLogical(node, scope);
    case 'is':
      return bindIs(node, scope);
    case 'between':
      return bindBetween(node, scope);
    case 'in':
      return bindIn(node, scope);
    case 'case':
      return bindCase(node, scope);
    case 'cast':
      return bindCast(node, scope);
    case 'call':
    case 'like':
      return bindCall(node, scope);
    case 'datetime-difference':
      return bindDifference(node, scope);
    case 'exists':
    case 'subquery':
      return unsupported(node.span, 'a subquery in an expression', scope, 'join the streams, or filter an outer query');
    case 'row':
      return unsupported(node.span, 'a row value outside of IN', scope);
    case 'period':
      return unsupported(node.span, 'a period predicate', scope, 'compare the ends of the periods');
  }
}

function literal(value: Literal | Diagnostic, scope: Scope): Expression | undefined {
  if ('severity' in value) {
    scope.report(value);
    return undefined;
  }
  return value;
}

/** Reports that something is recognised but not done yet. */
export function unsupported(span: Span, what: string, scope: Scope, hint?: string): undefined {
  scope.report(message.notYetSupported(span, what, hint));
  return undefined;
}

const currentTypes: Record<string, SqlType['kind']> = {
  CURRENT_TIMESTAMP: 'TIMESTAMP',
  LOCALTIMESTAMP: 'TIMESTAMP',
  CURRENT_DATE: 'DATE',
  CURRENT_TIME: 'TIME',
  LOCALTIME: 'TIME',
  CURRENT_ROW_TIMESTAMP: 'TIMESTAMP',
};

/** The niladic functions of time; undefined for another name. */
export function currentValue(name: string, span: Span): Expression | undefined {
  const kind = currentTypes[name];
  if (kind === undefined) return undefined;
  const value: Expression = {
    kind: 'context',
    name: name === 'CURRENT_ROW_TIMESTAMP' ? 'row-clock' : 'start',
    type: { kind: 'TIMESTAMP' },
    nullable: false,
    span,
  };
  return kind === 'TIMESTAMP'
    ? value
    : { kind: 'cast', mode: 'explicit', operand: value, type: { kind } as SqlType, nullable: false, span };
}

function bindName(node: ast.ColumnName, scope: Scope): Expression | undefined {
  const last = node.parts.at(-1);
  const qualifier = node.parts.length > 1 ? node.parts[0] : undefined;
  if (last === undefined) return undefined;
  if (node.parts.length > 2) return unsupported(node.span, 'a field of a record', scope);
  const named = qualifier === undefined ? scope.names?.get(last.name) : undefined;
  if (named !== undefined) return named;
  const relations =
    qualifier === undefined ? scope.relations : scope.relations.filter((relation) => relation.alias === qualifier.name);
  if (qualifier !== undefined && relations.length === 0) {
    scope.report(
      message.unknownAlias(
        qualifier.span,
        qualifier.name,
        scope.relations.flatMap((relation) => relation.alias ?? []),
      ),
    );
    return undefined;
  }
  if (last.name === 'ROWTIME' && scope.relations.length > 0) return rowtimeNode(node);
  for (const relation of relations) {
    const matches = relation.columns.flatMap((column, index) => (column.name === last.name ? [index] : []));
    const [index] = matches;
    if (matches.length > 1) {
      scope.report(message.ambiguousColumn(last.span, last.name));
      return undefined;
    }
    const column = index === undefined ? undefined : relation.columns[index];
    if (index !== undefined && column !== undefined)
      return {
        kind: 'column',
        index,
        name: column.name,
        type: column.type,
        nullable: column.nullable,
        span: node.span,
      };
  }
  const current = !last.quoted && qualifier === undefined ? currentValue(last.name, node.span) : undefined;
  if (current !== undefined) return current;
  const where = relations[0]?.alias === undefined ? 'the query' : `"${relations[0].alias}"`;
  scope.report(
    message.unknownColumn(
      last.span,
      last.name,
      where,
      relations.flatMap((relation) => relation.columns.map((column) => column.name)),
    ),
  );
  return undefined;
}

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

function bindUnary(node: ast.UnaryExpression, scope: Scope): Expression | undefined {
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

function bindOperator(node: ast.BinaryExpression, scope: Scope): Expression | undefined {
  const { operator } = node;
  if (operator === '||') return bindCall(node, scope);
  if (node.left.kind === 'row' || node.right.kind === 'row') return bindRowComparison(node, scope);
  const left = bindExpression(node.left, scope);
  const right = bindExpression(node.right, scope);
  if (left === undefined || right === undefined) return undefined;
  if (operator === '+' || operator === '-' || operator === '*' || operator === '/')
    return bindArithmetic(operator, left, right, node.span, scope);
  return bindComparison(operator, left, right, node.span, scope);
}

/** A comparison; both sides are brought to one type. */
export function bindComparison(
  operator: '=' | '<>' | '<' | '>' | '<=' | '>=',
  left: Expression,
  right: Expression,
  span: Span,
  scope: Scope,
): Expression | undefined {
  const sides = unify([left, right], span, `compared by '${operator}'`, scope);
  if (sides === undefined) return undefined;
  const [one, two] = sides as [Expression, Expression];
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

function bindRowComparison(node: ast.BinaryExpression, scope: Scope): Expression | undefined {
  if (
    node.left.kind !== 'row' ||
    node.right.kind !== 'row' ||
    (node.operator !== '=' && node.operator !== '<>') ||
    node.left.values.length !== node.right.values.length
  ) {
    return unsupported(node.span, `a comparison of rows by ${node.operator}`, scope);
  }
  const right = node.right.values;
  const pairs = node.left.values.map(
    (value, index): ast.Expression => ({
      kind: 'binary',
      operator: '=',
      left: value,
      right: right[index] ?? value,
      span: node.span,
    }),
  );
  const all =
    pairs.length === 1
      ? pairs[0]
      : pairs.reduce(
          (one, two): ast.Expression => ({ kind: 'logical', operator: 'and', operands: [one, two], span: node.span }),
        );
  if (all === undefined) return undefined;
  return bindExpression(
    node.operator === '=' ? all : { kind: 'logical', operator: 'not', operands: [all], span: node.span },
    scope,
  );
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
        operator === '-' && familyOf(left.type) === familyOf(right.type)
          ? 'a difference of datetimes needs a qualifier: (a - b) SECOND'
          : undefined,
      ),
    );
    return undefined;
  };
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

// `(a - b) SECOND`: the difference in milliseconds (or months), cut to the qualifier's last field by a cast.
function bindDifference(node: ast.DatetimeDifference, scope: Scope): Expression | undefined {
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

/** A condition: BOOLEAN, or an error. */
export function bindCondition(node: ast.Expression, scope: Scope): Expression | undefined {
  const condition = bindExpression(node, scope);
  if (condition === undefined) return undefined;
  if (condition.type.kind === 'BOOLEAN') return condition;
  if (condition.type.kind === 'NULL') return convert(condition, boolean, 'implicit');
  scope.report(message.typeMismatch(node.span, `a condition must be BOOLEAN, not ${typeText(condition.type)}`));
  return undefined;
}

function bindLogical(node: ast.LogicalExpression, scope: Scope): Expression | undefined {
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

function bindIs(node: ast.IsExpression, scope: Scope): Expression | undefined {
  const operand =
    node.test === 'null' || node.test === 'distinct-from'
      ? bindExpression(node.operand, scope)
      : bindCondition(node.operand, scope);
  if (operand === undefined) return undefined;
  const { span, negated } = node;
  if (node.test !== 'distinct-from')
    return {
      kind: 'is',
      test: node.test,
      negated,
      operand: operand.type.kind === 'NULL' ? convert(operand, boolean, 'implicit') : operand,
      type: boolean,
      nullable: false,
      span,
    };
  const other = node.other === undefined ? undefined : bindExpression(node.other, scope);
  if (other === undefined) return undefined;
  const sides = unify([operand, other], span, 'compared', scope);
  return sides === undefined
    ? undefined
    : {
        kind: 'distinct-from',
        negated,
        left: sides[0] as Expression,
        right: sides[1] as Expression,
        type: boolean,
        nullable: false,
        span,
      };
}

// BETWEEN, IN and simple CASE are rewritten on the syntax tree: each operand is evaluated where it is compared.
function bindBetween(node: ast.BetweenExpression, scope: Scope): Expression | undefined {
  const { span, operand, low, high } = node;
  const compare = (operator: '>=' | '<=', left: ast.Expression, right: ast.Expression): ast.Expression => ({
    kind: 'binary',
    operator,
    left,
    right,
    span,
  });
  const logical = (operator: 'and' | 'or' | 'not', operands: ast.Expression[]): ast.Expression => ({
    kind: 'logical',
    operator,
    operands,
    span,
  });
  const inside = (from: ast.Expression, to: ast.Expression): ast.Expression =>
    logical('and', [compare('>=', operand, from), compare('<=', operand, to)]);
  const between = node.symmetric ? logical('or', [inside(low, high), inside(high, low)]) : inside(low, high);
  return bindExpression(node.negated ? logical('not', [between]) : between, scope);
}

function bindIn(node: ast.InExpression, scope: Scope): Expression | undefined {
  const { span, list } = node;
  if (list === undefined) return unsupported(span, 'IN (subquery)', scope, 'join with the stream, in a window');
  const equals = list.map(
    (value): ast.Expression => ({ kind: 'binary', operator: '=', left: node.operand, right: value, span: value.span }),
  );
  const [first] = equals;
  if (first === undefined) return undefined;
  const any: ast.Expression = equals.length === 1 ? first : { kind: 'logical', operator: 'or', operands: equals, span };
  return bindExpression(node.negated ? { kind: 'logical', operator: 'not', operands: [any], span } : any, scope);
}

function bindCase(node: ast.CaseExpression, scope: Scope): Expression | undefined {
  const whens = node.branches.map(({ when }) =>
    node.operand === undefined
      ? bindCondition(when, scope)
      : bindExpression({ kind: 'binary', operator: '=', left: node.operand, right: when, span: when.span }, scope),
  );
  const values = node.branches.map(({ then }) => bindExpression(then, scope));
  const otherwise = node.otherwise === undefined ? nullLiteral(node.span) : bindExpression(node.otherwise, scope);
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

function bindCast(node: ast.CastExpression, scope: Scope): Expression | undefined {
  const operand = bindExpression(node.operand, scope);
  const type = typeOf(node.type);
  if (isDiagnostic(type)) {
    scope.report(type);
    return undefined;
  }
  if (operand === undefined) return undefined;
  if (!castIsLegal(operand.type, type)) {
    scope.report(message.illegalCast(node.span, typeText(operand.type), typeText(type)));
    return undefined;
  }
  if (operand.kind === 'literal' && operand.value === null) return { ...operand, type, span: node.span };
  return { kind: 'cast', mode: 'explicit', operand, type, nullable: operand.nullable, span: node.span };
}
