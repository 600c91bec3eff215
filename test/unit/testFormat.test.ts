// The format of test files: what is read, what is refused, how values compare.
import { describe, expect, test } from 'vitest';
import { compareOutputs } from '../../testing/compare.ts';
import { encodeRow } from '../../testing/drive.ts';
import { readRows } from '../../testing/output.ts';
import { testsOfPage } from '../../testing/page.ts';
import { parseTestFile } from '../../testing/parseTest.ts';
import { renameIdentifiers, tokensOf } from '../../testing/sqlText.ts';
import { parseClock } from '../../testing/timeline.ts';
import { parseColumns, parseType } from '../../testing/types.ts';
import { matches, parseValue, parseValues, plainDecimal } from '../../testing/values.ts';

const noFile = (name: string): string => {
  throw new Error(`no file ${name}`);
};

const sample = `# a comment
-- A title in SQL.
CREATE STREAM "OUT" (n INTEGER);
/*
==== not a case
*/
---- input S (ticker VARCHAR(4), "price" DOUBLE)
---- option key-groups 4
---- timeline
10:00:01  S <- 'AM''ZN', 10.0  -- a comment
          S [partition='k', arrival='09:59:58'] <- {"ticker":"-- none"}
          S <-raw \\x00\\\\x
10:00:02.5 OUT @10:00:10 ~> 1
          OUT ~> 2
          OUT -> {"N":3}
          error_stream -> division-by-zero "P" 'x'
          only A "b c"
          advance
          end
==== second
SELECT
---- diagnostics
unknown-column 7:14 "prise" 'did you mean "price"?'
*
---- expressions
with x INTEGER = 5, s VARCHAR(10) = NULL
x = 5 = TRUE
(1 = 1) = TRUE : BOOLEAN
CAST('x' AS INTEGER) faults invalid-cast
'faults ' || s = NULL  -- = 3
EXP(1) ≈ 2.718
'a' + 1 rejected
`;

describe('parseTestFile', () => {
  const { cases, problems } = parseTestFile('f.test', sample, noFile);
  const [first, second] = cases;
  test('cases', () => {
    expect(problems).toEqual([]);
    expect(cases.map((found) => found.title)).toEqual(['A title in SQL.', 'second']);
    expect(first?.sql.split('\n')[0]).toBe('-- A title in SQL.');
    expect(first?.options.get('key-groups')).toBe('4');
    expect(first?.inputs[0]?.columns.map((column) => [column.name, column.mapping])).toEqual([
      ['TICKER', '$.ticker'],
      ['price', '$.price'],
    ]);
  });
  test('timeline', () => {
    const events = first?.timeline?.events.filter((event) => event.kind !== 'tick') ?? [];
    expect(events.map((event) => event.kind)).toEqual(['row', 'raw', 'raw', 'advance', 'end']);
    expect(events[0]?.kind === 'row' && events[0].values[0]).toEqual({ kind: 'text', text: "AM'ZN" });
    expect(events[1]?.kind === 'raw' && events[1].metadata).toEqual({
      partitionKey: 'k',
      arrival: parseClock('09:59:58'),
    });
    expect(events[2]?.kind === 'raw' && [...events[2].bytes]).toEqual([0, 92, 120]);
    const expected = first?.timeline?.expected ?? [];
    expect(expected.map((row) => row.content.kind)).toEqual(['values', 'values', 'json', 'error']);
    expect(expected[0]?.group).toBe(expected[1]?.group);
    expect(expected[2]?.group).toBeUndefined();
    expect(expected[3]?.content).toEqual({ kind: 'error', code: 'division-by-zero', pump: 'P', part: 'x' });
    expect(first?.timeline?.only).toEqual(['A', 'b c']);
  });
  test('diagnostics and expressions', () => {
    expect(second?.diagnostics).toMatchObject([
      { code: 'unknown-column', place: { line: 7, column: 14 }, text: 'prise', part: 'did you mean "price"?' },
      { code: '*' },
    ]);
    expect(second?.expressions?.map((found) => [found.sql, found.outcome.kind])).toEqual([
      ['x = 5', 'value'],
      ['(1 = 1)', 'value'],
      ["CAST('x' AS INTEGER)", 'faults'],
      ["'faults ' || s", 'value'],
      ['EXP(1)', 'value'],
      ["'a' + 1", 'rejected'],
    ]);
    expect(second?.expressions?.[0]?.variables.map((variable) => variable.name)).toEqual(['X', 'S']);
  });
  test('what is wrong has a place', () => {
    const bad =
      'x\n---- timeline\n10:00:02 S <- 1\n10:00:01 S <- 1\n  S <- nothing\n  S !! 1\n---- nonsense\n---- option nothing 1\n';
    expect(parseTestFile('f.test', bad, noFile).problems.map((problem) => problem.line)).toEqual([7, 4, 5, 6, 8]);
  });
});

describe('values', () => {
  const actual = (kind: 'number' | 'text' | 'boolean' | 'null', text: string): { kind: typeof kind; text: string } => ({
    kind,
    text,
  });
  test('compare by type', () => {
    expect(matches(parseValue('1.50'), actual('number', '1.5'), parseType('DECIMAL(5,2)'))).toBe(true);
    expect(matches(parseValue('9007199254740993'), actual('number', '9007199254740992'), parseType('BIGINT'))).toBe(
      false,
    );
    expect(matches(parseValue('0.1'), actual('number', '0.1'), parseType('REAL'))).toBe(true);
    expect(
      matches(parseValue("'2000-01-01 10:00:00'"), actual('text', '2000-01-01 10:00:00.000'), parseType('TIMESTAMP')),
    ).toBe(true);
    expect(matches(parseValue('≈0.33±0.01'), actual('number', '0.339'), parseType('DOUBLE'))).toBe(true);
    expect(matches(parseValue('≈0.3333'), actual('number', '0.3334'), parseType('DOUBLE'))).toBe(false);
    expect(matches(parseValue('UNKNOWN'), actual('null', ''), parseType('BOOLEAN'))).toBe(true);
    expect(matches(parseValue("'1'"), actual('number', '1'), parseType('INTEGER'))).toBe(false);
    expect(plainDecimal('-0.00')).toBe('0');
    expect(plainDecimal('12e-3')).toBe('0.012');
  });
  test('records', () => {
    const columns = parseColumns('a INTEGER, b VARCHAR(9), c BOOLEAN');
    const values = parseValues("1, 'x,\"y', NULL");
    expect(encodeRow(values, { stream: 'S', format: { kind: 'json', rowPath: '$' }, columns })).toBe(
      '{"a":1,"b":"x,\\"y","c":null}',
    );
    expect(
      encodeRow(values, { stream: 'S', format: { kind: 'csv', columnDelimiter: ',', rowDelimiter: '\n' }, columns }),
    ).toBe('1,"x,""y",\n');
    expect(() =>
      encodeRow(parseValues("1, X'00', NULL, 2"), { stream: 'S', format: { kind: 'json', rowPath: '$' }, columns }),
    ).toThrow('4 values');
  });
});

describe('output', () => {
  const lines =
    '{"ROWTIME":"2000-01-01 10:00:10.000","A":1,"B":"x,\\"}"}\n{"ROWTIME":"2000-01-01 10:00:11.000","A":null,"B":null}\n';
  test('rows', () => {
    const rows = readRows('OUT', 3, new TextEncoder().encode(lines), '');
    expect(rows[0]).toMatchObject({ rowtime: '2000-01-01 10:00:10.000', json: '{"A":1,"B":"x,\\"}"}', event: 3 });
    expect(rows[0]?.members.map((member) => member.value.text)).toEqual(['1', 'x,"}']);
  });
  test('comparison', () => {
    const rows = readRows('OUT', 1, new TextEncoder().encode(lines), '');
    const columns = parseColumns('A INTEGER, B VARCHAR(9)');
    const run = (text: string): string[] => {
      const { cases } = parseTestFile('f', `x\n---- timeline\n10:00:01 S <- 1\n${text}\n`, noFile);
      const timeline = cases[0]?.timeline;
      return compareOutputs(
        {
          way: '',
          events: timeline?.events ?? [],
          expected: timeline?.expected ?? [],
          compared: ['OUT'],
          streams: new Map([['OUT', columns]]),
          moments: true,
          caseLine: 1,
        },
        rows,
      ).map((failure) => failure.message);
    };
    expect(run(`OUT -> 1, 'x,"}'\nOUT -> NULL, NULL`)).toEqual([]);
    expect(run(`OUT ~> NULL, NULL\nOUT ~> ?, ?`)).toEqual([]);
    expect(run(`OUT -> NULL, NULL\nOUT -> ?, ?`)).toEqual(['OUT: another row came']);
    expect(run(`OUT @10:00:10 -> {"A":1,"B":"x,\\"}"}`)).toEqual(["OUT: 1 row came that isn't written"]);
    expect(run(`OUT -> ?, ?\nOUT -> ?, ?\nOUT -> ?, ?`)).toEqual(["OUT: this row didn't come"]);
    expect(run(`10:00:02 OUT -> ?, ?\nOUT -> ?, ?`)).toEqual(['OUT: the row came at another moment']);
  });
});

test('tokens join to the text, and names are renamed outside strings and comments', () => {
  const sql = `SELECT s."a b", 'it''s S', .5 -- S\nFROM s /* S */ // S\n`;
  expect(
    tokensOf(sql)
      .map((token) => token.text)
      .join(''),
  ).toBe(sql);
  expect(renameIdentifiers(sql, (name) => (name === 'S' ? '"S~1"' : undefined))).toBe(
    `SELECT "S~1"."a b", 'it''s S', .5 -- S\nFROM "S~1" /* S */ // S\n`,
  );
});

test("the ```sql blocks of a page are cases with the page's line numbers, named by the heading above", () => {
  const page =
    '# One\n\ntext\n```sql\n---- expressions\n1 = 1\n```\n```\n# no heading\n```\n## Two\n```sql\n---- expressions\n2 = 2\n```\n';
  expect(testsOfPage(page).split('\n')).toHaveLength(page.split('\n').length);
  const { cases, problems } = parseTestFile('page.md', testsOfPage(page), noFile);
  expect(problems).toEqual([]);
  expect(cases.map(({ title, line, expressions }) => [title, line, expressions?.length])).toEqual([
    ['One', 4, 1],
    ['Two', 12, 1],
  ]);
});

test('an application without code takes the SQL of the case', () => {
  const files: Record<string, string> = { 'app.json': '{"ApplicationName":"a","Inputs":[]}', 'app.sql': '-- SQL' };
  const read = (name: string): string => files[name] ?? '';
  for (const sections of [
    '---- include app.sql\n---- application app.json',
    '---- application app.json\n---- include app.sql',
  ])
    expect(parseTestFile('t.test', sections, read).cases.map(({ sql }) => sql)).toEqual(['-- SQL']);
});

test('definitions and schemas are refused as the command line refuses them', () => {
  const problemsOf = (line: string, content: string): string[] =>
    parseTestFile('x.test', `CREATE STREAM A (n INTEGER);\n${line}\n`, () => content).problems.map(
      ({ message }) => message,
    );
  const column = { Name: 'n', SqlType: 'NUMBER' };
  const schema = { RecordFormat: { RecordFormatType: 'JSON' }, RecordColumns: [column] };
  const definition = { ApplicationCode: 'x', Inputs: [{ NamePrefix: 'S', InputSchema: schema }] };
  expect(problemsOf('---- application a.json', JSON.stringify(definition)).join()).toContain(
    '$.Inputs[0].InputSchema.RecordColumns[0].SqlType: "NUMBER" is not a type of a column',
  );
  expect(problemsOf('---- input S s.json', JSON.stringify(schema)).join()).toContain(
    '$.RecordColumns[0].SqlType: "NUMBER"',
  );
  expect(problemsOf('---- input S s.json', '{').join()).not.toBe('');
});
