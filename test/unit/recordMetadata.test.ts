// Metadata of records where the source is a file, which has none.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runApplication } from '../../library/runApplication.ts';

const folder = mkdtempSync(join(tmpdir(), 'rowtime-metadata-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(items: string): Promise<{ rows: string[]; notices: string[] }> {
  const [application, input, output] = ['app.sql', 'in.jsonl', 'out.jsonl'].map((name) => join(folder, name));
  if (application === undefined || input === undefined || output === undefined) throw new Error('no paths');
  writeFileSync(
    application,
    `CREATE STREAM "OUT" (a TIMESTAMP, v VARCHAR(20)); CREATE PUMP "P" AS INSERT INTO "OUT" SELECT STREAM ${items} FROM S;`,
  );
  writeFileSync(input, '{"t":1000,"v":"x"}\n{"t":3000,"v":"y"}\n{"t":2000,"v":"z"}\n');
  const notices: string[] = [];
  await runApplication({
    application,
    sources: [`S=${input}?time=t`],
    schemas: ['S=("t" BIGINT, v VARCHAR(4))'],
    sinks: [`OUT=${output}`],
    cache: false,
    onNotice: (text) => notices.push(text.replaceAll(folder, '')),
  });
  return { rows: readFileSync(output, 'utf8').trim().split('\n'), notices };
}

test('rows of a replay arrive at their ROWTIME', { timeout: 60_000 }, async () => {
  const { rows, notices } = await run('S.APPROXIMATE_ARRIVAL_TIME, CAST(S.ROWTIME AS VARCHAR(20))');
  expect(rows).toEqual([
    '{"A":"1970-01-01 00:00:01.000","V":"1970-01-01 00:00:01"}',
    '{"A":"1970-01-01 00:00:03.000","V":"1970-01-01 00:00:03"}',
    '{"A":"1970-01-01 00:00:03.000","V":"1970-01-01 00:00:03"}',
  ]);
  expect(notices).toEqual([]);
});

test('what the records of a source do not have is NULL, and said', { timeout: 60_000 }, async () => {
  const { rows, notices } = await run('S.ROWTIME, COALESCE(SHARD_ID, SEQUENCE_NUMBER, v)');
  expect(rows.map((row) => (JSON.parse(row) as { V: string }).V)).toEqual(['x', 'y', 'z']);
  expect(notices).toEqual(['SEQUENCE_NUMBER, SHARD_ID of S is NULL: records of /in.jsonl?time=t have none']);
});
