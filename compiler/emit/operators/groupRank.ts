// GROUP_RANK in the program: rows wait in a frame of their own, with all columns, and leave with their rank.
import { storageOf } from '../../../contract/types.ts';
import { wasmType, type Operand } from '../expressions.ts';
import { frameOf, type Frame, type StreamLayout } from '../layout.ts';
import { dueAtBoundary, emitFlush, noteBoundary, withScratch } from '../leaving.ts';
import type { BreakingCode } from '../operator.ts';
import { shapeOf } from '../shapes.ts';
import { emitRowJson, loadSlot } from '../streams.ts';
import { leavingColumns, ownsGroup, saveSingle, tableLayoutVersion, type TableLayout } from './tableShared.ts';

const module_ = 'tables/groupRank';

// The rows that wait, laid out like those of a stream: all columns of the input.
function waitingRows({ name, relation }: TableLayout): StreamLayout {
  const { columns } = relation.input;
  return {
    stream: { kind: 'hidden', name, columns, span: relation.span },
    id: name,
    frame: frameOf(columns, name, undefined, false),
    readers: [],
    domain: -1,
  };
}

function waitingFrame(group: TableLayout): Frame {
  return waitingRows(group).frame;
}

/** Ranks among the rows of one ROWTIME. */
export const groupRankCode: BreakingCode<'table-function'> = {
  form: 'breaking',
  layoutVersion: tableLayoutVersion,
  scope: 'single',
  title: () => 'rank among the rows of one ROWTIME',
  declare: (group, { module }) => {
    const frame = waitingFrame(group);
    module.declareObject(group.name, module_, 'GroupRank', 'GROUP_RANK_BYTES');
    module.declare(`const ${frame.name}: usize = memory.data(${frame.bytes}, 16);`);
    shapeOf(waitingRows(group), module);
    emitRowJson(waitingRows(group), module);
  },
  initialize: (group, module) => {
    const { options } = group.relation;
    const { kind, column } = keyOf(group);
    const orders: Record<string, string> = { asc: 'ORDER_ASCENDING', desc: 'ORDER_DESCENDING' };
    const order = module.use(module_, orders[String(options['outputOrder'])] ?? 'ORDER_ARRIVAL');
    const rows = waitingRows(group);
    return [
      `${module.use(module_, 'initializeGroupRank')}(${group.name}, ${module.use(module_, kind)}, ${options['sortOrder'] === 'desc'}, ${order}, ${options['outputMax']}, ${column}, ${rows.frame.name}, ${shapeOf(rows, module)});`,
    ];
  },
  save: (group, module) => saveSingle(group, group.name, module.use(module_, 'saveGroupRank')),
  load: ({ name }, module) => `${module.use(module_, 'loadGroupRank')}(${name}, end)`,
  loaded: () => [],
  changed: ownsGroup,
  due: ({ name }) => dueAtBoundary(name),
  arrive: (group, below, _, { module }) => {
    const { code } = below;
    const frame = waitingFrame(group);
    group.relation.input.columns.forEach((column, index) => {
      const slot = frame.slots[index];
      if (slot === undefined) return;
      const { value, isNull } = below.column(index);
      code.line(`store<${wasmType(storageOf(column.type))}>(${frame.name}, ${value}, ${slot.valueOffset});`);
      code.line(`store<u8>(${frame.name}, u8(${isNull}), ${slot.nullOffset});`);
    });
    code.line(`${module.use(module_, 'addRankedRow')}(${group.name}, ${below.rowtime});`);
    noteBoundary(group, code);
  },
  parameters: ['rank: i32'],
  data: ({ name }) => `rowData_${name}()`,
  leave: (group, code, _, context) => {
    const frame = waitingFrame(group);
    const columns = group.relation.input.columns.map((column, index): Operand => {
      const slot = frame.slots[index];
      if (slot === undefined) throw new Error('invariant: a waiting row has all columns');
      return {
        value: loadSlot(frame, slot, column),
        isNull: column.nullable ? `load<u8>(${frame.name}, ${slot.nullOffset}) != 0` : 'false',
      };
    });
    return leavingColumns(code, [...columns, { value: 'rank', isNull: 'false' }], context);
  },
  finish: (group, _, context) => {
    const { module } = context;
    const { name } = group;
    const next = `${module.use(module_, 'nextRankedRow')}(${name})`;
    emitFlush(
      group,
      {
        head: `for (let rank = ${next}; rank != 0; rank = ${next})`,
        leave: (code, stop) => withScratch(code, module, () => code.line(`rows_${name}(rank, rowtime);`), stop),
        about: 'The rows of a ROWTIME are complete: they leave with their ranks.',
      },
      context,
    );
  },
};

// The column to rank by, and how its values compare.
function keyOf({ relation }: TableLayout): { column: number; kind: string } {
  const column = relation.reads[0] ?? 0;
  const kind = relation.input.columns[column]?.type.kind;
  if (kind === 'CHAR' || kind === 'VARCHAR' || kind === 'BIGINT') return { column, kind: `RANK_BY_${kind}` };
  return { column, kind: 'RANK_BY_INTEGER' };
}
