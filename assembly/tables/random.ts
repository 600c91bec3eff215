// Pseudo-random numbers from a seed: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
// The state is one u64 in memory that the owner saves with the rest of what it keeps.
const GOLDEN: u64 = 0x9e3779b97f4a7c15;

/** The next 64 bits; the state at `at` moves on. */
// @ts-ignore: decorator
@inline
export function nextRandom(at: usize): u64 {
  const state = load<u64>(at) + GOLDEN;
  store<u64>(at, state);
  return mixBits(state);
}

/** The bits of a number spread over all 64: the output function of SplitMix64. */
// @ts-ignore: decorator
@inline
export function mixBits(value: u64): u64 {
  let mixed = value;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

/** A number strictly between 0 and 1. */
// @ts-ignore: decorator
@inline
export function nextFraction(at: usize): f64 {
  return (<f64>(nextRandom(at) >> 11) + 0.5) * (1.0 / 9007199254740992.0);
}
