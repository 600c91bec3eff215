// Values in their usual form, for all formats. Functions take the address of a value's first byte and return the address behind it, or
// 0 when it has another form and the general reader must look at it; the value goes to memory, so that the way to the next one stays
// in registers. What stands behind the value is for the caller to check: behind a number, that it does not go on. Each reader is there twice:
// `fast…` is called, `inlined…` becomes part of its caller, where records have so few values that this is no matter of size.
import { powerOfTen } from "../functions/wide";
import { exactPower } from "./numbers";
import { DAY_MS, datetimeIsValid, parseDate } from "./datetimes";
import { scanPlain } from "./json";

/** The closing quote of a plain ASCII string without escapes that begins at `at` (behind its quote); 0 otherwise. */
// @ts-ignore: decorator
@inline
export function plainStringEnd(at: usize): usize {
  const end = scanPlain(at);
  return load<u8>(end) == 0x22 ? end : 0;
}

// ---- Numbers ----------------------------------------------------------------------------------------------
// Short ones are read digit by digit in straight code: the lengths of a column's numbers are alike, so that the processor runs ahead
// of them. Long ones are read eight digits at a time. For the same reason signs are branches, and the digits before the point stand
// twice below: one function for both loads the character behind them again and begins long ones anew, which costs 5 % of a filter.

/** A number may end at `at`: neither a point nor an exponent stands there. */
// @ts-ignore: decorator
@inline
export function numberEndsAt(at: usize): bool {
  const c = load<u8>(at);
  return c != 0x2e && (c | 0x20) != 0x65;
}

// Behind a number of at most 4 digits before and 4 behind its point, stored as f64 or f32: each length has its own end, where the power of
// ten is known; 0 for longer ones. Exact operands: the quotient is rounded once (Clinger, PLDI 1990).
// @ts-ignore: decorator
@inline
function shortDecimalEnd<T>(at: usize, to: usize, negative: u32): usize {
  let digit = <u32>load<u8>(at) - 48;
  if (digit > 9) return 0;
  let value = <i32>digit;
  digit = <u32>load<u8>(at, 1) - 48;
  if (digit <= 9) {
    if (value == 0) return 0;
    value = value * 10 + digit;
    digit = <u32>load<u8>(at, 2) - 48;
    if (digit <= 9) {
      value = value * 10 + digit;
      digit = <u32>load<u8>(at, 3) - 48;
      if (digit <= 9) {
        value = value * 10 + digit;
        digit = <u32>load<u8>(at, 4) - 48;
        if (digit <= 9) return 0;
        at += 4;
      } else at += 3;
    } else at += 2;
  } else at += 1;
  if (digit != 0xfffffffe) return storeSigned<T>(to, <T>value, negative, at);
  digit = <u32>load<u8>(at, 1) - 48;
  if (digit > 9) return 0;
  value = value * 10 + digit;
  digit = <u32>load<u8>(at, 2) - 48;
  if (digit > 9) return storeSigned<T>(to, <T>value / <T>10, negative, at + 2);
  value = value * 10 + digit;
  digit = <u32>load<u8>(at, 3) - 48;
  if (digit > 9) return storeSigned<T>(to, <T>value / <T>100, negative, at + 3);
  value = value * 10 + digit;
  digit = <u32>load<u8>(at, 4) - 48;
  if (digit > 9) return storeSigned<T>(to, <T>value / <T>1000, negative, at + 4);
  value = value * 10 + digit;
  // Only here can digits be more than a real holds.
  if (<u32>load<u8>(at, 5) - 48 <= 9 || (sizeof<T>() == 4 && value >= 1 << 24)) return 0;
  return storeSigned<T>(to, <T>value / <T>10000, negative, at + 5);
}

// @ts-ignore: decorator
@inline
function storeSigned<T>(to: usize, size: T, negative: u32, end: usize): usize {
  if (sizeof<T>() == 8) store<u64>(to, reinterpret<u64>(<f64>size) | (<u64>negative << 63));
  else store<u32>(to, reinterpret<u32>(<f32>size) | (negative << 31));
  return end;
}

// The same for at most 15 digits in all, stored as f64.
function longDecimalEnd(at: usize, to: usize, negative: u32): usize {
  const first = at;
  let digit = <u32>load<u8>(at) - 48;
  if (digit > 9) return 0;
  let value: i64 = 0;
  let behind: usize = 0;
  if (digit == 0) digit = <u32>load<u8>(++at) - 48;
  else {
    do {
      value = value * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    } while (digit < 10);
  }
  if (digit < 10) return 0;
  if (digit == 0xfffffffe) {
    const point = at++;
    digit = <u32>load<u8>(at) - 48;
    while (digit < 10) {
      value = value * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    }
    behind = at - point - 1;
    if (behind == 0) return 0;
  }
  if (at - first > 16) return 0;
  return storeSigned<f64>(to, <f64>value / exactPower(<i32>behind), negative, at);
}

/** A number of at most 15 digits without exponent, stored as f64. */
export function fastDouble(at: usize, value: usize): usize {
  return inlinedDouble(at, value);
}

// @ts-ignore: decorator
@inline
export function inlinedDouble(at: usize, value: usize): usize {
  let negative: u32 = 0;
  if (load<u8>(at) == 0x2d) { negative = 1; at++; }
  const end = shortDecimalEnd<f64>(at, value, negative);
  return end != 0 ? end : longDecimalEnd(at, value, negative);
}

/** A number of at most 7 digits without exponent, stored as f32. */
export function fastReal(at: usize, value: usize): usize {
  return inlinedReal(at, value);
}

// @ts-ignore: decorator
@inline
export function inlinedReal(at: usize, value: usize): usize {
  let negative: u32 = 0;
  if (load<u8>(at) == 0x2d) { negative = 1; at++; }
  return shortDecimalEnd<f32>(at, value, negative);
}

/** An integer of at most 16 digits and that many bits, stored as i64 where they are 64, else as i32. */
export function fastInteger(at: usize, value: usize, bits: i32): usize {
  return inlinedInteger(at, value, bits);
}

// @ts-ignore: decorator
@inline
export function inlinedInteger(at: usize, value: usize, bits: i32): usize {
  let negative: u32 = 0;
  if (load<u8>(at) == 0x2d) { negative = 1; at++; }
  let digit = <u32>load<u8>(at) - 48;
  if (digit > 9) return 0;
  let result = digit;
  digit = <u32>load<u8>(at, 1) - 48;
  if (digit <= 9) {
    if (result == 0) return 0;
    result = result * 10 + digit;
    digit = <u32>load<u8>(at, 2) - 48;
    if (digit <= 9) {
      result = result * 10 + digit;
      digit = <u32>load<u8>(at, 3) - 48;
      if (digit <= 9) {
        result = result * 10 + digit;
        digit = <u32>load<u8>(at, 4) - 48;
        if (digit <= 9) return longIntegerEnd(at, value, bits, negative);
        at += 4;
      } else at += 3;
    } else at += 2;
  } else at += 1;
  return storeInteger(value, bits, <i64><i32>((result ^ (0 - negative)) + negative), at);
}

// Returns `end`, or 0 for an integer that its type does not hold.
// @ts-ignore: decorator
@inline
function storeInteger(value: usize, bits: i32, integer: i64, end: usize): usize {
  if (bits == 64) {
    store<i64>(value, integer);
    return end;
  }
  store<i32>(value, <i32>integer);
  return (integer << <i64>(64 - bits)) >> <i64>(64 - bits) == integer ? end : 0;
}

// More than 4 digits. Their end is looked for by branches as well; the value, which nothing waits for, comes from whole words.
function longIntegerEnd(at: usize, value: usize, bits: i32, negative: u32): usize {
  const end = inlinedDigitsEnd(at + 5);
  const count = <u32>(end - at);
  let result = valueOfDigits(load<u64>(at), min<u32>(count, 8));
  if (count > 8) {
    if (count > 16) return 0;
    result = result * powerOfTen(<i32>count - 8) + valueOfDigits(load<u64>(at, 8), count - 8);
  }
  return storeInteger(value, bits, negative != 0 ? -<i64>result : <i64>result, end);
}

// The value of the first `count` (1…8) bytes, which are digits: pairs, then fours, then eight, in three multiplications (after
// Johnny Lee, "Fast numeric string to int", 2016). Digits are moved up, zeros come before them.
// @ts-ignore: decorator
@inline
function valueOfDigits(word: u64, count: u32): u64 {
  const moved = (word & 0x0f0f0f0f0f0f0f0f) << <u64>(64 - (count << 3));
  const pairs = ((moved * 2561) >> 8) & 0x00ff00ff00ff00ff;
  const fours = ((pairs * 6553601) >> 16) & 0x0000ffff0000ffff;
  return (fours * 42949672960001) >> 32;
}

/** A number without exponent, its value not wanted. */
export function fastNumberEnd(at: usize): usize {
  return inlinedNumberEnd(at);
}

// @ts-ignore: decorator
@inline
export function inlinedNumberEnd(at: usize): usize {
  if (load<u8>(at) == 0x2d) at++;
  at = wholeEnd(at);
  if (at == 0 || load<u8>(at) != 0x2e) return at;
  if (<u32>load<u8>(at, 1) - 48 > 9) return 0;
  return <u32>load<u8>(at, 2) - 48 > 9 ? at + 2 : digitsEnd(at + 3);
}

/** An integer of at most `most` digits, its value not wanted. */
export function fastIntegerEnd(at: usize, most: usize): usize {
  return inlinedIntegerEnd(at, most);
}

// @ts-ignore: decorator
@inline
export function inlinedIntegerEnd(at: usize, most: usize): usize {
  if (load<u8>(at) == 0x2d) at++;
  const end = wholeEnd(at);
  return end - at <= most ? end : 0;
}

// @ts-ignore: decorator
@inline
function wholeEnd(at: usize): usize {
  const first = <u32>load<u8>(at) - 48;
  if (first > 9) return 0;
  if (<u32>load<u8>(at, 1) - 48 > 9) return at + 1;
  if (first == 0) return 0;
  return <u32>load<u8>(at, 2) - 48 > 9 ? at + 2 : digitsEnd(at + 3);
}

function digitsEnd(at: usize): usize {
  return inlinedDigitsEnd(at);
}

// @ts-ignore: decorator
@inline
function inlinedDigitsEnd(at: usize): usize {
  while (<u32>load<u8>(at) - 48 < 10) at++;
  return at;
}

// ---- Datetimes --------------------------------------------------------------------------------------------

// The date, hour and minute of the time before, `yyyy-MM-ddTHH:mm` with its separator: in the order of events it seldom changes. Before
// the first time it is 1970-01-01T00:00.
let lastMinute0: u64 = 0x2d31302d30373931;
let lastMinute1: u64 = 0x30303a3030543130;
let lastMinuteMs: i64 = 0;

/** A `yyyy-MM-ddTHH:mm:ss` (or with a blank) with or without `.SSS`, with or without `Z`, stored as i64. */
export function fastTimestamp(text: usize, value: usize): usize {
  return inlinedTimestamp(text, value);
}

// @ts-ignore: decorator
@inline
export function inlinedTimestamp(text: usize, value: usize): usize {
  // Of `:ss.SSS` seven bytes.
  const rest = load<u64>(text, 16) ^ 0x003030302e30303a;
  const wrong = wrongBytes(rest, 0x007676767f767a7f, 0x0080808080808080);
  if (((load<u64>(text) ^ lastMinute0) | (load<u64>(text, 8) ^ lastMinute1) | wrong) != 0) return otherTimestamp(text, value);
  // Each byte and the one behind it as two digits.
  const pairs = rest * 10 + (rest >> 8);
  const time = lastMinuteMs + <i64>(((pairs >> 8) & 0xff) * 1000 + ((pairs >> 32) & 0xff) * 10 + ((rest >> 48) & 0xff));
  // A store in each way, so that they stay ways: selecting the end would make the next value wait for this byte.
  if (load<u8>(text, 23) == 0x5a) {
    store<i64>(value, time);
    return text + 24;
  }
  store<i64>(value, time);
  return text + 23;
}

// The top bit of each byte above what it may be, after XOR with the form: 9 for a digit (0x76 more sets the bit), 5 for the first digit of
// seconds and minutes (0x7a), 0 for what stands between (0x7f).
// @ts-ignore: decorator
@inline
function wrongBytes(word: u64, more: u64, tops: u64): u64 {
  return (word | (word + more)) & tops;
}

// In another minute, or without a fraction.
function otherTimestamp(text: usize, value: usize): usize {
  if (((load<u64>(text) ^ lastMinute0) | (load<u64>(text, 8) ^ lastMinute1)) != 0 && !rememberMinute(text)) return 0;
  const seconds = load<u32>(text, 16) ^ 0x0030303a;
  if (wrongBytes(seconds, 0x00767a7f, 0x00808080) != 0) return 0;
  let time = lastMinuteMs + <i64>((((seconds >> 8) & 0xff) * 10 + ((seconds >> 16) & 0xff)) * 1000);
  let end = text + 19;
  if (load<u8>(end) == 0x2e) {
    const fraction = load<u32>(end) ^ 0x3030302e;
    if (wrongBytes(fraction, 0x7676767f, 0x80808080) != 0) return 0;
    time += <i64>(((fraction >> 8) & 0xff) * 100 + ((fraction >> 16) & 0xff) * 10 + (fraction >> 24));
    end += 4;
  }
  store<i64>(value, time);
  return load<u8>(end) == 0x5a ? end + 1 : end;
}

let lastDate0: u64 = 0x2d31302d30373931;
let lastDate1: u32 = 0x5431302d;
let lastDateMs: i64 = 0;

function rememberMinute(text: usize): bool {
  if (((load<u64>(text) ^ lastDate0) | <u64>(load<u32>(text, 7) ^ lastDate1)) != 0 && !rememberDate(text)) return false;
  const clock = (load<u64>(text, 8) >> 24) ^ 0x30303a3030; // HH:mm
  if (wrongBytes(clock, 0x767a7f7676, 0x8080808080) != 0) return false;
  const pairs = clock * 10 + (clock >> 8);
  const hour = <i32>(pairs & 0xff);
  if (hour > 23) return false;
  lastMinute0 = load<u64>(text);
  lastMinute1 = load<u64>(text, 8);
  lastMinuteMs = lastDateMs + <i64>(hour * 3600000 + <i32>((pairs >> 24) & 0xff) * 60000);
  return true;
}

function rememberDate(text: usize): bool {
  const separator = load<u8>(text, 10);
  if (separator != 0x54 && separator != 0x20) return false;
  const day = parseDate(text, text + 10);
  if (!datetimeIsValid) return false;
  lastDate0 = load<u64>(text);
  lastDate1 = load<u32>(text, 7);
  lastDateMs = <i64>day * DAY_MS;
  return true;
}
