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
  activeAt: number;
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
    bytes: 0,
    turn: from.turn,
  };
}

/** A replay feeds the input whose clock is lowest and waits for it; live inputs take turns, the longest silent one first. */
export function nextInput(open: readonly Input[], program: Program, now: number): Input | undefined {
  const ready = (input: Input): boolean => !input.waiting && (input.pace?.holdMs(now) ?? 0) <= 0;
  const first = open[0];
  if (first === undefined) return undefined;
  if (open.every((input) => !input.from.live)) {
    const lowest = open.reduce(
      (best, input) => (clockOf(input, program) < clockOf(best, program) ? input : best),
      first,
    );
    return ready(lowest) ? lowest : undefined;
  }
  return open
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
