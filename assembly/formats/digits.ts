// Decimal digits of unsigned numbers, two at a time, and how many there are.

const PAIRS: usize = memory.data<u8>([
  48, 48, 48, 49, 48, 50, 48, 51, 48, 52, 48, 53, 48, 54, 48, 55, 48, 56, 48, 57,
  49, 48, 49, 49, 49, 50, 49, 51, 49, 52, 49, 53, 49, 54, 49, 55, 49, 56, 49, 57,
  50, 48, 50, 49, 50, 50, 50, 51, 50, 52, 50, 53, 50, 54, 50, 55, 50, 56, 50, 57,
  51, 48, 51, 49, 51, 50, 51, 51, 51, 52, 51, 53, 51, 54, 51, 55, 51, 56, 51, 57,
  52, 48, 52, 49, 52, 50, 52, 51, 52, 52, 52, 53, 52, 54, 52, 55, 52, 56, 52, 57,
  53, 48, 53, 49, 53, 50, 53, 51, 53, 52, 53, 53, 53, 54, 53, 55, 53, 56, 53, 57,
  54, 48, 54, 49, 54, 50, 54, 51, 54, 52, 54, 53, 54, 54, 54, 55, 54, 56, 54, 57,
  55, 48, 55, 49, 55, 50, 55, 51, 55, 52, 55, 53, 55, 54, 55, 55, 55, 56, 55, 57,
  56, 48, 56, 49, 56, 50, 56, 51, 56, 52, 56, 53, 56, 54, 56, 55, 56, 56, 56, 57,
  57, 48, 57, 49, 57, 50, 57, 51, 57, 52, 57, 53, 57, 54, 57, 55, 57, 56, 57, 57,
]);

/** The bytes `00` … `99` of a number below 100, as a little-endian u16. */
// @ts-ignore: decorator
@inline
export function digitPair(value: u32): u16 {
  return load<u16>(PAIRS + (<usize>value << 1));
}

/** Number of decimal digits, 1 for 0. */
export function countDigits(value: u64): i32 {
  if (value < 10000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 100000000) return value < 1000000 ? (value < 100000 ? 5 : 6) : value < 10000000 ? 7 : 8;
  if (value < 1000000000000) return value < 10000000000 ? (value < 1000000000 ? 9 : 10) : value < 100000000000 ? 11 : 12;
  if (value < 10000000000000000) return value < 100000000000000 ? (value < 10000000000000 ? 13 : 14) : value < 1000000000000000 ? 15 : 16;
  return value < 1000000000000000000 ? (value < 100000000000000000 ? 17 : 18) : value < 10000000000000000000 ? 19 : 20;
}

// The bytes of a number below 10^8: into fours, pairs and digits, which lie beside each other in one word (after Paul Khuong, "How to print
// integers really fast", 2017). The quotients are exact in their ranges.
// @ts-ignore: decorator
@inline
function eightDigits(value: u32): u64 {
  const high = value / 10000;
  const fours = <u64>high | (<u64>(value - high * 10000) << 32);
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f;
  const pairs = hundreds | ((fours - hundreds * 100) << 16);
  const tens = ((pairs * 103) >> 10) & 0x000f000f000f000f;
  return (tens | ((pairs - tens * 10) << 8)) + 0x3030303030303030;
}

/** Writes a number below 10^count with `count` digits. */
export function writeDigits(at: usize, value: u64, count: i32): usize {
  let position = at + count;
  let left = count;
  while (left >= 8) {
    const rest = value / 100000000;
    position -= 8;
    store<u64>(position, eightDigits(<u32>(value - rest * 100000000)));
    value = rest;
    left -= 8;
  }
  let small = <u32>value;
  while (left >= 2) {
    const rest = small / 100;
    position -= 2;
    store<u16>(position, digitPair(small - rest * 100));
    small = rest;
    left -= 2;
  }
  if (left != 0) store<u8>(position - 1, <u8>(48 + small % 10));
  return at + count;
}

/** Writes an unsigned number. */
export function writeUnsigned(at: usize, value: u64): usize {
  if (value >= 100000000) return writeDigits(at, value, countDigits(value));
  const small = <u32>value;
  if (small < 100) {
    if (small < 10) {
      store<u8>(at, <u8>(48 + small));
      return at + 1;
    }
    store<u16>(at, digitPair(small));
    return at + 2;
  }
  if (small < 10000) {
    const high = small / 100;
    const low = digitPair(small - high * 100);
    if (high < 10) {
      store<u8>(at, <u8>(48 + high));
      store<u16>(at, low, 1);
      return at + 3;
    }
    store<u16>(at, digitPair(high));
    store<u16>(at, low, 2);
    return at + 4;
  }
  // The first four digits and the last four, which may be the same.
  const eight = eightDigits(small);
  const count = countDigits(value);
  store<u32>(at, <u32>(eight >> <u64>((8 - count) << 3)));
  store<u32>(at + count - 4, <u32>(eight >> 32));
  return at + count;
}
