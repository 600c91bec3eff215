// What the code of all table functions shares: state in one key group, numbers that go in, columns that are appended.
import type { Code } from '../code.ts';
import { sharing, type ProgramContext } from '../context.ts';
import type { ExpressionContext, Operand } from '../expressions.ts';
import type { OperatorOf } from '../layout.ts';

/** A table function with its name in the program. */
export type TableLayout = OperatorOf<'table-function'>;

/** Version of the sections of table functions. */
export const tableLayoutVersion = 1;

/** A condition: `group` is the one that owns the state of a single owner (SEMANTICS 18). */
export function ownsGroup({ relation }: TableLayout): string {
  return `group == <i32>(<u64>0x${relation.id} % <u64>groupCount)`;
}

/** A statement that saves the state by a function of the library where its key group is saved. */
export function saveSingle(table: TableLayout, container: string, save: string): string {
  return `if (${ownsGroup(table)}) ${save}(${container}, 0x${table.relation.id}, ${tableLayoutVersion}); // ${table.relation.name}`;
}

/** Writes the numbers that a function reads of a row: `set(name, index, value)`; a NULL is not set. */
export function setNumbers(table: TableLayout, below: ExpressionContext, set: string): void {
  table.relation.reads.forEach((column, index) => {
    const { value, isNull } = below.column(column);
    const type = table.relation.input.columns[column]?.type;
    const number = type?.kind === 'DOUBLE' ? value : `<f64>(${value})`;
    const call = `${set}(${table.name}, ${index}, ${number});`;
    below.code.line(isNull === 'false' ? call : `if (!(${isNull})) ${call}`);
  });
}

/** The columns of a row function: the input's, then `more`. */
export function appendedColumns(
  table: TableLayout,
  below: ExpressionContext,
  more: readonly Operand[],
): ExpressionContext {
  const width = table.relation.input.columns.length;
  return { ...below, column: (index) => (index < width ? below.column(index) : at(more, index - width)) };
}

/** The columns of a leaving row. */
export function leavingColumns(code: Code, columns: readonly Operand[], context: ProgramContext): ExpressionContext {
  return {
    code,
    module: context.module,
    column: (index) => at(columns, index),
    rowtime: 'rowtime',
    shared: sharing(context),
  };
}

function at(columns: readonly Operand[], index: number): Operand {
  const operand = columns[index];
  if (operand === undefined) throw new Error('invariant: no such column of a table function');
  return operand;
}
