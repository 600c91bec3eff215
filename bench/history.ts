// What was measured, run by run: one line of JSON per measured workload in bench/history, in a checkout only, and the table of the last
// ones for docs/performance.md.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../compiler/library.ts';
import { type ContestantReport, median, type WorkloadReport } from './report.ts';
import { workloads } from './workloads/all.ts';

/** A line of the history. */
export interface HistoryEntry extends Omit<WorkloadReport, 'contestants'> {
  /** When it ended, ISO 8601. */
  readonly time: string;
  readonly contestants: readonly Omit<ContestantReport, 'rows'>[];
}

function historyFile(workload: string): string {
  return join(packageFolder(), 'bench/history', `${workload}.jsonl`);
}

/** Appends one line to the workload's history. */
export function keepHistory(report: WorkloadReport): void {
  if (!existsSync(join(packageFolder(), 'bench/history'))) return;
  const contestants = report.contestants.map(({ name, detail, seconds, problem }) => ({
    name,
    detail,
    seconds,
    ...(problem === undefined ? {} : { problem }),
  }));
  const entry: HistoryEntry = { ...report, time: new Date().toISOString(), contestants };
  appendFileSync(historyFile(report.workload), `${JSON.stringify(entry)}\n`);
}

/** The last entry of every workload that has one, in the order of the register. */
export function lastEntries(): HistoryEntry[] {
  return workloads.flatMap(({ name }) => {
    const path = historyFile(name);
    const last = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) : undefined;
    return last === undefined || last === '' ? [] : [JSON.parse(last) as HistoryEntry];
  });
}

const yardsticks = ['node', 'duckdb', 'simdjson', 'java'];

/** Entries as a Markdown table: what Rowtime does in a second, and how many times as long each yardstick takes. */
export function historyTable(entries: readonly HistoryEntry[]): string {
  const head = [
    'workload',
    'records',
    'MB',
    'M records/s',
    'MB/s',
    ...yardsticks.map((name) => `${name} ×`),
    'measured',
  ];
  const rows = entries.map(({ workload, title, records, bytes, contestants, time, machine }) => {
    const secondsOf = (name: string): number =>
      median(contestants.find((each) => each.name === name && each.problem === undefined)?.seconds ?? []);
    const own = secondsOf('rowtime');
    const number = (value: number, digits: number): string => (Number.isNaN(value) ? '–' : value.toFixed(digits));
    return [
      `\`${workload}\` ${title}`,
      String(records),
      (bytes / 1e6).toFixed(0),
      number(records / own / 1e6, 2),
      number(bytes / own / 1e6, 0),
      ...yardsticks.map((name) => number(secondsOf(name) / own, 2)),
      `${time.slice(0, 10)}, ${machine.processor}`,
    ];
  });
  return [head, head.map((_, place) => (place === 0 || place === head.length - 1 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}
