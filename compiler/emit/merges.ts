// Merges in the program: rows of several clocks enter one stream by (ROWTIME, position in the log) (SEMANTICS 8).
//
// Law: a row with ROWTIME t leaves its queue when every other clock that writes the stream has reached t, by a row or a bound;
// among rows that may leave, the lowest ROWTIME goes first, and of equal ones the one that came in first.
import { Code, type ModuleBuilder } from './code.ts';
import type { Domain, ProgramLayout, StreamLayout } from './layout.ts';
import { emitAfter } from './enter.ts';
import { stopWhenFull } from './leaving.ts';
import { shapeOf } from './shapes.ts';
import type { ProgramContext } from './context.ts';
import { streamSuspends } from './suspending.ts';

/** A stream in which several clocks meet. */
export interface Merge {
  readonly layout: StreamLayout;
  readonly domain: Domain;
  /** Names of the queues, one for each clock. */
  readonly queues: readonly string[];
  readonly sources: readonly number[];
}

/** The merges of a program, sources before those that read them. */
export function mergesOf(program: ProgramLayout): Merge[] {
  return program.domains.flatMap((domain) => {
    const { clock } = domain;
    const layout = clock.kind === 'merge' ? program.streams.get(clock.stream) : undefined;
    if (layout === undefined || clock.kind !== 'merge') return [];
    const queues = clock.sources.map((_, index) => `queue_${layout.id}_${index}`);
    return [{ layout, domain, queues, sources: clock.sources }];
  });
}

/** Declares the queues of a merge. */
export function declareMerge(merge: Merge, module: ModuleBuilder): void {
  for (const queue of merge.queues) module.declareObject(queue, 'state/queue', 'RowQueue', 'QUEUE_BYTES');
  module.declare(`let waited_${merge.layout.id}: i64 = 0; // sequence of the last row that had to wait`);
}

/** Statements that prepare the queues. */
export function initializeMerge(merge: Merge, module: ModuleBuilder): string[] {
  const shape = shapeOf(merge.layout, module);
  return merge.queues.map(
    (queue) => `${module.use('state/queue', 'initializeQueue')}(${queue}, ${merge.layout.frame.name}, ${shape});`,
  );
}

/** True where rows or bounds reach some stream later than they reach its sources. */
export function settles(program: ProgramLayout): boolean {
  return program.domains.some(isBehind);
}

/** True for a clock that stays behind others: `merge_<d>(resumable)` brings it up to them. */
export function isBehind({ clock }: Domain): boolean {
  return clock.kind === 'merge' || clock.kind === 'sorted';
}

/** Emits bounds, waiting and merging. */
export function emitMerges(context: ProgramContext): void {
  const { program, module } = context;
  if (!settles(program)) {
    if (program.plan.promotedIdle) for (const domain of program.domains) emitBound(domain, context);
    return;
  }
  for (const domain of program.domains) emitBound(domain, context);
  for (const merge of mergesOf(program)) {
    emitWait(merge, context);
    emitMerge(merge, context);
  }
  const settle = new Code();
  for (const domain of program.domains.filter(isBehind)) {
    if (domain.clock.kind === 'sorted') emitCatchUp(domain, context);
    settle.line(`if (!merge_${domain.index}(resumable)) return false;`);
  }
  settle.line('return true;');
  module.function('function settle(resumable: bool): bool', settle, 'Rows and bounds whose turn has come go on.');
}

// bound_<d>(): no later row of the clock is below.
function emitBound(domain: Domain, context: ProgramContext): void {
  const { program, module } = context;
  const layouts = [...program.streams.values()];
  const code = new Code();
  const { clock } = domain;
  if (clock.kind === 'merge') {
    code.line('let bound: i64 = i64.MAX_VALUE;');
    for (const source of clock.sources) code.line(`bound = min(bound, bound_${source}());`);
    const layout = program.streams.get(clock.stream);
    for (let index = 0; index < clock.sources.length; index++) {
      code.line(
        `if (queue_${layout?.id}_${index}.list.count > 0) bound = min(bound, ${module.use('state/queue', 'headRowtime')}(queue_${layout?.id}_${index}));`,
      );
    }
    code.line('return bound;');
  } else if (clock.kind === 'sorted') {
    const sort = program.pumps.find(({ pump }) => pump.target === clock.stream)?.operators.at(-1);
    code.line(`return min(bound_${clock.source}(), ${module.use('operators/sort', 'lowestHeld')}(${sort?.name}));`);
  } else {
    const finished = domain.inputs.map(
      (index) => `finished_${layouts.find((layout) => layout.input?.index === index)?.id}`,
    );
    code.line(`if (${finished.join(' && ') || 'begun'}) return i64.MAX_VALUE;`);
    if (clock.kind === 'finite') code.line('return i64.MIN_VALUE;');
    const own = layouts.find((layout) =>
      clock.kind === 'promoted'
        ? layout.stream.name === clock.stream
        : layout.input !== undefined && layout.domain === domain.index,
    );
    if (clock.kind !== 'finite')
      code.line(`return ${clock.kind === 'promoted' ? `rowtime_${own?.id}` : `clock_${own?.id}`};`);
  }
  module.function(`function bound_${domain.index}(): i64`, code);
}

// A sorted stream's rows come out of their flush; here only its bound is passed on.
function emitCatchUp(domain: Domain, context: ProgramContext): void {
  const code = new Code();
  if (domain.timed.length > 0) {
    emitReached(domain, context, code);
  }
  code.line('return true;');
  context.module.function(`function merge_${domain.index}(resumable: bool): bool`, code);
}

// What the bound closes leaves, and the stream's clock moves on to it; the end is no time.
function emitReached(domain: Domain, context: ProgramContext, code: Code): void {
  const layout = 'stream' in domain.clock ? context.program.streams.get(domain.clock.stream) : undefined;
  code.line(`const bound = bound_${domain.index}();`);
  code.line(`if (bound >= next_${domain.index} && !events_${domain.index}(bound, true, resumable)) return false;`);
  code.line(`if (bound != i64.MAX_VALUE) rowtime_${layout?.id} = max(rowtime_${layout?.id}, bound);`);
}

function emitWait(merge: Merge, context: ProgramContext): void {
  const code = new Code();
  const put = context.module.use('state/queue', 'putRow');
  code.line(`waited_${merge.layout.id}++;`);
  for (const [index, queue] of merge.queues.entries())
    code.line(`if (source == ${index}) ${put}(${queue}, rowtime, waited_${merge.layout.id});`);
  context.module.function(
    `function wait_${merge.layout.id}(source: i32, rowtime: i64): void`,
    code,
    `A row waits to enter stream "${merge.layout.stream.name}".`,
  );
}

function emitMerge(merge: Merge, context: ProgramContext): void {
  const { module, program } = context;
  const { domain, layout } = merge;
  const code = new Code();
  const hasEvents = domain.timed.length > 0;
  code.block('for (;;)', () => {
    code.line('let first: i32 = -1;');
    code.line('let time: i64 = 0;');
    code.line('let sequence: i64 = 0;');
    for (const [index, queue] of merge.queues.entries()) {
      const rowtime = `${module.use('state/queue', 'headRowtime')}(${queue})`;
      const order = `${module.use('state/queue', 'headSequence')}(${queue})`;
      code.line(
        `if (${queue}.list.count > 0 && (first < 0 || ${rowtime} < time || (${rowtime} == time && ${order} < sequence))) { first = ${index}; time = ${rowtime}; sequence = ${order}; }`,
      );
    }
    code.line('if (first < 0) break;');
    // A clock whose own queue is empty may still bring something lower.
    const waits = merge.sources.map((source, index) => `(first != ${index} && bound_${source}() < time)`);
    code.line(`if (${waits.join(' || ')}) break;`);
    if (hasEvents)
      code.line(
        `if (time >= next_${domain.index} && !events_${domain.index}(time, ${!domain.fanIn}, resumable)) return false;`,
      );
    for (const [index, queue] of merge.queues.entries())
      code.line(`if (first == ${index}) ${module.use('state/queue', 'takeRow')}(${queue});`);
    code.line(`const mark = ${module.use('state/scratch', 'scratchMark')}();`);
    code.line(`push_${layout.id}(time);`);
    if (streamSuspends(layout.stream.name, program)) emitAfter(domain, 'return false;', code, module);
    else if (hasEvents) code.line(`if (time >= next_${domain.index}) events_${domain.index}(time, true, false);`);
    code.line(`${module.use('state/scratch', 'scratchRelease')}(mark);`);
    stopWhenFull(code, module);
  });
  if (hasEvents) {
    emitReached(domain, context, code);
  }
  code.line('return true;');
  module.function(
    `function merge_${domain.index}(resumable: bool): bool`,
    code,
    `Rows enter stream "${layout.stream.name}" in the order of their ROWTIME.`,
  );
}

/** Emits `input_waiting(input)`: bytes of an input's rows that wait for rows or bounds of other inputs; a host stops feeding it for a while. */
export function emitWaiting(context: ProgramContext): void {
  const { module, program } = context;
  const merges = mergesOf(program);
  if (merges.length === 0) return;
  const head = module.use('state/queue', 'headRowtime');
  const choose = new Code();
  for (const layout of program.streams.values()) {
    const input = layout.input?.index;
    if (input === undefined) continue;
    const code = new Code();
    const inputsOf = (domain: number): readonly number[] => program.domains[domain]?.inputs ?? [];
    for (const { queues, sources } of merges) {
      for (const [index, queue] of queues.entries()) {
        if (!inputsOf(sources[index] ?? -1).includes(input)) continue;
        const isBelow = (domain: number): string => `bound_${domain}() < ${head}(${queue})`;
        const behind = sources.flatMap((source) => {
          const others = inputsOf(source).filter((other) => other !== input);
          if (source === sources[index] || others.length === 0) return [];
          if (others.length === inputsOf(source).length) return [isBelow(source)];
          // Where feeding the input itself would move the clock, it must not wait unless another one is behind, too.
          return [`${isBelow(source)} && (${others.map(isBelow).join(' || ')})`];
        });
        if (behind.length === 0) continue;
        code.line(`if (${queue}.list.count > 0 && (${behind.join(' || ')})) bytes += <i64>${queue}.bytes;`);
      }
    }
    if (code.lines.length === 0) continue;
    code.lines.unshift('let bytes: i64 = 0;');
    code.line('return bytes;');
    module.function(`function waiting_${layout.id}(): i64`, code);
    choose.line(`if (input == ${input}) return waiting_${layout.id}();`);
  }
  choose.line('return 0;');
  module.function(
    'export function input_waiting(input: i32): i64',
    choose,
    "Bytes of an input's rows that wait for other inputs.",
  );
}
