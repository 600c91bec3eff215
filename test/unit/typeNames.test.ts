// A type means the same in `--schema`, in a `.test` file and in CREATE STREAM, its length when none is written included.
import { expect, test } from 'vitest';
import { typeOf } from '../../compiler/bind/types.ts';
import { parseScript } from '../../compiler/parse/parse.ts';
import { parseSqlType } from '../../runtime/schema.ts';
import { parseType } from '../../testing/types.ts';

const texts = {
  VARCHAR: { kind: 'VARCHAR', length: 65535 },
  'CHARACTER VARYING': { kind: 'VARCHAR', length: 65535 },
  VARBINARY: { kind: 'VARBINARY', length: 65535 },
  CHAR: { kind: 'CHAR', length: 1 },
  'VARCHAR(4)': { kind: 'VARCHAR', length: 4 },
  INT: { kind: 'INTEGER' },
  FLOAT: { kind: 'DOUBLE' },
  'DOUBLE PRECISION': { kind: 'DOUBLE' },
  NUMERIC: { kind: 'DECIMAL', precision: 18, scale: 0 },
  'DECIMAL(5,2)': { kind: 'DECIMAL', precision: 5, scale: 2 },
};

test.each(Object.entries(texts))('%s', (text, type) => {
  const [statement] = parseScript({ name: 'types.sql', text: `CREATE STREAM s (a ${text})` }).script.statements;
  const column = statement?.kind === 'create-stream' ? statement.columns[0] : undefined;
  expect(column && typeOf(column.type)).toEqual(type);
  expect(parseSqlType(text)).toEqual(type);
  expect(parseType(text)).toEqual(type);
});
