// Functions that are syntax or operators of the plan, not functions of the library: what they are called and what they do. The
// binder suggests their names, docs/functions.md lists them, and their cases are tested like those of the library.

/** One of them, or several of one kind. */
export interface SyntaxFunction {
  /** Name in headings and suggestions. */
  readonly name: string;
  readonly family: string;
  /** How it is written, with the type of its value. */
  readonly forms: readonly string[];
  readonly documentation: string;
  readonly faults?: readonly string[];
  /** As `@case` lines. */
  readonly cases?: readonly string[];
}

const conditions: readonly SyntaxFunction[] = [
  {
    name: 'CASE',
    family: 'Conditions',
    forms: [
      'CASE WHEN condition THEN x … [ELSE y] END → common type',
      'CASE x WHEN value THEN y … [ELSE z] END → common type',
    ],
    documentation:
      'The value of the first branch that holds; NULL when none does and there is no ELSE. Later branches are not looked at.',
    cases: [
      "CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END = 'b'",
      "CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END = 'two'",
      "CASE 3 WHEN 1 THEN 'one' END = NULL",
    ],
  },
  {
    name: 'COALESCE',
    family: 'Conditions',
    forms: ['COALESCE(x, y, …) → common type'],
    documentation: 'The first value that is not NULL. What follows it is not looked at.',
    cases: ['COALESCE(NULL, 2, 3) = 2', 'COALESCE(1, 1 / 0) = 1'],
  },
  {
    name: 'NULLIF',
    family: 'Conditions',
    forms: ['NULLIF(x, y) → type of x'],
    documentation: 'NULL when both are equal, otherwise the first.',
    cases: ['NULLIF(4, 3) = 4', 'NULLIF(5, 5) = NULL', 'NULLIF(5, NULL) = 5'],
  },
  {
    name: 'BETWEEN',
    family: 'Conditions',
    forms: ['x [NOT] BETWEEN [SYMMETRIC | ASYMMETRIC] y AND z → BOOLEAN'],
    documentation:
      'y <= x AND x <= z; with SYMMETRIC the bounds may be exchanged. Rows such as (a, b) compare field by field.',
    cases: ['5 BETWEEN 1 AND 5 = TRUE', '5 BETWEEN 9 AND 1 = FALSE', '5 BETWEEN SYMMETRIC 9 AND 1 = TRUE'],
  },
  {
    name: 'IN',
    family: 'Conditions',
    forms: ['x [NOT] IN (y, …) → BOOLEAN', '(a, b) [NOT] IN ((c, d), …) → BOOLEAN'],
    documentation: 'TRUE when it equals one of the values; NULL when it equals none and one is NULL.',
    cases: ['2 IN (1, 2) = TRUE', '(1, 2) IN ((1, 2), (3, 4)) = TRUE', '3 IN (1, NULL) = NULL'],
  },
  {
    name: 'IS',
    family: 'Conditions',
    forms: [
      'x IS [NOT] NULL → BOOLEAN',
      'condition IS [NOT] TRUE | FALSE | UNKNOWN → BOOLEAN',
      'x IS [NOT] DISTINCT FROM y → BOOLEAN',
    ],
    documentation: 'Never NULL. IS DISTINCT FROM is <> for which NULL equals NULL.',
    cases: [
      'NULL IS NULL = TRUE',
      '(1 = NULL) IS UNKNOWN = TRUE',
      'NULL IS DISTINCT FROM 1 = TRUE',
      '1 IS NOT DISTINCT FROM 1.0 = TRUE',
    ],
  },
  {
    name: 'Periods',
    family: 'Conditions',
    forms: [
      '[PERIOD] (start, end) CONTAINS | OVERLAPS | EQUALS | PRECEDES | SUCCEEDS | LEADS | LAGS [PERIOD] (start, end) → BOOLEAN',
      'STRICTLY before CONTAINS, OVERLAPS, PRECEDES, SUCCEEDS, LEADS, LAGS · IMMEDIATELY before PRECEDES, SUCCEEDS, LEADS, LAGS',
      '[PERIOD] (start, end) [STRICTLY] CONTAINS datetime → BOOLEAN',
    ],
    documentation:
      'Periods hold their start and not their end. PRECEDES: it ends when the other starts (IMMEDIATELY) or before (STRICTLY). LEADS: it starts first and ends together with the other (IMMEDIATELY) or inside it (STRICTLY). SUCCEEDS and LAGS are the same the other way round. CONTAINS and OVERLAPS with STRICTLY share no end. (a) PRECEDES (b) PRECEDES (c) means both.',
    cases: [
      "(TIME '10:00:00', TIME '11:00:00') OVERLAPS (TIME '10:30:00', TIME '12:00:00') = TRUE",
      "(TIME '10:00:00', TIME '11:00:00') IMMEDIATELY PRECEDES (TIME '11:00:00', TIME '12:00:00') = TRUE",
      "PERIOD(TIME '10:00:00', TIME '11:00:00') CONTAINS TIME '11:00:00' = FALSE",
    ],
  },
];

const conversions: readonly SyntaxFunction[] = [
  {
    name: 'CAST',
    family: 'Conversions',
    forms: ['CAST(x AS type) → type'],
    documentation:
      'The value in another type. Numbers round half away from zero; texts are cut to the length; numbers, booleans and datetimes must fit the text; text must be in the form of the literal.',
    faults: ['invalid-cast', 'numeric-overflow', 'text-too-long'],
    cases: [
      'CAST(2.5 AS INTEGER) = 3',
      "CAST('2004-02-29' AS DATE) = DATE '2004-02-29'",
      "CAST(1E10 AS VARCHAR(10)) = '1.0E10'",
      "CAST(DATE '2004-02-29' AS VARCHAR(9)) faults text-too-long",
    ],
  },
];

const datetimes: readonly SyntaxFunction[] = [
  {
    name: 'CURRENT_TIMESTAMP',
    family: 'Datetimes',
    forms: ['CURRENT_TIMESTAMP, LOCALTIMESTAMP → TIMESTAMP', 'CURRENT_DATE → DATE', 'CURRENT_TIME, LOCALTIME → TIME'],
    documentation: "The application's start, in UTC: the same for every row.",
  },
  {
    name: 'CURRENT_ROW_TIMESTAMP',
    family: 'Datetimes',
    forms: ['CURRENT_ROW_TIMESTAMP → TIMESTAMP'],
    documentation: 'The clock of the record or bound that caused the row.',
  },
  {
    name: 'Difference',
    family: 'Datetimes',
    forms: ['(x - y) qualifier → INTERVAL qualifier'],
    documentation: 'The time between two datetimes of one type, cut to the last field of the qualifier.',
    cases: ["(TIME '10:06:11' - TIME '10:00:00') MINUTE = INTERVAL '6' MINUTE"],
  },
];

const session: readonly SyntaxFunction[] = [
  {
    name: 'USER',
    family: 'Session',
    forms: [
      'USER, CURRENT_USER, SESSION_USER, SYSTEM_USER → VARCHAR(128)',
      'CURRENT_PATH, CURRENT_ROLE → VARCHAR(128)',
    ],
    documentation: 'There for applications that name them; the values mean nothing.',
  },
];

const aggregate = (
  name: string,
  form: string,
  documentation: string,
  faults: readonly string[] = [],
): SyntaxFunction => ({
  name,
  family: 'Aggregates',
  forms: [form],
  documentation,
  ...(faults.length === 0 ? {} : { faults }),
});

const overflow = ['numeric-overflow'];
const aggregates: readonly SyntaxFunction[] = [
  aggregate('COUNT', 'COUNT(*), COUNT([ALL | DISTINCT] x) → BIGINT', 'Rows, or values that are not NULL; never NULL.'),
  aggregate(
    'SUM',
    'SUM([ALL | DISTINCT] number) → type of the number',
    'Exact numbers are added exactly, whatever happens on the way.',
    overflow,
  ),
  aggregate(
    'AVG',
    'AVG([ALL | DISTINCT] number) → type of the number',
    'Integers are truncated, DECIMAL rounds half away from zero.',
    overflow,
  ),
  aggregate('MIN', 'MIN(x) → type of x', 'The smallest value.'),
  aggregate('MAX', 'MAX(x) → type of x', 'The largest value.'),
  aggregate('STDDEV_POP', 'STDDEV_POP(number) → DOUBLE', 'Standard deviation of a population.', overflow),
  aggregate(
    'STDDEV_SAMP',
    'STDDEV_SAMP(number), STDDEV(number) → DOUBLE',
    'Standard deviation of a sample; NULL for fewer than two values.',
    overflow,
  ),
  aggregate('VAR_POP', 'VAR_POP(number) → DOUBLE', 'Variance of a population.', overflow),
  aggregate('VAR_SAMP', 'VAR_SAMP(number) → DOUBLE', 'Variance of a sample; NULL for fewer than two values.', overflow),
  aggregate('FIRST_VALUE', 'FIRST_VALUE(x) [IGNORE NULLS | RESPECT NULLS] → type of x', 'The value of the first row.'),
  aggregate('LAST_VALUE', 'LAST_VALUE(x) [IGNORE NULLS | RESPECT NULLS] → type of x', 'The value of the last row.'),
  aggregate('ANY', 'ANY(condition) → BOOLEAN', 'TRUE when it holds for one row.'),
  aggregate('EVERY', 'EVERY(condition) → BOOLEAN', 'TRUE when it holds for all rows.'),
];

const windows: readonly SyntaxFunction[] = [
  {
    name: 'LAG',
    family: 'Windows',
    forms: ['LAG(x [, rows [, default]]) [IGNORE NULLS | RESPECT NULLS] OVER window → type of x'],
    documentation:
      'The value so many rows earlier in the window, one unless said otherwise; the default, or NULL, where the window has no such row.',
  },
  {
    name: 'NTH_VALUE',
    family: 'Windows',
    forms: ['NTH_VALUE(x, n) [FROM FIRST | FROM LAST] [IGNORE NULLS | RESPECT NULLS] OVER window → type of x'],
    documentation: 'The value of the n-th row of the window; NULL where it has fewer.',
  },
  {
    name: 'EXP_AVG',
    family: 'Windows',
    forms: ['EXP_AVG(number, interval) OVER window → DOUBLE'],
    documentation: 'Mean weighted by age: a value as old as the interval counts half as much as a new one.',
  },
];

const logs: readonly SyntaxFunction[] = [
  {
    name: 'REGEX_LOG_PARSE',
    family: 'Logs',
    forms: ["REGEX_LOG_PARSE(text, 'pattern' [, 'name TYPE type, …']) → record"],
    documentation:
      'The groups of a Java pattern that matches the whole text, as COLUMN1, COLUMN2 … of VARCHAR(1024) unless columns are given; all NULL without a match.',
  },
  {
    name: 'FAST_REGEX_LOG_PARSE',
    family: 'Logs',
    forms: ["FAST_REGEX_LOG_PARSE(text, 'pattern') → record"],
    documentation:
      'The groups of a pattern in the language of automata: each part takes the shortest text that it matches. FAST_REGEX_LOG_PARSER is the same.',
  },
  {
    name: 'W3C_LOG_PARSE',
    family: 'Logs',
    forms: ["W3C_LOG_PARSE(text, 'format') → record"],
    documentation:
      'The fields of a line of a web server: COMMON, COMMON WITH VHOST, NCSA EXTENDED, REFERER, AGENT, IIS, or specifiers such as %h %t %>s.',
  },
  {
    name: 'SYS_LOG_PARSE',
    family: 'Logs',
    forms: ['SYS_LOG_PARSE(text) → record'],
    documentation: 'COLUMN1, the time of a line of syslog, and COLUMN2, what follows it.',
  },
  {
    name: 'FIXED_COLUMN_LOG_PARSE',
    family: 'Logs',
    forms: ["FIXED_COLUMN_LOG_PARSE(text, 'name [TYPE type] START n [FOR length], …') → record"],
    documentation: 'Columns at fixed places, counted from 0, converted to their types.',
  },
  {
    name: 'VARIABLE_COLUMN_LOG_PARSE',
    family: 'Logs',
    forms: ["VARIABLE_COLUMN_LOG_PARSE(text, columns, 'delimiter' [, 'escape' [, 'quote']]) → record"],
    documentation: 'Columns between delimiters; `columns` is their number or a list of names and types.',
  },
];

/** All of them. */
export const syntaxFunctions: readonly SyntaxFunction[] = [
  ...conditions,
  ...conversions,
  ...datetimes,
  ...session,
  ...aggregates,
  ...windows,
  ...logs,
];

/** Those that are called like functions, for suggestions. */
export const syntaxFunctionNames: readonly string[] = syntaxFunctions
  .filter(({ name, forms }) => forms.some((form) => form.startsWith(`${name}(`)))
  .map(({ name }) => name);
