// What a benchmark found, as data and as a table for people.

/** One contestant's runs of one workload. */
export interface ContestantReport {
  readonly name: string;
  readonly detail: string;
  /** Measured runs in order, whole processes. */
  readonly seconds: readonly number[];
  readonly rows: number;
  /** Why it was not measured: it failed, or its rows differ. */
  readonly problem?: string;
}

/** One workload with all its contestants. */
export interface WorkloadReport {
  readonly workload: string;
  readonly title: string;
  readonly records: number;
  readonly bytes: number;
  readonly rounds: number;
  readonly pinned: boolean;
  readonly machine: { readonly processor: string; readonly cores: number; readonly node: string };
  readonly contestants: readonly ContestantReport[];
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}

/** The middle value; the mean of the two middle ones for an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The table of one workload. The last column says how many times the contestant's time is of rowtime's. */
export function printReport(report: WorkloadReport): string {
  const base = median(report.contestants.find((contestant) => contestant.name === 'rowtime')?.seconds ?? []);
  const megabytes = report.bytes / 1e6;
  const lines = [
    `\n${report.workload}: ${report.title}`,
    `  ${report.records} records, ${megabytes.toFixed(0)} MB, median of ${report.rounds} alternating runs` +
      `${report.pinned ? ', pinned to one core' : ''}; ${report.machine.processor}`,
    `  ${'program'.padEnd(10)}${'seconds'.padStart(9)}${'range'.padStart(15)}${'M rec/s'.padStart(9)}${'MB/s'.padStart(8)}${'x time'.padStart(8)}`,
  ];
  for (const contestant of report.contestants) {
    if (contestant.problem !== undefined) {
      lines.push(`  ${contestant.name.padEnd(10)} not measured: ${contestant.problem}`);
      continue;
    }
    const seconds = median(contestant.seconds);
    const range = `${Math.min(...contestant.seconds).toFixed(2)}-${Math.max(...contestant.seconds).toFixed(2)}`;
    const ratio = Number.isNaN(base) ? '' : (seconds / base).toFixed(2);
    lines.push(
      `  ${contestant.name.padEnd(10)}${seconds.toFixed(3).padStart(9)}${range.padStart(15)}` +
        `${(report.records / seconds / 1e6).toFixed(2).padStart(9)}${(megabytes / seconds).toFixed(0).padStart(8)}${ratio.padStart(8)}` +
        `  ${contestant.detail}`,
    );
  }
  for (const { name, reason } of report.absent) lines.push(`  ${name.padEnd(10)} absent: ${reason}`);
  const measured = report.contestants.filter((contestant) => contestant.problem === undefined);
  lines.push(`  results: ${measured.length} of ${report.contestants.length} agree, ${measured[0]?.rows ?? 0} rows`);
  return `${lines.join('\n')}\n`;
}
