// The window of a table function that holds rows back: what the program asks of it to know when they leave.
//
// Law: rows of [.., boundary) are inside; as soon as a row or bound reaches `boundary` they leave with ROWTIME `outputTime`. A window without
// rows does not exist.

/** No window is open. */
export const NO_WINDOW: i64 = i64.MAX_VALUE;

/** The head of a container that holds rows back. */
@unmanaged
export class TableWindow {
  /** First time that is not inside, NO_WINDOW when none is open. */
  boundary: i64;
  /** ROWTIME of what leaves. */
  outputTime: i64;
  open: u32;
}

/** Opens a window. */
export function openTableWindow(window: TableWindow, boundary: i64, outputTime: i64): void {
  window.boundary = boundary;
  window.outputTime = outputTime;
  window.open = 1;
}

/** Opens the window of fixed length, aligned to the epoch, that holds a time; its rows leave with the time at which it ends. */
export function openTumblingWindow(window: TableWindow, time: i64, length: i64): void {
  const end = windowEnd(time, length);
  openTableWindow(window, end, end);
}

/** Closes the window. */
export function closeTableWindow(window: TableWindow): void {
  window.boundary = NO_WINDOW;
  window.outputTime = NO_WINDOW;
  window.open = 0;
}

/** The end of the window of fixed length, aligned to the epoch, that holds a time. */
export function windowEnd(time: i64, length: i64): i64 {
  const into = time % length;
  return time - (into < 0 ? into + length : into) + length;
}
