// Shapes of kept rows (assembly/state/rows.ts): which columns of a stream's frame are copied, and where they stand in the copy.
import { storageOf } from '../../contract/types.ts';
import type { ModuleBuilder } from './code.ts';
import { wasmType, type Operand } from './expressions.ts';
import type { StreamLayout } from './layout.ts';

/** Positions of a stream's columns that its frame keeps, from `from` up to and without `to`. */
export function keptPositions(layout: StreamLayout, from = 0, to = layout.stream.columns.length): number[] {
  return layout.frame.slots.flatMap((slot, index) =>
    slot === undefined || index < from || index >= to ? [] : [index],
  );
}

/** Declares the shape of the kept columns of a stream and returns its name. */
export function shapeOf(layout: StreamLayout, module: ModuleBuilder, from?: number, to?: number): string {
  const positions = keptPositions(layout, from, to);
  const columns = positions.map((index) => {
    const slot = layout.frame.slots[index];
    const column = layout.stream.columns[index];
    const isText = column !== undefined && storageOf(column.type) === 'text';
    return [index, Number(isText), slot?.valueOffset ?? 0, slot?.nullOffset ?? 0] as const;
  });
  const texts = columns.filter(([, isText]) => isText === 1).length;
  const name = `shape_${layout.id}${from === undefined ? '' : `_${from}`}`;
  module.declareOnce(
    name,
    `const ${name}: usize = memory.data<u32>([${[columns.length, texts, ...columns.flat()].join(', ')}]);`,
  );
  return name;
}

/** Where a column of a kept row is; `row` is an expression for its address. */
export function keptColumn(layout: StreamLayout, row: string, from?: number, to?: number): (index: number) => Operand {
  const positions = keptPositions(layout, from, to);
  return (index) => {
    const place = positions.indexOf(index);
    const column = layout.stream.columns[index];
    if (place < 0 || column === undefined)
      throw new Error(`invariant: column ${index} of ${layout.stream.name} is not kept`);
    return {
      value: `load<${wasmType(storageOf(column.type))}>(${row}, ${place * 8})`,
      isNull: column.nullable ? `load<u8>(${row}, ${positions.length * 8 + place}) != 0` : 'false',
    };
  };
}
