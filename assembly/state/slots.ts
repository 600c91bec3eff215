// The index of a keyed container: open addressing with linear probing over rows that lie elsewhere.
//
//   row    := u32 key length · u32 (the container's) · words (8 bytes each; kinds in words.ts) · key bytes, zero-padded to 8
//   slot   := u32 row pointer (0: empty) · u32 hash
//   slots  := capacity + SPILL of them, a power of two, as a block of memory is one; home of a hash = hash · capacity / 2^32, then linear
//             without wrapping. As a key group is a range of hashes, its rows lie in one range of slots: a snapshot of one group reads
//             only that.
//
// Law: no empty slot lies between a row's home and its slot. Deletion moves later rows back instead of leaving marks (Knuth, The Art of
// Computer Programming 3, 6.4, algorithm R).
import { allocateBlock, freeBlock } from "./arena";
import { equalBytes, keyGroupOf, loadPartial } from "./hash";

const SPILL: u32 = 256;
const CAPACITY_FIRST: u32 = 768;
const SPARSE_MAX: u32 = 1 << 15;
/** Bytes of a row before its words. */
export const ROW_HEADER_BYTES: usize = 8;

/** The fields that keyed containers share; they extend it. */
@unmanaged
export class Slots {
  slots: usize;
  /** Homes: the slots without those behind the last home. */
  capacity: u32;
  count: u32;
  /** Words of a row. */
  words: u32;
  /** One u32 a word: its kind (words.ts). 0 when all are plain. */
  kinds: usize;
  keyGroups: u32;
  /** Key groups that have had a row. */
  usedGroups: u32;
  /** One byte a key group: changed since its last snapshot. Behind them, one a key group: it has had a row. */
  changed: usize;
  /** The words of a row that begins; 0 when all are zero. Only plain ones may be other than zero. */
  initial: usize;
}

/** Prepares the index of a zeroed container. */
export function initializeSlots(table: Slots, words: u32, kinds: usize, keyGroups: u32): void {
  table.words = words;
  table.kinds = kinds;
  table.keyGroups = keyGroups;
  table.changed = allocateBlock(keyGroups * 2 + 8);
  memory.fill(table.changed, 0, keyGroups * 2 + 8);
  allocateSlots(table, CAPACITY_FIRST);
}

function slotsBytes(capacity: u32): usize {
  return <usize>(capacity + SPILL) << 3;
}

function allocateSlots(table: Slots, capacity: u32): void {
  const bytes = slotsBytes(capacity);
  table.slots = allocateBlock(bytes);
  memory.fill(table.slots, 0, bytes);
  table.capacity = capacity;
}

// @ts-ignore: decorator
@inline
function homeOf(table: Slots, hash: u32): usize {
  return table.slots + (<usize>((<u64>hash * <u64>table.capacity) >> 32) << 3);
}

/** The key's bytes of a row. */
// @ts-ignore: decorator
@inline
export function keyBytes(table: Slots, row: usize): usize {
  return row + ROW_HEADER_BYTES + (<usize>table.words << 3);
}

/** Bytes of a row with a key of that length. */
// @ts-ignore: decorator
@inline
export function rowBytes(table: Slots, keyLength: u32): usize {
  return ROW_HEADER_BYTES + (<usize>table.words << 3) + ((<usize>keyLength + 7) & ~7);
}

/** Writes the words and the key of a row that begins. The key may be over-read by 8 bytes. */
export function beginRow(table: Slots, row: usize, key: usize, length: u32): void {
  let at = row + ROW_HEADER_BYTES;
  const words = table.words;
  const initial = table.initial;
  for (let index: u32 = 0; index < words; index++, at += 8) store<u64>(at, initial == 0 ? 0 : load<u64>(initial + (<usize>index << 3)));
  store<u32>(row, length);
  for (; length > 8; length -= 8, at += 8, key += 8) store<u64>(at, load<u64>(key));
  if (length != 0) store<u64>(at, loadPartial(key, length));
}

/** Notes that the key group of a hash changed. */
// @ts-ignore: decorator
@inline
export function markChanged(table: Slots, hash: u32): void {
  store<u8>(table.changed + keyGroupOf(hash, table.keyGroups), 1);
}

/**
 * The slot of a key, or the empty one where it may go (after `reserveSlot`). The key may be over-read by 8 bytes; with `padded`, a constant,
 * it is padded as those of rows are.
 */
// @ts-ignore: decorator
@inline
export function findSlot(table: Slots, key: usize, length: u32, hash: u32, padded: bool = false): usize {
  let at = homeOf(table, hash);
  for (;;) {
    const slot = load<u64>(at);
    if (slot == 0) break;
    if (<u32>(slot >> 32) == hash) {
      const row = <usize>(<u32>slot);
      const own = keyBytes(table, row);
      if (load<u32>(row) == length && (padded ? equalWords(own, key, length) : equalBytes(own, key, length))) break;
    }
    at += 8;
  }
  return at;
}

/**
 * The same for a key of at most 8 bytes as a word, the others of which are zero: nothing of it is loaded, masked or looped over again, which
 * is 1.5 % of an aggregate by a short key.
 */
// @ts-ignore: decorator
@inline
export function findWordSlot(table: Slots, word: u64, length: u32, hash: u32): usize {
  let at = homeOf(table, hash);
  for (;;) {
    const slot = load<u64>(at);
    if (slot == 0) break;
    if (<u32>(slot >> 32) == hash) {
      const row = <usize>(<u32>slot);
      // Keys are padded with zeros; an empty one has no bytes.
      if (load<u32>(row) == length && (length == 0 || load<u64>(keyBytes(table, row)) == word)) break;
    }
    at += 8;
  }
  return at;
}

// @ts-ignore: decorator
@inline
function equalWords(left: usize, right: usize, length: u32): bool {
  for (let at: u32 = 0; at < length; at += 8) if (load<u64>(left + at) != load<u64>(right + at)) return false;
  return true;
}

/** Makes sure that a row can be put where `findSlot` ended; returns the empty slot for it. */
export function reserveSlot(table: Slots, hash: u32, slot: usize): usize {
  const used = table.changed + <usize>(table.keyGroups + keyGroupOf(hash, table.keyGroups));
  if (load<u8>(used) == 0) {
    store<u8>(used, 1);
    table.usedGroups++;
  }
  while (isFilled(table) || slot + 16 >= table.slots + slotsBytes(table.capacity)) {
    growSlots(table);
    slot = freeSlot(table, hash);
  }
  return slot;
}

// Rows have their homes in the ranges of the key groups that are used. These may be a part of all: where a snapshot is read, group by group,
// or the others have other owners. A table that were filled by the count alone would then have them in one run, each row behind all others.
// While the slots fit a processor's cache they are filled to half only: that they lie far apart saves more than reading them costs.
function isFilled(table: Slots): bool {
  const rows = <u64>table.count * <u64>table.keyGroups;
  const homes = <u64>table.capacity * <u64>table.usedGroups;
  return table.capacity <= SPARSE_MAX ? rows * 2 >= homes : rows * 10 >= homes * 7;
}

/** Puts a row into a reserved slot. */
export function putSlot(table: Slots, slot: usize, row: usize, hash: u32): void {
  store<u64>(slot, (<u64>hash << 32) | <u64>(<u32>row));
  table.count++;
}

/** Takes a row out of the index. */
export function removeSlot(table: Slots, row: usize, hash: u32): void {
  let hole = homeOf(table, hash);
  while (<usize>load<u32>(hole) != row) hole += 8;
  for (let at = hole + 8; ; at += 8) {
    const slot = load<u64>(at);
    if (slot == 0) break;
    if (homeOf(table, <u32>(slot >> 32)) > hole) continue;
    store<u64>(hole, slot);
    hole = at;
  }
  store<u64>(hole, 0);
  table.count--;
}

/** Forgets a row and all that lie in one run with it: for a caller that forgets every row of the table. */
export function clearRun(table: Slots, hash: u32): void {
  for (let at = homeOf(table, hash); load<u64>(at) != 0; at += 8) store<u64>(at, 0);
}

/** Empties all slots at once. */
export function clearSlots(table: Slots): void {
  memory.fill(table.slots, 0, slotsBytes(table.capacity));
}

function freeSlot(table: Slots, hash: u32): usize {
  let at = homeOf(table, hash);
  while (load<u64>(at) != 0) at += 8;
  return at;
}

function nextCapacity(capacity: u32): u32 {
  return (capacity + SPILL) * 2 - SPILL;
}

function growSlots(table: Slots): void {
  const old = table.slots;
  const oldCapacity = table.capacity;
  for (let capacity = nextCapacity(oldCapacity); ; capacity = nextCapacity(capacity)) {
    allocateSlots(table, capacity);
    if (moveSlots(table, old, oldCapacity)) break;
    freeBlock(table.slots, slotsBytes(capacity));
  }
  freeBlock(old, slotsBytes(oldCapacity));
}

function moveSlots(table: Slots, old: usize, oldCapacity: u32): bool {
  const limit = table.slots + slotsBytes(table.capacity) - 16;
  for (let index: u32 = 0; index < oldCapacity + SPILL; index++) {
    const slot = load<u64>(old + (<usize>index << 3));
    if (slot == 0) continue;
    const at = freeSlot(table, <u32>(slot >> 32));
    if (at >= limit) return false;
    store<u64>(at, slot);
  }
  return true;
}

// ---- Walks ------------------------------------------------------------------------------------------------

// Rows lie anywhere in memory: those of a few slots are touched together before they are read one by one, so that the processor waits for
// all of them at once.
const WALK_ROWS: u32 = 16;
const walked: usize = memory.data(16 * 4, 8);
let walkedAt: usize = 0;
let touched: u64 = 0;

/** Begins a walk over the rows of a key group. */
export function walkGroup(table: Slots, group: u32): void {
  walkedAt = homeOf(table, <u32>(((<u64>group << 32) + <u64>table.keyGroups - 1) / <u64>table.keyGroups));
}

/** How many rows come next, at most 16; 0 when the group has no more. */
export function walkRows(table: Slots, group: u32): u32 {
  const last =
    group + 1 == table.keyGroups
      ? table.slots + (<usize>(table.capacity - 1) << 3)
      : homeOf(table, <u32>((<u64>(group + 1) << 32) / <u64>table.keyGroups));
  const limit = table.slots + slotsBytes(table.capacity);
  let count: u32 = 0;
  let sum: u64 = 0;
  let at = walkedAt;
  for (; at < limit && count < WALK_ROWS; at += 8) {
    const slot = load<u64>(at);
    if (slot == 0 && at > last) {
      at = limit;
      break;
    }
    if (slot == 0 || keyGroupOf(<u32>(slot >> 32), table.keyGroups) != group) continue;
    store<u32>(walked + (<usize>count << 2), <u32>slot);
    count++;
    sum += load<u32>(<usize>(<u32>slot));
  }
  walkedAt = at;
  touched = sum;
  return count;
}

/** One of the rows that come next. */
// @ts-ignore: decorator
@inline
export function walkedRow(index: u32): usize {
  return <usize>load<u32>(walked + (<usize>index << 2));
}

/** Touches the homes of the hashes (u32) that lie every `stride` bytes. */
export function touchSlots(table: Slots, first: usize, end: usize, stride: u32): void {
  let sum: u64 = 0;
  for (let at = first; at < end; at += stride) sum += load<u64>(homeOf(table, load<u32>(at)));
  touched = sum;
}

/** Touches the first row from their homes on, its words and its key; an empty slot leads to address 0. */
export function touchRows(table: Slots, first: usize, end: usize, stride: u32): void {
  const key = ROW_HEADER_BYTES + (<usize>table.words << 3);
  let sum: u64 = 0;
  for (let at = first; at < end; at += stride) {
    const row = <usize>load<u32>(homeOf(table, load<u32>(at)));
    sum += load<u64>(row) + load<u64>(row + key);
  }
  touched = sum;
}

/** Writes the pointers of all rows, 4 bytes each, in the order of slots. */
export function listRows(table: Slots, to: usize): void {
  const limit = table.slots + slotsBytes(table.capacity);
  for (let at = table.slots; at < limit; at += 8) {
    const slot = load<u64>(at);
    if (slot == 0) continue;
    store<u32>(to, <u32>slot);
    to += 4;
  }
}
