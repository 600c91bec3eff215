// Schemas as the predecessor's API wrote them: an InputSchema file, or a whole application definition.
import type { InputBinding, ReferenceBinding } from '../contract/binding.ts';
import { parseDefinition } from '../runtime/definition.ts';
import { SchemaError } from '../runtime/members.ts';
import { parseSchemaFile } from '../runtime/schema.ts';
import { TestFormatError } from './types.ts';

/** Reads an InputSchema. */
export function bindingOfSchema(stream: string, text: string): InputBinding {
  return { stream, ...read(text, parseSchemaFile) };
}

/** Reads an application definition: its code, its inputs and its reference tables. */
export function readApplication(text: string): { sql: string; inputs: InputBinding[]; references: ReferenceBinding[] } {
  const definition = read(text, parseDefinition);
  return {
    sql: definition.code ?? '',
    inputs: definition.inputs.flatMap(({ streams, shape }) => streams.map((stream) => ({ stream, ...shape }))),
    references: definition.references.map(({ table, shape: { format, columns } }) => ({ table, format, columns })),
  };
}

function read<T>(text: string, parse: (value: unknown) => T): T {
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SchemaError || error instanceof SyntaxError) throw new TestFormatError(error.message);
    throw error;
  }
}
