// Values in their usual form, for records in the expected layout. `fastEnd` is where the value ended, 0 when it has another form
// and the general reader must look at it.
import { exactPower } from "./numbers";
import { datetimeIsValid, parseTimestamp } from "./datetimes";
import { scanPlain } from "./json";

export let fastEnd: usize = 0;

/** The closing quote of a plain ASCII string without escapes that begins at `at` (behind its quote); 0 otherwise. */
// @ts-ignore: decorator
@inline
export function plainStringEnd(at: usize): usize {
  const end = scanPlain(at);
  return load<u8>(end) == 0x22 ? end : 0;
}

/** A number of at most 15 digits without exponent. */
export function fastDouble(at: usize): f64 {
  let mark = at;
  const negative = load<u8>(at) == 0x2d;
  if (negative) mark = ++at;
  let digit = <u32>load<u8>(at) - 48;
  let mantissa: i64 = 0;
  let places: usize = 0;
  fastEnd = 0;
  if (digit > 9) return 0;
  if (digit == 0) digit = <u32>load<u8>(++at) - 48;
  else {
    do {
      mantissa = mantissa * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    } while (digit < 10);
  }
  if (digit < 10) return 0;
  if (digit == 0xfffffffe) {
    const first = ++at;
    digit = <u32>load<u8>(at) - 48;
    while (digit < 10) {
      mantissa = mantissa * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    }
    places = at - first;
    if (places == 0) return 0;
  }
  if (at - mark > 16 || ((digit + 48) | 0x20) == 0x65) return 0;
  fastEnd = at;
  const value = <f64>mantissa / exactPower(<i32>places);
  return negative ? -value : value;
}

/** An integer of at most 18 digits. */
export function fastInteger(at: usize): i64 {
  const negative = load<u8>(at) == 0x2d;
  if (negative) at++;
  const first = at;
  let digit = <u32>load<u8>(at) - 48;
  let value: i64 = 0;
  fastEnd = 0;
  if (digit > 9) return 0;
  if (digit == 0) digit = <u32>load<u8>(++at) - 48;
  else {
    do {
      value = value * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    } while (digit < 10);
  }
  if (digit < 10 || at - first > 18 || digit == 0xfffffffe || ((digit + 48) | 0x20) == 0x65) return 0;
  fastEnd = at;
  return negative ? -value : value;
}

/** Behind a number without exponent, its value not wanted. */
export function fastNumberEnd(at: usize): usize {
  if (load<u8>(at) == 0x2d) at++;
  let digit = <u32>load<u8>(at) - 48;
  if (digit > 9) return 0;
  if (digit == 0) digit = <u32>load<u8>(++at) - 48;
  else {
    do digit = <u32>load<u8>(++at) - 48;
    while (digit < 10);
  }
  if (digit < 10) return 0;
  if (digit == 0xfffffffe) {
    const first = ++at;
    while (<u32>load<u8>(at) - 48 < 10) at++;
    if (at == first) return 0;
    digit = <u32>load<u8>(at) - 48;
  }
  return ((digit + 48) | 0x20) == 0x65 ? 0 : at;
}

let lastDate0: u64 = 0;
let lastDate1: u32 = 0;
let lastDateMs: i64 = 0;

/** A quoted `yyyy-MM-ddTHH:mm:ss.SSS` (or with a blank); other forms by the general reader. The date before is remembered. */
export function fastTimestamp(at: usize): i64 {
  fastEnd = 0;
  if (load<u8>(at) != 0x22) return 0;
  const text = at + 1;
  if (load<u64>(text) == lastDate0 && load<u32>(text, 7) == lastDate1) {
    const high = load<u64>(text, 11);
    const low = load<u32>(text, 19);
    if (load<u8>(text, 23) == 0x22 && isClock(high) && isMilliseconds(low)) {
      const hour = <i32>((high & 15) * 10 + ((high >> 8) & 15));
      const minute = <i32>(((high >> 24) & 15) * 10 + ((high >> 32) & 15));
      const second = <i32>(((high >> 48) & 15) * 10 + ((high >> 56) & 15));
      if (hour < 24 && minute < 60 && second < 60) {
        fastEnd = at + 25;
        const ms = <i32>(((low >> 8) & 15) * 100 + ((low >> 16) & 15) * 10 + ((low >> 24) & 15));
        return lastDateMs + <i64>(((hour * 60 + minute) * 60 + second) * 1000 + ms);
      }
    }
    return 0;
  }
  const end = plainStringEnd(text);
  if (end == 0 || end - text != 23) return 0;
  const value = parseTimestamp(text, end);
  if (!datetimeIsValid) return 0;
  lastDate0 = load<u64>(text);
  lastDate1 = load<u32>(text, 7);
  lastDateMs = value - (((value % 86400000) + 86400000) % 86400000);
  fastEnd = end + 1;
  return value;
}

// Bytes 0, 1, 3, 4, 6, 7 are digits, 2 and 5 colons: after XOR with their form digits are 0…9 and colons 0.
// @ts-ignore: decorator
@inline
function isClock(word: u64): bool {
  const rest = word ^ 0x30303a30303a3030;
  return ((rest | (rest + 0x76767f76767f7676)) & 0x8080808080808080) == 0;
}

// @ts-ignore: decorator
@inline
function isMilliseconds(word: u32): bool {
  const rest = word ^ 0x3030302e;
  return ((rest | (rest + 0x7676767f)) & 0x80808080) == 0;
}
