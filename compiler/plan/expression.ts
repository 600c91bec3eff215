// Bound expressions: resolved and typed. Every node carries type, nullability and the span of its SQL.
import type { DatetimeField, SqlType } from '../../contract/types.ts';
import type { Span } from '../source.ts';

interface Typed {
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly span: Span;
}

/**
 * A literal's value by storage: i32 → number (BOOLEAN 0/1) · i64 → bigint · f32, f64 → number · text → string
 * (BINARY: bytes as a string of code units 0…255). `null` is NULL.
 */
export type LiteralValue = number | bigint | string | null;

/** What gives a value. */
export type Expression =
  | Literal
  | ColumnReference
  | RowtimeReference
  | ContextValue
  | Arithmetic
  | Negate
  | Comparison
  | Logical
  | Not
  | IsTest
  | DistinctFrom
  | Case
  | Coalesce
  | Cast
  | Call
  | Subquery;

/** A constant. */
export interface Literal extends Typed {
  readonly kind: 'literal';
  readonly value: LiteralValue;
  /** What the value was made from, where that decides it and is shorter, such as a pattern: it stands for the value in print and in identity. */
  readonly origin?: string;
}
/** A column of the relation below, by position. */
export interface ColumnReference extends Typed {
  readonly kind: 'column';
  readonly index: number;
  readonly name: string;
}
/** ROWTIME of the row of the relation below. TIMESTAMP, never null. */
export interface RowtimeReference extends Typed {
  readonly kind: 'rowtime';
}
/** The clock of the current record or bound, or the application's start (SEMANTICS 1). CURRENT_DATE etc. are casts of it. */
export interface ContextValue extends Typed {
  readonly kind: 'context';
  readonly name: 'row-clock' | 'start';
}

/**
 * `+ - * /` over operands that the binder has already cast: both of the result's type, except
 * DECIMAL (each with its own scale; the result's scale is in `type`) and datetime/interval forms:
 *   datetime ± interval, interval ± interval, datetime − datetime (result INTERVAL), interval * number, number * interval, interval / number.
 */
export interface Arithmetic extends Typed {
  readonly kind: 'arithmetic';
  readonly operator: '+' | '-' | '*' | '/';
  readonly left: Expression;
  readonly right: Expression;
}
/** Unary minus. */
export interface Negate extends Typed {
  readonly kind: 'negate';
  readonly operand: Expression;
}
/** Operands have the same type (the binder inserted casts; DECIMALs have the same scale). CHAR compares blank-padded. */
export interface Comparison extends Typed {
  readonly kind: 'comparison';
  readonly operator: '=' | '<>' | '<' | '>' | '<=' | '>=';
  readonly left: Expression;
  readonly right: Expression;
}
/** Two or more operands, left to right, stopping as soon as the result is known. */
export interface Logical extends Typed {
  readonly kind: 'and' | 'or';
  readonly operands: readonly Expression[];
}
/** NOT with three values. */
export interface Not extends Typed {
  readonly kind: 'not';
  readonly operand: Expression;
}
/** IS [NOT] NULL, TRUE, FALSE or UNKNOWN. */
export interface IsTest extends Typed {
  readonly kind: 'is';
  readonly test: 'null' | 'true' | 'false' | 'unknown';
  readonly negated: boolean;
  readonly operand: Expression;
}
/** Null-safe comparison; operands of the same type. `negated`: IS NOT DISTINCT FROM. */
export interface DistinctFrom extends Typed {
  readonly kind: 'distinct-from';
  readonly negated: boolean;
  readonly left: Expression;
  readonly right: Expression;
}
/** Searched CASE; branches and `otherwise` have the node's type. Simple CASE, NULLIF, BETWEEN, IN are bound to this, comparisons and AND/OR. */
export interface Case extends Typed {
  readonly kind: 'case';
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression;
}
/** The first operand that is not NULL. */
export interface Coalesce extends Typed {
  readonly kind: 'coalesce';
  readonly operands: readonly Expression[];
}
/**
 * A conversion to `type`. `mode`: `explicit` CAST, `implicit` (numeric widening for operands),
 * `assignment` (INSERT: numbers round, longer text is cut, shorter CHAR is padded).
 */
export interface Cast extends Typed {
  readonly kind: 'cast';
  readonly mode: 'explicit' | 'implicit' | 'assignment';
  readonly operand: Expression;
}
/** A call of a catalogue function. Arguments already have the parameters' types. Type parameters of the result are the binder's. */
export interface Call extends Typed {
  readonly kind: 'call';
  readonly function: FunctionSignature;
  readonly arguments: readonly Expression[];
}

/**
 * A question to a derived table. The rows asked are those whose columns equal the arguments of `keys` and for which `predicate`, over the
 * arguments and then the table's columns, is TRUE.
 * Law: `exists`: TRUE when there is a row. `in`: whether one of them has the arguments of `members` in its columns, with three values: NULL
 * when none has, but one would if some NULL were a value. `value`: the column of the only row, `otherwise` without one; a second row
 * is a fault.
 */
export interface Subquery extends Typed {
  readonly kind: 'subquery';
  readonly form: 'exists' | 'in' | 'value';
  readonly table: string;
  readonly arguments: readonly Expression[];
  readonly keys: readonly TablePair[];
  readonly predicate?: Expression;
  readonly members: readonly TablePair[];
  readonly column: number;
  readonly otherwise?: Expression;
}

/** An argument of a question to a table, and the column that it is compared with; both have one type. */
export interface TablePair {
  readonly argument: number;
  readonly column: number;
}

/** One `@sql` line of the library: read out of assembly/functions by bind/functions.ts. */
export interface FunctionSignature {
  /** SQL name, upper case. */
  readonly name: string;
  /** Parameter type kinds as declared; a length or scale is the argument's own. */
  readonly parameters: readonly FunctionParameter[];
  readonly result: FunctionParameter;
  /** Name of the AssemblyScript function, e.g. `left`. */
  readonly implementation: string;
  /** Module below assembly/, e.g. `functions/string`. */
  readonly module: string;
  readonly nulls: 'propagate' | 'may-return' | 'accepts';
  readonly volatile: boolean;
  /** Word codes of faults that it can raise; empty when it can not fail. */
  readonly faults: readonly string[];
  /** It never fails, not even for want of memory. */
  readonly total?: boolean;
  readonly documentation: string;
}

/** A parameter or result of a catalogue function. */
export interface FunctionParameter {
  readonly kind: SqlType['kind'];
  /** For a keyword parameter such as the unit of FLOOR(x TO unit): passed as the number of DatetimeField. */
  readonly field?: boolean;
  /** A DECIMAL's scale travels as an extra i32 argument right after the value. */
  readonly scale?: boolean;
  /** A literal is required (patterns, formats). */
  readonly constant?: boolean;
}

/** Numbers of datetime fields as library functions take them: YEAR 0 … SECOND 5. */
export const datetimeFieldNumber: Record<DatetimeField, number> = {
  YEAR: 0,
  MONTH: 1,
  DAY: 2,
  HOUR: 3,
  MINUTE: 4,
  SECOND: 5,
};

/** A literal without the value that its origin stands for; anything else as it is. For texts that equal expressions share. */
export function briefly(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('origin' in value)) return value;
  return { ...value, value: undefined };
}
