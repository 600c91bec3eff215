// HOTSPOTS: the dense regions of the last rows.
//
// Law: the window holds the last windowSize rows, this one included, as points of their numeric columns. Two points are neighbours when their
// distance is at most scanRadius; a point with at least `minimum` neighbours, itself included, is a core. A hotspot is a set of cores that are
// connected through neighbours, with all neighbours of these; a point that several hotspots could have belongs to the one whose oldest core
// is older. Hotspots are listed by their oldest core. Density is the number of points by the volume of the box between minValues and
// maxValues, in which a side of length 0 counts as scanRadius.
//
// Source: Ester, Kriegel, Sander, Xu, "A density-based algorithm for discovering clusters in large spatial databases with noise" (DBSCAN),
// KDD 1996. Neighbourhoods are kept from row to row: a row costs one pass over the window and one over the bits.
//
//   points    := f64 coordinate [columns] [window]       a ring: slot `head` is the oldest row once the window is full
//   degrees   := u32 neighbours [window]
//   neighbour := u64 [words] [window]                    bit j of row i: i and j are neighbours, i itself included
//   left      := u64 [words]                             rows that no hotspot has yet;  queue := u16 slot [window]
//   box       := f64 low [columns] · f64 high [columns]
//
// NULL and values beyond ±1e300 as in RANDOM_CUT_FOREST: the value of the row before; ±1e300.
import { Text, textOf } from "../text";
import { writeDouble } from "../formats/floats";
import { allocateBlock, blockBytes } from "../state/arena";
import { scratchAllocate, scratchShrink } from "../state/scratch";
import * as snapshot from "../state/snapshot";
import { TEXT_BYTES_MAX } from "../../contract/abi";

const VALUE_MAX: f64 = 1e300;
/** Most bytes of a number with its comma, and of a hotspot beside its numbers. */
const NUMBER_BYTES: u32 = 26;
const HOTSPOT_BYTES: u32 = 96;
// {"hotspots":[
const OPENING: usize = memory.data<u8>([123, 34, 104, 111, 116, 115, 112, 111, 116, 115, 34, 58, 91]);
const OPENING_BYTES: u32 = 13;
// {"density":
const DENSITY: usize = memory.data<u8>([123, 34, 100, 101, 110, 115, 105, 116, 121, 34, 58]);
const DENSITY_BYTES: u32 = 11;
// ,"minValues":[
const LOW_VALUES: usize = memory.data<u8>([44, 34, 109, 105, 110, 86, 97, 108, 117, 101, 115, 34, 58, 91]);
// ],"maxValues":[
const HIGH_VALUES: usize = memory.data<u8>([93, 44, 34, 109, 97, 120, 86, 97, 108, 117, 101, 115, 34, 58, 91]);

/** The window; zeroed static memory of HOTSPOTS_BYTES. */
@unmanaged
export class Hotspots {
  radius: f64;
  window: u32;
  columns: u32;
  minimum: u32;
  words: u32;
  count: u32;
  head: u32;
  /** The row that comes in. */
  row: usize;
  points: usize;
  degrees: usize;
  neighbours: usize;
  left: usize;
  queue: usize;
  box: usize;
}

/** Static bytes of a Hotspots. */
export const HOTSPOTS_BYTES: usize = 64;

/** Arena bytes of a window: known from its parameters alone. */
export function hotspotsBytes(window: u32, columns: u32): u64 {
  const words = (window + 63) >> 6;
  return (
    <u64>blockBytes(columns << 3) +
    <u64>blockBytes(window * columns << 3) +
    <u64>blockBytes(window << 2) +
    <u64>blockBytes(window * words << 3) +
    <u64>blockBytes(words << 3) +
    <u64>blockBytes(window << 1) +
    <u64>blockBytes(columns << 4)
  );
}

/** Prepares a zeroed window. */
export function initializeHotspots(hotspots: Hotspots, window: u32, radius: f64, minimum: u32, columns: u32): void {
  const words = (window + 63) >> 6;
  hotspots.window = window;
  hotspots.radius = radius;
  hotspots.minimum = minimum;
  hotspots.columns = columns;
  hotspots.words = words;
  hotspots.row = zeroed(columns << 3);
  hotspots.points = zeroed(window * columns << 3);
  hotspots.degrees = zeroed(window << 2);
  hotspots.neighbours = zeroed(window * words << 3);
  hotspots.left = zeroed(words << 3);
  hotspots.queue = zeroed(window << 1);
  hotspots.box = zeroed(columns << 4);
}

function zeroed(bytes: u32): usize {
  const block = allocateBlock(bytes);
  memory.fill(block, 0, bytes);
  return block;
}

/** Sets a column of the row that comes in; one that isn't set keeps the value of the row before. */
export function setHotspotColumn(hotspots: Hotspots, column: u32, value: f64): void {
  store<f64>(hotspots.row + (column << 3), min<f64>(max<f64>(value, -VALUE_MAX), VALUE_MAX) + 0.0);
}

// @ts-ignore: decorator
@inline
function pointAt(hotspots: Hotspots, slot: u32): usize {
  return hotspots.points + ((<usize>slot * hotspots.columns) << 3);
}

// @ts-ignore: decorator
@inline
function bitsOf(hotspots: Hotspots, slot: u32): usize {
  return hotspots.neighbours + ((<usize>slot * hotspots.words) << 3);
}

function setBit(bits: usize, slot: u32): void {
  const at = bits + ((slot >> 6) << 3);
  store<u64>(at, load<u64>(at) | ((<u64>1) << (slot & 63)));
}

function changeDegree(hotspots: Hotspots, slot: u32, by: i32): void {
  const at = hotspots.degrees + (slot << 2);
  store<u32>(at, load<u32>(at) + by);
}

/** Takes the row that was set into the window. */
export function addHotspotRow(hotspots: Hotspots): void {
  let slot = hotspots.count;
  if (slot < hotspots.window) hotspots.count++;
  else {
    slot = hotspots.head;
    hotspots.head = slot + 1 == hotspots.window ? 0 : slot + 1;
    removeRow(hotspots, slot);
  }
  memory.copy(pointAt(hotspots, slot), hotspots.row, hotspots.columns << 3);
  store<u32>(hotspots.degrees + (slot << 2), 1);
  const bits = bitsOf(hotspots, slot);
  setBit(bits, slot);
  const square = hotspots.radius * hotspots.radius;
  for (let other: u32 = 0; other < hotspots.count; other++) {
    if (other == slot || !(squaredDistance(hotspots, other) <= square)) continue;
    setBit(bits, other);
    setBit(bitsOf(hotspots, other), slot);
    changeDegree(hotspots, other, 1);
    changeDegree(hotspots, slot, 1);
  }
}

function squaredDistance(hotspots: Hotspots, slot: u32): f64 {
  const point = pointAt(hotspots, slot);
  let sum: f64 = 0;
  for (let column: u32 = 0; column < hotspots.columns; column++) {
    const difference = load<f64>(point + (column << 3)) - load<f64>(hotspots.row + (column << 3));
    sum += difference * difference;
  }
  return sum;
}

function removeRow(hotspots: Hotspots, slot: u32): void {
  const bits = bitsOf(hotspots, slot);
  for (let word: u32 = 0; word < hotspots.words; word++) {
    let rest = load<u64>(bits + (word << 3));
    while (rest != 0) {
      const other = (word << 6) + <u32>ctz(rest);
      rest &= rest - 1;
      const at = bitsOf(hotspots, other) + ((slot >> 6) << 3);
      store<u64>(at, load<u64>(at) & ~((<u64>1) << (slot & 63)));
      changeDegree(hotspots, other, -1);
    }
    store<u64>(bits + (word << 3), 0);
  }
}

// ---- Hotspots ---------------------------------------------------------------------------------------------

/** All hotspots of the window as JSON. Those for which a VARCHAR has no more room are left out. */
export function hotspotsText(hotspots: Hotspots): Text {
  const start = scratchAllocate(TEXT_BYTES_MAX);
  const most = HOTSPOT_BYTES + hotspots.columns * 2 * NUMBER_BYTES;
  let at = writePiece(start, OPENING, OPENING_BYTES);
  const first = at;
  for (let slot: u32 = 0; slot < hotspots.count; slot++) setBit(hotspots.left, slot);
  for (let age: u32 = 0; age < hotspots.count; age++) {
    let slot = hotspots.head + age;
    if (slot >= hotspots.count) slot -= hotspots.count;
    if (!isLeft(hotspots, slot) || !isCore(hotspots, slot)) continue;
    const members = gather(hotspots, slot);
    if (<u32>(at - start) + most > <u32>TEXT_BYTES_MAX) continue;
    if (at != first) store<u8>(at++, 0x2c);
    at = writeHotspot(hotspots, at, members);
  }
  memory.fill(hotspots.left, 0, hotspots.words << 3);
  store<u16>(at, 0x7d5d);
  at += 2;
  scratchShrink(at);
  return textOf(start, <u32>(at - start));
}

// @ts-ignore: decorator
@inline
function isCore(hotspots: Hotspots, slot: u32): bool {
  return load<u32>(hotspots.degrees + (slot << 2)) >= hotspots.minimum;
}

function isLeft(hotspots: Hotspots, slot: u32): bool {
  return ((load<u64>(hotspots.left + ((slot >> 6) << 3)) >> (slot & 63)) & 1) != 0;
}

// Takes the hotspot of a core out of what is left: its box and how many points it has.
function gather(hotspots: Hotspots, core: u32): u32 {
  const at = hotspots.left + ((core >> 6) << 3);
  store<u64>(at, load<u64>(at) & ~((<u64>1) << (core & 63)));
  for (let column: u32 = 0; column < hotspots.columns; column++) {
    store<f64>(hotspots.box + (column << 3), Infinity);
    store<f64>(hotspots.box + ((hotspots.columns + column) << 3), -Infinity);
  }
  store<u16>(hotspots.queue, <u16>core);
  let members: u32 = 1;
  for (let next: u32 = 0; next < members; next++) {
    const slot = <u32>load<u16>(hotspots.queue + (next << 1));
    widenBox(hotspots, slot);
    if (isCore(hotspots, slot)) members = reachNeighbours(hotspots, slot, members);
  }
  return members;
}

function reachNeighbours(hotspots: Hotspots, slot: u32, members: u32): u32 {
  const bits = bitsOf(hotspots, slot);
  for (let word: u32 = 0; word < hotspots.words; word++) {
    const at = hotspots.left + (word << 3);
    let found = load<u64>(bits + (word << 3)) & load<u64>(at);
    if (found == 0) continue;
    store<u64>(at, load<u64>(at) & ~found);
    while (found != 0) {
      store<u16>(hotspots.queue + (members++ << 1), <u16>((word << 6) + <u32>ctz(found)));
      found &= found - 1;
    }
  }
  return members;
}

function widenBox(hotspots: Hotspots, slot: u32): void {
  for (let column: u32 = 0; column < hotspots.columns; column++) {
    const value = load<f64>(pointAt(hotspots, slot) + (column << 3));
    const low = hotspots.box + (column << 3);
    const high = low + (hotspots.columns << 3);
    store<f64>(low, min<f64>(load<f64>(low), value));
    store<f64>(high, max<f64>(load<f64>(high), value));
  }
}

function writeHotspot(hotspots: Hotspots, start: usize, members: u32): usize {
  let volume: f64 = 1;
  for (let column: u32 = 0; column < hotspots.columns; column++) {
    const low = hotspots.box + (column << 3);
    const side = load<f64>(low + (hotspots.columns << 3)) - load<f64>(low);
    volume *= side > 0 ? side : hotspots.radius;
  }
  let at = writePiece(start, DENSITY, DENSITY_BYTES);
  at = writeDouble(at, min<f64>(<f64>members / volume, f64.MAX_VALUE));
  at = writePiece(at, LOW_VALUES, 14);
  at = writeValues(at, hotspots.box, hotspots.columns);
  at = writePiece(at, HIGH_VALUES, 15);
  at = writeValues(at, hotspots.box + (hotspots.columns << 3), hotspots.columns);
  store<u16>(at, 0x7d5d);
  return at + 2;
}

function writeValues(start: usize, values: usize, columns: u32): usize {
  let at = start;
  for (let column: u32 = 0; column < columns; column++) {
    if (column > 0) store<u8>(at++, 0x2c);
    at = writeDouble(at, load<f64>(values + (column << 3)));
  }
  return at;
}

function writePiece(at: usize, pointer: usize, length: u32): usize {
  memory.copy(at, pointer, length);
  return at + length;
}

// ---- Snapshots --------------------------------------------------------------------------------------------

/** Writes the window as one section: u32 columns · f64 last row [columns] · (f64 coordinate [columns])*, the oldest row first. */
export function saveHotspots(hotspots: Hotspots, id: u64, layout: u32): void {
  snapshot.beginSection(id, layout);
  if (hotspots.count > 0) {
    const rowBytes = hotspots.columns << 3;
    snapshot.writeU32(hotspots.columns);
    snapshot.writeBytes(hotspots.row, rowBytes);
    for (let age: u32 = 0; age < hotspots.count; age++) {
      let slot = hotspots.head + age;
      if (slot >= hotspots.count) slot -= hotspots.count;
      snapshot.writeBytes(pointAt(hotspots, slot), rowBytes);
    }
  }
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadHotspots(hotspots: Hotspots, end: usize): bool {
  if (!snapshot.readMore(end)) return true;
  const rowBytes = hotspots.columns << 3;
  if (snapshot.readU32() != hotspots.columns) return false;
  const last = snapshot.readSpace(rowBytes);
  while (snapshot.readMore(end)) {
    const row = snapshot.readSpace(rowBytes);
    if (snapshot.readFailed || hotspots.count == hotspots.window) return false;
    memory.copy(hotspots.row, row, rowBytes);
    addHotspotRow(hotspots);
  }
  if (snapshot.readFailed) return false;
  memory.copy(hotspots.row, last, rowBytes);
  return true;
}
