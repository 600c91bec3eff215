// Checkpoints in a directory. An object is written beside its place, synced, renamed, and the directory synced: whatever
// instant the process dies, an object is there whole or not at all. A lock file keeps a second run out.
import {
  closeSync,
  fsync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writev,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StorageError, type Storage } from './storage.ts';

const sync = promisify(fsync);
const writeParts = promisify(writev);
/** As many parts as a system call takes (POSIX: at least 16, Linux: 1,024). */
const partsPerCall = 1024;

const lockName = 'lock';
const partSuffix = '.part';

/** Opens (and makes) a directory; refuses one that another run is using. */
export function directoryStorage(path: string): Storage {
  const failed = (what: string, error: unknown): StorageError =>
    new StorageError(`checkpoint directory ${path}: ${what}: ${reasonOf(error)}`);
  const attempt = <T>(what: string, body: () => T): T => {
    try {
      return body();
    } catch (error) {
      throw failed(what, error);
    }
  };
  attempt('can not be made', () => mkdirSync(path, { recursive: true }));
  if (!attempt('can not be read', () => statSync(path)).isDirectory())
    throw new StorageError(`checkpoint directory ${path}: it is a file`);
  takeLock(path, attempt);
  for (const name of readdirSync(path))
    if (name.endsWith(partSuffix)) attempt('can not be cleaned', () => rmSync(join(path, name)));
  return {
    place: path,
    list: async () =>
      attempt('can not be read', () => readdirSync(path)).filter(
        (name) => name !== lockName && !name.endsWith(partSuffix),
      ),
    read: async (name) => attempt(`${name} can not be read`, () => readFileSync(join(path, name))),
    write: async (name, ...parts) => {
      try {
        await publish(path, name, parts);
      } catch (error) {
        throw failed(`${name} can not be written`, error);
      }
    },
    remove: async (name) => attempt(`${name} can not be removed`, () => rmSync(join(path, name), { force: true })),
    close: async () => rmSync(join(path, lockName), { force: true }),
  };
}

// The process goes on while the system writes.
async function publish(path: string, name: string, parts: readonly Uint8Array[]): Promise<void> {
  const part = join(path, `${name}${partSuffix}`);
  const file = openSync(part, 'w');
  try {
    for (let rest = parts.filter(({ length }) => length > 0); rest.length > 0; )
      rest = behind(rest, (await writeParts(file, rest.slice(0, partsPerCall))).bytesWritten);
    await sync(file);
  } finally {
    closeSync(file);
  }
  renameSync(part, join(path, name));
  const directory = openSync(path, 'r');
  try {
    await sync(directory);
  } finally {
    closeSync(directory);
  }
}

// What is left of parts of which so many bytes are written.
function behind(parts: readonly Uint8Array[], written: number): Uint8Array[] {
  let first = 0;
  for (; first < parts.length && written >= (parts[first]?.length ?? 0); first++) written -= parts[first]?.length ?? 0;
  const rest = parts.slice(first);
  const [head] = rest;
  if (head !== undefined && written > 0) rest[0] = head.subarray(written);
  return rest;
}

// The lock names the process and when it started, so that a number used again by another process doesn't lock for ever.
function takeLock(path: string, attempt: <T>(what: string, body: () => T) => T): void {
  const lock = join(path, lockName);
  const own = `${process.pid} ${startOf(process.pid)}\n`;
  for (let round = 0; round < 3; round++) {
    try {
      writeFileSync(lock, own, { flag: 'wx' });
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST')
        throw new StorageError(`checkpoint directory ${path}: can not be written: ${reasonOf(error)}`);
    }
    const holder = attempt('its lock can not be read', () => readFileSync(lock, 'utf8'));
    const [pid, started] = holder.trim().split(' ');
    if (pid !== undefined && Number(pid) !== process.pid && isAlive(Number(pid)) && startOf(Number(pid)) === started) {
      throw new StorageError(`checkpoint directory ${path}: process ${pid} is using it`);
    }
    rmSync(lock, { force: true });
  }
  throw new StorageError(`checkpoint directory ${path}: its lock can not be taken`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

// When a process started, in ticks since boot; a process that has ended and waits to be collected counts as gone.
function startOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return fields[0] === 'Z' || fields[0] === 'X' ? 'gone' : (fields[19] ?? '-');
  } catch {
    return '-';
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOSPC':
      return 'the disk is full';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOENT':
      return 'it is missing';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
