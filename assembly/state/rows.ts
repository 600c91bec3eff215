// Rows that are kept: copies of the columns of a stream's frame that are read later, texts included.
//
//   shape  := u32 count · u32 texts · count × column           static table, written by the compiler
//   column := u32 index · u32 is text · u32 value offset in the frame · u32 null offset in the frame
//   row    := count × 8 bytes of values · count null bytes, padded to 8
//   entry  := u32 next · u32 bytes · i64 ROWTIME · i64 sequence · u64 for the container · row · bytes of texts
//
// A text of an entry points to the bytes behind its row: an entry never moves. A packed row is the same without text bytes: its texts are
// those of the frame. In snapshots rows are written column by column with the columns' indexes, so that a program that keeps other columns
// can read them.
import { allocateBlock, freeBlock } from "./arena";
import { textOf, textPointer, textLength } from "../text";
import * as snapshot from "./snapshot";

/** Bytes of an entry before its row. */
export const ENTRY_HEADER_BYTES: usize = 32;
const COLUMN_BYTES: usize = 16;

/** Bytes of a row of a shape, without its texts. */
// @ts-ignore: decorator
@inline
export function rowBytes(shape: usize): usize {
  const count = <usize>load<u32>(shape);
  return (count << 3) + ((count + 7) & ~7);
}

/** Copies the columns of a frame to `row`; texts stay where they are. */
export function packRow(shape: usize, frame: usize, row: usize): void {
  const count = <usize>load<u32>(shape);
  const nulls = row + (count << 3);
  let column = shape + 8;
  for (let index: usize = 0; index < count; index++) {
    store<u64>(row + (index << 3), load<u64>(frame + <usize>load<u32>(column, 8)));
    store<u8>(nulls + index, load<u8>(frame + <usize>load<u32>(column, 12)));
    column += COLUMN_BYTES;
  }
}

/** Puts a row back into the frame. Its texts are valid as long as the row is. */
export function unpackRow(shape: usize, row: usize, frame: usize): void {
  const count = <usize>load<u32>(shape);
  const nulls = row + (count << 3);
  let column = shape + 8;
  for (let index: usize = 0; index < count; index++) {
    store<u64>(frame + <usize>load<u32>(column, 8), load<u64>(row + (index << 3)));
    store<u8>(frame + <usize>load<u32>(column, 12), load<u8>(nulls + index));
    column += COLUMN_BYTES;
  }
}

/** A new entry with a copy of a packed row, texts included, and `more` bytes behind them for the container. */
export function keepRow(shape: usize, row: usize, rowtime: i64, sequence: i64, more: usize): usize {
  const size = rowBytes(shape);
  let bytes = ENTRY_HEADER_BYTES + size;
  if (load<u32>(shape, 4) != 0) bytes += textBytes(shape, row);
  bytes += more;
  const entry = allocateBlock(bytes);
  store<u32>(entry, 0);
  store<u32>(entry, <u32>bytes, 4);
  store<i64>(entry, rowtime, 8);
  store<i64>(entry, sequence, 16);
  store<u64>(entry, 0, 24);
  memory.copy(entry + ENTRY_HEADER_BYTES, row, size);
  if (load<u32>(shape, 4) != 0) copyTexts(shape, entry + ENTRY_HEADER_BYTES, size);
  return entry;
}

function textBytes(shape: usize, row: usize): usize {
  const count = <usize>load<u32>(shape);
  const nulls = row + (count << 3);
  let bytes: usize = 0;
  for (let index: usize = 0; index < count; index++) {
    if (load<u32>(shape + 12 + index * COLUMN_BYTES) == 0 || load<u8>(nulls + index) != 0) continue;
    // Each with slack: scans read behind a text.
    bytes += (<usize>textLength(load<u64>(row + (index << 3))) + 15) & ~7;
  }
  return bytes;
}

function copyTexts(shape: usize, row: usize, size: usize): void {
  const count = <usize>load<u32>(shape);
  const nulls = row + (count << 3);
  let at = row + size;
  for (let index: usize = 0; index < count; index++) {
    if (load<u32>(shape + 12 + index * COLUMN_BYTES) == 0 || load<u8>(nulls + index) != 0) continue;
    const text = load<u64>(row + (index << 3));
    const length = textLength(text);
    memory.copy(at, textPointer(text), length);
    store<u64>(row + (index << 3), textOf(at, length));
    at += (<usize>length + 15) & ~7;
  }
}

/** Gives an entry's memory back. */
export function dropEntry(entry: usize): void {
  freeBlock(entry, <usize>load<u32>(entry, 4));
}

/** Bytes that an entry takes. */
// @ts-ignore: decorator
@inline
export function entryBytes(entry: usize): u64 {
  return <u64>load<u32>(entry, 4);
}

/** The row of an entry. */
// @ts-ignore: decorator
@inline
export function entryRow(entry: usize): usize {
  return entry + ENTRY_HEADER_BYTES;
}

/** ROWTIME of an entry. */
// @ts-ignore: decorator
@inline
export function entryRowtime(entry: usize): i64 {
  return load<i64>(entry, 8);
}

/** Number of an entry in the order of arrival. */
// @ts-ignore: decorator
@inline
export function entrySequence(entry: usize): i64 {
  return load<i64>(entry, 16);
}

// ---- Lists --------------------------------------------------------------------------------------------------

/** Entries one behind the other; zeroed static memory of LIST_BYTES. */
@unmanaged
export class RowList {
  head: usize;
  tail: usize;
  count: u32;
  pad: u32;
}

/** Static bytes of a RowList. */
export const LIST_BYTES: usize = 16;

/** Puts an entry behind the others. */
export function append(list: RowList, entry: usize): void {
  store<u32>(entry, 0);
  if (list.tail == 0) list.head = entry;
  else store<u32>(list.tail, <u32>entry);
  list.tail = entry;
  list.count++;
}

/** Takes the first entry off; there is one. */
export function takeFirst(list: RowList): usize {
  const entry = list.head;
  list.head = <usize>load<u32>(entry);
  if (list.head == 0) list.tail = 0;
  list.count--;
  return entry;
}

/** The entry behind one, 0 at the end. */
// @ts-ignore: decorator
@inline
export function nextEntry(entry: usize): usize {
  return <usize>load<u32>(entry);
}

/**
 * Sorts a list; equal entries keep their order. `compare` gives a number below, at or above zero.
 * Merge sort of linked lists, bottom up (Knuth, The Art of Computer Programming 3, 5.2.4, algorithm L in spirit).
 */
export function sortList(list: RowList, compare: (left: usize, right: usize) => i32): void {
  if (list.count < 2) return;
  for (let width: u32 = 1; ; width <<= 1) {
    let rest = list.head;
    list.head = 0;
    list.tail = 0;
    let merges = 0;
    while (rest != 0) {
      merges++;
      const left = rest;
      const right = splitAfter(left, width);
      rest = right == 0 ? 0 : splitAfter(right, width);
      mergeBehind(list, left, right, compare);
    }
    if (merges <= 1) return;
  }
}

// Cuts a chain after `width` entries and returns the rest.
function splitAfter(entry: usize, width: u32): usize {
  for (let index: u32 = 1; index < width && entry != 0; index++) entry = nextEntry(entry);
  if (entry == 0) return 0;
  const rest = nextEntry(entry);
  store<u32>(entry, 0);
  return rest;
}

function mergeBehind(list: RowList, left: usize, right: usize, compare: (left: usize, right: usize) => i32): void {
  while (left != 0 || right != 0) {
    let entry: usize;
    if (right == 0 || (left != 0 && compare(left, right) <= 0)) {
      entry = left;
      left = nextEntry(left);
    } else {
      entry = right;
      right = nextEntry(right);
    }
    store<u32>(entry, 0);
    if (list.tail == 0) list.head = entry;
    else store<u32>(list.tail, <u32>entry);
    list.tail = entry;
  }
}

// ---- Snapshots ----------------------------------------------------------------------------------------------

/** Writes which columns the rows have, then all entries of a list. */
export function saveEntries(shape: usize, list: RowList): void {
  saveColumns(shape);
  for (let entry = list.head; entry != 0; entry = nextEntry(entry)) saveEntry(shape, entry);
}

/** Reads up to `end` what `saveEntries` wrote, behind the list's entries; false when it can't be read. */
export function loadEntries(shape: usize, list: RowList, end: usize): bool {
  loadColumns();
  const row = rowRoom(shape);
  while (snapshot.readMore(end)) {
    loadRow(shape, row);
    if (snapshot.readFailed) return false;
    append(list, keepRow(shape, row, loadedRowtime, loadedSequence, 0));
  }
  return !snapshot.readFailed;
}

/** Writes which columns the rows have that follow. */
export function saveColumns(shape: usize): void {
  const count = load<u32>(shape);
  snapshot.writeU32(count);
  for (let index: u32 = 0; index < count; index++) snapshot.writeU32(load<u32>(shape + 8 + <usize>index * COLUMN_BYTES));
}

/** Writes an entry: ROWTIME, sequence, and the columns. */
export function saveEntry(shape: usize, entry: usize): void {
  const count = <usize>load<u32>(shape);
  const row = entryRow(entry);
  const nulls = row + (count << 3);
  snapshot.writeU64(<u64>entryRowtime(entry));
  snapshot.writeU64(<u64>entrySequence(entry));
  for (let index: usize = 0; index < count; index++) {
    const isNull = load<u8>(nulls + index) != 0;
    const isText = load<u32>(shape + 12 + index * COLUMN_BYTES) != 0;
    const value = load<u64>(row + (index << 3));
    // Kind of what follows: 0 NULL, 1 a number, 2 a text.
    snapshot.writeU32(isNull ? 0 : isText ? 2 : 1);
    if (isNull) continue;
    if (isText) {
      snapshot.writeU32(textLength(value));
      snapshot.writeBytes(textPointer(value), textLength(value));
    } else {
      snapshot.writeU64(value);
    }
  }
}

/** Where the list of columns begins that `loadColumns` read. */
let savedColumns: usize = 0;
let savedCount: u32 = 0;

/** Reads which columns the rows have that follow. */
export function loadColumns(): void {
  savedCount = snapshot.readU32();
  savedColumns = snapshot.readSpace(<usize>savedCount << 2);
  if (snapshot.readFailed) savedCount = 0;
}

/** ROWTIME and sequence of the entry that `loadRow` read. */
export let loadedRowtime: i64 = 0;
export let loadedSequence: i64 = 0;

/** Reads an entry into a packed row, whose texts lie in the blob; columns that were not saved are NULL. */
export function loadRow(shape: usize, row: usize): void {
  const count = <usize>load<u32>(shape);
  const nulls = row + (count << 3);
  memory.fill(row, 0, count << 3);
  memory.fill(nulls, 1, count);
  loadedRowtime = <i64>snapshot.readU64();
  loadedSequence = <i64>snapshot.readU64();
  for (let saved: u32 = 0; saved < savedCount; saved++) {
    const index = load<u32>(savedColumns + (<usize>saved << 2));
    const kind = snapshot.readU32();
    let value: u64 = 0;
    if (kind == 2) {
      const length = snapshot.readU32();
      value = textOf(snapshot.readSpace(length), length);
    } else if (kind == 1) {
      value = snapshot.readU64();
    }
    if (snapshot.readFailed) return;
    const place = placeOf(shape, index);
    if (kind == 0 || place < 0) continue;
    store<u64>(row + (<usize>place << 3), value);
    store<u8>(nulls + <usize>place, 0);
  }
}

function placeOf(shape: usize, column: u32): i32 {
  const count = load<u32>(shape);
  for (let index: u32 = 0; index < count; index++) {
    if (load<u32>(shape + 8 + <usize>index * COLUMN_BYTES) == column) return <i32>index;
  }
  return -1;
}

/** Room for one packed row while state is loaded or a row is on its way. */
export function rowRoom(shape: usize): usize {
  const bytes = rowBytes(shape);
  if (bytes > roomBytes) {
    room = allocateBlock(bytes);
    roomBytes = bytes;
  }
  return room;
}

let room: usize = 0;
let roomBytes: usize = 0;
