// Maps of 64 bytes: one bit for each that belongs to a class, the first byte's lowest (Langdale and Lemire, "Parsing Gigabytes of JSON per
// Second", 2019).

/** Ones where a byte is this one. */
// @ts-ignore: decorator
@inline
export function isByte(bytes: v128, byte: u8): v128 {
  return i8x16.eq(bytes, i8x16.splat(byte));
}

/** Ones where a byte is a digit: moved so that these are the lowest signed numbers. */
// @ts-ignore: decorator
@inline
export function isDigit(bytes: v128): v128 {
  return i8x16.lt_s(i8x16.sub(bytes, i8x16.splat(<i8>0xb0)), i8x16.splat(-118));
}

/** The map of what four times 16 bytes are. */
// @ts-ignore: decorator
@inline
export function mapOf(one: v128, two: v128, three: v128, four: v128): u64 {
  const low = <u64>(<u32>i8x16.bitmask(one) | (<u32>i8x16.bitmask(two) << 16));
  const high = <u64>(<u32>i8x16.bitmask(three) | (<u32>i8x16.bitmask(four) << 16));
  return low | (high << 32);
}
