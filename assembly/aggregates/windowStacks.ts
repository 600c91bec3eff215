// Aggregates that can't give a value back, over rows that come and go: VAR, STDDEV and EXP_AVG. The rows of a frame are two stacks
// (K. Tangwongsan, M. Hirzel, S. Schneider, "Low-latency sliding-window aggregation in worst-case constant time", DEBS 2017, section 2):
// each of the first `front` rows holds the aggregate of itself and the front rows behind it, words of the partition that of the others. When
// the front is empty and a row must leave, all rows become the front. Amortised O(1) a row, and nothing is ever subtracted, so that a
// result's error is that of one sum over the frame: about rows × 2^−53 relative to Σx² for variances (Chan, Golub, LeVeque 1983).
// What the stacks hold is saved as it is: a restart changes no bit.
//
//   entry := … value … null bits … front words (two for each aggregate)
//   moments:  words 0 count, 1 mean, 2 sum of squared differences (moments.ts) · front words 0 mean, 1 sum of squared differences
//   decaying: words 0 Σ w x, 1 Σ w, 2 time at which w is 1, 3 the same time of the front · front words 0 Σ w x, 1 Σ w
import { raise } from "../faults";
import { FAULT_NUMERIC_OVERFLOW } from "../../contract/abi";
import { ringAt, ringCount } from "../state/ring";
import { addMoments } from "./moments";

// Count, mean and sum of squared differences while a front is made.
const running: usize = memory.data(24, 8);

// @ts-ignore: decorator
@inline
function isNull(entry: usize, nulls: u32, bit: u64): bool {
  return bit != 0 && (load<u64>(entry + nulls) & bit) != 0;
}

/** Makes all rows the front. `value`, `nulls`, `front` are byte offsets in an entry; `bit` 0: never NULL. */
export function flipMoments(ring: usize, entryBytes: u32, value: u32, nulls: u32, bit: u64, front: u32, words: usize): void {
  memory.fill(running, 0, 24);
  for (let index = ringCount(ring); index > 0; index--) {
    const entry = ringAt(ring, index - 1, entryBytes);
    if (!isNull(entry, nulls, bit)) addMoments(running, load<f64>(entry + value));
    store<f64>(entry + front, load<f64>(running, 8));
    store<f64>(entry + front, load<f64>(running, 16), 8);
  }
  memory.fill(words, 0, 24);
}

/** Variance of `count` values, of which those that `words` don't count are in the front at `first`; `sample` 1 divides by N − 1. */
export function windowVariance(words: usize, count: i64, first: usize, sample: i64): f64 {
  const back = load<i64>(words);
  const frontCount = count - back;
  let squares = load<f64>(words, 16);
  if (frontCount > 0) {
    const difference = load<f64>(words, 8) - load<f64>(first);
    squares += load<f64>(first, 8);
    if (back > 0) squares += difference * difference * (<f64>back * (<f64>frontCount / <f64>count));
  }
  const value = squares / <f64>(count - sample);
  if (value - value != 0) raise(FAULT_NUMERIC_OVERFLOW);
  return value;
}

// 2^(−age / half-life).
// @ts-ignore: decorator
@inline
function weightOf(age: i64, halfLife: i64): f64 {
  return age == 0 ? 1.0 : Math.pow(2.0, -(<f64>age / <f64>halfLife));
}

/** Adds a value of EXP_AVG. */
export function addDecaying(words: usize, value: f64, time: i64, halfLife: i64): void {
  let numerator = value;
  let denominator = 1.0;
  if (load<f64>(words, 8) > 0) {
    const weight = weightOf(time - load<i64>(words, 16), halfLife);
    numerator += load<f64>(words) * weight;
    denominator += load<f64>(words, 8) * weight;
  }
  store<f64>(words, numerator);
  store<f64>(words, denominator, 8);
  store<i64>(words, time, 16);
}

/** Makes all rows the front; `time` is the offset of a row's ROWTIME. Weights are relative to the newest value. */
export function flipDecaying(ring: usize, entryBytes: u32, time: u32, value: u32, nulls: u32, bit: u64, front: u32, words: usize, halfLife: i64): void {
  let numerator = 0.0;
  let denominator = 0.0;
  let newest: i64 = 0;
  for (let index = ringCount(ring); index > 0; index--) {
    const entry = ringAt(ring, index - 1, entryBytes);
    if (!isNull(entry, nulls, bit)) {
      if (denominator == 0) newest = load<i64>(entry + time);
      const weight = weightOf(newest - load<i64>(entry + time), halfLife);
      numerator += load<f64>(entry + value) * weight;
      denominator += weight;
    }
    store<f64>(entry + front, numerator);
    store<f64>(entry + front, denominator, 8);
  }
  memory.fill(words, 0, 24);
  store<i64>(words, newest, 24);
}

/** EXP_AVG; `first` is where the first row's front words lie, 0 when there is no front. The caller has made sure that there is a value. */
export function decayingAverage(words: usize, first: usize, halfLife: i64): f64 {
  let numerator = load<f64>(words);
  let denominator = load<f64>(words, 8);
  if (first != 0 && load<f64>(first, 8) > 0) {
    const weight = denominator > 0 ? weightOf(load<i64>(words, 16) - load<i64>(words, 24), halfLife) : 1.0;
    numerator += load<f64>(first) * weight;
    denominator += load<f64>(first, 8) * weight;
  }
  const value = numerator / denominator;
  if (value - value != 0) raise(FAULT_NUMERIC_OVERFLOW);
  return value;
}
