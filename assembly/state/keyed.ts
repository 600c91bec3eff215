// A keyed table whose rows come and go: the partitions of a sliding window, the windows of a STAGGER.
//
//   block := i64 order · u64 sequence · u32 previous · u32 next · row        (previous, next: rows in the list, 0 at its ends)
//   row   := u32 key length · u32 hash · words (8 bytes each; kinds in words.ts) · key bytes, zero-padded to 8
//
// A row stays where it is as long as it lives. Rows form a list in the order in which they were made or touched last; `order` is the time
// that its owner sorts by (a deadline, the last ROWTIME) and never decreases along the list.
// Law: the list is in the order of (order, sequence), also after a restore. Memory: 32 bytes, the words and the key, rounded up to a power
// of two, and between 11 and 23 bytes of slots.
import { allocateBlock, freeBlock } from "./arena";
import { hashBytes } from "./hash";
import { Slots, beginRow, findSlot, initializeSlots, keyBytes, listRows, markChanged, putSlot, removeSlot, reserveSlot, rowBytes, walkGroup, walkRows, walkedRow, ROW_HEADER_BYTES } from "./slots";
import { sortPointers } from "./sort";
import { freeWords, loadWords, saveWords } from "./words";
import * as snapshot from "./snapshot";

const LINKS_BYTES: usize = 24;
const ORDER: usize = 24;
const SEQUENCE: usize = 16;
const PREVIOUS: usize = 8;
const NEXT: usize = 4;

/** Set by `findKeyed`: the row was just made, with the words with which rows begin. */
export let keyedIsNew: bool = false;

/** The table's own fields; lives in static memory of KEYED_BYTES, zeroed. */
@unmanaged
export class Keyed extends Slots {
  first: usize;
  last: usize;
  nextSequence: u64;
}

/** Static bytes that a Keyed takes. */
export const KEYED_BYTES: usize = 64;

/** Prepares a zeroed table. */
export function initializeKeyed(table: Keyed, words: u32, kinds: usize, keyGroups: u32): void {
  initializeSlots(table, words, kinds, keyGroups);
}

/** The row of a key; made, at the end of the list with order 0, when there is none. The key may be over-read by 8 bytes. */
export function findKeyed(table: Keyed, key: usize, length: u32): usize {
  const hash = hashBytes(key, length);
  markChanged(table, hash);
  const slot = findSlot(table, key, length, hash);
  const found = <usize>load<u32>(slot);
  keyedIsNew = found == 0;
  if (found != 0) return found;
  const free = reserveSlot(table, hash, slot);
  const size = rowBytes(table, length);
  const row = allocateBlock(size + LINKS_BYTES) + LINKS_BYTES;
  memory.fill(row - LINKS_BYTES, 0, LINKS_BYTES);
  beginRow(table, row, key, length);
  store<u32>(row, hash, 4);
  putSlot(table, free, row, hash);
  append(table, row);
  return row;
}

/** The time of a row. */
// @ts-ignore: decorator
@inline
export function orderOf(row: usize): i64 {
  return load<i64>(row - ORDER);
}

/** Gives a row its time and moves it to the end of the list. */
export function touchKeyed(table: Keyed, row: usize, order: i64): void {
  store<i64>(row - ORDER, order);
  if (table.last == row) return;
  unlink(table, row);
  append(table, row);
}

/** The first row of the list, 0 when there is none. */
// @ts-ignore: decorator
@inline
export function firstKeyed(table: Keyed): usize {
  return table.first;
}

/** Forgets a row and gives back what its words own. */
export function removeKeyed(table: Keyed, row: usize): void {
  const hash = load<u32>(row, 4);
  markChanged(table, hash);
  unlink(table, row);
  removeSlot(table, row, hash);
  freeWords(row + ROW_HEADER_BYTES, table.words, table.kinds);
  freeBlock(row - LINKS_BYTES, rowBytes(table, load<u32>(row)) + LINKS_BYTES);
}

function append(table: Keyed, row: usize): void {
  store<u64>(row - SEQUENCE, table.nextSequence++);
  store<u32>(row - PREVIOUS, <u32>table.last);
  store<u32>(row - NEXT, 0);
  if (table.last == 0) table.first = row;
  else store<u32>(table.last - NEXT, <u32>row);
  table.last = row;
}

function unlink(table: Keyed, row: usize): void {
  const previous = <usize>load<u32>(row - PREVIOUS);
  const next = <usize>load<u32>(row - NEXT);
  if (previous == 0) table.first = next;
  else store<u32>(previous - NEXT, <u32>next);
  if (next == 0) table.last = previous;
  else store<u32>(next - PREVIOUS, <u32>previous);
}

// ---- Snapshots --------------------------------------------------------------------------------------------

/** Writes the rows of one key group: per row key length, order, sequence, key, words. */
export function saveKeyed(table: Keyed, group: u32): void {
  store<u8>(table.changed + group, 0);
  walkGroup(table, group);
  for (let count = walkRows(table, group); count != 0; count = walkRows(table, group))
    for (let index: u32 = 0; index < count; index++) saveRow(table, walkedRow(index));
}

function saveRow(table: Keyed, row: usize): void {
  const length = load<u32>(row);
  snapshot.writeU32(length);
  snapshot.writeU64(<u64>orderOf(row));
  snapshot.writeU64(load<u64>(row - SEQUENCE));
  snapshot.writeBytes(keyBytes(table, row), length);
  saveWords(row + ROW_HEADER_BYTES, table.words, table.kinds);
}

/** Reads rows up to `end` of the section into the table. */
export function loadKeyed(table: Keyed, end: usize): void {
  while (snapshot.readMore(end)) {
    const length = snapshot.readU32();
    const order = <i64>snapshot.readU64();
    const sequence = snapshot.readU64();
    const key = snapshot.readSpace(length);
    if (snapshot.readFailed) return;
    const row = findKeyed(table, key, length);
    store<i64>(row - ORDER, order);
    store<u64>(row - SEQUENCE, sequence);
    if (sequence >= table.nextSequence) table.nextSequence = sequence + 1;
    loadWords(row + ROW_HEADER_BYTES, table.words, table.kinds);
  }
}

/** After the last blob: the list is put in order, and what was loaded equals what is stored. */
export function keyedLoaded(table: Keyed): void {
  memory.fill(table.changed, 0, table.keyGroups);
  const count = table.count;
  if (count < 2) return;
  const bytes = <usize>count << 2;
  const array = allocateBlock(bytes);
  const spare = allocateBlock(bytes);
  listRows(table, array);
  const sorted = sortPointers(array, spare, count, comesBefore);
  let previous: usize = 0;
  for (let index: u32 = 0; index < count; index++) {
    const row = <usize>load<u32>(sorted + (<usize>index << 2));
    store<u32>(row - PREVIOUS, <u32>previous);
    store<u32>(row - NEXT, 0);
    if (previous == 0) table.first = row;
    else store<u32>(previous - NEXT, <u32>row);
    previous = row;
  }
  table.last = previous;
  freeBlock(array, bytes);
  freeBlock(spare, bytes);
}

function comesBefore(left: usize, right: usize): bool {
  const byOrder = orderOf(left) - orderOf(right);
  return byOrder != 0 ? byOrder < 0 : load<u64>(left - SEQUENCE) <= load<u64>(right - SEQUENCE);
}
