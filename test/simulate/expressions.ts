// Random expressions of every kind of value over the columns of a relation.
import type { Random } from './choices.ts';

/** Kinds of values; `loose` is a DOUBLE whose last digits depend on the method (variances, logarithms), compared within 1e-9. */
export type Kind =
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'real'
  | 'double'
  | 'loose'
  | 'decimal'
  | 'text'
  | 'char'
  | 'boolean'
  | 'timestamp'
  | 'date'
  | 'time';

/** A column as SQL refers to it. */
export interface GeneratedColumn {
  readonly name: string;
  readonly kind: Kind;
}

/** Types by kind. */
export const typeTexts: Record<Kind, string> = {
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'REAL',
  double: 'DOUBLE',
  loose: 'DOUBLE',
  decimal: 'DECIMAL(9,2)',
  text: 'VARCHAR(6)',
  char: 'CHAR(3)',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  time: 'TIME',
};

/** Kinds that a select list may have; the common ones more often. */
export const itemKinds: readonly Kind[] = [
  'integer',
  'integer',
  'bigint',
  'double',
  'decimal',
  'text',
  'text',
  'boolean',
  'timestamp',
  'smallint',
  'real',
  'char',
  'date',
  'time',
  'loose',
];

const comparedKinds: readonly Kind[] = [
  'integer',
  'bigint',
  'double',
  'decimal',
  'text',
  'char',
  'timestamp',
  'date',
  'time',
  'boolean',
];

const intervals = [
  "INTERVAL '1' DAY",
  "INTERVAL '3' HOUR",
  "INTERVAL '90' MINUTE",
  "INTERVAL '1.5' SECOND",
  "INTERVAL '1 02:03' DAY TO MINUTE",
  "INTERVAL -'7' SECOND",
];

/** A random expression of a kind; deeper ones are larger. */
export function expressionText(random: Random, kind: Kind, columns: readonly GeneratedColumn[], depth: number): string {
  const fitting = columns.filter((column) => column.kind === kind);
  if (depth <= 0 || random.chance(0.3) || kind === 'loose') {
    if (fitting.length > 0 && random.chance(0.8)) return random.pick(fitting).name;
    if (kind !== 'loose' || depth <= 0) return literalText(random, kind);
  }
  const of = (inner: Kind): string => expressionText(random, inner, columns, depth - 1);
  if (kind !== 'loose') {
    if (random.chance(0.1)) return caseText(random, kind, of);
    if (random.chance(0.06)) return `COALESCE(${of(kind)}, ${of(kind)})`;
    if (random.chance(0.05) && kind !== 'boolean') return `NULLIF(${of(kind)}, ${of(kind)})`;
  }
  return random.pick(forms[kind])(of, random);
}

function caseText(random: Random, kind: Kind, of: (inner: Kind) => string): string {
  const inner = random.pick(comparedKinds);
  return random.pick([
    () => `CASE WHEN ${of('boolean')} THEN ${of(kind)} ELSE ${of(kind)} END`,
    () => `CASE WHEN ${of('boolean')} THEN ${of(kind)} WHEN ${of('boolean')} THEN ${of(kind)} END`,
    () => `CASE ${of(inner)} WHEN ${of(inner)} THEN ${of(kind)} ELSE ${of(kind)} END`,
  ])();
}

type Form = (of: (inner: Kind) => string, random: Random) => string;

const forms: Record<Kind, readonly Form[]> = {
  smallint: [(of) => `CAST(${of('integer')} AS SMALLINT)`, (of) => `(${of('smallint')} + ${of('smallint')})`],
  integer: [
    (of, random) => `(${of('integer')} ${random.pick(['+', '-', '*', '/'])} ${of('integer')})`,
    (of, random) => `(${of('integer')} ${random.pick(['+', '-', '*', '/'])} ${of('smallint')})`,
    (of) => `CHAR_LENGTH(${of('text')})`,
    (of) => `OCTET_LENGTH(${of('text')})`,
    (of) => `(- ${of('integer')})`,
    (of) => `MOD(${of('integer')}, ${of('integer')})`,
    (of) => `ABS(${of('integer')})`,
    (of, random) => `STEP(${of('integer')} BY ${random.pick(['2', '5', '10'])})`,
    (of) => `POSITION(${of('text')} IN ${of('text')})`,
    (of, random) => `CAST(${of(random.pick<Kind>(['double', 'decimal', 'bigint', 'real']))} AS INTEGER)`,
    (of, random) =>
      `CAST(EXTRACT(${random.pick(['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE'])} FROM ${of('timestamp')}) AS INTEGER)`,
  ],
  bigint: [
    (of, random) => `(${of('bigint')} ${random.pick(['+', '-', '*', '/'])} ${of(random.pick(['integer', 'bigint']))})`,
    (of) => `UNIX_TIMESTAMP(${of('timestamp')})`,
    (of) => `TSDIFF(${of('timestamp')}, ${of('timestamp')})`,
    (of) => `ABS(${of('bigint')})`,
    (of) => `CAST((${of('timestamp')} - ${of('timestamp')}) MINUTE(8) AS BIGINT)`,
    (of, random) => `EXTRACT(${random.pick(['YEAR', 'MONTH', 'DAY'])} FROM ${of('date')})`,
    (of, random) => `EXTRACT(${random.pick(['HOUR', 'MINUTE'])} FROM ${of('time')})`,
  ],
  real: [
    (of) => `CAST(${of('double')} AS REAL)`,
    (of) => `CAST(${of('decimal')} AS REAL)`,
    (of) => `ABS(${of('real')})`,
  ],
  double: [
    (of, random) =>
      `(${of('double')} ${random.pick(['+', '-', '*', '/'])} ${of(random.pick<Kind>(['integer', 'double', 'decimal', 'real']))})`,
    (of, random) => `${random.pick(['ABS', 'FLOOR', 'CEIL', 'SQRT', 'SIGN'])}(${of('double')})`,
    (of, random) => `CAST(${of(random.pick<Kind>(['integer', 'bigint', 'decimal', 'real']))} AS DOUBLE)`,
    (of) => `(${of('real')} + ${of('real')})`,
  ],
  loose: [
    (of, random) => `${random.pick(['EXP', 'LN', 'LOG10'])}(${of('double')})`,
    (of) => `POWER(${of('double')}, ${of('integer')})`,
  ],
  decimal: [
    (of, random) =>
      `(${of('decimal')} ${random.pick(['+', '-', '*', '/'])} ${of(random.pick(['integer', 'decimal']))})`,
    (of, random) =>
      `CAST(${of('decimal')} ${random.pick(['+', '-', '*'])} ${of(random.pick(['integer', 'decimal']))} AS DECIMAL(9,2))`,
    (of, random) => `${random.pick(['ABS', 'FLOOR', 'CEIL'])}(${of('decimal')})`,
    (of, random) => `CAST(${of(random.pick<Kind>(['integer', 'bigint', 'double']))} AS DECIMAL(12,3))`,
    (of) => `EXTRACT(SECOND FROM ${of('timestamp')})`,
  ],
  text: [
    (of, random) => `${random.pick(['UPPER', 'LOWER', 'INITCAP'])}(${of('text')})`,
    (of, random) => `CAST(${of(random.pick<Kind>(['integer', 'decimal', 'boolean']))} AS VARCHAR(6))`,
    (of, random) =>
      `CAST(${of(random.pick<Kind>(['bigint', 'double', 'real', 'timestamp', 'date', 'time']))} AS VARCHAR(30))`,
    (of, random) => `(${of('text')} || ${of(random.pick<Kind>(['text', 'char']))})`,
    (of) => `SUBSTRING(${of('text')} FROM ${of('integer')} FOR ${of('integer')})`,
    (of) => `SUBSTRING(${of('text')}, ${of('integer')})`,
    (of) => `SUBSTRING(${of('text')} FROM ${of('integer')})`,
    (of, random) =>
      `TRIM(${random.pick(['LEADING', 'TRAILING', 'BOTH'])} ${random.pick(["' '", "'a'", "'ü'"])} FROM ${of('text')})`,
    (of) => `OVERLAY(${of('text')} PLACING ${of('text')} FROM ${of('integer')})`,
    (of) => `OVERLAY(${of('text')} PLACING ${of('text')} FROM ${of('integer')} FOR ${of('integer')})`,
  ],
  char: [(of) => `CAST(${of('text')} AS CHAR(3))`, (of) => `CAST(${of('char')} AS CHAR(3))`],
  boolean: [
    (of, random) => {
      const inner = random.pick(comparedKinds);
      return `(${of(inner)} ${random.pick(['=', '<>', '<', '>', '<=', '>='])} ${of(inner)})`;
    },
    (of, random) => {
      const [one, two] = random.pick<readonly [Kind, Kind]>([
        ['integer', 'bigint'],
        ['integer', 'decimal'],
        ['smallint', 'integer'],
        ['integer', 'double'],
        ['real', 'double'],
        ['decimal', 'bigint'],
      ]);
      return `(${of(one)} ${random.pick(['=', '<', '>='])} ${of(two)})`;
    },
    (of, random) => `(${of('boolean')} ${random.pick(['AND', 'OR'])} ${of('boolean')})`,
    (of) => `(NOT ${of('boolean')})`,
    (of, random) => `(${of(random.pick(comparedKinds))} IS ${random.pick(['', 'NOT '])}NULL)`,
    (of, random) => `(${of('boolean')} IS ${random.pick(['', 'NOT '])}${random.pick(['TRUE', 'FALSE', 'UNKNOWN'])})`,
    (of, random) => {
      const inner = random.pick(comparedKinds);
      return `(${of(inner)} IS ${random.pick(['', 'NOT '])}DISTINCT FROM ${of(inner)})`;
    },
    (of, random) =>
      `(${of('integer')} ${random.pick(['', 'NOT '])}BETWEEN ${random.pick(['', 'SYMMETRIC '])}${of('integer')} AND ${of('integer')})`,
    (of, random) => {
      const inner = random.pick<Kind>(['integer', 'text', 'decimal', 'date']);
      return `(${of(inner)} ${random.pick(['', 'NOT '])}IN (${of(inner)}, ${of(inner)}, ${of(inner)}))`;
    },
    (of, random) =>
      `(${of('text')} ${random.pick(['', 'NOT '])}LIKE ${random.pick(["'a%'", "'_'", "'%b%'", "'%ü'", "''"])})`,
    (of) => `CAST(CAST(${of('boolean')} AS VARCHAR(7)) AS BOOLEAN)`,
    (of, random) => `((${of('integer')}, ${of('text')}) ${random.pick(['=', '<>'])} (${of('integer')}, ${of('text')}))`,
    (of, random) =>
      `((${of('timestamp')}, ${of('timestamp')}) ${random.pick(['OVERLAPS', 'CONTAINS', 'PRECEDES', 'EQUALS'])} (${of('timestamp')}, ${of('timestamp')}))`,
  ],
  timestamp: [
    (of, random) => `FLOOR(${of('timestamp')} TO ${random.pick(['SECOND', 'MINUTE', 'HOUR', 'DAY', 'MONTH', 'YEAR'])})`,
    (of, random) => `CEIL(${of('timestamp')} TO ${random.pick(['SECOND', 'MINUTE', 'HOUR', 'DAY', 'MONTH', 'YEAR'])})`,
    (of, random) =>
      `STEP(${of('timestamp')} BY INTERVAL '${1 + random.below(59)}' ${random.pick(['SECOND', 'MINUTE'])})`,
    (of, random) => `(${of('timestamp')} ${random.pick(['+', '-'])} ${random.pick(intervals)})`,
    (of, random) => `(${of('timestamp')} + INTERVAL '${random.pick([1, 13])}' MONTH)`,
    (of) => `CAST(${of('date')} AS TIMESTAMP)`,
    (of) => `(${of('timestamp')} + MOD(${of('integer')}, 100) * INTERVAL '1' SECOND)`,
    (of) => `TO_TIMESTAMP(UNIX_TIMESTAMP(${of('timestamp')}) + 17)`,
    () => 'CURRENT_TIMESTAMP',
  ],
  date: [
    (of) => `CAST(${of('timestamp')} AS DATE)`,
    (of, random) => `(${of('date')} ${random.pick(['+', '-'])} INTERVAL '${1 + random.below(40)}' DAY)`,
    (of, random) => `${random.pick(['FLOOR', 'CEIL'])}(${of('date')} TO ${random.pick(['MONTH', 'YEAR', 'DAY'])})`,
  ],
  time: [
    (of) => `CAST(${of('timestamp')} AS TIME)`,
    (of, random) => `(${of('time')} ${random.pick(['+', '-'])} ${random.pick(intervals)})`,
    (of, random) => `${random.pick(['FLOOR', 'CEIL'])}(${of('time')} TO ${random.pick(['HOUR', 'MINUTE', 'SECOND'])})`,
  ],
};

/** A literal of a kind. */
export function literalText(random: Random, kind: Kind): string {
  switch (kind) {
    case 'smallint':
      return random.pick(['CAST(7 AS SMALLINT)', 'CAST(0 AS SMALLINT)']);
    case 'integer':
      return random.pick(['0', '1', '2', '3', '10', '2147483647']);
    case 'bigint':
      return random.pick(['2147483648', '9223372036854775807', 'CAST(1 AS BIGINT)', 'CAST(0 AS BIGINT)']);
    case 'real':
      return random.pick(['CAST(1.5 AS REAL)', 'CAST(0 AS REAL)']);
    case 'double':
      return random.pick(['0E0', '1.5E0', '25E-1', '1E300']);
    case 'loose':
      return random.pick(['EXP(1E0)', 'LN(2E0)', 'POWER(2E0, 5E-1)']);
    case 'decimal':
      return random.pick(['CAST(1.25 AS DECIMAL(9,2))', '0.05', 'CAST(0 AS DECIMAL(9,2))', '2.0']);
    case 'text':
      return random.pick(["''", "'a'", "'b'", "'ab'", "'ü'", "'a b'"]);
    case 'char':
      return random.pick(["CAST('a' AS CHAR(3))", "CAST('' AS CHAR(3))"]);
    case 'boolean':
      return random.pick(['TRUE', 'FALSE', 'UNKNOWN']);
    case 'timestamp':
      return random.pick(["TIMESTAMP '2000-01-01 00:00:00'", "TIMESTAMP '1999-12-31 23:59:59.999'"]);
    case 'date':
      return random.pick(["DATE '2000-01-31'", "DATE '1969-12-31'"]);
    case 'time':
      return random.pick(["TIME '00:00:00'", "TIME '23:59:59'"]);
  }
}
