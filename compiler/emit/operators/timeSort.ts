// T-sort in the program.
import { Code } from '../code.ts';
import type { ProgramContext } from '../context.ts';
import { emitEnter, emitTimeChecks } from '../enter.ts';
import type { OperatorOf } from '../layout.ts';
import { stopWhenFull, withScratch } from '../leaving.ts';
import type { EntryCode } from '../operator.ts';
import { countOf, type Segment } from '../segment.ts';
import { shapeOf } from '../shapes.ts';
import { loadSlot } from '../streams.ts';
import { emitContinuation, streamSuspends, suspendWith } from '../suspending.ts';
import { emitCompare } from './compareRows.ts';
import { targetOf } from './sort.ts';

const layoutVersion = 2;

/** ORDER BY … WITHIN. */
export const timeSortCode: EntryCode<'time-sort'> = {
  form: 'entry',
  layoutVersion,
  scope: 'single',
  title: (relation) => `T-sort within ${relation.withinMs} ms`,
  declare: (sort, context) => {
    const { module } = context;
    module.declareObject(sort.name, 'operators/timeSort', 'TimeSort', 'TIME_SORT_BYTES');
    shapeOf(targetOf(sort, context), module);
  },
  initialize: (sort, module, program) => {
    const target = targetOf(sort, { program });
    return [
      `${module.use('operators/timeSort', 'initializeTimeSort')}(${sort.name}, ${target.frame.name}, ${shapeOf(target, module)});`,
    ];
  },
  save: (sort, module) =>
    `${module.use('operators/timeSort', 'saveTimeSort')}(${sort.name}, 0x${sort.relation.id}, ${layoutVersion}, group);`,
  load: (sort, module) => `${module.use('operators/timeSort', 'loadTimeSort')}(${sort.name}, end)`,
  loaded: () => [],
  changed: () => undefined,
  atEnd: ({ name }, clock, module) => `${module.use('operators/timeSort', 'endTimeSort')}(${name}, ${clock});`,
  held: ({ name }) => `${name}.count`,
  enter: (sort, _, context) => {
    const target = targetOf(sort, context);
    const slot = target.frame.slots[sort.relation.time];
    const column = target.stream.columns[sort.relation.time];
    if (slot === undefined || column === undefined) throw new Error('invariant: a T-sort without its time');
    const isNull = column.nullable ? `load<u8>(${target.frame.name}, ${slot.nullOffset}) != 0` : 'false';
    return `enter_${sort.name}(${loadSlot(target.frame, slot, column)}, ${isNull}, rowtime);`;
  },
  finish: (sort, segment, context) => {
    const { module } = context;
    const target = targetOf(sort, context);
    const arrival = `i32(${module.use('state/rows', 'entrySequence')}(left) > ${module.use('state/rows', 'entrySequence')}(right)) * 2 - 1`;
    emitCompare(`compare_${sort.name}`, 'entries', target, sort.relation.keys, arrival, module);
    const code = new Code();
    const { name } = sort;
    const within = `${sort.relation.withinMs}`;
    emitTimeChecks(
      target,
      segment,
      `${name}.highest != i64.MIN_VALUE && time + ${within} < ${name}.highest`,
      code,
      context,
    );
    code.line(`${module.use('operators/timeSort', 'addTimed')}(${name}, time, compare_${name});`);
    emitReleased(sort, code, context);
    module.function(`function enter_${name}(time: i64, isNull: bool, rowtime: i64): void`, code);
    emitRelease(sort, segment, context);
  },
};

// Behind a row that came in: what is old enough leaves.
function emitReleased(sort: OperatorOf<'time-sort'>, code: Code, context: ProgramContext): void {
  const { name, relation } = sort;
  const { module, program } = context;
  const release = `release_${name}(${name}.highest - ${relation.withinMs}, false)`;
  if (!streamSuspends(targetOf(sort, context).stream.name, program)) {
    code.line(`${release};`);
    return;
  }
  const again = `released_${name}`;
  const stop = `if (!${release}) ${suspendWith(again, [], module)}`;
  code.line(stop);
  const more = new Code();
  more.line(stop);
  emitContinuation(again, more, module);
}

// release_<name>(bound): rows up to the bound leave in order; false when it stopped because the output is full.
function emitRelease(sort: OperatorOf<'time-sort'>, segment: Segment, context: ProgramContext): void {
  const { name } = sort;
  const { module } = context;
  const target = targetOf(sort, context);
  const code = new Code();
  code.block(`while (${name}.count != 0 && ${module.use('operators/timeSort', 'earliest')}(${name}) <= bound)`, () => {
    code.line(`const time = ${module.use('operators/timeSort', 'takeEarliest')}(${name}, compare_${name});`);
    code.line(countOf(segment, context, 'passed'));
    const stop = streamSuspends(target.stream.name, context.program) ? ['return false;'] : undefined;
    withScratch(code, module, () => emitEnter(target, 'time', code, context), stop);
    stopWhenFull(code, module);
  });
  code.line('return true;');
  module.function(`function release_${name}(bound: i64, resumable: bool): bool`, code);
  const flush = new Code();
  flush.line(`if (!release_${name}(i64.MAX_VALUE, resumable)) return false;`);
  flush.line(`${name}.open = 0;`);
  flush.line('return true;');
  module.function(`function flush_${name}(rowtime: i64, resumable: bool): bool`, flush, 'At the end all leave.');
}
