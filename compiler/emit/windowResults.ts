// How the result of a function OVER a window is read from its partition.
import { familyOf, storageOf } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import type { WindowCall } from '../plan/plan.ts';
import { sumResult } from './accumulators.ts';
import type { Code, ModuleBuilder } from './code.ts';
import { wasmType, zeroOf, type Operand } from './expressions.ts';
import { valueOfWord, type OperandOf } from './windowRows.ts';
import { isAccumulated, type WindowState } from './windowState.ts';

/** Weight of reading one result. */
export const resultWeight = 11;

/** Writes how a call's result is read: with `row` and `age` in scope. */
export function emitWindowResult(
  state: WindowState,
  call: WindowCall,
  code: Code,
  operandOf: OperandOf,
  module: ModuleBuilder,
): Operand {
  if (state.isUnbounded() && isAccumulated(call)) {
    const index = state.relation.calls.filter(isAccumulated).indexOf(call);
    return state.accumulators.emitResult(index, code, module);
  }
  const { argument } = call;
  if (argument === undefined) return { value: rowsOf(state, module), isNull: 'false' };
  switch (call.name) {
    case 'FIRST_VALUE':
    case 'LAST_VALUE':
    case 'NTH_VALUE':
    case 'LAG':
      return emitPositional(state, call, code, operandOf, module);
    case 'COUNT':
      return { value: countOf(state, call, argument, module), isNull: 'false' };
    default: {
      const { isNull, result } = resultOf(state, call, argument, module);
      return emitNullable(call, isNull, result, code);
    }
  }
}

function emitNullable(call: WindowCall, isNull: string, result: string, code: Code): Operand {
  const storage = storageOf(call.type);
  const nullName = code.fresh('n');
  const value = code.fresh('a');
  code.line(`const ${nullName}: bool = ${isNull};`);
  code.line(`let ${value}: ${wasmType(storage)} = ${zeroOf(storage)};`);
  code.line(`if (!${nullName}) ${value} = ${result};`);
  return { value, isNull: nullName };
}

// Rows in the frame.
function rowsOf(state: WindowState, module: ModuleBuilder): string {
  const { frame } = state.relation;
  if (frame.unit === 'rows') return `min<i64>(age, ${frame.preceding}) + 1`;
  return `<i64>${module.use('state/ring', 'ringCount')}(row + ${state.rowsAt})`;
}

// Values in the frame that are not NULL.
function countOf(state: WindowState, call: WindowCall, argument: Expression, module: ModuleBuilder): string {
  if (call.distinct)
    return `${module.use('state/distinct', 'distinctCount')}(row + ${state.need('set', argument).offset})`;
  return argument.nullable ? `load<i64>(row, ${state.need('count', argument).offset})` : `(${rowsOf(state, module)})`;
}

function resultOf(
  state: WindowState,
  call: WindowCall,
  argument: Expression,
  module: ModuleBuilder,
): { isNull: string; result: string } {
  const count = (): string => countOf(state, call, argument, module);
  switch (call.name) {
    case 'SUM':
    case 'AVG': {
      const at = `row + ${state.need('sum', argument, { distinct: call.distinct }).offset}`;
      const exact = (): string => `${module.use('aggregates/exactSum', 'exactSum')}(${at})`;
      return {
        isNull: `${count()} == 0`,
        result: sumResult(call, at, familyOf(call.type) === 'approximate' ? exact() : '', count(), module),
      };
    }
    case 'MIN':
    case 'MAX':
      return extremeOf(state, call, argument, module);
    case 'ANY':
    case 'EVERY': {
      const flags = `load<i64>(row, ${state.need('flags', argument).offset})`;
      return {
        isNull: `${count()} == 0`,
        result: call.name === 'ANY' ? `i32(${flags} > 0)` : `i32(${flags} == ${count()})`,
      };
    }
    case 'EXP_AVG': {
      const need = state.need('decaying', argument, { halfLifeMs: call.halfLifeMs ?? 1n });
      const average = module.use('aggregates/windowStacks', 'decayingAverage');
      const first =
        state.frontAt < 0
          ? '0'
          : `load<i64>(row, ${state.frontAt}) == 0 ? 0 : ${firstRow(state, module)} + ${need.front}`;
      return {
        isNull: state.isUnbounded() ? `load<f64>(row, ${need.offset + 8}) == 0` : `${count()} == 0`,
        result: `${average}(row + ${need.offset}, ${first}, ${need.halfLifeMs})`,
      };
    }
    default: {
      const need = state.need('moments', argument);
      const sample = call.name.endsWith('SAMP') ? 1 : 0;
      const variance = `${module.use('aggregates/windowStacks', 'windowVariance')}(row + ${need.offset}, ${count()}, ${firstRow(state, module)} + ${need.front}, ${sample})`;
      return {
        isNull: `${count()} <= ${sample}`,
        result: call.name.startsWith('STDDEV') ? `Math.sqrt(${variance})` : variance,
      };
    }
  }
}

function firstRow(state: WindowState, module: ModuleBuilder): string {
  return `${module.use('state/ring', 'ringAt')}(row + ${state.rowsAt}, 0, ${state.entryBytes})`;
}

function extremeOf(
  state: WindowState,
  call: WindowCall,
  argument: Expression,
  module: ModuleBuilder,
): { isNull: string; result: string } {
  const { offset } = state.need(call.name === 'MIN' ? 'minimum' : 'maximum', argument);
  const isNull = `${module.use('state/ring', 'ringCount')}(row + ${offset}) == 0`;
  const first = `${module.use('aggregates/windowQueues', 'firstEntry')}(row + ${offset})`;
  const storage = storageOf(call.type);
  if (storage === 'text') return { isNull, result: first };
  const ordered = call.name === 'MIN' ? `<i64>${first}` : `~<i64>${first}`;
  const approximate = familyOf(call.type) === 'approximate';
  const value = approximate
    ? `${module.use('aggregates/windowQueues', 'doubleOfOrdered')}(${ordered})`
    : `(${ordered})`;
  return { isNull, result: `<${storage}>${value}` };
}

// FIRST_VALUE, LAST_VALUE, NTH_VALUE and LAG: a place in a queue of values.
function emitPositional(
  state: WindowState,
  call: WindowCall,
  code: Code,
  operandOf: OperandOf,
  module: ModuleBuilder,
): Operand {
  const { argument } = call;
  if (argument === undefined) throw new Error('invariant: a positional function without its argument');
  const need = state.position(call);
  const current = operandOf(argument);
  if (need === undefined) return current;
  const use = (name: string): string => module.use('aggregates/windowQueues', name);
  const queue = `row + ${need.offset}`;
  const storage = storageOf(call.type);
  const index = code.fresh('i');
  const value = code.fresh('a');
  const isNull = code.fresh('n');
  code.line(`const ${index}: i64 = ${placeOfCall(call, queue, current, module)};`);
  code.line(`let ${value}: ${wasmType(storage)} = ${zeroOf(storage)};`);
  code.line(`let ${isNull}: bool = true;`);
  code.block(`if (!${use('isOutside')}(${queue}, ${index}))`, () => {
    code.line(`${isNull} = ${need.ignoreNulls ? 'false' : `${use('isNullAt')}(${queue}, ${index})`};`);
    code.line(`${value} = ${valueOfWord(call.type, `${use('valueAt')}(${queue}, ${index})`)};`);
  });
  const otherwise = call.otherwise === undefined ? undefined : operandOf(call.otherwise);
  if (otherwise !== undefined) code.line(`else { ${value} = ${otherwise.value}; ${isNull} = ${otherwise.isNull}; }`);
  return { value, isNull };
}

// The place from 0. Where NULLs don't count, LAG counts back from the current row, which isn't in the queue when its value is NULL.
function placeOfCall(call: WindowCall, queue: string, current: Operand, module: ModuleBuilder): string {
  const position = call.position ?? 1n;
  const count = `<i64>${module.use('state/ring', 'ringCount')}(${queue})`;
  if (call.name === 'FIRST_VALUE') return '0';
  if (call.name === 'LAST_VALUE') return `${count} - 1`;
  if (call.name === 'NTH_VALUE') return call.fromLast === true ? `${count} - ${position}` : `${position - 1n}`;
  if (!call.ignoreNulls) return `${count} - ${position + 1n}`;
  return `${count} - ${position} - i64(!(${current.isNull}))`;
}
