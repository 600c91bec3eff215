// What the operators of the oracle share: when they let rows leave, and batches that a closing key ends.
import type { Closing } from '../../compiler/plan/plan.ts';
import type { Expression } from '../../compiler/plan/expression.ts';
import { evaluate, Fault, order, type RowContext, type Value } from './evaluate.ts';

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

/** Equal values have equal texts; NULL equals NULL. */
export function keyText(values: readonly Value[]): string {
  return JSON.stringify(values, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** An operator that lets rows leave at once. */
export function rowByRow(row: Operator['row']): Operator {
  return { row, due: () => undefined, flush: () => undefined };
}

/** SQL equality that is TRUE. */
export function equals(left: Value, right: Value): boolean {
  return left !== null && right !== null && order(left, right) === 0;
}

/** A predicate that is TRUE, or none. Its fault is reported and loses what it was asked for. */
export function holds(predicate: Expression | undefined, row: RowContext, emit: Emit): boolean {
  try {
    return predicate === undefined || evaluate(predicate, row) === 1;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    emit(() => {
      throw error;
    }, row.rowtime);
    return false;
  }
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
export interface Batch<T> {
  readonly value: string;
  /** First time with another value; FOREVER when only a row's value ends the batch. */
  readonly boundary: bigint;
  readonly outputTime: bigint;
  readonly content: T;
}

/** Begins a batch with its first row. */
export function openBatch<T>(
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

/** When a batch leaves; what time can't close leaves, at the end, with the clock. */
export function dueOf(batch: Batch<unknown> | undefined, bound: bigint, clock: bigint): bigint | undefined {
  if (batch === undefined || bound < batch.boundary) return undefined;
  return batch.boundary === FOREVER ? clock : batch.outputTime;
}
