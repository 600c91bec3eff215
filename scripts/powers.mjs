// Writes assembly/formats/powers.ts: 126-bit powers of ten, rounded up, for the shortest text of doubles.
import { writeFileSync } from 'node:fs';

const first = -324;
const last = 292;
const words = [];
for (let k = first; k <= last; k++) {
  // 10^−k = β 2^r with 2^125 ≤ β < 2^126; the entry is ⌊β⌋ + 1 in two words of 63 bits.
  const numerator = k <= 0 ? 10n ** BigInt(-k) : 1n;
  const denominator = k <= 0 ? 1n : 10n ** BigInt(k);
  let shift = 0n;
  const bits = (value) => BigInt(value.toString(2).length);
  shift = 126n - (bits(numerator) - bits(denominator));
  const scaled = (by) => (by >= 0n ? (numerator << by) / denominator : numerator / (denominator << -by));
  while (scaled(shift) >= 1n << 126n) shift--;
  while (scaled(shift) < 1n << 125n) shift++;
  const entry = scaled(shift) + 1n;
  words.push(`0x${(entry >> 63n).toString(16)}, 0x${(entry & ((1n << 63n) - 1n)).toString(16)}`);
}
writeFileSync(
  new URL('../assembly/formats/powers.ts', import.meta.url),
  `// Powers of ten for assembly/formats/floats, written by scripts/powers.mjs: for k from ${first} to ${last} the number\n// ⌊10^−k / 2^r⌋ + 1 with 126 bits, high 63 bits first.\n\n/** Exponent k of the first entry. */\nexport const POWER_MIN: i32 = ${first};\n\n/** Two u64 an entry. */\nexport const POWERS_OF_TEN: usize = memory.data<u64>([\n${words.map((pair) => `  ${pair},`).join('\n')}\n]);\n`,
);
