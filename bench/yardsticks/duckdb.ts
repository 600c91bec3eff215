// The DuckDB yardstick: one COPY statement from file to file with one thread. Run as a program it is the contestant itself:
// node duckdb.js WORKLOAD INPUT OUTPUT. The package is a development dependency; without it the yardstick is named as absent.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contestant, WorkloadFiles } from '../contestant.ts';
import type { Workload } from '../workload.ts';
import { workloadNamed } from '../workloads/all.ts';

/** The contestant that runs this file, when DuckDB is installed. */
export async function prepareDuckdb(workload: Workload, files: WorkloadFiles): Promise<Contestant> {
  let version: string;
  try {
    version = (await import('@duckdb/node-api')).version();
  } catch {
    return { name: 'duckdb', absent: 'the package @duckdb/node-api is not installed' };
  }
  const output = join(files.folder, 'out-duckdb.jsonl');
  return {
    name: 'duckdb',
    detail: `DuckDB ${version}, 1 thread`,
    command: process.execPath,
    words: [fileURLToPath(import.meta.url), workload.name, files.input, output],
    output,
    reset: () => rmSync(output, { force: true }),
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function runWorkload(workload: Workload, input: string, output: string): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`COPY (${workload.duckdb(quoted(input))}) TO ${quoted(output)} (FORMAT json)`);
  connection.closeSync();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name = '', input = '', output = ''] = process.argv.slice(2);
  const workload = workloadNamed(name);
  if (workload === undefined) throw new Error(`no workload "${name}"`);
  await runWorkload(workload, input, output);
}
