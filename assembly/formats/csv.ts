// CSV (RFC 4180) with any delimiter: one field at a time. A quoted field may hold delimiters, doubled quotes and line breaks.
import { setToken, TOKEN_NULL, TOKEN_STRING } from "./json";
import { scratchAllocate, scratchShrink } from "../state/scratch";
import { lastBatch } from "./batch";

/** How the field that was read last ended. */
export let fieldEnd: i32 = 0;
export const FIELD_DELIMITER: i32 = 0;
export const FIELD_RECORD: i32 = 1;
/** The batch ended inside the record: it is not whole. */
export const FIELD_CUT: i32 = 2;
/** A quoted field went on behind its closing quote. */
export const FIELD_BROKEN: i32 = 3;

// @ts-ignore: decorator
@inline
function delimiterAt(at: usize, delimiter: usize, length: usize): bool {
  if (load<u8>(at) != load<u8>(delimiter)) return false;
  for (let index: usize = 1; index < length; index++) if (load<u8>(at + index) != load<u8>(delimiter + index)) return false;
  return true;
}

/** Reads the field at `at` as a token (empty: NULL); returns the address behind it and what ended it. */
export function readField(at: usize, end: usize, delimiter: usize, length: usize): usize {
  if (at < end && load<u8>(at) == 0x22) return readQuoted(at, end, delimiter, length);
  const start = at;
  for (; at < end; at++) {
    const c = load<u8>(at);
    if (c == 0x0a) return finishField(start, at, at + 1, FIELD_RECORD);
    if (c == load<u8>(delimiter) && delimiterAt(at, delimiter, length)) return finishField(start, at, at + length, FIELD_DELIMITER);
  }
  return finishField(start, end, end, lastBatch ? FIELD_RECORD : FIELD_CUT);
}

function finishField(start: usize, stop: usize, next: usize, how: i32): usize {
  // A carriage return before the line feed belongs to the line break.
  if (how == FIELD_RECORD && stop > start && load<u8>(stop - 1) == 0x0d) stop--;
  setToken(stop == start ? TOKEN_NULL : TOKEN_STRING, start, stop);
  fieldEnd = how;
  return next;
}

function readQuoted(at: usize, end: usize, delimiter: usize, length: usize): usize {
  const start = at + 1;
  let doubled: u32 = 0;
  at = start;
  for (; at < end; at++) {
    if (load<u8>(at) != 0x22) continue;
    if (at + 1 < end && load<u8>(at, 1) == 0x22) {
      doubled++;
      at++;
      continue;
    }
    break;
  }
  if (at >= end) {
    fieldEnd = lastBatch ? FIELD_BROKEN : FIELD_CUT;
    return end;
  }
  let to = at;
  let from = start;
  if (doubled > 0) {
    from = scratchAllocate(<u32>(at - start) + 8);
    to = from;
    for (let read = start; read < at; read++) {
      const c = load<u8>(read);
      store<u8>(to++, c);
      if (c == 0x22) read++;
    }
    store<u8>(to, 0);
    scratchShrink(to + 1);
  }
  setToken(TOKEN_STRING, from, to);
  at++;
  if (at < end && load<u8>(at) == 0x0d) at++;
  if (at >= end) {
    fieldEnd = lastBatch ? FIELD_RECORD : FIELD_CUT;
    return end;
  }
  if (load<u8>(at) == 0x0a) {
    fieldEnd = FIELD_RECORD;
    return at + 1;
  }
  if (delimiterAt(at, delimiter, length)) {
    fieldEnd = FIELD_DELIMITER;
    return at + length;
  }
  fieldEnd = FIELD_BROKEN;
  return at;
}

/** Behind the record that `at` is in, for one that is given up. */
export function skipRecord(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) != 0x0a) at++;
  return at < end ? at + 1 : end;
}
