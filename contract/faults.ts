// The faults by name: the word code in error_stream.ERROR_NAME and its sentence. Checked against abi.ts by a test.
import * as abi from './abi.ts';

/** Name of the stream of data errors, which every application has. */
export const errorStream = 'error_stream';

/** What the error stream says of one kind of data error. */
export interface FaultText {
  readonly code: number;
  /** Word code, as it appears in ERROR_NAME and in `.test` files. */
  readonly name: string;
  /** One sentence without place and value; both are appended. */
  readonly message: string;
}

/** Every fault that a program can report, in the order of its number. */
export const faultTexts: readonly FaultText[] = [
  { code: abi.FAULT_INVALID_RECORD, name: 'invalid-record', message: 'the record is not valid in its format' },
  { code: abi.FAULT_RECORD_TOO_LONG, name: 'record-too-long', message: 'the record is longer than the limit' },
  { code: abi.FAULT_RECORD_TOO_DEEP, name: 'record-too-deep', message: 'the record is nested deeper than the limit' },
  { code: abi.FAULT_INVALID_UTF8, name: 'invalid-utf8', message: 'the record is not valid UTF-8' },
  { code: abi.FAULT_COERCION, name: 'coercion-failed', message: 'a value does not fit the type of its column' },
  { code: abi.FAULT_ROW_PATH, name: 'invalid-row-path', message: 'the record row path does not lead to a row' },
  { code: abi.FAULT_NUMERIC_OVERFLOW, name: 'numeric-overflow', message: 'a number is out of the range of its type' },
  { code: abi.FAULT_DIVISION_BY_ZERO, name: 'division-by-zero', message: 'division by zero' },
  { code: abi.FAULT_INVALID_CAST, name: 'invalid-cast', message: 'the value can not be converted' },
  { code: abi.FAULT_INVALID_ARGUMENT, name: 'invalid-argument', message: 'a function does not accept this argument' },
  { code: abi.FAULT_DATETIME_OVERFLOW, name: 'datetime-overflow', message: 'a datetime is out of range' },
  { code: abi.FAULT_INVALID_PATTERN, name: 'invalid-pattern', message: 'the pattern is not valid' },
  { code: abi.FAULT_NOT_NULL, name: 'null-not-allowed', message: 'a NOT NULL column got NULL' },
  { code: abi.FAULT_LATE_ROW, name: 'late-row', message: 'the row is older than the clock of its stream' },
  { code: abi.FAULT_INVALID_ROWTIME, name: 'invalid-rowtime', message: 'the time field is missing or is not a time' },
  { code: abi.FAULT_TEXT_TOO_LONG, name: 'text-too-long', message: 'a text is longer than the limit' },
  {
    code: abi.FAULT_SCRATCH_LIMIT,
    name: 'row-too-large',
    message: 'working on the row needs more memory than the limit',
  },
  {
    code: abi.FAULT_SEVERAL_ROWS,
    name: 'several-rows',
    message: 'a subquery in the place of a value gives several rows',
  },
];
