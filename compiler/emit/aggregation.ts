// What aggregations by groups share, tumbling or staggered: evaluating a row's keys and arguments, finding its group, adding to it, and the
// columns of a group that leaves. Where that is too much for one function it is cut into several.
import { storageOf, type SqlType } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import { canFault } from '../plan/faults.ts';
import type { AggregateCall, Relation } from '../plan/plan.ts';
import { type Accumulators, bitsOf } from './accumulators.ts';
import { Code, type ModuleBuilder } from './code.ts';
import { sharing, type ProgramContext } from './context.ts';
import { emitExpression, shareKey, wasmType, type ExpressionContext, type Operand } from './expressions.ts';
import { costOf, emitIntoFrame, emitPieces, fitsBeside, operandsBy, partition, ValueFrame } from './parts.ts';
import { emitFailCheck, failCheck, failStatements, placeText, type Segment } from './segment.ts';

/** Weight of reading one aggregate's result. */
const resultWeight = 9;

/** A key with its place among the columns. */
export interface GroupingKey {
  readonly expression: Expression;
  readonly index: number;
}

/** An aggregation as these functions see it. */
export interface Aggregation {
  /** Name of the operator in the program. */
  readonly name: string;
  readonly input: Relation;
  /** Keys that tell groups apart, which a row holds. */
  readonly grouping: readonly GroupingKey[];
  readonly aggregates: readonly AggregateCall[];
  readonly accumulators: Accumulators;
  /** Columns before the aggregates. */
  readonly keyCount: number;
  /** The AssemblyScript expression of the table. */
  readonly table: string;
}

/** Declares the kinds of a row's words; returns the name, or `0` when all are plain. */
export function declareKinds(name: string, words: readonly number[], module: ModuleBuilder): void {
  if (words.some((kind) => kind !== 0))
    module.declare(`const kinds_${name}: usize = memory.data<u32>([${words.join(', ')}]);`);
}

const keyKinds: Record<SqlType['kind'], string> = {
  BOOLEAN: 'KEY_BOOLEAN',
  TINYINT: 'KEY_INTEGER',
  SMALLINT: 'KEY_INTEGER',
  INTEGER: 'KEY_INTEGER',
  BIGINT: 'KEY_BIGINT',
  INTERVAL: 'KEY_BIGINT',
  DECIMAL: 'KEY_DECIMAL',
  REAL: 'KEY_REAL',
  DOUBLE: 'KEY_DOUBLE',
  DATE: 'KEY_DATE',
  TIME: 'KEY_TIME',
  TIMESTAMP: 'KEY_TIMESTAMP',
  CHAR: 'KEY_TEXT',
  VARCHAR: 'KEY_TEXT',
  BINARY: 'KEY_BINARY',
  VARBINARY: 'KEY_BINARY',
  NULL: 'KEY_INTEGER',
};
const keyNameMax = 200;

/** Emits `data_<name>(row)`, a leaving group's data for error_stream: its keys, columns under their names, others as they are written. */
export function emitKeyData({ name, grouping, table }: Aggregation, { module, sql }: ProgramContext): void {
  const keys = grouping.map(({ expression }) => ({
    name: expression.kind === 'column' ? expression.name : sql.slice(expression.span.start, expression.span.end),
    type: expression.type,
  }));
  const bytes = `${module.use('state/slots', 'keyBytes')}(${table}, row)`;
  emitKeyJson(name, keys, 'row: usize', `${module.use('text', 'textOf')}(${bytes}, load<u32>(row))`, module);
}

/** Emits `data_<name>(<parameter>)`: the JSON of a key, which an expression gives as a Text. */
export function emitKeyJson(
  name: string,
  keys: readonly { readonly name: string; readonly type: SqlType }[],
  parameter: string,
  key: string,
  module: ModuleBuilder,
): void {
  const bytes: (string | number)[] = [keys.length & 255, keys.length >> 8, 0, 0];
  for (const { name: written, type } of keys) {
    const text = new TextEncoder().encode(`${JSON.stringify(written.slice(0, keyNameMax))}:`);
    const scale = type.kind === 'DECIMAL' ? type.scale : 0;
    bytes.push(module.use('formats/keys', keyKinds[type.kind]), scale, text.length & 255, text.length >> 8, ...text);
  }
  module.declare(`const keys_${name}: usize = memory.data<u8>([${bytes.join(', ')}]);`);
  const code = new Code();
  module.use('text', 'Text');
  code.line(`return ${module.use('formats/keys', 'keyAsJson')}(${key}, keys_${name});`);
  module.function(`function data_${name}(${parameter}): Text`, code);
}

/** Declares what a row's words are when it begins. */
export function declareInitial(name: string, accumulators: Accumulators, words: number, module: ModuleBuilder): void {
  const { initial } = accumulators;
  if (initial.size === 0) return;
  const values = Array.from({ length: words }, (_, index) => initial.get(index) ?? '0');
  module.declare(`const initial_${name}: usize = memory.data<u64>([${values.join(', ')}]);`);
}

/** Statements that tell a table what `declareInitial` declared. */
export function initialOf(name: string, table: string, { initial }: Accumulators): string[] {
  return initial.size === 0 ? [] : [`${table}.initial = initial_${name};`];
}

/** The name that `declareKinds` gave. */
export function kindsOf(name: string, words: readonly number[]): string {
  return words.some((kind) => kind !== 0) ? `kinds_${name}` : '0';
}

/** Evaluates the keys and arguments of a row, before anything is changed. `first` are evaluated before them. */
export function emitValues(
  aggregation: Aggregation,
  first: readonly Expression[],
  below: ExpressionContext,
  segment: Segment,
  context: ProgramContext,
): (expression: Expression) => Operand {
  const all = [
    ...first,
    ...aggregation.grouping.map(({ expression }) => expression),
    ...aggregation.accumulators.arguments(),
  ];
  const expressions = [...new Map(all.map((expression) => [shareKey(expression), expression])).values()];
  const weight = expressions.reduce((sum, expression) => sum + costOf(expression), 0);
  let operands: readonly Operand[];
  if (fitsBeside(weight + additionsWeight(aggregation))) {
    operands = expressions.map((expression) => {
      const operand = emitExpression(expression, below);
      if (canFault(expression)) failCheck(segment, context, below.code)(expression);
      return operand;
    });
  } else {
    const frame = new ValueFrame(`values_${aggregation.name}`, expressions.length);
    frame.declare(context.module);
    operands = emitIntoFrame(expressions, frame, below, segment, aggregation.input, context);
  }
  const found = operandsBy(expressions, operands);
  return (expression) => found.get(shareKey(expression)) as Operand;
}

function additionsWeight({ accumulators }: Aggregation): number {
  return accumulators.primitives.length * 5;
}

/** Writes the key of the row whose values `operandOf` gives and returns its name. */
export function emitGroupKey(
  { grouping }: Aggregation,
  operandOf: (expression: Expression) => Operand,
  code: Code,
  module: ModuleBuilder,
): string {
  return emitKey(
    grouping.map(({ expression }) => ({ expression, operand: operandOf(expression) })),
    code,
    module,
  );
}

/** True for an aggregation whose additions are functions of their own. */
export function isCut(aggregation: Aggregation): boolean {
  const values = aggregation.accumulators.arguments();
  return !fitsBeside(additionsWeight(aggregation) + values.reduce((sum, each) => sum + costOf(each), 0));
}

/** Adds the row whose values `operandOf` gives to the group that `find` makes of its key. */
export function emitAddRow(
  aggregation: Aggregation,
  key: string,
  code: Code,
  operandOf: (expression: Expression) => Operand,
  find: (key: string, length: string) => string,
  module: ModuleBuilder,
): void {
  const found = find(`${module.use('text', 'textPointer')}(${key})`, `${module.use('text', 'textLength')}(${key})`);
  // A block of its own: where groups come in, their row has the same name.
  code.block('', () => {
    code.line(`const row = ${found};`);
    emitAdditions(aggregation, operandOf, code, module);
  });
}

/** Adds the values that `operandOf` gives to the group at `row`. */
export function emitAdditions(
  aggregation: Aggregation,
  operandOf: (expression: Expression) => Operand,
  code: Code,
  module: ModuleBuilder,
): void {
  const { accumulators, name } = aggregation;
  const additions = accumulators.additions(module, operandOf);
  if (!isCut(aggregation)) for (const addition of additions) addition.emit(code);
  else for (const line of emitPieces(`add_${name}`, 'row: usize', 'row', additions, module)) code.line(line);
}

/** Writes a key (assembly/state/key) and returns its name: one text column is its own key, several columns lie behind each other. */
export function emitKey(
  keys: readonly { expression: Expression; operand: Operand }[],
  code: Code,
  module: ModuleBuilder,
): string {
  const key = code.fresh('packed');
  const [only] = keys;
  if (keys.length === 1 && only !== undefined && storageOf(only.expression.type) === 'text') {
    const { value, isNull } = only.operand;
    code.line(
      `const ${key}: u64 = ${isNull === 'false' ? value : `(${isNull}) ? ${module.use('state/key', 'nullTextKey')}() : ${value}`};`,
    );
    return key;
  }
  code.line(`${module.use('state/key', 'beginKey')}();`);
  for (const { expression, operand } of keys) {
    const storage = storageOf(expression.type);
    if (storage === 'text') code.line(`${module.use('state/key', 'addKeyText')}(${operand.value}, ${operand.isNull});`);
    else
      code.line(
        `${module.use('state/key', 'addKeyNumber')}(${bitsOf(expression.type, operand.value)}, ${operand.isNull});`,
      );
  }
  code.line(`const ${key}: u64 = ${module.use('state/key', 'finishKey')}();`);
  return key;
}

/** The columns of the group at `row`: `closing` ones, keys read back, aggregate results. With `full`, results that fault are checked. */
export function emitGroupColumns(
  aggregation: Aggregation,
  closing: ReadonlyMap<number, Operand>,
  code: Code,
  segment: Segment,
  context: ProgramContext,
  full: boolean,
): ExpressionContext {
  const { aggregates, keyCount } = aggregation;
  const columns = new Map(closing);
  emitKeyColumns(aggregation, columns, code, context.module);
  const results = fitsBeside(aggregates.length * resultWeight)
    ? emitResults(aggregation, code, segment, context, full)
    : emitResultParts(aggregation, code, segment, context, full);
  for (const [index, operand] of results.entries()) columns.set(keyCount + index, operand);
  const column = (index: number): Operand => {
    const operand = columns.get(index);
    if (operand === undefined) throw new Error('invariant: no such group column');
    return operand;
  };
  return { code, module: context.module, column, rowtime: 'rowtime', shared: sharing(context) };
}

function emitResults(
  { aggregates, accumulators }: Aggregation,
  code: Code,
  segment: Segment,
  context: ProgramContext,
  full: boolean,
): Operand[] {
  return aggregates.map((call, index) => {
    const operand = accumulators.emitResult(index, code, context.module);
    if (full && call.name !== 'COUNT') emitFailCheck(segment, context, code, call.span.start);
    return operand;
  });
}

// Results are left in a frame by functions of their own; the first one that faults is the row's fault.
function emitResultParts(
  { name, aggregates, accumulators }: Aggregation,
  code: Code,
  segment: Segment,
  context: ProgramContext,
  full: boolean,
): Operand[] {
  const { module } = context;
  const frame = new ValueFrame(`results_${name}`, aggregates.length);
  if (full) {
    frame.declare(module);
    const places: string[] = [];
    for (const [number, part] of partition(aggregates.map(() => resultWeight)).entries()) {
      const inner = new Code();
      for (const index of part) {
        const call = aggregates[index];
        if (call === undefined) continue;
        frame.store(inner, index, call.type, accumulators.emitResult(index, inner, module));
        if (call.name === 'COUNT') continue;
        inner.line(`if (${module.use('faults', 'pendingFault')} != 0) return ${index};`);
        places.push(`if (call == ${index}) return ${placeText(segment, context, call.span.start)};`);
      }
      inner.line('return -1;');
      module.function(`function results_${name}_${number}(row: usize): i32`, inner);
      const faulty = code.fresh('faulty');
      code.line(`const ${faulty} = results_${name}_${number}(row);`);
      code.line(`if (${faulty} >= 0) ${failStatements(segment, context, `place_${name}(${faulty})`)}`);
    }
    emitPlaces(name, places, module);
  }
  return aggregates.map((call, index) => frame.operand(index, call));
}

/** Emits `place_<name>(call)`: the text that says where in the SQL a call stands. */
export function emitPlaces(name: string, places: readonly string[], module: ModuleBuilder): void {
  const code = new Code();
  module.use('text', 'Text');
  for (const place of places) code.line(place);
  code.line(`return ${module.use('text', 'EMPTY_TEXT')};`);
  module.function(`function place_${name}(call: i32): Text`, code);
}

function emitKeyColumns(
  { grouping, table }: Aggregation,
  columns: Map<number, Operand>,
  code: Code,
  module: ModuleBuilder,
): void {
  const [only] = grouping;
  if (grouping.length === 0 || only === undefined) return;
  code.line(`let at: usize = ${module.use('state/slots', 'keyBytes')}(${table}, row);`);
  if (grouping.length === 1 && storageOf(only.expression.type) === 'text') {
    code.line('const keyText: u64 = (<u64>load<u32>(row) << 32) | <u64>(<u32>at);');
    // A local of its own: where the column is used, `row` may be the row of an operator above.
    const { nullable } = only.expression;
    if (nullable)
      code.line(`const keyTextNull: bool = ${module.use('state/key', 'isNullTextKey')}(at, load<u32>(row));`);
    columns.set(only.index, { value: 'keyText', isNull: nullable ? 'keyTextNull' : 'false' });
    return;
  }
  for (const { expression, index } of grouping) {
    const storage = storageOf(expression.type);
    const value = `key${index}`;
    const isNull = expression.nullable ? `keyNull${index}` : 'false';
    if (expression.nullable) code.line(`const ${isNull}: bool = load<u8>(at) != 0;`);
    if (storage === 'text') {
      code.line(`const ${value}: u64 = (<u64>load<u32>(at, 1) << 32) | <u64>(<u32>(at + 5));`);
      code.line('at += 5 + <usize>load<u32>(at, 1);');
    } else {
      const type = wasmType(storage);
      const bits =
        storage === 'f64' ? 'load<f64>(at, 1)' : storage === 'f32' ? 'load<f32>(at, 1)' : `<${type}>load<i64>(at, 1)`;
      code.line(`const ${value}: ${type} = ${bits};`);
      code.line('at += 9;');
    }
    columns.set(index, { value, isNull });
  }
}
