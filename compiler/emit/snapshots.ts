// Snapshots in the program: which section belongs to which operator, and the exports that save and load them.
import { hashText } from '../bind/identify.ts';
import { ledgerHash, ledgerLoaded } from './accounts.ts';
import { Code } from './code.ts';
import type { ProgramContext } from './context.ts';
import { hasFinite } from './finite.ts';
import type { OperatorLayout } from './layout.ts';
import { operatorCode } from './operatorCode.ts';
import { mergesOf, type Merge } from './merges.ts';

/** Layout version of a merge's waiting rows. */
const queueLayoutVersion = 2;

// Waiting rows have the layout of the stream's columns: changed columns make another section.
function queueId(merge: Merge, index: number): string {
  return hashText(`${merge.layout.stream.name} merge ${index} ${JSON.stringify(merge.layout.stream.columns)}`);
}

/** Emits the snapshot exports. Group −1 holds what belongs to no key: clocks, counters, open windows. */
export function emitSnapshots(context: ProgramContext): void {
  const { module, program } = context;
  const use = (name: string): string => module.use('state/snapshot', name);
  const operators = program.pumps.flatMap((pump) => pump.operators);
  const save = new Code();
  save.line(`${use('beginBlob')}(group);`);
  save.line('if (group < 0) saveShared();');
  for (const operator of operators) save.line(operatorCode(operator).save(operator, module));
  for (const merge of mergesOf(program)) {
    merge.queues.forEach((queue, index) => {
      save.line(
        `if (group < 0) ${module.use('state/queue', 'saveQueue')}(${queue}, 0x${queueId(merge, index)}, ${queueLayoutVersion});`,
      );
    });
  }
  save.line(`return <i32>${use('endBlob')}();`);
  emitShared(context);
  module.function(
    'export function snapshot_save(group: i32): i32',
    save,
    'Writes the blob of a key group; its length, 0 when there is nothing.',
  );
  emitLoad(context, operators);
  const changed = new Code();
  changed.line('if (group < 0) return 1;');
  for (const operator of operators) {
    const condition = operatorCode(operator).changed(operator);
    if (condition !== undefined) changed.line(`if (${condition}) return 1;`);
  }
  changed.line('return 0;');
  module.function('export function snapshot_changed(group: i32): i32', changed);
  const pointer = new Code();
  pointer.line(`return ${use('writtenPointer')}();`);
  module.function('export function snapshot_pointer(): usize', pointer);
  const prepare = new Code();
  for (const operator of operators)
    for (const line of operatorCode(operator).prepare?.(operator, context) ?? []) prepare.line(line);
  module.function('export function snapshot_prepare(): void', prepare);
}

// Section 0: per stream its name's hash and clock, per input whether it has ended, then the ledger: which accounts it has, and all counters.
function emitShared(context: ProgramContext): void {
  const { module, program, ledger } = context;
  const use = (name: string): string => module.use('state/snapshot', name);
  const save = new Code();
  save.line(`${use('beginSection')}(0, 1);`);
  const clocks: { hash: string; variable: string; isFlag?: boolean }[] = [];
  for (const layout of program.streams.values()) {
    clocks.push({ hash: hashText(layout.stream.name), variable: `rowtime_${layout.id}` });
    if (layout.input === undefined) continue;
    clocks.push({ hash: hashText(`${layout.stream.name} input`), variable: `clock_${layout.id}` });
    if (program.plan.promotedIdle)
      clocks.push({ hash: hashText(`${layout.stream.name} passed`), variable: `promised_${layout.id}` });
    clocks.push({ hash: hashText(`${layout.stream.name} finished`), variable: `finished_${layout.id}`, isFlag: true });
  }
  if (hasFinite(program)) clocks.push({ hash: hashText('application begun'), variable: 'begun', isFlag: true });
  save.line(`${use('writeU32')}(${clocks.length});`);
  for (const { hash, variable } of clocks)
    save.line(`${use('writeU64')}(0x${hash}); ${use('writeU64')}(<u64>${variable});`);
  save.line('deriveLedger();');
  save.line(`${use('writeU64')}(0x${ledgerHash(ledger)});`);
  save.line(`${use('writeU32')}(${ledger.bytes});`);
  save.line(`${use('writeBytes')}(ledgerTable, ${ledger.bytes});`);
  save.line(`${use('endSection')}();`);
  module.function('function saveShared(): void', save);
  const load = new Code();
  load.line(`const clocks = ${use('readU32')}();`);
  load.block('for (let index: u32 = 0; index < clocks; index++)', () => {
    load.line(`const hash = ${use('readU64')}();`);
    load.line(`const clock = <i64>${use('readU64')}();`);
    load.line(`if (${use('readFailed')}) return;`);
    for (const { hash, variable, isFlag } of clocks)
      load.line(`if (hash == 0x${hash}) ${variable} = clock${isFlag === true ? ' != 0' : ''};`);
  });
  load.line(`const accounts = ${use('readU64')}();`);
  load.line(`const bytes = ${use('readU32')}();`);
  load.line(`const counters = ${use('readSpace')}(bytes);`);
  load.line(`if (${use('readFailed')}) return;`);
  // A changed program begins its accounts anew.
  load.line(
    `if (accounts == 0x${ledgerHash(ledger)} && bytes == ${ledger.bytes}) memory.copy(ledgerTable, counters, bytes);`,
  );
  load.line(`else { memory.fill(ledgerTable, 0, ${ledger.bytes}); ledgerBegins = true; }`);
  module.function('function loadShared(): void', load);
}

function emitLoad(context: ProgramContext, operators: readonly OperatorLayout[]): void {
  const { module, program } = context;
  const use = (name: string): string => module.use('state/snapshot', name);
  const bad = module.use('../contract/abi', 'STATUS_BAD_SNAPSHOT');
  const done = module.use('../contract/abi', 'STATUS_DONE');
  const load = new Code();
  load.line(`if (!${use('openBlob')}(pointer, <usize>length)) return ${bad};`);
  load.line(`const group = ${use('openedGroup')};`);
  load.block(`while (${use('readMore')}(${use('blobEnd')}()))`, () => {
    load.line(`const id = ${use('readU64')}();`);
    load.line(`const layout = ${use('readU32')}();`);
    load.line(`const bytes = <usize>${use('readU32')}();`);
    load.line(`if (${use('readFailed')}) return ${bad};`);
    load.line(`const end = ${use('readPosition')}() + bytes;`);
    load.line(`if (end > ${use('blobEnd')}()) return ${bad};`);
    load.line('if (id == 0 && group < 0) loadShared();');
    for (const operator of operators) {
      const own = operatorCode(operator);
      load.line(
        `if (id == 0x${operator.relation.id} && layout == ${own.layoutVersion} && !${own.load(operator, module)}) return ${bad};`,
      );
    }
    for (const merge of mergesOf(program)) {
      merge.queues.forEach((queue, index) => {
        load.line(
          `if (id == 0x${queueId(merge, index)} && layout == ${queueLayoutVersion} && !${module.use('state/queue', 'loadQueue')}(${queue}, end)) return ${bad};`,
        );
      });
    }
    load.line(`${use('readSkipTo')}(end);`);
  });
  load.line(`return ${use('readFailed')} ? ${bad} : ${done};`);
  module.function(
    'export function snapshot_load(pointer: usize, length: i32): i32',
    load,
    'Reads the blob of a key group.',
  );
  const loaded = new Code();
  for (const operator of operators)
    for (const line of operatorCode(operator).loaded(operator, module)) loaded.line(line);
  for (const domain of program.domains) {
    for (const { name } of domain.timed)
      loaded.line(`next_${domain.index} = min(next_${domain.index}, ${name}.boundary);`);
  }
  for (const merge of mergesOf(program)) {
    const last = module.use('state/queue', 'lastSequence');
    for (const queue of merge.queues)
      loaded.line(`waited_${merge.layout.id} = max(waited_${merge.layout.id}, ${last}(${queue}));`);
  }
  loaded.line(ledgerLoaded(context));
  loaded.line(`return ${done};`);
  module.function('export function snapshot_loaded(): i32', loaded);
}
