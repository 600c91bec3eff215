// The text of RANDOM_CUT_FOREST_WITH_EXPLANATION: a JSON object with the attribution of every numeric column.
//
//   {"NAME":{"DIRECTION":"HIGH","STRENGTH":"0.8567","ATTRIBUTION_SCORE":"1.7447"},…}          numbers are texts with four decimals
//
// Law: a column's ATTRIBUTION_SCORE is the sum of its shares over the rows of the shingle and over both directions, so all of them sum to the
// score; DIRECTION is HIGH where the shares above outweigh those below, else LOW; STRENGTH is by how much they do. Without
// directionality an entry has ATTRIBUTION_SCORE alone. Before the first score everything is LOW and 0.0000.
import { Text, textLength, textOf, textPointer } from "../text";
import { writeDecimal } from "../formats/encode";
import { scratchAllocate, scratchShrink } from "../state/scratch";
import { Forest } from "./randomCutForest";

/** Most bytes of an entry beside the column's name. */
const ENTRY_BYTES: u32 = 128;
// "DIRECTION":"HIGH","STRENGTH":"
const DIRECTION_HIGH: usize = memory.data<u8>([34, 68, 73, 82, 69, 67, 84, 73, 79, 78, 34, 58, 34, 72, 73, 71, 72, 34, 44, 34, 83, 84, 82, 69, 78, 71, 84, 72, 34, 58, 34]);
const DIRECTION_HIGH_BYTES: u32 = 31;
// "DIRECTION":"LOW","STRENGTH":"
const DIRECTION_LOW: usize = memory.data<u8>([34, 68, 73, 82, 69, 67, 84, 73, 79, 78, 34, 58, 34, 76, 79, 87, 34, 44, 34, 83, 84, 82, 69, 78, 71, 84, 72, 34, 58, 34]);
const DIRECTION_LOW_BYTES: u32 = 30;
// "ATTRIBUTION_SCORE":"
const ATTRIBUTION: usize = memory.data<u8>([34, 65, 84, 84, 82, 73, 66, 85, 84, 73, 79, 78, 95, 83, 67, 79, 82, 69, 34, 58, 34]);
const ATTRIBUTION_BYTES: u32 = 21;

/** The explanation of the row that was scored last. `names` are the columns' names as JSON texts with their quotes, one u64 a column. */
export function forestExplanation(forest: Forest, names: usize, withDirectionality: bool): Text {
  let bytes: u32 = 2;
  for (let column: u32 = 0; column < forest.columns; column++) bytes += ENTRY_BYTES + textLength(load<u64>(names + (column << 3)));
  const start = scratchAllocate(bytes);
  let at = start;
  store<u8>(at++, 0x7b);
  for (let column: u32 = 0; column < forest.columns; column++) {
    if (column > 0) store<u8>(at++, 0x2c);
    at = writePiece(at, textPointer(load<u64>(names + (column << 3))), textLength(load<u64>(names + (column << 3))));
    at = writeEntry(at, sumOfShares(forest, forest.high, column), sumOfShares(forest, forest.low, column), withDirectionality);
  }
  store<u8>(at++, 0x7d);
  scratchShrink(at);
  return textOf(start, <u32>(at - start));
}

function sumOfShares(forest: Forest, shares: usize, column: u32): f64 {
  let sum: f64 = 0;
  for (let at = column; at < forest.dimensions; at += forest.columns) sum += load<f64>(shares + (at << 3));
  return sum;
}

function writeEntry(at: usize, high: f64, low: f64, withDirectionality: bool): usize {
  store<u16>(at, 0x7b3a);
  at += 2;
  if (withDirectionality) {
    at = high > low ? writePiece(at, DIRECTION_HIGH, DIRECTION_HIGH_BYTES) : writePiece(at, DIRECTION_LOW, DIRECTION_LOW_BYTES);
    at = writeFourDecimals(at, abs(high - low));
    store<u16>(at, 0x2c22);
    at += 2;
  }
  at = writePiece(at, ATTRIBUTION, ATTRIBUTION_BYTES);
  at = writeFourDecimals(at, high + low);
  store<u16>(at, 0x7d22);
  return at + 2;
}

function writePiece(at: usize, pointer: usize, length: u32): usize {
  memory.copy(at, pointer, length);
  return at + length;
}

// A score is at most log2 of a sample's size, so four decimals fit easily.
function writeFourDecimals(at: usize, value: f64): usize {
  return writeDecimal(at, <i64>nearest(value * 10000), 4);
}
