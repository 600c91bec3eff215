// Texts of schemas: SQL types, column lists, and the InputSchema of the predecessor's API.
import { DECIMAL_DIGITS_MAX, TEXT_BYTES_MAX } from '../contract/abi.ts';
import type { MappedColumn, RecordFormat } from '../contract/binding.ts';
import type { InputShape } from '../contract/connector.ts';
import { memberPath, pathFault } from '../contract/paths.ts';
import { suggest } from '../contract/suggest.ts';
import {
  decimalTypeNames,
  lengthWhenOmitted,
  plainTypeNames,
  sizedTypeNames,
  typeInstead,
  typeText,
  type SqlType,
} from '../contract/types.ts';
import {
  choiceAt,
  knownUnless,
  type Members,
  objectAt,
  optionalObject,
  optionalText,
  SchemaError,
  sayValue,
  textAt,
} from './members.ts';

/** The type of its SQL text. */
export function parseSqlType(text: string, path = ''): SqlType {
  // One blank at most: the pattern would try every way to split a long run of them.
  const squeezed = text.trim().replace(/\s+/g, ' ');
  const match = /^([A-Za-z]+(?: [A-Za-z]+)?) ?(?:\( ?(\d+) ?(?:, ?(\d+) ?)?\))?$/.exec(squeezed);
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
  throw new SchemaError(
    `"${text.trim()}" is not a type of a column${whyNoType(squeezed.slice(0, 200).toUpperCase(), name)}`,
    path,
  );
}

function whyNoType(text: string, name: string): string {
  if (text.endsWith(' NOT NULL')) return ": a column of an input can't be NOT NULL, as a record may leave it out";
  if (text.startsWith('INTERVAL')) return ': records hold no intervals; take a number or a text';
  const bare = text.replace(/ ?\(.*\) ?/, ' ').trim();
  // Who writes NUMBER for a value of JSON may well mean its numbers, which are doubles.
  const other = bare === 'NUMBER' ? `DOUBLE or ${typeInstead(bare)}` : typeInstead(bare);
  if (other !== undefined) return `; write ${other}`;
  const known = [...Object.keys(plainTypeNames), ...Object.keys(sizedTypeNames), 'DECIMAL', 'NUMERIC'];
  if (decimalTypeNames.includes(bare)) return ': its precision is 1 to 19 and its scale 0 to the precision';
  if (known.includes(bare)) return `: ${bare} is, without what stands in parentheses`;
  const near = suggest(name === '' ? bare : name, known);
  return near === undefined || near === name ? '' : `; did you mean ${near}?`;
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
      mapping: memberPath('$', written),
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

/** An InputSchema (v1 and v2 are alike) → format and columns. In what the service described (`open`) unknown members don't matter. */
export function parseInputSchema(value: unknown, path: string, open = false): InputShape {
  const schema = objectAt(value, path, knownUnless(open, 'RecordFormat', 'RecordColumns', 'RecordEncoding'));
  if (schema['RecordEncoding'] !== undefined) choiceAt(schema, 'RecordEncoding', path, ['UTF-8']);
  const format = parseFormat(schema['RecordFormat'], `${path}.RecordFormat`, open);
  const list = schema['RecordColumns'];
  const at = `${path}.RecordColumns`;
  if (list === undefined) throw new SchemaError('is missing', at);
  if (!Array.isArray(list)) throw new SchemaError(`must be a list of columns, not ${sayValue(list)}`, at);
  if (list.length === 0) throw new SchemaError('is empty: an input has a column at least', at);
  if (list.length > 1000) throw new SchemaError('holds more than 1000 columns', at);
  const names = new Set<string>();
  const columns = list.map((entry: unknown, index): MappedColumn => {
    const column = objectAt(entry, `${at}[${index}]`, knownUnless(open, 'Name', 'SqlType', 'Mapping'));
    return parseColumn(column, `${at}[${index}]`, format, names);
  });
  return { format, columns };
}

/** An InputSchema, or the answer of DiscoverInputSchema, which holds one. */
export function parseSchemaFile(value: unknown): InputShape {
  const outer = objectAt(value, '$');
  if (outer['InputSchema'] === undefined) return parseInputSchema(outer, '$');
  return parseInputSchema(outer['InputSchema'], '$.InputSchema', true);
}

function parseColumn(column: Members, path: string, format: RecordFormat, names: Set<string>): MappedColumn {
  const name = textAt(column, 'Name', path);
  if (names.has(name)) throw new SchemaError(`column "${name}" is there twice`, `${path}.Name`);
  names.add(name);
  const type = parseSqlType(textAt(column, 'SqlType', path), `${path}.SqlType`);
  const mapping = optionalText(column, 'Mapping', path) ?? (format.kind === 'json' ? memberPath('$', name) : undefined);
  if (format.kind === 'json' && mapping !== undefined) checkPath(mapping, `${path}.Mapping`);
  return { name, type, nullable: true, ...(mapping === undefined ? {} : { mapping }) };
}

function checkPath(text: string, path: string): void {
  const fault = pathFault(text);
  if (fault !== undefined) throw new SchemaError(`the path "${text}" ${fault.message}`, path, { hint: fault.hint });
}

function parseFormat(value: unknown, path: string, open: boolean): RecordFormat {
  const format = objectAt(value, path, knownUnless(open, 'RecordFormatType', 'MappingParameters'));
  const kind = choiceAt(format, 'RecordFormatType', path, ['JSON', 'CSV']);
  const at = `${path}.MappingParameters`;
  const parameters = optionalObject(
    format,
    'MappingParameters',
    path,
    knownUnless(open, 'JSONMappingParameters', 'CSVMappingParameters'),
  );
  const other = kind === 'JSON' ? 'CSVMappingParameters' : 'JSONMappingParameters';
  if (parameters[other] !== undefined)
    throw new SchemaError(`contradicts RecordFormatType "${kind}"`, `${at}.${other}`);
  if (kind === 'JSON') {
    const row = optionalObject(parameters, 'JSONMappingParameters', at, knownUnless(open, 'RecordRowPath'));
    const rowPath = optionalText(row, 'RecordRowPath', `${at}.JSONMappingParameters`) ?? '$';
    checkPath(rowPath, `${at}.JSONMappingParameters.RecordRowPath`);
    return { kind: 'json', rowPath };
  }
  const csv = optionalObject(
    parameters,
    'CSVMappingParameters',
    at,
    knownUnless(open, 'RecordRowDelimiter', 'RecordColumnDelimiter'),
  );
  return parseDelimiters(csv, `${at}.CSVMappingParameters`);
}

// Delimiters are taken as characters and, as consoles and templates write them, as escapes of two characters each.
function parseDelimiters(csv: Members, path: string): RecordFormat {
  const columnText = optionalText(csv, 'RecordColumnDelimiter', path) ?? ',';
  const columnDelimiter = columnText === String.raw`\t` ? '\t' : columnText;
  const rowText = optionalText(csv, 'RecordRowDelimiter', path) ?? '\n';
  const rowDelimiter = /^(?:\\r)?\\n$/.test(rowText)
    ? rowText.replace(String.raw`\r`, '\r').replace(String.raw`\n`, '\n')
    : rowText;
  const columnPath = `${path}.RecordColumnDelimiter`;
  if (columnDelimiter === rowDelimiter) throw new SchemaError('is the same as RecordRowDelimiter', columnPath);
  if (rowDelimiter !== '\n' && rowDelimiter !== '\r\n')
    throw new SchemaError(`can't be ${JSON.stringify(rowText)}: rows end at line feeds`, `${path}.RecordRowDelimiter`, {
      hint: String.raw`write "\n" and put each row on a line of its own`,
    });
  if (columnDelimiter.includes('"')) throw new SchemaError(`can't hold ", which quotes fields`, columnPath);
  if (/[\r\n]/.test(columnDelimiter) || /\\[rn]/.test(columnDelimiter))
    throw new SchemaError("can't hold a line break, which ends a row", columnPath);
  return { kind: 'csv', columnDelimiter, rowDelimiter };
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
