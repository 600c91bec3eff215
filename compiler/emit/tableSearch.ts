// How rows of a table are found: by the hash of a key, or one after another.
import { isIntegerType, storageOf, type Column } from '../../contract/types.ts';
import type { Code, ModuleBuilder } from './code.ts';
import { keyHashOf, rowColumn, type TableLayout } from './tables.ts';

/** A value that a column of the table must equal. */
export interface SearchKey {
  readonly column: Column;
  readonly index: number;
  /** Name of the local that holds the value. */
  readonly value: string;
}

/**
 * Writes a loop over the rows whose columns equal the keys, in the table's order; `row` is the row. Without a key: over all rows. With
 * `after`, a row that was met, over those behind it.
 */
export function emitSearch(
  layout: TableLayout,
  keys: readonly SearchKey[],
  code: Code,
  module: ModuleBuilder,
  body: () => void,
  after?: string,
): void {
  const use = (name: string): string => module.use('state/table', name);
  if (keys.length === 0) {
    const first = after === undefined ? `${use('firstTableRow')}(${layout.name})` : `${use('nextTableRow')}(${after})`;
    code.block(`for (let row = ${first}; row != 0; row = ${use('nextTableRow')}(row))`, body);
    return;
  }
  const columns = keys.map(({ index }) => index).join();
  const index = layout.indexes.findIndex((candidate) => candidate.join() === columns);
  code.line(`const hash = ${keyHashOf(keys, module)};`);
  const first =
    after === undefined
      ? `${use('firstMatch')}(${layout.name}, ${index}, hash)`
      : `${use('nextMatch')}(${after}, ${index}, hash)`;
  code.block(`for (let row = ${first}; row != 0; row = ${use('nextMatch')}(row, ${index}, hash))`, () => {
    const equal = keys.map((key) => equalValues(key, rowColumn(layout, key.index, key.column).value, module));
    code.line(`if (!(${equal.join(' && ')})) continue;`);
    body();
  });
}

/** A condition: a key's value equals another one as it is stored. */
export function equalValues({ column, value }: SearchKey, other: string, module: ModuleBuilder): string {
  if (isIntegerType(column.type)) return `<i64>${value} == <i64>${other}`;
  if (storageOf(column.type) !== 'text') return `${value} == ${other}`;
  return `${module.use('functions/compare', column.type.kind === 'CHAR' ? 'equalPadded' : 'equalText')}(${value}, ${other})`;
}
