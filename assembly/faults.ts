// How library code reports a data error without trapping: the first fault of a row is kept until the generated program
// looks at it; what is computed meanwhile is thrown away. Codes are FAULT_* of contract/abi.
import { Text, EMPTY_TEXT } from "./text";

/** Code of the pending fault, 0 for none. Read and reset by generated code only. */
export let pendingFault: i32 = 0;
/** The offending value as text, or empty. Copied before the row's scratch is reset. */
export let pendingDetail: Text = EMPTY_TEXT;

/** Reports a data error; a second one of the same row is ignored. */
export function raise(code: i32): void {
  if (pendingFault == 0) {
    pendingFault = code;
    pendingDetail = EMPTY_TEXT;
  }
}

/** Reports a data error with the offending value. */
export function raiseWith(code: i32, detail: Text): void {
  if (pendingFault == 0) {
    pendingFault = code;
    pendingDetail = detail;
  }
}

/** Forgets the pending fault. */
export function clearFault(): void {
  pendingFault = 0;
}
