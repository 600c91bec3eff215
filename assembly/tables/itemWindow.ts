// The tumbling windows of TOP_K_ITEMS_TUMBLING and COUNT_DISTINCT_ITEMS_TUMBLING: of fixed length, aligned to the epoch.
//
// Law: the window of a row is [n · length, (n + 1) · length) with its ROWTIME inside; it ends, and its rows leave with ROWTIME (n + 1) · length,
// as soon as a row or bound reaches that time. A window without rows does not exist.

/** No window is open. */
export const NO_WINDOW: i64 = i64.MAX_VALUE;

/** The end of the window that holds a time. */
export function windowEnd(time: i64, length: i64): i64 {
  const into = time % length;
  return time - (into < 0 ? into + length : into) + length;
}
