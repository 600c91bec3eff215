// Hash of a key's bytes: 8 bytes a step, multiply and fold (after wyhash's mixing idea). 32 bits, well spread in the high ones,
// because slots and key groups are taken from the top. Bytes behind the key may be read (16 of slack) but do not count.
const MULTIPLIER_A: u64 = 0x9e3779b97f4a7c15;
const MULTIPLIER_B: u64 = 0x9fb21c651e98df25;

/** The first `length` (0…8) bytes at `pointer` as a little-endian number, others zero. */
// @ts-ignore: decorator
@inline
export function loadPartial(pointer: usize, length: u32): u64 {
  return length == 0 ? 0 : load<u64>(pointer) & (<u64>0xffffffffffffffff >> ((8 - length) << 3));
}

/** Hash of `length` bytes at `pointer`. */
// @ts-ignore: decorator
@inline
export function hashBytes(pointer: usize, length: u32): u32 {
  return <u32>(hashWide(pointer, length) >> 32);
}

/** The same before it is cut to its high bits; the low ones alone are spread less well. */
// @ts-ignore: decorator
@inline
export function hashWide(pointer: usize, length: u32): u64 {
  let hash = <u64>length * MULTIPLIER_A;
  let rest = length;
  let at = pointer;
  while (rest > 8) {
    hash = (hash ^ load<u64>(at)) * MULTIPLIER_B;
    hash ^= hash >> 32;
    at += 8;
    rest -= 8;
  }
  return fold(hash ^ loadPartial(at, rest));
}

/** The key group of a hash: it has a range of them. */
// @ts-ignore: decorator
@inline
export function keyGroupOf(hash: u32, keyGroups: u32): u32 {
  return <u32>((<u64>hash * <u64>keyGroups) >> 32);
}

/** `hashBytes` of the first `length` (0…8) bytes of a word, the others of which are zero. */
// @ts-ignore: decorator
@inline
export function hashWord(word: u64, length: u32): u32 {
  return <u32>(fold((<u64>length * MULTIPLIER_A) ^ word) >> 32);
}

// @ts-ignore: decorator
@inline
function fold(hash: u64): u64 {
  hash *= MULTIPLIER_B;
  hash ^= hash >> 29;
  return hash * MULTIPLIER_A;
}

/** Adds a number to a hash of 64 bits; its high half is well spread. */
// @ts-ignore: decorator
@inline
export function mixHash(hash: u64, value: u64): u64 {
  hash = (hash ^ value ^ (hash >> 29)) * MULTIPLIER_B;
  return (hash ^ (hash >> 32)) * MULTIPLIER_A;
}

/** True when both stretches of `length` bytes are equal. Both may be over-read by 8. */
// @ts-ignore: decorator
@inline
export function equalBytes(left: usize, right: usize, length: u32): bool {
  let rest = length;
  while (rest > 8) {
    if (load<u64>(left) != load<u64>(right)) return false;
    left += 8;
    right += 8;
    rest -= 8;
  }
  return loadPartial(left, rest) == loadPartial(right, rest);
}
