// WINDOWED BY STAGGER: the life of windows. What is computed per row is generated.
//
// Law: the window of a key opens with its first row at t and holds rows below t + range; it leaves, with ROWTIME t + range, when a row or
// bound reaches that. All windows are equally long and ROWTIME never decreases, so that the order in which they open, which is that of the
// table's list, is that of their ends: what is due lies at its head.
import { KEYED_BYTES, Keyed, findKeyed, firstKeyed, initializeKeyed, keyedIsNew, keyedLoaded, loadKeyed, orderOf, removeKeyed, saveKeyed, touchKeyed } from "../state/keyed";
import * as snapshot from "../state/snapshot";

const NEVER: i64 = i64.MAX_VALUE;

/** State of one operator; zeroed static memory of STAGGER_BYTES, followed by its table. */
@unmanaged
export class Stagger {
  /** End of the window that ends first; NEVER when none is open. */
  boundary: i64;
  /** ROWTIME with which it leaves: the same. */
  outputTime: i64;
  range: i64;
  /** Whether a window is open. */
  open: u32;
  windows: Keyed;
}

/** Static bytes of a Stagger with its table. */
export const STAGGER_BYTES: usize = 32 + KEYED_BYTES;

/** Prepares the operator. */
export function initializeStagger(operator: Stagger, range: i64, words: u32, kinds: usize, keyGroups: u32): void {
  operator.windows = changetype<Keyed>(changetype<usize>(operator) + 32);
  operator.range = range;
  initializeKeyed(operator.windows, words, kinds, keyGroups);
  findBoundary(operator);
}

function findBoundary(operator: Stagger): void {
  const first = firstKeyed(operator.windows);
  operator.open = u32(first != 0);
  operator.boundary = first == 0 ? NEVER : orderOf(first);
  operator.outputTime = operator.boundary;
}

/** The window of a key; opened at `rowtime` when there is none (then `keyedIsNew`). */
export function enterStagger(operator: Stagger, key: usize, length: u32, rowtime: i64): usize {
  const row = findKeyed(operator.windows, key, length);
  if (!keyedIsNew) return row;
  touchKeyed(operator.windows, row, rowtime + operator.range);
  if (operator.open == 0) findBoundary(operator);
  return row;
}

/** The window that is due at `time` next, 0 when none is. */
export function dueWindow(operator: Stagger, time: i64): usize {
  return operator.boundary <= time && operator.open != 0 ? firstKeyed(operator.windows) : 0;
}

/** The window has left. */
export function closeStagger(operator: Stagger, row: usize): void {
  removeKeyed(operator.windows, row);
  findBoundary(operator);
}

/** Writes the windows of a key group. */
export function saveStagger(operator: Stagger, id: u64, layout: u32, group: i32): void {
  snapshot.beginSection(id, layout);
  if (group >= 0) saveKeyed(operator.windows, <u32>group);
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadStagger(operator: Stagger, end: usize): bool {
  loadKeyed(operator.windows, end);
  return !snapshot.readFailed;
}

/** After the last blob. */
export function staggerLoaded(operator: Stagger): void {
  keyedLoaded(operator.windows);
  findBoundary(operator);
}
