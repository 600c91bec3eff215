// What the program's parts need to know of each other before any text is written: frames, clock domains, operators in order.
import type { InputBinding } from '../../contract/binding.ts';
import type { Plan, Pump, Relation, Stream, TumbleAggregate } from '../plan/plan.ts';
import { expressionsOf, forEachExpression } from '../plan/walk.ts';

/** Place of a column in its stream's frame. */
export interface Slot {
  readonly valueOffset: number;
  readonly nullOffset: number;
}

/** A stream's row frame: values of 8 bytes, then null bytes; a fixed place in static memory. */
export interface Frame {
  readonly name: string;
  /** undefined where a column is never read: it is checked by the decoder but not kept. */
  readonly slots: readonly (Slot | undefined)[];
  readonly bytes: number;
  /** Slot of the replay's time value. */
  readonly time?: Slot;
}

/** An in-application stream with what the emitter derives. */
export interface StreamLayout {
  readonly stream: Stream;
  /** Identifier in the program. */
  readonly id: string;
  readonly frame: Frame;
  readonly readers: readonly PumpLayout[];
  /** Index of the clock domain. */
  readonly domain: number;
  readonly input?: { readonly index: number; readonly binding: InputBinding };
  /** Index of the output bound to it. */
  readonly output?: number;
}

/** A pump with what the emitter derives. */
export interface PumpLayout {
  readonly pump: Pump;
  readonly id: string;
  /** Aggregates of the pump, innermost first. */
  readonly tumbles: readonly TumbleLayout[];
  readonly source: string;
  readonly promotes: boolean;
}

/** A tumbling aggregate with its name in the program. */
export interface TumbleLayout {
  readonly relation: TumbleAggregate;
  /** Global variable that holds the operator. */
  readonly name: string;
  readonly pump: string;
  domain: number;
}

/** Streams and operators that share a clock: they move in lockstep (SEMANTICS 8). */
export interface Domain {
  readonly index: number;
  /** Inputs whose end ends the domain. */
  readonly inputs: readonly number[];
  /** In the order in which they close at equal times: writers before readers, then script order. */
  readonly tumbles: TumbleLayout[];
  /** A stream has several writers: ties go by the order of pumps. */
  readonly fanIn: boolean;
  /** The stream whose promoted ROWTIMEs make the clock; undefined for an input's domain. */
  readonly promoted?: string;
  /** The stream in which rows of several clocks are merged by ROWTIME; its clock is the lowest of theirs. */
  readonly merge?: { readonly stream: string; readonly sources: readonly number[] };
}

/** All parts of a program with their relations. */
export interface ProgramLayout {
  readonly plan: Plan;
  readonly streams: ReadonlyMap<string, StreamLayout>;
  readonly pumps: readonly PumpLayout[];
  readonly domains: readonly Domain[];
}

/** Streams fed from different clocks need a merge that waits for bounds. */
export interface LayoutProblem {
  readonly stream: Stream;
}

/** Lays a plan out; `keepAll` keeps unread columns (optimizer off). */
export function layOut(
  plan: Plan,
  identifier: (name: string) => string,
  keepAll: boolean,
): ProgramLayout | LayoutProblem {
  const pumps = plan.pumps.map((pump): PumpLayout => {
    const id = identifier(pump.name);
    return { pump, id, tumbles: tumblesOf(pump, id), source: scannedStream(pump.query), promotes: promotes(pump) };
  });
  const domainOf = new Map<string, number>();
  const roots: Root[] = [];
  plan.inputs.forEach((input, index) => {
    domainOf.set(input.stream, roots.length);
    roots.push({ inputs: new Set([index]) });
  });
  for (const stream of plan.streams) {
    const problem = assignDomain(stream.name, pumps, domainOf, roots);
    if (problem) return { stream };
  }
  const domains = roots.map((root, index): Domain => {
    const members = topological(
      pumps.filter((pump) => domainOf.get(pump.source) === index),
      domainOf,
      index,
    );
    for (const pump of members) for (const tumble of pump.tumbles) tumble.domain = index;
    const targets = members.filter((pump) => domainOf.get(pump.pump.target) === index).map((pump) => pump.pump.target);
    return {
      index,
      inputs: [...root.inputs],
      tumbles: members.flatMap((pump) => pump.tumbles),
      fanIn: new Set(targets).size < targets.length,
      ...(root.promoted === undefined ? {} : { promoted: root.promoted }),
      ...(root.merge === undefined ? {} : { merge: root.merge }),
    };
  });
  const streams = new Map<string, StreamLayout>();
  for (const stream of plan.streams) {
    const readers = pumps.filter((pump) => pump.source === stream.name);
    const output = plan.outputs.findIndex((binding) => binding.stream === stream.name);
    const inputIndex = plan.inputs.findIndex((binding) => binding.stream === stream.name);
    const binding = plan.inputs[inputIndex];
    const id = identifier(stream.name);
    streams.set(stream.name, {
      stream,
      id,
      frame: frameOf(
        stream,
        id,
        readers,
        keepAll || output >= 0 || stream.kind !== 'input',
        binding?.time !== undefined,
      ),
      readers,
      domain: domainOf.get(stream.name) ?? -1,
      ...(binding === undefined ? {} : { input: { index: inputIndex, binding } }),
      ...(output < 0 ? {} : { output }),
    });
  }
  return { plan, streams, pumps, domains };
}

/** True when laying out failed. */
export function isLayoutProblem(value: ProgramLayout | LayoutProblem): value is LayoutProblem {
  return 'stream' in value;
}

interface Root {
  readonly inputs: Set<number>;
  readonly promoted?: string;
  readonly merge?: { readonly stream: string; readonly sources: readonly number[] };
}

// A stream's domain is that of its writers; a promoting writer starts one of its own, and so do writers of different domains.
// A promoting writer beside others: a problem.
function assignDomain(
  name: string,
  pumps: readonly PumpLayout[],
  domainOf: Map<string, number>,
  roots: Root[],
): boolean {
  if (domainOf.has(name)) return false;
  const writers = pumps.filter((pump) => pump.pump.target === name);
  if (writers.length === 0) return false;
  const sources = new Set<number>();
  for (const writer of writers) {
    if (assignDomain(writer.source, pumps, domainOf, roots)) return true;
    const source = domainOf.get(writer.source);
    if (source !== undefined) sources.add(source);
  }
  const inputsOf = (): Set<number> => new Set([...sources].flatMap((source) => [...(roots[source]?.inputs ?? [])]));
  if (writers.some((writer) => writer.promotes)) {
    if (writers.length > 1) return true;
    domainOf.set(name, roots.length);
    roots.push({ inputs: inputsOf(), promoted: name });
    return false;
  }
  if (sources.size > 1) {
    domainOf.set(name, roots.length);
    roots.push({ inputs: inputsOf(), merge: { stream: name, sources: [...sources] } });
    return false;
  }
  const [only] = sources;
  if (only !== undefined) domainOf.set(name, only);
  return false;
}

// Writers before readers; among those that are free, script order.
function topological(
  pumps: readonly PumpLayout[],
  domainOf: ReadonlyMap<string, number>,
  domain: number,
): PumpLayout[] {
  const rest = [...pumps];
  const ordered: PumpLayout[] = [];
  while (rest.length > 0) {
    const index = rest.findIndex(
      (pump) =>
        !rest.some(
          (other) => other !== pump && other.pump.target === pump.source && domainOf.get(pump.source) === domain,
        ),
    );
    ordered.push(...rest.splice(Math.max(index, 0), 1));
  }
  return ordered;
}

function tumblesOf(pump: Pump, id: string): TumbleLayout[] {
  const found: TumbleLayout[] = [];
  for (let relation: Relation = pump.query; relation.kind !== 'stream-scan'; relation = relation.input) {
    if (relation.kind === 'tumble-aggregate') found.unshift({ relation, name: '', pump: pump.name, domain: -1 });
  }
  return found.map((tumble, index) => ({ ...tumble, name: `tumble_${id}${index === 0 ? '' : `_${index + 1}`}` }));
}

/** The stream below a relation. */
export function scannedStream(relation: Relation): string {
  let current = relation;
  while (current.kind !== 'stream-scan') current = current.input;
  return current.stream;
}

function promotes(pump: Pump): boolean {
  return pump.query.kind === 'project' && pump.query.rowtime !== undefined;
}

function frameOf(
  stream: Stream,
  id: string,
  readers: readonly PumpLayout[],
  keepAll: boolean,
  hasTime: boolean,
): Frame {
  const used = new Set<number>();
  for (const reader of readers) {
    for (const expression of lowestExpressions(reader.pump.query)) {
      forEachExpression(expression, (node) => {
        if (node.kind === 'column') used.add(node.index);
      });
    }
  }
  const kept = stream.columns.map((_, index) => keepAll || used.has(index));
  const count = kept.filter(Boolean).length + (hasTime ? 1 : 0);
  let next = 0;
  const slotAt = (): Slot => ({ valueOffset: next * 8, nullOffset: count * 8 + next++ });
  const slots = kept.map((keep) => (keep ? slotAt() : undefined));
  const time = hasTime ? slotAt() : undefined;
  return { name: `frame_${id}`, slots, bytes: count * 9 + 16, ...(time === undefined ? {} : { time }) };
}

// The expressions whose column indexes are those of the scanned stream: all up to the first relation that makes new columns.
function lowestExpressions(relation: Relation): ReturnType<typeof expressionsOf> {
  const chain: Relation[] = [];
  for (let current: Relation = relation; ; current = current.input) {
    chain.unshift(current);
    if (current.kind === 'stream-scan') break;
  }
  const expressions: ReturnType<typeof expressionsOf>[number][] = [];
  for (const current of chain) {
    expressions.push(...expressionsOf(current));
    if (current.kind === 'project' || current.kind === 'tumble-aggregate') break;
  }
  return expressions;
}
