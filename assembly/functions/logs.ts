// Log parsers that need no regular expression, or the one of FAST_REGEX_LOG_PARSE (KDA-SQL 4.8). What is constant in their arguments the binder
// has read, so these names are not for SQL. Cases stand in test/cases/patterns.
import { EMPTY_TEXT, Text, textLength, textOf, textPointer } from "../text";
import { raise, raiseWith } from "../faults";
import { scratchAllocate, scratchMark, scratchRelease, scratchShrink } from "../state/scratch";
import { skipCodePoints } from "../formats/utf8";
import { DAY_MS, daysFromCivil, daysInMonth } from "../formats/datetimes";
import { FAULT_INVALID_PATTERN, FAULT_NOT_NULL, PATTERN_GROUPS, PATTERN_IS_INVALID, PATTERN_KIND } from "../../contract/abi";
import { equalBytes } from "../state/hash";
import { openClasses, program } from "../pattern/program";
import { matchSections } from "../pattern/sections";
import { keepRecord, knownRecord, newRecord, recallRecord, setField } from "../pattern/fields";
import { civilYear, dayOfTimestamp, splitDays } from "./calendar";
import { MONTH_NAMES, findName, nameEnd } from "./datenames";
import { sequenceBytes } from "./letters";
import { setNull } from "./nulls";

/**
 * The groups of a pattern of FAST_REGEX_LOG_PARSE as a record; NULL without a match.
 * @sql SECTIONS_PARSE(VARCHAR, VARBINARY) -> VARBINARY
 * @nulls may-return
 * @faults invalid-pattern
 */
export function sectionsParse(text: Text, pattern: Text): Text {
  if (load<u8>(textPointer(pattern), PATTERN_KIND) == PATTERN_IS_INVALID) {
    raiseWith(FAULT_INVALID_PATTERN, textOf(textPointer(pattern) + 4, textLength(pattern) - 4));
    return EMPTY_TEXT;
  }
  if (recallRecord(text, pattern)) {
    if (knownRecord == EMPTY_TEXT) setNull();
    return knownRecord;
  }
  openClasses(pattern);
  const record = newRecord(load<u16>(program, PATTERN_GROUPS));
  const mark = scratchMark();
  const found = matchSections(text, record);
  scratchRelease(mark);
  keepRecord(text, pattern, found ? record : EMPTY_TEXT);
  if (found) return record;
  setNull();
  return EMPTY_TEXT;
}

/**
 * So many characters from the position, counted from 0, on; -1 for all. NULL behind the text's end.
 * @sql FIXED_FIELD(VARCHAR, INTEGER, INTEGER) -> VARCHAR
 * @nulls may-return
 * @total
 */
export function fixedField(text: Text, from: i32, length: i32): Text {
  const start = textPointer(text);
  const end = start + textLength(text);
  const first = skipCodePoints(start, end, from);
  if (first >= end) {
    setNull();
    return EMPTY_TEXT;
  }
  return textOf(first, <u32>((length < 0 ? end : skipCodePoints(first, end, length)) - first));
}

/**
 * The fields between delimiters as a record. A delimiter behind the escape or between the quotes (their first and last character; one
 * character for both) is part of its field. Fields that are missing are NULL, those too many are left out.
 * @sql DELIMITED_PARSE(VARCHAR, INTEGER, VARCHAR, VARCHAR, VARCHAR) -> VARBINARY
 */
export function delimitedParse(text: Text, count: i32, delimiter: Text, escape: Text, quotes: Text): Text {
  const same = count == knownCount && escape == knownEscape && quotes == knownQuotes;
  if (same && recallRecord(text, delimiter)) return knownRecord;
  const record = newRecord(count);
  at = textPointer(text);
  end = at + textLength(text);
  for (let field = 0; field < count; field++) {
    const start = scratchAllocate(<u32>(end - at));
    const length = readDelimited(start, delimiter, escape, quotes);
    scratchShrink(start + length);
    setField(record, field, start, length);
    if (!delimited) break;
  }
  keepRecord(text, delimiter, record);
  knownCount = count;
  knownEscape = escape;
  knownQuotes = quotes;
  return record;
}

/**
 * The text of a column that is NOT NULL: a fault when it is NULL and the line is not.
 * @sql REQUIRED_FIELD(VARCHAR, VARBINARY) -> VARCHAR
 * @sql REQUIRED_FIELD(VARCHAR, VARCHAR) -> VARCHAR
 * @nulls accepts
 * @faults null-not-allowed
 */
export function requiredField(field: Text, isNull: bool, line: Text, lineIsNull: bool): Text {
  if (isNull) {
    if (!lineIsNull) raise(FAULT_NOT_NULL);
    setNull();
  }
  return field;
}

/**
 * The text without blanks around it; NULL when nothing is left. What stands in a column that is no text.
 * @sql FILLED_TEXT(VARCHAR) -> VARCHAR
 * @nulls may-return
 * @total
 */
export function filledText(text: Text): Text {
  let first = textPointer(text);
  let last = first + textLength(text);
  while (first < last && load<u8>(first) == 0x20) first++;
  while (last > first && load<u8>(last - 1) == 0x20) last--;
  if (first == last) setNull();
  return textOf(first, <u32>(last - first));
}

// What the last record was made with, besides its delimiter.
let knownCount: i32 = 0;
let knownEscape: Text = EMPTY_TEXT;
let knownQuotes: Text = EMPTY_TEXT;
let at: usize = 0;
let end: usize = 0;
// A delimiter, not the end, closed the last field.
let delimited: bool = false;

// @ts-ignore: decorator
@inline
function comes(word: usize, length: u32): bool {
  return length > 0 && end - at >= <usize>length && equalBytes(at, word, length);
}

// Reads up to the next delimiter and behind it; returns the bytes written.
function readDelimited(output: usize, delimiter: Text, escape: Text, quotes: Text): u32 {
  const start = output;
  const opening = textPointer(quotes);
  const openingBytes: u32 = textLength(quotes) == 0 ? 0 : sequenceBytes(load<u8>(opening));
  const hasPair = textLength(quotes) > openingBytes;
  const closing = hasPair ? opening + openingBytes : opening;
  const closingBytes = hasPair ? textLength(quotes) - openingBytes : openingBytes;
  let quoted = false;
  delimited = false;
  while (at < end) {
    if (comes(textPointer(escape), textLength(escape))) {
      at += textLength(escape);
      if (at >= end) break;
    } else if (quoted ? comes(closing, closingBytes) : comes(opening, openingBytes)) {
      at += quoted ? closingBytes : openingBytes;
      quoted = !quoted;
      continue;
    } else if (!quoted && comes(textPointer(delimiter), textLength(delimiter))) {
      at += textLength(delimiter);
      delimited = true;
      break;
    }
    for (let left = sequenceBytes(load<u8>(at)); left > 0 && at < end; left--) store<u8>(output++, load<u8>(at++));
  }
  return <u32>(output - start);
}

// `Mon DD HH:MM:SS ` at the beginning of a text; `messageStart` is behind it.
let month: i32 = 0;
let day: i32 = 0;
let timeOfDay: i32 = 0;
let messageStart: usize = 0;

function readTwoDigits(from: usize): i32 {
  const tens = <i32>load<u8>(from) - 0x30;
  const ones = <i32>load<u8>(from, 1) - 0x30;
  // A day below ten has a blank before it.
  const first = tens == -16 ? 0 : tens;
  return first < 0 || first > 9 || ones < 0 || ones > 9 ? -1 : first * 10 + ones;
}

function readHeader(text: Text): bool {
  const start = textPointer(text);
  if (textLength(text) < 15) return false;
  const found = findName(start, start + 3, MONTH_NAMES, 12);
  if (found < 0 || nameEnd != start + 3 || load<u8>(start, 3) != 0x20 || load<u8>(start, 6) != 0x20) return false;
  const hour = readTwoDigits(start + 7);
  const minute = readTwoDigits(start + 10);
  const second = readTwoDigits(start + 13);
  month = found + 1;
  day = readTwoDigits(start + 4);
  timeOfDay = ((hour * 60 + minute) * 60 + second) * 1000;
  messageStart = start + (textLength(text) > 15 && load<u8>(start, 15) == 0x20 ? 16 : 15);
  if (load<u8>(start, 9) != 0x3a || load<u8>(start, 12) != 0x3a || day < 1 || day > 31) return false;
  return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
}

/**
 * When a line of syslog was written. Its year is that of the row's ROWTIME, or the one before when that would lie more than a day
 * ahead (DECISIONS). NULL where the line is of another form.
 * @sql SYSLOG_TIME(VARCHAR, TIMESTAMP) -> TIMESTAMP
 * @nulls may-return
 * @total
 */
export function syslogTime(text: Text, rowtime: i64): i64 {
  if (readHeader(text)) {
    splitDays(dayOfTimestamp(rowtime));
    let year = civilYear;
    let days = daysFromCivil(year, month, day);
    if (<i64>days * DAY_MS + timeOfDay > rowtime + DAY_MS) days = daysFromCivil(--year, month, day);
    if (day <= daysInMonth(year, month)) return <i64>days * DAY_MS + timeOfDay;
  }
  setNull();
  return 0;
}

/**
 * What follows the time of a line of syslog: server and message. NULL where the line is of another form.
 * @sql SYSLOG_MESSAGE(VARCHAR) -> VARCHAR
 * @nulls may-return
 * @total
 */
export function syslogMessage(text: Text): Text {
  if (readHeader(text)) return textOf(messageStart, <u32>(textPointer(text) + textLength(text) - messageStart));
  setNull();
  return EMPTY_TEXT;
}
