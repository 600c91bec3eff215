// Comparison of kept rows by sort keys, as a function in the program.
import { storageOf, type SqlType } from '../../../contract/types.ts';
import type { SortKey } from '../../plan/plan.ts';
import { Code, type ModuleBuilder } from '../code.ts';
import type { Operand } from '../expressions.ts';
import type { StreamLayout } from '../layout.ts';
import { keptColumn } from '../shapes.ts';

/** Emits `<name>(left, right)` over entries or rows: below, at or above zero. `last` is given where all keys are equal. */
export function emitCompare(
  name: string,
  over: 'entries' | 'rows',
  layout: StreamLayout,
  keys: readonly SortKey[],
  last: string,
  module: ModuleBuilder,
): void {
  const code = new Code();
  const address =
    over === 'rows' ? (side: string) => side : (side: string) => `${module.use('state/rows', 'entryRow')}(${side})`;
  code.line(`const leftRow = ${address('left')};`);
  code.line(`const rightRow = ${address('right')};`);
  for (const key of keys) {
    const column = layout.stream.columns[key.column];
    if (column === undefined) throw new Error('invariant: a sort key without its column');
    const [left, right] = [keptColumn(layout, 'leftRow')(key.column), keptColumn(layout, 'rightRow')(key.column)];
    code.block('', () => emitKey(key, left, right, column.type, code, module));
  }
  code.line(`return ${last};`);
  module.function(`function ${name}(left: usize, right: usize): i32`, code);
}

function emitKey(key: SortKey, left: Operand, right: Operand, type: SqlType, code: Code, module: ModuleBuilder): void {
  const compare = (): void => {
    const order = ((): string => {
      const compareText = type.kind === 'CHAR' ? 'comparePadded' : 'compareText';
      if (storageOf(type) === 'text')
        return `${module.use('functions/compare', compareText)}(${left.value}, ${right.value})`;
      return `i32(${left.value} > ${right.value}) - i32(${left.value} < ${right.value})`;
    })();
    code.line(`const order: i32 = ${order};`);
    code.line(`if (order != 0) return ${key.descending ? '-order' : 'order'};`);
  };
  if (left.isNull === 'false') {
    compare();
    return;
  }
  code.line(`const leftNull: bool = ${left.isNull};`);
  code.line(`const rightNull: bool = ${right.isNull};`);
  code.line(`if (leftNull != rightNull) return leftNull == ${key.nullsFirst} ? -1 : 1;`);
  code.block('if (!leftNull)', compare);
}
