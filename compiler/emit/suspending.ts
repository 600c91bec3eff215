// Where a program may stop in the middle of a row, because the matches of one row fill the output (assembly/operators/continuations):
// which functions that concerns, and how they stop. All others are written as if it could not happen.
import { Code, type ModuleBuilder } from './code.ts';
import type { ProgramContext } from './context.ts';
import { isForTable, type Domain, type OperatorLayout, type ProgramLayout, type PumpLayout } from './layout.ts';

/** True for an operator from which the matches of one row leave in pieces. */
export function leavesInPieces({ relation }: OperatorLayout): boolean {
  return relation.kind === 'join' || relation.kind === 'lookup';
}

/** True where `pump_<id>()` may stop. Tables are filled in one go. */
export function pumpSuspends(pump: PumpLayout, program: ProgramLayout): boolean {
  if (isForTable(pump, program)) return false;
  return pump.operators.some(leavesInPieces) || streamSuspends(pump.pump.target, program);
}

/** True where `push_<id>(rowtime)` may stop. */
export function streamSuspends(stream: string, program: ProgramLayout): boolean {
  return program.streams.get(stream)?.readers.some((reader) => pumpSuspends(reader, program)) === true;
}

/** True where a row that leaves an operator may stop on its way. */
export function leavingSuspends(operator: OperatorLayout, program: ProgramLayout): boolean {
  const pump = program.pumps.find((candidate) => candidate.pump.name === operator.pump);
  if (pump === undefined || isForTable(pump, program)) return false;
  const above = pump.operators.slice(pump.operators.indexOf(operator) + 1);
  return above.some(leavesInPieces) || streamSuspends(pump.pump.target, program);
}

/** True where a row that enters some stream of a clock may stop. */
export function domainSuspends({ index }: Domain, program: ProgramLayout): boolean {
  return [...program.streams.values()].some(
    ({ domain, stream }) => domain === index && streamSuspends(stream.name, program),
  );
}

/** True for a program that may stop in the middle of some row. */
export function programSuspends(program: ProgramLayout): boolean {
  return program.pumps.some((pump) => pumpSuspends(pump, program));
}

/** Writes, at the head of an exported function, that a row under way goes on first; `stop` ends the function when it stops anew. */
export function emitResume(code: Code, stop: string, { module, program }: ProgramContext): void {
  if (programSuspends(program)) code.line(`if (!${module.use('operators/continuations', 'resume')}()) ${stop}`);
}

/** A condition: what was just called has stopped. */
export function hasSuspended(module: ModuleBuilder): string {
  return module.use('operators/context', 'suspended');
}

/** A statement: the program stops, to go on with a function; `values` are what that is called with, each an i64. */
export function suspendWith(name: string, values: readonly string[], module: ModuleBuilder): string {
  const all = [...values, '0', '0', '0'].slice(0, 3);
  return `${module.use('operators/continuations', 'suspend')}(${name}, ${all.join(', ')});`;
}

/** Emits a function that `suspendWith` may name. */
export function emitContinuation(name: string, code: Code, module: ModuleBuilder, about?: string): void {
  module.function(`function ${name}(first: i64, second: i64, third: i64): void`, code, about);
}

/** Emits a continuation that calls a function again, whose parameters are given as `name: type`. */
export function emitAgain(name: string, called: string, parameters: readonly string[], module: ModuleBuilder): void {
  const code = new Code();
  const values = parameters.map((parameter, index) => {
    const type = parameter.split(':')[1]?.trim();
    const value = ['first', 'second', 'third'][index];
    if (value === undefined) throw new Error('invariant: a continuation takes three values');
    return type === 'i64' ? value : `<${type}>${value}`;
  });
  code.line(`${called}(${values.join(', ')});`);
  emitContinuation(name, code, module);
}

/** The parameters of a function, each `name: type`, as what `emitAgain` gives back. */
export function valuesOf(parameters: readonly string[]): string[] {
  return parameters.map((parameter) => `<i64>${parameter.split(':')[0]}`);
}
