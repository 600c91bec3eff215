// Decimal text → doubles and reals, correctly rounded. Short numbers by Clinger's exact path (PLDI 1990); others by one product with
// a 126-bit power of ten, after Lemire ("Number parsing at a gigabyte per second", 2021), whose lower and upper bound must round
// alike; the few that remain by comparing an estimate with the exact value in big integers, and stepping to the nearest.
import { multiplyHigh } from "../functions/wide";
import { reservePages } from "../state/pages";
import { powerEntry } from "./powers";

const POWERS: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]);

/** 10^exponent for 0…22, exact. */
// @ts-ignore: decorator
@inline
export function exactPower(exponent: i32): f64 {
  return load<f64>(POWERS + (<usize>exponent << 3));
}

/** Digits of a decimal that take part in the exact comparison; further ones only count as "more than". */
const DIGITS_MAX: i32 = 800;
const LIMBS: usize = 160;
let left: usize = 0;
let right: usize = 0;

/**
 * The double nearest to the number in [at, end), which has the form of a JSON number (checked before), ties to even.
 * Too large: ±Infinity.
 */
export function parseDouble(at: usize, end: usize): f64 {
  const negative = load<u8>(at) == 0x2d;
  if (negative || load<u8>(at) == 0x2b) at++;
  const start = at;
  let mantissa: u64 = 0;
  let taken = 0;
  let exponent = 0;
  let seenPoint = false;
  for (; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (c == 0x2e) {
      seenPoint = true;
      continue;
    }
    const digit = c - 48;
    if (digit > 9) break;
    if (taken < 19) {
      mantissa = mantissa * 10 + digit;
      if (mantissa != 0) taken++;
      if (seenPoint) exponent--;
    } else {
      taken++;
      if (!seenPoint) exponent++;
    }
  }
  const digitsEnd = at;
  if (at < end) exponent += exponentAt(at + 1, end);
  let value: f64;
  if (mantissa == 0) value = 0;
  else if (taken <= 19 && mantissa <= 9007199254740992 && exponent >= -22 && exponent <= 22) {
    value = exponent < 0 ? <f64>mantissa / exactPower(-exponent) : <f64>mantissa * exactPower(exponent);
  } else {
    value = productOf(mantissa, exponent, taken > 19);
    if (value != value) value = nearest(start, digitsEnd, mantissa, exponent, taken - min(taken, 19));
  }
  parsedDigits = start;
  parsedEnd = digitsEnd;
  parsedExponent = exponent;
  parsedDropped = taken - min(taken, 19);
  return negative ? -value : value;
}

// The digits of the number that was parsed last, its sign and exponent left out, for an exact comparison.
let parsedDigits: usize = 0;
let parsedEnd: usize = 0;
let parsedExponent: i32 = 0;
let parsedDropped: i32 = 0;

/** The real nearest to the number in [at, end), ties to even, as if it had been rounded once. Too large: ±Infinity. */
export function parseReal(at: usize, end: usize): f32 {
  const value = parseDouble(at, end);
  const bits = reinterpret<u64>(value);
  const result = <f32>value;
  // Rounding twice differs from rounding once only where the double is the middle between two reals, or between the largest one and
  // what would be next: its last 28 bits are zero, and it is not a real itself.
  if ((bits & 0xfffffff) != 0 || <f64>result == value || value - value != 0) return result;
  const order = compareWithDouble(bits & 0x7fffffffffffffff);
  return order == 0 ? result : <f32>reinterpret<f64>(order > 0 ? bits + 1 : bits - 1);
}

// mantissa · 10^exponent (`more`: and a little more, less than one unit of the mantissa); NaN when the bounds round apart.
//
//   mantissa << shift, 64 bits  ×  power of ten, 126 bits and two zeros   =   | top u64 | middle u64 | not computed |
function productOf(mantissa: u64, exponent: i32, more: bool): f64 {
  if (exponent < -292 || exponent > 308) return NaN;
  const shift = clz(mantissa);
  const factor = mantissa << shift;
  const entry = powerEntry(exponent);
  const low = load<u64>(entry, 8);
  const upper = (load<u64>(entry) << 1) | (low >> 62);
  const carried = multiplyHigh(low << 2, factor);
  const middle = upper * factor + carried;
  const top = multiplyHigh(upper, factor) + u64(middle < carried);
  // The power is too large by at most 4 units, so is the product; what was not computed is less than one.
  const least = top - u64(middle < 5);
  const most = more ? top + (<u64>1 << shift) + 1 : top + u64(middle > u64.MAX_VALUE - 2);
  const binary = ((217706 * exponent) >> 16) - 125 - 2 + 128 - <i32>shift;
  const result = roundTop(least, binary, false);
  return reinterpret<u64>(result) == reinterpret<u64>(roundTop(most, binary, true)) ? result : NaN;
}

// top · 2^binary (`more`: and a little more) as a double; NaN below half of the smallest one.
function roundTop(top: u64, binary: i32, more: bool): f64 {
  const lead = 63 - <i32>clz(top) + binary;
  if (lead > 1023) return Infinity;
  const kept = lead >= -1022 ? 53 : 53 + lead + 1022;
  if (kept < 1) return NaN;
  const cut = <u64>(lead - binary + 1 - kept);
  const half = (<u64>1 << cut) >> 1;
  const rest = top & ((<u64>1 << cut) - 1);
  let significand = top >> cut;
  if (rest > half || (rest == half && (more || (significand & 1) != 0))) significand++;
  // A significand that has become 2^53 carries into the exponent.
  return reinterpret<f64>(kept == 53 ? (<u64>(lead + 1022) << 52) + significand : significand);
}

function exponentAt(at: usize, end: usize): i32 {
  const negative = load<u8>(at) == 0x2d;
  if (negative || load<u8>(at) == 0x2b) at++;
  let value = 0;
  for (; at < end; at++) if (value < 100000) value = value * 10 + <i32>(load<u8>(at) - 48);
  return negative ? -value : value;
}

function nearest(digits: usize, digitsEnd: usize, mantissa: u64, exponent: i32, dropped: i32): f64 {
  if (exponent > 310) return Infinity;
  if (exponent < -345) return 0;
  let estimate = <f64>mantissa;
  let rest = exponent;
  while (rest > 0) {
    const step = min(rest, 22);
    estimate *= exactPower(step);
    rest -= step;
  }
  while (rest < 0) {
    const step = min(-rest, 22);
    estimate /= exactPower(step);
    rest += step;
  }
  if (estimate == Infinity) estimate = f64.MAX_VALUE;
  for (let steps = 0; steps < 64; steps++) {
    const bits = reinterpret<u64>(estimate);
    const above = compareWithMidpoint(digits, digitsEnd, exponent, dropped, bits);
    if (above > 0 || (above == 0 && (bits & 1) != 0)) {
      if (estimate == f64.MAX_VALUE) return Infinity;
      estimate = reinterpret<f64>(bits + 1);
      continue;
    }
    if (bits == 0) return 0;
    const below = compareWithMidpoint(digits, digitsEnd, exponent, dropped, bits - 1);
    if (below < 0 || (below == 0 && (bits & 1) != 0)) {
      estimate = reinterpret<f64>(bits - 1);
      continue;
    }
    return estimate;
  }
  return estimate;
}

// Sign of (the decimal − the midpoint between the double with these bits and the next one up), exactly.
function compareWithMidpoint(digits: usize, digitsEnd: usize, exponent: i32, dropped: i32, bits: u64): i32 {
  const field = <i32>(bits >> 52);
  const fraction = bits & 0xfffffffffffff;
  const significand = (field == 0 ? fraction << 1 : (fraction | 0x10000000000000) << 1) + 1;
  return compareExactly(digits, digitsEnd, exponent, dropped, significand, max(field, 1) - 1075 - 1);
}

// Sign of (the size of the number that was parsed last − the double with these bits), exactly.
function compareWithDouble(bits: u64): i32 {
  const field = <i32>(bits >> 52);
  const fraction = bits & 0xfffffffffffff;
  const significand = field == 0 ? fraction : fraction | 0x10000000000000;
  return compareExactly(parsedDigits, parsedEnd, parsedExponent, parsedDropped, significand, max(field, 1) - 1075);
}

// Sign of (the decimal − significand · 2^binary), exactly.
function compareExactly(digits: usize, digitsEnd: usize, exponent: i32, dropped: i32, significand: u64, binary: i32): i32 {
  if (left == 0) {
    left = reservePages(LIMBS * 8 + 16);
    right = left + LIMBS * 4 + 8;
  }
  const more = loadDigits(digits, digitsEnd, dropped > 0 ? DIGITS_MAX : 19);
  // `exponent` belongs to the first 19 digits; loadDigits may have taken more of them.
  const decimal = exponent - extraDigits;
  store<u32>(right, 2);
  store<u32>(right, <u32>significand, 4);
  store<u32>(right, <u32>(significand >> 32), 8);
  if (decimal > 0) multiplyPower(left, decimal);
  else if (decimal < 0) multiplyPower(right, -decimal);
  if (binary > 0) shiftLeft(right, binary);
  else if (binary < 0) shiftLeft(left, -binary);
  const order = compareLimbs(left, right);
  return order == 0 && more ? 1 : order;
}

let extraDigits: i32 = 0;

// The first significant digits into `left`; true when further ones are not all zero.
function loadDigits(at: usize, end: usize, limit: i32): bool {
  store<u32>(left, 0);
  extraDigits = 0;
  let count = 0;
  for (; at < end; at++) {
    const c = load<u8>(at);
    if (c == 0x2e || (c == 0x30 && count == 0)) continue;
    if (count >= limit) {
      if (c != 0x30) return true;
      continue;
    }
    multiplyAdd(left, 10, c - 48);
    count++;
    if (count > 19) extraDigits++;
  }
  return false;
}

// Big numbers: u32 count of limbs, then limbs, lowest first.
function multiplyAdd(number: usize, factor: u32, addend: u32): void {
  const count = load<u32>(number);
  let carry: u64 = addend;
  for (let index: u32 = 0; index < count; index++) {
    const at = number + 4 + (index << 2);
    carry += <u64>load<u32>(at) * factor;
    store<u32>(at, <u32>carry);
    carry >>= 32;
  }
  if (carry != 0) {
    store<u32>(number + 4 + (count << 2), <u32>carry);
    store<u32>(number, count + 1);
  }
}

function multiplyPower(number: usize, power: i32): void {
  for (; power >= 9; power -= 9) multiplyAdd(number, 1000000000, 0);
  for (; power > 0; power--) multiplyAdd(number, 10, 0);
}

function shiftLeft(number: usize, bits: i32): void {
  for (; bits >= 31; bits -= 31) multiplyAdd(number, 0x80000000, 0);
  if (bits > 0) multiplyAdd(number, 1 << bits, 0);
}

function compareLimbs(one: usize, two: usize): i32 {
  let first = load<u32>(one);
  let second = load<u32>(two);
  while (first > 0 && load<u32>(one + (first << 2)) == 0) first--;
  while (second > 0 && load<u32>(two + (second << 2)) == 0) second--;
  if (first != second) return first > second ? 1 : -1;
  for (let index = first; index > 0; index--) {
    const a = load<u32>(one + (index << 2));
    const b = load<u32>(two + (index << 2));
    if (a != b) return a > b ? 1 : -1;
  }
  return 0;
}
