// Casts to text from numbers, BOOLEAN and text, and between binaries; see casts.ts for the names.
import { Text, textLength, textOf, textPointer } from "../text";
import { raiseWith } from "../faults";
import { FAULT_INVALID_CAST, FAULT_TEXT_TOO_LONG } from "../../contract/abi";
import { scratchAllocate, scratchShrink } from "../state/scratch";
import { writeBigint, writeDecimal } from "../formats/encode";
import { writeDoubleJava, writeRealJava } from "../formats/floats";
import { countCodePoints, skipCodePoints } from "../formats/utf8";
import { trimBlanks, trimmedEnd, trimmedStart } from "./castNumbers";
import { setNull } from "./nulls";

const VALUE_BYTES: u32 = 48;
const WORDS: usize = memory.data<u8>([84, 82, 85, 69, 70, 65, 76, 83, 69, 0, 0, 0, 0, 0, 0, 0]);

/** Memory for the text of a value that isn't text. */
// @ts-ignore: decorator
@inline
export function startText(): usize {
  return scratchAllocate(VALUE_BYTES);
}

/** The ASCII text from `start` to `end`; text-too-long when that is more than `length`. */
export function finishText(start: usize, end: usize, length: i32): Text {
  scratchShrink(end);
  const text = textOf(start, <u32>(end - start));
  if (<i32>textLength(text) > length) raiseWith(FAULT_TEXT_TOO_LONG, text);
  return text;
}

/** TRUE or FALSE. */
export function castBooleanToText(value: i32, length: i32): Text {
  const text = value != 0 ? textOf(WORDS, 4) : textOf(WORDS + 4, 5);
  if (<i32>textLength(text) > length) raiseWith(FAULT_TEXT_TOO_LONG, text);
  return text;
}

export function castBigintToText(value: i64, length: i32): Text {
  const start = startText();
  return finishText(start, writeBigint(start, value), length);
}

/** All digits of the scale. */
export function castDecimalToText(value: i64, scale: i32, length: i32): Text {
  const start = startText();
  return finishText(start, writeDecimal(start, value, scale), length);
}

/** The form of Java's Double.toString (DECISIONS 30). */
export function castDoubleToText(value: f64, length: i32): Text {
  const start = startText();
  return finishText(start, writeDoubleJava(start, value), length);
}

/** The form of Java's Float.toString (DECISIONS 30). */
export function castRealToText(value: f32, length: i32): Text {
  const start = startText();
  return finishText(start, writeRealJava(start, value), length);
}

// True when the trimmed text is this word of lower-case letters, in any case.
function isWord(word: u64, length: usize): bool {
  if (trimmedEnd - trimmedStart != length) return false;
  let found: u64 = 0;
  for (let index: usize = 0; index < length; index++) found |= (<u64>load<u8>(trimmedStart + index) | 0x20) << (index << 3);
  return found == word;
}

/** true, false or unknown in any case; unknown is NULL. */
export function castTextToBoolean(text: Text): i32 {
  trimBlanks(text);
  if (isWord(0x65757274, 4)) return 1;
  if (isWord(0x65736c6166, 5)) return 0;
  if (isWord(0x6e776f6e6b6e75, 7)) setNull();
  else raiseWith(FAULT_INVALID_CAST, text);
  return 0;
}

/** At most `length` code points. */
export function truncateText(text: Text, length: i32): Text {
  if (textLength(text) <= <u32>length) return text;
  const start = textPointer(text);
  return textOf(start, <u32>(skipCodePoints(start, start + textLength(text), length) - start));
}

/** Exactly `length` code points: cut, or filled up with blanks. */
export function padText(text: Text, length: i32): Text {
  const bytes = textLength(text);
  const points = countCodePoints(textPointer(text), bytes);
  if (points == <u32>length) return text;
  if (points > <u32>length) return truncateText(text, length);
  return fillUp(text, bytes + <u32>length - points, 0x20);
}

/** At most `length` bytes. */
export function truncateBinary(text: Text, length: i32): Text {
  return textLength(text) <= <u32>length ? text : textOf(textPointer(text), length);
}

/** Exactly `length` bytes: cut, or filled up with zeros. */
export function padBinary(text: Text, length: i32): Text {
  return textLength(text) >= <u32>length ? truncateBinary(text, length) : fillUp(text, length, 0);
}

function fillUp(text: Text, length: u32, filler: u8): Text {
  const start = scratchAllocate(length);
  memory.copy(start, textPointer(text), textLength(text));
  memory.fill(start + textLength(text), filler, length - textLength(text));
  return textOf(start, length);
}
