// TOP_K_ITEMS_TUMBLING: the most frequent items of a window.
//
// Law: with c = max(10 000, 10 K) counters, counts are exact while the window has at most c different items. Past it the counters follow
// Space-Saving (Metwally, Agrawal, El Abbadi, "Efficient computation of frequent and top-k elements in data streams", ICDT 2005): a new item
// takes over the least counter, the one whose item appeared first where several are least. A count is then never too low and too high by at
// most n / c for n rows, and every item with more than n / c rows is there. Items leave by count, greatest first, then by first appearance.
//
//   slots := u32 item number + 1 (0: empty), open addressing from hash & (capacity − 1), linear; at most half full
//   item  := u64 count · i64 sequence · u32 hash · u32 key length · u32 key block · u32 place in the heap
//   heap  := u32 item number, the least first; only once a counter had to be taken over
//   order := u32 item number, the greatest first; only while items leave
import { Text, textLength, textOf, textPointer } from "../text";
import { allocateBlock, freeBlock } from "../state/arena";
import { equalBytes, hashBytes } from "../state/hash";
import * as snapshot from "../state/snapshot";
import { TableWindow, closeTableWindow, openTableWindow } from "./window";

const ITEM_BYTES: usize = 32;
const KEY_SLACK_BYTES: usize = 16;
const ITEMS_FIRST: u32 = 64;
const COUNTERS_MIN: u32 = 10000;
const COUNTERS_PER_ITEM: u32 = 10;

/** A window's items; zeroed static memory of TOP_ITEMS_BYTES. */
@unmanaged
export class TopItems extends TableWindow {
  nextSequence: i64;
  wanted: u32;
  counters: u32;
  count: u32;
  capacity: u32;
  items: usize;
  slots: usize;
  slotCapacity: u32;
  heap: usize;
  order: usize;
  /** Items left in `order`. */
  ordered: u32;
  /** Items that may still leave. */
  left: u32;
}

/** Static bytes of a TopItems. */
export const TOP_ITEMS_BYTES: usize = 80;

/** Prepares a zeroed container for the `wanted` most frequent items. */
export function initializeTopItems(top: TopItems, wanted: u32): void {
  closeTableWindow(top);
  top.wanted = wanted;
  top.counters = max<u32>(COUNTERS_MIN, wanted * COUNTERS_PER_ITEM);
}

// @ts-ignore: decorator
@inline
function itemAt(top: TopItems, index: u32): usize {
  return top.items + <usize>index * ITEM_BYTES;
}

/** Counts an item of the open window; its bytes may be over-read by 16. */
export function addTopItem(top: TopItems, item: Text): void {
  const length = textLength(item);
  const hash = hashBytes(textPointer(item), length);
  const slot = top.slotCapacity == 0 ? <usize>0 : findSlot(top, hash, textPointer(item), length);
  const found = slot == 0 ? 0 : load<u32>(slot);
  if (found != 0) {
    const entry = itemAt(top, found - 1);
    store<u64>(entry, load<u64>(entry) + 1);
    if (top.heap != 0) siftDown(top, load<u32>(entry, 28));
    return;
  }
  const index = top.count < top.counters ? appendItem(top) : takeLeast(top);
  setKey(top, index, hash, item);
  placeItem(top, index, hash);
  const entry = itemAt(top, index);
  store<u64>(entry, load<u64>(entry) + 1);
  store<i64>(entry, top.nextSequence++, 8);
  if (top.heap != 0) siftDown(top, load<u32>(entry, 28));
}

// The slot of a key, or the empty one where it would be.
function findSlot(top: TopItems, hash: u32, key: usize, length: u32): usize {
  let at = hash & (top.slotCapacity - 1);
  let found = load<u32>(top.slots + (at << 2));
  while (found != 0) {
    const entry = itemAt(top, found - 1);
    if (load<u32>(entry, 16) == hash && load<u32>(entry, 20) == length && equalBytes(<usize>load<u32>(entry, 24), key, length)) break;
    at = (at + 1) & (top.slotCapacity - 1);
    found = load<u32>(top.slots + (at << 2));
  }
  return top.slots + (at << 2);
}

function appendItem(top: TopItems): u32 {
  if (top.count == top.capacity) growItems(top);
  const index = top.count++;
  memory.fill(itemAt(top, index), 0, ITEM_BYTES);
  return index;
}

function growItems(top: TopItems): void {
  const capacity = top.capacity == 0 ? ITEMS_FIRST : top.capacity * 2;
  const items = allocateBlock(<usize>capacity * ITEM_BYTES);
  if (top.capacity > 0) {
    memory.copy(items, top.items, <usize>top.capacity * ITEM_BYTES);
    freeBlock(top.items, <usize>top.capacity * ITEM_BYTES);
    freeBlock(top.slots, <usize>top.slotCapacity << 2);
  }
  top.items = items;
  top.capacity = capacity;
  top.slotCapacity = capacity * 2;
  top.slots = allocateBlock(<usize>top.slotCapacity << 2);
  memory.fill(top.slots, 0, <usize>top.slotCapacity << 2);
  for (let index: u32 = 0; index < top.count; index++) placeItem(top, index, load<u32>(itemAt(top, index), 16));
}

// Enters an item whose key no slot has.
function placeItem(top: TopItems, index: u32, hash: u32): void {
  let at = hash & (top.slotCapacity - 1);
  while (load<u32>(top.slots + (at << 2)) != 0) at = (at + 1) & (top.slotCapacity - 1);
  store<u32>(top.slots + (at << 2), index + 1);
}

function setKey(top: TopItems, index: u32, hash: u32, item: Text): void {
  const entry = itemAt(top, index);
  const length = textLength(item);
  const block = allocateBlock(<usize>length + KEY_SLACK_BYTES);
  memory.copy(block, textPointer(item), length);
  store<u32>(entry, hash, 16);
  store<u32>(entry, length, 20);
  store<u32>(entry, <u32>block, 24);
}

function freeKey(entry: usize): void {
  freeBlock(<usize>load<u32>(entry, 24), <usize>load<u32>(entry, 20) + KEY_SLACK_BYTES);
}

// ---- Taking over the least counter ------------------------------------------------------------------------

function takeLeast(top: TopItems): u32 {
  if (top.heap == 0) buildHeap(top);
  const index = load<u32>(top.heap);
  freeKey(itemAt(top, index));
  removeSlot(top, index);
  return index;
}

// Knuth, The Art of Computer Programming 3, 6.4, algorithm R: the items behind the gap move up unless that puts them before their home.
function removeSlot(top: TopItems, index: u32): void {
  const mask = top.slotCapacity - 1;
  let gap = load<u32>(itemAt(top, index), 16) & mask;
  while (load<u32>(top.slots + (gap << 2)) != index + 1) gap = (gap + 1) & mask;
  let at = gap;
  for (;;) {
    at = (at + 1) & mask;
    const found = load<u32>(top.slots + (at << 2));
    if (found == 0) break;
    const home = load<u32>(itemAt(top, found - 1), 16) & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    store<u32>(top.slots + (gap << 2), found);
    gap = at;
  }
  store<u32>(top.slots + (gap << 2), 0);
}

// Whether the left item's counter is taken over before the right one's.
function isLess(top: TopItems, left: u32, right: u32): bool {
  const a = itemAt(top, left);
  const b = itemAt(top, right);
  return load<u64>(a) != load<u64>(b) ? load<u64>(a) < load<u64>(b) : load<i64>(a, 8) < load<i64>(b, 8);
}

function buildHeap(top: TopItems): void {
  top.heap = allocateBlock(<usize>top.counters << 2);
  for (let index: u32 = 0; index < top.count; index++) setPlace(top, index, index);
  for (let at = top.count >> 1; at > 0; at--) siftDown(top, at - 1);
}

// @ts-ignore: decorator
@inline
function setPlace(top: TopItems, place: u32, index: u32): void {
  store<u32>(top.heap + (place << 2), index);
  store<u32>(itemAt(top, index), place, 28);
}

function siftDown(top: TopItems, from: u32): void {
  const index = load<u32>(top.heap + (from << 2));
  let at = from;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= top.count) break;
    if (child + 1 < top.count && isLess(top, load<u32>(top.heap + ((child + 1) << 2)), load<u32>(top.heap + (child << 2)))) child++;
    const other = load<u32>(top.heap + (child << 2));
    if (!isLess(top, other, index)) break;
    setPlace(top, at, other);
    at = child;
  }
  setPlace(top, at, index);
}

// ---- The end of a window ----------------------------------------------------------------------------------

/** The item that `nextTopItem` found, and its count. */
export let topItem: Text = 0;
export let topItemCount: i64 = 0;

/** The next item of the window that ends; false after the last one: then the window is closed and empty. */
export function nextTopItem(top: TopItems): bool {
  if (top.order == 0) beginOrder(top);
  if (top.left == 0 || top.ordered == 0) {
    resetTopItems(top);
    return false;
  }
  top.left--;
  const entry = itemAt(top, load<u32>(top.order));
  topItem = textOf(<usize>load<u32>(entry, 24), load<u32>(entry, 20));
  topItemCount = <i64>load<u64>(entry);
  store<u32>(top.order, load<u32>(top.order + (--top.ordered << 2)));
  siftOrder(top, 0);
  return true;
}

function beginOrder(top: TopItems): void {
  top.order = allocateBlock(<usize>max<u32>(top.count, 1) << 2);
  top.ordered = top.count;
  top.left = top.wanted;
  for (let index: u32 = 0; index < top.count; index++) store<u32>(top.order + (index << 2), index);
  for (let at = top.count >> 1; at > 0; at--) siftOrder(top, at - 1);
}

// Whether the left item leaves before the right one.
function leavesBefore(top: TopItems, left: u32, right: u32): bool {
  const a = itemAt(top, left);
  const b = itemAt(top, right);
  return load<u64>(a) != load<u64>(b) ? load<u64>(a) > load<u64>(b) : load<i64>(a, 8) < load<i64>(b, 8);
}

function siftOrder(top: TopItems, from: u32): void {
  const index = load<u32>(top.order + (from << 2));
  let at = from;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= top.ordered) break;
    if (child + 1 < top.ordered && leavesBefore(top, load<u32>(top.order + ((child + 1) << 2)), load<u32>(top.order + (child << 2)))) child++;
    const other = load<u32>(top.order + (child << 2));
    if (!leavesBefore(top, other, index)) break;
    store<u32>(top.order + (at << 2), other);
    at = child;
  }
  store<u32>(top.order + (at << 2), index);
}

function resetTopItems(top: TopItems): void {
  for (let index: u32 = 0; index < top.count; index++) freeKey(itemAt(top, index));
  freeBlock(top.order, <usize>max<u32>(top.count, 1) << 2);
  if (top.heap != 0) freeBlock(top.heap, <usize>top.counters << 2);
  if (top.slotCapacity > 0) memory.fill(top.slots, 0, <usize>top.slotCapacity << 2);
  top.order = 0;
  top.heap = 0;
  top.count = 0;
  top.nextSequence = 0;
  closeTableWindow(top);
}

/** Writes the open window as one section: i64 boundary · i64 next sequence · (u64 count · i64 sequence · u32 length · bytes of the item)*. */
export function saveTopItems(top: TopItems, id: u64, layout: u32): void {
  snapshot.beginSection(id, layout);
  if (top.open != 0) {
    snapshot.writeU64(<u64>top.boundary);
    snapshot.writeU64(<u64>top.nextSequence);
    for (let index: u32 = 0; index < top.count; index++) {
      const entry = itemAt(top, index);
      snapshot.writeU64(load<u64>(entry));
      snapshot.writeU64(load<u64>(entry, 8));
      snapshot.writeU32(load<u32>(entry, 20));
      snapshot.writeBytes(<usize>load<u32>(entry, 24), load<u32>(entry, 20));
    }
  }
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadTopItems(top: TopItems, end: usize): bool {
  if (!snapshot.readMore(end)) return true;
  const boundary = <i64>snapshot.readU64();
  openTableWindow(top, boundary, boundary);
  top.nextSequence = <i64>snapshot.readU64();
  while (snapshot.readMore(end)) {
    const count = snapshot.readU64();
    const sequence = snapshot.readU64();
    const length = snapshot.readU32();
    const key = snapshot.readSpace(length);
    if (snapshot.readFailed || top.count == top.counters) return false;
    const index = appendItem(top);
    const hash = hashBytes(key, length);
    setKey(top, index, hash, textOf(key, length));
    placeItem(top, index, hash);
    store<u64>(itemAt(top, index), count);
    store<u64>(itemAt(top, index), sequence, 8);
  }
  return !snapshot.readFailed;
}
