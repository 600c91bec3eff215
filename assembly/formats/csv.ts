// CSV (RFC 4180) with any delimiter: one field at a time. A quoted field may hold delimiters, doubled quotes and line breaks.
//
//   from                                            stop          end
//   | field , "quoted ""field""" , field \r \n | … |             |       a record is read up to `stop`: the end of the batch, or the
//                                                                       first byte that would make the record too long
import { RECORD_BYTES_MAX } from "../../contract/abi";
import { setToken, TOKEN_NULL, TOKEN_STRING } from "./json";
import { scratchAllocate, scratchShrink } from "../state/scratch";
import { lastBatch } from "./batch";
import { isAsciiText } from "./utf8";

/** How the field that was read last ended. */
export let fieldEnd: i32 = 0;
export const FIELD_DELIMITER: i32 = 0;
export const FIELD_RECORD: i32 = 1;
/** What may be read ended inside the record: it is not whole, or too long. */
export const FIELD_CUT: i32 = 2;
/** A quoted field went on behind its closing quote. */
export const FIELD_BROKEN: i32 = 3;
/** A quoted field had no closing quote. */
export const FIELD_OPEN: i32 = 4;

/** The record that is being read may be longer than the limit: its end is not the end of the batch. */
export let isBounded: bool = false;

/** All of the record that was read is ASCII. Numbers and datetimes in their usual form are. */
export let isAscii: bool = true;

/** Where the reading of the record at `from` must stop. */
export function startRecord(from: usize, end: usize): usize {
  isAscii = true;
  isBounded = end - from > <usize>RECORD_BYTES_MAX + 1;
  return isBounded ? from + RECORD_BYTES_MAX + 1 : end;
}

// @ts-ignore: decorator
@inline
function isWhole(): bool {
  return lastBatch && !isBounded;
}

// @ts-ignore: decorator
@inline
function delimiterAt(at: usize, delimiter: usize, length: usize): bool {
  if (load<u8>(at) != load<u8>(delimiter)) return false;
  for (let index: usize = 1; index < length; index++) if (load<u8>(at + index) != load<u8>(delimiter + index)) return false;
  return true;
}

/** The first line feed or byte `c` from `at` on, at most `stop`. */
// @ts-ignore: decorator
@inline
function scanField(at: usize, stop: usize, c: u8): usize {
  if (ASC_FEATURE_SIMD) {
    const feeds = i8x16.splat(0x0a);
    const others = i8x16.splat(c);
    for (; at < stop; at += 16) {
      const bytes = v128.load(at);
      const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, feeds), i8x16.eq(bytes, others)));
      if (found != 0) return min(at + <usize>ctz(found), stop);
    }
    return stop;
  }
  const others = <u64>c * 0x0101010101010101;
  for (; at < stop; at += 8) {
    // Bytes that are zero after XOR with the sought one (Hacker's Delight 6–1); the lowest hit is never a false one.
    const feed = load<u64>(at) ^ 0x0a0a0a0a0a0a0a0a;
    const other = load<u64>(at) ^ others;
    const found = (((feed - 0x0101010101010101) & ~feed) | ((other - 0x0101010101010101) & ~other)) & 0x8080808080808080;
    if (found != 0) return min(at + <usize>(ctz(found) >> 3), stop);
  }
  return stop;
}

// A batch is padded: short fields are looked at whole.
// @ts-ignore: decorator
@inline
function isAsciiField(at: usize, end: usize): bool {
  if (ASC_FEATURE_SIMD && end - at <= 16) return (i8x16.bitmask(v128.load(at)) & ((1 << <i32>(end - at)) - 1)) == 0;
  return isAsciiText(at, end);
}

/** Reads the field at `at` as a token (empty: NULL); returns the address behind it and what ended it. */
export function readField(at: usize, stop: usize, delimiter: usize, length: usize): usize {
  const next = readAnyField(at, stop, delimiter, length);
  if (!isAsciiField(at, next)) isAscii = false;
  return next;
}

function readAnyField(at: usize, stop: usize, delimiter: usize, length: usize): usize {
  if (at < stop && load<u8>(at) == 0x22) return readQuoted(at, stop, delimiter, length);
  const start = at;
  const first = load<u8>(delimiter);
  for (; (at = scanField(at, stop, first)) < stop; at++) {
    if (load<u8>(at) == 0x0a) return finishField(start, at, at + 1, FIELD_RECORD);
    if (length == 1 || delimiterAt(at, delimiter, length)) return finishField(start, at, at + length, FIELD_DELIMITER);
  }
  return finishField(start, stop, stop, isWhole() ? FIELD_RECORD : FIELD_CUT);
}

/** The end of a text without quotes that a delimiter of one byte or a line feed follows; 0 for any other field. */
export function plainFieldEnd(at: usize, stop: usize, delimiter: u8): usize {
  const end = scanField(at, stop, delimiter);
  if (!isAsciiField(at, end)) isAscii = false;
  if (end >= stop || end == at || load<u8>(at) == 0x22) return 0;
  return load<u8>(end) == 0x0a && load<u8>(end - 1) == 0x0d ? 0 : end;
}

/** The record's last field was read without `readField`. */
// @ts-ignore: decorator
@inline
export function endFields(): void {
  fieldEnd = FIELD_RECORD;
}

/** The record went on behind where its reading must stop. */
export function cutFields(): void {
  fieldEnd = FIELD_CUT;
}

// @ts-ignore: decorator
@inline
function finishField(start: usize, stop: usize, next: usize, how: i32): usize {
  // A carriage return before the line feed belongs to the line break.
  if (how == FIELD_RECORD && stop > start && load<u8>(stop - 1) == 0x0d) stop--;
  setToken(stop == start ? TOKEN_NULL : TOKEN_STRING, start, stop);
  fieldEnd = how;
  return next;
}

function readQuoted(at: usize, stop: usize, delimiter: usize, length: usize): usize {
  const start = ++at;
  let doubled: u32 = 0;
  for (; at < stop; at++) {
    if (load<u8>(at) != 0x22) continue;
    if (at + 1 < stop && load<u8>(at, 1) == 0x22) {
      doubled++;
      at++;
      continue;
    }
    break;
  }
  if (at >= stop) {
    fieldEnd = isWhole() ? FIELD_OPEN : FIELD_CUT;
    return stop;
  }
  if (doubled > 0) unquote(start, at);
  else setToken(TOKEN_STRING, start, at);
  return afterQuote(at + 1, stop, delimiter, length);
}

// The text between quotes as a token, doubled quotes made single in scratch, followed by a byte 0.
function unquote(start: usize, end: usize): void {
  const from = scratchAllocate(<u32>(end - start) + 8);
  let to = from;
  for (let read = start; read < end; read++) {
    const c = load<u8>(read);
    store<u8>(to++, c);
    if (c == 0x22) read++;
  }
  store<u8>(to, 0);
  scratchShrink(to + 1);
  setToken(TOKEN_STRING, from, to);
}

// Behind the closing quote: a delimiter, a line break or the end.
function afterQuote(at: usize, stop: usize, delimiter: usize, length: usize): usize {
  let next = at;
  if (next < stop && load<u8>(next) == 0x0d) next++;
  if (next < stop && load<u8>(next) == 0x0a) {
    fieldEnd = FIELD_RECORD;
    return next + 1;
  }
  if (at + length <= stop && delimiterAt(at, delimiter, length)) {
    fieldEnd = FIELD_DELIMITER;
    return at + length;
  }
  if (next < stop && (at + length <= stop || isWhole())) fieldEnd = FIELD_BROKEN;
  else fieldEnd = isWhole() ? FIELD_RECORD : FIELD_CUT;
  return next < stop ? at : stop;
}
