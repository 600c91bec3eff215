// From a token (assembly/formats/json: kind and text) to a column's type (KDA-SQL 6.4). JSON values and CSV fields share these.
// Each function stores the value at `value` and the null byte at `isNull`; a token that does not fit is FAULT_COERCION.
import { FAULT_COERCION } from "../../contract/abi";
import { EMPTY_TEXT, Text, textLength, textOf, textPointer } from "../text";
import { scratchAllocate } from "../state/scratch";
import { datetimeIsValid, parseDate, parseTime, parseTimestamp } from "./datetimes";
import { TOKEN_COMPOSITE, TOKEN_FALSE, TOKEN_NULL, TOKEN_NUMBER, TOKEN_STRING, TOKEN_TRUE, readToken, skipNumber, tokenEnd, tokenKind, tokenStart } from "./json";
import { exactPower, parseDouble, parseReal } from "./numbers";
import { binaryIsValid, parseBinary } from "./binaries";
import { countCodePoints, isAsciiText, skipCodePoints } from "./utf8";

/** Bytes of a failed value that are shown. */
const DETAIL_BYTES_MAX: usize = 100;

/** What is wrong with the row, 0 for nothing; and with which column. */
export let coerceFault: i32 = 0;
export let coerceColumn: i32 = -1;
/** The value that failed, as it stands in the record; empty where it is not plain text. */
export let coerceDetail: Text = EMPTY_TEXT;
/** The column whose value is being stored. */
let column: i32 = -1;
/** A column beyond those below does not fit: no later member mends it. */
let isFinal: bool = false;

// A byte for each column of the row, 1 where its value does not fit: a repeated member can take the place of a bad one (SEMANTICS 12).
const COLUMNS_MAX: i32 = 1024;
const failures: usize = memory.data(COLUMNS_MAX, 8);

/** Forgets all faults, before a row. */
export function clearCoerce(): void {
  if (coerceFault != 0) memory.fill(failures, 0, COLUMNS_MAX);
  coerceFault = 0;
  coerceColumn = -1;
  isFinal = false;
}

/** Names the column of the value that follows, which takes the place of an earlier one. */
// @ts-ignore: decorator
@inline
export function setColumn(index: i32): void {
  column = index;
  if (coerceFault != 0) mend(index);
}

/** Reads a column's value as a token; behind it, 0 when it is not valid JSON. */
export function readColumn(at: usize, outside: u32, index: i32): usize {
  setColumn(index);
  return readToken(at, outside);
}

/**
 * A member begins that holds the values of `count` columns: what an earlier one of that name gave is forgotten. Or an element of an array
 * has ended that did.
 */
export function forgetColumns(first: i32, count: i32): void {
  if (coerceFault == 0) return;
  for (let index = first; index < first + count; index++) mend(index);
}

function mend(index: i32): void {
  if (isFinal || index >= COLUMNS_MAX || load<u8>(failures + index) == 0) return;
  store<u8>(failures + index, 0);
  for (let other = 0; other < COLUMNS_MAX; other++) {
    if (load<u8>(failures + other) == 0) continue;
    coerceColumn = other;
    coerceDetail = EMPTY_TEXT;
    return;
  }
  coerceFault = 0;
  coerceColumn = -1;
}

function fail(code: i32): void {
  if (column >= COLUMNS_MAX) isFinal = true;
  else if (column >= 0 && !isFinal) store<u8>(failures + column, 1);
  if (coerceFault != 0) return;
  coerceFault = code;
  coerceColumn = column;
  coerceDetail = shownToken();
}

// Bytes beyond ASCII are left out: outside of JSON nobody has checked them yet.
function shownToken(): Text {
  if (tokenKind != TOKEN_STRING && tokenKind != TOKEN_NUMBER && tokenKind != TOKEN_COMPOSITE) return EMPTY_TEXT;
  const length = min<usize>(tokenEnd - tokenStart, DETAIL_BYTES_MAX);
  return isAsciiText(tokenStart, tokenStart + length) ? textOf(tokenStart, <u32>length) : EMPTY_TEXT;
}

// Null handling that all share: true when the token is done with.
// @ts-ignore: decorator
@inline
function storeNull(isNull: usize): bool {
  const none = tokenKind == TOKEN_NULL;
  store<u8>(isNull, u8(none));
  return none;
}

// A number token, or a string that has the form of one. What stands behind a CSV field might go on with it (a delimiter `.` or `e`).
function isNumeric(): bool {
  if (tokenKind == TOKEN_NUMBER) return true;
  if (tokenKind != TOKEN_STRING || tokenEnd == tokenStart) return false;
  const behind = load<u8>(tokenEnd);
  store<u8>(tokenEnd, 0);
  const end = skipNumber(tokenStart);
  store<u8>(tokenEnd, behind);
  return end == tokenEnd;
}

// What `isPlain` found: the digits as a number, how many of them stand behind the point, and the sign.
let plainDigits: u64 = 0;
let plainScale: i32 = 0;
let plainNegative: bool = false;

// A number or text in the form that most have: at most 16 characters behind the sign, no exponent, no more than a double holds exactly.
// One pass checks and reads it; all else takes the long way.
function isPlain(): bool {
  if (tokenKind != TOKEN_STRING && tokenKind != TOKEN_NUMBER) return false;
  let at = tokenStart;
  const end = tokenEnd;
  const negative = load<u8>(at) == 0x2d;
  if (negative) at++;
  const first = at;
  if (first >= end || end - first > 16) return false;
  let digits: u64 = 0;
  let point: usize = 0;
  for (; at < end; at++) {
    const digit = <u32>load<u8>(at) - 48;
    if (digit <= 9) digits = digits * 10 + digit;
    else if (digit == 0xfffffffe && point == 0 && at > first) point = at + 1;
    else return false;
  }
  if (point == end || digits > 9007199254740992) return false;
  // A zero in front of other digits is none of JSON's.
  if (load<u8>(first) == 0x30 && end - first > 1 && point != first + 2) return false;
  plainDigits = digits;
  plainScale = point == 0 ? 0 : <i32>(end - point);
  plainNegative = negative;
  return true;
}

/** BOOLEAN: `true` in any case, a number other than zero; any other text is FALSE. */
export function storeBoolean(value: usize, isNull: usize): void {
  if (storeNull(isNull)) return;
  let result = tokenKind == TOKEN_TRUE;
  if (tokenKind == TOKEN_STRING) {
    result = tokenEnd - tokenStart == 4 && (load<u32>(tokenStart) | 0x20202020) == 0x65757274;
  } else if (tokenKind == TOKEN_NUMBER) {
    result = parseDouble(tokenStart, tokenEnd) != 0;
  } else if (tokenKind == TOKEN_COMPOSITE) fail(FAULT_COERCION);
  store<i32>(value, i32(result));
}

// The token as an integer of at most `bits` bits. A fraction or exponent is an error, even 123.0.
function integerToken(bits: i32): i64 {
  if (tokenKind == TOKEN_TRUE) return 1;
  if (tokenKind == TOKEN_FALSE) return 0;
  if (isPlain() && plainScale == 0) return inBits(plainDigits, plainNegative, bits);
  if (!isNumeric()) {
    fail(FAULT_COERCION);
    return 0;
  }
  let at = tokenStart;
  const negative = load<u8>(at) == 0x2d;
  if (negative) at++;
  if (tokenEnd - at > 19) {
    fail(FAULT_COERCION);
    return 0;
  }
  let magnitude: u64 = 0;
  for (; at < tokenEnd; at++) {
    const digit = <u32>load<u8>(at) - 48;
    if (digit > 9) {
      fail(FAULT_COERCION);
      return 0;
    }
    magnitude = magnitude * 10 + digit;
  }
  return inBits(magnitude, negative, bits);
}

function inBits(magnitude: u64, negative: bool, bits: i32): i64 {
  const limit = (<u64>1 << (bits - 1)) - u64(!negative);
  if (magnitude > limit) fail(FAULT_COERCION);
  return negative ? -<i64>magnitude : <i64>magnitude;
}

/** TINYINT, SMALLINT and INTEGER by their bits: whole numbers, as numbers or text. */
export function storeInteger(value: usize, isNull: usize, bits: i32): void {
  if (storeNull(isNull)) return;
  store<i32>(value, <i32>integerToken(bits));
}

/** BIGINT, like the shorter integers. */
export function storeBigint(value: usize, isNull: usize): void {
  if (storeNull(isNull)) return;
  store<i64>(value, integerToken(64));
}

/** DOUBLE: any number in range, as number or text. */
export function storeDouble(value: usize, isNull: usize): void {
  if (storeNull(isNull)) return;
  store<f64>(value, doubleToken());
}

/** REAL, rounded once. */
export function storeReal(value: usize, isNull: usize): void {
  if (storeNull(isNull)) return;
  store<f32>(value, realToken());
}

function realToken(): f32 {
  if (tokenKind == TOKEN_TRUE) return 1;
  if (tokenKind == TOKEN_FALSE) return 0;
  if (!isNumeric()) {
    fail(FAULT_COERCION);
    return 0;
  }
  const result = parseReal(tokenStart, tokenEnd);
  if (result - result != 0) fail(FAULT_COERCION);
  return result;
}

function doubleToken(): f64 {
  if (isPlain()) {
    // Exact operands: the quotient is rounded once (Clinger, PLDI 1990).
    const value = plainScale == 0 ? <f64>plainDigits : <f64>plainDigits / exactPower(plainScale);
    return plainNegative ? -value : value;
  }
  if (tokenKind == TOKEN_TRUE) return 1;
  if (tokenKind == TOKEN_FALSE) return 0;
  if (!isNumeric()) {
    fail(FAULT_COERCION);
    return 0;
  }
  const result = parseDouble(tokenStart, tokenEnd);
  if (result - result != 0) fail(FAULT_COERCION);
  return result;
}

/** DECIMAL: exact, further digits rounded half away from zero. */
export function storeDecimal(value: usize, isNull: usize, scale: i32): void {
  if (storeNull(isNull)) return;
  if (tokenKind == TOKEN_TRUE || tokenKind == TOKEN_FALSE) {
    store<i64>(value, tokenKind == TOKEN_TRUE ? <i64>exactPower(scale) : 0);
    return;
  }
  if (!isNumeric()) {
    fail(FAULT_COERCION);
    return;
  }
  store<i64>(value, parseDecimal(tokenStart, tokenEnd, scale));
  if (!decimalFits) fail(FAULT_COERCION);
}

/** The last decimal that was parsed fits into 64 bits. */
export let decimalFits: bool = false;

/** A number in JSON form as an unscaled integer of `scale`, further digits rounded half away from zero; never through a double. */
export function parseDecimal(at: usize, end: usize, scale: i32): i64 {
  decimalFits = true;
  const negative = load<u8>(at) == 0x2d;
  if (negative || load<u8>(at) == 0x2b) at++;
  // The exponent is read first: it says how many digits count.
  let mark = at;
  while (mark < end && (load<u8>(mark) | 0x20) != 0x65) mark++;
  let places = scale;
  if (mark < end) {
    let sign = 1;
    let exponent = 0;
    for (let next = mark + 1; next < end; next++) {
      const c = load<u8>(next);
      if (c == 0x2d) sign = -1;
      else if (c != 0x2b && exponent < 10000) exponent = exponent * 10 + <i32>(c - 48);
    }
    places += sign * exponent;
  }
  let magnitude: u64 = 0;
  let seenPoint = false;
  let roundUp = false;
  let dropping = false;
  // Digits before the point that `places` < 0 cuts off: known only from the number of whole digits.
  let whole = 0;
  for (let next = at; next < mark && load<u8>(next) != 0x2e; next++) whole++;
  let keep = whole + places;
  for (; at < mark; at++) {
    const c = load<u8>(at);
    if (c == 0x2e) {
      seenPoint = true;
      continue;
    }
    if (keep <= 0) {
      if (!dropping) roundUp = keep == 0 && c >= 0x35;
      dropping = true;
      break;
    }
    keep--;
    if (magnitude > 922337203685477580) decimalFits = false;
    magnitude = magnitude * 10 + (c - 48);
  }
  for (; keep > 0 && magnitude != 0; keep--) {
    if (magnitude > 922337203685477580) {
      decimalFits = false;
      break;
    }
    magnitude *= 10;
  }
  if (roundUp) magnitude++;
  if (magnitude > <u64>i64.MAX_VALUE) decimalFits = false;
  return negative ? -<i64>magnitude : <i64>magnitude;
}

/** VARCHAR: text without escapes, anything else as written, cut at `length` code points. */
export function storeText(value: usize, isNull: usize, length: u32): void {
  if (storeNull(isNull)) return;
  const bytes = <u32>(tokenEnd - tokenStart);
  // A text of no more bytes than characters allowed can not be too long.
  const end = bytes <= length ? tokenEnd : skipCodePoints(tokenStart, tokenEnd, length);
  store<u64>(value, textOf(tokenStart, <u32>(end - tokenStart)));
}

/** CHAR: as VARCHAR, padded with blanks. */
export function storeCharacters(value: usize, isNull: usize, length: u32): void {
  if (storeNull(isNull)) return;
  const end = skipCodePoints(tokenStart, tokenEnd, length);
  const bytes = <u32>(end - tokenStart);
  const count = countCodePoints(tokenStart, bytes);
  const at = scratchAllocate(bytes + length - count);
  memory.copy(at, tokenStart, bytes);
  memory.fill(at + bytes, 0x20, length - count);
  store<u64>(value, textOf(at, bytes + length - count));
}

/** DATE: `yyyy-MM-dd`, or the date of a timestamp. */
export function storeDate(value: usize, isNull: usize): void {
  if (storeNull(isNull)) return;
  const timestamp = parseTimestamp(tokenStart, tokenEnd);
  const days = datetimeIsValid ? <i32>((timestamp - ((timestamp % 86400000) + 86400000) % 86400000) / 86400000) : parseDate(tokenStart, tokenEnd);
  if (tokenKind != TOKEN_STRING || !datetimeIsValid) fail(FAULT_COERCION);
  store<i32>(value, days);
}

/** TIME: `HH:mm:ss[.fff]`. */
export function storeTime(value: usize, isNull: usize): void {
  if (storeNull(isNull)) return;
  const ms = parseTime(tokenStart, tokenEnd);
  if (tokenKind != TOKEN_STRING || !datetimeIsValid) fail(FAULT_COERCION);
  store<i32>(value, ms);
}

/** TIMESTAMP: the forms of parseTimestamp. */
export function storeTimestamp(value: usize, isNull: usize): void {
  if (storeNull(isNull)) return;
  const ms = parseTimestamp(tokenStart, tokenEnd);
  if (tokenKind != TOKEN_STRING || !datetimeIsValid) fail(FAULT_COERCION);
  store<i64>(value, ms);
}

/** The time of a replay: ISO text, or a number of `unitMs` milliseconds since 1970. Anything else is NULL. */
export function storeTimeField(value: usize, isNull: usize, unitMs: i32): void {
  store<u8>(isNull, 1);
  if (tokenKind == TOKEN_STRING) {
    const ms = parseTimestamp(tokenStart, tokenEnd);
    if (datetimeIsValid) {
      store<u8>(isNull, 0);
      store<i64>(value, ms);
      return;
    }
  }
  if (!isNumeric()) return;
  const number = parseDecimal(tokenStart, tokenEnd, unitMs == 1000 ? 3 : 0);
  if (!decimalFits || number < -62135596800000 || number > 253402300799999) return;
  store<u8>(isNull, 0);
  store<i64>(value, number);
}

/**
 * BINARY from base64 text (RFC 4648, padding optional) or the text of a literal, `X'3F67'`; true and false are the lowest bit of one byte,
 * or of all bytes where their number is `fixed`.
 */
export function storeBinary(value: usize, isNull: usize, length: u32, fixed: bool): void {
  if (storeNull(isNull)) return;
  if (tokenKind == TOKEN_TRUE || tokenKind == TOKEN_FALSE) {
    const bytes = fixed ? length : 1;
    const start = scratchAllocate(bytes);
    memory.fill(start, 0, bytes);
    store<u8>(start + bytes - 1, u8(tokenKind == TOKEN_TRUE));
    store<u64>(value, textOf(start, bytes));
    return;
  }
  if (tokenKind != TOKEN_STRING) {
    fail(FAULT_COERCION);
    return;
  }
  const bytes = parseBinary(tokenStart, tokenEnd);
  if (binaryIsValid) store<u64>(value, textOf(textPointer(bytes), min<u32>(textLength(bytes), length)));
  else fail(FAULT_COERCION);
}
