// TOP_K_ITEMS_TUMBLING and COUNT_DISTINCT_ITEMS_TUMBLING in the program: items are counted where rows arrive; the results of a window
// leave when it ends.
import { emitKeyJson } from '../aggregation.ts';
import { Code, type ModuleBuilder } from '../code.ts';
import type { ExpressionContext, Operand } from '../expressions.ts';
import { dueAtBoundary, emitFlush, noteBoundary, withScratch } from '../leaving.ts';
import type { BreakingCode } from '../operator.ts';
import { hasSuspended, leavingSuspends } from '../suspending.ts';
import { leavingColumns, ownsGroup, saveSingle, tableLayoutVersion, type TableLayout } from './tableShared.ts';

const topModule = 'tables/topItems';
const distinctModule = 'tables/distinctItems';

/** The most frequent items. */
export const topItemsCode: BreakingCode<'table-function'> = {
  form: 'breaking',
  layoutVersion: tableLayoutVersion,
  scope: 'single',
  title: (relation) => `top ${relation.options['K']} items`,
  declare: (top, { module }) => {
    module.declareObject(top.name, topModule, 'TopItems', 'TOP_ITEMS_BYTES');
    // The item is the first column.
    emitKeyJson(top.name, top.relation.columns.slice(0, 1), 'item: u64', 'item', module);
  },
  initialize: ({ name, relation }, module) => [
    `${module.use(topModule, 'initializeTopItems')}(${name}, ${relation.options['K']});`,
  ],
  save: (top, module) => saveSingle(top, top.name, module.use(topModule, 'saveTopItems')),
  load: ({ name }, module) => `${module.use(topModule, 'loadTopItems')}(${name}, end)`,
  loaded: () => [],
  changed: ownsGroup,
  due: ({ name }) => dueAtBoundary(name),
  arrive: (top, below, _, { module }) => {
    const { value, isNull } = itemOf(top, below);
    openWindow(top, below, module);
    const item = isNull === 'false' ? value : `(${isNull}) ? ${module.use('state/key', 'nullTextKey')}() : ${value}`;
    below.code.line(`${module.use(topModule, 'addTopItem')}(${top.name}, ${item});`);
  },
  parameters: ['item: u64', 'count: i64'],
  data: ({ name }) => `data_${name}(item)`,
  leave: (top, code, _, context) => {
    const { module } = context;
    const nullable = top.relation.columns[0]?.nullable === true;
    const parts = `${module.use('text', 'textPointer')}(item), ${module.use('text', 'textLength')}(item)`;
    const isNull = nullable ? `${module.use('state/key', 'isNullTextKey')}(${parts})` : 'false';
    return leavingColumns(
      code,
      [
        { value: 'item', isNull },
        { value: 'count', isNull: 'false' },
      ],
      context,
    );
  },
  finish: (top, _, context) => {
    const { module } = context;
    const { name } = top;
    const row = `rows_${name}(${module.use(topModule, 'topItem')}, ${module.use(topModule, 'topItemCount')}, rowtime);`;
    emitFlush(
      top,
      {
        head: `while (${module.use(topModule, 'nextTopItem')}(${name}))`,
        leave: (code, stop) => withScratch(code, module, () => code.line(row), stop),
        about: 'The window ends: its items leave, the most frequent first.',
      },
      context,
    );
  },
};

/** The number of distinct items. */
export const distinctItemsCode: BreakingCode<'table-function'> = {
  form: 'breaking',
  layoutVersion: tableLayoutVersion,
  scope: 'single',
  title: () => 'number of distinct items',
  declare: (distinct, { module }) =>
    module.declareObject(distinct.name, distinctModule, 'DistinctItems', 'DISTINCT_ITEMS_BYTES'),
  initialize: ({ name }, module) => [`${module.use(distinctModule, 'initializeDistinctItems')}(${name});`],
  save: (distinct, module) => saveSingle(distinct, distinct.name, module.use(distinctModule, 'saveDistinctItems')),
  load: ({ name }, module) => `${module.use(distinctModule, 'loadDistinctItems')}(${name}, end)`,
  loaded: () => [],
  changed: ownsGroup,
  due: ({ name }) => dueAtBoundary(name),
  arrive: (distinct, below, _, { module }) => {
    const { value, isNull } = itemOf(distinct, below);
    openWindow(distinct, below, module);
    const add = `${module.use(distinctModule, 'addDistinctItem')}(${distinct.name}, ${value});`;
    below.code.line(isNull === 'false' ? add : `if (!(${isNull})) ${add}`);
  },
  parameters: ['count: i64'],
  data: (_, module) => module.text('{}'),
  leave: (_, code, __, context) => leavingColumns(code, [{ value: 'count', isNull: 'false' }], context),
  finish: (distinct, _, { module, program }) => {
    const { name } = distinct;
    const code = new Code();
    code.line(`const count = ${module.use(distinctModule, 'distinctItemCount')}(${name});`);
    code.line(`${module.use(distinctModule, 'resetDistinctItems')}(${name});`);
    code.line(`rows_${name}(count, rowtime);`);
    if (leavingSuspends(distinct, program)) code.line(`if (${hasSuspended(module)}) return false;`);
    code.line(`return !(resumable && ${module.use('operators/context', 'outputFull')});`);
    module.function(
      `function flush_${name}(rowtime: i64, resumable: bool): bool`,
      code,
      'The window ends: the number of its items leaves.',
    );
  },
};

function itemOf({ relation }: TableLayout, below: ExpressionContext): Operand {
  return below.column(relation.reads[0] ?? 0);
}

// The window of the row opens unless it is open already.
function openWindow(table: TableLayout, below: ExpressionContext, module: ModuleBuilder): void {
  const { name, relation } = table;
  const milliseconds = Number(relation.options['windowSizeSeconds']) * 1000;
  below.code.block(`if (${name}.open == 0)`, () => {
    below.code.line(
      `${module.use('tables/window', 'openTumblingWindow')}(${name}, ${below.rowtime}, ${milliseconds});`,
    );
    noteBoundary(table, below.code);
  });
}
