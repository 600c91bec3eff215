// Join of two kinds of rows: what each side keeps, and when. Keys and conditions are generated; this file keeps the sides.
//
// Law: see plan.ts, Join.
import { RowStore, ROW_STORE_BYTES, initializeRowStore, addRow, dropOldest, hasMet, oldestRowtime, saveRows, loadRows, rowsLoaded } from "../state/rowStore";
import { entryRowtime, entrySequence } from "../state/rows";
import * as snapshot from "../state/snapshot";

const NEVER: i64 = i64.MAX_VALUE;

/** State of one join; zeroed static memory of JOIN_BYTES. */
@unmanaged
export class Join {
  /** First time at which a row of a preserved side is no longer kept. */
  boundary: i64;
  /** ROWTIME with which it leaves if it met none. */
  outputTime: i64;
  /** Number of the last row, over both sides. */
  sequence: i64;
  left: RowStore;
  right: RowStore;
  /** Rows of a preserved side are kept. */
  open: u32;
  /** When rows that only others drive out leave: NEVER before the end of the input. */
  end: i64;
}

const FIELD_BYTES: usize = 64;
/** Static bytes of a Join. */
export const JOIN_BYTES: usize = FIELD_BYTES + 2 * ROW_STORE_BYTES;

/** Prepares the operator. */
export function initializeJoin(join: Join, left: usize, right: usize, keyGroups: u32): void {
  join.left = changetype<RowStore>(changetype<usize>(join) + FIELD_BYTES);
  join.right = changetype<RowStore>(changetype<usize>(join) + FIELD_BYTES + ROW_STORE_BYTES);
  initializeRowStore(join.left, left, keyGroups);
  initializeRowStore(join.right, right, keyGroups);
  join.boundary = NEVER;
  join.outputTime = NEVER;
  join.end = NEVER;
}

/** When a side's rows leave that only others drive out: at the end of the input, with the clock or the last one's ROWTIME if that is later. */
export function rowsEnd(join: Join, rows: RowStore): i64 {
  return rows.list.count == 0 || join.end == NEVER ? NEVER : max(join.end, entryRowtime(rows.list.tail));
}

/** No row comes any more: those of a preserved side that met one, and are the oldest, need not wait for their end. */
export function forgetMet(rows: RowStore): void {
  while (rows.list.count != 0 && hasMet(rows.list.head)) dropOldest(rows);
}

/** Adds a row to a side. */
export function keepSide(join: Join, rows: RowStore, row: usize, key: usize, length: u32, nullKey: bool, rowtime: i64): usize {
  return addRow(rows, row, key, length, nullKey, rowtime, ++join.sequence);
}

/** Forgets rows of a side whose range ended before `time`. */
export function forgetBefore(rows: RowStore, range: i64, time: i64): void {
  while (rows.list.count != 0 && oldestRowtime(rows) + range < time) dropOldest(rows);
}

/** Forgets the oldest rows of a side beyond `count`. */
export function forgetBeyond(rows: RowStore, count: u32): void {
  while (rows.list.count > count) dropOldest(rows);
}

/** The time with which the oldest row of a side leaves; NEVER when there is none. */
export function oldestEnd(rows: RowStore, range: i64): i64 {
  const rowtime = oldestRowtime(rows);
  return rowtime == NEVER ? NEVER : rowtime + range;
}

/** Sets when the next row of the preserved sides leaves, which hold `kept` rows. */
export function setNextEnd(join: Join, end: i64, kept: u32): void {
  join.open = u32(kept != 0);
  join.outputTime = end;
  join.boundary = end == NEVER ? NEVER : end + 1;
}

/** True when the left side's oldest row leaves before the right side's, whose ends are given: ties go by arrival. */
export function leftIsFirst(join: Join, leftEnd: i64, rightEnd: i64): bool {
  if (leftEnd != rightEnd) return leftEnd < rightEnd;
  const left = join.left.list;
  const right = join.right.list;
  if (left.count == 0 || right.count == 0) return right.count == 0;
  return entrySequence(left.head) < entrySequence(right.head);
}

/** Writes the rows of a key group; with -1 the number of the last row. */
export function saveJoin(join: Join, id: u64, layout: u32, group: i32): void {
  snapshot.beginSection(id, layout);
  if (group < 0) snapshot.writeU64(<u64>join.sequence);
  else {
    // The left side's length, then both sides; nothing at all where both are empty.
    const mark = snapshot.writeMark();
    saveRows(join.left, <u32>group);
    const middle = snapshot.writtenLength();
    snapshot.patchLength(mark);
    saveRows(join.right, <u32>group);
    if (middle == mark && snapshot.writtenLength() == mark) snapshot.takeBack(mark - 4);
  }
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadJoin(join: Join, group: i32, end: usize): bool {
  if (group < 0) {
    join.sequence = <i64>snapshot.readU64();
    return !snapshot.readFailed;
  }
  if (!snapshot.readMore(end)) return true;
  const bytes = <usize>snapshot.readU32();
  return loadRows(join.left, snapshot.readPosition() + bytes) && loadRows(join.right, end);
}

/** After the last blob. */
export function joinLoaded(join: Join): void {
  rowsLoaded(join.left);
  rowsLoaded(join.right);
}
