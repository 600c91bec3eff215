// The oracle: an interpreter of the bound plan that is slow and obviously right. One row at a time, values as plain JavaScript values,
// no optimizer, no state of its own but groups in maps. Text values are strings, i64 are bigints, everything else numbers.
import type { Expression } from '../../compiler/plan/expression.ts';
import type { Plan, Pump, Relation, TumbleAggregate } from '../../compiler/plan/plan.ts';
import { evaluate, Fault, NotKnown, type RowContext, type Value } from './evaluate.ts';
import { newAccumulator, type Accumulator } from './accumulate.ts';

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

interface Group {
  readonly keys: readonly Value[];
  readonly accumulators: readonly Accumulator[];
}

interface Window {
  readonly relation: TumbleAggregate;
  readonly pump: Pump;
  /** Position among all windows: pumps in script order, within one the lowest operator first. */
  open: boolean;
  value: Value;
  outputTime: bigint;
  groups: Map<string, Group>;
}

/** Runs a plan with one clock (all inputs advance together). */
export class Interpreter {
  readonly rows: StreamRow[] = [];
  readonly errors: ErrorRow[] = [];
  private readonly plan: Plan;
  private readonly windows = new Map<TumbleAggregate, Window>();
  private readonly start: bigint;
  private clock = 0n;

  constructor(plan: Plan, start: bigint) {
    this.plan = plan;
    this.start = start;
    for (const pump of plan.pumps) this.collect(pump.query, pump);
  }

  private collect(relation: Relation, pump: Pump): void {
    if (relation.kind === 'stream-scan') return;
    this.collect(relation.input, pump);
    if (relation.kind === 'tumble-aggregate') {
      this.windows.set(relation, { relation, pump, open: false, value: null, outputTime: 0n, groups: new Map() });
    }
  }

  /** A row enters an input stream at the clock `time`; metadata columns are NULL but the arrival. */
  feed(stream: string, time: bigint, values: readonly Value[]): void {
    this.clock = time;
    this.close((outputTime) => outputTime < time, time);
    this.push({ stream, rowtime: time, values: [...values, time, null, null, null] });
    this.close((outputTime) => outputTime <= time, time);
  }

  /** A bound of all inputs. */
  advance(time: bigint): void {
    this.clock = time;
    this.close((outputTime) => outputTime <= time, time);
  }

  /** All inputs end. */
  finish(): void {
    this.close(() => true, 2n ** 62n);
  }

  // Windows that are due at `time` leave in ascending order of their output ROWTIME, those of equal time in script order.
  private close(when: (outputTime: bigint) => boolean, time: bigint): void {
    for (;;) {
      let next: Window | undefined;
      for (const window of this.windows.values()) {
        if (!window.open || !this.isOver(window, time) || !when(window.outputTime)) continue;
        if (next === undefined || window.outputTime < next.outputTime) next = window;
      }
      if (next === undefined) return;
      // What only a row's value closes leaves, at the end, with the clock.
      if (next.outputTime === 2n ** 61n) next.outputTime = this.clock;
      this.flush(next);
    }
  }

  private isOver(window: Window, time: bigint): boolean {
    const { closing } = window.relation;
    if (time >= 2n ** 62n) return true;
    if (closing.kind === 'value') return false;
    return time >= window.outputTime + (closing.closedEnd ? 1n : 0n);
  }

  private flush(window: Window): void {
    const { groups, outputTime, relation, pump } = window;
    window.open = false;
    window.groups = new Map();
    for (const group of groups.values()) {
      try {
        const aggregates = group.accumulators.map((accumulator) => accumulator.result());
        this.above(pump.query, relation, pump, [...group.keys, ...aggregates], outputTime);
      } catch (error) {
        this.report(error, pump);
      }
    }
  }

  private push(row: StreamRow): void {
    this.rows.push(row);
    for (const pump of this.plan.pumps) {
      if (scanOf(pump.query) !== row.stream) continue;
      this.closeDue(pump, row.rowtime);
      const scan = lowest(pump.query);
      try {
        this.above(pump.query, scan, pump, row.values, row.rowtime);
      } catch (error) {
        this.report(error, pump);
      }
    }
  }

  // A pump first closes its own windows that are due.
  private closeDue(pump: Pump, time: bigint): void {
    for (const window of this.windows.values()) {
      if (window.pump === pump && window.open && this.isOver(window, time)) this.flush(window);
    }
  }

  private report(error: unknown, pump: Pump): void {
    if (!(error instanceof Fault)) throw error;
    this.errors.push({ code: error.code, pump: pump.name });
  }

  // A row that comes out of `from` passes through the relations above it.
  private above(top: Relation, from: Relation, pump: Pump, values: readonly Value[], rowtime: bigint): void {
    if (from === top) {
      this.insert(pump, values, rowtime);
      return;
    }
    const relation = parentOf(top, from);
    const row: RowContext = { values, rowtime, clock: this.clock, start: this.start };
    switch (relation.kind) {
      case 'filter':
        if (evaluate(relation.predicate, row) === 1) this.above(top, relation, pump, values, rowtime);
        return;
      case 'project': {
        const computed = relation.expressions.map((expression: Expression) => evaluate(expression, row));
        // A promoted ROWTIME has a clock of its own, which the oracle doesn't keep.
        if (relation.rowtime !== undefined) throw new NotKnown('AS ROWTIME');
        this.above(top, relation, pump, computed, rowtime);
        return;
      }
      case 'tumble-aggregate':
        this.absorb(relation, row);
        return;
      case 'stream-scan':
        throw new Error('a scan has nothing below it');
    }
  }

  private insert(pump: Pump, values: readonly Value[], rowtime: bigint): void {
    const target = this.plan.streams.find((stream) => stream.name === pump.target);
    target?.columns.forEach((column, index) => {
      if (!column.nullable && values[index] === null) throw new Fault('null-not-allowed');
    });
    this.push({ stream: pump.target, rowtime, values });
  }

  private absorb(relation: TumbleAggregate, row: RowContext): void {
    const window = this.windows.get(relation);
    if (window === undefined) throw new Error('a window is not known');
    if (window.open && this.isOver(window, row.rowtime)) this.flush(window);
    const keys = relation.keys.map((key) => evaluate(key, row));
    const inputs = relation.aggregates.map((call) => (call.argument === undefined ? 1 : evaluate(call.argument, row)));
    const value = keys[relation.closing.key] ?? null;
    if (window.open && window.value !== value) {
      // Only a value that isn't time gets here: the row that closes lends its ROWTIME.
      window.outputTime = row.rowtime;
      this.flush(window);
    }
    if (!window.open) {
      window.open = true;
      window.value = value;
      window.outputTime = this.boundary(relation, row, value);
    }
    const text = JSON.stringify(keys, (_, key: unknown) => (typeof key === 'bigint' ? `${key}n` : key));
    const group = window.groups.get(text) ?? { keys, accumulators: relation.aggregates.map(newAccumulator) };
    window.groups.set(text, group);
    for (const [index, accumulator] of group.accumulators.entries()) accumulator.add(inputs[index] ?? null);
  }

  // The first time with another value, by doubling and halving; a window that includes its end leaves one millisecond earlier.
  private boundary(relation: TumbleAggregate, row: RowContext, value: Value): bigint {
    const { closing } = relation;
    const key = relation.keys[closing.key];
    if (closing.kind === 'value' || key === undefined) return 2n ** 61n;
    const at = (time: bigint): Value => evaluate(key, { ...row, rowtime: time });
    let step = 1n;
    while (at(row.rowtime + step) === value) step *= 2n;
    let same = row.rowtime + step / 2n;
    if (step === 1n) same = row.rowtime;
    let other = row.rowtime + step;
    while (other - same > 1n) {
      const middle = (same + other) / 2n;
      if (at(middle) === value) same = middle;
      else other = middle;
    }
    return closing.closedEnd ? other - 1n : other;
  }
}

function scanOf(relation: Relation): string {
  const scan = lowest(relation);
  return scan.kind === 'stream-scan' ? scan.stream : '';
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
