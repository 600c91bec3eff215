// TABLE(function(CURSOR(query), …)) in FROM (KDA-SQL 4.9): arguments checked, columns of the result.
import { STATE_BYTES_MAX_DEFAULT } from '../../contract/abi.ts';
import { typeText, type Column, type SqlType } from '../../contract/types.ts';
import * as general from '../diagnose/messages.ts';
import * as message from '../diagnose/tableMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { Relation, TableFunction, TableFunctionName } from '../plan/plan.ts';
import type { Span } from '../source.ts';
import type { Expression } from '../plan/expression.ts';
import { bindExpression } from './expression.ts';
import { columnAt, type FromScope, type Scope } from './scope.ts';
import { bindSignature, signatures, type Options } from './tableArguments.ts';
import { forestBytesMax } from './tableState.ts';

/** Most numeric columns that a forest takes. */
const numericColumnsMax = 30;
/** Longest text of an item, an explanation and a list of hotspots. */
const itemLength = 1024;
const explanationLength = 20480;
const hotspotsLength = 65535;

/** The types of columns that the machine learning functions read. */
const numericKinds: ReadonlySet<SqlType['kind']> = new Set<SqlType['kind']>([
  'DOUBLE',
  'REAL',
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
]);

/** The rows of a cursor. */
export interface Cursor extends Pick<FromScope, 'origins' | 'growing'> {
  readonly relation: Relation;
}

/** The rows of a table function: `*` gives the visible ones of its columns, which stand first. */
export interface BoundTable extends Cursor {
  readonly visible: number;
}

/** A call whose cursor and arguments are bound. */
interface BoundCall {
  readonly name: TableFunctionName;
  readonly call: ast.TableFunctionCall;
  readonly cursor: Cursor;
  readonly options: Options;
  readonly scope: Scope;
}

/** Binds a table function; `bindCursor` binds the query of its cursor. */
export function bindTableFunction(
  call: ast.TableFunctionCall,
  scope: Scope,
  bindCursor: (cursor: ast.CursorArgument) => Cursor | undefined,
): BoundTable | undefined {
  const names = Object.keys(signatures) as TableFunctionName[];
  const name = names.find((candidate) => candidate === call.name.name.toUpperCase());
  if (name === undefined) {
    scope.report(message.noSuchTableFunction(call.name.span, call.name.name, names));
    return undefined;
  }
  const [first, ...rest] = call.arguments;
  if (first?.kind !== 'cursor') {
    scope.report(message.cursorExpected(first?.span ?? call.name.span, name));
    return undefined;
  }
  const cursor = bindCursor(first);
  const options = bindSignature(name, call.name.span, rest, scope, (node) => bindExpression(node, scope));
  if (cursor === undefined || options === undefined) return undefined;
  const bound: BoundCall = { name, call, cursor, options, scope };
  switch (name) {
    case 'RANDOM_CUT_FOREST':
    case 'RANDOM_CUT_FOREST_WITH_EXPLANATION':
      return bindForest(bound);
    case 'HOTSPOTS':
      return bindHotspots(bound);
    case 'TOP_K_ITEMS_TUMBLING':
    case 'COUNT_DISTINCT_ITEMS_TUMBLING':
      return bindItems(bound);
    case 'GROUP_RANK':
      return bindGroupRank(bound);
  }
}

function bindForest(bound: BoundCall): BoundTable | undefined {
  const { name, call, scope, options, cursor } = bound;
  const reads = numericColumns(bound);
  if (reads === undefined) return undefined;
  const number = (option: string): number => Number(options[option]);
  const bytes = forestBytesMax(number('numberOfTrees'), number('subSampleSize'), reads.length, number('shingleSize'));
  if (bytes > STATE_BYTES_MAX_DEFAULT) {
    const smaller = 'numberOfTrees, subSampleSize or shingleSize';
    scope.report(message.stateTooLarge(call.span, name, bytes, STATE_BYTES_MAX_DEFAULT, smaller));
    return undefined;
  }
  const score: Column = { name: 'ANOMALY_SCORE', type: { kind: 'DOUBLE' }, nullable: false };
  const explanation: Column = {
    name: 'ANOMALY_EXPLANATION',
    type: { kind: 'VARCHAR', length: explanationLength },
    nullable: false,
  };
  return appended(bound, reads, cursor.relation, name === 'RANDOM_CUT_FOREST' ? [score] : [score, explanation]);
}

// The heading of the documentation's page has another name for the column than its SQL: both are found, `*` gives the SQL's.
function bindHotspots(bound: BoundCall): BoundTable | undefined {
  const reads = numericColumns(bound);
  if (reads === undefined) return undefined;
  const text: SqlType = { kind: 'VARCHAR', length: hotspotsLength };
  const result = appended(bound, reads, bound.cursor.relation, [
    { name: 'HOTSPOTS_RESULT', type: text, nullable: false },
    { name: 'HOTSPOT_RESULTS', type: text, nullable: false },
  ]);
  return result === undefined ? undefined : { ...result, visible: result.visible - 1 };
}

// Positions of the numeric columns of the cursor.
function numericColumns({ name, call, cursor, scope }: BoundCall): number[] | undefined {
  const span = call.arguments[0]?.span ?? call.span;
  const decimals = cursor.relation.columns.filter(({ type }) => type.kind === 'DECIMAL');
  for (const column of decimals) scope.report(message.decimalColumn(span, name, column.name));
  if (decimals.length > 0) return undefined;
  const reads = cursor.relation.columns.flatMap(({ type }, index) => (numericKinds.has(type.kind) ? [index] : []));
  if (reads.length === 0) scope.report(message.noNumericColumn(span, name));
  else if (reads.length > numericColumnsMax)
    scope.report(message.tooManyNumericColumns(span, name, reads.length, numericColumnsMax));
  else return reads;
  return undefined;
}

// The item goes in as a text: the result's column is one, whatever the counted column is.
function bindItems(bound: BoundCall): BoundTable | undefined {
  const { name, call, cursor, options } = bound;
  const index = findColumn(bound, 'columnName');
  const column = index === undefined ? undefined : cursor.relation.columns[index];
  if (index === undefined || column === undefined) return undefined;
  const length = column.type.kind === 'VARCHAR' || column.type.kind === 'CHAR' ? column.type.length : itemLength;
  const type: SqlType = { kind: 'VARCHAR', length };
  const read = columnAt(cursor.relation.columns, index, call.span);
  const item: Expression =
    column.type.kind === 'VARCHAR'
      ? read
      : { kind: 'cast', mode: 'explicit', operand: read, type, nullable: column.nullable, span: call.span };
  const input: Relation = {
    kind: 'project',
    input: cursor.relation,
    expressions: [item],
    columns: [{ name: column.name, type, nullable: column.nullable }],
    span: call.span,
  };
  const columns: Column[] =
    name === 'TOP_K_ITEMS_TUMBLING'
      ? [
          { name: 'ITEM', type, nullable: column.nullable },
          { name: 'ITEM_COUNT', type: { kind: 'BIGINT' }, nullable: false },
        ]
      : [{ name: 'NUMBER_OF_DISTINCT_ITEMS', type: { kind: 'BIGINT' }, nullable: false }];
  return {
    relation: relationOf(name, withoutNames(options), [0], input, columns, call.span),
    visible: columns.length,
    growing: new Set(),
    origins: columns.map(() => undefined),
  };
}

// The column to rank by comes first among those that are read; the others only wait with it.
function bindGroupRank(bound: BoundCall): BoundTable | undefined {
  const { cursor, options, scope, call } = bound;
  const index = findColumn(bound, 'rankByColumnName');
  const column = index === undefined ? undefined : cursor.relation.columns[index];
  if (index === undefined || column === undefined) return undefined;
  const { type } = column;
  if (!['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'CHAR', 'VARCHAR'].includes(type.kind)) {
    scope.report(message.rankColumnType(argumentSpan(call, 1), column.name, typeText(type)));
    return undefined;
  }
  const rank: Column = { name: String(options['rankOutColumnName']), type: { kind: 'INTEGER' }, nullable: false };
  const others = cursor.relation.columns.map((_, position) => position).filter((position) => position !== index);
  const result = appended({ ...bound, options: withoutNames(options) }, [index, ...others], cursor.relation, [rank]);
  // Rows of one ROWTIME leave in another order.
  return result === undefined ? undefined : { ...result, growing: new Set() };
}

// Names of columns are not part of what an operator does: `reads` says which ones are meant.
function withoutNames(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([option]) => !option.toLowerCase().endsWith('columnname')));
}

function argumentSpan(call: ast.TableFunctionCall, index: number): Span {
  return call.arguments[index]?.span ?? call.span;
}

// The name as stored; in another case where only one name is meant.
function findColumn({ cursor, options, scope, call }: BoundCall, option: string): number | undefined {
  const name = String(options[option]);
  const exact = cursor.relation.columns.findIndex((column) => column.name === name);
  if (exact >= 0) return exact;
  const folded = cursor.relation.columns.filter((column) => column.name.toUpperCase() === name.toUpperCase());
  // A join has the column that it compares twice, under one name: the first is as good as the other.
  if (new Set(folded.map((column) => column.name)).size === 1)
    return cursor.relation.columns.findIndex((column) => column.name === folded[0]?.name);
  const candidates = cursor.relation.columns.map((column) => column.name);
  scope.report(general.unknownColumn(argumentSpan(call, 1), name, 'the cursor', candidates));
  return undefined;
}

function appended(
  { name, call, cursor, options, scope }: BoundCall,
  reads: readonly number[],
  input: Relation,
  more: readonly Column[],
): BoundTable | undefined {
  const taken = more.find((column) => cursor.relation.columns.some((other) => other.name === column.name));
  if (taken !== undefined) {
    scope.report(message.resultColumnTaken(call.span, taken.name));
    return undefined;
  }
  const columns = [...cursor.relation.columns, ...more];
  return {
    relation: relationOf(name, options, reads, input, columns, call.span),
    visible: columns.length,
    growing: cursor.growing,
    origins: [...cursor.origins, ...more.map(() => undefined)],
  };
}

// The id is given when the whole plan is known (identify.ts).
function relationOf(
  name: TableFunctionName,
  options: Options,
  reads: readonly number[],
  input: Relation,
  columns: readonly Column[],
  span: Span,
): TableFunction {
  return { kind: 'table-function', name, options, reads, input, columns, id: '', span };
}
