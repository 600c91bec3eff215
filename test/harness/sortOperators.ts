// ORDER BY and T-sort of the oracle.
import type { Sort, SortKey, TimeSort } from '../../compiler/plan/plan.ts';
import { evaluate, Fault, order, type RowContext, type Value } from './evaluate.ts';
import { dueOf, FOREVER, keyText, openBatch, type Batch, type Emit, type Operator } from './operator.ts';

/** Order of rows by sort keys. */
export function orderBy(keys: readonly SortKey[], left: readonly Value[], right: readonly Value[]): number {
  for (const { column, descending, nullsFirst } of keys) {
    const [one, two] = [left[column] ?? null, right[column] ?? null];
    if (one === null && two === null) continue;
    if (one === null || two === null) return (one === null) === nullsFirst ? -1 : 1;
    const sign = order(one, two);
    if (sign !== 0) return descending ? -sign : sign;
  }
  return 0;
}

/** ORDER BY: batches leave sorted. */
export class Sorting implements Operator {
  private readonly relation: Sort;
  private batch: Batch<RowContext[]> | undefined;
  private highest = -FOREVER;

  constructor(relation: Sort) {
    this.relation = relation;
  }

  row(row: RowContext, emit: Emit): void {
    const { closing } = this.relation;
    const value = this.valueOf(row);
    if (this.batch !== undefined && this.batch.value !== keyText([value])) this.flush(row.rowtime, emit);
    if (closing.kind === 'time')
      this.batch ??= openBatch({ ...closing, kind: 'time' }, closing.expression, row, value, []);
    else {
      const boundary = closing.kind === 'value' ? FOREVER : row.rowtime;
      this.batch ??= { value: keyText([value]), boundary, outputTime: boundary, content: [] };
    }
    this.batch.content.push(row);
  }

  // What must stay the same for a row to belong to the batch.
  private valueOf(row: RowContext): Value {
    const { closing, keys } = this.relation;
    if (closing.kind === 'time') return evaluate(closing.expression, row);
    return closing.kind === 'value' ? (row.values[keys[0]?.column ?? 0] ?? null) : row.rowtime;
  }

  due(bound: bigint, clock: bigint): bigint | undefined {
    return dueOf(this.batch, bound, clock);
  }

  flush(_: bigint, emit: Emit): void {
    const rows = this.batch?.content ?? [];
    this.batch = undefined;
    for (const row of rows.toSorted((left, right) => orderBy(this.relation.keys, left.values, right.values))) {
      if (row.rowtime > this.highest) this.highest = row.rowtime;
      emit(() => row.values, this.highest);
    }
  }

  lowest(): bigint | undefined {
    const [first] = this.batch?.content ?? [];
    return first?.rowtime;
  }
}

/** ORDER BY t WITHIN. */
export class TimeSorting implements Operator {
  private readonly relation: TimeSort;
  private held: RowContext[] = [];
  private highest = -FOREVER;

  constructor(relation: TimeSort) {
    this.relation = relation;
  }

  row(row: RowContext, emit: Emit): void {
    const time = this.timeOf(row);
    if (time + this.relation.withinMs < this.highest) throw new Fault('late-row');
    if (time > this.highest) this.highest = time;
    this.held.push(row);
    this.release(this.highest - this.relation.withinMs, emit);
  }

  due(bound: bigint, clock: bigint): bigint | undefined {
    return bound >= FOREVER && this.held.length > 0 ? clock : undefined;
  }

  flush(_: bigint, emit: Emit): void {
    this.release(FOREVER, emit);
  }

  private release(upTo: bigint, emit: Emit): void {
    const keys = [{ column: this.relation.time, descending: false, nullsFirst: true }, ...this.relation.keys];
    const ready = this.held.filter((row) => this.timeOf(row) <= upTo);
    this.held = this.held.filter((row) => this.timeOf(row) > upTo);
    for (const row of ready.toSorted((left, right) => orderBy(keys, left.values, right.values)))
      emit(() => row.values, this.timeOf(row));
  }

  private timeOf(row: RowContext): bigint {
    const time = row.values[this.relation.time] ?? null;
    if (typeof time !== 'bigint') throw new Fault('invalid-rowtime');
    return time;
  }
}
