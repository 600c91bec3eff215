// What names mean in one SELECT: the relation in FROM with its columns, ROWTIME, and what an aggregate does here.
import type { Column } from '../../contract/types.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import { misplacedAggregate } from '../diagnose/messages.ts';
import { misplacedWindow } from '../diagnose/queryMessages.ts';
import type { ColumnName, Expression as AstExpression, FunctionCall, Identifier } from '../parse/ast.ts';
import { briefly, type Expression } from '../plan/expression.ts';
import type { Relation } from '../plan/plan.ts';
import { rewriteExpression } from '../plan/rewrite.ts';
import type { Catalogue } from './functions.ts';
import type { QueryContext } from './query.ts';
import type { ScopeRecord } from './records.ts';
import type { Span } from '../source.ts';
import type { UserFunction } from './userFunctions.ts';

/** A relation of FROM: a stretch of the columns of all of FROM. */
export interface ScopeRelation {
  readonly alias: string | undefined;
  /** The named window over which it is read, when it has no alias of its own. */
  readonly windowName?: string;
  readonly columns: readonly Column[];
  /** Columns that `*` gives; those behind are metadata. */
  readonly visible: number;
  /** Position of the first column. */
  readonly offset: number;
  /**
   * What `alias.ROWTIME` is: 'row' for that of the row itself, 'column' for a reference table, where it is a name like others, or the
   * column in which a join keeps it.
   */
  readonly rowtime: 'row' | 'column' | Expression;
  /** Records among what it gives; their fields are columns behind the visible ones. */
  readonly records?: readonly ScopeRecord[];
}

/** All of FROM. */
export interface FromScope {
  /** In the order in which they are written. */
  readonly relations: readonly ScopeRelation[];
  /** All columns, in the order of their positions. */
  readonly columns: readonly Column[];
  /** Each column in terms of ROWTIME and the columns of the stream or aggregate far below; undefined where it has no such form. */
  readonly origins: readonly (Expression | undefined)[];
  /** Columns known to grow with ROWTIME though they are not functions of it. */
  readonly growing: ReadonlySet<number>;
  /** Columns that USING or NATURAL made one, by name. */
  readonly merged: ReadonlyMap<string, Expression>;
}

/** An alias of a select list, with its item. */
export interface ListAlias {
  readonly alias: Identifier;
  readonly expression: AstExpression;
}

/** Everything that binding an expression needs. */
export interface Scope {
  readonly relations: readonly ScopeRelation[];
  readonly catalogue: Catalogue;
  readonly report: (diagnostic: Diagnostic) => void;
  /** Binds an aggregate call, or reports that none may stand here. */
  readonly aggregate: (call: FunctionCall) => Expression | undefined;
  /** Binds a call with OVER, or one that exists over a window only; undefined: none may stand here. */
  readonly window?: (call: FunctionCall) => Expression | undefined;
  /** Columns that USING or NATURAL made one, by name. */
  readonly merged?: ReadonlyMap<string, Expression>;
  /** Functions that the script created, by name. */
  readonly functions?: ReadonlyMap<string, readonly UserFunction[]>;
  /** CREATE FUNCTION parameters and other names that are no columns. */
  readonly names?: ReadonlyMap<string, Expression>;
  /** The query, which a subquery is a part of; undefined where none may stand. */
  readonly query?: QueryContext;
  /** Aliases of the query's own select list, for what is said where one is read as a column. */
  readonly aliases?: readonly ListAlias[];
  /** Where texts often stand, beside an operator and in CASE: one in double quotes may be meant. */
  readonly compared?: boolean;
  /** Names of the query around this one may stand here. */
  readonly correlates?: boolean;
}

/**
 * The relations that a name before a dot means; without one, all. Where no relation has that name, a window may stand for the one that
 * is read over it, as in the service's guide (`JOIN TradeStream OVER t ON t.id = …`).
 */
export function relationsCalled(
  name: string | undefined,
  relations: readonly ScopeRelation[],
): readonly ScopeRelation[] {
  if (name === undefined) return relations;
  const called = relations.filter((relation) => relation.alias === name);
  if (called.length > 0) return called;
  const windowed = relations.filter((relation) => relation.windowName === name);
  return windowed.length === 1 ? windowed : [];
}

/** What a place does with aggregates that may not stand in it. */
export function refuseAggregates(report: (diagnostic: Diagnostic) => void, where: string): Scope['aggregate'] {
  return (call) => {
    report(misplacedAggregate(call.span, call.name.name, where));
    return undefined;
  };
}

/** What a place does with window functions that may not stand in it. */
export function refuseWindows(report: (diagnostic: Diagnostic) => void, where: string): NonNullable<Scope['window']> {
  return (call) => {
    report(misplacedWindow(call.span, call.name.name, where));
    return undefined;
  };
}

/** A column by its position. */
export function columnAt(columns: readonly Column[], index: number, span: Span): Expression {
  const column = columns[index];
  if (column === undefined) throw new Error(`invariant: no column ${index}`);
  return { kind: 'column', index, name: column.name, type: column.type, nullable: column.nullable, span };
}

/** The same expression where the columns stand `by` further on. */
export function shiftColumns(expression: Expression, by: number): Expression {
  return by === 0
    ? expression
    : rewriteExpression(expression, (node) => (node.kind === 'column' ? { ...node, index: node.index + by } : node));
}

/** ROWTIME as the binder sees it: qualified ones belong to the input row also above an aggregate. */
export function rowtimeNode(name: ColumnName): Expression {
  const node: Expression & { qualified?: boolean } = {
    kind: 'rowtime',
    type: { kind: 'TIMESTAMP' },
    nullable: false,
    span: name.span,
  };
  return name.parts.length > 1 ? ({ ...node, qualified: true } as Expression) : node;
}

/** True for `s.ROWTIME`. */
export function isQualifiedRowtime(node: Expression): boolean {
  return node.kind === 'rowtime' && 'qualified' in node;
}

/** MONOTONIC(x): x itself, marked with the promise that it only grows or only falls. */
export function promiseMonotonic(expression: Expression): Expression {
  const node: Expression & { promised: boolean } = { ...expression, promised: true };
  return node;
}

/** True for an expression that MONOTONIC promised. */
export function isPromised(node: Expression): boolean {
  return 'promised' in node;
}

/** Drops the binder's own marks. */
export function plain(expression: Expression): Expression {
  return rewriteExpression(expression, (node) => {
    if (!('qualified' in node) && !isPromised(node)) return node;
    const copy: Expression & { qualified?: unknown; promised?: unknown } = { ...node };
    delete copy.qualified;
    delete copy.promised;
    return copy;
  });
}

const unimportant = new Set(['span', 'qualified', 'promised', 'documentation']);

/** A text that equal expressions (or relations) share: places and marks aside. */
export function expressionKey(expression: Expression | Relation): string {
  return JSON.stringify(expression, (name, value: unknown) =>
    unimportant.has(name) ? undefined : typeof value === 'bigint' ? `${value}n` : briefly(value),
  );
}
