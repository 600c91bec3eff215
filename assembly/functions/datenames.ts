// English names in dates and the offsets of time zones, and matching them in any case. Used by dateformat.ts and dateparse.ts.
import { writeUnsigned } from "../formats/digits";

// Entries of 16 bytes: the length, then the letters.
// January … December, Monday … Sunday.
const NAMES: usize = memory.data<u8>([
  7, 74, 97, 110, 117, 97, 114, 121, 0, 0, 0, 0, 0, 0, 0, 0, // January
  8, 70, 101, 98, 114, 117, 97, 114, 121, 0, 0, 0, 0, 0, 0, 0, // February
  5, 77, 97, 114, 99, 104, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // March
  5, 65, 112, 114, 105, 108, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // April
  3, 77, 97, 121, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // May
  4, 74, 117, 110, 101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // June
  4, 74, 117, 108, 121, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // July
  6, 65, 117, 103, 117, 115, 116, 0, 0, 0, 0, 0, 0, 0, 0, 0, // August
  9, 83, 101, 112, 116, 101, 109, 98, 101, 114, 0, 0, 0, 0, 0, 0, // September
  7, 79, 99, 116, 111, 98, 101, 114, 0, 0, 0, 0, 0, 0, 0, 0, // October
  8, 78, 111, 118, 101, 109, 98, 101, 114, 0, 0, 0, 0, 0, 0, 0, // November
  8, 68, 101, 99, 101, 109, 98, 101, 114, 0, 0, 0, 0, 0, 0, 0, // December
  6, 77, 111, 110, 100, 97, 121, 0, 0, 0, 0, 0, 0, 0, 0, 0, // Monday
  7, 84, 117, 101, 115, 100, 97, 121, 0, 0, 0, 0, 0, 0, 0, 0, // Tuesday
  9, 87, 101, 100, 110, 101, 115, 100, 97, 121, 0, 0, 0, 0, 0, 0, // Wednesday
  8, 84, 104, 117, 114, 115, 100, 97, 121, 0, 0, 0, 0, 0, 0, 0, // Thursday
  6, 70, 114, 105, 100, 97, 121, 0, 0, 0, 0, 0, 0, 0, 0, 0, // Friday
  8, 83, 97, 116, 117, 114, 100, 97, 121, 0, 0, 0, 0, 0, 0, 0, // Saturday
  6, 83, 117, 110, 100, 97, 121, 0, 0, 0, 0, 0, 0, 0, 0, 0, // Sunday
]);

// Zone names as general time zones of SimpleDateFormat: length, capitals, and at 8 the offset in quarters of an hour.
const ZONES: usize = memory.data<u8>([
  3, 85, 84, 67, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // UTC
  3, 71, 77, 84, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // GMT
  2, 85, 84, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // UT
  1, 90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // Z
  3, 69, 83, 84, 0, 0, 0, 0, 236, 0, 0, 0, 0, 0, 0, 0, // EST
  3, 69, 68, 84, 0, 0, 0, 0, 240, 0, 0, 0, 0, 0, 0, 0, // EDT
  3, 67, 83, 84, 0, 0, 0, 0, 232, 0, 0, 0, 0, 0, 0, 0, // CST
  3, 67, 68, 84, 0, 0, 0, 0, 236, 0, 0, 0, 0, 0, 0, 0, // CDT
  3, 77, 83, 84, 0, 0, 0, 0, 228, 0, 0, 0, 0, 0, 0, 0, // MST
  3, 77, 68, 84, 0, 0, 0, 0, 232, 0, 0, 0, 0, 0, 0, 0, // MDT
  3, 80, 83, 84, 0, 0, 0, 0, 224, 0, 0, 0, 0, 0, 0, 0, // PST
  3, 80, 68, 84, 0, 0, 0, 0, 228, 0, 0, 0, 0, 0, 0, 0, // PDT
  4, 67, 69, 83, 84, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, // CEST
  3, 67, 69, 84, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, // CET
  3, 66, 83, 84, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, // BST
  3, 87, 69, 84, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // WET
  3, 69, 69, 84, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, // EET
  3, 73, 83, 84, 0, 0, 0, 0, 22, 0, 0, 0, 0, 0, 0, 0, // IST
  3, 74, 83, 84, 0, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, // JST
]);
const ZONE_COUNT: i32 = 19;

/** First entries of the months and of the days of the week, Monday first. */
export const MONTH_NAMES: i32 = 0;
export const DAY_NAMES: i32 = 12;

/** Writes a name, whole or its first three letters. */
export function writeName(at: usize, name: i32, whole: bool): usize {
  const entry = NAMES + (<usize>name << 4);
  const length = whole ? <usize>load<u8>(entry) : 3;
  memory.copy(at, entry + 1, length);
  return at + length;
}

// True when the letters at `at` are those at `name`, in any case.
function sameLetters(at: usize, end: usize, name: usize, length: usize): bool {
  if (end - at < length) return false;
  for (let index: usize = 0; index < length; index++) {
    if ((load<u8>(at + index) | 0x20) != (load<u8>(name + index) | 0x20)) return false;
  }
  return true;
}

/** Where the last name that was found ends. */
export let nameEnd: usize = 0;

/** Index among `count` names of the one at `at`, whole or its first three letters; −1 for none. The longest match wins. */
export function findName(at: usize, end: usize, first: i32, count: i32): i32 {
  for (let index = 0; index < count; index++) {
    const entry = NAMES + (<usize>(first + index) << 4);
    const length = <usize>load<u8>(entry);
    // The first three letters tell all names apart.
    if (!sameLetters(at, end, entry + 1, 3)) continue;
    nameEnd = at + (sameLetters(at, end, entry + 1, length) ? length : 3);
    return index;
  }
  return -1;
}

/** Offset in minutes of the zone name at `at`; i32.MIN_VALUE for none. */
export function findZone(at: usize, end: usize): i32 {
  let best: usize = 0;
  let offset = i32.MIN_VALUE;
  for (let index = 0; index < ZONE_COUNT; index++) {
    const entry = ZONES + (<usize>index << 4);
    const length = <usize>load<u8>(entry);
    if (length <= best || !sameLetters(at, end, entry + 1, length)) continue;
    best = length;
    offset = <i32>load<i8>(entry, 8) * 15;
  }
  nameEnd = at + best;
  return offset;
}

/** Writes a number with at least so many digits. */
export function writePadded(at: usize, value: i32, count: i32): usize {
  let power = 10;
  for (let digits = 1; digits < count; digits++) {
    if (power > value) store<u8>(at++, 0x30);
    if (power < 1000000000) power *= 10;
  }
  return writeUnsigned(at, value);
}
