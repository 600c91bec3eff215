// Script → plan. All statements are looked at, so that all errors are reported.
import type { InputBinding, OutputBinding, ReferenceBinding } from '../../contract/binding.ts';
import { errorStream } from '../../contract/faults.ts';
import type { Column } from '../../contract/types.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import { duplicateSpecificName } from '../diagnose/expressionMessages.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import {
  errorStreamColumns,
  type Plan,
  type Pump,
  type ReferenceTable,
  type Relation,
  type Stream,
} from '../plan/plan.ts';
import { bindExpression as bindOne } from './expression.ts';
import { inputColumns, refuseBindings } from './bindings.ts';
import type { Catalogue } from './functions.ts';
import type { Span } from '../source.ts';
import { finishPump } from './pump.ts';
import { identifyOperators } from './identify.ts';
import { bindQuery, type QueryContext, type View } from './query.ts';
import { Parts } from './parts.ts';
import { columnAt, plain, refuseAggregates, type Scope } from './scope.ts';
import { isDiagnostic, typeOf } from './types.ts';
import { bindFunction, type UserFunction } from './userFunctions.ts';

/** What besides the script decides the plan. */
export interface BindOptions {
  readonly inputs: readonly InputBinding[];
  readonly outputs?: readonly OutputBinding[];
  readonly references: readonly ReferenceBinding[];
  readonly catalogue: Catalogue;
  readonly keyGroups: number;
  readonly seed: bigint;
  readonly promotedIdle?: boolean;
  readonly text: string;
}

const NAME_LENGTH_MAX = 128;

interface State {
  readonly options: BindOptions;
  readonly diagnostics: Diagnostic[];
  readonly streams: Map<string, Stream>;
  readonly pumps: Map<string, BoundPump>;
  readonly tables: ReadonlyMap<string, ReferenceTable>;
  readonly functions: Map<string, readonly UserFunction[]>;
  readonly views: Map<string, View>;
  /** Streams and views whose last definition is wrong. */
  readonly unreadable: Set<string>;
  /** Streams that no statement has created yet. */
  readonly later: Map<string, Span>;
}

/** A pump with what it needs besides itself. */
interface BoundPump {
  readonly pump?: Pump;
  readonly parts: Parts;
  readonly node: ast.CreatePump;
  readonly started: boolean;
}

/** Binds a script; the plan is there when no error was found. */
export function bind(script: ast.Script, options: BindOptions): { plan?: Plan; diagnostics: Diagnostic[] } {
  const state: State = {
    options,
    diagnostics: [],
    streams: new Map(),
    pumps: new Map(),
    tables: new Map(
      options.references.map((binding) => [binding.table, { name: binding.table, columns: binding.columns, binding }]),
    ),
    functions: new Map(),
    views: new Map(),
    unreadable: new Set(script.unreadable),
    later: new Map(),
  };
  for (const statement of script.statements)
    if (statement.kind === 'create-stream') state.later.set(statement.name.name, statement.name.span);
  const nowhere = { start: 0, end: 0 };
  for (const input of options.inputs)
    state.streams.set(input.stream, {
      kind: 'input',
      name: input.stream,
      columns: inputColumns(input.columns),
      span: nowhere,
    });
  state.diagnostics.push(...refuseBindings(options.inputs, options.references));
  for (const statement of script.statements) bindStatement(statement, state);
  refuseCycles(state);
  const diagnostics = withoutRepeats(state.diagnostics);
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) return { diagnostics };
  if (state.pumps.size === 0 && script.isWhole)
    diagnostics.push(message.noPump({ start: 0, end: options.text.length }));
  const running = separatePromotions(
    [...state.pumps.values()].flatMap(({ pump, started, parts }) =>
      pump === undefined || !started ? [] : [{ pump, parts }],
    ),
  );
  const pumps = running.flatMap(({ pump, parts }) => [...parts.pumps, pump]);
  const streams: Stream[] = [
    ...state.streams.values(),
    ...running.flatMap(({ parts }) => parts.streams),
    { kind: 'error', name: errorStream, columns: errorStreamColumns, span: nowhere },
  ];
  const read = new Set(pumps.map((pump) => scanned(pump.query)));
  const outputs =
    options.outputs ??
    streams
      .filter((stream) => stream.kind !== 'input' && stream.kind !== 'hidden' && !read.has(stream.name))
      .map((stream): OutputBinding => ({ stream: stream.name, format: 'json', rowtime: false }));
  const missing = outputs.filter((output) => !streams.some((stream) => stream.name === output.stream));
  for (const output of missing)
    diagnostics.push(
      message.unknownStream(
        nowhere,
        output.stream,
        streams.filter(({ kind }) => kind !== 'hidden').map((stream) => stream.name),
      ),
    );
  if (missing.length > 0) return { diagnostics };
  const plan: Plan = {
    inputs: options.inputs,
    outputs,
    streams,
    pumps,
    tables: [...state.tables.values()],
    derived: running.flatMap(({ parts }) => parts.tables),
    keyGroups: options.keyGroups,
    seed: options.seed,
    promotedIdle: options.promotedIdle === true,
  };
  return { plan: identifyOperators(plan), diagnostics };
}

// An operand that is written once may be bound several times (BETWEEN, IN, CASE), and a view at every use.
function withoutRepeats(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((diagnostic) => {
    const key = JSON.stringify([diagnostic.code, diagnostic.span, diagnostic.message]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Binds a single expression over columns (tests, `eval`). */
export function bindExpression(
  node: ast.Expression,
  columns: readonly Column[],
  catalogue: Catalogue,
): { expression?: Expression; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    diagnostics.push(diagnostic);
  };
  const scope: Scope = {
    relations:
      columns.length === 0 ? [] : [{ alias: undefined, columns, visible: columns.length, offset: 0, rowtime: 'row' }],
    catalogue,
    report,
    aggregate: refuseAggregates(report, 'an expression'),
  };
  const expression = bindOne(node, scope);
  return {
    ...(expression === undefined ? {} : { expression: plain(expression) }),
    diagnostics: withoutRepeats(diagnostics),
  };
}

function bindStatement(statement: ast.Statement, state: State): void {
  const report = (diagnostic: Diagnostic): void => {
    state.diagnostics.push(diagnostic);
  };
  switch (statement.kind) {
    case 'create-stream':
      return bindStream(statement, state, report);
    case 'create-pump':
      return bindPump(statement, state, report);
    case 'alter-pump':
      return alterPump(statement, state, report);
    case 'create-function':
      return createFunction(statement, state, report);
    case 'create-view':
      return createView(statement, state, report);
    case 'drop':
      return drop(statement, state, report);
    case 'other-statement':
      return statement.query !== undefined || statement.insert !== undefined
        ? report(message.withoutRoot(statement.span, statement.words))
        : report(message.unknownStatement(statement.span, statement.words));
  }
}

function bindStream(statement: ast.CreateStream, state: State, report: (diagnostic: Diagnostic) => void): void {
  const { name, span } = statement.name;
  if (name.toLowerCase() === errorStream) return report(message.reservedStream(span));
  if (name.length > NAME_LENGTH_MAX) report(message.tooLongName(span));
  const columns: Column[] = [];
  state.unreadable.delete(name);
  const places = new Map<string, ast.ColumnDefinition>();
  for (const column of statement.columns) {
    const first = places.get(column.name.name);
    if (first !== undefined) report(message.duplicateColumn(column.name.span, column.name.name, first.name.span));
    places.set(column.name.name, column);
    if (column.name.name.length > NAME_LENGTH_MAX) report(message.tooLongName(column.name.span));
    const type = typeOf(column.type);
    const wrong = isDiagnostic(type)
      ? type
      : type.kind === 'INTERVAL'
        ? message.typeMismatch(column.type.span, 'INTERVAL can not be the type of a column')
        : undefined;
    if (wrong !== undefined) {
      report(wrong);
      state.unreadable.add(name);
    } else if (!isDiagnostic(type)) columns.push({ name: column.name.name, type, nullable: !column.notNull });
  }
  const known = state.streams.get(name);
  state.later.delete(name);
  if (known?.kind === 'input') return report(message.inputRedefined(span, name));
  if (state.tables.has(name)) return report(message.tableRedefined(span, name));
  if (known !== undefined && isUsed(name, state)) return report(message.streamRedefined(span, name, known.span));
  if (known !== undefined) report(message.definedAgain(span, 'stream', name, known.span));
  state.streams.set(name, { kind: 'created', name, columns, span });
}

function bindPump(statement: ast.CreatePump, state: State, report: (diagnostic: Diagnostic) => void): void {
  const { name } = statement.name;
  if (name.length > NAME_LENGTH_MAX) report(message.tooLongName(statement.name.span));
  const known = state.pumps.get(name);
  if (known !== undefined) report(message.definedAgain(statement.name.span, 'pump', name, known.node.name.span));
  const parts = new Parts(name);
  const context = contextOf(state, report, parts);
  const { insert } = statement;
  const bound = bindQuery(insert.query, context);
  const target = bindTarget(insert, state, report);
  const pump = bound === undefined || target === undefined ? undefined : finishPump(statement, bound, target, report);
  // The last definition wins and stands where the first one stood no more.
  state.pumps.delete(name);
  state.pumps.set(name, {
    ...(pump === undefined ? {} : { pump }),
    parts,
    node: statement,
    started: statement.state !== 'stopped',
  });
}

function contextOf(state: State, report: (diagnostic: Diagnostic) => void, parts: Parts): QueryContext {
  return {
    streams: state.streams,
    inputs: new Map(state.options.inputs.map((input) => [input.stream, input.columns.length])),
    tables: state.tables,
    windows: new Map(),
    parts,
    functions: state.functions,
    views: state.views,
    unreadable: state.unreadable,
    later: state.later,
    catalogue: state.options.catalogue,
    report,
  };
}

function createFunction(statement: ast.CreateFunction, state: State, report: (diagnostic: Diagnostic) => void): void {
  const { name, span } = statement.name;
  if (name.length > NAME_LENGTH_MAX) report(message.tooLongName(span));
  const scope: Scope = {
    relations: [],
    catalogue: state.options.catalogue,
    functions: state.functions,
    report,
    aggregate: () => undefined,
  };
  const made = bindFunction(statement, scope);
  if (made === undefined) return;
  const signature = JSON.stringify(made.parameters);
  const others = state.functions.get(name) ?? [];
  const same = others.find((other) => JSON.stringify(other.parameters) === signature);
  if (same !== undefined) report(message.definedAgain(span, 'function', name, same.span));
  const { specificName } = statement;
  const known = [...state.functions.values()]
    .flat()
    .find((other) => other !== same && specificName !== undefined && other.specificName?.name === specificName.name);
  if (specificName !== undefined && known?.specificName !== undefined)
    report(duplicateSpecificName(specificName.span, specificName.name, known.specificName.span));
  state.functions.set(name, [...others.filter((other) => other !== same), made]);
}

function createView(statement: ast.CreateView, state: State, report: (diagnostic: Diagnostic) => void): void {
  const { name, span } = statement.name;
  const stream = state.streams.get(name);
  if (stream?.kind === 'input') return report(message.inputRedefined(span, name));
  if (state.tables.has(name)) return report(message.tableRedefined(span, name));
  if (stream !== undefined) return report(message.streamRedefined(span, name, stream.span));
  const known = state.views.get(name);
  if (known !== undefined) report(message.definedAgain(span, 'view', name, known.node.name.span));
  const views = new Map(state.views);
  // Bound here for its errors only; each reader binds it again in its own pump.
  bindQuery(statement.query, { ...contextOf(state, report, new Parts(name)), views });
  state.views.set(name, { node: statement, views });
}

function drop(statement: ast.DropStatement, state: State, report: (diagnostic: Diagnostic) => void): void {
  const { name, span } = statement.name;
  if (statement.what === 'stream' && isUsed(name, state)) return report(message.droppedInUse(span, name));
  if (statement.what === 'stream' && state.streams.get(name)?.kind === 'input')
    return report(message.inputRedefined(span, name));
  const known = { stream: state.streams, pump: state.pumps, function: state.functions, view: state.views }[
    statement.what
  ];
  if (!known.delete(name) && !state.unreadable.has(name)) report(message.nothingToDrop(span, statement.what, name));
}

// By a pump or a view that is still there.
function isUsed(name: string, state: State): boolean {
  const pumps = [...state.pumps.values()].map(({ node }) => node.insert);
  if (pumps.some(({ target }) => target.name === name)) return true;
  const queries = [...pumps.map(({ query }) => query), ...[...state.views.values()].map(({ node }) => node.query)];
  let found = false;
  JSON.stringify(queries, (_, value: unknown) => {
    const node = value as { kind?: string; name?: { name?: string } } | null;
    if (typeof node === 'object' && node?.kind === 'named-relation' && node.name?.name === name) found = true;
    return value;
  });
  return found;
}

function bindTarget(insert: ast.Insert, state: State, report: (diagnostic: Diagnostic) => void): Stream | undefined {
  const { name, span } = insert.target;
  if (name.toLowerCase() === errorStream) {
    report(message.reservedStream(span));
    return undefined;
  }
  const stream = state.streams.get(name);
  if (state.unreadable.has(name) && stream?.kind !== 'input') return undefined;
  if (stream?.kind === 'created') return stream;
  if (stream !== undefined) report(message.inputWritten(span, name));
  else
    report(
      message.unknownStream(
        span,
        name,
        [...state.streams.values()].filter((known) => known.kind !== 'input').map((known) => known.name),
        state.later.get(name),
      ),
    );
  return undefined;
}

function alterPump(statement: ast.AlterPump, state: State, report: (diagnostic: Diagnostic) => void): void {
  const names = statement.name === undefined ? [...state.pumps.keys()] : [statement.name.name];
  for (const name of names) {
    const pump = state.pumps.get(name);
    if (pump === undefined)
      report(message.unknownPump(statement.name?.span ?? statement.span, name, [...state.pumps.keys()]));
    else state.pumps.set(name, { ...pump, started: statement.action === 'start' });
  }
}

function scanned(relation: Relation): string {
  return relation.kind === 'stream-scan' ? relation.stream : scanned(relation.input);
}

// A promoting pump beside other writers of a stream promotes into a hidden stream, whose rows are then merged with theirs.
function separatePromotions(running: readonly { pump: Pump; parts: Parts }[]): readonly { pump: Pump; parts: Parts }[] {
  return running.map(({ pump, parts }) => {
    const { query } = pump;
    const others = running.some((other) => other.pump !== pump && other.pump.target === pump.target);
    if (!others || query.kind !== 'project' || query.rowtime === undefined) return { pump, parts };
    const scan = parts.stream(query.columns, query.span);
    parts.feed(scan, query);
    const expressions = query.columns.map((_, index) => columnAt(query.columns, index, query.span));
    const { columns, span } = query;
    return { pump: { ...pump, query: { kind: 'project', input: scan, expressions, columns, span } }, parts };
  });
}

function refuseCycles(state: State): void {
  const pumps = [...state.pumps.values()].flatMap(({ pump, parts, node }) =>
    pump === undefined ? [] : [...parts.pumps, pump].map((each) => ({ pump: each, node })),
  );
  const reaches = (from: string, to: string, seen: Set<string>): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return pumps.some(({ pump }) => scanned(pump.query) === from && reaches(pump.target, to, seen));
  };
  for (const { pump, node } of pumps) {
    if (pump.partOf === undefined && reaches(pump.target, scanned(pump.query), new Set()))
      state.diagnostics.push(message.cyclicPump(node.name.span, pump.name));
  }
}
