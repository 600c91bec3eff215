// When a run takes its checkpoints, and what one is made of.
import type { Sink } from '../contract/connector.ts';
import type { Checkpoints } from './checkpoint.ts';
import type { Clock } from './clock.ts';
import type { Program } from './program.ts';
import type { References } from './reference.ts';
import type { Input } from './turn.ts';

/** What checkpoints are made of, and where they go. */
export interface PublishingOptions {
  readonly program: Program;
  readonly sinks: readonly { readonly stream: string; readonly url: string; readonly sink: Sink }[];
  readonly references?: References;
  readonly clock: Clock;
  readonly checkpoints?: Checkpoints;
  readonly checkpointIntervalMs?: number;
}

const intervalMsDefault = 10_000;

/** The checkpoints of a run. */
export class Publishing {
  /** When the next one is due: never without a place for them, and while one is on its way. */
  dueAt = Infinity;
  private readonly options: PublishingOptions;
  private readonly inputs: readonly Input[];
  private underWay: Promise<void> | undefined;

  constructor(options: PublishingOptions, inputs: readonly Input[]) {
    this.options = options;
    this.inputs = inputs;
  }

  /** Nothing was published yet. */
  get isFirst(): boolean {
    return this.options.checkpoints !== undefined && this.options.checkpoints.latest === undefined;
  }

  /** One is on its way. */
  get isUnderWay(): boolean {
    return this.underWay !== undefined;
  }

  /** From now on one is due every interval. */
  start(): void {
    const { checkpoints, clock, checkpointIntervalMs = intervalMsDefault } = this.options;
    this.dueAt = checkpoints === undefined ? Infinity : clock.elapsed() + checkpointIntervalMs;
  }

  /** Takes one of this moment, which is published while the run goes on. The next one is due an interval after it is durable. */
  takeBeside(done: (failure?: { readonly error: unknown }) => void): void {
    this.dueAt = Infinity;
    const finish = (failure?: { readonly error: unknown }): void => {
      this.underWay = undefined;
      if (failure === undefined) this.start();
      done(failure);
    };
    this.underWay = this.take().then(
      () => finish(),
      (error: unknown) => finish({ error }),
    );
  }

  /** Settles when none is on its way; whether it failed was told to who took it. */
  async settle(): Promise<void> {
    await this.underWay;
  }

  /**
   * Takes one of this moment and waits until it is durable. SEMANTICS 24: sinks first, then the state, published as one; then the sinks may
   * let go. All that it is made of is taken before the first wait.
   */
  async take(): Promise<void> {
    const { checkpoints, program, sinks, references } = this.options;
    if (checkpoints === undefined) return;
    const handles = Promise.all(sinks.map(({ sink }) => sink.flush()));
    const published = checkpoints.publish(
      program,
      this.inputs.map(({ from, ended, turn }) => ({
        stream: from.stream,
        url: from.url,
        position:
          from.inputs.length > 1 ? { position: from.source.position(), turn } : { position: from.source.position() },
        finished: ended,
      })),
      handles.then((known) => sinks.map(({ stream, url }, index) => ({ stream, url, handle: known[index] ?? null }))),
      references?.contents(),
    );
    references?.forget();
    await published;
    for (const [index, handle] of (await handles).entries()) await sinks[index]?.sink.commit(handle);
  }
}
