// Casts between numbers, and from text to numbers; see casts.ts for the names.
import { Text, textLength, textPointer } from "../text";
import { raiseWith } from "../faults";
import { FAULT_INVALID_CAST, FAULT_NUMERIC_OVERFLOW } from "../../contract/abi";
import { parseDouble } from "../formats/numbers";
import { checkFinite, roundToBigint } from "./approximate";
import { decimalRescale, decimalToDouble, doubleToDecimal } from "./decimals";
import { checkInteger } from "./integers";
import { signedResult } from "./wide";

/** Bounds of a text without the blanks around it, as `trimBlanks` left them. */
export let trimmedStart: usize = 0;
export let trimmedEnd: usize = 0;

/** Finds the text without surrounding blanks. */
export function trimBlanks(text: Text): void {
  let start = textPointer(text);
  let end = start + textLength(text);
  while (start < end && load<u8>(start) == 0x20) start++;
  while (end > start && load<u8>(end - 1) == 0x20) end--;
  trimmedStart = start;
  trimmedEnd = end;
}

// @ts-ignore: decorator
@inline
export function castBigintToTinyint(value: i64): i32 {
  return checkInteger(value, 8);
}

// @ts-ignore: decorator
@inline
export function castBigintToSmallint(value: i64): i32 {
  return checkInteger(value, 16);
}

// @ts-ignore: decorator
@inline
export function castBigintToInteger(value: i64): i32 {
  return checkInteger(value, 32);
}

// @ts-ignore: decorator
@inline
export function castBigintToDecimal(value: i64, scale: i32): i64 {
  return decimalRescale(value, 0, scale);
}

// @ts-ignore: decorator
@inline
export function castDecimalToTinyint(value: i64, scale: i32): i32 {
  return checkInteger(castDecimalToBigint(value, scale), 8);
}

// @ts-ignore: decorator
@inline
export function castDecimalToSmallint(value: i64, scale: i32): i32 {
  return checkInteger(castDecimalToBigint(value, scale), 16);
}

// @ts-ignore: decorator
@inline
export function castDecimalToInteger(value: i64, scale: i32): i32 {
  return checkInteger(castDecimalToBigint(value, scale), 32);
}

// @ts-ignore: decorator
@inline
export function castDecimalToBigint(value: i64, scale: i32): i64 {
  return decimalRescale(value, scale, 0);
}

// @ts-ignore: decorator
@inline
export function castDoubleToTinyint(value: f64): i32 {
  return checkInteger(roundToBigint(value), 8);
}

// @ts-ignore: decorator
@inline
export function castDoubleToSmallint(value: f64): i32 {
  return checkInteger(roundToBigint(value), 16);
}

// @ts-ignore: decorator
@inline
export function castDoubleToInteger(value: f64): i32 {
  return checkInteger(roundToBigint(value), 32);
}

// @ts-ignore: decorator
@inline
export function castDoubleToBigint(value: f64): i64 {
  return roundToBigint(value);
}

// @ts-ignore: decorator
@inline
export function castRealToTinyint(value: f32): i32 {
  return checkInteger(roundToBigint(value), 8);
}

// @ts-ignore: decorator
@inline
export function castRealToSmallint(value: f32): i32 {
  return checkInteger(roundToBigint(value), 16);
}

// @ts-ignore: decorator
@inline
export function castRealToInteger(value: f32): i32 {
  return checkInteger(roundToBigint(value), 32);
}

// @ts-ignore: decorator
@inline
export function castRealToBigint(value: f32): i64 {
  return roundToBigint(value);
}

// @ts-ignore: decorator
@inline
export function castTextToTinyint(text: Text): i32 {
  return checkInteger(castTextToBigint(text), 8);
}

// @ts-ignore: decorator
@inline
export function castTextToSmallint(text: Text): i32 {
  return checkInteger(castTextToBigint(text), 16);
}

// @ts-ignore: decorator
@inline
export function castTextToInteger(text: Text): i32 {
  return checkInteger(castTextToBigint(text), 32);
}

// @ts-ignore: decorator
@inline
export function castTextToBigint(text: Text): i64 {
  return castTextToDecimal(text, 0);
}

// @ts-ignore: decorator
@inline
export function castDecimalToDecimal(value: i64, from: i32, to: i32): i64 {
  return decimalRescale(value, from, to);
}

// @ts-ignore: decorator
@inline
export function castDecimalToDouble(value: i64, scale: i32): f64 {
  return decimalToDouble(value, scale);
}

// @ts-ignore: decorator
@inline
export function castDecimalToReal(value: i64, scale: i32): f32 {
  return <f32>decimalToDouble(value, scale);
}

// @ts-ignore: decorator
@inline
export function castDoubleToDecimal(value: f64, scale: i32): i64 {
  return doubleToDecimal(value, scale);
}

// @ts-ignore: decorator
@inline
export function castDoubleToReal(value: f64): f32 {
  return checkFinite(<f32>value);
}

// @ts-ignore: decorator
@inline
export function castRealToDecimal(value: f32, scale: i32): i64 {
  return doubleToDecimal(value, scale);
}

// @ts-ignore: decorator
@inline
export function castRealToDouble(value: f32): f64 {
  return value;
}

// ---- Text to numbers: [sign] digits [. digits] [E [sign] digits], with blanks around it -------------------------

let mantissaEnd: usize = 0;
let exponent: i32 = 0;
// Digits before the point.
let wholeDigits: i32 = 0;

// Checks the form of the trimmed text; `start` lies behind the sign.
function readNumber(start: usize): bool {
  const end = trimmedEnd;
  let at = start;
  let digits = 0;
  wholeDigits = -1;
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == 0x2e && wholeDigits < 0) wholeDigits = digits;
    else if (byte - 48 <= 9) digits++;
    else break;
  }
  if (digits == 0) return false;
  if (wholeDigits < 0) wholeDigits = digits;
  mantissaEnd = at;
  exponent = 0;
  if (at == end) return true;
  if ((load<u8>(at) | 0x20) != 0x65) return false;
  at++;
  const negative = at < end && load<u8>(at) == 0x2d;
  if (negative || (at < end && load<u8>(at) == 0x2b)) at++;
  if (at == end) return false;
  for (; at < end; at++) {
    const digit = <i32>load<u8>(at) - 48;
    if (<u32>digit > 9) return false;
    if (exponent < 100000) exponent = exponent * 10 + digit;
  }
  if (negative) exponent = -exponent;
  return true;
}

// @ts-ignore: decorator
@inline
function isSign(at: usize): bool {
  return at < trimmedEnd && (load<u8>(at) == 0x2d || load<u8>(at) == 0x2b);
}

/** A decimal of the scale, rounded. */
export function castTextToDecimal(text: Text, scale: i32): i64 {
  trimBlanks(text);
  const start = trimmedStart + usize(isSign(trimmedStart));
  if (!readNumber(start)) {
    raiseWith(FAULT_INVALID_CAST, text);
    return 0;
  }
  let at = start;
  // Leading zeros don't count; `keep` is how many digits stand before the cut.
  let keep = wholeDigits + exponent + scale;
  while (at < mantissaEnd && (load<u8>(at) == 0x30 || load<u8>(at) == 0x2e)) keep -= i32(load<u8>(at++) == 0x30);
  if (at == mantissaEnd || keep < 0) return 0;
  if (keep > 19) {
    raiseWith(FAULT_NUMERIC_OVERFLOW, text);
    return 0;
  }
  let value: u64 = 0;
  for (; keep > 0; keep--) {
    if (at < mantissaEnd && load<u8>(at) == 0x2e) at++;
    value = value * 10 + (at < mantissaEnd ? <u64>load<u8>(at++) - 48 : 0);
  }
  if (at < mantissaEnd && load<u8>(at) == 0x2e) at++;
  if (at < mantissaEnd && load<u8>(at) >= 0x35) value++;
  return signedResult(0, value, load<u8>(trimmedStart) == 0x2d);
}

/** The nearest double. */
export function castTextToDouble(text: Text): f64 {
  trimBlanks(text);
  if (!readNumber(trimmedStart + usize(isSign(trimmedStart)))) {
    raiseWith(FAULT_INVALID_CAST, text);
    return 0;
  }
  const value = parseDouble(trimmedStart, trimmedEnd);
  if (value - value != 0) raiseWith(FAULT_NUMERIC_OVERFLOW, text);
  return value;
}

// @ts-ignore: decorator
@inline
export function castTextToReal(text: Text): f32 {
  return checkFinite(<f32>castTextToDouble(text));
}
