// Size-class arena: every container's memory comes from here and returns here, so that what one window frees the next one reuses.
// Classes are powers of two from 16 bytes; a free block's first word links to the next free block of its class.
//
//   freeLists[class] ─▶ block ─▶ block ─▶ 0        block bytes = 16 << class
import { reservePages } from "./pages";
import { STATE_BYTES_MAX_DEFAULT } from "../../contract/abi";

const CLASSES: i32 = 28;
/** Blocks below this size are cut from a shared stretch instead of taking pages of their own. */
const SHARED_STRETCH_BYTES: usize = 1 << 16;

const freeLists: usize = memory.data(4 * 28, 8);
let stretch: usize = 0;
let stretchEnd: usize = 0;

/** Bytes in blocks that are in use. */
export let stateBytes: u64 = 0;
/** The most that `stateBytes` has been. */
export let stateBytesPeak: u64 = 0;
/** Limit of `stateBytes`; passing it gives the program up (SEMANTICS 20). */
export let stateBytesMax: u64 = STATE_BYTES_MAX_DEFAULT;
/** Set before giving up because of the limit. */
export let stateLimitReached: bool = false;

/** Sets the limit of state in bytes. */
export function setStateBytesMax(bytes: u64): void {
  stateBytesMax = bytes;
}

// @ts-ignore: decorator
@inline
function classOf(bytes: usize): i32 {
  return bytes <= 16 ? 0 : 28 - <i32>clz<u32>(<u32>bytes - 1);
}

/** The size of the block that a request of `bytes` gets. */
export function blockBytes(bytes: usize): usize {
  return <usize>16 << classOf(bytes);
}

/** A block of at least `bytes`, 16-aligned, with undefined content. */
export function allocateBlock(bytes: usize): usize {
  const sizeClass = classOf(bytes);
  const size = <usize>16 << sizeClass;
  stateBytes += size;
  if (stateBytes > stateBytesPeak) stateBytesPeak = stateBytes;
  if (stateBytes > stateBytesMax) {
    stateLimitReached = true;
    unreachable();
  }
  const head = freeLists + (<usize>sizeClass << 2);
  const block = <usize>load<u32>(head);
  if (block != 0) {
    store<u32>(head, load<u32>(block));
    return block;
  }
  if (size >= SHARED_STRETCH_BYTES) return reservePages(size);
  if (stretch + size > stretchEnd) {
    stretch = reservePages(SHARED_STRETCH_BYTES);
    stretchEnd = stretch + SHARED_STRETCH_BYTES;
  }
  const at = stretch;
  stretch += size;
  return at;
}

/** Gives a block back; `bytes` is what was asked for. */
export function freeBlock(block: usize, bytes: usize): void {
  const sizeClass = classOf(bytes);
  stateBytes -= <u64>16 << sizeClass;
  const head = freeLists + (<usize>sizeClass << 2);
  store<u32>(block, load<u32>(head));
  store<u32>(head, <u32>block);
}
