// Values in their usual form, read in a few steps of straight code: what the decoders of all formats try before the general reader.
import { integerBits } from '../../contract/types.ts';
import type { Code } from './code.ts';
import type { DecodedColumn, DecoderOptions, Use } from './decodeShared.ts';

/** How values stand in a format. */
export interface Face {
  /** Texts and datetimes stand between quotes. */
  readonly isQuoted: boolean;
  /** Where a text of at most so many characters that begins at an address ends, an expression; 0 when it is none of the usual ones. */
  textEnd(at: string, use: Use, most: number): string;
  /** A condition that a value ends at an address; undefined where whoever reads on looks at it. */
  ends(end: string, isNumber: boolean, use: Use): string | undefined;
  /** What is to be done behind a value that ends at an address. */
  behind(end: string, code: Code, use: Use): void;
}

/** A column whose value stands at `at`, or (no index) the time alone. */
export interface ReadColumn {
  readonly options: DecoderOptions;
  readonly index: number | undefined;
  readonly isTime: boolean;
}

interface Writer extends ReadColumn {
  readonly face: Face;
  readonly definition: DecodedColumn | undefined;
  readonly code: Code;
  readonly use: Use;
}

/** Writes `if (…) { … }` for the usual form of the value at `at`; false when its type has none. */
export function emitUsualForm(column: ReadColumn, face: Face, code: Code, use: Use): boolean {
  const definition = column.index === undefined ? undefined : column.options.columns[column.index];
  const writer: Writer = { ...column, face, definition, code, use };
  const form = definition === undefined ? 'timestamp' : formOf(definition, column.isTime);
  switch (form) {
    case 'timestamp':
      emitTimestamp(writer);
      return true;
    case 'text':
      emitText(writer);
      return true;
    case 'double':
      emitNumber(writer, 'fastDouble');
      return true;
    case 'real':
      emitNumber(writer, 'fastReal');
      return true;
    case 'integer':
      emitInteger(writer);
      return true;
    case 'number':
      // So many characters are in the range of the type whatever they are.
      emitUnread(
        writer,
        `${use('formats/fast', 'fastNumberEnd')}(at)`,
        ` && next - at < ${definition?.column.type.kind === 'REAL' ? 38 : 300}`,
      );
      return true;
    case 'general':
      return false;
  }
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

function emitTimestamp({ options, isTime, face, definition, code, use }: Writer): void {
  const text = face.isQuoted ? 'at + 1' : 'at';
  const kept = definition?.slot;
  const time = isTime ? options.time : undefined;
  code.line(
    `next = ${use('formats/fast', 'fastTimestamp')}(${text}, ${addressOf(options, (time ?? kept)?.valueOffset)});`,
  );
  const quotes = face.isQuoted ? ` && load<u8>(at) == ${quote} && load<u8>(next) == ${quote}` : '';
  const end = face.isQuoted ? 'next + 1' : 'next';
  code.block(`if (next != 0${quotes}${condition(face, end, use)})`, () => {
    if (kept !== undefined && time !== undefined)
      code.line(`store<i64>(${options.frame}, load<i64>(${options.frame}, ${time.valueOffset}), ${kept.valueOffset});`);
    storeNotNull(options, kept?.nullOffset, code);
    storeNotNull(options, time?.nullOffset, code);
    face.behind(end, code, use);
  });
}

function emitText({ options, face, definition, code, use }: Writer): void {
  const start = face.isQuoted ? 'at + 1' : 'at';
  const isText = face.isQuoted ? `load<u8>(at) == ${quote} ? ` : '';
  const { type } = definition?.column ?? {};
  const most = type?.kind === 'VARCHAR' ? type.length : 0;
  code.line(`next = ${isText}${face.textEnd(start, use, most)}${face.isQuoted ? ' : 0' : ''};`);
  const end = face.isQuoted ? 'next + 1' : 'next';
  const slot = definition?.slot;
  // A text of no more bytes than characters allowed is not cut.
  const fits = slot !== undefined && type?.kind === 'VARCHAR' ? ` && next - (${start}) <= ${type.length}` : '';
  code.block(`if (next != 0${fits}${condition(face, end, use)})`, () => {
    if (slot !== undefined)
      code.line(
        `store<u64>(${options.frame}, ${use('text', 'textOf')}(${start}, <u32>(next - (${start}))), ${slot.valueOffset});`,
      );
    storeNotNull(options, slot?.nullOffset, code);
    face.behind(end, code, use);
  });
}

// `reader` puts the value where it belongs, with `more` arguments.
function emitNumber({ options, face, definition, code, use }: Writer, reader: string, more = ''): void {
  const slot = definition?.slot;
  code.line(`next = ${use('formats/fast', reader)}(at, ${addressOf(options, slot?.valueOffset)}${more});`);
  code.block(`if (next != 0${condition(face, 'next', use, true)})`, () => {
    storeNotNull(options, slot?.nullOffset, code);
    face.behind('next', code, use);
  });
}

function addressOf({ name, frame }: DecoderOptions, offset: number | undefined): string {
  return offset === undefined ? `unread_${name}` : `${frame} + ${offset}`;
}

function emitInteger(writer: Writer): void {
  const kind = writer.definition?.column.type.kind;
  const bits = (kind === undefined ? undefined : integerBits[kind]) ?? 64;
  if (writer.definition?.slot !== undefined) emitNumber(writer, 'fastInteger', `, ${bits}`);
  else emitUnread(writer, `${writer.use('formats/fast', 'fastIntegerEnd')}(at, ${digitsThatFit(bits)})`);
}

/** Digits of which any number fits an integer of so many bits. */
export function digitsThatFit(bits: number): number {
  return Math.floor((bits - 1) * Math.log10(2));
}

// A number that is checked only.
function emitUnread({ face, code, use }: Writer, end: string, more = ''): void {
  code.line(`next = ${end};`);
  code.block(`if (next != 0${more}${condition(face, 'next', use, true)})`, () => face.behind('next', code, use));
}

function condition(face: Face, end: string, use: Use, isNumber = false): string {
  const ends = face.ends(end, isNumber, use);
  return ends === undefined ? '' : ` && ${ends}`;
}

function storeNotNull({ frame }: DecoderOptions, nullOffset: number | undefined, code: Code): void {
  if (nullOffset !== undefined) code.line(`store<u8>(${frame}, 0, ${nullOffset});`);
}
