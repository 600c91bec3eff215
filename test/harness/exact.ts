// Exact sums for the oracle: a double is a multiple of 2^-1074, so sums and squares of doubles are integers of that unit.

const SCALE = 1074;

/** The double as a multiple of 2^-1074. */
export function exactOf(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

/** The double nearest to `value` * 2^exponent, ties to even (IEEE 754, round to nearest). */
export function nearest(value: bigint, exponent: number): number {
  const magnitude = value < 0n ? -value : value;
  const length = magnitude === 0n ? 0 : magnitude.toString(2).length;
  // A result below the normal range keeps fewer bits.
  const shift = Math.max(length - 53, -SCALE - exponent, 0);
  const divisor = 1n << BigInt(shift);
  const rest = (magnitude % divisor) * 2n;
  let kept = magnitude / divisor;
  if (rest > divisor || (rest === divisor && kept % 2n === 1n)) kept += 1n;
  const power = exponent + shift;
  const result = power < -1000 ? Number(kept) * 2 ** (power + 74) * 2 ** -74 : Number(kept) * 2 ** power;
  return value < 0n ? -result : result;
}

/** The sum of doubles, rounded once. */
export function exactSum(values: readonly number[]): number {
  return nearest(
    values.reduce((sum, value) => sum + exactOf(value), 0n),
    -SCALE,
  );
}

/** The variance of doubles from its definition, rounded at the end; `divisor` is N or N - 1. */
export function exactVariance(values: readonly number[], divisor: bigint): number {
  const exact = values.map(exactOf);
  const count = BigInt(values.length);
  const sum = exact.reduce((total, value) => total + value, 0n);
  const squares = exact.reduce((total, value) => total + value * value, 0n);
  const guard = 128;
  return nearest(((count * squares - sum * sum) << BigInt(guard)) / (count * divisor), -2 * SCALE - guard);
}
