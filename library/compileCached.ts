// Compiling through the cache: a run whose artifact is there never loads the compiler.
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ABI_VERSION, KEY_GROUPS_DEFAULT, SNAPSHOT_VERSION } from '../contract/abi.ts';
import type { Diagnostic } from '../compiler/diagnose/diagnostic.ts';
import type { CompileOptions } from '../compiler/compile.ts';
import type { Source } from '../compiler/source.ts';
import { compilerVersion } from '../compiler/version.ts';
import { cacheKey, readCached, writeCached } from '../runtime/cache.ts';

/** An artifact, or why there is none. */
export interface Compiled {
  readonly wasm?: Uint8Array;
  readonly diagnostics: readonly Diagnostic[];
  readonly cached: boolean;
}

/** Compiles an application unless the cache has its artifact. Applications with warnings aren't kept: their warnings would be lost. */
export async function compileCached(source: Source, options: CompileOptions, useCache: boolean): Promise<Compiled> {
  const {
    inputs,
    outputs,
    references,
    flavour = 'simd',
    optimize = true,
    keyGroups = KEY_GROUPS_DEFAULT,
    seed = 1n,
    functionNames = false,
  } = options;
  const key = cacheKey([
    compilerVersion,
    ABI_VERSION,
    SNAPSHOT_VERSION,
    stamp(),
    source.text,
    inputs,
    outputs ?? null,
    references ?? [],
    flavour,
    optimize,
    keyGroups,
    seed,
    functionNames,
  ]);
  const kept = useCache ? readCached(key) : undefined;
  if (kept !== undefined) return { wasm: kept, diagnostics: [], cached: true };
  const { compile } = await import('../compiler/compile.ts');
  const { wasm, diagnostics } = await compile(source, options);
  if (wasm !== undefined && useCache && diagnostics.length === 0) writeCached(key, wasm);
  return { ...(wasm === undefined ? {} : { wasm }), diagnostics, cached: false };
}

// Times and sizes of the compiler's and the library's files: in a checkout they change without the version.
function stamp(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const parts: string[] = [];
  const walk = (folder: string): void => {
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) walk(path);
        else if (!entry.name.endsWith('.d.ts')) {
          const { size, mtimeMs } = statSync(path);
          parts.push(`${entry.name} ${size} ${mtimeMs}`);
        }
      }
    } catch {
      // Not there: nothing to tell apart.
    }
  };
  for (const folder of ['../compiler', '../assembly', '../../assembly']) walk(join(here, folder));
  return cacheKey(parts);
}
