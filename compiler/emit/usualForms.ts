// Values in their usual form, read in a few steps of straight code: what the decoders of all formats try before the general reader.
import { integerBits } from '../../contract/types.ts';
import type { Code } from './code.ts';
import type { DecodedColumn, DecoderOptions, Use } from './decodeShared.ts';

/** How values stand in a format. */
export interface Face {
  /** Texts and datetimes stand between quotes. */
  readonly isQuoted: boolean;
  /** Readers of values become part of the function instead of being called. */
  readonly inlines: boolean;
  /** Where a text of at most so many characters that begins at an address ends, an expression; 0 when it is none of the usual ones. */
  textEnd(at: string, use: Use, most: number): string;
}

/** A column whose value stands at `at`, or (no index) the time alone. */
export interface ReadColumn {
  readonly options: DecoderOptions;
  readonly index: number | undefined;
  readonly isTime: boolean;
}

/** How the usual form of a value at `at` is read: `next = end`, then it is to be looked at whether it is one. */
export interface UsualForm {
  readonly isNumber: boolean;
  /** An expression that reads: where the value ends, its closing quote if it has one; 0 when it has another form. */
  readonly end: string;
  /** There must be a quote at `next`; that the value begins with one was seen. */
  readonly isQuoted: boolean;
  /** Values that are longer have another form: bytes from the first one of the value, behind its quote, to `next`. */
  readonly bytesMax?: number;
  /** What reading adds to the function, in bytes of Wasm, where it is not called. */
  readonly codeBytes: number;
  /** Puts the value, as far as reading has not done it, into its column. */
  store(code: Code): void;
}

interface Reading extends ReadColumn {
  readonly face: Face;
  readonly definition: DecodedColumn | undefined;
  readonly use: Use;
}

/** The usual form of a column's values; undefined when its type has none. */
export function usualFormOf(column: ReadColumn, face: Face, use: Use): UsualForm | undefined {
  const definition = column.index === undefined ? undefined : column.options.columns[column.index];
  const reading: Reading = { ...column, face, definition, use };
  switch (definition === undefined ? 'timestamp' : formOf(definition, column.isTime)) {
    case 'timestamp':
      return timestampForm(reading);
    case 'text':
      return textForm(reading);
    case 'double':
      return numberForm(reading, 'Double');
    case 'real':
      return numberForm(reading, 'Real');
    case 'integer':
      return integerForm(reading);
    case 'number':
      // So many characters are in the range of the type whatever they are.
      return {
        ...unreadForm(readerOf(reading, 'NumberEnd')),
        bytesMax: definition?.column.type.kind === 'REAL' ? 37 : 299,
      };
    case 'general':
      return undefined;
  }
}

/** The conditions, as an expression, that a value has its usual form, where it is looked at alone. */
export function conditionsOf({ isQuoted, bytesMax }: UsualForm): string {
  return [
    'next != 0',
    ...(isQuoted ? [`load<u8>(next) == ${quote}`] : []),
    ...(bytesMax === undefined ? [] : [`next - at <= ${isQuoted ? bytesMax + 1 : bytesMax}`]),
  ].join(' && ');
}

function formOf(
  { column: { type }, slot }: DecodedColumn,
  isTime: boolean,
): 'timestamp' | 'text' | 'double' | 'real' | 'integer' | 'number' | 'general' {
  if (isTime && type.kind !== 'TIMESTAMP') return 'general';
  switch (type.kind) {
    case 'TIMESTAMP':
      return 'timestamp';
    case 'VARCHAR':
      return 'text';
    case 'DOUBLE':
      return slot !== undefined ? 'double' : 'number';
    case 'REAL':
      return slot !== undefined ? 'real' : 'number';
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
      return 'integer';
    default:
      return 'general';
  }
}

const quote = '0x22';

function quoted({ isQuoted }: Face, end: string): string {
  return isQuoted ? `load<u8>(at) == ${quote} ? ${end} : 0` : end;
}

type Reader = 'Double' | 'Real' | 'Integer' | 'NumberEnd' | 'IntegerEnd' | 'Timestamp';

// Bytes of Wasm that readers add to a function that they become part of, at most.
const inlinedBytes: Record<Reader, number> = {
  Double: 560,
  Real: 560,
  Integer: 320,
  NumberEnd: 180,
  IntegerEnd: 110,
  Timestamp: 340,
};

function readerOf({ face, use }: Reading, name: Reader): { readonly name: string; readonly bytes: number } {
  const { inlines } = face;
  return {
    name: use('formats/fast', `${inlines ? 'inlined' : 'fast'}${name}`),
    bytes: inlines ? inlinedBytes[name] : 0,
  };
}

function timestampForm(reading: Reading): UsualForm {
  const { options, isTime, face, definition } = reading;
  const kept = definition?.slot;
  const time = isTime ? options.time : undefined;
  const text = face.isQuoted ? 'at + 1' : 'at';
  const reader = readerOf(reading, 'Timestamp');
  return {
    codeBytes: reader.bytes,
    isNumber: false,
    isQuoted: face.isQuoted,
    end: quoted(face, `${reader.name}(${text}, ${addressOf(options, (time ?? kept)?.valueOffset)})`),
    store: (code) => {
      const { frame } = options;
      if (kept !== undefined && time !== undefined)
        code.line(`store<i64>(${frame}, load<i64>(${frame}, ${time.valueOffset}), ${kept.valueOffset});`);
      storeNotNull(options, kept?.nullOffset, code);
      storeNotNull(options, time?.nullOffset, code);
    },
  };
}

function textForm({ options, face, definition, use }: Reading): UsualForm {
  const start = face.isQuoted ? 'at + 1' : 'at';
  const { type } = definition?.column ?? {};
  const most = type?.kind === 'VARCHAR' ? type.length : 0;
  const slot = definition?.slot;
  return {
    isNumber: false,
    isQuoted: face.isQuoted,
    codeBytes: 0,
    end: quoted(face, face.textEnd(start, use, most)),
    // A text of no more bytes than characters allowed is not cut.
    ...(slot !== undefined && type?.kind === 'VARCHAR' ? { bytesMax: type.length } : {}),
    store: (code) => {
      if (slot === undefined) return;
      const text = `${use('text', 'textOf')}(${start}, <u32>(next - (${start})))`;
      code.line(`store<u64>(${options.frame}, ${text}, ${slot.valueOffset});`);
      storeNotNull(options, slot.nullOffset, code);
    },
  };
}

// The reader puts the value where it belongs, with `more` arguments.
function numberForm(reading: Reading, name: Reader, more = ''): UsualForm {
  const { options, definition } = reading;
  const reader = readerOf(reading, name);
  const slot = definition?.slot;
  return {
    isNumber: true,
    isQuoted: false,
    codeBytes: reader.bytes,
    end: `${reader.name}(at, ${addressOf(options, slot?.valueOffset)}${more})`,
    store: (code) => storeNotNull(options, slot?.nullOffset, code),
  };
}

function addressOf({ name, frame }: DecoderOptions, offset: number | undefined): string {
  return offset === undefined ? `unread_${name}` : `${frame} + ${offset}`;
}

function integerForm(reading: Reading): UsualForm {
  const kind = reading.definition?.column.type.kind;
  const bits = (kind === undefined ? undefined : integerBits[kind]) ?? 64;
  if (reading.definition?.slot !== undefined) return numberForm(reading, 'Integer', `, ${bits}`);
  return unreadForm(readerOf(reading, 'IntegerEnd'), `, ${digitsThatFit(bits)}`);
}

/** Digits of which any number fits an integer of so many bits. */
export function digitsThatFit(bits: number): number {
  return Math.floor((bits - 1) * Math.log10(2));
}

// A number that is checked only.
function unreadForm({ name, bytes }: ReturnType<typeof readerOf>, more = ''): UsualForm {
  return { isNumber: true, isQuoted: false, codeBytes: bytes, end: `${name}(at${more})`, store: () => undefined };
}

function storeNotNull({ frame }: DecoderOptions, nullOffset: number | undefined, code: Code): void {
  if (nullOffset !== undefined) code.line(`store<u8>(${frame}, 0, ${nullOffset});`);
}
