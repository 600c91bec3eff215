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

test("a fault of a group's result holds the group's keys", { timeout: 60_000 }, async () => {
  const errors = file('groups.jsonl');
  const sum = 'SELECT STREAM SUM("v") FROM S';
  const pump = (name: string, query: string): string =>
    `CREATE STREAM "${name}" (v INTEGER);\nCREATE PUMP "${name}_P" AS INSERT INTO "${name}" ${query};\n`;
  const minute = `STEP(S.ROWTIME BY INTERVAL '1' MINUTE)`;
  await runApplication({
    application: file(
      'groups.sql',
      pump('ONE', `${sum} GROUP BY "k", ${minute}`) +
        pump('NONE', `${sum} GROUP BY ${minute}`) +
        pump('MANY', `${sum} GROUP BY "k", "d", UPPER("k"), "x", "r", "b", "t", "n", ${minute}`) +
        pump('STAGGERED', `${sum} WINDOWED BY STAGGER (PARTITION BY "b", "n" RANGE INTERVAL '1' MINUTE)`),
    ),
    sources: [
      `S=${file('groups.in.jsonl', `${'{"v":2147483647,"t":"2000-01-01 10:00:00","k":"a\\"\u00e9","d":1.5,"x":0.1,"r":-2.5,"b":true}\n'.repeat(2)}{"v":2147483647,"t":"2000-01-01 10:00:01"}\n{"v":1,"t":"2000-01-01 10:00:01"}\n`)}?time=t`,
    ],
    schemas: [
      'S=("v" INTEGER, "t" TIMESTAMP, "k" VARCHAR(8), "d" DECIMAL(5, 2), "x" DOUBLE, "r" REAL, "b" BOOLEAN, "n" BIGINT)',
    ],
    sinks: [`error_stream=${errors}`],
    cache: false,
  });
  const found = readFileSync(errors, 'utf8')
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as Record<string, string>)
    .map((row) => `${row.PUMP_NAME} ${Buffer.from(row.DATA_ROW ?? '', 'hex').toString()}`);
  expect(found.toSorted()).toEqual([
    'MANY_P {"k":"a\\"é","d":1.50,"UPPER(\\"k\\")":"A\\"É","x":0.1,"r":-2.5,"b":true,"t":"2000-01-01 10:00:00.000","n":null}',
    'MANY_P {"k":null,"d":null,"UPPER(\\"k\\")":null,"x":null,"r":null,"b":null,"t":"2000-01-01 10:00:01.000","n":null}',
    'NONE_P {}',
    'ONE_P {"k":"a\\"é"}',
    'ONE_P {"k":null}',
    'STAGGERED_P {"b":null,"n":null}',
    'STAGGERED_P {"b":true,"n":null}',
  ]);
});
