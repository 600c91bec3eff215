// The door to the file system for sources and sinks: every refusal names the file and the reason.
import {
  closeSync,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ConnectorError } from '../../../contract/connector.ts';

const sync = promisify(fsync);

/** What tells a file from a changed one. */
export type FileIdentity = {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
  readonly sample: string;
};

/** Node's zlib, loaded where a file is gzipped only. */
export function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}

/** A word code of a system error, or ''. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The reason of a system error in words. */
export function errorReason(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOENT':
      return 'no such file or directory';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EDQUOT':
      return 'the disk quota is used up';
    case 'EFBIG':
      return 'the file would become too large';
    case 'EROFS':
      return 'the file system is read-only';
    case 'EMFILE':
      return 'too many files are open';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** What a failure means for a file: it names the path and the reason. */
export function refused(path: string, what: string, error: unknown): ConnectorError {
  return error instanceof ConnectorError
    ? error
    : new ConnectorError(`${path}: can not be ${what}: ${errorReason(error)}`);
}

/** Does something with a file; a failure becomes a `ConnectorError` with its path. */
export function withFile<T>(path: string, what: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw refused(path, what, error);
  }
}

/** Opens a file for reading. */
export function openForReading(path: string): { readonly file: number; readonly stats: Stats } {
  return withFile(path, 'read', () => {
    const file = openSync(path, 'r');
    const stats = fstatSync(file);
    if (stats.isDirectory()) {
      closeSync(file);
      throw new ConnectorError(
        `${path}: can not be read: it is a directory (a glob such as ${path}/* takes its files)`,
      );
    }
    return { file, stats };
  });
}

/** Size, time of change and a sample of the first `length` bytes of a file: 16 blocks of 4 KB, first and last included. */
export function identify(path: string, length = Infinity): FileIdentity {
  const { file, stats } = openForReading(path);
  return withFile(path, 'read', () => {
    try {
      const end = Math.min(length, stats.size);
      const hash = createHash('sha256');
      const block = Buffer.alloc(4096);
      const blocks = 16;
      for (let index = 0; index < blocks; index++) {
        const at = Math.max(0, Math.floor(((end - block.length) * index) / (blocks - 1)));
        const count = readSync(file, block, 0, Math.min(block.length, end - at), at);
        hash.update(block.subarray(0, count));
      }
      return { path, size: stats.size, modified: stats.mtimeMs, sample: hash.digest('hex') };
    } finally {
      closeSync(file);
    }
  });
}

/** The files of a path, in order of name; a path with `*`, `?`, `[` or `{` that names no file is a glob. */
export function expand(path: string): string[] {
  if (!/[*?[{]/.test(path)) return [path];
  let found = [''];
  const parts = path.split('/');
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    found = found.flatMap((directory) => {
      if (!/[*?[{]/.test(part)) return [index === 0 && part === '' ? '/' : join(directory, part)];
      const pattern = globPattern(part);
      return entries(directory === '' ? '.' : directory)
        .filter(
          (entry) =>
            (last ? !entry.isDirectory() : entry.isDirectory() || entry.isSymbolicLink()) && pattern.test(entry.name),
        )
        .map((entry) => join(directory, entry.name));
    });
  }
  if (found.length === 0) throw new ConnectorError(`${path}: no file has such a name`);
  return found.sort((left, right) => compare(basename(left), basename(right)) || compare(left, right));
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function entries(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw new ConnectorError(`${directory}: can not be read: ${errorReason(error)}`);
  }
}

function globPattern(glob: string): RegExp {
  let depth = 0;
  const text = glob.replace(/[*?{},.+^$()|\\]/g, (character) => {
    if (character === '*') return '[^/]*';
    if (character === '?') return '[^/]';
    if (character === '{') return depth++ >= 0 ? '(?:' : '';
    if (character === '}') return depth-- > 0 ? ')' : '\\}';
    if (character === ',' && depth > 0) return '|';
    return `\\${character}`;
  });
  return new RegExp(`^${glob.startsWith('.') ? '' : '(?!\\.)'}${text}$`);
}

/** The first bytes of a file. */
export function readHead(path: string, bytes: number): Uint8Array {
  const { file } = openForReading(path);
  return withFile(path, 'read', () => {
    try {
      const head = Buffer.alloc(bytes);
      return head.subarray(0, readSync(file, head, 0, bytes, 0));
    } finally {
      closeSync(file);
    }
  });
}

/** Opens a file for writing at `keep` bytes: all beyond is cut off. */
export function openForWriting(path: string, keep: number | 'all'): { readonly file: number; readonly length: number } {
  return withFile(path, 'written', () => {
    let file: number;
    try {
      file = openSync(path, keep === 0 ? 'w' : 'r+');
    } catch (error) {
      if (errorCode(error) === 'ENOENT' && keep === 'all') file = openSync(path, 'w');
      else if (errorCode(error) === 'ENOENT' && keep === 0)
        throw new ConnectorError(`${path}: can not be written: directory ${dirname(path)} is missing`);
      else throw error;
    }
    const { size } = fstatSync(file);
    const length = keep === 'all' ? size : keep;
    if (size < length) {
      closeSync(file);
      throw new ConnectorError(
        `${path}: has ${size} bytes, the checkpoint says ${length}: it was shortened or replaced since`,
      );
    }
    if (fstatSync(file).isFile()) ftruncateSync(file, length);
    return { file, length };
  });
}

/** Writes all of the bytes at a place. */
export function writeAll(path: string, file: number, bytes: Uint8Array, at: number | null): void {
  withFile(path, 'written', () => {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, bytes.length - done, at === null ? null : at + done);
    }
  });
}

/** Makes the content of a file durable. */
export async function syncFile(path: string, file: number): Promise<void> {
  try {
    await sync(file);
  } catch (error) {
    throw refused(path, 'written', error);
  }
}

/** Makes durable that a file is there. */
export async function syncDirectoryOf(path: string): Promise<void> {
  const directory = withFile(path, 'written', () => openSync(dirname(path), 'r'));
  try {
    await syncFile(path, directory);
  } finally {
    closeSync(directory);
  }
}

/** True when a file is there and holds something. */
export function exists(path: string): boolean {
  try {
    return fstatAndClose(path) > 0;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw new ConnectorError(`${path}: can not be read: ${errorReason(error)}`);
  }
}

function fstatAndClose(path: string): number {
  const file = openSync(path, 'r');
  try {
    return fstatSync(file).isFile() ? fstatSync(file).size : 0;
  } finally {
    closeSync(file);
  }
}

/** A small file as a whole. */
export function readWhole(path: string): Uint8Array {
  return withFile(path, 'read', () => readFileSync(path));
}
