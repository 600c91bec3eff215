// Joins with reference tables in the program: the rows of the table that a row meets, found by an index or by going through all.
import { isIntegerType, storageOf, type Column } from '../../../contract/types.ts';
import type { Expression } from '../../plan/expression.ts';
import { canFault } from '../../plan/faults.ts';
import { columnsRead } from '../../plan/walk.ts';
import { sharing, type ProgramContext } from '../context.ts';
import { Code } from '../code.ts';
import {
  emitCondition,
  emitExpression,
  orNulls,
  wasmType,
  type ExpressionContext,
  type Operand,
} from '../expressions.ts';
import { isForTable, type OperatorOf } from '../layout.ts';
import type { BreakingCode } from '../operator.ts';
import { scanColumn } from '../streams.ts';
import { failCheck, failStatements, placeText, type Segment } from '../segment.ts';
import { emitContinuation, suspendWith } from '../suspending.ts';
import { emitSearch, type SearchKey } from '../tableSearch.ts';
import { rowColumn, type TableLayout } from '../tables.ts';

type LookupLayout = OperatorOf<'lookup'>;

/** Layout version of a lookup's section: the version of the table's content. */
const layoutVersion = 1;

/** Join with a reference table. Its rows are the table's; the host restores them before the state. */
export const lookupCode: BreakingCode<'lookup'> = {
  form: 'breaking',
  layoutVersion,
  scope: 'single',
  title: (relation) => `${relation.type} lookup in ${relation.table}`,
  declare: (lookup, context) => declareLookup(lookup, context),
  initialize: () => [],
  save: (lookup, module) =>
    `${module.use('state/table', 'saveLookup')}(content_${lookup.name}, 0x${lookup.relation.id}, ${layoutVersion}, group);`,
  load: (lookup, module) => `${module.use('state/table', 'loadLookup')}(content_${lookup.name}, group, end)`,
  loaded: () => [],
  changed: () => undefined,
  arrive: (lookup, below, segment, context) => emitArrive(lookup, below, segment, context),
  parameters: ['row: usize'],
  data: () => '0',
  leave: (lookup, code, segment, context) => leavingContext(lookup, code, segment, context),
  finish: (lookup, segment, context) => emitMore(lookup, tableOf(lookup, context), segment, context),
};

function tableOf(lookup: LookupLayout, context: ProgramContext): TableLayout {
  const table = context.tables.get(lookup.relation.table);
  if (table === undefined) throw new Error(`invariant: no table ${lookup.relation.table}`);
  return table;
}

// Its table under a name of its own, for the statements that know the operator only.
function declareLookup(lookup: LookupLayout, context: ProgramContext): void {
  context.module.declare(`const content_${lookup.name}: Table = ${tableOf(lookup, context).name};`);
}

// Matches leave in the order of the table; texts made on the way are forgotten with each row of the table. Where the output is full the
// program stops behind a match, and more_<name> goes on with the next one.
function emitArrive(lookup: LookupLayout, below: ExpressionContext, segment: Segment, context: ProgramContext): void {
  const { code } = below;
  const { relation, name } = lookup;
  const layout = tableOf(lookup, context);
  const keys = emitKeys(lookup, layout, below, segment, context, true);
  const nulls = orNulls(keys.map(({ isNull }) => isNull));
  const left = relation.type === 'left';
  if (left) code.line('let found: bool = false;');
  const search = (): void => emitMatches(lookup, layout, keys, below, segment, context, left ? 'found = true;' : '');
  if (nulls === 'false') search();
  else code.block(`if (!(${nulls}))`, search);
  if (left) code.line(`if (!found) rows_${name}(none_${layout.id}, rowtime);`);
}

function emitMatches(
  lookup: LookupLayout,
  layout: TableLayout,
  keys: readonly Key[],
  below: ExpressionContext,
  segment: Segment,
  context: ProgramContext,
  found: string,
  after?: string,
): void {
  const { code, module } = below;
  const release = `${module.use('state/scratch', 'scratchRelease')}(mark);`;
  const full = module.use('operators/context', 'outputFull');
  const more = suspendWith(`more_${lookup.name}`, ['<i64>row', '<i64>mark'], module);
  emitSearch(
    layout,
    keys,
    code,
    module,
    () => {
      code.line(`const mark = ${module.use('state/scratch', 'scratchMark')}();`);
      if (lookup.relation.predicate !== undefined) emitPredicate(lookup, layout, below, segment, context, release);
      if (found !== '') code.line(found);
      code.line(`rows_${lookup.name}(row, rowtime);`);
      if (!isForTable(segment.pump, context.program)) code.line(`if (${full}) { ${more} break; }`);
      code.line(release);
    },
    after,
  );
}

// more_<name>(row, mark): the matches behind `row`. The stream's row lies in its frame still; keys are computed anew.
function emitMore(lookup: LookupLayout, layout: TableLayout, segment: Segment, context: ProgramContext): void {
  const { module, program } = context;
  if (isForTable(segment.pump, program)) return;
  if (segment.from !== undefined) throw new Error('invariant: a lookup reads the rows of a stream');
  const code = new Code();
  code.line(`${module.use('state/scratch', 'scratchRelease')}(<usize>second);`);
  code.line(`const rowtime = rowtime_${segment.source.id};`);
  const below = segment.columnsIn(lookup.relation.input, code, columnsRead(lookup.relation));
  const keys = emitKeys(lookup, layout, below, segment, context, false);
  emitMatches(lookup, layout, keys, below, segment, context, '', '<usize>first');
  emitContinuation(`more_${lookup.name}`, code, module, 'The other matches of a row.');
}

interface Key extends SearchKey {
  readonly isNull: string;
}

function emitKeys(
  lookup: LookupLayout,
  layout: TableLayout,
  below: ExpressionContext,
  segment: Segment,
  context: ProgramContext,
  checked: boolean,
): Key[] {
  const fail = failCheck(segment, context, below.code);
  return lookup.relation.keys.map(({ expression, column: index }, number) => {
    const column = layout.table.columns[index];
    if (column === undefined || !isComparable(expression, column))
      throw new Error(`invariant: a key of table ${layout.table.name} has another type than its column`);
    const operand = emitExpression(expression, below);
    if (checked && canFault(expression)) fail(expression);
    const value = `key${number}`;
    below.code.line(`const ${value}: ${wasmType(storageOf(expression.type))} = ${operand.value};`);
    return { column, index, value, isNull: operand.isNull };
  });
}

// Values of both can be compared as they are stored, integers of different sizes too.
function isComparable({ type }: Expression, column: Column): boolean {
  if (isIntegerType(type) && isIntegerType(column.type)) return true;
  if (storageOf(type) !== storageOf(column.type)) return false;
  const scale = (one: Column['type']): number => (one.kind === 'DECIMAL' ? one.scale : 0);
  return scale(type) === scale(column.type) && (type.kind === 'CHAR') === (column.type.kind === 'CHAR');
}

// A fault of the condition loses the pair of rows, as in a join of streams.
function emitPredicate(
  lookup: LookupLayout,
  layout: TableLayout,
  below: ExpressionContext,
  segment: Segment,
  context: ProgramContext,
  release: string,
): void {
  const { predicate, input } = lookup.relation;
  if (predicate === undefined) return;
  const width = input.columns.length;
  const column = (index: number): Operand => {
    if (index < width) return below.column(index);
    const definition = layout.table.columns[index - width];
    if (definition === undefined) throw new Error('invariant: a lookup reads a column that is not there');
    return rowColumn(layout, index - width, definition);
  };
  const shared = below.shared.length === 0 ? [] : [...below.shared, new Map<string, Operand>()];
  const condition = emitCondition(predicate, { ...below, column, shared });
  if (canFault(predicate)) {
    const place = placeText(segment, context, predicate.span.start);
    const report = failStatements({ ...segment, from: lookup }, context, place).replace(
      'return;',
      `${release} continue;`,
    );
    below.code.block(`if (${context.module.use('faults', 'pendingFault')} != 0)`, () => {
      below.code.line(context.ledger.increment('operator', lookup.name, 'produced'));
      below.code.line(report);
    });
  }
  below.code.line(`if (!(${condition})) { ${release} continue; }`);
}

// The stream's columns lie in its frame still; the table's are in the row.
function leavingContext(
  lookup: LookupLayout,
  code: Code,
  segment: Segment,
  context: ProgramContext,
): ExpressionContext {
  const layout = tableOf(lookup, context);
  const { columns, input } = lookup.relation;
  const width = input.columns.length;
  const scanned = scanColumn(segment.source);
  const column = (index: number): Operand => {
    const definition = columns[index];
    if (definition === undefined) throw new Error('invariant: no such column of a lookup');
    return index < width ? scanned(index) : rowColumn(layout, index - width, definition);
  };
  return { code, module: context.module, column, rowtime: 'rowtime', shared: sharing(context) };
}
