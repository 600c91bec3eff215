// A closing key that is a function of ROWTIME alone, in the program: its value at a time, and the first time with another one.
import type { Expression } from '../plan/expression.ts';
import { canFault } from '../plan/faults.ts';
import { bitsOf } from './accumulators.ts';
import { Code, type ModuleBuilder } from './code.ts';
import { sharing, type ProgramContext } from './context.ts';
import { emitExpression } from './expressions.ts';

/** Emits `value_<name>(time)`: the key as the bits of an i64. */
export function emitClosingValue(name: string, key: Expression, context: ProgramContext): void {
  const { module } = context;
  const code = new Code();
  const column = (): never => {
    throw new Error('invariant: a closing key of time reads a column');
  };
  const { value } = emitExpression(key, { code, module, column, rowtime: 'time', shared: sharing(context) });
  code.line(`return ${bitsOf(key.type, value)};`);
  module.function(`function value_${name}(time: i64): i64`, code);
}

/** Writes the locals `value` and `boundary` for the time that `time` names: the key there, and the first time with another value. */
export function emitBoundary(name: string, key: Expression, time: string, code: Code, module: ModuleBuilder): void {
  code.line(`const value = value_${name}(${time});`);
  code.line(`const boundary = ${module.use('operators/tumble', 'findBoundary')}(value_${name}, ${time}, value);`);
  // Times that are only tried may lie where the key can't be computed.
  if (canFault(key)) code.line(`${module.use('faults', 'clearFault')}();`);
}

/** Emits `open_<name>(time)`, which opens the window that holds `time`; `more` are further statements, with `boundary` in scope. */
export function emitOpenWindow(
  name: string,
  key: Expression,
  closedEnd: boolean,
  more: readonly string[],
  context: ProgramContext,
): void {
  const { module } = context;
  emitClosingValue(name, key, context);
  const code = new Code();
  emitBoundary(name, key, 'time', code, module);
  code.line(`${module.use('operators/tumble', 'openWindow')}(${name}, value, boundary, ${closedEnd});`);
  for (const line of more) code.line(line);
  module.function(`function open_${name}(time: i64): void`, code, 'Opens the window that holds `time`.');
}
