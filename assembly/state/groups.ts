// The groups of one window: an index (slots.ts) over rows that lie in chunks in the order in which the groups began.
//
//   row    := u32 key length · u32 sequence · accumulator words (8 bytes each; kinds in words.ts) · key bytes, zero-padded to 8
//   chunk  := u32 next chunk · u32 bytes · u32 used bytes · u32 0 · rows …
//
// Law: iterating from firstRow gives the groups in the order of their first row, also after a restore (by sequence).
import { allocateBlock, freeBlock } from "./arena";
import { hashBytes, hashWord, loadPartial } from "./hash";
import { Slots, beginRow, clearRun, clearSlots, findSlot, findWordSlot, initializeSlots, keyBytes, listRows, markChanged, putSlot, reserveSlot, rowBytes, walkGroup, walkRows, walkedRow, ROW_HEADER_BYTES } from "./slots";
import { sortPointers } from "./sort";
import { freeWords, loadWords, saveWords } from "./words";
import * as snapshot from "./snapshot";

const CHUNK_BYTES_FIRST: usize = 1 << 14;
const CHUNK_BYTES_MAX: usize = 1 << 20;

/** Set by `findGroup`: the row was just made, with the words with which rows begin. */
export let groupIsNew: bool = false;

/** The table's own fields; lives in static memory of GROUPS_BYTES, zeroed. */
@unmanaged
export class Groups extends Slots {
  firstChunk: usize;
  chunk: usize;
  next: usize;
  end: usize;
  nextSequence: u32;
  /** Rows are not in sequence order (after a restore); `order` holds them sorted once that is asked for. */
  unordered: u32;
  /** Two arrays of pointers in one block; `sorted` is the one in order. */
  order: usize;
  orderCapacity: u32;
  sorted: usize;
  /** The chunk in which the last cursor lay. */
  iterated: usize;
}

/** Static bytes that a Groups takes. */
export const GROUPS_BYTES: usize = 96;

/** Prepares a zeroed table. */
export function initializeGroups(table: Groups, words: u32, kinds: usize, keyGroups: u32): void {
  initializeSlots(table, words, kinds, keyGroups);
}

/** The row of a key; made when there is none (then `groupIsNew`). The key may be over-read by 8 bytes. */
// @ts-ignore: decorator
@inline
export function findGroup(table: Groups, key: usize, length: u32): usize {
  if (length > 8) return findLongGroup(table, key, length);
  const word = loadPartial(key, length);
  const hash = hashWord(word, length);
  markChanged(table, hash);
  const slot = findWordSlot(table, word, length, hash);
  return rowIn(slot, table, key, length, hash);
}

function findLongGroup(table: Groups, key: usize, length: u32): usize {
  const hash = hashBytes(key, length);
  markChanged(table, hash);
  const slot = findSlot(table, key, length, hash);
  return rowIn(slot, table, key, length, hash);
}

/** The row of a key whose hash is known, and which is padded as those of rows are. */
// @ts-ignore: decorator
@inline
export function findPaddedGroup(table: Groups, key: usize, length: u32, hash: u32): usize {
  markChanged(table, hash);
  const slot = findSlot(table, key, length, hash, true);
  return rowIn(slot, table, key, length, hash);
}

// @ts-ignore: decorator
@inline
function rowIn(slot: usize, table: Groups, key: usize, length: u32, hash: u32): usize {
  const row = <usize>load<u32>(slot);
  groupIsNew = row == 0;
  return row != 0 ? row : insertGroup(table, key, length, hash, slot);
}

function insertGroup(table: Groups, key: usize, length: u32, hash: u32, slot: usize): usize {
  const free = reserveSlot(table, hash, slot);
  const row = appendRow(table, key, length);
  store<u32>(row, table.nextSequence++, 4);
  putSlot(table, free, row, hash);
  return row;
}

function appendRow(table: Groups, key: usize, length: u32): usize {
  const size = rowBytes(table, length);
  if (table.chunk == 0 || table.next + size > table.end) nextChunk(table, size);
  const row = table.next;
  table.next = row + size;
  beginRow(table, row, key, length);
  return row;
}

function nextChunk(table: Groups, size: usize): void {
  const current = table.chunk;
  if (current != 0) {
    // The unused rest is marked by a zero-length sentinel: iteration compares with the chunk's used end.
    store<u32>(current, <u32>(table.next - current), 8);
    const following = <usize>load<u32>(current);
    if (following != 0 && load<u32>(following, 4) >= <u32>(size + 16)) {
      useChunk(table, following);
      return;
    }
  }
  let bytes = current == 0 ? CHUNK_BYTES_FIRST : min<usize>(<usize>load<u32>(current, 4) * 2, CHUNK_BYTES_MAX);
  while (bytes < size + 16) bytes <<= 1;
  const chunk = allocateBlock(bytes);
  store<u32>(chunk, current == 0 ? 0 : load<u32>(current));
  store<u32>(chunk, <u32>bytes, 4);
  if (current == 0) table.firstChunk = chunk;
  else store<u32>(current, <u32>chunk);
  useChunk(table, chunk);
}

function useChunk(table: Groups, chunk: usize): void {
  table.chunk = chunk;
  table.next = chunk + 16;
  table.end = chunk + <usize>load<u32>(chunk, 4);
}

// ---- Iteration and reset ----------------------------------------------------------------------------------

/** A cursor at the first row, in order; 0 when there is none. A cursor is a row pointer, or an index into `order` plus one. */
export function firstRow(table: Groups): usize {
  if (table.count == 0) return 0;
  if (table.unordered != 0) {
    sortRows(table);
    return 1;
  }
  return table.firstChunk + 16;
}

/** The row that a cursor stands for. */
// @ts-ignore: decorator
@inline
export function rowAt(table: Groups, cursor: usize): usize {
  return table.unordered != 0 ? <usize>load<u32>(table.sorted + ((cursor - 1) << 2)) : cursor;
}

/** The cursor after this one, 0 at the end. */
export function nextRow(table: Groups, cursor: usize): usize {
  if (table.unordered != 0) return cursor < <usize>table.count ? cursor + 1 : 0;
  const after = cursor + rowBytes(table, load<u32>(cursor));
  if (after == table.next) return 0;
  return followChunk(table, cursor, after);
}

function followChunk(table: Groups, cursor: usize, after: usize): usize {
  let chunk = table.iterated;
  if (chunk == 0 || cursor < chunk || cursor >= chunk + <usize>load<u32>(chunk, 4)) {
    chunk = table.firstChunk;
    while (cursor < chunk || cursor >= chunk + <usize>load<u32>(chunk, 4)) chunk = <usize>load<u32>(chunk);
    table.iterated = chunk;
  }
  if (chunk != table.chunk && after == chunk + <usize>load<u32>(chunk, 8)) return <usize>load<u32>(chunk) + 16;
  return after;
}

/** Forgets all groups; memory is kept for the next window. */
export function resetGroups(table: Groups): void {
  if (table.count == 0) return;
  if (table.kinds != 0) freeAllWords(table);
  memory.fill(table.changed, 1, table.keyGroups);
  if (table.count < table.capacity >> 4) clearSlotsByRow(table);
  else clearSlots(table);
  if (table.order != 0) {
    freeBlock(table.order, <usize>table.orderCapacity << 2);
    table.order = 0;
  }
  table.unordered = 0;
  table.count = 0;
  table.nextSequence = 0;
  useChunk(table, table.firstChunk);
}

function clearSlotsByRow(table: Groups): void {
  for (let cursor = firstRow(table); cursor != 0; cursor = nextRow(table, cursor)) {
    const row = rowAt(table, cursor);
    clearRun(table, hashBytes(keyBytes(table, row), load<u32>(row)));
  }
}

function freeAllWords(table: Groups): void {
  for (let cursor = firstRow(table); cursor != 0; cursor = nextRow(table, cursor)) {
    freeWords(rowAt(table, cursor) + ROW_HEADER_BYTES, table.words, table.kinds);
  }
}

// ---- Snapshots --------------------------------------------------------------------------------------------

/** Writes the rows of one key group: per row key length, sequence, key, words. */
export function saveGroups(table: Groups, group: u32): void {
  store<u8>(table.changed + group, 0);
  walkGroup(table, group);
  for (let count = walkRows(table, group); count != 0; count = walkRows(table, group))
    for (let index: u32 = 0; index < count; index++) saveRow(table, walkedRow(index));
}

function saveRow(table: Groups, row: usize): void {
  const length = load<u32>(row);
  snapshot.writeU32(length);
  snapshot.writeU32(load<u32>(row, 4));
  snapshot.writeBytes(keyBytes(table, row), length);
  saveWords(row + ROW_HEADER_BYTES, table.words, table.kinds);
}

/** Reads rows up to `end` of the section into the table. */
export function loadGroups(table: Groups, end: usize): void {
  while (snapshot.readMore(end)) {
    const length = snapshot.readU32();
    const sequence = snapshot.readU32();
    const key = snapshot.readSpace(length);
    if (snapshot.readFailed) return;
    const row = findGroup(table, key, length);
    store<u32>(row, sequence, 4);
    if (sequence >= table.nextSequence) table.nextSequence = sequence + 1;
    loadWords(row + ROW_HEADER_BYTES, table.words, table.kinds);
    if (table.count > 1) table.unordered = 1;
  }
}

/** After the last blob: what was loaded equals what is stored. */
export function groupsLoaded(table: Groups): void {
  memory.fill(table.changed, 0, table.keyGroups);
}

function sortRows(table: Groups): void {
  if (table.order != 0) return;
  const count = table.count;
  table.orderCapacity = count * 2;
  table.order = allocateBlock(<usize>count << 3);
  listRows(table, table.order);
  table.sorted = sortPointers(table.order, table.order + (<usize>count << 2), count, beganBefore);
}

function beganBefore(left: usize, right: usize): bool {
  return load<u32>(left, 4) <= load<u32>(right, 4);
}
