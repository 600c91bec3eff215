// SQL made wrong, or into another query: by tokens, by statements and by bytes.
import { splitOutside, tokensOf, type Token } from '../../testing/sqlText.ts';
import type { Random } from './choices.ts';
import { edited, randomEdit } from './mutate.ts';

/** Tokens of the whole corpus by kind, to put in place of others. */
export type Pool = ReadonlyMap<Token['kind'], readonly string[]>;

/** The tokens of texts. */
export function poolOf(texts: readonly string[]): Pool {
  const pool = new Map<Token['kind'], Set<string>>();
  for (const { kind, text } of texts.flatMap(tokensOf)) pool.set(kind, (pool.get(kind) ?? new Set()).add(text));
  return new Map([...pool].map(([kind, found]) => [kind, [...found]]));
}

const numbers = [
  '0',
  '1',
  '2',
  '-1',
  '0.0',
  '1e308',
  '1e400',
  '1e-400',
  '2147483647',
  '2147483648',
  '9223372036854775807',
  '9223372036854775808',
  '9'.repeat(40),
  '9'.repeat(3000),
  `0.${'0'.repeat(400)}1`,
  '1.',
  '.5',
  '0x10',
  '65535',
  '65536',
  '1000000',
];
const strings = [
  "''",
  "'a'",
  "'%'",
  "'_'",
  "'\\'",
  "'('",
  "'[^'",
  "'(a*)*b'",
  "'a{1000}'",
  "'é\u{1F600}'",
  "'\u0000'",
  "'1'",
  "'-1'",
  "'99999999999'",
  "'1-2'",
  "'1 2:3:4.5'",
  "'2000-01-01'",
  "'9999-12-31 23:59:59.999'",
  "'yyyy-MM-dd'",
  `'${'x'.repeat(70_000)}'`,
  "x'zz'",
  "u&'\\d83d'",
];
const names = [
  'ROWTIME',
  '"rowtime"',
  'ALL',
  '""',
  '" "',
  '"é"',
  `"${'n'.repeat(5000)}"`,
  'x'.repeat(300),
  '_',
  '"a""b"',
  '"constructor"',
  '"__proto__"',
  'toString',
  'error_stream',
  '"error_stream"',
  'NULL',
  'TRUE',
  'CURRENT_TIMESTAMP',
  'UNBOUNDED',
  '*',
  'S',
];
const pieces = [
  '(',
  ')',
  ',',
  ';',
  '.',
  '*',
  '+',
  '-',
  '/',
  '||',
  '=',
  '<>',
  '<',
  '>=',
  '::',
  'AS',
  'BY',
  'OVER',
  'DISTINCT',
  'NOT',
  'NULL',
  'CASE',
  'END',
  'INTERVAL',
  'PRECEDING',
  'STREAM',
  'SELECT',
  'FROM',
  'WHERE',
  'GROUP BY',
  'HAVING',
  'ORDER BY',
  'UNION ALL',
  'EXCEPT',
  'JOIN',
  'ON',
  'WINDOW',
  'VALUES',
  'TABLE',
  'CURSOR',
  '/*',
  '--',
  "'",
  '"',
  '\u0000',
  '\u00a0',
  '“',
  '😀',
  '\ud800',
  '?',
  '::INTEGER',
  'IS NOT NULL',
  'EXISTS',
  'IN',
  'LIKE',
  'ROW',
  'PERIOD',
  'FLOOR',
  'STEP',
  'TO',
  'SECOND',
  'YEAR',
];

/** A script after some random changes, most of them such that it may still be one. */
export function mutatedSql(random: Random, sql: string, other: string, pool: Pool): string {
  let text = sql;
  for (let changes = random.pick([0, 1, 1, 1, 1, 1, 2, 2, 3, 6]); changes > 0; changes--)
    text = change(random, text, other, pool);
  return text;
}

function change(random: Random, sql: string, other: string, pool: Pool): string {
  const kind = random.below(20);
  if (kind === 0) return spliced(random, sql, other);
  if (kind === 1) {
    const bytes = Buffer.from(sql);
    return Buffer.from(
      edited(bytes, [
        randomEdit(random, bytes, Buffer.from(other), ['', ' ', '(', "'", '"', '\n', '\xc3\xa9', '\x00']),
      ]),
    ).toString();
  }
  const tokens = tokensOf(sql).map((token) => ({ ...token }));
  const solid = [...tokens.keys()].filter((index) => !['space', 'comment'].includes(tokens[index]?.kind ?? 'space'));
  if (solid.length === 0) return random.pick(pieces);
  const texts = tokens.map((token) => token.text);
  const at = random.pick(solid);
  const token = tokens[at];
  const own = (wanted: Token['kind'][]): string[] =>
    tokens.flatMap((each) => (wanted.includes(each.kind) ? [each.text] : []));
  switch (kind) {
    case 2:
      texts.splice(at, 1 + random.below(random.chance(0.2) ? 12 : 3));
      break;
    case 3:
      texts.splice(at, 0, ...texts.slice(random.pick(solid)).slice(0, 1 + random.below(12)));
      break;
    case 4: {
      const place = random.pick(solid);
      [texts[at], texts[place]] = [texts[place] ?? '', texts[at] ?? ''];
      break;
    }
    case 5:
      texts.splice(at, 0, ` ${random.pick(pieces)} `);
      break;
    case 6: {
      const depth = random.pick([1, 2, 40, 49, 60, 400, 3000]);
      texts[at] = `${'('.repeat(depth)}${texts[at]}${')'.repeat(depth)}`;
      break;
    }
    case 7: {
      const times = random.pick([2, 10, 100, 1000]);
      const joint = random.pick([' + ', ' || ', ' AND ', ', ', ' ', ' - ', ' OR ']);
      texts[at] = Array(times).fill(texts[at]).join(joint);
      break;
    }
    default:
      texts[at] = replacement(random, token, own, pool);
  }
  return texts.join('');
}

// Another token that may stand in its place: one of the script, one of any script, or an extreme one.
function replacement(
  random: Random,
  token: Token | undefined,
  own: (kinds: Token['kind'][]) => string[],
  pool: Pool,
): string {
  const kind = token?.kind ?? 'symbol';
  const extremes = kind === 'number' ? numbers : kind === 'string' ? strings : kind === 'symbol' ? pieces : names;
  const same = kind === 'word' || kind === 'quoted' ? own(['word', 'quoted']) : own([kind]);
  const from = random.pick([
    same,
    same,
    pool.get(kind) ?? same,
    pool.get(kind) ?? same,
    extremes,
    random.chance(0.3) ? [...numbers, ...strings, ...names] : extremes,
  ]);
  return from.length === 0 ? random.pick(extremes) : random.pick(from);
}

// Statements of two scripts in one, in some order.
function spliced(random: Random, sql: string, other: string): string {
  const statements = splitOutside(sql, ';');
  const others = splitOutside(other, ';');
  const taken = random.chance(0.5) ? others : [random.pick(others)];
  if (random.chance(0.3)) statements.splice(random.below(statements.length), 1);
  statements.splice(random.below(statements.length + 1), 0, ...taken);
  return statements.join(';\n');
}
