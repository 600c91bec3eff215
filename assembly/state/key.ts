// Keys of several columns are written into one buffer: per column a null byte, then the value (numbers 8 bytes, texts a u32 length and
// their bytes). A key that is one text is the text itself; its NULL is the byte 0xFF, which no UTF-8 text holds.
import { Text, textOf, textPointer, textLength } from "../text";
import { reservePages } from "./pages";

const KEY_BYTES_FIRST: usize = 1 << 12;
const nullKeyBytes: usize = memory.data<u8>([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

let buffer: usize = 0;
let capacity: usize = 0;
let next: usize = 0;

/** The key of a single NULL text. */
// @ts-ignore: decorator
@inline
export function nullTextKey(): Text {
  return textOf(nullKeyBytes, 1);
}

/** True when the bytes are `nullTextKey`'s. */
// @ts-ignore: decorator
@inline
export function isNullTextKey(pointer: usize, length: u32): bool {
  return length == 1 && load<u8>(pointer) == 0xff;
}

export function beginKey(): void {
  if (capacity == 0) growKey(KEY_BYTES_FIRST);
  next = buffer;
}

function growKey(bytes: usize): void {
  const grown = reservePages(bytes);
  if (capacity > 0) memory.copy(grown, buffer, next - buffer);
  next = grown + (next - buffer);
  buffer = grown;
  capacity = bytes;
}

// @ts-ignore: decorator
@inline
function keySpace(bytes: usize): usize {
  if (next + bytes + 16 > buffer + capacity) growKey((capacity + bytes) * 2);
  const at = next;
  next += bytes;
  return at;
}

export function addKeyNumber(value: i64, isNull: bool): void {
  const at = keySpace(9);
  store<u8>(at, u8(isNull));
  store<i64>(at + 1, isNull ? 0 : value);
}

export function addKeyText(value: Text, isNull: bool): void {
  const length = isNull ? 0 : textLength(value);
  const at = keySpace(5 + length);
  store<u8>(at, u8(isNull));
  store<u32>(at + 1, length);
  memory.copy(at + 5, textPointer(value), length);
}

/** The key that was written. */
export function finishKey(): Text {
  store<u64>(next, 0);
  store<u64>(next + 8, 0);
  return textOf(buffer, <u32>(next - buffer));
}
