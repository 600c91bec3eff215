// The program as a whole: declarations, streams, pumps, inputs, time, snapshots and the exports that a host calls.
import { faultTexts } from '../../contract/faults.ts';
import type { LedgerEntry, Manifest } from '../../contract/manifest.ts';
import type { Plan } from '../plan/plan.ts';
import { emitDerivedCounters, ledgerOf } from './accounts.ts';
import { Code, ModuleBuilder } from './code.ts';
import { emitInput } from './inputs.ts';
import { layOut, type Domain, type OperatorLayout, type ProgramLayout } from './layout.ts';
import type { ProgramContext } from './context.ts';
import { operatorCode } from './operatorCode.ts';
import { emitPump } from './pumps.ts';
import { declareFinite, deriveConstants, emitBegin, emitDerived } from './finite.ts';
import { emitSubqueries } from './subqueries.ts';
import { emitAfterContinuation } from './enter.ts';
import { domainSuspends, emitResume } from './suspending.ts';
import { emitSnapshots } from './snapshots.ts';
import { declareTables, emitTables, initializeTables, layOutTables } from './tables.ts';
import { declareStream, emitPush, emitRowJson, emitWrite } from './streams.ts';
import { crossedDomains, emitCrossings } from './crossings.ts';
import { declareMerge, emitMerges, emitWaiting, initializeMerge, isBehind, mergesOf, settles } from './merges.ts';

/** A generated program with what the manifest needs of it. */
export interface EmittedProgram {
  readonly text: string;
  readonly ledger: readonly LedgerEntry[];
  readonly metadata: Manifest['metadata'];
}

/** Writes the program of a plan. */
export function emitProgram(
  plan: Plan,
  sql: string,
  { optimize, gatherFrom }: Pick<ProgramContext, 'optimize' | 'gatherFrom'>,
): EmittedProgram {
  const module = new ModuleBuilder();
  const program = layOut(plan, (name) => module.identifier(name), !optimize);
  const tables = layOutTables(plan, program, (name) => module.identifier(name), !optimize);
  const ledger = ledgerOf(
    program,
    plan.tables.flatMap(({ name }) => (tables.has(name) ? [name] : [])),
  );
  const context: ProgramContext = { program, tables, module, ledger, sql, optimize, gatherFrom };
  ledger.declare(module);
  for (const layout of program.streams.values()) declareStream(layout, module);
  declareTables(context);
  declareFinite(context);
  for (const domain of program.domains)
    module.declare(`let next_${domain.index}: i64 = i64.MAX_VALUE; // the first boundary of clock ${domain.index}`);
  for (const pump of program.pumps)
    for (const operator of pump.operators) operatorCode(operator).declare(operator, context);
  for (const merge of mergesOf(program)) declareMerge(merge, module);
  emitReport(context);
  for (const layout of program.streams.values()) {
    const binding = plan.outputs.find((output) => output.stream === layout.stream.name);
    emitRowJson(layout, module);
    if (binding !== undefined) emitWrite(layout, binding, module);
    if (layout.stream.kind !== 'error') emitPush(layout, tables.get(layout.stream.fills ?? ''), context);
  }
  for (const pump of program.pumps) emitPump(pump, context);
  for (const domain of program.domains) emitEvents(domain, program, module);
  for (const layout of program.streams.values()) if (layout.input !== undefined) emitInput(layout, context);
  emitTables(context);
  emitSubqueries(context);
  emitDerived(context);
  emitBegin(context);
  emitMerges(context);
  emitWaiting(context);
  emitCrossings(context);
  emitTime(context);
  emitDerivedCounters(context);
  emitSnapshots(context);
  emitExports(context);
  return { text: module.toString(), ledger: ledger.entries, metadata: metadataRead(program) };
}

function metadataRead({ streams }: ProgramLayout): Manifest['metadata'] {
  return [...streams.values()].flatMap(({ stream, frame, input }) => {
    if (input === undefined) return [];
    // The first one is the arrival time, which every row has.
    const first = input.binding.columns.length + 1;
    const columns = stream.columns.slice(first).filter((_, index) => frame.slots[first + index] !== undefined);
    return columns.length === 0 ? [] : [{ stream: stream.name, columns: columns.map(({ name }) => name) }];
  });
}

// report(…): a row on error_stream.
function emitReport(context: ProgramContext): void {
  const { module, program, ledger } = context;
  const error = [...program.streams.values()].find((layout) => layout.stream.kind === 'error');
  if (error === undefined) throw new Error('invariant: no error_stream');
  module.use('text', 'Text');
  const names = new Code();
  for (const fault of faultTexts) names.line(`if (code == ${fault.code}) return ${module.text(fault.name)};`);
  names.line(`return ${module.use('text', 'EMPTY_TEXT')};`);
  module.function('function faultName(code: i32): Text', names);
  const messages = new Code();
  for (const fault of faultTexts) messages.line(`if (code == ${fault.code}) return ${module.text(fault.message)};`);
  messages.line(`return ${module.use('text', 'EMPTY_TEXT')};`);
  module.function('function faultMessage(code: i32): Text', messages);
  const code = new Code();
  const fill = module.use('operators/errors', 'fillError');
  code.line(`${module.use('faults', 'clearFault')}();`);
  code.line(
    `${fill}(${error.frame.name}, ${module.text('WARN')}, faultName(code), faultMessage(code), place, detail, rowtime, data, length, pump);`,
  );
  code.line(`rowtime_${error.id} = max(rowtime_${error.id}, ${module.use('operators/context', 'rowClock')});`);
  code.line(ledger.increment('stream', error.stream.name, 'out'));
  if (error.output !== undefined) code.line(`write_${error.id}();`);
  module.function(
    'function report(code: i32, place: Text, detail: Text, rowtime: i64, data: usize, length: u32, pump: Text): void',
    code,
    'A data error becomes a row on error_stream.',
  );
}

// events_<d>(time, inclusive, resumable): windows that are due at `time` close in the order of their output ROWTIME. Without
// `inclusive`, those whose rows have exactly ROWTIME `time` wait for the pumps' own turn. False: the output is full.
function emitEvents(domain: Domain, program: ProgramLayout, module: ModuleBuilder): void {
  if (domain.timed.length === 0) return;
  const clock = clockOf(domain, program, module);
  const code = new Code();
  // What only rows close waits for all from which rows may still come.
  const endings = domain.timed.flatMap((operator, index) => {
    const own = operatorCode(operator);
    if (own.form === 'inline' || own.atEnd === undefined) return [];
    const ending = own.atEnd(operator, clock, module, program);
    const before = domain.timed.slice(0, index).filter((other) => isAbove(operator, other, program));
    const open = before.map(({ name }) => `${name}.open != 0`).join(' || ');
    return [open === '' ? ending : `if (!(${open})) { ${ending} }`];
  });
  code.block('for (;;)', () => {
    if (endings.length > 0) code.line(`if (time == i64.MAX_VALUE) { ${endings.join(' ')} }`);
    code.line('let due: i32 = -1;');
    code.line('let dueTime: i64 = 0;');
    for (const [index, { name }] of domain.timed.entries()) {
      code.line(
        `if (${name}.open != 0 && ${name}.boundary <= time && (inclusive || ${name}.outputTime < time) && (due < 0 || ${name}.outputTime < dueTime)) { due = ${index}; dueTime = ${name}.outputTime; }`,
      );
    }
    code.line('if (due < 0) break;');
    for (const [index, { name }] of domain.timed.entries()) {
      code.line(`if (due == ${index}) { if (!flush_${name}(dueTime, resumable)) return false; }`);
    }
  });
  code.line(`next_${domain.index} = i64.MAX_VALUE;`);
  for (const { name } of domain.timed) code.line(`next_${domain.index} = min(next_${domain.index}, ${name}.boundary);`);
  code.line('return true;');
  module.function(
    `function events_${domain.index}(time: i64, inclusive: bool, resumable: bool): bool`,
    code,
    `Windows of clock ${domain.index} that are due close.`,
  );
  if (domainSuspends(domain, program)) emitAfterContinuation(domain, module);
}

// True when rows that leave `below` may come to `operator`, which stands behind it in the order of the clock.
function isAbove(operator: OperatorLayout, below: OperatorLayout, program: ProgramLayout): boolean {
  if (operator.pump === below.pump) return true;
  const source = program.pumps.find(({ pump }) => pump.name === operator.pump)?.source;
  const reaches = (from: string | undefined): boolean =>
    from === source || program.pumps.some((pump) => pump.source === from && reaches(pump.pump.target));
  return reaches(program.pumps.find(({ pump }) => pump.name === below.pump)?.pump.target);
}

// The clock of a domain: that of its input, otherwise ROWTIME of the stream that makes it.
function clockOf({ clock, index }: Domain, program: ProgramLayout, module: ModuleBuilder): string {
  if (clock.kind === 'finite') return module.use('operators/context', 'startClock');
  const own = [...program.streams.values()].find((layout) =>
    clock.kind === 'input'
      ? layout.input !== undefined && layout.domain === index
      : layout.stream.name === clock.stream,
  );
  if (own === undefined) throw new Error('invariant: a clock without its stream');
  return `${clock.kind === 'input' ? 'clock' : 'rowtime'}_${own.id}`;
}

// advance and finish: bounds.
function emitTime(context: ProgramContext): void {
  const { module, program } = context;
  const inputs = [...program.streams.values()].filter((layout) => layout.input !== undefined);
  const setStatus = module.use('operators/context', 'setStatus');
  const done = module.use('../contract/abi', 'STATUS_DONE');
  const full = module.use('../contract/abi', 'STATUS_OUTPUT_FULL');
  const advance = new Code();
  const finish = new Code();
  for (const code of [advance, finish]) emitResume(code, `{ ${setStatus}(${full}); return; }`, context);
  advance.line(`${module.use('operators/context', 'setRowClock')}(time);`);
  finish.line(`${setStatus}(${full});`);
  for (const layout of inputs) {
    const domain = program.domains[layout.domain];
    advance.block(`if (input == ${layout.input?.index ?? 0})`, () => {
      advance.line(`if (time > clock_${layout.id}) clock_${layout.id} = time;`);
      if (program.plan.promotedIdle) advance.line(`if (time > promised_${layout.id}) promised_${layout.id} = time;`);
      if (domain !== undefined && domain.timed.length > 0) {
        advance.line(
          `if (time >= next_${domain.index} && !events_${domain.index}(time, true, true)) { ${setStatus}(${full}); return; }`,
        );
      }
    });
    finish.line(`if (input == ${layout.input?.index ?? 0}) finished_${layout.id} = true;`);
    module.declare(`let clock_${layout.id}: i64 = i64.MIN_VALUE;`);
    if (program.plan.promotedIdle)
      module.declare(`let promised_${layout.id}: i64 = i64.MIN_VALUE; // the last bound, whatever rows came since`);
    module.declare(`let finished_${layout.id}: bool = false;`);
  }
  const crossed = crossedDomains(program);
  if (crossed.length > 0)
    for (const domain of program.domains.filter((one) => isBehind(one) || crossed.includes(one)))
      advance.line(
        `if (!${isBehind(domain) ? 'merge' : 'cross'}_${domain.index}(true)) { ${setStatus}(${full}); return; }`,
      );
  else if (settles(program)) advance.line(`if (!settle(true)) { ${setStatus}(${full}); return; }`);
  for (const domain of program.domains) {
    // What no input feeds has ended when the application has begun.
    if (domain.inputs.length === 0) continue;
    if (isBehind(domain)) finish.line(`if (!merge_${domain.index}(true)) return;`);
    if (domain.timed.length === 0) continue;
    const all = domain.inputs
      .map((index) => `finished_${inputs.find((layout) => layout.input?.index === index)?.id}`)
      .join(' && ');
    finish.line(`if (${all} && !events_${domain.index}(i64.MAX_VALUE, true, true)) return;`);
  }
  advance.line(`${setStatus}(${done});`);
  finish.line(`${setStatus}(${done});`);
  module.function(
    'export function advance(input: i32, time: i64): void',
    advance,
    'A bound: no later row of the input has a ROWTIME below `time`.',
  );
  module.function('export function finish(input: i32): void', finish, 'The input has ended.');
}

function emitExports(context: ProgramContext): void {
  const { module, program, ledger } = context;
  const initialize = new Code();
  initialize.line(`${module.use('operators/context', 'setStart')}(start, seed);`);
  initialize.line('groupCount = keyGroups;');
  for (const line of initializeTables(context)) initialize.line(line);
  for (const operator of program.pumps.flatMap((pump) => pump.operators))
    for (const line of operatorCode(operator).initialize(operator, module, program)) initialize.line(line);
  for (const merge of mergesOf(program)) for (const line of initializeMerge(merge, module)) initialize.line(line);
  for (const line of deriveConstants(context, true)) initialize.line(line);
  // What constant tables were computed from is counted when the application begins.
  initialize.line(`memory.fill(ledgerTable, 0, ${ledger.bytes});`);
  module.declare('let groupCount: u32 = 0;');
  module.function('export function init(seed: i64, start: i64, keyGroups: i32): void', initialize);
  const feed = new Code();
  const clocks = new Code();
  const full = `${module.use('operators/context', 'setStatus')}(${module.use('../contract/abi', 'STATUS_OUTPUT_FULL')});`;
  emitResume(feed, `{ ${full} return 0; }`, context);
  for (const layout of program.streams.values()) {
    if (layout.input === undefined) continue;
    feed.line(`if (input == ${layout.input.index}) return feed_${layout.id}(pointer, length, form, clock);`);
    clocks.line(`if (input == ${layout.input.index}) return clock_${layout.id};`);
  }
  feed.line('return 0;');
  clocks.line('return i64.MIN_VALUE;');
  module.function('export function feed(input: i32, pointer: usize, length: i32, form: i32, clock: i64): i32', feed);
  if (program.plan.inputs.some(({ time }) => time !== undefined)) emitFeedUntil(module);
  module.function('export function input_clock(input: i32): i64', clocks);
  emitOutputExports(context);
  const simple = (header: string, body: string): void => {
    const code = new Code();
    code.line(body);
    module.function(`export function ${header}`, code);
  };
  simple('status(): i32', `return ${module.use('operators/context', 'currentStatus')}();`);
  simple('ledger(): usize', 'deriveLedger(); return ledgerTable;');
  simple('state_bytes(): i64', `return <i64>${module.use('state/arena', 'stateBytes')};`);
  simple('state_bytes_peak(): i64', `return <i64>${module.use('state/arena', 'stateBytesPeak')};`);
  simple('set_state_limit(bytes: i64): void', `${module.use('state/arena', 'setStateBytesMax')}(<u64>bytes);`);
  simple('set_output_limit(bytes: i64): void', `${module.use('operators/output', 'setOutputBytesMax')}(<u64>bytes);`);
  simple('ledger_bytes(): i32', `return ${ledger.bytes};`);
  simple(
    'input_buffer(input: i32, bytes: i32): usize',
    `return ${module.use('state/input', 'inputBuffer')}(input, bytes);`,
  );
}

// feed_until: a host that merges sources by time feeds each up to the next record of the others.
function emitFeedUntil(module: ModuleBuilder): void {
  const use = (name: string): string => module.use('operators/context', name);
  const code = new Code();
  code.line(`${use('limitFeed')}(limit);`);
  code.line('const consumed = feed(input, pointer, length, form, clock);');
  code.line(`${use('endLimit')}();`);
  code.line('return consumed;');
  module.function(
    'export function feed_until(input: i32, pointer: usize, length: i32, form: i32, clock: i64, limit: i64): i32',
    code,
    'Feeds, but stops before a record whose time is above `limit`.',
  );
  const later = new Code();
  later.line(`return ${use('laterTime')};`);
  module.function('export function later_time(): i64', later, 'The time of the record that it stopped before.');
}

function emitOutputExports(context: ProgramContext): void {
  const { module, program } = context;
  const make = (header: string, body: (output: string) => string, otherwise: string): void => {
    const code = new Code();
    for (const layout of program.streams.values()) {
      if (layout.output !== undefined) code.line(`if (output == ${layout.output}) ${body(`output_${layout.id}`)}`);
    }
    if (otherwise !== '') code.line(otherwise);
    module.function(`export function ${header}`, code);
  };
  make('output_pointer(output: i32): usize', (output) => `return ${output}.buffer;`, 'return 0;');
  make('output_length(output: i32): i32', (output) => `return <i32>${output}.length;`, 'return 0;');
  make('output_rows(output: i32): i64', (output) => `return ${output}.rows;`, 'return 0;');
  make(
    'output_clear(output: i32): void',
    (output) => `${module.use('operators/output', 'clearOutput')}(${output});`,
    '',
  );
}
