// What was compiled, by content: sha256 over everything that decides it → a file, written atomically.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The key of a compilation: a hash of its parts. */
export function cacheKey(parts: readonly unknown[]): string {
  const text = JSON.stringify(parts, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return createHash('sha256').update(text).digest('hex');
}

/** What is kept under a name, or undefined. */
export function readCached(name: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(join(cacheDirectory(), name));
    // 32 bytes of checksum stand before the content.
    const content = bytes.subarray(32);
    return createHash('sha256').update(content).digest().equals(bytes.subarray(0, 32)) ? content : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps something. A cache that can't be written is no error: the next run compiles again. */
export function writeCached(name: string, content: Uint8Array): void {
  const directory = cacheDirectory();
  const part = join(directory, `${name}.${process.pid}.part`);
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(part, Buffer.concat([createHash('sha256').update(content).digest(), content]));
    renameSync(part, join(directory, name));
  } catch {
    try {
      rmSync(part, { force: true });
    } catch {
      // There is no such directory: nothing was written.
    }
  }
}

/** Tells builds apart: a hash of what the running files were built from. undefined where they are the sources, and while they are built. */
export function buildStamp(): string | undefined {
  try {
    const stamp = readFileSync(fileURLToPath(new URL('../.build', import.meta.url)), 'utf8');
    return stamp === '' ? undefined : stamp;
  } catch {
    return undefined;
  }
}

/** Where it is kept: `rowtime` in the user's cache directory. */
export function cacheDirectory(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'rowtime');
}
