// Pumps in the program. A pump is a chain of segments: each begins with a row (of a stream, or a group that leaves an aggregate),
// filters and computes, and ends in an aggregate or in the target stream. A segment is one straight function that returns early.
import { placeOf } from '../source.ts';
import type { Expression } from '../plan/expression.ts';
import type { Project, Relation, TumbleAggregate } from '../plan/plan.ts';
import { storageOf } from '../../contract/types.ts';
import { Code, type ModuleBuilder } from './code.ts';
import { emitCondition, emitExpression, wasmType, type ExpressionContext, type Operand } from './expressions.ts';
import { canFault } from '../plan/faults.ts';
import type { ProgramLayout, PumpLayout, StreamLayout, TumbleLayout } from './layout.ts';
import type { Ledger } from './ledger.ts';
import { loadSlot } from './streams.ts';
import { emitAccumulate, emitCloseDue, emitFlush, emitGroupColumns, emitOpen } from './tumble.ts';
import { forEachExpression, weightOf, expressionsOf } from '../plan/walk.ts';

/** Weight of expressions above which a projection is cut into several functions. */
const WEIGHT_PER_FUNCTION = 120;

/** What all functions of the program share while they are written. */
export interface ProgramContext {
  readonly program: ProgramLayout;
  readonly module: ModuleBuilder;
  readonly ledger: Ledger;
  readonly sql: string;
  /** Share equal subexpressions and leave unused columns uncomputed. */
  readonly optimize: boolean;
}

/** A segment under construction. */
interface Segment {
  readonly pump: PumpLayout;
  readonly source: StreamLayout;
  /** The aggregate whose groups come in; undefined for rows of the source stream. */
  readonly from?: TumbleLayout;
}

/** Emits all functions of a pump. */
export function emitPump(pump: PumpLayout, context: ProgramContext): void {
  const source = context.program.streams.get(pump.source);
  if (source === undefined) throw new Error(`invariant: no stream ${pump.source}`);
  emitFail(pump, source, context);
  for (const [index, tumble] of pump.tumbles.entries()) {
    const from = pump.tumbles[index - 1];
    const segment = { pump, source, ...(from === undefined ? {} : { from }) };
    emitSegment(
      segment,
      tumble.relation.input,
      context,
      (code, expressions) => emitAccumulate(tumble, expressions, failCheck(segment, context, code)),
      tumble,
    );
    emitOpen(
      tumble,
      (code, rowtime) => ({ code, module: context.module, column: noColumn, rowtime, shared: sharing(context) }),
      context.module,
    );
    emitFlush(tumble, context.module);
  }
  const last = pump.tumbles.at(-1);
  const segment = { pump, source, ...(last === undefined ? {} : { from: last }) };
  emitSegment(segment, pump.pump.query, context, (code, expressions, relation) =>
    emitTarget(segment, relation, code, expressions, context),
  );
}

function noColumn(): Operand {
  throw new Error('invariant: a closing key of time reads a column');
}

function sharing(context: ProgramContext): Map<string, Operand>[] {
  return context.optimize ? [new Map()] : [];
}

// Emits the function of a segment whose topmost relation is `top`, ended by `finish`.
function emitSegment(
  segment: Segment,
  top: Relation,
  context: ProgramContext,
  finish: (code: Code, expressions: ExpressionContext, relation: Relation) => void,
  into?: TumbleLayout,
): void {
  const code = new Code();
  const { from, pump, source } = segment;
  if (from === undefined) code.line(`const rowtime = rowtime_${source.id};`);
  else code.line(context.ledger.increment('operator', operatorName(from), 'produced'));
  if (into !== undefined) emitCloseDue(into, code, 'rowtime');
  // The target's projection is written by `finish`, expression by expression.
  const below = into === undefined && top.kind === 'project' ? top.input : top;
  const needed = into === undefined ? neededBy(top) : neededBy(into.relation);
  const expressions = emitChain(below, segment, code, context, needed, true);
  finish(code, expressions, top);
  if (into !== undefined && from === undefined) code.line(context.ledger.increment('pump', pump.pump.name, 'absorbed'));
  const header =
    from === undefined
      ? `function pump_${pump.id}(): void`
      : `function groups_${from.name}(row: usize, rowtime: i64): void`;
  const what =
    from === undefined
      ? `Pump "${pump.pump.name}" takes a row of "${source.stream.name}".`
      : `Pump "${pump.pump.name}": a group leaves.`;
  context.module.function(header, code, `${what}\nSQL line ${placeOf(context.sql, top.span.start).line}`);
}

/** Name of an operator in the ledger. */
export function operatorName(tumble: TumbleLayout): string {
  return tumble.name.replace(/^tumble_/, '');
}

function neededBy(relation: Relation): Set<number> {
  const needed = new Set<number>();
  for (const expression of expressionsOf(relation)) {
    forEachExpression(expression, (node) => {
      if (node.kind === 'column') needed.add(node.index);
    });
  }
  return needed;
}

// Writes the filters and computed columns of a chain, lowest first, and returns where its columns are. `full` false: only columns,
// for a function that continues after another one has checked everything.
function emitChain(
  relation: Relation,
  segment: Segment,
  code: Code,
  context: ProgramContext,
  needed: Set<number>,
  full: boolean,
): ExpressionContext {
  switch (relation.kind) {
    case 'stream-scan':
      return scanContext(segment.source, code, context);
    case 'tumble-aggregate':
      return groupContext(segment, relation, code, context, full);
    case 'filter': {
      const all = new Set([...needed, ...neededBy(relation)]);
      const expressions = emitChain(relation.input, segment, code, context, all, full);
      if (full) emitFilter(relation.predicate, segment, code, expressions, context);
      return expressions;
    }
    case 'project': {
      const kept = relation.expressions.filter(
        (expression, index) => needed.has(index) || canFault(expression) || !context.optimize,
      );
      const below = new Set<number>();
      for (const expression of kept) {
        forEachExpression(expression, (node) => {
          if (node.kind === 'column') below.add(node.index);
        });
      }
      const expressions = emitChain(relation.input, segment, code, context, below, full);
      return projectContext(relation, kept, segment, code, expressions, context, full);
    }
  }
}

function scanContext(source: StreamLayout, code: Code, context: ProgramContext): ExpressionContext {
  const column = (index: number): Operand => {
    const slot = source.frame.slots[index];
    const definition = source.stream.columns[index];
    if (slot === undefined || definition === undefined)
      throw new Error(`invariant: column ${index} of ${source.stream.name} is not kept`);
    return {
      value: loadSlot(source.frame, slot, definition),
      isNull: definition.nullable ? `load<u8>(${source.frame.name}, ${slot.nullOffset}) != 0` : 'false',
    };
  };
  return { code, module: context.module, column, rowtime: 'rowtime', shared: sharing(context) };
}

function groupContext(
  segment: Segment,
  relation: TumbleAggregate,
  code: Code,
  context: ProgramContext,
  full: boolean,
): ExpressionContext {
  const { from } = segment;
  if (from === undefined || from.relation.id !== relation.id) throw new Error('invariant: groups of another aggregate');
  const check = (index: number): void => {
    const call = relation.aggregates[index];
    if (full && call !== undefined && call.name !== 'COUNT') emitFailCheck(segment, context, code, call.span.start);
  };
  const columns = emitGroupColumns(from, code, context.module, check);
  const column = (index: number): Operand => {
    const operand = columns[index];
    if (operand === undefined) throw new Error('invariant: no such group column');
    return operand;
  };
  return { code, module: context.module, column, rowtime: 'rowtime', shared: sharing(context) };
}

function projectContext(
  relation: Project,
  kept: readonly Expression[],
  segment: Segment,
  code: Code,
  below: ExpressionContext,
  context: ProgramContext,
  full: boolean,
): ExpressionContext {
  const operands = new Map<Expression, Operand>();
  for (const expression of kept) {
    operands.set(expression, emitExpression(expression, below));
    if (full && canFault(expression)) failCheck(segment, context, code)(expression);
  }
  const column = (index: number): Operand => {
    const expression = relation.expressions[index];
    const operand = expression === undefined ? undefined : operands.get(expression);
    if (operand === undefined) throw new Error('invariant: a derived column was thought unused');
    return operand;
  };
  return { code, module: context.module, column, rowtime: 'rowtime', shared: sharing(context) };
}

function emitFilter(
  predicate: Expression,
  segment: Segment,
  code: Code,
  expressions: ExpressionContext,
  context: ProgramContext,
): void {
  // Nothing that a condition computed may be taken for computed unless it surely was: it is, as filters are straight code.
  const condition = emitCondition(predicate, expressions);
  if (canFault(predicate)) failCheck(segment, context, code)(predicate);
  code.line(`if (!(${condition})) { ${countOf(segment, context, 'filtered')} return; }`);
}

function countOf(segment: Segment, context: ProgramContext, counter: string): string {
  return segment.from === undefined
    ? context.ledger.increment('pump', segment.pump.pump.name, counter)
    : context.ledger.increment('operator', operatorName(segment.from), counter);
}

function failCheck(segment: Segment, context: ProgramContext, code: Code): (expression: Expression) => void {
  return (expression) => emitFailCheck(segment, context, code, expression.span.start);
}

function emitFailCheck(segment: Segment, context: ProgramContext, code: Code, offset: number): void {
  const { line, column } = placeOf(context.sql, offset);
  const place = context.module.text(` (pump "${segment.pump.pump.name}", line ${line}, column ${column})`);
  const data =
    segment.from === undefined
      ? '0, 0'
      : `${context.module.use('state/groups', 'rowKey')}(${segment.from.name}.groups, row), load<u32>(row)`;
  code.line(
    `if (${context.module.use('faults', 'pendingFault')} != 0) { ${countOf(segment, context, 'errors')} fail_${segment.pump.id}(${place}, rowtime, ${data}); return; }`,
  );
}

// fail_<id>: a fault of this pump becomes a row on error_stream. Without data of its own, the source's row is given as JSON.
function emitFail(pump: PumpLayout, source: StreamLayout, context: ProgramContext): void {
  const { module } = context;
  const code = new Code();
  module.use('text', 'Text');
  code.block('if (data == 0)', () => {
    code.line(`data = ${module.use('state/scratch', 'scratchAllocate')}(<u32>bound_${source.id}() + 16);`);
    code.line('store<u8>(data, 123);');
    code.line(`const end = json_${source.id}(data + 1);`);
    code.line('store<u8>(end, 125);');
    code.line('length = <u32>(end + 1 - data);');
  });
  code.line(
    `report(${module.use('faults', 'pendingFault')}, place, ${module.use('faults', 'pendingDetail')}, rowtime, data, length, ${module.text(pump.pump.name)});`,
  );
  module.function(`function fail_${pump.id}(place: Text, rowtime: i64, data: usize, length: u32): void`, code);
}

// ---- The target -------------------------------------------------------------------------------------------

function emitTarget(
  segment: Segment,
  relation: Relation,
  code: Code,
  expressions: ExpressionContext,
  context: ProgramContext,
): void {
  const target = context.program.streams.get(segment.pump.pump.target);
  if (target === undefined) throw new Error('invariant: a pump without target');
  if (relation.kind !== 'project') throw new Error('invariant: a pump ends in a projection');
  const promoted = relation.rowtime === undefined ? undefined : emitExpression(relation.rowtime, expressions);
  if (relation.rowtime !== undefined && canFault(relation.rowtime)) failCheck(segment, context, code)(relation.rowtime);
  const parts = partition(relation.expressions);
  if (parts.length === 1) emitColumns(segment, relation, parts[0] ?? [], target, code, expressions, context);
  else {
    for (const [number, part] of parts.entries()) emitPart(segment, relation, part, number, target, code, context);
  }
  if (promoted === undefined) {
    code.line(countOf(segment, context, 'passed'));
    code.line(`${enterCall(segment, target, context)};`);
    return;
  }
  code.line(`promote_${target.id}(${promoted.value}, ${promoted.isNull}, rowtime);`);
}

// A row enters a stream of its own clock at once; where several clocks meet it waits in the queue of its own.
function enterCall(segment: Segment, target: StreamLayout, context: ProgramContext): string {
  const merge = context.program.domains[target.domain]?.merge;
  if (merge?.stream !== target.stream.name) return `push_${target.id}(rowtime)`;
  return `wait_${target.id}(${merge.sources.indexOf(segment.source.domain)}, rowtime)`;
}

// Cuts a projection's columns into runs that each fit into one function.
function partition(expressions: readonly Expression[]): number[][] {
  const parts: number[][] = [[]];
  let weight = 0;
  for (const [index, expression] of expressions.entries()) {
    const own = weightOf(expression) * 2 + 2;
    if (weight + own > WEIGHT_PER_FUNCTION && (parts.at(-1)?.length ?? 0) > 0) {
      parts.push([]);
      weight = 0;
    }
    parts.at(-1)?.push(index);
    weight += own;
  }
  return parts;
}

function emitPart(
  segment: Segment,
  relation: Project,
  part: readonly number[],
  number: number,
  target: StreamLayout,
  caller: Code,
  context: ProgramContext,
): void {
  const code = new Code();
  const needed = new Set<number>();
  for (const index of part) {
    const expression = relation.expressions[index];
    if (expression === undefined) continue;
    forEachExpression(expression, (node) => {
      if (node.kind === 'column') needed.add(node.index);
    });
  }
  const expressions = emitChain(relation.input, segment, code, context, needed, false);
  emitColumns(segment, relation, part, target, code, expressions, context, 'return false;');
  code.line('return true;');
  const name = `${segment.from === undefined ? `pump_${segment.pump.id}` : `groups_${segment.from.name}`}_columns${number}`;
  const row = segment.from === undefined ? '' : 'row: usize, ';
  context.module.function(`function ${name}(${row}rowtime: i64): bool`, code);
  caller.line(`if (!${name}(${segment.from === undefined ? '' : 'row, '}rowtime)) return;`);
}

function emitColumns(
  segment: Segment,
  relation: Project,
  indexes: readonly number[],
  target: StreamLayout,
  code: Code,
  expressions: ExpressionContext,
  context: ProgramContext,
  leave = 'return;',
): void {
  for (const index of indexes) {
    const expression = relation.expressions[index];
    const slot = target.frame.slots[index];
    const column = target.stream.columns[index];
    if (expression === undefined || slot === undefined || column === undefined)
      throw new Error('invariant: the target has other columns');
    const operand = emitExpression(expression, expressions);
    const before = code.lines.length;
    if (canFault(expression)) failCheck(segment, context, code)(expression);
    if (leave !== 'return;') {
      for (let line = before; line < code.lines.length; line++)
        code.lines[line] = (code.lines[line] ?? '').replace(/return;/g, leave);
    }
    code.line(
      `store<${wasmType(storageOf(column.type))}>(${target.frame.name}, ${operand.value}, ${slot.valueOffset});`,
    );
    if (column.nullable) code.line(`store<u8>(${target.frame.name}, u8(${operand.isNull}), ${slot.nullOffset});`);
    else if (operand.isNull !== 'false') {
      code.line(
        `if (${operand.isNull}) ${context.module.use('faults', 'raise')}(${context.module.use('../contract/abi', 'FAULT_NOT_NULL')});`,
      );
      const line = code.lines.length;
      failCheck(segment, context, code)(expression);
      code.lines[line] = (code.lines[line] ?? '').replace(/return;/g, leave);
    }
  }
}

/** Emits `promote_<id>(time, isNull, rowtime)`: a promoted row enters its stream in time order, or is late. */
export function emitPromote(target: StreamLayout, pump: PumpLayout, context: ProgramContext): void {
  const { module, ledger } = context;
  const code = new Code();
  const use = (name: string): string => module.use('../contract/abi', name);
  const place = module.text(` (pump "${pump.pump.name}")`);
  const text = module.text(pump.pump.name);
  code.block('if (isNull)', () => {
    code.line(ledger.increment('pump', pump.pump.name, 'errors'));
    code.line(
      `report(${use('FAULT_INVALID_ROWTIME')}, ${place}, ${module.use('text', 'EMPTY_TEXT')}, rowtime, 0, 0, ${text});`,
    );
    code.line('return;');
  });
  code.block(`if (time < rowtime_${target.id})`, () => {
    code.line(ledger.increment('pump', pump.pump.name, 'late'));
    code.line(`const data = ${module.use('state/scratch', 'scratchAllocate')}(<u32>bound_${target.id}() + 16);`);
    code.line('store<u8>(data, 123);');
    code.line(`const end = json_${target.id}(data + 1);`);
    code.line('store<u8>(end, 125);');
    code.line(
      `report(${use('FAULT_LATE_ROW')}, ${place}, ${module.use('text', 'EMPTY_TEXT')}, time, data, <u32>(end + 1 - data), ${text});`,
    );
    code.line('return;');
  });
  code.line(ledger.increment('pump', pump.pump.name, 'passed'));
  const domain = context.program.domains[target.domain];
  if (domain !== undefined && domain.tumbles.length > 0) {
    code.line(`if (time >= next_${domain.index}) events_${domain.index}(time, ${!domain.fanIn}, false);`);
  }
  code.line(`push_${target.id}(time);`);
  if (domain !== undefined && domain.tumbles.length > 0) {
    code.line(`if (time >= next_${domain.index}) events_${domain.index}(time, true, false);`);
  }
  module.function(
    `function promote_${target.id}(time: i64, isNull: bool, rowtime: i64): void`,
    code,
    `A row enters stream "${target.stream.name}" with a ROWTIME of its own.`,
  );
}
