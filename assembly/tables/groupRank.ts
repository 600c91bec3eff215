// GROUP_RANK: the rows of one ROWTIME with their ranks by one column.
//
// Law: the rows of a ROWTIME wait until a row or bound passes it; then each bears its rank, 1 + the number of rows that sort strictly before
// it (RANK of SQL: equal values share a rank and the next one skips), and they leave by rank, ascending or descending, or as they
// came; equal ranks leave as they came, and at most `limit` rows leave (0: all). NULL sorts first ascending, last descending; texts sort
// by their bytes, CHAR without trailing blanks.
//
// Rows are entries of state/rows.ts; an entry's sequence is its place in the order of arrival, its word for the container its rank.
import { comparePadded, compareText } from "../functions/compare";
import {
  RowList, LIST_BYTES, append, dropEntry, entryRow, entryRowtime, entrySequence, keepRow, loadEntries, nextEntry, packRow, rowRoom,
  saveEntries, sortList, takeFirst, unpackRow,
} from "../state/rows";
import * as snapshot from "../state/snapshot";
import { TableWindow, closeTableWindow, openTableWindow } from "./window";

/** What is ranked by: a TINYINT, SMALLINT or INTEGER, a BIGINT, a VARCHAR, a CHAR. */
export const RANK_BY_INTEGER: u32 = 0;
export const RANK_BY_BIGINT: u32 = 1;
export const RANK_BY_VARCHAR: u32 = 2;
export const RANK_BY_CHAR: u32 = 3;
/** Rows leave as they came, by rank ascending, by rank descending. */
export const ORDER_ARRIVAL: u32 = 0;
export const ORDER_ASCENDING: u32 = 1;
export const ORDER_DESCENDING: u32 = 2;

/** The rows of one ROWTIME; zeroed static memory of GROUP_RANK_BYTES. */
@unmanaged
export class GroupRank extends TableWindow {
  keyKind: u32;
  descending: u32;
  order: u32;
  limit: u32;
  /** Place of the column to rank by in the rows. */
  key: u32;
  frame: usize;
  shape: usize;
  list: RowList;
  /** The entry that left last: its texts are in use until the next one does. */
  taken: usize;
  ranked: u32;
  /** Rows that may still leave. */
  left: u32;
}

/** Static bytes of a GroupRank with its list. */
export const GROUP_RANK_BYTES: usize = 64 + LIST_BYTES;

/** Prepares a zeroed container for rows of a frame. */
export function initializeGroupRank(
  group: GroupRank, keyKind: u32, descending: bool, order: u32, limit: u32, key: u32, frame: usize, shape: usize,
): void {
  closeTableWindow(group);
  group.keyKind = keyKind;
  group.descending = u32(descending);
  group.order = order;
  group.limit = limit;
  group.key = key;
  group.frame = frame;
  group.shape = shape;
  group.list = changetype<RowList>(changetype<usize>(group) + 64);
}

/** Puts the frame's row to the others of its ROWTIME; those of an earlier one have left. */
export function addRankedRow(group: GroupRank, rowtime: i64): void {
  const row = rowRoom(group.shape);
  packRow(group.shape, group.frame, row);
  if (group.open == 0) openTableWindow(group, rowtime + 1, rowtime);
  append(group.list, keepRow(group.shape, row, rowtime, <i64>group.list.count, 0));
}

/** Takes the next row into the frame and gives its rank; 0 after the last one: then nothing waits any more. */
export function nextRankedRow(group: GroupRank): i32 {
  if (group.ranked == 0) rankRows(group);
  if (group.taken != 0) dropEntry(group.taken);
  group.taken = 0;
  if (group.left == 0) {
    while (group.list.count > 0) dropEntry(takeFirst(group.list));
    group.ranked = 0;
    closeTableWindow(group);
    return 0;
  }
  group.left--;
  group.taken = takeFirst(group.list);
  unpackRow(group.shape, entryRow(group.taken), group.frame);
  return rankOf(group.taken);
}

// @ts-ignore: decorator
@inline
function rankOf(entry: usize): i32 {
  return <i32>load<u64>(entry, 24);
}

// The container whose rows are being sorted: a comparison has no other way to know it.
let sorting: usize = 0;

function rankRows(group: GroupRank): void {
  sorting = changetype<usize>(group);
  group.ranked = 1;
  group.left = group.limit == 0 ? group.list.count : min<u32>(group.limit, group.list.count);
  sortList(group.list, compareKeys);
  let rank: u64 = 0;
  let place: u64 = 0;
  let before: usize = 0;
  for (let entry = group.list.head; entry != 0; entry = nextEntry(entry)) {
    place++;
    if (before == 0 || compareKeys(before, entry) != 0) rank = place;
    store<u64>(entry, rank, 24);
    before = entry;
  }
  if (group.order == ORDER_ARRIVAL) sortList(group.list, compareArrival);
  else if (group.order == ORDER_DESCENDING) sortList(group.list, compareRanks);
}

function compareArrival(left: usize, right: usize): i32 {
  return <i32>(entrySequence(left) - entrySequence(right));
}

function compareRanks(left: usize, right: usize): i32 {
  return rankOf(right) - rankOf(left);
}

function compareKeys(left: usize, right: usize): i32 {
  const group = changetype<GroupRank>(sorting);
  const order = compareAscending(group, entryRow(left), entryRow(right));
  return group.descending != 0 ? -order : order;
}

function compareAscending(group: GroupRank, left: usize, right: usize): i32 {
  const nulls = (<usize>load<u32>(group.shape) << 3) + group.key;
  const leftNull = load<u8>(left + nulls);
  const rightNull = load<u8>(right + nulls);
  if (leftNull != 0 || rightNull != 0) return <i32>rightNull - <i32>leftNull;
  const a = left + (group.key << 3);
  const b = right + (group.key << 3);
  if (group.keyKind == RANK_BY_INTEGER) return i32(load<i32>(a) > load<i32>(b)) - i32(load<i32>(a) < load<i32>(b));
  if (group.keyKind == RANK_BY_BIGINT) return i32(load<i64>(a) > load<i64>(b)) - i32(load<i64>(a) < load<i64>(b));
  return group.keyKind == RANK_BY_CHAR ? comparePadded(load<u64>(a), load<u64>(b)) : compareText(load<u64>(a), load<u64>(b));
}

/** Writes the rows that wait as one section. */
export function saveGroupRank(group: GroupRank, id: u64, layout: u32): void {
  snapshot.beginSection(id, layout);
  if (group.open != 0) saveEntries(group.shape, group.list);
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadGroupRank(group: GroupRank, end: usize): bool {
  if (!snapshot.readMore(end)) return true;
  if (!loadEntries(group.shape, group.list, end)) return false;
  if (group.list.count > 0) {
    const rowtime = entryRowtime(group.list.head);
    openTableWindow(group, rowtime + 1, rowtime);
  }
  return true;
}
