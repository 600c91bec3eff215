// Sums, variances and decaying averages of values that come and go, against exact arithmetic on big integers; restarts in between.
import { beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../harness/random.ts';
import { compileHarness, functionSizes, instantiate, type WasmExports } from '../harness/wasm.ts';

// Entries: value, time, null bits, front words of moments, front words of the decaying average.
const program = `
import { addExact, removeExact, exactSum, saveExactSum, loadExactSum, freeExactSum } from "./assembly/aggregates/exactSum";
import { flipMoments, windowVariance, flipDecaying, addDecaying, decayingAverage } from "./assembly/aggregates/windowStacks";
import { addMoments } from "./assembly/aggregates/moments";
import { addDistinct, removeDistinct, distinctCount } from "./assembly/state/distinct";
import { ringPush, ringCount, ringAt, ringDropFirst } from "./assembly/state/ring";
import { stateBytes } from "./assembly/state/arena";
import { pendingFault, clearFault } from "./assembly/faults";
import * as snapshot from "./assembly/state/snapshot";
const word: usize = memory.data(8, 8);
const ring: usize = memory.data(16, 8);
const moments: usize = memory.data(24, 8);
const decaying: usize = memory.data(32, 8);
const set: usize = memory.data(8, 8);
const HALF_LIFE: i64 = 1000;
let front: i64 = 0;
let values: i64 = 0;
export function add(value: f64): void { addExact(word, value); }
export function remove(value: f64): void { removeExact(word, value); }
export function sum(): f64 { return exactSum(word); }
export function free(): void { freeExactSum(word); }
export function restart(): i32 {
  snapshot.beginBlob(0);
  saveExactSum(word);
  const length = snapshot.endBlob();
  freeExactSum(word);
  if (!snapshot.openBlob(snapshot.writtenPointer(), length)) return 1;
  loadExactSum(word);
  return snapshot.readFailed ? 2 : 0;
}
export function push(value: f64, isNull: bool, time: i64): void {
  const entry = ringPush(ring, 56);
  store<f64>(entry, value);
  store<i64>(entry, time, 8);
  store<u64>(entry, u64(isNull), 16);
  if (isNull) return;
  values++;
  addMoments(moments, value);
  addDecaying(decaying, value, time, HALF_LIFE);
}
export function pop(): void {
  if (front == 0) {
    flipMoments(ring, 56, 0, 16, 1, 24, moments);
    flipDecaying(ring, 56, 8, 0, 16, 1, 40, decaying, HALF_LIFE);
    front = ringCount(ring);
  }
  front--;
  values -= i64(load<u64>(ringAt(ring, 0, 56), 16) == 0);
  ringDropFirst(ring, 56);
}
export function variance(): f64 { return values == 0 ? -1 : windowVariance(moments, values, ringAt(ring, 0, 56) + 24, 0); }
export function average(): f64 { return values == 0 ? -1 : decayingAverage(decaying, front == 0 ? 0 : ringAt(ring, 0, 56) + 40, HALF_LIFE); }
export function fault(): i32 { const code = pendingFault; clearFault(); return code; }
export function setAdd(value: i64): i32 { return i32(addDistinct(set, <u64>value, false, true)); }
export function setRemove(value: i64): i32 { return i32(removeDistinct(set, <u64>value, false)); }
export function setCount(): i64 { return distinctCount(set); }
export function bytes(): i64 { return <i64>stateBytes; }
`;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await compileHarness(program);
});

// A double as a whole number of 2^-1074.
function exactly(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -mantissa : mantissa;
}

// The double nearest to a number of 2^-1074, ties to even.
function nearest(value: bigint): number {
  const negative = value < 0n;
  const magnitude = negative ? -value : value;
  const bits = magnitude.toString(2).length;
  let result: number;
  if (bits <= 53) result = Number(magnitude) * 2 ** -537 * 2 ** -537;
  else {
    const shift = BigInt(bits - 53);
    let mantissa = magnitude >> shift;
    const rest = magnitude - (mantissa << shift);
    const half = 1n << (shift - 1n);
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa++;
    // Scaled in two steps, of which neither overflows before the result does.
    const power = Number(shift) - 1074;
    result = Number(mantissa) * 2 ** Math.floor(power / 2) * 2 ** (power - Math.floor(power / 2));
  }
  return negative ? -result : result;
}

function call(exports: WasmExports, name: string, ...parameters: (number | bigint)[]): number {
  return Number(exports[name]?.(...parameters));
}

function someDouble(next: () => number, spread: number): number {
  const power = Math.floor((next() - 0.5) * spread);
  const value = (next() - 0.5) * 2 ** Math.max(-1074, Math.min(1022, power));
  return next() < 0.1 ? Math.round(value) : value;
}

for (const [seed, spread] of [
  [1, 10],
  [2, 60],
  [3, 300],
  [4, 2100],
] as const) {
  test(`an exact sum is the rounded true sum, whatever came and went (seed ${seed}, spread 2^${spread})`, async () => {
    const exports = await instantiate(wasm);
    const next = seededRandom(seed);
    const inside: number[] = [];
    let expected = 0n;
    for (let index = 0; index < 6000; index++) {
      if (inside.length > 0 && next() < 0.45) {
        const value = inside.splice(Math.floor(next() * inside.length), 1)[0] ?? 0;
        exports.remove?.(value);
        expected -= exactly(value);
      } else {
        const value = someDouble(next, spread);
        inside.push(value);
        exports.add?.(value);
        expected += exactly(value);
      }
      if (next() < 0.01) expect(call(exports, 'restart')).toBe(0);
      if (next() < 0.3) expect(call(exports, 'sum')).toBe(nearest(expected) + 0);
    }
    for (const value of inside) exports.remove?.(value);
    expect(call(exports, 'sum')).toBe(0);
    exports.free?.();
  });
}

test('an exact sum at the limits: ties, subnormal numbers, more than the largest double', async () => {
  const exports = await instantiate(wasm);
  const sums: [number[], number][] = [
    [[2 ** 53, 1], 2 ** 53],
    [[2 ** 53, 1, 2 ** -1074], 2 ** 53 + 2],
    [[2 ** 53 + 2, 1], 2 ** 53 + 4],
    [[5e-324, 5e-324], 1e-323],
    [[2.2250738585072014e-308, -5e-324], 2.225073858507201e-308],
    [[Number.MAX_VALUE, Number.MAX_VALUE], Number.POSITIVE_INFINITY],
    [[Number.MAX_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE], Number.MAX_VALUE],
    [[1e308, 1e308, -1e308, 1e-308, -1e308], 1e-308],
    [[-1, 2 ** -60], -1],
    [[-0], 0],
  ];
  for (const [values, expected] of sums) {
    for (const value of values) exports.add?.(value);
    expect(call(exports, 'sum'), values.join(' + ')).toBe(expected);
    for (const value of values) exports.remove?.(value);
    expect(call(exports, 'sum')).toBe(0);
  }
});

test('many additions between two looks do not overflow a chunk', async () => {
  const exports = await instantiate(wasm);
  for (let index = 0; index < 100000; index++) exports.add?.(1.9999999999999998 * 2 ** 31);
  expect(call(exports, 'sum')).toBe(nearest(exactly(1.9999999999999998 * 2 ** 31) * 100000n));
});

for (const [seed, base] of [
  [5, 0],
  [6, 1e9],
] as const) {
  test(`variance and decaying average over a moving window (seed ${seed}, values near ${base})`, async () => {
    const exports = await instantiate(wasm);
    const next = seededRandom(seed);
    const rows: { value: number; isNull: boolean; time: number }[] = [];
    let time = 0;
    for (let index = 0; index < 4000; index++) {
      if (rows.length > 0 && next() < (rows.length > 40 ? 0.7 : 0.4)) {
        rows.shift();
        exports.pop?.();
      } else {
        time += Math.floor(next() * 300);
        const row = { value: base + next() * 10, isNull: next() < 0.2, time };
        rows.push(row);
        exports.push?.(row.value, Number(row.isNull), BigInt(time));
      }
      const seen = rows.filter(({ isNull }) => !isNull);
      if (seen.length === 0) {
        expect(call(exports, 'variance')).toBe(-1);
        continue;
      }
      const mean = seen.reduce((sum, { value }) => sum + (value - base), 0) / seen.length;
      const variance = seen.reduce((sum, { value }) => sum + (value - base - mean) ** 2, 0) / seen.length;
      expect(Math.abs(call(exports, 'variance') - variance)).toBeLessThan(1e-6 * (1 + variance));
      const newest = seen.at(-1)?.time ?? 0;
      const weights = seen.map((row) => 2 ** (-(newest - row.time) / 1000));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const average = seen.reduce((sum, row, place) => sum + row.value * (weights[place] ?? 0), 0) / total;
      expect(Math.abs(call(exports, 'average') / average - 1)).toBeLessThan(1e-12);
      expect(call(exports, 'fault')).toBe(0);
    }
  });
}

test('a counted set knows a value until its last occurrence has gone, and gives its memory back', async () => {
  const exports = await instantiate(wasm);
  const next = seededRandom(7);
  const counts = new Map<bigint, number>();
  const inside: bigint[] = [];
  for (let index = 0; index < 30000; index++) {
    const shrinks = Math.floor(index / 5000) % 2 === 1;
    if (inside.length > 0 && next() < (shrinks ? 0.6 : 0.4)) {
      const value = inside.splice(Math.floor(next() * inside.length), 1)[0] ?? 0n;
      const left = (counts.get(value) ?? 0) - 1;
      if (left === 0) counts.delete(value);
      else counts.set(value, left);
      expect(call(exports, 'setRemove', value)).toBe(Number(left === 0));
    } else {
      const value = BigInt(Math.floor(next() * 2000)) * (next() < 0.5 ? 1n : 1n << 32n);
      inside.push(value);
      counts.set(value, (counts.get(value) ?? 0) + 1);
      expect(call(exports, 'setAdd', value)).toBe(Number(counts.get(value) === 1));
    }
    expect(call(exports, 'setCount')).toBe(counts.size);
  }
  for (const value of inside) exports.setRemove?.(value);
  expect(call(exports, 'setCount')).toBe(0);
  expect(call(exports, 'bytes')).toBe(0);
});

test('no function of the harness exceeds 4,000 bytes', () => {
  expect(Math.max(...functionSizes(wasm))).toBeLessThanOrEqual(4000);
});
