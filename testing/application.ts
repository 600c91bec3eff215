// Schemas as the predecessor's API wrote them: an InputSchema file, or a whole application definition (v1 or v2, found out by shape).
import type { InputBinding, RecordFormat, ReferenceBinding } from '../contract/binding.ts';
import { parseType, TestFormatError } from './types.ts';

type Json = Readonly<Record<string, unknown>>;

function objectOf(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TestFormatError(`${what} is missing`);
  return value as Json;
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

/** Reads an InputSchema. */
export function bindingOfSchema(stream: string, schema: unknown): InputBinding {
  const { RecordColumns, RecordFormat: format } = objectOf(schema, 'the InputSchema');
  if (!Array.isArray(RecordColumns)) throw new TestFormatError('RecordColumns is missing');
  const { RecordFormatType, MappingParameters } = objectOf(format, 'RecordFormat');
  const parameters = (MappingParameters ?? {}) as { JSONMappingParameters?: Json; CSVMappingParameters?: Json };
  const recordFormat: RecordFormat =
    RecordFormatType === 'CSV'
      ? {
          kind: 'csv',
          columnDelimiter: textOf(parameters.CSVMappingParameters?.RecordColumnDelimiter, ','),
          rowDelimiter: textOf(parameters.CSVMappingParameters?.RecordRowDelimiter, '\n'),
        }
      : { kind: 'json', rowPath: textOf(parameters.JSONMappingParameters?.RecordRowPath, '$') };
  const columns = RecordColumns.map((column: Json) => ({
    name: textOf(column.Name, ''),
    type: parseType(textOf(column.SqlType, '')),
    nullable: true,
    ...(typeof column.Mapping === 'string'
      ? { mapping: column.Mapping }
      : recordFormat.kind === 'json'
        ? { mapping: `$.${textOf(column.Name, '')}` }
        : {}),
  }));
  return { stream, format: recordFormat, columns };
}

/** Reads an application definition: its code, its inputs and its reference tables. */
export function readApplication(text: string): { sql: string; inputs: InputBinding[]; references: ReferenceBinding[] } {
  const root = objectOf(JSON.parse(text), 'the definition');
  const detail = objectOf(root.ApplicationDetail ?? root, 'the definition');
  const configuration = (detail.ApplicationConfiguration ?? detail.ApplicationConfigurationDescription ?? {}) as Json;
  const code = (configuration.ApplicationCodeConfiguration ??
    configuration.ApplicationCodeConfigurationDescription ??
    {}) as Json;
  const content = (code.CodeContent ?? code.CodeContentDescription ?? {}) as Json;
  const sqlPart = (configuration.SqlApplicationConfiguration ??
    configuration.SqlApplicationConfigurationDescription ??
    detail) as Json;
  const sql = textOf(detail.ApplicationCode ?? content.TextContent, '');
  const list = sqlPart.Inputs ?? sqlPart.InputDescriptions;
  const inputs = (Array.isArray(list) ? list : []).flatMap((input: Json) => {
    const parallelism = Number((input.InputParallelism as Json | undefined)?.Count ?? 1);
    return Array.from({ length: parallelism }, (_, index) =>
      bindingOfSchema(`${textOf(input.NamePrefix, '')}_${String(index + 1).padStart(3, '0')}`, input.InputSchema),
    );
  });
  const tables = sqlPart.ReferenceDataSources ?? sqlPart.ReferenceDataSourceDescriptions;
  const references = (Array.isArray(tables) ? tables : []).map((reference: Json): ReferenceBinding => {
    const { stream, format, columns } = bindingOfSchema(textOf(reference.TableName, ''), reference.ReferenceSchema);
    return { table: stream, format, columns };
  });
  return { sql, inputs, references };
}
