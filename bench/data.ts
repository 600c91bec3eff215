// The files of workloads: generated once per size and version of their generator, and kept.
import { closeSync, existsSync, fdatasyncSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../compiler/library.ts';
import type { WorkloadFiles } from './contestant.ts';
import { generateData, type Workload } from './workload.ts';

const seed = 20_261_123;
const blockBytes = 4 << 20;

/** Where data and results lie. */
export function dataFolder(): string {
  const root = packageFolder();
  return existsSync(join(root, 'tsconfig.json')) ? join(root, 'bench/data') : join(process.cwd(), '.rowtime/bench');
}

/** Records of a workload at a share of its size. */
export function recordsOf(workload: Workload, scale = 1): number {
  return Math.max(1, Math.round(workload.records * scale));
}

/** The workload's files. */
export function provideData(workload: Workload, records: number): WorkloadFiles {
  const named = (name: string): string => join(dataFolder(), `${name}-${records}-v${workload.dataVersion}`);
  const folder = named(workload.name);
  const data = named(workload.data ?? workload.name);
  mkdirSync(folder, { recursive: true });
  mkdirSync(data, { recursive: true });
  const input = join(data, `input.${workload.format}`);
  provideFile(input, workload, records);
  if (workload.reference === undefined) return { folder, input };
  const reference = join(data, 'reference.jsonl');
  provideFile(reference, workload.reference, workload.reference.rows(records));
  return { folder, input, reference };
}

// Also one that is there is written anew: the page cache keeps a file in pages as large as the pieces in which it was written or first read,
// and from small ones every reader takes twice as long. So each benchmark begins with files that were written in whole blocks.
function provideFile(path: string, source: Parameters<typeof generateData>[0], records: number): void {
  const part = `${path}.part`;
  if (existsSync(path)) writeBlocks(part, readBlocks(path));
  else {
    process.stderr.write(`generating ${records} records: ${path}\n`);
    writeBlocks(part, generateBytes(source, records));
  }
  renameSync(part, path);
}

function* generateBytes(source: Parameters<typeof generateData>[0], records: number): Generator<Uint8Array> {
  for (const piece of generateData(source, records, seed)) yield Buffer.from(piece);
}

function* readBlocks(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  const block = Buffer.alloc(blockBytes);
  for (let read = readSync(file, block); read > 0; read = readSync(file, block)) yield block.subarray(0, read);
  closeSync(file);
}

function writeBlocks(path: string, pieces: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(blockBytes);
  let filled = 0;
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const taken = piece.subarray(from, from + blockBytes - filled);
      block.set(taken, filled);
      from += taken.length;
      filled += taken.length;
      if (filled < blockBytes) continue;
      writeSync(file, block);
      filled = 0;
    }
  }
  writeSync(file, block, 0, filled);
  // Nothing of it is written to the disk any more while programs are measured.
  fdatasyncSync(file);
  closeSync(file);
}
