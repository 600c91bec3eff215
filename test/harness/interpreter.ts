// The oracle: an interpreter of the bound plan that is slow and obviously right. One row at a time, values as plain JavaScript values,
// no optimizer; operators (operators.ts) keep rows as they came. Text values are strings, i64 are bigints, everything else numbers.
import type { Plan, Project, Pump, Relation } from '../../compiler/plan/plan.ts';
import { boundOf, clocksOf, promotes, scanOf, type Clock, type Placed } from './clocks.ts';
import { evaluate, Fault, type RowContext, type Value } from './evaluate.ts';
import { FOREVER, type Emit } from './operator.ts';
import { newOperator } from './operators.ts';

/** A row that an in-application stream got. */
export interface StreamRow {
  readonly stream: string;
  readonly rowtime: bigint;
  readonly values: readonly Value[];
}

/** A row of error_stream, as far as it is compared. */
export interface ErrorRow {
  readonly code: string;
  readonly pump: string;
}

/** Runs a plan. */
export class Interpreter {
  readonly rows: StreamRow[] = [];
  readonly errors: ErrorRow[] = [];
  private readonly plan: Plan;
  private readonly start: bigint;
  private readonly clocks: readonly Clock[];
  private readonly clockOf: ReadonlyMap<string, Clock>;
  private readonly operators = new Map<Relation, Placed>();
  private readonly finished = new Set<string>();
  private readonly tables = new Map<string, readonly (readonly Value[])[]>();
  /** The clock of the record or bound that is worked on. */
  private rowClock = 0n;
  private sequence = 0;

  constructor(plan: Plan, start: bigint) {
    this.plan = plan;
    this.start = start;
    const { clocks, clockOf } = clocksOf(plan);
    this.clocks = clocks;
    this.clockOf = clockOf;
    for (const pump of writersFirst(plan.pumps)) this.place(pump.query, pump);
  }

  private place(relation: Relation, pump: Pump): void {
    if (relation.kind === 'stream-scan') return;
    this.place(relation.input, pump);
    if (relation.kind === 'filter' || relation.kind === 'project') return;
    const placed = { operator: newOperator(relation, this.tables), relation, pump };
    this.operators.set(relation, placed);
    this.clockOf.get(scanOf(pump.query))?.operators.push(placed);
  }

  /** A row enters an input stream at the clock `time`; metadata columns are NULL but the arrival. */
  feed(stream: string, time: bigint, values: readonly Value[]): void {
    this.rowClock = time;
    this.enter(stream, [...values, time, null, null, null], time);
    this.settle();
  }

  /** A bound of an input. */
  advance(stream: string, time: bigint): void {
    this.rowClock = time;
    const clock = this.known(stream);
    if (time > clock.time) clock.time = time;
    this.close(clock, time, true);
    this.settle();
  }

  /** An input ends. */
  finish(stream: string): void {
    this.finished.add(stream);
    for (const clock of this.clocks) {
      this.catchUp(clock);
      if ([...clock.inputs].every((input) => this.finished.has(input))) this.close(clock, FOREVER, true);
    }
  }

  /** A reference table gets new content. */
  replace(table: string, rows: readonly (readonly Value[])[]): void {
    this.tables.set(table, rows);
  }

  private known(stream: string): Clock {
    const clock = this.clockOf.get(stream);
    if (clock === undefined) throw new Error(`stream ${stream} has no clock`);
    return clock;
  }

  // A row with a ROWTIME of its own moves the clock: what is due before it leaves first.
  private enter(stream: string, values: readonly Value[], rowtime: bigint): void {
    const clock = this.known(stream);
    this.close(clock, rowtime, false);
    if (rowtime > clock.time) clock.time = rowtime;
    this.push({ stream, rowtime, values });
    this.close(clock, rowtime, true);
  }

  // What is due at `bound` leaves in the order of its ROWTIME, at equal times in the order of the operators. Without `inclusive` what has
  // exactly the bound's time waits: the pumps have their turn.
  private close(clock: Clock, bound: bigint, inclusive: boolean, among: readonly Placed[] = clock.operators): void {
    for (;;) {
      let next: Placed | undefined;
      let first = FOREVER;
      for (const placed of among) {
        const due = placed.operator.due(this.boundFor(placed, bound, clock), clock.time);
        if (due === undefined || due >= first || (!inclusive && due >= bound)) continue;
        first = due;
        next = placed;
      }
      if (next === undefined) return;
      next.operator.due(this.boundFor(next, bound, clock), clock.time);
      next.operator.flush(first, this.emitOf(next));
    }
  }

  // At the end, what only rows close waits for all from which rows may still come.
  private boundFor(placed: Placed, bound: bigint, clock: Clock): bigint {
    if (bound < FOREVER) return bound;
    const before = clock.operators.slice(0, clock.operators.indexOf(placed));
    const waits = before.some(
      (other) =>
        (other.pump === placed.pump || this.reaches(other.pump.target, scanOf(placed.pump.query))) &&
        other.operator.due(FOREVER, clock.time) !== undefined,
    );
    return waits ? FOREVER - 1n : bound;
  }

  private reaches(from: string, to: string): boolean {
    return from === to || this.plan.pumps.some((pump) => scanOf(pump.query) === from && this.reaches(pump.target, to));
  }

  // Clocks behind others catch up with them.
  private settle(): void {
    for (const clock of this.clocks) this.catchUp(clock);
  }

  private catchUp(clock: Clock): void {
    if (clock.kind !== 'merged' && clock.kind !== 'sorted') return;
    for (;;) {
      const [first] = clock.waiting.toSorted(
        (left, right) => Number(left.rowtime - right.rowtime) || left.sequence - right.sequence,
      );
      const others = clock.sources.filter((source) => source !== first?.source);
      if (first === undefined || others.some((source) => boundOf(source, this.finished) < first.rowtime)) break;
      clock.waiting = clock.waiting.filter((row) => row !== first);
      this.enter(clock.stream, first.values, first.rowtime);
    }
    const bound = boundOf(clock, this.finished);
    if (bound >= FOREVER) return;
    if (bound > clock.time) clock.time = bound;
    this.close(clock, bound, true);
  }

  private push(row: StreamRow): void {
    this.rows.push(row);
    const clock = this.known(row.stream);
    for (const pump of this.plan.pumps) {
      if (scanOf(pump.query) !== row.stream) continue;
      // A pump first closes what is due of its own.
      const own = clock.operators.filter((placed) => placed.pump === pump);
      this.close(clock, row.rowtime, true, own);
      this.guard(pump, () => this.above(pump.query, lowest(pump.query), pump, row.values, row.rowtime));
    }
  }

  private guard(pump: Pump, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.errors.push({ code: error.code, pump: pump.partOf ?? pump.name });
    }
  }

  private emitOf({ relation, pump }: Placed): Emit {
    return (compute, rowtime) => this.guard(pump, () => this.above(pump.query, relation, pump, compute(), rowtime));
  }

  // A row that comes out of `from` passes through the relations above it.
  private above(top: Relation, from: Relation, pump: Pump, values: readonly Value[], rowtime: bigint): void {
    if (from === top) {
      this.insert(pump, values, rowtime);
      return;
    }
    const relation = parentOf(top, from);
    const row: RowContext = { values, rowtime, clock: this.rowClock, start: this.start };
    switch (relation.kind) {
      case 'stream-scan':
        throw new Error('a scan has nothing below it');
      case 'filter':
        if (evaluate(relation.predicate, row) === 1) this.above(top, relation, pump, values, rowtime);
        return;
      case 'project':
        return this.project(relation, row, top, pump);
      default: {
        const placed = this.operators.get(relation);
        if (placed === undefined) throw new Error('an operator is not known');
        // A row of an operator below comes before the clock closes what ends with it. A batch that is sorted may go on at the same time.
        if (!isSort(relation)) this.close(this.known(scanOf(pump.query)), rowtime, true, [placed]);
        placed.operator.row(row, this.emitOf(placed));
      }
    }
  }

  private project(relation: Project, row: RowContext, top: Relation, pump: Pump): void {
    const promoted = relation.rowtime === undefined ? row.rowtime : evaluate(relation.rowtime, row);
    const values = relation.expressions.map((expression) => evaluate(expression, row));
    const isLast = relation === top || (isSort(top) && top.input === relation);
    const target = this.plan.streams.find((stream) => stream.name === pump.target);
    if (isLast && target?.columns.some((column, index) => !column.nullable && values[index] === null))
      throw new Fault('null-not-allowed');
    if (typeof promoted !== 'bigint') throw new Fault('invalid-rowtime');
    this.above(top, relation, pump, values, promoted);
  }

  private insert(pump: Pump, values: readonly Value[], rowtime: bigint): void {
    const clock = this.known(pump.target);
    const source = this.known(scanOf(pump.query));
    if (clock === source) this.push({ stream: pump.target, rowtime, values });
    else if (clock.kind === 'merged') clock.waiting.push({ source, rowtime, values, sequence: this.sequence++ });
    else if (promotes(pump) && rowtime < clock.time) throw new Fault('late-row');
    else this.enter(pump.target, values, rowtime);
  }
}

function isSort(relation: Relation): relation is Extract<Relation, { kind: 'sort' | 'time-sort' }> {
  return relation.kind === 'sort' || relation.kind === 'time-sort';
}

// Pumps in an order in which a stream's writers stand before its readers, otherwise as in the script.
function writersFirst(pumps: readonly Pump[]): Pump[] {
  const rest = [...pumps];
  const ordered: Pump[] = [];
  while (rest.length > 0) {
    const free = rest.findIndex((pump) => !rest.some((other) => other !== pump && other.target === scanOf(pump.query)));
    ordered.push(...rest.splice(Math.max(free, 0), 1));
  }
  return ordered;
}

function lowest(relation: Relation): Relation {
  return relation.kind === 'stream-scan' ? relation : lowest(relation.input);
}

function parentOf(top: Relation, child: Relation): Relation {
  let relation = top;
  while (relation.kind !== 'stream-scan') {
    if (relation.input === child) return relation;
    relation = relation.input;
  }
  throw new Error('the relation is not of this pump');
}
