// The plain Node yardstick: JSON.parse line by line, a Map for groups, rows written as JSON. Run as a program it is the contestant
// itself: node node.js WORKLOAD INPUT OUTPUT [REFERENCE].
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contestant, WorkloadFiles } from '../contestant.ts';
import { eachLine } from '../lines.ts';
import type { Workload } from '../workload.ts';
import { workloadNamed } from '../workloads/all.ts';

const pendingCharacters = 1 << 20;

/** The contestant that runs this file. */
export function prepareNode(workload: Workload, files: WorkloadFiles): Contestant {
  if (typeof workload.node !== 'function') return { name: 'node', absent: workload.node.absent };
  const output = join(files.folder, 'out-node.jsonl');
  return {
    name: 'node',
    detail: `Node ${process.version}, JSON.parse`,
    command: process.execPath,
    words: [fileURLToPath(import.meta.url), workload.name, files.input, output, files.reference ?? ''],
    output,
    reset: () => rmSync(output, { force: true }),
  };
}

function runWorkload(workload: Workload, input: string, output: string, reference: string): void {
  if (typeof workload.node !== 'function') throw new Error(workload.node.absent);
  const file = openSync(output, 'w');
  const heads = workload.result.map((column, index) => `${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`);
  let pending = '';
  let rejected = 0;
  const program = workload.node((row) => {
    for (let index = 0; index < row.length; index++) pending += heads[index] + JSON.stringify(row[index]);
    pending += '}\n';
    if (pending.length > pendingCharacters) {
      writeSync(file, pending);
      pending = '';
    }
  });
  if (reference !== '') eachLine(reference, (line) => program.reference?.(line));
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
  const [name = '', input = '', output = '', reference = ''] = process.argv.slice(2);
  const workload = workloadNamed(name);
  if (workload === undefined) throw new Error(`no workload "${name}"`);
  runWorkload(workload, input, output, reference);
}
