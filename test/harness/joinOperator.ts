// Joins of the oracle: all rows of both sides are kept, and each pair is tested.
import type { Join, JoinSide } from '../../compiler/plan/plan.ts';
import { evaluate, type RowContext, type Value } from './evaluate.ts';
import { earliest, equals, FOREVER, holds, type Emit, type Operator } from './operator.ts';

interface JoinRow {
  readonly sequence: number;
  readonly isRight: boolean;
  readonly rowtime: bigint;
  readonly values: readonly Value[];
  readonly context: RowContext;
  met: boolean;
}

/** A join of two kinds of rows: all rows are kept, each is tested. */
export class Joining implements Operator {
  private readonly relation: Join;
  private readonly sides: readonly [JoinRow[], JoinRow[]] = [[], []];
  private sequence = 0;
  private leaving: readonly JoinRow[] = [];
  private lastRowtime: bigint | undefined;

  constructor(relation: Join) {
    this.relation = relation;
  }

  row(row: RowContext, emit: Emit): void {
    const { relation, sides } = this;
    const isRight = row.values.at(-1) === 1;
    this.lastRowtime = row.rowtime;
    const first = relation.left.columns;
    const width = first + relation.right.columns;
    const came: JoinRow = {
      sequence: this.sequence++,
      isRight,
      rowtime: row.rowtime,
      values: isRight ? row.values.slice(first, width) : row.values.slice(0, first),
      context: row,
      met: false,
    };
    const keys = this.keysOf(came);
    for (const candidate of sides[isRight ? 0 : 1]) {
      const { retention } = this.sideOf(candidate);
      if (retention.unit === 'range' && row.rowtime - candidate.rowtime > retention.milliseconds) continue;
      const others = this.keysOf(candidate);
      if (!keys.every((key, index) => equals(key, others[index] ?? null))) continue;
      const values = isRight ? [...candidate.values, ...came.values] : [...came.values, ...candidate.values];
      if (!holds(relation.predicate, { ...row, values }, emit)) continue;
      candidate.met = true;
      came.met = true;
      emit(() => values, row.rowtime);
    }
    sides[isRight ? 1 : 0].push(came);
    this.forget(came, emit);
  }

  // A range's end is inside: what waits leaves once the bound is past it. What only rows drive out leaves, at the end, with the clock.
  due(bound: bigint, clock: bigint): bigint | undefined {
    const ends = this.sides
      .flat()
      .filter((row) => this.sideOf(row).preserved && !row.met)
      .toSorted((left, right) => left.sequence - right.sequence)
      .map((row) => {
        const { retention } = this.sideOf(row);
        const last = this.lastRowtime ?? clock;
        const latest = clock > last ? clock : last;
        const end = retention.unit === 'range' ? row.rowtime + retention.milliseconds : latest;
        return { row, end, isOver: bound >= FOREVER || (retention.unit === 'range' && bound > end) };
      })
      .filter(({ isOver }) => isOver);
    const first = earliest(ends.map(({ end }) => end));
    this.leaving = ends.filter(({ end }) => end === first).map(({ row }) => row);
    return this.leaving.length === 0 ? undefined : first;
  }

  flush(rowtime: bigint, emit: Emit): void {
    for (const row of this.leaving) {
      // What has left alone meets none any more.
      const own = this.sides[row.isRight ? 1 : 0];
      own.splice(own.indexOf(row), 1);
      emit(() => this.alone(row), rowtime);
    }
  }

  // A new row of a side that keeps a number of rows drives out the oldest.
  private forget(came: JoinRow, emit: Emit): void {
    const side = this.sideOf(came);
    const own = this.sides[came.isRight ? 1 : 0];
    while (side.retention.unit === 'rows' && BigInt(own.length) > side.retention.count) {
      const gone = own.shift();
      if (gone !== undefined && side.preserved && !gone.met) emit(() => this.alone(gone), came.rowtime);
    }
  }

  private sideOf(row: JoinRow): JoinSide {
    return row.isRight ? this.relation.right : this.relation.left;
  }

  private alone(row: JoinRow): Value[] {
    const missing = (row.isRight ? this.relation.left : this.relation.right).columns;
    const nothing = Array.from({ length: missing }, () => null);
    return row.isRight ? [...nothing, ...row.values] : [...row.values, ...nothing];
  }

  private keysOf(row: JoinRow): Value[] {
    return this.sideOf(row).keys.map((key) => evaluate(key, { ...row.context, values: this.alone(row) }));
  }
}
