// VAR and STDDEV by Welford's method (Technometrics 4, 1962). Words: 0 count, 1 mean, 2 sum of squared differences.
// Merging two partial states follows Chan, Golub, LeVeque (1979).
import { raise } from "../faults";
import { FAULT_NUMERIC_OVERFLOW } from "../../contract/abi";

export function addMoments(at: usize, value: f64): void {
  const count = load<i64>(at) + 1;
  const mean = load<f64>(at, 8);
  const difference = value - mean;
  const newMean = mean + difference / <f64>count;
  store<i64>(at, count);
  store<f64>(at, newMean, 8);
  store<f64>(at, load<f64>(at, 16) + difference * (value - newMean), 16);
}

/** Variance: `sample` 1 divides by N − 1. The caller has made sure that N > sample. */
export function varianceResult(at: usize, sample: i64): f64 {
  const value = load<f64>(at, 16) / <f64>(load<i64>(at) - sample);
  if (value - value != 0) raise(FAULT_NUMERIC_OVERFLOW);
  return value;
}
