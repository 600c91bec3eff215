// Runs generated programs in the artifact and in the oracle.
import { compileForTest, type Configuration } from '../../testing/modules.ts';
import { readRows } from '../../testing/output.ts';
import { parseColumns } from '../../testing/types.ts';
import type { Plan } from '../../compiler/plan/plan.ts';
import { OUTPUT_BYTES_MAX_DEFAULT } from '../../contract/abi.ts';
import type { InputBinding, MappedColumn, OutputBinding, ReferenceBinding } from '../../contract/binding.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { ledgerFaults } from '../../runtime/ledger.ts';
import type { ArtifactExports } from '../../runtime/wasm.ts';
import {
  manifestOf,
  Program,
  type InputRecord,
  type OutputReceiver,
  type SnapshotBlob,
} from '../../runtime/program.ts';
import { Interpreter } from '../harness/interpreter.ts';
import { NotKnown, type Value } from '../harness/values.ts';
import { Random } from './choices.ts';
import { programText, type GeneratedProgram } from './generate.ts';
import { addLine, canonical, canonicalActual, columnsOf, valueFrom, type Lines } from './lines.ts';
import { columnText, inputColumns, inputsOf, tableColumns, timestampText, type GeneratedEvent } from './timeline.ts';

const keyGroups = 8;
const mappedColumns = parseColumns(columnText(inputColumns));
const mappedTable = parseColumns(columnText(tableColumns));

/** When every program starts. */
export const start = Date.parse('2000-01-01T10:00:00Z');

function inputBindings(program: GeneratedProgram): InputBinding[] {
  return program.inputs.map((stream) => ({ stream, format: { kind: 'json', rowPath: '$' }, columns: mappedColumns }));
}

function references(program: GeneratedProgram): ReferenceBinding[] {
  const { table } = program;
  return table === undefined ? [] : [{ table, format: { kind: 'json', rowPath: '$' }, columns: mappedTable }];
}

/** The bound plan, or what the binder says against the program. */
export async function planOf(program: GeneratedProgram): Promise<Plan | string> {
  const result = await compileForTest('random', programText(program), {
    inputs: inputBindings(program),
    references: references(program),
    keyGroups,
    stage: 'program',
  });
  return (
    result.boundPlan ??
    result.diagnostics
      .filter((diagnostic) => diagnostic.severity === 'error')
      .map((diagnostic) => `${diagnostic.code}: ${diagnostic.message}`)
      .join('; ')
  );
}

/** Several programs in one artifact. */
export interface Together {
  readonly module: WebAssembly.Module;
  readonly manifest: Manifest;
  readonly outputs: readonly OutputBinding[];
  /** Number of the first input of a program. */
  readonly firstInput: ReadonlyMap<GeneratedProgram, number>;
  /** Names of reference tables by number. */
  readonly tables: readonly string[];
}

/** Compiles programs into one artifact. */
export async function compileTogether(
  programs: readonly GeneratedProgram[],
  configuration: Configuration,
): Promise<Together> {
  const targets = new Set(programs.flatMap((program) => program.pumps.map((pump) => pump.target)));
  const outputs = ['error_stream', ...targets].map(
    (stream): OutputBinding => ({ stream, format: 'json', rowtime: true }),
  );
  const result = await compileForTest('random', programs.map(programText).join('\n'), {
    inputs: programs.flatMap(inputBindings),
    references: programs.flatMap(references),
    outputs,
    keyGroups,
    optimize: configuration !== 'plain',
    flavour: configuration === 'scalar' ? 'scalar' : 'simd',
    ...(configuration === 'scalar' ? { gatherFrom: 0 } : {}),
  });
  if (result.wasm === undefined) throw new Error(result.diagnostics.map((diagnostic) => diagnostic.message).join('; '));
  const firstInput = new Map<GeneratedProgram, number>();
  let inputs = 0;
  for (const program of programs) {
    firstInput.set(program, inputs);
    inputs += program.inputs.length;
  }
  // Compiled once: a run with restarts makes many instances.
  const module = await WebAssembly.compile(result.wasm as Uint8Array<ArrayBuffer>);
  const tables = programs.flatMap((program) => program.table ?? []);
  return { module, manifest: manifestOf(result.wasm), outputs, firstInput, tables };
}

/** What the oracle says; what it doesn't know is named. */
export function runOracle(
  plan: Plan,
  program: GeneratedProgram,
  events: readonly GeneratedEvent[],
): Lines | { readonly notKnown: string } {
  try {
    const oracle = new Interpreter(plan, BigInt(start));
    for (const event of events) {
      if (event.kind === 'row') {
        oracle.feed(program.inputs[event.input] ?? '', BigInt(event.time), valuesOf(event.json, mappedColumns));
        continue;
      }
      if (event.kind === 'table') {
        oracle.replace(
          program.table ?? '',
          event.rows.map((json) => valuesOf(json, mappedTable)),
        );
        continue;
      }
      for (const input of inputsOf(event, program.inputs.length)) {
        const name = program.inputs[input] ?? '';
        if (event.kind === 'advance') oracle.advance(name, BigInt(event.time));
        else oracle.finish(name);
      }
    }
    return linesOf(oracle, plan, program);
  } catch (error) {
    if (error instanceof NotKnown) return { notKnown: error.message };
    throw error;
  }
}

function valuesOf(json: string, columns: readonly MappedColumn[]): Value[] {
  const texts = new Map(
    [...json.matchAll(/"(\w+)":("[^"]*"|[^,}]+)/g)].map(([, name, text]) => [name ?? '', text ?? '']),
  );
  return columns.map((column) => valueFrom(texts.get(column.name), column.type));
}

/** True for lines, false where the oracle met what it doesn't know. */
export function isKnown(lines: Lines | { readonly notKnown: string }): lines is Lines {
  return lines instanceof Map;
}

function linesOf(oracle: Interpreter, plan: Plan, program: GeneratedProgram): Lines {
  const lines: Lines = new Map([['error_stream', oracle.errors.map((error) => [error.code, error.pump])]]);
  const targets = new Set(program.pumps.map((pump) => pump.target));
  for (const row of oracle.rows) {
    if (!targets.has(row.stream)) continue;
    const cells = columnsOf(plan.streams, row.stream).map((column, index) =>
      canonical(row.values[index] ?? null, column.type),
    );
    addLine(lines, row.stream, [timestampText(Number(row.rowtime)), ...cells]);
  }
  return lines;
}

/** Restarts after every event, or with batches at places from a seed; with those the output is full after every row. */
export type Restarts = 'everywhere' | number | undefined;

/**
 * What the artifact says; with restarts key groups are split between two owners each time, and what one artifact saved `other` loads: the
 * same programs compiled in another way.
 */
export function runArtifact(
  together: Together,
  plan: Plan,
  program: GeneratedProgram,
  events: readonly GeneratedEvent[],
  restarts?: Restarts,
  other: Together = together,
): Lines {
  const random = typeof restarts === 'number' ? new Random(restarts) : undefined;
  const lines: Lines = new Map([['error_stream', []]]);
  const receive: OutputReceiver = (output, bytes) => {
    const stream = together.outputs[output]?.stream ?? '?';
    const columns = columnsOf(plan.streams, stream);
    for (const row of readRows(stream, 0, bytes, '')) {
      const text = (name: string): string => row.members.find((member) => member.name === name)?.value.text ?? '';
      const cells = row.members.map((member, index) =>
        canonicalActual(member.value, columns[index]?.type ?? { kind: 'NULL' }),
      );
      addLine(
        lines,
        stream,
        stream === 'error_stream' ? [text('ERROR_NAME'), text('PUMP_NAME')] : [row.rowtime, ...cells],
      );
    }
  };
  const outputBytesMax = random === undefined ? OUTPUT_BYTES_MAX_DEFAULT : 1;
  let instance = open(together, outputBytesMax);
  let [now, next] = [together, other];
  let content: Uint8Array | undefined;
  const table = together.tables.indexOf(program.table ?? '');
  const load = (owner: Program): void => {
    if (content !== undefined) owner.loadReference(table, content, 0n, true, () => undefined);
  };
  const first = together.firstInput.get(program) ?? 0;
  for (let index = 0; index < events.length; index++) {
    const event = events[index];
    if (event === undefined) break;
    if (event.kind === 'row') {
      const records: InputRecord[] = [recordOf(event)];
      for (;;) {
        const following = events[index + 1];
        if (random?.chance(0.5) !== true || following?.kind !== 'row' || following.input !== event.input) break;
        records.push(recordOf(following));
        index++;
      }
      instance.feedRecords(first + event.input, records, receive);
    } else if (event.kind === 'table') {
      content = new TextEncoder().encode(event.rows.map((json) => `${json}\n`).join(''));
      instance.loadReference(table, content, BigInt(event.time), false, receive);
    } else {
      for (const index of inputsOf(event, program.inputs.length)) {
        const input = first + index;
        while (event.kind === 'advance' ? instance.advance(input, BigInt(event.time)) : instance.finish(input))
          instance.drain(receive);
      }
    }
    instance.drain(receive);
    if (restarts !== 'everywhere' && random?.chance(0.12) !== true) continue;
    [now, next] = [next, now];
    checkLedger(instance, lines, together);
    instance = restart(now, instance, load, outputBytesMax);
    checkLedger(instance, lines, now);
  }
  checkLedger(instance, lines, now);
  return lines;
}

// The ledger's equations hold, and a stream's rows are those that came out.
function checkLedger(instance: Program, lines: Lines, { outputs }: Together): void {
  const ledger = instance.ledger();
  const faults = ledgerFaults(ledger);
  for (const { kind, name, counters } of ledger) {
    const came = lines.get(name)?.length ?? 0;
    if (kind !== 'stream' || counters['out'] === came || !outputs.some(({ stream }) => stream === name)) continue;
    faults.push(`stream ${name}: ${came} rows came out, the ledger says ${counters['out']}`);
  }
  if (faults.length > 0) throw new Error(`the ledger: ${faults.join('\n')}`);
}

function open({ module, manifest }: Together, outputBytesMax: number): Program {
  const exports = new WebAssembly.Instance(module).exports as unknown as ArtifactExports;
  return Program.over(exports, manifest, { seed: 1n, start: BigInt(start), keyGroups, outputBytesMax });
}

// Two owners load half of the key groups each and save them; a third goes on with all.
function restart(
  together: Together,
  instance: Program,
  prepare: (owner: Program) => void,
  outputBytesMax: number,
): Program {
  const saved = instance.save(true);
  const merged: SnapshotBlob[] = [];
  for (const half of [0, 1]) {
    const owner = open(together, outputBytesMax);
    prepare(owner);
    owner.load(saved.filter((blob) => blob.group < 0 || blob.group % 2 === half));
    merged.push(...owner.save(true).filter((blob) => (blob.group < 0 ? half === 0 : blob.group % 2 === half)));
  }
  const all = open(together, outputBytesMax);
  prepare(all);
  all.load(merged);
  return all;
}

function recordOf(event: Extract<GeneratedEvent, { kind: 'row' }>): InputRecord {
  return { data: new TextEncoder().encode(event.json), clock: BigInt(event.time), arrival: BigInt(event.time) };
}
