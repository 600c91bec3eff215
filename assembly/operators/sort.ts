// Streaming ORDER BY: rows wait in a batch until it is complete, then leave sorted. What is compared is generated; this file keeps the batch.
//
// Law: see plan.ts, Sort. A batch is complete at `boundary`: the first time at which its closing key has another value.
import { RowList, LIST_BYTES, append, sortList, takeFirst, packRow, unpackRow, keepRow, dropEntry, entryRow, entryRowtime, rowRoom, saveEntries, loadEntries } from "../state/rows";
import * as snapshot from "../state/snapshot";

const NEVER: i64 = i64.MAX_VALUE;

/** State of one sort; zeroed static memory of SORT_BYTES. */
@unmanaged
export class Sort {
  /** First time at which the batch is complete; NEVER when it is empty or only a row's value completes it. */
  boundary: i64;
  /** Where the batch stands among what is due at once. */
  outputTime: i64;
  /** Lowest ROWTIME in the batch; NEVER when it is empty. */
  lowest: i64;
  list: RowList;
  frame: usize;
  shape: usize;
  /** The entry that left last: its texts are in use until the next one does. */
  taken: usize;
  sorted: u32;
  open: u32;
}

const FIELD_BYTES: usize = 64;
/** Static bytes of a Sort. */
export const SORT_BYTES: usize = FIELD_BYTES + LIST_BYTES;

/** Prepares the operator for rows of a frame. */
export function initializeSort(sort: Sort, frame: usize, shape: usize): void {
  sort.list = changetype<RowList>(changetype<usize>(sort) + FIELD_BYTES);
  sort.frame = frame;
  sort.shape = shape;
  closeBatch(sort);
}

function closeBatch(sort: Sort): void {
  sort.boundary = NEVER;
  sort.outputTime = NEVER;
  sort.lowest = NEVER;
  sort.sorted = 0;
  sort.open = 0;
}

/** No row that is still to leave has a lower ROWTIME. */
export function lowestHeld(sort: Sort): i64 {
  return sort.lowest;
}

/** The frame's row, packed: what a batch's first row is compared with. */
export function packedRow(sort: Sort): usize {
  const row = rowRoom(sort.shape);
  packRow(sort.shape, sort.frame, row);
  return row;
}

/** The first row of the batch, which is not empty. */
export function firstRow(sort: Sort): usize {
  return entryRow(sort.list.head);
}

/** Adds a packed row to the batch. */
export function addToBatch(sort: Sort, row: usize, rowtime: i64): void {
  if (sort.open == 0) sort.lowest = rowtime;
  sort.open = 1;
  append(sort.list, keepRow(sort.shape, row, rowtime, 0, 0));
}

/** Puts the next row of the complete batch into the frame and returns its ROWTIME; i64.MIN_VALUE when none is left: the batch is over. */
export function nextSorted(sort: Sort, compare: (left: usize, right: usize) => i32): i64 {
  if (sort.sorted == 0) {
    sortList(sort.list, compare);
    sort.sorted = 1;
  }
  if (sort.taken != 0) dropEntry(sort.taken);
  sort.taken = 0;
  if (sort.list.count == 0) {
    closeBatch(sort);
    return i64.MIN_VALUE;
  }
  sort.taken = takeFirst(sort.list);
  unpackRow(sort.shape, entryRow(sort.taken), sort.frame);
  return entryRowtime(sort.taken);
}

/** Writes the batch, which belongs to no key group. */
export function saveSort(sort: Sort, id: u64, layout: u32, group: i32): void {
  snapshot.beginSection(id, layout);
  if (group < 0 && sort.open != 0) {
    snapshot.writeU64(<u64>sort.boundary);
    snapshot.writeU64(<u64>sort.outputTime);
    snapshot.writeU64(<u64>sort.lowest);
    saveEntries(sort.shape, sort.list);
  }
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadSort(sort: Sort, end: usize): bool {
  if (!snapshot.readMore(end)) return true;
  sort.boundary = <i64>snapshot.readU64();
  sort.outputTime = <i64>snapshot.readU64();
  sort.lowest = <i64>snapshot.readU64();
  sort.open = 1;
  return loadEntries(sort.shape, sort.list, end);
}
