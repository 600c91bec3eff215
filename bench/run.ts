// Runs workloads against their yardsticks side by side: whole processes, pinned to one core, in alternating order, results
// compared. `rowtime bench` only parses its words and calls runBench.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { firstDifference, readRows } from './compare.ts';
import type { Contestant, PrepareContestant } from './contestant.ts';
import { provideData, recordsOf } from './data.ts';
import { keepHistory } from './history.ts';
import { profileRowtime } from './profile.ts';
import { printReport, type WorkloadReport } from './report.ts';
import type { Workload } from './workload.ts';
import { workloads, workloadsNamed } from './workloads/all.ts';
import { prepareDuckdb } from './yardsticks/duckdb.ts';
import { prepareJava } from './yardsticks/java.ts';
import { prepareNode } from './yardsticks/node.ts';
import { prepareRowtime } from './yardsticks/rowtime.ts';
import { prepareSimdjson } from './yardsticks/simdjson.ts';

/** How the benchmark runs. */
export interface BenchOptions {
  /** One JSON document instead of tables. */
  readonly json: boolean;
  /** Measured runs of every contestant; at least five for figures to quote. */
  readonly rounds: number;
  /** Share of the records of each workload, 1 unless a trial run is meant; such a run enters no history. */
  readonly scale?: number;
  /** Yardsticks that are left out. */
  readonly without?: readonly string[];
  /** One run of Rowtime alone, whose time is told by function. */
  readonly profile?: boolean;
}

type Runnable = Exclude<Contestant, { readonly absent: string }>;

const contestants: readonly PrepareContestant[] = [
  prepareRowtime,
  prepareNode,
  prepareDuckdb,
  prepareSimdjson,
  prepareJava,
];

/** Runs the named workloads, all when none is named; returns the exit status of the command. */
export async function runBench(names: readonly string[], options: BenchOptions): Promise<number> {
  const unknown = names.filter((name) => workloadsNamed(name).length === 0);
  if (unknown.length > 0) {
    const known = workloads.map((workload) => workload.name).join(', ');
    process.stderr.write(`no workload ${unknown.map((name) => `"${name}"`).join(', ')}; there are: ${known}\n`);
    return 2;
  }
  const chosen = names.length === 0 ? workloads : [...new Set(names.flatMap(workloadsNamed))];
  const reports: WorkloadReport[] = [];
  for (const workload of chosen) {
    if (options.profile === true) {
      process.stdout.write(profileRowtime(workload, provideData(workload, recordsOf(workload, options.scale))));
      continue;
    }
    const report = await runWorkload(workload, options);
    reports.push(report);
    if (!options.json) process.stdout.write(printReport(report));
    if ((options.scale ?? 1) === 1) keepHistory(report);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(reports, undefined, 2)}\n`);
  return reports.every((report) => report.contestants.every((contestant) => contestant.problem === undefined)) ? 0 : 1;
}

async function runWorkload(workload: Workload, options: BenchOptions): Promise<WorkloadReport> {
  const records = recordsOf(workload, options.scale);
  const files = provideData(workload, records);
  const pin = pinningWords();
  const runnable: Runnable[] = [];
  const absent: { name: string; reason: string }[] = [];
  for (const prepare of contestants) {
    const contestant = await prepare(workload, files);
    if (contestant === undefined) continue;
    if ('absent' in contestant) absent.push({ name: contestant.name, reason: contestant.absent });
    else if (options.without?.includes(contestant.name) === true)
      absent.push({ name: contestant.name, reason: 'left out (--without)' });
    else runnable.push(contestant);
  }
  const warm = warmUp(workload, runnable, pin);
  const able = runnable.filter((contestant) => warm.get(contestant.name)?.problem === undefined);
  const seconds = measure(able, options.rounds, pin);
  const bytes = statSync(files.input).size;
  return {
    workload: workload.name,
    title: workload.title,
    records,
    bytes,
    rounds: options.rounds,
    pinned: pin.length > 0,
    machine: { processor: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, node: process.version },
    contestants: runnable.map((contestant) => ({
      name: contestant.name,
      detail: contestant.detail,
      seconds: seconds.get(contestant.name) ?? [],
      rows: warm.get(contestant.name)?.rows ?? 0,
      ...(warm.get(contestant.name)?.problem === undefined
        ? {}
        : { problem: warm.get(contestant.name)?.problem ?? '' }),
    })),
    absent,
  };
}

/** Words that pin a program to the last core, none where taskset is not to be had. */
function pinningWords(): string[] {
  const words = ['taskset', '-c', String(cpus().length - 1)];
  return spawnSync('taskset', [...words.slice(1), process.execPath, '--version']).status === 0 ? words : [];
}

/**
 * The environment without what it tells Node: NODE_EXTRA_CA_CERTS alone, which some networks need, makes Node read hundreds of
 * certificates at each start, 40 ms of a contestant's time.
 */
function contestantEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')));
}

/** One run from start to exit; the time in seconds, or what went wrong. */
function runOnce(contestant: Runnable, pin: readonly string[]): number | string {
  contestant.reset();
  const [command = '', ...words] = [...pin, contestant.command, ...contestant.words];
  const started = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(command, words, {
    encoding: 'utf8',
    env: contestantEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (error !== undefined) return error.message;
  if (status !== 0) return `exit status ${status}: ${stderr.trim().split('\n').slice(-3).join(' | ')}`;
  return seconds;
}

/** One unmeasured run each, whose results are compared with the first contestant that gave any. */
function warmUp(
  workload: Workload,
  runnable: readonly Runnable[],
  pin: readonly string[],
): Map<string, { rows: number; problem?: string }> {
  const found = new Map<string, { rows: number; problem?: string }>();
  let expected: ReturnType<typeof readRows> | undefined;
  let expectedFrom = '';
  for (const contestant of runnable) {
    const outcome = runOnce(contestant, pin);
    if (typeof outcome === 'string') {
      found.set(contestant.name, { rows: 0, problem: outcome });
      continue;
    }
    if (!existsSync(contestant.output)) {
      found.set(contestant.name, { rows: 0, problem: 'it wrote no output' });
      continue;
    }
    const rows = readRows(contestant.output, workload.result);
    const difference =
      expected === undefined ? undefined : firstDifference(expected, rows, workload.result, workload.ordered);
    if (expected === undefined) {
      expected = rows;
      expectedFrom = contestant.name;
    }
    found.set(contestant.name, {
      rows: rows.length,
      ...(difference === undefined ? {} : { problem: `differs from ${expectedFrom}: ${difference}` }),
    });
  }
  return found;
}

/** Alternating runs: each round begins with another contestant. */
function measure(able: readonly Runnable[], rounds: number, pin: readonly string[]): Map<string, number[]> {
  const seconds = new Map<string, number[]>(able.map((contestant) => [contestant.name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < able.length; turn++) {
      const contestant = able[(round + turn) % able.length];
      if (contestant === undefined) continue;
      const outcome = runOnce(contestant, pin);
      if (typeof outcome === 'string') throw new Error(`${contestant.name} failed after a good run: ${outcome}`);
      seconds.get(contestant.name)?.push(outcome);
    }
  }
  return seconds;
}
