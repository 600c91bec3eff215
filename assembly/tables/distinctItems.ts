// COUNT_DISTINCT_ITEMS_TUMBLING: how many different items a window has.
//
// Law: exact up to EXACT_ITEMS_MAX; past it an estimate with a standard error of 1.04 / √16384 = 0.8 %. NULL is no item. The result depends on
// the set of items alone, not on their order or number.
//
// Sources: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog", AofA 2007, with 64-bit hashes (Heule, Nunkesser, Hall, EDBT 2013); the estimator
// without bias tables is that of Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017, algorithm 6.
//
//   exact      Groups without accumulators: the items themselves
//   estimate   u8 register[2^14]: the greatest position of the first 1 among the other 50 bits of the hashes that begin with its number
import { Text, textLength, textPointer } from "../text";
import { allocateBlock, freeBlock } from "../state/arena";
import { Groups, GROUPS_BYTES, findGroup, firstRow, initializeGroups, loadGroups, nextRow, resetGroups, rowAt, saveGroups } from "../state/groups";
import { hashWide } from "../state/hash";
import { keyBytes } from "../state/slots";
import * as snapshot from "../state/snapshot";
import { mixBits } from "./random";
import { TableWindow, closeTableWindow, openTableWindow } from "./window";

/** Items that are counted exactly. */
export const EXACT_ITEMS_MAX: u32 = 10000;
const REGISTER_BITS: u32 = 14;
const REGISTERS: u32 = 1 << REGISTER_BITS;
const RANK_MAX: u32 = 64 - REGISTER_BITS + 1;

/** A window's items; zeroed static memory of DISTINCT_ITEMS_BYTES. */
@unmanaged
export class DistinctItems extends TableWindow {
  /** 0 while the count is exact. */
  registers: usize;
  items: Groups;
}

/** Static bytes of a DistinctItems with its Groups. */
export const DISTINCT_ITEMS_BYTES: usize = 32 + GROUPS_BYTES;

/** Prepares a zeroed container. */
export function initializeDistinctItems(distinct: DistinctItems): void {
  closeTableWindow(distinct);
  distinct.items = changetype<Groups>(changetype<usize>(distinct) + 32);
  initializeGroups(distinct.items, 0, 0, 1);
}

/** Adds an item to the open window. */
export function addDistinctItem(distinct: DistinctItems, item: Text): void {
  if (distinct.registers != 0) return register(distinct, textPointer(item), textLength(item));
  findGroup(distinct.items, textPointer(item), textLength(item));
  if (distinct.items.count > EXACT_ITEMS_MAX) estimateFromNowOn(distinct);
}

function estimateFromNowOn(distinct: DistinctItems): void {
  distinct.registers = allocateBlock(REGISTERS);
  memory.fill(distinct.registers, 0, REGISTERS);
  let cursor = firstRow(distinct.items);
  while (cursor != 0) {
    const row = rowAt(distinct.items, cursor);
    register(distinct, keyBytes(distinct.items, row), load<u32>(row));
    cursor = nextRow(distinct.items, cursor);
  }
  resetGroups(distinct.items);
}

function register(distinct: DistinctItems, pointer: usize, length: u32): void {
  const hash = mixBits(hashWide(pointer, length));
  const at = distinct.registers + <usize>(hash >> (64 - REGISTER_BITS));
  const rest = hash << REGISTER_BITS;
  const rank = rest == 0 ? RANK_MAX : <u32>clz<u64>(rest) + 1;
  if (rank > <u32>load<u8>(at)) store<u8>(at, <u8>rank);
}

/** How many items there are. */
export function distinctItemCount(distinct: DistinctItems): i64 {
  return distinct.registers == 0 ? <i64>distinct.items.count : estimate(distinct.registers);
}

const histogram: usize = memory.data(256, 8);

function estimate(registers: usize): i64 {
  memory.fill(histogram, 0, 256);
  for (let index: u32 = 0; index < REGISTERS; index++) {
    const at = histogram + (<usize>load<u8>(registers + index) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  const size = <f64>REGISTERS;
  let sum = size * tau(1 - <f64>load<u32>(histogram + (RANK_MAX << 2)) / size);
  for (let rank = RANK_MAX - 1; rank > 0; rank--) sum = 0.5 * (sum + <f64>load<u32>(histogram + (rank << 2)));
  sum += size * sigma(<f64>load<u32>(histogram) / size);
  // 0.7213475204444817 = 1 / (2 ln 2)
  return <i64>nearest((0.7213475204444817 * size * size) / sum);
}

function tau(share: f64): f64 {
  if (share == 0 || share == 1) return 0;
  let result = 1 - share;
  let before: f64 = -1;
  let factor: f64 = 1;
  while (result != before) {
    before = result;
    share = sqrt(share);
    factor *= 0.5;
    result -= (1 - share) * (1 - share) * factor;
  }
  return result / 3;
}

function sigma(share: f64): f64 {
  if (share == 1) return Infinity;
  let result = share;
  let before: f64 = -1;
  let factor: f64 = 1;
  while (result != before) {
    before = result;
    share *= share;
    result += share * factor;
    factor += factor;
  }
  return result;
}

/** Closes the window and forgets its items. */
export function resetDistinctItems(distinct: DistinctItems): void {
  if (distinct.registers != 0) freeBlock(distinct.registers, REGISTERS);
  distinct.registers = 0;
  resetGroups(distinct.items);
  closeTableWindow(distinct);
}

/** Writes the open window as one section: i64 boundary · u32 1 for registers, 0 for items · them. */
export function saveDistinctItems(distinct: DistinctItems, id: u64, layout: u32): void {
  snapshot.beginSection(id, layout);
  if (distinct.open != 0) {
    snapshot.writeU64(<u64>distinct.boundary);
    snapshot.writeU32(u32(distinct.registers != 0));
    if (distinct.registers != 0) snapshot.writeBytes(distinct.registers, REGISTERS);
    else saveGroups(distinct.items, 0);
  }
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadDistinctItems(distinct: DistinctItems, end: usize): bool {
  if (!snapshot.readMore(end)) return true;
  const boundary = <i64>snapshot.readU64();
  openTableWindow(distinct, boundary, boundary);
  if (snapshot.readU32() == 0) loadGroups(distinct.items, end);
  else {
    const from = snapshot.readSpace(REGISTERS);
    if (snapshot.readFailed) return false;
    distinct.registers = allocateBlock(REGISTERS);
    memory.copy(distinct.registers, from, REGISTERS);
  }
  return !snapshot.readFailed;
}
