// Expressions: names resolved, types given, operands converted. An error is reported once and gives undefined.
import { familyOf, typeText, type SqlType } from '../../contract/types.ts';
import { illegalCast, misplacedRow } from '../diagnose/expressionMessages.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import type { Expression, Literal } from '../plan/expression.ts';
import { rewriteExpression } from '../plan/rewrite.ts';
import type { Span } from '../source.ts';
import { bindCall } from './call.ts';
import { warningOf } from './certainFaults.ts';
import { bindBetween, bindCase, bindIn, bindIs, bindLogical } from './conditions.ts';
import { bindBinary, bindDatetime, bindInterval, bindNumber } from './literals.ts';
import { bindDifference, bindOperator, bindUnary } from './operators.ts';
import { bindPeriodPredicate } from './periods.ts';
import { bindField } from './records.ts';
import {
  columnAt,
  relationsCalled,
  rowtimeNode,
  shiftColumns,
  type ListAlias,
  type Scope,
  type ScopeRelation,
} from './scope.ts';
import { hasAggregate, hasWindow } from './finite.ts';
import { bindExists, bindOuterName, bindScalarQuery } from './subquery.ts';
import { castIsLegal, isDiagnostic, typeOf } from './types.ts';

const boolean: SqlType = { kind: 'BOOLEAN' };

/** Binds an expression in a scope. */
export function bindExpression(node: ast.Expression, scope: Scope): Expression | undefined {
  const bound = bindNode(node, scope);
  const warning = bound === undefined ? undefined : warningOf(bound);
  if (warning !== undefined) scope.report(warning);
  return bound;
}

function bindNode(node: ast.Expression, scope: Scope): Expression | undefined {
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
      return bindExists(node, scope);
    case 'subquery':
      return bindScalarQuery(node, scope);
    case 'row':
      scope.report(misplacedRow(node.span));
      return undefined;
    case 'period':
      return bindPeriodPredicate(node, scope);
  }
}

function literal(value: Literal | Diagnostic, scope: Scope): Expression | undefined {
  if ('severity' in value) {
    scope.report(value);
    return undefined;
  }
  return value;
}

const currentTypes: Record<string, SqlType['kind']> = {
  CURRENT_TIMESTAMP: 'TIMESTAMP',
  LOCALTIMESTAMP: 'TIMESTAMP',
  CURRENT_DATE: 'DATE',
  CURRENT_TIME: 'TIME',
  LOCALTIME: 'TIME',
  CURRENT_ROW_TIMESTAMP: 'TIMESTAMP',
};

const noName: readonly string[] = ['CURRENT_PATH', 'CURRENT_ROLE'];
const userNames: readonly string[] = ['USER', 'CURRENT_USER', 'SESSION_USER', 'SYSTEM_USER'];

/** The niladic functions of time and of the session, which has one user here; undefined for another name. */
export function currentValue(name: string, span: Span): Expression | undefined {
  if (userNames.includes(name) || noName.includes(name)) {
    const user = userNames.includes(name) ? 'rowtime' : '';
    return { kind: 'literal', type: { kind: 'VARCHAR', length: 128 }, value: user, nullable: false, span };
  }
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
  const named = qualifier === undefined ? scope.names?.get(last.name) : undefined;
  if (named !== undefined) return named;
  const field = bindField(node, scope);
  if (field !== 'none') return field;
  const relations = relationsCalled(qualifier?.name, scope.relations);
  if (qualifier !== undefined && relations.length === 0) {
    const outer = bindOuterName(node, scope);
    if (outer !== 'none') return outer;
    scope.report(
      message.unknownAlias(
        qualifier.span,
        qualifier.name,
        scope.relations.flatMap((relation) => relation.alias ?? []),
      ),
    );
    return undefined;
  }
  const [relation] = relations;
  if (last.name === 'ROWTIME' && relation !== undefined && (qualifier === undefined || relation.rowtime !== 'column')) {
    if (qualifier === undefined || typeof relation.rowtime === 'string') return rowtimeNode(node);
    return { ...relation.rowtime, span: node.span };
  }
  const merged = qualifier === undefined ? scope.merged?.get(last.name) : undefined;
  if (merged !== undefined) return { ...merged, span: node.span };
  const matches = relations.flatMap((candidate) =>
    candidate.columns
      .flatMap((column, index) => (column.name === last.name ? [columnAt(candidate.columns, index, node.span)] : []))
      .map((found) => shiftColumns(found, candidate.offset)),
  );
  if (matches.length > 1) {
    scope.report(message.ambiguousColumn(last.span, last.name));
    return undefined;
  }
  if (matches[0] !== undefined) return matches[0];
  const current = !last.quoted && qualifier === undefined ? currentValue(last.name, node.span) : undefined;
  // What a finite query gives does not depend on when it is computed.
  if (current !== undefined)
    return scope.query?.finite === true
      ? rewriteExpression(current, (part) => (part.kind === 'context' ? { ...part, name: 'start' } : part))
      : current;
  const outer = bindOuterName(node, scope);
  if (outer !== 'none') return outer;
  scope.report(noColumn(node, last, relations, scope));
  return undefined;
}

// Why a name is no column: an alias of the select list, a text in the wrong quotes, or just none.
function noColumn(
  node: ast.ColumnName,
  last: ast.Identifier,
  relations: readonly ScopeRelation[],
  scope: Scope,
): Diagnostic {
  const alone = node.parts.length === 1;
  const listed = alone ? scope.aliases?.find((one) => one.alias.name === last.name && !isWithin(node, one)) : undefined;
  if (listed !== undefined) {
    const value = hasWindow(listed.expression) ? 'window' : hasAggregate(listed.expression) ? 'aggregate' : 'other';
    return message.listAlias(last.span, last.name, listed.alias.span, value);
  }
  const where = relations[0]?.alias === undefined ? 'the query' : `"${relations[0].alias}"`;
  const columns = relations.flatMap((relation) => relation.columns.map((column) => column.name));
  const asText = !alone || !last.quoted ? 'no' : noLikelyName.test(last.name) ? 'likely' : 'possible';
  return message.unknownColumn(
    last.span,
    last.name,
    where,
    columns,
    asText === 'possible' && scope.compared !== true ? 'no' : asText,
  );
}

/** Characters that texts have and names of columns have not, and blanks around it all. */
const noLikelyName = /[^\p{L}\p{N}\p{M}_ .:\-$#@/()]|^ | $/u;

// An item's own expression, or an alias of the very name.
function isWithin({ span }: ast.ColumnName, { alias, expression }: ListAlias): boolean {
  if (expression.kind === 'name' && expression.parts.at(-1)?.name === alias.name) return true;
  return expression.span.start <= span.start && span.end <= expression.span.end;
}

/** Binds what stands beside something else in a comparison, LIKE or CASE: a name may be meant as a text. */
export function bindBeside(node: ast.Expression, other: ast.Expression, scope: Scope): Expression | undefined {
  const meant = node.kind === 'name' && other.kind !== 'string' && other.kind !== 'number';
  return bindExpression(node, meant ? { ...scope, compared: true } : scope);
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
    scope.report(illegalCast(node.span, typeText(operand.type), typeText(type)));
    return undefined;
  }
  if (operand.kind === 'literal' && operand.value === null) return { ...operand, type, span: node.span };
  // 'unknown' is a BOOLEAN, too.
  const mayBeNull = type.kind === 'BOOLEAN' && familyOf(operand.type) === 'character';
  return { kind: 'cast', mode: 'explicit', operand, type, nullable: operand.nullable || mayBeNull, span: node.span };
}
