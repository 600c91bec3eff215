// Rows that wait: a first-in-first-out queue of copies of a stream's frame, texts included.
//
//   block := … free … | head: entries … | tail: free          one arena block, doubled (and packed to its start) when full
//   entry := u32 bytes · u32 unused · i64 ROWTIME · i64 sequence · frame bytes (padded to 8) · texts in the order of their slots
//
// A text slot of a stored frame holds its length only; taking a row points it at the stored bytes, which stay until the next put.
import { allocateBlock, freeBlock } from "./arena";
import { textOf, textPointer, textLength, EMPTY_TEXT } from "../text";
import * as snapshot from "./snapshot";

const ENTRY_HEADER_BYTES: usize = 24;

/** A queue; zeroed static memory of QUEUE_BYTES. */
@unmanaged
export class RowQueue {
  block: usize;
  capacity: usize;
  head: usize;
  tail: usize;
  count: u32;
  frame: usize;
  frameBytes: usize;
  /** u32 offsets of the frame's text slots. */
  textSlots: usize;
  textCount: u32;
}

/** Static bytes of a RowQueue. */
export const QUEUE_BYTES: usize = 48;

/** Prepares a zeroed queue for rows of a frame. */
export function initializeQueue(queue: RowQueue, frame: usize, frameBytes: usize, textSlots: usize, textCount: u32): void {
  queue.frame = frame;
  queue.frameBytes = (frameBytes + 7) & ~7;
  queue.textSlots = textSlots;
  queue.textCount = textCount;
}

/** Puts the frame's row behind the others. */
export function putRow(queue: RowQueue, rowtime: i64, sequence: i64): void {
  let bytes = ENTRY_HEADER_BYTES + queue.frameBytes;
  for (let index: u32 = 0; index < queue.textCount; index++) bytes += <usize>textLength(textSlot(queue, queue.frame, index));
  bytes = (bytes + 7) & ~7;
  if (queue.tail + bytes > queue.capacity) makeRoom(queue, bytes);
  const entry = queue.block + queue.tail;
  store<u32>(entry, <u32>bytes);
  store<i64>(entry, rowtime, 8);
  store<i64>(entry, sequence, 16);
  const copy = entry + ENTRY_HEADER_BYTES;
  memory.copy(copy, queue.frame, queue.frameBytes);
  let at = copy + queue.frameBytes;
  for (let index: u32 = 0; index < queue.textCount; index++) {
    const text = textSlot(queue, queue.frame, index);
    memory.copy(at, textPointer(text), textLength(text));
    store<u64>(copy + <usize>load<u32>(queue.textSlots + (index << 2)), textOf(0, textLength(text)));
    at += <usize>textLength(text);
  }
  queue.tail += bytes;
  queue.count++;
}

// The text of a slot; a NULL's slot may hold anything and counts as empty. Null bytes follow the values: slot n's is at count × 8 + n.
function textSlot(queue: RowQueue, frame: usize, index: u32): u64 {
  const offset = load<u32>(queue.textSlots + (index << 2));
  const nulls = load<u32>(queue.textSlots + (queue.textCount << 2));
  return load<u8>(frame + nulls + (offset >> 3)) != 0 ? EMPTY_TEXT : load<u64>(frame + offset);
}

function makeRoom(queue: RowQueue, bytes: usize): void {
  const used = queue.tail - queue.head;
  if (queue.head >= bytes && queue.head >= used) {
    memory.copy(queue.block, queue.block + queue.head, used);
  } else {
    const capacity = max<usize>(1024, (used + bytes) * 2);
    const grown = allocateBlock(capacity);
    if (queue.capacity > 0) {
      memory.copy(grown, queue.block + queue.head, used);
      freeBlock(queue.block, queue.capacity);
    }
    queue.block = grown;
    queue.capacity = capacity;
  }
  queue.head = 0;
  queue.tail = used;
}

/** ROWTIME of the first row; the queue is not empty. */
export function headRowtime(queue: RowQueue): i64 {
  return load<i64>(queue.block + queue.head, 8);
}

/** Sequence of the first row; the queue is not empty. */
export function headSequence(queue: RowQueue): i64 {
  return load<i64>(queue.block + queue.head, 16);
}

/** Sequence of the last row, 0 for an empty queue: numbering goes on from there after a restart. */
export function lastSequence(queue: RowQueue): i64 {
  let last: i64 = 0;
  for (let at = queue.head; at < queue.tail; at += <usize>load<u32>(queue.block + at)) last = load<i64>(queue.block + at, 16);
  return last;
}

/** Takes the first row into the frame. Its texts lie in the queue until the next put. */
export function takeRow(queue: RowQueue): void {
  const entry = queue.block + queue.head;
  const copy = entry + ENTRY_HEADER_BYTES;
  memory.copy(queue.frame, copy, queue.frameBytes);
  let at = copy + queue.frameBytes;
  for (let index: u32 = 0; index < queue.textCount; index++) {
    const slot = <usize>load<u32>(queue.textSlots + (index << 2));
    const length = textLength(load<u64>(copy + slot));
    store<u64>(queue.frame + slot, textOf(at, length));
    at += <usize>length;
  }
  queue.head += <usize>load<u32>(entry);
  queue.count--;
}

/** Writes all rows as one section. */
export function saveQueue(queue: RowQueue, id: u64, layout: u32): void {
  snapshot.beginSection(id, layout);
  if (queue.count > 0) {
    snapshot.writeU32(queue.count);
    snapshot.writeU32(<u32>(queue.tail - queue.head));
    snapshot.writeBytes(queue.block + queue.head, <u32>(queue.tail - queue.head));
  }
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadQueue(queue: RowQueue, end: usize): bool {
  if (!snapshot.readMore(end)) return true;
  const count = snapshot.readU32();
  const bytes = <usize>snapshot.readU32();
  const from = snapshot.readSpace(bytes);
  if (snapshot.readFailed) return false;
  makeRoom(queue, bytes);
  memory.copy(queue.block + queue.tail, from, bytes);
  queue.tail += bytes;
  queue.count += count;
  return true;
}
