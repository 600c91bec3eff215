// rowtime run: until the input ends, or until stopped.
import { writeFileSync } from 'node:fs';
import type { RunProgress, RunReport } from '../runtime/run.ts';
import { runApplication, type RunOutcome } from '../library/runApplication.ts';
import { consoleSink } from './console.ts';
import { printDiagnostics } from './diagnostics.ts';
import { exitDone, exitFault } from './exit.ts';
import type { CommonOptions } from './rowtime.ts';

/** Options of `run`. */
export interface RunCommandOptions extends CommonOptions {
  readonly source: string[];
  readonly sink: string[];
  readonly reference: string[];
  readonly checkpoint?: string;
  readonly checkpointInterval: number;
  readonly allowStateLoss?: true;
  readonly allowLoss?: true;
  readonly failOnError?: true;
  readonly stats?: string;
  readonly functionNames?: true;
  readonly stateLimit?: number;
  readonly idleAfter: number;
  readonly waitLimit?: number;
}

/** Runs an application. */
export async function runCommand(path: string, options: RunCommandOptions): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(exitFault);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const progress = process.stderr.isTTY === true && process.stdout.isTTY !== true ? progressLine() : undefined;
  const outcome = await runApplication({
    application: path,
    sources: options.source,
    sinks: options.sink,
    references: options.reference,
    schemas: options.schema,
    optimize: options.optimize,
    cache: options.cache,
    flavour: options.flavour,
    checkpointIntervalMs: options.checkpointInterval,
    idleAfterMs: options.idleAfter,
    ...(options.waitLimit === undefined ? {} : { waitingBytesMax: options.waitLimit }),
    stop: stop.signal,
    console: consoleSink,
    onNotice: (text) => process.stderr.write(`rowtime: ${text}\n`),
    ...(options.functionNames === undefined ? {} : { functionNames: true }),
    ...(options.code === undefined ? {} : { code: options.code }),
    ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
    ...(options.stateLimit === undefined ? {} : { stateBytesMax: options.stateLimit }),
    ...(options.keyGroups === undefined ? {} : { keyGroups: options.keyGroups }),
    ...(options.promotedIdle === undefined ? {} : { promotedIdle: true }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    allowStateLoss: options.allowStateLoss === true,
    allowLoss: options.allowLoss === true,
    ...(progress === undefined ? {} : { onProgress: progress }),
  });
  if (progress !== undefined) process.stderr.write('\r\u001b[K');
  const failed = await printDiagnostics(outcome.diagnostics, outcome.source, options.json === true);
  if (outcome.report === undefined) return failed ? exitFault : exitDone;
  if (options.stats !== undefined) writeStats(options.stats, outcome, outcome.report);
  return options.failOnError === true && errorsOf(outcome.report) > 0 ? exitFault : exitDone;
}

function errorsOf(report: RunReport): number {
  return report.ledger
    .filter((entry) => entry.kind === 'stream' && entry.name === 'error_stream')
    .reduce((total, entry) => total + (entry.counters['in'] ?? 0), 0);
}

function writeStats(target: string, outcome: RunOutcome, report: RunReport): void {
  const cpu = process.cpuUsage();
  const entries = (kind: string): Record<string, object> =>
    Object.fromEntries(
      report.ledger
        .filter((entry) => entry.kind === kind && (entry.partOf === undefined || kind === 'operator'))
        .map((entry) => [entry.name, { ...entry.counters, ...(kind === 'pump' ? partsOf(entry.name) : {}) }]),
    );
  // What a pump needs besides itself, where its inputs meet or wait, is shown below it.
  const partsOf = (pump: string): object =>
    Object.fromEntries(
      [
        { shown: 'parts', kind: 'pump' },
        { shown: 'streams', kind: 'stream' },
      ].flatMap(({ shown, kind }) => {
        const parts = report.ledger.filter((entry) => entry.partOf === pump && entry.kind === kind);
        if (parts.length === 0) return [];
        return [[shown, Object.fromEntries(parts.map(({ name, counters }) => [name, counters]))]];
      }),
    );
  const counted = entries('source');
  const stats = {
    complete: report.complete,
    sources: Object.fromEntries(
      report.sources.map(({ name, bytes }) => [name, { records: 0, ...counted[name], bytes }]),
    ),
    sinks: Object.fromEntries(report.sinks.map(({ name, records, bytes }) => [name, { records, bytes }])),
    references: entries('reference'),
    pumps: entries('pump'),
    streams: entries('stream'),
    operators: entries('operator'),
    compile_ms: round(outcome.compileMs),
    first_row_ms: report.firstRowMs === undefined ? null : round(report.firstRowMs),
    run_ms: round(report.runMs),
    cpu_ms: round((cpu.user + cpu.system) / 1000),
    state_bytes_max: report.stateBytesMax,
  };
  const text = `${JSON.stringify(stats)}\n`;
  if (target === '-') process.stdout.write(text);
  else writeFileSync(target, text);
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

function progressLine(): (progress: RunProgress) => void {
  let before = { at: 0, records: 0 };
  return ({ elapsedMs, share, ledger }) => {
    if (elapsedMs < 1000) return;
    const sum = (kind: string, counter: string): number =>
      ledger()
        .filter((entry) => entry.kind === kind)
        .reduce((total, entry) => total + (entry.counters[counter] ?? 0), 0);
    const records = sum('source', 'records');
    const rate = ((records - before.records) * 1000) / Math.max(1, elapsedMs - before.at);
    before = { at: elapsedMs, records };
    const done = share === undefined ? '' : `${Math.floor(share * 100)} %  `;
    process.stderr.write(
      `\r\u001b[K${done}${records} records  ${Math.round(rate)}/s  late ${sum('pump', 'late')}  errors ${sum('pump', 'errors') + sum('operator', 'errors') + sum('source', 'errors')}`,
    );
  };
}
