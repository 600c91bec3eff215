// Inputs and reference tables as they are bound: their columns as streams have them, and what no binding may say.
import type { InputBinding, ReferenceBinding } from '../../contract/binding.ts';
import { flattenedArrays, pathFault } from '../../contract/paths.ts';
import type { Column } from '../../contract/types.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import * as message from '../diagnose/messages.ts';
import { metadataColumns } from '../plan/plan.ts';

/** The columns of an input's stream. One of its own hides the metadata column of its name. */
export function inputColumns(columns: readonly Column[]): Column[] {
  const metadata = metadataColumns.map((column) =>
    columns.some(({ name }) => name === column.name) ? { ...column, name: `metadata ${column.name}` } : column,
  );
  return [...columns, ...metadata];
}

type Binding = Pick<InputBinding, 'columns' | 'format' | 'time'>;

const nowhere = { start: 0, end: 0 };

/** What is wrong with bindings, whatever the script says. */
export function refuseBindings(inputs: readonly InputBinding[], tables: readonly ReferenceBinding[]): Diagnostic[] {
  return [
    ...[
      ...inputs.map((input) => ({ ...input, name: input.stream })),
      ...tables.map((table) => ({ ...table, name: table.table })),
    ].flatMap((binding) => [...refusePaths(binding.name, binding), ...refuseFlattening(binding.name, binding)]),
    // In a table ROWTIME is a column like others.
    ...inputs
      .filter(({ columns }) => columns.some(({ name }) => name === 'ROWTIME'))
      .map(({ stream }) => message.rowtimeColumn(nowhere, stream)),
    ...tables
      .filter(({ table }) => inputs.some(({ stream }) => stream === table))
      .map(({ table }) => message.inputAndTable(nowhere, table)),
  ];
}

function refusePaths(name: string, { columns, format, time }: Binding): Diagnostic[] {
  if (format.kind !== 'json') return [];
  const paths = [format.rowPath, ...columns.flatMap(({ mapping }) => mapping ?? []), time?.path ?? '$'];
  return paths.flatMap((path) => {
    const fault = pathFault(path);
    return fault === undefined ? [] : [message.invalidPath(nowhere, name, path, fault)];
  });
}

// One array of a record becomes rows.
function refuseFlattening(name: string, { columns, format, time }: Binding): Diagnostic[] {
  if (format.kind !== 'json') return [];
  let first: { array: string; mapping: string } | undefined;
  for (const mapping of [...columns.map((column) => column.mapping ?? ''), time?.path ?? '']) {
    for (const array of flattenedArrays(mapping)) {
      first ??= { array, mapping };
      if (array !== first.array) return [message.flattenedAgain(nowhere, name, mapping, first.mapping)];
    }
  }
  return [];
}
