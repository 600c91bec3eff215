// MIN and MAX. Of texts: word 0 owns the text (0 before the first). Of numbers: word 0 is the number, at first one that any other replaces.
import { Text } from "../text";
import { compareText } from "../functions/compare";
import { storeOwnedText } from "../state/ownedText";

export function addMinimumText(at: usize, value: Text): void {
  const old = load<u64>(at);
  if (old == 0 || compareText(value, old) < 0) storeOwnedText(at, value);
}

export function addMaximumText(at: usize, value: Text): void {
  const old = load<u64>(at);
  if (old == 0 || compareText(value, old) > 0) storeOwnedText(at, value);
}

// Whether a row has the smallest number of its group can't be foretold: a branch, which is what engines make of f64.min, costs more than
// the comparison. Of equal ones the first stays.

// @ts-ignore: decorator
@inline
export function addMinimumDouble(at: usize, value: f64): void {
  store<u64>(at, select<u64>(reinterpret<u64>(value), load<u64>(at), value < load<f64>(at)));
}

// @ts-ignore: decorator
@inline
export function addMaximumDouble(at: usize, value: f64): void {
  store<u64>(at, select<u64>(reinterpret<u64>(value), load<u64>(at), value > load<f64>(at)));
}

// @ts-ignore: decorator
@inline
export function addMinimumInteger(at: usize, value: i64): void {
  store<i64>(at, min<i64>(load<i64>(at), value));
}

// @ts-ignore: decorator
@inline
export function addMaximumInteger(at: usize, value: i64): void {
  store<i64>(at, max<i64>(load<i64>(at), value));
}
