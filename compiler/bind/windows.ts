// Windows: frames of OVER and of joins, named windows, and the calls of a query that have one.
import { familyOf, typeText, type SqlType } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import * as queryMessage from '../diagnose/queryMessages.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Frame, Relation, WindowCall } from '../plan/plan.ts';
import { aggregateOf, type AggregateIdentity } from './aggregate.ts';
import { convert, unifyValues } from './convert.ts';
import { bindExpression } from './expression.ts';
import { bindInterval } from './literals.ts';
import { expressionKey, plain, refuseWindows, type Scope } from './scope.ts';

/** Column indexes from here on stand for window calls while a list is being bound. */
export const WINDOW_BASE = 2_000_000;

/** Windows by name, those of enclosing queries included. */
export type NamedWindows = ReadonlyMap<string, ast.WindowSpecification>;

/** Both ends of a frame; undefined is UNBOUNDED PRECEDING. */
export interface BoundFrame {
  readonly unit: 'rows' | 'range';
  readonly preceding: bigint | undefined;
  readonly following: bigint;
}

/** The windows that a query names, with those that it inherits. */
export function namedWindows(query: ast.SelectQuery, outer: NamedWindows): NamedWindows {
  return query.windows.length === 0
    ? outer
    : new Map([...outer, ...query.windows.map(({ name, specification }) => [name.name, specification] as const)]);
}

/** The specification behind `OVER name`, `OVER (name …)` or `OVER (…)`. */
export function resolveWindow(
  reference: ast.WindowReference,
  named: NamedWindows,
  report: (diagnostic: Diagnostic) => void,
): ast.WindowSpecification | undefined {
  const base = reference.kind === 'window-name' ? reference.name : reference.base;
  if (base === undefined) return reference.kind === 'window' ? reference : undefined;
  const found = named.get(base.name);
  if (found === undefined) {
    report(queryMessage.unknownWindow(base.span, base.name, [...named.keys()]));
    return undefined;
  }
  // A window that refines itself would go round for ever.
  const below = resolveWindow(found, new Map([...named].filter(([name]) => name !== base.name)), report);
  if (below === undefined || reference.kind === 'window-name') return below;
  const frame = reference.frame ?? below.frame;
  return {
    kind: 'window',
    partitionBy: reference.partitionBy.length > 0 ? reference.partitionBy : below.partitionBy,
    orderBy: reference.orderBy.length > 0 ? reference.orderBy : below.orderBy,
    ...(frame === undefined ? {} : { frame }),
    span: reference.span,
  };
}

/** Whether a window's ORDER BY says no more than what is so anyway: by ROWTIME, ascending. */
export function followsRowtime(window: ast.WindowSpecification, report: (diagnostic: Diagnostic) => void): boolean {
  const other = window.orderBy.find(
    ({ expression, descending }) =>
      descending || expression.kind !== 'name' || expression.parts.at(-1)?.name !== 'ROWTIME',
  );
  if (other === undefined) return true;
  report(
    queryMessage.windowFrame(
      other.span,
      'a window is in the order of ROWTIME and of arrival',
      'leave ORDER BY out of the window',
    ),
  );
  return false;
}

/** The ends of a frame: literals, milliseconds for RANGE. */
export function bindFrame(frame: ast.WindowFrame, report: (diagnostic: Diagnostic) => void): BoundFrame | undefined {
  const start = boundOf(frame.start, frame.unit, report);
  const end = frame.end === undefined ? 0n : boundOf(frame.end, frame.unit, report);
  if (start === 'failed' || end === 'failed') return undefined;
  if (end === undefined || frame.start.kind === 'unbounded-following' || frame.end?.kind === 'unbounded-following') {
    report(
      queryMessage.windowFrame(frame.span, 'a window can not reach to the end of a stream', 'end it with CURRENT ROW'),
    );
    return undefined;
  }
  // A single bound FOLLOWING is that of a join: from the current row on.
  if (frame.end === undefined && frame.start.kind === 'following' && start !== undefined)
    return { unit: frame.unit, preceding: 0n, following: -start };
  if (start === undefined || start >= end) return { unit: frame.unit, preceding: start, following: -end };
  report(
    queryMessage.windowFrame(
      frame.span,
      'the window ends before it begins',
      'the earlier bound comes first: BETWEEN … PRECEDING AND CURRENT ROW',
    ),
  );
  return undefined;
}

// Distance of a bound before the current row: positive for PRECEDING, negative for FOLLOWING, undefined for UNBOUNDED.
function boundOf(
  bound: ast.WindowBound,
  unit: 'rows' | 'range',
  report: (diagnostic: Diagnostic) => void,
): bigint | undefined | 'failed' {
  if (bound.kind === 'current-row') return 0n;
  if (bound.kind !== 'preceding' && bound.kind !== 'following') return undefined;
  const { value } = bound;
  const wrong = (why: string, hint: string): 'failed' => {
    report(queryMessage.windowFrame(value.span, why, hint));
    return 'failed';
  };
  let distance: bigint;
  if (unit === 'rows') {
    if (value.kind !== 'number' || value.form !== 'integer')
      return wrong('ROWS needs a whole number that is not negative', 'write for instance ROWS 10 PRECEDING');
    distance = BigInt(value.text);
    if (distance > ROWS_MAX) return wrong(`a window holds at most ${ROWS_MAX} rows`, 'use a RANGE of time');
  } else {
    if (value.kind !== 'interval')
      return wrong('RANGE needs an INTERVAL literal', "write for instance RANGE INTERVAL '1' MINUTE PRECEDING");
    const interval = bindInterval(value);
    if ('severity' in interval) {
      report(interval);
      return 'failed';
    }
    if (typeof interval.value !== 'bigint')
      return wrong('months and years have no fixed length', "write the range in days, for instance INTERVAL '30' DAY");
    distance = interval.value;
    if (distance < 0n) return wrong('the range of a window is not negative', 'leave the sign out');
  }
  return bound.kind === 'preceding' ? distance : -distance;
}

const ROWS_MAX = 1_000_000_000n;

// What a set of counted values gives; the others would need the values themselves each time.
const distinctOverWindows = new Set(['COUNT', 'SUM', 'AVG', 'MIN', 'MAX']);

/** The window calls of a query, by window. */
export class WindowCalls {
  private readonly windows = new Map<
    string,
    { partition: Expression[]; frame: Frame; span: ast.FunctionCall['span'] }
  >();
  private readonly calls: { window: string; call: WindowCall; key: string }[] = [];
  private readonly named: NamedWindows;
  private readonly scope: Scope;
  private readonly above: (expression: Expression) => Expression | undefined;

  /** Arguments are bound in `scope`; `above` brings them above the groups of the query, if it has any. */
  constructor(named: NamedWindows, scope: Scope, above: (expression: Expression) => Expression | undefined) {
    this.named = named;
    this.scope = { ...scope, window: refuseWindows(scope.report, 'another window function') };
    this.above = above;
  }

  /** Binds a call; the column stands for its result until `apply` is called. */
  bind(call: ast.FunctionCall): Expression | undefined {
    const { name } = call.name;
    if (call.over === undefined) {
      this.scope.report(queryMessage.overNeeded(call.span, name));
      return undefined;
    }
    const window = this.windowOf(call.over);
    const bound = this.callOf(call);
    if (window === undefined || bound === undefined) return undefined;
    const key = `${window} ${bound.name} ${bound.ignoreNulls} ${bound.position} ${bound.fromLast} ${bound.halfLifeMs} ${[bound.argument, bound.otherwise].map((part) => (part === undefined ? '*' : expressionKey(part))).join()}`;
    let index = this.calls.findIndex((other) => other.key === key);
    if (index < 0) index = this.calls.push({ window, call: bound, key }) - 1;
    return {
      kind: 'column',
      index: WINDOW_BASE + index,
      name,
      type: bound.type,
      nullable: bound.nullable,
      span: call.span,
    };
  }

  private windowOf(over: ast.WindowReference): string | undefined {
    const { report } = this.scope;
    const specification = resolveWindow(over, this.named, report);
    if (specification === undefined) return undefined;
    if (!followsRowtime(specification, report)) return undefined;
    const partition = specification.partitionBy.map((node) => this.operand(node));
    if (partition.some((key) => key === undefined)) return undefined;
    const frame = specification.frame === undefined ? undefined : bindFrame(specification.frame, report);
    if (specification.frame !== undefined && frame === undefined) return undefined;
    if (frame !== undefined && frame.following !== 0n) {
      report(
        queryMessage.windowFrame(
          specification.frame?.span ?? over.span,
          'the window of a function ends with the current row',
          'write … PRECEDING or BETWEEN … PRECEDING AND CURRENT ROW',
        ),
      );
      return undefined;
    }
    const keys = partition.filter((key) => key !== undefined);
    const planFrame = frameOf(frame);
    const key = `${keys.map(expressionKey).join()} ${planFrame.unit} ${'preceding' in planFrame ? planFrame.preceding : ''}${'precedingMs' in planFrame ? planFrame.precedingMs : ''}`;
    if (!this.windows.has(key)) this.windows.set(key, { partition: keys, frame: planFrame, span: over.span });
    return key;
  }

  private operand(node: ast.Expression): Expression | undefined {
    const bound = bindExpression(node, this.scope);
    return bound === undefined ? undefined : this.above(bound);
  }

  private callOf(call: ast.FunctionCall): WindowCall | undefined {
    const { name } = call.name;
    const given = call.arguments.map((argument) => this.operand(argument));
    if (given.some((argument) => argument === undefined)) return undefined;
    const values = given.filter((argument) => argument !== undefined);
    if (name === 'LAG') return this.lag(call, values);
    if (name === 'NTH_VALUE') return this.nthValue(call, values);
    if (name === 'EXP_AVG') return this.expAverage(call, values);
    if (call.distinct && !distinctOverWindows.has(name)) {
      this.scope.report(queryMessage.distinctOverWindow(call.span, name));
      return undefined;
    }
    return aggregateOf(call, values.map(plain), this.scope);
  }

  private identity(call: ast.FunctionCall): Pick<AggregateIdentity, 'distinct' | 'ignoreNulls' | 'nullable' | 'span'> {
    return { distinct: false, ignoreNulls: call.nulls === 'ignore', nullable: true, span: call.span };
  }

  private lag(call: ast.FunctionCall, [value, offset, otherwise, more]: Expression[]): WindowCall | undefined {
    const position = offset === undefined ? 1n : positionOf(offset);
    if (value === undefined || more !== undefined || position === undefined || position < 0n) {
      this.scope.report(
        message.noOverload(call.span, 'LAG', typesOf([value, offset, otherwise]), [
          'LAG(x)',
          'LAG(x, n)',
          'LAG(x, n, default), n a whole number',
        ]),
      );
      return undefined;
    }
    const unified =
      otherwise === undefined ? undefined : unifyValues([value, otherwise], call.span, 'used by LAG', this.scope);
    if (otherwise !== undefined && unified === undefined) return undefined;
    const argument = plain(unified?.[0] ?? withType(value));
    const fallback = unified?.[1];
    return {
      ...this.identity(call),
      name: 'LAG',
      argument,
      position,
      type: argument.type,
      ...(fallback === undefined ? {} : { otherwise: plain(fallback) }),
    };
  }

  private nthValue(call: ast.FunctionCall, [value, which, more]: Expression[]): WindowCall | undefined {
    const position = which === undefined ? undefined : positionOf(which);
    if (value === undefined || more !== undefined || position === undefined || position < 1n) {
      this.scope.report(
        message.noOverload(call.span, 'NTH_VALUE', typesOf([value, which]), [
          'NTH_VALUE(x, n), n a whole number above zero',
        ]),
      );
      return undefined;
    }
    const argument = plain(withType(value));
    return {
      ...this.identity(call),
      name: 'NTH_VALUE',
      argument,
      position,
      fromLast: call.fromEnd === 'last',
      type: argument.type,
    };
  }

  private expAverage(call: ast.FunctionCall, [value, life, more]: Expression[]): WindowCall | undefined {
    const numeric = value !== undefined && ['exact', 'approximate', 'null'].includes(familyOf(value.type));
    const halfLifeMs =
      life?.kind === 'literal' && typeof life.value === 'bigint' && life.type.kind === 'INTERVAL' ? life.value : 0n;
    if (!numeric || more !== undefined || halfLifeMs <= 0n) {
      this.scope.report(
        message.noOverload(call.span, 'EXP_AVG', typesOf([value, life]), ["EXP_AVG(number, INTERVAL '10' SECOND)"]),
      );
      return undefined;
    }
    const type: SqlType = { kind: 'DOUBLE' };
    return {
      ...this.identity(call),
      ignoreNulls: false,
      name: 'EXP_AVG',
      argument: plain(convert(value, type, 'implicit')),
      halfLifeMs,
      type,
    };
  }

  /** The windows above `input`, one relation each, and where the results of the calls stand in the last one's columns. */
  apply(input: Relation, settle: (expression: Expression) => Expression): { relation: Relation; positions: number[] } {
    let relation = input;
    const positions: number[] = [];
    for (const [key, window] of this.windows) {
      const members = this.calls.flatMap((call, index) => (call.window === key ? [{ ...call, index }] : []));
      if (members.length === 0) continue;
      for (const [number, member] of members.entries()) positions[member.index] = relation.columns.length + number;
      const calls = members.map(({ call }) => settleCall(call, settle));
      relation = {
        kind: 'sliding-window',
        input: relation,
        id: '',
        partition: window.partition.map((part) => plain(settle(part))),
        frame: window.frame,
        calls,
        columns: [
          ...relation.columns,
          ...calls.map((call, index) => ({ name: `window${index}`, type: call.type, nullable: call.nullable })),
        ],
        span: window.span,
      };
    }
    return { relation, positions };
  }
}

function settleCall(call: WindowCall, settle: (expression: Expression) => Expression): WindowCall {
  return {
    ...call,
    ...(call.argument === undefined ? {} : { argument: plain(settle(call.argument)) }),
    ...(call.otherwise === undefined ? {} : { otherwise: plain(settle(call.otherwise)) }),
  };
}

function frameOf(frame: BoundFrame | undefined): Frame {
  if (frame?.preceding === undefined) return { unit: 'unbounded' };
  return frame.unit === 'rows'
    ? { unit: 'rows', preceding: frame.preceding }
    : { unit: 'range', precedingMs: frame.preceding };
}

function withType(value: Expression): Expression {
  return value.type.kind === 'NULL' ? convert(value, { kind: 'INTEGER' }, 'implicit') : value;
}

function positionOf(expression: Expression): bigint | undefined {
  if (expression.kind !== 'literal' || !['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'].includes(expression.type.kind))
    return undefined;
  return typeof expression.value === 'number' || typeof expression.value === 'bigint'
    ? BigInt(expression.value)
    : undefined;
}

function typesOf(expressions: readonly (Expression | undefined)[]): string {
  return expressions.flatMap((expression) => (expression === undefined ? [] : [typeText(expression.type)])).join(', ');
}
