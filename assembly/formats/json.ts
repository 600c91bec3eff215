// JSON (RFC 8259): scanning and checking. A byte 0 stands behind every batch or record (the sentinel), so that nothing here needs
// to look at an end: 0 is valid nowhere in JSON.
//
// Functions take the address of a value's first byte and return the address behind it, or 0 when it is not valid.
import { isByte, mapOf } from "./maps";
import { JSON_DEPTH_MAX, RECORD_BYTES_MAX } from "../../contract/abi";
import { Text, textOf } from "../text";
import { scratchAllocate, scratchShrink } from "../state/scratch";
import { lastBatch, recordMode } from "./batch";
import { isValidUtf8, writeCodePoint } from "./utf8";

// Kinds of a token.
export const TOKEN_NULL: i32 = 0;
export const TOKEN_TRUE: i32 = 1;
export const TOKEN_FALSE: i32 = 2;
export const TOKEN_NUMBER: i32 = 3;
export const TOKEN_STRING: i32 = 4;
export const TOKEN_COMPOSITE: i32 = 5;

/** The value that was read last: kind, and its text [start, end): of a string without quotes and escapes, of others as written. */
export let tokenKind: i32 = 0;
export let tokenStart: usize = 0;
export let tokenEnd: usize = 0;
/** The string that was scanned last holds escapes. */
export let hasEscapes: bool = false;
/** Nesting was deeper than the limit. */
export let tooDeep: bool = false;
/** A string held bytes that are not UTF-8. */
export let badUtf8: bool = false;

/** Where a value was found not to be valid: at the byte, or where the literal, escape or string that it is in begins. */
export let stoppedAt: usize = 0;

function invalidAt(at: usize): usize {
  stoppedAt = at;
  return 0;
}

/** Forgets what was wrong with the record before. */
export function clearJsonFaults(): void {
  tooDeep = false;
  badUtf8 = false;
}

/** Sets the token, for formats whose values are all text. */
export function setToken(kind: i32, start: usize, end: usize): void {
  tokenKind = kind;
  tokenStart = start;
  tokenEnd = end;
}

/** Skips white space. Where lines are records, a line feed is none of it. */
// @ts-ignore: decorator
@inline
export function skipBlank(at: usize): usize {
  return load<u8>(at) > 0x20 ? at : skipBlanks(at);
}

function skipBlanks(at: usize): usize {
  let c = load<u8>(at);
  while (c == 0x20 || c == 0x0d || c == 0x09 || (c == 0x0a && recordMode)) c = load<u8>(++at);
  return at;
}

/** The first byte from `at` on that ends or interrupts a plain ASCII string: quote, backslash, control or non-ASCII. */
// @ts-ignore: decorator
@inline
export function scanPlain(at: usize): usize {
  if (ASC_FEATURE_SIMD) {
    const stops = i8x16.bitmask(interrupts(v128.load(at)));
    return stops != 0 ? at + <usize>ctz(stops) : scanPlainOn(at + 16);
  }
  return scanPlainOn(at);
}

function scanPlainOn(at: usize): usize {
  if (ASC_FEATURE_SIMD) {
    for (;;) {
      const bytes = v128.load(at);
      const stops = i8x16.bitmask(interrupts(bytes));
      if (stops != 0) return at + <usize>ctz(stops);
      at += 16;
    }
  }
  for (;;) {
    const word = load<u64>(at);
    const found = stopsOf(word) | (word & 0x8080808080808080);
    if (found != 0) return at + <usize>(ctz(found) >> 3);
    at += 8;
  }
  return 0;
}

// The top bit of each byte that is a quote, a backslash or a control, exact up to the first one: those that are zero after XOR with the
// sought one, or below 0x20 (Hacker's Delight 6–1).
// @ts-ignore: decorator
@inline
function stopsOf(word: u64): u64 {
  const quote = word ^ 0x2222222222222222;
  const slash = word ^ 0x5c5c5c5c5c5c5c5c;
  const found = ((quote - 0x0101010101010101) & ~quote) | ((slash - 0x0101010101010101) & ~slash) | ((word - 0x2020202020202020) & ~word);
  return found & 0x8080808080808080;
}

/** The same for strings that are long: 64 bytes are looked at together. */
export function scanLongPlain(at: usize): usize {
  if (ASC_FEATURE_SIMD) {
    for (;;) {
      const one = interrupts(v128.load(at));
      const two = interrupts(v128.load(at, 16));
      const three = interrupts(v128.load(at, 32));
      const four = interrupts(v128.load(at, 48));
      const stops = mapOf(one, two, three, four);
      if (stops != 0) return at + <usize>ctz(stops);
      at += 64;
    }
  }
  return scanPlain(at);
}

// Of ASCII, quote and controls are what is below 0x21 after XOR with 2, which makes the quote 0x20 and puts no other byte there or among the
// controls; what is not ASCII is below as a signed byte. Constants lie in memory: V8 makes each of three instructions wherever it is used.
const stopBytes: usize = memory.data<u64>([0x0202020202020202, 0x0202020202020202, 0x2121212121212121, 0x2121212121212121, 0x5c5c5c5c5c5c5c5c, 0x5c5c5c5c5c5c5c5c]);

// @ts-ignore: decorator
@inline
function interrupts(bytes: v128): v128 {
  return v128.or(i8x16.lt_s(v128.xor(bytes, v128.load(stopBytes)), v128.load(stopBytes, 16)), i8x16.eq(bytes, v128.load(stopBytes, 32)));
}

/** From behind the opening quote to the closing one; 0 when the string is not valid. Sets hasEscapes. */
export function scanString(at: usize): usize {
  const start = at;
  hasEscapes = false;
  notAscii = 0;
  for (;;) {
    at = scanInterrupt(at);
    const c = load<u8>(at);
    if (c == 0x22) {
      if (notAscii == 0 || isValidUtf8(start, at)) return at;
      badUtf8 = true;
      return invalidAt(start);
    }
    if (c != 0x5c) return invalidAt(at);
    hasEscapes = true;
    const kind = load<u8>(at, 1);
    if (kind == 0x75) {
      if (hexAt(at + 2) < 0) return invalidAt(at);
      at += 6;
    } else {
      if (escapedBy(kind) == 0) return invalidAt(at);
      at += 2;
    }
  }
  return 0;
}

// Set by `scanInterrupt` when it passed bytes that are not ASCII.
let notAscii: u64 = 0;

// The first byte from `at` on that ends or interrupts a string: quote, backslash or control.
// @ts-ignore: decorator
@inline
function scanInterrupt(at: usize): usize {
  if (ASC_FEATURE_SIMD) {
    for (;;) {
      const bytes = v128.load(at);
      const stops = <u32>i8x16.bitmask(v128.or(v128.or(isByte(bytes, 0x22), isByte(bytes, 0x5c)), i8x16.lt_u(bytes, i8x16.splat(0x20))));
      const others = <u32>i8x16.bitmask(bytes);
      if (stops != 0) {
        // The bits below the lowest stop.
        notAscii |= <u64>(others & (stops - 1) & ~stops);
        return at + <usize>ctz(stops);
      }
      notAscii |= <u64>others;
      at += 16;
    }
  }
  for (;;) {
    const word = load<u64>(at);
    const found = stopsOf(word);
    if (found != 0) {
      notAscii |= word & 0x8080808080808080 & (found - 1) & ~found;
      return at + <usize>(ctz(found) >> 3);
    }
    notAscii |= word & 0x8080808080808080;
    at += 8;
  }
  return 0;
}

// What stands for itself or another character behind a backslash, from the quote on; 0 for what may not stand there, and for \u.
const ESCAPED_FIRST: u32 = 0x22;
const ESCAPED_COUNT: u32 = 83;
const ESCAPED: usize = memory.data<u8>([
  34, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 92, 0, 0, 0, 0, 0, 8, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 13, 0, 9,
]);

// @ts-ignore: decorator
@inline
function escapedBy(kind: u8): u8 {
  const index = <u32>kind - ESCAPED_FIRST;
  return index < ESCAPED_COUNT ? load<u8>(ESCAPED + <usize>index) : 0;
}

// Value of four hex digits, negative when one is none.
function hexAt(at: usize): i32 {
  return (hexDigit(load<u8>(at)) << 12) | (hexDigit(load<u8>(at, 1)) << 8) | (hexDigit(load<u8>(at, 2)) << 4) | hexDigit(load<u8>(at, 3));
}

// @ts-ignore: decorator
@inline
function hexDigit(c: u32): i32 {
  const digit = c - 48;
  const letter = (c | 0x20) - 97;
  return digit < 10 ? <i32>digit : letter < 6 ? <i32>letter + 10 : -1;
}

/**
 * The text of a checked string with escapes, in scratch, followed by a byte 0. Surrogate pairs make one character; a lone
 * surrogate, which no UTF-8 can hold, becomes U+FFFD (RFC 8259 section 8.2 leaves it open).
 */
export function unescape(at: usize, end: usize): Text {
  const start = scratchAllocate(<u32>(end - at) + 8);
  let to = start;
  for (;;) {
    // What has no escapes is copied 16 or 8 bytes at a time; those too many are written over, or lie in the slack.
    const clean = copyUnescaped(to, at);
    const left = end - at;
    if (clean >= left) {
      to += left;
      break;
    }
    at += clean;
    to += clean;
    if (load<u8>(at) != 0x5c) continue;
    const kind = load<u8>(at, 1);
    if (kind != 0x75) {
      store<u8>(to++, escapedBy(kind));
      at += 2;
      continue;
    }
    let point = hexAt(at + 2);
    at += 6;
    if (point >= 0xd800 && point < 0xdc00 && at + 6 <= end && load<u16>(at) == 0x755c) {
      const low = hexAt(at + 2);
      if (low >= 0xdc00 && low < 0xe000) {
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
      }
    }
    if (point >= 0xd800 && point < 0xe000) point = 0xfffd;
    to = writeCodePoint(to, <u32>point);
  }
  store<u8>(to, 0);
  scratchShrink(to + 1);
  return textOf(start, <u32>(to - start));
}

// Copies bytes up to a backslash, at most 16; how many there are before it. More are written.
// @ts-ignore: decorator
@inline
function copyUnescaped(to: usize, at: usize): usize {
  if (ASC_FEATURE_SIMD) {
    const bytes = v128.load(at);
    v128.store(to, bytes);
    const slashes = i8x16.bitmask(isByte(bytes, 0x5c));
    return slashes == 0 ? 16 : <usize>ctz(slashes);
  }
  const word = load<u64>(at);
  store<u64>(to, word);
  const slash = word ^ 0x5c5c5c5c5c5c5c5c;
  const found = (slash - 0x0101010101010101) & ~slash & 0x8080808080808080;
  return found == 0 ? 8 : <usize>(ctz(found) >> 3);
}

/** Behind a number; 0 when it has not the form of RFC 8259 section 6. */
export function skipNumber(at: usize): usize {
  if (load<u8>(at) == 0x2d) at++;
  if (load<u8>(at) == 0x30) at++;
  else {
    const first = at;
    while (<u32>load<u8>(at) - 48 < 10) at++;
    if (at == first) return invalidAt(at);
  }
  if (load<u8>(at) == 0x2e) {
    const first = ++at;
    while (<u32>load<u8>(at) - 48 < 10) at++;
    if (at == first) return invalidAt(at);
  }
  if ((load<u8>(at) | 0x20) == 0x65) {
    at++;
    const sign = load<u8>(at);
    if (sign == 0x2b || sign == 0x2d) at++;
    const first = at;
    while (<u32>load<u8>(at) - 48 < 10) at++;
    if (at == first) return invalidAt(at);
  }
  return at;
}

// What containers a value that is being skipped lies in: a bit each, 1 for an object. The innermost one is at depth − 1.
const nesting: usize = memory.data(JSON_DEPTH_MAX / 8 + 8, 8);

/** Behind any value, all of it checked. `outside` counts the objects and arrays that it lies in. */
export function skipValue(at: usize, outside: u32 = 1): usize {
  const deepest = <u32>JSON_DEPTH_MAX - outside;
  let depth: u32 = 0;
  for (;;) {
    at = skipBlank(at);
    const c = load<u8>(at);
    if (c == 0x7b || c == 0x5b) {
      if (depth >= deepest) {
        tooDeep = true;
        return invalidAt(at);
      }
      const inside = skipBlank(at + 1);
      if (load<u8>(inside) == c + 2) at = inside + 1;
      else {
        setNesting(depth++, c == 0x7b);
        at = c == 0x7b ? skipKey(inside) : inside;
        if (at == 0) return 0;
        continue;
      }
    } else {
      at = skipScalar(at, c);
      if (at == 0) return 0;
    }
    // A value has ended: go on in its container, or out of it.
    for (;;) {
      if (depth == 0) return at;
      at = skipBlank(at);
      const next = load<u8>(at++);
      const isObject = nestingAt(depth - 1);
      if (next == 0x2c) {
        if (isObject) {
          at = skipKey(skipBlank(at));
          if (at == 0) return 0;
        }
        break;
      }
      if (next != (isObject ? 0x7d : 0x5d)) return invalidAt(at - 1);
      depth--;
    }
  }
  return 0;
}

function setNesting(depth: u32, isObject: bool): void {
  const byte = nesting + (depth >> 3);
  const bit = <u8>1 << <u8>(depth & 7);
  store<u8>(byte, isObject ? load<u8>(byte) | bit : load<u8>(byte) & ~bit);
}

function nestingAt(depth: u32): bool {
  return ((load<u8>(nesting + (depth >> 3)) >> <u8>(depth & 7)) & 1) != 0;
}

function skipKey(at: usize): usize {
  if (load<u8>(at) != 0x22) return invalidAt(at);
  at = scanString(at + 1);
  if (at == 0) return 0;
  at = skipBlank(at + 1);
  return load<u8>(at) == 0x3a ? at + 1 : invalidAt(at);
}

function skipScalar(at: usize, c: u8): usize {
  if (c == 0x22) {
    const end = scanString(at + 1);
    return end == 0 ? 0 : end + 1;
  }
  if (c == 0x74) return load<u32>(at) == 0x65757274 ? at + 4 : invalidAt(at);
  if (c == 0x66) return load<u32>(at, 1) == 0x65736c61 ? at + 5 : invalidAt(at);
  if (c == 0x6e) return load<u32>(at) == 0x6c6c756e ? at + 4 : invalidAt(at);
  return skipNumber(at);
}

/** Reads any value as a token. `outside` counts the objects and arrays that it lies in. */
export function readToken(at: usize, outside: u32 = 1): usize {
  const c = load<u8>(at);
  if (c == 0x22) {
    const plain = scanPlain(at + 1);
    if (load<u8>(plain) == 0x22) {
      tokenKind = TOKEN_STRING;
      tokenStart = at + 1;
      tokenEnd = plain;
      return plain + 1;
    }
    const end = scanString(at + 1);
    if (end == 0) return 0;
    tokenKind = TOKEN_STRING;
    tokenStart = at + 1;
    tokenEnd = end;
    if (hasEscapes) {
      const text = unescape(at + 1, end);
      tokenStart = <usize>(<u32>text);
      tokenEnd = tokenStart + <usize>(text >> 32);
    }
    return end + 1;
  }
  const end = c == 0x7b || c == 0x5b ? skipValue(at, outside) : skipScalar(at, c);
  tokenKind = c == 0x7b || c == 0x5b ? TOKEN_COMPOSITE : c == 0x74 ? TOKEN_TRUE : c == 0x66 ? TOKEN_FALSE : c == 0x6e ? TOKEN_NULL : TOKEN_NUMBER;
  tokenStart = at;
  tokenEnd = end;
  return end;
}

/** The key of a member that begins at `at` (a quote): sets the token, returns the address of its value; 0 when not valid. */
export function readKey(at: usize): usize {
  if (load<u8>(at) != 0x22) return 0;
  const plain = scanPlain(at + 1);
  if (load<u8>(plain) == 0x22) {
    tokenStart = at + 1;
    tokenEnd = plain;
    at = plain + 1;
    if (load<u16>(at) == 0x203a && load<u8>(at, 2) > 0x20) return at + 2;
  } else {
    at = readToken(at);
    if (at == 0) return 0;
  }
  at = skipBlank(at);
  return load<u8>(at) == 0x3a ? skipBlank(at + 1) : 0;
}

/** The end of the line that `at` is in: its line feed, or `end`. */
export function findLineEnd(at: usize, end: usize): usize {
  if (ASC_FEATURE_SIMD) {
    while (at + 16 <= end) {
      const found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(0x0a)));
      if (found != 0) return at + <usize>ctz(found);
      at += 16;
    }
  }
  while (at < end && load<u8>(at) != 0x0a) at++;
  return at;
}

/**
 * The end of the record that is the line at `at`: its line feed, or `end` in a last batch; 0 when it is not known yet. The end of a
 * line does not come for ever: one above twice the limit is given up in pieces, whatever batches it came in.
 */
export function findRecordEnd(at: usize, end: usize): usize {
  const most: usize = 2 * RECORD_BYTES_MAX;
  if (end - at <= most) {
    const stop = findLineEnd(at, end);
    return stop < end || lastBatch ? stop : 0;
  }
  return min(findLineEnd(at, at + most + 1), at + most);
}
