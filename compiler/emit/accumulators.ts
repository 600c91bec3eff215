// Accumulators of one aggregation: which words a group's row has, how a row is added, how results are read.
// Aggregates over the same argument share what they can: AVG, SUM and COUNT of one column keep one count and one sum.
import { WORD_NUMBER_SET, WORD_PLAIN, WORD_TEXT, WORD_TEXT_SET } from '../../contract/abi.ts';
import { familyOf, integerBits, storageOf, type SqlType } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import { canFault } from '../plan/faults.ts';
import type { AggregateCall } from '../plan/plan.ts';
import type { Code, ModuleBuilder } from './code.ts';
import { shareKey, wasmType, zeroOf, type Operand } from './expressions.ts';

/** Bytes of a group's row before its words (ROW_HEADER_BYTES of assembly/state/slots). */
export const rowHeaderBytes = 8;

type PrimitiveKind =
  | 'count'
  | 'sum'
  | 'moments'
  | 'minimum'
  | 'maximum'
  | 'first'
  | 'first-ignore'
  | 'last'
  | 'last-ignore'
  | 'flags'
  | 'set';

interface Primitive {
  readonly kind: PrimitiveKind;
  /** Only values that the set of the same argument did not know are added. */
  readonly distinct: boolean;
  readonly argument?: Expression;
  /** Byte offset in the row. */
  readonly offset: number;
}

/** A piece of code that may stand in a function of its own. */
export interface Piece {
  /** What it costs, in the measure of `weightOf`. */
  readonly weight: number;
  emit(code: Code): void;
}

/** The layout of a group's row for a list of aggregates. */
export class Accumulators {
  readonly primitives: Primitive[] = [];
  /** One entry a word: its kind (WORD_* of contract/abi). */
  readonly words: number[] = [];
  /** What a word is in a row that begins, as an expression, where that is not zero. */
  readonly initial = new Map<number, string>();
  private readonly known = new Map<string, Primitive>();
  private readonly calls: readonly AggregateCall[];
  /** Counted values that are never NULL: nothing is kept of them, but a fault in one fails its row. */
  private readonly checked: Expression[] = [];

  constructor(calls: readonly AggregateCall[]) {
    this.calls = calls;
    for (const call of calls) this.require(call);
  }

  private require(call: AggregateCall): void {
    const { argument, distinct } = call;
    switch (call.name) {
      case 'COUNT':
        if (distinct) this.primitive('set', argument);
        else this.count(argument);
        return;
      case 'SUM':
      case 'AVG':
        if (distinct) this.primitive('set', argument);
        else this.count(argument);
        this.primitive('sum', argument, distinct);
        return;
      case 'MIN':
      case 'MAX':
        this.count(argument);
        this.primitive(call.name === 'MIN' ? 'minimum' : 'maximum', argument);
        return;
      case 'STDDEV_POP':
      case 'STDDEV_SAMP':
      case 'VAR_POP':
      case 'VAR_SAMP':
        if (distinct) this.primitive('set', argument);
        this.primitive('moments', argument, distinct);
        return;
      case 'FIRST_VALUE':
        this.primitive(call.ignoreNulls ? 'first-ignore' : 'first', argument);
        return;
      case 'LAST_VALUE':
        this.primitive(call.ignoreNulls ? 'last-ignore' : 'last', argument);
        return;
      case 'ANY':
      case 'EVERY':
        this.primitive('flags', argument);
        return;
    }
  }

  // A count of values that are never NULL is the count of rows.
  private count(argument: Expression | undefined): Primitive {
    if (argument?.nullable === false && canFault(argument)) this.checked.push(argument);
    return this.primitive('count', argument?.nullable === true ? argument : undefined);
  }

  private primitive(kind: PrimitiveKind, argument: Expression | undefined, distinct = false): Primitive {
    const key = `${kind} ${distinct} ${argument === undefined ? '' : shareKey(argument)}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const made: Primitive = {
      kind,
      distinct,
      offset: rowHeaderBytes + this.words.length * 8,
      ...(argument === undefined ? {} : { argument }),
    };
    const initial = initialOf(kind, argument?.type);
    if (initial !== undefined) this.initial.set(this.words.length, initial);
    this.words.push(...wordsOf(kind, argument?.type));
    this.known.set(key, made);
    this.primitives.push(made);
    return made;
  }

  /** Distinct arguments, to be evaluated before anything is changed. */
  arguments(): Expression[] {
    const seen = new Map<string, Expression>();
    for (const { argument } of this.primitives) if (argument !== undefined) seen.set(shareKey(argument), argument);
    for (const argument of this.checked) seen.set(shareKey(argument), argument);
    return [...seen.values()];
  }

  /** Code that adds a row's values to the group at `row`, a piece for each argument. */
  additions(module: ModuleBuilder, operandOf: (expression: Expression) => Operand): Piece[] {
    const groups = new Map<string, Primitive[]>();
    for (const primitive of this.primitives) {
      const key = primitive.argument === undefined ? '' : shareKey(primitive.argument);
      groups.set(key, [...(groups.get(key) ?? []), primitive]);
    }
    return [...groups.values()].map((primitives) => ({
      weight: primitives.length * 5,
      emit: (code) => emitAddArgument(code, module, primitives, operandOf),
    }));
  }

  /** Statements that compute an aggregate's result from the group at `row`. */
  emitResult(index: number, code: Code, module: ModuleBuilder): Operand {
    const call = this.calls[index];
    if (call === undefined) throw new Error('invariant: no such aggregate');
    const storage = storageOf(call.type);
    const value = code.fresh('a');
    const type = wasmType(storage);
    if (call.name === 'COUNT') {
      code.line(`const ${value}: i64 = ${this.countOf(call, module)};`);
      return { value, isNull: 'false' };
    }
    const { isNull, result } = this.resultOf(call, module);
    const nullName = code.fresh('n');
    code.line(`const ${nullName}: bool = ${isNull};`);
    code.line(`let ${value}: ${type} = ${zeroOf(storage)};`);
    code.line(`if (!${nullName}) ${value} = ${result};`);
    return { value, isNull: nullName };
  }

  // How many values a call has seen.
  private countOf({ argument, distinct }: AggregateCall, module: ModuleBuilder): string {
    return distinct
      ? `${module.use('state/distinct', 'distinctCount')}(row + ${this.primitive('set', argument).offset})`
      : `load<i64>(row, ${this.count(argument).offset})`;
  }

  private resultOf(call: AggregateCall, module: ModuleBuilder): { isNull: string; result: string } {
    const { argument, distinct } = call;
    const type = wasmType(storageOf(call.type));
    const empty = (): string => `${this.countOf(call, module)} == 0`;
    switch (call.name) {
      case 'COUNT':
        throw new Error('invariant: COUNT is never NULL');
      case 'SUM':
      case 'AVG':
        return { isNull: empty(), result: this.sumResult(call, module) };
      case 'MIN':
      case 'MAX': {
        const { offset } = this.primitive(call.name === 'MIN' ? 'minimum' : 'maximum', argument);
        return { isNull: empty(), result: loadWord(call.type, offset) };
      }
      case 'STDDEV_POP':
      case 'STDDEV_SAMP':
      case 'VAR_POP':
      case 'VAR_SAMP': {
        const { offset } = this.primitive('moments', argument, distinct);
        const sample = call.name.endsWith('SAMP') ? 1 : 0;
        const variance = `${module.use('aggregates/moments', 'varianceResult')}(row + ${offset}, ${sample})`;
        return {
          isNull: `load<i64>(row, ${offset}) <= ${sample}`,
          result: call.name.startsWith('STDDEV') ? `Math.sqrt(${variance})` : variance,
        };
      }
      case 'FIRST_VALUE':
      case 'LAST_VALUE': {
        const base = call.name === 'FIRST_VALUE' ? 'first' : 'last';
        const { offset } = this.primitive(call.ignoreNulls ? `${base}-ignore` : base, argument);
        return {
          isNull: `load<i64>(row, ${offset + 8}) != 1`,
          result:
            storageOf(call.type) === 'f32' || storageOf(call.type) === 'f64'
              ? `<${type}>load<f64>(row, ${offset})`
              : loadWord(call.type, offset),
        };
      }
      case 'ANY':
      case 'EVERY': {
        const { offset } = this.primitive('flags', argument);
        const flags = `load<i64>(row, ${offset})`;
        return {
          isNull: `${flags} == 0`,
          result: call.name === 'ANY' ? `i32((${flags} & 1) != 0)` : `i32((${flags} & 2) == 0)`,
        };
      }
    }
  }

  private sumResult(call: AggregateCall, module: ModuleBuilder): string {
    const { offset } = this.primitive('sum', call.argument, call.distinct);
    return sumResult(call, `row + ${offset}`, `load<f64>(row, ${offset})`, this.countOf(call, module), module);
  }
}

/** The result of SUM or AVG: of an exact sum at `at`, or of the double `sum`. */
export function sumResult(
  call: Pick<AggregateCall<string>, 'name' | 'type'>,
  at: string,
  sum: string,
  count: string,
  module: ModuleBuilder,
): string {
  const type = wasmType(storageOf(call.type));
  if (familyOf(call.type) === 'approximate') {
    const value = call.name === 'SUM' ? sum : `${sum} / <f64>${count}`;
    // What is finite as DOUBLE may not be as REAL.
    const rounded = type === 'f32' ? `<f64><f32>(${value})` : value;
    return `<${type}>${module.use('aggregates/sum', 'finiteResult')}(${rounded})`;
  }
  if (call.name === 'AVG' && call.type.kind === 'DECIMAL')
    return `${module.use('aggregates/sum', 'decimalAverageResult')}(${at}, ${count})`;
  const bits = integerBits[call.type.kind] ?? 64;
  const result =
    call.name === 'SUM'
      ? `${module.use('aggregates/sum', 'wideSumResult')}(${at}, ${bits})`
      : `${module.use('aggregates/sum', 'wideAverageResult')}(${at}, ${count}, ${bits})`;
  return `<${type}>${result}`;
}

/** A number as the bits of an i64, by which equal ones are told: −0.0 is 0.0. */
export function bitsOf(type: SqlType, value: string): string {
  const storage = storageOf(type);
  if (storage === 'f64') return `reinterpret<i64>(${value} + 0.0)`;
  if (storage === 'f32') return `<i64>reinterpret<i32>(${value} + <f32>0.0)`;
  return `<i64>${value}`;
}

function wordsOf(kind: PrimitiveKind, type: SqlType | undefined): number[] {
  const text = type !== undefined && storageOf(type) === 'text';
  const value = text ? WORD_TEXT : WORD_PLAIN;
  switch (kind) {
    case 'count':
    case 'flags':
      return [WORD_PLAIN];
    case 'sum':
      return type !== undefined && familyOf(type) === 'approximate' ? [WORD_PLAIN] : [WORD_PLAIN, WORD_PLAIN];
    case 'moments':
      return [WORD_PLAIN, WORD_PLAIN, WORD_PLAIN];
    case 'minimum':
    case 'maximum':
      return [value];
    case 'first':
    case 'first-ignore':
    case 'last':
    case 'last-ignore':
      return [value, WORD_PLAIN];
    case 'set':
      return [text ? WORD_TEXT_SET : WORD_NUMBER_SET];
  }
}

// A minimum begins with a number that any other replaces.
function initialOf(kind: PrimitiveKind, type: SqlType | undefined): string | undefined {
  if ((kind !== 'minimum' && kind !== 'maximum') || type === undefined) return undefined;
  switch (storageOf(type)) {
    case 'text':
      return undefined;
    case 'f32':
    case 'f64':
      return kind === 'minimum' ? '0x7ff0000000000000' : '0xfff0000000000000';
    default:
      return kind === 'minimum' ? '0x7fffffffffffffff' : '0x8000000000000000';
  }
}

// Adds a row's value of one argument to all that it goes into.
function emitAddArgument(
  code: Code,
  module: ModuleBuilder,
  primitives: readonly Primitive[],
  operandOf: (expression: Expression) => Operand,
): void {
  const argument = primitives[0]?.argument;
  if (argument === undefined) {
    for (const { offset } of primitives) code.line(`${module.use('aggregates/count', 'addCount')}(row + ${offset});`);
    return;
  }
  const operand = operandOf(argument);
  const nullBlind = primitives.filter(({ kind }) => kind === 'first' || kind === 'last');
  for (const primitive of nullBlind) emitPosition(code, module, primitive, argument, operand);
  const strict = primitives.filter((primitive) => !nullBlind.includes(primitive));
  if (strict.length === 0 || operand.isNull === 'true') return;
  const set = strict.find(({ kind }) => kind === 'set');
  const add = (): void => {
    for (const primitive of strict) {
      if (primitive.kind !== 'set' && !primitive.distinct)
        emitAddValue(code, module, primitive, argument, operand.value);
    }
    if (set === undefined) return;
    const text = storageOf(argument.type) === 'text';
    const bits = text ? operand.value : `<u64>${bitsOf(argument.type, operand.value)}`;
    code.block(
      `if (${module.use('state/distinct', 'addDistinct')}(row + ${set.offset}, ${bits}, ${text}, false))`,
      () => {
        for (const primitive of strict.filter(({ distinct }) => distinct))
          emitAddValue(code, module, primitive, argument, operand.value);
      },
    );
  };
  if (operand.isNull === 'false') add();
  else code.block(`if (!(${operand.isNull}))`, add);
}

function loadWord(type: SqlType, offset: number): string {
  const storage = storageOf(type);
  if (storage === 'text') return `load<u64>(row, ${offset})`;
  if (storage === 'f32' || storage === 'f64') return `<${storage}>load<f64>(row, ${offset})`;
  return `<${wasmType(storage)}>load<i64>(row, ${offset})`;
}

function storeWord(code: Code, module: ModuleBuilder, type: SqlType, offset: number, value: string): void {
  const storage = storageOf(type);
  if (storage === 'text') code.line(`${module.use('state/ownedText', 'storeOwnedText')}(row + ${offset}, ${value});`);
  else if (storage === 'f32' || storage === 'f64') code.line(`store<f64>(row, <f64>${value}, ${offset});`);
  else code.line(`store<i64>(row, <i64>${value}, ${offset});`);
}

// FIRST_VALUE and LAST_VALUE: the value, and a word that says 0 nothing yet, 1 a value, 2 NULL.
function emitPosition(
  code: Code,
  module: ModuleBuilder,
  primitive: Primitive,
  argument: Expression,
  operand: Operand,
): void {
  const state = primitive.offset + 8;
  const write = (): void => {
    if (operand.isNull !== 'false')
      code.line(`store<i64>(row, ${operand.isNull === 'true' ? '2' : `(${operand.isNull}) ? 2 : 1`}, ${state});`);
    else code.line(`store<i64>(row, 1, ${state});`);
    if (operand.isNull === 'true') return;
    if (operand.isNull === 'false') storeWord(code, module, argument.type, primitive.offset, operand.value);
    else
      code.block(`if (!(${operand.isNull}))`, () =>
        storeWord(code, module, argument.type, primitive.offset, operand.value),
      );
  };
  if (primitive.kind === 'last') write();
  else code.block(`if (load<i64>(row, ${state}) == 0)`, write);
}

function emitAddValue(
  code: Code,
  module: ModuleBuilder,
  primitive: Primitive,
  argument: Expression,
  value: string,
): void {
  const { offset } = primitive;
  const storage = storageOf(argument.type);
  switch (primitive.kind) {
    case 'count':
      code.line(`${module.use('aggregates/count', 'addCount')}(row + ${offset});`);
      return;
    case 'sum':
      if (storage === 'f64' || storage === 'f32')
        code.line(`${module.use('aggregates/sum', 'addDoubleSum')}(row + ${offset}, <f64>${value});`);
      else code.line(`${module.use('aggregates/sum', 'addWideSum')}(row + ${offset}, <i64>${value});`);
      return;
    case 'moments':
      code.line(`${module.use('aggregates/moments', 'addMoments')}(row + ${offset}, <f64>${value});`);
      return;
    case 'minimum':
    case 'maximum': {
      const name = `add${primitive.kind === 'minimum' ? 'Minimum' : 'Maximum'}`;
      const isDouble = storage === 'f64' || storage === 'f32';
      const suffix = storage === 'text' ? 'Text' : isDouble ? 'Double' : 'Integer';
      const converted = storage === 'text' ? value : `<${isDouble ? 'f64' : 'i64'}>${value}`;
      code.line(`${module.use('aggregates/extreme', `${name}${suffix}`)}(row + ${offset}, ${converted});`);
      return;
    }
    case 'first-ignore':
      code.block(`if (load<i64>(row, ${offset + 8}) == 0)`, () => {
        storeWord(code, module, argument.type, offset, value);
        code.line(`store<i64>(row, 1, ${offset + 8});`);
      });
      return;
    case 'last-ignore':
      storeWord(code, module, argument.type, offset, value);
      code.line(`store<i64>(row, 1, ${offset + 8});`);
      return;
    case 'flags':
      code.line(`store<i64>(row, load<i64>(row, ${offset}) | (${value} != 0 ? 1 : 2), ${offset});`);
      return;
    case 'set':
    case 'first':
    case 'last':
      throw new Error('invariant: NULLs count for FIRST_VALUE and LAST_VALUE');
  }
}
