// The plain Node yardstick: JSON.parse line by line, a Map for groups, rows written as JSON. Run as a program it is the contestant
// itself: node node.js WORKLOAD INPUT OUTPUT.
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contestant, WorkloadFiles } from '../contestant.ts';
import type { Workload } from '../workload.ts';
import { workloadNamed } from '../workloads/all.ts';

const chunkBytes = 1 << 20;

/** The contestant that runs this file. */
export function prepareNode(workload: Workload, files: WorkloadFiles): Contestant {
  const output = join(files.folder, 'out-node.jsonl');
  return {
    name: 'node',
    detail: `Node ${process.version}, JSON.parse`,
    command: process.execPath,
    words: [fileURLToPath(import.meta.url), workload.name, files.input, output],
    output,
    reset: () => rmSync(output, { force: true }),
  };
}

/** Calls `take` with every line of the file, without its newline. */
function eachLine(path: string, take: (line: string) => void): void {
  const file = openSync(path, 'r');
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let rest = '';
  for (;;) {
    const length = readSync(file, buffer, 0, chunkBytes, null);
    if (length === 0) break;
    const lines = (rest + decoder.decode(buffer.subarray(0, length), { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
  if (rest !== '') take(rest);
  closeSync(file);
}

function runWorkload(workload: Workload, input: string, output: string): void {
  const file = openSync(output, 'w');
  const heads = workload.result.map((column, index) => `${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`);
  let pending = '';
  let rejected = 0;
  const program = workload.node((row) => {
    for (let index = 0; index < row.length; index++) pending += heads[index] + JSON.stringify(row[index]);
    pending += '}\n';
    if (pending.length > chunkBytes) {
      writeSync(file, pending);
      pending = '';
    }
  });
  eachLine(input, (line) => {
    try {
      program.record(line);
    } catch {
      rejected++;
    }
  });
  program.end();
  writeSync(file, pending);
  closeSync(file);
  if (rejected > 0) process.stderr.write(`${rejected} records rejected\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name = '', input = '', output = ''] = process.argv.slice(2);
  const workload = workloadNamed(name);
  if (workload === undefined) throw new Error(`no workload "${name}"`);
  runWorkload(workload, input, output);
}
