// Output buffers: encoded rows wait here until the host drains them.
import { OUTPUT_BYTES_MAX_DEFAULT } from "../../contract/abi";
import { allocateBlock, freeBlock } from "../state/arena";
import { setOutputFull, outputFull } from "./context";

/** Past this many bytes in one output the program stops between two rows. */
let outputBytesMax: usize = <usize>OUTPUT_BYTES_MAX_DEFAULT;
const OUTPUT_BYTES_FIRST: usize = 1 << 16;

/** Sets the limit of all outputs. */
export function setOutputBytesMax(bytes: u64): void {
  outputBytesMax = <usize>min<u64>(max<u64>(bytes, 1), <u64>i32.MAX_VALUE);
}

/** One output; zeroed static memory of OUTPUT_BYTES. */
@unmanaged
export class Output {
  buffer: usize;
  length: usize;
  capacity: usize;
  pad: usize;
  rows: i64;
}

export const OUTPUT_BYTES: usize = 32;

/** Room for `bytes` more; returns where they go. `commitOutput` tells how many came. */
// @ts-ignore: decorator
@inline
export function outputSpace(output: Output, bytes: usize): usize {
  if (output.length + bytes > output.capacity) growOutput(output, bytes);
  return output.buffer + output.length;
}

function growOutput(output: Output, bytes: usize): void {
  const wanted = max<usize>(max<usize>(output.capacity * 2, OUTPUT_BYTES_FIRST), output.length + bytes);
  const grown = allocateBlock(wanted);
  if (output.capacity > 0) {
    memory.copy(grown, output.buffer, output.length);
    freeBlock(output.buffer, output.capacity);
  }
  output.buffer = grown;
  output.capacity = wanted;
}

/** The row ends at `end`. */
// @ts-ignore: decorator
@inline
export function commitOutput(output: Output, end: usize): void {
  output.length = end - output.buffer;
  output.rows++;
  if (output.length >= outputBytesMax) setOutputFull(true);
}

/** Forgets what was drained. */
export function clearOutput(output: Output): void {
  output.length = 0;
  if (outputFull) setOutputFull(false);
}
