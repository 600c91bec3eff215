// The accounts of a program's ledger (SEMANTICS 27): which there are, and what is derived when the ledger is read.
//
// Counted where it happens: each row once on its way into a stream, and once where its stretch of a pump ends, as passed, filtered, absorbed,
// late or faulty. Derived: what waits, from the containers that hold it, so that a row costs nothing more and a restored program is
// right by itself; and what came into a pump, which is what left the stream that it reads. The counts are made apart: that they agree says
// that no row was lost or counted twice.
import { ledgerOutcomes } from '../../contract/manifest.ts';
import { hashText } from '../bind/identify.ts';
import { Code } from './code.ts';
import type { ProgramContext } from './context.ts';
import type { PumpLayout, ProgramLayout } from './layout.ts';
import { Ledger } from './ledger.ts';
import { mergesOf } from './merges.ts';
import { operatorCode } from './operatorCode.ts';

/** Where rows may wait: those that waited already when the ledger began, in state that a changed program kept. */
const kept = ['kept'];
const records = ['records', 'decoded', 'rejected', 'rows', 'errors'];

/** Statements that one generated function holds, so that none grows past the limit. */
const statementsPerFunction = 100;

/** The accounts of a program; `tables` are its reference tables. */
export function ledgerOf(program: ProgramLayout, tables: readonly string[]): Ledger {
  const ledger = new Ledger();
  for (const { stream } of program.plan.inputs)
    ledger.add({ kind: 'source', name: stream, counters: [...records, 'raised'] });
  for (const name of tables) ledger.add({ kind: 'reference', name, counters: records });
  const merged = new Set(mergesOf(program).map(({ layout }) => layout.stream.name));
  for (const { name, kind } of program.plan.streams) {
    const owner = program.plan.pumps.find(({ target }) => target === name)?.partOf;
    const partOf = kind === 'hidden' && owner !== undefined ? { partOf: owner } : {};
    ledger.add({ kind: 'stream', name, ...partOf, counters: ['in', 'out', 'held', ...(merged.has(name) ? kept : [])] });
  }
  for (const layout of program.pumps) addPump(layout, ledger);
  return ledger;
}

function addPump(layout: PumpLayout, ledger: Ledger): void {
  const { pump, source } = layout;
  const operators = breakingOperators(layout);
  const partOf = pump.partOf === undefined ? {} : { partOf: pump.partOf };
  const held = heldBy(layout) === undefined ? ledgerOutcomes : [...ledgerOutcomes, ...kept];
  const end = (isLast: boolean, first: string): { into?: string; counters: string[] } =>
    isLast ? { into: pump.target, counters: [first, ...held] } : { counters: [first, ...ledgerOutcomes] };
  ledger.add({
    kind: 'pump',
    name: pump.name,
    ...partOf,
    from: source,
    ...end(operators.length === 0, 'in'),
  });
  for (const [index, name] of operators.entries())
    ledger.add({
      kind: 'operator',
      name,
      partOf: pump.partOf ?? pump.name,
      ...end(index === operators.length - 1, 'produced'),
    });
}

function breakingOperators({ operators }: PumpLayout): string[] {
  return operators.flatMap((operator) => (operatorCode(operator).form === 'breaking' ? [operator.name] : []));
}

// The rows that wait in the sort that ends a pump.
function heldBy({ operators }: PumpLayout): string | undefined {
  const last = operators.at(-1);
  const code = last === undefined ? undefined : operatorCode(last);
  return last === undefined || code?.form !== 'entry' ? undefined : code.held(last);
}

/** Tells ledgers with other accounts apart. */
export function ledgerHash({ entries }: Ledger): string {
  return hashText(JSON.stringify(entries));
}

/** Emits `deriveLedger()`: afterwards the table is complete. */
export function emitDerivedCounters(context: ProgramContext): void {
  const lines = [...decoded(context), ...streamCounters(context), ...pumpCounters(context)];
  emitInPieces('deriveLedger', lines, 'What is not counted as it happens.', context);
}

function emitInPieces(name: string, lines: readonly string[], about: string, { module }: ProgramContext): void {
  const whole = new Code();
  for (let first = 0; first < lines.length; first += statementsPerFunction) {
    const code = new Code();
    for (const line of lines.slice(first, first + statementsPerFunction)) code.line(line);
    const piece = `${name}${first / statementsPerFunction}`;
    module.function(`function ${piece}(): void`, code);
    whole.line(`${piece}();`);
  }
  module.function(`function ${name}(): void`, whole, about);
}

/** A statement after the last blob of a snapshot: rows in kept state never came in, as a ledger that begins anew sees it. */
export function ledgerLoaded(context: ProgramContext): string {
  const { ledger, module } = context;
  module.declare('let ledgerBegins: bool = false; // what was saved are the accounts of another program');
  const lines = ledger.entries.flatMap(({ kind, name, counters }) =>
    counters.includes('kept') ? [ledger.set(kind, name, 'kept', ledger.get(kind, name, 'held'))] : [],
  );
  emitInPieces('keepHeld', lines, 'What waits was kept.', context);
  return 'if (ledgerBegins) { deriveLedger(); keepHeld(); }';
}

function decoded({ ledger }: ProgramContext): string[] {
  return ledger.entries.flatMap(({ kind, name }) => {
    if (kind !== 'source' && kind !== 'reference') return [];
    const value = `${ledger.get(kind, name, 'records')} - ${ledger.get(kind, name, 'rejected')}`;
    return [ledger.set(kind, name, 'decoded', value)];
  });
}

// Where several clocks meet, rows of one wait for the others.
function streamCounters({ ledger, program }: ProgramContext): string[] {
  const merges = new Map(mergesOf(program).map(({ layout, queues }) => [layout.stream.name, queues]));
  return program.plan.streams.flatMap(({ name }) => {
    const queues = merges.get(name);
    const out = ledger.get('stream', name, 'out');
    if (queues === undefined) return [ledger.set('stream', name, 'in', out)];
    const held = `<i64>(${queues.map((queue) => `${queue}.list.count`).join(' + ')})`;
    const [waiting, before] = [ledger.get('stream', name, 'held'), ledger.get('stream', name, 'kept')];
    return [
      ledger.set('stream', name, 'held', held),
      ledger.set('stream', name, 'in', `${out} + ${waiting} - ${before}`),
    ];
  });
}

function pumpCounters({ ledger, program }: ProgramContext): string[] {
  return program.pumps.flatMap((layout) => {
    const { pump, source } = layout;
    const lines = [ledger.set('pump', pump.name, 'in', ledger.get('stream', source, 'out'))];
    const held = heldBy(layout);
    if (held === undefined) return lines;
    const from = breakingOperators(layout).at(-1);
    const [kind, name] = from === undefined ? (['pump', pump.name] as const) : (['operator', from] as const);
    return [...lines, ledger.set(kind, name, 'held', `<i64>${held}`)];
  });
}
