// The loop: read → feed → advance → drain → write → checkpoint. It knows programs, sources and sinks by their contracts only.
import type { Sink } from '../contract/connector.ts';
import { DOCUMENT_BYTES_MAX, RECORD_BYTES_MAX } from '../contract/abi.ts';
import type { Checkpoints } from './checkpoint.ts';
import type { Clock } from './clock.ts';
import type { LedgerReport, OutputReceiver, Program } from './program.ts';
import { Publishing } from './publishing.ts';
import type { References } from './reference.ts';
import type { Merge } from './merge.ts';
import {
  clockOf,
  isFull,
  isReady,
  makeInput,
  nextInput,
  WAITING_BYTES_MAX,
  type Input,
  type RunSource,
} from './turn.ts';

/** A sink with the output that it takes. */
export interface RunSink {
  readonly stream: string;
  readonly url: string;
  readonly output: number;
  readonly sink: Sink;
}

/** What a run needs. */
export interface RunOptions {
  readonly program: Program;
  readonly sources: readonly RunSource[];
  readonly sinks: readonly RunSink[];
  readonly references?: References;
  readonly clock: Clock;
  readonly checkpoints?: Checkpoints;
  readonly checkpointIntervalMs?: number;
  /** A live input that was silent for so long gets its bound from the clock (DECISIONS 20). */
  readonly idleAfterMs?: number;
  readonly chunkBytes?: number;
  /** An input of whose rows more bytes wait for other inputs isn't fed until those move. */
  readonly waitingBytesMax?: number;
  readonly stop?: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  /** A faster artifact of the same program, once there is one: the run goes on in it. */
  readonly faster?: Promise<Uint8Array | undefined>;
}

/** How far a run is. */
export interface RunProgress {
  readonly elapsedMs: number;
  readonly bytes: number;
  readonly share: number | undefined;
  readonly ledger: () => LedgerReport[];
}

/** What a run did. */
export interface RunReport {
  /** False when it was stopped before its input ended. */
  readonly complete: boolean;
  readonly sources: readonly { readonly name: string; readonly bytes: number }[];
  readonly sinks: readonly { readonly name: string; readonly records: number; readonly bytes: number }[];
  readonly ledger: readonly LedgerReport[];
  /** From the clock's beginning (the process start) to the first row that was written. */
  readonly firstRowMs: number | undefined;
  /** From reading the first byte to writing the last. */
  readonly runMs: number;
  readonly stateBytesMax: number;
}

const chunkBytesDefault = 1 << 22;
const chunkBytesShared = 1 << 16;
const breatheEveryMs = 20;
const progressEveryMs = 200;

/** Runs until every source has ended, or until `stop`. */
export async function run(options: RunOptions): Promise<RunReport> {
  return new Run(options).run();
}

class Run {
  private readonly options: RunOptions;
  private readonly program: Program;
  private readonly clock: Clock;
  private readonly inputs: Input[];
  private readonly written: { records: number; bytes: number }[];
  private readonly targets: (number | undefined)[] = [];
  private writes: Promise<void>[] = [];
  private wake: () => void = () => {};
  private failure: { readonly error: unknown } | undefined;
  private firstRowMs: number | undefined;
  private readonly waitingBytesMax: number;
  private readonly publishing: Publishing;
  private faster: Uint8Array | undefined;

  constructor(options: RunOptions) {
    this.options = options;
    this.program = options.program;
    this.clock = options.clock;
    this.inputs = options.sources.map((from) =>
      makeInput(from, options.program, options.clock.elapsed(), this.recordsOf(from)),
    );
    this.publishing = new Publishing(options, this.inputs);
    this.waitingBytesMax = options.waitingBytesMax ?? WAITING_BYTES_MAX;
    this.written = options.sinks.map(() => ({ records: 0, bytes: 0 }));
    for (const [index, sink] of options.sinks.entries()) this.targets[sink.output] = index;
  }

  async run(): Promise<RunReport> {
    const { options } = this;
    void options.faster?.then((wasm) => {
      this.faster = wasm;
    });
    const onStop = (): void => this.wake();
    options.stop?.addEventListener('abort', onStop);
    if (this.publishing.isFirst) await this.publishing.take();
    this.publishing.start();
    const started = this.clock.elapsed();
    // An application without inputs ends when it has begun.
    const isOpen = this.inputs.length === 0 || this.inputs.some((input) => !input.ended);
    if (isOpen) {
      await this.drained((receive) => options.references?.begin(this.referenceClock(), receive));
      while (this.program.begin(this.referenceClock())) await this.drain();
      await this.drain();
    }
    // A finished input stays finished; what that lets out was written before the checkpoint.
    if (this.inputs.some((input) => !input.ended))
      for (const input of this.inputs) if (input.ended) await this.finishInputs(input);
    const worked = this.inputs.length === 0 || this.inputs.some((input) => !input.ended);
    let complete: boolean;
    try {
      complete = await this.loop();
    } finally {
      await this.publishing.settle();
    }
    if (this.failure !== undefined) throw this.failure.error;
    const runMs = this.clock.elapsed() - started;
    if (worked || !complete) await this.publishing.take();
    options.stop?.removeEventListener('abort', onStop);
    return {
      complete,
      sources: this.inputs.map((input) => ({ name: input.from.stream, bytes: input.bytes })),
      sinks: options.sinks.map((sink, index) => ({
        name: sink.stream,
        records: this.written[index]?.records ?? 0,
        bytes: this.written[index]?.bytes ?? 0,
      })),
      ledger: this.program.ledger(),
      firstRowMs: this.firstRowMs,
      runMs,
      stateBytesMax: this.program.stateBytesPeak(),
    };
  }

  private async loop(): Promise<boolean> {
    let breatheAt = this.clock.elapsed() + breatheEveryMs;
    let progressAt = this.clock.elapsed() + progressEveryMs;
    for (;;) {
      if (this.failure !== undefined) throw this.failure.error;
      if (this.options.stop?.aborted === true) return false;
      const open = this.inputs.filter((input) => !input.ended);
      if (open.length === 0) return true;
      if (this.faster !== undefined) await this.exchange(this.faster);
      await this.refresh();
      const input = nextInput(open, this.program, this.clock.elapsed(), this.waitingBytesMax);
      if (input === undefined) await this.sleep(open);
      else await this.step(input);
      await this.advanceIdle();
      const now = this.clock.elapsed();
      if (now >= this.publishing.dueAt) this.publishing.takeBeside((failure) => this.published(failure));
      // What a checkpoint waits for comes in while the run breathes.
      if (now >= breatheAt || this.publishing.isUnderWay) {
        await this.clock.breathe();
        breatheAt = this.clock.elapsed() + breatheEveryMs;
      }
      if (now >= progressAt && this.options.onProgress !== undefined) {
        this.progress(now);
        progressAt = now + progressEveryMs;
      }
    }
  }

  private published(failure: { readonly error: unknown } | undefined): void {
    this.failure ??= failure;
    this.wake();
  }

  // Between two batches nothing is pending: the state moves into the faster artifact.
  private async exchange(wasm: Uint8Array): Promise<void> {
    this.faster = undefined;
    await this.program.exchange(wasm);
    for (const input of this.inputs) if (input.ended) await this.finishInputs(input);
  }

  // Between two batches a reference table may get a new content.
  private async refresh(): Promise<void> {
    const { references } = this.options;
    if (references === undefined) return;
    references.look(this.clock.elapsed(), () => this.wake());
    if (references.isReady()) await this.drained((receive) => references.takeReady(this.referenceClock(), receive));
    if (this.options.checkpoints === undefined) references.forget();
  }

  // Replays know no other clock than their data's.
  private referenceClock(): bigint {
    return this.inputs.some((input) => input.from.live) ? BigInt(this.clock.now()) : this.program.start;
  }

  private async sleep(open: readonly Input[]): Promise<void> {
    const now = this.clock.elapsed();
    let until = Math.min(this.publishing.dueAt, this.options.references?.nextLook() ?? Infinity);
    for (const input of open) {
      if (input.from.live) until = Math.min(until, input.activeAt + this.idleAfterMs());
      const hold = input.pace?.holdMs(now) ?? 0;
      if (!input.waiting && hold > 0) until = Math.min(until, now + hold);
    }
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    const timer = this.clock.timer(Math.min(until - now, 60_000));
    if (
      this.options.stop?.aborted !== true &&
      this.failure === undefined &&
      (open.every((input) => input.waiting) || until > now)
    ) {
      await Promise.race([woken, timer.done]);
    }
    timer.cancel();
    this.wake = () => {};
  }

  private idleAfterMs(): number {
    return this.options.idleAfterMs ?? 1000;
  }

  private async step(input: Input): Promise<void> {
    const { program } = this;
    const { source } = input.from;
    const chunk =
      input.pace?.chunkBytes() ??
      this.options.chunkBytes ??
      (this.inputs.length > 1 ? chunkBytesShared : chunkBytesDefault);
    if (input.merge !== undefined) return this.stepMerge(input, input.merge, chunk);
    const kept = input.tail.length;
    const room = program.buffer(input.from.inputs[0] ?? 0, kept + chunk);
    room.set(input.tail);
    const result = source.read(kept === 0 ? room : room.subarray(kept));
    if (result.kind === 'wait') return this.awaits(input, result.until);
    if (result.kind === 'bytes') {
      input.bytes += result.length;
      this.wasRead(input);
      await this.feed(input, kept + result.length, result.last);
      return;
    }
    if (kept > 0) await this.feed(input, kept, true);
    input.ended = true;
    await this.finishInputs(input);
  }

  private async stepMerge(input: Input, merge: Merge, chunk: number): Promise<void> {
    const result = await merge.step(chunk, this.program.start, () => this.drain());
    input.bytes += result.read;
    this.wasRead(input);
    this.paceFed(input, result.consumed);
    if (result.kind === 'wait') this.awaits(input, result.until);
    if (result.kind !== 'end') return;
    input.ended = true;
    await this.finishInputs(input);
  }

  private wasRead(input: Input): void {
    input.activeAt = this.clock.elapsed();
    input.readAt = input.activeAt;
  }

  // Nothing is read from the input until then.
  private awaits(input: Input, until: Promise<void>): void {
    input.waiting = true;
    const go = (): void => {
      input.waiting = false;
      this.wake();
    };
    until.then(go, (error: unknown) => {
      this.failure = { error };
      go();
    });
  }

  private paceFed(input: Input, bytes: number): void {
    input.pace?.fed(this.clock.elapsed(), bytes, clockOf(input, this.program), () => this.recordsOf(input.from));
  }

  // Feeds the first `length` bytes of the buffer; what is left of an unfinished record becomes the tail.
  private async feed(input: Input, length: number, last: boolean): Promise<void> {
    const { program } = this;
    const clock = input.from.live ? BigInt(this.clock.now()) : program.start;
    let from = 0;
    if (input.from.inputs.length > 1) from = await this.feedInTurn(input, length, last, clock);
    else {
      for (;;) {
        const result = program.feedBuffer(input.from.inputs[0] ?? 0, from, length - from, last, clock);
        from += result.consumed;
        await this.drain();
        if (!result.outputFull) break;
      }
    }
    if (last) from = length;
    input.tail = from === length ? input.tail.subarray(0, 0) : program.bufferBytes(from, length - from).slice();
    if (input.tail.length > this.keptMax(input) + chunkBytesDefault)
      throw new Error('invariant: the program does not take a record above the limit');
    input.from.source.consumed(from);
    this.paceFed(input, from);
  }

  /** Most bytes that an artifact leaves of a record, or of a document over several lines, that is not whole. */
  private keptMax(input: Input): number {
    const binding = this.program.manifest.inputs[input.from.inputs[0] ?? 0];
    return binding?.documents === true ? DOCUMENT_BYTES_MAX : 2 * RECORD_BYTES_MAX;
  }

  // Record i goes to stream (i mod n) (SEMANTICS 29). Where a record ends the program says: it may hold line breaks.
  private async feedInTurn(input: Input, length: number, last: boolean, clock: bigint): Promise<number> {
    const { program } = this;
    const { inputs } = input.from;
    let from = 0;
    while (from < length) {
      const target = inputs[input.turn % inputs.length] ?? 0;
      const result = program.feedOne(target, from, length - from, last, clock);
      from += result.consumed;
      if (result.outputFull) await this.drain();
      else if (!result.tookOne) break;
      if (result.tookOne) input.turn = (input.turn + 1) % inputs.length;
    }
    await this.drain();
    return from;
  }

  private recordsOf(from: RunSource): number {
    const names = new Set(from.inputs.map((index) => this.program.manifest.inputs[index]?.stream));
    return this.program
      .ledger()
      .filter((entry) => entry.kind === 'source' && names.has(entry.name))
      .reduce((total, entry) => total + (entry.counters['records'] ?? 0), 0);
  }

  private async finishInputs(input: Input): Promise<void> {
    for (const index of input.from.inputs) {
      while (this.program.finish(index)) await this.drain();
      await this.drain();
    }
  }

  // A live input that is silent passes its bound: once per time of silence, and at once when another one is full.
  private async advanceIdle(): Promise<void> {
    const now = this.clock.elapsed();
    const open = this.inputs.filter((input) => !input.ended);
    const isFullBeside = open.length > 1 && open.some((input) => isFull(input, this.program, this.waitingBytesMax));
    for (const input of open) {
      // One that only waits for its turn isn't silent: what it has may lie behind the clock where bounds cross promoted times.
      if (!input.from.live || isReady(input, now)) continue;
      const isSilent = now - input.readAt >= this.idleAfterMs();
      if (now - input.activeAt < this.idleAfterMs() && !(isSilent && isFullBeside)) continue;
      input.activeAt = now;
      const bound = BigInt(this.clock.now());
      for (const index of input.from.inputs) {
        while (this.program.advance(index, bound)) await this.drain();
        await this.drain();
      }
    }
  }

  private async drain(): Promise<void> {
    await this.drained((receive) => this.program.drain(receive));
  }

  // Does what lets rows out, and waits until they are written.
  private async drained(work: (receive: OutputReceiver) => void | Promise<void>): Promise<void> {
    await work((output, bytes) => {
      this.firstRowMs ??= this.clock.elapsed();
      const index = this.targets[output];
      const sink = index === undefined ? undefined : this.options.sinks[index];
      const written = index === undefined ? undefined : this.written[index];
      if (sink === undefined || written === undefined) return;
      written.bytes += bytes.length;
      const pending = sink.sink.write(bytes);
      if (pending !== undefined) this.writes.push(pending);
    });
    if (this.writes.length > 0) {
      const writes = this.writes;
      this.writes = [];
      await Promise.all(writes);
    }
    for (const [index, sink] of this.options.sinks.entries()) {
      const written = this.written[index];
      if (written !== undefined) written.records = this.program.outputRows(sink.output);
    }
  }

  private progress(now: number): void {
    const shares = this.inputs.map((input) => (input.ended ? 1 : input.from.source.progress?.()));
    const known = shares.filter((share) => share !== undefined);
    this.options.onProgress?.({
      elapsedMs: now,
      bytes: this.inputs.reduce((total, input) => total + input.bytes, 0),
      share:
        known.length === shares.length
          ? known.reduce((total, share) => total + share, 0) / Math.max(1, known.length)
          : undefined,
      ledger: () => this.program.ledger(),
    });
  }
}
