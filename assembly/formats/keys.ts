// The keys of a group as JSON, for the error that its result is: read from the key's bytes (state/key.ts) by a description of its columns.
//
//   description := u32 columns · column*
//   column      := u8 kind · u8 scale · u16 bytes of the name · name, as JSON with its colon
//
// Law: as a row's JSON is written (DECISIONS 21), with the columns in the order of the keys.
import { isNullTextKey } from "../state/key";
import { scratchAllocate, scratchShrink } from "../state/scratch";
import { Text, textLength, textOf, textPointer } from "../text";
import { writeDate, writeTime, writeTimestamp } from "./datetimes";
import { writeBase64, writeBigint, writeBooleanJson, writeDecimal, writeInteger, writeJsonText } from "./encode";
import { writeDouble, writeReal } from "./floats";

export const KEY_BOOLEAN: u8 = 0;
export const KEY_INTEGER: u8 = 1;
export const KEY_BIGINT: u8 = 2;
export const KEY_DECIMAL: u8 = 3;
export const KEY_REAL: u8 = 4;
export const KEY_DOUBLE: u8 = 5;
export const KEY_DATE: u8 = 6;
export const KEY_TIME: u8 = 7;
export const KEY_TIMESTAMP: u8 = 8;
/** The kinds from here on are texts. */
export const KEY_TEXT: u8 = 9;
export const KEY_BINARY: u8 = 10;

const HEAD_BYTES: usize = 4;
/** The longest number or datetime with quotes and a comma. */
const VALUE_BYTES: usize = 64;

/** The JSON of a key, given by its bytes; it lies in scratch. */
export function keyAsJson(whole: Text, description: usize): Text {
  const columns = load<u32>(description);
  let key = textPointer(whole);
  let bound: usize = 16 + <usize>textLength(whole) * 6;
  let column = description + 4;
  for (let index: u32 = 0; index < columns; index++, column += HEAD_BYTES + load<u16>(column, 2))
    bound += VALUE_BYTES + load<u16>(column, 2);
  const start = scratchAllocate(<u32>bound);
  let at = start;
  store<u8>(at++, 0x7b);
  column = description + 4;
  const isText = columns == 1 && load<u8>(column) >= KEY_TEXT;
  for (let index: u32 = 0; index < columns; index++) {
    if (index > 0) store<u8>(at++, 0x2c);
    const name = <usize>load<u16>(column, 2);
    memory.copy(at, column + HEAD_BYTES, name);
    at += name;
    const kind = load<u8>(column);
    // A key that is one text is the text itself.
    const isNull = isText ? isNullTextKey(key, textLength(whole)) : load<u8>(key) != 0;
    if (isNull) {
      store<u32>(at, 0x6c6c756e);
      at += 4;
    } else if (kind >= KEY_TEXT) {
      at = writeKeyText(at, kind, isText ? whole : textOf(key + 5, load<u32>(key, 1)));
    } else at = writeKeyNumber(at, kind, load<u8>(column, 1), key + 1);
    key += kind >= KEY_TEXT ? 5 + <usize>load<u32>(key, 1) : 9;
    column += HEAD_BYTES + name;
  }
  store<u8>(at++, 0x7d);
  scratchShrink(at);
  return textOf(start, <u32>(at - start));
}

function writeKeyText(at: usize, kind: u8, text: Text): usize {
  if (kind == KEY_TEXT) return writeJsonText(at, text);
  store<u8>(at, 0x22);
  at = writeBase64(at + 1, text);
  store<u8>(at, 0x22);
  return at + 1;
}

function writeKeyNumber(at: usize, kind: u8, scale: u8, value: usize): usize {
  const number = load<i64>(value);
  switch (kind) {
    case KEY_BOOLEAN:
      return writeBooleanJson(at, <i32>number);
    case KEY_INTEGER:
      return writeInteger(at, <i32>number);
    case KEY_BIGINT:
      return writeBigint(at, number);
    case KEY_DECIMAL:
      return writeDecimal(at, number, scale);
    case KEY_REAL:
      return writeReal(at, load<f32>(value));
    case KEY_DOUBLE:
      return writeDouble(at, load<f64>(value));
  }
  store<u8>(at++, 0x22);
  if (kind == KEY_DATE) at = writeDate(at, <i32>number);
  else if (kind == KEY_TIME) at = writeTime(at, <i32>number);
  else at = writeTimestamp(at, number);
  store<u8>(at, 0x22);
  return at + 1;
}
