// Exact intermediates of 128 bits as two u64 (magnitudes), and powers of ten: what DECIMAL arithmetic and the printing of
// doubles are built on. Rounding is half away from zero throughout.
import { raise } from "../faults";
import { FAULT_NUMERIC_OVERFLOW } from "../../contract/abi";

const POWERS: usize = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
  10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
  10000000000000000000,
]);

/** Largest power of ten in a u64. */
export const POWER_DIGITS_MAX: i32 = 19;

/** 10^digits for 0 … 19. */
// @ts-ignore: decorator
@inline
export function powerOfTen(digits: i32): u64 {
  return load<u64>(POWERS + (<usize>digits << 3));
}

/** |value| as u64, right for i64.MIN_VALUE as well. */
// @ts-ignore: decorator
@inline
export function magnitude(value: i64): u64 {
  return value < 0 ? 0 - <u64>value : <u64>value;
}

/** The high 64 bits of a product, from four products of 32-bit halves. */
// @ts-ignore: decorator
@inline
export function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const cross = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (cross >> 32);
}

/** Remainder of the last `divideWide`. */
export let wideRemainder: u64 = 0;

/** (high·2^64 + low) / divisor for high < divisor. Two digits of base 2^32 (Knuth, TAOCP 2, 4.3.1, algorithm D). */
export function divideWide(high: u64, low: u64, divisor: u64): u64 {
  if (high == 0) {
    wideRemainder = low % divisor;
    return low / divisor;
  }
  const shift = clz(divisor);
  const normal = divisor << shift;
  const top = shift == 0 ? high : (high << shift) | (low >> (64 - shift));
  const rest = low << shift;
  const first = quotientDigit(top, rest >> 32, normal);
  const second = quotientDigit(digitRest, rest & 0xffffffff, normal);
  wideRemainder = digitRest >> shift;
  return (first << 32) | second;
}

let digitRest: u64 = 0;

// One digit of (top·2^32 + next) / normal, where the highest bit of `normal` is set; at most two corrections.
function quotientDigit(top: u64, next: u64, normal: u64): u64 {
  const high = normal >> 32;
  const low = normal & 0xffffffff;
  let digit = top / high;
  let rest = top - digit * high;
  while (digit > 0xffffffff || digit * low > ((rest << 32) | next)) {
    digit--;
    rest += high;
    if (rest > 0xffffffff) break;
  }
  digitRest = ((top << 32) | next) - digit * normal;
  return digit;
}

/** A magnitude with its sign as i64, or numeric-overflow. */
export function signedResult(high: u64, low: u64, negative: bool): i64 {
  if (high != 0 || low > (<u64>i64.MAX_VALUE) + u64(negative)) raise(FAULT_NUMERIC_OVERFLOW);
  return negative ? <i64>(0 - low) : <i64>low;
}

/** A magnitude divided by 10^digits (multiplied where negative), with its sign; or numeric-overflow. |digits| ≤ 38. */
export function scaleMagnitude(high: u64, low: u64, digits: i32, negative: bool): i64 {
  if (digits < 0) {
    if (high == 0 && low == 0) return 0;
    if (digits < -POWER_DIGITS_MAX) high = 1;
    else {
      const power = powerOfTen(-digits);
      if (high == 0) high = multiplyHigh(low, power);
      low *= power;
    }
  } else if (digits > 0) {
    // The digit below the cut alone decides: digits beyond 19 can be dropped first.
    if (digits > POWER_DIGITS_MAX) {
      const drop = powerOfTen(digits - POWER_DIGITS_MAX);
      low = divideWide(high % drop, low, drop);
      high /= drop;
      digits = POWER_DIGITS_MAX;
    }
    const power = powerOfTen(digits);
    low = divideWide(high % power, low, power);
    high /= power;
    if (wideRemainder >= power - wideRemainder) {
      low++;
      high += u64(low == 0);
    }
  }
  return signedResult(high, low, negative);
}

/** value · multiplier / 10^digits. */
export function scaledProduct(value: i64, multiplier: i64, digits: i32): i64 {
  const a = magnitude(value);
  const b = magnitude(multiplier);
  return scaleMagnitude(multiplyHigh(a, b), a * b, digits, (value ^ multiplier) < 0);
}

/** value · 10^digits / divisor, exact for any number of digits (schoolbook division, 18 digits a step). `rounded` false truncates. */
export function scaledQuotient(value: i64, divisor: i64, digits: i32, rounded: bool): i64 {
  const negative = (value ^ divisor) < 0;
  const by = magnitude(divisor);
  let rest = magnitude(value);
  if (digits < 0) {
    // floor((floor(2a / b·10^n) + 1) / 2) is a / (b·10^n) rounded.
    const doubled = (rest << u64(rounded)) / by / (digits < -POWER_DIGITS_MAX ? u64.MAX_VALUE : powerOfTen(-digits));
    return signedResult(0, rounded ? (doubled + 1) >> 1 : doubled, negative);
  }
  let quotient = rest / by;
  rest -= quotient * by;
  let overflow: u64 = 0;
  while (digits > 0) {
    const step = min(digits, 18);
    const power = powerOfTen(step);
    overflow |= multiplyHigh(quotient, power);
    const next = divideWide(multiplyHigh(rest, power), rest * power, by);
    rest = wideRemainder;
    quotient = quotient * power + next;
    overflow |= u64(quotient < next);
    digits -= step;
  }
  if (rounded && rest >= by - rest) quotient++;
  return signedResult(overflow, quotient, negative);
}
