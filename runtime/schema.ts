// Texts of schemas: SQL types, column lists, and the InputSchema of the predecessor's API.
import { DECIMAL_DIGITS_MAX, TEXT_BYTES_MAX } from '../contract/abi.ts';
import type { MappedColumn, RecordFormat } from '../contract/binding.ts';
import type { InputShape } from '../contract/connector.ts';
import { suggest } from '../contract/suggest.ts';
import {
  decimalTypeNames,
  lengthWhenOmitted,
  plainTypeNames,
  sizedTypeNames,
  typeText,
  type SqlType,
} from '../contract/types.ts';

/** A schema or definition that can't be taken; `path` is where in its JSON. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly path: string;

  constructor(message: string, path = '') {
    super(path === '' ? message : `${path}: ${message}`);
    this.path = path;
  }
}

/** The type of its SQL text. */
export function parseSqlType(text: string, path = ''): SqlType {
  // One blank at most: the pattern would try every way to split a long run of them.
  const match = /^([A-Za-z]+(?: [A-Za-z]+)?) ?(?:\( ?(\d+) ?(?:, ?(\d+) ?)?\))?$/.exec(
    text.trim().replace(/\s+/g, ' '),
  );
  const name = match?.[1]?.toUpperCase() ?? '';
  const [first, second] = [match?.[2], match?.[3]].map((digits) => (digits === undefined ? undefined : Number(digits)));
  if (decimalTypeNames.includes(name)) {
    const precision = first ?? DECIMAL_DIGITS_MAX;
    const scale = second ?? 0;
    if (precision < 1 || precision > 19 || scale > precision)
      throw new SchemaError(`${text.trim()}: precision is 1 to 19 and the scale not above it`, path);
    return { kind: 'DECIMAL', precision, scale };
  }
  const sized = sizedTypeNames[name];
  if (sized !== undefined && second === undefined) {
    const length = first ?? lengthWhenOmitted(sized);
    if (length < 1 || length > TEXT_BYTES_MAX)
      throw new SchemaError(`${text.trim()}: the length is 1 to ${TEXT_BYTES_MAX}`, path);
    return { kind: sized, length };
  }
  const plain = plainTypeNames[name];
  // TIME(p) and TIMESTAMP(p) are taken; milliseconds are kept whatever p says.
  if (plain !== undefined && (first === undefined || plain.kind === 'TIME' || plain.kind === 'TIMESTAMP')) return plain;
  const near = suggest(name, [...Object.keys(plainTypeNames), ...Object.keys(sizedTypeNames), 'DECIMAL', 'NUMERIC']);
  throw new SchemaError(
    `"${text.trim()}" is not a type of a column${near === undefined || near === name ? '' : `; did you mean ${near}?`}`,
    path,
  );
}

/** Columns of `(ticker VARCHAR(4), "price" DOUBLE)`; unquoted names are upper case, mappings are the names as written. */
export function parseColumnList(text: string): MappedColumn[] {
  const list = text.trim();
  if (list.length < 2 || !list.startsWith('(') || !list.endsWith(')'))
    throw new SchemaError(`a column list stands in parentheses: (ticker VARCHAR(4), price DOUBLE), not ${text}`);
  return splitColumns(list.slice(1, -1)).map((part) => {
    const match = /^\s*(?:"((?:[^"]|"")+)"|([A-Za-z_][A-Za-z0-9_$]*))\s+(\S[\s\S]*)$/.exec(part.trim());
    if (match?.[3] === undefined) throw new SchemaError(`"${part.trim()}" is not a column: write a name and a type`);
    const written = match[1]?.replaceAll('""', '"') ?? match[2] ?? '';
    const notNull = /\sNOT\s+NULL$/i.test(match[3]);
    return {
      name: match[1] === undefined ? written.toUpperCase() : written,
      type: parseSqlType(match[3].replace(/\sNOT\s+NULL$/i, '')),
      nullable: !notNull,
      mapping: `$.${written}`,
    };
  });
}

function splitColumns(body: string): string[] {
  const parts = [''];
  let depth = 0;
  let quoted = false;
  for (const character of body) {
    if (character === '"') quoted = !quoted;
    if (!quoted && character === '(') depth++;
    if (!quoted && character === ')') depth--;
    if (!quoted && depth === 0 && character === ',') parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

/** An InputSchema (v1 and v2 are alike) → format and columns. */
export function parseInputSchema(value: unknown, path: string): InputShape {
  const schema = objectAt(value, path, ['RecordFormat', 'RecordColumns', 'RecordEncoding']);
  const encoding = schema['RecordEncoding'];
  if (encoding !== undefined && encoding !== 'UTF-8')
    throw new SchemaError(`must be "UTF-8", not ${JSON.stringify(encoding)}`, `${path}.RecordEncoding`);
  const format = parseFormat(schema['RecordFormat'], `${path}.RecordFormat`);
  const list = schema['RecordColumns'];
  if (!Array.isArray(list) || list.length === 0)
    throw new SchemaError('must be a list of columns', `${path}.RecordColumns`);
  if (list.length > 1000) throw new SchemaError('holds more than 1000 columns', `${path}.RecordColumns`);
  const names = new Set<string>();
  const columns = list.map((entry: unknown, index): MappedColumn => {
    const at = `${path}.RecordColumns[${index}]`;
    const column = objectAt(entry, at, ['Name', 'SqlType', 'Mapping']);
    const name = textAt(column, 'Name', at);
    if (names.has(name)) throw new SchemaError(`column "${name}" is there twice`, `${at}.Name`);
    names.add(name);
    const type = parseSqlType(textAt(column, 'SqlType', at), `${at}.SqlType`);
    const mapping =
      column['Mapping'] === undefined || column['Mapping'] === null ? undefined : textAt(column, 'Mapping', at);
    if (format.kind === 'json' && mapping === undefined)
      throw new SchemaError('a JSON column needs a Mapping, e.g. "$.price"', at);
    return { name, type, nullable: true, ...(mapping === undefined ? {} : { mapping }) };
  });
  return { format, columns };
}

function parseFormat(value: unknown, path: string): RecordFormat {
  const format = objectAt(value, path, ['RecordFormatType', 'MappingParameters']);
  const kind = textAt(format, 'RecordFormatType', path);
  const at = `${path}.MappingParameters`;
  const parameters =
    format['MappingParameters'] === undefined || format['MappingParameters'] === null
      ? {}
      : objectAt(format['MappingParameters'], at, ['JSONMappingParameters', 'CSVMappingParameters']);
  const other = kind === 'JSON' ? 'CSVMappingParameters' : 'JSONMappingParameters';
  if (parameters[other] !== undefined && parameters[other] !== null)
    throw new SchemaError(`contradicts RecordFormatType "${kind}"`, `${at}.${other}`);
  if (kind === 'JSON') {
    const json = parameters['JSONMappingParameters'];
    const row =
      json === undefined || json === null ? {} : objectAt(json, `${at}.JSONMappingParameters`, ['RecordRowPath']);
    return {
      kind: 'json',
      rowPath: row['RecordRowPath'] === undefined ? '$' : textAt(row, 'RecordRowPath', `${at}.JSONMappingParameters`),
    };
  }
  if (kind !== 'CSV')
    throw new SchemaError(`must be "JSON" or "CSV", not ${JSON.stringify(kind)}`, `${path}.RecordFormatType`);
  const csv = parameters['CSVMappingParameters'];
  const given =
    csv === undefined || csv === null
      ? {}
      : objectAt(csv, `${at}.CSVMappingParameters`, ['RecordRowDelimiter', 'RecordColumnDelimiter']);
  const delimiter = (name: string, otherwise: string): string =>
    given[name] === undefined ? otherwise : textAt(given, name, `${at}.CSVMappingParameters`);
  return {
    kind: 'csv',
    columnDelimiter: delimiter('RecordColumnDelimiter', ','),
    rowDelimiter: delimiter('RecordRowDelimiter', '\n'),
  };
}

/** A shape as an InputSchema, so that what was discovered can be kept. */
export function printInputSchema(shape: InputShape): object {
  const { format } = shape;
  return {
    RecordFormat:
      format.kind === 'json'
        ? { RecordFormatType: 'JSON', MappingParameters: { JSONMappingParameters: { RecordRowPath: format.rowPath } } }
        : {
            RecordFormatType: 'CSV',
            MappingParameters: {
              CSVMappingParameters: {
                RecordRowDelimiter: format.rowDelimiter,
                RecordColumnDelimiter: format.columnDelimiter,
              },
            },
          },
    RecordEncoding: 'UTF-8',
    RecordColumns: shape.columns.map(({ name, type, mapping }) => ({
      Name: name,
      SqlType: typeText(type),
      ...(mapping === undefined ? {} : { Mapping: mapping }),
    })),
  };
}

/** A JSON object whose members are all known. */
export function objectAt(value: unknown, path: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) throw new SchemaError('is missing', path);
  if (typeof value !== 'object' || Array.isArray(value)) throw new SchemaError('must be an object', path);
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const near = suggest(name, known);
    throw new SchemaError(
      `is not a member that is known here${near === undefined ? '' : `; did you mean "${near}"?`}`,
      `${path}.${name}`,
    );
  }
  return value as Readonly<Record<string, unknown>>;
}

/** A text member. */
export function textAt(value: Readonly<Record<string, unknown>>, name: string, path: string): string {
  const text = value[name];
  if (text === undefined || text === null) throw new SchemaError('is missing', `${path}.${name}`);
  if (typeof text !== 'string' || text === '')
    throw new SchemaError('must be a text that is not empty', `${path}.${name}`);
  return text;
}
