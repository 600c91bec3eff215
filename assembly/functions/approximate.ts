// Arithmetic of REAL and DOUBLE, which follow IEEE except that a result must be finite; see arithmetic.ts for the names.
import { raise } from "../faults";
import { FAULT_NUMERIC_OVERFLOW, FAULT_DIVISION_BY_ZERO } from "../../contract/abi";

/** A double or real that arithmetic made: finite, or numeric-overflow. */
// @ts-ignore: decorator
@inline
export function checkFinite<T>(value: T): T {
  if (value - value != 0) raise(FAULT_NUMERIC_OVERFLOW);
  return value;
}

// @ts-ignore: decorator
@inline
export function addReal(a: f32, b: f32): f32 {
  return checkFinite(a + b);
}

// @ts-ignore: decorator
@inline
export function subtractReal(a: f32, b: f32): f32 {
  return checkFinite(a - b);
}

// @ts-ignore: decorator
@inline
export function multiplyReal(a: f32, b: f32): f32 {
  return checkFinite(a * b);
}

// @ts-ignore: decorator
@inline
export function divideReal(a: f32, b: f32): f32 {
  if (b != 0) return checkFinite(a / b);
  raise(FAULT_DIVISION_BY_ZERO);
  return 0;
}

// @ts-ignore: decorator
@inline
export function negateReal(a: f32): f32 {
  return -a;
}

// @ts-ignore: decorator
@inline
export function addDouble(a: f64, b: f64): f64 {
  return checkFinite(a + b);
}

// @ts-ignore: decorator
@inline
export function subtractDouble(a: f64, b: f64): f64 {
  return checkFinite(a - b);
}

// @ts-ignore: decorator
@inline
export function multiplyDouble(a: f64, b: f64): f64 {
  return checkFinite(a * b);
}

// @ts-ignore: decorator
@inline
export function divideDouble(a: f64, b: f64): f64 {
  if (b != 0) return checkFinite(a / b);
  raise(FAULT_DIVISION_BY_ZERO);
  return 0;
}

// @ts-ignore: decorator
@inline
export function negateDouble(a: f64): f64 {
  return -a;
}

/** A double rounded half away from zero, or numeric-overflow. */
export function roundToBigint(value: f64): i64 {
  const whole = trunc(value);
  const rounded = abs(value - whole) >= 0.5 ? whole + copysign<f64>(1, value) : whole;
  // Also false for NaN.
  if (rounded >= -9223372036854775808.0 && rounded < 9223372036854775808.0) return <i64>rounded;
  raise(FAULT_NUMERIC_OVERFLOW);
  return 0;
}
