// WINDOWED BY STAGGER in the program: adding a row to its key's window, letting the windows that are due leave.
import { Accumulators } from '../accumulators.ts';
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
} from '../aggregation.ts';
import { Code } from '../code.ts';
import type { ProgramContext } from '../context.ts';
import type { OperatorOf } from '../layout.ts';
import { emitFlush, noteBoundary, withScratch } from '../leaving.ts';
import type { BreakingCode } from '../operator.ts';
import { emitContinuation, leavingSuspends, suspendWith } from '../suspending.ts';

type StaggerLayout = OperatorOf<'stagger-aggregate'>;

/** Layout version of a staggered aggregate's section. */
const layoutVersion = 1;

/** WINDOWED BY STAGGER. */
export const staggerCode: BreakingCode<'stagger-aggregate'> = {
  form: 'breaking',
  layoutVersion,
  scope: 'keyed',
  title: (relation) =>
    `staggered aggregate of ${relation.aggregates.map((call) => call.name).join(', ') || 'no column'}`,
  declare: (stagger, context) => {
    const { module } = context;
    module.declareObject(stagger.name, 'operators/stagger', 'Stagger', 'STAGGER_BYTES');
    emitKeyData(aggregationOf(stagger), context);
    const { accumulators } = aggregationOf(stagger);
    declareKinds(stagger.name, accumulators.words, module);
    declareInitial(stagger.name, accumulators, accumulators.words.length, module);
  },
  initialize: (stagger, module) => {
    const { accumulators, table } = aggregationOf(stagger);
    const { words } = accumulators;
    const use = module.use('operators/stagger', 'initializeStagger');
    return [
      `${use}(${stagger.name}, ${stagger.relation.rangeMs}, ${words.length}, ${kindsOf(stagger.name, words)}, keyGroups);`,
      ...initialOf(stagger.name, table, accumulators),
    ];
  },
  save: (stagger, module) =>
    `${module.use('operators/stagger', 'saveStagger')}(${stagger.name}, 0x${stagger.relation.id}, ${layoutVersion}, group); // ${stagger.name}`,
  load: (stagger, module) => `${module.use('operators/stagger', 'loadStagger')}(${stagger.name}, end)`,
  loaded: (stagger, module) => [`${module.use('operators/stagger', 'staggerLoaded')}(${stagger.name});`],
  changed: (stagger) => `load<u8>(${stagger.name}.windows.changed + group) != 0`,
  due: ({ name }) => ({ when: `rowtime >= ${name}.boundary`, time: 'rowtime' }),
  arrive: (stagger, below, segment, context) => {
    const { code, module } = below;
    const { name } = stagger;
    const aggregation = aggregationOf(stagger);
    const operandOf = emitValues(aggregation, [], below, segment, context);
    const enter = module.use('operators/stagger', 'enterStagger');
    emitAddRow(
      aggregation,
      emitGroupKey(aggregation, operandOf, code, module),
      code,
      operandOf,
      (key, length) => `${enter}(${name}, ${key}, ${length}, ${below.rowtime})`,
      module,
    );
    noteBoundary(stagger, code);
  },
  parameters: ['row: usize'],
  data: ({ name }) => `data_${name}(row)`,
  leave: (stagger, code, segment, context, full) =>
    emitGroupColumns(aggregationOf(stagger), new Map(), code, segment, context, full),
  finish: (stagger, _, context) => emitWindowsLeave(stagger, context),
};

function aggregationOf({ name, relation }: StaggerLayout): Aggregation {
  return {
    name,
    input: relation.input,
    grouping: relation.keys.map((expression, index) => ({ expression, index })),
    aggregates: relation.aggregates,
    accumulators: new Accumulators(relation.aggregates),
    keyCount: relation.keys.length,
    table: `${name}.windows`,
  };
}

// Windows leave each with its end as ROWTIME.
function emitWindowsLeave(stagger: StaggerLayout, context: ProgramContext): void {
  const { module, program } = context;
  const { name } = stagger;
  const close = `${module.use('operators/stagger', 'closeStagger')}(${name}, row);`;
  if (leavingSuspends(stagger, program)) {
    const closed = new Code();
    closed.line('const row = <usize>first;');
    closed.line(close);
    emitContinuation(`close_${name}`, closed, module);
  }
  const due = `${module.use('operators/stagger', 'dueWindow')}(${name}, rowtime)`;
  emitFlush(
    stagger,
    {
      head: `for (let row = ${due}; row != 0; row = ${due})`,
      leave: (code, stop) => {
        const stopped = stop && [suspendWith(`close_${name}`, ['<i64>row'], module), ...stop];
        withScratch(code, module, () => code.line(`rows_${name}(row, ${name}.boundary);`), stopped);
        code.line(close);
      },
      about: 'Windows that are due leave in the order in which they opened.',
    },
    context,
  );
}
