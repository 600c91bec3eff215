// Numbers in CSV that are checked only, many at a time: a record of many columns has few that are read.
//
// Law: what passes here are values in their usual form (fast.ts), or nothing (NULL), each with a delimiter behind it; anything else is for
// the reader of single fields. 64 bytes are looked at together. One bit stands for each in a map of each class of bytes, and what must
// hold between neighbours holds between a map and another one, shifted (after Langdale and Lemire, "Parsing Gigabytes of JSON per Second",
// 2019):
//
//   bytes       1 2 . 5 , - 7 , , 0 . 2 5 , …
//   digits      1 1 0 1 0 0 1 0 0 1 0 1 1 0
//   points      0 0 1 0 0 0 0 0 0 0 1 0 0 0
//   ends        0 0 0 0 1 0 0 1 1 0 0 0 0 1
//   starts      1 0 0 0 0 1 0 0 1 1 0 0 0 0 …   ends, one further

import { isByte, isDigit, mapOf } from "./maps";

/**
 * Passes `count` numbers with at most `most` digits in a row, with or without a point; returns the address behind the last one's
 * delimiter, or 0 when some have another form.
 */
export function passNumbers(at: usize, stop: usize, delimiter: u8, count: i32, most: u32, point: bool): usize {
  if (ASC_FEATURE_SIMD) {
    // A look reaches no further than the padding of a batch.
    while (at <= stop) {
      const one = v128.load(at);
      const two = v128.load(at, 16);
      const three = v128.load(at, 32);
      const four = v128.load(at, 48);
      const ends = mapOf(isByte(one, delimiter), isByte(two, delimiter), isByte(three, delimiter), isByte(four, delimiter));
      if (ends == 0) return 0;
      const found = <i32>popcnt(ends);
      const last = found > count ? place(ends, count) : 63 - clz(ends);
      const within = (<u64>2 << last) - 1;
      const digits = mapOf(isDigit(one), isDigit(two), isDigit(three), isDigit(four)) & within;
      const zeros = mapOf(isByte(one, 0x30), isByte(two, 0x30), isByte(three, 0x30), isByte(four, 0x30));
      const points = point ? mapOf(isByte(one, 0x2e), isByte(two, 0x2e), isByte(three, 0x2e), isByte(four, 0x2e)) : 0;
      const signs = mapOf(isByte(one, 0x2d), isByte(two, 0x2d), isByte(three, 0x2d), isByte(four, 0x2d));
      const starts = (ends << 1) | 1;
      const firsts = (starts & ~signs) | (signs << 1);
      let wrong = ~(digits | points | signs | ends);
      wrong |= (starts & ~(digits | signs | ends)) | (signs & ~starts) | ((signs << 1) & ~digits);
      // A zero before another digit.
      wrong |= ((zeros & firsts) << 1) & digits;
      // A point stands between digits, and what is added behind it runs through those up to a byte that is no second one.
      if (point) wrong |= (points & ~(digits << 1)) | ((points << 1) & ~digits) | ((digits + (points << 1)) & ~digits & points);
      if ((wrong & within) != 0 || hasRun(digits, most + 1)) return 0;
      at += <usize>last + 1;
      count -= found;
      if (count <= 0) return at;
    }
  }
  return 0;
}

// Where the bit stands that has `count` − 1 set ones below.
function place(map: u64, count: i32): u64 {
  while (--count > 0) map &= map - 1;
  return ctz(map);
}

// True when so many neighbours are set: 2, 4, 8 … and the rest.
// @ts-ignore: decorator
@inline
function hasRun(map: u64, length: u32): bool {
  let known: u32 = 1;
  while (known < length) {
    const more = min(known, length - known);
    map &= map >> <u64>more;
    known += more;
  }
  return map != 0;
}
