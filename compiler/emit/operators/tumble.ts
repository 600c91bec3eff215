// Tumbling aggregates in the program: adding a row, opening a window, letting the groups leave.
import { storageOf } from '../../../contract/types.ts';
import type { Expression } from '../../plan/expression.ts';
import { Accumulators } from '../accumulators.ts';
import { Code, type ModuleBuilder } from '../code.ts';
import { emitExpression, shareKey, wasmType, type ExpressionContext, type Operand } from '../expressions.ts';
import { canFault } from '../../plan/faults.ts';
import type { ProgramContext } from '../context.ts';
import { sharing } from '../context.ts';
import type { OperatorOf } from '../layout.ts';
import type { BreakingCode } from '../operator.ts';
import { emitFailCheck, failCheck, operatorName, type Segment } from '../segment.ts';

type TumbleLayout = OperatorOf<'tumble-aggregate'>;

/** Layout version of a tumbling aggregate's section. */
const layoutVersion = 1;

/** Tumbling GROUP BY. */
export const tumbleCode: BreakingCode<'tumble-aggregate'> = {
  form: 'breaking',
  layoutVersion,
  scope: 'keyed',
  title: (relation) =>
    `tumbling aggregate of ${relation.aggregates.map((call) => call.name).join(', ') || 'no column'}`,
  declare: (tumble, { module }) => declareTumble(tumble, module),
  initialize: (tumble, module) => [initializeTumble(tumble, module)],
  save: (tumble, module) =>
    `${module.use('operators/tumble', 'saveTumble')}(${tumble.name}, 0x${tumble.relation.id}, ${layoutVersion}, group); // ${operatorName(tumble)}`,
  load: (tumble, module) => `${module.use('operators/tumble', 'loadTumble')}(${tumble.name}, group, end)`,
  loaded: (tumble, module) => [`${module.use('operators/tumble', 'tumbleLoaded')}(${tumble.name});`],
  changed: (tumble) => `load<u8>(${tumble.name}.groups.changed + group) != 0`,
  closeDue: (tumble, code) => {
    if (tumble.relation.closing.kind === 'time')
      code.line(`if (rowtime >= ${tumble.name}.boundary) flush_${tumble.name}(${tumble.name}.outputTime, false);`);
  },
  arrive: (tumble, below, segment, context) => emitAccumulate(tumble, below, failCheck(segment, context, below.code)),
  parameters: ['row: usize'],
  data: (tumble, module) => `${module.use('state/groups', 'rowKey')}(${tumble.name}.groups, row), load<u32>(row)`,
  leave: (tumble, code, segment, context, full) => groupContext(tumble, code, segment, context, full),
  finish: (tumble, _, context) => {
    const { module } = context;
    emitOpen(
      tumble,
      (code, rowtime) => ({ code, module, column: noColumn, rowtime, shared: sharing(context) }),
      module,
    );
    emitFlush(tumble, module);
  },
};

function noColumn(): Operand {
  throw new Error('invariant: a closing key of time reads a column');
}

function groupContext(
  tumble: TumbleLayout,
  code: Code,
  segment: Segment,
  context: ProgramContext,
  full: boolean,
): ExpressionContext {
  const check = (index: number): void => {
    const call = tumble.relation.aggregates[index];
    if (full && call !== undefined && call.name !== 'COUNT') emitFailCheck(segment, context, code, call.span.start);
  };
  const columns = emitGroupColumns(tumble, code, context.module, check);
  const column = (index: number): Operand => {
    const operand = columns[index];
    if (operand === undefined) throw new Error('invariant: no such group column');
    return operand;
  };
  return { code, module: context.module, column, rowtime: 'rowtime', shared: sharing(context) };
}

/** The keys that tell groups of one window apart: all but a closing key that is the same for the whole window. */
function groupingKeys(tumble: TumbleLayout): { expression: Expression; index: number }[] {
  return tumble.relation.keys
    .map((expression, index) => ({ expression, index }))
    .filter(({ index }) => index !== tumble.relation.closing.key);
}

/** The accumulators of an operator. */
function accumulatorsOf(tumble: TumbleLayout): Accumulators {
  return new Accumulators(tumble.relation.aggregates, shareKey);
}

/** Declares the operator's state. */
function declareTumble(tumble: TumbleLayout, module: ModuleBuilder): void {
  module.use('operators/tumble', 'Tumble');
  module.declare(
    `const ${tumble.name}: Tumble = changetype<Tumble>(memory.data(${module.use('operators/tumble', 'TUMBLE_BYTES')}, 16));`,
  );
  const accumulators = accumulatorsOf(tumble);
  if (accumulators.words.some(Boolean)) {
    module.declare(
      `const texts_${tumble.name}: usize = memory.data<u8>([${accumulators.words.map(Number).join(', ')}]);`,
    );
  }
}

/** A statement that prepares the operator. */
function initializeTumble(tumble: TumbleLayout, module: ModuleBuilder): string {
  const accumulators = accumulatorsOf(tumble);
  const texts = accumulators.words.some(Boolean) ? `texts_${tumble.name}` : '0';
  return `${module.use('operators/tumble', 'initializeTumble')}(${tumble.name}, ${accumulators.words.length}, ${texts}, keyGroups);`;
}

/** The value of a closing key as the bits of an i64. */
function closingBits(type: Expression['type'], value: string): string {
  const storage = storageOf(type);
  if (storage === 'f64') return `reinterpret<i64>(${value} + 0.0)`;
  if (storage === 'f32') return `<i64>reinterpret<i32>(${value} + <f32>0.0)`;
  return `<i64>${value}`;
}

/** Emits `open_<name>(time)` for a window that time closes, with the key as a function of time. */
function emitOpen(
  tumble: TumbleLayout,
  contextAt: (code: Code, rowtime: string) => ExpressionContext,
  module: ModuleBuilder,
): void {
  const { closing, keys } = tumble.relation;
  const key = keys[closing.key];
  if (key === undefined || closing.kind !== 'time') return;
  const valueCode = new Code();
  const value = emitExpression(key, contextAt(valueCode, 'time'));
  valueCode.line(`return ${closingBits(key.type, value.value)};`);
  module.function(`function value_${tumble.name}(time: i64): i64`, valueCode);
  const code = new Code();
  code.line(`const value = value_${tumble.name}(time);`);
  code.line(`const boundary = ${module.use('operators/tumble', 'findBoundary')}(value_${tumble.name}, time, value);`);
  if (canFault(key)) code.line(`${module.use('faults', 'clearFault')}();`);
  code.line(`${module.use('operators/tumble', 'openWindow')}(${tumble.name}, value, boundary, ${closing.closedEnd});`);
  code.line(`if (boundary < next_${tumble.domain}) next_${tumble.domain} = boundary;`);
  module.function(`function open_${tumble.name}(time: i64): void`, code, 'Opens the window that holds `time`.');
}

/** Emits `flush_<name>(rowtime, resumable)`: the groups leave; false when it stopped because the output is full. */
function emitFlush(tumble: TumbleLayout, module: ModuleBuilder): void {
  const code = new Code();
  const next = `${module.use('operators/tumble', 'nextGroup')}(${tumble.name})`;
  code.block(`for (let row = ${next}; row != 0; row = ${next})`, () => {
    code.line(`const mark = ${module.use('state/scratch', 'scratchMark')}();`);
    code.line(`rows_${tumble.name}(row, rowtime);`);
    code.line(`${module.use('state/scratch', 'scratchRelease')}(mark);`);
    code.line(`if (resumable && ${module.use('operators/context', 'outputFull')}) return false;`);
  });
  code.line('return true;');
  module.function(
    `function flush_${tumble.name}(rowtime: i64, resumable: bool): bool`,
    code,
    'The window closes: its groups leave in the order of their first row.',
  );
}

/** Adds the row of `context` to its group. `fail` writes the check for a pending fault. */
function emitAccumulate(
  tumble: TumbleLayout,
  context: ExpressionContext,
  fail: (expression: Expression) => void,
): void {
  const { code, module } = context;
  const accumulators = accumulatorsOf(tumble);
  const { closing, keys } = tumble.relation;
  const operands = new Map<Expression, Operand>();
  const evaluate = (expression: Expression): Operand => {
    const operand = emitExpression(expression, context);
    if (canFault(expression)) fail(expression);
    operands.set(expression, operand);
    return operand;
  };
  const closingKey = keys[closing.key];
  if (closing.kind === 'value' && closingKey !== undefined) evaluate(closingKey);
  const grouping = groupingKeys(tumble);
  for (const { expression } of grouping) evaluate(expression);
  const values = new Map(accumulators.arguments().map((argument) => [shareKey(argument), evaluate(argument)]));
  emitWindow(tumble, context, closingKey === undefined ? undefined : operands.get(closingKey));
  code.line(`${tumble.name}.lastTime = ${context.rowtime};`);
  const key = emitKey(
    grouping.map(({ expression }) => ({ expression, operand: operands.get(expression) as Operand })),
    code,
    module,
  );
  const find = module.use('state/groups', 'findGroup');
  // A block of its own: where groups come in, their row has the same name.
  code.block('', () => {
    code.line(
      `const row = ${find}(${tumble.name}.groups, ${module.use('text', 'textPointer')}(${key}), ${module.use('text', 'textLength')}(${key}));`,
    );
    const initialize = new Code(2);
    accumulators.emitInitialize(initialize);
    if (initialize.lines.length > 0) {
      code.block(`if (${module.use('state/groups', 'groupIsNew')})`, () => {
        for (const line of initialize.lines) code.line(line.trim());
      });
    }
    accumulators.emitAdd(code, module, (argument) => values.get(shareKey(argument)) as Operand);
  });
}

function emitWindow(tumble: TumbleLayout, context: ExpressionContext, closing: Operand | undefined): void {
  const { code, module } = context;
  if (tumble.relation.closing.kind === 'time') {
    code.line(`if (${tumble.name}.open == 0) open_${tumble.name}(${context.rowtime});`);
    return;
  }
  const key = tumble.relation.keys[tumble.relation.closing.key];
  if (closing === undefined || key === undefined) throw new Error('invariant: an aggregate without its closing key');
  // NULL is a value of its own, outside the range that real keys use.
  const bits =
    closing.isNull === 'false'
      ? closingBits(key.type, closing.value)
      : `(${closing.isNull}) ? i64.MIN_VALUE : ${closingBits(key.type, closing.value)}`;
  code.line(`const closing: i64 = ${bits};`);
  code.line(
    `if (${tumble.name}.open != 0 && closing != ${tumble.name}.value) flush_${tumble.name}(${context.rowtime}, false);`,
  );
  code.line(
    `if (${tumble.name}.open == 0) ${module.use('operators/tumble', 'openWindow')}(${tumble.name}, closing, ${module.use('operators/tumble', 'NEVER')}, false);`,
  );
}

// One text column is its own key; several columns are written behind each other (assembly/state/key).
function emitKey(
  keys: readonly { expression: Expression; operand: Operand }[],
  code: Code,
  module: ModuleBuilder,
): string {
  const key = 'key';
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
        `${module.use('state/key', 'addKeyNumber')}(${closingBits(expression.type, operand.value)}, ${operand.isNull});`,
      );
  }
  code.line(`const ${key}: u64 = ${module.use('state/key', 'finishKey')}();`);
  return key;
}

/** The columns of the group at `row`: keys read back, then aggregate results. Results that fault are checked by `fail`. */
function emitGroupColumns(
  tumble: TumbleLayout,
  code: Code,
  module: ModuleBuilder,
  fail: (index: number) => void,
): Operand[] {
  const { keys, closing, aggregates } = tumble.relation;
  const columns = new Map<number, Operand>();
  const closingKey = keys[closing.key];
  if (closingKey !== undefined) {
    const storage = storageOf(closingKey.type);
    const value =
      storage === 'f64'
        ? `reinterpret<f64>(${tumble.name}.value)`
        : storage === 'f32'
          ? `reinterpret<f32>(<i32>${tumble.name}.value)`
          : `<${wasmType(storage)}>${tumble.name}.value`;
    columns.set(closing.key, {
      value,
      isNull: closingKey.nullable ? `(${tumble.name}.value == i64.MIN_VALUE)` : 'false',
    });
  }
  emitKeyColumns(tumble, columns, code, module);
  const accumulators = accumulatorsOf(tumble);
  aggregates.forEach((_, index) => {
    columns.set(keys.length + index, accumulators.emitResult(index, code, module));
    fail(index);
  });
  return [...columns.entries()].sort(([left], [right]) => left - right).map(([, operand]) => operand);
}

function emitKeyColumns(tumble: TumbleLayout, columns: Map<number, Operand>, code: Code, module: ModuleBuilder): void {
  const grouping = groupingKeys(tumble);
  const [only] = grouping;
  if (grouping.length === 0 || only === undefined) return;
  code.line(`let at: usize = ${module.use('state/groups', 'rowKey')}(${tumble.name}.groups, row);`);
  if (grouping.length === 1 && storageOf(only.expression.type) === 'text') {
    code.line('const keyText: u64 = (<u64>load<u32>(row) << 32) | <u64>(<u32>at);');
    const isNull = only.expression.nullable
      ? `${module.use('state/key', 'isNullTextKey')}(at, load<u32>(row))`
      : 'false';
    columns.set(only.index, { value: 'keyText', isNull });
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
