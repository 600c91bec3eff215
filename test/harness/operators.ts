// Operators of the oracle, one class for each relation with state: rows are kept as they came and results computed from the laws in
// compiler/plan/plan.ts by going through all of them.
import type {
  Closing,
  Distinct,
  Join,
  JoinSide,
  Lookup,
  SlidingWindow,
  Sort,
  SortKey,
  StaggerAggregate,
  StatefulRelation,
  TableFunction,
  TimeSort,
  TumbleAggregate,
} from '../../compiler/plan/plan.ts';
import type { Expression } from '../../compiler/plan/expression.ts';
import { aggregate, overWindow, type Seen } from './accumulate.ts';
import { evaluate, Fault, NotKnown, order, type RowContext, type Value } from './evaluate.ts';

/** The end of an input: later than every time. */
export const FOREVER = 2n ** 62n;

/** The lowest of some times. */
export function earliest(times: readonly bigint[]): bigint {
  let low = FOREVER;
  for (const time of times) if (time < low) low = time;
  return low;
}

/** Takes a row that leaves. A fault of what is computed for it is `compute`'s and loses that row only. */
export type Emit = (compute: () => readonly Value[], rowtime: bigint) => void;

/** One operator while it runs. */
export interface Operator {
  /** A row comes; what it lets leave goes to `emit`. */
  row(row: RowContext, emit: Emit): void;
  /** The ROWTIME of what leaves next when no later row is below `bound`; undefined when nothing does. */
  due(bound: bigint, clock: bigint): bigint | undefined;
  /** Lets go what `due` announced. */
  flush(rowtime: bigint, emit: Emit): void;
  /** The lowest ROWTIME that waits inside, for operators that hold a stream's clock back. */
  lowest?(): bigint | undefined;
}

/** Content of reference tables at the moment. */
export type Tables = ReadonlyMap<string, readonly (readonly Value[])[]>;

/** Makes the operator of a relation. */
export function newOperator(relation: StatefulRelation, tables: Tables): Operator {
  switch (relation.kind) {
    case 'tumble-aggregate':
      return new Tumbling(relation);
    case 'stagger-aggregate':
      return new Staggering(relation);
    case 'sliding-window':
      return rowByRow(sliding(relation));
    case 'distinct':
      return rowByRow(distinct(relation));
    case 'join':
      return new Joining(relation);
    case 'lookup':
      return rowByRow(lookup(relation, tables));
    case 'table-function':
      return tableFunction(relation);
    case 'sort':
      return new Sorting(relation);
    case 'time-sort':
      return new TimeSorting(relation);
  }
}

/** Equal values have equal texts; NULL equals NULL. */
export function keyText(values: readonly Value[]): string {
  return JSON.stringify(values, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

function rowByRow(row: Operator['row']): Operator {
  return { row, due: () => undefined, flush: () => undefined };
}

/** The first time with another value of a key over ROWTIME: doubling steps, then halving. */
export function boundaryOf(key: Expression, row: RowContext): bigint {
  const at = (rowtime: bigint): string => keyText([evaluate(key, { ...row, rowtime })]);
  const value = at(row.rowtime);
  let step = 1n;
  while (at(row.rowtime + step) === value) step *= 2n;
  let same = row.rowtime + step / 2n;
  let other = row.rowtime + step;
  while (other - same > 1n) {
    const middle = (same + other) / 2n;
    if (at(middle) === value) same = middle;
    else other = middle;
  }
  return other;
}

/** A batch of rows that share the value of a closing key. */
interface Batch<T> {
  readonly value: string;
  /** First time with another value; FOREVER when only a row's value ends the batch. */
  readonly boundary: bigint;
  readonly outputTime: bigint;
  readonly content: T;
}

function openBatch<T>(
  closing: Omit<Closing, 'key'>,
  key: Expression,
  row: RowContext,
  value: Value,
  content: T,
): Batch<T> {
  const boundary = closing.kind === 'time' ? boundaryOf(key, row) : FOREVER;
  return {
    value: keyText([value]),
    boundary,
    outputTime: boundary === FOREVER ? FOREVER : boundary - (closing.closedEnd ? 1n : 0n),
    content,
  };
}

// What time can't close leaves, at the end, with the clock.
function dueOf(batch: Batch<unknown> | undefined, bound: bigint, clock: bigint): bigint | undefined {
  if (batch === undefined || bound < batch.boundary) return undefined;
  return batch.boundary === FOREVER ? clock : batch.outputTime;
}

interface Group {
  readonly keys: readonly Value[];
  readonly opened: bigint;
  /** For each aggregate what it saw. */
  readonly seen: readonly Seen[][];
}

function absorb(
  relation: TumbleAggregate | StaggerAggregate,
  row: RowContext,
  groups: Map<string, Group>,
  keys: readonly Value[],
  inputs: readonly Value[],
): void {
  const text = keyText(keys);
  const group = groups.get(text) ?? { keys, opened: row.rowtime, seen: relation.aggregates.map(() => []) };
  groups.set(text, group);
  for (const [index, seen] of group.seen.entries()) seen.push({ value: inputs[index] ?? null, rowtime: row.rowtime });
}

function inputsOf(relation: TumbleAggregate | StaggerAggregate, row: RowContext): Value[] {
  return relation.aggregates.map((call) => (call.argument === undefined ? 1 : evaluate(call.argument, row)));
}

function leave(relation: TumbleAggregate | StaggerAggregate, group: Group, rowtime: bigint, emit: Emit): void {
  emit(
    () => [...group.keys, ...relation.aggregates.map((call, index) => aggregate(call, group.seen[index] ?? []))],
    rowtime,
  );
}

class Tumbling implements Operator {
  private readonly relation: TumbleAggregate;
  private batch: Batch<Map<string, Group>> | undefined;

  constructor(relation: TumbleAggregate) {
    this.relation = relation;
  }

  row(row: RowContext, emit: Emit): void {
    const { relation } = this;
    const keys = relation.keys.map((key) => evaluate(key, row));
    const inputs = inputsOf(relation, row);
    const key = relation.keys[relation.closing.key];
    const value = keys[relation.closing.key] ?? null;
    if (key === undefined) throw new Error('no closing key');
    if (this.batch !== undefined && this.batch.value !== keyText([value])) this.flush(row.rowtime, emit);
    this.batch ??= openBatch(relation.closing, key, row, value, new Map<string, Group>());
    absorb(relation, row, this.batch.content, keys, inputs);
  }

  due(bound: bigint, clock: bigint): bigint | undefined {
    return dueOf(this.batch, bound, clock);
  }

  flush(rowtime: bigint, emit: Emit): void {
    const groups = this.batch?.content;
    this.batch = undefined;
    for (const group of groups?.values() ?? []) leave(this.relation, group, rowtime, emit);
  }
}

class Staggering implements Operator {
  private readonly relation: StaggerAggregate;
  private readonly groups = new Map<string, Group>();

  constructor(relation: StaggerAggregate) {
    this.relation = relation;
  }

  row(row: RowContext): void {
    const keys = this.relation.keys.map((key) => evaluate(key, row));
    absorb(this.relation, row, this.groups, keys, inputsOf(this.relation, row));
  }

  due(bound: bigint): bigint | undefined {
    // Windows have one length: the first to open is the first to end.
    const [first] = this.groups.values();
    const end = first === undefined ? FOREVER : first.opened + this.relation.rangeMs;
    return end <= bound && first !== undefined ? end : undefined;
  }

  flush(rowtime: bigint, emit: Emit): void {
    const ended = [...this.groups].filter(([, group]) => group.opened + this.relation.rangeMs === rowtime);
    for (const [text, group] of ended) {
      this.groups.delete(text);
      leave(this.relation, group, rowtime, emit);
    }
  }
}

function sliding(relation: SlidingWindow): Operator['row'] {
  const partitions = new Map<string, { rowtime: bigint; seen: readonly Seen[] }[]>();
  return (row, emit) => {
    const text = keyText(relation.partition.map((key) => evaluate(key, row)));
    const seen = relation.calls.map(
      (call): Seen => ({
        value: call.argument === undefined ? 1 : evaluate(call.argument, row),
        rowtime: row.rowtime,
        ...(call.otherwise === undefined ? {} : { otherwise: evaluate(call.otherwise, row) }),
      }),
    );
    const rows = partitions.get(text) ?? [];
    partitions.set(text, rows);
    rows.push({ rowtime: row.rowtime, seen });
    const { frame } = relation;
    const inside = rows.filter(
      (other, index) =>
        frame.unit === 'unbounded' ||
        (frame.unit === 'rows'
          ? rows.length - 1 - index <= Number(frame.preceding)
          : row.rowtime - other.rowtime <= frame.precedingMs),
    );
    emit(
      () => [
        ...row.values.slice(0, relation.input.columns.length),
        ...relation.calls.map((call, index) =>
          overWindow(
            call,
            inside.flatMap((other) => other.seen[index] ?? []),
          ),
        ),
      ],
      row.rowtime,
    );
  };
}

function distinct(relation: Distinct): Operator['row'] {
  let closing: string | undefined;
  let known = new Set<string>();
  return (row, emit) => {
    const keys = relation.keys.map((key) => evaluate(key, row));
    const value = keyText([keys[relation.closing.key] ?? null]);
    if (value !== closing) known = new Set();
    closing = value;
    const text = keyText(keys);
    if (known.has(text)) return;
    known.add(text);
    emit(() => row.values, row.rowtime);
  };
}

function lookup(relation: Lookup, tables: Tables): Operator['row'] {
  return (row, emit) => {
    const keys = relation.keys.map(({ expression }) => evaluate(expression, row));
    let met = false;
    for (const found of tables.get(relation.table) ?? []) {
      const equal = relation.keys.every(({ column }, index) => equals(keys[index] ?? null, found[column] ?? null));
      if (!equal) continue;
      const values = [...row.values, ...found];
      if (!holds(relation.predicate, { ...row, values })) continue;
      met = true;
      emit(() => values, row.rowtime);
    }
    if (!met && relation.type === 'left')
      emit(() => [...row.values, ...relation.columns.slice(row.values.length).map(() => null)], row.rowtime);
  };
}

function equals(left: Value, right: Value): boolean {
  return left !== null && right !== null && order(left, right) === 0;
}

function holds(predicate: Expression | undefined, row: RowContext): boolean {
  return predicate === undefined || evaluate(predicate, row) === 1;
}

interface JoinRow {
  readonly sequence: number;
  readonly isRight: boolean;
  readonly rowtime: bigint;
  readonly values: readonly Value[];
  readonly context: RowContext;
  met: boolean;
}

class Joining implements Operator {
  private readonly relation: Join;
  private readonly sides: readonly [JoinRow[], JoinRow[]] = [[], []];
  private sequence = 0;
  private leaving: readonly JoinRow[] = [];

  constructor(relation: Join) {
    this.relation = relation;
  }

  row(row: RowContext, emit: Emit): void {
    const { relation, sides } = this;
    const isRight = row.values.at(-1) === 1;
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
    this.forget(came, emit);
    for (const candidate of sides[isRight ? 0 : 1]) {
      const { retention } = this.sideOf(candidate);
      if (retention.unit === 'range' && row.rowtime - candidate.rowtime > retention.milliseconds) continue;
      const others = this.keysOf(candidate);
      if (!keys.every((key, index) => equals(key, others[index] ?? null))) continue;
      const values = isRight ? [...candidate.values, ...came.values] : [...came.values, ...candidate.values];
      if (!holds(relation.predicate, { ...row, values })) continue;
      candidate.met = true;
      came.met = true;
      emit(() => values, row.rowtime);
    }
    sides[isRight ? 1 : 0].push(came);
  }

  // A range's end is inside: what waits leaves once the bound is past it. What only rows drive out leaves, at the end, with the clock.
  due(bound: bigint, clock: bigint): bigint | undefined {
    const ends = this.sides
      .flat()
      .filter((row) => this.sideOf(row).preserved && !row.met)
      .toSorted((left, right) => left.sequence - right.sequence)
      .map((row) => {
        const { retention } = this.sideOf(row);
        const end = retention.unit === 'range' ? row.rowtime + retention.milliseconds : clock;
        return { row, end, isOver: bound >= FOREVER || (retention.unit === 'range' && bound > end) };
      })
      .filter(({ isOver }) => isOver);
    const first = earliest(ends.map(({ end }) => end));
    this.leaving = ends.filter(({ end }) => end === first).map(({ row }) => row);
    return this.leaving.length === 0 ? undefined : first;
  }

  flush(rowtime: bigint, emit: Emit): void {
    for (const row of this.leaving) {
      row.met = true;
      emit(() => this.alone(row), rowtime);
    }
  }

  // A new row of a side that keeps a number of rows drives out the oldest.
  private forget(came: JoinRow, emit: Emit): void {
    const side = this.sideOf(came);
    const own = this.sides[came.isRight ? 1 : 0];
    while (side.retention.unit === 'rows' && own.length > 0 && BigInt(own.length) >= side.retention.count) {
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

function tableFunction(relation: TableFunction): Operator {
  throw new NotKnown(relation.name);
}

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

class Sorting implements Operator {
  private readonly relation: Sort;
  private batch: Batch<RowContext[]> | undefined;
  private highest = -FOREVER;

  constructor(relation: Sort) {
    this.relation = relation;
  }

  row(row: RowContext, emit: Emit): void {
    const { closing, keys } = this.relation;
    const value =
      closing.kind === 'time' ? evaluate(closing.expression, row) : (row.values[keys[0]?.column ?? 0] ?? null);
    if (this.batch !== undefined && this.batch.value !== keyText([value])) this.flush(row.rowtime, emit);
    const key: Expression | undefined = closing.kind === 'time' ? closing.expression : undefined;
    this.batch ??=
      key === undefined
        ? { value: keyText([value]), boundary: FOREVER, outputTime: FOREVER, content: [] }
        : openBatch(closing as Omit<Closing, 'key'>, key, row, value, []);
    this.batch.content.push(row);
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

class TimeSorting implements Operator {
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
