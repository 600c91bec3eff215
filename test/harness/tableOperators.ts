// Table functions of the oracle: items are counted exactly (the artifact's bounds are far above what tests have); forests and hotspots are
// not known here.
import type { TableFunction } from '../../compiler/plan/plan.ts';
import { NotKnown, type RowContext, type Value } from './evaluate.ts';
import { FOREVER, keyText, type Emit, type Operator } from './operator.ts';
import { orderBy } from './sortOperators.ts';

/** The operator of a table function. */
export function tableFunction(relation: TableFunction): Operator {
  switch (relation.name) {
    case 'TOP_K_ITEMS_TUMBLING':
    case 'COUNT_DISTINCT_ITEMS_TUMBLING':
      return new CountingItems(relation);
    case 'GROUP_RANK':
      return new RankingGroup(relation);
    default:
      throw new NotKnown(relation.name);
  }
}

/** Items of windows that are aligned to the epoch. */
class CountingItems implements Operator {
  private readonly relation: TableFunction;
  private end = FOREVER;
  private items: Value[] = [];

  constructor(relation: TableFunction) {
    this.relation = relation;
  }

  row(row: RowContext): void {
    const length = BigInt(Number(this.relation.options['windowSizeSeconds'])) * 1000n;
    if (this.items.length === 0) this.end = (row.rowtime / length + 1n) * length;
    this.items.push(row.values[this.relation.reads[0] ?? 0] ?? null);
  }

  due(bound: bigint): bigint | undefined {
    return this.items.length > 0 && bound >= this.end ? this.end : undefined;
  }

  flush(rowtime: bigint, emit: Emit): void {
    const { items } = this;
    this.items = [];
    const different = new Map(items.map((item) => [keyText([item]), item]));
    if (this.relation.name === 'COUNT_DISTINCT_ITEMS_TUMBLING') {
      const count = [...different.values()].filter((item) => item !== null).length;
      emit(() => [BigInt(count)], rowtime);
      return;
    }
    const counted = [...different].map(([text, item]): readonly Value[] => [
      item,
      BigInt(items.filter((other) => keyText([other]) === text).length),
    ]);
    const most = counted.toSorted((left, right) => Number(right[1]) - Number(left[1]));
    for (const row of most.slice(0, Number(this.relation.options['K']))) emit(() => row, rowtime);
  }
}

/** Ranks among the rows of one ROWTIME. */
class RankingGroup implements Operator {
  private readonly relation: TableFunction;
  private rows: RowContext[] = [];

  constructor(relation: TableFunction) {
    this.relation = relation;
  }

  row(row: RowContext): void {
    this.rows.push(row);
  }

  due(bound: bigint): bigint | undefined {
    const [first] = this.rows;
    return first !== undefined && bound > first.rowtime ? first.rowtime : undefined;
  }

  flush(rowtime: bigint, emit: Emit): void {
    const { options, reads } = this.relation;
    const { rows } = this;
    this.rows = [];
    const descending = options['sortOrder'] === 'desc';
    const keys = [{ column: reads[0] ?? 0, descending, nullsFirst: !descending }];
    const ranked = rows.map((row) => ({
      row,
      rank: 1 + rows.filter((other) => orderBy(keys, other.values, row.values) < 0).length,
    }));
    const sign = { asc: 1, desc: -1 }[String(options['outputOrder'])] ?? 0;
    const ordered = ranked.toSorted((left, right) => sign * (left.rank - right.rank));
    const limit = Number(options['outputMax']);
    for (const { row, rank } of limit === 0 ? ordered : ordered.slice(0, limit))
      emit(() => [...row.values, rank], rowtime);
  }
}
