// Whose turn it is: the inputs of a run, and which of them is fed next.
import type { Source } from '../contract/connector.ts';
import { Merge } from './merge.ts';
import { Pace, type PaceOptions } from './pace.ts';
import type { Program } from './program.ts';

/** A source with the input streams that it feeds; several take its records in turn (SEMANTICS 29). */
export interface RunSource {
  readonly stream: string;
  readonly url: string;
  readonly inputs: readonly number[];
  readonly source: Source;
  /** ROWTIME is the wall clock; otherwise it comes from the data (SEMANTICS 3). */
  readonly live: boolean;
  readonly pace?: PaceOptions;
  /** It had ended when the checkpoint was taken. */
  readonly finished: boolean;
  /** Number of the first record's stream, when the records go to several. */
  readonly turn: number;
}

/** An input while it is read. */
export interface Input {
  readonly from: RunSource;
  readonly pace: Pace | undefined;
  /** Feeds it, where its source has parts. */
  readonly merge: Merge | undefined;
  /** Bytes of a record that has not ended yet. */
  tail: Uint8Array;
  ended: boolean;
  waiting: boolean;
  /** When it was read, or its clock was advanced. */
  activeAt: number;
  /** When it was read with success. */
  readAt: number;
  bytes: number;
  turn: number;
}

/** An input at the beginning of a run. */
export function makeInput(from: RunSource, program: Program, now: number, recordsBefore: number): Input {
  const { parts } = from.source;
  return {
    from,
    pace: from.pace === undefined ? undefined : new Pace(from.pace, recordsBefore),
    merge: parts === undefined ? undefined : new Merge(program, from.inputs[0] ?? 0, parts),
    tail: new Uint8Array(0),
    ended: from.finished,
    waiting: false,
    activeAt: now,
    readAt: now,
    bytes: 0,
    turn: from.turn,
  };
}

/** True when an input may have something now. */
export function isReady(input: Input, now: number): boolean {
  return !input.waiting && (input.pace?.holdMs(now) ?? 0) <= 0;
}

/** Rows of an input wait for other inputs up to so many bytes; then it isn't fed until the others move (SEMANTICS 5). */
export const WAITING_BYTES_MAX = 1 << 24;

/** True for an input that must not be fed: too many of its rows wait for others. */
export function isFull(input: Input, program: Program, waitingBytesMax: number): boolean {
  return input.from.inputs.some((index) => program.inputWaiting(index) > waitingBytesMax);
}

/** A replay feeds the input whose clock is lowest and waits for it; live inputs take turns, the longest silent one first. */
export function nextInput(
  open: readonly Input[],
  program: Program,
  now: number,
  waitingBytesMax: number,
): Input | undefined {
  const ready = (input: Input): boolean => isReady(input, now);
  const free = open.length > 1 ? open.filter((input) => !isFull(input, program, waitingBytesMax)) : open;
  // Where each waits for another, as promoted times that drift apart can make them, one has to pass the limit.
  const fed = free.length > 0 ? free : open;
  const first = fed[0];
  if (first === undefined) return undefined;
  if (open.every((input) => !input.from.live)) {
    const lowest = fed.reduce(
      (best, input) => (clockOf(input, program) < clockOf(best, program) ? input : best),
      first,
    );
    return ready(lowest) ? lowest : undefined;
  }
  return fed
    .filter(ready)
    .reduce<Input | undefined>(
      (best, input) => (best === undefined || input.activeAt < best.activeAt ? input : best),
      undefined,
    );
}

/** The lowest clock of an input's streams. */
export function clockOf(input: Input, program: Program): bigint {
  return input.from.inputs.reduce<bigint>((lowest, index) => {
    const clock = program.inputClock(index);
    if (clock < lowest) return clock;
    return lowest;
  }, 2n ** 63n);
}
