// SUM and AVG of doubles where values also leave: an exact sum, rounded once, when it is read. It depends neither on the order nor on the
// grouping of what came and went, and nothing drifts. After R. M. Neal, "Fast exact summation using small and large superaccumulators"
// (arXiv:1505.05571): his small superaccumulator, of which only the chunks in use are kept.
//
//   word   := u32 block (0: no value yet) · u32 0
//   block  := u32 lowest chunk · u32 chunks · u32 additions since carries were passed on · u32 bytes of the block · chunks, an i64 each
//   chunk n is worth its value times 2^(32 n − 1075)
//
// Law: Σ chunk × worth is the sum of what was added less what was removed. A value adds less than 2^52 to a chunk, and after a pass every
// chunk but the highest lies in [0, 2^32), the highest in [−2^32, 2^32): PASS_EVERY additions can't overflow 63 bits.
// Memory: 16 bytes and 8 a chunk; values within a factor of 2^32 of each other need three chunks or four.
import { allocateBlock, freeBlock } from "../state/arena";
import * as snapshot from "../state/snapshot";

const HEADER_BYTES: usize = 16;
/** 67 of Neal's, and one that carries may open. */
const CHUNKS_MAX: u32 = 68;
const PASS_EVERY: u32 = 2000;
const LOW_BITS: i64 = 0xffffffff;

// The magnitude while it is rounded.
const magnitude: usize = memory.data(8 * 70, 8);

// @ts-ignore: decorator
@inline
function chunkAt(block: usize, index: u32): usize {
  return block + HEADER_BYTES + (<usize>index << 3);
}

/** Adds a finite value. */
// @ts-ignore: decorator
@inline
export function addExact(word: usize, value: f64): void {
  accumulate(word, value, reinterpret<i64>(value) < 0);
}

/** Takes a value out that was added before. */
// @ts-ignore: decorator
@inline
export function removeExact(word: usize, value: f64): void {
  accumulate(word, value, reinterpret<i64>(value) >= 0);
}

function accumulate(word: usize, value: f64, subtract: bool): void {
  const bits = reinterpret<u64>(value);
  let mantissa = bits & 0x000fffffffffffff;
  let exponent = <u32>(bits >> 52) & 0x7ff;
  if (exponent == 0) {
    if (mantissa == 0) return;
    exponent = 1;
  } else mantissa |= 0x0010000000000000;
  const index = exponent >> 5;
  const shift = <u64>(exponent & 31);
  let block = <usize>load<u32>(word);
  if (block == 0 || index < load<u32>(block) || index + 1 >= load<u32>(block) + load<u32>(block, 4)) block = cover(word, index);
  const at = chunkAt(block, index - load<u32>(block));
  const low = <i64>((mantissa << shift) & LOW_BITS);
  const high = <i64>(mantissa >> (32 - shift));
  store<i64>(at, load<i64>(at) + (subtract ? -low : low));
  store<i64>(at, load<i64>(at, 8) + (subtract ? -high : high), 8);
  const additions = load<u32>(block, 8) + 1;
  store<u32>(block, additions, 8);
  if (additions == PASS_EVERY) passCarries(word);
}

// Makes chunks `index` and the one after it part of the block.
function cover(word: usize, index: u32): usize {
  const old = <usize>load<u32>(word);
  if (old == 0) return resize(word, index, 2);
  const lowest = load<u32>(old);
  const from = min<u32>(lowest, index);
  return resize(word, from, max<u32>(lowest + load<u32>(old, 4), index + 2) - from);
}

function resize(word: usize, lowest: u32, chunks: u32): usize {
  const bytes = HEADER_BYTES + (<usize>chunks << 3);
  const block = allocateBlock(bytes);
  memory.fill(block, 0, bytes);
  const old = <usize>load<u32>(word);
  if (old != 0) {
    memory.copy(chunkAt(block, load<u32>(old) - lowest), chunkAt(old, 0), <usize>load<u32>(old, 4) << 3);
    store<u32>(block, load<u32>(old, 8), 8);
    freeBlock(old, load<u32>(old, 12));
  }
  store<u32>(block, lowest);
  store<u32>(block, chunks, 4);
  store<u32>(block, <u32>bytes, 12);
  store<u64>(word, <u64>block);
  return block;
}

function passCarries(word: usize): void {
  let block = <usize>load<u32>(word);
  const chunks = load<u32>(block, 4);
  for (let index: u32 = 0; index + 1 < chunks; index++) passCarry(chunkAt(block, index));
  store<u32>(block, 0, 8);
  const rest = load<i64>(chunkAt(block, chunks - 1)) >> 32;
  if (rest == 0 || rest == -1) return;
  block = resize(word, load<u32>(block), chunks + 1);
  passCarry(chunkAt(block, chunks - 1));
}

// @ts-ignore: decorator
@inline
function passCarry(at: usize): void {
  const value = load<i64>(at);
  store<i64>(at, value & LOW_BITS);
  store<i64>(at, load<i64>(at, 8) + (value >> 32), 8);
}

/** The sum, rounded to nearest, ties to even; infinite when it is out of range. */
export function exactSum(word: usize): f64 {
  if (load<u32>(word) == 0) return 0.0;
  passCarries(word);
  const block = <usize>load<u32>(word);
  const chunks = load<u32>(block, 4);
  const negative = load<i64>(chunkAt(block, chunks - 1)) < 0;
  let carry: i64 = 0;
  let highest: i32 = -1;
  for (let index: u32 = 0; index < chunks; index++) {
    let value = load<i64>(chunkAt(block, index));
    if (negative) {
      value = carry - value;
      carry = value >> 32;
      if (index + 1 < chunks) value &= LOW_BITS;
    }
    store<i64>(magnitude + (<usize>index << 3), value);
    if (value != 0) highest = <i32>index;
  }
  if (highest < 0) return 0.0;
  const result = roundMagnitude(highest, load<i32>(block) + highest);
  return negative ? -result : result;
}

// @ts-ignore: decorator
@inline
function magnitudeAt(index: i32): u64 {
  return index < 0 ? 0 : load<u64>(magnitude + (<usize>index << 3));
}

// The 64 highest bits of the magnitude, and whether any lower one is set, decide. `place` is the number of the highest chunk.
function roundMagnitude(highest: i32, place: i32): f64 {
  const top = magnitudeAt(highest);
  const second = magnitudeAt(highest - 1);
  const third = magnitudeAt(highest - 2);
  const used = 64 - <i32>clz<u64>(top);
  let bits = top << (64 - used);
  let sticky = false;
  if (used <= 32) {
    bits |= second << (32 - used);
    bits |= third >> used;
    sticky = (third & ((<u64>1 << used) - 1)) != 0;
  } else {
    bits |= second >> (used - 32);
    sticky = (second & ((<u64>1 << (used - 32)) - 1)) != 0 || third != 0;
  }
  for (let index = highest - 3; index >= 0 && !sticky; index--) sticky = magnitudeAt(index) != 0;
  let exponent = 32 * place + used - 53;
  // Below the smallest normal number nothing is lost: all values are multiples of the smallest one.
  if (exponent < 1) return reinterpret<f64>(bits >> <u64>(12 - exponent));
  let mantissa = bits >> 11;
  const rest = bits & 0x7ff;
  if (rest > 0x400 || (rest == 0x400 && (sticky || (mantissa & 1) != 0))) mantissa++;
  if (mantissa >> 53 != 0) {
    mantissa >>= 1;
    exponent++;
  }
  return exponent > 2046 ? Infinity : reinterpret<f64>((<u64>exponent << 52) | (mantissa & 0x000fffffffffffff));
}

/** Gives all memory back; the sum is zero then. */
export function freeExactSum(word: usize): void {
  const block = <usize>load<u32>(word);
  if (block != 0) freeBlock(block, load<u32>(block, 12));
  store<u64>(word, 0);
}

/** Writes how many chunks there are, the lowest one's number, and the chunks. */
export function saveExactSum(word: usize): void {
  if (load<u32>(word) == 0) {
    snapshot.writeU32(0);
    return;
  }
  passCarries(word);
  const block = <usize>load<u32>(word);
  const chunks = load<u32>(block, 4);
  snapshot.writeU32(chunks);
  snapshot.writeU32(load<u32>(block));
  snapshot.writeBytes(chunkAt(block, 0), chunks << 3);
}

/** Reads a sum into a word that is 0. */
export function loadExactSum(word: usize): void {
  const chunks = snapshot.readU32();
  if (chunks == 0) return;
  const lowest = snapshot.readU32();
  // What no sum can have fails like a blob that is too short.
  const from = snapshot.readSpace(chunks > CHUNKS_MAX || lowest > CHUNKS_MAX ? i32.MAX_VALUE : <usize>chunks << 3);
  if (snapshot.readFailed) return;
  memory.copy(chunkAt(resize(word, lowest, chunks), 0), from, <usize>chunks << 3);
}
