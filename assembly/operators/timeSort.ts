// T-sort: rows wait until nothing earlier may come, as far as the allowed disorder goes.
//
// Law: see plan.ts, TimeSort. Rows lie in a binary heap by `compare` (time, keys, arrival): O(log n) a row, n the rows within the interval.
//
//   heap := u32 entry pointers, children of i at 2i + 1 and 2i + 2      one arena block, doubled when full
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
}

/** Static bytes of a TimeSort. */
export const TIME_SORT_BYTES: usize = 48;

/** Prepares the operator for rows of a frame. */
export function initializeTimeSort(sort: TimeSort, frame: usize, shape: usize): void {
  sort.frame = frame;
  sort.shape = shape;
  sort.highest = i64.MIN_VALUE;
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
  let at = sort.count++;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = at_(sort, parent);
    if (compare(above, entry) <= 0) break;
    put(sort, at, above);
    at = parent;
  }
  put(sort, at, entry);
}

// @ts-ignore: decorator
@inline
function at_(sort: TimeSort, index: u32): usize {
  return <usize>load<u32>(sort.heap + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
function put(sort: TimeSort, index: u32, entry: usize): void {
  store<u32>(sort.heap + (<usize>index << 2), <u32>entry);
}

function grow(sort: TimeSort): void {
  const capacity = max<u32>(64, sort.capacity * 2);
  const heap = allocateBlock(<usize>capacity << 2);
  if (sort.capacity > 0) {
    memory.copy(heap, sort.heap, <usize>sort.count << 2);
    freeBlock(sort.heap, <usize>sort.capacity << 2);
  }
  sort.heap = heap;
  sort.capacity = capacity;
}

/** Time of the row that leaves next; i64.MAX_VALUE when there is none. */
export function earliest(sort: TimeSort): i64 {
  return sort.count == 0 ? i64.MAX_VALUE : entryRowtime(at_(sort, 0));
}

/** Puts the row that leaves next into the frame and returns its time; there is one. */
export function takeEarliest(sort: TimeSort, compare: (left: usize, right: usize) => i32): i64 {
  if (sort.taken != 0) dropEntry(sort.taken);
  const first = at_(sort, 0);
  const last = at_(sort, --sort.count);
  let at: u32 = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= sort.count) break;
    if (child + 1 < sort.count && compare(at_(sort, child + 1), at_(sort, child)) < 0) child++;
    if (compare(last, at_(sort, child)) <= 0) break;
    put(sort, at, at_(sort, child));
    at = child;
  }
  put(sort, at, last);
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
    for (let index: u32 = 0; index < sort.count; index++) saveEntry(sort.shape, at_(sort, index));
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
    put(sort, sort.count++, keepRow(sort.shape, row, loadedRowtime, loadedSequence, 0));
  }
  return !snapshot.readFailed;
}
