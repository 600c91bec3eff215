// Function calls: special syntax becomes a catalogue name, then the overload that fits with the cheapest conversions is taken.
import { familyOf, typeText, type SqlType } from '../../contract/types.ts';
import { noSuchField } from '../diagnose/expressionMessages.ts';
import * as message from '../diagnose/messages.ts';
import { misplacedRecord } from '../diagnose/patternMessages.ts';
import { overWithoutAggregate } from '../diagnose/queryMessages.ts';
import type * as ast from '../parse/ast.ts';
import { datetimeFieldNumber, type Expression, type FunctionSignature } from '../plan/expression.ts';
import { convert, unifyValues } from './convert.ts';
import { bindBeside, bindExpression, currentValue } from './expression.ts';
import { bindComparison } from './operators.ts';
import { fieldsInstead } from './fields.ts';
import { conversionCost, plainType, typeName } from './functions.ts';
import { isLogParser } from './logParsers.ts';
import { bindPatternSubstring, bindRegexReplace, bindSimilar, internalFunctions } from './patterns.ts';
import { promiseMonotonic, refuseWindows, type Scope } from './scope.ts';
import { syntaxFunctionNames } from './syntaxFunctions.ts';
import { callUserFunction } from './userFunctions.ts';
import { writtenCall, writtenName } from './writtenForms.ts';

/** Names that the plan knows as aggregates. */
export const aggregateNames = new Set([
  'COUNT',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'STDDEV',
  'STD_DEV',
  'STDDEV_POP',
  'STDDEV_SAMP',
  'VAR_POP',
  'VAR_SAMP',
  'FIRST_VALUE',
  'LAST_VALUE',
  'ANY',
  'EVERY',
]);

/** Functions that only make sense over a window. */
const windowFunctions = new Set(['LAG', 'NTH_VALUE', 'EXP_AVG']);

/** Binds a call, `||` or LIKE. */
export function bindCall(
  node: ast.FunctionCall | ast.BinaryExpression | ast.LikeExpression,
  scope: Scope,
): Expression | undefined {
  if (node.kind === 'like') return bindLike(node, scope);
  if (!('name' in node)) return bindConcatenation(node, scope);
  const name = node.name.name;
  if (node.over !== undefined || windowFunctions.has(name)) return bindWindowed(node, scope);
  if (aggregateNames.has(name)) return scope.aggregate(node);
  if (isLogParser(name)) {
    scope.report(misplacedRecord(node.span, name));
    return undefined;
  }
  if (name === 'REGEX_REPLACE') return bindRegexReplace(node, scope);
  if (internalFunctions.has(name)) return noFunction(name, node.span, scope);
  const current = node.arguments.length === 0 ? currentValue(name, node.span) : undefined;
  if (current !== undefined) return current;
  if (name === 'COALESCE') return bindCoalesce(node, scope);
  if (name === 'NULLIF') return bindNullif(node, scope);
  if (node.form === 'similar') return bindPatternSubstring(node, scope);
  const given = node.arguments.map((argument) => bindExpression(argument, scope));
  if (given.some((argument) => argument === undefined)) return undefined;
  const second = given[1];
  if (node.form === 'from' && given.length === 2 && second !== undefined && familyOf(second.type) === 'character')
    return bindPatternSubstring(node, scope);
  const [first] = given;
  if (name === 'MONOTONIC' && given.length === 1 && first !== undefined) return promiseMonotonic(first);
  const created = scope.functions?.get(name);
  if (created !== undefined && node.form === 'plain')
    return callUserFunction(created, given as Expression[], node.span, scope);
  const special = specialForm(node, given as Expression[]);
  const width = special.name === 'STEP' ? special.arguments[1] : undefined;
  if (width?.kind === 'literal' && width.value !== null && typeof width.value !== 'string' && width.value <= 0) {
    scope.report(message.stepNotPositive(width.span));
    return undefined;
  }
  const [operand] = given;
  const instead =
    node.field === undefined || operand === undefined ? undefined : fieldsInstead(node.field, operand.type);
  if (node.field !== undefined && operand !== undefined && instead !== undefined) {
    scope.report(noSuchField(node.span, node.field, typeText(operand.type), instead));
    return undefined;
  }
  return resolve(special.name, special.arguments, node.span, scope);
}

function bindWindowed(node: ast.FunctionCall, scope: Scope): Expression | undefined {
  const { name, span } = node.name;
  if (!windowFunctions.has(name) && !aggregateNames.has(name)) {
    const { catalogue, functions } = scope;
    const known = catalogue.byName.has(name) || functions?.has(name) || syntaxFunctionNames.includes(name);
    if (!known) return noFunction(name, span, scope);
    scope.report(overWithoutAggregate(span, name));
    return undefined;
  }
  return (scope.window ?? refuseWindows(scope.report, 'this place'))(node);
}

function field(node: ast.FunctionCall): Expression {
  return {
    kind: 'literal',
    type: { kind: 'INTEGER' },
    value: datetimeFieldNumber[node.field ?? 'SECOND'],
    nullable: false,
    span: node.span,
  };
}

function specialForm(
  node: ast.FunctionCall,
  given: readonly Expression[],
): { name: string; arguments: readonly Expression[] } {
  const name = node.name.name === 'CEILING' ? 'CEIL' : node.name.name;
  switch (node.form) {
    case 'to':
      return { name, arguments: [...given, field(node)] };
    case 'extract':
      return node.field === 'SECOND'
        ? { name: 'EXTRACT_SECOND', arguments: given }
        : { name: 'EXTRACT', arguments: [field(node), ...given] };
    case 'from':
      return { name: 'SUBSTRING_FROM', arguments: given };
    case 'trim': {
      const [text, character] = given;
      const blank: Expression = {
        kind: 'literal',
        type: { kind: 'CHAR', length: 1 },
        value: ' ',
        nullable: false,
        span: node.span,
      };
      return {
        name: `TRIM_${(node.trim ?? 'both').toUpperCase()}`,
        arguments: text === undefined ? given : [text, character ?? blank],
      };
    }
    default:
      return name === 'TRIM' ? specialForm({ ...node, form: 'trim' }, given) : { name, arguments: given };
  }
}

/** Finds the overload; reports when there is none. */
export function resolve(
  name: string,
  given: readonly Expression[],
  span: ast.FunctionCall['span'],
  scope: Scope,
): Expression | undefined {
  const overloads = scope.catalogue.byName.get(name);
  if (overloads === undefined) return noFunction(name, span, scope);
  let best: FunctionSignature | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const signature of overloads) {
    if (signature.parameters.length !== given.length) continue;
    const costs = signature.parameters.map((parameter, index) => {
      const argument = given[index];
      if (argument === undefined) return undefined;
      const cost = conversionCost(argument.type, parameter);
      return cost === undefined || sameInterval(argument.type, plainType(parameter)) ? cost : undefined;
    });
    if (costs.some((cost) => cost === undefined)) continue;
    const cost = costs.reduce<number>((total, one) => total + (one ?? 0), 0);
    if (cost < bestCost) [best, bestCost] = [signature, cost];
  }
  if (best === undefined) {
    const types = given.map((argument) => typeText(argument.type)).join(', ');
    scope.report(
      message.noOverload(
        span,
        writtenName(name),
        types,
        overloads.map((signature) => {
          const words = signature.parameters.map((parameter) =>
            parameter.field === true ? 'unit' : typeName(parameter),
          );
          return writtenCall(name, signature, words);
        }),
      ),
    );
    return undefined;
  }
  return makeCall(best, given, span);
}

function noFunction(name: string, span: ast.FunctionCall['span'], scope: Scope): undefined {
  const known = [...scope.catalogue.byName.keys()].filter((candidate) => !internalFunctions.has(candidate));
  scope.report(
    message.noSuchFunction(span, name, [
      ...known.map(writtenName),
      ...(scope.functions?.keys() ?? []),
      ...aggregateNames,
      ...syntaxFunctionNames,
    ]),
  );
  return undefined;
}

function sameInterval(argument: SqlType, parameter: SqlType): boolean {
  return argument.kind !== 'INTERVAL' || parameter.kind !== 'INTERVAL' || familyOf(argument) === familyOf(parameter);
}

function makeCall(
  signature: FunctionSignature,
  given: readonly Expression[],
  span: ast.FunctionCall['span'],
): Expression {
  const converted = given.map((argument, index) => {
    const parameter = signature.parameters[index];
    return parameter === undefined || argument.type.kind === parameter.kind
      ? argument
      : convert(argument, plainTypeFor(parameter, argument.type), 'implicit');
  });
  const nullable = signature.nulls !== 'propagate' || converted.some((argument) => argument.nullable);
  return {
    kind: 'call',
    function: signature,
    arguments: converted,
    type: resultType(signature, converted),
    nullable,
    span,
  };
}

function plainTypeFor(parameter: FunctionSignature['result'], from: SqlType): SqlType {
  const type = plainType(parameter);
  if ((type.kind === 'VARCHAR' || type.kind === 'CHAR') && 'length' in from) return { ...type, length: from.length };
  return type;
}

// The result keeps what its first argument of the same kind has: scale, interval fields. Texts: as long as they may get.
function resultType(signature: FunctionSignature, given: readonly Expression[]): SqlType {
  const declared = plainType(signature.result);
  const first = given.find((argument) => argument.type.kind === declared.kind)?.type;
  if (declared.kind === 'DECIMAL') {
    if (first?.kind !== 'DECIMAL') return declared;
    return signature.result.scale === true ? first : { ...first, scale: declared.scale };
  }
  if (declared.kind === 'INTERVAL') return first ?? declared;
  if (declared.kind !== 'VARCHAR') return declared;
  if (signature.name === 'CONCAT_OPERATOR') {
    const lengths = given.map((argument) => ('length' in argument.type ? argument.type.length : 65535));
    return {
      kind: 'VARCHAR',
      length: Math.min(
        lengths.reduce((total, length) => total + length, 0),
        65535,
      ),
    };
  }
  const text = given.find((argument) => familyOf(argument.type) === 'character')?.type;
  const keeps = /^(SUBSTRING|TRIM|LOWER|UPPER|INITCAP)/.test(signature.name);
  return keeps && text !== undefined && 'length' in text ? { kind: 'VARCHAR', length: text.length } : declared;
}

function bindConcatenation(node: ast.BinaryExpression, scope: Scope): Expression | undefined {
  const left = bindExpression(node.left, scope);
  const right = bindExpression(node.right, scope);
  return left === undefined || right === undefined
    ? undefined
    : resolve('CONCAT_OPERATOR', [left, right], node.span, scope);
}

function bindLike(node: ast.LikeExpression, scope: Scope): Expression | undefined {
  if (node.form === 'similar') return bindSimilar(node, scope);
  const others = [node.pattern, ...(node.escape === undefined ? [] : [node.escape])];
  const parts = [bindExpression(node.operand, scope), ...others.map((part) => bindBeside(part, node.operand, scope))];
  if (parts.some((part) => part === undefined)) return undefined;
  const like = resolve('LIKE', parts as Expression[], node.span, scope);
  if (like === undefined || !node.negated) return like;
  return { kind: 'not', operand: like, type: { kind: 'BOOLEAN' }, nullable: like.nullable, span: node.span };
}

function bindCoalesce(node: ast.FunctionCall, scope: Scope): Expression | undefined {
  const given = node.arguments.map((argument) => bindExpression(argument, scope));
  if (given.length === 0) scope.report(message.noOverload(node.span, 'COALESCE', '', ['COALESCE(x, …)']));
  if (given.length === 0 || given.some((argument) => argument === undefined)) return undefined;
  const operands = unifyValues(given as Expression[], node.span, 'alternatives of one COALESCE', scope);
  const [first] = operands ?? [];
  if (operands === undefined || first === undefined) return undefined;
  return {
    kind: 'coalesce',
    operands,
    type: first.type,
    nullable: operands.every((operand) => operand.nullable),
    span: node.span,
  };
}

function bindNullif(node: ast.FunctionCall, scope: Scope): Expression | undefined {
  const [left, right] = node.arguments.map((argument) => bindExpression(argument, scope));
  if (node.arguments.length !== 2)
    scope.report(message.noOverload(node.span, 'NULLIF', `${node.arguments.length} arguments`, ['NULLIF(x, y)']));
  if (node.arguments.length !== 2) return undefined;
  if (left === undefined || right === undefined) return undefined;
  const equal = bindComparison('=', left, right, node.span, scope);
  if (equal === undefined) return undefined;
  if (left.type.kind === 'NULL') return left;
  const nothing: Expression = { kind: 'literal', type: left.type, value: null, nullable: true, span: node.span };
  return {
    kind: 'case',
    branches: [{ when: equal, then: nothing }],
    otherwise: left,
    type: left.type,
    nullable: true,
    span: node.span,
  };
}
