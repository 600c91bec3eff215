// Bounds that cross `AS ROWTIME` and T-sort (`promoted-idle`, SEMANTICS 7).
//
// Law: a bound t that every input of a promoted stream has passed by `advance` is a promise that no later row has a promoted time below t, as
// far as no row is still on its way that came before it. T-sort takes it as a row of time t: what is more than its interval below leaves.
// Clocks that rows moved promise nothing: the time in a row may lie behind that of its arrival.
import { Code } from './code.ts';
import type { ProgramContext } from './context.ts';
import type { Domain, OperatorLayout, ProgramLayout } from './layout.ts';

/** The clocks that bounds reach by crossing a promotion. */
export function crossedDomains(program: ProgramLayout): Domain[] {
  if (!program.plan.promotedIdle) return [];
  return program.domains.filter(({ clock, inputs }) => clock.kind === 'promoted' && inputs.length > 0);
}

/** The T-sort that makes a clock. */
function timeSortOf({ clock }: Domain, program: ProgramLayout): OperatorLayout | undefined {
  return program.pumps
    .find(({ pump }) => clock.kind === 'promoted' && pump.target === clock.stream)
    ?.operators.find(({ relation }) => relation.kind === 'time-sort');
}

/** Emits `cross_<d>(resumable)` for each of them. */
export function emitCrossings(context: ProgramContext): void {
  for (const domain of crossedDomains(context.program)) emitCrossing(domain, context);
}

function emitCrossing(domain: Domain, { program, module }: ProgramContext): void {
  const { clock, index } = domain;
  const target = 'stream' in clock ? program.streams.get(clock.stream) : undefined;
  if (clock.kind !== 'promoted' || target === undefined) throw new Error('invariant: not a promoted clock');
  const code = new Code();
  code.line(`let bound = bound_${clock.source}();`);
  for (const { input, id } of program.streams.values()) {
    if (input !== undefined && domain.inputs.includes(input.index))
      code.line(`if (!finished_${id}) bound = min(bound, promised_${id});`);
  }
  // The end is no time.
  code.line('if (bound == i64.MIN_VALUE || bound == i64.MAX_VALUE) return true;');
  const sort = timeSortOf(domain, program);
  if (sort?.relation.kind === 'time-sort') {
    code.line(`if (bound > ${sort.name}.highest) ${sort.name}.highest = bound;`);
    code.line(`bound = ${sort.name}.highest - ${sort.relation.withinMs};`);
    code.line(`if (!release_${sort.name}(bound, resumable)) return false;`);
  }
  if (domain.timed.length > 0)
    code.line(`if (bound >= next_${index} && !events_${index}(bound, true, resumable)) return false;`);
  code.line(`rowtime_${target.id} = max(rowtime_${target.id}, bound);`);
  code.line('return true;');
  module.function(
    `function cross_${index}(resumable: bool): bool`,
    code,
    `The bound of its inputs reaches stream "${target.stream.name}".`,
  );
}
