// Clocks of the oracle (SEMANTICS 5 to 8): which streams move together, and what each clock waits for.
import type { Plan, Pump, Relation } from '../../compiler/plan/plan.ts';
import type { Value } from './evaluate.ts';
import { earliest, FOREVER, type Operator } from './operator.ts';

/** An operator with its place. */
export interface Placed {
  readonly operator: Operator;
  readonly relation: Relation;
  readonly pump: Pump;
}

/** A row that waits for other clocks before it enters a stream. */
export interface Waiting {
  readonly source: Clock;
  readonly rowtime: bigint;
  readonly sequence: number;
  readonly values: readonly Value[];
}

/** What several streams share that move in lockstep. */
export interface Clock {
  /** `input`: rows and bounds of an input · `promoted`: ROWTIMEs given by AS ROWTIME or a T-sort · `sorted`: behind an ORDER BY · `merged`. */
  readonly kind: 'input' | 'promoted' | 'sorted' | 'merged';
  /** The stream that makes the clock. */
  readonly stream: string;
  readonly sources: readonly Clock[];
  /** Inputs whose end ends it. */
  readonly inputs: ReadonlySet<string>;
  /** The highest ROWTIME or bound so far. */
  time: bigint;
  waiting: Waiting[];
  /** Operators of the pumps that read its streams, writers before readers. */
  readonly operators: Placed[];
}

/** The stream that a pump reads. */
export function scanOf(relation: Relation): string {
  return relation.kind === 'stream-scan' ? relation.stream : scanOf(relation.input);
}

/** True when a pump gives its rows a ROWTIME of their own. */
export function promotes(pump: Pump): boolean {
  return pump.query.kind === 'time-sort' || (pump.query.kind === 'project' && pump.query.rowtime !== undefined);
}

/** The clock of every stream, sources before those that depend on them. */
export function clocksOf(plan: Plan): { clocks: Clock[]; clockOf: Map<string, Clock> } {
  const clocks: Clock[] = [];
  const clockOf = new Map<string, Clock>();
  const begin = (kind: Clock['kind'], stream: string, sources: readonly Clock[], inputs: Iterable<string>): void => {
    const clock: Clock = {
      kind,
      stream,
      sources,
      inputs: new Set(inputs),
      time: -FOREVER,
      waiting: [],
      operators: [],
    };
    clocks.push(clock);
    clockOf.set(stream, clock);
  };
  for (const input of plan.inputs) begin('input', input.stream, [], [input.stream]);
  const place = (stream: string): void => {
    const writers = plan.pumps.filter((pump) => pump.target === stream);
    if (clockOf.has(stream) || writers.length === 0) return;
    for (const writer of writers) place(scanOf(writer.query));
    const sources = new Set(writers.flatMap((writer) => clockOf.get(scanOf(writer.query)) ?? []));
    const inputs = [...sources].flatMap((source) => [...source.inputs]);
    const [only] = sources;
    if (writers.some(promotes)) begin('promoted', stream, [...sources], inputs);
    else if (writers.some((writer) => writer.query.kind === 'sort')) begin('sorted', stream, [...sources], inputs);
    else if (sources.size > 1) begin('merged', stream, [...sources], inputs);
    else if (only !== undefined) clockOf.set(stream, only);
  };
  for (const stream of plan.streams) place(stream.name);
  return { clocks, clockOf };
}

/** No later row of the clock has a lower ROWTIME. */
export function boundOf(clock: Clock, finished: ReadonlySet<string>): bigint {
  const before = clock.sources.map((source) => boundOf(source, finished));
  switch (clock.kind) {
    case 'input':
    case 'promoted':
      return [...clock.inputs].every((input) => finished.has(input)) ? FOREVER : clock.time;
    case 'merged':
      return earliest([...before, ...clock.waiting.map((row) => row.rowtime)]);
    case 'sorted': {
      const held = clock.sources.flatMap((source) =>
        source.operators
          .filter(({ pump, relation }) => pump.target === clock.stream && relation === pump.query)
          .flatMap(({ operator }) => operator.lowest?.() ?? []),
      );
      return earliest([...before, ...held]);
    }
  }
}
