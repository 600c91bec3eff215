// Random aggregates, keys and functions over windows.
import type { Random } from './choices.ts';
import { expressionText, type GeneratedColumn, type Kind } from './expressions.ts';

/** One expression of a select list. */
export interface Item {
  readonly sql: string;
  readonly kind: Kind;
}

/** What a FROM gives: how it is written, how its ROWTIME is called, its columns. */
export interface Source {
  readonly sql: string;
  readonly rowtime: string;
  readonly columns: readonly GeneratedColumn[];
}

/** A key of groups or partitions. */
export function keyOf(random: Random, source: Source): Item {
  const fitting = source.columns.filter(({ kind }) => !['double', 'real', 'loose'].includes(kind));
  if (fitting.length === 0 || random.chance(0.2)) {
    const kind = random.pick<Kind>(['integer', 'text', 'boolean']);
    return { kind, sql: expressionText(random, kind, source.columns, 1) };
  }
  const column = random.pick(fitting);
  return { kind: column.kind, sql: column.name };
}

function argumentOf(random: Random, source: Source): Item {
  const columns = source.columns.filter(({ kind }) => kind !== 'loose');
  const column = columns.length === 0 ? { name: '1', kind: 'integer' as const } : random.pick(columns);
  const kind = column.kind;
  return { kind, sql: random.chance(0.7) ? column.name : expressionText(random, kind, source.columns, 1) };
}

const numericKinds: readonly Kind[] = ['smallint', 'integer', 'bigint', 'real', 'double', 'decimal'];

/** An aggregate of a group. */
export function aggregateItem(random: Random, source: Source): Item {
  if (random.chance(0.2)) return { sql: 'COUNT(*)', kind: 'bigint' };
  const { sql, kind } = argumentOf(random, source);
  const numeric = numericKinds.includes(kind);
  const name = random.pick([
    'COUNT',
    'FIRST_VALUE',
    'LAST_VALUE',
    ...(kind === 'boolean' ? ['ANY', 'EVERY'] : ['MIN', 'MAX']),
    ...(numeric ? ['SUM', 'AVG', 'VARIANCE'] : []),
  ]);
  const distinct = random.chance(0.2) ? 'DISTINCT ' : '';
  if (name === 'COUNT') return { sql: `COUNT(${distinct}${sql})`, kind: 'bigint' };
  if (name === 'VARIANCE') return { sql: `${random.pick(variances)}(${distinct}${sql})`, kind: 'loose' };
  if (name === 'SUM' || name === 'AVG') return { sql: `${name}(${distinct}${sql})`, kind };
  const nulls = name.endsWith('_VALUE') ? random.pick(['', '', ' IGNORE NULLS', ' RESPECT NULLS']) : '';
  return { sql: `${name}(${sql})${nulls}`, kind };
}

const variances = ['VAR_POP', 'VAR_SAMP', 'STDDEV_POP', 'STDDEV_SAMP'];

/** What stands in the parentheses of OVER. */
export function windowText(random: Random, source: Source): string {
  const partition = random.chance(0.6) ? `PARTITION BY ${keyOf(random, source).sql} ` : '';
  const frame = random.pick([
    '',
    'ROWS UNBOUNDED PRECEDING',
    `ROWS ${1 + random.below(4)} PRECEDING`,
    `RANGE INTERVAL '${1 + random.below(9)}' SECOND PRECEDING`,
    `RANGE INTERVAL '${1 + random.below(9)}' SECOND PRECEDING`,
    "RANGE INTERVAL '1' MINUTE PRECEDING",
    "RANGE INTERVAL '0' SECOND PRECEDING",
    'ROWS BETWEEN 2 PRECEDING AND CURRENT ROW',
    "RANGE BETWEEN INTERVAL '3' SECOND PRECEDING AND CURRENT ROW",
  ]);
  return `${partition}${frame}`.trim();
}

/** A function over a window. */
export function windowItem(random: Random, source: Source, over: string): Item {
  if (random.chance(0.15)) return { sql: `COUNT(*) OVER ${over}`, kind: 'bigint' };
  const { sql, kind } = argumentOf(random, source);
  const numeric = numericKinds.includes(kind);
  const nulls = random.pick(['', '', ' IGNORE NULLS', ' RESPECT NULLS']);
  const distinct = random.chance(0.15) ? 'DISTINCT ' : '';
  const name = random.pick([
    'COUNT',
    'FIRST_VALUE',
    'LAST_VALUE',
    'LAG',
    'NTH_VALUE',
    ...(kind === 'boolean' ? [] : ['MIN', 'MAX']),
    ...(numeric ? ['SUM', 'SUM', 'AVG', 'AVG', 'VARIANCE'] : []),
    // Large numbers that nearly cancel leave no digits to compare.
    ...(kind === 'integer' || kind === 'smallint' ? ['EXP_AVG'] : []),
  ]);
  switch (name) {
    case 'LAG': {
      const rest = random.pick([
        '',
        `, ${random.below(3)}`,
        `, ${1 + random.below(2)}, ${expressionText(random, kind, source.columns, 0)}`,
      ]);
      return { sql: `LAG(${sql}${rest})${nulls} OVER ${over}`, kind };
    }
    case 'NTH_VALUE':
      return {
        sql: `NTH_VALUE(${sql}, ${1 + random.below(3)})${random.pick(['', ' FROM FIRST', ' FROM LAST'])}${nulls} OVER ${over}`,
        kind,
      };
    case 'VARIANCE':
      return { sql: `${random.pick(variances)}(${sql}) OVER ${over}`, kind: 'loose' };
    case 'EXP_AVG':
      return {
        sql: `EXP_AVG(MOD(${sql}, 1000), INTERVAL '${1 + random.below(9)}' SECOND) OVER ${over}`,
        kind: 'loose',
      };
    case 'COUNT':
      return { sql: `COUNT(${distinct}${sql}) OVER ${over}`, kind: 'bigint' };
    case 'FIRST_VALUE':
    case 'LAST_VALUE':
      return { sql: `${name}(${sql})${nulls} OVER ${over}`, kind };
    default:
      return { sql: `${name}(${name === 'SUM' || name === 'AVG' ? distinct : ''}${sql}) OVER ${over}`, kind };
  }
}
