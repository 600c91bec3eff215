// Runs one case in all its ways and says what isn't as written.
import { chainOf, scannedStream } from '../compiler/emit/layout.ts';
import { canFault } from '../compiler/plan/faults.ts';
import { metadataColumns, type Plan } from '../compiler/plan/plan.ts';
import { expressionsOf } from '../compiler/plan/walk.ts';
import { placeOf } from '../compiler/source.ts';
import type { Diagnostic } from '../compiler/diagnose/diagnostic.ts';
import type { Column } from '../contract/types.ts';
import { compareOutputs, type Failure } from './compare.ts';
import { drive, type Drive } from './drive.ts';
import {
  compileForTest,
  compileOptions,
  type BoundCase,
  type CaseArtifact,
  type Configuration,
  type ModuleCache,
} from './modules.ts';
import type { OutputRow } from './output.ts';
import type { ExpectedDiagnostic, TestCase } from './parseTest.ts';
import { runExpressions, type ExpressionResult } from './runExpressions.ts';

/** What became of a case. */
export interface CaseResult {
  readonly test: TestCase;
  readonly failures: readonly Failure[];
  /** Why it wasn't run. */
  readonly notRun?: string;
  /** For --update: rows of the way "as written". */
  readonly rows?: readonly OutputRow[];
  readonly streams?: ReadonlyMap<string, readonly Column[]>;
  readonly diagnostics?: readonly Diagnostic[];
  readonly plan?: string;
  readonly expressions?: readonly ExpressionResult[];
}

/** A case after its text was bound: what it says of itself, and what running it needs. */
export interface PreparedCase {
  readonly test: TestCase;
  readonly failures: readonly Failure[];
  readonly notRun?: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly plan?: string;
  /** Set when there is a timeline to run. */
  readonly bound?: BoundCase;
}

/** Binds a case and compares diagnostics and plan. */
export async function prepareCase(test: TestCase): Promise<PreparedCase> {
  if (test.sql.trim() === '') return { test, failures: [], diagnostics: [] };
  const stage = test.plan?.stage === 'optimized' ? 'optimized' : 'plan';
  let result: Awaited<ReturnType<typeof compileForTest>>;
  try {
    result = await compileForTest(test.file, test.sql, {
      inputs: test.inputs,
      references: test.references.map(({ rows: _, ...binding }) => binding),
      ...compileOptions(test),
      stage,
    });
  } catch (error) {
    return {
      test,
      failures: [
        {
          line: test.line,
          way: '',
          message: `the compiler broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        },
      ],
      diagnostics: [],
    };
  }
  const failures = compareDiagnostics(test, result.diagnostics);
  if (test.plan !== undefined && result.plan !== undefined && result.plan.trim() !== test.plan.text) {
    failures.push({
      line: test.plan.place.head,
      way: '',
      message: 'the plan is another one',
      expected: test.plan.text,
      came: result.plan.trim(),
    });
  }
  const prepared = {
    test,
    failures,
    diagnostics: result.diagnostics,
    ...(result.plan === undefined ? {} : { plan: result.plan.trim() }),
  };
  const plan = result.boundPlan;
  if (plan === undefined || test.timeline === undefined) return prepared;
  const streams = new Map<string, readonly Column[]>();
  for (const stream of plan.streams) {
    streams.set(
      stream.name,
      stream.kind === 'input'
        ? stream.columns.slice(0, stream.columns.length - metadataColumns.length)
        : stream.columns,
    );
  }
  return bindNames(prepared, test, streams, actsAtBeginning(plan));
}

// Rows of tables that enter streams, or constants that fault, when the application begins: other cases must not see them.
function actsAtBeginning(plan: Plan): boolean {
  const streamOf = (name: string): Plan['streams'][number] | undefined =>
    plan.streams.find((stream) => stream.name === name);
  const fills = (name: string): boolean => {
    const stream = streamOf(name);
    if (stream?.fills !== undefined) return true;
    const readers = plan.pumps.filter((pump) => scannedStream(pump.query) === name);
    return stream?.kind === 'hidden' && readers.some(({ target }) => fills(target));
  };
  return plan.pumps.some(({ query, target }) => {
    const rowsOf = streamOf(scannedStream(query))?.rowsOf;
    if (rowsOf === undefined) return false;
    return !fills(target) || (rowsOf === '' && chainOf(query).some((part) => expressionsOf(part).some(canFault)));
  });
}

// Names of streams in a timeline are exact, or else unquoted SQL names.
function bindNames(
  prepared: PreparedCase,
  test: TestCase,
  streams: ReadonlyMap<string, readonly Column[]>,
  alone: boolean,
): PreparedCase {
  const failures = [...prepared.failures];
  const timeline = test.timeline;
  if (timeline === undefined) return prepared;
  const resolve = (name: string, line: number): string => {
    if (streams.has(name)) return name;
    if (streams.has(name.toUpperCase())) return name.toUpperCase();
    failures.push({ line, way: '', message: `there is no stream ${name}` });
    return name;
  };
  const expected = timeline.expected.map((row) => ({ ...row, stream: resolve(row.stream, row.line) }));
  const only = timeline.only.map((name) => resolve(name, test.line));
  if (expected.length === 0 && only.length === 0)
    failures.push({
      line: test.line,
      way: '',
      message: 'the timeline expects nothing: a row, or a line "only STREAM"',
    });
  const events = timeline.events.map((event) => {
    if (event.kind !== 'replace') return event;
    const names = test.references.map(({ table }) => table);
    const table = [event.table, event.table.toUpperCase()].find((name) => names.includes(name));
    if (table === undefined)
      failures.push({ line: event.line, way: '', message: `there is no reference table ${event.table}` });
    return { ...event, table: table ?? event.table };
  });
  const compared = new Set([...expected.map((row) => row.stream), ...only]);
  compared.delete('error_stream');
  const named = { ...test, timeline: { ...timeline, events, expected, only } };
  if (failures.length > 0) return { ...prepared, test: named, failures };
  return { ...prepared, test: named, bound: { test: named, streams, compared: ['error_stream', ...compared], alone } };
}

/** Compares messages in order of place; warnings count only where they are named. */
export function compareDiagnostics(test: TestCase, found: readonly Diagnostic[]): Failure[] {
  const failures: Failure[] = [];
  const expected = test.diagnostics ?? [];
  const left = [...found];
  for (const wanted of expected) {
    const index = left.findIndex((diagnostic) => fits(wanted, diagnostic, test.sql));
    if (index !== -1) {
      left.splice(index, 1);
      continue;
    }
    const near = left.find((diagnostic) => diagnostic.code === wanted.code) ?? left[0];
    failures.push({
      line: wanted.line,
      way: '',
      message: "this message didn't come",
      expected: expectedText(wanted),
      came: near === undefined ? '(nothing)' : diagnosticText(near, test.sql),
    });
  }
  const anything = expected.some((wanted) => wanted.code === '*');
  if (failures.length > 0 || anything) return failures;
  for (const diagnostic of left.filter(({ severity }) => severity === 'error')) {
    const place = placeOf(test.sql, diagnostic.span.start);
    failures.push({
      line: test.line,
      way: '',
      message: `an error came that isn't written (line ${place.line} of the SQL)`,
      expected: '(nothing)',
      came: diagnosticText(diagnostic, test.sql),
    });
  }
  return failures;
}

function fits(wanted: ExpectedDiagnostic, diagnostic: Diagnostic, sql: string): boolean {
  if (wanted.code === '*') return diagnostic.severity === 'error';
  if (wanted.code !== diagnostic.code) return false;
  const place = placeOf(sql, diagnostic.span.start);
  if (wanted.place !== undefined && (place.line !== wanted.place.line || place.column !== wanted.place.column))
    return false;
  const said = [diagnostic.message, diagnostic.hint ?? '', ...diagnostic.related.map(({ message }) => message)];
  const { part } = wanted;
  if (part !== undefined && !said.some((text) => text.includes(part))) return false;
  return (
    wanted.text === undefined ||
    diagnostic.message.includes(wanted.text) ||
    sql.slice(diagnostic.span.start, diagnostic.span.end) === wanted.text
  );
}

/** A message as the section has it, its text behind. */
export function diagnosticText(diagnostic: Diagnostic, sql: string): string {
  const place = placeOf(sql, diagnostic.span.start);
  const hint = diagnostic.hint === undefined ? '' : ` (${diagnostic.hint})`;
  return `${diagnostic.code} ${place.line}:${place.column}   ${diagnostic.message}${hint}`;
}

function expectedText({ code, place, text, part }: ExpectedDiagnostic): string {
  const at = place === undefined ? '' : ` ${place.line}:${place.column}`;
  return `${code}${at}${text === undefined ? '' : ` "${text}"`}${part === undefined ? '' : ` '${part}'`}`;
}

interface Way {
  readonly name: string;
  readonly configuration: Configuration;
  readonly moments: boolean;
  readonly drive: (other: CaseArtifact) => Drive;
  /** The artifact that takes turns in a way with restarts. */
  readonly other?: Configuration;
}

/** All ways of a case. */
export const ways: readonly Way[] = [
  { name: 'as written', configuration: 'simd', moments: true, drive: () => ({ kind: 'written' }) },
  {
    name: 'restart after each event',
    configuration: 'simd',
    moments: true,
    drive: (other) => ({ kind: 'restarts', other }),
    other: 'simd',
  },
  { name: 'in batches', configuration: 'simd', moments: false, drive: () => ({ kind: 'batches' }) },
  {
    name: 'output full after each row',
    configuration: 'simd',
    moments: false,
    drive: () => ({ kind: 'drained' }),
  },
  { name: 'optimizer off', configuration: 'plain', moments: true, drive: () => ({ kind: 'written' }) },
  {
    name: 'saved with the optimizer, restored without',
    configuration: 'simd',
    moments: true,
    drive: (other) => ({ kind: 'restarts', other }),
    other: 'plain',
  },
  { name: 'scalar flavour', configuration: 'scalar', moments: true, drive: () => ({ kind: 'written' }) },
];

/** Runs a prepared case in all its ways; the first way that fails is the last one that runs. */
export async function runPrepared(
  prepared: PreparedCase,
  modules: ModuleCache,
  only?: readonly Configuration[],
): Promise<CaseResult> {
  const { test, bound } = prepared;
  const failures = [...prepared.failures];
  const base = {
    test,
    diagnostics: prepared.diagnostics,
    ...(prepared.plan === undefined ? {} : { plan: prepared.plan }),
  };
  if (prepared.notRun !== undefined) return { ...base, failures, notRun: prepared.notRun };
  const expressions = test.expressions === undefined ? undefined : await runExpressions(test, only);
  for (const result of expressions ?? []) failures.push(...result.failures);
  const withExpressions = { ...base, ...(expressions === undefined ? {} : { expressions }) };
  if (bound === undefined || failures.length > 0) return { ...withExpressions, failures };
  let written: readonly OutputRow[] | undefined;
  for (const way of ways) {
    if (
      only !== undefined &&
      !(only.includes(way.configuration) && (way.other === undefined || only.includes(way.other)))
    )
      continue;
    const run = await runWay(bound, way, modules);
    if (way.name === 'as written') written = run.rows;
    failures.push(...run.failures);
    if (run.failures.length > 0) break;
  }
  return { ...withExpressions, failures, streams: bound.streams, ...(written === undefined ? {} : { rows: written }) };
}

async function runWay(
  bound: BoundCase,
  way: Way,
  modules: ModuleCache,
): Promise<{ failures: readonly Failure[]; rows?: readonly OutputRow[] }> {
  const { test } = bound;
  const broken = (message: string, line = test.line): { failures: readonly Failure[] } => ({
    failures: [{ line, way: way.name, message }],
  });
  const first = await modules.get(bound, way.configuration);
  if ('failure' in first) return broken(first.failure);
  const second = way.other === undefined ? first : await modules.get(bound, way.other);
  if ('failure' in second) return broken(second.failure);
  const result = await drive(test, first.artifact, way.drive(second.artifact));
  if ('failure' in result) return broken(result.failure, result.line);
  const ignoresErrors = test.options.get('errors') === 'ignore';
  const failures = compareOutputs(
    {
      way: way.name,
      moments: way.moments,
      caseLine: test.line,
      streams: bound.streams,
      events: test.timeline?.events ?? [],
      expected: test.timeline?.expected ?? [],
      compared: bound.compared.filter((stream) => !(ignoresErrors && stream === 'error_stream')),
    },
    result.rows,
  );
  return { failures, rows: result.rows };
}
