// V8's code of the bundled command, kept from one start to the next: making it again is a sixth of a short run. Node does that itself from
// 22.1 on (module.enableCompileCache); for Node 20 its loader gets the scripts with their code from here.
//
//   file := u32 bytes of the index · index, JSON of [file name, bytes] · the code of each, as V8 gives it
//
// Law: code belongs to one build and one Node. V8 itself tells the source's length only, so the build's stamp is part of the name.
import Module, { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { buildStamp, cacheDirectory, cacheKey, readCached, writeCached } from '../runtime/cache.ts';

/** The script of the bundle that imports modules for the others: a script with its code given can't (scripts/bundle.mjs). */
const importer = 'import.cjs';

interface Loader {
  _compile(this: NodeJS.Module, content: string, path: string, ...more: unknown[]): unknown;
}

/** Keeps the code of the scripts beside this one. Where that can't be done they are compiled as ever. */
export function keepCode(): void {
  const node = Module as unknown as { enableCompileCache?: (directory: string) => unknown };
  if (node.enableCompileCache !== undefined) {
    node.enableCompileCache(join(cacheDirectory(), 'node'));
    return;
  }
  const stamp = buildStamp();
  if (stamp === undefined) return;
  const folder = dirname(fileURLToPath(import.meta.url));
  const name = `${cacheKey(['command', stamp, process.version, process.arch])}.code`;
  const kept = readCode(readCached(name));
  const loaded = new Map<string, Script>();
  let isComplete = true;
  const loader = Module.prototype as unknown as Loader;
  const compile = loader._compile;
  loader._compile = function (content, path, ...more) {
    if (dirname(path) !== folder || basename(path) === importer) return compile.call(this, content, path, ...more);
    const cachedData = kept.get(basename(path));
    const script = new Script(Module.wrap(content), {
      filename: path,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    if (cachedData === undefined || script.cachedDataRejected === true) isComplete = false;
    loaded.set(basename(path), script);
    const main = script.runInThisContext() as (...parts: unknown[]) => unknown;
    return main.call(this.exports, this.exports, createRequire(path), this, path, folder);
  };
  process.on('exit', (status) => {
    if (status !== 0 || isComplete) return;
    // By now it holds what was compiled on the way as well.
    for (const [file, script] of loaded) kept.set(file, script.createCachedData());
    writeCached(name, writeCode(kept));
  });
}

function readCode(bytes: Uint8Array | undefined): Map<string, Buffer> {
  const code = new Map<string, Buffer>();
  if (bytes === undefined) return code;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 4 + file.readUInt32LE(0);
  for (const [name, length] of JSON.parse(file.toString('utf8', 4, at)) as [string, number][]) {
    code.set(name, file.subarray(at, at + length));
    at += length;
  }
  return code;
}

function writeCode(code: ReadonlyMap<string, Buffer>): Buffer {
  const index = Buffer.from(JSON.stringify([...code].map(([name, { length }]) => [name, length])));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(index.length);
  return Buffer.concat([head, index, ...code.values()]);
}
