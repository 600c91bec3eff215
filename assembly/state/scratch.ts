// Scratch memory for one row: texts that functions build. Reset before each row; grows on demand up to a limit.
//
//   base                    next             end
//   | texts of this row ... | free           |      several chunks are never chained: growing moves to a bigger chunk
//                                                   and leaves the old one to the row until the reset.
import { raise } from "../faults";
import { FAULT_SCRATCH_LIMIT } from "../../contract/abi";
import { reservePages } from "./pages";

/** Most bytes that one row may use. */
const SCRATCH_BYTES_MAX: u32 = 64 << 20;
const SCRATCH_BYTES_FIRST: u32 = 1 << 16;

let base: usize = 0;
let next: usize = 0;
let end: usize = 0;
/** Changes whenever texts are forgotten: what was made under another number may be gone. */
export let scratchEpoch: u32 = 1;

/** Forgets all texts of the row. */
// @ts-ignore: decorator
@inline
export function scratchReset(): void {
  next = base;
  scratchEpoch++;
}

/** Memory for `length` bytes plus 16 of slack, 8-aligned, valid until the next reset. Past the limit: a fault, and the chunk's start. */
// @ts-ignore: decorator
@inline
export function scratchAllocate(length: u32): usize {
  const at = next;
  const after = at + ((<usize>length + 23) & ~7);
  if (after > end) return scratchGrow(length);
  next = after;
  return at;
}

/** Gives back what a caller allocated too much: the text ends at `used`. */
// @ts-ignore: decorator
@inline
export function scratchShrink(used: usize): void {
  next = (used + 23) & ~7;
}

function scratchGrow(length: u32): usize {
  const size = max<u32>(SCRATCH_BYTES_FIRST, max<u32>(<u32>(end - base) * 2, length + 64));
  if (length > SCRATCH_BYTES_MAX || size > SCRATCH_BYTES_MAX) {
    raise(FAULT_SCRATCH_LIMIT);
    // The request is served from fresh pages all the same where it is a plausible one, so that the caller's stores stay in memory.
    if (length > SCRATCH_BYTES_MAX) return reservePages(length + 64);
  }
  base = reservePages(size);
  end = base + size;
  next = base + ((<usize>length + 23) & ~7);
  return base;
}

/** A place to come back to: texts made after it can be forgotten alone. */
// @ts-ignore: decorator
@inline
export function scratchMark(): usize {
  return next;
}

/** Forgets what was made since the mark. A mark of an earlier chunk frees the whole present one: it holds only later texts. */
// @ts-ignore: decorator
@inline
export function scratchRelease(mark: usize): void {
  next = mark >= base && mark <= end ? mark : base;
  scratchEpoch++;
}
