// Tumbling aggregation: the window's life. What is computed per row is generated; this file keeps when a window closes.
//
// Law: with v the value of the monotonic key, all groups of v leave, in the order of their first row, as soon as a row or bound
// has another value; a window that a bound can close has `boundary` = the first time with another value.
import { Groups, GROUPS_BYTES, firstRow, nextRow, rowAt, resetGroups, initializeGroups, saveGroups, loadGroups, groupsLoaded } from "../state/groups";
import { freeOwnedText, loadOwnedText, saveOwnedText, storeOwnedText } from "../state/ownedText";
import * as snapshot from "../state/snapshot";
import { Text } from "../text";
import { equalText } from "../functions/compare";

/** No window is open, or nothing can close it. */
export const NEVER: i64 = i64.MAX_VALUE;
/** How far a boundary is looked for: 400 years of milliseconds, after which calendars repeat. */
export const BOUNDARY_SEARCH_MAX: i64 = 12622780800000;
const LAYOUT_FIELDS: u32 = 2;

/** State of one tumbling aggregate; zeroed static memory of TUMBLE_BYTES, followed by its Groups. */
@unmanaged
export class Tumble {
  /** First time with another key value: the window closes when a row or bound reaches it. NEVER when only a row's value can. */
  boundary: i64;
  /** ROWTIME of the rows that leave. */
  outputTime: i64;
  /** A row at or after this needs `enter`: i64.MIN when no window is open, else `boundary`. */
  check: i64;
  /** Value of the monotonic key (bits of an i64); i64.MIN when it is NULL. */
  value: i64;
  /** The key's value when it is a text: the window owns it. */
  closingText: u64;
  /** ROWTIME of the last row that came in. */
  lastTime: i64;
  /** Cursor of a flush that stopped between rows, 0 when none is under way. */
  cursor: usize;
  open: u32;
  groups: Groups;
}

/** Static bytes of a Tumble with its Groups. */
export const TUMBLE_BYTES: usize = 80 + GROUPS_BYTES;

/** Prepares the operator. */
export function initializeTumble(operator: Tumble, words: u32, kinds: usize, keyGroups: u32): void {
  operator.groups = changetype<Groups>(changetype<usize>(operator) + 80);
  closeWindow(operator);
  initializeGroups(operator.groups, words, kinds, keyGroups);
}

function closeWindow(operator: Tumble): void {
  operator.boundary = NEVER;
  operator.outputTime = NEVER;
  operator.check = i64.MIN_VALUE;
  operator.open = 0;
  operator.cursor = 0;
}

/** Opens the window of `value`. `boundary` NEVER: closed by a row's value only. */
export function openWindow(operator: Tumble, value: i64, boundary: i64, closedEnd: bool): void {
  operator.value = value;
  operator.boundary = boundary;
  operator.outputTime = boundary == NEVER ? NEVER : boundary - i64(closedEnd);
  operator.check = boundary;
  operator.open = 1;
}

/** The end of the input: what only a row's value closes leaves with the clock, or with its last row's ROWTIME if that is later. */
export function endTumble(operator: Tumble, clock: i64): void {
  if (operator.open != 0 && operator.outputTime == NEVER) operator.outputTime = max(clock, operator.lastTime);
}

/** Opens the window of a text value. */
export function openTextWindow(operator: Tumble, text: Text, isNull: bool): void {
  openWindow(operator, isNull ? i64.MIN_VALUE : 0, NEVER, false);
  if (!isNull) storeOwnedText(operatorText(operator), text);
}

// Where the window's own text lies.
// @ts-ignore: decorator
@inline
function operatorText(operator: Tumble): usize {
  return changetype<usize>(operator) + offsetof<Tumble>("closingText");
}

/** True when the open window's value is that text. */
export function isClosingText(operator: Tumble, text: Text, isNull: bool): bool {
  const windowIsNull = operator.value == i64.MIN_VALUE;
  return windowIsNull || isNull ? windowIsNull == isNull : equalText(operator.closingText, text);
}

/** Closes the window and forgets its groups. */
export function forgetWindow(operator: Tumble): void {
  resetGroups(operator.groups);
  freeOwnedText(operatorText(operator));
  closeWindow(operator);
}

/** The next group of a flush, or 0 after the last one; then the window is closed and empty. */
export function nextGroup(operator: Tumble): usize {
  const groups = operator.groups;
  operator.cursor = operator.cursor == 0 ? firstRow(groups) : nextRow(groups, operator.cursor);
  if (operator.cursor != 0) return rowAt(groups, operator.cursor);
  resetGroups(groups);
  freeOwnedText(operatorText(operator));
  closeWindow(operator);
  return 0;
}

/** Writes the part that belongs to a key group, or with group -1 the window itself. */
export function saveTumble(operator: Tumble, id: u64, layout: u32, group: i32): void {
  snapshot.beginSection(id, layout);
  if (group >= 0) saveGroups(operator.groups, <u32>group);
  else if (operator.open != 0) {
    snapshot.writeU32(LAYOUT_FIELDS);
    snapshot.writeU64(<u64>operator.boundary);
    snapshot.writeU64(<u64>operator.outputTime);
    snapshot.writeU64(<u64>operator.value);
    snapshot.writeU64(<u64>operator.lastTime);
    saveOwnedText(operator.closingText);
  }
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadTumble(operator: Tumble, group: i32, end: usize): bool {
  if (group >= 0) loadGroups(operator.groups, end);
  else if (snapshot.readMore(end)) {
    if (snapshot.readU32() != LAYOUT_FIELDS) return false;
    operator.boundary = <i64>snapshot.readU64();
    operator.outputTime = <i64>snapshot.readU64();
    operator.value = <i64>snapshot.readU64();
    operator.lastTime = <i64>snapshot.readU64();
    loadOwnedText(operatorText(operator));
    operator.check = operator.boundary;
    operator.open = 1;
  }
  return !snapshot.readFailed;
}

/** After the last blob. */
export function tumbleLoaded(operator: Tumble): void {
  groupsLoaded(operator.groups);
}

/** The first time after `from` at which the monotonic key is no longer `value`: doubling steps, then halving. NEVER within 400 years. */
export function findBoundary(valueAt: (time: i64) => i64, from: i64, value: i64): i64 {
  let step: i64 = 1;
  while (step < BOUNDARY_SEARCH_MAX && valueAt(from + step) == value) step <<= 1;
  if (step >= BOUNDARY_SEARCH_MAX) return NEVER;
  let same = from + (step >> 1);
  let other = from + step;
  while (other - same > 1) {
    const middle = same + ((other - same) >> 1);
    if (valueAt(middle) == value) same = middle;
    else other = middle;
  }
  return other;
}
