// Compiling through the cache: a run whose artifact is there never loads the compiler.
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ABI_VERSION, KEY_GROUPS_DEFAULT, SNAPSHOT_VERSION } from '../contract/abi.ts';
import type { Diagnostic } from '../compiler/diagnose/diagnostic.ts';
import type { CompileOptions } from '../compiler/compile.ts';
import type { Source } from '../compiler/source.ts';
import type { Manifest } from '../contract/manifest.ts';
import { packageFolder } from '../compiler/library.ts';
import { compilerVersion } from '../compiler/version.ts';
import { buildStamp, cacheKey, readCached, writeCached } from '../runtime/cache.ts';

/** An artifact, or why there is none. */
export interface Compiled {
  readonly wasm?: Uint8Array;
  readonly diagnostics: readonly Diagnostic[];
  readonly cached: boolean;
  /** Makes a faster artifact of the same program, where `wasm` was compiled in haste. */
  readonly background?: Background;
}

/** A compilation that goes on beside the run. */
export interface Background {
  /** The artifact, which is in the cache by then; undefined when it was stopped. */
  readonly wasm: Promise<Uint8Array | undefined>;
  stop(): void;
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
    promotedIdle = false,
  } = options;
  const name = `${cacheKey([
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
    promotedIdle,
    options.gatherFrom ?? null,
  ])}.wasm`;
  const kept = useCache ? readCached(name) : undefined;
  if (kept !== undefined) return { wasm: kept, diagnostics: [], cached: true };
  const { compile } = await import('../compiler/compile.ts');
  // Reference tables would have to be loaded once more: such an application waits for its fast artifact; a profile would show two.
  const mayHurry = useCache && !functionNames && (references ?? []).length === 0;
  const later = mayHurry ? workerFile : undefined;
  const compiled = await compile(source, { ...options, effort: later === undefined ? 'full' : 'quick' });
  const { wasm, diagnostics, program, manifest } = compiled;
  const keeps = useCache && diagnostics.length === 0;
  if (later !== undefined && wasm !== undefined && program !== undefined && manifest !== undefined) {
    const keep = (fast: Uint8Array): void => (keeps ? writeCached(name, fast) : undefined);
    return { wasm, diagnostics, cached: false, background: await compileInBackground(later, program, manifest, keep) };
  }
  if (wasm !== undefined && keeps) writeCached(name, wasm);
  return { ...(wasm === undefined ? {} : { wasm }), diagnostics, cached: false };
}

// Threads run built files only, and this one is not bundled.
const workerFile = import.meta.url.endsWith('.ts')
  ? undefined
  : pathToFileURL(join(packageFolder(), 'dist/library/compileWorker.js'));

async function compileInBackground(
  file: URL,
  program: string,
  manifest: Manifest,
  keep: (wasm: Uint8Array) => void,
): Promise<Background> {
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(file, { workerData: { program, manifest } });
  worker.unref();
  const wasm = new Promise<Uint8Array | undefined>((resolve) => {
    worker.once('message', (made: Uint8Array) => {
      keep(made);
      resolve(made);
    });
    // The quick artifact does the same: a failure costs speed only.
    worker.once('error', () => resolve(undefined));
    worker.once('exit', () => resolve(undefined));
  });
  return { wasm, stop: () => void worker.terminate() };
}

// Times and sizes of the compiler's and the library's files: in a checkout they change without the version.
function stamp(): string {
  const parts: string[] = [];
  const walk = (folder: string): void => {
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = `${folder}/${entry.name}`;
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
  const built = buildStamp();
  if (built === undefined) walk(join(dirname(fileURLToPath(import.meta.url)), '../compiler'));
  else parts.push(built);
  // Read as it lies there, also by a build.
  walk(join(packageFolder(), 'assembly'));
  return cacheKey(parts);
}
