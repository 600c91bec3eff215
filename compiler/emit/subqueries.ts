// Questions to tables in the program: one function for each, called from the expressions that ask.
import { storageOf } from '../../contract/types.ts';
import type { Subquery, TablePair } from '../plan/expression.ts';
import { canFault } from '../plan/faults.ts';
import { Code } from './code.ts';
import { sharing, type ProgramContext } from './context.ts';
import {
  emitCondition,
  emitExpression,
  orNulls,
  questionName,
  wasmType,
  zeroOf,
  type ExpressionContext,
  type Operand,
} from './expressions.ts';
import { rowColumn, subqueriesOf, type TableLayout } from './tables.ts';
import { emitSearch, equalValues, type SearchKey } from './tableSearch.ts';

/** Emits `subquery_<hash>(value, isNull …)` for every question that is asked. */
export function emitSubqueries(context: ProgramContext): void {
  const questions = new Map(subqueriesOf(context.program).map((question) => [questionName(question), question]));
  for (const [name, question] of questions) emitQuestion(name, question, context);
}

// A question while its function is written.
interface Asking {
  readonly question: Subquery;
  readonly layout: TableLayout;
  readonly code: Code;
  readonly context: ProgramContext;
}

function emitQuestion(name: string, question: Subquery, context: ProgramContext): void {
  const layout = context.tables.get(question.table);
  if (layout === undefined) throw new Error(`invariant: no table ${question.table}`);
  const code = new Code();
  const asking: Asking = { question, layout, code, context };
  if (question.form === 'value') emitValue(asking);
  else if (question.form === 'exists') emitExists(asking);
  else emitIn(asking);
  const result = wasmType(storageOf(question.type));
  const parameters = question.arguments.map(
    ({ type }, index) => `given${index}: ${wasmType(storageOf(type))}, absent${index}: bool`,
  );
  context.module.function(
    `function ${name}(${parameters.join(', ')}): ${result}`,
    code,
    `${question.form} of table "${question.table}"`,
  );
}

function argumentAt({ question }: Asking, index: number): Operand {
  return { value: `given${index}`, isNull: question.arguments[index]?.nullable === false ? 'false' : `absent${index}` };
}

function columnAt({ layout }: Asking, index: number): Operand {
  const column = layout.table.columns[index];
  if (column === undefined) throw new Error(`invariant: no column ${index} in table ${layout.table.name}`);
  return rowColumn(layout, index, column);
}

function searchKeys({ layout }: Asking, pairs: readonly TablePair[]): SearchKey[] {
  return pairs.map(({ argument, column: index }) => {
    const column = layout.table.columns[index];
    if (column === undefined) throw new Error(`invariant: no column ${index} in table ${layout.table.name}`);
    return { column, index, value: `given${argument}` };
  });
}

function nullsOf(asking: Asking, pairs: readonly TablePair[]): string {
  return orNulls(pairs.map(({ argument }) => argumentAt(asking, argument).isNull));
}

// The rows whose columns equal the arguments, none of which is NULL, and that fulfil the condition.
function emitRows(asking: Asking, pairs: readonly TablePair[], body: () => void): void {
  const { code, context } = asking;
  const search = (): void =>
    emitSearch(asking.layout, searchKeys(asking, pairs), code, context.module, () => {
      emitPredicate(asking);
      body();
    });
  const nulls = nullsOf(asking, pairs);
  if (nulls === 'false') code.block('do', search);
  else code.block(`if (!(${nulls}))`, search);
  if (nulls === 'false') code.lines[code.lines.length - 1] += ' while (false);';
}

function emitPredicate(asking: Asking): void {
  const { question, code, context } = asking;
  const { predicate } = question;
  if (predicate === undefined) return;
  const { module } = context;
  const count = question.arguments.length;
  const column = (index: number): Operand =>
    index < count ? argumentAt(asking, index) : columnAt(asking, index - count);
  const inner: ExpressionContext = { code, module, column, rowtime: '0', shared: sharing(context) };
  code.line(`const mark = ${module.use('state/scratch', 'scratchMark')}();`);
  code.line(`const holds: bool = ${emitCondition(predicate, inner)};`);
  if (canFault(predicate)) code.line(`if (${module.use('faults', 'pendingFault')} != 0) return ${nothing(question)};`);
  code.line(`${module.use('state/scratch', 'scratchRelease')}(mark);`);
  code.line('if (!holds) continue;');
}

function nothing({ type }: Subquery): string {
  return zeroOf(storageOf(type));
}

function emitExists(asking: Asking): void {
  emitRows(asking, asking.question.keys, () => asking.code.line('return 1;'));
  asking.code.line('return 0;');
}

// A second row is a fault; texts stay where they are in the table.
function emitValue(asking: Asking): void {
  const { question, code, context } = asking;
  const { module } = context;
  const none = nothing(question);
  code.line('let found: usize = 0;');
  emitRows(asking, question.keys, () => {
    const fault = module.use('../contract/abi', 'FAULT_SEVERAL_ROWS');
    code.line(`if (found != 0) { ${module.use('faults', 'raise')}(${fault}); return ${none}; }`);
    code.line('found = row;');
  });
  const setNull = `${module.use('functions/nulls', 'setNull')}();`;
  const give = ({ value, isNull }: Operand): void => {
    if (isNull !== 'false') code.line(`if (${isNull}) { ${setNull} return ${none}; }`);
    code.line(`return ${value};`);
  };
  code.block('if (found != 0)', () => {
    code.line('const row = found;');
    give(columnAt(asking, question.column));
  });
  if (question.otherwise === undefined) {
    code.line(setNull);
    code.line(`return ${none};`);
    return;
  }
  const column = (): Operand => {
    throw new Error('invariant: a value without rows reads a column');
  };
  give(emitExpression(question.otherwise, { code, module, column, rowtime: '0', shared: sharing(context) }));
}

// First whether it is there; if not, whether it might be if a NULL were a value.
function emitIn(asking: Asking): void {
  const { question, layout, code, context } = asking;
  const { keys, members, predicate, nullable } = question;
  const { module } = context;
  emitRows(asking, [...keys, ...members], () => code.line('return 1;'));
  if (!nullable) {
    code.line('return 0;');
    return;
  }
  const unknown = `${module.use('functions/nulls', 'setNull')}(); return 0;`;
  const [member] = members;
  if (members.length === 1 && member !== undefined && keys.length === 0 && predicate === undefined) {
    // The table is sorted with NULL first.
    code.line(`const row = ${module.use('state/table', 'firstTableRow')}(${layout.name});`);
    const open = orNulls([argumentAt(asking, member.argument).isNull, columnAt(asking, member.column).isNull]);
    if (open !== 'false') code.line(`if (row != 0 && (${open})) { ${unknown} }`);
  } else
    emitRows(asking, keys, () => {
      const may = members.map((pair) => {
        const [key] = searchKeys(asking, [pair]);
        const { value, isNull } = columnAt(asking, pair.column);
        const equal = key === undefined ? 'false' : equalValues(key, value, module);
        return `(${orNulls([argumentAt(asking, pair.argument).isNull, isNull, `(${equal})`])})`;
      });
      code.line(`if (${may.join(' && ')}) { ${unknown} }`);
    });
  code.line('return 0;');
}
