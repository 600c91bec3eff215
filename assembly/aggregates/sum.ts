// SUM and AVG. Doubles: word 0 is the running sum in arrival order. Exact numbers: words 0, 1 are a signed 128-bit sum, so that
// only the result is checked for range (SEMANTICS 11).
import { raise } from "../faults";
import { FAULT_NUMERIC_OVERFLOW } from "../../contract/abi";

// @ts-ignore: decorator
@inline
export function addDoubleSum(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

/** Adds to the 128-bit sum. */
// @ts-ignore: decorator
@inline
export function addWideSum(at: usize, value: i64): void {
  const low = load<u64>(at);
  const sum = low + <u64>value;
  store<u64>(at, sum);
  store<i64>(at, load<i64>(at, 8) + (value >> 63) + i64(sum < low), 8);
}

/** Takes a value out of the 128-bit sum. */
export function removeWideSum(at: usize, value: i64): void {
  const low = load<u64>(at);
  store<u64>(at, low - <u64>value);
  store<i64>(at, load<i64>(at, 8) - (value >> 63) - i64(low < <u64>value), 8);
}

/** The sum as a number of at most `bits` (8, 16, 32, 64) bits, or numeric-overflow. */
export function wideSumResult(at: usize, bits: i32): i64 {
  const low = load<i64>(at);
  if (load<i64>(at, 8) != low >> 63 || !fits(low, bits)) raise(FAULT_NUMERIC_OVERFLOW);
  return low;
}

let quotient: u64 = 0;
let rest: u64 = 0;

// Divides the magnitude of the 128-bit sum by the count; false when the quotient has more than 64 bits.
function divideMagnitude(at: usize, count: u64): bool {
  let low = load<u64>(at);
  let high = load<u64>(at, 8);
  if (<i64>high < 0) {
    low = ~low + 1;
    high = ~high + u64(low == 0);
  }
  quotient = low / count;
  rest = low % count;
  if (high == 0) return true;
  // Long division, a bit a step: the count has fewer than 63 bits, so the rest never overflows.
  let fitting = true;
  quotient = 0;
  rest = 0;
  for (let bit = 127; bit >= 0; bit--) {
    rest = (rest << 1) | (bit >= 64 ? (high >> (bit - 64)) & 1 : (low >> bit) & 1);
    const digit = u64(rest >= count);
    rest -= digit * count;
    if (quotient >> 63 != 0) fitting = false;
    quotient = (quotient << 1) | digit;
  }
  return fitting;
}

// True for a magnitude that an i64 of the sum's sign holds: the lowest number has no positive counterpart.
// @ts-ignore: decorator
@inline
function inRange(magnitude: u64, negative: bool): bool {
  return magnitude <= <u64>0x7fffffffffffffff + u64(negative);
}

/** The sum of integers divided by a count, truncated toward zero, or numeric-overflow. */
export function wideAverageResult(at: usize, count: i64, bits: i32): i64 {
  if (load<i64>(at, 8) == load<i64>(at) >> 63) return load<i64>(at) / count;
  const negative = load<i64>(at, 8) < 0;
  const fitting = divideMagnitude(at, count) && inRange(quotient, negative);
  const result = negative ? -<i64>quotient : <i64>quotient;
  if (!fitting || !fits(result, bits)) raise(FAULT_NUMERIC_OVERFLOW);
  return result;
}

/** The sum of decimals divided by a count at the same scale, rounded half away from zero, or numeric-overflow. */
export function decimalAverageResult(at: usize, count: i64): i64 {
  const negative = load<i64>(at, 8) < 0;
  const fitting = divideMagnitude(at, count);
  const rounded = quotient + u64(rest >= <u64>count - rest);
  // A quotient of 64 ones that is rounded up is 0.
  if (!fitting || rounded < quotient || !inRange(rounded, negative)) raise(FAULT_NUMERIC_OVERFLOW);
  return negative ? -<i64>rounded : <i64>rounded;
}

/** A sum or mean of doubles; a non-finite one is numeric-overflow. */
// @ts-ignore: decorator
@inline
export function finiteResult(value: f64): f64 {
  if (value - value != 0) raise(FAULT_NUMERIC_OVERFLOW);
  return value;
}

function fits(value: i64, bits: i32): bool {
  const rest = 64 - bits;
  return (value << rest) >> rest == value;
}
