// Values of the expected layout of a JSON input: their usual forms in a few steps, others by the general reader's functions.
import type { SqlType } from '../../contract/types.ts';
import type { Code } from './code.ts';
import { addressesOf, type DecodedColumn, type DecoderOptions, storeToken } from './decodeShared.ts';

/** One column of the layout while its code is written. */
interface LayoutColumn {
  readonly options: DecoderOptions;
  readonly index: number;
  readonly definition: DecodedColumn;
  readonly isTime: boolean;
  readonly code: Code;
  readonly use: (module: string, name: string) => string;
}

/** Writes that the value at `at` is read as a column (or as the time alone, without an index) and `at` moves behind it. */
export function emitLayoutValue(
  options: DecoderOptions,
  { index, isTime }: { readonly index: number | undefined; readonly isTime: boolean },
  depth: number,
  code: Code,
  use: (module: string, name: string) => string,
): void {
  if (index === undefined) return emitTimeAlone(options, depth, code, use);
  const definition = options.columns[index];
  if (definition === undefined) return;
  const column: LayoutColumn = { options, index, definition, isTime, code, use };
  code.block(emitFastForm(column) ? 'else' : '', () => {
    // Any other form of the value is read by the general reader, without leaving the layout.
    const { value, isNull } = addressesOf(options, index);
    emitToken(depth, code, use);
    code.line(`${use('formats/coerce', 'clearCoerce')}(); ${storeToken(definition.column.type, value, isNull, use)}`);
    code.line(`if (${use('formats/coerce', 'coerceFault')} != 0) return 0;`);
    if (isTime) storeTime(options, code, use);
    code.line('at = next;');
  });
}

// The field of the time that is no column.
function emitTimeAlone(
  options: DecoderOptions,
  depth: number,
  code: Code,
  use: (module: string, name: string) => string,
): void {
  code.line(`const time = ${use('formats/fast', 'fastTimestamp')}(at);`);
  code.block(`if (${use('formats/fast', 'fastEnd')} != 0)`, () => {
    code.line('at = fastEnd;');
    storeFastTime(options, 'time', code);
  });
  code.block('else', () => {
    emitToken(depth, code, use);
    storeTime(options, code, use);
    code.line('at = next;');
  });
}

function emitToken(depth: number, code: Code, use: (module: string, name: string) => string): void {
  code.line(`next = ${use('formats/json', 'readToken')}(${use('formats/json', 'skipBlank')}(at), ${depth});`);
  code.line('if (next == 0) return 0;');
}

function storeFastTime({ time, frame }: DecoderOptions, value: string, code: Code): void {
  if (time === undefined) return;
  code.line(`store<i64>(${frame}, ${value}, ${time.valueOffset});`);
  code.line(`store<u8>(${frame}, 0, ${time.nullOffset});`);
}

function emitNotNull({ options, definition: { slot }, code }: LayoutColumn): void {
  if (slot !== undefined) code.line(`store<u8>(${options.frame}, 0, ${slot.nullOffset});`);
}

// Writes `if (…) { … }` for the usual form of a value; false when the type has none.
function emitFastForm(layout: LayoutColumn): boolean {
  const { options, index, definition, isTime, code, use } = layout;
  const { slot, column } = definition;
  const fast = (name: string): string => use('formats/fast', name);
  switch (fastForm(column.type, slot !== undefined, isTime)) {
    case 'timestamp':
      emitFastTimestamp(layout);
      return true;
    case 'text': {
      const length = column.type.kind === 'VARCHAR' ? column.type.length : 0;
      code.line(`next = load<u8>(at) == 0x22 ? ${fast('plainStringEnd')}(at + 1) : 0;`);
      code.block('if (next != 0)', () => {
        const text = `${use('text', 'textOf')}(at + 1, min<u32>(<u32>(next - at - 1), ${length}))`;
        if (slot !== undefined) code.line(`store<u64>(${options.frame}, ${text}, ${slot.valueOffset});`);
        emitNotNull(layout);
        code.line('at = next + 1;');
      });
      return true;
    }
    case 'double':
      code.line(`const double${index} = ${fast('fastDouble')}(at);`);
      code.block(`if (${fast('fastEnd')} != 0)`, () => {
        code.line(`store<f64>(${options.frame}, double${index}, ${slot?.valueOffset ?? 0});`);
        emitNotNull(layout);
        code.line('at = fastEnd;');
      });
      return true;
    case 'integer':
      emitFastInteger(layout);
      return true;
    case 'number':
      code.line(`next = ${fast('fastNumberEnd')}(at);`);
      // More than 300 characters might be out of the range of a double.
      code.line('if (next != 0 && next - at < 300) at = next;');
      return true;
    case 'general':
      return false;
  }
}

function emitFastTimestamp(layout: LayoutColumn): void {
  const { options, index, definition, isTime, code, use } = layout;
  code.line(`const time${index} = ${use('formats/fast', 'fastTimestamp')}(at);`);
  code.block(`if (${use('formats/fast', 'fastEnd')} != 0)`, () => {
    code.line('at = fastEnd;');
    if (definition.slot !== undefined)
      code.line(`store<i64>(${options.frame}, time${index}, ${definition.slot.valueOffset});`);
    emitNotNull(layout);
    if (isTime) storeFastTime(options, `time${index}`, code);
  });
}

function emitFastInteger(layout: LayoutColumn): void {
  const { options, index, definition, code, use } = layout;
  const bits = { TINYINT: 8, SMALLINT: 16, INTEGER: 32, BIGINT: 64 }[definition.column.type.kind as string] ?? 64;
  const value = `integer${index}`;
  const inRange = bits === 64 ? '' : ` && (${value} << ${64 - bits}) >> ${64 - bits} == ${value}`;
  code.line(`const ${value} = ${use('formats/fast', 'fastInteger')}(at);`);
  code.block(`if (${use('formats/fast', 'fastEnd')} != 0${inRange})`, () => {
    const offset = definition.slot?.valueOffset;
    if (offset !== undefined) {
      code.line(
        bits === 64
          ? `store<i64>(${options.frame}, ${value}, ${offset});`
          : `store<i32>(${options.frame}, <i32>${value}, ${offset});`,
      );
    }
    emitNotNull(layout);
    code.line('at = fastEnd;');
  });
}

function storeTime(options: DecoderOptions, code: Code, use: (module: string, name: string) => string): void {
  if (options.time === undefined) return;
  code.line(
    `${use('formats/coerce', 'storeTimeField')}(${options.frame} + ${options.time.valueOffset}, ${options.frame} + ${options.time.nullOffset}, ${options.binding.time?.unit === 's' ? 1000 : 1});`,
  );
}

function fastForm(
  type: SqlType,
  kept: boolean,
  isTime: boolean,
): 'timestamp' | 'text' | 'double' | 'integer' | 'number' | 'general' {
  switch (type.kind) {
    case 'TIMESTAMP':
      return 'timestamp';
    case 'VARCHAR':
      return isTime ? 'general' : 'text';
    case 'DOUBLE':
      return isTime ? 'general' : kept ? 'double' : 'number';
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
      return isTime ? 'general' : 'integer';
    default:
      return 'general';
  }
}
