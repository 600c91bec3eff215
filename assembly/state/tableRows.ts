// Set operations and sorting of the rows that are to become a table's content, before its indexes are built. Rows are compared as they are
// stored (table.ts draws them), NULL as equal to NULL.
//
//   kinds := one byte a column, KIND_…
//   order := per key u8 column · u8 descending · u8 NULLs first · u8 unused
import { allocateBlock, freeBlock } from "./arena";
import { mixHash } from "./hash";
import { sortPointers } from "./sort";
import { comparePadded, compareText } from "../functions/compare";
import { Table, hashKeyNumber, hashKeyPadded, hashKeyText, keyHash, nextTableRow, rowColumnsBytes } from "./table";

/** A whole number, datetime or truth value of 8 bytes. */
export const KIND_I64: u8 = 0;
/** The same of 4 bytes. */
export const KIND_I32: u8 = 1;
/** DOUBLE. */
export const KIND_F64: u8 = 2;
/** REAL. */
export const KIND_F32: u8 = 3;
/** A text or bytes. */
export const KIND_TEXT: u8 = 4;
/** CHAR: blanks at the end do not count. */
export const KIND_PADDED: u8 = 5;

const SLOTS_MIN: u32 = 16;

// The columns of a row, and whether one of them is NULL.
// @ts-ignore: decorator
@inline
function columnsOf(table: Table, row: usize): usize {
  return row + rowColumnsBytes(table);
}

// @ts-ignore: decorator
@inline
function isNull(table: Table, columns: usize, column: u32): bool {
  return load<u8>(columns + (<usize>table.columns << 3) + column) != 0;
}

function rowHash(table: Table, row: usize, kinds: usize): i64 {
  const columns = columnsOf(table, row);
  let hash: u64 = 0;
  for (let column: u32 = 0; column < table.columns; column++) {
    const at = columns + (<usize>column << 3);
    const kind = load<u8>(kinds + column);
    if (isNull(table, columns, column)) hash = mixHash(hash, 1);
    else if (kind == KIND_TEXT) hash = hashKeyText(hash, load<u64>(at));
    else if (kind == KIND_PADDED) hash = hashKeyPadded(hash, load<u64>(at));
    // Zero is added so that both zeros are one value.
    else if (kind == KIND_F64) hash = hashKeyNumber(hash, reinterpret<i64>(load<f64>(at) + 0.0));
    else if (kind == KIND_F32) hash = hashKeyNumber(hash, <i64>reinterpret<i32>(load<f32>(at) + <f32>0.0));
    else if (kind == KIND_I32) hash = hashKeyNumber(hash, <i64>load<i32>(at));
    else hash = hashKeyNumber(hash, load<i64>(at));
  }
  return keyHash(hash);
}

// Order of two values that are there: negative, 0 or positive.
function compareValues(kind: u8, left: usize, right: usize): i32 {
  if (kind == KIND_TEXT) return compareText(load<u64>(left), load<u64>(right));
  if (kind == KIND_PADDED) return comparePadded(load<u64>(left), load<u64>(right));
  if (kind == KIND_F64) return i32(load<f64>(left) > load<f64>(right)) - i32(load<f64>(left) < load<f64>(right));
  if (kind == KIND_F32) return i32(load<f32>(left) > load<f32>(right)) - i32(load<f32>(left) < load<f32>(right));
  if (kind == KIND_I32) return i32(load<i32>(left) > load<i32>(right)) - i32(load<i32>(left) < load<i32>(right));
  return i32(load<i64>(left) > load<i64>(right)) - i32(load<i64>(left) < load<i64>(right));
}

function rowsEqual(table: Table, row: usize, other: Table, otherRow: usize, kinds: usize): bool {
  const left = columnsOf(table, row);
  const right = columnsOf(other, otherRow);
  for (let column: u32 = 0; column < table.columns; column++) {
    const missing = isNull(table, left, column);
    if (missing != isNull(other, right, column)) return false;
    const at = <usize>column << 3;
    if (!missing && compareValues(load<u8>(kinds + column), left + at, right + at) != 0) return false;
  }
  return true;
}

// ---- Sets -------------------------------------------------------------------------------------------------
// Slots chain rows by the unused word behind their link.

// @ts-ignore: decorator
@inline
function slotOf(slots: usize, capacity: u32, hash: i64): usize {
  return slots + ((<usize>hash & <usize>(capacity - 1)) << 2);
}

function capacityFor(count: u32): u32 {
  let capacity = SLOTS_MIN;
  while (capacity < count) capacity <<= 1;
  return capacity;
}

function emptySlots(capacity: u32): usize {
  const slots = allocateBlock(<usize>capacity << 2);
  memory.fill(slots, 0, <usize>capacity << 2);
  return slots;
}

function hasEqual(slot: usize, among: Table, table: Table, row: usize, kinds: usize): bool {
  for (let other = <usize>load<u32>(slot); other != 0; other = <usize>load<u32>(other, 4)) {
    if (rowsEqual(table, row, among, other, kinds)) return true;
  }
  return false;
}

function putInto(slot: usize, row: usize): void {
  store<u32>(row, load<u32>(slot), 4);
  store<u32>(slot, <u32>row);
}

/** Of equal rows of the new content the first stays. */
export function keepDistinct(table: Table, kinds: usize): void {
  const content = table.coming;
  const capacity = capacityFor(content.count);
  const slots = emptySlots(capacity);
  let last: usize = 0;
  for (let row = content.firstRow; row != 0; row = nextTableRow(row)) {
    const slot = slotOf(slots, capacity, rowHash(table, row, kinds));
    if (hasEqual(slot, table, table, row, kinds)) {
      store<u32>(last, <u32>nextTableRow(row));
      content.count--;
    } else {
      putInto(slot, row);
      last = row;
    }
  }
  content.lastRow = last;
  freeBlock(slots, <usize>capacity << 2);
}

/** The rows of the new content that another table has (`common`), or has not, stay. */
export function keepRows(table: Table, other: Table, kinds: usize, common: bool): void {
  const capacity = capacityFor(other.current.count);
  const slots = emptySlots(capacity);
  for (let row = other.current.firstRow; row != 0; row = nextTableRow(row))
    putInto(slotOf(slots, capacity, rowHash(other, row, kinds)), row);
  const content = table.coming;
  let last: usize = 0;
  for (let row = content.firstRow; row != 0; row = nextTableRow(row)) {
    const slot = slotOf(slots, capacity, rowHash(table, row, kinds));
    if (hasEqual(slot, other, table, row, kinds) == common) {
      if (last == 0) content.firstRow = row;
      else store<u32>(last, <u32>row);
      last = row;
    } else content.count--;
  }
  if (last == 0) content.firstRow = 0;
  else store<u32>(last, 0);
  content.lastRow = last;
  freeBlock(slots, <usize>capacity << 2);
}

// ---- Order ------------------------------------------------------------------------------------------------
// What the rows are compared by while they are sorted.
let sorted: Table = changetype<Table>(0);
let sortKinds: usize = 0;
let sortOrder: usize = 0;
let sortKeys: u32 = 0;

// True when `left` may stand before `right`.
function inOrder(left: usize, right: usize): bool {
  const leftColumns = columnsOf(sorted, left);
  const rightColumns = columnsOf(sorted, right);
  for (let key: u32 = 0; key < sortKeys; key++) {
    const entry = sortOrder + (<usize>key << 2);
    const column = <u32>load<u8>(entry);
    const leftNull = isNull(sorted, leftColumns, column);
    const rightNull = isNull(sorted, rightColumns, column);
    if (leftNull && rightNull) continue;
    if (leftNull || rightNull) return leftNull == (load<u8>(entry, 2) != 0);
    const at = <usize>column << 3;
    const compared = compareValues(load<u8>(sortKinds + column), leftColumns + at, rightColumns + at);
    if (compared != 0) return compared < 0 != (load<u8>(entry, 1) != 0);
  }
  return true;
}

/** Sorts the rows of the new content, equal ones as they came. */
export function sortRows(table: Table, kinds: usize, order: usize, keys: u32): void {
  const content = table.coming;
  if (content.count < 2) return;
  const bytes = <usize>content.count << 2;
  const pointers = allocateBlock(bytes);
  const spare = allocateBlock(bytes);
  let at = pointers;
  for (let row = content.firstRow; row != 0; row = nextTableRow(row), at += 4) store<u32>(at, <u32>row);
  sorted = table;
  sortKinds = kinds;
  sortOrder = order;
  sortKeys = keys;
  const result = sortPointers(pointers, spare, content.count, inOrder);
  for (let index: usize = 0; index < bytes; index += 4)
    store<u32>(<usize>load<u32>(result + index), index + 4 < bytes ? load<u32>(result + index, 4) : 0);
  content.firstRow = <usize>load<u32>(result);
  content.lastRow = <usize>load<u32>(result + bytes - 4);
  freeBlock(pointers, bytes);
  freeBlock(spare, bytes);
}
