// Random queries of every form over a stream, a derived table or two streams.
import { aggregateItem, keyOf, windowItem, windowText, type Item, type Source } from './calls.ts';
import type { Random } from './choices.ts';
import { expressionText, itemKinds, type GeneratedColumn, type Kind } from './expressions.ts';

/** A query in parts, so that shrinking can leave some out. */
export interface GeneratedQuery {
  readonly items: readonly Item[];
  /** `DISTINCT `, `t AS ROWTIME, ` or nothing: what stands before the items. */
  readonly before: string;
  readonly from: string;
  readonly where?: string;
  /** GROUP BY or WINDOWED BY STAGGER. */
  readonly group?: string;
  readonly having?: string;
  /** WINDOW or ORDER BY. */
  readonly after?: string;
}

/** A stream that may be read, or a reference table. */
export interface Readable {
  readonly name: string;
  readonly columns: readonly GeneratedColumn[];
}

/** What a program's queries may read. */
export interface Relations {
  readonly streams: readonly Readable[];
  readonly table?: Readable;
}

/** A query as SQL; items get the names of their columns with `named`. */
export function queryText(query: GeneratedQuery, named = false): string {
  const items = query.items.map((item, index) => (named ? `${item.sql} AS C${index}` : item.sql)).join(', ');
  const where = query.where === undefined ? '' : ` WHERE ${query.where}`;
  const group = query.group === undefined ? '' : ` ${query.group}`;
  const having = query.having === undefined ? '' : ` HAVING ${query.having}`;
  const after = query.after === undefined ? '' : ` ${query.after}`;
  return `SELECT STREAM ${query.before}${items} FROM ${query.from}${where}${group}${having}${after}`;
}

/** Names of the forms of queries, with how often each is written. */
const formWeights = {
  row: 4,
  tumble: 4,
  stagger: 2,
  sliding: 4,
  distinct: 2,
  join: 4,
  sort: 1,
  timeSort: 1,
  promote: 1,
  items: 1,
  lookup: 3,
} as const;

/** A random query over some of the streams; `wanted` says which kinds its columns must have. */
export function generateQuery(random: Random, relations: Relations, wanted?: readonly Kind[]): GeneratedQuery {
  const { streams, table } = relations;
  const source = sourceOf(random, random.pick(streams), 1);
  if (wanted !== undefined) return rowQuery(random, source, wanted);
  const forms = Object.entries(formWeights).flatMap(([name, weight]) => random.many(weight, () => name));
  switch (random.pick(forms)) {
    case 'tumble':
      return tumbleQuery(random, source);
    case 'stagger':
      return staggerQuery(random, source);
    case 'sliding':
      return slidingQuery(random, source);
    case 'distinct':
      return distinctQuery(random, source);
    case 'join':
      return joinQuery(random, streams);
    case 'sort':
      return sortQuery(random, source);
    case 'timeSort':
      return timeSortQuery(random, source);
    case 'promote':
      return promoteQuery(random, source);
    case 'items':
      return itemsQuery(random, source);
    case 'lookup':
      return table === undefined ? rowQuery(random, source) : lookupQuery(random, random.pick(streams), table);
    default:
      return rowQuery(random, source);
  }
}

// A stream, or now and then a derived table over it.
function sourceOf(random: Random, stream: Readable, depth: number): Source {
  const plain: Source = { sql: `"${stream.name}"`, rowtime: `"${stream.name}".ROWTIME`, columns: stream.columns };
  if (depth === 0 || !random.chance(0.2)) return plain;
  const inner = sourceOf(random, stream, depth - 1);
  const ranked = random.chance(0.2) ? rankedSource(random, inner) : undefined;
  if (ranked !== undefined) return ranked;
  const query = random.pick([rowQuery, tumbleQuery, slidingQuery, distinctQuery])(random, inner);
  const columns = query.items.map((item, index) => ({ name: `C${index}`, kind: item.kind }));
  return { sql: `(${queryText(query, true)}) AS d`, rowtime: 'd.ROWTIME', columns };
}

// The rows of a source with their ranks.
function rankedSource(random: Random, source: Source): Source | undefined {
  const fitting = source.columns.filter(({ kind }) => ['smallint', 'integer', 'bigint', 'text', 'char'].includes(kind));
  if (fitting.length === 0) return undefined;
  const orders = `'${random.pick(['asc', 'desc'])}', '${random.pick(['asc', 'desc', 'none'])}'`;
  const cursor = `CURSOR(SELECT STREAM * FROM ${source.sql})`;
  const call = `GROUP_RANK(${cursor}, '${random.pick(fitting).name}', 'RANKED', ${orders}, 0, ${random.pick([0, 0, 2])})`;
  return {
    sql: `TABLE(${call}) AS d`,
    rowtime: 'd.ROWTIME',
    columns: [...source.columns, { name: 'RANKED', kind: 'integer' }],
  };
}

function itemsQuery(random: Random, source: Source): GeneratedQuery {
  const fitting = source.columns.filter(({ kind }) => !['double', 'real', 'loose'].includes(kind));
  if (fitting.length === 0) return rowQuery(random, source);
  const cursor = `CURSOR(SELECT STREAM * FROM ${source.sql})`;
  const column = `'${random.pick(fitting).name}'`;
  const seconds = 1 + random.below(10);
  const most = random.chance(0.5);
  const call = most
    ? `TOP_K_ITEMS_TUMBLING(${cursor}, ${column}, ${1 + random.below(4)}, ${seconds})`
    : `COUNT_DISTINCT_ITEMS_TUMBLING(${cursor}, ${column}, ${seconds})`;
  const items: Item[] = most
    ? [
        { sql: 'ITEM', kind: 'text' },
        { sql: 'ITEM_COUNT', kind: 'bigint' },
      ]
    : [{ sql: 'NUMBER_OF_DISTINCT_ITEMS', kind: 'bigint' }];
  return { items, before: '', from: `TABLE(${call})` };
}

function lookupQuery(random: Random, stream: Readable, table: Readable): GeneratedQuery {
  const aliased = (alias: string, readable: Readable): GeneratedColumn[] =>
    readable.columns.map(({ name, kind }) => ({ name: `${alias}.${name}`, kind }));
  const [left, right] = [aliased('l', stream), aliased('r', table)];
  const source: Source = { sql: '', rowtime: random.pick(['l.ROWTIME', 'ROWTIME']), columns: [...left, ...right] };
  const condition = joinCondition(random, left, right);
  const comma = random.chance(0.1);
  const join = comma ? ',' : random.pick([' JOIN', ' LEFT JOIN']);
  const from = `"${stream.name}" AS l${join} "${table.name}" AS r${comma ? '' : ` ON ${condition}`}`;
  return {
    items: randomItems(random, source),
    before: '',
    from,
    ...(comma ? { where: condition } : maybeWhere(random, source, 0.2, 1)),
  };
}

// Mostly equal keys, now and then something more or nothing.
function joinCondition(random: Random, left: readonly GeneratedColumn[], right: readonly GeneratedColumn[]): string {
  const pairs = left.flatMap((one) =>
    right.filter((two) => two.kind === one.kind && one.kind !== 'loose').map((two) => `${one.name} = ${two.name}`),
  );
  const conditions = [
    ...(pairs.length === 0 ? [] : random.many(1 + random.below(2), () => random.pick(pairs))),
    ...(random.chance(0.3) ? [expressionText(random, 'boolean', [...left, ...right], 1)] : []),
  ];
  return conditions.length === 0 ? 'TRUE' : conditions.join(' AND ');
}

function randomItems(random: Random, source: Source, kinds?: readonly Kind[]): Item[] {
  const chosen = kinds ?? random.many(1 + random.below(4), () => random.pick(itemKinds));
  return chosen.map((kind) => ({
    kind,
    sql: kind === 'timestamp' && random.chance(0.3) ? source.rowtime : expressionText(random, kind, source.columns, 2),
  }));
}

function maybeWhere(random: Random, source: Source, probability: number, depth = 2): { where?: string } {
  return random.chance(probability) ? { where: expressionText(random, 'boolean', source.columns, depth) } : {};
}

function rowQuery(random: Random, source: Source, kinds?: readonly Kind[]): GeneratedQuery {
  return {
    items: randomItems(random, source, kinds),
    before: '',
    from: source.sql,
    ...maybeWhere(random, source, 0.5),
  };
}

function promoteQuery(random: Random, source: Source): GeneratedQuery {
  const query = rowQuery(random, source);
  return { ...query, before: `${timeColumn(random, source)} AS ROWTIME, ` };
}

// Mostly a column that wanders around ROWTIME, so that rows are late now and then but not always.
function timeColumn(random: Random, source: Source): string {
  const times = source.columns.filter(({ kind }) => kind === 'timestamp');
  if (times.length === 0 || random.chance(0.15)) return `FLOOR(${source.rowtime} TO SECOND)`;
  const column = random.pick(times).name;
  return random.chance(0.3) ? `FLOOR(${column} TO SECOND)` : column;
}

/** A key of time, on which windows close. */
function timeKey(random: Random, rowtime: string): string {
  return random.pick([
    `STEP(${rowtime} BY INTERVAL '${1 + random.below(9)}' SECOND)`,
    `FLOOR(${rowtime} TO SECOND)`,
    `FLOOR(${rowtime} TO MINUTE)`,
    `CEIL(${rowtime} TO SECOND)`,
    rowtime,
    `STEP(${rowtime} BY INTERVAL '15' SECOND)`,
    `FLOOR((${rowtime} - TIMESTAMP '1970-01-01 00:00:00') SECOND / 10 TO SECOND)`,
  ]);
}

function tumbleQuery(random: Random, source: Source): GeneratedQuery {
  const time = timeKey(random, source.rowtime);
  const keys = random.chance(0.7) ? random.many(1 + random.below(2), () => keyOf(random, source)) : [];
  const closing = random.chance(0.08) ? monotonicKey(random, source) : time;
  const times: Item[] = random.pick([
    [],
    [],
    [{ sql: 'ROWTIME', kind: 'timestamp' }],
    closing === time && /^(STEP|FLOOR|CEIL)\("|^(STEP|FLOOR|CEIL)\(d/.test(time)
      ? [{ sql: time, kind: 'timestamp' }]
      : [],
  ]);
  const items = [...keys, ...times, ...random.many(1 + random.below(3), () => aggregateItem(random, source))];
  return {
    items,
    before: '',
    from: source.sql,
    ...maybeWhere(random, source, 0.3, 1),
    group: `GROUP BY ${[...new Set([...keys.map((key) => key.sql), closing])].join(', ')}`,
    ...(random.chance(0.2) ? { having: `COUNT(*) > ${random.below(3)}` } : {}),
  };
}

function monotonicKey(random: Random, source: Source): string {
  const columns = source.columns.filter(({ kind }) => kind === 'integer' || kind === 'timestamp' || kind === 'text');
  return columns.length === 0 ? source.rowtime : `MONOTONIC(${random.pick(columns).name})`;
}

function staggerQuery(random: Random, source: Source): GeneratedQuery {
  const keys = random.many(1 + random.below(2), () => keyOf(random, source));
  const items = [...keys, ...random.many(1 + random.below(3), () => aggregateItem(random, source))];
  return {
    items: random.chance(0.3) ? [{ sql: 'ROWTIME', kind: 'timestamp' }, ...items] : items,
    before: '',
    from: source.sql,
    ...maybeWhere(random, source, 0.3, 1),
    group: `WINDOWED BY STAGGER (PARTITION BY ${keys.map((key) => key.sql).join(', ')} RANGE INTERVAL ${random.pick(["'2' SECOND", "'5' SECOND", "'1' MINUTE"])})`,
    ...(random.chance(0.15) ? { having: 'COUNT(*) > 1' } : {}),
  };
}

function slidingQuery(random: Random, source: Source): GeneratedQuery {
  const windows = random.many(1 + random.below(2), () => windowText(random, source));
  const named = random.chance(0.5);
  const over = (): string => {
    const index = random.below(windows.length);
    return named ? `W${index}` : `(${windows[index]})`;
  };
  const calls = random.many(1 + random.below(3), () => windowItem(random, source, over()));
  const plain = random.chance(0.6) ? randomItems(random, source).slice(0, 2) : [];
  return {
    items: [...plain, ...calls],
    before: '',
    from: source.sql,
    ...maybeWhere(random, source, 0.3, 1),
    ...(named ? { after: `WINDOW ${windows.map((text, index) => `W${index} AS (${text})`).join(', ')}` } : {}),
  };
}

function distinctQuery(random: Random, source: Source): GeneratedQuery {
  const keys = random.many(1 + random.below(2), () => keyOf(random, source));
  const time = timeKey(random, source.rowtime);
  const kind: Kind = time.includes(' - ') ? 'loose' : 'timestamp';
  const key: Item =
    kind === 'loose' ? { sql: `FLOOR(${source.rowtime} TO SECOND)`, kind: 'timestamp' } : { sql: time, kind };
  return { items: [...keys, key], before: 'DISTINCT ', from: source.sql, ...maybeWhere(random, source, 0.3, 1) };
}

const joinTypes = ['JOIN', 'INNER JOIN', 'LEFT JOIN', 'RIGHT OUTER JOIN', 'FULL OUTER JOIN'];

function joinQuery(random: Random, readable: readonly Readable[]): GeneratedQuery {
  const left = joinSide(random, readable, 'l');
  const right = joinSide(random, readable, 'r');
  const condition = joinCondition(random, left.columns, right.columns);
  const comma = random.chance(0.1);
  let columns = [...left.columns, ...right.columns];
  let from = comma ? `${left.sql}, ${right.sql}` : `${left.sql} ${random.pick(joinTypes)} ${right.sql} ON ${condition}`;
  if (!comma && random.chance(0.15)) {
    const third = joinSide(random, readable, 'm');
    from += ` ${random.pick(joinTypes)} ${third.sql} ON ${joinCondition(random, columns, third.columns)}`;
    columns = [...columns, ...third.columns];
  }
  const source: Source = { sql: '', rowtime: random.pick(['l.ROWTIME', 'r.ROWTIME', 'ROWTIME']), columns };
  return {
    items: randomItems(random, source),
    before: '',
    from,
    ...(comma ? { where: condition } : maybeWhere(random, source, 0.2, 1)),
  };
}

// A stream or a derived table, with a window or without.
function joinSide(
  random: Random,
  readable: readonly Readable[],
  alias: string,
): { sql: string; columns: GeneratedColumn[] } {
  const stream = random.pick(readable);
  const over = random.pick([
    '',
    ` OVER (RANGE INTERVAL '${1 + random.below(9)}' SECOND PRECEDING)`,
    ` OVER (RANGE INTERVAL '${1 + random.below(9)}' SECOND PRECEDING)`,
    ` OVER (ROWS ${1 + random.below(3)} PRECEDING)`,
  ]);
  const aliased = (columns: readonly GeneratedColumn[]): GeneratedColumn[] =>
    columns.map(({ name, kind }) => ({ name: `${alias}.${name}`, kind }));
  if (!random.chance(0.15)) return { sql: `"${stream.name}"${over} AS ${alias}`, columns: aliased(stream.columns) };
  const inner: Source = { sql: `"${stream.name}"`, rowtime: `"${stream.name}".ROWTIME`, columns: stream.columns };
  const query = random.pick([rowQuery, tumbleQuery, slidingQuery])(random, inner);
  const columns = query.items.map((item, index) => ({ name: `C${index}`, kind: item.kind }));
  return { sql: `(${queryText(query, true)})${over} AS ${alias}`, columns: aliased(columns) };
}

function sortQuery(random: Random, source: Source): GeneratedQuery {
  const query = rowQuery(random, source);
  const columns = source.columns.filter(({ kind }) => kind !== 'loose');
  const keys = random.many(1 + random.below(2), () =>
    columns.length === 0
      ? '1'
      : `${random.pick(columns).name}${random.pick(['', ' ASC', ' DESC', ' DESC NULLS FIRST', ' NULLS LAST'])}`,
  );
  return { ...query, after: `ORDER BY ${[timeKey(random, source.rowtime), ...keys].join(', ')}` };
}

function timeSortQuery(random: Random, source: Source): GeneratedQuery {
  const time = timeColumn(random, source);
  const query = rowQuery(random, source);
  const columns = source.columns.filter(({ kind }) => kind !== 'loose');
  const more =
    columns.length > 0 && random.chance(0.3) ? `, ${random.pick(columns).name}${random.pick(['', ' DESC'])}` : '';
  return {
    ...query,
    before: `${time} AS ROWTIME, `,
    after: `ORDER BY ${time} WITHIN INTERVAL '${1 + random.below(5)}' SECOND${more}`,
  };
}
