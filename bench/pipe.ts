// A long input through a pipe: memory must not grow with it. The size is 10 GB unless a share of it is asked for.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../compiler/library.ts';
import { dataFolder } from './data.ts';
import { applicationText, generateData, schemaOf } from './workload.ts';
import { ticks } from './workloads/ticks.ts';

const bytesInAll = 10e9;
const blockRecords = 100_000;
/** What a run may need more at its end than after its first tenth. */
const growthMax = 64e6;

/** Most bytes that a process has held so far (Linux). */
function peakBytes(pid: number): number {
  const match = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1] ?? Number.NaN) * 1024;
}

/** Sends ticks to standard input of `rowtime run` and looks at its memory; 0 when it stayed bounded. */
export async function runPipe(scale: number): Promise<number> {
  if (!existsSync('/proc/self/status')) {
    process.stderr.write('pipe: needs the process file system of Linux to see the memory of a process\n');
    return 1;
  }
  const folder = join(dataFolder(), 'pipe');
  mkdirSync(folder, { recursive: true });
  const files = {
    application: join(folder, 'app.sql'),
    schema: join(folder, 'schema.json'),
    output: join(folder, 'out.jsonl'),
  };
  writeFileSync(files.application, applicationText(ticks));
  writeFileSync(files.schema, JSON.stringify(schemaOf(ticks.columns, ticks.format)));
  rmSync(files.output, { force: true });
  const words = [
    'run',
    files.application,
    '--schema',
    files.schema,
    '--source',
    `${ticks.stream}=-?format=json`,
    '--sink',
    `OUT=${files.output}`,
  ];
  const command = [join(packageFolder(), 'dist/command/rowtime.cjs'), ...words];
  // The compiler's memory is none of this: a first run without input fills the cache of artifacts.
  spawnSync(process.execPath, command, { input: '' });
  const child = spawn(process.execPath, command, { stdio: ['pipe', 'inherit', 'inherit'] });
  const exited = once(child, 'exit');
  const block = Buffer.from([...generateData(ticks, blockRecords, 1)].join(''));
  const blocks = Math.max(10, Math.round((bytesInAll * scale) / block.length));
  const started = performance.now();
  let early = 0;
  for (let count = 0; count < blocks && child.exitCode === null; count++) {
    if (!child.stdin.write(block)) await Promise.race([once(child.stdin, 'drain'), exited]);
    if (count === Math.floor(blocks / 10)) early = peakBytes(child.pid ?? 0);
  }
  const late = child.exitCode === null ? peakBytes(child.pid ?? 0) : Number.NaN;
  child.stdin.end();
  const [status] = (await exited) as [number | null];
  const seconds = (performance.now() - started) / 1000;
  const megabytes = (blocks * block.length) / 1e6;
  process.stdout.write(
    `pipe: ${megabytes.toFixed(0)} MB in ${seconds.toFixed(1)} s (${(megabytes / seconds).toFixed(0)} MB/s); ` +
      `peak memory ${(early / 1e6).toFixed(0)} MB after a tenth, ${(late / 1e6).toFixed(0)} MB at the end\n`,
  );
  const isBounded = late - early <= growthMax;
  if (!isBounded) process.stdout.write(`pipe: memory grew by more than ${growthMax / 1e6} MB\n`);
  return status === 0 && isBounded ? 0 : 1;
}
