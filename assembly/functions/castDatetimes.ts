// Casts of datetimes and intervals, from and to text and numbers; see casts.ts for the names.
import { Text, textOf } from "../text";
import { raiseWith } from "../faults";
import { FAULT_INVALID_CAST } from "../../contract/abi";
import { scratchShrink } from "../state/scratch";
import { startClock } from "../operators/context";
import { writeDigits, writeUnsigned } from "../formats/digits";
import { DAY_MS, datetimeIsValid, floorDivide, parseDate, parseTime, writeDate, writeSeconds, writeTime } from "../formats/datetimes";
import { FIELD_HOUR, FIELD_MONTH, FIELD_SECOND, FIELD_YEAR, dayOfTimestamp, fieldMs } from "./calendar";
import { trimBlanks, trimmedEnd, trimmedStart } from "./castNumbers";
import { finishText, startText } from "./castTexts";
import { checkInteger } from "./integers";
import { magnitude, scaledQuotient } from "./wide";

// ---- Datetimes ----------------------------------------------------------------------------------------------

/** `yyyy-MM-dd`. */
export function castTextToDate(text: Text): i32 {
  trimBlanks(text);
  const value = parseDate(trimmedStart, trimmedEnd);
  if (!datetimeIsValid) raiseWith(FAULT_INVALID_CAST, text);
  return value;
}

/** `HH:mm:ss[.fff]`. */
export function castTextToTime(text: Text): i32 {
  trimBlanks(text);
  const value = parseTime(trimmedStart, trimmedEnd);
  if (!datetimeIsValid) raiseWith(FAULT_INVALID_CAST, text);
  return value;
}

/** `yyyy-MM-dd HH:mm:ss[.fff]`. */
export function castTextToTimestamp(text: Text): i64 {
  trimBlanks(text);
  const start = trimmedStart;
  const end = trimmedEnd;
  if (end - start >= 19 && load<u8>(start, 10) == 0x20) {
    const date = parseDate(start, start + 10);
    const dateIsValid = datetimeIsValid;
    const time = parseTime(start + 11, end);
    if (dateIsValid && datetimeIsValid) return <i64>date * DAY_MS + <i64>time;
  }
  raiseWith(FAULT_INVALID_CAST, text);
  return 0;
}

// @ts-ignore: decorator
@inline
export function castDateToTimestamp(value: i32): i64 {
  return <i64>value * DAY_MS;
}

/** The time on the date of the application's start. */
export function castTimeToTimestamp(value: i32): i64 {
  return floorDivide(startClock, DAY_MS) * DAY_MS + <i64>value;
}

// @ts-ignore: decorator
@inline
export function castTimestampToDate(value: i64): i32 {
  return dayOfTimestamp(value);
}

// @ts-ignore: decorator
@inline
export function castTimestampToTime(value: i64): i32 {
  return <i32>(value - <i64>dayOfTimestamp(value) * DAY_MS);
}

export function castDateToText(value: i32, length: i32): Text {
  const start = startText();
  return finishText(start, writeDate(start, value), length);
}

/** With `.SSS` unless that is zero. */
export function castTimeToText(value: i32, length: i32): Text {
  const start = startText();
  return finishText(start, writeShortTime(start, value), length);
}

/** With `.SSS` unless that is zero. */
export function castTimestampToText(value: i64, length: i32): Text {
  const start = startText();
  const at = writeDate(start, dayOfTimestamp(value));
  store<u8>(at, 0x20);
  return finishText(start, writeShortTime(at + 1, castTimestampToTime(value)), length);
}

function writeShortTime(at: usize, time: i32): usize {
  return time % 1000 == 0 ? writeSeconds(at, time) : writeTime(at, time);
}

// ---- Intervals and numbers ----------------------------------------------------------------------------------

/** Cut to the field, toward zero. */
// @ts-ignore: decorator
@inline
export function castIntervalDayToIntervalDay(value: i64, endField: i32): i64 {
  return endField == FIELD_SECOND ? value : value - value % fieldMs(endField);
}

// @ts-ignore: decorator
@inline
export function castIntervalMonthToIntervalMonth(value: i32, endField: i32): i32 {
  return endField == FIELD_MONTH ? value : value - value % 12;
}

/** How many of the field the interval is. */
export function castIntervalDayToDecimal(value: i64, endField: i32, scale: i32): i64 {
  return scaledQuotient(value, fieldMs(endField), scale, true);
}

export function castIntervalMonthToDecimal(value: i32, endField: i32, scale: i32): i64 {
  return scaledQuotient(value, endField == FIELD_MONTH ? 1 : 12, scale, true);
}

export function castIntervalDayToBigint(value: i64, endField: i32): i64 {
  return castIntervalDayToDecimal(value, endField, 0);
}

export function castIntervalMonthToBigint(value: i32, endField: i32): i64 {
  return castIntervalMonthToDecimal(value, endField, 0);
}

export function castIntervalDayToInteger(value: i64, endField: i32): i32 {
  return checkInteger(castIntervalDayToDecimal(value, endField, 0), 32);
}

export function castIntervalDayToSmallint(value: i64, endField: i32): i32 {
  return checkInteger(castIntervalDayToDecimal(value, endField, 0), 16);
}

export function castIntervalDayToTinyint(value: i64, endField: i32): i32 {
  return checkInteger(castIntervalDayToDecimal(value, endField, 0), 8);
}

export function castIntervalMonthToInteger(value: i32, endField: i32): i32 {
  return checkInteger(castIntervalMonthToDecimal(value, endField, 0), 32);
}

export function castIntervalMonthToSmallint(value: i32, endField: i32): i32 {
  return checkInteger(castIntervalMonthToDecimal(value, endField, 0), 16);
}

export function castIntervalMonthToTinyint(value: i32, endField: i32): i32 {
  return checkInteger(castIntervalMonthToDecimal(value, endField, 0), 8);
}

// ---- Intervals and text: [sign] leading field, then two digits per field: `+2 00:06:11.500`, `-1-06` ---------------

// What stands before a field: a blank before hours, a dash before months, a colon before others.
// @ts-ignore: decorator
@inline
function separatorBefore(field: i32): u8 {
  return field == FIELD_HOUR ? 0x20 : field == FIELD_MONTH ? 0x2d : 0x3a;
}

/** Signed, fields behind the first with two digits; cut to the length. */
export function castIntervalDayToText(value: i64, startField: i32, endField: i32, length: i32): Text {
  const start = startText();
  store<u8>(start, value < 0 ? 0x2d : 0x2b);
  let rest = magnitude(value);
  let at = start + 1;
  for (let field = startField; field <= endField; field++) {
    const unit = <u64>fieldMs(field);
    if (field == startField) at = writeUnsigned(at, rest / unit);
    else {
      store<u8>(at, separatorBefore(field));
      at = writeDigits(at + 1, rest / unit, 2);
    }
    rest %= unit;
  }
  if (endField == FIELD_SECOND && rest != 0) {
    store<u8>(at, 0x2e);
    at = writeDigits(at + 1, rest, 3);
  }
  return cutText(start, at, length);
}

/** Signed, `+1-06` or one number; cut to the length. */
export function castIntervalMonthToText(value: i32, startField: i32, endField: i32, length: i32): Text {
  const start = startText();
  store<u8>(start, value < 0 ? 0x2d : 0x2b);
  const months = magnitude(value);
  let at = writeUnsigned(start + 1, startField == FIELD_MONTH ? months : months / 12);
  if (startField == FIELD_YEAR && endField == FIELD_MONTH) {
    store<u8>(at, 0x2d);
    at = writeDigits(at + 1, months % 12, 2);
  }
  return cutText(start, at, length);
}

function cutText(start: usize, end: usize, length: i32): Text {
  scratchShrink(end);
  return textOf(start, min<u32>(<u32>(end - start), length));
}

let readAt: usize = 0;

// One to `most` digits at readAt, −1 when there is none.
function readField(most: i32): i64 {
  let value: i64 = 0;
  let count = 0;
  while (readAt < trimmedEnd && count < most) {
    const digit = <u32>load<u8>(readAt) - 48;
    if (digit > 9) break;
    value = value * 10 + digit;
    count++;
    readAt++;
  }
  return count == 0 ? -1 : value;
}

// Reads the fields into ms or months; −1 when the text has another form.
function readInterval(startField: i32, endField: i32): i64 {
  let total: i64 = 0;
  for (let field = startField; field <= endField; field++) {
    if (field != startField) {
      if (readAt >= trimmedEnd || load<u8>(readAt) != separatorBefore(field)) return -1;
      readAt++;
    }
    const value = readField(field == startField ? 10 : 2);
    if (value < 0) return -1;
    const limit: i64 = field == FIELD_HOUR ? 24 : field == FIELD_MONTH ? 12 : 60;
    if (field != startField && value >= limit) return -1;
    total += value * (field == FIELD_YEAR ? 12 : field == FIELD_MONTH ? 1 : fieldMs(field));
  }
  if (endField == FIELD_SECOND && readAt < trimmedEnd && load<u8>(readAt) == 0x2e) {
    readAt++;
    const from = readAt;
    const fraction = readField(3);
    if (fraction < 0) return -1;
    const digits = readAt - from;
    total += digits == 1 ? fraction * 100 : digits == 2 ? fraction * 10 : fraction;
    readField(6);
  }
  return readAt == trimmedEnd ? total : -1;
}

function parseInterval(text: Text, startField: i32, endField: i32): i64 {
  trimBlanks(text);
  readAt = trimmedStart;
  const sign = readAt < trimmedEnd ? load<u8>(readAt) : 0;
  if (sign == 0x2d || sign == 0x2b) readAt++;
  const value = readInterval(startField, endField);
  if (value >= 0) return sign == 0x2d ? -value : value;
  raiseWith(FAULT_INVALID_CAST, text);
  return 0;
}

/** The form of the literal's text: `2 3:04:05.678` for DAY TO SECOND. */
export function castTextToIntervalDay(text: Text, startField: i32, endField: i32): i64 {
  return parseInterval(text, startField, endField);
}

/** The form of the literal's text: `1-06` for YEAR TO MONTH. */
export function castTextToIntervalMonth(text: Text, startField: i32, endField: i32): i32 {
  return checkInteger(parseInterval(text, startField, endField), 32);
}
