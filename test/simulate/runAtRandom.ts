// Runs an artifact over random tables, records, clocks, bounds and restarts: whatever comes, it must not trap and must write what can be read.
import type { InputBinding } from '../../contract/binding.ts';
import {
  manifestOf,
  Program,
  StateLimitError,
  type InputRecord,
  type OutputReceiver,
  type SnapshotBlob,
} from '../../runtime/program.ts';
import type { ArtifactExports } from '../../runtime/wasm.ts';
import type { Random } from './choices.ts';
import { count, type Counts } from './fuzz.ts';
import { edited, randomEdit } from './mutate.ts';
import { randomRecord, randomTable } from './records.ts';

const stateBytesMax = 256 << 20;
const start = Date.parse('2000-01-01T10:00:00Z');
const alphabet = [...'{}[]:,"\n 0-.e', 'null', '\xff'];

/** Makes instances of an artifact that is compiled once. */
export async function instancesOf(wasm: Uint8Array, keyGroups: number): Promise<() => Program> {
  const module = await WebAssembly.compile(wasm as Uint8Array<ArrayBuffer>);
  const manifest = manifestOf(wasm);
  return () => {
    const exports = new WebAssembly.Instance(module).exports as unknown as ArtifactExports;
    return Program.over(exports, manifest, { seed: 1n, start: BigInt(start), keyGroups, stateBytesMax });
  };
}

/** Calls until nothing is pending. */
export function untilDrained(program: Program, receive: OutputReceiver, call: () => boolean): void {
  for (;;) {
    const isFull = call();
    program.drain(receive);
    if (!isFull) return;
  }
}

/** A run of a program with its clock. */
export class RandomRun {
  readonly #random: Random;
  readonly #tables = new Map<number, Uint8Array>();
  #clock = start;
  /** What can't be read of the outputs. */
  problem: string | undefined;
  rows = 0;
  readonly receive: OutputReceiver;

  constructor(random: Random, program: Program) {
    this.#random = random;
    this.receive = (output, bytes) => {
      if (program.manifest.outputs[output]?.format !== 'json') return;
      for (const line of Buffer.from(bytes).toString().split('\n').slice(0, -1)) {
        this.rows++;
        try {
          JSON.parse(line);
        } catch {
          this.problem ??= `output ${program.manifest.outputs[output]?.stream} wrote ${line.slice(0, 500)}`;
        }
      }
    };
  }

  /** Loads tables and begins. */
  begin(program: Program): void {
    for (const [table, binding] of program.manifest.references.entries())
      this.#load(program, table, randomTable(this.#random, binding));
    untilDrained(program, this.receive, () => program.begin(BigInt(this.#clock)));
  }

  /** The same moment and tables for another program. */
  fork(random: Random, program: Program): RandomRun {
    const other = new RandomRun(random, program);
    other.#clock = this.#clock;
    for (const [table, bytes] of this.#tables) other.#tables.set(table, bytes);
    return other;
  }

  /** Tables as they are loaded again before a state is. */
  restore(program: Program): void {
    for (const [table, bytes] of this.#tables) program.loadReference(table, bytes, 0n, true, this.receive);
  }

  #load(program: Program, table: number, bytes: Uint8Array): void {
    this.#tables.set(table, bytes);
    program.loadReference(table, bytes, BigInt(this.#clock), false, this.receive);
  }

  /** Records, raw bytes, a bound, or another table. */
  step(program: Program): void {
    const random = this.#random;
    const { inputs, references } = program.manifest;
    this.#clock += random.below(random.pick([1, 10, 1000, 1000, 20_000, 3_600_000]));
    if (random.chance(0.01)) this.#clock += random.pick([86_400_000, 40 * 365 * 86_400_000]);
    const clock = BigInt(this.#clock);
    if (references.length > 0 && random.chance(0.05)) {
      const table = random.below(references.length);
      const binding = references[table];
      if (binding !== undefined) this.#load(program, table, randomTable(random, binding));
    }
    const number = random.below(Math.max(1, inputs.length));
    const input = inputs[number];
    if (input === undefined) return;
    if (random.chance(0.2)) untilDrained(program, this.receive, () => program.advance(number, clock));
    else if (random.chance(0.15)) program.feedRaw(number, this.#raw(input), random.chance(0.5), clock, this.receive);
    else
      program.feedRecords(
        number,
        random.many(1 + random.below(4), () => this.#record(input)),
        this.receive,
      );
    program.drain(this.receive);
  }

  #raw(input: InputBinding): Uint8Array {
    const random = this.#random;
    const bytes = Buffer.concat(
      random.many(1 + random.below(4), () => Buffer.concat([randomRecord(random, input), Buffer.from('\n')])),
    );
    return random.chance(0.5) ? bytes : edited(bytes, [randomEdit(random, bytes, bytes, alphabet)]);
  }

  #record(input: InputBinding): InputRecord {
    const random = this.#random;
    const clock = BigInt(this.#clock);
    const data = randomRecord(random, input);
    if (random.chance(0.8)) return { data, clock };
    return {
      data,
      clock,
      arrival: clock - 5n,
      partitionKey: random.pick(['', 'k', 'é'.repeat(99)]),
      sequenceNumber: '4',
      shardId: 'shard',
    };
  }

  /** Ends all inputs. */
  finish(program: Program): void {
    for (const input of program.manifest.inputs.keys())
      untilDrained(program, this.receive, () => program.finish(input));
  }
}

/** What went wrong in a run with restarts, or undefined. */
export async function runAtRandom(random: Random, wasm: Uint8Array, counts: Counts): Promise<string | undefined> {
  const open = await instancesOf(wasm, 4);
  let program = open();
  const run = new RandomRun(random, program);
  try {
    run.begin(program);
    for (let steps = 40; steps > 0; steps--) {
      run.step(program);
      if (!random.chance(0.1)) continue;
      const blobs: readonly SnapshotBlob[] = program.save(true);
      program = open();
      run.restore(program);
      program.load(blobs);
    }
    run.finish(program);
  } catch (error) {
    // A program that reaches the limit of its state ends as it should.
    if (!(error instanceof StateLimitError)) throw error;
    count(counts, 'state limits');
  }
  count(counts, 'rows', run.rows);
  return run.problem;
}
