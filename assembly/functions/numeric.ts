// Numeric functions (KDA-SQL 4.6). MONOTONIC stands here for all kinds: it is a promise to the compiler, not a computation.
import { raise } from "../faults";
import { FAULT_DIVISION_BY_ZERO, FAULT_INVALID_ARGUMENT, FAULT_NUMERIC_OVERFLOW } from "../../contract/abi";
import { Text } from "../text";
import { checkFinite } from "./approximate";
import { floorDivide } from "../formats/datetimes";
import { decimalRescale } from "./decimals";
import { checkInteger, subtractBigint } from "./integers";
import { powerOfTen } from "./wide";

/**
 * The absolute value.
 * @sql ABS(INTEGER) -> INTEGER
 * @faults numeric-overflow
 * @case ABS(-5) = 5
 * @case ABS(NULL) = NULL
 */
export function absInteger(value: i32): i32 {
  if (value == i32.MIN_VALUE) raise(FAULT_NUMERIC_OVERFLOW);
  return value < 0 ? -value : value;
}

/**
 * The absolute value.
 * @sql ABS(TINYINT) -> TINYINT
 * @faults numeric-overflow
 * @case ABS(CAST(-127 AS TINYINT)) = 127
 * @case ABS(CAST(-128 AS TINYINT)) faults numeric-overflow
 */
export function absTinyint(value: i32): i32 {
  return checkInteger(abs<i32>(value), 8);
}

/**
 * The absolute value.
 * @sql ABS(SMALLINT) -> SMALLINT
 * @faults numeric-overflow
 * @case ABS(CAST(-5 AS SMALLINT)) = 5
 * @case ABS(CAST(-32768 AS SMALLINT)) faults numeric-overflow
 */
export function absSmallint(value: i32): i32 {
  return checkInteger(abs<i32>(value), 16);
}

/**
 * The absolute value.
 * @sql ABS(BIGINT) -> BIGINT
 * @sql ABS(INTERVAL) -> INTERVAL
 * @faults numeric-overflow
 * @case ABS(-5000000000) = 5000000000
 */
export function absBigint(value: i64): i64 {
  if (value == i64.MIN_VALUE) raise(FAULT_NUMERIC_OVERFLOW);
  return value < 0 ? -value : value;
}

/**
 * The absolute value.
 * @sql ABS(INTERVAL MONTH) -> INTERVAL MONTH
 */
export function absIntervalMonth(value: i32): i32 {
  return value < 0 ? -value : value;
}

/**
 * The absolute value.
 * @sql ABS(DECIMAL) -> DECIMAL
 * @faults numeric-overflow
 * @case ABS(-1.5) = 1.5
 */
export function absDecimal(value: i64, scale: i32): i64 {
  return absBigint(value);
}

/**
 * The absolute value.
 * @sql ABS(REAL) -> REAL
 * @case ABS(CAST(-1.5 AS REAL)) = 15E-1
 */
export function absReal(value: f32): f32 {
  return abs<f32>(value);
}

/**
 * The absolute value.
 * @sql ABS(DOUBLE) -> DOUBLE
 * @case ABS(-1.5E0) = 1.5E0
 */
export function absDouble(value: f64): f64 {
  return abs<f64>(value);
}

/**
 * −1, 0 or 1 as the number is negative, zero or positive.
 * @sql SIGN(DOUBLE) -> DOUBLE
 * @case SIGN(-2E0) = -1E0
 */
export function signDouble(value: f64): f64 {
  return value > 0 ? 1.0 : value < 0 ? -1.0 : 0.0;
}

/**
 * The largest integer not above the number.
 * @sql FLOOR(INTEGER) -> INTEGER
 * @sql FLOOR(SMALLINT) -> SMALLINT
 * @sql FLOOR(TINYINT) -> TINYINT
 * @sql CEIL(INTEGER) -> INTEGER
 * @sql CEIL(SMALLINT) -> SMALLINT
 * @sql CEIL(TINYINT) -> TINYINT
 * @case FLOOR(3) = 3
 */
export function wholeInteger(value: i32): i32 {
  return value;
}

/**
 * The largest integer not above the number.
 * @sql FLOOR(BIGINT) -> BIGINT
 * @sql CEIL(BIGINT) -> BIGINT
 */
export function wholeBigint(value: i64): i64 {
  return value;
}

/**
 * The largest integer not above the number: a DECIMAL without a scale.
 * @sql FLOOR(DECIMAL) -> DECIMAL(18, 0)
 * @case FLOOR(-3.3) = -4
 * @case FLOOR(3.7) = 3
 * @case FLOOR(-3.0) = -3
 */
export function floorDecimal(value: i64, scale: i32): i64 {
  // 10^19 is no i64, and above every value.
  return scale > 18 ? value >> 63 : floorDivide(value, <i64>powerOfTen(scale));
}

/**
 * The smallest integer not below the number: a DECIMAL without a scale.
 * @sql CEIL(DECIMAL) -> DECIMAL(18, 0)
 * @case CEILING(-3.3) = -3
 * @case CEIL(3.2) = 4
 * @case CEIL(3.0) = 3
 */
export function ceilDecimal(value: i64, scale: i32): i64 {
  const floor = floorDecimal(value, scale);
  return floor + i64(scale > 18 ? value != 0 : floor * <i64>powerOfTen(scale) != value);
}

/**
 * The largest integer not above the number.
 * @sql FLOOR(DOUBLE) -> DOUBLE
 * @case FLOOR(3.5E0) = 3E0
 */
export function floorDouble(value: f64): f64 {
  return floor<f64>(value);
}

/**
 * The smallest integer not below the number.
 * @sql CEIL(DOUBLE) -> DOUBLE
 * @case CEIL(3.5E0) = 4E0
 */
export function ceilDouble(value: f64): f64 {
  return ceil<f64>(value);
}

/**
 * The largest integer not above the number.
 * @sql FLOOR(REAL) -> REAL
 */
export function floorReal(value: f32): f32 {
  return floor<f32>(value);
}

/**
 * The smallest integer not below the number.
 * @sql CEIL(REAL) -> REAL
 */
export function ceilReal(value: f32): f32 {
  return ceil<f32>(value);
}

/**
 * The rest of a division, with the sign of the dividend.
 * @sql MOD(INTEGER, INTEGER) -> INTEGER
 * @sql MOD(SMALLINT, SMALLINT) -> SMALLINT
 * @sql MOD(TINYINT, TINYINT) -> TINYINT
 * @faults division-by-zero
 * @case MOD(-4, 3) = -1
 * @case MOD(4, 0) faults division-by-zero
 */
export function modInteger(dividend: i32, divisor: i32): i32 {
  return <i32>modBigint(dividend, divisor);
}

/**
 * The rest of a division, with the sign of the dividend.
 * @sql MOD(BIGINT, BIGINT) -> BIGINT
 * @faults division-by-zero
 * @case MOD(7, -3) = 1
 */
export function modBigint(dividend: i64, divisor: i64): i64 {
  if (divisor == 0) {
    raise(FAULT_DIVISION_BY_ZERO);
    return 0;
  }
  return divisor == -1 ? 0 : dividend % divisor;
}

/**
 * The rest of a division, with the sign and the scale of the dividend.
 * @sql MOD(DECIMAL, DECIMAL) -> DECIMAL
 * @faults division-by-zero numeric-overflow
 * @case MOD(-5.5, 2.0) = -1.5
 * @case MOD(5.5, 0.0) faults division-by-zero
 */
export function modDecimal(dividend: i64, scaleDividend: i32, divisor: i64, scaleDivisor: i32): i64 {
  const scale = max(scaleDividend, scaleDivisor);
  const rest = modBigint(decimalRescale(dividend, scaleDividend, scale), decimalRescale(divisor, scaleDivisor, scale));
  return decimalRescale(rest, scale, scaleDividend);
}

/**
 * e to the power of the number.
 * @sql EXP(DOUBLE) -> DOUBLE
 * @faults numeric-overflow
 * @case EXP(0) = 1E0
 */
export function expDouble(value: f64): f64 {
  return checkFinite<f64>(NativeMath.exp(value));
}

/**
 * The natural logarithm of a positive number.
 * @sql LN(DOUBLE) -> DOUBLE
 * @faults invalid-argument
 * @case LN(0) faults invalid-argument
 */
export function lnDouble(value: f64): f64 {
  if (value <= 0) {
    raise(FAULT_INVALID_ARGUMENT);
    return 0;
  }
  return NativeMath.log(value);
}

/**
 * The logarithm to base 10 of a positive number.
 * @sql LOG10(DOUBLE) -> DOUBLE
 * @faults invalid-argument
 * @case LOG10(1000) = 3E0
 */
export function log10Double(value: f64): f64 {
  if (value <= 0) {
    raise(FAULT_INVALID_ARGUMENT);
    return 0;
  }
  return NativeMath.log10(value);
}

/**
 * The first number to the power of the second. Zero to a negative power and a negative number to a fraction are faults.
 * @sql POWER(DOUBLE, DOUBLE) -> DOUBLE
 * @faults invalid-argument numeric-overflow
 * @case POWER(4, -2) = 0.0625E0
 * @case POWER(0, -1) faults invalid-argument
 */
export function powerDouble(base: f64, exponent: f64): f64 {
  if ((base == 0 && exponent < 0) || (base < 0 && exponent != floor<f64>(exponent))) {
    raise(FAULT_INVALID_ARGUMENT);
    return 0;
  }
  return checkFinite<f64>(NativeMath.pow(base, exponent));
}

/**
 * The square root of a number that is not negative.
 * @sql SQRT(DOUBLE) -> DOUBLE
 * @faults invalid-argument
 * @case SQRT(16) = 4E0
 * @case SQRT(-1) faults invalid-argument
 */
export function sqrtDouble(value: f64): f64 {
  if (value < 0) {
    raise(FAULT_INVALID_ARGUMENT);
    return 0;
  }
  return sqrt<f64>(value);
}

/**
 * The largest multiple of the second number not above the first (DECISIONS 2, 3).
 * @sql STEP(INTEGER, INTEGER) -> INTEGER
 * @faults invalid-argument numeric-overflow
 * @case STEP(-2147483647 BY 10) faults numeric-overflow
 * @case STEP(23 BY 5) = 20
 * @case STEP(-23 BY 5) = -25
 */
export function stepInteger(value: i32, unit: i32): i32 {
  return checkInteger(stepBigint(value, unit), 32);
}

/**
 * The largest multiple of the second number not above the first.
 * @sql STEP(BIGINT, BIGINT) -> BIGINT
 * @faults invalid-argument numeric-overflow
 */
export function stepBigint(value: i64, unit: i64): i64 {
  if (unit <= 0) {
    raise(FAULT_INVALID_ARGUMENT);
    return 0;
  }
  const rest = value % unit;
  return rest < 0 ? subtractBigint(value - rest, unit) : value - rest;
}

/**
 * The value itself: a promise that it only grows, or only falls, from row to row.
 * @sql MONOTONIC(BOOLEAN) -> BOOLEAN
 * @sql MONOTONIC(TINYINT) -> TINYINT
 * @sql MONOTONIC(SMALLINT) -> SMALLINT
 * @sql MONOTONIC(INTEGER) -> INTEGER
 * @sql MONOTONIC(DATE) -> DATE
 * @sql MONOTONIC(TIME) -> TIME
 * @sql MONOTONIC(INTERVAL MONTH) -> INTERVAL MONTH
 * @case MONOTONIC(7) = 7
 */
export function monotonicInteger(value: i32): i32 {
  return value;
}

/**
 * The value itself: a promise that it only grows, or only falls, from row to row.
 * @sql MONOTONIC(BIGINT) -> BIGINT
 * @sql MONOTONIC(TIMESTAMP) -> TIMESTAMP
 * @sql MONOTONIC(INTERVAL) -> INTERVAL
 */
export function monotonicBigint(value: i64): i64 {
  return value;
}

/**
 * The value itself: a promise that it only grows, or only falls, from row to row.
 * @sql MONOTONIC(DECIMAL) -> DECIMAL
 */
export function monotonicDecimal(value: i64, scale: i32): i64 {
  return value;
}

/**
 * The value itself: a promise that it only grows, or only falls, from row to row.
 * @sql MONOTONIC(REAL) -> REAL
 */
export function monotonicReal(value: f32): f32 {
  return value;
}

/**
 * The value itself: a promise that it only grows, or only falls, from row to row.
 * @sql MONOTONIC(DOUBLE) -> DOUBLE
 */
export function monotonicDouble(value: f64): f64 {
  return value;
}

/**
 * The value itself: a promise that it only grows, or only falls, from row to row.
 * @sql MONOTONIC(VARCHAR) -> VARCHAR
 */
export function monotonicText(value: Text): Text {
  return value;
}
