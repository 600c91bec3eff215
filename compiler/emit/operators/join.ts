// Joins in the program. Both kinds of rows come in through one hidden stream; each is packed, meets the rows that the other side keeps,
// and is kept itself.
import type { Expression } from '../../plan/expression.ts';
import { canFault } from '../../plan/faults.ts';
import type { JoinSide } from '../../plan/plan.ts';
import { emitKey } from '../aggregation.ts';
import { Code, type ModuleBuilder } from '../code.ts';
import { sharing, type ProgramContext } from '../context.ts';
import { emitCondition, emitExpression, type ExpressionContext, type Operand } from '../expressions.ts';
import type { OperatorOf, StreamLayout } from '../layout.ts';
import { closeAtBoundary, emitFlush, noteBoundary, withScratch } from '../leaving.ts';
import type { BreakingCode } from '../operator.ts';
import { failStatements, placeText, type Segment } from '../segment.ts';
import { scanColumn } from '../streams.ts';
import { keptColumn, keptPositions, shapeOf } from '../shapes.ts';

type JoinLayout = OperatorOf<'join'>;
type SideName = 'left' | 'right';

const layoutVersion = 1;

/** Joins of streams. */
export const joinCode: BreakingCode<'join'> = {
  form: 'breaking',
  layoutVersion,
  scope: 'keyed',
  title: ({ left, right }) =>
    `join${left.preserved || right.preserved ? ', outer' : ''}, ${left.keys.length === 0 ? 'without equal keys' : `by ${left.keys.length} equal keys`}`,
  declare: (join, context) => {
    const { module } = context;
    const source = sourceOf(join, context.program);
    module.declareObject(join.name, 'operators/join', 'Join', 'JOIN_BYTES');
    for (const side of ['left', 'right'] as const) {
      const [from, to] = rangeOf(join, side);
      shapeOf(source, module, from, to);
      const count = keptPositions(source, from, to).length;
      module.declare(`const packed_${join.name}_${side}: usize = memory.data(${count * 9 + 16}, 8);`);
      const nulls = [...Array<number>(count * 8).fill(0), ...Array<number>(Math.max(count, 1)).fill(1)];
      module.declare(`const nothing_${join.name}_${side}: usize = memory.data<u8>([${nulls.join(', ')}]);`);
    }
  },
  initialize: (join, module, program) => {
    const source = sourceOf(join, program);
    const shape = (side: SideName): string => shapeOf(source, module, ...rangeOf(join, side));
    return [
      `${module.use('operators/join', 'initializeJoin')}(${join.name}, ${shape('left')}, ${shape('right')}, keyGroups);`,
    ];
  },
  save: (join, module) =>
    `${module.use('operators/join', 'saveJoin')}(${join.name}, 0x${join.relation.id}, ${layoutVersion}, group);`,
  load: (join, module) => `${module.use('operators/join', 'loadJoin')}(${join.name}, group, end)`,
  loaded: (join, module) => [
    `${module.use('operators/join', 'joinLoaded')}(${join.name});`,
    ...(isOuter(join) ? [`ends_${join.name}();`] : []),
  ],
  changed: ({ name }) => `(load<u8>(${name}.left.changed + group) | load<u8>(${name}.right.changed + group)) != 0`,
  closeDue: (join, code) => {
    const { name } = join;
    if (isOuter(join)) closeAtBoundary(name, code);
  },
  // The last row that came in may be later than the clock: what lies above may have let it out at the end.
  atEnd: (join, clock, _module, program) =>
    `${join.name}.end = max<i64>(${clock}, rowtime_${sourceOf(join, program).id}); ends_${join.name}();`,
  arrive: (join, below, segment, context) => {
    const tag = below.column(join.relation.columns.length);
    below.code.line(`if (${tag.value} == 0) take_${join.name}_left(rowtime);`);
    below.code.line(`else take_${join.name}_right(rowtime);`);
    for (const side of ['left', 'right'] as const) emitTake(join, side, segment, context);
  },
  parameters: ['left: usize', 'right: usize'],
  data: () => '0, 0',
  leave: (join, code, segment, context) => pairContext(join, code, segment.source, context),
  finish: (join, segment, context) => {
    emitMeet(join, segment, context);
    if (isOuter(join)) emitEnds(join, context);
  },
};

function isOuter({ relation }: JoinLayout): boolean {
  return relation.left.preserved || relation.right.preserved;
}

function sourceOf(join: JoinLayout, program: ProgramContext['program']): StreamLayout {
  const { input } = join.relation;
  const source = input.kind === 'stream-scan' ? program.streams.get(input.stream) : undefined;
  if (source === undefined) throw new Error('invariant: a join without its stream');
  return source;
}

function rangeOf({ relation }: JoinLayout, side: SideName): [number, number] {
  return side === 'left' ? [0, relation.left.columns] : [relation.left.columns, relation.columns.length];
}

// The columns of a pair of rows: `left` and `right` are their addresses.
function pairContext(join: JoinLayout, code: Code, source: StreamLayout, context: ProgramContext): ExpressionContext {
  const left = keptColumn(source, 'left', ...rangeOf(join, 'left'));
  const right = keptColumn(source, 'right', ...rangeOf(join, 'right'));
  const column = (index: number): Operand => (index < join.relation.left.columns ? left(index) : right(index));
  return { code, module: context.module, column, rowtime: 'rowtime', shared: sharing(context) };
}

// meet_<name>(left, right, rowtime): a pair that satisfies the condition leaves.
function emitMeet(join: JoinLayout, segment: Segment, context: ProgramContext): void {
  const code = new Code();
  const { predicate } = join.relation;
  if (predicate !== undefined) {
    const pair = pairContext(join, code, segment.source, context);
    const condition = emitCondition(predicate, pair);
    if (canFault(predicate)) {
      const report = failStatements(segment, context, placeText(segment, context, predicate.span.start));
      code.line(
        `if (${context.module.use('faults', 'pendingFault')} != 0) ${report.replace('return;', 'return false;')}`,
      );
    }
    code.line(`if (!(${condition})) return false;`);
  }
  withScratch(code, context.module, () => code.line(`rows_${join.name}(left, right, rowtime);`));
  code.line('return true;');
  context.module.function(`function meet_${join.name}(left: usize, right: usize, rowtime: i64): bool`, code);
}

function sideCalls(join: JoinLayout, side: SideName): { own: JoinSide; other: JoinSide; otherName: SideName } {
  const { relation } = join;
  return side === 'left'
    ? { own: relation.left, other: relation.right, otherName: 'right' }
    : { own: relation.right, other: relation.left, otherName: 'left' };
}

// take_<name>_<side>(rowtime): a row of a side meets what the other side keeps, and is kept.
function emitTake(join: JoinLayout, side: SideName, segment: Segment, context: ProgramContext): void {
  const { module } = context;
  const { name } = join;
  const { own, other, otherName } = sideCalls(join, side);
  const code = new Code();
  const use = (member: string): string => module.use('operators/join', member);
  const rowStore = (member: string): string => module.use('state/rowStore', member);
  for (const [each, { retention, preserved }] of [
    [side, own],
    [otherName, other],
  ] as const) {
    // What a preserved side no longer keeps leaves by flush.
    if (!preserved && retention.unit === 'range')
      code.line(`${use('forgetBefore')}(${name}.${each}, ${retention.milliseconds}, rowtime);`);
  }
  const { key, nullKey } = emitSideKey(own.keys, segment, code, context);
  code.line(`const row = packed_${name}_${side};`);
  code.line(`${module.use('state/rows', 'packRow')}(${name}.${side}.shape, ${segment.source.frame.name}, row);`);
  code.line(
    `let entry: usize = ${nullKey === 'false' ? '' : `${nullKey} ? 0 : `}${rowStore('firstWithKey')}(${name}.${otherName}, ${key.pointer}, ${key.length});`,
  );
  // A key that is NULL meets nothing now or later: its row is kept where it may leave alone or counts among rows.
  const keep = `${use('keepSide')}(${name}, ${name}.${side}, row, ${key.pointer}, ${key.length}, ${nullKey}, rowtime)`;
  if (nullKey === 'false' || own.preserved || own.retention.unit === 'rows') code.line(`const kept = ${keep};`);
  else code.line(`if (!(${nullKey})) ${keep};`);
  if (own.preserved) code.line('let met = false;');
  const pair = side === 'left' ? 'row, other' : 'other, row';
  code.block(`for (; entry != 0; entry = ${rowStore('nextWithKey')}(entry))`, () => {
    code.line(`const other = ${module.use('state/rows', 'entryRow')}(entry);`);
    const meeting = `meet_${name}(${pair}, rowtime)`;
    const marks = [
      ...(own.preserved ? ['met = true;'] : []),
      ...(other.preserved ? [`${rowStore('markMet')}(${name}.${otherName}, entry);`] : []),
    ];
    code.line(marks.length === 0 ? `${meeting};` : `if (${meeting}) { ${marks.join(' ')} }`);
  });
  if (own.preserved) code.line(`if (met) ${rowStore('markMet')}(${name}.${side}, kept);`);
  if (own.retention.unit === 'rows') {
    if (own.preserved) code.line(`beyond_${name}_${side}(rowtime);`);
    else code.line(`${use('forgetBeyond')}(${name}.${side}, ${own.retention.count});`);
  }
  if (isOuter(join)) {
    code.line(`ends_${name}();`);
    noteBoundary(join, code);
  }
  module.function(`function take_${name}_${side}(rowtime: i64): void`, code, `A row of the ${side} side.`);
  if (own.preserved && own.retention.unit === 'rows') emitBeyond(join, side, own.retention.count, context);
}

function emitSideKey(
  keys: readonly Expression[],
  segment: Segment,
  code: Code,
  context: ProgramContext,
): { key: { pointer: string; length: string }; nullKey: string } {
  const { module } = context;
  const below: ExpressionContext = {
    code,
    module,
    column: scanColumn(segment.source),
    rowtime: 'rowtime',
    shared: sharing(context),
  };
  const operands = keys.map((expression) => ({ expression, operand: emitExpression(expression, below) }));
  const nulls = operands.flatMap(({ operand }) => (operand.isNull === 'false' ? [] : [`(${operand.isNull})`]));
  const nullKey = nulls.length === 0 ? 'false' : code.fresh('nullKey');
  if (nulls.length > 0) code.line(`const ${nullKey}: bool = ${nulls.join(' || ')};`);
  const key = emitKey(operands, code, module);
  return {
    key: {
      pointer: `${module.use('text', 'textPointer')}(${key})`,
      length: `${module.use('text', 'textLength')}(${key})`,
    },
    nullKey,
  };
}

// The statement with which the oldest row of a side leaves alone, when it met none.
function unmatched(join: JoinLayout, side: SideName, time: string, module: ModuleBuilder): string {
  const row = `${module.use('state/rows', 'entryRow')}(${join.name}.${side}.list.head)`;
  const nothing = `nothing_${join.name}_${side === 'left' ? 'right' : 'left'}`;
  const pair = side === 'left' ? `${row}, ${nothing}` : `${nothing}, ${row}`;
  return `if (!${module.use('state/rowStore', 'hasMet')}(${join.name}.${side}.list.head)) rows_${join.name}(${pair}, ${time});`;
}

// beyond_<name>_<side>(rowtime): rows that a window of rows no longer holds leave.
function emitBeyond(join: JoinLayout, side: SideName, count: bigint, context: ProgramContext): void {
  const { module } = context;
  const code = new Code();
  code.block(`while (${join.name}.${side}.list.count > ${count})`, () => {
    code.line(unmatched(join, side, 'rowtime', module));
    code.line(`${module.use('state/rowStore', 'dropOldest')}(${join.name}.${side});`);
  });
  module.function(`function beyond_${join.name}_${side}(rowtime: i64): void`, code);
}

// ends_<name>(): when the next row of a preserved side leaves. flush_<name>: those that are due do.
function emitEnds(join: JoinLayout, context: ProgramContext): void {
  const { module } = context;
  const { name, relation } = join;
  const sides = (['left', 'right'] as const).filter((side) => relation[side].preserved);
  const use = (member: string): string => module.use('operators/join', member);
  const endOf = (side: SideName): string => {
    const { retention } = relation[side];
    return retention.unit === 'rows'
      ? `${use('rowsEnd')}(${name}, ${name}.${side})`
      : `${use('oldestEnd')}(${name}.${side}, ${retention.milliseconds})`;
  };
  const lowest = sides.length === 2 ? `min(${endOf('left')}, ${endOf('right')})` : endOf(sides[0] ?? 'left');
  const kept = sides.map((side) => `${name}.${side}.list.count`).join(' + ');
  const ends = new Code();
  ends.line(`${use('setNextEnd')}(${name}, ${lowest}, ${kept});`);
  module.function(`function ends_${name}(): void`, ends);
  const oldestLeaves = (code: Code): void => {
    for (const [index, side] of sides.entries()) {
      const mine = side === 'left' ? `${use('leftIsFirst')}(${name}, leftEnd, rightEnd)` : '';
      code.block(sides.length === 1 ? '' : index === 0 ? `if (${mine})` : 'else', () => {
        code.line(unmatched(join, side, 'end', module));
        code.line(`${module.use('state/rowStore', 'dropOldest')}(${name}.${side});`);
      });
    }
  };
  emitFlush(
    name,
    {
      head: `while (${kept} != 0)`,
      leave: (code) => {
        for (const side of sides) code.line(`const ${side}End: i64 = ${endOf(side)};`);
        code.line(`const end = ${sides.length === 2 ? 'min(leftEnd, rightEnd)' : `${sides[0]}End`};`);
        code.line('if (end > rowtime) break;');
        withScratch(code, module, () => oldestLeaves(code));
      },
      after: `ends_${name}();`,
      about: 'Rows that can meet none any more leave alone.',
    },
    module,
  );
}
