// 126-bit powers of ten for the shortest digits of doubles: g(e) = floor(10^e · 2^-r) + 1 with 2^125 ≤ g < 2^126, −292 ≤ e ≤ 324.
// They are computed once, on first use, by exact multiplication and division of a long number by 5: floor(floor(x/5)/5) = floor(x/25).
//
//   TABLE   617 entries of | high 63 bits u64 | low 63 bits u64 |
//   LONG    | 32 bytes of zero | the number, little-endian, up to 112 bytes |     so that bits below bit 0 can be read

const EXPONENT_MIN: i32 = -292;
const EXPONENT_MAX: i32 = 324;
const TABLE: usize = memory.data(9872, 8);
const LONG_WORDS: i32 = 28;
const LONG: usize = memory.data(160, 8);
const NUMBER: usize = LONG + 32;

let ready: bool = false;

/** Address of g(exponent): high 63 bits, then low 63 bits. */
// @ts-ignore: decorator
@inline
export function powerEntry(exponent: i32): usize {
  if (!ready) fillTable();
  return TABLE + (<usize>(exponent - EXPONENT_MIN) << 4);
}

function fillTable(): void {
  ready = true;
  memory.fill(LONG, 0, 160);
  store<u32>(NUMBER, 1);
  for (let exponent = 0; exponent <= EXPONENT_MAX; exponent++) {
    storeEntry(exponent);
    let carry: u64 = 0;
    for (let word = 0; word < LONG_WORDS; word++) {
      const product = <u64>load<u32>(NUMBER + (<usize>word << 2)) * 5 + carry;
      store<u32>(NUMBER + (<usize>word << 2), <u32>product);
      carry = product >> 32;
    }
  }
  memory.fill(LONG, 0, 160);
  store<u32>(NUMBER + (<usize>(LONG_WORDS - 1) << 2), 1);
  for (let exponent = -1; exponent >= EXPONENT_MIN; exponent--) {
    let rest: u64 = 0;
    for (let word = LONG_WORDS - 1; word >= 0; word--) {
      const value = (rest << 32) | <u64>load<u32>(NUMBER + (<usize>word << 2));
      store<u32>(NUMBER + (<usize>word << 2), <u32>(value / 5));
      rest = value % 5;
    }
    storeEntry(exponent);
  }
}

// The leading 126 bits of the number, plus 1.
function storeEntry(exponent: i32): void {
  let word = LONG_WORDS - 1;
  while (load<u32>(NUMBER + (<usize>word << 2)) == 0) word--;
  const top = (word << 5) + 31 - <i32>clz(load<u32>(NUMBER + (<usize>word << 2)));
  let high = bitsFrom(top - 62);
  let low = bitsFrom(top - 125) + 1;
  if (low >> 63 != 0) {
    low = 0;
    high++;
  }
  const entry = TABLE + (<usize>(exponent - EXPONENT_MIN) << 4);
  store<u64>(entry, high);
  store<u64>(entry, low, 8);
}

function bitsFrom(bit: i32): u64 {
  const at = NUMBER + <usize>(bit >> 3);
  const shift = <u64>(bit & 7);
  const low = load<u64>(at) >> shift;
  return (shift == 0 ? low : low | (load<u64>(at, 8) << (64 - shift))) & 0x7fffffffffffffff;
}
