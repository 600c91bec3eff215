// Bindings: how an input's bytes become columns and an output's columns become bytes (SEMANTICS 15).
// They are compile inputs and stand in the manifest.
import type { Column } from './types.ts';

/** A column of an input stream with the place of its value in the record. */
export interface MappedColumn extends Column {
  /** JSON path of the service's subset (`$.a.b`, `$.a[0:].b`); for CSV the column's position counts instead. */
  readonly mapping?: string;
}

/** The text format of records. */
export type RecordFormat =
  | { readonly kind: 'json' /** `$` or a path to an object or array of rows. */; readonly rowPath: string }
  | { readonly kind: 'csv'; readonly columnDelimiter: string; readonly rowDelimiter: string };

/** Which value becomes ROWTIME in a replay (SEMANTICS 3, 4). */
export interface TimeField {
  /** JSON path (json) or column name (csv). */
  readonly path: string;
  readonly unit: 'ms' | 's';
}

/** How an input stream is read. */
export interface InputBinding {
  /** Stored name of the in-application stream. */
  readonly stream: string;
  readonly format: RecordFormat;
  readonly columns: readonly MappedColumn[];
  /** JSON in raw batches is documents over any number of lines, or one array of them (SEMANTICS 28); otherwise a record is a line. */
  readonly documents?: boolean;
  /** Set for a replay; otherwise ROWTIME is the clock of the record. */
  readonly time?: TimeField;
  /** Member names of the expected JSON layout in order, where a sample gave them; else the order of `columns`. */
  readonly layout?: readonly string[];
}

/** How an in-application stream is written. */
export interface OutputBinding {
  readonly stream: string;
  readonly format: 'json' | 'csv';
  /** Adds the row's ROWTIME as first column. */
  readonly rowtime: boolean;
}

/** A reference table known at compile time. */
export interface ReferenceBinding {
  readonly table: string;
  readonly format: RecordFormat;
  readonly columns: readonly MappedColumn[];
}
