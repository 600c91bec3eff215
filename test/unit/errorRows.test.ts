// The columns of error_stream (KDA-SQL 6.8, DECISIONS 25), which `.test` files compare by code, pump and message alone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runApplication } from '../../library/runApplication.ts';

const folder = mkdtempSync(join(tmpdir(), 'rowtime-errors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text = ''): string => {
  const path = join(folder, name);
  if (text !== '') writeFileSync(path, text);
  return path;
};
const records = [
  '{"v":0,"t":"2000-01-01 10:00:00","k":"7"}',
  '{"v":1,"t":"2000-01-01 10:00:01","k":"abc"}',
  '{"v":"x","t":"2000-01-01 10:00:02","k":"7"}',
];

test('an error row says when, what, where, and holds the row in hex', { timeout: 60_000 }, async () => {
  const errors = file('errors.jsonl');
  await runApplication({
    application: file(
      'app.sql',
      'CREATE STREAM "OUT" (v INTEGER);\nCREATE PUMP "P" AS INSERT INTO "OUT" SELECT STREAM 10 / "v" + CAST("k" AS INTEGER) FROM S;',
    ),
    sources: [`S=${file('in.jsonl', `${records.join('\n')}\n`)}?time=t`],
    schemas: ['S=("v" INTEGER, "t" TIMESTAMP, "k" VARCHAR(8))'],
    sinks: [`OUT=${file('out.jsonl')}`, `error_stream=${errors}`],
    cache: false,
  });
  const rows = readFileSync(errors, 'utf8').trim().split('\n');
  const found = rows.map((row) => JSON.parse(row) as Record<string, string | null>);
  const hex = (text: string): string => Buffer.from(text).toString('hex');
  expect(found).toEqual([
    {
      ERROR_TIME: '2000-01-01 10:00:00.000',
      ERROR_LEVEL: 'WARN',
      ERROR_NAME: 'division-by-zero',
      MESSAGE: 'division by zero (pump "P", line 2, column 52)',
      DATA_ROWTIME: '2000-01-01 10:00:00.000',
      DATA_ROW: hex('{"v":0,"k":"7"}'),
      PUMP_NAME: 'P',
    },
    {
      ERROR_TIME: '2000-01-01 10:00:01.000',
      ERROR_LEVEL: 'WARN',
      ERROR_NAME: 'invalid-cast',
      MESSAGE: `the value can not be converted: 'abc' (pump "P", line 2, column 52)`,
      DATA_ROWTIME: '2000-01-01 10:00:01.000',
      DATA_ROW: hex('{"v":1,"k":"abc"}'),
      PUMP_NAME: 'P',
    },
    {
      ERROR_TIME: '2000-01-01 10:00:01.000',
      ERROR_LEVEL: 'WARN',
      ERROR_NAME: 'coercion-failed',
      MESSAGE: `a value does not fit the type of its column: 'x' (stream "S", column "v")`,
      DATA_ROWTIME: null,
      DATA_ROW: hex(records[2] ?? ''),
      PUMP_NAME: null,
    },
  ]);
});
