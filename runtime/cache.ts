// Compiled artifacts by content: sha256 over everything that decides them → a file, written atomically.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The key of a compilation: a hash of its parts. */
export function cacheKey(parts: readonly unknown[]): string {
  const text = JSON.stringify(parts, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return createHash('sha256').update(text).digest('hex');
}

/** The artifact of a key, or undefined. */
export function readCached(key: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(join(cacheDirectory(), `${key}.wasm`));
    // 32 bytes of checksum stand before the artifact.
    const wasm = bytes.subarray(32);
    return createHash('sha256').update(wasm).digest().equals(bytes.subarray(0, 32)) ? wasm : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps an artifact. A cache that can't be written is no error: the next run compiles again. */
export function writeCached(key: string, wasm: Uint8Array): void {
  const directory = cacheDirectory();
  const part = join(directory, `${key}.${process.pid}.part`);
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(part, Buffer.concat([createHash('sha256').update(wasm).digest(), wasm]));
    renameSync(part, join(directory, `${key}.wasm`));
  } catch {
    rmSync(part, { force: true });
  }
}

function cacheDirectory(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'rowtime');
}
