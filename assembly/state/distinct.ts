// The set of distinct values that an aggregate over DISTINCT has seen: one word of a row. Two forms: plain, where values only come, and
// counted, where they also leave (sliding windows) and a value is gone with its last occurrence.
//
//   word   := u32 set (0: empty) · u32 0
//   set    := u32 slots · u32 capacity · u32 values · u32 bytes of the block
//   slots  := capacity of them, and one more for the number 0, whose bits would look empty
//   slot   := u64 value (numbers: their bits; texts: an owned text; 0: empty) [· u64 occurrences, of a counted set]
//
// Open addressing with linear probing, home = hash × capacity / 2^32 (Lemire, "Fast random integer generation in an interval", 2019), so
// that a set fills its block. Deletion moves values back (Knuth 6.4, algorithm R). Memory: 16 bytes a set and a block of a power of two
// bytes, between 1.4 and 2.7 slots a value once there are a few; a text has its own block besides.
import { allocateBlock, freeBlock } from "./arena";
import { equalBytes, hashBytes } from "./hash";
import { copyText, freeOwnedText, loadOwnedText, saveOwnedText } from "./ownedText";
import { Text, textLength, textPointer } from "../text";
import * as snapshot from "./snapshot";

const SET_BYTES: usize = 16;
const SLOTS_BYTES_FIRST: usize = 64;
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

@unmanaged
class DistinctSet {
  slots: usize;
  capacity: u32;
  count: u32;
  bytes: u32;
}

// @ts-ignore: decorator
@inline
function setAt(word: usize): DistinctSet {
  return changetype<DistinctSet>(<usize>load<u32>(word));
}

// @ts-ignore: decorator
@inline
function slotAt(slots: usize, index: u32, counted: bool): usize {
  return slots + (<usize>index << (counted ? 4 : 3));
}

function hashNumber(value: u64): u32 {
  let hash = value * MULTIPLIER;
  hash ^= hash >> 32;
  hash *= MULTIPLIER;
  return <u32>(hash >> 32);
}

// @ts-ignore: decorator
@inline
function homeOf(set: DistinctSet, value: u64, texts: bool): u32 {
  const hash = texts ? hashBytes(textPointer(value), textLength(value)) : hashNumber(value);
  return <u32>((<u64>hash * <u64>set.capacity) >> 32);
}

function slotOf(set: DistinctSet, value: u64, texts: bool, counted: bool): usize {
  if (!texts && value == 0) return slotAt(set.slots, set.capacity, counted);
  let index = homeOf(set, value, texts);
  for (;;) {
    const found = load<u64>(slotAt(set.slots, index, counted));
    if (found == 0 || found == value) break;
    if (texts && textLength(found) == textLength(value) && equalBytes(textPointer(found), textPointer(value), textLength(value))) break;
    if (++index == set.capacity) index = 0;
  }
  return slotAt(set.slots, index, counted);
}

function makeSet(word: usize, counted: bool): void {
  const set = changetype<DistinctSet>(allocateBlock(SET_BYTES));
  store<u64>(word, <u64>changetype<usize>(set));
  set.count = 0;
  takeSlots(set, SLOTS_BYTES_FIRST, counted);
}

function capacityOf(bytes: usize, counted: bool): u32 {
  return <u32>(bytes >> (counted ? 4 : 3)) - 1;
}

function isFilled(count: u32, capacity: u32): bool {
  return count * 4 >= capacity * 3;
}

// The slot of the number 0 holds, in a plain set, 1 when it is there; in a counted one only its occurrences say so.
function takeSlots(set: DistinctSet, bytes: usize, counted: bool): void {
  set.bytes = <u32>bytes;
  set.capacity = capacityOf(bytes, counted);
  set.slots = allocateBlock(bytes);
  memory.fill(set.slots, 0, bytes);
}

function resize(set: DistinctSet, bytes: usize, texts: bool, counted: bool): void {
  const old = set.slots;
  const oldCapacity = set.capacity;
  const oldBytes = set.bytes;
  takeSlots(set, bytes, counted);
  for (let index: u32 = 0; index <= oldCapacity; index++) {
    const from = slotAt(old, index, counted);
    const value = load<u64>(from);
    const to = index == oldCapacity ? slotAt(set.slots, set.capacity, counted) : value == 0 ? 0 : slotOf(set, value, texts, counted);
    if (to != 0) memory.copy(to, from, counted ? 16 : 8);
  }
  freeBlock(old, oldBytes);
}

/** Adds a value to the set of the word at `word`; true when it is a new one. */
export function addDistinct(word: usize, value: u64, texts: bool, counted: bool): bool {
  if (load<u32>(word) == 0) makeSet(word, counted);
  const set = setAt(word);
  if (isFilled(set.count, set.capacity)) resize(set, set.bytes * 2, texts, counted);
  const slot = slotOf(set, value, texts, counted);
  const zero = !texts && value == 0;
  const known = zero && counted ? load<u64>(slot, 8) != 0 : load<u64>(slot) != 0;
  if (!known) {
    set.count++;
    if (texts) store<u64>(slot, copyText(value));
    else store<u64>(slot, zero ? u64(!counted) : value);
  }
  if (counted) store<u64>(slot, load<u64>(slot, 8) + 1, 8);
  return !known;
}

/** Takes one occurrence of a value, which is there, out of a counted set; true when it was the last one. */
export function removeDistinct(word: usize, value: u64, texts: bool): bool {
  const set = setAt(word);
  const slot = slotOf(set, value, texts, true);
  const left = load<u64>(slot, 8) - 1;
  store<u64>(slot, left, 8);
  if (left != 0) return false;
  set.count--;
  if (texts) freeOwnedText(slot);
  if (texts || value != 0) closeGap(set, slot, texts);
  if (set.count == 0) freeSet(word, texts, true);
  else if (set.count * 8 < set.capacity && set.bytes > SLOTS_BYTES_FIRST) resize(set, set.bytes >> 1, texts, true);
  return true;
}

// Moves back what can't be found any more once a slot of a counted set is empty.
function closeGap(set: DistinctSet, slot: usize, texts: bool): void {
  let hole = <u32>((slot - set.slots) >> 4);
  store<u64>(slot, 0);
  for (let index = hole; ; ) {
    index = index + 1 == set.capacity ? 0 : index + 1;
    const at = set.slots + (<usize>index << 4);
    const value = load<u64>(at);
    if (value == 0) return;
    const home = homeOf(set, value, texts);
    // Stays when its home lies behind the hole, cyclically.
    const stays = hole <= index ? hole < home && home <= index : hole < home || home <= index;
    if (stays) continue;
    memory.copy(set.slots + (<usize>hole << 4), at, 16);
    memory.fill(at, 0, 16);
    hole = index;
  }
}

/** How many values there are. */
// @ts-ignore: decorator
@inline
export function distinctCount(word: usize): i64 {
  return load<u32>(word) == 0 ? 0 : <i64>setAt(word).count;
}

/** Gives all memory back; the word is empty then. */
export function freeSet(word: usize, texts: bool, counted: bool): void {
  if (load<u32>(word) == 0) return;
  const set = setAt(word);
  if (texts) {
    for (let index: u32 = 0; index < set.capacity; index++) freeOwnedText(slotAt(set.slots, index, counted));
  }
  freeBlock(set.slots, set.bytes);
  freeBlock(changetype<usize>(set), SET_BYTES);
  store<u64>(word, 0);
}

/** Writes how many values there are, and each with its occurrences. */
export function saveSet(word: usize, texts: bool, counted: bool): void {
  snapshot.writeU32(<u32>distinctCount(word));
  if (load<u32>(word) == 0) return;
  const set = setAt(word);
  for (let index: u32 = 0; index <= set.capacity; index++) {
    const slot = slotAt(set.slots, index, counted);
    const zero = index == set.capacity;
    if (zero && texts) break;
    if (zero && counted ? load<u64>(slot, 8) == 0 : load<u64>(slot) == 0) continue;
    if (texts) saveOwnedText(load<u64>(slot));
    else snapshot.writeU64(zero ? 0 : load<u64>(slot));
    if (counted) snapshot.writeU64(load<u64>(slot, 8));
  }
}

/** Reads values into an empty set. */
export function loadSet(word: usize, texts: bool, counted: bool): void {
  const count = snapshot.readU32();
  if (count > 0) reserveSet(word, count, texts, counted);
  for (let index: u32 = 0; index < count && !snapshot.readFailed; index++) {
    const value = texts ? readText() : snapshot.readU64();
    const occurrences = counted ? snapshot.readU64() : 1;
    if (snapshot.readFailed) return;
    addDistinct(word, value, texts, counted);
    if (counted) store<u64>(slotOf(setAt(word), value, texts, true), occurrences, 8);
  }
}

// They come in the order of their homes: in a set that grows as they come, those of the first homes would stand in one run, and each would be
// put behind all others. No value takes less than 4 bytes of a snapshot.
function reserveSet(word: usize, count: u32, texts: bool, counted: bool): void {
  makeSet(word, counted);
  const values = min(count, <u32>(snapshot.blobEnd() - snapshot.readPosition()) >> 2);
  let bytes = SLOTS_BYTES_FIRST;
  while (isFilled(values, capacityOf(bytes, counted))) bytes <<= 1;
  if (bytes > SLOTS_BYTES_FIRST) resize(setAt(word), bytes, texts, counted);
}

const textWord: usize = memory.data(8, 8);

// A text of the snapshot, valid until the next one is read.
function readText(): Text {
  freeOwnedText(textWord);
  loadOwnedText(textWord);
  return load<u64>(textWord);
}
