// Buffers into which the host writes what an input read. One an input, kept and grown.
import { reservePages } from "./pages";
import { INPUT_PADDING_BYTES } from "../../contract/abi";

const INPUTS_MAX: i32 = 256;
/** Buffers end at a multiple of this: what is kept of a record before each piece differs from piece to piece. */
const STEP_BYTES: u32 = 1 << 16;
// Per input: u32 pointer, u32 capacity.
const buffers: usize = memory.data(8 * 256, 8);

/** Room for `bytes` and the padding that decoders may read. 0 for an input that does not exist. */
export function inputBuffer(input: i32, bytes: i32): usize {
  if (input < 0 || input >= INPUTS_MAX || bytes < 0) return 0;
  const entry = buffers + (<usize>input << 3);
  const needed = <u32>bytes + INPUT_PADDING_BYTES;
  if (load<u32>(entry, 4) < needed) {
    const capacity = (needed + 2 * STEP_BYTES - 1) & ~(STEP_BYTES - 1);
    store<u32>(entry, <u32>reservePages(capacity));
    store<u32>(entry, capacity, 4);
  }
  return <usize>load<u32>(entry);
}
