// Datetimes as text by a pattern of Java's SimpleDateFormat (DECISIONS 30), English names, UTC, weeks from Sunday as in the USA.
// Reading is in dateparse.ts. A pattern is a row of items: a run of one letter is a field, other characters and 'quoted' ones are
// themselves, '' is a quote.
//
//   G era · y year · Y week year · M L month · w week in year · W week in month · D day in year · d day · F day of week in month ·
//   E day name · u day number (1 Monday) · a AM/PM · H 0–23 · k 1–24 · K 0–11 · h 1–12 · m s S · z Z X zone
import { Text, textLength, textOf, textPointer } from "../text";
import { raiseWith } from "../faults";
import { FAULT_INVALID_PATTERN, FAULT_TEXT_TOO_LONG, TEXT_BYTES_MAX } from "../../contract/abi";
import { scratchAllocate, scratchShrink } from "../state/scratch";
import { DAY_MS, daysFromCivil } from "../formats/datetimes";
import { civilDay, civilMonth, civilYear, dayOfTimestamp, splitDays, weekday } from "./calendar";
import { DAY_NAMES, MONTH_NAMES, writeName, writePadded } from "./datenames";

/** What `nextItem` found. */
export const ITEM_END: i32 = 0;
export const ITEM_FIELD: i32 = 1;
/** A character that stands for itself; its bytes from itemStart. */
export const ITEM_LITERAL: i32 = 2;
export const ITEM_INVALID: i32 = 3;

/** Letter and length of the field that was found, or where the literal's byte lies. */
export let itemLetter: u8 = 0;
export let itemCount: i32 = 0;
export let itemStart: usize = 0;

let patternAt: usize = 0;
let patternEnd: usize = 0;
let quoted: bool = false;

/** Begins at a pattern's start. */
export function openPattern(pattern: Text): void {
  patternAt = textPointer(pattern);
  patternEnd = patternAt + textLength(pattern);
  quoted = false;
}

// @ts-ignore: decorator
@inline
function isLetter(byte: u8): bool {
  return (byte | 0x20) - 0x61 < 26;
}

// The letters that are fields: bit 0 is A, bit 32 is a.
const FIELD_LETTERS: u64 =
  (1 << 3) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 7) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 18) | (1 << 22) | (1 << 23) | (1 << 24) |
  (1 << 25) | (1 << 32) | (1 << 35) | (1 << 39) | (1 << 42) | (1 << 44) | (1 << 50) | (1 << 52) | (1 << 54) | (1 << 56) | (1 << 57);

/** The next item of the pattern, byte by byte where it is literal. */
export function nextItem(): i32 {
  while (patternAt < patternEnd) {
    const byte = load<u8>(patternAt);
    if (byte == 0x27) {
      patternAt++;
      if (patternAt < patternEnd && load<u8>(patternAt) == 0x27) {
        itemStart = patternAt++;
        return ITEM_LITERAL;
      }
      quoted = !quoted;
      continue;
    }
    itemStart = patternAt++;
    if (quoted || !isLetter(byte)) return ITEM_LITERAL;
    if (((FIELD_LETTERS >> <u64>(byte - 0x41)) & 1) == 0) return ITEM_INVALID;
    while (patternAt < patternEnd && load<u8>(patternAt) == byte) patternAt++;
    itemLetter = byte;
    itemCount = <i32>(patternAt - itemStart);
    return ITEM_FIELD;
  }
  return quoted ? ITEM_INVALID : ITEM_END;
}

/** True when another field follows at once, so that a number before it is as long as its letters. */
export function fieldFollows(): bool {
  return patternAt < patternEnd && !quoted && isLetter(load<u8>(patternAt));
}

// ---- Weeks --------------------------------------------------------------------------------------------------

/** Day of the week from Sunday, 0 … 6. */
export function sundayBased(day: i32): i32 {
  return weekday(day) % 7;
}

/** The Sunday with which week 1 of a year begins: the week of January 1. */
export function firstSunday(year: i32): i32 {
  const first = daysFromCivil(year, 1, 1);
  return first - sundayBased(first);
}

/** Year to which a day's week belongs: the next one when January 1 lies in it. The day is the one split last. */
export function weekYear(day: i32): i32 {
  return civilYear + i32(day >= firstSunday(civilYear + 1));
}

// ---- Writing ------------------------------------------------------------------------------------------------

/** A timestamp by the pattern. */
export function formatTimestamp(pattern: Text, timestamp: i64): Text {
  // A field is at most as long as its letters or 32 bytes.
  const room = textLength(pattern) * 32 + 32;
  const start = scratchAllocate(room);
  let at = start;
  const day = dayOfTimestamp(timestamp);
  const time = <i32>(timestamp - <i64>day * DAY_MS);
  splitDays(day);
  openPattern(pattern);
  for (let item = nextItem(); item != ITEM_END; item = nextItem()) {
    if (item == ITEM_LITERAL) store<u8>(at++, load<u8>(itemStart));
    else if (item == ITEM_FIELD) at = itemLetter == 0x7a || itemLetter == 0x5a || itemLetter == 0x58 ? writeZone(at) : writeField(at, day, time);
    else {
      raiseWith(FAULT_INVALID_PATTERN, pattern);
      break;
    }
  }
  scratchShrink(at);
  const text = textOf(start, <u32>(at - start));
  if (textLength(text) > <u32>TEXT_BYTES_MAX) raiseWith(FAULT_TEXT_TOO_LONG, pattern);
  return text;
}

function writeField(at: usize, day: i32, time: i32): usize {
  const count = itemCount;
  const hour = time / 3600000;
  switch (itemLetter) {
    case 0x47: // G
      store<u16>(at, 0x4441);
      return at + 2;
    case 0x79: // y
      return writeYear(at, civilYear);
    case 0x59: // Y
      return writeYear(at, weekYear(day));
    case 0x4c: // L
    case 0x4d: // M
      if (count >= 3) return writeName(at, MONTH_NAMES + civilMonth - 1, count > 3);
      return writePadded(at, civilMonth, count);
    case 0x45: // E
      return writeName(at, DAY_NAMES + weekday(day) - 1, count > 3);
    case 0x61: // a
      store<u16>(at, hour < 12 ? 0x4d41 : 0x4d50);
      return at + 2;
    default:
      return writePadded(at, numberOf(itemLetter, day, time), count);
  }
}

// The value of a field that is written as a number.
function numberOf(letter: u8, day: i32, time: i32): i32 {
  const hour = time / 3600000;
  switch (letter) {
    case 0x77: // w
      return (day - firstSunday(weekYear(day))) / 7 + 1;
    case 0x57: // W
      return (civilDay - 1 + sundayBased(day - civilDay + 1)) / 7 + 1;
    case 0x44: // D
      return day - daysFromCivil(civilYear, 1, 1) + 1;
    case 0x64: // d
      return civilDay;
    case 0x46: // F
      return (civilDay - 1) / 7 + 1;
    case 0x75: // u
      return weekday(day);
    case 0x48: // H
      return hour;
    case 0x6b: // k
      return hour == 0 ? 24 : hour;
    case 0x4b: // K
      return hour % 12;
    case 0x68: // h
      return hour % 12 == 0 ? 12 : hour % 12;
    case 0x6d: // m
      return time / 60000 % 60;
    case 0x73: // s
      return time / 1000 % 60;
    default: // S
      return time % 1000;
  }
}

// Two letters: two digits; otherwise the number, filled up.
function writeYear(at: usize, year: i32): usize {
  return itemCount == 2 ? writePadded(at, year % 100, 2) : writePadded(at, year, itemCount);
}

// UTC in the form of the letter: z UTC or Coordinated Universal Time, Z +0000, X Z.
function writeZone(at: usize): usize {
  if (itemLetter == 0x58) {
    store<u8>(at, 0x5a);
    return at + 1;
  }
  if (itemLetter == 0x5a) {
    store<u64>(at, 0x303030302b);
    return at + 5;
  }
  if (itemCount < 4) {
    store<u32>(at, 0x435455);
    return at + 3;
  }
  memory.copy(at, ZONE_NAME, 26);
  return at + 26;
}

const ZONE_NAME: usize = memory.data<u8>([
  67, 111, 111, 114, 100, 105, 110, 97, 116, 101, 100, 32, 85, 110, 105, 118, 101, 114, 115, 97, 108, 32, 84, 105, 109, 101,
]);
