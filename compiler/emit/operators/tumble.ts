// Tumbling aggregates in the program: adding a row, opening a window, letting the groups leave.
import { storageOf } from '../../../contract/types.ts';
import type { Expression } from '../../plan/expression.ts';
import { Accumulators, bitsOf } from '../accumulators.ts';
import {
  declareInitial,
  declareKinds,
  emitAddRow,
  emitGroupColumns,
  emitGroupKey,
  emitKeyData,
  emitValues,
  initialOf,
  kindsOf,
  type Aggregation,
  type GroupingKey,
} from '../aggregation.ts';
import { emitOpenWindow } from '../closing.ts';
import type { ModuleBuilder } from '../code.ts';
import { wasmType, type ExpressionContext, type Operand } from '../expressions.ts';
import type { ProgramContext } from '../context.ts';
import type { OperatorOf } from '../layout.ts';
import { addGathered, declareGathered, emitGather, gathers } from '../gatheredRows.ts';
import { dueAtBoundary, emitFlush, flushWhole, withScratch } from '../leaving.ts';
import type { BreakingCode } from '../operator.ts';
import type { Segment } from '../segment.ts';

type TumbleLayout = OperatorOf<'tumble-aggregate'>;

/** Layout version of a tumbling aggregate's section. */
const layoutVersion = 2;

/** Tumbling GROUP BY. */
export const tumbleCode: BreakingCode<'tumble-aggregate'> = {
  form: 'breaking',
  layoutVersion,
  scope: 'keyed',
  title: (relation) =>
    `tumbling aggregate of ${relation.aggregates.map((call) => call.name).join(', ') || 'no column'}`,
  declare: (tumble, context) => declareTumble(tumble, context),
  initialize: (tumble, module) => initializeTumble(tumble, module),
  save: (tumble, module) =>
    `${module.use('operators/tumble', 'saveTumble')}(${tumble.name}, 0x${tumble.relation.id}, ${layoutVersion}, group);`,
  load: (tumble, module) => `${module.use('operators/tumble', 'loadTumble')}(${tumble.name}, group, end)`,
  loaded: (tumble, module) => [`${module.use('operators/tumble', 'tumbleLoaded')}(${tumble.name});`],
  prepare: (tumble, context) => (gathersRows(tumble, context) ? [addGathered(aggregationOf(tumble))] : []),
  changed: (tumble) => `load<u8>(${tumble.name}.groups.changed + group) != 0`,
  due: ({ name, relation }) => (relation.closing.kind === 'time' ? dueAtBoundary(name) : undefined),
  atEnd: ({ name }, clock, module) => `${module.use('operators/tumble', 'endTumble')}(${name}, ${clock});`,
  arrive: (tumble, below, segment, context) => emitArrival(tumble, below, segment, context),
  parameters: ['row: usize'],
  data: ({ name }) => `data_${name}(row)`,
  leave: (tumble, code, segment, context, full) =>
    emitGroupColumns(aggregationOf(tumble), closingColumn(tumble), code, segment, context, full),
  finish: (tumble, _, context) => {
    const { closing, keys } = tumble.relation;
    const key = keys[closing.key];
    const due = `if (boundary < next_${tumble.domain}) next_${tumble.domain} = boundary;`;
    if (key !== undefined && closing.kind === 'time')
      emitOpenWindow(tumble.name, key, closing.closedEnd, [due], context);
    emitGroupsLeave(tumble, context);
  },
};

// The keys that tell groups of one window apart: all but the closing key, which is the same for the whole window.
function groupingKeys(tumble: TumbleLayout): GroupingKey[] {
  return tumble.relation.keys
    .map((expression, index) => ({ expression, index }))
    .filter(({ index }) => index !== tumble.relation.closing.key);
}

function aggregationOf(tumble: TumbleLayout): Aggregation {
  const { relation, name } = tumble;
  return {
    name,
    input: relation.input,
    grouping: groupingKeys(tumble),
    aggregates: relation.aggregates,
    accumulators: new Accumulators(relation.aggregates),
    keyCount: relation.keys.length,
    table: `${name}.groups`,
  };
}

// Where only another value of its key closes the window, it is looked at row by row.
function gathersRows(tumble: TumbleLayout, context: ProgramContext): boolean {
  return tumble.relation.closing.kind === 'time' && gathers(aggregationOf(tumble), context);
}

function closesByText({ relation }: TumbleLayout): boolean {
  const key = relation.keys[relation.closing.key];
  return key !== undefined && relation.closing.kind === 'value' && storageOf(key.type) === 'text';
}

/** Declares the operator's state. */
function declareTumble(tumble: TumbleLayout, context: ProgramContext): void {
  const { module } = context;
  module.declareObject(tumble.name, 'operators/tumble', 'Tumble', 'TUMBLE_BYTES');
  emitKeyData(aggregationOf(tumble), context);
  const { accumulators } = aggregationOf(tumble);
  declareKinds(tumble.name, accumulators.words, module);
  declareInitial(tumble.name, accumulators, accumulators.words.length, module);
  if (gathersRows(tumble, context)) declareGathered(aggregationOf(tumble), context);
}

/** Statements that prepare the operator. */
function initializeTumble(tumble: TumbleLayout, module: ModuleBuilder): string[] {
  const { accumulators, table } = aggregationOf(tumble);
  const { words } = accumulators;
  return [
    `${module.use('operators/tumble', 'initializeTumble')}(${tumble.name}, ${words.length}, ${kindsOf(tumble.name, words)}, keyGroups);`,
    ...initialOf(tumble.name, table, accumulators),
  ];
}

function emitGroupsLeave(tumble: TumbleLayout, context: ProgramContext): void {
  const { module } = context;
  const next = `${module.use('operators/tumble', 'nextGroup')}(${tumble.name})`;
  emitFlush(
    tumble,
    {
      head: `for (let row = ${next}; row != 0; row = ${next})`,
      leave: (code, stop) => withScratch(code, module, () => code.line(`rows_${tumble.name}(row, rowtime);`), stop),
      ...(gathersRows(tumble, context) ? { before: addGathered(aggregationOf(tumble)) } : {}),
      about: 'The window closes: its groups leave in the order of their first row.',
    },
    context,
  );
}

/** Adds the row of `below` to its group. */
function emitArrival(tumble: TumbleLayout, below: ExpressionContext, segment: Segment, context: ProgramContext): void {
  const { code, module } = below;
  const aggregation = aggregationOf(tumble);
  const { closing, keys } = tumble.relation;
  const key = keys[closing.key];
  const first = closing.kind === 'value' && key !== undefined ? [key] : [];
  const operandOf = emitValues(aggregation, first, below, segment, context);
  if (closing.kind === 'time') code.line(`if (${tumble.name}.open == 0) open_${tumble.name}(${below.rowtime});`);
  else if (key !== undefined) emitValueWindow(tumble, key, operandOf(key), below, context);
  code.line(`${tumble.name}.lastTime = ${below.rowtime};`);
  const find = module.use('state/groups', 'findGroup');
  const groupKey = emitGroupKey(aggregation, operandOf, code, module);
  const addRow = (): void =>
    emitAddRow(
      aggregation,
      groupKey,
      code,
      operandOf,
      (bytes, length) => `${find}(${aggregation.table}, ${bytes}, ${length})`,
      module,
    );
  if (gathersRows(tumble, context)) emitGather(aggregation, groupKey, operandOf, addRow, code, context);
  else addRow();
}

// A window that only another value of its key closes.
function emitValueWindow(
  tumble: TumbleLayout,
  key: Expression,
  closing: Operand,
  { code, module, rowtime }: ExpressionContext,
  context: ProgramContext,
): void {
  const { name } = tumble;
  const use = (library: string): string => module.use('operators/tumble', library);
  if (closesByText(tumble)) {
    const other = `!${use('isClosingText')}(${name}, ${closing.value}, ${closing.isNull})`;
    flushWhole(tumble, `${name}.open != 0 && ${other}`, rowtime, code, context);
    code.line(`if (${name}.open == 0) ${use('openTextWindow')}(${name}, ${closing.value}, ${closing.isNull});`);
    return;
  }
  // NULL is a value of its own, outside the range that real keys use.
  const bits =
    closing.isNull === 'false'
      ? bitsOf(key.type, closing.value)
      : `(${closing.isNull}) ? i64.MIN_VALUE : ${bitsOf(key.type, closing.value)}`;
  code.line(`const closing: i64 = ${bits};`);
  flushWhole(tumble, `${name}.open != 0 && closing != ${name}.value`, rowtime, code, context);
  code.line(`if (${name}.open == 0) ${use('openWindow')}(${name}, closing, ${use('NEVER')}, false);`);
}

// The closing key as a column of a group that leaves.
function closingColumn(tumble: TumbleLayout): Map<number, Operand> {
  const { keys, closing } = tumble.relation;
  const key = keys[closing.key];
  if (key === undefined) return new Map();
  const storage = storageOf(key.type);
  const bits = `${tumble.name}.value`;
  const value =
    storage === 'text'
      ? `${tumble.name}.closingText`
      : storage === 'f64'
        ? `reinterpret<f64>(${bits})`
        : storage === 'f32'
          ? `reinterpret<f32>(<i32>${bits})`
          : `<${wasmType(storage)}>${bits}`;
  return new Map([[closing.key, { value, isNull: key.nullable ? `(${bits} == i64.MIN_VALUE)` : 'false' }]]);
}
