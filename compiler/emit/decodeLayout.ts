// The expected layout of a JSON input: one object a line, members named and ordered as the columns are, no white space.
import type { SqlType } from '../../contract/types.ts';
import { Code } from './code.ts';
import { addressesOf, type DecodedColumn, type DecoderOptions, storeToken } from './decodeShared.ts';
import { matchBytes } from './decodeJson.ts';
import { parsePath } from './paths.ts';

const COLUMNS_PER_FUNCTION = 12;

/** Emits `layout_<name>(at, end)`: behind the record, or 0 when it is not in the layout. undefined where no layout can be expected. */
export function emitLayout(options: DecoderOptions, use: (module: string, name: string) => string): string | undefined {
  const { binding, name } = options;
  if (binding.format.kind !== 'json' || binding.format.rowPath !== '$') return undefined;
  const keys = options.columns.map(({ column }) => parsePath(column.mapping ?? `$.${column.name}`));
  if (keys.some((steps) => steps.length !== 1 || typeof steps[0] !== 'string' || /["\\\x00-\x1f]/.test(steps[0])))
    return undefined;
  const names = keys.map((steps) => String(steps[0]));
  if (new Set(names).size < names.length) return undefined;
  const timeSteps = binding.time === undefined ? undefined : parsePath(binding.time.path);
  const timeIndex = timeSteps?.length === 1 ? names.indexOf(String(timeSteps[0])) : -1;
  if (timeSteps !== undefined && timeIndex < 0) return undefined;
  const parts: string[] = [];
  const functions: string[] = [];
  for (let first = 0; first < names.length; first += COLUMNS_PER_FUNCTION) {
    const code = new Code();
    code.line('let next: usize = 0;');
    for (let index = first; index < Math.min(first + COLUMNS_PER_FUNCTION, names.length); index++) {
      const prefix = new TextEncoder().encode(`${index === 0 ? '{' : ','}"${names[index]}":`);
      code.line(`if (!(${matchBytes(prefix, 'at')})) return 0;`);
      code.line(`at += ${prefix.length};`);
      emitColumn(options, index, index === timeIndex, code, use);
    }
    code.line('return at;');
    const part = `layout_${name}_part${parts.length}`;
    parts.push(part);
    functions.push(`function ${part}(at: usize): usize {\n${code}\n}`);
  }
  const code = new Code();
  code.line('const from = at;');
  for (const part of parts) {
    code.line(`at = ${part}(at);`);
    code.line('if (at == 0) return 0;');
  }
  code.line('if (load<u8>(at) != 0x7d) return 0;');
  code.line('at++;');
  code.line(`if (at < end) { if (load<u8>(at) != 0x0a || ${use('formats/batch', 'recordMode')}) return 0; }`);
  code.line(`else if (at > end || !${use('formats/batch', 'lastBatch')}) return 0;`);
  code.line(`recordStart_${name} = from; recordEnd_${name} = at;`);
  code.line(`accept_${name}();`);
  code.line('return at < end ? at + 1 : at;');
  functions.push(`function layout_${name}(at: usize, end: usize): usize {\n${code}\n}`);
  return functions.join('\n\n');
}

/** One column of the layout while its code is written. */
interface LayoutColumn {
  readonly options: DecoderOptions;
  readonly index: number;
  readonly definition: DecodedColumn;
  readonly isTime: boolean;
  readonly code: Code;
  readonly use: (module: string, name: string) => string;
}

function emitColumn(
  options: DecoderOptions,
  index: number,
  isTime: boolean,
  code: Code,
  use: (module: string, name: string) => string,
): void {
  const definition = options.columns[index];
  if (definition === undefined) return;
  const column: LayoutColumn = { options, index, definition, isTime, code, use };
  if (emitFastForm(column)) code.block('else', () => emitGeneralForm(column));
  else code.block('', () => emitGeneralForm(column));
}

// Any other form of the value is read by the general reader, without leaving the layout.
function emitGeneralForm({ options, index, definition, isTime, code, use }: LayoutColumn): void {
  const { value, isNull } = addressesOf(options, index);
  code.line(`next = ${use('formats/json', 'readToken')}(at);`);
  code.line('if (next == 0) return 0;');
  code.line(`${use('formats/coerce', 'clearCoerce')}(); ${storeToken(definition.column.type, value, isNull, use)}`);
  code.line(`if (${use('formats/coerce', 'coerceFault')} != 0) return 0;`);
  if (isTime) storeTime(options, code, use);
  code.line('at = next;');
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
    if (!isTime || options.time === undefined) return;
    code.line(`store<i64>(${options.frame}, time${index}, ${options.time.valueOffset});`);
    code.line(`store<u8>(${options.frame}, 0, ${options.time.nullOffset});`);
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
