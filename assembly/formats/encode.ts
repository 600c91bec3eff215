// Output encoders: each writes a value's text at `at` and returns its end. The caller guarantees the room that the `bound`
// functions name; writers may touch 16 bytes behind what they return.
import { Text, textLength, textPointer } from "../text";
import { magnitude, powerOfTen } from "../functions/wide";
import { writeDigits, writeUnsigned } from "./digits";

const HEX: usize = memory.data<u8>([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102]);

/** An INTEGER, SMALLINT or TINYINT. */
// @ts-ignore: decorator
@inline
export function writeInteger(at: usize, value: i32): usize {
  return writeBigint(at, value);
}

/** A BIGINT. */
export function writeBigint(at: usize, value: i64): usize {
  if (value < 0) store<u8>(at++, 0x2d);
  return writeUnsigned(at, magnitude(value));
}

/** A DECIMAL with all digits of its scale: -0.05, 12.00. */
export function writeDecimal(at: usize, value: i64, scale: i32): usize {
  if (scale == 0) return writeBigint(at, value);
  if (value < 0) store<u8>(at++, 0x2d);
  const size = magnitude(value);
  const power = powerOfTen(scale);
  const whole = size / power;
  at = writeUnsigned(at, whole);
  store<u8>(at, 0x2e);
  return writeDigits(at + 1, size - whole * power, scale);
}

/** A BOOLEAN: true or false. */
export function writeBooleanJson(at: usize, value: i32): usize {
  if (value != 0) {
    store<u32>(at, 0x65757274);
    return at + 4;
  }
  store<u32>(at, 0x736c6166);
  store<u8>(at, 0x65, 4);
  return at + 5;
}

// Bit i of the result tells that byte i of the 16 at `source` must be escaped in JSON; the bytes are copied to `at`.
// @ts-ignore: decorator
@inline
function copyJsonBlock(at: usize, source: usize): i32 {
  const block = v128.load(source);
  v128.store(at, block);
  const control = i8x16.lt_u(block, i8x16.splat(0x20));
  const quote = i8x16.eq(block, i8x16.splat(0x22));
  const backslash = i8x16.eq(block, i8x16.splat(0x5c));
  return i8x16.bitmask(v128.or(control, v128.or(quote, backslash)));
}

// The same for 8 bytes without SIMD: the high bit of each byte that must be escaped (exact up to the first one).
// @ts-ignore: decorator
@inline
function copyJsonWord(at: usize, source: usize): u64 {
  const word = load<u64>(source);
  store<u64>(at, word);
  const quote = word ^ 0x2222222222222222;
  const backslash = word ^ 0x5c5c5c5c5c5c5c5c;
  const low = (word - 0x2020202020202020) & ~word;
  const found = low | ((quote - 0x0101010101010101) & ~quote) | ((backslash - 0x0101010101010101) & ~backslash);
  return found & 0x8080808080808080;
}

/** A text as a JSON string, with its quotes. */
export function writeJsonText(at: usize, text: Text): usize {
  let source = textPointer(text);
  const end = source + textLength(text);
  store<u8>(at++, 0x22);
  while (source < end) {
    const left = end - source;
    if (ASC_FEATURE_SIMD && left >= 16) {
      const mask = copyJsonBlock(at, source);
      const clean: usize = mask == 0 ? 16 : <usize>ctz(mask);
      at += clean;
      source += clean;
      if (mask == 0) continue;
    } else if (left >= 8) {
      const found = copyJsonWord(at, source);
      const clean: usize = found == 0 ? 8 : <usize>(ctz(found) >> 3);
      at += clean;
      source += clean;
      if (found == 0) continue;
    } else {
      const byte = load<u8>(source);
      if (byte >= 0x20 && byte != 0x22 && byte != 0x5c) {
        store<u8>(at++, byte);
        source++;
        continue;
      }
    }
    at = writeEscape(at, load<u8>(source++));
  }
  store<u8>(at, 0x22);
  return at + 1;
}

function writeEscape(at: usize, byte: u8): usize {
  let letter: u32 = 0;
  switch (byte) {
    case 0x22:
    case 0x5c:
      letter = byte;
      break;
    case 0x08:
      letter = 0x62;
      break;
    case 0x09:
      letter = 0x74;
      break;
    case 0x0a:
      letter = 0x6e;
      break;
    case 0x0c:
      letter = 0x66;
      break;
    case 0x0d:
      letter = 0x72;
      break;
  }
  if (letter != 0) {
    store<u16>(at, <u16>(0x5c | (letter << 8)));
    return at + 2;
  }
  store<u32>(at, 0x3030755c);
  return writeHexByte(at + 4, byte);
}

// @ts-ignore: decorator
@inline
function writeHexByte(at: usize, byte: u8): usize {
  store<u8>(at, load<u8>(HEX + (byte >> 4)));
  store<u8>(at, load<u8>(HEX + (byte & 15)), 1);
  return at + 2;
}

/** A text as a CSV field (RFC 4180): quoted where it holds the delimiter, a quote or a line end, or is empty (an empty field is NULL). */
export function writeCsvText(at: usize, text: Text, delimiter: u8): usize {
  const source = textPointer(text);
  const length = textLength(text);
  let quotes = length == 0;
  for (let index: u32 = 0; index < length && !quotes; index++) {
    const byte = load<u8>(source + index);
    quotes = byte == delimiter || byte == 0x22 || byte == 0x0a || byte == 0x0d;
  }
  if (!quotes) {
    memory.copy(at, source, length);
    return at + length;
  }
  store<u8>(at++, 0x22);
  for (let index: u32 = 0; index < length; index++) {
    const byte = load<u8>(source + index);
    store<u8>(at++, byte);
    if (byte == 0x22) store<u8>(at++, 0x22);
  }
  store<u8>(at, 0x22);
  return at + 1;
}

// The base64 letter of six bits (RFC 4648).
// @ts-ignore: decorator
@inline
function base64Letter(bits: u32): u8 {
  bits &= 63;
  return <u8>(bits < 26 ? bits + 65 : bits < 52 ? bits + 71 : bits < 62 ? bits - 4 : bits == 62 ? 43 : 47);
}

/** Bytes in base64 with padding. */
export function writeBase64(at: usize, text: Text): usize {
  let source = textPointer(text);
  let left = textLength(text);
  while (left > 0) {
    const second = left > 1 ? <u32>load<u8>(source, 1) : 0;
    const third = left > 2 ? <u32>load<u8>(source, 2) : 0;
    const bits = (<u32>load<u8>(source) << 16) | (second << 8) | third;
    store<u8>(at, base64Letter(bits >> 18));
    store<u8>(at, base64Letter(bits >> 12), 1);
    store<u8>(at, left > 1 ? base64Letter(bits >> 6) : 0x3d, 2);
    store<u8>(at, left > 2 ? base64Letter(bits) : 0x3d, 3);
    at += 4;
    source += 3;
    left -= min<u32>(left, 3);
  }
  return at;
}

/** Bytes as lower-case hexadecimal digits. */
export function writeHex(at: usize, pointer: usize, length: u32): usize {
  for (let index: u32 = 0; index < length; index++) at = writeHexByte(at, load<u8>(pointer + index));
  return at;
}
