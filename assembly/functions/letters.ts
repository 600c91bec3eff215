// Upper and lower case by Unicode's simple mappings, for ASCII, Latin-1, Latin Extended-A and Additional, Greek, Cyrillic and
// Armenian. Other code points are left as they are. Most letters of these blocks come in pairs, capital first.
import { Text, textLength, textOf, textPointer } from "../text";
import { scratchAllocate, scratchShrink } from "../state/scratch";
import { writeCodePoint } from "../formats/utf8";

/** Bytes of the UTF-8 sequence that starts with this byte. */
// @ts-ignore: decorator
@inline
export function sequenceBytes(first: u8): u32 {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The code point at `at`. */
export function readCodePoint(at: usize): u32 {
  const first = <u32>load<u8>(at);
  if (first < 0xc0) return first;
  const second = <u32>load<u8>(at, 1) & 63;
  if (first < 0xe0) return ((first & 31) << 6) | second;
  const third = <u32>load<u8>(at, 2) & 63;
  if (first < 0xf0) return ((first & 15) << 12) | (second << 6) | third;
  return ((first & 7) << 18) | (second << 12) | (third << 6) | (<u32>load<u8>(at, 3) & 63);
}

// Blocks where capital and small letter alternate: 0 no, 1 the capital is even, 2 the capital is odd.
function pairing(point: u32): u32 {
  if (point < 0x180) {
    if (point < 0x100 || point == 0x130 || point == 0x131 || point == 0x138 || point == 0x149 || point == 0x178 || point == 0x17f) return 0;
    return (point > 0x138 && point < 0x149) || point > 0x178 ? 2 : 1;
  }
  if (point >= 0x3d8 && point <= 0x3ef) return 1;
  if ((point >= 0x460 && point <= 0x481) || (point >= 0x48a && point <= 0x4bf) || (point >= 0x4d0 && point <= 0x52f)) return 1;
  if (point >= 0x4c1 && point <= 0x4ce) return 2;
  return u32((point >= 0x1e00 && point <= 0x1e95) || (point >= 0x1ea0 && point <= 0x1eff));
}

/** The capital of a letter. */
export function upperPoint(point: u32): u32 {
  if (point < 0x80) return point >= 0x61 && point <= 0x7a ? point - 32 : point;
  if (point < 0x100) {
    if (point >= 0xe0 && point != 0xf7) return point == 0xff ? 0x178 : point - 32;
    return point == 0xb5 ? 0x39c : point;
  }
  const pair = pairing(point);
  if (pair != 0) return (point & 1) == (pair & 1) ? point - 1 : point;
  if (point == 0x131) return 0x49;
  if (point == 0x17f) return 0x53;
  if (point >= 0x3ac && point <= 0x3ce) {
    if (point >= 0x3b1 && point <= 0x3cb) return point == 0x3c2 ? 0x3a3 : point - 32;
    return point == 0x3ac ? 0x386 : point <= 0x3af ? point - 37 : point == 0x3cc ? 0x38c : point >= 0x3cd ? point - 63 : point;
  }
  if (point >= 0x430 && point <= 0x45f) return point < 0x450 ? point - 32 : point - 80;
  if (point == 0x4cf) return 0x4c0;
  return point >= 0x561 && point <= 0x586 ? point - 48 : point;
}

/** The small letter of a capital. */
export function lowerPoint(point: u32): u32 {
  if (point < 0x80) return point >= 0x41 && point <= 0x5a ? point + 32 : point;
  if (point < 0x100) return point >= 0xc0 && point <= 0xde && point != 0xd7 ? point + 32 : point;
  const pair = pairing(point);
  if (pair != 0) return (point & 1) == (pair & 1) ? point : point + 1;
  if (point == 0x130) return 0x69;
  if (point == 0x178) return 0xff;
  if (point >= 0x386 && point <= 0x3ab) {
    if (point >= 0x391) return point == 0x3a2 ? point : point + 32;
    if (point == 0x386) return 0x3ac;
    return point >= 0x388 && point <= 0x38a ? point + 37 : point == 0x38c ? 0x3cc : point == 0x38e || point == 0x38f ? point + 63 : point;
  }
  if (point >= 0x400 && point <= 0x42f) return point < 0x410 ? point + 80 : point + 32;
  if (point == 0x4c0) return 0x4cf;
  return point >= 0x531 && point <= 0x556 ? point + 48 : point;
}

/** How `mapText` changes letters. */
export const TO_LOWER: i32 = 0;
export const TO_UPPER: i32 = 1;
/** The first letter of each word upward, others downward. */
export const TO_INITIALS: i32 = 2;

/** The text with its letters mapped. No mapping here makes a sequence longer, except within two bytes. */
export function mapText(text: Text, mode: i32): Text {
  let source = textPointer(text);
  const end = source + textLength(text);
  const start = scratchAllocate(textLength(text));
  let at = start;
  let inWord = false;
  while (source < end) {
    if (mode != TO_INITIALS && end - source >= 8) {
      const word = load<u64>(source);
      if ((word & 0x8080808080808080) == 0) {
        store<u64>(at, flipCase(word, mode == TO_UPPER ? 0x1f1f1f1f1f1f1f1f : 0x3f3f3f3f3f3f3f3f));
        source += 8;
        at += 8;
        continue;
      }
    }
    const point = readCodePoint(source);
    source += sequenceBytes(load<u8>(source));
    const up = mode == TO_UPPER || (mode == TO_INITIALS && !inWord);
    at = writeCodePoint(at, up ? upperPoint(point) : lowerPoint(point));
    inWord = isWordPoint(point);
  }
  scratchShrink(at);
  return textOf(start, <u32>(at - start));
}

// Eight ASCII bytes: those from the letter that `toHighBit` lifts to 0x80 on, 26 in number, change their case.
// @ts-ignore: decorator
@inline
function flipCase(word: u64, toHighBit: u64): u64 {
  const letters = ((word + toHighBit) ^ (word + (toHighBit - 0x1a1a1a1a1a1a1a1a))) & 0x8080808080808080;
  return word ^ (letters >> 2);
}

// Letters and digits; beyond ASCII everything counts as a letter.
function isWordPoint(point: u32): bool {
  return point >= 0x80 || point - 0x30 < 10 || (point | 0x20) - 0x61 < 26;
}
