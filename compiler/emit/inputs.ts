// Inputs in the program: the loop over a batch, what happens to a decoded row, and to a record that can't be decoded.
import { emitCsvDecoder } from './decodeCsv.ts';
import { emitJsonDecoder } from './decodeJson.ts';
import type { InputBinding } from '../../contract/binding.ts';
import { Code, inlined, type ModuleBuilder } from './code.ts';
import type { Frame, Slot, StreamLayout } from './layout.ts';
import type { Ledger } from './ledger.ts';
import { settles } from './merges.ts';
import type { ProgramContext } from './context.ts';
import { emitContinuation, hasSuspended, programSuspends, suspendWith } from './suspending.ts';

/** Emits feed, accept and reject of an input, and its decoder. */
export function emitInput(layout: StreamLayout, context: ProgramContext): void {
  const { input } = layout;
  if (input === undefined) throw new Error('invariant: not an input');
  emitDecoder(layout.id, layout.frame, input.binding, context);
  emitAccept(layout, context);
  emitReject(layout, context);
  if (stops(layout, context)) emitStop(layout, context);
  emitRawFeed(layout, context);
  emitRecordFeed(layout, context);
  const { module } = context;
  const code = new Code();
  code.line(
    `if ((form & ${module.use('../contract/abi', 'BATCH_RECORDS')}) != 0) return feedRecords_${layout.id}(pointer, length, clock);`,
  );
  code.line(`return feedRaw_${layout.id}(pointer, length, form, clock);`);
  module.function(`function feed_${layout.id}(pointer: usize, length: i32, form: i32, clock: i64): i32`, code);
}

/** Emits `decode_<id>(at, end)`, which calls `accept_<id>` and `reject_<id>`. */
export function emitDecoder(id: string, frame: Frame, binding: InputBinding, context: ProgramContext): void {
  const options = {
    name: id,
    frame: frame.name,
    binding,
    columns: binding.columns.map((column, index) => {
      const slot = frame.slots[index];
      return slot === undefined ? { column } : { column, slot };
    }),
    ...(frame.time === undefined ? {} : { time: frame.time }),
  };
  const decoder = binding.format.kind === 'json' ? emitJsonDecoder(options) : emitCsvDecoder(options);
  for (const [module, names] of decoder.imports) for (const name of names) context.module.use(module, name);
  context.module.raw(decoder.text);
}

// accept_<id>(): the row in the frame gets its ROWTIME and passes through the pumps.
function emitAccept(layout: StreamLayout, context: ProgramContext): void {
  const { module, ledger, program } = context;
  const { id, frame, input } = layout;
  const name = layout.stream.name;
  const domain = program.domains[layout.domain];
  const code = new Code();
  const contextName = (member: string): string => module.use('operators/context', member);
  if (stops(layout, context))
    code.line(`if (passing_${id} != 0 && rows_${id} + rejects_${id} < passing_${id}) { rows_${id}++; return; }`);
  if (input?.binding.time === undefined) code.line(`let time: i64 = ${contextName('rowClock')};`);
  else {
    const slot = frame.time;
    if (slot === undefined) throw new Error('invariant: a replay without a time slot');
    code.block(`if (load<u8>(${frame.name}, ${slot.nullOffset}) != 0)`, () => {
      code.line(
        `reject_${id}(${module.use('../contract/abi', 'FAULT_INVALID_ROWTIME')}, -1, recordStart_${id}, recordEnd_${id});`,
      );
      code.line('return;');
    });
    code.line(`let time: i64 = load<i64>(${frame.name}, ${slot.valueOffset});`);
    code.line(
      `if (time > ${contextName('feedLimit')} && rows_${id} + rejects_${id} == 0) { ${contextName('holdBack')}(time); return; }`,
    );
  }
  code.line(`const raised = time < clock_${id};`);
  code.line(`if (raised) time = clock_${id};`);
  code.line(`clock_${id} = time;`);
  if (input?.binding.time !== undefined) {
    code.line(`${contextName('setRowClock')}(time);`);
    const arrival = arrivalSlot(layout);
    if (arrival !== undefined) code.line(`if (arrives_${id}) store<i64>(${frame.name}, time, ${arrival.valueOffset});`);
  }
  const hasEvents = domain !== undefined && domain.timed.length > 0;
  if (hasEvents) {
    code.block(`if (time >= next_${domain.index})`, () => {
      code.line(`if (!events_${domain.index}(time, ${!domain.fanIn}, true)) { stop_${id}(); return; }`);
    });
  }
  code.line(`if (raised) ${ledger.increment('source', name, 'raised')}`);
  code.line(`rows_${id}++;`);
  code.line(ledger.increment('source', name, 'rows'));
  code.line(`push_${id}(time);`);
  if (programSuspends(program)) emitAccepted(layout, code, context);
  else {
    if (hasEvents) code.line(`if (time >= next_${domain.index}) events_${domain.index}(time, true, false);`);
    if (settles(program)) code.line('settle(false);');
  }
  module.declare(`let rows_${id}: u32 = 0; // rows of the current record`);
  module.declare(`let rejects_${id}: u32 = 0;`);
  module.declare(`let recordStart_${id}: usize = 0;`);
  module.declare(`let recordEnd_${id}: usize = 0;`);
  module.function(`${inlined}function accept_${id}(): void`, code, `A row of input "${name}".`);
}

// True where the program may stop in the middle of a record. It comes again: rows that are done pass by, as do all behind the place.
function stops({ domain }: StreamLayout, { program }: ProgramContext): boolean {
  return programSuspends(program) || (program.domains[domain]?.timed.length ?? 0) > 0;
}

// stop_<id>(): the output is full; the host gives the record again.
function emitStop({ id }: StreamLayout, { module }: ProgramContext): void {
  const code = new Code();
  code.line(`${module.use('operators/context', 'setSuspended')}(true);`);
  code.line(`done_${id} = rows_${id} + rejects_${id};`);
  code.line(`passing_${id} = u32.MAX_VALUE;`);
  module.declare(`let done_${id}: u32 = 0; // rows and rejects of a record that comes again`);
  module.declare(`let passing_${id}: u32 = 0; // rows and rejects that pass by`);
  module.function(`function stop_${id}(): void`, code);
}

// Behind a row: windows that it made due close, and what waited for it goes on. All of that may stop.
function emitAccepted(layout: StreamLayout, code: Code, { module, program }: ProgramContext): void {
  const { id } = layout;
  const domain = program.domains[layout.domain];
  const accepted = `accepted_${id}`;
  const again = new Code();
  const stop = suspendWith(accepted, ['time'], module);
  if (domain !== undefined && domain.timed.length > 0)
    again.line(`if (time >= next_${domain.index} && !events_${domain.index}(time, true, true)) { ${stop} return; }`);
  if (settles(program)) again.line(`if (!settle(true)) ${stop}`);
  if (again.lines.length > 0) {
    again.lines.unshift('  const time = first;');
    emitContinuation(accepted, again, module);
    code.line(`if (${hasSuspended(module)}) ${stop}`);
    code.line(`else ${accepted}(time, 0, 0);`);
  }
  code.line(`if (${hasSuspended(module)}) stop_${id}();`);
}

// reject_<id>(…): the record becomes a row on error_stream.
function emitReject(layout: StreamLayout, context: ProgramContext): void {
  const { module, ledger } = context;
  const { id, input } = layout;
  const name = layout.stream.name;
  const code = new Code();
  if (stops(layout, context)) code.line(`if (rows_${id} + rejects_${id} < passing_${id}) { rejects_${id}++; return; }`);
  code.line(`rejects_${id}++;`);
  code.line(ledger.increment('source', name, 'errors'));
  code.line(`let place = ${module.text(` (stream "${name}")`)};`);
  for (const [index, column] of (input?.binding.columns ?? []).entries()) {
    code.line(`if (column == ${index}) place = ${module.text(` (stream "${name}", column "${column.name}")`)};`);
  }
  const rowtime = input?.binding.time === undefined ? module.use('operators/context', 'rowClock') : 'i64.MIN_VALUE';
  code.line(
    `report(code, place, column < 0 ? ${module.use('text', 'EMPTY_TEXT')} : ${module.use('formats/coerce', 'coerceDetail')}, ${rowtime}, from, <u32>(to - from), ${module.use('text', 'EMPTY_TEXT')});`,
  );
  module.function(
    `function reject_${id}(code: i32, column: i32, from: usize, to: usize): void`,
    code,
    `A record of input "${name}" that can not be decoded.`,
  );
}

function emitRawFeed(layout: StreamLayout, context: ProgramContext): void {
  const { module, ledger } = context;
  const { id } = layout;
  const code = new Code();
  const abi = (name: string): string => module.use('../contract/abi', name);
  const status = module.use('operators/context', 'setStatus');
  // A replay's clock is its stream's: where a batch begins changes nothing.
  const isReplay = layout.input?.binding.time !== undefined;
  const start = isReplay ? `clock_${id} == i64.MIN_VALUE ? clock : clock_${id}` : 'clock';
  code.line(`${module.use('operators/context', 'setRowClock')}(${start});`);
  const documents = layout.input?.binding.documents === true;
  code.line(`rows_${id} = 0; rejects_${id} = 0;`);
  code.line(`const last = (form & ${abi('BATCH_LAST')}) != 0;`);
  code.line(`${module.use('formats/batch', 'setLastBatch')}(${documents ? 'true' : 'last'});`);
  emitArrival(layout, code, 'clock');
  if (isReplay && arrivalSlot(layout) !== undefined) {
    module.declare(
      `let arrives_${id}: bool = false; // rows of a replay arrive at their ROWTIME; records say when they did`,
    );
    code.line(`arrives_${id} = true;`);
  }
  code.line('const end = pointer + <usize>length;');
  // The sentinel that scanners stop at; nothing of the batch lies there.
  code.line('store<u8>(end, 0);');
  code.line(`${module.use('formats/batch', 'setRecordMode')}(${documents});`);
  code.line('let at = pointer;');
  if (stops(layout, context)) emitComesAgain(id, code);
  code.line(`${status}(${abi('STATUS_DONE')});`);
  code.block('while (at < end)', () => {
    code.line(
      `if (${module.use('operators/context', 'outputFull')}) { ${status}(${abi('STATUS_OUTPUT_FULL')}); break; }`,
    );
    const { binding } = layout.input ?? {};
    if (documents && binding?.format.kind === 'json') emitDocument(id, binding.format.rowPath === '$', code, module);
    else {
      code.line(`const next = record_${id}(at, end);`);
      code.line(`if (next == 0 && !${module.use('operators/context', 'suspended')}) break;`);
    }
    code.line(
      `if (${module.use('operators/context', 'suspended')}) { ${module.use('operators/context', 'setSuspended')}(false); ${status}(${abi('STATUS_OUTPUT_FULL')}); break; }`,
    );
    code.line('at = next;');
    code.line(
      `if ((form & ${abi('BATCH_ONE')}) != 0 && rows_${id} + rejects_${id} > 0) { ${status}(${abi('STATUS_RECORD')}); break; }`,
    );
  });
  code.line('return <i32>(at - pointer);');
  const record = new Code();
  record.line(`${module.use('state/scratch', 'scratchReset')}();`);
  record.line(`rows_${id} = 0; rejects_${id} = 0; recordStart_${id} = at;`);
  record.line(`const next = decode_${id}(at, end);`);
  record.line(`if (next == 0 || ${module.use('operators/context', 'suspended')}) return next;`);
  for (const line of countRecord('source', layout.stream.name, id, ledger)) record.line(line);
  if (stops(layout, context)) record.line(`passing_${id} = 0;`);
  record.line('return next;');
  module.function(
    `${inlined}function record_${id}(at: usize, end: usize): usize`,
    record,
    'One record; where the next one begins, 0 when this one is not whole yet.',
  );
  module.function(`function feedRaw_${id}(pointer: usize, length: i32, form: i32, clock: i64): i32`, code);
}

// At the head of a feed: of the record that comes again, what is done passes by.
function emitComesAgain(id: string, code: Code): void {
  code.line(`if (passing_${id} == u32.MAX_VALUE) passing_${id} = done_${id};`);
}

/**
 * Statements that count the record which was just decoded. One that gave nothing, such as a blank line, is none; one with a fault is
 * rejected, though other rows of it may have come. What is not is decoded: that is derived when the ledger is read (accounts.ts).
 */
export function countRecord(kind: 'source' | 'reference', name: string, id: string, ledger: Ledger): string[] {
  return [
    `if (rows_${id} + rejects_${id} > 0) ${ledger.increment(kind, name, 'records')}`,
    `if (rejects_${id} > 0) ${ledger.increment(kind, name, 'rejected')}`,
  ];
}

/** Writes, within the loop of a feed, that the document at `at` is decoded; `next` is where reading goes on. */
export function emitDocument(id: string, splits: boolean, code: Code, module: ModuleBuilder): void {
  const [find, start, stop] = ['findDocument', 'documentStart', 'documentEnd'].map((name) =>
    module.use('formats/documents', name),
  );
  code.line(`const next = ${find}(at, end, last, ${splits});`);
  code.line('if (next == 0) break;');
  code.block(`if (${start} < ${stop})`, () => {
    // The byte behind a document gives way to the sentinel for a while.
    code.line('const behind = load<u8>(next);');
    code.line('store<u8>(next, 0);');
    code.line(`record_${id}(${start}, next);`);
    code.line('store<u8>(next, behind);');
  });
}

// Where APPROXIMATE_ARRIVAL_TIME lies, where the application reads it.
function arrivalSlot({ frame, input }: StreamLayout): Slot | undefined {
  return frame.slots[input?.binding.columns.length ?? 0];
}

// A record's own metadata, where the application reads it.
function emitArrival(layout: StreamLayout, code: Code, arrival: string): void {
  const base = layout.input?.binding.columns.length ?? 0;
  const slot = arrivalSlot(layout);
  if (slot !== undefined) {
    code.line(`store<i64>(${layout.frame.name}, ${arrival}, ${slot.valueOffset});`);
    code.line(`store<u8>(${layout.frame.name}, 0, ${slot.nullOffset});`);
  }
  for (let index = base + 1; index < base + 4; index++) {
    const text = layout.frame.slots[index];
    if (text !== undefined) code.line(`store<u8>(${layout.frame.name}, 1, ${text.nullOffset});`);
  }
}

function emitRecordFeed(layout: StreamLayout, context: ProgramContext): void {
  const { module } = context;
  const { id, frame } = layout;
  const code = new Code();
  const abi = (name: string): string => module.use('../contract/abi', name);
  const status = module.use('operators/context', 'setStatus');
  code.line('const count = load<u32>(pointer);');
  code.line('const first = load<u32>(pointer, 4);');
  code.line(`${module.use('formats/batch', 'setLastBatch')}(true);`);
  code.line(`${module.use('formats/batch', 'setRecordMode')}(true);`);
  if (layout.input?.binding.time !== undefined && arrivalSlot(layout) !== undefined)
    code.line(`arrives_${id} = false;`);
  const again = stops(layout, context);
  if (again) {
    emitComesAgain(id, code);
    module.declare(`let lines_${id}: usize = 0; // bytes of a record that are done, where it comes again`);
  }
  code.line(`${status}(${abi('STATUS_DONE')});`);
  code.line('let index = first;');
  code.block('for (; index < count; index++)', () => {
    code.line(
      `if (${module.use('operators/context', 'outputFull')}) { ${status}(${abi('STATUS_OUTPUT_FULL')}); break; }`,
    );
    code.line(`const entry = pointer + 8 + <usize>index * ${abi('RECORD_ENTRY_BYTES')};`);
    code.line(`${module.use('operators/context', 'setRowClock')}(load<i64>(entry));`);
    emitArrival(layout, code, 'load<i64>(entry, 8)');
    const base = layout.input?.binding.columns.length ?? 0;
    for (const [offset, field] of ['RECORD_PARTITION_KEY', 'RECORD_SEQUENCE_NUMBER', 'RECORD_SHARD_ID'].entries()) {
      const slot = frame.slots[base + 1 + offset];
      if (slot === undefined) continue;
      code.block(`if (load<u32>(entry + ${abi(field)}, 4) != 0xffffffff)`, () => {
        code.line(`store<u8>(${frame.name}, 0, ${slot.nullOffset});`);
        code.line(
          `store<u64>(${frame.name}, ${module.use('text', 'textOf')}(pointer + <usize>load<u32>(entry + ${abi(field)}), load<u32>(entry + ${abi(field)}, 4)), ${slot.valueOffset});`,
        );
      });
    }
    code.line(`let at = pointer + <usize>load<u32>(entry, ${abi('RECORD_DATA')});`);
    code.line(`const end = at + <usize>load<u32>(entry + ${abi('RECORD_DATA')}, 4);`);
    if (again) code.line(`at += lines_${id};`);
    // The next record may begin right behind this one: its first byte gives way to the sentinel for a while.
    code.line('const behind = load<u8>(end);');
    code.line('store<u8>(end, 0);');
    code.block('while (at < end)', () => {
      code.line(`const next = record_${id}(at, end);`);
      code.line(`if (next == 0 || ${module.use('operators/context', 'suspended')}) break;`);
      code.line('at = next;');
    });
    code.line('store<u8>(end, behind);');
    const place = `pointer + <usize>load<u32>(entry, ${abi('RECORD_DATA')})`;
    if (again) code.line(`lines_${id} = ${module.use('operators/context', 'suspended')} ? at - (${place}) : 0;`);
    code.line(
      `if (${module.use('operators/context', 'suspended')}) { ${module.use('operators/context', 'setSuspended')}(false); ${status}(${abi('STATUS_OUTPUT_FULL')}); break; }`,
    );
  });
  code.line('return <i32>(index - first);');
  module.function(`function feedRecords_${id}(pointer: usize, length: i32, clock: i64): i32`, code);
}
