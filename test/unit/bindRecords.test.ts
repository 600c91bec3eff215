// Records and patterns in the binder: fields by their places in joins and sorts, and what a pattern's program does to identity.
import { expect, test } from 'vitest';
import type { InputBinding } from '../../contract/binding.ts';
import { bind } from '../../compiler/bind/bind.ts';
import { programId } from '../../compiler/bind/identify.ts';
import { catalogueOf } from '../../compiler/compile.ts';
import { readLibrary } from '../../compiler/library.ts';
import { parseScript } from '../../compiler/parse/parse.ts';
import type { Plan } from '../../compiler/plan/plan.ts';
import { printPlan } from '../../compiler/plan/print.ts';
import { verifyPlan } from '../../compiler/plan/verify.ts';

const line = { name: 'LINE', type: { kind: 'VARCHAR', length: 100 }, nullable: true } as const;
const inputs: readonly InputBinding[] = ['S', 'T'].map((stream) => ({
  stream,
  format: { kind: 'json', rowPath: '$' },
  columns: [{ ...line }],
}));

function planOf(query: string): Plan {
  const text = `CREATE STREAM "OUT" (a VARCHAR(20), b VARCHAR(20)); CREATE PUMP "P" AS INSERT INTO "OUT" ${query};`;
  const parsed = parseScript({ name: 'app.sql', text });
  const catalogue = catalogueOf(readLibrary());
  const { plan, diagnostics } = bind(parsed.script, {
    inputs,
    references: [],
    catalogue,
    keyGroups: 8,
    seed: 1n,
    text,
  });
  if (plan === undefined) throw new Error(JSON.stringify([parsed.diagnostics, diagnostics]));
  verifyPlan(plan);
  return plan;
}

const record = (stream: string, pattern: string): string =>
  `(SELECT STREAM REGEX_LOG_PARSE(line, '${pattern}') AS r FROM ${stream})`;

test('fields of both sides of a join', () => {
  const plan = planOf(`SELECT STREAM x.r.COLUMN1, y.r.COLUMN2
    FROM ${record('S', '(a)=(b)')} OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS x
    JOIN ${record('T', '(c)=(d)')} AS y ON x.r.COLUMN2 = y.r.COLUMN1`);
  const printed = printPlan(plan);
  // The left side has two columns and its ROWTIME: the right one's fields follow at 3.
  expect(printed).toContain('project CAST(#0:R.COLUMN1 AS VARCHAR(20)), CAST(#4:R.COLUMN2 AS VARCHAR(20))');
});

test('a record goes through ORDER BY and DISTINCT of a derived table', () => {
  const sorted = planOf(
    `SELECT STREAM t.r.COLUMN1, t.r.COLUMN2 FROM (SELECT STREAM line, REGEX_LOG_PARSE(line, '(a)=(b)') AS r FROM S ORDER BY S.ROWTIME) AS t`,
  );
  expect(printPlan(sorted)).toContain('CAST(#1:R.COLUMN1 AS VARCHAR(20)), CAST(#2:R.COLUMN2 AS VARCHAR(20))');
  const distinct = planOf(
    `SELECT STREAM t.r.COLUMN1, t.r.COLUMN2 FROM (SELECT STREAM DISTINCT FLOOR(S.ROWTIME TO MINUTE) AS m, REGEX_LOG_PARSE(line, '(a)=(b)') AS r FROM S) AS t`,
  );
  expect(printPlan(distinct)).toContain('CAST(#1:R.COLUMN1 AS VARCHAR(20)), CAST(#2:R.COLUMN2 AS VARCHAR(20))');
});

test('the pattern, not its program, is what a plan says and is known by', () => {
  const query = (pattern: string): string => `SELECT STREAM SUBSTRING(line FROM '${pattern}'), 'x' FROM S`;
  const plan = planOf(query('a+b'));
  expect(printPlan(plan)).toContain("SEARCH 'a+b'");
  expect(programId(plan)).toBe(programId(planOf(query('a+b'))));
  expect(programId(plan)).not.toBe(programId(planOf(query('a+c'))));
  expect(programId(planOf(`SELECT STREAM CAST(line SIMILAR TO 'a+b' AS VARCHAR(9)), 'x' FROM S`))).not.toBe(
    programId(planOf(`SELECT STREAM CAST(line SIMILAR TO 'a+b' ESCAPE '+' AS VARCHAR(9)), 'x' FROM S`)),
  );
});
