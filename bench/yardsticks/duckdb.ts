// The DuckDB yardstick: one COPY statement from file to file with one thread. Run as a program it is the contestant itself:
// node duckdb.js WORKLOAD INPUT OUTPUT [REFERENCE]. The package is a development dependency; without it the yardstick is named as absent.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contestant, WorkloadFiles } from '../contestant.ts';
import type { InputColumn, Workload } from '../workload.ts';
import { workloadNamed } from '../workloads/all.ts';

/** The contestant that runs this file, when DuckDB is installed. */
export async function prepareDuckdb(workload: Workload, files: WorkloadFiles): Promise<Contestant> {
  if (typeof workload.duckdb !== 'function') return { name: 'duckdb', absent: workload.duckdb.absent };
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
    words: [fileURLToPath(import.meta.url), workload.name, files.input, output, files.reference ?? ''],
    output,
    reset: () => rmSync(output, { force: true }),
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The table function that reads a file of these columns. */
function reading(
  file: string,
  format: Workload['format'],
  columns: readonly InputColumn[],
  nested: string | undefined,
): string {
  const types =
    nested ?? columns.map(({ name, type }) => `${name}: '${type.startsWith('VARCHAR') ? 'VARCHAR' : type}'`).join(', ');
  return format === 'jsonl'
    ? `read_json(${quoted(file)}, format = 'newline_delimited', columns = {${types}})`
    : `read_csv(${quoted(file)}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {${types}})`;
}

async function runWorkload(workload: Workload, input: string, output: string, reference: string): Promise<void> {
  if (typeof workload.duckdb !== 'function') throw new Error(workload.duckdb.absent);
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const query = workload.duckdb(
    reading(input, workload.format, workload.columns, workload.duckdbColumns),
    workload.reference === undefined ? '' : reading(reference, 'jsonl', workload.reference.columns, undefined),
  );
  await connection.run(`COPY (${query}) TO ${quoted(output)} (FORMAT json)`);
  connection.closeSync();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name = '', input = '', output = '', reference = ''] = process.argv.slice(2);
  const workload = workloadNamed(name);
  if (workload === undefined) throw new Error(`no workload "${name}"`);
  await runWorkload(workload, input, output, reference);
}
