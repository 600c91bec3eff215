// What an operator holds in memory, and what bounds it.
import { familyOf, storageOf } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import type {
  AggregateCall,
  JoinSide,
  Plan,
  Relation,
  SlidingWindow,
  StatefulRelation,
  WindowCall,
} from '../plan/plan.ts';
import { rowBytes, sayDuration } from './units.ts';

/** One sentence for an operator. What no window bounds is called unbounded. */
export function stateInWords(relation: StatefulRelation, plan: Plan): string {
  switch (relation.kind) {
    case 'tumble-aggregate':
      return `${groupBytes(relation.keys.length - 1, relation.aggregates)} a group; only the groups of the open window are held`;
    case 'stagger-aggregate':
      return `${groupBytes(relation.keys.length, relation.aggregates)} a group, for ${sayDuration(relation.rangeMs)} after its first row`;
    case 'sliding-window':
      return windowInWords(relation);
    case 'distinct':
      return `about ${24 + 9 * relation.keys.length} bytes for each combination since the key changed`;
    case 'join':
      return `1: ${sideInWords(relation.left, relation.input, 0)}; 2: ${sideInWords(relation.right, relation.input, relation.left.columns)}`;
    case 'lookup': {
      const table = [...plan.tables, ...plan.derived].find(({ name }) => name === relation.table);
      const { bytes, texts } = rowBytes(table?.columns ?? []);
      return `${bytes} bytes${andTexts(texts)} a row of the table, twice while it is replaced`;
    }
    case 'table-function':
      return tableFunction(relation.name, relation.options);
    case 'sort':
      return `${keptBytes(relation.input)} a row that waits: the rows of one batch`;
    case 'time-sort':
      return `${keptBytes(relation.input)} a row that waits: the rows of ${sayDuration(relation.withinMs)} of its time`;
  }
}

const positional: readonly WindowCall['name'][] = ['FIRST_VALUE', 'LAST_VALUE', 'NTH_VALUE', 'LAG'];

function windowInWords(relation: SlidingWindow): string {
  const { calls, frame, partition } = relation;
  const where = partition.length === 0 ? 'in all' : 'a partition';
  const fixed = `${groupBytes(
    partition.length,
    calls.map((call) => ({ ...call, name: 'SUM' as const })),
  )} ${where}`;
  if (frame.unit === 'unbounded')
    return `${fixed}${partition.length === 0 ? '' : '; UNBOUNDED, as partitions are never forgotten'}`;
  const row = `${windowRowBytes(relation)} bytes a row, twice that at most,`;
  const exact = calls.some(({ name, type }) => (name === 'SUM' || name === 'AVG') && familyOf(type) === 'approximate')
    ? '; sums of DOUBLE are exact, by a superaccumulator'
    : '';
  if (frame.unit === 'range')
    return `${row} of the last ${sayDuration(frame.precedingMs)}, and ${fixed} that has such rows${exact}`;
  const ever = partition.length === 0 ? '' : '; UNBOUNDED, as partitions are never forgotten';
  return `${row} for ${frame.preceding + 1n} rows ${where}, and ${fixed}${ever}${exact}`;
}

// Values that are taken out again, ROWTIME, null bits; stacks and queues.
function windowRowBytes({ calls, frame }: SlidingWindow): number {
  const values = new Set<string>();
  const queues = new Set<string>();
  let nullable = 0;
  for (const call of calls) {
    const argument = JSON.stringify(call.argument, plainly);
    if (call.name === 'MIN' || call.name === 'MAX') queues.add(`${call.name} ${argument}`);
    else if (positional.includes(call.name)) queues.add(`${call.ignoreNulls} ${call.fromLast} ${argument}`);
    else {
      if (/^(VAR_|STDDEV_|EXP_AVG)/.test(call.name))
        queues.add(`${call.name.startsWith('EXP')} ${call.halfLifeMs} ${argument}`);
      if (call.name !== 'COUNT' || call.distinct) values.add(argument);
      if (call.argument?.nullable === true) nullable = 8;
    }
  }
  return (frame.unit === 'range' ? 8 : 0) + nullable + 8 * values.size + 16 * queues.size;
}

function plainly(name: string, value: unknown): unknown {
  return name === 'span' ? undefined : typeof value === 'bigint' ? `${value}` : value;
}

function andTexts(texts: number): string {
  return texts === 0 ? '' : ' and the texts';
}

function groupBytes(keys: number, calls: readonly AggregateCall[]): string {
  const words = calls.reduce((sum, call) => sum + wordsOf(call.name, call.argument), 0);
  const sets = calls.some(({ distinct }) => distinct) ? ' and every distinct value' : '';
  return `${24 + 8 * words + 9 * Math.max(keys, 0)} bytes${sets}`;
}

function wordsOf(name: AggregateCall['name'], argument: Expression | undefined): number {
  if (name === 'COUNT') return 1;
  if (name.startsWith('VAR_') || name.startsWith('STDDEV_')) return 3;
  return argument !== undefined && storageOf(argument.type) === 'text' ? 2 : 3;
}

function keptBytes(relation: Relation): string {
  const { bytes, texts } = rowBytes(relation.columns);
  return `${bytes} bytes${andTexts(texts)}`;
}

function sideInWords(side: JoinSide, input: Relation, from: number): string {
  const { bytes, texts } = rowBytes(input.columns.slice(from, from + side.columns));
  const row = `at most ${bytes + 24} bytes${andTexts(texts)} a row`;
  const { retention } = side;
  if (retention.unit === 'rows') return `${row}, ${retention.count} rows`;
  return retention.milliseconds === 0n ? `${row} of one ROWTIME` : `${row} of ${sayDuration(retention.milliseconds)}`;
}

function tableFunction(name: string, options: Readonly<Record<string, number | boolean | string>>): string {
  const given = Object.entries(options)
    .map(([option, value]) => `${option} ${value}`)
    .join(', ');
  return `bounded by its arguments${given === '' ? '' : ` (${given})`}${name.endsWith('_TUMBLING') ? ' and a stated number of distinct items' : ''}`;
}
