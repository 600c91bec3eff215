// Character functions of KDA-SQL 4.7 and `||`. The tags are the declarations (ARCHITECTURE.md). Positions and lengths count code points
// (DECISIONS 11); positions begin at 1.
import { EMPTY_TEXT, Text, textLength, textOf, textPointer } from "../text";
import { raise } from "../faults";
import { FAULT_INVALID_ARGUMENT, FAULT_TEXT_TOO_LONG, TEXT_BYTES_MAX } from "../../contract/abi";
import { equalBytes } from "../state/hash";
import { scratchAllocate } from "../state/scratch";
import { countCodePoints, skipCodePoints } from "../formats/utf8";
import { TO_INITIALS, TO_LOWER, TO_UPPER, mapText } from "./letters";
import { setNull } from "./nulls";

// ---- Lengths and case ---------------------------------------------------------------------------------------

/**
 * Number of characters; those of a CHAR include its padding.
 * @sql CHAR_LENGTH(VARCHAR) -> INTEGER
 * @sql CHARACTER_LENGTH(VARCHAR) -> INTEGER
 * @case CHAR_LENGTH('one') = 3
 * @case CHAR_LENGTH('') = 0
 * @case CHAR_LENGTH('日本') = 2
 * @case CHARACTER_LENGTH(CAST('fred' AS CHAR(16))) = 16
 * @case CHAR_LENGTH(CAST(NULL AS VARCHAR(5))) = NULL
 */
export function charLength(text: Text): i32 {
  return countCodePoints(textPointer(text), textLength(text));
}

/**
 * Number of bytes.
 * @sql OCTET_LENGTH(VARCHAR) -> INTEGER
 * @sql OCTET_LENGTH(VARBINARY) -> INTEGER
 * @case OCTET_LENGTH('abc') = 3
 * @case OCTET_LENGTH('日本') = 6
 * @case OCTET_LENGTH(CAST(NULL AS VARCHAR(5))) = NULL
 */
export function octetLength(text: Text): i32 {
  return textLength(text);
}

/**
 * All letters small.
 * @sql LOWER(VARCHAR) -> VARCHAR
 * @case LOWER('abcDEFghi123') = 'abcdefghi123'
 * @case LOWER('ÄÖÜ') = 'äöü'
 * @case LOWER('') = ''
 * @case LOWER(CAST(NULL AS VARCHAR(5))) = NULL
 */
export function lower(text: Text): Text {
  return mapText(text, TO_LOWER);
}

/**
 * All letters capital.
 * @sql UPPER(VARCHAR) -> VARCHAR
 * @case UPPER('abcDEFghi123') = 'ABCDEFGHI123'
 * @case UPPER('привет, κόσμος') = 'ПРИВЕТ, ΚΌΣΜΟΣ'
 * @case UPPER('') = ''
 * @case UPPER(CAST(NULL AS VARCHAR(5))) = NULL
 */
export function upper(text: Text): Text {
  return mapText(text, TO_UPPER);
}

/**
 * The first letter of each word capital, all others small.
 * @sql INITCAP(VARCHAR) -> VARCHAR
 * @case INITCAP('Each FIRST lEtTeR is cApItAlIzEd') = 'Each First Letter Is Capitalized'
 * @case INITCAP('') = ''
 * @case INITCAP(CAST(NULL AS VARCHAR(5))) = NULL
 */
export function initcap(text: Text): Text {
  return mapText(text, TO_INITIALS);
}

// ---- Parts --------------------------------------------------------------------------------------------------

// The characters from position `from` up to before `to`, both clamped to the text.
function slice(text: Text, from: i64, to: i64): Text {
  const start = textPointer(text);
  const end = start + textLength(text);
  const first = max<i64>(from, 1);
  if (to <= first || first > <i64>textLength(text)) return EMPTY_TEXT;
  const begin = skipCodePoints(start, end, <u32>(first - 1));
  const stop = to - first >= <i64>(end - begin) ? end : skipCodePoints(begin, end, <u32>(to - first));
  return textOf(begin, <u32>(stop - begin));
}

// The same over bytes.
function sliceBytes(text: Text, from: i64, to: i64): Text {
  const first = max<i64>(from, 1);
  const last = min<i64>(to, <i64>textLength(text) + 1);
  return last <= first ? EMPTY_TEXT : textOf(textPointer(text) + <usize>(first - 1), <u32>(last - first));
}

// @ts-ignore: decorator
@inline
function checkCount(count: i32): i64 {
  if (count < 0) raise(FAULT_INVALID_ARGUMENT);
  return max(count, 0);
}

/**
 * The text from a position on: SUBSTRING(s FROM p). Beyond the end: ''.
 * @sql SUBSTRING_FROM(VARCHAR, INTEGER) -> VARCHAR
 * @case SUBSTRING('abcdef' FROM 3) = 'cdef'
 * @case SUBSTRING('abc' FROM -1) = 'abc'
 * @case SUBSTRING('abc' FROM 4) = ''
 * @case SUBSTRING('abc' FROM CAST(NULL AS INTEGER)) = NULL
 */
export function substringFrom(text: Text, from: i32): Text {
  return slice(text, from, i64.MAX_VALUE);
}

/**
 * So many characters from a position on: SUBSTRING(s FROM p FOR n). Positions before 1 count. Beyond the end: ''.
 * @sql SUBSTRING_FROM(VARCHAR, INTEGER, INTEGER) -> VARCHAR
 * @faults invalid-argument
 * @case SUBSTRING('123456789' FROM 3 FOR 4) = '3456'
 * @case SUBSTRING('123456789' FROM -1 FOR 4) = '12'
 * @case SUBSTRING('123456789' FROM 17 FOR 4) = ''
 * @case SUBSTRING('äöü' FROM 2 FOR 1) = 'ö'
 * @case SUBSTRING('abc' FROM 1 FOR -1) faults invalid-argument
 */
export function substringFromFor(text: Text, from: i32, count: i32): Text {
  return slice(text, from, <i64>from + checkCount(count));
}

/**
 * The text from a position on. Beyond the end: NULL (DECISIONS 19).
 * @sql SUBSTRING(VARCHAR, INTEGER) -> VARCHAR
 * @nulls may-return
 * @case SUBSTRING('abcdef', 3) = 'cdef'
 * @case SUBSTRING('abcdef', 7) = NULL
 * @case SUBSTRING(CAST(NULL AS VARCHAR(5)), 7) = NULL
 */
export function substring(text: Text, from: i32): Text {
  return nullBeyond(text, from) ? EMPTY_TEXT : slice(text, from, i64.MAX_VALUE);
}

/**
 * So many characters from a position on. Beyond the end: NULL (DECISIONS 19).
 * @sql SUBSTRING(VARCHAR, INTEGER, INTEGER) -> VARCHAR
 * @nulls may-return
 * @faults invalid-argument
 * @case SUBSTRING('123456789', 3, 4) = '3456'
 * @case SUBSTRING('123456789', 17, 4) = NULL
 * @case SUBSTRING('abc', 1, -1) faults invalid-argument
 */
export function substringCount(text: Text, from: i32, count: i32): Text {
  return nullBeyond(text, from) ? EMPTY_TEXT : slice(text, from, <i64>from + checkCount(count));
}

function nullBeyond(text: Text, from: i32): bool {
  if (from <= 0 || <u32>from <= countCodePoints(textPointer(text), textLength(text))) return false;
  setNull();
  return true;
}

/**
 * The bytes from a position on: SUBSTRING(b FROM p).
 * @sql SUBSTRING_FROM(VARBINARY, INTEGER) -> VARBINARY
 * @case SUBSTRING(X'010203' FROM 2) = X'0203'
 */
export function substringBytes(bytes: Text, from: i32): Text {
  return sliceBytes(bytes, from, i64.MAX_VALUE);
}

/**
 * So many bytes from a position on: SUBSTRING(b FROM p FOR n).
 * @sql SUBSTRING_FROM(VARBINARY, INTEGER, INTEGER) -> VARBINARY
 * @faults invalid-argument
 * @case SUBSTRING(X'010203' FROM 2 FOR 1) = X'02'
 */
export function substringBytesFor(bytes: Text, from: i32, count: i32): Text {
  return sliceBytes(bytes, from, <i64>from + checkCount(count));
}

/**
 * The bytes from a position on. Beyond the end: NULL.
 * @sql SUBSTRING(VARBINARY, INTEGER) -> VARBINARY
 * @nulls may-return
 * @case SUBSTRING(X'010203', 2) = X'0203'
 * @case SUBSTRING(X'010203', 4) = NULL
 */
export function substringOfBytes(bytes: Text, from: i32): Text {
  return nullBeyondBytes(bytes, from) ? EMPTY_TEXT : sliceBytes(bytes, from, i64.MAX_VALUE);
}

/**
 * So many bytes from a position on. Beyond the end: NULL.
 * @sql SUBSTRING(VARBINARY, INTEGER, INTEGER) -> VARBINARY
 * @nulls may-return
 * @faults invalid-argument
 * @case SUBSTRING(X'010203', 2, 1) = X'02'
 * @case SUBSTRING(X'010203', 1, -1) faults invalid-argument
 */
export function substringOfBytesCount(bytes: Text, from: i32, count: i32): Text {
  return nullBeyondBytes(bytes, from) ? EMPTY_TEXT : sliceBytes(bytes, from, <i64>from + checkCount(count));
}

function nullBeyondBytes(bytes: Text, from: i32): bool {
  if (from <= 0 || <u32>from <= textLength(bytes)) return false;
  setNull();
  return true;
}

/**
 * The text with as many characters as the replacement has, from a position on, replaced by it.
 * @sql OVERLAY(VARCHAR, VARCHAR, INTEGER) -> VARCHAR
 * @faults text-too-long
 * @case OVERLAY('12345' PLACING 'foo' FROM 1) = 'foo45'
 * @case OVERLAY('12345' PLACING 'foo' FROM -2) = 'foo12345'
 * @case OVERLAY('12345' PLACING 'foo' FROM 17) = '12345foo'
 * @case OVERLAY('12345' PLACING NULL FROM 1) = NULL
 */
export function overlay(text: Text, replacement: Text, from: i32): Text {
  return overlayFor(text, replacement, from, charLength(replacement));
}

/**
 * The text with so many characters from a position on replaced.
 * @sql OVERLAY(VARCHAR, VARCHAR, INTEGER, INTEGER) -> VARCHAR
 * @faults invalid-argument text-too-long
 * @case OVERLAY('12345' PLACING 'foo' FROM 2 FOR 0) = '1foo2345'
 * @case OVERLAY('12345' PLACING 'foo' FROM 2 FOR 9) = '1foo'
 * @case OVERLAY('12345' PLACING 'foo' FROM 2 FOR -1) faults invalid-argument
 */
export function overlayFor(text: Text, replacement: Text, from: i32, count: i32): Text {
  const head = slice(text, 1, from);
  const tail = slice(text, <i64>from + checkCount(count), i64.MAX_VALUE);
  return concatOperator(concatOperator(head, replacement), tail);
}

/**
 * One text after the other.
 * @sql CONCAT_OPERATOR(VARCHAR, VARCHAR) -> VARCHAR
 * @sql CONCAT_OPERATOR(VARBINARY, VARBINARY) -> VARBINARY
 * @faults text-too-long
 * @case 'a' || 'b' = 'ab'
 * @case '' || 'b' = 'b'
 * @case 'a' || NULL = NULL
 */
export function concatOperator(left: Text, right: Text): Text {
  const first = textLength(left);
  const second = textLength(right);
  if (second == 0) return left;
  if (first == 0) return right;
  if (first + second > <u32>TEXT_BYTES_MAX) {
    raise(FAULT_TEXT_TOO_LONG);
    return left;
  }
  const at = scratchAllocate(first + second);
  memory.copy(at, textPointer(left), first);
  memory.copy(at + first, textPointer(right), second);
  return textOf(at, first + second);
}

/**
 * Position of the first text in the second, 0 when it isn't there; '' is found at 1.
 * @sql POSITION(VARCHAR, VARCHAR) -> INTEGER
 * @case POSITION('findme' IN '1234findmeXXX') = 5
 * @case POSITION('findme' IN '1234not-hereXXX') = 0
 * @case POSITION('' IN 'abc') = 1
 * @case POSITION('b' IN 'äb') = 2
 * @case POSITION(CAST(NULL AS VARCHAR(3)) IN 'abc') = NULL
 */
export function position(part: Text, text: Text): i32 {
  const length = textLength(part);
  if (length == 0) return 1;
  if (length > textLength(text)) return 0;
  const start = textPointer(text);
  const last = start + textLength(text) - length;
  const wanted = textPointer(part);
  const first = load<u8>(wanted);
  for (let at = start; at <= last; at++) {
    if (load<u8>(at) == first && equalBytes(at, wanted, length)) return countCodePoints(start, <u32>(at - start)) + 1;
  }
  return 0;
}

// ---- TRIM ---------------------------------------------------------------------------------------------------

// Cuts the character from the front (1), the back (2) or both (3).
function trimEnds(text: Text, character: Text, ends: i32): Text {
  const length = textLength(character);
  const wanted = textPointer(character);
  if (countCodePoints(wanted, length) != 1) {
    raise(FAULT_INVALID_ARGUMENT);
    return text;
  }
  let start = textPointer(text);
  let end = start + textLength(text);
  if ((ends & 1) != 0) while (end - start >= length && equalBytes(start, wanted, length)) start += length;
  if ((ends & 2) != 0) while (end - start >= length && equalBytes(end - length, wanted, length)) end -= length;
  return textOf(start, <u32>(end - start));
}

/**
 * The text without the character at its beginning: TRIM(LEADING c FROM s).
 * @sql TRIM_LEADING(VARCHAR, VARCHAR) -> VARCHAR
 * @faults invalid-argument
 * @case TRIM(LEADING 'x' FROM 'xxaxx') = 'axx'
 * @case TRIM(LEADING 'xy' FROM 'xxaxx') faults invalid-argument
 */
export function trimLeading(text: Text, character: Text): Text {
  return trimEnds(text, character, 1);
}

/**
 * The text without the character at its end: TRIM(TRAILING c FROM s).
 * @sql TRIM_TRAILING(VARCHAR, VARCHAR) -> VARCHAR
 * @faults invalid-argument
 * @case TRIM(TRAILING 'x' FROM 'xxaxx') = 'xxa'
 */
export function trimTrailing(text: Text, character: Text): Text {
  return trimEnds(text, character, 2);
}

/**
 * The text without the character at both ends; a blank unless another is given: TRIM([BOTH c FROM] s).
 * @sql TRIM_BOTH(VARCHAR, VARCHAR) -> VARCHAR
 * @faults invalid-argument
 * @case TRIM('  a b  ') = 'a b'
 * @case TRIM(BOTH 'x' FROM 'xxx') = ''
 * @case TRIM(CAST(NULL AS VARCHAR(3))) = NULL
 */
export function trimBoth(text: Text, character: Text): Text {
  return trimEnds(text, character, 3);
}
