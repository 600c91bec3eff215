// Script → plan. All statements are looked at, so that all errors are reported.
import type { InputBinding, OutputBinding, ReferenceBinding } from '../../contract/binding.ts';
import { typeText, type Column } from '../../contract/types.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import * as message from '../diagnose/messages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import { errorStreamColumns, metadataColumns, type Plan, type Pump, type Relation, type Stream } from '../plan/plan.ts';
import { bindExpression as bindOne, convert } from './expression.ts';
import type { Catalogue } from './functions.ts';
import { identifyOperators } from './identify.ts';
import { bindQuery, type BoundSelect, type QueryContext } from './query.ts';
import type { Scope } from './scope.ts';
import { assignmentIsLegal, isDiagnostic, typeOf } from './types.ts';

/** What besides the script decides the plan. */
export interface BindOptions {
  readonly inputs: readonly InputBinding[];
  readonly outputs?: readonly OutputBinding[];
  readonly references: readonly ReferenceBinding[];
  readonly catalogue: Catalogue;
  readonly keyGroups: number;
  readonly seed: bigint;
  readonly text: string;
}

const NAME_LENGTH_MAX = 128;
const errorStream = 'error_stream';

interface State {
  readonly options: BindOptions;
  readonly diagnostics: Diagnostic[];
  readonly streams: Map<string, Stream>;
  readonly used: Set<string>;
  readonly pumps: Map<string, { pump?: Pump; node: ast.CreatePump; started: boolean }>;
}

/** Binds a script; the plan is there when no error was found. */
export function bind(script: ast.Script, options: BindOptions): { plan?: Plan; diagnostics: Diagnostic[] } {
  const state: State = { options, diagnostics: [], streams: new Map(), used: new Set(), pumps: new Map() };
  const nowhere = { start: 0, end: 0 };
  for (const input of options.inputs) state.streams.set(input.stream, { kind: 'input', name: input.stream, columns: [...input.columns, ...metadataColumns], span: nowhere });
  for (const statement of script.statements) bindStatement(statement, state);
  refuseCycles(state);
  if (state.diagnostics.some((diagnostic) => diagnostic.severity === 'error')) return { diagnostics: state.diagnostics };
  const pumps = [...state.pumps.values()].flatMap(({ pump, started }) => (pump === undefined || !started ? [] : [pump]));
  const streams: Stream[] = [...state.streams.values(), { kind: 'error', name: errorStream, columns: errorStreamColumns, span: nowhere }];
  const read = new Set(pumps.map((pump) => scanned(pump.query)));
  const outputs = options.outputs ?? streams.filter((stream) => stream.kind !== 'input' && !read.has(stream.name)).map((stream): OutputBinding => ({ stream: stream.name, format: 'json', rowtime: false }));
  const missing = outputs.filter((output) => !streams.some((stream) => stream.name === output.stream));
  for (const output of missing) state.diagnostics.push(message.unknownStream(nowhere, output.stream, streams.map((stream) => stream.name)));
  if (missing.length > 0) return { diagnostics: state.diagnostics };
  const plan: Plan = { inputs: options.inputs, outputs, streams, pumps, keyGroups: options.keyGroups, seed: options.seed };
  return { plan: identifyOperators(plan), diagnostics: state.diagnostics };
}

/** Binds a single expression over columns (tests, `eval`). */
export function bindExpression(node: ast.Expression, columns: readonly Column[], catalogue: Catalogue): { expression?: Expression; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const relation: Relation = { kind: 'stream-scan', stream: '', columns, span: node.span };
  const scope: Scope = {
    relations: columns.length === 0 ? [] : [{ alias: undefined, relation, columns, visible: columns.length, growing: new Set() }],
    catalogue,
    report: (diagnostic) => diagnostics.push(diagnostic),
    aggregate: (call) => {
      diagnostics.push(message.misplacedAggregate(call.span, call.name.name, 'an expression'));
      return undefined;
    },
  };
  const expression = bindOne(node, scope);
  return { ...(expression === undefined ? {} : { expression }), diagnostics };
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
      return report(message.notYetSupported(statement.span, 'CREATE FUNCTION', 'write the expression where the function is called'));
    case 'create-view':
      return report(message.notYetSupported(statement.span, 'CREATE VIEW', 'write the query as a derived table'));
    case 'drop':
      return report(message.notYetSupported(statement.span, 'DROP', 'leave the definition out'));
    case 'other-statement':
      return statement.query !== undefined || statement.insert !== undefined
        ? report(message.withoutRoot(statement.span, statement.words))
        : report(message.notYetSupported(statement.span, statement.words));
  }
}

function bindStream(statement: ast.CreateStream, state: State, report: (diagnostic: Diagnostic) => void): void {
  const { name, span } = statement.name;
  if (name.toLowerCase() === errorStream) return report(message.reservedStream(span));
  if (name.length > NAME_LENGTH_MAX) report(message.tooLongName(span));
  const columns: Column[] = [];
  const places = new Map<string, ast.ColumnDefinition>();
  for (const column of statement.columns) {
    const first = places.get(column.name.name);
    if (first !== undefined) report(message.duplicateColumn(column.name.span, column.name.name, first.name.span));
    places.set(column.name.name, column);
    if (column.name.name.length > NAME_LENGTH_MAX) report(message.tooLongName(column.name.span));
    const type = typeOf(column.type);
    if (isDiagnostic(type)) report(type);
    else if (type.kind === 'INTERVAL') report(message.typeMismatch(column.type.span, 'INTERVAL can not be the type of a column'));
    else columns.push({ name: column.name.name, type, nullable: !column.notNull });
  }
  const known = state.streams.get(name);
  if (known !== undefined && (state.used.has(name) || known.kind === 'input')) {
    return report(message.streamRedefined(span, name, known.span));
  }
  if (known !== undefined) report(message.definedAgain(span, 'stream', name, known.span));
  state.streams.set(name, { kind: 'created', name, columns, span });
}

function bindPump(statement: ast.CreatePump, state: State, report: (diagnostic: Diagnostic) => void): void {
  const { name } = statement.name;
  const known = state.pumps.get(name);
  if (known !== undefined) report(message.definedAgain(statement.name.span, 'pump', name, known.node.name.span));
  const context: QueryContext = {
    streams: state.streams,
    inputs: new Map(state.options.inputs.map((input) => [input.stream, input.columns.length])),
    catalogue: state.options.catalogue,
    report,
  };
  const { insert } = statement;
  markUsed(insert.query, state);
  const bound = bindQuery(insert.query, context);
  const target = bindTarget(insert, state, report);
  state.used.add(insert.target.name);
  const pump = bound === undefined || target === undefined ? undefined : finishPump(statement, bound, target, report);
  // The last definition wins and stands where the first one stood no more.
  state.pumps.delete(name);
  state.pumps.set(name, { ...(pump === undefined ? {} : { pump }), node: statement, started: statement.state !== 'stopped' });
}

function markUsed(query: ast.Query, state: State): void {
  JSON.stringify(query, (_, value: unknown) => {
    const node = value as { kind?: string; name?: { name?: string } } | null;
    if (typeof node === 'object' && node?.kind === 'named-relation' && node.name?.name !== undefined) state.used.add(node.name.name);
    return value;
  });
}

function bindTarget(insert: ast.Insert, state: State, report: (diagnostic: Diagnostic) => void): Stream | undefined {
  const { name, span } = insert.target;
  if (name.toLowerCase() === errorStream) {
    report(message.reservedStream(span));
    return undefined;
  }
  const stream = state.streams.get(name);
  if (stream === undefined || stream.kind === 'input') {
    report(message.unknownStream(span, name, [...state.streams.values()].filter((known) => known.kind !== 'input').map((known) => known.name)));
    return undefined;
  }
  return stream;
}

// The query's columns by position into the target's, converted for assignment; unlisted ones are NULL.
function finishPump(statement: ast.CreatePump, bound: BoundSelect, target: Stream, report: (diagnostic: Diagnostic) => void): Pump | undefined {
  const { insert } = statement;
  const listed = insert.columns ?? target.columns.map((column): ast.Identifier => ({ kind: 'identifier', name: column.name, quoted: true, span: insert.target.span }));
  if (listed.length !== bound.items.length) {
    report(message.columnCount(insert.query.span, listed.length, bound.items.length, target.name));
    return undefined;
  }
  let { rowtime } = bound;
  const values = new Map<string, Expression>();
  let failed = false;
  for (const [index, identifier] of listed.entries()) {
    const item = bound.items[index];
    if (item === undefined) continue;
    if (identifier.name === 'ROWTIME' && insert.columns !== undefined) {
      rowtime = item.expression;
      continue;
    }
    const column = target.columns.find((candidate) => candidate.name === identifier.name);
    if (column === undefined) {
      report(message.unknownColumn(identifier.span, identifier.name, `stream "${target.name}"`, target.columns.map((candidate) => candidate.name)));
      failed = true;
    } else if (values.has(identifier.name)) {
      report(message.duplicateColumn(identifier.span, identifier.name, identifier.span));
      failed = true;
    } else if (!assignmentIsLegal(item.expression.type, column.type)) {
      report(message.typeMismatch(item.span, `invalid implicit cast: ${typeText(item.expression.type)} does not go into column "${column.name}" of type ${typeText(column.type)}`, 'convert it with CAST'));
      failed = true;
    } else values.set(identifier.name, convert(item.expression, column.type, 'assignment'));
  }
  if (rowtime !== undefined && rowtime.type.kind !== 'TIMESTAMP') {
    report(message.rowtimeType(rowtime.span, typeText(rowtime.type)));
    failed = true;
  }
  if (failed) return undefined;
  const expressions = target.columns.map((column): Expression => values.get(column.name) ?? { kind: 'literal', type: column.type, value: null, nullable: true, span: insert.span });
  const query: Relation = { kind: 'project', input: bound.input, expressions, columns: target.columns, span: insert.query.span, ...(rowtime === undefined || rowtime.kind === 'rowtime' ? {} : { rowtime }) };
  return { name: statement.name.name, target: target.name, query, span: statement.span };
}

function alterPump(statement: ast.AlterPump, state: State, report: (diagnostic: Diagnostic) => void): void {
  const names = statement.name === undefined ? [...state.pumps.keys()] : [statement.name.name];
  for (const name of names) {
    const pump = state.pumps.get(name);
    if (pump === undefined) report(message.unknownPump(statement.name?.span ?? statement.span, name, [...state.pumps.keys()]));
    else state.pumps.set(name, { ...pump, started: statement.action === 'start' });
  }
}

function scanned(relation: Relation): string {
  return relation.kind === 'stream-scan' ? relation.stream : scanned(relation.input);
}

function refuseCycles(state: State): void {
  const pumps = [...state.pumps.values()].flatMap(({ pump, node }) => (pump === undefined ? [] : [{ pump, node }]));
  const reaches = (from: string, to: string, seen: Set<string>): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return pumps.some(({ pump }) => scanned(pump.query) === from && reaches(pump.target, to, seen));
  };
  for (const { pump, node } of pumps) {
    if (reaches(pump.target, scanned(pump.query), new Set())) state.diagnostics.push(message.cyclicPump(node.name.span, pump.name));
  }
}
