// The groups of one window: open addressing over rows that lie in chunks in the order in which the groups began.
//
//   row    := u32 key length · u32 sequence · accumulator words (8 bytes each) · key bytes, zero-padded to 8
//   slot   := u32 row pointer (0: empty) · u32 hash
//   slots  := capacity + SPILL of them; home of a hash = hash >> shift, then linear without wrapping. As a key group is a range of
//             hashes, its rows lie in one range of slots: a snapshot of one group reads only that.
//   chunk  := u32 next chunk · u32 bytes · rows …
//
// Law: iterating from firstRow gives the groups in the order of their first row, also after a restore (by sequence).
import { allocateBlock, freeBlock } from "./arena";
import { hashBytes, equalBytes } from "./hash";
import { textOf, textPointer, textLength, Text } from "../text";
import * as snapshot from "./snapshot";

const SPILL: u32 = 256;
const CHUNK_BYTES_FIRST: usize = 1 << 14;
const CHUNK_BYTES_MAX: usize = 1 << 20;
/** Bytes of a row before its accumulators. */
export const ROW_HEADER_BYTES: usize = 8;

/** Set by `findGroup`: the row was just made and its accumulators are zero. */
export let groupIsNew: bool = false;

/** The table's own fields; lives in static memory of GROUPS_BYTES, zeroed. */
@unmanaged
export class Groups {
  slots: usize;
  capacity: u32;
  shift: u32;
  count: u32;
  /** Accumulator words of a row. */
  words: u32;
  /** One byte a word: 1 when it is a text that the table owns. 0 when no word is. */
  textWords: usize;
  firstChunk: usize;
  chunk: usize;
  next: usize;
  end: usize;
  nextSequence: u32;
  /** Rows are not in sequence order (after a restore); `order` holds them sorted once that is asked for. */
  unordered: u32;
  order: usize;
  orderCapacity: u32;
  keyGroups: u32;
  /** One byte a key group: changed since its last snapshot. */
  changed: usize;
  /** The chunk in which the last cursor lay. */
  iterated: usize;
}

/** Static bytes that a Groups takes. */
export const GROUPS_BYTES: usize = 96;

/** Prepares a zeroed table. */
export function initializeGroups(table: Groups, words: u32, textWords: usize, keyGroups: u32): void {
  table.words = words;
  table.textWords = textWords;
  table.keyGroups = keyGroups;
  table.changed = allocateBlock(keyGroups + 8);
  memory.fill(table.changed, 0, keyGroups + 8);
  allocateSlots(table, 256);
}

function allocateSlots(table: Groups, capacity: u32): void {
  const bytes = <usize>(capacity + SPILL) << 3;
  table.slots = allocateBlock(bytes);
  memory.fill(table.slots, 0, bytes);
  table.capacity = capacity;
  table.shift = clz<u32>(capacity) + 1;
}

/** The row of a key; made when there is none (then `groupIsNew`). The key may be over-read by 8 bytes. */
// @ts-ignore: decorator
@inline
export function findGroup(table: Groups, key: usize, length: u32): usize {
  const hash = hashBytes(key, length);
  store<u8>(table.changed + <usize>((<u64>hash * <u64>table.keyGroups) >> 32), 1);
  let at = table.slots + ((<usize>hash >>> table.shift) << 3);
  for (;;) {
    const slot = load<u64>(at);
    if (slot == 0) break;
    if (<u32>(slot >> 32) == hash) {
      const row = <usize>(<u32>slot);
      if (load<u32>(row) == length && equalBytes(row + ROW_HEADER_BYTES + (<usize>table.words << 3), key, length)) {
        groupIsNew = false;
        return row;
      }
    }
    at += 8;
  }
  groupIsNew = true;
  return insertGroup(table, key, length, hash, at);
}

function insertGroup(table: Groups, key: usize, length: u32, hash: u32, slot: usize): usize {
  if (table.count * 10 >= table.capacity * 7 || slot + 16 >= table.slots + (<usize>(table.capacity + SPILL) << 3)) {
    growSlots(table);
    return insertGroup(table, key, length, hash, freeSlot(table, hash));
  }
  const row = appendRow(table, key, length);
  store<u32>(row, table.nextSequence++, 4);
  store<u64>(slot, (<u64>hash << 32) | <u64>(<u32>row));
  table.count++;
  return row;
}

function appendRow(table: Groups, key: usize, length: u32): usize {
  const size = rowBytes(table, length);
  if (table.chunk == 0 || table.next + size > table.end) nextChunk(table, size);
  const row = table.next;
  table.next = row + size;
  memory.fill(row, 0, size);
  store<u32>(row, length);
  memory.copy(row + ROW_HEADER_BYTES + (<usize>table.words << 3), key, length);
  return row;
}

// @ts-ignore: decorator
@inline
function rowBytes(table: Groups, keyLength: u32): usize {
  return ROW_HEADER_BYTES + (<usize>table.words << 3) + ((<usize>keyLength + 7) & ~7);
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

function freeSlot(table: Groups, hash: u32): usize {
  let at = table.slots + ((<usize>hash >>> table.shift) << 3);
  while (load<u64>(at) != 0) at += 8;
  return at;
}

function growSlots(table: Groups): void {
  const old = table.slots;
  const oldCapacity = table.capacity;
  let capacity = oldCapacity * 2;
  for (;;) {
    allocateSlots(table, capacity);
    if (moveSlots(table, old, oldCapacity)) break;
    freeBlock(table.slots, <usize>(capacity + SPILL) << 3);
    capacity *= 2;
  }
  freeBlock(old, <usize>(oldCapacity + SPILL) << 3);
}

function moveSlots(table: Groups, old: usize, oldCapacity: u32): bool {
  const limit = table.slots + (<usize>(table.capacity + SPILL) << 3) - 16;
  for (let index: u32 = 0; index < oldCapacity + SPILL; index++) {
    const slot = load<u64>(old + (<usize>index << 3));
    if (slot == 0) continue;
    const at = freeSlot(table, <u32>(slot >> 32));
    if (at >= limit) return false;
    store<u64>(at, slot);
  }
  return true;
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
  return table.unordered != 0 ? <usize>load<u32>(table.order + ((cursor - 1) << 2)) : cursor;
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

/** The key's bytes of a row. */
// @ts-ignore: decorator
@inline
export function rowKey(table: Groups, row: usize): usize {
  return row + ROW_HEADER_BYTES + (<usize>table.words << 3);
}

/** Forgets all groups; memory is kept for the next window. */
export function resetGroups(table: Groups): void {
  if (table.count == 0) return;
  if (table.textWords != 0) freeTexts(table);
  memory.fill(table.changed, 1, table.keyGroups);
  if (table.count < table.capacity >> 4) clearSlotsByRow(table);
  else memory.fill(table.slots, 0, <usize>(table.capacity + SPILL) << 3);
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
  let cursor = firstRow(table);
  while (cursor != 0) {
    const row = rowAt(table, cursor);
    const hash = hashBytes(rowKey(table, row), load<u32>(row));
    let at = table.slots + ((<usize>hash >>> table.shift) << 3);
    // Neighbours of the run go as well: all of them belong to rows that are forgotten now.
    while (load<u64>(at) != 0) {
      store<u64>(at, 0);
      at += 8;
    }
    cursor = nextRow(table, cursor);
  }
}

function freeTexts(table: Groups): void {
  let cursor = firstRow(table);
  while (cursor != 0) {
    const row = rowAt(table, cursor);
    for (let word: u32 = 0; word < table.words; word++) {
      if (load<u8>(table.textWords + word) != 0) freeOwnedText(row + ROW_HEADER_BYTES + (<usize>word << 3));
    }
    cursor = nextRow(table, cursor);
  }
}

// ---- Owned texts ------------------------------------------------------------------------------------------

/** Replaces the text that the word at `at` owns by a copy of `text`. */
export function storeOwnedText(at: usize, text: Text): void {
  const length = textLength(text);
  const old = load<u64>(at);
  if (old != 0 && length + 8 <= <u32>blockBytesOf(old) && length + 8 > <u32>blockBytesOf(old) >> 2) {
    memory.copy(textPointer(old), textPointer(text), length);
    store<u64>(at, textOf(textPointer(old), length));
    return;
  }
  const block = allocateBlock(<usize>length + 16);
  store<u64>(block, <u64>length + 16);
  memory.copy(block + 8, textPointer(text), length);
  if (old != 0) freeOwnedText(at);
  store<u64>(at, textOf(block + 8, length));
}

// The 8 bytes before an owned text hold the size of its block as it was asked for.
function blockBytesOf(text: Text): usize {
  return <usize>load<u64>(textPointer(text) - 8) - 8;
}

function freeOwnedText(at: usize): void {
  const old = load<u64>(at);
  if (old == 0) return;
  const block = textPointer(old) - 8;
  freeBlock(block, <usize>load<u64>(block));
  store<u64>(at, 0);
}

// ---- Snapshots --------------------------------------------------------------------------------------------

/** Writes the rows of one key group: per row key length, sequence, words (texts follow their word), key. */
export function saveGroups(table: Groups, group: u32): void {
  store<u8>(table.changed + group, 0);
  const from = <u32>(((<u64>group << 32) + <u64>table.keyGroups - 1) / <u64>table.keyGroups);
  let at = table.slots + ((<usize>from >>> table.shift) << 3);
  const last = group + 1 == table.keyGroups ? table.capacity - 1 : <u32>(((<u64>(group + 1) << 32) / <u64>table.keyGroups) >>> table.shift);
  const end = table.slots + (<usize>last << 3);
  const limit = table.slots + (<usize>(table.capacity + SPILL) << 3);
  while (at < limit) {
    const slot = load<u64>(at);
    if (slot == 0 && at > end) break;
    if (slot != 0 && <u32>(((slot >> 32) * <u64>table.keyGroups) >> 32) == group) saveRow(table, <usize>(<u32>slot));
    at += 8;
  }
}

function saveRow(table: Groups, row: usize): void {
  const length = load<u32>(row);
  snapshot.writeU32(length);
  snapshot.writeU32(load<u32>(row, 4));
  for (let word: u32 = 0; word < table.words; word++) {
    const value = load<u64>(row + ROW_HEADER_BYTES + (<usize>word << 3));
    if (table.textWords != 0 && load<u8>(table.textWords + word) != 0) {
      snapshot.writeU64(value == 0 ? 0 : <u64>textLength(value) + 1);
      snapshot.writeBytes(textPointer(value), textLength(value));
    } else {
      snapshot.writeU64(value);
    }
  }
  snapshot.writeBytes(rowKey(table, row), length);
}

/** Reads rows up to `end` of the section into the table. */
export function loadGroups(table: Groups, end: usize): void {
  while (snapshot.readMore(end)) {
    const length = snapshot.readU32();
    const sequence = snapshot.readU32();
    const words = table.words;
    const values = snapshot.readPosition();
    // The key lies behind words of varying length: pass over them first.
    for (let word: u32 = 0; word < words; word++) {
      const value = snapshot.readU64();
      if (table.textWords != 0 && load<u8>(table.textWords + word) != 0 && value != 0) snapshot.readSpace(<usize>value - 1);
    }
    const key = snapshot.readSpace(length);
    if (snapshot.readFailed) return;
    const row = findGroup(table, key, length);
    store<u32>(row, sequence, 4);
    if (sequence >= table.nextSequence) table.nextSequence = sequence + 1;
    let at = values;
    for (let word: u32 = 0; word < words; word++) {
      const value = load<u64>(at);
      at += 8;
      const target = row + ROW_HEADER_BYTES + (<usize>word << 3);
      if (table.textWords != 0 && load<u8>(table.textWords + word) != 0) {
        if (value == 0) continue;
        storeOwnedText(target, textOf(at, <u32>value - 1));
        at += <usize>value - 1;
      } else {
        store<u64>(target, value);
      }
    }
    if (table.count > 1) table.unordered = 1;
  }
}

/** After the last blob: what was loaded equals what is stored. */
export function groupsLoaded(table: Groups): void {
  memory.fill(table.changed, 0, table.keyGroups);
}

// Merge sort of row pointers by sequence, bottom up, in two arrays that lie side by side.
function sortRows(table: Groups): void {
  if (table.order != 0) return;
  const count = table.count;
  table.orderCapacity = count * 2;
  table.order = allocateBlock(<usize>count << 3);
  let write = table.order;
  const limit = table.slots + (<usize>(table.capacity + SPILL) << 3);
  for (let at = table.slots; at < limit; at += 8) {
    const slot = load<u64>(at);
    if (slot == 0) continue;
    store<u32>(write, <u32>slot);
    write += 4;
  }
  let from = table.order;
  let to = table.order + (<usize>count << 2);
  for (let width: u32 = 1; width < count; width <<= 1) {
    for (let start: u32 = 0; start < count; start += width << 1) {
      mergeRuns(from, to, start, min<u32>(start + width, count), min<u32>(start + (width << 1), count));
    }
    const swap = from;
    from = to;
    to = swap;
  }
  if (from != table.order) memory.copy(table.order, from, <usize>count << 2);
}

function mergeRuns(from: usize, to: usize, start: u32, middle: u32, end: u32): void {
  let left = start;
  let right = middle;
  for (let index = start; index < end; index++) {
    const takeLeft =
      left < middle && (right >= end || sequenceAt(from, left) <= sequenceAt(from, right));
    store<u32>(to + (<usize>index << 2), load<u32>(from + (<usize>(takeLeft ? left++ : right++) << 2)));
  }
}

function sequenceAt(array: usize, index: u32): u32 {
  return load<u32>(<usize>load<u32>(array + (<usize>index << 2)), 4);
}
