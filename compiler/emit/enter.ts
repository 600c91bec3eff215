// How a row of a promoted or sorted ROWTIME enters its stream: what its time closes leaves first; and how one that is too late is reported.
import { Code, type ModuleBuilder } from './code.ts';
import type { ProgramContext } from './context.ts';
import type { Domain, StreamLayout } from './layout.ts';
import { countOf, type Segment } from './segment.ts';
import { emitAgain, emitContinuation, hasSuspended, streamSuspends, suspendWith } from './suspending.ts';

/** Writes that the row in the stream's frame enters with ROWTIME `time`. */
export function emitEnter(target: StreamLayout, time: string, code: Code, context: ProgramContext): void {
  const domain = context.program.domains[target.domain];
  const hasEvents = domain !== undefined && domain.timed.length > 0;
  if (streamSuspends(target.stream.name, context.program)) {
    code.line(`enterFrame_${target.id}(${time});`);
    emitEnterFrame(target, domain, context);
    return;
  }
  if (hasEvents)
    code.line(`if (${time} >= next_${domain.index}) events_${domain.index}(${time}, ${!domain.fanIn}, false);`);
  code.line(`push_${target.id}(${time});`);
  if (hasEvents) code.line(`if (${time} >= next_${domain.index}) events_${domain.index}(${time}, true, false);`);
}

// enterFrame_<id>(time): as above, where it may stop.
function emitEnterFrame(target: StreamLayout, domain: Domain | undefined, { module }: ProgramContext): void {
  const name = `enterFrame_${target.id}`;
  const code = new Code();
  const again = `again_${name}`;
  if (domain !== undefined && domain.timed.length > 0) {
    const events = `!events_${domain.index}(time, ${!domain.fanIn}, false)`;
    code.line(`if (time >= next_${domain.index} && ${events}) { ${suspendWith(again, ['time'], module)} return; }`);
    emitAgain(again, name, ['time: i64'], module);
  }
  code.line(`push_${target.id}(time);`);
  if (domain !== undefined) emitAfter(domain, 'return;', code, module);
  module.function(`function ${name}(time: i64): void`, code, `The frame's row enters stream "${target.stream.name}".`);
}

/**
 * Writes that the windows of a clock close which a row at `time` made due, behind that row; `stop` ends the function where the row or
 * the windows stopped in the middle.
 */
export function emitAfter(domain: Domain, stop: string, code: Code, module: ModuleBuilder): void {
  if (domain.timed.length === 0) {
    code.line(`if (${hasSuspended(module)}) ${stop}`);
    return;
  }
  const after = suspendWith(`after_${domain.index}`, ['time'], module);
  code.line(`if (${hasSuspended(module)}) { ${after} ${stop} }`);
  const events = `!events_${domain.index}(time, true, false)`;
  code.line(`if (time >= next_${domain.index} && ${events}) { ${after} ${stop} }`);
}

/** Emits the continuation `after_<d>` that `emitAfter` uses. */
export function emitAfterContinuation(domain: Domain, module: ModuleBuilder): void {
  const code = new Code();
  const name = `after_${domain.index}`;
  code.line('const time = first;');
  code.line(
    `if (time >= next_${domain.index} && !events_${domain.index}(time, true, false)) ${suspendWith(name, ['time'], module)}`,
  );
  emitContinuation(name, code, module);
}

/** Writes the tests of a row's own ROWTIME: NULL is an error, `late` a late row; both end the function. */
export function emitTimeChecks(
  target: StreamLayout,
  segment: Segment,
  late: string,
  code: Code,
  context: ProgramContext,
): void {
  const { module } = context;
  const use = (name: string): string => module.use('../contract/abi', name);
  const { pump } = segment.pump;
  const name = pump.partOf ?? pump.name;
  const place = module.text(` (pump "${name}")`);
  const text = module.text(name);
  const empty = module.use('text', 'EMPTY_TEXT');
  code.block('if (isNull)', () => {
    code.line(countOf(segment, context, 'errors'));
    code.line(`report(${use('FAULT_INVALID_ROWTIME')}, ${place}, ${empty}, rowtime, 0, 0, ${text});`);
    code.line('return;');
  });
  code.block(`if (${late})`, () => {
    code.line(countOf(segment, context, 'late'));
    const [pointer, length] = [module.use('text', 'textPointer'), module.use('text', 'textLength')];
    code.line(`const data = rowData_${target.id}();`);
    code.line(
      `report(${use('FAULT_LATE_ROW')}, ${place}, ${empty}, time, ${pointer}(data), ${length}(data), ${text});`,
    );
    code.line('return;');
  });
}
