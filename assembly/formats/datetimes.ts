// Datetimes and their text: the proleptic Gregorian calendar, UTC, milliseconds. Years 1 to 9999.
// Days from and to civil dates: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".

export const DAY_MS: i64 = 86400000;
/** 0001-01-01 00:00:00.000 and 9999-12-31 23:59:59.999. */
export const TIMESTAMP_MIN: i64 = -62135596800000;
export const TIMESTAMP_MAX: i64 = 253402300799999;

/** Set by the parsers below: the text was a datetime. */
export let datetimeIsValid: bool = false;

/** Days since 1970-01-01. */
export function daysFromCivil(year: i32, month: i32, day: i32): i32 {
  const y = year - i32(month <= 2);
  const era = (y >= 0 ? y : y - 399) / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

/** year × 512 + month × 32 + day of a day number. */
export function civilFromDays(days: i32): i32 {
  const z = days + 719468;
  const era = (z >= 0 ? z : z - 146096) / 146097;
  const dayOfEra = z - era * 146097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shifted = (5 * dayOfYear + 2) / 153;
  const day = dayOfYear - (153 * shifted + 2) / 5 + 1;
  const month = shifted + (shifted < 10 ? 3 : -9);
  return (yearOfEra + era * 400 + i32(month <= 2)) * 512 + month * 32 + day;
}

/** Days of a month. */
export function daysInMonth(year: i32, month: i32): i32 {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Quotient rounded down. */
// @ts-ignore: decorator
@inline
export function floorDivide(value: i64, divisor: i64): i64 {
  const quotient = value / divisor;
  return quotient - i64(quotient * divisor > value);
}

// ---- Reading ----------------------------------------------------------------------------------------------

// Value of `count` digits at `at`, −1 when one is not a digit.
function digits(at: usize, count: i32): i32 {
  let value = 0;
  for (let index = 0; index < count; index++) {
    const digit = <u32>load<u8>(at + index) - 48;
    if (digit > 9) return -1;
    value = value * 10 + <i32>digit;
  }
  return value;
}

let cachedDate0: u64 = 0;
let cachedDate1: u16 = 0;
let cachedDays: i32 = 0;

// `yyyy-MM-dd` at `at` as days; sets datetimeIsValid. The last date is remembered.
function dateAt(at: usize): i32 {
  if (load<u64>(at) == cachedDate0 && load<u16>(at, 8) == cachedDate1) {
    datetimeIsValid = true;
    return cachedDays;
  }
  const year = digits(at, 4);
  const month = digits(at + 5, 2);
  const day = digits(at + 8, 2);
  datetimeIsValid =
    year >= 1 && month >= 1 && month <= 12 && day >= 1 && load<u8>(at, 4) == 0x2d && load<u8>(at, 7) == 0x2d && day <= daysInMonth(year, month);
  if (!datetimeIsValid) return 0;
  cachedDate0 = load<u64>(at);
  cachedDate1 = load<u16>(at, 8);
  cachedDays = daysFromCivil(year, month, day);
  return cachedDays;
}

// `HH:mm:ss[.f…]` in [at, end) as ms; `timeEnd` is where it stopped, 0 when it is no time.
let timeEnd: usize = 0;
function timeAt(at: usize, end: usize): i32 {
  timeEnd = 0;
  if (at + 8 > end) return 0;
  const hour = digits(at, 2);
  const minute = digits(at + 3, 2);
  const second = digits(at + 6, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return 0;
  if (load<u8>(at, 2) != 0x3a || load<u8>(at, 5) != 0x3a) return 0;
  let ms = 0;
  let next = at + 8;
  if (next < end && load<u8>(next) == 0x2e) {
    let count = 0;
    next++;
    for (; next < end; next++, count++) {
      const digit = <u32>load<u8>(next) - 48;
      if (digit > 9) break;
      if (count < 3) ms = ms * 10 + <i32>digit;
    }
    if (count == 0 || count > 9) return 0;
    for (; count < 3; count++) ms *= 10;
  }
  timeEnd = next;
  return ((hour * 60 + minute) * 60 + second) * 1000 + ms;
}

/** `yyyy-MM-dd` exactly, as days; sets datetimeIsValid. */
export function parseDate(at: usize, end: usize): i32 {
  if (end - at != 10) {
    datetimeIsValid = false;
    return 0;
  }
  return dateAt(at);
}

/** `HH:mm:ss[.fff]` exactly, as ms; sets datetimeIsValid. */
export function parseTime(at: usize, end: usize): i32 {
  const value = timeAt(at, end);
  datetimeIsValid = timeEnd == end && end > at;
  return value;
}

/** Date, `T` or blank, time with up to 9 fraction digits, optionally `Z` or ±hh[:mm]; or a date alone. Sets datetimeIsValid. */
export function parseTimestamp(at: usize, end: usize): i64 {
  datetimeIsValid = false;
  if (end < at + 10) return 0;
  const days = dateAt(at);
  if (!datetimeIsValid) return 0;
  if (end == at + 10) return <i64>days * DAY_MS;
  datetimeIsValid = false;
  const separator = load<u8>(at, 10);
  if (separator != 0x54 && separator != 0x20 && separator != 0x74) return 0;
  let value = <i64>days * DAY_MS + <i64>timeAt(at + 11, end);
  if (timeEnd == 0) return 0;
  let next = timeEnd;
  if (next == end) {
    datetimeIsValid = true;
    return value;
  }
  const zone = load<u8>(next++);
  if (zone == 0x5a || zone == 0x7a) {
    datetimeIsValid = next == end;
    return value;
  }
  if (zone != 0x2b && zone != 0x2d) return 0;
  const left = end - next;
  if (left != 2 && left != 4 && left != 5) return 0;
  const hours = digits(next, 2);
  const minutes = left == 2 ? 0 : digits(next + left - 2, 2);
  if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59 || (left == 5 && load<u8>(next, 2) != 0x3a)) return 0;
  const offset = <i64>(hours * 60 + minutes) * 60000;
  value = zone == 0x2b ? value - offset : value + offset;
  datetimeIsValid = value >= TIMESTAMP_MIN && value <= TIMESTAMP_MAX;
  return value;
}

// ---- Writing ----------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function two(at: usize, value: i32): void {
  store<u16>(at, <u16>(0x3030 | ((value % 10) << 8) | (value / 10)));
}

/** `yyyy-MM-dd`. */
export function writeDate(at: usize, days: i32): usize {
  const civil = civilFromDays(days);
  const year = civil >> 9;
  two(at, year / 100);
  two(at + 2, year % 100);
  store<u8>(at, 0x2d, 4);
  two(at + 5, (civil >> 5) & 15);
  store<u8>(at, 0x2d, 7);
  two(at + 8, civil & 31);
  return at + 10;
}

/** `HH:mm:ss`. */
export function writeSeconds(at: usize, ms: i32): usize {
  const seconds = ms / 1000;
  two(at, seconds / 3600);
  store<u8>(at, 0x3a, 2);
  two(at + 3, (seconds / 60) % 60);
  store<u8>(at, 0x3a, 5);
  two(at + 6, seconds % 60);
  return at + 8;
}

/** `HH:mm:ss.SSS`. */
export function writeTime(at: usize, ms: i32): usize {
  at = writeSeconds(at, ms);
  store<u8>(at, 0x2e);
  const fraction = ms % 1000;
  store<u8>(at, <u8>(48 + fraction / 100), 1);
  two(at + 2, fraction % 100);
  return at + 4;
}

/** `yyyy-MM-dd HH:mm:ss.SSS`. */
export function writeTimestamp(at: usize, timestamp: i64): usize {
  const days = floorDivide(timestamp, DAY_MS);
  at = writeDate(at, <i32>days);
  store<u8>(at, 0x20);
  return writeTime(at + 1, <i32>(timestamp - days * DAY_MS));
}
