// rowtime explain in words: what each pump does, and what it holds in memory.
import { expect, test } from 'vitest';
import { compile } from '../../compiler/compile.ts';
import { explainInWords } from '../../compiler/explain/words.ts';

const columns = [
  { name: 'K', type: { kind: 'VARCHAR', length: 4 }, nullable: true },
  { name: 'V', type: { kind: 'DOUBLE' }, nullable: true },
  { name: 'T', type: { kind: 'TIMESTAMP' }, nullable: true },
] as const;

async function words(select: string, target: string, promotedIdle = false): Promise<string> {
  const sql = `CREATE STREAM O (${target}); CREATE PUMP P AS INSERT INTO O ${select};`;
  const { boundPlan, diagnostics } = await compile(
    { name: 'x.sql', text: sql },
    { inputs: [{ stream: 'S', format: { kind: 'json', rowPath: '$' }, columns }], stage: 'plan', promotedIdle },
  );
  if (boundPlan === undefined) throw new Error(JSON.stringify(diagnostics));
  return explainInWords(boundPlan, sql);
}

test('a tumbling aggregate: what groups, what closes, what is held', async () => {
  const text = await words(
    "SELECT STREAM K, AVG(V) FROM S WHERE V > 1 GROUP BY K, STEP(S.ROWTIME BY INTERVAL '10' SECOND)",
    'k VARCHAR(4), a DOUBLE',
  );
  expect(text).toContain('keeps rows where V > 1\n');
  expect(text).toContain(
    "groups rows by K and computes AVG(V); a group leaves when STEP(S.ROWTIME BY INTERVAL '10' SECOND)",
  );
  expect(text).toContain('only the groups of the open window are held');
});

test('a join: its sides, its condition, what each side keeps', async () => {
  const text = await words(
    "SELECT STREAM a.K, b.V FROM S OVER (RANGE INTERVAL '90' SECOND PRECEDING) AS a LEFT JOIN S AS b ON a.K = b.K AND a.V < b.V",
    'k VARCHAR(4), v DOUBLE',
  );
  expect(text).toContain('joins 1 and 2 (left), where a.K = b.K and a.V < b.V');
  expect(text).toContain('1 keeps the rows of 90 seconds, 2 keeps the rows of its present ROWTIME');
});

test('state without a bound is called so', async () => {
  const text = await words(
    'SELECT STREAM K, SUM(V) OVER (PARTITION BY K ROWS UNBOUNDED PRECEDING) FROM S',
    'k VARCHAR(4), v DOUBLE',
  );
  expect(text).toContain('UNBOUNDED, as partitions are never forgotten');
});

test('promoted time says what its windows wait for (SEMANTICS 7)', async () => {
  for (const select of [
    'SELECT STREAM T AS ROWTIME, K FROM S',
    "SELECT STREAM T AS ROWTIME, K FROM S ORDER BY T WITHIN INTERVAL '1' SECOND",
  ]) {
    expect(await words(select, 'k VARCHAR(4)')).toContain('time alone does not close them without --promoted-idle');
    expect(await words(select, 'k VARCHAR(4)', true)).toContain('by the clock of a silent live input');
  }
});
