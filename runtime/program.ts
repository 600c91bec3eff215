// A loaded artifact: checks its manifest and gives its exports a typed face. Uses nothing of Node, so that it serves
// browsers as well. It knows no sources, sinks or clocks.
import {
  ABI_VERSION,
  BATCH_LAST,
  BATCH_ONE,
  BATCH_RAW,
  BATCH_RECORDS,
  KEY_GROUPS_DEFAULT,
  RECORD_ARRIVAL,
  RECORD_CLOCK,
  RECORD_DATA,
  RECORD_ENTRY_BYTES,
  RECORD_PARTITION_KEY,
  RECORD_SEQUENCE_NUMBER,
  RECORD_SHARD_ID,
  OUTPUT_BYTES_MAX_DEFAULT,
  STATE_BYTES_MAX_DEFAULT,
  STATUS_BAD_SNAPSHOT,
  STATUS_LATER,
  STATUS_OUTPUT_FULL,
  STATUS_RECORD,
  STATUS_STATE_LIMIT,
} from '../contract/abi.ts';
import { isProblem, readManifest, type LedgerEntry, type Manifest } from '../contract/manifest.ts';
import { instantiate, isTrap, type ArtifactExports } from './wasm.ts';

/** The program broke: always a bug of ours (exit status 70). No checkpoint may be taken after it. */
export class ProgramTrap extends Error {
  override readonly name = 'ProgramTrap';
}

/** The artifact can't be used: not ours, or of another version. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
}

/** The state would pass its limit (SEMANTICS 20); nothing was changed, the last checkpoint is intact. */
export class StateLimitError extends Error {
  override readonly name = 'StateLimitError';
}

/** A snapshot that this program can't read. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/** What a program is started with. */
export interface ProgramOptions {
  readonly seed?: bigint;
  /** Start of the application in ms (SEMANTICS 1). */
  readonly start: bigint;
  readonly keyGroups?: number;
  readonly stateBytesMax?: number;
  /** Past this many bytes in one output the program stops between two rows, to be drained. */
  readonly outputBytesMax?: number;
}

/** A record with its metadata. */
export interface InputRecord {
  readonly data: Uint8Array;
  readonly clock: bigint;
  readonly arrival?: bigint;
  readonly partitionKey?: string;
  readonly sequenceNumber?: string;
  readonly shardId?: string;
}

/** The outcome of a call: how much was consumed, and whether it has to be called again after a drain. */
export interface FeedResult {
  readonly consumed: number;
  readonly outputFull: boolean;
  /** Time of the record before which `feedUntil` stopped. */
  readonly later?: bigint;
  /** A record was taken by `feedOne`. */
  readonly tookOne: boolean;
}

/** The state of a key group, or with −1 of what belongs to no key. */
export interface SnapshotBlob {
  readonly group: number;
  readonly bytes: Uint8Array;
}

/** An account of the ledger with the values of its counters. */
export interface LedgerReport extends Omit<LedgerEntry, 'counters'> {
  readonly counters: Readonly<Record<string, number>>;
}

/** Takes the encoded rows of an output; the bytes are valid during the call only. */
export type OutputReceiver = (output: number, bytes: Uint8Array) => void;

/** A reference table is fed in pieces of this size. */
const referenceChunkBytes = 1 << 20;

/** The value of `inputClock` before the first row. */
export const NO_CLOCK = -(2n ** 63n);

/** An instance of an artifact. */
export class Program {
  readonly manifest: Manifest;
  readonly seed: bigint;
  readonly start: bigint;
  readonly keyGroups: number;
  private exports: ArtifactExports;
  private readonly stateBytesMax: number;
  private readonly outputBytesMax: number;
  /** Rows of outputs, and the peak of state, from before an exchange. */
  private rowsBefore: readonly number[] = [];
  private peakBefore = 0;
  /** What changed is not known: the next save takes everything. */
  private saveAll = false;
  private bufferPointer = 0;
  private broken = false;

  private constructor(exports: ArtifactExports, manifest: Manifest, options: ProgramOptions) {
    this.exports = exports;
    this.manifest = manifest;
    this.seed = options.seed ?? BigInt(manifest.seed);
    this.start = options.start;
    this.keyGroups = options.keyGroups ?? manifest.keyGroups ?? KEY_GROUPS_DEFAULT;
    this.stateBytesMax = options.stateBytesMax ?? STATE_BYTES_MAX_DEFAULT;
    this.outputBytesMax = options.outputBytesMax ?? OUTPUT_BYTES_MAX_DEFAULT;
    this.initialize();
  }

  private initialize(): void {
    this.call(() => {
      this.exports.init(this.seed, this.start, this.keyGroups);
      this.exports.set_state_limit(BigInt(this.stateBytesMax));
      this.exports.set_output_limit?.(BigInt(this.outputBytesMax));
    });
  }

  /**
   * Goes on in another artifact of the same program: state and ledger move over. Only between two batches, when nothing is pending,
   * and for a program without reference tables. Inputs that have ended must be finished again.
   */
  async exchange(wasm: Uint8Array): Promise<void> {
    if (manifestOf(wasm).programId !== this.manifest.programId) throw new Error('invariant: another program');
    const exports = await instantiate(wasm);
    const blobs = this.save(true);
    this.rowsBefore = this.manifest.outputs.map((_, output) => this.outputRows(output));
    this.peakBefore = this.stateBytesPeak();
    this.exports = exports;
    this.initialize();
    this.load(blobs);
    this.saveAll = true;
  }

  /** Loads an artifact. */
  static async open(wasm: Uint8Array, options: ProgramOptions): Promise<Program> {
    const manifest = manifestOf(wasm);
    let exports: ArtifactExports;
    try {
      exports = await instantiate(wasm);
    } catch (error) {
      throw new ArtifactError(
        `the artifact can not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    return new Program(exports, manifest, options);
  }

  /** A program over exports that are there already, for tests and other hosts. */
  static over(exports: ArtifactExports, manifest: Manifest, options: ProgramOptions): Program {
    return new Program(exports, manifest, options);
  }

  /** Room for `bytes` of an input in Wasm memory, valid until the next call of any method but `feedBuffer`. */
  buffer(input: number, bytes: number): Uint8Array {
    this.bufferPointer = this.call(() => this.exports.input_buffer(input, bytes)) >>> 0;
    return new Uint8Array(this.exports.memory.buffer, this.bufferPointer, bytes);
  }

  /** A view of what lies in the buffer, taken anew because memory may have grown. */
  bufferBytes(from: number, length: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, this.bufferPointer + from, length);
  }

  /** Feeds raw bytes that lie in the buffer. */
  feedBuffer(input: number, from: number, length: number, last: boolean, clock: bigint): FeedResult {
    return this.feedAs(BATCH_RAW, input, from, length, last, clock);
  }

  /** Feeds the first record of raw bytes that lie in the buffer. */
  feedOne(input: number, from: number, length: number, last: boolean, clock: bigint): FeedResult {
    return this.feedAs(BATCH_RAW | BATCH_ONE, input, from, length, last, clock);
  }

  private feedAs(form: number, input: number, from: number, length: number, last: boolean, clock: bigint): FeedResult {
    const consumed = this.call(() =>
      this.exports.feed(input, this.bufferPointer + from, length, form | (last ? BATCH_LAST : 0), clock),
    );
    const status = this.statusOf();
    return { consumed, outputFull: status === STATUS_OUTPUT_FULL, tookOne: status === STATUS_RECORD };
  }

  /** Feeds raw bytes that lie in the buffer up to the first record whose time is above `limit`. */
  feedUntil(input: number, from: number, length: number, last: boolean, clock: bigint, limit: bigint): FeedResult {
    const { feed_until, later_time } = this.exports;
    if (feed_until === undefined || later_time === undefined) throw new Error('invariant: the artifact has no replay');
    const form = BATCH_RAW | (last ? BATCH_LAST : 0);
    const consumed = this.call(() => feed_until(input, this.bufferPointer + from, length, form, clock, limit));
    const status = this.statusOf();
    const result = { consumed, outputFull: status === STATUS_OUTPUT_FULL, tookOne: false };
    return status === STATUS_LATER ? { ...result, later: later_time() } : result;
  }

  /** Copies raw bytes into the program and feeds all of them, draining when the output is full; bytes of whole records consumed. */
  feedRaw(input: number, bytes: Uint8Array, last: boolean, clock: bigint, receive: OutputReceiver): number {
    this.buffer(input, bytes.length).set(bytes);
    let from = 0;
    for (;;) {
      const result = this.feedBuffer(input, from, bytes.length - from, last, clock);
      from += result.consumed;
      if (!result.outputFull) return from;
      this.drain(receive);
    }
  }

  /** Feeds records with their metadata, draining when the output is full. */
  feedRecords(input: number, records: readonly InputRecord[], receive: OutputReceiver): void {
    const batch = encodeRecords(records);
    this.buffer(input, batch.length).set(batch);
    for (let first = 0; first < records.length; ) {
      new DataView(this.exports.memory.buffer).setUint32(this.bufferPointer + 4, first, true);
      first += this.call(() =>
        this.exports.feed(input, this.bufferPointer, batch.length, BATCH_RECORDS, records[first]?.clock ?? 0n),
      );
      if (!this.checkStatus()) return;
      this.drain(receive);
    }
  }

  /**
   * Replaces the content of a reference table by records as raw bytes (SEMANTICS 22). `silent` loads again what was loaded before:
   * records that can't be decoded were reported then. An error in between leaves the old content in place.
   */
  loadReference(table: number, content: Uint8Array, clock: bigint, silent: boolean, receive: OutputReceiver): void {
    this.call(() => this.exports.reference_begin(table, silent ? 1 : 0));
    let chunk = referenceChunkBytes;
    for (let from = 0; from < content.length; ) {
      const bytes = content.subarray(from, from + chunk);
      const last = from + bytes.length === content.length;
      this.buffer(0, bytes.length).set(bytes);
      const form = BATCH_RAW | (last ? BATCH_LAST : 0);
      const consumed = this.call(() =>
        this.exports.reference_feed(table, this.bufferPointer, bytes.length, form, clock),
      );
      from += consumed;
      if (this.checkStatus()) this.drain(receive);
      else if (last) break;
      // A record longer than the piece: it is read again as part of a longer one.
      else if (consumed === 0) chunk *= 2;
    }
    this.call(() => this.exports.reference_commit(table));
    this.drain(receive);
  }

  /** Tells contents of a reference table apart; 0 before the first one. */
  referenceVersion(table: number): bigint {
    return this.call(() => this.exports.reference_version(table));
  }

  /**
   * The tables are loaded: what finite queries give goes into its streams, once in the life of the application. True asks to drain and to
   * call again.
   */
  begin(clock: bigint): boolean {
    this.call(() => this.exports.begin(clock));
    return this.checkStatus();
  }

  /** Passes a bound; true asks to drain and to call again. */
  advance(input: number, time: bigint): boolean {
    this.call(() => this.exports.advance(input, time));
    return this.checkStatus();
  }

  /** Ends an input; true asks to drain and to call again. */
  finish(input: number): boolean {
    this.call(() => this.exports.finish(input));
    return this.checkStatus();
  }

  /** Hands over and forgets the encoded rows of every output. */
  drain(receive: OutputReceiver): void {
    for (let output = 0; output < this.manifest.outputs.length; output++) {
      const length = this.exports.output_length(output);
      if (length === 0) continue;
      const pointer = this.exports.output_pointer(output) >>> 0;
      receive(output, new Uint8Array(this.exports.memory.buffer, pointer, length));
      this.call(() => this.exports.output_clear(output));
    }
  }

  /** ROWTIME clock of an input, `NO_CLOCK` before its first row. */
  inputClock(input: number): bigint {
    return this.exports.input_clock(input);
  }

  /** Bytes of an input's rows that wait for rows or bounds of other inputs. */
  inputWaiting(input: number): number {
    return Number(this.exports.input_waiting?.(input) ?? 0n);
  }

  /** Copies out the state: every blob with `all`, otherwise those that changed since they were last saved. An empty blob says that a group holds nothing any more. */
  save(all: boolean): SnapshotBlob[] {
    const blobs: SnapshotBlob[] = [];
    this.call(() => this.exports.snapshot_prepare());
    for (let group = -1; group < this.keyGroups; group++) {
      if (!all && !this.saveAll && group >= 0 && this.exports.snapshot_changed(group) === 0) continue;
      const length = this.call(() => this.exports.snapshot_save(group));
      const pointer = this.exports.snapshot_pointer() >>> 0;
      blobs.push({ group, bytes: new Uint8Array(this.exports.memory.buffer, pointer, length).slice() });
    }
    this.saveAll = false;
    return blobs;
  }

  /** Reads the state back into a fresh program. */
  load(blobs: Iterable<SnapshotBlob>): void {
    for (const blob of blobs) {
      if (blob.bytes.length === 0) continue;
      this.buffer(0, blob.bytes.length).set(blob.bytes);
      const status = this.call(() => this.exports.snapshot_load(this.bufferPointer, blob.bytes.length));
      this.checkSnapshot(status, blob.group);
    }
    this.checkSnapshot(
      this.call(() => this.exports.snapshot_loaded()),
      undefined,
    );
  }

  /** The ledger as the artifact counts it (SEMANTICS 27). */
  ledger(): LedgerReport[] {
    const pointer = this.exports.ledger() >>> 0;
    const view = new DataView(this.exports.memory.buffer, pointer);
    let offset = 0;
    return this.manifest.ledger.map(({ counters, ...account }) => {
      const values: Record<string, number> = {};
      for (const counter of counters) {
        values[counter] = Number(view.getBigInt64(offset, true));
        offset += 8;
      }
      return { ...account, counters: values };
    });
  }

  /** Rows that an output has had since the beginning of this run. */
  outputRows(output: number): number {
    return (this.rowsBefore[output] ?? 0) + Number(this.exports.output_rows(output));
  }

  /** Bytes of state now. */
  stateBytes(): number {
    return Number(this.exports.state_bytes());
  }

  /** Most bytes of state so far, where the artifact keeps count. */
  stateBytesPeak(): number {
    return Math.max(this.peakBefore, Number(this.exports.state_bytes_peak?.() ?? this.exports.state_bytes()));
  }

  private call<T>(body: () => T): T {
    if (this.broken) throw new ProgramTrap('the program has stopped and can not be called any more');
    try {
      return body();
    } catch (error) {
      if (!isTrap(error)) throw error;
      this.broken = true;
      // A program that reaches its limit gives itself up before it changes anything.
      if (this.exports.status() === STATUS_STATE_LIMIT) {
        throw new StateLimitError(
          `state-limit: the state would pass its limit (${this.stateBytes()} bytes are in use)`,
        );
      }
      throw new ProgramTrap(`the program broke: ${error.message}`, { cause: error });
    }
  }

  private checkStatus(): boolean {
    return this.statusOf() === STATUS_OUTPUT_FULL;
  }

  // The status of the last call.
  private statusOf(): number {
    const status = this.exports.status();
    if (status === STATUS_STATE_LIMIT) {
      this.broken = true;
      throw new StateLimitError(`state-limit: the state would pass its limit (${this.stateBytes()} bytes are in use)`);
    }
    return status;
  }

  private checkSnapshot(status: number, group: number | undefined): void {
    if (status !== STATUS_BAD_SNAPSHOT) return;
    this.broken = true;
    throw new SnapshotError(
      group === undefined ? 'the snapshot does not fit together' : `the snapshot of key group ${group} can not be read`,
    );
  }
}

/** The manifest of an artifact's bytes; throws `ArtifactError` with the reason. */
export function manifestOf(wasm: Uint8Array): Manifest {
  const manifest = readManifest(wasm);
  if (isProblem(manifest)) throw new ArtifactError(manifest.detail);
  if (manifest.abi !== ABI_VERSION)
    throw new ArtifactError(`the artifact speaks ABI ${manifest.abi}, this host ${ABI_VERSION}: compile it again`);
  return manifest;
}

const NULL_LENGTH = 0xffffffff;

// u32 count · u32 first · entries · bytes (contract/abi.ts draws the entry).
function encodeRecords(records: readonly InputRecord[]): Uint8Array {
  const encoder = new TextEncoder();
  const fields = records.map((record) => [
    record.data,
    ...[record.partitionKey, record.sequenceNumber, record.shardId].map((text) =>
      text === undefined ? undefined : encoder.encode(text),
    ),
  ]);
  const places = [RECORD_DATA, RECORD_PARTITION_KEY, RECORD_SEQUENCE_NUMBER, RECORD_SHARD_ID];
  let end = 8 + records.length * RECORD_ENTRY_BYTES;
  const bytes = new Uint8Array(fields.flat().reduce((total, field) => total + (field?.length ?? 0) + 1, end));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, records.length, true);
  for (const [index, record] of records.entries()) {
    const entry = 8 + index * RECORD_ENTRY_BYTES;
    view.setBigInt64(entry + RECORD_CLOCK, record.clock, true);
    view.setBigInt64(entry + RECORD_ARRIVAL, record.arrival ?? record.clock, true);
    for (const [position, place] of places.entries()) {
      const field = fields[index]?.[position];
      view.setUint32(entry + place, end, true);
      view.setUint32(entry + place + 4, field?.length ?? NULL_LENGTH, true);
      if (field === undefined) continue;
      bytes.set(field, end);
      // The byte behind a record gives way to a sentinel while the record is decoded: nothing may lie there.
      end += field.length + 1;
    }
  }
  return bytes;
}
