// What a window keeps of a value's history in queues of its own (state/ring.ts), apart from the rows: candidates for MIN and MAX, and
// values by their place. An entry leaves by its age: the ROWTIME or number of its row.
//
//   entry of extremes  := value (a number as an ordered i64, or an owned text) · i64 age
//   entry of positions := value (8 bytes, or an owned text) · i64 age × 2 + (1: NULL)
//
// MIN and MAX keep the values that a later one doesn't beat, so that the first is the result (the monotonic queue; Knuth, TAOCP 1, 2.2.1
// exercise; D. Lemire, "Streaming maximum-minimum filter", 2006). Memory: 16 bytes an entry; a text has its own block besides. On rows in
// random order MIN and MAX keep about ln(rows) entries, at worst every row.
import { Text, EMPTY_TEXT } from "../text";
import { compareText } from "../functions/compare";
import { copyText, freeOwnedText } from "../state/ownedText";
import { ringAt, ringCount, ringDropFirst, ringDropLast, ringPush } from "../state/ring";

const ENTRY_BYTES: u32 = 16;

/** An i64 that orders as the double does; −0.0 comes before 0.0. */
// @ts-ignore: decorator
@inline
export function orderedDouble(value: f64): i64 {
  const bits = reinterpret<i64>(value);
  return bits ^ <i64>(<u64>(bits >> 63) >> 1);
}

/** The double of `orderedDouble`. */
// @ts-ignore: decorator
@inline
export function doubleOfOrdered(value: i64): f64 {
  return reinterpret<f64>(value ^ <i64>(<u64>(value >> 63) >> 1));
}

/** A candidate for the minimum; for MAX the caller gives ~value. */
export function pushExtreme(ring: usize, value: i64, age: i64): void {
  let count = ringCount(ring);
  while (count > 0 && load<i64>(ringAt(ring, count - 1, ENTRY_BYTES)) >= value) {
    ringDropLast(ring);
    count--;
  }
  const entry = ringPush(ring, ENTRY_BYTES);
  store<i64>(entry, value);
  store<i64>(entry, age, 8);
}

/** A candidate for MIN (`sign` 1) or MAX (−1) of texts. */
export function pushExtremeText(ring: usize, value: Text, age: i64, sign: i32): void {
  for (let count = ringCount(ring); count > 0; count--) {
    const last = ringAt(ring, count - 1, ENTRY_BYTES);
    if (compareText(load<u64>(last), value) * sign < 0) break;
    freeOwnedText(last);
    ringDropLast(ring);
  }
  const entry = ringPush(ring, ENTRY_BYTES);
  store<u64>(entry, copyText(value));
  store<i64>(entry, age, 8);
}

/** Forgets extremes that are older than `bound`. */
export function dropExtremes(ring: usize, bound: i64, texts: bool): void {
  while (ringCount(ring) > 0) {
    const first = ringAt(ring, 0, ENTRY_BYTES);
    if (load<i64>(first, 8) >= bound) return;
    if (texts) freeOwnedText(first);
    ringDropFirst(ring, ENTRY_BYTES);
  }
}

/** Adds a value at the end; of more than `keep` values the first goes. */
export function pushPosition(ring: usize, value: u64, isNull: bool, age: i64, keep: u32, texts: bool): void {
  const entry = ringPush(ring, ENTRY_BYTES);
  if (!isNull) store<u64>(entry, texts ? copyText(value) : value);
  store<i64>(entry, (age << 1) | i64(isNull), 8);
  if (ringCount(ring) > keep) dropFirstPosition(ring, texts);
}

/** Forgets positions that are older than `bound`. */
export function dropPositions(ring: usize, bound: i64, texts: bool): void {
  while (ringCount(ring) > 0 && load<i64>(ringAt(ring, 0, ENTRY_BYTES), 8) < bound << 1) dropFirstPosition(ring, texts);
}

function dropFirstPosition(ring: usize, texts: bool): void {
  if (texts) freeOwnedText(ringAt(ring, 0, ENTRY_BYTES));
  ringDropFirst(ring, ENTRY_BYTES);
}

/** The first value of the queue, or 0. */
// @ts-ignore: decorator
@inline
export function firstEntry(ring: usize): u64 {
  return ringCount(ring) == 0 ? EMPTY_TEXT : load<u64>(ringAt(ring, 0, ENTRY_BYTES));
}

/** True when there is no value at a place, counted from 0. Places from the end come as count − 1 − n, negative when too far. */
// @ts-ignore: decorator
@inline
export function isOutside(ring: usize, index: i64): bool {
  return index < 0 || index >= <i64>ringCount(ring);
}

/** True when the value at a place inside is NULL. */
// @ts-ignore: decorator
@inline
export function isNullAt(ring: usize, index: i64): bool {
  return (load<i64>(ringAt(ring, <u32>index, ENTRY_BYTES), 8) & 1) != 0;
}

/** The value at a place inside. */
// @ts-ignore: decorator
@inline
export function valueAt(ring: usize, index: i64): u64 {
  return load<u64>(ringAt(ring, <u32>index, ENTRY_BYTES));
}
