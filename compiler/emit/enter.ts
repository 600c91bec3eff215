// How a row of a promoted or sorted ROWTIME enters its stream: what its time closes leaves first; and how one that is too late is reported.
import type { Code } from './code.ts';
import type { ProgramContext } from './context.ts';
import type { StreamLayout } from './layout.ts';
import { countOf, type Segment } from './segment.ts';

/** Writes that the row in the stream's frame enters with ROWTIME `time`. */
export function emitEnter(target: StreamLayout, time: string, code: Code, context: ProgramContext): void {
  const domain = context.program.domains[target.domain];
  const hasEvents = domain !== undefined && domain.timed.length > 0;
  if (hasEvents)
    code.line(`if (${time} >= next_${domain.index}) events_${domain.index}(${time}, ${!domain.fanIn}, false);`);
  code.line(`push_${target.id}(${time});`);
  if (hasEvents) code.line(`if (${time} >= next_${domain.index}) events_${domain.index}(${time}, true, false);`);
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
    code.line(`const data = ${module.use('state/scratch', 'scratchAllocate')}(<u32>bound_${target.id}() + 16);`);
    code.line('store<u8>(data, 123);');
    code.line(`const end = json_${target.id}(data + 1);`);
    code.line('store<u8>(end, 125);');
    code.line(`report(${use('FAULT_LATE_ROW')}, ${place}, ${empty}, time, data, <u32>(end + 1 - data), ${text});`);
    code.line('return;');
  });
}
