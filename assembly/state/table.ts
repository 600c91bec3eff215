// The content of a reference table: rows in the order in which they were loaded, found by the hash of a key or one after another.
//
//   content := rows in a chain of chunks; two contents at a time only while one replaces the other (SEMANTICS 22)
//   chunk   := u32 next chunk · u32 bytes · 8 unused · rows … · 16 of slack
//   row     := u32 following row (0: last) · u32 unused · per index (u32 next row of the slot · u32 hash)
//              · columns of 8 bytes · null bytes, padded to 8 · texts, padded to 8
//   slots   := per index an array of u32, the first row of each slot; slot of a hash = hash >> shift
//
// Memory of a row: 8 bytes, 8 for each index, 9 for each column that is read, its texts, and 4 to 8 for each index's slots.
//
// Law: rows of a slot are linked in the order of the table, so that matches come in that order. Rows with a NULL in the key of an
// index are in no slot of it: NULL equals nothing.
import { allocateBlock, freeBlock } from "./arena";
import { hashBytes, mixHash } from "./hash";
import { trimmedLength } from "../functions/compare";
import { EMPTY_TEXT, Text, textLength, textOf, textPointer } from "../text";
import * as snapshot from "./snapshot";

const ROW_LINK_BYTES: usize = 8;
const CHUNK_HEADER_BYTES: usize = 16;
const CHUNK_SLACK_BYTES: usize = 16;
const CHUNK_BYTES_FIRST: usize = 1 << 10;
const CHUNK_BYTES_MAX: usize = 1 << 20;
const SLOTS_MIN: u32 = 16;

/** What a key function returns for a row with a NULL in its key; otherwise the hash. */
export const NO_KEY: i64 = -1;

/** Records that can not be decoded are not reported: they were, before the checkpoint that is restored. */
export let loadsSilently: bool = false;

/** One content. */
@unmanaged
class Content {
  firstChunk: usize;
  chunk: usize;
  next: usize;
  end: usize;
  firstRow: usize;
  lastRow: usize;
  count: u32;
  shift: u32;
  /** u32 per index: its slots; 0 before they are built. */
  slots: usize;
  /** Hash of all records in their order; 0 when nothing was loaded yet. */
  version: u64;
}

const CONTENT_BYTES: usize = 48;

/** A table; zeroed static memory of TABLE_BYTES. */
@unmanaged
export class Table {
  current: Content;
  coming: Content;
  /** A decoded row: `columns` values of 8 bytes, then as many null bytes. */
  frame: usize;
  columns: u32;
  /** One byte a column: 1 when it is a text. */
  texts: usize;
  indexes: u32;
}

/** Static bytes of a Table with its contents. */
export const TABLE_BYTES: usize = 32 + 2 * CONTENT_BYTES;

/** Prepares a zeroed table. `slots` is static memory of 8 bytes for each index. */
export function initializeTable(table: Table, frame: usize, columns: u32, texts: usize, indexes: u32, slots: usize): void {
  table.current = changetype<Content>(changetype<usize>(table) + 32);
  table.coming = changetype<Content>(changetype<usize>(table) + 32 + CONTENT_BYTES);
  table.current.slots = slots;
  table.coming.slots = slots + (<usize>indexes << 2);
  table.frame = frame;
  table.columns = columns;
  table.texts = texts;
  table.indexes = indexes;
}

// ---- Replacement ------------------------------------------------------------------------------------------

/** Begins a new content; the present one stays until `commitTable`. */
export function beginTable(table: Table, silent: bool): void {
  forget(table.coming, table.indexes);
  table.coming.version = mixHash(0, 1);
  loadsSilently = silent;
}

/** Puts the row in the frame behind the others. `record` is what it was decoded from. */
export function appendTableRow(table: Table, record: usize, length: usize): void {
  const content = table.coming;
  content.version = mixHash(content.version, (<u64>hashBytes(record, <u32>length) << 32) | <u64>length);
  const columns = <usize>table.columns;
  const nulls = table.frame + (columns << 3);
  const head = rowColumnsBytes(table);
  let bytes = head + ((columns * 9 + 7) & ~7);
  for (let column: usize = 0; column < columns; column++) {
    if (load<u8>(nulls + column) != 0) store<u64>(table.frame + (column << 3), EMPTY_TEXT);
    else if (load<u8>(table.texts + column) != 0) bytes += <usize>textLength(load<u64>(table.frame + (column << 3)));
  }
  const row = rowSpace(content, (bytes + 7) & ~7);
  memory.copy(row + head, table.frame, columns * 9);
  let at = row + head + ((columns * 9 + 7) & ~7);
  for (let column: usize = 0; column < columns; column++) {
    if (load<u8>(table.texts + column) == 0) continue;
    const text = load<u64>(table.frame + (column << 3));
    memory.copy(at, textPointer(text), textLength(text));
    store<u64>(row + head + (column << 3), textOf(at, textLength(text)));
    at += <usize>textLength(text);
  }
}

function rowSpace(content: Content, bytes: usize): usize {
  if (content.chunk == 0 || content.next + bytes > content.end) nextChunk(content, bytes);
  const row = content.next;
  content.next = row + bytes;
  store<u32>(row, 0);
  if (content.lastRow == 0) content.firstRow = row;
  else store<u32>(content.lastRow, <u32>row);
  content.lastRow = row;
  content.count++;
  return row;
}

function nextChunk(content: Content, bytes: usize): void {
  const current = content.chunk;
  let size = current == 0 ? CHUNK_BYTES_FIRST : min<usize>(<usize>load<u32>(current, 4) * 2, CHUNK_BYTES_MAX);
  while (size < bytes + CHUNK_HEADER_BYTES + CHUNK_SLACK_BYTES) size <<= 1;
  const chunk = allocateBlock(size);
  store<u32>(chunk, 0);
  store<u32>(chunk, <u32>size, 4);
  if (current == 0) content.firstChunk = chunk;
  else store<u32>(current, <u32>chunk);
  content.chunk = chunk;
  content.next = chunk + CHUNK_HEADER_BYTES;
  content.end = chunk + size - CHUNK_SLACK_BYTES;
}

/** Bytes of a row in front of its columns. */
// @ts-ignore: decorator
@inline
export function rowColumnsBytes(table: Table): usize {
  return ROW_LINK_BYTES + (<usize>table.indexes << 3);
}

/** The new content of a derived table depends on this one's: so does its version. */
export function mixVersion(table: Table, below: Table): void {
  table.coming.version = mixHash(table.coming.version, below.current.version);
}

/** Puts a column's values of a row into a frame elsewhere. */
// @ts-ignore: decorator
@inline
export function copyColumn(row: usize, valueOffset: u32, nullOffset: u32, frame: usize, value: u32, isNull: u32): void {
  store<u64>(frame + value, load<u64>(row + valueOffset));
  store<u8>(frame + isNull, load<u8>(row + nullOffset));
}

/** Makes the slots of an index of the new content; `key` gives the hash of a row's key or NO_KEY. */
export function buildTableIndex(table: Table, index: u32, key: (row: usize) => i64): void {
  const content = table.coming;
  let capacity = SLOTS_MIN;
  while (capacity < content.count) capacity <<= 1;
  content.shift = clz<u32>(capacity) + 1;
  const bytes = <usize>capacity << 2;
  const slots = allocateBlock(bytes);
  memory.fill(slots, 0, bytes);
  store<u32>(content.slots + (<usize>index << 2), <u32>slots);
  // Where each slot's chain goes on, while it is made.
  const tails = allocateBlock(bytes);
  const place = ROW_LINK_BYTES + (<usize>index << 3);
  for (let row = content.firstRow; row != 0; row = <usize>load<u32>(row)) {
    const hash = key(row);
    store<u32>(row + place, 0);
    if (hash == NO_KEY) continue;
    store<u32>(row + place, <u32>hash, 4);
    const slot = (<usize>(<u32>hash) >>> content.shift) << 2;
    if (load<u32>(slots + slot) == 0) store<u32>(slots + slot, <u32>row);
    else store<u32>(<usize>load<u32>(tails + slot) + place, <u32>row);
    store<u32>(tails + slot, <u32>row);
  }
  freeBlock(tails, bytes);
}

/** The new content takes the place of the present one, which is forgotten. */
export function commitTable(table: Table): void {
  const old = table.current;
  table.current = table.coming;
  table.coming = old;
  forget(old, table.indexes);
}

/** What was to be loaded is loaded. */
export function endLoading(): void {
  loadsSilently = false;
}

/** What is computed now was computed before: faults were reported then. */
export function loadSilently(): void {
  loadsSilently = true;
}

function forget(content: Content, indexes: u32): void {
  for (let index: u32 = 0; index < indexes; index++) {
    const slots = <usize>load<u32>(content.slots + (<usize>index << 2));
    if (slots != 0) freeBlock(slots, <usize>4 << (32 - content.shift));
    store<u32>(content.slots + (<usize>index << 2), 0);
  }
  for (let chunk = content.firstChunk; chunk != 0; ) {
    const following = <usize>load<u32>(chunk);
    freeBlock(chunk, <usize>load<u32>(chunk, 4));
    chunk = following;
  }
  content.firstChunk = 0;
  content.chunk = 0;
  content.next = 0;
  content.end = 0;
  content.firstRow = 0;
  content.lastRow = 0;
  content.count = 0;
  content.version = 0;
}

// ---- Looking up -------------------------------------------------------------------------------------------

/** Adds a number to a key's hash. */
// @ts-ignore: decorator
@inline
export function hashKeyNumber(hash: u64, value: i64): u64 {
  return mixHash(hash, <u64>value);
}

/** Adds a text to a key's hash. */
export function hashKeyText(hash: u64, text: Text): u64 {
  return mixHash(hash, <u64>hashBytes(textPointer(text), textLength(text)));
}

/** Adds a CHAR: its trailing blanks do not count. */
export function hashKeyPadded(hash: u64, text: Text): u64 {
  return hashKeyText(hash, textOf(textPointer(text), trimmedLength(text)));
}

/** The hash of a whole key: non-negative. */
// @ts-ignore: decorator
@inline
export function keyHash(hash: u64): i64 {
  return <i64>(hash >> 32);
}

/** The first row of an index whose key has this hash, 0 when there is none. */
export function firstMatch(table: Table, index: u32, hash: i64): usize {
  const content = table.current;
  const slots = <usize>load<u32>(content.slots + (<usize>index << 2));
  if (slots == 0) return 0;
  return matchFrom(<usize>load<u32>(slots + ((<usize>(<u32>hash) >>> content.shift) << 2)), index, <u32>hash);
}

/** The next one after `row`. */
export function nextMatch(row: usize, index: u32, hash: i64): usize {
  return matchFrom(<usize>load<u32>(row + ROW_LINK_BYTES + (<usize>index << 3)), index, <u32>hash);
}

// @ts-ignore: decorator
@inline
function matchFrom(row: usize, index: u32, hash: u32): usize {
  const place = ROW_LINK_BYTES + (<usize>index << 3);
  while (row != 0 && load<u32>(row + place, 4) != hash) row = <usize>load<u32>(row + place);
  return row;
}

/** The first row of the table, 0 when it is empty. */
export function firstTableRow(table: Table): usize {
  return table.current.firstRow;
}

/** The row after another one. */
// @ts-ignore: decorator
@inline
export function nextTableRow(row: usize): usize {
  return <usize>load<u32>(row);
}

/** Tells contents apart; 0 before the first one. */
export function tableVersion(table: Table): i64 {
  return <i64>table.current.version;
}

// ---- Snapshots --------------------------------------------------------------------------------------------

/** Writes the version of the content that a lookup uses. */
export function saveLookup(table: Table, id: u64, layout: u32, group: i32): void {
  snapshot.beginSection(id, layout);
  if (group < 0) snapshot.writeU64(table.current.version);
  snapshot.endSection();
}

/** Reads it; false when the table holds something else now: the host restores the content first. */
export function loadLookup(table: Table, group: i32, end: usize): bool {
  if (group < 0 && snapshot.readMore(end) && snapshot.readU64() != table.current.version) return false;
  return !snapshot.readFailed;
}
