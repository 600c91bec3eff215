// Functions OVER a window in the program: slide_<name>(key, rowtime) takes the row whose arguments lie in values_<name>, and leaves the
// results of all calls in results_<name>.
// A result that faults loses the row's output only: the row is in the window then, as those are whose results don't fault.
import type { Expression } from '../../plan/expression.ts';
import type { WindowCall } from '../../plan/plan.ts';
import { declareInitial, declareKinds, emitKey, emitPlaces, initialOf, kindsOf } from '../aggregation.ts';
import { Code, type ModuleBuilder } from '../code.ts';
import { sharing, type ProgramContext } from '../context.ts';
import { shareKey, type ExpressionContext, type Operand } from '../expressions.ts';
import type { OperatorOf } from '../layout.ts';
import type { InlineCode } from '../operator.ts';
import { emitIntoFrame, emitPieces, operandsBy, partition, ValueFrame } from '../parts.ts';
import { failStatements, placeText, type Segment } from '../segment.ts';
import { emitWindowResult, resultWeight } from '../windowResults.ts';
import { additionPieces, dropPieces, flipPieces, removalPieces, type OperandOf } from '../windowRows.ts';
import { isAccumulated, WindowState } from '../windowState.ts';

type WindowLayout = OperatorOf<'sliding-window'>;

/** Layout version of a sliding window's section. */
const layoutVersion = 1;

/** Functions OVER a window. */
export const slidingWindowCode: InlineCode<'sliding-window'> = {
  form: 'inline',
  layoutVersion,
  scope: 'keyed',
  title: (relation) => `sliding window of ${relation.calls.map((call) => call.name).join(', ')}`,
  declare: ({ name, relation }, { module }) => {
    module.declareObject(name, 'operators/slidingWindow', 'SlidingWindow', 'SLIDING_WINDOW_BYTES');
    const { kinds, accumulators } = new WindowState(relation);
    declareKinds(name, kinds, module);
    declareInitial(name, accumulators, kinds.length, module);
    resultFrame(name, relation.calls).declare(module);
  },
  initialize: ({ name, relation }, module) => {
    const { kinds, accumulators } = new WindowState(relation);
    const initialize = module.use('operators/slidingWindow', 'initializeSlidingWindow');
    return [
      `${initialize}(${name}, ${kinds.length}, ${kindsOf(name, kinds)}, keyGroups);`,
      ...initialOf(name, `${name}.partitions`, accumulators),
    ];
  },
  save: ({ name, relation }, module) =>
    `${module.use('operators/slidingWindow', 'saveSlidingWindow')}(${name}, 0x${relation.id}, ${layoutVersion}, group); // ${name}`,
  load: ({ name }, module) => `${module.use('operators/slidingWindow', 'loadSlidingWindow')}(${name}, end)`,
  loaded: ({ name }, module) => [`${module.use('operators/slidingWindow', 'slidingWindowLoaded')}(${name});`],
  changed: ({ name }) => `load<u8>(${name}.partitions.changed + group) != 0`,
  pass: (window, below, segment, context, full) => {
    if (full) emitSlide(window, below, segment, context);
    const { calls, input } = window.relation;
    const results = resultFrame(window.name, calls);
    const width = input.columns.length;
    const column = (index: number): Operand => {
      const call = calls[index - width];
      return call === undefined ? below.column(index) : results.operand(index - width, call);
    };
    return { code: below.code, module: context.module, column, rowtime: below.rowtime, shared: sharing(context) };
  },
};

function resultFrame(name: string, calls: readonly WindowCall[]): ValueFrame {
  return new ValueFrame(`results_${name}`, calls.length);
}

// Evaluates what the row gives, before anything is changed, and calls slide_<name>.
function emitSlide(window: WindowLayout, below: ExpressionContext, segment: Segment, context: ProgramContext): void {
  const { name, relation } = window;
  const { module } = context;
  const { code } = below;
  const all = [
    ...relation.partition,
    ...relation.calls.flatMap(({ argument, otherwise }) =>
      [argument, otherwise].filter((expression) => expression !== undefined),
    ),
  ];
  const expressions = [...new Map(all.map((expression) => [shareKey(expression), expression])).values()];
  const frame = new ValueFrame(`values_${name}`, expressions.length);
  frame.declare(module);
  const operands = operandsBy(expressions, emitIntoFrame(expressions, frame, below, segment, relation.input, context));
  const operandOf = (expression: Expression): Operand => operands.get(shareKey(expression)) as Operand;
  const key = emitKey(
    relation.partition.map((expression) => ({ expression, operand: operandOf(expression) })),
    code,
    module,
  );
  const faulty = code.fresh('faulty');
  code.line(`const ${faulty} = slide_${name}(${key}, ${below.rowtime});`);
  code.line(`if (${faulty} >= 0) ${failStatements(segment, context, `place_${name}(${faulty})`)}`);
  const places = relation.calls.flatMap((call, index) =>
    mayFault(call) ? [`if (call == ${index}) return ${placeText(segment, context, call.span.start)};`] : [],
  );
  emitPlaces(name, places, module);
  emitSlideFunction(window, new WindowState(relation), operandOf, module);
}

function mayFault(call: WindowCall): boolean {
  return (
    (isAccumulated(call) && !['COUNT', 'MIN', 'MAX', 'ANY', 'EVERY'].includes(call.name)) || call.name === 'EXP_AVG'
  );
}

// slide_<name>(key, rowtime): what is too old leaves, the row comes, results are read. Returns the first call that faults, or −1.
function emitSlideFunction(
  { name, relation }: WindowLayout,
  state: WindowState,
  operandOf: OperandOf,
  module: ModuleBuilder,
): void {
  const code = new Code();
  const { frame } = relation;
  const use = (library: string): string => module.use('operators/slidingWindow', library);
  const key = `${module.use('text', 'textPointer')}(key), ${module.use('text', 'textLength')}(key)`;
  if (frame.unit === 'range') {
    code.line(`const bound = rowtime - ${frame.precedingMs};`);
    code.line(`const row = ${use('enterRange')}(${name}, ${key}, rowtime, bound);`);
    code.line('const age = rowtime;');
  } else {
    code.line(`const row = ${use('enterPartition')}(${name}, ${key});`);
  }
  if (frame.unit === 'rows') {
    code.line(`const age = load<i64>(row, ${state.numberAt});`);
    code.line(`store<i64>(row, age + 1, ${state.numberAt});`);
    code.line(`const bound = age - ${frame.preceding};`);
  }
  if (frame.unit === 'unbounded') code.line('const age: i64 = 0;');
  emitLeaving(name, state, code, module);
  for (const line of emitPieces(
    `drop_${name}`,
    'row: usize, bound: i64',
    'row, bound',
    dropPieces(state, module),
    module,
  ))
    code.line(line);
  emitComing(name, state, code, operandOf, module);
  emitResultParts(name, state, code, operandOf, module);
  module.use('text', 'Text');
  module.function(
    `function slide_${name}(key: Text, rowtime: i64): i32`,
    code,
    'A row comes into its window: rows that are too old leave, then the results are read.',
  );
}

// leave_<name>(row): the first row of the frame leaves.
function emitLeaving(name: string, state: WindowState, code: Code, module: ModuleBuilder): void {
  if (state.rowsAt < 0) return;
  const ring = `row + ${state.rowsAt}`;
  const use = (library: string): string => module.use('state/ring', library);
  const { frame } = state.relation;
  const first = `${use('ringAt')}(${ring}, 0, ${state.entryBytes})`;
  const tooOld =
    frame.unit === 'rows'
      ? `<i64>${use('ringCount')}(${ring}) > ${frame.preceding}`
      : `${use('ringCount')}(${ring}) > 0 && load<i64>(${first}, ${state.timeAt}) < bound`;
  code.line(`while (${tooOld}) leave_${name}(row);`);
  const leave = new Code();
  if (state.frontAt >= 0) {
    leave.block(`if (load<i64>(row, ${state.frontAt}) == 0)`, () => {
      for (const line of emitPieces(`flip_${name}`, 'row: usize', 'row', flipPieces(state, module), module))
        leave.line(line);
      leave.line(`store<i64>(row, ${use('ringCount')}(${ring}), ${state.frontAt});`);
    });
    leave.line(`store<i64>(row, load<i64>(row, ${state.frontAt}) - 1, ${state.frontAt});`);
  }
  const removals = removalPieces(state, module);
  if (removals.length > 0 || state.entryTexts > 0) leave.line(`const entry = ${first};`);
  for (const line of emitPieces(`remove_${name}`, 'row: usize, entry: usize', 'row, entry', removals, module))
    leave.line(line);
  if (state.entryTexts > 0) leave.line(`${use('freeEntryTexts')}(entry, ${state.entryTexts});`);
  leave.line(`${use('ringDropFirst')}(${ring}, ${state.entryBytes});`);
  module.function(`function leave_${name}(row: usize): void`, leave, 'The first row of the frame leaves.');
}

function emitComing(name: string, state: WindowState, code: Code, operandOf: OperandOf, module: ModuleBuilder): void {
  if (state.rowsAt >= 0) {
    code.line(`const entry = ${module.use('state/ring', 'ringPush')}(row + ${state.rowsAt}, ${state.entryBytes});`);
    if (state.timeAt >= 0) code.line(`store<i64>(entry, rowtime, ${state.timeAt});`);
  } else code.line('const entry: usize = 0;');
  const additions = [...state.accumulators.additions(module, operandOf), ...additionPieces(state, operandOf, module)];
  const parameters = 'row: usize, entry: usize, age: i64, rowtime: i64';
  for (const line of emitPieces(`add_${name}`, parameters, 'row, entry, age, rowtime', additions, module))
    code.line(line);
}

// results_<name>_<n>(row, age): the results of some calls; the first one that faults, or −1.
function emitResultParts(
  name: string,
  state: WindowState,
  code: Code,
  operandOf: OperandOf,
  module: ModuleBuilder,
): void {
  const { calls } = state.relation;
  const frame = resultFrame(name, calls);
  for (const [number, part] of partition(calls.map(() => resultWeight)).entries()) {
    const inner = new Code();
    for (const index of part) {
      const call = calls[index];
      if (call === undefined) continue;
      const result = emitWindowResult(state, call, inner, operandOf, module);
      // Only a column that may be NULL has a null byte that anyone reads.
      frame.store(inner, index, call.type, call.nullable ? result : { value: result.value, isNull: 'false' });
      if (mayFault(call)) inner.line(`if (${module.use('faults', 'pendingFault')} != 0) return ${index};`);
    }
    inner.line('return -1;');
    module.function(`function results_${name}_${number}(row: usize, age: i64): i32`, inner);
    code.line(`const faulty${number} = results_${name}_${number}(row, age);`);
    code.line(`if (faulty${number} >= 0) return faulty${number};`);
  }
  code.line('return -1;');
}
