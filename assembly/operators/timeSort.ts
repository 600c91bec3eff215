// T-sort: rows wait until nothing earlier may come, as far as the allowed disorder goes.
//
// Law: see plan.ts, TimeSort. Rows lie in a heap by time and, where times are equal, by `compare` (keys, arrival): O(log n) a row, n the
// rows within the interval. Four children a node: they lie side by side, and their times beside their entries, so that a step looks at
// one stretch of memory (LaMarca and Ladner, The Influence of Caches on the Performance of Heaps, 1996).
//
//   heap := slot*, children of i at 4i + 1 … 4i + 4                     one arena block, doubled when full
//   slot := i64 time · u32 entry · u32 unused
import { allocateBlock, freeBlock } from "../state/arena";
import { packRow, unpackRow, keepRow, dropEntry, entryRow, entryRowtime, rowRoom, saveColumns, saveEntry, loadColumns, loadRow, loadedRowtime, loadedSequence } from "../state/rows";
import * as snapshot from "../state/snapshot";

/** State of one T-sort; zeroed static memory of TIME_SORT_BYTES. */
@unmanaged
export class TimeSort {
  /** Highest time so far. */
  highest: i64;
  sequence: i64;
  frame: usize;
  shape: usize;
  heap: usize;
  capacity: u32;
  count: u32;
  /** The entry that left last: its texts are in use until the next one does. */
  taken: usize;
  /** Time closes a T-sort only at the end of its input: then rows that are held leave, in the order of what is due with the clock. */
  open: u32;
  boundary: i64;
  outputTime: i64;
}

/** Static bytes of a TimeSort. */
export const TIME_SORT_BYTES: usize = 72;

/** Prepares the operator for rows of a frame. */
export function initializeTimeSort(sort: TimeSort, frame: usize, shape: usize): void {
  sort.frame = frame;
  sort.shape = shape;
  sort.highest = i64.MIN_VALUE;
  sort.boundary = i64.MAX_VALUE;
}

/** No row comes any more: all that is held is due at `clock`. */
export function endTimeSort(sort: TimeSort, clock: i64): void {
  sort.open = u32(sort.count != 0);
  sort.outputTime = clock;
}

/** Adds the frame's row with its time. */
export function addTimed(sort: TimeSort, time: i64, compare: (left: usize, right: usize) => i32): void {
  if (time > sort.highest) sort.highest = time;
  const row = rowRoom(sort.shape);
  packRow(sort.shape, sort.frame, row);
  insert(sort, keepRow(sort.shape, row, time, ++sort.sequence, 0), compare);
}

function insert(sort: TimeSort, entry: usize, compare: (left: usize, right: usize) => i32): void {
  if (sort.count == sort.capacity) grow(sort);
  const time = entryRowtime(entry);
  let at = sort.count++;
  while (at > 0) {
    const parent = (at - 1) >> 2;
    if (!isBefore(time, entry, slotAt(sort, parent), compare)) break;
    memory.copy(slotAt(sort, at), slotAt(sort, parent), SLOT_BYTES);
    at = parent;
  }
  put(sort, at, time, entry);
}

const SLOT_BYTES: usize = 16;

// @ts-ignore: decorator
@inline
function slotAt(sort: TimeSort, index: u32): usize {
  return sort.heap + <usize>index * SLOT_BYTES;
}

// @ts-ignore: decorator
@inline
function entryAt(slot: usize): usize {
  return <usize>load<u32>(slot, 8);
}

// True when a row leaves before that of a slot.
// @ts-ignore: decorator
@inline
function isBefore(time: i64, entry: usize, slot: usize, compare: (left: usize, right: usize) => i32): bool {
  const other = load<i64>(slot);
  return time < other || (time == other && compare(entry, entryAt(slot)) < 0);
}

// @ts-ignore: decorator
@inline
function put(sort: TimeSort, index: u32, time: i64, entry: usize): void {
  const slot = slotAt(sort, index);
  store<i64>(slot, time);
  store<u32>(slot, <u32>entry, 8);
}

function grow(sort: TimeSort): void {
  const capacity = max<u32>(64, sort.capacity * 2);
  const heap = allocateBlock(<usize>capacity * SLOT_BYTES);
  if (sort.capacity > 0) {
    memory.copy(heap, sort.heap, <usize>sort.count * SLOT_BYTES);
    freeBlock(sort.heap, <usize>sort.capacity * SLOT_BYTES);
  }
  sort.heap = heap;
  sort.capacity = capacity;
}

/** Time of the row that leaves next; i64.MAX_VALUE when there is none. */
export function earliest(sort: TimeSort): i64 {
  return sort.count == 0 ? i64.MAX_VALUE : load<i64>(sort.heap);
}

/** Puts the row that leaves next into the frame and returns its time; there is one. */
export function takeEarliest(sort: TimeSort, compare: (left: usize, right: usize) => i32): i64 {
  if (sort.taken != 0) dropEntry(sort.taken);
  const first = entryAt(sort.heap);
  const last = slotAt(sort, --sort.count);
  const time = load<i64>(last);
  const entry = entryAt(last);
  let at: u32 = 0;
  for (;;) {
    let child = at * 4 + 1;
    if (child >= sort.count) break;
    const end = min<u32>(child + 4, sort.count);
    let best = slotAt(sort, child);
    for (let other = child + 1; other < end; other++) {
      const slot = slotAt(sort, other);
      if (!isBefore(load<i64>(slot), entryAt(slot), best, compare)) continue;
      best = slot;
      child = other;
    }
    if (isBefore(time, entry, best, compare)) break;
    memory.copy(slotAt(sort, at), best, SLOT_BYTES);
    at = child;
  }
  if (sort.count > 0) put(sort, at, time, entry);
  sort.taken = first;
  unpackRow(sort.shape, entryRow(first), sort.frame);
  return entryRowtime(first);
}

/** Writes the rows, which belong to no key group. */
export function saveTimeSort(sort: TimeSort, id: u64, layout: u32, group: i32): void {
  snapshot.beginSection(id, layout);
  if (group < 0 && sort.highest != i64.MIN_VALUE) {
    snapshot.writeU64(<u64>sort.highest);
    snapshot.writeU64(<u64>sort.sequence);
    saveColumns(sort.shape);
    for (let index: u32 = 0; index < sort.count; index++) saveEntry(sort.shape, entryAt(slotAt(sort, index)));
  }
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. A heap written in its order is a heap again. */
export function loadTimeSort(sort: TimeSort, end: usize): bool {
  if (!snapshot.readMore(end)) return true;
  sort.highest = <i64>snapshot.readU64();
  sort.sequence = <i64>snapshot.readU64();
  loadColumns();
  const row = rowRoom(sort.shape);
  while (snapshot.readMore(end)) {
    loadRow(sort.shape, row);
    if (snapshot.readFailed) return false;
    if (sort.count == sort.capacity) grow(sort);
    put(sort, sort.count++, loadedRowtime, keepRow(sort.shape, row, loadedRowtime, loadedSequence, 0));
  }
  return !snapshot.readFailed;
}
