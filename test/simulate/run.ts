// Runs generated programs in the artifact and in the oracle and says where they differ; shrinks what differs.
import type { Plan } from '../../compiler/plan/plan.ts';
import { parseColumns } from '../../testing/types.ts';
import type { InputBinding, OutputBinding } from '../../contract/binding.ts';
import { familyOf, storageOf, type SqlType } from '../../contract/types.ts';
import { Program, type InputRecord } from '../../runtime/program.ts';
import { compileForTest } from '../../testing/modules.ts';
import { readRows } from '../../testing/output.ts';
import { plainDecimal, type Actual } from '../../testing/values.ts';
import { NotKnown, type Value } from '../harness/evaluate.ts';
import { Interpreter } from '../harness/interpreter.ts';
import { inputColumnText, programText, type Random, type GeneratedEvent, type GeneratedProgram } from './generate.ts';

const keyGroups = 8;

/** Binding of a program's input. */
export function inputBinding(program: GeneratedProgram): InputBinding {
  return { stream: program.input, format: { kind: 'json', rowPath: '$' }, columns: parseColumns(inputColumnText) };
}

/** The bound plan, or undefined when the program isn't accepted. */
export async function planOf(program: GeneratedProgram): Promise<Plan | string> {
  const result = await compileForTest('random', programText(program), {
    inputs: [inputBinding(program)],
    keyGroups,
    stage: 'plan',
  });
  return result.boundPlan ?? result.diagnostics.map((diagnostic) => diagnostic.message).join('; ');
}

/** Several programs in one artifact. */
export interface Together {
  readonly wasm: Uint8Array;
  readonly programs: readonly GeneratedProgram[];
  readonly outputs: readonly OutputBinding[];
}

/** Compiles programs into one artifact. */
export async function compileTogether(programs: readonly GeneratedProgram[], optimize: boolean): Promise<Together> {
  const outputs: OutputBinding[] = [
    'error_stream',
    ...new Set(programs.flatMap((program) => program.pumps.map((pump) => pump.target))),
  ].map((stream) => ({ stream, format: 'json', rowtime: true }));
  const result = await compileForTest('random', programs.map(programText).join('\n'), {
    inputs: programs.map(inputBinding),
    outputs,
    keyGroups,
    optimize,
  });
  if (result.wasm === undefined) throw new Error(result.diagnostics.map((diagnostic) => diagnostic.message).join('; '));
  return { wasm: result.wasm, programs, outputs };
}

/** Lines per stream, in order. */
type Lines = Map<string, string[]>;

/** What the oracle says. Undefined when it meets something that it doesn't know. */
export function runOracle(
  plan: Plan,
  program: GeneratedProgram,
  events: readonly GeneratedEvent[],
  start: number,
): Lines | undefined {
  const oracle = new Interpreter(plan, BigInt(start));
  const columns = inputBinding(program).columns;
  try {
    for (const event of events) {
      if (event.kind === 'row') {
        const members = JSON.parse(event.json) as Record<string, unknown>;
        const texts = new Map(
          [...event.json.matchAll(/"(\w+)":("[^"]*"|[^,}]+)/g)].map(([, name, text]) => [name ?? '', text ?? '']),
        );
        oracle.feed(
          program.input,
          BigInt(event.time),
          columns.map((column) =>
            valueFrom(members[column.name] === undefined ? 'null' : (texts.get(column.name) ?? 'null'), column.type),
          ),
        );
      } else if (event.kind === 'advance') oracle.advance(BigInt(event.time));
      else oracle.finish();
    }
  } catch (error) {
    if (error instanceof NotKnown) return undefined;
    throw error;
  }
  const lines: Lines = new Map([['error_stream', oracle.errors.map((error) => `${error.code} ${error.pump}`)]]);
  for (const row of oracle.rows) {
    if (row.stream === program.input) continue;
    const types = plan.streams.find((stream) => stream.name === row.stream)?.columns ?? [];
    const text = `@${new Date(Number(row.rowtime)).toISOString().replace('T', ' ').replace('Z', '')} ${types.map((column, index) => canonical(row.values[index] ?? null, column.type)).join(', ')}`;
    lines.set(row.stream, [...(lines.get(row.stream) ?? []), text]);
  }
  return lines;
}

function valueFrom(json: string, type: SqlType): Value {
  if (json === 'null') return null;
  if (json.startsWith('"')) return JSON.parse(json) as string;
  if (type.kind === 'BOOLEAN') return json === 'true' ? 1 : 0;
  if (type.kind === 'DECIMAL') {
    const [whole = '', fraction = ''] = json.split('.');
    return BigInt(`${whole}${fraction.padEnd(type.scale, '0')}`);
  }
  return storageOf(type) === 'i64' ? BigInt(json) : Number(json);
}

function canonical(value: Value, type: SqlType): string {
  if (value === null) return 'NULL';
  if (type.kind === 'BOOLEAN') return value === 1 ? 'TRUE' : 'FALSE';
  if (type.kind === 'DECIMAL') return plainDecimal(`${value}e-${type.scale}`);
  if (type.kind === 'TIMESTAMP') return new Date(Number(value)).toISOString().replace('T', ' ').replace('Z', '');
  return familyOf(type) === 'approximate' ? String(Number(value) + 0) : String(value);
}

function canonicalActual(actual: Actual, type: SqlType): string {
  if (actual.kind === 'null') return 'NULL';
  if (actual.kind === 'boolean') return actual.text.toUpperCase();
  if (actual.kind === 'text') return actual.text;
  return familyOf(type) === 'approximate' ? String(Number(actual.text) + 0) : plainDecimal(actual.text);
}

/** What the artifact says; with `random`, in batches and with restarts at random places. */
export async function runArtifact(
  together: Together,
  plan: Plan,
  program: GeneratedProgram,
  events: readonly GeneratedEvent[],
  start: number,
  random?: Random,
): Promise<Lines> {
  const lines: Lines = new Map([['error_stream', []]]);
  const open = (): Promise<Program> => Program.open(together.wasm, { seed: 1n, start: BigInt(start), keyGroups });
  let instance = await open();
  const input = together.programs.indexOf(program);
  const receive = (output: number, bytes: Uint8Array): void => {
    const stream = together.outputs[output]?.stream ?? '?';
    const types = plan.streams.find((found) => found.name === stream)?.columns ?? [];
    for (const row of readRows(stream, 0, bytes, '')) {
      const text = (name: string): string => row.members.find((member) => member.name === name)?.value.text ?? '';
      const line =
        stream === 'error_stream'
          ? `${text('ERROR_NAME')} ${text('PUMP_NAME')}`
          : `@${row.rowtime} ${row.members.map((member, index) => canonicalActual(member.value, types[index]?.type ?? { kind: 'NULL' })).join(', ')}`;
      lines.set(stream, [...(lines.get(stream) ?? []), line]);
    }
  };
  for (let index = 0; index < events.length; index++) {
    const event = events[index];
    if (event === undefined) break;
    if (event.kind === 'row') {
      const records: InputRecord[] = [recordOf(event)];
      while (random?.chance(0.5) === true && events[index + 1]?.kind === 'row')
        records.push(recordOf(events[++index] as Extract<GeneratedEvent, { kind: 'row' }>));
      instance.feedRecords(input, records, receive);
    } else
      while (event.kind === 'advance' ? instance.advance(input, BigInt(event.time)) : instance.finish(input))
        instance.drain(receive);
    instance.drain(receive);
    if (random?.chance(0.15) === true) {
      const saved = instance.save(true);
      instance = await open();
      instance.load(saved);
    }
  }
  return lines;
}

function recordOf(event: Extract<GeneratedEvent, { kind: 'row' }>): InputRecord {
  return { data: new TextEncoder().encode(event.json), clock: BigInt(event.time), arrival: BigInt(event.time) };
}

/** The first difference, or undefined. */
export function difference(expected: Lines, came: Lines): string | undefined {
  for (const stream of new Set([...expected.keys(), ...came.keys()])) {
    const wanted = expected.get(stream) ?? [];
    const got = came.get(stream) ?? [];
    for (let index = 0; index < Math.max(wanted.length, got.length); index++) {
      if (wanted[index] !== got[index])
        return `${stream}, row ${index + 1}: expected ${wanted[index] ?? '(nothing)'}, came ${got[index] ?? '(nothing)'}`;
    }
  }
  return undefined;
}

/** Compares one program alone; for shrinking. */
export async function differs(
  program: GeneratedProgram,
  events: readonly GeneratedEvent[],
  start: number,
  optimize: boolean,
): Promise<string | undefined> {
  const plan = await planOf(program);
  if (typeof plan === 'string') return undefined;
  const expected = runOracle(plan, program, events, start);
  if (expected === undefined) return undefined;
  const together = await compileTogether([program], optimize);
  return difference(expected, await runArtifact(together, plan, program, events, start));
}

/** Drops pumps, then rows, as long as the difference stays. */
export async function shrink(
  program: GeneratedProgram,
  events: readonly GeneratedEvent[],
  start: number,
  optimize: boolean,
): Promise<{ program: GeneratedProgram; events: readonly GeneratedEvent[] }> {
  let smallest = program;
  for (let index = program.pumps.length - 1; index >= 0; index--) {
    const without = { ...smallest, pumps: smallest.pumps.filter((_, position) => position !== index) };
    if (without.pumps.length > 0 && (await differs(without, events, start, optimize)) !== undefined) smallest = without;
  }
  const plan = await planOf(smallest);
  if (typeof plan === 'string') return { program: smallest, events };
  const together = await compileTogether([smallest], optimize);
  let left = [...events];
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < left.length; ) {
      const fewer = [...left.slice(0, from), ...left.slice(from + size)];
      const expected = runOracle(plan, smallest, fewer, start);
      const still =
        expected !== undefined &&
        difference(expected, await runArtifact(together, plan, smallest, fewer, start)) !== undefined;
      if (still) left = fewer;
      else from += size;
    }
  }
  return { program: smallest, events: left };
}
