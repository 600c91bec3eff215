// Reference data: the whole content of each table is read, and takes the place of the old one between two batches (SEMANTICS 22).
// A content that can't be read whole leaves the old one in place. A checkpoint keeps the content that belongs to its state.
import { ConnectorError, type Source } from '../contract/connector.ts';
import { type Checkpoints, type ReferenceContent, sha256 } from './checkpoint.ts';
import type { Clock } from './clock.ts';
import { type OutputReceiver, type Program, StateLimitError } from './program.ts';
import { StorageError } from './storage/storage.ts';

/** Most bytes of a reference table's content: the service's limit of an object. */
export const REFERENCE_BYTES_MAX = 1 << 30;

/** Where the content of a table comes from. */
export interface ReferenceSource {
  readonly table: string;
  /** Number of the table in the manifest. */
  readonly index: number;
  readonly url: string;
  open(): Promise<Source>;
  /** Tells a changed content cheaply. */
  version(): Promise<string>;
  /** How often to look for a changed content; missing: never. */
  readonly refreshMs?: number;
}

/** What reference tables need of the host. */
export interface ReferenceOptions {
  readonly program: Program;
  readonly sources: readonly ReferenceSource[];
  readonly clock: Clock;
  readonly bytesMax?: number;
  readonly onNotice?: (text: string) => void;
}

interface Content {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** What the source said before and after it was read; undefined when it changed meanwhile. */
  readonly version: string | undefined;
}

interface Table {
  readonly from: ReferenceSource;
  /** The content in the program; undefined before the first one. Its bytes are kept until a checkpoint holds them. */
  loaded: { readonly sha256: string; bytes: Uint8Array | undefined } | undefined;
  /** What the source said when it was read last; undefined when that is not known. */
  seen: string | undefined;
  lookAt: number;
  reading: boolean;
  ready: Content | undefined;
  complaint: string | undefined;
}

/** The reference tables of a run. */
export class References {
  private readonly options: ReferenceOptions;
  private readonly tables: Table[];
  private onReady: () => void = () => {};

  constructor(options: ReferenceOptions) {
    this.options = options;
    this.tables = options.sources.map((from) => ({
      from,
      loaded: undefined,
      seen: undefined,
      lookAt: Infinity,
      reading: false,
      ready: undefined,
      complaint: undefined,
    }));
  }

  /** Gives the program the contents of a checkpoint, before its state. */
  async restore(checkpoints: Checkpoints): Promise<void> {
    for (const table of this.tables) {
      const { from } = table;
      const state = checkpoints.latest?.references.find((candidate) => candidate.table === from.table);
      if (state === undefined) continue;
      const bytes = await checkpoints.reference(state);
      this.load(table, bytes, 0n, true, () => {});
      const version = this.options.program.referenceVersion(from.index);
      if (`${version}` !== state.version)
        throw new StorageError(
          `the content of reference table ${from.table} in the checkpoint gives other rows in this application: its schema or format was changed`,
        );
      table.loaded = { sha256: state.sha256, bytes: undefined };
      if (from.refreshMs === undefined) await this.compare(table, state.sha256);
    }
  }

  // Without ?refresh= the content of the checkpoint stays, whatever the source holds by now.
  private async compare({ from }: Table, kept: string): Promise<void> {
    try {
      if (sha256(await this.readWhole(from)) === kept) return;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
    }
    this.options.onNotice?.(
      `${from.url} is not what reference table ${from.table} holds in the checkpoint: the checkpoint's content stays; add ?refresh=10s to take the new one`,
    );
  }

  /** Before the first record: loads the tables that have no content yet, and looks at those that may have another one by now. */
  async begin(clock: bigint, receive: OutputReceiver): Promise<void> {
    for (const table of this.tables) {
      if (table.loaded === undefined) this.take(table, await this.read(table.from), clock, receive);
      else if (table.from.refreshMs !== undefined) await this.lookAt(table);
    }
    this.takeReady(clock, receive);
  }

  /** When the next look at a source is due, on the clock's stopwatch. */
  nextLook(): number {
    return Math.min(Infinity, ...this.tables.map((table) => (table.reading ? Infinity : table.lookAt)));
  }

  /** Begins to read what is due; `onReady` is called when something can be taken. */
  look(now: number, onReady: () => void): void {
    this.onReady = onReady;
    for (const table of this.tables) {
      if (table.reading || table.loaded === undefined || now < table.lookAt) continue;
      table.reading = true;
      void this.lookAt(table);
    }
  }

  private async lookAt(table: Table): Promise<void> {
    const { from } = table;
    try {
      if ((await from.version()) !== table.seen) {
        const content = await this.read(from);
        // A source that changes while it is read is read again later.
        if (content.version !== undefined) table.ready = content;
      }
      table.complaint = undefined;
    } catch (error) {
      this.complain(table, error instanceof Error ? error.message : String(error));
    }
    table.reading = false;
    table.lookAt = this.options.clock.elapsed() + (from.refreshMs ?? Infinity);
    this.onReady();
  }

  private complain(table: Table, reason: string): void {
    if (reason !== table.complaint)
      this.options.onNotice?.(`reference table ${table.from.table} keeps its content: ${reason}`);
    table.complaint = reason;
  }

  /** True when a content waits to be taken. */
  isReady(): boolean {
    return this.tables.some((table) => table.ready !== undefined);
  }

  /** Takes the contents that are ready; between two batches only. */
  takeReady(clock: bigint, receive: OutputReceiver): void {
    for (const table of this.tables) {
      const content = table.ready;
      if (content === undefined) continue;
      table.ready = undefined;
      table.seen = content.version;
      if (content.sha256 === table.loaded?.sha256) continue;
      this.take(table, content, clock, receive);
      this.options.onNotice?.(`reference table ${table.from.table} has a new content from ${table.from.url}`);
    }
  }

  private take(table: Table, content: Content, clock: bigint, receive: OutputReceiver): void {
    this.load(table, content.bytes, clock, false, receive);
    table.loaded = { sha256: content.sha256, bytes: content.bytes };
    table.seen = content.version;
    const { refreshMs } = table.from;
    if (refreshMs !== undefined) table.lookAt = this.options.clock.elapsed() + refreshMs;
  }

  private load({ from }: Table, bytes: Uint8Array, clock: bigint, silent: boolean, receive: OutputReceiver): void {
    try {
      this.options.program.loadReference(from.index, bytes, clock, silent, receive);
    } catch (error) {
      if (!(error instanceof StateLimitError)) throw error;
      throw new StateLimitError(`${error.message} while reference table ${from.table} was loaded`);
    }
  }

  /** What a checkpoint keeps. */
  contents(): ReferenceContent[] {
    return this.tables.flatMap(({ from, loaded }) =>
      loaded === undefined
        ? []
        : [
            {
              table: from.table,
              url: from.url,
              sha256: loaded.sha256,
              version: `${this.options.program.referenceVersion(from.index)}`,
              ...(loaded.bytes === undefined ? {} : { bytes: loaded.bytes }),
            },
          ],
    );
  }

  /** The contents are in a checkpoint, or will be in none: they need not be kept here. */
  forget(): void {
    for (const { loaded } of this.tables) if (loaded !== undefined) loaded.bytes = undefined;
  }

  private async read(from: ReferenceSource): Promise<Content> {
    const before = await from.version();
    const bytes = await this.readWhole(from);
    const after = await from.version();
    return { bytes, sha256: sha256(bytes), version: before === after ? after : undefined };
  }

  private async readWhole(from: ReferenceSource): Promise<Uint8Array> {
    const source = await from.open();
    try {
      return await readAll(source, this.options.bytesMax ?? REFERENCE_BYTES_MAX, from);
    } finally {
      await source.close();
    }
  }
}

const pieceBytes = 1 << 18;
const newline = Uint8Array.of(10);

async function readAll(source: Source, bytesMax: number, { table, url }: ReferenceSource): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  let room = new Uint8Array(pieceBytes);
  for (;;) {
    const result = source.read(room);
    if (result.kind === 'end') return Buffer.concat(pieces, total);
    if (result.kind === 'wait') {
      await result.until;
      continue;
    }
    if (result.length > 0) {
      pieces.push(room.subarray(0, result.length));
      total += result.length;
      room = new Uint8Array(pieceBytes);
    }
    source.consumed(result.length);
    // Records of one file don't go on in the next.
    if (result.last && total > 0 && pieces.at(-1)?.at(-1) !== 10) {
      pieces.push(newline);
      total++;
    }
    if (total > bytesMax)
      throw new ConnectorError(
        `${url}: reference table ${table} has more than ${bytesMax} bytes, the limit of reference data`,
      );
  }
}
