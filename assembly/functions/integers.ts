// Arithmetic of TINYINT, SMALLINT, INTEGER and BIGINT; see arithmetic.ts for the names.
import { raise } from "../faults";
import { FAULT_NUMERIC_OVERFLOW, FAULT_DIVISION_BY_ZERO } from "../../contract/abi";
import { scaledProduct } from "./wide";

/** A value as an integer of 8, 16 or 32 bits, or numeric-overflow. */
// @ts-ignore: decorator
@inline
export function checkInteger(value: i64, kindBits: i32): i32 {
  const rest = 64 - kindBits;
  if ((value << rest) >> rest != value) raise(FAULT_NUMERIC_OVERFLOW);
  return <i32>value;
}

// @ts-ignore: decorator
@inline
export function addTinyint(a: i32, b: i32): i32 {
  return checkInteger(<i64>a + <i64>b, 8);
}

// @ts-ignore: decorator
@inline
export function subtractTinyint(a: i32, b: i32): i32 {
  return checkInteger(<i64>a - <i64>b, 8);
}

// @ts-ignore: decorator
@inline
export function multiplyTinyint(a: i32, b: i32): i32 {
  return checkInteger(<i64>a * <i64>b, 8);
}

// @ts-ignore: decorator
@inline
export function divideTinyint(a: i32, b: i32): i32 {
  return checkInteger(divideBigint(a, b), 8);
}

// @ts-ignore: decorator
@inline
export function negateTinyint(a: i32): i32 {
  return checkInteger(-<i64>a, 8);
}

// @ts-ignore: decorator
@inline
export function addSmallint(a: i32, b: i32): i32 {
  return checkInteger(<i64>a + <i64>b, 16);
}

// @ts-ignore: decorator
@inline
export function subtractSmallint(a: i32, b: i32): i32 {
  return checkInteger(<i64>a - <i64>b, 16);
}

// @ts-ignore: decorator
@inline
export function multiplySmallint(a: i32, b: i32): i32 {
  return checkInteger(<i64>a * <i64>b, 16);
}

// @ts-ignore: decorator
@inline
export function divideSmallint(a: i32, b: i32): i32 {
  return checkInteger(divideBigint(a, b), 16);
}

// @ts-ignore: decorator
@inline
export function negateSmallint(a: i32): i32 {
  return checkInteger(-<i64>a, 16);
}

// @ts-ignore: decorator
@inline
export function addInteger(a: i32, b: i32): i32 {
  return checkInteger(<i64>a + <i64>b, 32);
}

// @ts-ignore: decorator
@inline
export function subtractInteger(a: i32, b: i32): i32 {
  return checkInteger(<i64>a - <i64>b, 32);
}

// @ts-ignore: decorator
@inline
export function multiplyInteger(a: i32, b: i32): i32 {
  return checkInteger(<i64>a * <i64>b, 32);
}

// @ts-ignore: decorator
@inline
export function divideInteger(a: i32, b: i32): i32 {
  return checkInteger(divideBigint(a, b), 32);
}

// @ts-ignore: decorator
@inline
export function negateInteger(a: i32): i32 {
  return checkInteger(-<i64>a, 32);
}

// @ts-ignore: decorator
@inline
export function addBigint(a: i64, b: i64): i64 {
  const sum = a + b;
  if (((a ^ sum) & (b ^ sum)) < 0) raise(FAULT_NUMERIC_OVERFLOW);
  return sum;
}

// @ts-ignore: decorator
@inline
export function subtractBigint(a: i64, b: i64): i64 {
  const difference = a - b;
  if (((a ^ b) & (a ^ difference)) < 0) raise(FAULT_NUMERIC_OVERFLOW);
  return difference;
}

// @ts-ignore: decorator
@inline
export function multiplyBigint(a: i64, b: i64): i64 {
  return <i64>(<i32>a) == a && <i64>(<i32>b) == b ? a * b : scaledProduct(a, b, 0);
}

// @ts-ignore: decorator
@inline
export function divideBigint(a: i64, b: i64): i64 {
  // 0 and −1 are the only divisors that need a look.
  return <u64>(b + 1) <= 1 ? divideSpecial(a, b) : a / b;
}

function divideSpecial(a: i64, b: i64): i64 {
  if (b != 0) return subtractBigint(0, a);
  raise(FAULT_DIVISION_BY_ZERO);
  return 0;
}

// @ts-ignore: decorator
@inline
export function negateBigint(a: i64): i64 {
  return subtractBigint(0, a);
}
