// Joins in the program. Both kinds of rows come in through one hidden stream; each is packed, meets the rows that the other side keeps,
// and is kept itself.
import type { Expression } from '../../plan/expression.ts';
import { canFault } from '../../plan/faults.ts';
import type { JoinSide } from '../../plan/plan.ts';
import { emitKey } from '../aggregation.ts';
import { Code, type ModuleBuilder } from '../code.ts';
import { sharing, type ProgramContext } from '../context.ts';
import { emitCondition, emitExpression, type ExpressionContext, type Operand } from '../expressions.ts';
import { isForTable, type OperatorOf, type StreamLayout } from '../layout.ts';
import { dueAtBoundary, emitFlush, noteBoundary, withScratch } from '../leaving.ts';
import type { BreakingCode } from '../operator.ts';
import { countOf, failStatements, placeText, type Segment } from '../segment.ts';
import { scanColumn } from '../streams.ts';
import { emitContinuation, hasSuspended, leavingSuspends, suspendWith } from '../suspending.ts';
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
  due: (join) => (isOuter(join) ? dueAtBoundary(join.name) : undefined),
  // The last row that came in may be later than the clock: what lies above may have let it out at the end.
  atEnd: (join, clock, module, program) => {
    const { name } = join;
    const forget = preservedSides(join).map((side) => `${module.use('operators/join', 'forgetMet')}(${name}.${side});`);
    const end = `${name}.end = max<i64>(${clock}, rowtime_${sourceOf(join, program).id});`;
    return `${end} ${forget.join(' ')} ends_${name}();`;
  },
  arrive: (join, below, segment, context) => {
    const tag = below.column(join.relation.columns.length);
    below.code.line(`if (${tag.value} == 0) take_${join.name}_left(rowtime);`);
    below.code.line(`else take_${join.name}_right(rowtime);`);
    for (const side of ['left', 'right'] as const) emitTake(join, side, segment, context);
  },
  parameters: ['left: usize', 'right: usize'],
  data: () => '0',
  leave: (join, code, segment, context) => pairContext(join, code, segment.source, context),
  finish: (join, segment, context) => {
    emitMeet(join, segment, context);
    if (isOuter(join)) emitEnds(join, context);
  },
};

function isOuter(join: JoinLayout): boolean {
  return preservedSides(join).length > 0;
}

function preservedSides({ relation }: JoinLayout): SideName[] {
  return (['left', 'right'] as const).filter((side) => relation[side].preserved);
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
      // The pair faults, not the row that came: that one is kept all the same.
      const pairs = { ...segment, from: join };
      const report = failStatements(pairs, context, placeText(segment, context, predicate.span.start));
      code.block(`if (${context.module.use('faults', 'pendingFault')} != 0)`, () => {
        code.line(countOf(pairs, context, 'produced'));
        code.line(report.replace('return;', 'return false;'));
      });
    }
    code.line(`if (!(${condition})) return false;`);
  }
  const stop = leavingSuspends(join, context.program) ? ['return true;'] : undefined;
  withScratch(code, context.module, () => code.line(`rows_${join.name}(left, right, rowtime);`), stop);
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
  const first = `${rowStore('firstWithKey')}(${name}.${otherName}, ${key.pointer}, ${key.length})`;
  code.line(`const entry: usize = ${nullKey === 'false' ? '' : `${nullKey} ? 0 : `}${first};`);
  // A key that is NULL meets nothing now or later: its row is kept where it may leave alone or counts among rows.
  const keep = `${use('keepSide')}(${name}, ${name}.${side}, row, ${key.pointer}, ${key.length}, ${nullKey}, rowtime)`;
  if (nullKey === 'false' || own.preserved || own.retention.unit === 'rows') code.line(`const kept = ${keep};`);
  else code.line(`if (!(${nullKey})) ${keep};`);
  code.line(`if (entry != 0) meetAll_${name}_${side}(entry, ${own.preserved ? 'kept' : '0'}, false, rowtime);`);
  if (hasTaken(join, own)) code.line(`else taken_${name}_${side}(rowtime);`);
  module.function(`function take_${name}_${side}(rowtime: i64): void`, code, `A row of the ${side} side.`);
  emitMeetAll(join, side, segment, context);
  if (hasTaken(join, own)) emitTaken(join, side, segment, context);
}

// True where something is left to do behind a row of a side that has met the others.
function hasTaken(join: JoinLayout, { retention }: JoinSide): boolean {
  return retention.unit === 'rows' || isOuter(join);
}

// meetAll_<name>_<side>(entry, kept, met, rowtime): the packed row of a side meets what the other side keeps, from `entry` on; `kept` is
// where it is kept itself, if its side is preserved, `met` whether it has met a row. It stops where the output is full.
function emitMeetAll(join: JoinLayout, side: SideName, segment: Segment, context: ProgramContext): void {
  const { module, program } = context;
  const { name } = join;
  const { own, other, otherName } = sideCalls(join, side);
  const code = new Code();
  const rowStore = (member: string): string => module.use('state/rowStore', member);
  code.line(`const row = packed_${name}_${side};`);
  const pair = side === 'left' ? 'row, other' : 'other, row';
  const call = `meetAll_${name}_${side}`;
  code.block('while (entry != 0)', () => {
    code.line(`const other = ${module.use('state/rows', 'entryRow')}(entry);`);
    const meeting = `meet_${name}(${pair}, rowtime)`;
    const marks = [
      ...(own.preserved ? ['met = true;'] : []),
      ...(other.preserved ? [`${rowStore('markMet')}(${name}.${otherName}, entry);`] : []),
    ];
    code.line(marks.length === 0 ? `${meeting};` : `if (${meeting}) { ${marks.join(' ')} }`);
    code.line(`entry = ${rowStore('nextWithKey')}(entry);`);
    if (isForTable(segment.pump, program)) return;
    const full = module.use('operators/context', 'outputFull');
    const rest = suspendWith(`rest_${call}`, ['<i64>entry', '<i64>kept', 'i64(met)'], module);
    code.line(`if (${full}) { ${rest} return; }`);
  });
  if (own.preserved) code.line(`if (met) ${rowStore('markMet')}(${name}.${side}, kept);`);
  if (hasTaken(join, own)) code.line(`taken_${name}_${side}(rowtime);`);
  const parameters = 'entry: usize, kept: usize, met: bool, rowtime: i64';
  module.function(`function ${call}(${parameters}): void`, code, `A row of the ${side} side meets the others.`);
  const rest = new Code();
  rest.line(`${call}(<usize>first, <usize>second, third != 0, rowtime_${segment.source.id});`);
  emitContinuation(`rest_${call}`, rest, module);
}

// taken_<name>_<side>(rowtime): a row of a side has met the others: rows beyond the side's count leave it, and ends are set anew.
function emitTaken(join: JoinLayout, side: SideName, segment: Segment, context: ProgramContext): void {
  const { module, program } = context;
  const { name } = join;
  const { own } = sideCalls(join, side);
  const code = new Code();
  if (own.retention.unit === 'rows') {
    const { count } = own.retention;
    if (own.preserved) {
      code.block(`while (${name}.${side}.list.count > ${count})`, () => {
        code.line(unmatched(join, side, 'rowtime', module));
        if (leavingSuspends(join, program)) {
          const beyond = `beyond_${name}_${side}`;
          code.line(`if (${hasSuspended(module)}) { ${suspendWith(beyond, [], module)} return; }`);
          emitDropped(join, beyond, side, `taken_${name}_${side}(rowtime_${segment.source.id});`, module);
        }
        code.line(`${module.use('state/rowStore', 'dropOldest')}(${name}.${side});`);
      });
    } else code.line(`${module.use('operators/join', 'forgetBeyond')}(${name}.${side}, ${count});`);
  }
  if (isOuter(join)) {
    code.line(`ends_${name}();`);
    noteBoundary(join, code);
  }
  module.function(`function taken_${name}_${side}(rowtime: i64): void`, code);
}

// A continuation: the oldest row of a side has left and is dropped.
function emitDropped(join: JoinLayout, name: string, side: SideName, then: string, module: ModuleBuilder): void {
  const code = new Code();
  code.line(`${module.use('state/rowStore', 'dropOldest')}(${join.name}.${side});`);
  code.line(then);
  emitContinuation(name, code, module);
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

// ends_<name>(): when the next row of a preserved side leaves. flush_<name>: those that are due do.
function emitEnds(join: JoinLayout, context: ProgramContext): void {
  const { module } = context;
  const { name, relation } = join;
  const sides = preservedSides(join);
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
  const oldestLeaves = (code: Code, stop: readonly string[] | undefined): void => {
    for (const [index, side] of sides.entries()) {
      const mine = side === 'left' ? `${use('leftIsFirst')}(${name}, leftEnd, rightEnd)` : '';
      code.block(sides.length === 1 ? '' : index === 0 ? `if (${mine})` : 'else', () => {
        code.line(unmatched(join, side, 'end', module));
        if (stop !== undefined) {
          const left = `left_${name}_${side}`;
          code.line(`if (${hasSuspended(module)}) { ${suspendWith(left, [], module)} ${stop.join(' ')} }`);
          emitDropped(join, left, side, `ends_${name}();`, module);
        }
        code.line(`${module.use('state/rowStore', 'dropOldest')}(${name}.${side});`);
      });
    }
  };
  emitFlush(
    join,
    {
      head: `while (${kept} != 0)`,
      leave: (code, stop) => {
        for (const side of sides) code.line(`const ${side}End: i64 = ${endOf(side)};`);
        code.line(`const end = ${sides.length === 2 ? 'min(leftEnd, rightEnd)' : `${sides[0]}End`};`);
        code.line('if (end > rowtime) break;');
        withScratch(code, module, () => oldestLeaves(code, stop));
      },
      after: `ends_${name}();`,
      about: 'Rows that can meet none any more leave alone.',
    },
    context,
  );
}
