// What is left to do of a row when the output fills up in the middle of it. Nothing of a program runs between a suspension and the call
// that resumes it: frames, packed rows and scratch texts stay as they are, so a continuation needs no more than its cursor.
//
// Law: rows leave in the order in which they would have without a limit. The operator that stops is suspended first, then what called it,
// outwards up to the exported function; resuming runs the continuations in the same order, innermost first, before anything else. One that
// is suspended anew takes its place before those outside of it.
//
//   list         := count × continuation                         outermost first: the next one to run is the last
//   continuation := u32 function · u32 0 · i64 first · i64 second · i64 third
//
// A continuation in this sense is Reynolds's (The Discoveries of Continuations, 1993), made explicit for a few functions.
import { allocateBlock, freeBlock } from "../state/arena";
import { scratchReset } from "../state/scratch";
import { setSuspended, suspended } from "./context";

/** The rest of a function: it goes on from what it was given when it was suspended. */
export type Continuation = (first: i64, second: i64, third: i64) => void;

const CONTINUATION_BYTES: usize = 32;
const CONTINUATIONS_FIRST: u32 = 16;

let list: usize = 0;
let capacity: u32 = 0;
let count: u32 = 0;
/** How many were there when the present call began: what it suspends lies inside of them. */
let outer: u32 = 0;

/** Stops the program: `continuation` is to run when it is resumed, behind all that were suspended by this call before. */
export function suspend(continuation: Continuation, first: i64, second: i64, third: i64): void {
  setSuspended(true);
  if (count == capacity) grow();
  const at = list + <usize>outer * CONTINUATION_BYTES;
  memory.copy(at + CONTINUATION_BYTES, at, <usize>(count - outer) * CONTINUATION_BYTES);
  count++;
  store<usize>(at, changetype<usize>(continuation));
  store<i64>(at, first, 8);
  store<i64>(at, second, 16);
  store<i64>(at, third, 24);
}

function grow(): void {
  const more = max(CONTINUATIONS_FIRST, capacity * 2);
  const grown = allocateBlock(<usize>more * CONTINUATION_BYTES);
  if (capacity > 0) {
    memory.copy(grown, list, <usize>count * CONTINUATION_BYTES);
    freeBlock(list, <usize>capacity * CONTINUATION_BYTES);
  }
  list = grown;
  capacity = more;
}

/** Goes on with what was suspended; false when the output filled up again. */
export function resume(): bool {
  setSuspended(false);
  if (count == 0) return true;
  while (count > 0) {
    outer = --count;
    const at = list + <usize>outer * CONTINUATION_BYTES;
    changetype<Continuation>(load<usize>(at))(load<i64>(at, 8), load<i64>(at, 16), load<i64>(at, 24));
    if (suspended) return false;
  }
  outer = 0;
  // No row is under way any more.
  scratchReset();
  return true;
}
