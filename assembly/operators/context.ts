// What every generated program shares while it works: the clock of the current record or bound, the application's start,
// whether the output is full, and the status that the host reads.
import { STATUS_DONE, STATUS_STATE_LIMIT } from "../../contract/abi";
import { stateLimitReached } from "../state/arena";
import { memoryExhausted } from "../state/pages";

/** Clock of the record or bound that is being worked on (ms). */
export let rowClock: i64 = 0;
/** When the application was started first (ms). */
export let startClock: i64 = 0;
/** Seed of everything random. */
export let seed: i64 = 0;
/** Some output reached its limit: stop between two rows. */
export let outputFull: bool = false;
/** A record was given back because the output filled up before its first row. */
export let suspended: bool = false;

let lastStatus: i32 = STATUS_DONE;

export function setRowClock(clock: i64): void {
  rowClock = clock;
}

export function setStart(start: i64, newSeed: i64): void {
  startClock = start;
  seed = newSeed;
}

export function setOutputFull(full: bool): void {
  outputFull = full;
}

export function setSuspended(value: bool): void {
  suspended = value;
}

export function setStatus(status: i32): void {
  lastStatus = status;
}

/** The status of the last call; after a trap it says whether a limit was the reason. */
export function currentStatus(): i32 {
  return stateLimitReached || memoryExhausted ? STATUS_STATE_LIMIT : lastStatus;
}
