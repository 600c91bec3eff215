// Regular expressions: SIMILAR TO, SUBSTRING by a pattern, REGEX_REPLACE and REGEX_LOG_PARSE (KDA-SQL 2.10, 4.7, 4.8). The pattern comes as
// the program that compiler/pattern made of it, so these names are not for SQL: the binder writes them. Cases stand where the SQL is.
import { EMPTY_TEXT, Text, textLength, textOf, textPointer } from "../text";
import { raise, raiseWith } from "../faults";
import { scratchAllocate, scratchMark, scratchRelease } from "../state/scratch";
import { skipCodePoints } from "../formats/utf8";
import {
  FAULT_INVALID_ARGUMENT, FAULT_INVALID_PATTERN, FAULT_TEXT_TOO_LONG, PATTERN_GROUPS, PATTERN_IS_INVALID, PATTERN_KIND, TEXT_BYTES_MAX,
} from "../../contract/abi";
import { openProgram, program } from "../pattern/program";
import { matchesFromStart } from "../pattern/backward";
import { findFrom, groupEnd, groupStart, matchFromStart, prepareMatching } from "../pattern/forward";
import { getField, keepRecord, knownRecord, newRecord, recallRecord, setField } from "../pattern/fields";
import { truncateText } from "./castTexts";
import { sequenceBytes } from "./letters";
import { setNull } from "./nulls";

/** Opens a program unless the pattern was invalid, which is a fault. */
function openPattern(pattern: Text): bool {
  if (load<u8>(textPointer(pattern), PATTERN_KIND) == PATTERN_IS_INVALID) {
    raiseWith(FAULT_INVALID_PATTERN, textOf(textPointer(pattern) + 4, textLength(pattern) - 4));
    return false;
  }
  openProgram(pattern);
  return true;
}

/**
 * True when the whole text matches.
 * @sql PATTERN_MATCHES(VARCHAR, VARBINARY) -> BOOLEAN
 * @faults invalid-pattern
 * @case 'abc' SIMILAR TO 'a%' = TRUE
 * @case 'abc' SIMILAR TO 'b' = FALSE
 * @case 'abab' SIMILAR TO '(ab)+' = TRUE
 * @case 'c' SIMILAR TO '[a-e^c]' = FALSE
 * @case 'd' SIMILAR TO '[a-e^c]' = TRUE
 * @case 'a%c' SIMILAR TO 'a\%c' ESCAPE '\' = TRUE
 * @case 'abc' NOT SIMILAR TO '_b_' = FALSE
 * @case '日本' SIMILAR TO '_本' = TRUE
 * @case CAST(NULL AS VARCHAR(3)) SIMILAR TO 'a' = NULL
 * @case 'abc' SIMILAR TO CAST(NULL AS VARCHAR(3)) = NULL
 * @case 'abc' SIMILAR TO '[(]' faults invalid-pattern
 */
export function patternMatches(text: Text, pattern: Text): bool {
  return openPattern(pattern) && matchesFromStart(text);
}

/**
 * A group of the first match in the text, or the match itself (group 0); NULL without one.
 * @sql PATTERN_SUBSTRING(VARCHAR, VARBINARY, INTEGER) -> VARCHAR
 * @nulls may-return
 * @faults invalid-pattern
 * @case SUBSTRING('order 4711 of 2020' FROM '[0-9]+') = '4711'
 * @case SUBSTRING('order' FROM '[0-9]+') = NULL
 * @case SUBSTRING('abc' FROM '') = ''
 * @case SUBSTRING('foobarfoo' SIMILAR 'foo#"bar#"foo' ESCAPE '#') = 'bar'
 * @case SUBSTRING(CAST(NULL AS VARCHAR(3)) FROM 'a') = NULL
 * @case SUBSTRING('abc' FROM '(') faults invalid-pattern
 */
export function patternSubstring(text: Text, pattern: Text, group: i32): Text {
  if (openPattern(pattern)) {
    const mark = scratchMark();
    const found = prepareMatching(text) && findFrom(0);
    const start = found ? groupStart(group) : -1;
    const length = found ? groupEnd(group) - start : 0;
    scratchRelease(mark);
    if (start >= 0) return textOf(textPointer(text) + start, length);
  }
  setNull();
  return EMPTY_TEXT;
}

/**
 * The groups of a pattern that matches the whole text, as a record; NULL without a match.
 * @sql PATTERN_PARSE(VARCHAR, VARBINARY) -> VARBINARY
 * @nulls may-return
 * @faults invalid-pattern
 */
export function patternParse(text: Text, pattern: Text): Text {
  if (recallRecord(text, pattern)) {
    if (knownRecord == EMPTY_TEXT) setNull();
    return knownRecord;
  }
  if (openPattern(pattern)) {
    const groups = <u32>load<u16>(program, PATTERN_GROUPS);
    const record = newRecord(groups);
    const mark = scratchMark();
    const found = prepareMatching(text) && matchFromStart();
    for (let group: u32 = 1; found && group <= groups; group++) {
      const start = groupStart(group);
      if (start >= 0) setField(record, group - 1, textPointer(text) + start, groupEnd(group) - start);
    }
    scratchRelease(mark);
    keepRecord(text, pattern, found ? record : EMPTY_TEXT);
    if (found) return record;
  }
  setNull();
  return EMPTY_TEXT;
}

/**
 * A field of a record, counted from 0: its first so many characters.
 * @sql PATTERN_FIELD(VARBINARY, INTEGER, INTEGER) -> VARCHAR
 * @nulls may-return
 * @total
 */
export function patternField(record: Text, field: i32, characters: i32): Text {
  return truncateText(getField(record, field), characters);
}

// A replacement in Java's syntax: `$n` a group (as many digits as name one), `\c` the character c.
function appendReplacement(output: usize, limit: usize, text: usize, replacement: Text): usize {
  let at = textPointer(replacement);
  const end = at + textLength(replacement);
  const groups = <i32>load<u16>(program, PATTERN_GROUPS);
  while (at < end) {
    let byte = load<u8>(at++);
    if (byte == 0x24) {
      let group = at < end ? <i32>load<u8>(at) - 0x30 : -1;
      if (group < 0 || group > 9 || group > groups) return wrongReplacement(replacement);
      for (at++; at < end; at++) {
        const digit = <i32>load<u8>(at) - 0x30;
        if (digit < 0 || digit > 9 || group * 10 + digit > groups) break;
        group = group * 10 + digit;
      }
      const from = groupStart(group);
      if (from >= 0) output = append(output, limit, text + from, groupEnd(group) - from);
    } else {
      if (byte == 0x5c) {
        if (at >= end) return wrongReplacement(replacement);
        byte = load<u8>(at++);
      }
      if (output < limit) store<u8>(output, byte);
      output++;
    }
  }
  return output;
}

function wrongReplacement(replacement: Text): usize {
  raiseWith(FAULT_INVALID_ARGUMENT, replacement);
  return 0;
}

// Copies as far as there is room; the end tells that it was too long.
function append(output: usize, limit: usize, from: usize, length: u32): usize {
  if (output + length <= limit) memory.copy(output, from, length);
  return output + length;
}

/**
 * The text with matches replaced, from a character position on: all for occurrence 0, otherwise that one.
 * @sql PATTERN_REPLACE(VARCHAR, VARBINARY, VARCHAR, INTEGER, INTEGER) -> VARCHAR
 * @faults invalid-pattern invalid-argument text-too-long
 * @case REGEX_REPLACE('TheDimmest', 'm', 'n', 1, 0) = 'TheDinnest'
 * @case REGEX_REPLACE('TheDimmest', 'm', 'n', 1, 2) = 'TheDimnest'
 * @case REGEX_REPLACE('TheDimmest', 'm', 'n', 7, 0) = 'TheDimnest'
 * @case REGEX_REPLACE('TheDimmest', 'm', 'n', 11, 0) = 'TheDimmest'
 * @case REGEX_REPLACE('2020-01-31', '(\d+)-(\d+)-(\d+)', '$3.$2.$1', 1, 0) = '31.01.2020'
 * @case REGEX_REPLACE('abc', 'b', '\$', 1, 0) = 'a$c'
 * @case REGEX_REPLACE('abc', '', '-', 1, 0) = '-a-b-c-'
 * @case REGEX_REPLACE('abc', 'b', CAST(NULL AS VARCHAR(3)), 1, 0) = NULL
 * @case REGEX_REPLACE('abc', 'b', 'x', 0, 0) faults invalid-argument
 * @case REGEX_REPLACE('abc', 'b', 'x', 1, -1) faults invalid-argument
 * @case REGEX_REPLACE('abc', '(b', 'x', 1, 0) faults invalid-pattern
 * @case REGEX_REPLACE('abc', 'b', '$1', 1, 0) faults invalid-argument
 */
export function patternReplace(text: Text, pattern: Text, replacement: Text, from: i32, occurrence: i32): Text {
  if (from < 1 || occurrence < 0) {
    raise(FAULT_INVALID_ARGUMENT);
    return EMPTY_TEXT;
  }
  const start = textPointer(text);
  const end = start + textLength(text);
  let at = skipCodePoints(start, end, from - 1);
  if (!openPattern(pattern) || (at == end && from > 1) || !prepareMatching(text)) return text;
  const output = scratchAllocate(TEXT_BYTES_MAX);
  const limit = output + TEXT_BYTES_MAX;
  let next = append(output, limit, start, <u32>(at - start));
  let copied = at;
  for (let number = 1; at <= end && findFrom(<u32>(at - start)); number++) {
    const first = start + groupStart(0);
    const behind = start + groupEnd(0);
    if (occurrence == 0 || number == occurrence) {
      next = append(next, limit, copied, <u32>(first - copied));
      next = appendReplacement(next, limit, start, replacement);
      if (next == 0) return EMPTY_TEXT;
      copied = behind;
      if (number == occurrence || next > limit) break;
    }
    // An empty match: the next one begins a character further.
    at = behind > first ? behind : behind < end ? behind + sequenceBytes(load<u8>(behind)) : end + 1;
  }
  next = append(next, limit, copied, <u32>(end - copied));
  if (next > limit) raise(FAULT_TEXT_TOO_LONG);
  return next > limit ? EMPTY_TEXT : textOf(output, <u32>(next - output));
}
