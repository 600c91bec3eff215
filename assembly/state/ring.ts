// A queue of entries of equal size with access to every one by its place: two words of a row.
//
//   words := u32 block (0: none) · u32 capacity · u32 head · u32 count
//   block := capacity entries; entry n lies at (head + n) mod capacity
//   entry := words of 8 bytes; the first `texts` of them own texts (ownedText.ts)
//
// Its kind (words.ts) holds the words and texts of an entry. A ring that is full doubles, one of which three quarters are free halves:
// amortised O(1) an entry. Memory: entry bytes × at most 4, and never below 64 bytes once something was in it.
import { allocateBlock, blockBytes, freeBlock } from "./arena";
import { freeOwnedText, loadOwnedText, saveOwnedText } from "./ownedText";
import * as snapshot from "./snapshot";

const BYTES_FIRST: usize = 64;

/** Entries in the ring at `ring`. */
// @ts-ignore: decorator
@inline
export function ringCount(ring: usize): u32 {
  return load<u32>(ring, 12);
}

/** The entry at a place below the count. */
// @ts-ignore: decorator
@inline
export function ringAt(ring: usize, index: u32, entryBytes: u32): usize {
  const capacity = load<u32>(ring, 4);
  let place = load<u32>(ring, 8) + index;
  if (place >= capacity) place -= capacity;
  return <usize>load<u32>(ring) + <usize>(place * entryBytes);
}

/** Adds an entry at the end; it is zero. */
// @ts-ignore: decorator
@inline
export function ringPush(ring: usize, entryBytes: u32): usize {
  const count = load<u32>(ring, 12);
  if (count == load<u32>(ring, 4)) resizeRing(ring, entryBytes, max<usize>(BYTES_FIRST, <usize>(count * entryBytes) * 2));
  store<u32>(ring, count + 1, 12);
  const entry = ringAt(ring, count, entryBytes);
  memory.fill(entry, 0, entryBytes);
  return entry;
}

/** Takes the first entry away, whose texts were given back; there is one. */
// @ts-ignore: decorator
@inline
export function ringDropFirst(ring: usize, entryBytes: u32): void {
  const head = load<u32>(ring, 8) + 1;
  const capacity = load<u32>(ring, 4);
  store<u32>(ring, head == capacity ? 0 : head, 8);
  const count = load<u32>(ring, 12) - 1;
  store<u32>(ring, count, 12);
  if (count < capacity >> 2 && <usize>(capacity * entryBytes) > BYTES_FIRST * 4) resizeRing(ring, entryBytes, <usize>(capacity * entryBytes) >> 1);
}

/** Takes the last entry away, whose texts were given back; there is one. */
// @ts-ignore: decorator
@inline
export function ringDropLast(ring: usize): void {
  store<u32>(ring, load<u32>(ring, 12) - 1, 12);
}

// Moves the entries to a block of at least `bytes`, in order.
function resizeRing(ring: usize, entryBytes: u32, bytes: usize): void {
  const capacity = <u32>(blockBytes(max<usize>(bytes, entryBytes)) / entryBytes);
  const grown = allocateBlock(capacity * entryBytes);
  const count = load<u32>(ring, 12);
  const old = <usize>load<u32>(ring);
  if (old != 0) {
    const oldCapacity = load<u32>(ring, 4);
    const head = load<u32>(ring, 8);
    const first = min<u32>(count, oldCapacity - head);
    memory.copy(grown, old + <usize>(head * entryBytes), <usize>(first * entryBytes));
    memory.copy(grown + <usize>(first * entryBytes), old, <usize>((count - first) * entryBytes));
    freeBlock(old, oldCapacity * entryBytes);
  }
  store<u32>(ring, <u32>grown);
  store<u32>(ring, capacity, 4);
  store<u32>(ring, 0, 8);
}

/** Gives all memory back. */
export function freeRing(ring: usize, entryBytes: u32, texts: u32): void {
  const block = <usize>load<u32>(ring);
  if (block == 0) return;
  if (texts > 0) {
    for (let index: u32 = 0; index < ringCount(ring); index++) freeEntryTexts(ringAt(ring, index, entryBytes), texts);
  }
  freeBlock(block, load<u32>(ring, 4) * entryBytes);
  store<u64>(ring, 0);
  store<u64>(ring, 0, 8);
}

/** Gives the texts of an entry back. */
export function freeEntryTexts(entry: usize, texts: u32): void {
  for (let index: u32 = 0; index < texts; index++) freeOwnedText(entry + (<usize>index << 3));
}

/** Writes count and entries. */
export function saveRing(ring: usize, entryBytes: u32, texts: u32): void {
  const count = ringCount(ring);
  snapshot.writeU32(count);
  if (count == 0) return;
  if (texts == 0) {
    // Up to the end of the block, and from its start.
    const first = min<u32>(count, load<u32>(ring, 4) - load<u32>(ring, 8));
    snapshot.writeBytes(ringAt(ring, 0, entryBytes), first * entryBytes);
    snapshot.writeBytes(<usize>load<u32>(ring), (count - first) * entryBytes);
    return;
  }
  for (let index: u32 = 0; index < count; index++) {
    const entry = ringAt(ring, index, entryBytes);
    for (let text: u32 = 0; text < texts; text++) saveOwnedText(load<u64>(entry + (<usize>text << 3)));
    snapshot.writeBytes(entry + (<usize>texts << 3), entryBytes - (texts << 3));
  }
}

/** Reads entries into an empty ring. */
export function loadRing(ring: usize, entryBytes: u32, texts: u32): void {
  const count = snapshot.readU32();
  if (count == 0 || snapshot.readFailed) return;
  if (texts == 0) {
    // A count beyond the blob fails here, before memory is taken.
    const bytes = <u64>count * entryBytes;
    const from = snapshot.readSpace(bytes > <u64>i32.MAX_VALUE ? i32.MAX_VALUE : <usize>bytes);
    if (snapshot.readFailed) return;
    resizeRing(ring, entryBytes, <usize>count * entryBytes);
    memory.copy(<usize>load<u32>(ring), from, <usize>count * entryBytes);
    store<u32>(ring, count, 12);
    return;
  }
  for (let index: u32 = 0; index < count && !snapshot.readFailed; index++) {
    const entry = ringPush(ring, entryBytes);
    for (let text: u32 = 0; text < texts; text++) loadOwnedText(entry + (<usize>text << 3));
    const rest = entryBytes - (texts << 3);
    const from = snapshot.readSpace(rest);
    if (!snapshot.readFailed) memory.copy(entry + (<usize>texts << 3), from, rest);
  }
}
