// The plan: what will happen. Relations are trees below a pump; pumps connect streams.
import type { InputBinding, OutputBinding } from '../../contract/binding.ts';
import type { Column, SqlType } from '../../contract/types.ts';
import type { Span } from '../source.ts';
import type { Expression } from './expression.ts';

/** A whole application. */
export interface Plan {
  readonly inputs: readonly InputBinding[];
  readonly outputs: readonly OutputBinding[];
  /** Inputs first (in the order of `inputs`), then created streams in script order, error_stream last. */
  readonly streams: readonly Stream[];
  /** In script order; stopped pumps are left out. */
  readonly pumps: readonly Pump[];
  readonly keyGroups: number;
  readonly seed: bigint;
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
  readonly kind: 'input' | 'created' | 'error';
  readonly name: string;
  /** Declared or mapped columns; for an input, followed by `metadataColumns`. */
  readonly columns: readonly Column[];
  readonly span: Span;
}

/** A running INSERT … SELECT. */
export interface Pump {
  readonly name: string;
  /** Stored name of the target stream. */
  readonly target: string;
  /** Rows whose columns are exactly the target's, already cast for assignment. A promoted ROWTIME is in the topmost Project. */
  readonly query: Relation;
  readonly span: Span;
}

/** What gives rows inside a pump. */
export type Relation = StreamScan | Filter | Project | TumbleAggregate;

interface RelationBase {
  /** Columns of the rows that come out. */
  readonly columns: readonly Column[];
  readonly span: Span;
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
 * Tumbling GROUP BY. Output columns: all keys, then all aggregates; output ROWTIME by `closing`.
 * Law: a group is complete, and leaves, when the value of its monotonic key for the current row or bound differs from its own;
 * groups of one emission leave in the order of their first row.
 */
export interface TumbleAggregate extends RelationBase {
  readonly kind: 'tumble-aggregate';
  readonly input: Relation;
  /** Operator id (SEMANTICS 17) as 16 hex digits. */
  readonly id: string;
  readonly keys: readonly Expression[];
  /**
   * Which key closes, and how: a `time` key is a function of ROWTIME alone (its expression contains no column), so bounds close it;
   * a `value` key closes only on a row. `closedEnd`: CEIL and ROWTIME itself, whose windows include their end.
   */
  readonly closing: { readonly key: number; readonly kind: 'time' | 'value'; readonly closedEnd: boolean };
  readonly aggregates: readonly AggregateCall[];
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

/** One aggregate of an aggregation. */
export interface AggregateCall {
  readonly name: AggregateName;
  /** undefined for COUNT(*). VAR/STDDEV arguments are cast to DOUBLE by the binder. */
  readonly argument?: Expression;
  readonly distinct: boolean;
  /** FIRST_VALUE, LAST_VALUE. */
  readonly ignoreNulls: boolean;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly span: Span;
}
