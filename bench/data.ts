// The files of workloads: generated once per size and version of their generator, and kept.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
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

function provideFile(path: string, source: Parameters<typeof generateData>[0], records: number): void {
  if (existsSync(path)) return;
  process.stderr.write(`generating ${records} records: ${path}\n`);
  const file = openSync(`${path}.part`, 'w');
  // In whole blocks, as a file at rest is read ahead: the page cache keeps one that was written in odd pieces in pages that take
  // every reader twice as long.
  const block = Buffer.alloc(blockBytes);
  let filled = 0;
  for (const piece of generateData(source, records, seed)) {
    const bytes = Buffer.from(piece);
    for (let from = 0; from < bytes.length; ) {
      const copied = bytes.copy(block, filled, from);
      from += copied;
      filled += copied;
      if (filled < blockBytes) continue;
      writeSync(file, block);
      filled = 0;
    }
  }
  writeSync(file, block, 0, filled);
  closeSync(file);
  renameSync(`${path}.part`, path);
}
