// GROUP_RANK in the program: rows wait in a frame of their own, with all columns, and leave with their rank.
import { storageOf } from '../../../contract/types.ts';
import { Code, type ModuleBuilder } from '../code.ts';
import { wasmType, type Operand } from '../expressions.ts';
import { frameOf, type Frame, type StreamLayout } from '../layout.ts';
import { initializeQueue } from '../merges.ts';
import type { BreakingCode } from '../operator.ts';
import { emitRowJson, loadSlot } from '../streams.ts';
import {
  closeTableWindow,
  declareContainer,
  leavingColumns,
  ownsGroup,
  saveSingle,
  tableLayoutVersion,
  type TableLayout,
} from './tableShared.ts';

const module_ = 'tables/groupRank';

// The frame of the rows that wait: all columns of the input.
function waitingFrame({ name, relation }: TableLayout): Frame {
  return frameOf(relation.input.columns, name, undefined, false);
}

/** Ranks among the rows of one ROWTIME. */
export const groupRankCode: BreakingCode<'table-function'> = {
  form: 'breaking',
  layoutVersion: tableLayoutVersion,
  scope: 'single',
  title: () => 'rank among the rows of one ROWTIME',
  declare: (group, { module }) => {
    const frame = waitingFrame(group);
    declareContainer(group, module, module_, 'GroupRank', 'GROUP_RANK_BYTES');
    module.declare(`const ${frame.name}: usize = memory.data(${frame.bytes}, 16);`);
    emitData(group, frame, module);
  },
  initialize: (group, module) => {
    const { options, input } = group.relation;
    const key = keyOf(group);
    const frame = waitingFrame(group);
    const slot = key.storage === 'text' ? (frame.slots[key.column]?.valueOffset ?? 0) : 0;
    const kind = key.storage !== 'text' ? 'RANK_BY_INTEGER' : key.isPadded ? 'RANK_BY_CHAR' : 'RANK_BY_VARCHAR';
    const orders: Record<string, string> = { asc: 'ORDER_ASCENDING', desc: 'ORDER_DESCENDING' };
    const order = orders[String(options['outputOrder'])] ?? 'ORDER_ARRIVAL';
    return [
      `${module.use(module_, 'initializeGroupRank')}(${group.name}, ${module.use(module_, kind)}, ${options['sortOrder'] === 'desc'}, ${module.use(module_, order)}, ${options['outputMax']}, ${slot});`,
      initializeQueue(`${group.name}.rows`, frame, input.columns, module),
    ];
  },
  save: (group, module) => saveSingle(group, `${group.name}.rows`, module.use('state/queue', 'saveQueue')),
  load: ({ name }, module) => `${module.use(module_, 'loadGroupRank')}(${name}, end)`,
  loaded: () => [],
  changed: ownsGroup,
  closeDue: closeTableWindow,
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
    const { value, isNull } = below.column(keyOf(group).column);
    const key = keyOf(group).storage === 'text' ? '0' : `<i64>(${value})`;
    code.line(`${module.use(module_, 'addRankedRow')}(${group.name}, ${below.rowtime}, ${key}, ${isNull});`);
    code.line(`if (${group.name}.boundary < next_${group.domain}) next_${group.domain} = ${group.name}.boundary;`);
  },
  parameters: ['rank: i32'],
  data: ({ name }, module) =>
    `${module.use('text', 'textPointer')}(data_${name}()), ${module.use('text', 'textLength')}(data_${name}())`,
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
  finish: ({ name }, _, { module }) => {
    const code = new Code();
    const next = `${module.use(module_, 'nextRankedRow')}(${name})`;
    code.block(`for (let rank = ${next}; rank != 0; rank = ${next})`, () => {
      code.line(`const mark = ${module.use('state/scratch', 'scratchMark')}();`);
      code.line(`rows_${name}(rank, rowtime);`);
      code.line(`${module.use('state/scratch', 'scratchRelease')}(mark);`);
      code.line(`if (resumable && ${module.use('operators/context', 'outputFull')}) return false;`);
    });
    code.line('return true;');
    module.function(
      `function flush_${name}(rowtime: i64, resumable: bool): bool`,
      code,
      'The rows of a ROWTIME are complete: they leave with their ranks.',
    );
  },
};

function keyOf({ relation }: TableLayout): { column: number; storage: string; isPadded: boolean } {
  const column = relation.reads[0] ?? 0;
  const type = relation.input.columns[column]?.type ?? { kind: 'INTEGER' };
  return { column, storage: storageOf(type), isPadded: type.kind === 'CHAR' };
}

// data_<name>(): the row in the frame as JSON, for error_stream.
function emitData({ name, relation }: TableLayout, frame: Frame, module: ModuleBuilder): void {
  const layout: StreamLayout = {
    stream: { kind: 'hidden', name, columns: relation.input.columns, span: relation.span },
    id: name,
    frame,
    readers: [],
    domain: -1,
  };
  emitRowJson(layout, module);
  module.use('text', 'Text');
  const code = new Code();
  code.line(`const data = ${module.use('state/scratch', 'scratchAllocate')}(<u32>bound_${name}() + 16);`);
  code.line('store<u8>(data, 123);');
  code.line(`const end = json_${name}(data + 1);`);
  code.line('store<u8>(end, 125);');
  code.line(`return ${module.use('text', 'textOf')}(data, <u32>(end + 1 - data));`);
  module.function(`function data_${name}(): Text`, code);
}
