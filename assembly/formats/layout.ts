// The expected layout of a JSON record where it is not met byte by byte: blanks between tokens, and members that nobody reads.
// Addresses as in json.ts: 0 says that the record has another layout, or is not valid, and the general reader must look at it.
import { lastBatch, recordMode } from "./batch";
import { fastNumberEnd, numberEndsAt, plainStringEnd } from "./fast";
import { readKey, skipBlank, skipValue, tokenEnd, tokenStart } from "./json";

/** True when the bytes at both places are the same; up to 7 bytes behind them are read as well. */
function sameBytes(left: usize, right: usize, length: u32): bool {
  while (length >= 8) {
    if (load<u64>(left) != load<u64>(right)) return false;
    left += 8;
    right += 8;
    length -= 8;
  }
  return length == 0 || (load<u64>(left) ^ load<u64>(right)) << (<u64>(8 - length) * 8) == 0;
}

/** The end of a record whose last token ends at `at`: its line feed, or `end` where nothing follows; 0 when something else stands there. */
export function recordEndAt(at: usize, end: usize): usize {
  at = skipBlank(at);
  if (at < end) return load<u8>(at) == 0x0a && !recordMode ? at : 0;
  return at == end && lastBatch ? at : 0;
}

/** The value of the member that is next, behind `opening` (a brace or comma) and blanks; 0 when it has another name. */
export function memberAt(at: usize, opening: u32, key: usize, length: u32): usize {
  at = skipBlank(at);
  if (load<u8>(at) != opening) return 0;
  at = skipBlank(at + 1);
  if (load<u8>(at) != 0x22 || !sameBytes(at + 1, key, length)) return 0;
  at += <usize>length + 1;
  if (load<u8>(at) != 0x22) return 0;
  at = skipBlank(at + 1);
  return load<u8>(at) == 0x3a ? skipBlank(at + 1) : 0;
}

/** The value of the next member, whatever its name, which becomes the token. */
export function anyMemberAt(at: usize, opening: u32): usize {
  at = skipBlank(at);
  return load<u8>(at) == opening ? readKey(skipBlank(at + 1)) : 0;
}

/** True when the token is the name of those bytes. */
export function isNamed(key: usize, length: u32): bool {
  return tokenEnd - tokenStart == <usize>length && sameBytes(tokenStart, key, length);
}

/**
 * True when the token is one of the names in a list: for each, from `names` on, its length as u32 and its bytes, padded to a
 * multiple of 4.
 */
export function isListed(names: usize, count: u32): bool {
  for (; count > 0; count--) {
    const length = load<u32>(names);
    if (isNamed(names + 4, length)) return true;
    names += 4 + <usize>((length + 3) & ~3);
  }
  return false;
}

// ---- Members that nobody reads ----------------------------------------------------------------------------
// Records tend to repeat them, so each place where one is passed over remembers how it was written last:
//
//   object  := u32 number of names · u32 depth (objects and arrays around its members) · the names that are read, as isListed has them
//   places  := LEARNED_PLACES of learned, for as many members one after another; further ones share the last
//   learned := u32 bytes, 0 for none · u32 0 · the bytes from the opening to the value, padded with zeros
//
// Law: what is remembered is a valid beginning of a member with none of the names that are read; equal bytes are one again.

const LEARNED_BYTES: usize = 64;
const LEARNED_PLACES: usize = 4;
/** Static bytes of the memory between two members that are read. */
export const LEARNED_PLACES_BYTES: usize = LEARNED_BYTES * LEARNED_PLACES;

/** The value of a member that is read, over members that nobody reads; 0 when another one that is read comes first. */
export function seekMember(at: usize, opening: u32, object: usize, key: usize, length: u32, places: usize): usize {
  for (let learned = places; ; learned = nextLearned(places, learned)) {
    // The member itself is not the next one as it is usually written, or it would not be sought.
    let next = passLearned(at, object, learned);
    if (next == 0) {
      const value = memberAt(at, opening, key, length);
      if (value != 0) return value;
      next = passUnread(at, opening, object, learned);
      if (next == 0) return 0;
    }
    at = next;
    opening = 0x2c;
  }
  return 0;
}

/** Behind the object's closing brace, over members that nobody reads; 0 when there is one that is read. */
export function seekEnd(at: usize, object: usize, places: usize): usize {
  for (let learned = places; ; learned = nextLearned(places, learned)) {
    let next = passLearned(at, object, learned);
    if (next == 0) {
      at = skipBlank(at);
      if (load<u8>(at) == 0x7d) return at + 1;
      next = passUnread(at, 0x2c, object, learned);
      if (next == 0) return 0;
    }
    at = next;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function nextLearned(places: usize, learned: usize): usize {
  return min(learned + LEARNED_BYTES, places + LEARNED_BYTES * (LEARNED_PLACES - 1));
}

// Behind one member that nobody reads, written as the last one at this place; 0 when it is not.
// @ts-ignore: decorator
@inline
function passLearned(at: usize, object: usize, learned: usize): usize {
  const known = load<u32>(learned);
  return known != 0 && sameBytes(at, learned + 8, known) ? skipUnread(at + <usize>known, load<u32>(object, 4)) : 0;
}

// Behind one member that nobody reads, which is remembered; 0 when it is one that is read, or none.
function passUnread(at: usize, opening: u32, object: usize, learned: usize): usize {
  const value = anyMemberAt(at, opening);
  if (value == 0 || isListed(object + 8, load<u32>(object))) return 0;
  const length = value - at;
  if (length <= LEARNED_BYTES - 8) {
    memory.fill(learned, 0, LEARNED_BYTES);
    memory.copy(learned + 8, at, length);
    store<u32>(learned, <u32>length);
  }
  return skipUnread(value, load<u32>(object, 4));
}

/** Behind a value that nobody reads; usual forms first. */
export function skipUnread(at: usize, outside: u32): usize {
  if (load<u8>(at) == 0x22) {
    const end = plainStringEnd(at + 1);
    if (end != 0) return end + 1;
  } else {
    const end = fastNumberEnd(at);
    if (end != 0 && numberEndsAt(end)) return end;
  }
  return skipValue(at, outside);
}
