// The parser: grammar examples, the forms of real applications, round trips through the printer, errors, and texts that are no SQL at all.
import { readFileSync } from 'node:fs';
import { grammar } from 'ohm-js';
import { describe, expect, it } from 'vitest';
import { suggest } from '../../contract/suggest.ts';
import type { Expression, Script } from '../../compiler/parse/ast.ts';
import { parseExpression, parseScript } from '../../compiler/parse/parse.ts';
import { printExpression, printScript } from '../../compiler/parse/print.ts';
import { Random } from '../simulate/choices.ts';
import { generateProgram, programText } from '../simulate/generate.ts';

const grammarText = readFileSync(new URL('../../compiler/parse/sql.ohm', import.meta.url), 'utf8');

const script = (text: string) => parseScript({ name: 'app.sql', text });
const expression = (text: string) => parseExpression({ name: 'app.sql', text });
/** A tree without places. */
const bare = (tree: unknown): unknown =>
  JSON.parse(JSON.stringify(tree, (key, value) => (key === 'span' ? undefined : value)));

function parsed(text: string): Script {
  const { script: tree, diagnostics } = script(text);
  expect(diagnostics, text).toEqual([]);
  return tree;
}

function parsedExpression(text: string): Expression {
  const { expression: tree, diagnostics } = expression(text);
  expect(diagnostics, text).toEqual([]);
  if (tree === undefined) throw new Error(`no tree for ${text}`);
  return tree;
}

/** Rule, expectation and text of every example comment. */
function examples(): { rule: string; matches: boolean; text: string }[] {
  const found: { rule: string; matches: boolean; text: string }[] = [];
  let waiting: { matches: boolean; text: string }[] = [];
  for (const line of grammarText.split('\n')) {
    const comment = /^ *\/\/([+-]) (.*)$/.exec(line);
    const rule = /^ {2}(\w+)(?: \(.*?\))?(?: *\+?=|$)/.exec(line);
    if (comment) {
      const texts = JSON.parse(`[${(comment[2] ?? '').replaceAll('\\`', '`')}]`) as string[];
      waiting.push(...texts.map((text) => ({ matches: comment[1] === '+', text })));
    } else if (rule && !line.trim().startsWith('//')) {
      found.push(...waiting.map((one) => ({ ...one, rule: rule[1] ?? '' })));
      waiting = [];
    }
  }
  return found;
}

describe('the grammar', () => {
  const built = grammar(grammarText);
  for (const { rule, matches, text } of examples()) {
    it(`${rule} ${matches ? 'takes' : 'refuses'} ${JSON.stringify(text)}`, () => {
      expect(built.match(text, rule).succeeded()).toBe(matches);
    });
  }

  it('has examples', () => {
    expect(examples().length).toBeGreaterThan(100);
  });

  it('and its generated form agree', async () => {
    const module = (await import(new URL('../../scripts/grammar.mjs', import.meta.url).href)) as {
      generatedText(text: string): string;
    };
    const generated = readFileSync(new URL('../../compiler/parse/sqlGrammar.ts', import.meta.url), 'utf8');
    expect(module.generatedText(grammarText) === generated, 'run node scripts/grammar.mjs').toBe(true);
  });
});

/** Queries as real applications write them; each goes into a pump. */
const queries = [
  'SELECT STREAM * FROM "S"',
  'SELECT * FROM FAN_OUT_STREAM',
  "select  stream ticker_symbol , change from source_sql_stream_001 where sector similar to '%TECH%'",
  'SELECT\n\tSTREAM "a", ROWTIME, "ROWTIME" FROM "T" ORDER BY FLOOR("T".ROWTIME TO SECOND), ANOMALY_SCORE DESC',
  'SELECT STREAM ticker, COUNT(*) FROM "S" GROUP BY ticker, STEP("S".ROWTIME BY INTERVAL \'60\' SECOND), STEP(s.t BY INTERVAL \'60\' SECOND)',
  "SELECT STREAM AVG (x), MAX('literal') FROM s GROUP BY FLOOR(s.ROWTIME to MINUTE) HAVING count(*) > 1 OR AVG(x) < -.9",
  'SELECT STREAM "car", COUNT(*) FROM "S" GROUP BY "car", FLOOR(("S".ROWTIME - TIMESTAMP \'1970-01-01 00:00:00\') SECOND / 10 TO SECOND)',
  "SELECT STREAM 1 FROM s GROUP BY FLOOR((ROWTIME - TIMESTAMP '1970-01-01 00:00:00') minute / 1 TO MINUTE)",
  "SELECT STREAM TIMESTAMP '1970-01-01 00:00:00' + 10 * FLOOR((a - b) SECOND TO SECOND) FROM s",
  "SELECT STREAM a, AVG(x) OVER W1 AS m, SUM(y) OVER W2 FROM s WINDOW W1 AS (PARTITION BY k RANGE INTERVAL '10' SECOND PRECEDING), W2 AS (ROWS 2 PRECEDING)",
  "SELECT STREAM COUNT(*) OVER (PARTITION BY a, STEP(s.ROWTIME BY INTERVAL '1' HOUR) RANGE INTERVAL '0' MINUTE PRECEDING) c FROM s",
  "SELECT STREAM TSDIFF(ts, LAG(ts, 1) OVER W1) / 1000, d || '_' || CAST(MAX(x) OVER W1 AS VARCHAR(128)), LAG(x, 1, x) OVER W1 FROM s WINDOW W1 AS (ROWS 1 PRECEDING)",
  "SELECT STREAM a FROM (SELECT STREAM a, COUNT(*) OVER W1 AS c FROM s WINDOW W1 AS (RANGE INTERVAL '1' MINUTE PRECEDING)) WHERE c >= 10",
  "SELECT STREAM k, FIRST_VALUE(SOURCE_SQL_STREAM_001.ROWTIME), SUBSTRING(CAST(MIN(ts) AS VARCHAR(25)),15,19) FROM s WINDOWED BY STAGGER (PARTITION BY FLOOR(t TO SECOND), k RANGE INTERVAL '2' SECOND)",
  "SELECT STREAM DISTINCT rowtime as window_time, a, STEP(s.rowtime BY INTERVAL '5' SECOND) FROM s",
  "SELECT STREAM COUNT(DISTINCT x) FROM s GROUP BY MONOTONIC(STEP(CHAR_TO_TIMESTAMP('dd/MMM/yyyy:HH:mm:ss z', \"datetime\") BY INTERVAL '60' SECOND))",
  'SELECT STREAM "ANOMALY_SCORE", * FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM * FROM "S"), 100, 12, 100000, 1)) WHERE ANOMALY_SCORE > 2',
  'SELECT STREAM ITEM, ITEM_COUNT FROM TABLE (TOP_K_ITEMS_TUMBLING(CURSOR(SELECT STREAM * FROM i AS f JOIN "ref" AS i ON f.a = i.b), \'column1\', 10, 60))',
  "SELECT current_timestamp AS t, 'None', 0, 'Count', * FROM (SELECT STREAM * FROM TABLE(COUNT_DISTINCT_ITEMS_TUMBLING(CURSOR(SELECT STREAM \"id\" FROM s), 'id', 60)))",
  "SELECT STREAM *, 'oil_temp' as telemetric, 250 as low_limit FROM s",
  "SELECT STREAM COUNT((CASE WHEN x = 'A' THEN id ELSE null END)), CASE m WHEN 'click' THEN 1 WHEN 'view' THEN 2 ELSE 0 END FROM s, t AS u WHERE s.ROWTIME = u.ROWTIME",
  'SELECT STREAM TO_TIMESTAMP(CAST("t"*1000 AS BIGINT)), UNIX_TIMESTAMP(x)/1000, lat ||\',\'|| lon, EXTRACT(HOUR FROM ts) FROM s',
  'SELECT STREAM p.a FROM "S" AS s LEFT JOIN "products" AS p ON s."itemId" = p."productId" AND FLOOR(s.ROWTIME TO HOUR) = p."rt" WHERE s."recordType" = \'OrderItem\'',
  "SELECT STREAM ROWTIME FROM a OVER w AS x JOIN a OVER w AS y ON x.i = y.i JOIN a OVER (RANGE INTERVAL '1' MINUTE PRECEDING) z ON z.i = y.i WINDOW w AS (RANGE INTERVAL '1' MINUTE PRECEDING)",
  'SELECT STREAM a FROM s RIGHT JOIN (SELECT STREAM b, COUNT(*) n FROM t GROUP BY b, ROWTIME) q ON s.a = q.b',
  'SELECT STREAM first, last, change, type, sequence, location, datetime, value, date, timestamp, year FROM s',
  "SELECT STREAM APPROXIMATE_ARRIVAL_TIME, SHARD_ID, x IS NOT NULL, y BETWEEN 1 AND 2, z LIKE 'a%' ESCAPE '!', q IN ('a', 'b') FROM s WHERE TRUE AND NOT a = false",
  'SELECT STREAM s."ts" AS ROWTIME, s.* FROM "S" AS s ORDER BY s."ts" WITHIN INTERVAL \'2\' MINUTE, a',
  'SELECT STREAM a FROM s UNION ALL SELECT STREAM a FROM t UNION ALL (SELECT STREAM a FROM u ORDER BY a) ORDER BY 1 DESC NULLS LAST',
  'SELECT a FROM s EXCEPT (SELECT a FROM t UNION SELECT a FROM u) INTERSECT SELECT a FROM v',
  'SELECT STREAM t.r."COLUMN1", l.r.COLUMN1 FROM (SELECT STREAM REGEX_LOG_PARSE(a, \'(.*)\') FROM s) AS l(r)',
  'SELECT STREAM NTH_VALUE("t", 2) FROM LAST OVER (ROWS 1 PRECEDING), FIRST_VALUE(x) IGNORE NULLS OVER (PARTITION BY a ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM last',
  'SELECT STREAM a FROM s WHERE (s.a, s.b) PRECEDES (c, d) PRECEDES PERIOD(e, f) AND PERIOD (a, b) CONTAINS t AND (a, b) STRICTLY CONTAINS (c, d)',
  "SELECT STREAM TRIM(a), TRIM(BOTH FROM a), TRIM('x' FROM a), TRIM(LEADING 'x' FROM a), POSITION('a' IN b), POSITION(a IN (b)), OVERLAY(a PLACING b FROM 1 FOR 2), SUBSTRING(a FROM 2), SUBSTRING(a SIMILAR b ESCAPE '#') FROM s",
  'SELECT STREAM a FROM s WHERE EXISTS (SELECT 1 FROM t) AND a IN (SELECT b FROM t) AND c = (SELECT MAX(d) FROM t) AND (1, 2) IN ((1, 2), (3, 4))',
  'SELECT STREAM a FROM TABLE(HOTSPOTS(CURSOR(SELECT STREAM "x", CASE WHEN a THEN 1 END FROM s), 1000, 0.2, 17)) h, STREAM(f(CURSOR(SELECT * FROM t)))',
  'SELECT a FROM b NATURAL LEFT JOIN c CROSS JOIN (d FULL OUTER JOIN e USING (x, y))',
  "VALUES (1, 'a'), (2, U&'\\0041!'), ROW(3, X'3F')",
  'SELECT"a"FROM"b"AS"c"WHERE"a">1',
  "SELECT a /* ; ' */, -- b, \" ;\n c // d' ;\n FROM s",
];

const scripts = [
  ...queries.map((query) => `CREATE OR REPLACE PUMP "P" AS INSERT INTO "D" ${query}`),
  '/** Welcome to the SQL editor\n * ========= */\n-- | \'-------\' | "x; \nCREATE OR REPLACE STREAM "D" (ticker VARCHAR (4), -- "b" INT,\n "price-x" real NOT NULL, t TimeStamp, n numeric(5,2), d double precision);;',
  "CREATE  OR REPLACE  PUMP p STOPPED AS INSERT INTO d (b, a) SELECT b, a FROM s; CREATE STREAM last (first CHAR(1), value INT) DESCRIPTION 'it''s' OPTIONS (a '1')\n/* never closed; '",
  'CREATE FUNCTION get_fraction(degrees DOUBLE) RETURNS DOUBLE CONTAINS SQL RETURNS NULL ON NULL INPUT RETURN degrees - FLOOR(degrees); CREATE VIEW v (a) AS SELECT a FROM s',
  'ALTER PUMP * START; ALTER PUMP "p" STOP; DROP STREAM s CASCADE; SET SCHEMA \'x\'; CREATE SCHEMA "y"; SELECT 1 FROM s; INSERT INTO a VALUES (1); EXPLAIN PLAN FOR SELECT 1',
  "CREATE FUNCTION f() RETURNS INTERVAL DAY(3) TO SECOND(2) SPECIFIC g NOT DETERMINISTIC RETURN CAST(INTERVAL -'1 2:3:4.5' DAY TO SECOND(3) AS INTERVAL SECOND(5, 3))",
];

describe('forms of real applications', () => {
  for (const text of scripts) {
    it(text.replace(/\s+/g, ' ').slice(0, 150), () => {
      const tree = parsed(text);
      expect(tree.statements.length).toBeGreaterThan(0);
      const printed = printScript(tree);
      expect(bare(parsed(printed)), printed).toEqual(bare(tree));
      expect(printScript(parsed(printed))).toBe(printed);
    });
  }

  it('round trips generated programs of every form of query', () => {
    const random = new Random(1);
    for (let number = 0; number < 300; number++) {
      const text = programText(generateProgram(random, 'X'));
      const tree = parsed(text);
      expect(bare(parsed(printScript(tree))), text).toEqual(bare(tree));
    }
  });

  it("round trips the grammar's own examples", () => {
    for (const { rule, matches, text } of examples()) {
      if (!matches) continue;
      const statementRules = [
        'Script',
        'CreateStream',
        'CreatePump',
        'Insert',
        'CreateFunction',
        'CreateView',
        'AlterPump',
        'Drop',
        'Query',
        'Select',
      ];
      if (statementRules.includes(rule)) {
        const tree = parsed(text);
        expect(bare(parsed(printScript(tree)))).toEqual(bare(tree));
      } else if (
        ['Expression', 'Predicate', 'Call', 'Case', 'Cast', 'Postfix', 'IntervalLiteral', 'number', 'string'].includes(
          rule,
        )
      ) {
        const tree = parsedExpression(text);
        expect(bare(parsedExpression(printExpression(tree)))).toEqual(bare(tree));
      }
    }
  });
});

describe('trees', () => {
  const printed = (text: string) => printExpression(parsedExpression(text));
  it('binds by the precedence of the dialect', () => {
    expect(parsedExpression('NOT a = b')).toMatchObject({ operator: 'not', operands: [{ operator: '=' }] });
    expect(parsedExpression('a OR b AND c')).toMatchObject({
      operator: 'or',
      operands: [{ kind: 'name' }, { operator: 'and' }],
    });
    expect(parsedExpression('1 - 2 - 3 * -4')).toMatchObject({
      operator: '-',
      left: { operator: '-' },
      right: { operator: '*', right: { kind: 'unary' } },
    });
    expect(parsedExpression('a || b = c + 1')).toMatchObject({
      operator: '=',
      left: { operator: '||' },
      right: { operator: '+' },
    });
    expect(parsedExpression('a BETWEEN 1 AND 2 AND b')).toMatchObject({
      operator: 'and',
      operands: [{ kind: 'between' }, { kind: 'name' }],
    });
    expect(printed('(a + b) * c - (d - e) / (f * g)')).toBe('(A + B) * C - (D - E) / (F * G)');
    expect(printed('NOT (a AND b) AND (NOT c) AND - - 1 = (a = b)')).toBe('NOT (A AND B) AND NOT C AND - -1 = (A = B)');
  });

  it('keeps names as stored and as written', () => {
    expect(parsedExpression('s."a""b".c')).toMatchObject({
      parts: [
        { name: 'S', quoted: false },
        { name: 'a"b', quoted: true },
        { name: 'C', quoted: false },
      ],
    });
  });

  it('tells the difference of datetimes', () => {
    expect(parsedExpression('(a - b) SECOND(10, 3) * 1000')).toMatchObject({
      left: { kind: 'datetime-difference', qualifier: { start: 'SECOND', end: 'SECOND', precision: 10, fraction: 3 } },
    });
    expect(parsedExpression("INTERVAL '1' DAY(2) TO SECOND(1)")).toMatchObject({
      qualifier: { start: 'DAY', end: 'SECOND', precision: 2, fraction: 1 },
    });
    expect(parsedExpression('FLOOR((a - b) SECOND / 10 TO SECOND)')).toMatchObject({
      form: 'to',
      field: 'SECOND',
      arguments: [{ operator: '/' }],
    });
  });

  it('undoes quotes and Unicode escapes', () => {
    expect(parsedExpression("'it''s' -- ' \n ' b'")).toMatchObject({ value: "it's b" });
    expect(parsedExpression("U&'\\0041\\+01F600\\\\'")).toMatchObject({ value: 'A😀\\' });
    expect(parsedExpression("u&'!0009!!' UESCAPE '!'")).toMatchObject({ value: '\t!' });
    expect(parsedExpression("X'3f67'")).toMatchObject({ kind: 'binary-literal', hex: '3f67' });
  });

  it('gives spans in the whole text', () => {
    const text = '-- first\n;SELECT a FROM s;\n SELECT bcd FROM "t" ';
    const second = parsed(text).statements[1];
    expect(text.slice(second?.span.start, second?.span.end)).toBe('SELECT bcd FROM "t"');
    expect(JSON.stringify(second)).toContain(`"start":${text.indexOf('bcd')},"end":${text.indexOf('bcd') + 3}`);
  });

  it('chains temporal predicates by AND', () => {
    expect(parsedExpression('(a, b) PRECEDES (c, d) IMMEDIATELY PRECEDES (e, f)')).toMatchObject({
      operator: 'and',
      operands: [{ predicate: 'precedes' }, { predicate: 'immediately-precedes', left: { kind: 'row' } }],
    });
  });
});

describe('errors', () => {
  const first = (text: string) => {
    const { diagnostics } = script(text);
    const one = diagnostics[0];
    if (one === undefined) throw new Error(`no error for ${text}`);
    return {
      code: one.code,
      text: `${one.message}${one.hint === undefined ? '' : ` | ${one.hint}`}`,
      at: text.slice(one.span.start, one.span.end),
    };
  };
  const cases: [sql: string, code: string, text: RegExp, at: string][] = [
    ['SELECT STREAM a FROM s ORDER x', 'syntax-error', /^expected BY, found "x"/, 'x'],
    ['SELECT a FROM s WHERE a == 1', 'syntax-error', /^expected an expression.*equality is a single =/, '=='],
    ['SELECT a FROM s WHERE a = ', 'syntax-error', /^expected an expression, found the end of the statement/, ''],
    ['SELECT a, FROM s', 'syntax-error', /remove the comma/, 'FROM'],
    ['SELECT “a” FROM s', 'syntax-error', /typographic/, '“'],
    ['SELECT a – b FROM s', 'syntax-error', /write - instead/, '–'],
    ['SELECT “a” FROM s', 'syntax-error', /^“ is a typographic quote, .*write " instead/, '“'],
    ['SELECT a FROM s )', 'syntax-error', /^expected .*the end of the statement.*, found/, ')'],
    ['SELECT a FROM s."t"', 'not-in-dialect', /^s is a schema.*write "t" alone/, 's'],
    ['SELECT a FROM r, s.t', 'not-in-dialect', /^s is a schema/, 's'],
    ['SELECT a AS b.c FROM s', 'syntax-error', /found "."/, '.'],
    ['SELECT COUNT(*) OVER (PARTITION BY a, RANGE b) FROM s', 'syntax-error', /found "RANGE"/, 'RANGE'],
    ["SELECT 'a FROM s", 'syntax-error', /this string is never closed/, "'"],
    ['SELECT (a + b FROM s', 'syntax-error', /found "FROM".*seems to be missing/, 'FROM'],
    ['SELECT a) FROM s', 'syntax-error', /never opened/, ')'],
    ['SELECT a FROM s LIMIT 10', 'not-in-dialect', /LIMIT isn't supported/, 'LIMIT'],
    ['WITH x AS (SELECT a FROM s) SELECT a FROM x', 'not-in-dialect', /WITH isn't supported/, 'WITH'],
    ['SELCT a FROM s', 'syntax-error', /did you mean SELECT/, 'SELCT'],
    ['SELECT a FORM s', 'syntax-error', /did you mean FROM/, 's'],
    ['SELECT a FROM s CREATE STREAM t (a INT)', 'syntax-error', /statements are separated/, 'CREATE'],
    ['CREATE STREAM s (order INT)', 'syntax-error', /reserved word/, 'order'],
    ['SELECT a FROM s GROUP BY STEP(s.ROWTIME BY INTERVAL "1" MINUTE)', 'syntax-error', /single quotes/, '"1"'],
    ["SELECT X'3' FROM s", 'malformed-literal', /even number/, "X'3'"],
    ["SELECT U&'\\00' FROM s", 'malformed-literal', /four hex digits/, "U&'\\00'"],
    ['CREATE STREAM s (a INT b INT)', 'syntax-error', /^expected .*found "b"/, 'b'],
    ['SELECT a FROM s MATCH_RECOGNIZE (PARTITION BY a)', 'not-in-dialect', /LAG/, 'MATCH_RECOGNIZE'],
    ['SELECT a FROM s PIVOT (SUM(a) FOR b IN (1))', 'not-in-dialect', /CASE/, 'PIVOT'],
    ['CREATE STREAM s (a TIMESTAMP WITH TIME ZONE)', 'not-in-dialect', /WITH TIME ZONE.*TIMESTAMP alone/, 'WITH'],
    ['SELECT COUNT(*) FILTER (WHERE a) FROM s', 'not-in-dialect', /FILTER isn't supported/, 'FILTER'],
    ['CREATE PUMP p INSERT INTO x SELECT a FROM b', 'syntax-error', /AS is missing before INSERT/, 'INSERT'],
    ['SELECT INTERVAL 5 DAY FROM s', 'syntax-error', /INTERVAL '5'/, '5'],
    ['SELECT a - b SECOND FROM s', 'syntax-error', /\(a - b\) SECOND/, 'SECOND'],
    ['FOO', 'syntax-error', /^expected a statement, found "FOO"/, 'FOO'],
    ['SELECT 1a FROM s', 'syntax-error', /found/, '1'],
  ];
  for (const [sql, code, text, at] of cases) {
    it(sql, () => {
      const found = first(sql);
      expect(found.text).toMatch(text);
      expect(found).toMatchObject({ code, at });
    });
  }

  it('names a character that can not be seen by its number', () => {
    expect(first('SELECT\u200B a FROM s')).toMatchObject({
      text: expect.stringMatching(/found the character U\+200B .*can not be seen/),
      at: '\u200B',
    });
    expect(first('SELECT a FROM s WHERE b "c\u200Bd"').text).toMatch(/found "".*cU\+200Bd"/);
  });

  it('reports every bad statement and keeps the good ones', () => {
    const { script: tree, diagnostics } = script('SELECT a FRM s s; SELECT a FROM s; DROP s; SELECT b FROM t');
    expect(diagnostics.map((one) => one.code)).toEqual(['syntax-error', 'syntax-error']);
    expect(tree.statements).toHaveLength(2);
  });

  it('refuses deep nesting, long chains and long scripts by name', () => {
    const deep = (open: string, close: string, depth: number) =>
      `SELECT ${open.repeat(depth)}1${close.repeat(depth)} FROM s`;
    expect(script(deep('(', ')', 40)).diagnostics).toEqual([]);
    for (const text of [
      deep('(', ')', 60),
      deep('(', ')', 200_000),
      deep('- ', '', 5000),
      deep('NOT ', '', 5000),
      deep('CASE WHEN a THEN ', ' END', 100),
      deep('f(', ')', 1000),
      deep('(SELECT ', ' FROM t)', 100),
      `SELECT ${'1 + '.repeat(5000)}1 FROM s`,
      `SELECT ${'a OR '.repeat(5000)}a FROM s`,
    ]) {
      expect(
        script(text).diagnostics.map((one) => one.code),
        text.slice(0, 40),
      ).toEqual(['too-deep']);
    }
    expect(script(' '.repeat(1_100_000)).diagnostics[0]?.code).toBe('script-too-long');
  });

  it('suggests', () => {
    expect(suggest('z', ['k', 'c'])).toBeUndefined();
    expect(suggest('prise', ['price', 'size'])).toBe('price');
    expect(suggest('PRICE', ['prize', 'price'])).toBe('price');
    expect(suggest('tikcer', ['ticker'])).toBe('ticker');
    expect(suggest('abc', ['xyz'])).toBeUndefined();
  });
});

describe('time and rubbish', () => {
  it('takes 100 KB in good time', () => {
    const statement = `${scripts[4] ?? ''};\n`;
    const text = statement.repeat(Math.ceil(100_000 / statement.length));
    script(statement);
    const before = performance.now();
    expect(script(text).diagnostics).toEqual([]);
    // Ten times what it takes on a slow machine would still be a regression worth seeing.
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('is linear in nested parentheses', () => {
    const before = performance.now();
    script(
      `SELECT a FROM s WHERE ${'('.repeat(45)}a = 1${')'.repeat(45)} AND ${'f(('.repeat(20)}1${'))'.repeat(20)} > 0`,
    );
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it('never throws', () => {
    let seed = 20240229;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const pieces = [
      ...scripts.join(' ').split(/(\s+|\b)/),
      "'",
      '"',
      '/*',
      '--',
      ';',
      '(',
      ')',
      '\u0000',
      '\ud800',
      '😀',
      'é',
      "U&'\\",
    ];
    for (let round = 0; round < 2000; round++) {
      let text = '';
      if (round % 4 === 0)
        for (let index = random(60); index > 0; index--)
          text += String.fromCharCode(random(round % 8 === 0 ? 128 : 65536));
      else {
        text = scripts[random(scripts.length)] ?? '';
        for (let change = random(4); change >= 0; change--) {
          const at = random(text.length + 1);
          text = text.slice(0, at) + (pieces[random(pieces.length)] ?? '') + text.slice(at + random(3) * random(8));
        }
      }
      const { script: tree, diagnostics } = script(text);
      for (const one of diagnostics) expect(one.span.start).toBeLessThanOrEqual(one.span.end);
      const again = printScript(tree);
      expect(bare(script(again).script.statements), text).toEqual(bare(tree.statements));
      expression(text);
    }
  }, 120_000);
});
