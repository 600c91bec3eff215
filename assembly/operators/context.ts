// What every generated program shares while it works: the clock of the current record or bound, the application's start,
// whether the output is full, and the status that the host reads.
import { STATUS_DONE, STATUS_LATER, STATUS_STATE_LIMIT } from "../../contract/abi";
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
/** The program stopped in the middle of a record or bound because the output is full: the same call is to be made again. */
export let suspended: bool = false;

let holding: bool = false;
let fullWhileHeld: bool = false;
/** A record whose first row has a higher time is given back (`feed_until`). */
export let feedLimit: i64 = i64.MAX_VALUE;
/** Time of the record that was given back because of that. */
export let laterTime: i64 = 0;
let isHeldBack: bool = false;

let lastStatus: i32 = STATUS_DONE;

export function setRowClock(clock: i64): void {
  rowClock = clock;
}

export function setStart(start: i64, newSeed: i64): void {
  startClock = start;
  seed = newSeed;
}

export function setOutputFull(full: bool): void {
  if (holding) fullWhileHeld = full;
  else outputFull = full;
}

/** Begins a stretch that can't stop in the middle: the output does not count as full in it. True within another one. */
export function holdOutput(): bool {
  const held = holding;
  if (!held) fullWhileHeld = outputFull;
  holding = true;
  outputFull = false;
  return held;
}

/** Ends a stretch; `held` is what its beginning returned. */
export function releaseOutput(held: bool): void {
  holding = held;
  if (!held) outputFull = fullWhileHeld;
}

export function setSuspended(value: bool): void {
  suspended = value;
}

/** Records above `limit` are given back from now on. */
export function limitFeed(limit: i64): void {
  feedLimit = limit;
  isHeldBack = false;
}

/** The current record, of time `time`, is given back: it is above the limit. */
export function holdBack(time: i64): void {
  laterTime = time;
  isHeldBack = true;
  suspended = true;
}

/** No limit any more; the status says whether a record was given back because of it. */
export function endLimit(): void {
  feedLimit = i64.MAX_VALUE;
  if (isHeldBack) lastStatus = STATUS_LATER;
}

export function setStatus(status: i32): void {
  lastStatus = status;
}

/** The status of the last call; after a trap it says whether a limit was the reason. */
export function currentStatus(): i32 {
  return stateLimitReached || memoryExhausted ? STATUS_STATE_LIMIT : lastStatus;
}
