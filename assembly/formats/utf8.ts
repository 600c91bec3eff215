// UTF-8: validity (RFC 3629) and lengths in code points.

/** True when all bytes are ASCII. */
export function isAsciiText(at: usize, end: usize): bool {
  for (; at + 8 <= end; at += 8) if ((load<u64>(at) & 0x8080808080808080) != 0) return false;
  for (; at < end; at++) if (load<u8>(at) >= 0x80) return false;
  return true;
}

/** True when the bytes are well-formed UTF-8. */
export function isValidUtf8(at: usize, end: usize): bool {
  while (at < end) {
    if (ASC_FEATURE_SIMD) {
      if (at + 16 <= end && i8x16.bitmask(v128.load(at)) == 0) {
        at += 16;
        continue;
      }
    }
    if (at + 8 <= end && (load<u64>(at) & 0x8080808080808080) == 0) {
      at += 8;
      continue;
    }
    const first = load<u8>(at);
    if (first < 0x80) {
      at++;
      continue;
    }
    const length = sequenceLength(at, end, first);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

// Bytes of the sequence at `at`, 0 when it is malformed: overlong, a surrogate, past U+10FFFF or cut off.
function sequenceLength(at: usize, end: usize, first: u8): usize {
  if (first < 0xc2 || first > 0xf4) return 0;
  const length: usize = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > end) return 0;
  const second = load<u8>(at + 1);
  if ((second & 0xc0) != 0x80) return 0;
  if (first == 0xe0 && second < 0xa0) return 0;
  if (first == 0xed && second > 0x9f) return 0;
  if (first == 0xf0 && second < 0x90) return 0;
  if (first == 0xf4 && second > 0x8f) return 0;
  for (let index: usize = 2; index < length; index++) {
    if ((load<u8>(at + index) & 0xc0) != 0x80) return 0;
  }
  return length;
}

/** Code points in valid UTF-8. */
export function countCodePoints(at: usize, bytes: u32): u32 {
  let count: u32 = 0;
  const end = at + bytes;
  while (at + 8 <= end) {
    // A byte continues a character when its top bits are 10.
    const word = load<u64>(at);
    count += 8 - <u32>popcnt<u64>((word >> 7) & (~word >> 6) & 0x0101010101010101);
    at += 8;
  }
  for (; at < end; at++) count += u32((load<u8>(at) & 0xc0) != 0x80);
  return count;
}

/** The address behind `count` code points, at most `end`. */
export function skipCodePoints(at: usize, end: usize, count: u32): usize {
  while (count > 0 && at < end) {
    at++;
    while (at < end && (load<u8>(at) & 0xc0) == 0x80) at++;
    count--;
  }
  return at;
}

/** Writes a code point. */
export function writeCodePoint(at: usize, point: u32): usize {
  if (point < 0x80) {
    store<u8>(at, <u8>point);
    return at + 1;
  }
  if (point < 0x800) {
    store<u8>(at, <u8>(0xc0 | (point >> 6)));
    store<u8>(at, <u8>(0x80 | (point & 63)), 1);
    return at + 2;
  }
  if (point < 0x10000) {
    store<u8>(at, <u8>(0xe0 | (point >> 12)));
    store<u8>(at, <u8>(0x80 | ((point >> 6) & 63)), 1);
    store<u8>(at, <u8>(0x80 | (point & 63)), 2);
    return at + 3;
  }
  store<u8>(at, <u8>(0xf0 | (point >> 18)));
  store<u8>(at, <u8>(0x80 | ((point >> 12) & 63)), 1);
  store<u8>(at, <u8>(0x80 | ((point >> 6) & 63)), 2);
  store<u8>(at, <u8>(0x80 | (point & 63)), 3);
  return at + 4;
}
