// Floats → the shortest digits that read back as the same number. Method: Raffaello Giulietti, "The Schubfach way to render
// doubles" (2020); its table of powers is assembly/formats/powers. Short decimals, the usual case, take a quicker way.
import { countDigits, writeUnsigned } from "./encode";
import { exactPower } from "./numbers";
import { POWERS_OF_TEN, POWER_MIN } from "./powers";

const MASK_63: u64 = 0x7fffffffffffffff;

// The decimal of the last conversion: digits × 10^exponent.
let decimalDigits: u64 = 0;
let decimalExponent: i32 = 0;

function multiplyHigh(left: u64, right: u64): u64 {
  const a = left >> 32;
  const b = left & 0xffffffff;
  const c = right >> 32;
  const d = right & 0xffffffff;
  const middle = a * d + ((b * d) >> 32);
  return a * c + (middle >> 32) + (((middle & 0xffffffff) + b * c) >> 32);
}

function roundToOdd(g1: u64, g0: u64, value: u64): u64 {
  const x1 = multiplyHigh(g0, value);
  const y0 = g1 * value;
  const y1 = multiplyHigh(g1, value);
  const z = (y0 >> 1) + x1;
  const w = y1 + (z >> 63);
  return w | (((z & MASK_63) + MASK_63) >> 63);
}

// Sets the decimal of c × 2^q.
function schubfach(q: i32, c: u64, regular: bool): void {
  const odd = c & 1;
  const cb = c << 2;
  const cbr = cb + 2;
  let cbl: u64;
  let k: i32;
  if (regular) {
    cbl = cb - 2;
    k = <i32>((<i64>q * 661971961083) >> 41);
  } else {
    cbl = cb - 1;
    k = <i32>((<i64>q * 661971961083 - 274743187321) >> 41);
  }
  const h = <u64>(q + <i32>((<i64>-k * 913124641741) >> 38) + 2);
  const entry = POWERS_OF_TEN + (<usize>(k - POWER_MIN) << 4);
  const g1 = load<u64>(entry);
  const g0 = load<u64>(entry, 8);
  const vb = roundToOdd(g1, g0, cb << h);
  const vbl = roundToOdd(g1, g0, cbl << h);
  const vbr = roundToOdd(g1, g0, cbr << h);
  const s = vb >> 2;
  decimalExponent = k;
  if (s >= 100) {
    const shorter = (s / 10) * 10;
    const longer = shorter + 10;
    const lowIn = vbl + odd <= shorter << 2;
    const highIn = (longer << 2) + odd <= vbr;
    if (lowIn != highIn) {
      decimalDigits = lowIn ? shorter : longer;
      return;
    }
  }
  const t = s + 1;
  const sIn = vbl + odd <= s << 2;
  const tIn = (t << 2) + odd <= vbr;
  if (sIn != tIn) {
    decimalDigits = sIn ? s : t;
    return;
  }
  const order = <i64>(vb - ((s + t) << 1));
  decimalDigits = order < 0 || (order == 0 && (s & 1) == 0) ? s : t;
}

// Sets the decimal of a positive double.
function decimalOfDouble(value: f64): void {
  const whole = <u64>value;
  if (value < 9007199254740992 && <f64>whole == value) {
    decimalDigits = whole;
    decimalExponent = 0;
    return;
  }
  if (value >= 0.001 && value < 1e9) {
    // Up to five places: the scaled number is exact enough to be told by dividing back.
    for (let places = 1; places <= 5; places++) {
      const scaled = <u64>(value * exactPower(places) + 0.5);
      if (<f64>scaled / exactPower(places) == value) {
        decimalDigits = scaled;
        decimalExponent = -places;
        return;
      }
    }
  }
  const bits = reinterpret<u64>(value);
  const fraction = bits & 0xfffffffffffff;
  const field = <i32>(bits >> 52);
  if (field == 0) {
    // The smallest numbers have too few bits for the method: ten times as many digits first.
    if (fraction < 3) {
      schubfach(-1074, fraction * 10, true);
      decimalExponent--;
    } else schubfach(-1074, fraction, true);
    return;
  }
  schubfach(field - 1075, fraction | 0x10000000000000, fraction != 0 || field == 1);
}

// Sets the decimal of a positive float: the fewest digits whose double rounds to it.
function decimalOfFloat(value: f32): void {
  const wide = <f64>value;
  if (wide < 16777216 && <f64><u64>wide == wide) {
    decimalDigits = <u64>wide;
    decimalExponent = 0;
    return;
  }
  decimalOfDouble(wide);
  const digits = decimalDigits;
  const exponent = decimalExponent;
  const count = <i32>countDigits(digits);
  for (let keep = 1; keep < min(count, 10); keep++) {
    let power: u64 = 1;
    for (let index = 0; index < count - keep; index++) power *= 10;
    const cut = (digits + (power >> 1)) / power;
    if (<f32>scaled(cut, exponent + count - keep) == value) {
      decimalDigits = cut;
      decimalExponent = exponent + count - keep;
      return;
    }
  }
}

function scaled(digits: u64, exponent: i32): f64 {
  let value = <f64>digits;
  while (exponent > 0) {
    value *= exactPower(min(exponent, 22));
    exponent -= min(exponent, 22);
  }
  while (exponent < 0) {
    value /= exactPower(min(-exponent, 22));
    exponent += min(-exponent, 22);
  }
  return value;
}

function dropZeros(): void {
  while (decimalDigits != 0 && decimalDigits % 10 == 0) {
    decimalDigits /= 10;
    decimalExponent++;
  }
}

/** As JavaScript prints numbers: `25`, `0.1`, `1e+21`. At most 25 bytes. Not for NaN and infinities, which no column holds. */
export function writeDouble(at: usize, value: f64): usize {
  if (value < 0) store<u8>(at++, 0x2d);
  if (value == 0) {
    store<u8>(at, 0x30);
    return at + 1;
  }
  decimalOfDouble(abs(value));
  return writePlain(at, 21, -7);
}

/** A REAL in the same form. */
export function writeReal(at: usize, value: f32): usize {
  if (value < 0) store<u8>(at++, 0x2d);
  if (value == 0) {
    store<u8>(at, 0x30);
    return at + 1;
  }
  decimalOfFloat(abs(value));
  return writePlain(at, 21, -7);
}

// Digits with a point where it belongs; an exponent at 10^`high` and above, below 10^`low` (JavaScript's rule).
function writePlain(at: usize, high: i32, low: i32): usize {
  dropZeros();
  const count = <i32>countDigits(decimalDigits);
  const point = count + decimalExponent;
  if (point > high || point <= low + 1) return writeExponent(at, count, point - 1, false);
  if (decimalExponent >= 0) {
    at = writeUnsigned(at, decimalDigits);
    for (let index = 0; index < decimalExponent; index++) store<u8>(at++, 0x30);
    return at;
  }
  if (point <= 0) {
    store<u16>(at, 0x2e30);
    at += 2;
    for (let index = point; index < 0; index++) store<u8>(at++, 0x30);
    return writeUnsigned(at, decimalDigits);
  }
  const end = writeUnsigned(at, decimalDigits);
  memory.copy(at + <usize>point + 1, at + <usize>point, end - at - <usize>point);
  store<u8>(at + <usize>point, 0x2e);
  return end + 1;
}

function writeExponent(at: usize, count: i32, exponent: i32, java: bool): usize {
  const end = writeUnsigned(at, decimalDigits);
  let next = end;
  if (count > 1 || java) {
    memory.copy(at + 2, at + 1, end - at - 1);
    store<u8>(at + 1, 0x2e);
    next = end + 1;
    if (count == 1) store<u8>(next++, 0x30);
  }
  store<u8>(next++, java ? 0x45 : 0x65);
  if (exponent < 0) store<u8>(next++, 0x2d);
  else if (!java) store<u8>(next++, 0x2b);
  return writeUnsigned(next, <u64>abs(exponent));
}

/** As Java's Double.toString: `25.0`, `1.0E10`; the form of CAST to VARCHAR (DECISIONS 30). */
export function writeDoubleJava(at: usize, value: f64): usize {
  if (value < 0) store<u8>(at++, 0x2d);
  if (value != 0) decimalOfDouble(abs(value));
  return writeJava(at, value == 0);
}

/** As Java's Float.toString. */
export function writeRealJava(at: usize, value: f32): usize {
  if (value < 0) store<u8>(at++, 0x2d);
  if (value != 0) decimalOfFloat(abs(value));
  return writeJava(at, value == 0);
}

function writeJava(at: usize, isZero: bool): usize {
  if (isZero) {
    decimalDigits = 0;
    decimalExponent = 0;
  }
  dropZeros();
  const count = <i32>countDigits(decimalDigits);
  const point = count + decimalExponent;
  if (!isZero && (point > 7 || point < -2)) return writeExponent(at, count, point - 1, true);
  at = writePlain(at, 21, -7);
  if (decimalExponent >= 0) {
    store<u16>(at, 0x302e);
    at += 2;
  }
  return at;
}
