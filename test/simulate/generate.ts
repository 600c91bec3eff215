// Random programs and random timelines from a seed: SQL within what is supported, rows with many NULLs, ties and extremes.

import { seededRandom } from '../harness/random.ts';

/** Choices from a seed, which repeats a run anywhere. */
export class Random {
  /** From 0 up to, exclusive, 1. */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = seededRandom(seed);
  }

  /** An integer from 0 up to, exclusive, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

type Kind = 'integer' | 'bigint' | 'double' | 'decimal' | 'text' | 'boolean' | 'timestamp';

interface GeneratedColumn {
  readonly name: string;
  readonly kind: Kind;
}

const typeTexts: Record<Kind, string> = {
  integer: 'INTEGER',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  decimal: 'DECIMAL(9,2)',
  text: 'VARCHAR(6)',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
};

/** Columns of every input stream. */
export const inputColumns: readonly GeneratedColumn[] = [
  { name: 'K', kind: 'integer' },
  { name: 'V', kind: 'integer' },
  { name: 'B', kind: 'bigint' },
  { name: 'D', kind: 'double' },
  { name: 'C', kind: 'decimal' },
  { name: 'T', kind: 'text' },
  { name: 'F', kind: 'boolean' },
];

/** The columns as a test file writes them. */
export const inputColumnText = inputColumns.map((column) => `${column.name} ${typeTexts[column.kind]}`).join(', ');

/** A pump with the stream that it writes. */
export interface GeneratedPump {
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly stream: string;
  readonly sql: string;
}

/** A program: one input, some pumps. */
export interface GeneratedProgram {
  readonly input: string;
  readonly pumps: readonly GeneratedPump[];
}

/** What happens in a run. */
export type GeneratedEvent =
  | { readonly kind: 'row'; readonly time: number; readonly json: string }
  | { readonly kind: 'advance' | 'end'; readonly time: number };

/** The SQL of a program. */
export function programText(program: GeneratedProgram): string {
  const streams = [...new Set(program.pumps.map((pump) => pump.stream))];
  return [...streams, ...program.pumps.map((pump) => pump.sql)].join('\n');
}

/** A random expression of a kind over columns. */
export function expressionText(random: Random, kind: Kind, columns: readonly GeneratedColumn[], depth: number): string {
  const fitting = columns.filter((column) => column.kind === kind);
  if (depth === 0 || random.chance(0.3)) {
    if (fitting.length > 0 && random.chance(0.8)) return random.pick(fitting).name;
    return literalText(random, kind);
  }
  const of = (inner: Kind): string => expressionText(random, inner, columns, depth - 1);
  if (random.chance(0.15)) return `CASE WHEN ${of('boolean')} THEN ${of(kind)} ELSE ${of(kind)} END`;
  if (random.chance(0.1)) return `COALESCE(${of(kind)}, ${of(kind)})`;
  switch (kind) {
    case 'integer':
      return random.pick([
        () => `(${of('integer')} ${random.pick(['+', '-', '*', '/'])} ${of('integer')})`,
        () => `CHAR_LENGTH(${of('text')})`,
        () => `(- ${of('integer')})`,
        () => `MOD(${of('integer')}, ${of('integer')})`,
      ])();
    case 'bigint':
      return `(${of('bigint')} ${random.pick(['+', '-', '*', '/'])} ${of(random.pick(['integer', 'bigint']))})`;
    case 'double':
      return `(${of('double')} ${random.pick(['+', '-', '*', '/'])} ${of(random.pick(['integer', 'double', 'decimal']))})`;
    case 'decimal':
      return `CAST(${of('decimal')} ${random.pick(['+', '-', '*'])} ${of(random.pick(['integer', 'decimal']))} AS DECIMAL(9,2))`;
    case 'text':
      return random.pick([
        () => `UPPER(${of('text')})`,
        () => `CAST(${of('integer')} AS VARCHAR(6))`,
        () => of('text'),
      ])();
    case 'boolean': {
      const inner = random.pick<Kind>(['integer', 'bigint', 'double', 'decimal', 'text']);
      return random.pick([
        () => `(${of(inner)} ${random.pick(['=', '<>', '<', '>', '<=', '>='])} ${of(inner)})`,
        () => `(${of('boolean')} ${random.pick(['AND', 'OR'])} ${of('boolean')})`,
        () => `(NOT ${of('boolean')})`,
        () => `(${of(inner)} IS ${random.pick(['', 'NOT '])}NULL)`,
        () => `(${of(inner)} IS ${random.pick(['', 'NOT '])}DISTINCT FROM ${of(inner)})`,
        () => `(${of('integer')} BETWEEN ${of('integer')} AND ${of('integer')})`,
        () => `(${of('integer')} IN (${of('integer')}, ${of('integer')}))`,
      ])();
    }
    case 'timestamp':
      return literalText(random, kind);
  }
}

function literalText(random: Random, kind: Kind): string {
  switch (kind) {
    case 'integer':
      return random.pick(['0', '1', '2', '3', '10', '2147483647']);
    case 'bigint':
      return random.pick(['2147483648', '9223372036854775807', 'CAST(1 AS BIGINT)', 'CAST(0 AS BIGINT)']);
    case 'double':
      return random.pick(['0E0', '1.5E0', '25E-1', '1E300']);
    case 'decimal':
      return random.pick(['CAST(1.25 AS DECIMAL(9,2))', 'CAST(0.05 AS DECIMAL(9,2))', 'CAST(0 AS DECIMAL(9,2))']);
    case 'text':
      return random.pick(["''", "'a'", "'b'", "'ab'", "'ü'"]);
    case 'boolean':
      return random.pick(['TRUE', 'FALSE']);
    case 'timestamp':
      return "TIMESTAMP '2000-01-01 00:00:00'";
  }
}

/** A random program whose names begin with `prefix`. */
export function generateProgram(random: Random, prefix: string): GeneratedProgram {
  const input = `${prefix}S`;
  const pumps: GeneratedPump[] = [];
  const readable = new Map<string, readonly GeneratedColumn[]>([[input, inputColumns]]);
  const count = 1 + random.below(4);
  for (let number = 0; number < count; number++) {
    const source = random.pick([...readable.keys()]);
    const columns = readable.get(source) ?? inputColumns;
    const shared = pumps.find((pump) => pump.source === source && random.chance(0.3));
    const query = random.chance(0.5) ? rowQuery(random, source, columns) : windowQuery(random, source, columns);
    const target = shared === undefined ? `${prefix}T${number}` : shared.target;
    // A shared stream takes what the first pump gave it; the query is adapted by casting nothing: kinds must agree.
    const sharedColumns = shared === undefined ? undefined : readable.get(shared.target);
    const chosen =
      sharedColumns === undefined
        ? query
        : rowQuery(
            random,
            source,
            columns,
            sharedColumns.map((column) => column.kind),
          );
    const outputs = sharedColumns ?? chosen.kinds.map((kind, index) => ({ name: `C${index}`, kind }));
    const stream = `CREATE STREAM "${target}" (${outputs.map((column) => `${column.name} ${typeTexts[column.kind]}`).join(', ')});`;
    pumps.push({
      name: `${prefix}P${number}`,
      source,
      target,
      stream,
      sql: `CREATE PUMP "${prefix}P${number}" AS INSERT INTO "${target}" ${chosen.sql};`,
    });
    readable.set(target, outputs);
  }
  return { input, pumps };
}

interface GeneratedQuery {
  readonly sql: string;
  readonly kinds: readonly Kind[];
}

function rowQuery(
  random: Random,
  source: string,
  columns: readonly GeneratedColumn[],
  wanted?: readonly Kind[],
): GeneratedQuery {
  const kinds =
    wanted ??
    Array.from({ length: 1 + random.below(4) }, () =>
      random.pick<Kind>(['integer', 'bigint', 'double', 'decimal', 'text', 'boolean']),
    );
  const items = kinds.map((kind) => expressionText(random, kind, columns, 2));
  const where = random.chance(0.5) ? ` WHERE ${expressionText(random, 'boolean', columns, 2)}` : '';
  return { sql: `SELECT STREAM ${items.join(', ')} FROM "${source}"${where}`, kinds };
}

function windowQuery(random: Random, source: string, columns: readonly GeneratedColumn[]): GeneratedQuery {
  const time = random.pick([
    `STEP("${source}".ROWTIME BY INTERVAL '${1 + random.below(9)}' SECOND)`,
    `FLOOR("${source}".ROWTIME TO SECOND)`,
    `FLOOR("${source}".ROWTIME TO MINUTE)`,
    `CEIL("${source}".ROWTIME TO SECOND)`,
    `"${source}".ROWTIME`,
    `STEP("${source}".ROWTIME BY INTERVAL '15' SECOND)`,
  ]);
  const keys = random.chance(0.7)
    ? [
        random.pick(
          columns
            .filter((column) => column.kind !== 'double' && column.kind !== 'timestamp')
            .concat(columns.slice(0, 1)),
        ),
      ]
    : [];
  const aggregates = Array.from({ length: 1 + random.below(3) }, () => aggregateText(random, columns));
  const where = random.chance(0.3) ? ` WHERE ${expressionText(random, 'boolean', columns, 1)}` : '';
  const having = random.chance(0.2) ? ' HAVING COUNT(*) > 1' : '';
  const items = [...keys.map((key) => ({ sql: key.name, kind: key.kind })), ...aggregates];
  return {
    sql: `SELECT STREAM ${items.map((item) => item.sql).join(', ')} FROM "${source}"${where} GROUP BY ${[...keys.map((key) => key.name), time].join(', ')}${having}`,
    kinds: items.map((item) => item.kind),
  };
}

function aggregateText(random: Random, columns: readonly GeneratedColumn[]): { sql: string; kind: Kind } {
  if (random.chance(0.25)) return { sql: 'COUNT(*)', kind: 'bigint' };
  const column = random.pick(columns);
  const argument = random.chance(0.7) ? column.name : expressionText(random, column.kind, columns, 1);
  const numeric = ['integer', 'bigint'].includes(column.kind);
  const names = [
    'COUNT',
    'FIRST_VALUE',
    'LAST_VALUE',
    ...(column.kind === 'boolean' ? ['ANY', 'EVERY'] : ['MIN', 'MAX']),
    ...(numeric ? ['SUM', 'AVG'] : []),
    ...(column.kind === 'double' || column.kind === 'decimal' ? ['SUM'] : []),
  ];
  const name = random.pick(names);
  if (name === 'COUNT') return { sql: `COUNT(${random.chance(0.3) ? 'DISTINCT ' : ''}${argument})`, kind: 'bigint' };
  return { sql: `${name}(${argument})`, kind: column.kind };
}

/** A random timeline: rows close together and far apart, bounds, an end. */
export function generateEvents(random: Random, count: number, start: number): GeneratedEvent[] {
  const events: GeneratedEvent[] = [];
  let time = start;
  for (let number = 0; number < count; number++) {
    time += random.pick([0, 0, 0, 1, 10, 250, 999, 1000, 3000, 12000]);
    if (random.chance(0.12)) events.push({ kind: 'advance', time });
    else events.push({ kind: 'row', time, json: recordText(random) });
  }
  return random.chance(0.7) ? [...events, { kind: 'end', time: time + 1 }] : events;
}

function recordText(random: Random): string {
  const value: Record<Kind, () => string> = {
    integer: () => random.pick(['0', '1', '2', '3', '-1', '7', '2147483647', '-2147483648']),
    bigint: () => random.pick(['0', '1', '-5', '9223372036854775807', '-9223372036854775808', '4294967296']),
    double: () => random.pick(['0', '1.5', '-2.25', '1e3', '0.1', '-1e300']),
    decimal: () => random.pick(['0', '1.25', '-0.05', '99.99', '1234567.89']),
    text: () => random.pick(['""', '"a"', '"b"', '"AB"', '"ü"', '"abcdef"']),
    boolean: () => random.pick(['true', 'false']),
    timestamp: () => '"2000-01-01 00:00:00"',
  };
  const members = inputColumns
    .filter(() => !random.chance(0.05))
    .map((column) => `"${column.name}":${random.chance(0.12) ? 'null' : value[column.kind]()}`);
  return `{${members.join(',')}}`;
}
