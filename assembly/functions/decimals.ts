// Arithmetic of DECIMAL and its conversion from and to DOUBLE; see arithmetic.ts for the names. Exact 128-bit intermediates,
// results rounded half away from zero.
import { raise } from "../faults";
import { FAULT_DIVISION_BY_ZERO } from "../../contract/abi";
import { addBigint, multiplyBigint, subtractBigint } from "./integers";
import {
  divideWide, magnitude, multiplyHigh, powerOfTen, scaleMagnitude, scaledProduct, scaledQuotient, signedResult, wideRemainder,
} from "./wide";

// @ts-ignore: decorator
@inline
export function addDecimal(a: i64, scaleA: i32, b: i64, scaleB: i32, scaleResult: i32): i64 {
  if (scaleA == scaleB && scaleA == scaleResult) return addBigint(a, b);
  return sumOfScales(a, scaleA, b, scaleB, scaleResult, false);
}

// @ts-ignore: decorator
@inline
export function subtractDecimal(a: i64, scaleA: i32, b: i64, scaleB: i32, scaleResult: i32): i64 {
  if (scaleA == scaleB && scaleA == scaleResult) return subtractBigint(a, b);
  return sumOfScales(a, scaleA, b, scaleB, scaleResult, true);
}

// Both are brought to the larger scale as 128-bit numbers in two's complement: below 2^63 · 10^19 < 2^127.
function sumOfScales(a: i64, scaleA: i32, b: i64, scaleB: i32, scaleResult: i32, minus: bool): i64 {
  const scale = max(scaleA, scaleB);
  const powerA = powerOfTen(scale - scaleA);
  const powerB = powerOfTen(scale - scaleB);
  const sizeA = magnitude(a);
  const sizeB = magnitude(b);
  let low = sizeA * powerA;
  let high = multiplyHigh(sizeA, powerA);
  const otherLow = sizeB * powerB;
  const otherHigh = multiplyHigh(sizeB, powerB);
  let negative = a < 0;
  if (negative == ((b < 0) != minus)) {
    low += otherLow;
    high += otherHigh + u64(low < otherLow);
  } else {
    const borrow = u64(low < otherLow);
    low -= otherLow;
    high = high - otherHigh - borrow;
    if (<i64>high < 0) {
      low = 0 - low;
      high = ~high + u64(low == 0);
      negative = !negative;
    }
  }
  return scaleMagnitude(high, low, scale - scaleResult, negative);
}

// @ts-ignore: decorator
@inline
export function multiplyDecimal(a: i64, scaleA: i32, b: i64, scaleB: i32, scaleResult: i32): i64 {
  return scaleA + scaleB == scaleResult ? multiplyBigint(a, b) : scaledProduct(a, b, scaleA + scaleB - scaleResult);
}

/** a / b rounded to the result's scale. */
export function divideDecimal(a: i64, scaleA: i32, b: i64, scaleB: i32, scaleResult: i32): i64 {
  if (b != 0) return scaledQuotient(a, b, scaleResult + scaleB - scaleA, true);
  raise(FAULT_DIVISION_BY_ZERO);
  return 0;
}

// @ts-ignore: decorator
@inline
export function negateDecimal(a: i64): i64 {
  return subtractBigint(0, a);
}

/** A decimal with another scale. */
// @ts-ignore: decorator
@inline
export function decimalRescale(value: i64, from: i32, to: i32): i64 {
  return from == to ? value : scaleMagnitude(0, magnitude(value), from - to, value < 0);
}

/** The nearest double of value / 10^scale. */
export function decimalToDouble(value: i64, scale: i32): f64 {
  const size = magnitude(value);
  // Both exact: one rounding.
  if (size < 1 << 53) return <f64>value / <f64>powerOfTen(scale);
  // A quotient of 62 bits or more whose last bit stands for the rest, converted with one rounding.
  const power = powerOfTen(scale);
  const shift = clz(size);
  const divisorShift = clz(power);
  const shifted = size << shift;
  const quotient = wideQuotient(shifted, power << divisorShift);
  const result = <f64>quotient * reinterpret<f64>(<u64>(1023 + <i64>divisorShift - <i64>shift - 63) << 52);
  return value < 0 ? -result : result;
}

// numerator · 2^63 / divisor with a sticky last bit; divisor ≥ 2^63.
function wideQuotient(numerator: u64, divisor: u64): u64 {
  const quotient = divideWide(numerator >> 1, numerator << 63, divisor);
  return quotient | u64(wideRemainder != 0);
}

/** value · 10^scale rounded half away from zero, from the exact binary value; or numeric-overflow. */
export function doubleToDecimal(value: f64, scale: i32): i64 {
  const bits = reinterpret<u64>(value);
  const biased = <i32>(bits >> 52) & 0x7ff;
  const fraction = bits & 0xfffffffffffff;
  const significand = biased == 0 ? fraction : fraction | (1 << 52);
  const exponent = max(biased, 1) - 1075;
  const power = powerOfTen(scale);
  let high = multiplyHigh(significand, power);
  let low = significand * power;
  const negative = value < 0;
  if (exponent >= 0) {
    if (significand != 0 && (exponent > 11 || high != 0)) high = 1;
    else {
      high = exponent > 0 ? low >> (64 - exponent) : 0;
      low <<= exponent;
    }
    return signedResult(high, low, negative);
  }
  const right = -exponent;
  if (right > 127) return 0;
  // One bit less than the shift, then the last bit rounds.
  const most = right - 1;
  if (most >= 64) {
    low = high >> (most - 64);
    high = 0;
  } else if (most > 0) {
    low = (low >> most) | (high << (64 - most));
    high >>= most;
  }
  const up = low & 1;
  low = (low >> 1) | (high << 63);
  high >>= 1;
  low += up;
  return signedResult(high + u64(low < up), low, negative);
}
