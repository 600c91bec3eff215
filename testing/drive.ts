// Runs a case's timeline through its artifact in one of several ways; all ways must give the same rows.
import { Program, type InputRecord, type SnapshotBlob } from '../runtime/program.ts';
import { ledgerFaults } from '../runtime/ledger.ts';
import type { CaseArtifact } from './modules.ts';
import { readRows, type OutputRow } from './output.ts';
import type { TestCase } from './parseTest.ts';
import type { TestEvent } from './timeline.ts';
import { parseClock } from './timeline.ts';
import { TestFormatError } from './types.ts';
import type { Value } from './values.ts';
import { literalAsCsv, literalAsJson } from './values.ts';
import { OUTPUT_BYTES_MAX_DEFAULT } from '../contract/abi.ts';
import type { InputBinding } from '../contract/binding.ts';

/** How the events reach the program. */
export type Drive =
  /** One after the other, one program from beginning to end. */
  | { readonly kind: 'written' }
  /** Consecutive records of one input in one batch. */
  | { readonly kind: 'batches' }
  /** The same, and the output is full after every row: the host drains it in the middle of everything. */
  | { readonly kind: 'drained' }
  /** Saved and restored after every event; `other` takes turns with the first artifact. */
  | { readonly kind: 'restarts'; readonly other: CaseArtifact };

/** What a run gave: rows, or why it came to nothing. */
export type RunResult = { readonly rows: readonly OutputRow[] } | { readonly failure: string; readonly line: number };

/** Runs all events. */
export async function drive(test: TestCase, artifact: CaseArtifact, way: Drive): Promise<RunResult> {
  const timeline = test.timeline;
  if (timeline === undefined) return { rows: [] };
  const start = test.options.has('start') ? parseClock(test.options.get('start') ?? '') : (timeline.start ?? 0);
  const run = new Run(test, artifact, start, way.kind === 'drained' ? 1 : OUTPUT_BYTES_MAX_DEFAULT);
  let index = 0;
  try {
    await run.begin();
    for (; index < timeline.events.length; index++) {
      const from = index;
      if (way.kind === 'batches' || way.kind === 'drained')
        index = lastOfBatch(timeline.events, index, test.options.has('idle-after'));
      await run.events(timeline.events.slice(from, index + 1), index, way.kind !== 'restarts');
      if (way.kind === 'restarts' && timeline.events[index]?.kind !== 'tick')
        await run.changeOwners(index % 2 === 0 ? way.other : artifact);
    }
    run.checkLedger();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const detail =
      error instanceof TestFormatError || error instanceof RestartError || error instanceof LedgerError
        ? error.message
        : `${error.name}: ${error.message}`;
    return { failure: detail, line: timeline.events[index]?.line ?? test.line };
  }
  return { rows: run.rows };
}

/** What came out after a restart wasn't what had come before. */
class RestartError extends Error {}

/** An equation of the ledger doesn't hold. */
class LedgerError extends Error {}

function lastOfBatch(events: readonly TestEvent[], first: number, live: boolean): number {
  const stream = streamOf(events[first]);
  if (stream === undefined || live) return first;
  let last = first;
  for (let next = first + 1; next < events.length; next++) {
    if (events[next]?.kind === 'tick') continue;
    if (streamOf(events[next]) !== stream) break;
    last = next;
  }
  return last;
}

function streamOf(event: TestEvent | undefined): string | undefined {
  return event?.kind === 'row' || event?.kind === 'raw' ? event.stream : undefined;
}

// A run holds the program and what is needed to start it again.
class Run {
  readonly rows: OutputRow[] = [];
  private readonly test: TestCase;
  private readonly artifact: CaseArtifact;
  private readonly start: number;
  private readonly outputBytesMax: number;
  private program: Program | undefined;
  private saved: SnapshotBlob[] | undefined;
  private sinceSave: { readonly events: readonly TestEvent[]; readonly index: number }[] = [];
  private savedRows = 0;
  private readonly idleFrom = new Map<string, number>();
  private clock: number;
  /** Contents of the reference tables, now and when the state was saved. */
  private contents = new Map<string, Uint8Array>();
  private savedContents: ReadonlyMap<string, Uint8Array> = new Map();

  constructor(test: TestCase, artifact: CaseArtifact, start: number, outputBytesMax: number) {
    this.outputBytesMax = outputBytesMax;
    this.test = test;
    this.artifact = artifact;
    this.start = start;
    this.clock = start;
  }

  /** Starts afresh: reference tables are loaded before anything else, then the rows of finite queries enter. */
  async begin(): Promise<Program> {
    const program = await this.open(this.artifact);
    for (const { table, rows } of this.test.references) this.replace(table, rows, this.start, 0);
    this.untilDrained(() => program.begin(BigInt(this.start)), 0);
    return program;
  }

  /** A program that holds these contents, as a host restores them before the state. */
  private async reopen(artifact: CaseArtifact, contents: ReadonlyMap<string, Uint8Array>): Promise<Program> {
    const program = await this.open(artifact);
    for (const [table, bytes] of contents)
      program.loadReference(artifact.references.get(table) ?? -1, bytes, 0n, true, () => {
        throw new Error('restoring a reference table let rows out');
      });
    this.contents = new Map(contents);
    return program;
  }

  private replace(table: string, rows: readonly (readonly Value[])[], time: number, index: number): void {
    const binding = this.test.references.find((reference) => reference.table === table);
    if (binding === undefined) throw new TestFormatError(`there is no reference table ${table}`);
    const lines = rows.map((row) => encodeRow(row, { ...binding, stream: table }).replace(/(?<!\n)$/, '\n'));
    const bytes = new TextEncoder().encode(lines.join(''));
    this.contents.set(table, bytes);
    const number = this.artifact.references.get(table) ?? -1;
    this.program?.loadReference(number, bytes, BigInt(time), false, (output, received) =>
      this.receive(output, received, index),
    );
  }

  private async open(artifact: CaseArtifact): Promise<Program> {
    this.program = await Program.open(artifact.wasm, {
      seed: artifact.seed,
      start: BigInt(this.start),
      keyGroups: artifact.keyGroups,
      outputBytesMax: this.outputBytesMax,
    });
    return this.program;
  }

  /** Feeds events that belong together; their rows are those of event `index`. */
  async events(events: readonly TestEvent[], index: number, keepsCheckpoints: boolean): Promise<void> {
    const first = events[0];
    if (first?.kind === 'checkpoint' || first?.kind === 'restart') {
      if (keepsCheckpoints) await (first.kind === 'checkpoint' ? this.checkpoint() : this.restart());
      return;
    }
    this.sinceSave.push({ events, index });
    this.apply(events, index);
  }

  private apply(events: readonly TestEvent[], index: number): void {
    const first = events[0];
    const program = this.program;
    if (first === undefined || program === undefined) return;
    if (first.time > this.clock) this.idle(first.time, index);
    const stream = streamOf(first);
    if (stream !== undefined) {
      const [name, binding] = this.inputOf(stream);
      const records = events.flatMap((event) =>
        event.kind === 'row' || event.kind === 'raw' ? [recordOf(event, binding)] : [],
      );
      program.feedRecords(this.artifact.inputs.get(name) ?? 0, records, (output, bytes) =>
        this.receive(output, bytes, index),
      );
      this.idleFrom.set(name, events.at(-1)?.time ?? first.time);
    } else if (first.kind === 'replace') {
      this.replace(first.table, first.rows, first.time, index);
    } else if (first.kind === 'advance' || first.kind === 'end') {
      for (const input of this.artifact.inputs.values()) {
        this.untilDrained(
          () => (first.kind === 'end' ? program.finish(input) : program.advance(input, BigInt(first.time))),
          index,
        );
      }
    }
    this.drain(index);
  }

  // `option idle-after`: bounds of inputs without rows, once per interval of idleness and at the moment of the next event.
  private idle(until: number, index: number): void {
    const option = this.test.options.get('idle-after');
    this.clock = until;
    if (option === undefined) return;
    const program = this.program;
    const after = durationOf(option);
    const bounds: { time: number; input: number }[] = [];
    for (const [name, input] of this.artifact.inputs) {
      const from = this.idleFrom.get(name);
      if (from !== undefined && until >= from + after) bounds.push({ time: until, input });
    }
    for (const bound of bounds)
      this.untilDrained(() => program?.advance(bound.input, BigInt(bound.time)) ?? false, index);
  }

  private untilDrained(call: () => boolean, index: number): void {
    while (call()) this.drain(index);
    this.drain(index);
  }

  private drain(index: number): void {
    this.program?.drain((output, bytes) => this.receive(output, bytes, index));
  }

  private receive(output: number, bytes: Uint8Array, index: number): void {
    const stream = this.artifact.outputs.get(output);
    if (stream !== undefined) this.rows.push(...readRows(stream, index, bytes, this.artifact.suffix));
    else throw new Error(`rows came out of a stream that is not of this case (output ${output})`);
  }

  /** The ledger's equations hold, and a stream's rows are those that came out. */
  checkLedger(): void {
    const ledger = this.program?.ledger() ?? [];
    const faults = ledgerFaults(ledger);
    for (const stream of this.artifact.outputs.values()) {
      const name = stream === 'error_stream' ? stream : stream + this.artifact.suffix;
      const out = ledger.find((account) => account.kind === 'stream' && account.name === name)?.counters['out'];
      const came = this.rows.filter((row) => row.stream === stream).length;
      if (out !== came) faults.push(`stream ${stream}: ${came} rows came out, the ledger says ${out}`);
    }
    if (faults.length > 0) throw new LedgerError(`the ledger: ${faults.join('\n')}`);
  }

  private async checkpoint(): Promise<void> {
    this.checkLedger();
    this.saved = this.program?.save(true);
    this.savedContents = new Map(this.contents);
    this.sinceSave = [];
    this.savedRows = this.rows.length;
  }

  private async restart(): Promise<void> {
    const before = this.rows.splice(this.savedRows);
    if (this.saved === undefined) await this.begin();
    else (await this.reopen(this.artifact, this.savedContents)).load(this.saved);
    for (const { events, index } of this.sinceSave) this.apply(events, index);
    this.checkLedger();
    const again = this.rows.slice(this.savedRows);
    const text = (row: OutputRow | undefined): string =>
      row === undefined ? '(nothing)' : `${row.stream} @${row.rowtime} ${row.json}`;
    for (let index = 0; index < Math.max(before.length, again.length); index++) {
      if (text(before[index]) !== text(again[index]))
        throw new RestartError(
          `after the restart came ${text(again[index])} where ${text(before[index])} had come before`,
        );
    }
  }

  /** Saves, splits the key groups between two owners, saves both, and goes on with one that has it all. */
  async changeOwners(artifact: CaseArtifact): Promise<void> {
    const all = this.program?.save(true) ?? [];
    const merged: SnapshotBlob[] = [];
    for (const half of [0, 1]) {
      const owner = await this.reopen(artifact, this.contents);
      owner.load(all.filter((blob) => blob.group < 0 || blob.group % 2 === half));
      merged.push(...owner.save(true).filter((blob) => (blob.group < 0 ? half === 0 : blob.group % 2 === half)));
    }
    (await this.reopen(artifact, this.contents)).load(merged);
    this.checkLedger();
  }

  private inputOf(stream: string): [string, InputBinding] {
    const binding =
      this.test.inputs.find((input) => input.stream === stream) ??
      this.test.inputs.find((input) => input.stream === stream.toUpperCase());
    if (binding === undefined) throw new TestFormatError(`there is no input ${stream}`);
    return [binding.stream, binding];
  }
}

function durationOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m)$/.exec(text);
  if (match === null) throw new TestFormatError(`not a duration: ${text}`);
  return Number(match[1]) * { ms: 1, s: 1000, m: 60000 }[match[2] as 'ms' | 's' | 'm'];
}

function recordOf(event: Extract<TestEvent, { kind: 'row' | 'raw' }>, binding: InputBinding): InputRecord {
  const { partitionKey, sequenceNumber, shardId, arrival } = event.metadata;
  return {
    data: event.kind === 'raw' ? event.bytes : new TextEncoder().encode(encodeRow(event.values, binding)),
    clock: BigInt(event.time),
    arrival: BigInt(arrival ?? event.time),
    ...(partitionKey === undefined ? {} : { partitionKey }),
    ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
    ...(shardId === undefined ? {} : { shardId }),
  };
}

/** A row of literals in the input's format. */
export function encodeRow(values: Extract<TestEvent, { kind: 'row' }>['values'], binding: InputBinding): string {
  const { columns, format } = binding;
  if (values.length !== columns.length)
    throw new TestFormatError(`the row has ${values.length} values, ${binding.stream} has ${columns.length} columns`);
  if (format.kind === 'csv') {
    return `${columns.map((column, index) => literalAsCsv(values[index] ?? { kind: 'null' }, column.type, format.columnDelimiter)).join(format.columnDelimiter)}\n`;
  }
  if (format.rowPath !== '$') throw new TestFormatError(`a row path ${format.rowPath} needs raw records`);
  const root: Members = new Map();
  for (const [index, column] of columns.entries()) {
    const path = /^\$?\.?([^[\]]+)$/.exec(column.mapping ?? column.name);
    if (path?.[1] === undefined) throw new TestFormatError(`the mapping ${column.mapping ?? ''} needs raw records`);
    place(root, path[1].split('.'), literalAsJson(values[index] ?? { kind: 'null' }, column.type));
  }
  return membersText(root);
}

type Members = Map<string, Members | string>;

function place(members: Members, path: readonly string[], value: string): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    members.set(name, value);
    return;
  }
  const found = members.get(name);
  const below: Members = found instanceof Map ? found : new Map();
  members.set(name, below);
  place(below, rest, value);
}

function membersText(members: Members): string {
  return `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : membersText(value)}`).join(',')}}`;
}
