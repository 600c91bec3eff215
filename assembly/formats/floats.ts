// Doubles and reals as text: the shortest digits that read back as the same value, the closest where several are.
// Raffaele Giulietti, "The Schubfach way to render doubles" (2020), with a quick path for short decimals before it.
// Two forms: as JavaScript and JSON print (25, 0.1, 1e+21), and as Java prints (25.0, 0.1, 1.0E21; DECISIONS 30).
import { multiplyHigh, powerOfTen } from "../functions/wide";
import { countDigits, digitPair, writeDigits, writeUnsigned } from "./digits";
import { powerEntry } from "./powers";

/** Digits and decimal exponent of the last conversion: value = digits · 10^exponent. */
let digits: u64 = 0;
let exponent: i32 = 0;

/** Writes a double as JSON. A value that is not finite, which no expression makes, becomes null. */
export function writeDouble(at: usize, value: f64): usize {
  let size = abs(value);
  if (size - size != 0) return writeNull(at);
  if (value < 0) store<u8>(at++, 0x2d);
  if (size < 9007199254740992.0 && size == trunc(size)) return writeUnsigned(at, <u64>size);
  const hundredths = hundredthsOf(size);
  if (hundredths >= 0) return writeHundredths(at, <u32>hundredths);
  if (!shortDecimal(size)) shortestDouble(size);
  return writePlain(at);
}

/** Writes a real as JSON. */
export function writeReal(at: usize, value: f32): usize {
  const size = abs(value);
  if (size - size != 0) return writeNull(at);
  if (value < 0) store<u8>(at++, 0x2d);
  if (size < 16777216.0 && size == trunc(size)) return writeUnsigned(at, <u64>size);
  // Up to 6 digits: no two such decimals share a real.
  const hundredths = nearest(<f64>size * 100.0);
  if (hundredths < 1e6 && <f32>(hundredths / 100.0) == size) return writeHundredths(at, <u32>hundredths);
  shortestReal(size);
  return writePlain(at);
}

/** Writes a double as Java's Double.toString does. */
export function writeDoubleJava(at: usize, value: f64): usize {
  const size = abs(value);
  if (reinterpret<i64>(value) < 0) store<u8>(at++, 0x2d);
  if (size == 0) return writeDecimalPoint(at, 0);
  if (!fewPlaces(size) && !shortDecimal(size)) shortestDouble(size);
  return writeJava(at);
}

/** Writes a real as Java's Float.toString does. */
export function writeRealJava(at: usize, value: f32): usize {
  const size = abs(value);
  if (reinterpret<i32>(value) < 0) store<u8>(at++, 0x2d);
  if (size == 0) return writeDecimalPoint(at, 0);
  shortestReal(size);
  return writeJava(at);
}

function writeNull(at: usize): usize {
  store<u32>(at, 0x6c6c756e);
  return at + 4;
}

// A whole number and `.0`.
function writeDecimalPoint(at: usize, whole: u64): usize {
  at = writeUnsigned(at, whole);
  store<u16>(at, 0x302e);
  return at + 2;
}

// One or two places behind the point, as most values have that are read from decimals.
// @ts-ignore: decorator
@inline
function writeHundredths(at: usize, hundredths: u32): usize {
  const whole = hundredths / 100;
  const rest = hundredths - whole * 100;
  at = writeUnsigned(at, <u64>whole);
  store<u8>(at, 0x2e);
  store<u16>(at, digitPair(rest), 1);
  return rest % 10 == 0 ? at + 2 : at + 3;
}

// No two decimals of up to 15 digits share a double, so a division that gives the value back proves that they are the digits. Most have two
// places or fewer: their hundredths, below 2^32; −1 for others.
// @ts-ignore: decorator
@inline
function hundredthsOf(size: f64): f64 {
  const hundredths = nearest(size * 100.0);
  return hundredths < 4294967296.0 && hundredths / 100.0 == size ? hundredths : -1;
}

// The same as digits.
function fewPlaces(size: f64): bool {
  const hundredths = hundredthsOf(size);
  if (hundredths < 0) return false;
  digits = <u64>hundredths;
  exponent = -2;
  dropZeros();
  return true;
}

// Up to 6 places, in up to 15 digits.
function shortDecimal(size: f64): bool {
  const scaled = nearest(size * 1000000.0);
  if (!(scaled < 1e15 && scaled / 1000000.0 == size)) return false;
  digits = <u64>scaled;
  exponent = -6;
  dropZeros();
  return true;
}

function dropZeros(): void {
  if (digits % 1000 == 0) {
    digits /= 1000;
    exponent += 3;
  }
  while (digits % 10 == 0) {
    digits /= 10;
    exponent++;
  }
}

function shortestDouble(size: f64): void {
  const bits = reinterpret<u64>(size);
  const biased = <i32>(bits >> 52);
  const fraction = bits & 0xfffffffffffff;
  shortest(biased == 0 ? fraction : fraction | (1 << 52), max(biased, 1) - 1075, fraction == 0 && biased > 1);
}

function shortestReal(size: f32): void {
  const bits = reinterpret<u32>(size);
  const biased = <i32>(bits >> 23);
  const fraction = <u64>(bits & 0x7fffff);
  shortest(biased == 0 ? fraction : fraction | (1 << 23), max(biased, 1) - 150, fraction == 0 && biased > 1);
}

// Digits of significand · 2^binary. `narrow`: the neighbour below is only half as far away as the one above.
function shortest(significand: u64, binary: i32, narrow: bool): void {
  const odd = significand & 1;
  const middle = significand << 2;
  const lower = middle - (narrow ? 1 : 2);
  // floor(log10(2^binary)), or of ¾ of it.
  const decimal = <i32>((<i64>binary * 661971961083 - (narrow ? 274743187321 : 0)) >> 41);
  const shift = <u64>(binary + <i32>((<i64>-decimal * 913124641741) >> 38) + 2);
  const entry = powerEntry(-decimal);
  const value = roundToOdd(entry, middle << shift);
  const least = roundToOdd(entry, lower << shift) + odd;
  const most = roundToOdd(entry, (middle + 2) << shift) - odd;
  const whole = value >> 2;
  exponent = decimal;
  if (whole >= 10) {
    const below = whole / 10 * 10;
    const belowFits = least <= below << 2;
    const aboveFits = (below + 10) << 2 <= most;
    if (belowFits != aboveFits) {
      digits = belowFits ? below : below + 10;
      dropZeros();
      return;
    }
  }
  const wholeFits = least <= whole << 2;
  const nextFits = (whole + 1) << 2 <= most;
  let up: bool;
  if (wholeFits != nextFits) up = nextFits;
  else {
    const order = <i64>(value - (((whole << 1) + 1) << 1));
    up = order > 0 || (order == 0 && (whole & 1) != 0);
  }
  digits = whole + u64(up);
  dropZeros();
}

// g · factor / 2^127, its last bit set when something was cut.
function roundToOdd(entry: usize, factor: u64): u64 {
  const high = load<u64>(entry);
  const low = load<u64>(entry, 8);
  const sum = ((high * factor) >> 1) + multiplyHigh(low, factor);
  const whole = multiplyHigh(high, factor) + (sum >> 63);
  return whole | (((sum & 0x7fffffffffffffff) + 0x7fffffffffffffff) >> 63);
}

// The form of ECMAScript's Number::toString.
function writePlain(at: usize): usize {
  const count = countDigits(digits);
  const point = count + exponent;
  if (point > 21 || point <= -6) return writeExponent(at, count, 0x65, point > 0);
  if (exponent >= 0) return writeZeros(writeDigits(at, digits, count), exponent);
  return writeFraction(at, count, point);
}

// Java: plain from 10^-3 to below 10^7, always with a digit behind the point.
function writeJava(at: usize): usize {
  const count = countDigits(digits);
  const point = count + exponent;
  if (point > 7 || point <= -3) return writeExponent(at, count, 0x45, false);
  if (exponent >= 0) return writeDecimalPoint(at, digits * powerOfTen(exponent));
  return writeFraction(at, count, point);
}

// `12.5` or `0.05`: the point stands after `point` of the digits.
function writeFraction(at: usize, count: i32, point: i32): usize {
  if (point <= 0) {
    store<u16>(at, 0x2e30);
    return writeDigits(writeZeros(at + 2, -point), digits, count);
  }
  const end = writeDigits(at + 1, digits, count);
  if (point <= 6) {
    // Eight bytes are put down again; those behind the point as they were.
    const kept = <u64>-1 << <u64>(point * 8);
    store<u64>(at, (load<u64>(at, 1) & ~kept) | (load<u64>(at) & kept));
  } else {
    for (let index = 0; index < point; index++) store<u8>(at + index, load<u8>(at + index + 1));
  }
  store<u8>(at + point, 0x2e);
  return end;
}

function writeZeros(at: usize, count: i32): usize {
  for (let index = 0; index < count; index++) store<u8>(at + index, 0x30);
  return at + count;
}

// `d.ddde-7`. Java writes a zero behind the point where nothing else is, JavaScript a plus before the exponent.
function writeExponent(at: usize, count: i32, letter: u8, plus: bool): usize {
  const first = at;
  at = writeDigits(at + 1, digits, count);
  store<u8>(first, load<u8>(first + 1));
  store<u8>(first + 1, 0x2e);
  if (count == 1) {
    if (letter == 0x65) at = first + 1;
    else {
      store<u8>(first + 2, 0x30);
      at = first + 3;
    }
  }
  const power = count + exponent - 1;
  store<u8>(at++, letter);
  if (power < 0) store<u8>(at++, 0x2d);
  else if (plus) store<u8>(at++, 0x2b);
  return writeUnsigned(at, <u64>abs(power));
}
