// Rows of one side of a join: found by key, forgotten in the order in which they came.
//
//   entry  := header of rows.ts, its last word: u32 hash · u32 state (bit 0: has met a row; bit 1: its key is NULL and equals none)
//             · row · bytes of texts · u32 next in bucket · u32 bytes of the key · key
//   bucket := u32 first · u32 last                                     bucket of a hash = hash >> shift
//
// Entries of a bucket are in the order of arrival, as is the list of all: the oldest of all is the first of its bucket. A key group is a
// range of hashes and so of buckets: a snapshot of one group reads only that.
// A row takes 32 + 9 per column (padded) + its texts + its key + 24 bytes, rounded up to a power of two, and 8 in the buckets.
import { allocateBlock, freeBlock } from "./arena";
import { equalBytes, hashBytes, keyGroupOf } from "./hash";
import { RowList, LIST_BYTES, append, takeFirst, sortList, keepRow, dropEntry, entryRowtime, entrySequence, nextEntry, rowRoom, saveColumns, saveEntry, loadColumns, loadRow, loadedRowtime, loadedSequence } from "./rows";
import * as snapshot from "./snapshot";

const BUCKETS_FIRST: u32 = 64;
const MET: u32 = 1;
const NULL_KEY: u32 = 2;

/** Rows of one side; zeroed static memory of ROW_STORE_BYTES. */
@unmanaged
export class RowStore {
  /** All entries, oldest first. */
  list: RowList;
  shape: usize;
  buckets: usize;
  capacity: u32;
  shift: u32;
  keyGroups: u32;
  /** One byte a key group: changed since its last snapshot. */
  changed: usize;
}

const FIELD_BYTES: usize = 32;
/** Static bytes of a RowStore. */
export const ROW_STORE_BYTES: usize = FIELD_BYTES + LIST_BYTES;

/** Prepares a zeroed store for rows of a shape. */
export function initializeRowStore(rows: RowStore, shape: usize, keyGroups: u32): void {
  rows.list = changetype<RowList>(changetype<usize>(rows) + FIELD_BYTES);
  rows.shape = shape;
  rows.keyGroups = keyGroups;
  rows.changed = allocateBlock(keyGroups + 8);
  memory.fill(rows.changed, 0, keyGroups + 8);
  allocateBuckets(rows, BUCKETS_FIRST);
}

function allocateBuckets(rows: RowStore, capacity: u32): void {
  rows.buckets = allocateBlock(<usize>capacity << 3);
  memory.fill(rows.buckets, 0, <usize>capacity << 3);
  rows.capacity = capacity;
  rows.shift = clz<u32>(capacity) + 1;
}

// @ts-ignore: decorator
@inline
function bucketOf(rows: RowStore, hash: u32): usize {
  return rows.buckets + ((<usize>hash >>> rows.shift) << 3);
}

// @ts-ignore: decorator
@inline
function hashOf(entry: usize): u32 {
  return load<u32>(entry, 24);
}

// Where the container's own part of an entry begins: its last bytes, whose length stands in the entry's state word above the two bits.
// @ts-ignore: decorator
@inline
function tailOf(entry: usize): usize {
  return entry + (<usize>load<u32>(entry, 28) >> 2);
}

/** Adds a packed row with its key. `nullKey`: it equals no other. Returns the entry. */
export function addRow(rows: RowStore, row: usize, key: usize, length: u32, nullKey: bool, rowtime: i64, sequence: i64): usize {
  const more = 8 + <usize>length + 16;
  const entry = keepRow(rows.shape, row, rowtime, sequence, more);
  const bytes = <usize>load<u32>(entry, 4);
  const hash = hashBytes(key, length);
  store<u32>(entry, hash, 24);
  // The tail begins 4-aligned: texts and rows are padded to 8.
  store<u32>(entry, <u32>((bytes - more) << 2) | (nullKey ? NULL_KEY : 0), 28);
  const tail = bytes - more + entry;
  store<u32>(tail, 0);
  store<u32>(tail, length, 4);
  memory.copy(tail + 8, key, length);
  if (rows.list.count >= rows.capacity) growBuckets(rows);
  append(rows.list, entry);
  link(rows, entry);
  markChanged(rows, hash);
  return entry;
}

function link(rows: RowStore, entry: usize): void {
  const bucket = bucketOf(rows, hashOf(entry));
  const last = <usize>load<u32>(bucket, 4);
  store<u32>(tailOf(entry), 0);
  if (last == 0) store<u32>(bucket, <u32>entry);
  else store<u32>(tailOf(last), <u32>entry);
  store<u32>(bucket, <u32>entry, 4);
}

function growBuckets(rows: RowStore): void {
  freeBlock(rows.buckets, <usize>rows.capacity << 3);
  allocateBuckets(rows, rows.capacity * 2);
  for (let entry = rows.list.head; entry != 0; entry = nextEntry(entry)) link(rows, entry);
}

// @ts-ignore: decorator
@inline
function markChanged(rows: RowStore, hash: u32): void {
  store<u8>(rows.changed + keyGroupOf(hash, rows.keyGroups), 1);
}

/** The oldest entry with a key, 0 when there is none. */
export function firstWithKey(rows: RowStore, key: usize, length: u32): usize {
  const hash = hashBytes(key, length);
  return searchFrom(<usize>load<u32>(bucketOf(rows, hash)), hash, key, length);
}

/** The next entry with the key of `entry`. */
export function nextWithKey(entry: usize): usize {
  const tail = tailOf(entry);
  return searchFrom(<usize>load<u32>(tail), hashOf(entry), tail + 8, load<u32>(tail, 4));
}

function searchFrom(entry: usize, hash: u32, key: usize, length: u32): usize {
  while (entry != 0) {
    const tail = tailOf(entry);
    if (
      hashOf(entry) == hash && (load<u32>(entry, 28) & NULL_KEY) == 0 && load<u32>(tail, 4) == length &&
      equalBytes(tail + 8, key, length)
    ) return entry;
    entry = <usize>load<u32>(tail);
  }
  return 0;
}

/** Notes that an entry has met a row. */
export function markMet(rows: RowStore, entry: usize): void {
  const state = load<u32>(entry, 28);
  if ((state & MET) != 0) return;
  store<u32>(entry, state | MET, 28);
  markChanged(rows, hashOf(entry));
}

/** True when an entry has met a row. */
// @ts-ignore: decorator
@inline
export function hasMet(entry: usize): bool {
  return (load<u32>(entry, 28) & MET) != 0;
}

/** ROWTIME of the oldest entry; i64.MAX_VALUE when there is none. */
export function oldestRowtime(rows: RowStore): i64 {
  return rows.list.count == 0 ? i64.MAX_VALUE : entryRowtime(rows.list.head);
}

/** Forgets the oldest entry; there is one. */
export function dropOldest(rows: RowStore): void {
  const entry = takeFirst(rows.list);
  const hash = hashOf(entry);
  const bucket = bucketOf(rows, hash);
  const following = load<u32>(tailOf(entry));
  store<u32>(bucket, following);
  if (following == 0) store<u32>(bucket, 0, 4);
  markChanged(rows, hash);
  dropEntry(entry);
}

/** Writes the rows of a key group. */
export function saveRows(rows: RowStore, group: u32): void {
  store<u8>(rows.changed + group, 0);
  if (rows.list.count == 0) return;
  let begun = false;
  const from = <u32>(((<u64>group << 32) + <u64>rows.keyGroups - 1) / <u64>rows.keyGroups);
  const to = group + 1 == rows.keyGroups ? u32.MAX_VALUE : <u32>(((<u64>(group + 1) << 32) + <u64>rows.keyGroups - 1) / <u64>rows.keyGroups) - 1;
  const last = bucketOf(rows, to);
  for (let bucket = bucketOf(rows, from); bucket <= last; bucket += 8) {
    for (let entry = <usize>load<u32>(bucket); entry != 0; entry = <usize>load<u32>(tailOf(entry))) {
      if (keyGroupOf(hashOf(entry), rows.keyGroups) != group) continue;
      if (!begun) saveColumns(rows.shape);
      begun = true;
      saveOne(rows, entry);
    }
  }
}

function saveOne(rows: RowStore, entry: usize): void {
  const tail = tailOf(entry);
  snapshot.writeU32(load<u32>(entry, 28) & (MET | NULL_KEY));
  snapshot.writeU32(load<u32>(tail, 4));
  snapshot.writeBytes(tail + 8, load<u32>(tail, 4));
  saveEntry(rows.shape, entry);
}

/** Reads rows up to `end`, behind what `saveRows` wrote. */
export function loadRows(rows: RowStore, end: usize): bool {
  if (!snapshot.readMore(end)) return true;
  loadColumns();
  const row = rowRoom(rows.shape);
  while (snapshot.readMore(end)) {
    const state = snapshot.readU32();
    const length = snapshot.readU32();
    const key = snapshot.readSpace(length);
    loadRow(rows.shape, row);
    if (snapshot.readFailed) return false;
    const entry = addRow(rows, row, key, length, (state & NULL_KEY) != 0, loadedRowtime, loadedSequence);
    if ((state & MET) != 0) markMet(rows, entry);
  }
  return !snapshot.readFailed;
}

function bySequence(left: usize, right: usize): i32 {
  return entrySequence(left) < entrySequence(right) ? -1 : 1;
}

/** After the last blob: entries are in the order of arrival again, and what was loaded equals what is stored. */
export function rowsLoaded(rows: RowStore): void {
  sortList(rows.list, bySequence);
  memory.fill(rows.buckets, 0, <usize>rows.capacity << 3);
  for (let entry = rows.list.head; entry != 0; entry = nextEntry(entry)) link(rows, entry);
  memory.fill(rows.changed, 0, rows.keyGroups);
}
