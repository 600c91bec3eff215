// What functions over datetimes share beyond formats/datetimes: fields, weeks, ranges, and calendar months.
import { raise } from "../faults";
import { FAULT_DATETIME_OVERFLOW } from "../../contract/abi";
import { DAY_MS, TIMESTAMP_MIN, TIMESTAMP_MAX, civilFromDays, daysFromCivil, daysInMonth, floorDivide } from "../formats/datetimes";

/** Milliseconds of an hour, a minute and a second. */
export const HOUR_MS: i64 = 3600000;
export const MINUTE_MS: i64 = 60000;
export const SECOND_MS: i64 = 1000;

/** 0001-01-01 and 9999-12-31 in days. */
export const DATE_MIN: i32 = -719162;
export const DATE_MAX: i32 = 2932896;

/** Numbers of datetime fields in calls. */
export const FIELD_YEAR: i32 = 0;
export const FIELD_MONTH: i32 = 1;
export const FIELD_DAY: i32 = 2;
export const FIELD_HOUR: i32 = 3;
export const FIELD_MINUTE: i32 = 4;
export const FIELD_SECOND: i32 = 5;

/** Year, month (1 … 12) and day (1 … 31) of the last `splitDays`. */
export let civilYear: i32 = 0;
export let civilMonth: i32 = 0;
export let civilDay: i32 = 0;

/** Largest multiple of `unit` not above `value`. */
// @ts-ignore: decorator
@inline
export function floorMultiple(value: i64, unit: i64): i64 {
  const rest = value % unit;
  return value - rest - (rest < 0 ? unit : 0);
}

/** Milliseconds of a field from DAY to SECOND. */
// @ts-ignore: decorator
@inline
export function fieldMs(field: i32): i64 {
  return field == FIELD_DAY ? DAY_MS : field == FIELD_HOUR ? HOUR_MS : field == FIELD_MINUTE ? MINUTE_MS : SECOND_MS;
}

/** Sets civilYear, civilMonth and civilDay. */
export function splitDays(days: i32): void {
  const civil = civilFromDays(days);
  civilYear = civil >> 9;
  civilMonth = (civil >> 5) & 15;
  civilDay = civil & 31;
}

/** Day of the week, 1 Monday … 7 Sunday. */
export function weekday(days: i32): i32 {
  const rest = (days + 3) % 7;
  return (rest < 0 ? rest + 7 : rest) + 1;
}

/** The day of a timestamp. */
// @ts-ignore: decorator
@inline
export function dayOfTimestamp(timestamp: i64): i32 {
  return <i32>floorDivide(timestamp, DAY_MS);
}

/** Checks a timestamp's range (years 0001 … 9999), or datetime-overflow. */
// @ts-ignore: decorator
@inline
export function checkTimestamp(timestamp: i64): i64 {
  if (timestamp < TIMESTAMP_MIN || timestamp > TIMESTAMP_MAX) raise(FAULT_DATETIME_OVERFLOW);
  return timestamp;
}

/** Checks the range of a date, or datetime-overflow. */
export function checkDate(days: i64): i32 {
  if (days < DATE_MIN || days > DATE_MAX) {
    raise(FAULT_DATETIME_OVERFLOW);
    return 0;
  }
  return <i32>days;
}

/** A date so many months later; a day that the month lacks becomes its last one. Or datetime-overflow. */
export function addMonths(days: i32, months: i64): i32 {
  splitDays(days);
  const total = <i64>civilYear * 12 + (civilMonth - 1) + months;
  if (total < 12 || total >= 120000) {
    raise(FAULT_DATETIME_OVERFLOW);
    return days;
  }
  const year = <i32>(total / 12);
  const month = <i32>(total % 12) + 1;
  return daysFromCivil(year, month, min(civilDay, daysInMonth(year, month)));
}

/** Whole months from `from` to `to`, toward zero. Times of the day are in ms. */
export function monthsBetween(from: i32, fromTime: i32, to: i32, toTime: i32): i32 {
  splitDays(from);
  const fromMonths = civilYear * 12 + civilMonth;
  const fromDay = civilDay;
  splitDays(to);
  const months = civilYear * 12 + civilMonth - fromMonths;
  const later = civilDay != fromDay ? civilDay - fromDay : toTime - fromTime;
  if (months > 0 && later < 0) return months - 1;
  return months < 0 && later > 0 ? months + 1 : months;
}
