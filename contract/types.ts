// The SQL types: name, storage and text form, on which compiler, manifest and host agree.
import { TEXT_BYTES_MAX } from './abi.ts';

/** The exact integer types. */
export type IntegerTypeName = 'TINYINT' | 'SMALLINT' | 'INTEGER' | 'BIGINT';
/** Fields of datetimes and intervals, coarsest first. */
export type DatetimeField = 'YEAR' | 'MONTH' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND';

/** A SQL type. Nullability is a property of the column or expression, not of the type. */
export type SqlType =
  | { readonly kind: 'BOOLEAN' }
  | { readonly kind: IntegerTypeName }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'REAL' }
  | { readonly kind: 'DOUBLE' }
  | { readonly kind: 'CHAR'; readonly length: number }
  | { readonly kind: 'VARCHAR'; readonly length: number }
  | { readonly kind: 'BINARY'; readonly length: number }
  | { readonly kind: 'VARBINARY'; readonly length: number }
  | { readonly kind: 'DATE' }
  | { readonly kind: 'TIME' }
  | { readonly kind: 'TIMESTAMP' }
  | {
      readonly kind: 'INTERVAL';
      readonly start: DatetimeField;
      readonly end: DatetimeField;
      readonly precision: number;
      readonly fraction: number;
    }
  /** The type of a bare NULL before it meets another type. */
  | { readonly kind: 'NULL' };

/** Name of a type's kind. */
export type SqlTypeKind = SqlType['kind'];

/**
 * How a value lives in WebAssembly:
 * `i32` BOOLEAN (0/1), TINYINT, SMALLINT, INTEGER, DATE (days since 1970-01-01), TIME (ms of the day), year-month INTERVAL (months) ·
 * `i64` BIGINT, DECIMAL (unscaled), TIMESTAMP (ms since 1970-01-01 UTC), day-time INTERVAL (ms) ·
 * `f32` REAL · `f64` DOUBLE ·
 * `text` CHAR, VARCHAR, BINARY, VARBINARY: a packed u64, pointer in the low and byte length in the high 32 bits.
 */
export type Storage = 'i32' | 'i64' | 'f32' | 'f64' | 'text';

/** Families within which values compare and unify. */
export type TypeFamily =
  | 'boolean'
  | 'exact'
  | 'approximate'
  | 'character'
  | 'binary'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'interval-day-time'
  | 'interval-year-month'
  | 'null';

const integerDigits: Record<IntegerTypeName, number> = { TINYINT: 3, SMALLINT: 5, INTEGER: 10, BIGINT: 19 };

/** Decimal digits that an integer type may need. */
export function integerPrecision(kind: IntegerTypeName): number {
  return integerDigits[kind];
}

/** True for TINYINT, SMALLINT, INTEGER and BIGINT. */
export function isIntegerType(type: SqlType): type is { readonly kind: IntegerTypeName } {
  return type.kind in integerDigits;
}

/** True for an interval of years and months. */
export function isYearMonth(type: SqlType): boolean {
  return type.kind === 'INTERVAL' && (type.start === 'YEAR' || type.start === 'MONTH');
}

/** The family of a type. */
export function familyOf(type: SqlType): TypeFamily {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'boolean';
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'DECIMAL':
      return 'exact';
    case 'REAL':
    case 'DOUBLE':
      return 'approximate';
    case 'CHAR':
    case 'VARCHAR':
      return 'character';
    case 'BINARY':
    case 'VARBINARY':
      return 'binary';
    case 'DATE':
      return 'date';
    case 'TIME':
      return 'time';
    case 'TIMESTAMP':
      return 'timestamp';
    case 'INTERVAL':
      return isYearMonth(type) ? 'interval-year-month' : 'interval-day-time';
    case 'NULL':
      return 'null';
  }
}

/** How values of a type are stored. */
export function storageOf(type: SqlType): Storage {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
    case 'NULL':
      return 'i32';
    case 'BIGINT':
    case 'DECIMAL':
    case 'TIMESTAMP':
      return 'i64';
    case 'INTERVAL':
      return isYearMonth(type) ? 'i32' : 'i64';
    case 'REAL':
      return 'f32';
    case 'DOUBLE':
      return 'f64';
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return 'text';
  }
}

/** The SQL spelling of a type, e.g. `VARCHAR(4)`, `DECIMAL(5,2)`, `INTERVAL DAY TO SECOND`. */
export function typeText(type: SqlType): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return `${type.kind}(${type.length})`;
    case 'INTERVAL':
      return `INTERVAL ${type.start}${type.end === type.start ? '' : ` TO ${type.end}`}`;
    default:
      return type.kind;
  }
}

/** True when both types are the same, parameters included. */
export function sameType(left: SqlType, right: SqlType): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Type names that stand for one type; two words are parted by one blank. */
export const plainTypeNames: Readonly<Record<string, SqlType>> = {
  BOOLEAN: { kind: 'BOOLEAN' },
  TINYINT: { kind: 'TINYINT' },
  SMALLINT: { kind: 'SMALLINT' },
  INTEGER: { kind: 'INTEGER' },
  INT: { kind: 'INTEGER' },
  BIGINT: { kind: 'BIGINT' },
  REAL: { kind: 'REAL' },
  DOUBLE: { kind: 'DOUBLE' },
  'DOUBLE PRECISION': { kind: 'DOUBLE' },
  FLOAT: { kind: 'DOUBLE' },
  DATE: { kind: 'DATE' },
  TIME: { kind: 'TIME' },
  TIMESTAMP: { kind: 'TIMESTAMP' },
};

/** Type names that take a length. */
export const sizedTypeNames: Readonly<Record<string, 'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY'>> = {
  CHAR: 'CHAR',
  CHARACTER: 'CHAR',
  VARCHAR: 'VARCHAR',
  'CHARACTER VARYING': 'VARCHAR',
  'CHAR VARYING': 'VARCHAR',
  BINARY: 'BINARY',
  VARBINARY: 'VARBINARY',
  'BINARY VARYING': 'VARBINARY',
};

/** The length of a type that is written without one: the most for the varying kinds (applications write a bare VARCHAR), else 1. */
export function lengthWhenOmitted(kind: 'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY'): number {
  return kind === 'VARCHAR' || kind === 'VARBINARY' ? TEXT_BYTES_MAX : 1;
}

/** Type names that take a precision and a scale. */
export const decimalTypeNames: readonly string[] = ['DECIMAL', 'DEC', 'NUMERIC'];

const character = 'VARCHAR(n)';
const binary = 'VARBINARY(n)';
const decimal = 'DECIMAL(p, s)';

// What other systems call types that have another name here.
const typesElsewhere: Readonly<Record<string, string>> = {
  ...{ STRING: character, TEXT: character, VARCHAR2: character, NVARCHAR: character, NVARCHAR2: character },
  ...{ NCHAR: character, CLOB: character, JSON: character, UUID: character, ARRAY: character },
  ...{ BYTES: binary, BLOB: binary, BYTEA: binary },
  ...{ NUMBER: decimal, MONEY: decimal, BIGDECIMAL: decimal },
  ...{ LONG: 'BIGINT', INT8: 'BIGINT', INT64: 'BIGINT', UINT64: 'BIGINT', BIGINTEGER: 'BIGINT', INT32: 'INTEGER' },
  ...{ 'BIGINT UNSIGNED': 'BIGINT', 'INTEGER UNSIGNED': 'BIGINT' },
  ...{ FLOAT8: 'DOUBLE', FLOAT64: 'DOUBLE' },
  ...{ DATETIME: 'TIMESTAMP', TIMESTAMPTZ: 'TIMESTAMP', TIMESTAMP_LTZ: 'TIMESTAMP' },
  ...{ 'TIMESTAMP WITHOUT TIME ZONE': 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP' },
  ...{ BOOL: 'BOOLEAN', BIT: 'BOOLEAN' },
};

/** What to write for a type of another system, in upper case; undefined for a name that is not known from there. */
export function typeInstead(name: string): string | undefined {
  return Object.hasOwn(typesElsewhere, name) ? typesElsewhere[name] : undefined;
}

/** A column of a stream or table as everyone sees it. */
export interface Column {
  /** Stored name, case as stored. */
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

/** Bits of the integer types. */
export const integerBits: Partial<Record<SqlType['kind'], number>> = {
  TINYINT: 8,
  SMALLINT: 16,
  INTEGER: 32,
  BIGINT: 64,
};
