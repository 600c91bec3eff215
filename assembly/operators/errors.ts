// Rows of error_stream (KDA-SQL 6.8): what failed, where, with which value and data.
//
// The frame of error_stream has slots of 8 bytes in the order of its columns, then a null byte for each.
import { Text, textOf, textPointer, textLength } from "../text";
import { writeHex } from "../formats/encode";
import { scratchAllocate, scratchShrink } from "../state/scratch";
import { rowClock } from "./context";

const DATA_ROW_BYTES_MAX: u32 = 49152;
const MESSAGE_BYTES_MAX: u32 = 4096;
const DETAIL_BYTES_MAX: u32 = 200;

/** Fills the frame. `place` is the text behind the message: pump, line and column. `rowtime` i64.MIN_VALUE is NULL. */
export function fillError(
  frame: usize, level: Text, name: Text, message: Text, place: Text, detail: Text, rowtime: i64, data: usize, dataLength: u32, pump: Text,
): void {
  store<i64>(frame, rowClock, 0);
  store<u64>(frame, level, 8);
  store<u64>(frame, name, 16);
  store<u64>(frame, composeMessage(message, place, detail), 24);
  store<i64>(frame, rowtime, 32);
  store<u64>(frame, hexOf(data, dataLength), 40);
  store<u64>(frame, pump, 48);
  memory.fill(frame + 56, 0, 8);
  store<u8>(frame, u8(rowtime == i64.MIN_VALUE), 60);
  store<u8>(frame, u8(data == 0), 61);
  store<u8>(frame, u8(textLength(pump) == 0), 62);
}

function composeMessage(message: Text, place: Text, detail: Text): Text {
  const start = scratchAllocate(MESSAGE_BYTES_MAX + 64);
  let at = copyText(start, message, MESSAGE_BYTES_MAX);
  if (textLength(detail) > 0) {
    store<u16>(at, 0x203a);
    store<u8>(at + 2, 0x27);
    at = copyText(at + 3, detail, DETAIL_BYTES_MAX);
    store<u8>(at++, 0x27);
  }
  at = copyText(at, place, MESSAGE_BYTES_MAX - <u32>(at - start));
  scratchShrink(at);
  return textOf(start, <u32>(at - start));
}

// Copies at most `limit` bytes, ending between two code points.
function copyText(at: usize, text: Text, limit: u32): usize {
  let length = textLength(text);
  if (length > limit) {
    length = limit;
    while (length > 0 && (load<u8>(textPointer(text) + length) & 0xc0) == 0x80) length--;
  }
  memory.copy(at, textPointer(text), length);
  return at + length;
}

function hexOf(data: usize, length: u32): Text {
  const taken = min<u32>(length, DATA_ROW_BYTES_MAX >> 1);
  const start = scratchAllocate(taken << 1);
  writeHex(start, data, taken);
  return textOf(start, taken << 1);
}
