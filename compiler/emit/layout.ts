// What the program's parts need to know of each other before any text is written: frames, clock domains, operators in order.
import type { InputBinding } from '../../contract/binding.ts';
import type { Column } from '../../contract/types.ts';
import type { Plan, Pump, Relation, StatefulRelation, Stream } from '../plan/plan.ts';
import { columnsOf, columnsRead } from '../plan/walk.ts';

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
  /** Operators with state, innermost first. */
  readonly operators: readonly OperatorLayout[];
  readonly source: string;
  readonly promotes: boolean;
}

/** An operator with state and its name in the program. */
export interface OperatorLayout<R extends StatefulRelation = StatefulRelation> {
  readonly relation: R;
  /** Global variable that holds the operator. */
  readonly name: string;
  readonly pump: string;
  domain: number;
}

/** Operators of one kind. */
export type OperatorOf<K extends StatefulRelation['kind']> = OperatorLayout<Extract<StatefulRelation, { kind: K }>>;

/** True for an operator of a kind. */
export function isOperator<K extends StatefulRelation['kind']>(
  operator: OperatorLayout,
  kind: K,
): operator is OperatorOf<K> {
  return operator.relation.kind === kind;
}

/** Streams and operators that share a clock: they move in lockstep (SEMANTICS 8). */
export interface Domain {
  readonly index: number;
  /** Inputs whose end ends the domain. */
  readonly inputs: readonly number[];
  /** Operators that time closes, in the order in which they do at equal times: writers before readers, then script order. */
  readonly timed: OperatorLayout[];
  /** A stream has several writers: ties go by the order of pumps. */
  readonly fanIn: boolean;
  readonly clock: Clock;
}

/** What makes the clock of a domain. */
export type Clock =
  /** None: rows of tables, which all have the application's start as their ROWTIME; at its end as soon as the application has begun. */
  | { readonly kind: 'finite' }
  /** An input's own. */
  | { readonly kind: 'input' }
  /** ROWTIMEs that are promoted into a stream (AS ROWTIME, T-sort): bounds cross with `promotedIdle` only. */
  | { readonly kind: 'promoted'; readonly stream: string; readonly source: number }
  /** Rows of several clocks are merged into a stream; its clock is the lowest of theirs. */
  | { readonly kind: 'merge'; readonly stream: string; readonly sources: readonly number[] }
  /** Rows that a sort held back enter a stream; its clock stays behind the lowest of them. */
  | { readonly kind: 'sorted'; readonly stream: string; readonly source: number };

/** All parts of a program with their relations. */
export interface ProgramLayout {
  readonly plan: Plan;
  readonly streams: ReadonlyMap<string, StreamLayout>;
  readonly pumps: readonly PumpLayout[];
  readonly domains: readonly Domain[];
}

/** True for a part whose rows become those of a derived table. */
export function isForTable({ pump }: PumpLayout, program: ProgramLayout): boolean {
  const target = program.streams.get(pump.target);
  if (target === undefined || target.stream.kind !== 'hidden') return false;
  return target.stream.fills !== undefined || target.readers.some((reader) => isForTable(reader, program));
}

const timedKinds = new Set<StatefulRelation['kind']>([
  'tumble-aggregate',
  'stagger-aggregate',
  'join',
  'sort',
  'time-sort',
]);

/** True for operators that a bound can make emit: they have `boundary`, `outputTime` and a function `flush_<name>(time, resumable)`. */
export function isTimed({ relation }: OperatorLayout): boolean {
  if (relation.kind === 'join') return relation.left.preserved || relation.right.preserved;
  if (relation.kind === 'table-function')
    return ['TOP_K_ITEMS_TUMBLING', 'COUNT_DISTINCT_ITEMS_TUMBLING', 'GROUP_RANK'].includes(relation.name);
  return timedKinds.has(relation.kind);
}

/** Lays a plan out; `keepAll` keeps unread columns (optimizer off). */
export function layOut(plan: Plan, identifier: (name: string) => string, keepAll: boolean): ProgramLayout {
  const pumps = plan.pumps.map((pump): PumpLayout => {
    const id = identifier(pump.name);
    return {
      pump,
      id,
      operators: operatorsOf(pump, id, identifier),
      source: scannedStream(pump.query),
      promotes: promotes(pump),
    };
  });
  const domainOf = new Map<string, number>();
  const roots: Root[] = [];
  // The clock of an input has its number.
  plan.inputs.forEach((input, index) => {
    domainOf.set(input.stream, roots.length);
    roots.push({ inputs: new Set([index]), clock: { kind: 'input' } });
  });
  const ofTables = plan.streams.filter(({ rowsOf }) => rowsOf !== undefined);
  for (const stream of ofTables) domainOf.set(stream.name, roots.length);
  if (ofTables.length > 0) roots.push({ inputs: new Set(), clock: { kind: 'finite' } });
  for (const stream of plan.streams) assignDomain(stream.name, pumps, domainOf, roots);
  const domains = roots.map((root, index): Domain => {
    const members = topological(
      pumps.filter((pump) => domainOf.get(pump.source) === index),
      domainOf,
      index,
    );
    for (const pump of members) for (const operator of pump.operators) operator.domain = index;
    const targets = members.filter((pump) => domainOf.get(pump.pump.target) === index).map((pump) => pump.pump.target);
    return {
      index,
      inputs: [...root.inputs],
      timed: members.flatMap((pump) => pump.operators.filter(isTimed)),
      fanIn: new Set(targets).size < targets.length,
      clock: root.clock,
    };
  });
  const streams = new Map<string, StreamLayout>();
  for (const stream of plan.streams)
    streams.set(stream.name, layOutStream(stream, plan, pumps, domainOf.get(stream.name) ?? -1, identifier, keepAll));
  return { plan, streams, pumps, domains };
}

function layOutStream(
  stream: Stream,
  plan: Plan,
  pumps: readonly PumpLayout[],
  domain: number,
  identifier: (name: string) => string,
  keepAll: boolean,
): StreamLayout {
  const readers = pumps.filter((pump) => pump.source === stream.name);
  const output = plan.outputs.findIndex((binding) => binding.stream === stream.name);
  const inputIndex = plan.inputs.findIndex((binding) => binding.stream === stream.name);
  const binding = plan.inputs[inputIndex];
  const id = identifier(stream.name);
  const whole =
    keepAll || output >= 0 || stream.fills !== undefined || stream.kind === 'created' || stream.kind === 'error';
  return {
    stream,
    id,
    frame: frameOf(stream.columns, id, whole ? undefined : usedColumns(stream, pumps), binding?.time !== undefined),
    readers,
    domain,
    ...(binding === undefined ? {} : { input: { index: inputIndex, binding } }),
    ...(output < 0 ? {} : { output }),
  };
}

interface Root {
  readonly inputs: Set<number>;
  readonly clock: Clock;
}

// A stream's domain is that of its writers; a promoting or sorting writer starts one of its own, and so do writers of different
// domains. A promoting or sorting writer is the only one of its stream: the binder gives it a hidden one where there are others.
function assignDomain(name: string, pumps: readonly PumpLayout[], domainOf: Map<string, number>, roots: Root[]): void {
  if (domainOf.has(name)) return;
  const writers = pumps.filter((pump) => pump.pump.target === name);
  if (writers.length === 0) return;
  const sources = new Set<number>();
  for (const writer of writers) {
    assignDomain(writer.source, pumps, domainOf, roots);
    const source = domainOf.get(writer.source);
    if (source !== undefined) sources.add(source);
  }
  const [only] = sources;
  const begin = (clock: Clock): void => {
    domainOf.set(name, roots.length);
    roots.push({ inputs: new Set([...sources].flatMap((source) => [...(roots[source]?.inputs ?? [])])), clock });
  };
  const sorts = writers.some(({ pump }) => pump.query.kind === 'sort');
  if (sorts || writers.some((writer) => writer.promotes)) {
    if (writers.length > 1) throw new Error(`invariant: stream ${name} has writers beside one that promotes or sorts`);
    if (!sorts) begin({ kind: 'promoted', stream: name, source: only ?? -1 });
    else if (only !== undefined) begin({ kind: 'sorted', stream: name, source: only });
    return;
  }
  if (sources.size > 1) begin({ kind: 'merge', stream: name, sources: [...sources] });
  else if (only !== undefined) domainOf.set(name, only);
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

const shortNames: Record<StatefulRelation['kind'], string> = {
  'tumble-aggregate': 'tumble',
  'stagger-aggregate': 'stagger',
  'sliding-window': 'window',
  distinct: 'distinct',
  join: 'join',
  lookup: 'lookup',
  'table-function': 'table',
  sort: 'sort',
  'time-sort': 'tsort',
};

function operatorsOf(pump: Pump, id: string, identifier: (name: string) => string): OperatorLayout[] {
  const found: StatefulRelation[] = [];
  for (let relation: Relation = pump.query; relation.kind !== 'stream-scan'; relation = relation.input) {
    if (relation.kind !== 'filter' && relation.kind !== 'project') found.unshift(relation);
  }
  return found.map((relation) => {
    const name = identifier(`${shortNames[relation.kind]}_${id}`);
    return { relation, name, pump: pump.name, domain: -1 };
  });
}

/** The stream below a relation. */
export function scannedStream(relation: Relation): string {
  let current = relation;
  while (current.kind !== 'stream-scan') current = current.input;
  return current.stream;
}

function promotes(pump: Pump): boolean {
  return pump.query.kind === 'time-sort' || (pump.query.kind === 'project' && pump.query.rowtime !== undefined);
}

/** A frame for rows of these columns, or of the used ones among them. */
export function frameOf(
  columns: readonly Column[],
  id: string,
  used: ReadonlySet<number> | undefined,
  hasTime: boolean,
): Frame {
  const kept = columns.map((_, index) => used === undefined || used.has(index));
  const count = kept.filter(Boolean).length + (hasTime ? 1 : 0);
  let next = 0;
  const slotAt = (): Slot => ({ valueOffset: next * 8, nullOffset: count * 8 + next++ });
  const slots = kept.map((keep) => (keep ? slotAt() : undefined));
  const time = hasTime ? slotAt() : undefined;
  return { name: `frame_${id}`, slots, bytes: count * 9 + 16, ...(time === undefined ? {} : { time }) };
}

// What is read of a stream: by its readers up to the first relation that makes new columns, and by a sort on the way in.
function usedColumns(stream: Stream, pumps: readonly PumpLayout[]): Set<number> {
  const used = new Set<number>();
  for (const { pump, source } of pumps) {
    if (source === stream.name) addUsed(pump.query, stream.columns.length, used);
    const { query } = pump;
    if (pump.target === stream.name && (query.kind === 'sort' || query.kind === 'time-sort'))
      for (const index of columnsRead(query)) used.add(index);
  }
  return used;
}

/** The relations of a chain above its scan, lowest first. */
export function chainOf(top: Relation): Exclude<Relation, { kind: 'stream-scan' }>[] {
  const chain: Exclude<Relation, { kind: 'stream-scan' }>[] = [];
  for (let current = top; current.kind !== 'stream-scan'; current = current.input) chain.unshift(current);
  return chain;
}

function addUsed(top: Relation, width: number, used: Set<number>): void {
  for (const relation of chainOf(top)) {
    for (const index of columnsRead(relation)) if (index < width) used.add(index);
    if (columnsOf(relation) === 'new') return;
  }
}
