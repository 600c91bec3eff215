// Date and time functions (KDA-SQL 4.5). Fields are numbers (calendar.ts); all times UTC.
import { raise } from "../faults";
import { FAULT_INVALID_ARGUMENT } from "../../contract/abi";
import { DAY_MS, daysFromCivil } from "../formats/datetimes";
import {
  FIELD_DAY, FIELD_HOUR, FIELD_MINUTE, FIELD_MONTH, FIELD_YEAR, HOUR_MS, MINUTE_MS, addMonths, checkDate, checkTimestamp, civilDay, civilMonth, civilYear,
  dayOfTimestamp, fieldMs, floorMultiple, splitDays,
} from "./calendar";

// The first day of the year or month that a day lies in, or the day.
function floorDays(days: i32, field: i32): i32 {
  if (field >= FIELD_DAY) return days;
  splitDays(days);
  return daysFromCivil(civilYear, field == FIELD_YEAR ? 1 : civilMonth, 1);
}

/**
 * The timestamp cut to a unit, YEAR to SECOND.
 * @sql FLOOR(TIMESTAMP, FIELD) -> TIMESTAMP
 * @case FLOOR(TIMESTAMP '2004-09-30 13:48:23.987' TO HOUR) = TIMESTAMP '2004-09-30 13:00:00'
 * @case FLOOR(TIMESTAMP '2004-09-30 13:48:23' TO MONTH) = TIMESTAMP '2004-09-01 00:00:00'
 */
export function floorTimestamp(value: i64, field: i32): i64 {
  if (field >= FIELD_DAY) return floorMultiple(value, fieldMs(field));
  return <i64>floorDays(dayOfTimestamp(value), field) * DAY_MS;
}

/**
 * The timestamp raised to the next whole unit; an exact one stays.
 * @sql CEIL(TIMESTAMP, FIELD) -> TIMESTAMP
 * @faults datetime-overflow
 * @case CEIL(TIMESTAMP '2004-09-30 13:48:23' TO MINUTE) = TIMESTAMP '2004-09-30 13:49:00'
 * @case CEIL(TIMESTAMP '2004-09-30 13:00:00' TO HOUR) = TIMESTAMP '2004-09-30 13:00:00'
 */
export function ceilTimestamp(value: i64, field: i32): i64 {
  const floor = floorTimestamp(value, field);
  if (floor == value) return value;
  if (field >= FIELD_DAY) return checkTimestamp(floor + fieldMs(field));
  return checkTimestamp(<i64>addMonths(dayOfTimestamp(floor), field == FIELD_YEAR ? 12 : 1) * DAY_MS);
}

/**
 * The date cut to a unit.
 * @sql FLOOR(DATE, FIELD) -> DATE
 * @case FLOOR(DATE '2004-09-30' TO YEAR) = DATE '2004-01-01'
 */
export function floorDate(value: i32, field: i32): i32 {
  return floorDays(value, field);
}

/**
 * The date raised to the next whole unit.
 * @sql CEIL(DATE, FIELD) -> DATE
 * @faults datetime-overflow
 * @case CEIL(DATE '2004-09-30' TO MONTH) = DATE '2004-10-01'
 */
export function ceilDate(value: i32, field: i32): i32 {
  const floor = floorDays(value, field);
  return floor == value ? value : addMonths(floor, field == FIELD_YEAR ? 12 : 1);
}

/**
 * The time of day cut to a unit.
 * @sql FLOOR(TIME, FIELD) -> TIME
 * @case FLOOR(TIME '13:48:23' TO HOUR) = TIME '13:00:00'
 */
export function floorTime(value: i32, field: i32): i32 {
  return field < FIELD_HOUR ? 0 : <i32>floorMultiple(value, fieldMs(field));
}

/**
 * The time of day raised to the next whole unit; past midnight it is 00:00:00.
 * @sql CEIL(TIME, FIELD) -> TIME
 * @case CEIL(TIME '13:48:23' TO MINUTE) = TIME '13:49:00'
 */
export function ceilTime(value: i32, field: i32): i32 {
  const floor = floorTime(value, field);
  return floor == value ? value : <i32>((<i64>floor + fieldMs(field)) % DAY_MS);
}

/**
 * The interval cut to a unit, toward minus infinity.
 * @sql FLOOR(INTERVAL, FIELD) -> INTERVAL
 */
export function floorInterval(value: i64, field: i32): i64 {
  return field < FIELD_DAY ? value : floorMultiple(value, fieldMs(field));
}

/**
 * The interval raised to a whole unit.
 * @sql CEIL(INTERVAL, FIELD) -> INTERVAL
 */
export function ceilInterval(value: i64, field: i32): i64 {
  return field < FIELD_DAY ? value : -floorMultiple(-value, fieldMs(field));
}

/**
 * The interval of months cut to a unit.
 * @sql FLOOR(INTERVAL MONTH, FIELD) -> INTERVAL MONTH
 */
export function floorIntervalMonth(value: i32, field: i32): i32 {
  return field == FIELD_YEAR ? <i32>floorMultiple(value, 12) : value;
}

/**
 * The timestamp cut to a multiple of the interval since 1970 (DECISIONS 2).
 * @sql STEP(TIMESTAMP, INTERVAL) -> TIMESTAMP
 * @faults invalid-argument
 * @case STEP(TIMESTAMP '2004-09-30 13:48:23' BY INTERVAL '10' SECOND) = TIMESTAMP '2004-09-30 13:48:20'
 */
export function stepTimestamp(value: i64, unit: i64): i64 {
  if (unit <= 0) {
    raise(FAULT_INVALID_ARGUMENT);
    return value;
  }
  return floorMultiple(value, unit);
}

/**
 * The interval cut to a multiple of another one.
 * @sql STEP(INTERVAL, INTERVAL) -> INTERVAL
 * @faults invalid-argument
 */
export function stepInterval(value: i64, unit: i64): i64 {
  return stepTimestamp(value, unit);
}

/**
 * The interval of months cut to a multiple of another one.
 * @sql STEP(INTERVAL MONTH, INTERVAL MONTH) -> INTERVAL MONTH
 * @faults invalid-argument
 * @case STEP(INTERVAL '14' MONTH BY INTERVAL '1' YEAR) = INTERVAL '12' MONTH
 */
export function stepIntervalMonth(value: i32, unit: i32): i32 {
  return <i32>stepTimestamp(value, unit);
}

/**
 * The date cut to a multiple of the interval since 1970.
 * @sql STEP(DATE, INTERVAL) -> DATE
 * @faults invalid-argument
 * @case STEP(DATE '2004-09-27' BY INTERVAL '5' DAY) = DATE '2004-09-24'
 */
export function stepDate(value: i32, unit: i64): i32 {
  return dayOfTimestamp(stepTimestamp(<i64>value * DAY_MS, unit));
}

/**
 * The time of day cut to a multiple of the interval.
 * @sql STEP(TIME, INTERVAL) -> TIME
 * @faults invalid-argument
 * @case STEP(TIME '13:48:23' BY INTERVAL '10' SECOND) = TIME '13:48:20'
 */
export function stepTime(value: i32, unit: i64): i32 {
  return <i32>stepTimestamp(value, unit);
}

// A date cut to a multiple of months since 1970.
function stepMonths(days: i32, unit: i32): i32 {
  if (unit <= 0) {
    raise(FAULT_INVALID_ARGUMENT);
    return days;
  }
  splitDays(days);
  const months = <i32>floorMultiple((civilYear - 1970) * 12 + civilMonth - 1, unit);
  return checkDate(<i64>daysFromCivil(1970 + <i32>(floorMultiple(months, 12) / 12), months - <i32>floorMultiple(months, 12) + 1, 1));
}

/**
 * The timestamp cut to a multiple of months or years by the calendar.
 * @sql STEP(TIMESTAMP, INTERVAL MONTH) -> TIMESTAMP
 * @faults invalid-argument
 * @case STEP(TIMESTAMP '2004-09-30 13:48:23' BY INTERVAL '1' MONTH) = TIMESTAMP '2004-09-01 00:00:00'
 */
export function stepTimestampMonths(value: i64, unit: i32): i64 {
  return <i64>stepMonths(dayOfTimestamp(value), unit) * DAY_MS;
}

/**
 * The date cut to a multiple of months or years by the calendar.
 * @sql STEP(DATE, INTERVAL MONTH) -> DATE
 * @faults invalid-argument
 */
export function stepDateMonths(value: i32, unit: i32): i32 {
  return stepMonths(value, unit);
}

function dayField(field: i32, days: i32): i64 {
  splitDays(days);
  return field == FIELD_YEAR ? civilYear : field == FIELD_MONTH ? civilMonth : civilDay;
}

function timeField(field: i32, ms: i64): i64 {
  if (field == FIELD_HOUR) return ms / HOUR_MS;
  return field == FIELD_MINUTE ? (ms / MINUTE_MS) % 60 : (ms / 1000) % 60;
}

/**
 * A field of a timestamp.
 * @sql EXTRACT(FIELD, TIMESTAMP) -> BIGINT
 * @case EXTRACT(HOUR FROM TIMESTAMP '2004-09-30 13:48:23') = 13
 * @case EXTRACT(YEAR FROM TIMESTAMP '2004-09-30 13:48:23') = 2004
 */
export function extractTimestamp(field: i32, value: i64): i64 {
  const days = dayOfTimestamp(value);
  return field <= FIELD_DAY ? dayField(field, days) : timeField(field, value - <i64>days * DAY_MS);
}

/**
 * A field of a date.
 * @sql EXTRACT(FIELD, DATE) -> BIGINT
 * @case EXTRACT(MONTH FROM DATE '2004-09-30') = 9
 */
export function extractDate(field: i32, value: i32): i64 {
  return field <= FIELD_DAY ? dayField(field, value) : 0;
}

/**
 * A field of a time of day.
 * @sql EXTRACT(FIELD, TIME) -> BIGINT
 * @case EXTRACT(MINUTE FROM TIME '13:48:23') = 48
 */
export function extractTime(field: i32, value: i32): i64 {
  return field <= FIELD_DAY ? 0 : timeField(field, value);
}

/**
 * A field of an interval.
 * @sql EXTRACT(FIELD, INTERVAL) -> BIGINT
 */
export function extractInterval(field: i32, value: i64): i64 {
  if (field <= FIELD_DAY) return field == FIELD_DAY ? value / DAY_MS : 0;
  return timeField(field, value % DAY_MS);
}

/**
 * A field of an interval of months.
 * @sql EXTRACT(FIELD, INTERVAL MONTH) -> BIGINT
 */
export function extractIntervalMonth(field: i32, value: i32): i64 {
  return field == FIELD_YEAR ? value / 12 : field == FIELD_MONTH ? value % 12 : 0;
}

/**
 * Seconds with their fraction (EXTRACT(SECOND FROM x)).
 * @sql EXTRACT_SECOND(TIMESTAMP) -> DECIMAL(5,3)
 * @case EXTRACT(SECOND FROM TIMESTAMP '2004-09-30 13:48:23.678') = 23.678
 * @case EXTRACT(SECOND FROM TIMESTAMP '1969-12-31 23:59:59.5') = 59.5
 * @case EXTRACT(SECOND FROM CAST(NULL AS TIMESTAMP)) = NULL
 */
export function extractSecondTimestamp(value: i64): i64 {
  return value - floorMultiple(value, MINUTE_MS);
}

/**
 * Seconds with their fraction and the interval's sign.
 * @sql EXTRACT_SECOND(INTERVAL) -> DECIMAL(5,3)
 * @case EXTRACT(SECOND FROM INTERVAL '2 3:4:5.678' DAY TO SECOND) = 5.678
 * @case EXTRACT(SECOND FROM INTERVAL '-0:05.5' MINUTE TO SECOND) = -5.5
 */
export function extractSecondInterval(value: i64): i64 {
  return value % MINUTE_MS;
}

/**
 * Seconds of a date: 0.
 * @sql EXTRACT_SECOND(DATE) -> DECIMAL(5,3)
 * @case EXTRACT(SECOND FROM DATE '2004-02-29') = 0
 */
export function extractSecondDate(value: i32): i64 {
  return 0;
}

/**
 * Seconds with their fraction.
 * @sql EXTRACT_SECOND(TIME) -> DECIMAL(5,3)
 */
export function extractSecondTime(value: i32): i64 {
  return value % 60000;
}

/**
 * Milliseconds since 1970-01-01 00:00:00.
 * @sql UNIX_TIMESTAMP(TIMESTAMP) -> BIGINT
 * @case UNIX_TIMESTAMP(TIMESTAMP '1970-01-01 00:00:01') = 1000
 */
export function unixTimestamp(value: i64): i64 {
  return value;
}

/**
 * The timestamp so many milliseconds after 1970-01-01 00:00:00.
 * @sql TO_TIMESTAMP(BIGINT) -> TIMESTAMP
 * @faults datetime-overflow
 * @case TO_TIMESTAMP(1000) = TIMESTAMP '1970-01-01 00:00:01'
 */
export function toTimestamp(value: i64): i64 {
  return checkTimestamp(value);
}

/**
 * Milliseconds between two timestamps, in whichever order they are given (DECISIONS 1).
 * @sql TSDIFF(TIMESTAMP, TIMESTAMP) -> BIGINT
 * @sql TSDIFF(BIGINT, BIGINT) -> BIGINT
 * @case TSDIFF(TIMESTAMP '2004-09-30 00:00:02', TIMESTAMP '2004-09-30 00:00:01') = 1000
 */
export function tsdiff(left: i64, right: i64): i64 {
  return left > right ? left - right : right - left;
}
