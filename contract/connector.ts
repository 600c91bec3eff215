// What a connector is: its options as data, its sources and sinks, and what they guarantee (SEMANTICS 23-26).
import type { InputBinding } from './binding.ts';

/** An option of a connector, given as a query parameter of its URL. Checking, help, redaction and docs derive from this. */
export interface ConnectorOption {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'number' | 'boolean' | 'choice';
  readonly choices?: readonly string[];
  readonly default?: OptionValue;
  /** Secrets come from the environment, never from a URL, and are never printed. */
  readonly secret: boolean;
  readonly side: 'source' | 'sink' | 'both' | 'reference';
  readonly doc: string;
  /** Another option without which it means nothing. */
  readonly needs?: string;
}

/** Value of an option after checking. */
export type OptionValue = string | number | boolean;

/** A connector's URL after checking. */
export interface ConnectorUrl {
  /** As the user wrote it. */
  readonly text: string;
  readonly scheme: string;
  /** What stands between scheme and query. */
  readonly path: string;
  readonly options: ReadonlyMap<string, OptionValue>;
}

/** A JSON value, as positions and handles are kept in checkpoints. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What reading once gave. */
export type ReadResult =
  /** Bytes were put into the room; with `last`, nothing follows in this part (a file's end), so an unterminated record is one. */
  | { readonly kind: 'bytes'; readonly length: number; readonly last: boolean }
  /** Nothing now; try again when the promise settles. */
  | { readonly kind: 'wait'; readonly until: Promise<void> }
  | { readonly kind: 'end' };

/** Where rows come from. `read` is synchronous so that no read is in flight while the program runs (SEMANTICS 14). */
export interface Source {
  readonly resumable: 'position' | 'from-start' | 'no';
  /** Sources whose records are merged by their time, equal times in this order: they are read, and this one speaks for all of them. */
  readonly parts?: readonly Source[];
  /** Puts bytes into the room, which may lie in Wasm memory and is valid during the call only. */
  read(room: Uint8Array): ReadResult;
  /** The program consumed so many more of the bytes that were read: the position moves. */
  consumed(bytes: number): void;
  /** Where reading goes on after a restart: everything before is consumed. A value of this moment: reading does not change it. */
  position(): Json;
  /** Share of the input that was read, 0 to 1, where it is known. */
  progress?(): number;
  close(): Promise<void>;
}

/** What a source gets when it is opened. */
export interface SourceContext {
  readonly url: ConnectorUrl;
  /** Where to go on; missing on a first start. */
  readonly position?: Json;
  /** The source had ended when the checkpoint was taken: refuse if it has changed since. */
  readonly finished: boolean;
  /** Wall clock in ms, for connectors with a pace. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Where rows go. */
export interface Sink {
  readonly delivery: 'transactional' | 'at-least-once';
  /** Writes encoded rows. The bytes are valid during the call only; a promise asks to wait before the next one. */
  write(bytes: Uint8Array): void | Promise<void>;
  /**
   * Makes everything durable that was written before the call, and gives the handle that a checkpoint keeps: the place at the call. What is
   * written while the promise is pending lies behind that place.
   */
  flush(): Promise<Json>;
  /** The checkpoint with this handle is published. Idempotent, repeated on restore. */
  commit(handle: Json): Promise<void>;
  close(): Promise<void>;
}

/** What a sink gets when it is opened. */
export interface SinkContext {
  readonly url: ConnectorUrl;
  /** The handle of the checkpoint that is restored: what was written after it is taken back. */
  readonly handle?: Json;
  /** True when checkpoints are taken: an existing output is then refused unless `?mode=` says what to do. */
  readonly durable: boolean;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** A connector: one folder and one line in the registry. */
export interface Connector {
  readonly scheme: string;
  readonly title: string;
  readonly options: readonly ConnectorOption[];
  /** First bytes of a source, for schema discovery; missing when `schema` or nothing is known. */
  sample?(url: ConnectorUrl, bytes: number): Promise<Uint8Array>;
  /** Tells what lies there now from what lay there before, without reading all of it. With this it can hold reference data. */
  version?(url: ConnectorUrl): Promise<string>;
  openSource?(context: SourceContext): Promise<Source>;
  openSink?(context: SinkContext): Promise<Sink>;
}

/** Format and columns of an input before its stream is named. */
export type InputShape = Pick<InputBinding, 'format' | 'columns' | 'layout'>;

/** The outside world refused: a file is missing, a disk is full, an option is wrong. Exit status 1 or, with `usage`, 2. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly usage: boolean;

  constructor(message: string, usage = false) {
    super(message);
    this.usage = usage;
  }
}
