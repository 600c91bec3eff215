// Streaming ORDER BY in the program.
import { emitBoundary, emitClosingValue } from '../closing.ts';
import { Code } from '../code.ts';
import type { ProgramContext } from '../context.ts';
import { emitEnter } from '../enter.ts';
import type { OperatorOf, StreamLayout } from '../layout.ts';
import { dueAtBoundary, emitFlush, flushWhole, noteBoundary, withScratch } from '../leaving.ts';
import type { EntryCode } from '../operator.ts';
import { countOf, type Segment } from '../segment.ts';
import { shapeOf } from '../shapes.ts';
import { emitCompare } from './compareRows.ts';

type SortLayout = OperatorOf<'sort'>;

const layoutVersion = 1;

/** ORDER BY. */
export const sortCode: EntryCode<'sort'> = {
  form: 'entry',
  layoutVersion,
  scope: 'single',
  title: () => 'sort of ORDER BY',
  declare: (sort, context) => {
    const { module } = context;
    module.declareObject(sort.name, 'operators/sort', 'Sort', 'SORT_BYTES');
    shapeOf(targetOf(sort, context), module);
  },
  initialize: (sort, module, program) => {
    const target = targetOf(sort, { program });
    return [
      `${module.use('operators/sort', 'initializeSort')}(${sort.name}, ${target.frame.name}, ${shapeOf(target, module)});`,
    ];
  },
  save: (sort, module) =>
    `${module.use('operators/sort', 'saveSort')}(${sort.name}, 0x${sort.relation.id}, ${layoutVersion}, group);`,
  load: (sort, module) => `${module.use('operators/sort', 'loadSort')}(${sort.name}, end)`,
  loaded: () => [],
  changed: () => undefined,
  // Groups that leave together have the ROWTIME at which their batch is complete.
  due: ({ name, relation: { closing } }) =>
    closing.kind === 'value' ? undefined : dueAtBoundary(name, closing.kind === 'emission' ? '>' : '>='),
  atEnd: ({ name }, clock) => `if (${name}.outputTime == i64.MAX_VALUE) ${name}.outputTime = ${clock};`,
  held: ({ name }) => `${name}.list.count`,
  enter: ({ name }) => `enter_${name}(rowtime);`,
  finish: (sort, segment, context) => {
    const target = targetOf(sort, context);
    emitCompare(`compare_${sort.name}`, 'entries', target, sort.relation.keys, '0', context.module);
    if (sort.relation.closing.kind === 'value')
      emitCompare(`compareFirst_${sort.name}`, 'rows', target, sort.relation.keys.slice(0, 1), '0', context.module);
    emitBatch(sort, context);
    emitSortFlush(sort, target, segment, context);
  },
};

/** The hidden stream that the sorted rows enter. */
export function targetOf(
  operator: OperatorOf<'sort'> | OperatorOf<'time-sort'>,
  { program }: Pick<ProgramContext, 'program'>,
): StreamLayout {
  const pump = program.pumps.find((candidate) => candidate.pump.name === operator.pump);
  const target = pump === undefined ? undefined : program.streams.get(pump.pump.target);
  if (target === undefined) throw new Error('invariant: a sort without its stream');
  return target;
}

// enter_<name>(rowtime): the frame's row joins the batch, or begins the next one.
function emitBatch(sort: SortLayout, context: ProgramContext): void {
  const { name, relation } = sort;
  const { module } = context;
  const { closing } = relation;
  const code = new Code();
  const add = module.use('operators/sort', 'addToBatch');
  code.line(`const row = ${module.use('operators/sort', 'packedRow')}(${name});`);
  if (closing.kind === 'value') {
    code.block(
      `if (${name}.open != 0 && compareFirst_${name}(${module.use('operators/sort', 'firstRow')}(${name}), row) != 0)`,
      () => {
        // The row waits in a place of its own while the batch passes through the frame.
        code.line(`const entry = ${module.use('state/rows', 'keepRow')}(${name}.shape, row, rowtime, 0, 0);`);
        flushWhole(sort, '', 'rowtime', code, context);
        code.line(`${add}(${name}, ${module.use('state/rows', 'entryRow')}(entry), rowtime);`);
        code.line(`${module.use('state/rows', 'dropEntry')}(entry);`);
        code.line('return;');
      },
    );
  } else {
    code.block(`if (${name}.open == 0)`, () => {
      if (closing.kind === 'emission') {
        code.line(`${name}.boundary = rowtime;`);
        code.line(`${name}.outputTime = rowtime;`);
      } else {
        emitBoundary(name, closing.expression, 'rowtime', code, module);
        code.line(`${name}.boundary = boundary;`);
        code.line(`${name}.outputTime = boundary - ${Number(closing.closedEnd)};`);
      }
      noteBoundary(sort, code);
    });
  }
  code.line(`${add}(${name}, row, rowtime);`);
  if (closing.kind === 'time') emitClosingValue(name, closing.expression, context);
  module.function(`function enter_${name}(rowtime: i64): void`, code, 'A row waits for its batch to be complete.');
}

function emitSortFlush(sort: SortLayout, target: StreamLayout, segment: Segment, context: ProgramContext): void {
  const { name } = sort;
  const { module } = context;
  const next = `${module.use('operators/sort', 'nextSorted')}(${name}, compare_${name})`;
  emitFlush(
    sort,
    {
      head: `for (let time = ${next}; time != i64.MIN_VALUE; time = ${next})`,
      leave: (code, stop) => {
        code.line(`time = max(time, rowtime_${target.id});`);
        code.line(countOf(segment, context, 'passed'));
        withScratch(code, module, () => emitEnter(target, 'time', code, context), stop);
      },
      about: 'The batch leaves, sorted.',
    },
    context,
  );
}
