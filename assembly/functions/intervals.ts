// Arithmetic of intervals and datetimes; see arithmetic.ts for the names.
import { raise } from "../faults";
import { FAULT_DIVISION_BY_ZERO } from "../../contract/abi";
import { addBigint, addInteger, checkInteger, divideBigint, multiplyBigint, negateInteger, subtractBigint, subtractInteger } from "./integers";
import { roundToBigint } from "./approximate";
import { scaledProduct, scaledQuotient } from "./wide";
import { DAY_MS, floorDivide } from "../formats/datetimes";
import { addMonths, checkDate, checkTimestamp, dayOfTimestamp, monthsBetween } from "./calendar";

// @ts-ignore: decorator
@inline
export function addIntervalDay(a: i64, b: i64): i64 {
  return addBigint(a, b);
}

// @ts-ignore: decorator
@inline
export function subtractIntervalDay(a: i64, b: i64): i64 {
  return subtractBigint(a, b);
}

// @ts-ignore: decorator
@inline
export function negateIntervalDay(a: i64): i64 {
  return subtractBigint(0, a);
}

// @ts-ignore: decorator
@inline
export function multiplyIntervalDayByBigint(interval: i64, factor: i64): i64 {
  return multiplyBigint(interval, factor);
}

export function multiplyIntervalDayByDecimal(interval: i64, factor: i64, scale: i32): i64 {
  return scaledProduct(interval, factor, scale);
}

export function multiplyIntervalDayByDouble(interval: i64, factor: f64): i64 {
  return roundToBigint(<f64>interval * factor);
}

// @ts-ignore: decorator
@inline
export function divideIntervalDayByBigint(interval: i64, divisor: i64): i64 {
  return divideBigint(interval, divisor);
}

export function divideIntervalDayByDecimal(interval: i64, divisor: i64, scale: i32): i64 {
  if (divisor != 0) return scaledQuotient(interval, divisor, scale, false);
  raise(FAULT_DIVISION_BY_ZERO);
  return 0;
}

export function divideIntervalDayByDouble(interval: i64, divisor: f64): i64 {
  if (divisor != 0) return roundToBigint(trunc(<f64>interval / divisor));
  raise(FAULT_DIVISION_BY_ZERO);
  return 0;
}

// @ts-ignore: decorator
@inline
export function addIntervalMonth(a: i32, b: i32): i32 {
  return addInteger(a, b);
}

// @ts-ignore: decorator
@inline
export function subtractIntervalMonth(a: i32, b: i32): i32 {
  return subtractInteger(a, b);
}

// @ts-ignore: decorator
@inline
export function negateIntervalMonth(a: i32): i32 {
  return negateInteger(a);
}

export function multiplyIntervalMonthByBigint(interval: i32, factor: i64): i32 {
  return checkInteger(multiplyBigint(interval, factor), 32);
}

export function multiplyIntervalMonthByDecimal(interval: i32, factor: i64, scale: i32): i32 {
  return checkInteger(scaledProduct(interval, factor, scale), 32);
}

export function multiplyIntervalMonthByDouble(interval: i32, factor: f64): i32 {
  return checkInteger(roundToBigint(<f64>interval * factor), 32);
}

export function divideIntervalMonthByBigint(interval: i32, divisor: i64): i32 {
  return checkInteger(divideBigint(interval, divisor), 32);
}

export function divideIntervalMonthByDecimal(interval: i32, divisor: i64, scale: i32): i32 {
  return checkInteger(divideIntervalDayByDecimal(interval, divisor, scale), 32);
}

export function divideIntervalMonthByDouble(interval: i32, divisor: f64): i32 {
  return checkInteger(divideIntervalDayByDouble(interval, divisor), 32);
}

// @ts-ignore: decorator
@inline
export function addIntervalDayToTimestamp(timestamp: i64, interval: i64): i64 {
  // A sum that wraps lies far outside of the range.
  return checkTimestamp(timestamp + interval);
}

// @ts-ignore: decorator
@inline
export function subtractIntervalDayToTimestamp(timestamp: i64, interval: i64): i64 {
  return checkTimestamp(timestamp - interval);
}

/** The day in which the point of time lies. */
export function addIntervalDayToDate(date: i32, interval: i64): i32 {
  return checkDate(<i64>date + floorDivide(interval, DAY_MS));
}

/** The day in which the point of time lies. */
export function subtractIntervalDayToDate(date: i32, interval: i64): i32 {
  return checkDate(floorDivide(<i64>date * DAY_MS - interval, DAY_MS));
}

/** A time of the day, modulo 24 hours. */
export function addIntervalDayToTime(time: i32, interval: i64): i32 {
  const sum = (<i64>time + interval % DAY_MS) % DAY_MS;
  return <i32>(sum < 0 ? sum + DAY_MS : sum);
}

/** A time of the day, modulo 24 hours. */
export function subtractIntervalDayToTime(time: i32, interval: i64): i32 {
  return addIntervalDayToTime(time, -(interval % DAY_MS));
}

/** Calendar months later; a day that the month lacks becomes its last one. */
export function addIntervalMonthToDate(date: i32, interval: i32): i32 {
  return addMonths(date, interval);
}

export function subtractIntervalMonthToDate(date: i32, interval: i32): i32 {
  return addMonths(date, -<i64>interval);
}

export function addIntervalMonthToTimestamp(timestamp: i64, interval: i32): i64 {
  return shiftMonths(timestamp, interval);
}

export function subtractIntervalMonthToTimestamp(timestamp: i64, interval: i32): i64 {
  return shiftMonths(timestamp, -<i64>interval);
}

function shiftMonths(timestamp: i64, months: i64): i64 {
  const day = dayOfTimestamp(timestamp);
  return timestamp + (<i64>addMonths(day, months) - day) * DAY_MS;
}

// @ts-ignore: decorator
@inline
export function subtractTimestamps(a: i64, b: i64): i64 {
  return a - b;
}

export function subtractDates(a: i32, b: i32): i64 {
  return (<i64>a - b) * DAY_MS;
}

export function subtractTimes(a: i32, b: i32): i64 {
  return <i64>a - b;
}

export function subtractDatesInMonths(a: i32, b: i32): i32 {
  return monthsBetween(b, 0, a, 0);
}

export function subtractTimestampsInMonths(a: i64, b: i64): i32 {
  const dayA = dayOfTimestamp(a);
  const dayB = dayOfTimestamp(b);
  return monthsBetween(dayB, <i32>(b - dayB * DAY_MS), dayA, <i32>(a - dayA * DAY_MS));
}
