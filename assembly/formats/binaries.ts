// Bytes written as text: base64 (RFC 4648), or the literal of SQL.
import { scratchAllocate } from "../state/scratch";
import { EMPTY_TEXT, Text, textOf } from "../text";

/** Set by `parseBinary`: the text stands for bytes. */
export let binaryIsValid: bool = false;

/** The bytes of a text in base64, padding optional, or like `X'3F67'`; a quote is no digit of base64. They lie in scratch. */
export function parseBinary(from: usize, to: usize): Text {
  const isLiteral = to - from >= 3 && (load<u8>(from) | 0x20) == 0x78 && load<u8>(from, 1) == 0x27;
  return isLiteral ? hexadecimal(from + 2, to - 1) : base64(from, to);
}

// Pairs of digits up to a quote.
function hexadecimal(from: usize, end: usize): Text {
  const start = scratchAllocate(<u32>(end - from) >> 1);
  let to = start;
  let at = from;
  for (; at + 1 < end; at += 2) {
    const high = hexadecimalDigit(load<u8>(at));
    const low = hexadecimalDigit(load<u8>(at, 1));
    if ((high | low) < 0) break;
    store<u8>(to++, <u8>((high << 4) | low));
  }
  binaryIsValid = at == end && load<u8>(end) == 0x27;
  return textOf(start, <u32>(to - start));
}

function hexadecimalDigit(c: u8): i32 {
  if (c >= 48 && c <= 57) return <i32>c - 48;
  const letter = <i32>(c | 0x20) - 97;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

function base64(from: usize, end: usize): Text {
  const whole = end;
  while (end > from && load<u8>(end - 1) == 0x3d) end--;
  // Four characters make three bytes; one alone makes none.
  binaryIsValid = ((end - from) & 3) != 1 && whole - end <= 2;
  if (!binaryIsValid) return EMPTY_TEXT;
  const start = scratchAllocate(<u32>(end - from));
  let to = start;
  let bits: u32 = 0;
  let count = 0;
  for (let at = from; at < end; at++) {
    const digit = base64Digit(load<u8>(at));
    if (digit < 0) {
      binaryIsValid = false;
      return EMPTY_TEXT;
    }
    bits = (bits << 6) | <u32>digit;
    count += 6;
    if (count >= 8) {
      count -= 8;
      store<u8>(to++, <u8>(bits >> count));
    }
  }
  return textOf(start, <u32>(to - start));
}

function base64Digit(c: u8): i32 {
  if (c >= 65 && c <= 90) return c - 65;
  if (c >= 97 && c <= 122) return c - 71;
  if (c >= 48 && c <= 57) return <i32>c + 4;
  return c == 0x2b || c == 0x2d ? 62 : c == 0x2f || c == 0x5f ? 63 : -1;
}
