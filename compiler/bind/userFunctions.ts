// CREATE FUNCTION: one scalar expression over parameters, put in the place of each call.
import { sameType, typeText, type SqlType } from '../../contract/types.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import { rewriteExpression } from '../plan/rewrite.ts';
import type { Span } from '../source.ts';
import { convert } from './convert.ts';
import { bindExpression } from './expression.ts';
import { conversionCost } from './functions.ts';
import { refuseAggregates, type Scope } from './scope.ts';
import { assignmentIsLegal, isDiagnostic, typeOf } from './types.ts';

/** A function of the script. */
export interface UserFunction {
  readonly name: string;
  readonly parameters: readonly SqlType[];
  readonly returns: SqlType;
  /** SPECIFIC: the name of this overload alone. */
  readonly specificName?: ast.Identifier;
  /** RETURNS NULL ON NULL INPUT. */
  readonly strict: boolean;
  /** Bound, of type `returns`; column n is parameter n. */
  readonly body: Expression;
  readonly span: Span;
}

/** Binds a definition; undefined when something in it is wrong, which is reported. */
export function bindFunction(node: ast.CreateFunction, scope: Scope): UserFunction | undefined {
  const names = new Map<string, Expression>();
  const parameters: SqlType[] = [];
  let failed = false;
  const check = (type: SqlType | Diagnostic): SqlType => {
    if (!isDiagnostic(type)) return type;
    scope.report(type);
    failed = true;
    return { kind: 'NULL' };
  };
  for (const [index, parameter] of node.parameters.entries()) {
    const { name } = parameter.name;
    const type = check(typeOf(parameter.type));
    const known = names.get(name);
    if (known !== undefined) {
      scope.report(message.duplicateColumn(parameter.name.span, name, known.span));
      failed = true;
    }
    names.set(name, { kind: 'column', index, name, type, nullable: true, span: parameter.name.span });
    parameters.push(type);
  }
  const returns = check(typeOf(node.returns));
  if (failed) return undefined;
  const aggregate = refuseAggregates(scope.report, 'a function');
  const body = bindExpression(node.body, { ...scope, relations: [], names, aggregate });
  if (body === undefined) return undefined;
  if (!assignmentIsLegal(body.type, returns)) {
    scope.report(
      message.typeMismatch(
        node.body.span,
        `the function returns ${typeText(returns)}, its expression is ${typeText(body.type)}`,
        'convert it with CAST',
      ),
    );
    return undefined;
  }
  return {
    name: node.name.name,
    parameters,
    returns,
    ...(node.specificName === undefined ? {} : { specificName: node.specificName }),
    strict: node.nullOnNullInput,
    body: convert(body, returns, 'assignment'),
    span: node.span,
  };
}

/** The body of the overload that fits, with the arguments in it; reports when none fits. */
export function callUserFunction(
  overloads: readonly UserFunction[],
  given: readonly Expression[],
  span: Span,
  scope: Scope,
): Expression | undefined {
  let best: UserFunction | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const candidate of overloads) {
    const cost = costOf(candidate, given);
    if (cost < bestCost) [best, bestCost] = [candidate, cost];
  }
  if (best === undefined) {
    const name = overloads[0]?.name ?? '';
    scope.report(
      message.noOverload(
        span,
        name,
        given.map((argument) => typeText(argument.type)).join(', '),
        overloads.map((one) => `${name}(${one.parameters.map(typeText).join(', ')})`),
      ),
    );
    return undefined;
  }
  return substitute(best, given, span);
}

function costOf(candidate: UserFunction, given: readonly Expression[]): number {
  if (candidate.parameters.length !== given.length) return Number.POSITIVE_INFINITY;
  return candidate.parameters.reduce((total, parameter, index) => {
    const argument = given[index]?.type ?? { kind: 'NULL' as const };
    return sameType(argument, parameter)
      ? total
      : total + 0.1 + (conversionCost(argument, { kind: parameter.kind }) ?? Number.POSITIVE_INFINITY);
  }, 0);
}

function substitute(called: UserFunction, given: readonly Expression[], span: Span): Expression {
  const converted = given.map((argument, index) =>
    convert(argument, called.parameters[index] ?? argument.type, 'assignment'),
  );
  const value = rewriteExpression(called.body, (node) =>
    node.kind === 'column' ? (converted[node.index] ?? node) : node,
  );
  const nullable = converted.filter((argument) => argument.nullable);
  if (!called.strict || nullable.length === 0) return { ...value, span };
  const tests = nullable.map(
    (operand): Expression => ({
      kind: 'is',
      test: 'null',
      negated: false,
      operand,
      type: { kind: 'BOOLEAN' },
      nullable: false,
      span,
    }),
  );
  const [only] = tests;
  const when: Expression =
    tests.length === 1 && only !== undefined
      ? only
      : { kind: 'or', operands: tests, type: { kind: 'BOOLEAN' }, nullable: false, span };
  const then: Expression = { kind: 'literal', value: null, type: called.returns, nullable: true, span };
  return { kind: 'case', branches: [{ when, then }], otherwise: value, type: called.returns, nullable: true, span };
}
