// Pumps in the program. A pump is a chain of segments (segment.ts): each begins with a row of a stream or one that leaves an operator,
// filters and computes, and ends in an operator or in the target stream. A segment is one straight function that returns early.
import { placeOf } from '../source.ts';
import type { Expression } from '../plan/expression.ts';
import type { Project, Relation } from '../plan/plan.ts';
import { storageOf } from '../../contract/types.ts';
import { Code } from './code.ts';
import { sharing, type ProgramContext } from './context.ts';
import { emitEnter, emitTimeChecks } from './enter.ts';
import { emitCondition, emitExpression, wasmType, type ExpressionContext, type Operand } from './expressions.ts';
import { canFault } from '../plan/faults.ts';
import { isForTable, type OperatorLayout, type PumpLayout, type StreamLayout } from './layout.ts';
import type { Due } from './operator.ts';
import { leavingArguments, operatorCode } from './operatorCode.ts';
import { costOf, partition } from './parts.ts';
import { countOf, failCheck, type Segment } from './segment.ts';
import { scanColumn } from './streams.ts';
import { emitAgain, leavingSuspends, suspendWith, valuesOf } from './suspending.ts';
import { columnsOf, columnsRead, forEachColumn } from '../plan/walk.ts';

/** Emits all functions of a pump. */
export function emitPump(pump: PumpLayout, context: ProgramContext): void {
  const source = context.program.streams.get(pump.source);
  if (source === undefined) throw new Error(`invariant: no stream ${pump.source}`);
  emitFail(pump, source, context);
  let segment = segmentOf(pump, source, undefined, context);
  for (const operator of pump.operators) {
    const code = operatorCode(operator);
    if (code.form === 'breaking') {
      emitSegment(segment, operator.relation.input, context, operator, (below) =>
        code.arrive(operator, below, segment, context),
      );
      code.finish(operator, segment, context);
      segment = segmentOf(pump, source, operator, context);
    }
  }
  const { query } = pump.pump;
  const last = pump.operators.at(-1);
  const entry = last !== undefined && last.relation === query ? last : undefined;
  const top = query.kind === 'sort' || query.kind === 'time-sort' ? query.input : query;
  if (top.kind !== 'project') throw new Error('invariant: a pump ends in a projection');
  emitSegment(segment, top, context, entry, (below) => emitTarget(segment, top, below, entry, context));
  const code = entry === undefined ? undefined : operatorCode(entry);
  if (entry !== undefined && code?.form === 'entry') code.finish(entry, segment, context);
  else if (top.rowtime !== undefined) emitPromote(segment, context);
}

function segmentOf(
  pump: PumpLayout,
  source: StreamLayout,
  from: OperatorLayout | undefined,
  context: ProgramContext,
): Segment {
  const code = from === undefined ? undefined : operatorCode(from);
  const segment: Segment = {
    pump,
    source,
    ...(from === undefined ? {} : { from }),
    data: from !== undefined && code?.form === 'breaking' ? code.data(from, context.module) : '0',
    parameters: from === undefined ? '' : leavingParameters(from),
    passed: from === undefined ? '' : leavingArguments(from),
    columnsIn: (relation, into, needed) => emitChain(relation, segment, into, context, needed, false),
  };
  return segment;
}

// Emits the function of a segment whose topmost relation is `top` and that ends in `into` or in the target.
function emitSegment(
  segment: Segment,
  top: Relation,
  context: ProgramContext,
  into: OperatorLayout | undefined,
  finish: (below: ExpressionContext) => void,
): void {
  const code = new Code();
  const { from, pump, source } = segment;
  const name = from === undefined ? `pump_${pump.id}` : `rows_${from.name}`;
  const parameters = from === undefined ? [] : [...parametersOf(from), 'rowtime: i64'];
  if (from === undefined) code.line(`const rowtime = rowtime_${source.id};`);
  const intoCode = into === undefined ? undefined : operatorCode(into);
  // A row of the source finds everything of its pump closed that is due, what lies above as well.
  const due = from === undefined ? pump.operators : into === undefined ? [] : [into];
  for (const operator of due) {
    const own = operatorCode(operator);
    const condition = own.form === 'inline' ? undefined : own.due?.(operator);
    if (condition !== undefined) emitDue(operator, condition, name, parameters, code, context);
  }
  if (due.some((operator) => leavingSuspends(operator, context.program)))
    emitAgain(`again_${name}`, name, parameters, context.module);
  if (from !== undefined) code.line(countOf(segment, context, 'produced'));
  const absorbed = intoCode?.form === 'breaking';
  // The target's projection is written by `finish`, expression by expression.
  const below = !absorbed && top.kind === 'project' ? top.input : top;
  const needed = absorbed && into !== undefined ? columnsRead(into.relation) : neededBy(top);
  finish(emitChain(below, segment, code, context, needed, true));
  if (absorbed) code.line(countOf(segment, context, 'absorbed'));
  const title = `Pump "${pump.pump.name}"`;
  const what = from === undefined ? `${title} takes a row of "${source.stream.name}".` : `${title}: a row leaves.`;
  const header = `function ${name}(${parameters.join(', ')}): void`;
  context.module.function(header, code, `${what}\nSQL line ${placeOf(context.sql, top.span.start).line}`);
}

// Writes that what is due leaves first; the function is called again where that stops.
function emitDue(
  operator: OperatorLayout,
  { when, time }: Due,
  caller: string,
  parameters: readonly string[],
  code: Code,
  { module, program }: ProgramContext,
): void {
  const flush = `flush_${operator.name}(${time}, false)`;
  if (!leavingSuspends(operator, program)) {
    code.line(`if (${when}) ${flush};`);
    return;
  }
  code.line(`if (${when} && !${flush}) { ${suspendWith(`again_${caller}`, valuesOf(parameters), module)} return; }`);
}

function parametersOf(operator: OperatorLayout): readonly string[] {
  const code = operatorCode(operator);
  return code.form === 'breaking' ? code.parameters : [];
}

function leavingParameters(operator: OperatorLayout): string {
  return parametersOf(operator)
    .map((parameter) => `${parameter}, `)
    .join('');
}

function neededBy(relation: Relation): Set<number> {
  return relation.kind === 'stream-scan' ? new Set() : columnsRead(relation);
}

// Writes the filters, inline operators and computed columns of a chain, lowest first, and returns where its columns are. `full` false:
// only columns, for a function that continues after another one has checked everything.
function emitChain(
  relation: Relation,
  segment: Segment,
  code: Code,
  context: ProgramContext,
  needed: ReadonlySet<number>,
  full: boolean,
): ExpressionContext {
  if (relation.kind === 'stream-scan') return scanContext(segment.source, code, context);
  if (relation.kind === 'project') return emitProject(relation, segment, code, context, needed, full);
  const width = relation.input.columns.length;
  const passed = columnsOf(relation) === 'new' ? [] : [...needed].filter((index) => index < width);
  const all = new Set([...passed, ...columnsRead(relation)]);
  if (relation.kind === 'filter') {
    const expressions = emitChain(relation.input, segment, code, context, all, full);
    if (full) emitFilter(relation.predicate, segment, code, expressions, context);
    return expressions;
  }
  const operator = segment.pump.operators.find((candidate) => candidate.relation.id === relation.id);
  if (operator === undefined) throw new Error('invariant: an operator that the layout does not know');
  const own = operatorCode(operator);
  if (own.form === 'inline')
    return own.pass(operator, emitChain(relation.input, segment, code, context, all, full), segment, context, full);
  if (own.form === 'entry' || segment.from?.relation.id !== relation.id)
    throw new Error('invariant: rows of another operator');
  return own.leave(operator, code, segment, context, full);
}

function emitProject(
  relation: Project,
  segment: Segment,
  code: Code,
  context: ProgramContext,
  needed: ReadonlySet<number>,
  full: boolean,
): ExpressionContext {
  const kept = relation.expressions.filter(
    (expression, index) => needed.has(index) || canFault(expression) || !context.optimize,
  );
  const below = new Set<number>();
  for (const expression of kept) forEachColumn(expression, (index) => below.add(index));
  const expressions = emitChain(relation.input, segment, code, context, below, full);
  return projectContext(relation, kept, segment, code, expressions, context, full);
}

function scanContext(source: StreamLayout, code: Code, context: ProgramContext): ExpressionContext {
  return { code, module: context.module, column: scanColumn(source), rowtime: 'rowtime', shared: sharing(context) };
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

// fail_<id>: a fault of this pump becomes a row on error_stream. Without data of its own, the source's row is given as JSON.
function emitFail(pump: PumpLayout, source: StreamLayout, context: ProgramContext): void {
  const { module } = context;
  const code = new Code();
  module.use('text', 'Text');
  if (isForTable(pump, context.program))
    code.line(
      `if (${module.use('state/table', 'loadsSilently')}) { ${module.use('faults', 'clearFault')}(); return; }`,
    );
  code.line(`if (data == 0) data = rowData_${source.id}();`);
  code.line(
    `report(${module.use('faults', 'pendingFault')}, place, ${module.use('faults', 'pendingDetail')}, rowtime, ${module.use('text', 'textPointer')}(data), ${module.use('text', 'textLength')}(data), ${module.text(pump.pump.partOf ?? pump.pump.name)});`,
  );
  module.function(`function fail_${pump.id}(place: Text, rowtime: i64, data: Text): void`, code);
}

// ---- The target -------------------------------------------------------------------------------------------

function emitTarget(
  segment: Segment,
  relation: Project,
  expressions: ExpressionContext,
  entry: OperatorLayout | undefined,
  context: ProgramContext,
): void {
  const { code } = expressions;
  const target = targetOf(segment, context);
  const promoted = relation.rowtime === undefined ? undefined : emitExpression(relation.rowtime, expressions);
  if (relation.rowtime !== undefined && canFault(relation.rowtime)) failCheck(segment, context, code)(relation.rowtime);
  const parts = partition(relation.expressions.map((expression) => costOf(expression, relation.input)));
  if (parts.length === 1) emitColumns(segment, relation, parts[0] ?? [], target, code, expressions, context);
  else {
    for (const [number, part] of parts.entries()) emitPart(segment, relation, part, number, target, code, context);
  }
  const entryCode = entry === undefined ? undefined : operatorCode(entry);
  if (entry !== undefined && entryCode?.form === 'entry') {
    code.line(entryCode.enter(entry, segment, context));
    return;
  }
  if (promoted === undefined) {
    code.line(countOf(segment, context, 'passed'));
    code.line(`${enterCall(segment, target, context)};`);
    return;
  }
  code.line(`promote_${target.id}(${promoted.value}, ${promoted.isNull}, rowtime);`);
}

function targetOf({ pump }: Segment, { program }: ProgramContext): StreamLayout {
  const target = program.streams.get(pump.pump.target);
  if (target === undefined) throw new Error('invariant: a pump without target');
  return target;
}

// A row enters a stream of its own clock at once; where several clocks meet it waits in the queue of its own.
function enterCall(segment: Segment, target: StreamLayout, context: ProgramContext): string {
  const clock = context.program.domains[target.domain]?.clock;
  if (clock?.kind !== 'merge' || clock.stream !== target.stream.name) return `push_${target.id}(rowtime)`;
  return `wait_${target.id}(${clock.sources.indexOf(segment.source.domain)}, rowtime)`;
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
    if (expression !== undefined) forEachColumn(expression, (column) => needed.add(column));
  }
  const expressions = emitChain(relation.input, segment, code, context, needed, false);
  emitColumns(segment, relation, part, target, code, expressions, context, 'return false;');
  code.line('return true;');
  const { from, pump } = segment;
  const name = `${from === undefined ? `pump_${pump.id}` : `rows_${from.name}`}_columns${number}`;
  context.module.function(`function ${name}(${segment.parameters}rowtime: i64): bool`, code);
  caller.line(`if (!${name}(${segment.passed}rowtime)) return;`);
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
    if (expression === undefined || column === undefined) throw new Error('invariant: the target has other columns');
    // A hidden stream keeps what is read of it only; what could fail is computed all the same.
    if (slot === undefined && !canFault(expression)) continue;
    const operand = emitExpression(expression, expressions);
    const before = code.lines.length;
    if (canFault(expression)) failCheck(segment, context, code)(expression);
    if (leave !== 'return;') {
      for (let line = before; line < code.lines.length; line++)
        code.lines[line] = (code.lines[line] ?? '').replace(/return;/g, leave);
    }
    if (slot === undefined) continue;
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

// promote_<id>(time, isNull, rowtime): a promoted row enters its stream in time order, or is late.
function emitPromote(segment: Segment, context: ProgramContext): void {
  const code = new Code();
  const target = targetOf(segment, context);
  emitTimeChecks(target, segment, `time < rowtime_${target.id}`, code, context);
  code.line(countOf(segment, context, 'passed'));
  emitEnter(target, 'time', code, context);
  context.module.function(
    `function promote_${target.id}(time: i64, isNull: bool, rowtime: i64): void`,
    code,
    `A row enters stream "${target.stream.name}" with a ROWTIME of its own.`,
  );
}
