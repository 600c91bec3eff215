// What the binder says will always fault does fault, with that code; and it says nothing of what does not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bindExpression } from '../../compiler/bind/bind.ts';
import { catalogueOf } from '../../compiler/compile.ts';
import { readLibrary } from '../../compiler/library.ts';
import { parseExpression } from '../../compiler/parse/parse.ts';
import { runTestPaths } from '../../testing/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'rowtime-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const catalogue = catalogueOf(readLibrary());

function warningsOf(sql: string): string[] {
  const parsed = parseExpression({ name: 'expression', text: sql });
  if (parsed.expression === undefined) throw new Error(`no tree for ${sql}`);
  return bindExpression(parsed.expression, [], catalogue)
    .diagnostics.filter(({ code }) => code === 'always-faults')
    .map(({ message }) => /\S+$/.exec(message)?.[0] ?? '');
}

const faulting: readonly (readonly [string, string])[] = [
  ['1 / 0', 'division-by-zero'],
  ['1.5 / 0', 'division-by-zero'],
  ['1E0 / 0.0', 'division-by-zero'],
  ["INTERVAL '1' DAY / 0", 'division-by-zero'],
  ['MOD(5, 0)', 'division-by-zero'],
  ['LN(0)', 'invalid-argument'],
  ['LOG10(-1.5)', 'invalid-argument'],
  ['SQRT(-1)', 'invalid-argument'],
  ["TRIM('xy' FROM 'a')", 'invalid-argument'],
  ["TRIM(LEADING '' FROM 'a')", 'invalid-argument'],
  ["SUBSTRING('abc', 1, -1)", 'invalid-argument'],
  ["SUBSTRING('abc' FROM 1 FOR -1)", 'invalid-argument'],
  ["OVERLAY('abc' PLACING 'x' FROM 1 FOR -1)", 'invalid-argument'],
  ["'abc' LIKE 'a' ESCAPE 'xy'", 'invalid-pattern'],
  ["CHAR_TO_DATE('yyyy-bb', '2004')", 'invalid-pattern'],
  ["CHAR_TO_TIMESTAMP('yyyy''', '2004')", 'invalid-pattern'],
  ["TIMESTAMP_TO_CHAR('j', TIMESTAMP '2004-01-01 00:00:00')", 'invalid-pattern'],
  ["CAST('x' AS INTEGER)", 'invalid-cast'],
  ["CAST('1 2' AS DECIMAL(5,2))", 'invalid-cast'],
  ["CAST('1e' AS DOUBLE)", 'invalid-cast'],
  ["CAST('2004-2-2' AS DATE)", 'invalid-cast'],
  ["CAST('21:23' AS TIME)", 'invalid-cast'],
  ["CAST('2004-02-02T10:00:00' AS TIMESTAMP)", 'invalid-cast'],
  ["CAST('yes' AS BOOLEAN)", 'invalid-cast'],
];

test.each(faulting)('%s is said to fault', (sql, fault) => expect(warningsOf(sql)).toEqual([fault]));

test('and it does', async () => {
  const path = join(folder, 'faults.test');
  writeFileSync(path, `---- expressions\n${faulting.map(([sql, fault]) => `(${sql}) faults ${fault}\n`).join('')}`);
  const printed: string[] = [];
  const result = await runTestPaths([path], { print: (text: string) => printed.push(text) });
  expect(result.failed, printed.join('\n')).toBe(0);
});

test('no case of a function that gives a value is said to fault', () => {
  const wrong = catalogue.cases.flatMap(({ text }) => {
    const place = / = (?!.* = )| ≈ /.exec(text);
    const sql = place === null ? '' : text.slice(0, place.index);
    return sql !== '' && warningsOf(sql).length > 0 ? [text] : [];
  });
  expect(wrong).toEqual([]);
});

test('blanks around a number, an exponent and unquoted letters of a pattern are no faults', () => {
  for (const sql of [
    "CAST(' 12 ' AS INTEGER)",
    "CAST('.5' AS DOUBLE)",
    "CAST('1.' AS DECIMAL(5,2))",
    "CAST('-1.5E-3' AS DOUBLE)",
    "CAST(' 21:23:34' AS TIME)",
    "CHAR_TO_TIMESTAMP('yyyy-MM-dd''T''HH:mm:ss', 'x')",
    "DATE_TO_CHAR('''o''''clock'' EEE', DATE '2004-01-01')",
    '1 / 2',
    'LN(0.5)',
  ])
    expect(warningsOf(sql), sql).toEqual([]);
});
