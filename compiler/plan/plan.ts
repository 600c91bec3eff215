// The plan: what will happen. Relations are trees below a pump; pumps connect streams.
import type { InputBinding, OutputBinding, ReferenceBinding } from '../../contract/binding.ts';
import type { Column, SqlType } from '../../contract/types.ts';
import type { Span } from '../source.ts';
import type { Expression } from './expression.ts';

/** A whole application. */
export interface Plan {
  readonly inputs: readonly InputBinding[];
  readonly outputs: readonly OutputBinding[];
  /** Inputs first (in the order of `inputs`), then created streams in script order, error_stream last. */
  readonly streams: readonly Stream[];
  /** In script order, the parts of a pump before it; stopped pumps are left out. */
  readonly pumps: readonly Pump[];
  /** Reference tables that the application knows. */
  readonly tables: readonly ReferenceTable[];
  /** Tables that the program computes, what they are made of before them. */
  readonly derived: readonly DerivedTable[];
  readonly keyGroups: number;
  readonly seed: bigint;
  /** Bounds cross `AS ROWTIME` and T-sort (SEMANTICS 7). */
  readonly promotedIdle: boolean;
}

/** A reference table: loaded as a whole, replaced as a whole (SEMANTICS 22). */
export interface ReferenceTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly binding: ReferenceBinding;
}

/**
 * A table that the program computes: what a finite query gives (VALUES, queries over tables only).
 * Law: its rows are those that enter the stream which `fills` it when the streams with the rows of its sources are gone through, in the
 * order of the pumps; then `combine`, `distinct` and `order` in that order. It is computed anew when a reference table below it is
 * replaced, once all of those hold a content; one that rests on none is computed when the program starts.
 */
export interface DerivedTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Rows that another table has, or has not, stay (NULL equals NULL). */
  readonly combine?: { readonly keep: 'common' | 'other'; readonly table: string };
  /** Of equal rows the first stays (NULL equals NULL). */
  readonly distinct: boolean;
  readonly order: readonly SortKey[];
  readonly span: Span;
}

/** The metadata columns that every input stream has behind its mapped columns (all nullable, `SELECT *` leaves them out). */
export const metadataColumns: readonly Column[] = [
  { name: 'APPROXIMATE_ARRIVAL_TIME', type: { kind: 'TIMESTAMP' }, nullable: true },
  { name: 'PARTITION_KEY', type: { kind: 'VARCHAR', length: 256 }, nullable: true },
  { name: 'SEQUENCE_NUMBER', type: { kind: 'VARCHAR', length: 128 }, nullable: true },
  { name: 'SHARD_ID', type: { kind: 'VARCHAR', length: 64 }, nullable: true },
];

/** The columns of error_stream (KDA-SQL 6.8). */
export const errorStreamColumns: readonly Column[] = [
  { name: 'ERROR_TIME', type: { kind: 'TIMESTAMP' }, nullable: true },
  { name: 'ERROR_LEVEL', type: { kind: 'VARCHAR', length: 10 }, nullable: true },
  { name: 'ERROR_NAME', type: { kind: 'VARCHAR', length: 32 }, nullable: true },
  { name: 'MESSAGE', type: { kind: 'VARCHAR', length: 4096 }, nullable: true },
  { name: 'DATA_ROWTIME', type: { kind: 'TIMESTAMP' }, nullable: true },
  { name: 'DATA_ROW', type: { kind: 'VARCHAR', length: 49152 }, nullable: true },
  { name: 'PUMP_NAME', type: { kind: 'VARCHAR', length: 128 }, nullable: true },
];

/** An in-application stream. */
export interface Stream {
  /** `hidden`: made by the binder between the parts of one pump; no output and no other pump sees it. */
  readonly kind: 'input' | 'created' | 'error' | 'hidden';
  readonly name: string;
  /** Declared or mapped columns; for an input, followed by `metadataColumns`. */
  readonly columns: readonly Column[];
  /**
   * A hidden stream that holds the rows of a table, or one row without columns for ''. It is gone through when a derived table is
   * computed from it, otherwise once, when the application begins.
   */
  readonly rowsOf?: string;
  /** A hidden stream whose rows become those of a derived table. */
  readonly fills?: string;
  readonly span: Span;
}

/** A running INSERT … SELECT, or a part of one that feeds a hidden stream. */
export interface Pump {
  /** Unique; a part's name is its pump's with a number behind it. */
  readonly name: string;
  /** The user's pump that this is a part of. */
  readonly partOf?: string;
  /** Stored name of the target stream. */
  readonly target: string;
  /**
   * Rows whose columns are exactly the target's, already cast for assignment. A promoted ROWTIME is in the topmost Project.
   * A part may have a Sort or TimeSort above that Project: rows then enter the hidden stream in that order.
   */
  readonly query: Relation;
  readonly span: Span;
}

/** What gives rows inside a pump: a chain over one scan. What has two inputs reads a hidden stream in which both meet. */
export type Relation = StreamScan | Filter | Project | StatefulRelation;

/** Relations with state, and hence with an operator id. */
export type StatefulRelation =
  | TumbleAggregate
  | StaggerAggregate
  | SlidingWindow
  | Distinct
  | Join
  | Lookup
  | TableFunction
  | Sort
  | TimeSort;

interface RelationBase {
  /** Columns of the rows that come out. */
  readonly columns: readonly Column[];
  readonly span: Span;
}

interface StatefulBase extends RelationBase {
  readonly input: Relation;
  /** Operator id (SEMANTICS 17) as 16 hex digits. */
  readonly id: string;
}

/** Reads an in-application stream; its columns are the stream's (metadata included for inputs). */
export interface StreamScan extends RelationBase {
  readonly kind: 'stream-scan';
  readonly stream: string;
}

/** Rows for which the predicate is TRUE. */
export interface Filter extends RelationBase {
  readonly kind: 'filter';
  readonly input: Relation;
  readonly predicate: Expression;
}

/** One output column per expression. `rowtime` promotes: it replaces the row's ROWTIME (SEMANTICS: late rows to error_stream). */
export interface Project extends RelationBase {
  readonly kind: 'project';
  readonly input: Relation;
  readonly expressions: readonly Expression[];
  readonly rowtime?: Expression;
}

/**
 * Which key ends a batch of rows, and how: a `time` key is a function of ROWTIME alone (its expression contains no column), so bounds
 * end it; a `value` key ends only on a row. `closedEnd`: CEIL and ROWTIME itself, whose windows include their end.
 */
export interface Closing {
  readonly key: number;
  readonly kind: 'time' | 'value';
  readonly closedEnd: boolean;
}

/**
 * Tumbling GROUP BY. Output columns: all keys, then all aggregates; output ROWTIME by `closing`.
 * Law: a group is complete, and leaves, when the value of its monotonic key for the current row or bound differs from its own;
 * groups of one emission leave in the order of their first row.
 */
export interface TumbleAggregate extends StatefulBase {
  readonly kind: 'tumble-aggregate';
  readonly keys: readonly Expression[];
  readonly closing: Closing;
  readonly aggregates: readonly AggregateCall[];
}

/**
 * WINDOWED BY STAGGER. Output columns: all keys, then all aggregates.
 * Law: the window of a key opens with its first row at t and holds rows below t + range; it leaves, with ROWTIME t + range, when a
 * row or bound reaches that; windows that leave together do so in the order in which they opened.
 */
export interface StaggerAggregate extends StatefulBase {
  readonly kind: 'stagger-aggregate';
  readonly keys: readonly Expression[];
  readonly rangeMs: bigint;
  readonly aggregates: readonly AggregateCall[];
}

/** Rows of a window, the current one included: all, `preceding` more rows, or those at most `precedingMs` older (inclusive). */
export type Frame =
  | { readonly unit: 'unbounded' }
  | { readonly unit: 'rows'; readonly preceding: bigint }
  | { readonly unit: 'range'; readonly precedingMs: bigint };

/**
 * Functions OVER one window. Output columns: the input's, then one per call.
 * Law: each row leaves at once, with its own ROWTIME, and sees the rows of its partition that came before it (equal ROWTIMEs too,
 * never later ones) as far as the frame reaches, and itself.
 */
export interface SlidingWindow extends StatefulBase {
  readonly kind: 'sliding-window';
  readonly partition: readonly Expression[];
  readonly frame: Frame;
  readonly calls: readonly WindowCall[];
}

/**
 * SELECT DISTINCT: the first row of each combination of `keys` passes at once.
 * Law: what was seen is forgotten when the monotonic key takes another value. `keys` are columns of the input but for the closing one.
 */
export interface Distinct extends StatefulBase {
  readonly kind: 'distinct';
  readonly keys: readonly Expression[];
  readonly closing: Closing;
}

/** How long rows of a join's side can still meet later rows of the other side (a bound that is reached is inside). */
export type Retention =
  | { readonly unit: 'range'; readonly milliseconds: bigint }
  | { readonly unit: 'rows'; readonly count: bigint };

/** One side of a join. */
export interface JoinSide {
  /** Columns of this side. The last one is its ROWTIME. */
  readonly columns: number;
  /** Expressions over the join's columns of this side that must equal the other side's, one by one. */
  readonly keys: readonly Expression[];
  readonly retention: Retention;
  /** Rows without a match leave all the same, once none can come any more. */
  readonly preserved: boolean;
}

/**
 * Join of the two kinds of rows that a hidden stream holds: left columns, right columns, and last an INTEGER that is 0 for a left row
 * and 1 for a right one. Output columns: left, then right (nullable where the other side is preserved).
 * Law: a row meets those rows of the other side that came before it and are retained, in the order of their arrival, where keys are
 * equal and `predicate` is TRUE; ROWTIME is the later of the two. A row of a preserved side that met none leaves when it is no longer
 * retained, with the ROWTIME at which that is so (t + range).
 */
export interface Join extends StatefulBase {
  readonly kind: 'join';
  readonly left: JoinSide;
  readonly right: JoinSide;
  /** Over the output columns. */
  readonly predicate?: Expression;
}

/**
 * Join with a reference table. Output columns: the input's, then the table's (nullable for `left`).
 * Law: a row meets the rows that the table holds when it comes, in the table's order; ROWTIME stays the row's.
 */
export interface Lookup extends StatefulBase {
  readonly kind: 'lookup';
  readonly table: string;
  readonly type: 'inner' | 'left';
  /** Expressions over the input, and the table's column that each must equal. */
  readonly keys: readonly { readonly expression: Expression; readonly column: number }[];
  /** Over the output columns. */
  readonly predicate?: Expression;
}

/** Table functions (KDA-SQL 4.9) with their constant arguments. */
export type TableFunctionName =
  | 'RANDOM_CUT_FOREST'
  | 'RANDOM_CUT_FOREST_WITH_EXPLANATION'
  | 'HOTSPOTS'
  | 'TOP_K_ITEMS_TUMBLING'
  | 'COUNT_DISTINCT_ITEMS_TUMBLING'
  | 'GROUP_RANK';

/** TABLE(function(CURSOR(…), …)). Output columns: for row functions the input's and then the function's, otherwise the function's. */
export interface TableFunction extends StatefulBase {
  readonly kind: 'table-function';
  readonly name: TableFunctionName;
  readonly options: Readonly<Record<string, number | boolean | string>>;
  /** Positions of the input's columns that the function reads. */
  readonly reads: readonly number[];
}

/** One key of a sort: a column of the rows, NULLs first when ascending and last when descending unless said otherwise. */
export interface SortKey {
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/**
 * Streaming ORDER BY; stands above the Project of a part.
 * Law: rows wait while the closing key keeps its value, then leave sorted by all keys, equal ones in the order of arrival; a row's
 * ROWTIME is the highest that has left so far, its own included.
 */
export interface Sort extends StatefulBase {
  readonly kind: 'sort';
  readonly keys: readonly SortKey[];
  /**
   * A time key's expression is over ROWTIME; a value key is the first of `keys`; `emission`: rows come from groups that leave
   * together, with one ROWTIME, and leave as soon as those are all there.
   */
  readonly closing:
    | { readonly kind: 'time'; readonly expression: Expression; readonly closedEnd: boolean }
    | { readonly kind: 'value' }
    | { readonly kind: 'emission' };
}

/**
 * T-sort, ORDER BY t WITHIN INTERVAL; stands above the Project of a part.
 * Law: with H the highest t so far, a row leaves, in the order of t (then of `keys`, then of arrival) and with t as its ROWTIME, as
 * soon as t + within <= H; a row that comes with t + within < H is late.
 */
export interface TimeSort extends StatefulBase {
  readonly kind: 'time-sort';
  /** Column with t. */
  readonly time: number;
  readonly withinMs: bigint;
  readonly keys: readonly SortKey[];
}

/** Names of the aggregates. */
export type AggregateName =
  | 'COUNT'
  | 'SUM'
  | 'AVG'
  | 'MIN'
  | 'MAX'
  | 'STDDEV_POP'
  | 'STDDEV_SAMP'
  | 'VAR_POP'
  | 'VAR_SAMP'
  | 'FIRST_VALUE'
  | 'LAST_VALUE'
  | 'ANY'
  | 'EVERY';

/** Functions that exist over a window only. */
export type WindowFunctionName = 'LAG' | 'NTH_VALUE' | 'EXP_AVG';

/** One aggregate of an aggregation. */
export interface AggregateCall<Name = AggregateName> {
  readonly name: Name;
  /** undefined for COUNT(*). VAR/STDDEV/EXP_AVG arguments are cast to DOUBLE by the binder. */
  readonly argument?: Expression;
  readonly distinct: boolean;
  /** FIRST_VALUE, LAST_VALUE, LAG, NTH_VALUE. */
  readonly ignoreNulls: boolean;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly span: Span;
}

/** One function OVER a window. */
export interface WindowCall extends AggregateCall<AggregateName | WindowFunctionName> {
  /** LAG: rows back (0 is the current one); NTH_VALUE: position from 1. */
  readonly position?: bigint;
  /** NTH_VALUE: counts from the window's last row. */
  readonly fromLast?: boolean;
  /** LAG: the value, of the call's type, where the window does not reach that far. */
  readonly otherwise?: Expression;
  /** EXP_AVG. */
  readonly halfLifeMs?: bigint;
}
