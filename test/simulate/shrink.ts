// Makes a failing program and its timeline small.
import type { Configuration } from '../../testing/modules.ts';
import { fewer } from './fewer.ts';
import type { GeneratedProgram, GeneratedPump } from './generate.ts';
import type { GeneratedQuery } from './queries.ts';
import { difference } from './lines.ts';
import { compileTogether, isKnown, planOf, runArtifact, runOracle, type Restarts } from './run.ts';
import { inputColumns, type GeneratedEvent } from './timeline.ts';

/** A program, its timeline and the way of running in which it fails. */
export interface Failure {
  readonly program: GeneratedProgram;
  readonly events: readonly GeneratedEvent[];
  readonly configuration: Configuration;
  /** Without them the program fails when it runs straight on. */
  readonly restarts: Restarts;
}

/** What differs, or undefined when nothing does or the program is no longer one. */
export async function differs(failure: Failure): Promise<string | undefined> {
  const compiled = await prepare(failure.program, failure.configuration);
  return compiled?.(failure.events, failure.restarts);
}

type Compare = (events: readonly GeneratedEvent[], restarts: Restarts) => string | undefined;

async function prepare(program: GeneratedProgram, configuration: Configuration): Promise<Compare | undefined> {
  const plan = await planOf(program);
  if (typeof plan === 'string') return undefined;
  const together = await compileTogether([program], configuration);
  return (events, restarts) => {
    const expected = runOracle(plan, program, events);
    if (!isKnown(expected)) return undefined;
    try {
      return difference(program, expected, runArtifact(together, plan, program, events, restarts));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
}

/** Leaves out pumps, clauses, columns and rows as long as the difference stays. */
export async function shrink(failure: Failure): Promise<Failure> {
  // Restarts at chosen places would move with every event that is left out.
  const everywhere: Failure = { ...failure, restarts: 'everywhere' };
  const chosen = failure.restarts !== undefined && (await differs(everywhere)) !== undefined ? everywhere : failure;
  let smallest = { ...chosen, events: await fewerEvents(chosen) };
  for (let changed = true; changed; ) {
    changed = false;
    for (const program of simpler(smallest.program)) {
      const candidate = { ...smallest, program };
      if ((await differs(candidate).catch(() => undefined)) === undefined) continue;
      smallest = candidate;
      changed = true;
      break;
    }
  }
  return { ...smallest, events: await fewerMembers({ ...smallest, events: await fewerEvents(smallest) }) };
}

// Members that no row needs.
async function fewerMembers(failure: Failure): Promise<readonly GeneratedEvent[]> {
  const compare = await prepare(failure.program, failure.configuration);
  let { events } = failure;
  for (const { name } of inputColumns) {
    const without = events.map((event) =>
      event.kind === 'row'
        ? { ...event, json: event.json.replace(new RegExp(`"${name}":("[^"]*"|[^,}]+),?`), '').replace(',}', '}') }
        : event,
    );
    if (compare?.(without, failure.restarts) !== undefined) events = without;
  }
  return events;
}

async function fewerEvents(failure: Failure): Promise<readonly GeneratedEvent[]> {
  const compare = await prepare(failure.program, failure.configuration);
  if (compare === undefined) return failure.events;
  return fewer(failure.events, (events) => compare(events, failure.restarts) !== undefined);
}

// Programs with one thing less.
function* simpler(program: GeneratedProgram): Generator<GeneratedProgram> {
  for (let index = program.pumps.length - 1; index >= 0; index--)
    if (program.pumps.length > 1)
      yield { ...program, pumps: program.pumps.filter((_, position) => position !== index) };
  for (const [index, pump] of program.pumps.entries()) {
    for (const simple of simplerPumps(pump, program)) {
      const pumps = program.pumps.map((other, position) => (position === index ? simple : other));
      yield { ...program, pumps };
    }
  }
}

function* simplerPumps(pump: GeneratedPump, program: GeneratedProgram): Generator<GeneratedPump> {
  const { queries } = pump;
  if (queries.length > 1) for (const query of queries) yield { ...pump, queries: [query] };
  for (const [index, query] of queries.entries()) {
    const replaced = (simple: GeneratedQuery): GeneratedPump => ({
      ...pump,
      queries: queries.map((other, position) => (position === index ? simple : other)),
    });
    const { where, having, ...rest } = query;
    if (where !== undefined) yield replaced({ ...rest, ...(having === undefined ? {} : { having }) });
    if (having !== undefined) yield replaced({ ...rest, ...(where === undefined ? {} : { where }) });
  }
  const alone = program.pumps.every((other) => other === pump || other.target !== pump.target);
  if (!alone || pump.columns.length < 2) return;
  for (const index of pump.columns.keys()) {
    const without = <T>(list: readonly T[]): T[] => list.filter((_, position) => position !== index);
    yield {
      ...pump,
      columns: without(pump.columns),
      queries: queries.map((query) => ({ ...query, items: without(query.items) })),
    };
  }
}
