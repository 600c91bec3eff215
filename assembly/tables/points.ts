// Points that several random cut trees share: each is stored once and counted by the samples that hold it.
//
//   table := u32 chunk pointer, one for every chunk that may ever be needed
//   chunk := 2^bits points in one arena block of about 64 KB
//   point := u32 references (0: free) · u32 next free point · f64 coordinate, one a dimension
//
// A point is named by its index; indices of free points are given again, the last freed first.
import { allocateBlock, blockBytes } from "../state/arena";

const CHUNK_BYTES: u32 = 1 << 16;
const NO_POINT: u32 = 0xffffffff;
const POINT_HEADER_BYTES: u32 = 8;

/** A store of points; zeroed memory of POINTS_BYTES. */
@unmanaged
export class Points {
  table: usize;
  /** Points of a chunk as a power of two. */
  bits: u32;
  pointBytes: u32;
  chunks: u32;
  /** First point that was never used. */
  next: u32;
  free: u32;
  limit: u32;
}

/** Bytes of a Points. */
export const POINTS_BYTES: usize = 32;

function chunkBits(pointBytes: u32): u32 {
  return pointBytes >= CHUNK_BYTES ? 0 : 31 - clz<u32>(CHUNK_BYTES / pointBytes);
}

function chunksOf(limit: u32, bits: u32): u32 {
  return (limit + (1 << bits) - 1) >> bits;
}

/** Arena bytes of a store that is full. */
export function pointsBytes(dimensions: u32, limit: u32): u64 {
  const pointBytes = POINT_HEADER_BYTES + (dimensions << 3);
  const bits = chunkBits(pointBytes);
  const chunks = chunksOf(limit, bits);
  return <u64>blockBytes(chunks << 2) + <u64>chunks * <u64>blockBytes(<usize>pointBytes << bits);
}

/** Prepares a zeroed store for at most `limit` points. */
export function initializePoints(points: Points, dimensions: u32, limit: u32): void {
  points.pointBytes = POINT_HEADER_BYTES + (dimensions << 3);
  points.bits = chunkBits(points.pointBytes);
  points.limit = limit;
  points.free = NO_POINT;
  points.table = allocateBlock(chunksOf(limit, points.bits) << 2);
}

// @ts-ignore: decorator
@inline
function entryOf(points: Points, index: u32): usize {
  const chunk = <usize>load<u32>(points.table + ((index >> points.bits) << 2));
  return chunk + <usize>(index & ((1 << points.bits) - 1)) * points.pointBytes;
}

/** Where the coordinates of a point lie. */
// @ts-ignore: decorator
@inline
export function pointAt(points: Points, index: u32): usize {
  return entryOf(points, index) + POINT_HEADER_BYTES;
}

function reach(points: Points, index: u32): void {
  while (index >> points.bits >= points.chunks) {
    store<u32>(points.table + (points.chunks << 2), <u32>allocateBlock(<usize>points.pointBytes << points.bits));
    points.chunks++;
  }
}

/** Stores a copy of the coordinates; nobody refers to it yet. */
export function addPoint(points: Points, coordinates: usize): u32 {
  let index = points.free;
  if (index != NO_POINT) points.free = load<u32>(entryOf(points, index), 4);
  else {
    index = points.next;
    reach(points, index);
    points.next++;
  }
  const entry = entryOf(points, index);
  store<u32>(entry, 0);
  memory.copy(entry + POINT_HEADER_BYTES, coordinates, points.pointBytes - POINT_HEADER_BYTES);
  return index;
}

/** One more sample holds the point. */
export function holdPoint(points: Points, index: u32): void {
  const entry = entryOf(points, index);
  store<u32>(entry, load<u32>(entry) + 1);
}

/** A sample gives the point back; without a holder it is free. */
export function releasePoint(points: Points, index: u32): void {
  const entry = entryOf(points, index);
  const references = load<u32>(entry) - 1;
  store<u32>(entry, references);
  if (references == 0) freePoint(points, index);
}

/** Frees a point that nobody holds. */
export function freePoint(points: Points, index: u32): void {
  const entry = entryOf(points, index);
  store<u32>(entry, 0);
  store<u32>(entry, points.free, 4);
  points.free = index;
}

/** How many samples hold a point. */
export function holdersOf(points: Points, index: u32): u32 {
  return load<u32>(entryOf(points, index));
}

/** Makes an empty store ready to be filled by index up to `next` (exclusive); every point is unheld. False above the limit. */
export function reservePoints(points: Points, next: u32): bool {
  if (next > points.limit) return false;
  if (next > 0) reach(points, next - 1);
  for (let index: u32 = 0; index < next; index++) store<u32>(entryOf(points, index), 0);
  points.next = next;
  points.free = NO_POINT;
  return true;
}

/** After filling by index: what nobody holds is free. */
export function collectPoints(points: Points): void {
  points.free = NO_POINT;
  for (let index = points.next; index > 0; index--) {
    if (holdersOf(points, index - 1) == 0) freePoint(points, index - 1);
  }
}
