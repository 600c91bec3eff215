// Aggregate calls: which there are, what they take and give.
import { familyOf, typeText, type SqlType } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { AggregateCall, AggregateName } from '../plan/plan.ts';
import { convert } from './convert.ts';
import { expressionKey, type Scope } from './scope.ts';

/** What a call is besides its name and argument. */
export type AggregateIdentity = Pick<AggregateCall, 'distinct' | 'ignoreNulls' | 'type' | 'nullable' | 'span'>;

/** The aggregate that a call with bound arguments is; reports when there is none. */
export function aggregateOf(
  call: ast.FunctionCall,
  given: readonly Expression[],
  scope: Scope,
): AggregateCall | undefined {
  const [bound, second] = given;
  const named = call.name.name === 'STDDEV' || call.name.name === 'STD_DEV' ? 'STDDEV_SAMP' : call.name.name;
  const name = named as AggregateName;
  if (second !== undefined || (bound === undefined && (name !== 'COUNT' || call.form !== 'star'))) {
    scope.report(
      message.noOverload(call.span, name, String(given.length), [
        name === 'COUNT' ? 'COUNT(*)' : `${name}(x)`,
        `${name}(x)`,
      ]),
    );
    return undefined;
  }
  const argument = bound === undefined ? undefined : argumentOf(name, bound);
  const type = argument === undefined ? ({ kind: 'BIGINT' } as const) : resultOf(name, argument.type);
  if (type === undefined) {
    scope.report(
      message.noOverload(call.span, name, typeText(argument?.type ?? { kind: 'NULL' }), [
        name === 'ANY' || name === 'EVERY' ? `${name}(BOOLEAN)` : `${name}(a number)`,
      ]),
    );
    return undefined;
  }
  return {
    name,
    ...(argument === undefined ? {} : { argument }),
    distinct: call.distinct && name !== 'MIN' && name !== 'MAX',
    ignoreNulls: call.nulls === 'ignore',
    type,
    nullable: name !== 'COUNT',
    span: call.span,
  };
}

/** A text that equal aggregates share. */
export function aggregateKey(call: AggregateCall): string {
  return `${call.name} ${call.distinct} ${call.ignoreNulls} ${call.argument === undefined ? '*' : expressionKey(call.argument)}`;
}

function argumentOf(name: AggregateName, argument: Expression): Expression {
  if (argument.type.kind === 'NULL') return convert(argument, { kind: 'INTEGER' }, 'implicit');
  const moments = name.startsWith('VAR_') || name.startsWith('STDDEV_');
  return moments && ['exact', 'approximate'].includes(familyOf(argument.type))
    ? convert(argument, { kind: 'DOUBLE' }, 'implicit')
    : argument;
}

function resultOf(name: AggregateName, type: SqlType): SqlType | undefined {
  const numeric = ['exact', 'approximate'].includes(familyOf(type));
  switch (name) {
    case 'COUNT':
      return { kind: 'BIGINT' };
    case 'SUM':
    case 'AVG':
      return numeric ? type : undefined;
    case 'STDDEV_POP':
    case 'STDDEV_SAMP':
    case 'VAR_POP':
    case 'VAR_SAMP':
      return numeric ? { kind: 'DOUBLE' } : undefined;
    case 'ANY':
    case 'EVERY':
      return type.kind === 'BOOLEAN' ? type : undefined;
    case 'MIN':
    case 'MAX':
    case 'FIRST_VALUE':
    case 'LAST_VALUE':
      return type;
  }
}
