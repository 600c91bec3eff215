// Seeded random numbers for tests: mulberry32. The seed is printed by whoever uses it.

/** Numbers in [0, 1) from a seed. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A seed from the environment (ROWTIME_SEED), else from the clock. */
export function seedFromEnvironment(): number {
  const given = process.env['ROWTIME_SEED'];
  return given === undefined ? Date.now() & 0x7fffffff : Number(given);
}
