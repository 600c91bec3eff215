// Functions OVER a window: the life of partitions and of the rows in their frames. What a row holds, and what is done when it comes and
// leaves, is generated.
//
// Law: each row leaves at once and sees the rows of its partition that came before it, as far as the frame reaches, and itself. A range of
// r ms reaches back to ROWTIME − r, inclusive.
// A partition whose rows have all left a range is dropped when a row of any partition comes: partitions are listed in the order of their
// last rows, so that those at the head are dropped first; each is dropped once, amortised O(1) a row.
import { KEYED_BYTES, Keyed, findKeyed, firstKeyed, initializeKeyed, keyedLoaded, loadKeyed, orderOf, removeKeyed, saveKeyed, touchKeyed } from "../state/keyed";
import * as snapshot from "../state/snapshot";

/** State of one operator; zeroed static memory of SLIDING_WINDOW_BYTES, followed by its table. */
@unmanaged
export class SlidingWindow {
  partitions: Keyed;
}

/** Static bytes of a SlidingWindow with its table. */
export const SLIDING_WINDOW_BYTES: usize = 16 + KEYED_BYTES;

/** Prepares the operator. */
export function initializeSlidingWindow(operator: SlidingWindow, words: u32, kinds: usize, keyGroups: u32): void {
  operator.partitions = changetype<Keyed>(changetype<usize>(operator) + 16);
  initializeKeyed(operator.partitions, words, kinds, keyGroups);
}

/** The partition of a key; made when there is none (then `keyedIsNew`). */
export function enterPartition(operator: SlidingWindow, key: usize, length: u32): usize {
  return findKeyed(operator.partitions, key, length);
}

/** The same for a range that reaches back to `bound`; partitions without a row since then are dropped. */
export function enterRange(operator: SlidingWindow, key: usize, length: u32, rowtime: i64, bound: i64): usize {
  const partitions = operator.partitions;
  for (let first = firstKeyed(partitions); first != 0 && orderOf(first) < bound; first = firstKeyed(partitions)) removeKeyed(partitions, first);
  const row = findKeyed(partitions, key, length);
  touchKeyed(partitions, row, rowtime);
  return row;
}

/** Writes the partitions of a key group. */
export function saveSlidingWindow(operator: SlidingWindow, id: u64, layout: u32, group: i32): void {
  snapshot.beginSection(id, layout);
  if (group >= 0) saveKeyed(operator.partitions, <u32>group);
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadSlidingWindow(operator: SlidingWindow, end: usize): bool {
  loadKeyed(operator.partitions, end);
  return !snapshot.readFailed;
}

/** After the last blob. */
export function slidingWindowLoaded(operator: SlidingWindow): void {
  keyedLoaded(operator.partitions);
}
