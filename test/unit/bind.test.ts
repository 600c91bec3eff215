// The binder: plans as text, messages with their places, operator ids.
import { describe, expect, it } from 'vitest';
import type { InputBinding } from '../../contract/binding.ts';
import { bind } from '../../compiler/bind/bind.ts';
import { programId } from '../../compiler/bind/identify.ts';
import { parseScript } from '../../compiler/parse/parse.ts';
import type { Plan, Relation } from '../../compiler/plan/plan.ts';
import { printPlan } from '../../compiler/plan/print.ts';
import { verifyPlan } from '../../compiler/plan/verify.ts';
import { catalogue, columns } from './bindSample.ts';

const input: InputBinding = { stream: 'S', format: { kind: 'json', rowPath: '$' }, columns };
const reference = { table: 'R', format: { kind: 'json', rowPath: '$' }, columns } as const;

function bound(text: string, inputs: readonly InputBinding[] = [input]) {
  const parsed = parseScript({ name: 'app.sql', text });
  expect(parsed.diagnostics, text).toEqual([]);
  return bind(parsed.script, { inputs, references: [reference], catalogue, keyGroups: 8, seed: 1n, text });
}

function planOf(text: string, inputs?: readonly InputBinding[]): Plan {
  const { plan, diagnostics } = bound(text, inputs);
  if (plan === undefined) throw new Error(`no plan for ${text}: ${JSON.stringify(diagnostics)}`);
  verifyPlan(plan);
  return plan;
}

/** The plan's pumps, one relation a line, outermost first, joined by ` < `. */
function pumps(text: string): string[] {
  const found: string[][] = [];
  for (const line of printPlan(planOf(text)).split('\n')) {
    if (line.startsWith('pump')) found.push([]);
    else if (line.startsWith('  ')) found.at(-1)?.push(line.trim());
  }
  return found.map((lines) => lines.join(' < '));
}

/** `code «text at the place»` of every message. */
function messages(text: string): string[] {
  return bound(text).diagnostics.map(
    ({ code, span }) => `${code} «${text.slice(span.start, span.end).replaceAll(/\s+/g, ' ')}»`,
  );
}

const into = (target: string, query: string): string =>
  `CREATE STREAM O (${target});\nCREATE PUMP P AS INSERT INTO O ${query};`;
const count = (query: string): string => into('A INTEGER', `SELECT STREAM COUNT(*) FROM S GROUP BY ${query}`);

it('says nothing more of a stream that does not parse', () => {
  const text =
    'CREATE STREAM O (A,); CREATE PUMP P AS INSERT INTO O SELECT STREAM N FROM O; DROP PUMP P; DROP STREAM O';
  const { script } = parseScript({ name: 'app.sql', text });
  expect(script.unreadable).toEqual(['O']);
  const options = { inputs: [input], references: [reference], catalogue, keyGroups: 8, seed: 1n, text };
  expect(bind(script, options).diagnostics).toEqual([]);
});

describe('a select list', () => {
  it.each([
    ['SELECT STREAM ROWTIME, "price" FROM S', 'project ROWTIME, #1:price < scan "S"'],
    ['SELECT STREAM s.ROWTIME, s.N FROM S AS s', 'project ROWTIME, CAST(#2:N AS DOUBLE) < scan "S"'],
    ['SELECT "EVENT_TIME", .5 FROM s', 'project #4:EVENT_TIME, CAST(5 AS DOUBLE) < scan "S"'],
    ['SELECT STREAM CURRENT_TIMESTAMP, NULL FROM S', 'project START, NULL < scan "S"'],
    ['SELECT STREAM CURRENT_ROW_TIMESTAMP, 1 FROM S', 'project ROW_CLOCK, CAST(1 AS DOUBLE) < scan "S"'],
    [
      'SELECT STREAM APPROXIMATE_ARRIVAL_TIME, 1 FROM S',
      'project #6:APPROXIMATE_ARRIVAL_TIME, CAST(1 AS DOUBLE) < scan "S"',
    ],
    [
      'SELECT STREAM T.A1, T.B1 FROM (SELECT STREAM ROWTIME, N FROM S WHERE N > 1) AS T(A1, B1) WHERE T.B1 IS NOT NULL',
      'project #0:A1, CAST(#1:B1 AS DOUBLE) < filter (#1:B1 IS NOT NULL) < project ROWTIME, #2:N < filter (#2:N > 1) < scan "S"',
    ],
    [
      'SELECT ROWTIME, "price" FROM (SELECT STREAM * FROM S)',
      'project ROWTIME, #1:price < project #0:TICKER, #1:price, #2:N, #3:D, #4:EVENT_TIME, #5:F < scan "S"',
    ],
  ])('%s', (query, expected) => {
    expect(pumps(into('A TIMESTAMP, B DOUBLE', query))).toEqual([expected]);
  });

  it('leaves metadata out of * and mixes it with other items', () => {
    expect(
      pumps(
        into(
          'X DOUBLE, A VARCHAR(3), B DOUBLE, C INTEGER, D DECIMAL(5,2), E TIMESTAMP, F CHAR(5)',
          'SELECT STREAM 1, s.* FROM S s',
        ),
      ),
    ).toEqual([
      'project CAST(1 AS DOUBLE), CAST(#0:TICKER AS VARCHAR(3)), #1:price, #2:N, #3:D, #4:EVENT_TIME, #5:F < scan "S"',
    ]);
  });

  it('promotes a timestamp to ROWTIME', () => {
    const expected = ['project #2:N with ROWTIME #4:EVENT_TIME < scan "S"'];
    expect(pumps(into('A INTEGER', 'SELECT STREAM EVENT_TIME AS ROWTIME, N FROM S'))).toEqual(expected);
    expect(pumps(into('A INTEGER', '(A, ROWTIME) SELECT STREAM N, EVENT_TIME FROM S'))).toEqual(expected);
    expect(messages(into('A INTEGER', 'SELECT STREAM N AS ROWTIME, N FROM S'))).toEqual(['type-mismatch «N»']);
    expect(
      messages(into('A INTEGER', 'SELECT STREAM A FROM (SELECT STREAM EVENT_TIME AS ROWTIME, N AS A FROM S)')),
    ).toEqual([]);
  });

  it('fills unlisted columns with NULL', () => {
    expect(pumps(into('A INTEGER, B VARCHAR(4)', '(B) SELECT STREAM TICKER FROM S'))).toEqual([
      'project NULL, #0:TICKER < scan "S"',
    ]);
    expect(messages(into('A INTEGER NOT NULL, B VARCHAR(4)', '(B) SELECT STREAM TICKER FROM S'))).toEqual([
      'null-not-allowed «O»',
    ]);
  });
});

describe('GROUP BY', () => {
  it.each([
    ["STEP(S.ROWTIME BY INTERVAL '10' SECOND)", 'STEP(ROWTIME, 10000) [closes by time]'],
    ["TICKER, STEP(S.ROWTIME BY INTERVAL '10' SECOND)", '#0:TICKER, STEP(ROWTIME, 10000) [closes by time]'],
    ['FLOOR(S.ROWTIME TO MINUTE)', 'FLOOR(ROWTIME, 4) [closes by time]'],
    ['CEIL(S.ROWTIME TO HOUR)', 'CEIL(ROWTIME, 3) [closes by time, end included]'],
    ['CEILING(S.ROWTIME TO HOUR)', 'CEIL(ROWTIME, 3) [closes by time, end included]'],
    ['S.ROWTIME', 'ROWTIME [closes by time, end included]'],
    ['ROWTIME', 'ROWTIME [closes by time, end included]'],
    ["S.ROWTIME - INTERVAL '1' DAY", '(ROWTIME - 86400000) [closes by time, end included]'],
    ["FLOOR(S.ROWTIME TO MINUTE) - INTERVAL '1' DAY", '(FLOOR(ROWTIME, 4) - 86400000) [closes by time]'],
    [
      "FLOOR((S.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') SECOND / 10 TO SECOND)",
      'FLOOR((CAST((ROWTIME - 0) AS INTERVAL SECOND) / 10), 5) [closes by time]',
    ],
    ['FLOOR(CEIL(S.ROWTIME TO SECOND) TO MINUTE)', 'FLOOR(CEIL(ROWTIME, 5), 4) [closes by time, end included]'],
    ['CAST(S.ROWTIME AS DATE)', 'CAST(ROWTIME AS DATE) [closes by time]'],
    ['UNIX_TIMESTAMP(S.ROWTIME) / 60000', '(UNIX_TIMESTAMP(ROWTIME) / CAST(60000 AS BIGINT)) [closes by time]'],
    ['MONOTONIC(N), FLOOR(S.ROWTIME TO DAY)', '#2:N, FLOOR(ROWTIME, 2) [closes by time]'],
    ['FLOOR(EVENT_TIME TO MINUTE), S.ROWTIME', 'FLOOR(#4:EVENT_TIME, 4), ROWTIME [closes by time, end included]'],
    ['MONOTONIC(N)', '#2:N [closes by value]'],
    ['STEP(MONOTONIC(N) BY 5), TICKER', 'STEP(#2:N, 5) [closes by value], #0:TICKER'],
    ['-MONOTONIC(N) * 2', '(-#2:N * 2) [closes by value]'],
  ])('%s', (key, expected) => {
    expect(pumps(count(key))[0]).toContain(`tumble by ${expected} compute COUNT(*)`);
  });

  it.each([
    ['TICKER', 'column "TICKER" is not known to grow'],
    ['FLOOR(EVENT_TIME TO MINUTE)', 'column "EVENT_TIME" is not known to grow'],
    ['EXTRACT(HOUR FROM S.ROWTIME)', 'EXTRACT does not keep the order of time'],
    ['1', 'a constant never ends a group'],
    ['UNIX_TIMESTAMP(S.ROWTIME) * N', 'column "N" is not known to grow'],
    ['UNIX_TIMESTAMP(S.ROWTIME) - UNIX_TIMESTAMP(S.ROWTIME)', 'one side grows while the other falls'],
    ['CAST(S.ROWTIME AS VARCHAR(30))', 'text does not sort as time does'],
  ])('refuses %s', (key, reason) => {
    const { diagnostics } = bound(count(key));
    expect(diagnostics.map(({ code }) => code)).toEqual(['group-by-not-monotonic']);
    expect(diagnostics[0]?.message).toContain(reason);
  });

  it.each([
    [
      "SELECT STREAM STEP(S.ROWTIME BY INTERVAL '1' MINUTE) + INTERVAL '1' MINUTE, MAX(N) * 2 FROM S GROUP BY STEP(S.ROWTIME BY INTERVAL '1' MINUTE)",
      'project (#0:key0 + 60000), CAST((#1:MAX * 2) AS DOUBLE) < tumble by STEP(ROWTIME, 60000) [closes by time] compute MAX(#2:N) < scan "S"',
    ],
    [
      'SELECT STREAM ROWTIME AS W, AVG("price") FROM S GROUP BY FLOOR(S.ROWTIME TO MINUTE) HAVING COUNT(*) > 2 AND AVG("price") > 1',
      'project ROWTIME, #1:AVG < filter ((#2:COUNT > CAST(2 AS BIGINT)) AND (#1:AVG > CAST(1 AS DOUBLE))) < tumble by FLOOR(ROWTIME, 4) [closes by time] compute AVG(#1:price), COUNT(*) < scan "S"',
    ],
    [
      "SELECT STREAM STEP(S.ROWTIME BY INTERVAL '1' MINUTE) AS W, COUNT(*) FROM S GROUP BY W",
      'project #0:key0, CAST(#1:COUNT AS DOUBLE) < tumble by STEP(ROWTIME, 60000) [closes by time] compute COUNT(*) < scan "S"',
    ],
    [
      "SELECT W, COUNT(*) FROM (SELECT STREAM STEP(S.ROWTIME BY INTERVAL '1' MINUTE) AS W, TICKER FROM S) GROUP BY W, TICKER",
      'project #0:key0, CAST(#2:COUNT AS DOUBLE) < tumble by STEP(ROWTIME, 60000) [closes by time], #1:TICKER compute COUNT(*) < project STEP(ROWTIME, 60000), #0:TICKER < scan "S"',
    ],
    [
      'SELECT STREAM FIRST_VALUE(S.ROWTIME), LAST_VALUE("price") IGNORE NULLS FROM S GROUP BY S.ROWTIME',
      'project #1:FIRST_VALUE, #2:LAST_VALUE < tumble by ROWTIME [closes by time, end included] compute FIRST_VALUE(ROWTIME), LAST_VALUE(#1:price) IGNORE NULLS < scan "S"',
    ],
    [
      'SELECT STREAM MIN(EVENT_TIME), STDDEV(N) FROM S GROUP BY S.ROWTIME',
      'project #1:MIN, #2:STDDEV_SAMP < tumble by ROWTIME [closes by time, end included] compute MIN(#4:EVENT_TIME), STDDEV_SAMP(CAST(#2:N AS DOUBLE)) < scan "S"',
    ],
    [
      'SELECT STREAM ROWTIME, COUNT(DISTINCT TICKER) FROM S WHERE N > 0 GROUP BY S.ROWTIME',
      'project ROWTIME, CAST(#1:COUNT AS DOUBLE) < tumble by ROWTIME [closes by time, end included] compute COUNT(DISTINCT #0:TICKER) < filter (#2:N > 0) < scan "S"',
    ],
    [
      'SELECT STREAM T.ROWTIME, N FROM (SELECT MONOTONIC(N) AS N FROM S) AS T GROUP BY N, T.ROWTIME',
      'project #1:key1, CAST(#0:key0 AS DOUBLE) < tumble by #0:N, ROWTIME [closes by time, end included] compute nothing < project #2:N < scan "S"',
    ],
  ])('%s', (query, expected) => {
    expect(pumps(into('A TIMESTAMP, B DOUBLE', query))).toEqual([expected]);
  });

  it('keeps a promise of MONOTONIC through a derived table', () => {
    expect(
      pumps(into('A INTEGER', 'SELECT STREAM COUNT(*) FROM (SELECT MONOTONIC(N) AS M FROM S) GROUP BY M'))[0],
    ).toContain('#0:M [closes by value]');
  });

  it('closes a window over windows by time where ROWTIME was selected, else by value', () => {
    const over = (key: string): string =>
      into(
        'A INTEGER',
        `SELECT STREAM SUM(C) FROM (SELECT STREAM ROWTIME AS W, K, COUNT(*) AS C FROM (SELECT STREAM FLOOR(S.ROWTIME TO SECOND) AS K FROM S) GROUP BY K) AS T GROUP BY ${key}`,
      );
    expect(pumps(over('FLOOR(W TO MINUTE)'))[0]).toContain(
      'tumble by FLOOR(ROWTIME, 4) [closes by time] compute SUM(#2:C)',
    );
    expect(pumps(over('FLOOR(K TO MINUTE)'))[0]).toContain(
      'tumble by FLOOR(#1:K, 4) [closes by value] compute SUM(#2:C)',
    );
  });

  it.each([
    [
      'SELECT STREAM S.ROWTIME, N FROM S GROUP BY FLOOR(S.ROWTIME TO MINUTE)',
      ['not-grouped «S.ROWTIME»', 'not-grouped «N»'],
    ],
    ['SELECT STREAM ROWTIME, COUNT(*) FROM S', ['aggregate-without-group-by «COUNT(*)»']],
    ['SELECT STREAM ROWTIME, 1 FROM S WHERE COUNT(*) > 1', ['misplaced-aggregate «COUNT(*)»']],
    ['SELECT STREAM ROWTIME, SUM(MAX(N)) FROM S GROUP BY S.ROWTIME', ['misplaced-aggregate «MAX(N)»']],
    ['SELECT STREAM ROWTIME, SUM(TICKER) FROM S GROUP BY S.ROWTIME', ['type-mismatch «SUM(TICKER)»']],
    ['SELECT STREAM ROWTIME, N FROM S HAVING N > 1', ['having-without-group-by «N > 1»']],
  ])('refuses %s', (query, expected) => {
    expect(messages(into('A TIMESTAMP, B DOUBLE', query))).toEqual(expected);
  });
});

describe('names', () => {
  const query = (select: string): string => into('A INTEGER', select);
  it.each([
    [
      query('SELECT STREAM PRICE FROM S'),
      'unknown-column «PRICE»',
      'names differ in case: write "price" in double quotes',
    ],
    [query('SELECT STREAM TICKR FROM S'), 'unknown-column «TICKR»', 'did you mean "TICKER"?'],
    [query('SELECT STREAM x.N FROM S'), 'unknown-stream «x»', undefined],
    [query('SELECT STREAM N FROM "s"'), 'unknown-stream «"s"»', 'names differ in case: write "S" in double quotes'],
    [
      'CREATE STREAM "o" (A INTEGER);CREATE PUMP P AS INSERT INTO O SELECT STREAM N FROM S;',
      'unknown-stream «O»',
      'names differ in case: write "o" in double quotes',
    ],
    [
      'CREATE PUMP P AS INSERT INTO O SELECT STREAM N FROM S;CREATE STREAM O (A INTEGER);',
      'unknown-stream «O»',
      'move CREATE STREAM before the pump',
    ],
    [query('SELECT STREAM X FROM (SELECT STREAM N AS X, N AS X FROM S)'), 'ambiguous-column «X»', undefined],
    [query('SELECT STREAM N, N FROM S'), 'column-count «SELECT STREAM N, N FROM S»', undefined],
    [query('(A, A) SELECT STREAM N, N FROM S'), 'duplicate-column «A»', undefined],
    [query('SELECT STREAM TICKER FROM S'), 'type-mismatch «TICKER»', 'convert it with CAST'],
    [query('SELECT STREAM EVENT_TIME FROM S'), 'type-mismatch «EVENT_TIME»', 'convert it with CAST'],
    ['CREATE STREAM "error_stream" (A INTEGER);', 'reserved-name «"error_stream"»', undefined],
    ['CREATE STREAM S (A INTEGER);', 'stream-redefined «S»', undefined],
  ])('%s', (sql, expected, hint) => {
    expect(messages(sql)).toEqual([expected]);
    if (hint !== undefined) expect(bound(sql).diagnostics[0]?.hint).toBe(hint);
  });

  it('keeps ROWTIME for the system', () => {
    expect(messages(count('FLOOR(S.ROWTIME TO MINUTE), FLOOR(S.ROWTIME TO HOUR)'))).toEqual([
      'several-rowtime-keys «FLOOR(S.ROWTIME TO HOUR)»',
    ]);
    expect(messages(count("STEP(S.ROWTIME BY INTERVAL '0' SECOND)"))).toEqual([
      "invalid-argument «INTERVAL '0' SECOND»",
    ]);
    expect(messages(query('SELECT STREAM v FROM (SELECT STREAM N, D FROM S) AS x(v, ROWTIME)'))).toEqual([
      'reserved-name «ROWTIME»',
    ]);
  });

  it('reports every error of a script once', () => {
    expect(
      messages(
        into(
          'A INTEGER, A INTEGER, B INTERVAL DAY, C FOO',
          'SELECT STREAM NOPE, ELSE_ FROM S WHERE NOPE2 BETWEEN 1 AND 2',
        ),
      ),
    ).toEqual([
      'duplicate-column «A»',
      'type-mismatch «INTERVAL DAY»',
      'unknown-type «FOO»',
      'unknown-column «NOPE2»',
      'unknown-column «NOPE»',
      'unknown-column «ELSE_»',
    ]);
  });
});

describe('statements', () => {
  const stream = 'CREATE STREAM O (A INTEGER);';
  const pump = (name: string, select = 'N', state = ''): string =>
    `CREATE PUMP ${name} ${state} AS INSERT INTO O SELECT STREAM ${select} FROM S;`;

  it('takes the last definition before a use, and says which one it replaces', () => {
    const text = `CREATE STREAM O (B BIGINT, C INTEGER);${stream}${pump('P')}${pump('P', '1')}`;
    expect(messages(text)).toEqual(['defined-again «O»', 'defined-again «P»']);
    expect(bound(text).diagnostics.map(({ severity, related }) => [severity, related.length])).toEqual([
      ['warning', 1],
      ['warning', 1],
    ]);
    expect(pumps(text)).toEqual(['project 1 < scan "S"']);
    expect(messages(`${stream}${pump('P')}CREATE STREAM O (C INTEGER);`)).toEqual(['stream-redefined «O»']);
  });

  it('leaves stopped pumps out until they are started', () => {
    const names = (text: string): string[] => planOf(text).pumps.map(({ name }) => name);
    const text = `${stream}${pump('P', 'N', 'STOPPED')}${pump('Q', 'N', 'STOPPED')}${pump('R', 'N', 'STARTED')}`;
    expect(names(text)).toEqual(['R']);
    expect(names(`${text}ALTER PUMP Q START;`)).toEqual(['Q', 'R']);
    expect(names(`${text}ALTER PUMP * START;ALTER PUMP R STOP;`)).toEqual(['P', 'Q']);
    expect(messages(`${text}ALTER PUMP NONE_ START;`)).toEqual(['unknown-pump «NONE_»']);
  });

  it('refuses pumps in a circle', () => {
    expect(
      messages(
        `${stream}CREATE STREAM O2 (A INTEGER);CREATE PUMP P AS INSERT INTO O SELECT STREAM A FROM O2;CREATE PUMP Q AS INSERT INTO O2 SELECT STREAM A FROM O;`,
      ),
    ).toEqual(['cyclic-pump «P»', 'cyclic-pump «Q»']);
  });

  it('binds the outputs that nothing reads, and error_stream', () => {
    const text = `${stream}CREATE STREAM O2 (A INTEGER);${pump('P')}CREATE PUMP Q AS INSERT INTO O2 SELECT STREAM A FROM O;`;
    expect(planOf(text).outputs.map((output) => output.stream)).toEqual(['O2', 'error_stream']);
  });

  it('puts the body of a function in the place of its call', () => {
    const functions =
      'CREATE FUNCTION frac(degrees DOUBLE) RETURNS DOUBLE CONTAINS SQL RETURN degrees - FLOOR(degrees);' +
      'CREATE FUNCTION half(x INTEGER) RETURNS INTEGER CONTAINS SQL RETURNS NULL ON NULL INPUT RETURN x / 2;';
    expect(pumps(functions + into('A DOUBLE', 'SELECT STREAM frac("price") + half(N) FROM S'))).toEqual([
      'project ((#1:price - FLOOR(#1:price)) + CAST(CASE WHEN (#2:N IS NULL) THEN NULL ELSE (#2:N / 2) END AS DOUBLE)) < scan "S"',
    ]);
    expect(messages(functions + into('A DOUBLE', 'SELECT STREAM frac(TICKER) FROM S'))).toEqual([
      'type-mismatch «frac(TICKER)»',
    ]);
    expect(messages('CREATE FUNCTION f(x INTEGER) RETURNS INTEGER RETURN y + COUNT(*);')).toEqual([
      'unknown-column «y»',
      'misplaced-aggregate «COUNT(*)»',
    ]);
  });

  it('reads a view as its query', () => {
    expect(
      pumps(
        `CREATE VIEW V AS SELECT STREAM N AS M FROM S WHERE N > 0;${into('A INTEGER', 'SELECT STREAM COUNT(*) FROM V WHERE M < 5 GROUP BY FLOOR(V.ROWTIME TO MINUTE)')}`,
      ),
    ).toEqual([
      'project CAST(#1:COUNT AS INTEGER) < tumble by FLOOR(ROWTIME, 4) [closes by time] compute COUNT(*) < filter (#0:M < 5) < project #2:N < filter (#2:N > 0) < scan "S"',
    ]);
  });

  it('drops what nothing uses', () => {
    expect(planOf(`${stream}${pump('P')}DROP PUMP P;`).pumps).toEqual([]);
    expect(messages('DROP STREAM X;')).toEqual(['nothing-to-drop «X»', 'no-pump «DROP STREAM X;»']);
    expect(messages(`${stream}${pump('P')}DROP STREAM O;`)).toEqual(['stream-in-use «O»']);
  });

  it('reports every statement, and goes on', () => {
    expect(
      messages(
        `${stream}${pump('A', 'DISTINCT N')}${pump('B', 'N, NOPE')}` +
          "CREATE PUMP C AS INSERT INTO O SELECT STREAM COUNT(*) FROM S WINDOWED BY STAGGER (PARTITION BY TICKER RANGE INTERVAL '1' MINUTE);" +
          'CREATE PUMP D AS INSERT INTO O SELECT STREAM N FROM S UNION ALL SELECT STREAM N FROM S;' +
          'CREATE PUMP E AS INSERT INTO O SELECT STREAM N FROM S, S;' +
          'CREATE PUMP G AS INSERT INTO O SELECT STREAM N FROM S ORDER BY S.ROWTIME;' +
          'SELECT STREAM * FROM S;',
      ),
    ).toEqual([
      'distinct-not-monotonic «SELECT STREAM DISTINCT N FROM S»',
      'unknown-column «NOPE»',
      'ambiguous-column «N»',
      'not-a-pump «SELECT STREAM * FROM S»',
    ]);
  });
});

describe('ids', () => {
  const idsOf = (text: string, inputs?: readonly InputBinding[]): string[] => {
    const ids: string[] = [];
    for (const pump of planOf(text, inputs).pumps) {
      for (let relation: Relation = pump.query; relation.kind !== 'stream-scan'; relation = relation.input) {
        if (relation.kind === 'tumble-aggregate') ids.push(relation.id);
      }
    }
    return ids;
  };
  const base = into('A INTEGER', 'SELECT STREAM COUNT(*) FROM S GROUP BY FLOOR(S.ROWTIME TO MINUTE)');

  it('stay when what is above, beside or elsewhere changes', () => {
    const [id] = idsOf(base);
    expect(idsOf(base.replace('COUNT(*)', 'COUNT(*) + 1'))).toEqual([id]);
    expect(idsOf(base.replace('MINUTE)', 'MINUTE) HAVING COUNT(*) > 1'))).toEqual([id]);
    expect(idsOf(`-- a comment\n${base.replace('A INTEGER', 'A BIGINT')}`)).toEqual([id]);
    expect(
      idsOf(base, [{ ...input, columns: [{ name: 'NEW', type: { kind: 'DATE' }, nullable: true }, ...columns] }]),
    ).toEqual([id]);
  });

  it('change with keys, aggregates, filters below and the pump', () => {
    const variants = [
      base,
      base.replace('MINUTE', 'HOUR'),
      base.replace('COUNT(*)', 'SUM(N)'),
      base.replace('FROM S', 'FROM S WHERE N > 1'),
      base.replace('PUMP P', 'PUMP Q'),
    ].flatMap((text) => idsOf(text));
    expect(new Set(variants).size).toBe(variants.length);
  });

  it('of the program follow its meaning, not its text', () => {
    const of = (text: string): string => programId(planOf(text));
    expect(of(`/* so */ ${base}`)).toBe(of(base));
    expect(of(base.replace('COUNT(*)', 'COUNT(*) + 1'))).not.toBe(of(base));
  });
});

describe('bindings', () => {
  const sql = 'CREATE STREAM O (A INTEGER); CREATE PUMP P AS INSERT INTO O SELECT STREAM N FROM S;';
  const codes = (changed: Partial<InputBinding>): (string | undefined)[] =>
    bound(sql, [{ ...input, ...changed }]).diagnostics.map(({ code }) => code);
  const mapped = (mapping: string): InputBinding['columns'] => columns.map((column) => ({ ...column, mapping }));

  it('have paths that are read', () => {
    expect(codes({ columns: mapped("$['a b'].c") })).toEqual([]);
    expect(codes({ columns: mapped('$.a[*]') })).toEqual(['invalid-path']);
    expect(codes({ format: { kind: 'json', rowPath: '$..rows' } })).toEqual(['invalid-path']);
    expect(codes({ time: { path: '@.at', unit: 'ms' } })).toEqual(['invalid-path']);
  });

  it('have names that nothing else has', () => {
    const [first, ...others] = columns;
    if (first === undefined) throw new Error('no column');
    expect(codes({ columns: [first, ...others, { ...first, name: 'ROWTIME' }] })).toEqual(['reserved-name']);
    expect(bound(sql, [input, { ...input, stream: 'R' }]).diagnostics).toMatchObject([
      { code: 'stream-redefined', message: '"R" is an input stream and a reference table' },
    ]);
  });
});
