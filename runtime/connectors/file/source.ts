// Files as a source: one after another in order of name, plain ones read straight into the room, `.gz` ones through zlib.
// Position: the files that were read to their end with what identifies them, and the (decompressed) offset in the current one.
import { accessSync, closeSync, constants, createReadStream, fstatSync, readSync } from 'node:fs';
import {
  ConnectorError,
  type Json,
  type ReadResult,
  type Source,
  type SourceContext,
} from '../../../contract/connector.ts';
import { errorReason, expand, identify, openForReading, withFile, zlib, type FileIdentity } from './files.ts';
import { StreamReader } from './streamReader.ts';

/** Shape of a position. */
interface FilePosition {
  readonly done: readonly FileIdentity[];
  readonly current?: { readonly file: FileIdentity; readonly offset: number };
}

/** Shape of the position of merged files. */
interface MergedPosition {
  readonly merged: readonly FilePosition[];
}

/** One file while it is read. */
interface Part {
  read(room: Uint8Array): ReadResult;
  share(): number;
  close(): void;
}

/** Opens the files of a URL. */
export function openFiles(context: SourceContext): Source {
  const paths = expand(context.url.path);
  const merges = context.url.options.get('merge') !== undefined;
  const position = context.position as FilePosition | MergedPosition | undefined;
  if (position !== undefined && 'merged' in position !== merges) {
    throw new ConnectorError(
      `${context.url.text}: the checkpoint was taken ${merges ? 'without' : 'with'} ?merge=rowtime; go on with the same option`,
    );
  }
  if (position !== undefined && 'merged' in position) return openMerged(paths, position.merged);
  return merges
    ? openMerged(paths, undefined)
    : openInOrder(paths, position as FilePosition | undefined, context.finished);
}

function openInOrder(paths: readonly string[], position: FilePosition | undefined, finished: boolean): FileSource {
  const done = [...(position?.done ?? [])];
  for (const [index, file] of done.entries()) {
    if (paths[index] !== file.path)
      throw new ConnectorError(
        `${file.path}: was read before the checkpoint, but ${paths[index] ?? 'nothing'} is in its place now`,
      );
    checkUnchanged(file, identify(file.path));
  }
  if (finished && paths.length > done.length) {
    throw new ConnectorError(`${paths[done.length] ?? ''}: is new; the checkpoint says that this source has ended`);
  }
  return new FileSource(paths, done, position?.current);
}

// Merged files are read side by side: all of them are there from the beginning.
function openMerged(paths: readonly string[], positions: readonly FilePosition[] | undefined): Source {
  const known = positions?.map(({ done, current }) => (current?.file ?? done[0])?.path);
  const gone = known?.find((path) => path !== undefined && !paths.includes(path));
  if (gone !== undefined) throw new ConnectorError(`${gone}: is gone; the checkpoint lies inside of it`);
  const added = known === undefined ? undefined : paths.find((path) => !known.includes(path));
  if (added !== undefined)
    throw new ConnectorError(
      `${added}: is new; files of ?merge=rowtime are read side by side, and the checkpoint was taken without it`,
    );
  const parts: FileSource[] = [];
  try {
    for (const path of paths) {
      parts.push(openInOrder([path], positions?.[known?.indexOf(path) ?? -1], false));
    }
  } catch (error) {
    for (const part of parts) void part.close();
    throw error;
  }
  return new MergedFiles(parts);
}

function checkUnchanged(before: FileIdentity, now: FileIdentity): void {
  if (before.size !== now.size) {
    throw new ConnectorError(
      `${now.path}: had ${before.size} bytes when it was read to its end and has ${now.size} now; the checkpoint can not go on with a changed file`,
    );
  }
  if (before.sample !== now.sample)
    throw new ConnectorError(
      `${now.path}: has changed since it was read; the checkpoint can not go on with a changed file`,
    );
}

class MergedFiles implements Source {
  readonly resumable = 'position';
  readonly parts: readonly FileSource[];

  constructor(parts: readonly FileSource[]) {
    this.parts = parts;
  }

  read(): ReadResult {
    throw new Error('invariant: the parts of merged files are read');
  }

  consumed(): void {
    throw new Error('invariant: the parts of merged files are consumed');
  }

  position(): Json {
    return { merged: this.parts.map((part) => part.position()) };
  }

  progress(): number {
    return this.parts.reduce((total, part) => total + part.progress(), 0) / Math.max(1, this.parts.length);
  }

  async close(): Promise<void> {
    for (const part of this.parts) await part.close();
  }
}

class FileSource implements Source {
  readonly resumable = 'position';
  private readonly paths: readonly string[];
  private readonly done: FileIdentity[];
  private part: Part | undefined;
  private partAt: number;
  private offset = 0;
  /** Offset up to which the current file was read. */
  private readTo = 0;

  constructor(paths: readonly string[], done: FileIdentity[], resumed: FilePosition['current']) {
    this.paths = paths;
    this.done = done;
    this.partAt = done.length;
    // A missing or unreadable file is reported before anything is written.
    for (const path of paths.slice(this.partAt)) withFile(path, 'read', () => accessSync(path, constants.R_OK));
    if (resumed !== undefined) this.checkResumed(resumed);
    if (this.partAt < paths.length) this.open();
  }

  private checkResumed({ file, offset }: NonNullable<FilePosition['current']>): void {
    const path = this.paths[this.partAt];
    if (path !== file.path)
      throw new ConnectorError(
        `${file.path}: the checkpoint lies inside of it, but ${path ?? 'nothing'} is in its place now`,
      );
    const now = identify(path, path.endsWith('.gz') ? Infinity : offset);
    if (!path.endsWith('.gz') && now.size < offset) {
      throw new ConnectorError(
        `${path}: has ${now.size} bytes, the checkpoint lies at ${offset}: it was shortened or replaced since`,
      );
    }
    if (now.sample !== file.sample) throw new ConnectorError(`${path}: has changed before the place of the checkpoint`);
    this.offset = offset;
  }

  private open(): void {
    const path = this.paths[this.partAt] ?? '';
    this.readTo = this.offset;
    this.part = path.endsWith('.gz') ? gzipPart(path, this.offset) : plainPart(path, this.offset);
  }

  read(room: Uint8Array): ReadResult {
    if (this.part === undefined) return { kind: 'end' };
    const result = this.part.read(room);
    if (result.kind === 'bytes') this.readTo += result.length;
    if (result.kind !== 'end') return result;
    this.part.close();
    this.part = undefined;
    return { kind: 'bytes', length: 0, last: true };
  }

  consumed(bytes: number): void {
    this.offset += bytes;
    if (this.part !== undefined || this.offset < this.readTo) return;
    // The last bytes of the file are consumed: the next one begins.
    const path = this.paths[this.partAt];
    if (path === undefined) return;
    this.done.push(identify(path));
    this.partAt++;
    this.offset = 0;
    if (this.partAt < this.paths.length) this.open();
  }

  position(): Json {
    const path = this.paths[this.partAt];
    const done = [...this.done];
    if (path === undefined) return { done };
    return {
      done,
      current: { file: identify(path, path.endsWith('.gz') ? Infinity : this.offset), offset: this.offset },
    };
  }

  progress(): number {
    return this.paths.length === 0 ? 1 : (this.partAt + (this.part?.share() ?? 0)) / this.paths.length;
  }

  async close(): Promise<void> {
    this.part?.close();
    this.part = undefined;
  }
}

function plainPart(path: string, offset: number): Part {
  const { file, stats } = openForReading(path);
  if (!stats.isFile()) return streamPart(path, createReadStream(path, { fd: file }), () => 0);
  let at = offset;
  let size = stats.size;
  return {
    read: (room) => {
      const length = withFile(path, 'read', () => readSync(file, room, 0, room.length, at));
      if (length === 0) {
        size = withFile(path, 'read', () => fstatSync(file)).size;
        if (size < at)
          throw new ConnectorError(`${path}: became shorter while it was read (${size} bytes, ${at} were read)`);
        return { kind: 'end' };
      }
      at += length;
      return { kind: 'bytes', length, last: false };
    },
    share: () => (size === 0 ? 1 : Math.min(1, at / size)),
    close: () => closeSync(file),
  };
}

function gzipPart(path: string, offset: number): Part {
  const { file, stats } = openForReading(path);
  const compressed = createReadStream(path, { fd: file, highWaterMark: 1 << 18 });
  const plain = zlib().createGunzip({ chunkSize: 1 << 18 });
  compressed.on('error', (error) => plain.destroy(error));
  const part = streamPart(path, compressed.pipe(plain), () =>
    Math.min(1, compressed.bytesRead / Math.max(1, stats.size)),
  );
  let skip = offset;
  const scrap = new Uint8Array(1 << 18);
  return {
    ...part,
    read: (room) => {
      while (skip > 0) {
        const result = part.read(scrap.subarray(0, Math.min(skip, scrap.length)));
        if (result.kind === 'wait') return result;
        if (result.kind === 'end') throw new ConnectorError(`${path}: ends before the place of the checkpoint`);
        skip -= result.length;
      }
      return part.read(room);
    },
    close: () => {
      part.close();
      compressed.destroy();
    },
  };
}

function streamPart(path: string, stream: ConstructorParameters<typeof StreamReader>[0], share: () => number): Part {
  const reader = new StreamReader(
    stream,
    (error) => new ConnectorError(`${path}: can not be read: ${errorReason(error)}`),
  );
  return { read: (room) => reader.read(room), share, close: () => reader.close() };
}
