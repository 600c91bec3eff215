// Values → text of output records. Each function writes at `at` and returns the address behind; the caller has made room.
import { Text, textPointer, textLength } from "../text";
import { scanPlain } from "./json";

const HEX: usize = memory.data<u8>([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102]);

/** Digits of an unsigned number. */
export function writeUnsigned(at: usize, value: u64): usize {
  let end = at + <usize>countDigits(value);
  const behind = end;
  while (value >= 100) {
    const pair = <u32>(value % 100);
    value /= 100;
    end -= 2;
    store<u16>(end, <u16>(0x3030 | ((pair % 10) << 8) | (pair / 10)));
  }
  if (value >= 10) store<u16>(end - 2, <u16>(0x3030 | ((<u32>value % 10) << 8) | (<u32>value / 10)));
  else store<u8>(end - 1, <u8>(48 + value));
  return behind;
}

/** Decimal digits of a number, 1 for zero. */
export function countDigits(value: u64): u32 {
  let count: u32 = 1;
  while (value >= 10000) {
    value /= 10000;
    count += 4;
  }
  return count + u32(value >= 10) + u32(value >= 100) + u32(value >= 1000);
}

export function writeBigint(at: usize, value: i64): usize {
  if (value < 0) store<u8>(at++, 0x2d);
  return writeUnsigned(at, value < 0 ? <u64>0 - <u64>value : <u64>value);
}

export function writeInteger(at: usize, value: i32): usize {
  return writeBigint(at, <i64>value);
}

/** An unscaled DECIMAL with all digits of its scale. */
export function writeDecimal(at: usize, value: i64, scale: i32): usize {
  if (scale <= 0) return writeBigint(at, value);
  let magnitude = value < 0 ? <u64>0 - <u64>value : <u64>value;
  if (value < 0) store<u8>(at++, 0x2d);
  let power: u64 = 1;
  for (let index = 0; index < scale; index++) power *= 10;
  at = writeUnsigned(at, magnitude / power);
  store<u8>(at++, 0x2e);
  magnitude %= power;
  for (let index = scale - 1; index >= 0; index--) {
    store<u8>(at + <usize>index, <u8>(48 + magnitude % 10));
    magnitude /= 10;
  }
  return at + <usize>scale;
}

export function writeBooleanJson(at: usize, value: i32): usize {
  if (value != 0) {
    store<u32>(at, 0x65757274);
    return at + 4;
  }
  store<u32>(at, 0x736c6166);
  store<u8>(at, 0x65, 4);
  return at + 5;
}

/** A JSON string with its quotes; at most 6 bytes for each of the text's. */
export function writeJsonText(at: usize, text: Text): usize {
  let from = textPointer(text);
  const end = from + <usize>textLength(text);
  store<u8>(at++, 0x22);
  while (from < end) {
    const stop = min<usize>(scanPlain(from), end);
    memory.copy(at, from, stop - from);
    at += stop - from;
    from = stop;
    if (from >= end) break;
    at = writeEscaped(at, load<u8>(from++));
  }
  store<u8>(at, 0x22);
  return at + 1;
}

function writeEscaped(at: usize, c: u8): usize {
  if (c >= 0x80) {
    store<u8>(at, c);
    return at + 1;
  }
  store<u8>(at, 0x5c);
  let short: u8 = 0;
  if (c == 0x22 || c == 0x5c) short = c;
  else if (c == 8) short = 0x62;
  else if (c == 9) short = 0x74;
  else if (c == 10) short = 0x6e;
  else if (c == 12) short = 0x66;
  else if (c == 13) short = 0x72;
  if (short != 0) {
    store<u8>(at, short, 1);
    return at + 2;
  }
  store<u8>(at, 0x75, 1);
  store<u16>(at, 0x3030, 2);
  store<u8>(at, load<u8>(HEX + (c >> 4)), 4);
  store<u8>(at, load<u8>(HEX + (c & 15)), 5);
  return at + 6;
}

/** A CSV field (RFC 4180): quoted when it is empty or holds the delimiter, a quote or a line break. */
export function writeCsvText(at: usize, text: Text, delimiter: u8): usize {
  const from = textPointer(text);
  const length = textLength(text);
  let quoted = length == 0;
  for (let index: u32 = 0; index < length && !quoted; index++) {
    const c = load<u8>(from + index);
    quoted = c == delimiter || c == 0x22 || c == 0x0a || c == 0x0d;
  }
  if (!quoted) {
    memory.copy(at, from, length);
    return at + length;
  }
  store<u8>(at++, 0x22);
  for (let index: u32 = 0; index < length; index++) {
    const c = load<u8>(from + index);
    store<u8>(at++, c);
    if (c == 0x22) store<u8>(at++, 0x22);
  }
  store<u8>(at, 0x22);
  return at + 1;
}

function base64Character(value: u32): u8 {
  return <u8>(value < 26 ? 65 + value : value < 52 ? 71 + value : value < 62 ? value - 4 : value == 62 ? 43 : 47);
}

/** Base64 with padding (RFC 4648). */
export function writeBase64(at: usize, text: Text): usize {
  const from = textPointer(text);
  const length = textLength(text);
  for (let index: u32 = 0; index < length; index += 3) {
    const left = length - index;
    const bits = (<u32>load<u8>(from + index) << 16) | (left > 1 ? <u32>load<u8>(from + index + 1) << 8 : 0) | (left > 2 ? <u32>load<u8>(from + index + 2) : 0);
    store<u8>(at, base64Character(bits >> 18));
    store<u8>(at, base64Character((bits >> 12) & 63), 1);
    store<u8>(at, left > 1 ? base64Character((bits >> 6) & 63) : 61, 2);
    store<u8>(at, left > 2 ? base64Character(bits & 63) : 61, 3);
    at += 4;
  }
  return at;
}
