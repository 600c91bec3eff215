// What the parts of the fuzz test share: how long they run, the seed of a round, and reports that name seed and input.
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import { Random } from './choices.ts';

const minutes = Number(process.env.ROWTIME_FUZZ_MINUTES ?? 0);
const seed = Number(process.env.ROWTIME_SEED ?? 1);
const parts = 3;

/** How long a part may take, for the test's timeout. */
export const partTimeoutMs = (minutes / parts) * 60_000 + 600_000;

/** What a failing round says; `small` is its input made small. */
export class FuzzFailure extends Error {
  readonly small: string;

  constructor(message: string, small: string) {
    super(message);
    this.small = small;
  }
}

const textBytesMax = 1 << 20;
const shared = new SharedArrayBuffer(12 + textBytesMax);
const words = new Int32Array(shared, 0, 3);
const textBytes = new Uint8Array(shared, 12);

/** Starts to watch for hangs; returns what ends it. */
export async function watchForHangs(): Promise<() => Promise<unknown>> {
  const worker = new Worker(new URL('./watchdog.mjs', import.meta.url), { workerData: shared });
  worker.unref();
  return () => worker.terminate();
}

let roundSeed = 0;

/** Does what must end within a time; a hang is reported with what `input` says. */
export async function watched<T>(limitSeconds: number, input: string, body: () => T | Promise<T>): Promise<T> {
  words[1] = limitSeconds;
  const { written } = new TextEncoder().encodeInto(`seed ${roundSeed}: ${input}`, textBytes.subarray(0));
  words[2] = written;
  Atomics.add(words, 0, 1);
  try {
    return await body();
  } finally {
    Atomics.add(words, 0, 1);
  }
}

/** How often something happened in a part. */
export type Counts = Record<string, number>;

/** Adds to a count. */
export function count(counts: Counts, what: string, more = 1): void {
  counts[what] = (counts[what] ?? 0) + more;
}

/**
 * Runs rounds: `few` of them, or for a third of the minutes asked for. Every round has a seed of its own, so that ROWTIME_SEED with it
 * repeats the round as the first one.
 */
export async function runRounds(
  part: string,
  few: number,
  round: (random: Random, counts: Counts) => void | Promise<void>,
): Promise<void> {
  const counts: Counts = {};
  const begun = performance.now();
  const until = begun + (minutes / parts) * 60_000;
  let rounds = 0;
  const report = (): void => {
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    const details = Object.entries(counts).map(([what, times]) => `${times} ${what}`);
    console.log([`fuzz ${part}, seed ${seed}: ${rounds} rounds in ${seconds} s`, ...details].join(', '));
  };
  for (; minutes > 0 ? performance.now() < until : rounds < few; rounds++) {
    roundSeed = seed + rounds;
    try {
      await round(new Random(roundSeed), counts);
    } catch (error) {
      report();
      if (error instanceof FuzzFailure) expect.fail(`seed ${roundSeed}, ${part}: ${error.message}\n${error.small}`);
      throw new Error(`seed ${roundSeed}, ${part}`, { cause: error });
    }
  }
  report();
}

/** What an error says of itself, with its stack where it is no plain message of ours. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
