// The binder's expressions: what becomes of them, their types, their messages; and the catalogue's reader.
import { describe, expect, it } from 'vitest';
import { typeText } from '../../contract/types.ts';
import { bindExpression } from '../../compiler/bind/bind.ts';
import { readCatalogue } from '../../compiler/bind/functions.ts';
import { parseExpression } from '../../compiler/parse/parse.ts';
import { printExpression } from '../../compiler/plan/print.ts';
import { catalogue, columns, declare } from './bindSample.ts';

describe('expressions', () => {
  const text = (sql: string): string => {
    const parsed = parseExpression({ name: 'expression', text: sql });
    if (parsed.expression === undefined) throw new Error(`no tree for ${sql}`);
    const { expression, diagnostics } = bindExpression(parsed.expression, columns, catalogue);
    if (expression === undefined) return diagnostics.map(({ code, message }) => `${code}: ${message}`).join(' | ');
    return `${printExpression(expression)} : ${typeText(expression.type)}${expression.nullable ? '' : ' NOT NULL'}`;
  };
  it.each([
    ['N + 1', '(#2:N + 1) : INTEGER'],
    ['N * 3000000000', '(CAST(#2:N AS BIGINT) * 3000000000) : BIGINT'],
    ['D + N', '(#3:D + CAST(#2:N AS DECIMAL(10,0))) : DECIMAL(13,2)'],
    ['D * D', '(#3:D * #3:D) : DECIMAL(10,4)'],
    ['5.0/2', '(50 / CAST(2 AS DECIMAL(10,0))) : DECIMAL(13,12) NOT NULL'],
    ['D / 3', '(#3:D / CAST(3 AS DECIMAL(10,0))) : DECIMAL(16,13)'],
    ['N + 1e0', '(CAST(#2:N AS DOUBLE) + 1) : DOUBLE'],
    ['.9', '9 : DECIMAL(1,1) NOT NULL'],
    ['-2147483648', '-2147483648 : INTEGER NOT NULL'],
    ['-9223372036854775808', '-9223372036854775808 : BIGINT NOT NULL'],
    ["EVENT_TIME + INTERVAL '1' DAY", '(#4:EVENT_TIME + 86400000) : TIMESTAMP'],
    ['(EVENT_TIME - ROWTIME) MINUTE', 'CAST((#4:EVENT_TIME - ROWTIME) AS INTERVAL MINUTE) : INTERVAL MINUTE'],
    ['EVENT_TIME + NULL', '(#4:EVENT_TIME + NULL) : TIMESTAMP'],
    ["3 * INTERVAL '1' HOUR", '(3 * 3600000) : INTERVAL HOUR NOT NULL'],
    ["INTERVAL '1-2' YEAR TO MONTH + INTERVAL '3' MONTH", '(14 + 3) : INTERVAL YEAR TO MONTH NOT NULL'],
    ["INTERVAL -'1 02:03:04.5' DAY TO SECOND", '-93784500 : INTERVAL DAY TO SECOND NOT NULL'],
    ['N = 1.5', '(CAST(#2:N AS DECIMAL(11,1)) = CAST(15 AS DECIMAL(11,1))) : BOOLEAN'],
    ["TICKER = 'AMZN'", "(#0:TICKER = 'AMZN') : BOOLEAN"],
    ["F = 'ab'", "(#5:F = CAST('ab' AS CHAR(5))) : BOOLEAN"],
    ['N BETWEEN 1 AND 5', '((#2:N >= 1) AND (#2:N <= 5)) : BOOLEAN'],
    ['N NOT IN (1, 2)', 'NOT ((#2:N = 1) OR (#2:N = 2)) : BOOLEAN'],
    ['(N, TICKER) IN ((1, TICKER))', '((#2:N = 1) AND (#0:TICKER = #0:TICKER)) : BOOLEAN'],
    ["CASE N WHEN 1 THEN 'a' ELSE 'bbb' END", "CASE WHEN (#2:N = 1) THEN 'a' ELSE 'bbb' END : VARCHAR(3) NOT NULL"],
    ["CASE WHEN N > 1 THEN 'a' END", "CASE WHEN (#2:N > 1) THEN 'a' ELSE NULL END : CHAR(1)"],
    ['COALESCE(N, 1.5)', 'COALESCE(CAST(#2:N AS DECIMAL(11,1)), CAST(15 AS DECIMAL(11,1))) : DECIMAL(11,1) NOT NULL'],
    ['NULLIF(N, 0)', 'CASE WHEN (#2:N = 0) THEN NULL ELSE #2:N END : INTEGER'],
    ['N IS NOT DISTINCT FROM NULL', '(#2:N IS NOT DISTINCT FROM NULL) : BOOLEAN NOT NULL'],
    ["TICKER || 'x'", "CONCAT_OPERATOR(#0:TICKER, 'x') : VARCHAR(5)"],
    ["TICKER NOT LIKE 'a%'", "NOT LIKE(#0:TICKER, 'a%') : BOOLEAN"],
    ['SUBSTRING(TICKER FROM 2)', 'SUBSTRING_FROM(#0:TICKER, 2) : VARCHAR(4)'],
    ["SUBSTRING('abc', 1, 2)", "SUBSTRING('abc', 1, 2) : VARCHAR(3)"],
    ['TRIM(TICKER)', "TRIM_BOTH(#0:TICKER, ' ') : VARCHAR(4)"],
    ["TRIM(BOTH 'x' FROM TICKER)", "TRIM_BOTH(#0:TICKER, 'x') : VARCHAR(4)"],
    ['EXTRACT(HOUR FROM EVENT_TIME)', 'EXTRACT(3, #4:EVENT_TIME) : BIGINT'],
    ['FLOOR(D)', 'FLOOR(#3:D) : DECIMAL(5,0)'],
    ['FLOOR("price")', 'FLOOR(#1:price) : DOUBLE'],
    ['UPPER(F)', 'UPPER(CAST(#5:F AS VARCHAR(5))) : VARCHAR(5)'],
    ['UPPER(NULL)', 'UPPER(NULL) : VARCHAR(65535)'],
    ["TIMESTAMP_TO_CHAR('yyyy', EVENT_TIME)", "TIMESTAMP_TO_CHAR('yyyy', #4:EVENT_TIME) : VARCHAR(65535)"],
    ['CURRENT_DATE', 'CAST(START AS DATE) : DATE NOT NULL'],
    ['NOT N = 1', 'NOT (#2:N = 1) : BOOLEAN'],
    ['N = 1 AND N = 2 AND TRUE', '((#2:N = 1) AND (#2:N = 2) AND 1) : BOOLEAN'],
    ["CAST('1' AS DECIMAL(5,2))", "CAST('1' AS DECIMAL(5,2)) : DECIMAL(5,2) NOT NULL"],
  ])('%s', (sql, expected) => {
    expect(text(sql)).toBe(expected);
  });

  it.each([
    ['TICKER = N', "type-mismatch: VARCHAR(4) and INTEGER can not be compared by '='"],
    ["EVENT_TIME = '2000-01-01 00:00:00'", "type-mismatch: TIMESTAMP and CHAR(19) can not be compared by '='"],
    ['EVENT_TIME - ROWTIME', "type-mismatch: Cannot apply '-' to arguments of type '<TIMESTAMP> - <TIMESTAMP>'"],
    ["(EVENT_TIME - DATE '2000-01-01') DAY", 'type-mismatch: Parameters must be of the same type: TIMESTAMP and DATE'],
    ['N + TICKER', "type-mismatch: Cannot apply '+' to arguments of type '<INTEGER> + <VARCHAR(4)>'"],
    ['CAST(EVENT_TIME AS BIGINT)', 'illegal-cast: TIMESTAMP can not be cast to BIGINT'],
    ['CAST(TRUE AS INTEGER)', 'illegal-cast: BOOLEAN can not be cast to INTEGER'],
    ["INTERVAL '120' SECOND", 'invalid-literal: Interval field value 120 exceeds precision of SECOND(2) field'],
    ["INTERVAL '5:61' MINUTE TO SECOND", "invalid-literal: the field SECOND of '5:61' is out of range"],
    [
      "TIMESTAMP '2007-02-19 21:25'",
      "invalid-literal: Illegal TIMESTAMP literal '2007-02-19 21:25': not in format 'yyyy-MM-dd HH:mm:ss'",
    ],
    ["DATE '2004-12-02 '", "invalid-literal: Illegal DATE literal '2004-12-02 ': not in format 'yyyy-MM-dd'"],
    ["DATE '2004-02-30'", "invalid-literal: Illegal DATE literal '2004-02-30': not in format 'yyyy-MM-dd'"],
    ['UPPER(N)', 'type-mismatch: UPPER does not take (INTEGER)'],
    ['UPPR(TICKER)', 'no-such-function: there is no function UPPR'],
    ['NOT N', 'type-mismatch: a condition must be BOOLEAN, not INTEGER'],
    ['NOPE BETWEEN 1 AND 2', 'unknown-column: the query has no column "NOPE"'],
    ["CASE WHEN TRUE THEN 1 ELSE 'a' END", 'type-mismatch: INTEGER and CHAR(1) can not be results of one CASE'],
    ['CAST(N AS DECIMAL(25,2))', 'type-out-of-range: DECIMAL has 1 to 19 digits, not 25'],
    ['COUNT(*)', 'misplaced-aggregate: COUNT is an aggregate and can not stand in an expression'],
    ['EXISTS(SELECT * FROM S)', 'misplaced-subquery: a subquery can not stand here'],
    ['LAG(N, 1) OVER (ROWS 1 PRECEDING)', 'misplaced-window-function: LAG OVER a window can not stand in this place'],
  ])('refuses %s', (sql, expected) => {
    expect(text(sql)).toBe(expected);
  });
});

describe('readCatalogue', () => {
  const read = (text: string) => readCatalogue(new Map([['functions/x', text]]));

  it('reads tags, several signatures and the null rule', () => {
    const text =
      "/**\n * The first characters.\n * @sql left(VARCHAR, INTEGER) -> VARCHAR(10)\n * @sql first(VARCHAR, INTEGER) -> VARCHAR(10)\n * @nulls may-return\n * @volatile\n * @faults overflow invalid-argument\n * @case left('abcd', 2) = 'ab'\n */\nexport function left(text: Text, count: i32): Text { return text; }";
    const { byName, cases } = read(text);
    expect([...byName.keys()]).toEqual(['LEFT', 'FIRST']);
    expect(byName.get('LEFT')?.[0]).toMatchObject({
      implementation: 'left',
      module: 'functions/x',
      nulls: 'may-return',
      volatile: true,
      faults: ['overflow', 'invalid-argument'],
      documentation: 'The first characters.',
    });
    expect(cases).toEqual([{ text: "left('abcd', 2) = 'ab'", module: 'functions/x', implementation: 'left' }]);
  });

  it.each([
    ['a parameter of another storage', declare('f(INTEGER) -> INTEGER', 'f(a: i64): i32')],
    ['a missing scale', declare('f(DECIMAL) -> DECIMAL', 'f(a: i64): i64')],
    ['missing null flags', declare('f(INTEGER) -> INTEGER', 'f(a: i32): i32', '@nulls accepts')],
    ['another result', declare('f(INTEGER) -> VARCHAR', 'f(a: i32): i32')],
    ['an unknown type', declare('f(FOO) -> INTEGER', 'f(a: i32): i32')],
    ['an unknown null rule', declare('f(INTEGER) -> INTEGER', 'f(a: i32): i32', '@nulls sometimes')],
    [
      'no function behind it',
      '/** @sql f(INTEGER) -> INTEGER */\nconst x = 1;\nexport function f(a: i32): i32 { return a; }',
    ],
  ])('refuses %s', (_, text) => {
    expect(() => read(text)).toThrow(/functions\/x/);
  });
});
