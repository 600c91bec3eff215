// GROUP_RANK: the rows of one ROWTIME with their ranks by one column.
//
// Law: the rows of a ROWTIME wait until a row or bound passes it; then each bears its rank, 1 + the number of rows that sort strictly before
// it (RANK of SQL: equal values share a rank and the next one skips), and they leave by rank, ascending or descending, or as they
// came; equal ranks leave as they came, and at most `limit` rows leave (0: all). NULL sorts first ascending, last descending; texts sort
// by their bytes, CHAR without trailing blanks.
//
//   rows  := RowQueue; a row's sequence is its key: the integer itself, for a text whether it is NULL (1)
//   ranks := (u32 entry in the queue · u32 rank · u64 key: integer or text)[rows], only while rows leave
//   order := u32 number in ranks, twice as many as rows: sorted, and room to merge
import { comparePadded, compareText } from "../functions/compare";
import { allocateBlock, freeBlock } from "../state/arena";
import {
  RowQueue, QUEUE_BYTES, clearQueue, entrySequence, entryText, firstEntry, headRowtime, loadQueue, nextEntry, putRow, readEntry,
} from "../state/queue";
import { TableWindow, closeTableWindow, openTableWindow } from "./window";

/** Ranked by an integer, a VARCHAR, a CHAR. */
export const RANK_BY_INTEGER: u32 = 0;
export const RANK_BY_VARCHAR: u32 = 1;
export const RANK_BY_CHAR: u32 = 2;
/** Rows leave as they came, by rank ascending, by rank descending. */
export const ORDER_ARRIVAL: u32 = 0;
export const ORDER_ASCENDING: u32 = 1;
export const ORDER_DESCENDING: u32 = 2;

const RANK_BYTES: usize = 16;
/** Key of a NULL integer: no INTEGER has it. */
const NULL_INTEGER: i64 = i64.MIN_VALUE;

/** The rows of one ROWTIME; zeroed static memory of GROUP_RANK_BYTES. */
@unmanaged
export class GroupRank extends TableWindow {
  keyKind: u32;
  descending: u32;
  order: u32;
  limit: u32;
  /** Offset of the text slot to rank by. */
  textSlot: u32;
  ranks: usize;
  sorted: usize;
  /** Rows that have left, and how many there are and will leave. */
  left: u32;
  count: u32;
  leaving: u32;
  rows: RowQueue;
}

/** Static bytes of a GroupRank with its queue. */
export const GROUP_RANK_BYTES: usize = 64 + QUEUE_BYTES;

/** Prepares a zeroed container; its queue is prepared apart. */
export function initializeGroupRank(group: GroupRank, keyKind: u32, descending: bool, order: u32, limit: u32, textSlot: u32): void {
  closeTableWindow(group);
  group.keyKind = keyKind;
  group.descending = u32(descending);
  group.order = order;
  group.limit = limit;
  group.textSlot = textSlot;
  group.rows = changetype<RowQueue>(changetype<usize>(group) + 64);
}

/** Puts the frame's row to the others of its ROWTIME; those of another one have left. `key` counts where integers are ranked. */
export function addRankedRow(group: GroupRank, rowtime: i64, key: i64, isNull: bool): void {
  if (group.open == 0) openTableWindow(group, rowtime + 1, rowtime);
  const kept = group.keyKind == RANK_BY_INTEGER ? (isNull ? NULL_INTEGER : key) : i64(isNull);
  putRow(group.rows, rowtime, kept);
}

/** Takes the next row into the frame and gives its rank; 0 after the last one: then nothing waits any more. */
export function nextRankedRow(group: GroupRank): i32 {
  if (group.ranks == 0) rankRows(group);
  if (group.left == group.leaving) {
    forgetRows(group);
    return 0;
  }
  const entry = rankAt(group, load<u32>(group.sorted + (group.left++ << 2)));
  readEntry(group.rows, <usize>load<u32>(entry));
  return load<i32>(entry, 4);
}

// @ts-ignore: decorator
@inline
function rankAt(group: GroupRank, index: u32): usize {
  return group.ranks + <usize>index * RANK_BYTES;
}

function rankRows(group: GroupRank): void {
  const rows = group.rows;
  group.count = rows.count;
  group.left = 0;
  group.leaving = group.limit == 0 ? group.count : min<u32>(group.limit, group.count);
  group.ranks = allocateBlock(<usize>group.count * RANK_BYTES);
  group.sorted = allocateBlock(<usize>group.count << 3);
  let at = firstEntry(rows);
  for (let index: u32 = 0; index < group.count; index++) {
    const entry = rankAt(group, index);
    store<u32>(entry, <u32>at);
    const sequence = entrySequence(rows, at);
    store<u64>(entry, group.keyKind == RANK_BY_INTEGER ? <u64>sequence : sequence != 0 ? 0 : entryText(rows, at, group.textSlot), 8);
    store<u32>(group.sorted + (index << 2), index);
    at = nextEntry(rows, at);
  }
  sortRows(group, false);
  setRanks(group);
  if (group.order == ORDER_ARRIVAL) for (let index: u32 = 0; index < group.count; index++) store<u32>(group.sorted + (index << 2), index);
  else if (group.order == ORDER_DESCENDING) sortRows(group, true);
}

function setRanks(group: GroupRank): void {
  let rank: u32 = 0;
  for (let index: u32 = 0; index < group.count; index++) {
    const row = load<u32>(group.sorted + (index << 2));
    if (index == 0 || compareKeys(group, load<u32>(group.sorted + ((index - 1) << 2)), row) != 0) rank = index + 1;
    store<u32>(rankAt(group, row), rank, 4);
  }
}

// A NULL text has the key 0, an empty one has a pointer.
function compareKeys(group: GroupRank, left: u32, right: u32): i32 {
  const a = load<u64>(rankAt(group, left), 8);
  const b = load<u64>(rankAt(group, right), 8);
  let order: i32;
  if (group.keyKind == RANK_BY_INTEGER) order = i32(<i64>a > <i64>b) - i32(<i64>a < <i64>b);
  else if (a == 0 || b == 0) order = i32(a != 0) - i32(b != 0);
  else order = group.keyKind == RANK_BY_CHAR ? comparePadded(a, b) : compareText(a, b);
  return group.descending != 0 ? -order : order;
}

// Whether the left row stays before the right one: by key, or by rank from the greatest.
function staysBefore(group: GroupRank, byRank: bool, left: u32, right: u32): bool {
  if (byRank) return load<u32>(rankAt(group, left), 4) >= load<u32>(rankAt(group, right), 4);
  return compareKeys(group, left, right) <= 0;
}

// Stable merge sort of the row numbers, bottom up, in two arrays that lie side by side; the numbers begin in order of arrival where
// that is to be kept.
function sortRows(group: GroupRank, byRank: bool): void {
  const count = group.count;
  if (byRank) for (let index: u32 = 0; index < count; index++) store<u32>(group.sorted + (index << 2), index);
  let from = group.sorted;
  let to = group.sorted + (<usize>count << 2);
  for (let width: u32 = 1; width < count; width <<= 1) {
    for (let start: u32 = 0; start < count; start += width << 1) {
      mergeRuns(group, byRank, from, to, start, min<u32>(start + width, count), min<u32>(start + (width << 1), count));
    }
    const swap = from;
    from = to;
    to = swap;
  }
  if (from != group.sorted) memory.copy(group.sorted, from, <usize>count << 2);
}

function mergeRuns(group: GroupRank, byRank: bool, from: usize, to: usize, start: u32, middle: u32, end: u32): void {
  let left = start;
  let right = middle;
  for (let index = start; index < end; index++) {
    const takeLeft =
      left < middle && (right >= end || staysBefore(group, byRank, load<u32>(from + (left << 2)), load<u32>(from + (right << 2))));
    store<u32>(to + (index << 2), load<u32>(from + ((takeLeft ? left++ : right++) << 2)));
  }
}

function forgetRows(group: GroupRank): void {
  freeBlock(group.ranks, <usize>group.count * RANK_BYTES);
  freeBlock(group.sorted, <usize>group.count << 3);
  group.ranks = 0;
  group.sorted = 0;
  clearQueue(group.rows);
  closeTableWindow(group);
}

/** Reads the rows that wait from their section, which `saveQueue` writes; false when it can't be read. */
export function loadGroupRank(group: GroupRank, end: usize): bool {
  if (!loadQueue(group.rows, end)) return false;
  if (group.rows.count > 0) openTableWindow(group, headRowtime(group.rows) + 1, headRowtime(group.rows));
  return true;
}
