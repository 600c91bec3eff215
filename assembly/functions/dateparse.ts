// Text as datetimes by a pattern of Java's SimpleDateFormat, not lenient (KDA-SQL 4.4): matching starts at the beginning, what follows the
// pattern's end is ignored, missing fields are those of 1970-01-01 00:00:00, fields that contradict each other are an error.
// How fields make a date, the later ones deciding, is what Java's GregorianCalendar documents under "calendar fields resolution".
import { Text, textLength, textPointer } from "../text";
import { raiseWith } from "../faults";
import { FAULT_INVALID_CAST, FAULT_INVALID_PATTERN } from "../../contract/abi";
import { startClock } from "../operators/context";
import { DAY_MS, TIMESTAMP_MAX, TIMESTAMP_MIN, daysFromCivil, daysInMonth } from "../formats/datetimes";
import { civilDay, civilMonth, civilYear, dayOfTimestamp, splitDays, weekday } from "./calendar";
import { DAY_NAMES, MONTH_NAMES, findName, findZone, nameEnd } from "./datenames";
import {
  ITEM_END, ITEM_INVALID, ITEM_LITERAL, fieldFollows, firstSunday, itemCount, itemLetter, itemStart, nextItem, openPattern, sundayBased, weekYear,
} from "./dateformat";

const YEAR: i32 = 0;
const WEEK_YEAR: i32 = 1;
const MONTH: i32 = 2;
const DAY: i32 = 3;
const DAY_OF_YEAR: i32 = 4;
const WEEK_OF_YEAR: i32 = 5;
const WEEK_OF_MONTH: i32 = 6;
const WEEKDAY_IN_MONTH: i32 = 7;
/** 1 Monday … 7 Sunday. */
const WEEKDAY: i32 = 8;
const HOUR: i32 = 9;
const HALF_HOUR: i32 = 10;
const HALF: i32 = 11;
const MINUTE: i32 = 12;
const SECOND: i32 = 13;
const MILLISECOND: i32 = 14;
const ZONE: i32 = 15;
const FIELD_COUNT: i32 = 16;

// Per field: value i32, then when it was set (0 not at all) i32.
const FIELDS: usize = memory.data(128, 8);
let stamps: i32 = 0;
let textAt: usize = 0;
let textEnd: usize = 0;
// The year came as two digits that are the first of the hundred years that such years lie in.
let yearIsAmbiguous: bool = false;

function setField(field: i32, value: i32): bool {
  const at = FIELDS + (<usize>field << 3);
  store<i32>(at, value);
  store<i32>(at, ++stamps, 4);
  return true;
}

// @ts-ignore: decorator
@inline
function valueOf(field: i32, missing: i32): i32 {
  const at = FIELDS + (<usize>field << 3);
  return load<i32>(at, 4) == 0 ? missing : load<i32>(at);
}

// @ts-ignore: decorator
@inline
function stampOf(field: i32): i32 {
  return load<i32>(FIELDS + (<usize>field << 3), 4);
}

// True unless the field is set to another value.
function agrees(field: i32, value: i32): bool {
  return valueOf(field, value) == value;
}

/** The timestamp that the text is by the pattern; or invalid-cast, or invalid-pattern. */
export function parseByPattern(pattern: Text, text: Text): i64 {
  openPattern(pattern);
  let item = nextItem();
  while (item != ITEM_END && item != ITEM_INVALID) item = nextItem();
  if (item == ITEM_INVALID) {
    raiseWith(FAULT_INVALID_PATTERN, pattern);
    return 0;
  }
  memory.fill(FIELDS, 0, FIELD_COUNT << 3);
  stamps = 0;
  yearIsAmbiguous = false;
  textAt = textPointer(text);
  textEnd = textAt + textLength(text);
  if (readText(pattern) && fieldsAreInRange()) {
    const value = resolve();
    if (value >= TIMESTAMP_MIN && value <= TIMESTAMP_MAX) return value;
  }
  raiseWith(FAULT_INVALID_CAST, text);
  return 0;
}

function readText(pattern: Text): bool {
  openPattern(pattern);
  for (let item = nextItem(); item != ITEM_END; item = nextItem()) {
    if (item == ITEM_LITERAL) {
      if (textAt >= textEnd || load<u8>(textAt) != load<u8>(itemStart)) return false;
      textAt++;
    } else if (!readField()) return false;
  }
  return true;
}

function readField(): bool {
  // A number right before another field is as long as its letters, blanks included.
  const from = textAt;
  const limit = fieldFollows() ? textAt + itemCount : textEnd;
  if (limit > textEnd) return false;
  while (textAt < textEnd && (load<u8>(textAt) == 0x20 || load<u8>(textAt) == 0x09)) textAt++;
  switch (itemLetter) {
    case 0x47: // G
      return readEra();
    case 0x45: // E
      return readName(WEEKDAY, DAY_NAMES, 7);
    case 0x61: // a
      return readHalf();
    case 0x4c: // L
    case 0x4d: // M
      if (itemCount >= 3) return readName(MONTH, MONTH_NAMES, 12);
      break;
    case 0x7a: // z
    case 0x5a: // Z
    case 0x58: // X
      return readZone();
  }
  return readNumber(limit, from);
}

function readName(field: i32, first: i32, count: i32): bool {
  const index = findName(textAt, textEnd, first, count);
  if (index < 0) return false;
  textAt = nameEnd;
  return setField(field, index + 1);
}

// Two letters in any case.
// @ts-ignore: decorator
@inline
function isPair(letters: u16): bool {
  return textEnd - textAt >= 2 && (load<u16>(textAt) | 0x2020) == letters;
}

function readEra(): bool {
  // There is no year before 1.
  const found = isPair(0x6461);
  textAt += 2;
  return found;
}

function readHalf(): bool {
  const morning = isPair(0x6d61);
  const found = morning || isPair(0x6d70);
  textAt += 2;
  return found && setField(HALF, i32(!morning));
}

// Blanks before it count among its digits, as they did in the service's Java: ` 10` is the year 10, `10` one of this century.
function readNumber(limit: usize, from: usize): bool {
  const start = textAt;
  let value = 0;
  while (textAt < limit) {
    const digit = <i32>load<u8>(textAt) - 48;
    if (<u32>digit > 9) break;
    if (value > 99999999) return false;
    value = value * 10 + digit;
    textAt++;
  }
  return textAt > start && setNumber(value, <i32>(textAt - from));
}

function setNumber(value: i32, digits: i32): bool {
  switch (itemLetter) {
    case 0x79: // y
      return setField(YEAR, itemCount <= 2 && digits == 2 ? wholeYear(value) : value);
    case 0x59: // Y
      return setField(WEEK_YEAR, itemCount <= 2 && digits == 2 ? wholeYear(value) : value);
    case 0x4c: // L
    case 0x4d: // M
      return setField(MONTH, value);
    case 0x77: // w
      return setField(WEEK_OF_YEAR, value);
    case 0x57: // W
      return setField(WEEK_OF_MONTH, value);
    case 0x44: // D
      return setField(DAY_OF_YEAR, value);
    case 0x64: // d
      return setField(DAY, value);
    case 0x46: // F
      return setField(WEEKDAY_IN_MONTH, value);
    case 0x75: // u
      return setField(WEEKDAY, value);
    case 0x48: // H
      return setField(HOUR, value);
    case 0x6b: // k
      return value >= 1 && value <= 24 && setField(HOUR, value == 24 ? 0 : value);
    case 0x4b: // K
      return setField(HALF_HOUR, value);
    case 0x68: // h; hour 0 is accepted
      return value <= 12 && setField(HALF_HOUR, value == 12 ? 0 : value);
    case 0x6d: // m
      return setField(MINUTE, value);
    case 0x73: // s
      return setField(SECOND, value);
    default: // S
      return setField(MILLISECOND, value);
  }
}

// Two digits lie in the hundred years that begin 80 years before the application's start.
function wholeYear(value: i32): i32 {
  splitDays(dayOfTimestamp(startClock));
  const first = civilYear - 80;
  yearIsAmbiguous = value == first % 100;
  return value + first / 100 * 100 + (value < first % 100 ? 100 : 0);
}

// ---- Zones: Z, a name, GMT+h:mm, ±hhmm or ±hh:mm; X with one letter ±hh -------------------------------------

function readZone(): bool {
  const name = findZone(textAt, textEnd);
  if (name != i32.MIN_VALUE) {
    textAt = nameEnd;
    if (name != 0 || textAt >= textEnd || (load<u8>(textAt) != 0x2b && load<u8>(textAt) != 0x2d)) return setField(ZONE, name);
  }
  if (textAt >= textEnd) return false;
  const sign = load<u8>(textAt++);
  if (sign != 0x2b && sign != 0x2d) return false;
  const hours = twoDigits();
  let minutes = 0;
  if (itemLetter != 0x58 || itemCount > 1) {
    if (textAt < textEnd && load<u8>(textAt) == 0x3a) textAt++;
    minutes = twoDigits();
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
  return setField(ZONE, sign == 0x2d ? -(hours * 60 + minutes) : hours * 60 + minutes);
}

// One or two digits, −1 for none.
function twoDigits(): i32 {
  let value = -1;
  for (let count = 0; count < 2 && textAt < textEnd; count++) {
    const digit = <i32>load<u8>(textAt) - 48;
    if (<u32>digit > 9) break;
    value = max(value, 0) * 10 + digit;
    textAt++;
  }
  return value;
}

// ---- Fields to a timestamp ----------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function within(field: i32, low: i32, high: i32): bool {
  const value = valueOf(field, low);
  return value >= low && value <= high;
}

function fieldsAreInRange(): bool {
  const year = valueOf(YEAR, 1970);
  const month = valueOf(MONTH, 1);
  if (!within(YEAR, 1, 9999) || !within(WEEK_YEAR, 1, 9999) || !within(MONTH, 1, 12)) return false;
  if (!within(DAY, 1, daysInMonth(year, month)) || !within(DAY_OF_YEAR, 1, 337 + daysInMonth(year, 2))) return false;
  if (!within(WEEK_OF_YEAR, 1, 53) || !within(WEEK_OF_MONTH, 1, 6) || !within(WEEKDAY_IN_MONTH, 1, 5) || !within(WEEKDAY, 1, 7)) return false;
  return within(HOUR, 0, 23) && within(HALF_HOUR, 0, 11) && within(MINUTE, 0, 59) && within(SECOND, 0, 59) && within(MILLISECOND, 0, 999);
}

// The timestamp, or i64.MIN_VALUE when fields contradict each other.
function resolve(): i64 {
  const time = timeOfDay();
  const day = resolveDay(valueOf(YEAR, 1970));
  if (time < 0 || day == i32.MIN_VALUE) return i64.MIN_VALUE;
  const offset = (<i64>time - <i64>valueOf(ZONE, 0) * 60000);
  const value = <i64>day * DAY_MS + offset;
  if (!yearIsAmbiguous || value >= centuryStart()) return value;
  store<i32>(FIELDS + (<usize>YEAR << 3), valueOf(YEAR, 1970) + 100);
  const later = resolveDay(valueOf(YEAR, 1970));
  return later == i32.MIN_VALUE ? i64.MIN_VALUE : <i64>later * DAY_MS + offset;
}

function centuryStart(): i64 {
  const day = dayOfTimestamp(startClock);
  splitDays(day);
  const year = civilYear - 80;
  return <i64>daysFromCivil(year, civilMonth, min(civilDay, daysInMonth(year, civilMonth))) * DAY_MS + startClock - <i64>day * DAY_MS;
}

function timeOfDay(): i32 {
  let hour = valueOf(HOUR, 0);
  if (stampOf(HOUR) < max(stampOf(HALF_HOUR), stampOf(HALF))) hour = valueOf(HALF_HOUR, 0) + 12 * valueOf(HALF, 0);
  if (!agrees(HOUR, hour) || !agrees(HALF_HOUR, hour % 12) || !agrees(HALF, hour / 12)) return -1;
  return ((hour * 60 + valueOf(MINUTE, 0)) * 60 + valueOf(SECOND, 0)) * 1000 + valueOf(MILLISECOND, 0);
}

// When both were set: the later stamp.
function bothStamp(field: i32): i32 {
  const one = stampOf(field);
  const two = stampOf(WEEKDAY);
  return one == 0 || two == 0 ? 0 : max(one, two);
}

// The field that says which day it is: the one set last, where weeks need a day of the week unless nothing else was set.
function decidingField(): i32 {
  let best = DAY;
  let stamp = stampOf(DAY);
  for (let field = DAY_OF_YEAR; field <= WEEKDAY_IN_MONTH; field++) {
    const other = field == DAY_OF_YEAR ? stampOf(field) : bothStamp(field);
    if (other <= stamp) continue;
    best = field;
    stamp = other;
  }
  if (stamp != 0) return best;
  if (stampOf(WEEKDAY) != 0) return WEEKDAY_IN_MONTH;
  for (let field = WEEK_OF_YEAR; field <= WEEKDAY_IN_MONTH; field++) {
    if (stampOf(field) > stamp) {
      best = field;
      stamp = stampOf(field);
    }
  }
  return best;
}

// The day, or i32.MIN_VALUE when fields contradict each other.
function resolveDay(year: i32): i32 {
  const sunday = valueOf(WEEKDAY, 7) % 7;
  if (stampOf(WEEK_YEAR) > stampOf(YEAR)) return firstSunday(valueOf(WEEK_YEAR, 1970)) + (valueOf(WEEK_OF_YEAR, 1) - 1) * 7 + sunday;
  const first = daysFromCivil(year, valueOf(MONTH, 1), 1);
  let day = first;
  switch (decidingField()) {
    case DAY:
      day = first + valueOf(DAY, 1) - 1;
      break;
    case DAY_OF_YEAR:
      day = daysFromCivil(year, 1, 1) + valueOf(DAY_OF_YEAR, 1) - 1;
      break;
    case WEEK_OF_YEAR:
      day = firstSunday(year) + (valueOf(WEEK_OF_YEAR, 1) - 1) * 7 + sunday;
      break;
    case WEEK_OF_MONTH:
      day = first - sundayBased(first) + (valueOf(WEEK_OF_MONTH, 1) - 1) * 7 + sunday;
      break;
    case WEEKDAY_IN_MONTH:
      day = first + (sunday - sundayBased(first) + 7) % 7 + (valueOf(WEEKDAY_IN_MONTH, 1) - 1) * 7;
      break;
  }
  return dayAgrees(day) ? day : i32.MIN_VALUE;
}

function dayAgrees(day: i32): bool {
  splitDays(day);
  if (!agrees(YEAR, civilYear) || !agrees(MONTH, civilMonth) || !agrees(DAY, civilDay) || !agrees(WEEKDAY, weekday(day))) return false;
  if (!agrees(DAY_OF_YEAR, day - daysFromCivil(civilYear, 1, 1) + 1) || !agrees(WEEKDAY_IN_MONTH, (civilDay - 1) / 7 + 1)) return false;
  if (!agrees(WEEK_OF_MONTH, (civilDay - 1 + sundayBased(day - civilDay + 1)) / 7 + 1)) return false;
  return agrees(WEEK_OF_YEAR, (day - firstSunday(weekYear(day))) / 7 + 1);
}
