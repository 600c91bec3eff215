// Conversions between datetimes and text by a pattern of Java's SimpleDateFormat (KDA-SQL 4.4). The tags are the declarations
// (ARCHITECTURE.md). UNIX_TIMESTAMP and TO_TIMESTAMP stand in datetime.ts.
import { EMPTY_TEXT, Text, textOf } from "../text";
import { DAY_MS } from "../formats/datetimes";
import { castTimestampToTime } from "./castDatetimes";
import { dayOfTimestamp } from "./calendar";
import { formatTimestamp } from "./dateformat";
import { parseByPattern } from "./dateparse";
import { setNull } from "./nulls";

const NULL_WORD: usize = memory.data<u8>([110, 117, 108, 108, 0, 0, 0, 0, 0, 0, 0, 0]);

/**
 * The timestamp that the text is by the pattern. Missing fields are those of 1970-01-01 00:00:00; what follows is ignored.
 * @sql CHAR_TO_TIMESTAMP(VARCHAR, VARCHAR) -> TIMESTAMP
 * @faults invalid-cast invalid-pattern
 * @case CHAR_TO_TIMESTAMP('yyyy-MM-dd HH:mm:ss', '2009-09-16 03:15:24') = TIMESTAMP '2009-09-16 03:15:24'
 * @case CHAR_TO_TIMESTAMP('dd/MMM/yyyy:HH:mm:ss z', '24/May/2004:22:01:02 UTC') = TIMESTAMP '2004-05-24 22:01:02'
 * @case CHAR_TO_TIMESTAMP('yyyy-MM', '2009-09-16') = TIMESTAMP '2009-09-01 00:00:00'
 * @case CHAR_TO_TIMESTAMP('yyyy-MM-dd', '09-09-16') = TIMESTAMP '0009-09-16 00:00:00'
 * @case CHAR_TO_TIMESTAMP('yyyy-MM-dd', CAST(NULL AS VARCHAR(9))) = NULL
 * @case CHAR_TO_TIMESTAMP('yyyy-MM-dd', '2009-02-29') faults invalid-cast
 * @case CHAR_TO_TIMESTAMP('yyyy-bb', '2009-02') faults invalid-pattern
 */
export function charToTimestamp(pattern: Text, text: Text): i64 {
  return parseByPattern(pattern, text);
}

/**
 * The date that the text is by the pattern.
 * @sql CHAR_TO_DATE(VARCHAR, VARCHAR) -> DATE
 * @faults invalid-cast invalid-pattern
 * @case CHAR_TO_DATE('MM/dd/yyyy', '09/16/2009') = DATE '2009-09-16'
 * @case CHAR_TO_DATE('MM/dd/yyyy', CAST(NULL AS VARCHAR(9))) = NULL
 * @case CHAR_TO_DATE('MM/dd/yyyy', '16/09/2009') faults invalid-cast
 */
export function charToDate(pattern: Text, text: Text): i32 {
  return dayOfTimestamp(parseByPattern(pattern, text));
}

/**
 * The time that the text is by the pattern.
 * @sql CHAR_TO_TIME(VARCHAR, VARCHAR) -> TIME
 * @faults invalid-cast invalid-pattern
 * @case CHAR_TO_TIME('hh:mm a', '03:15 PM') = TIME '15:15:00'
 * @case CHAR_TO_TIME('HH:mm', '24:00') faults invalid-cast
 */
export function charToTime(pattern: Text, text: Text): i32 {
  return castTimestampToTime(parseByPattern(pattern, text));
}

// The text by the pattern; a NULL value is the word null, a NULL pattern gives NULL.
function format(pattern: Text, patternIsNull: bool, timestamp: i64, isNull: bool): Text {
  if (patternIsNull) {
    setNull();
    return EMPTY_TEXT;
  }
  return isNull ? textOf(NULL_WORD, 4) : formatTimestamp(pattern, timestamp);
}

/**
 * The timestamp as text by the pattern; NULL as the word null.
 * @sql TIMESTAMP_TO_CHAR(VARCHAR, TIMESTAMP) -> VARCHAR
 * @nulls accepts
 * @faults invalid-pattern
 * @case TIMESTAMP_TO_CHAR('yyyy-MM-dd HH:mm:ss.SSS', TIMESTAMP '2009-09-16 03:15:24.5') = '2009-09-16 03:15:24.500'
 * @case TIMESTAMP_TO_CHAR('EEE, d MMM yy', TIMESTAMP '2009-09-16 03:15:24') = 'Wed, 16 Sep 09'
 * @case TIMESTAMP_TO_CHAR('yyyy', CAST(NULL AS TIMESTAMP)) = 'null'
 * @case TIMESTAMP_TO_CHAR('yyyy-bb', TIMESTAMP '2009-09-16 03:15:24') faults invalid-pattern
 */
export function timestampToChar(pattern: Text, patternIsNull: bool, timestamp: i64, isNull: bool): Text {
  return format(pattern, patternIsNull, timestamp, isNull);
}

/**
 * The date as text by the pattern; NULL as the word null.
 * @sql DATE_TO_CHAR(VARCHAR, DATE) -> VARCHAR
 * @nulls accepts
 * @faults invalid-pattern
 * @case DATE_TO_CHAR('dd.MM.yyyy', DATE '2009-09-16') = '16.09.2009'
 * @case DATE_TO_CHAR('yyyy', CAST(NULL AS DATE)) = 'null'
 */
export function dateToChar(pattern: Text, patternIsNull: bool, date: i32, isNull: bool): Text {
  return format(pattern, patternIsNull, <i64>date * DAY_MS, isNull);
}

/**
 * The time as text by the pattern; NULL as the word null.
 * @sql TIME_TO_CHAR(VARCHAR, TIME) -> VARCHAR
 * @nulls accepts
 * @faults invalid-pattern
 * @case TIME_TO_CHAR('h:mm a', TIME '15:15:00') = '3:15 PM'
 * @case TIME_TO_CHAR('HH', CAST(NULL AS TIME)) = 'null'
 */
export function timeToChar(pattern: Text, patternIsNull: bool, time: i32, isNull: bool): Text {
  return format(pattern, patternIsNull, time, isNull);
}
