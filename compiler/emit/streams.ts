// Streams in the program: the frame, the push to readers, and the row as JSON or CSV text.
import type { OutputBinding } from '../../contract/binding.ts';
import { familyOf, storageOf, type Column } from '../../contract/types.ts';
import { Code, type ModuleBuilder, widestAt } from './code.ts';
import type { ProgramContext } from './context.ts';
import { wasmType, type Operand } from './expressions.ts';
import type { Frame, Slot, StreamLayout } from './layout.ts';
import { emitContinuation, hasSuspended, pumpSuspends, suspendWith } from './suspending.ts';

/** Columns that one generated function encodes or decodes, so that no function grows past the limit. */
const COLUMNS_PER_FUNCTION = 16;

/** Declares the frame and ROWTIME of a stream. */
export function declareStream(layout: StreamLayout, module: ModuleBuilder): void {
  module.declare(`// stream "${layout.stream.name.replaceAll('\n', ' ')}"`);
  module.declare(`const ${layout.frame.name}: usize = memory.data(${layout.frame.bytes}, 16);`);
  module.declare(`let rowtime_${layout.id}: i64 = i64.MIN_VALUE;`);
}

/** `load<…>` of a slot's value. */
export function loadSlot(frame: Frame, slot: Slot, column: Column): string {
  return `load<${wasmType(storageOf(column.type))}>(${frame.name}, ${slot.valueOffset})`;
}

/** Where a stream's columns are: in its frame. */
export function scanColumn(source: StreamLayout): (index: number) => Operand {
  return (index) => {
    const slot = source.frame.slots[index];
    const definition = source.stream.columns[index];
    if (slot === undefined || definition === undefined)
      throw new Error(`invariant: column ${index} of ${source.stream.name} is not kept`);
    return {
      value: loadSlot(source.frame, slot, definition),
      isNull: definition.nullable ? `load<u8>(${source.frame.name}, ${slot.nullOffset}) != 0` : 'false',
    };
  };
}

/** Emits `push_<id>(rowtime)`: the row in the frame enters the stream, is written and passes to all readers in script order. */
export function emitPush(
  layout: StreamLayout,
  fills: { readonly name: string } | undefined,
  { ledger, module, program }: Pick<ProgramContext, 'ledger' | 'module' | 'program'>,
): void {
  const code = new Code();
  const parts: [string, Code][] = [];
  code.line(`rowtime_${layout.id} = rowtime;`);
  code.line(ledger.increment('stream', layout.stream.name, 'out'));
  if (layout.output !== undefined) code.line(`write_${layout.id}();`);
  if (fills !== undefined) code.line(`${module.use('state/table', 'appendTableRow')}(${fills.name}, 0, 0);`);
  let part = code;
  for (const [index, reader] of layout.readers.entries()) {
    part.line(`pump_${reader.id}();`);
    if (index === layout.readers.length - 1 || !pumpSuspends(reader, program)) continue;
    // The readers behind one that may stop are a function of their own.
    const rest = `push_${layout.id}_${index + 1}`;
    part.line(`if (${hasSuspended(module)}) ${suspendWith(rest, [], module)}`);
    part.line(`else ${rest}(0, 0, 0);`);
    const next = new Code();
    parts.push([rest, next]);
    part = next;
  }
  module.function(
    `function push_${layout.id}(rowtime: i64): void`,
    code,
    `A row enters stream "${layout.stream.name}".`,
  );
  for (const [name, rest] of parts) emitContinuation(name, rest, module);
}

/** Emits `write_<id>()`: encodes the frame's row into the stream's output. */
export function emitWrite(layout: StreamLayout, binding: OutputBinding, module: ModuleBuilder): void {
  const code = new Code();
  const output = `output_${layout.id}`;
  const space = module.use('operators/output', 'outputSpace');
  module.declareObject(output, 'operators/output', 'Output', 'OUTPUT_BYTES');
  const json = binding.format === 'json';
  code.line(`let at = ${space}(${output}, bound_${layout.id}() + 64);`);
  if (json) {
    code.line('store<u8>(at++, 123);');
    if (binding.rowtime) {
      emitBytes(code, '"ROWTIME":"');
      code.line(`at = ${module.use('formats/datetimes', 'writeTimestamp')}(at, rowtime_${layout.id});`);
      emitBytes(code, layout.stream.columns.length > 0 ? '",' : '"');
    }
    code.line(`at = json_${layout.id}(at);`);
    emitBytes(code, '}\n');
  } else {
    if (binding.rowtime) {
      code.line(`at = ${module.use('formats/datetimes', 'writeTimestamp')}(at, rowtime_${layout.id});`);
      emitBytes(code, ',');
    }
    code.line(`at = csv_${layout.id}(at);`);
    emitBytes(code, '\n');
  }
  code.line(`${module.use('operators/output', 'commitOutput')}(${output}, at);`);
  module.function(`function write_${layout.id}(): void`, code);
  if (!json) emitRowText(layout, 'csv', module);
}

/**
 * Emits `json_<id>(at)`, the members of the row as JSON without braces, `bound_<id>()`, the most bytes that takes, and `rowData_<id>()`, all
 * of it in scratch, for error_stream.
 */
export function emitRowJson(layout: StreamLayout, module: ModuleBuilder): void {
  emitRowText(layout, 'json', module);
  emitBound(layout, module);
  module.use('text', 'Text');
  const code = new Code();
  code.line(`const start = ${module.use('state/scratch', 'scratchAllocate')}(<u32>bound_${layout.id}() + 16);`);
  code.line('store<u8>(start, 123);');
  code.line(`const end = json_${layout.id}(start + 1);`);
  code.line('store<u8>(end, 125);');
  code.line(`return ${module.use('text', 'textOf')}(start, <u32>(end + 1 - start));`);
  module.function(`function rowData_${layout.id}(): Text`, code);
}

function emitRowText(layout: StreamLayout, format: 'json' | 'csv', module: ModuleBuilder): void {
  const columns = keptColumns(layout);
  const parts: string[] = [];
  for (let first = 0; first < Math.max(columns.length, 1); first += COLUMNS_PER_FUNCTION) {
    const code = new Code();
    for (const [offset, { column, slot }] of columns.slice(first, first + COLUMNS_PER_FUNCTION).entries()) {
      const separator = first + offset === 0 ? '' : ',';
      if (format === 'json') emitJsonMember(code, separator, layout, column, slot, module);
      else emitCsvField(code, separator, layout, column, slot, module);
    }
    code.line('return at;');
    const name = `${format}_${layout.id}${first === 0 && columns.length <= COLUMNS_PER_FUNCTION ? '' : `_part${parts.length}`}`;
    parts.push(name);
    module.function(`function ${name}(at: usize): usize`, code);
  }
  if (columns.length > COLUMNS_PER_FUNCTION) {
    const code = new Code();
    for (const part of parts) code.line(`at = ${part}(at);`);
    code.line('return at;');
    module.function(`function ${format}_${layout.id}(at: usize): usize`, code);
  }
}

function keptColumns(layout: StreamLayout): { column: Column; slot: Slot }[] {
  const declared = layout.input === undefined ? layout.stream.columns.length : layout.input.binding.columns.length;
  return layout.stream.columns.slice(0, declared).flatMap((column, index) => {
    const slot = layout.frame.slots[index];
    return slot === undefined ? [] : [{ column, slot }];
  });
}

function emitBound(layout: StreamLayout, module: ModuleBuilder): void {
  const code = new Code();
  let fixed = 16;
  const texts: string[] = [];
  for (const { column, slot } of keptColumns(layout)) {
    fixed += 6 * new TextEncoder().encode(column.name).length + 48;
    if (storageOf(column.type) !== 'text') continue;
    const length = `<usize>${module.use('text', 'textLength')}(${loadSlot(layout.frame, slot, column)}) * 6`;
    texts.push(column.nullable ? `(load<u8>(${layout.frame.name}, ${slot.nullOffset}) != 0 ? 0 : ${length})` : length);
  }
  code.line(`let bytes: usize = ${fixed};`);
  for (const text of texts) code.line(`bytes += ${text};`);
  code.line('return bytes;');
  module.function(`function bound_${layout.id}(): usize`, code);
}

function emitJsonMember(
  code: Code,
  separator: string,
  layout: StreamLayout,
  column: Column,
  slot: Slot,
  module: ModuleBuilder,
): void {
  emitBytes(code, `${separator}${JSON.stringify(column.name)}:`);
  const value = loadSlot(layout.frame, slot, column);
  const write = (): void => {
    const quoted =
      ['date', 'time', 'timestamp', 'binary'].includes(familyOf(column.type)) || column.type.kind === 'INTERVAL';
    if (quoted) emitBytes(code, '"');
    code.line(`at = ${writeValue(column, value, module, 'json')};`);
    if (quoted) emitBytes(code, '"');
  };
  if (column.type.kind === 'NULL') {
    emitBytes(code, 'null');
    return;
  }
  if (!column.nullable) {
    write();
    return;
  }
  code.block(`if (load<u8>(${layout.frame.name}, ${slot.nullOffset}) != 0)`, () => emitBytes(code, 'null'));
  code.block('else', write);
}

function emitCsvField(
  code: Code,
  separator: string,
  layout: StreamLayout,
  column: Column,
  slot: Slot,
  module: ModuleBuilder,
): void {
  if (separator !== '') emitBytes(code, separator);
  if (column.type.kind === 'NULL') return;
  const value = loadSlot(layout.frame, slot, column);
  const write = (): void => code.line(`at = ${writeValue(column, value, module, 'csv')};`);
  if (column.nullable) code.block(`if (load<u8>(${layout.frame.name}, ${slot.nullOffset}) == 0)`, write);
  else write();
}

function writeValue(column: Column, value: string, module: ModuleBuilder, format: 'json' | 'csv'): string {
  const encode = (name: string): string => module.use('formats/encode', name);
  const { type } = column;
  switch (type.kind) {
    case 'BOOLEAN':
      return `${encode('writeBooleanJson')}(at, ${value})`;
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
      return `${encode('writeInteger')}(at, ${value})`;
    case 'BIGINT':
    case 'INTERVAL':
      return `${encode('writeBigint')}(at, <i64>${value})`;
    case 'DECIMAL':
      return `${encode('writeDecimal')}(at, ${value}, ${type.scale})`;
    case 'REAL':
      return `${module.use('formats/floats', 'writeReal')}(at, ${value})`;
    case 'DOUBLE':
      return `${module.use('formats/floats', 'writeDouble')}(at, ${value})`;
    case 'CHAR':
    case 'VARCHAR':
      return format === 'json'
        ? `${encode('writeJsonText')}(at, ${value})`
        : `${encode('writeCsvText')}(at, ${value}, 44)`;
    case 'BINARY':
    case 'VARBINARY':
      return `${encode('writeBase64')}(at, ${value})`;
    case 'DATE':
      return `${module.use('formats/datetimes', 'writeDate')}(at, ${value})`;
    case 'TIME':
      return `${module.use('formats/datetimes', 'writeTime')}(at, ${value})`;
    case 'TIMESTAMP':
      return `${module.use('formats/datetimes', 'writeTimestamp')}(at, ${value})`;
    case 'NULL':
      throw new Error('invariant: a column of type NULL');
  }
}

/** Stores constant bytes at `at`, widest first, and moves it on. */
export function emitBytes(code: Code, text: string): void {
  const bytes = new TextEncoder().encode(text);
  let position = 0;
  const stores: string[] = [];
  while (position < bytes.length) {
    const { width, value } = widestAt(bytes, position);
    stores.push(`store<u${width * 8}>(at, ${value}, ${position});`);
    position += width;
  }
  code.line(`${stores.join(' ')} at += ${bytes.length}; // ${JSON.stringify(text)}`);
}
