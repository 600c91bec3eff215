// What the binder's tests share: a small library of functions and an input's columns.
import type { Column } from '../../contract/types.ts';
import { readCatalogue } from '../../compiler/bind/functions.ts';

/** A declaration with its implementation, as in assembly/functions. */
export const declare = (sql: string, implementation: string, tags = ''): string =>
  `/**\n * What it does.\n * @sql ${sql}\n${tags === '' ? '' : ` * ${tags}\n`} */\nexport function ${implementation} { return 0; }\n`;

const library = [
  declare('floor(TIMESTAMP, FIELD) -> TIMESTAMP', 'floorTimestamp(a: i64, unit: i32): i64'),
  declare('floor(INTERVAL, FIELD) -> INTERVAL', 'floorInterval(a: i64, unit: i32): i64'),
  declare('floor(DECIMAL) -> DECIMAL(18, 0)', 'floorDecimal(a: i64, scale: i32): i64'),
  declare('floor(DOUBLE) -> DOUBLE', 'floorDouble(a: f64): f64'),
  declare('ceil(TIMESTAMP, FIELD) -> TIMESTAMP', 'ceilTimestamp(a: i64, unit: i32): i64'),
  declare('step(TIMESTAMP, INTERVAL) -> TIMESTAMP', 'stepTimestamp(a: i64, b: i64): i64'),
  declare('step(INTEGER, INTEGER) -> INTEGER', 'stepInteger(a: i32, b: i32): i32'),
  declare('extract(FIELD, TIMESTAMP) -> BIGINT', 'extract(unit: i32, a: i64): i64'),
  declare(
    'substring(VARCHAR, INTEGER, INTEGER) -> VARCHAR',
    'substring(a: Text, p: i32, n: i32): Text',
    '@nulls may-return',
  ),
  declare('substring_from(VARCHAR, INTEGER) -> VARCHAR', 'substringFrom(a: Text, p: i32): u64'),
  declare('concat_operator(VARCHAR, VARCHAR) -> VARCHAR', 'concat(a: Text, b: Text): Text'),
  declare('like(VARCHAR, VARCHAR) -> BOOLEAN', 'like(a: Text, b: Text): bool'),
  declare('upper(VARCHAR) -> VARCHAR', 'upper(a: Text): Text'),
  declare('trim_both(VARCHAR, VARCHAR) -> VARCHAR', 'trimBoth(a: Text, c: Text): Text'),
  declare('unix_timestamp(TIMESTAMP) -> BIGINT', 'unixTimestamp(a: i64): i64'),
  declare(
    'timestamp_to_char(VARCHAR, TIMESTAMP) -> VARCHAR',
    'toChar(a: Text, an: bool, b: i64, bn: bool): Text',
    '@nulls accepts',
  ),
].join('');
/** Its catalogue. */
export const catalogue = readCatalogue(new Map([['functions/sample', library]]));

/** The columns of the input of those tests. */
export const columns: readonly Column[] = [
  { name: 'TICKER', type: { kind: 'VARCHAR', length: 4 }, nullable: true },
  { name: 'price', type: { kind: 'DOUBLE' }, nullable: true },
  { name: 'N', type: { kind: 'INTEGER' }, nullable: true },
  { name: 'D', type: { kind: 'DECIMAL', precision: 5, scale: 2 }, nullable: true },
  { name: 'EVENT_TIME', type: { kind: 'TIMESTAMP' }, nullable: true },
  { name: 'F', type: { kind: 'CHAR', length: 5 }, nullable: true },
];
