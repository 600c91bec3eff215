// The container of groups against a Map: order of first rows, sums, and snapshots that pass through two owners.
import { beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../harness/random.ts';
import { compileHarness, functionSizes, instantiate, type WasmExports } from '../harness/wasm.ts';

const program = `
import { Tumble, initializeTumble, openWindow, nextGroup, saveTumble, loadTumble, tumbleLoaded, findBoundary } from "./assembly/operators/tumble";
import { findGroup } from "./assembly/state/groups";
import { keyBytes } from "./assembly/state/slots";
import { storeOwnedText } from "./assembly/state/ownedText";
import { addCount } from "./assembly/aggregates/count";
import { addWideSum, decimalAverageResult, wideSumResult, wideAverageResult } from "./assembly/aggregates/sum";
import { inputBuffer } from "./assembly/state/input";
import { textOf } from "./assembly/text";
import { pendingFault, clearFault } from "./assembly/faults";
import * as snapshot from "./assembly/state/snapshot";
import { stateBytes } from "./assembly/state/arena";
const operator = changetype<Tumble>(memory.data(256, 16));
const kinds = memory.data<u32>([0, 0, 0, 1]);
export function init(groups: i32): void { initializeTumble(operator, 4, kinds, groups); }
export function buffer(bytes: i32): usize { return inputBuffer(0, bytes); }
export function add(key: usize, length: i32, value: i64): void {
  if (operator.open == 0) openWindow(operator, 1, 100, false);
  const row = findGroup(operator.groups, key, length);
  addCount(row + 8);
  addWideSum(row + 16, value);
  storeOwnedText(row + 32, textOf(key, length));
}
export function next(): usize { return nextGroup(operator); }
export function key(row: usize): usize { return keyBytes(operator.groups, row); }
export function count(): i32 { return operator.groups.count; }
export function sum(row: usize, bits: i32): i64 { clearFault(); const result = wideSumResult(row + 16, bits); return pendingFault != 0 ? -1 : result; }
export function decimalAverage(row: usize, count: i64): i64 { clearFault(); const result = decimalAverageResult(row + 16, count); return pendingFault != 0 ? -1 : result; }
export function average(row: usize, count: i64): i64 { clearFault(); const result = wideAverageResult(row + 16, count, 64); return pendingFault != 0 ? -1 : result; }
export function save(group: i32): i32 { snapshot.beginBlob(group); saveTumble(operator, 5, 1, group); return <i32>snapshot.endBlob(); }
export function pointer(): usize { return snapshot.writtenPointer(); }
export function loadBlob(at: usize, length: i32): i32 {
  if (!snapshot.openBlob(at, length)) return 1;
  while (snapshot.readMore(snapshot.blobEnd())) {
    snapshot.readU64(); snapshot.readU32();
    const bytes = snapshot.readU32();
    const end = snapshot.readPosition() + bytes;
    if (!loadTumble(operator, snapshot.openedGroup, end)) return 2;
    snapshot.readSkipTo(end);
  }
  return snapshot.readFailed ? 3 : 0;
}
export function loaded(): void { tumbleLoaded(operator); }
export function bytes(): i64 { return <i64>stateBytes; }
export function displacement(): i32 {
  const table = operator.groups;
  let most: i64 = 0;
  for (let index: u32 = 0; index < table.capacity + 256; index++) {
    const slot = load<u64>(table.slots + (<usize>index << 3));
    if (slot != 0) most = max(most, <i64>index - <i64>(((slot >> 32) * <u64>table.capacity) >> 32));
  }
  return <i32>most;
}
function tenSeconds(time: i64): i64 { return time / 10000; }
export function boundary(time: i64): i64 { return findBoundary(tenSeconds, time, tenSeconds(time)); }
`;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await compileHarness(program);
});

async function open(groups = 128): Promise<WasmExports> {
  const exports = await instantiate(wasm);
  exports.init?.(groups);
  return exports;
}

function call(exports: WasmExports, name: string, ...parameters: (number | bigint)[]): number {
  return Number(exports[name]?.(...parameters));
}

function add(exports: WasmExports, key: string, value: bigint): void {
  const bytes = new TextEncoder().encode(key);
  const at = call(exports, 'buffer', 4096);
  const memory = new Uint8Array(exports.memory.buffer);
  memory.set(bytes, at);
  memory.fill(0x78, at + bytes.length, at + bytes.length + 16); // what lies behind a key must not count
  exports.add?.(at, bytes.length, value);
}

function blobs(exports: WasmExports, groups: number): Map<number, Uint8Array> {
  const result = new Map<number, Uint8Array>();
  for (let group = -1; group < groups; group++) {
    const length = call(exports, 'save', group);
    const at = call(exports, 'pointer');
    if (length > 0) result.set(group, new Uint8Array(exports.memory.buffer).slice(at, at + length));
  }
  return result;
}

function load(exports: WasmExports, blob: Uint8Array): number {
  const at = call(exports, 'buffer', blob.length);
  new Uint8Array(exports.memory.buffer).set(blob, at);
  return call(exports, 'loadBlob', at, blob.length);
}

function dump(exports: WasmExports): string[] {
  const rows: string[] = [];
  for (;;) {
    const row = call(exports, 'next');
    if (row === 0) return rows;
    const view = new DataView(exports.memory.buffer);
    const text = (at: number, length: number): string =>
      new TextDecoder().decode(new Uint8Array(exports.memory.buffer, at, length));
    const owned = view.getBigUint64(row + 32, true);
    expect(text(Number(owned & 0xffffffffn), Number(owned >> 32n))).toBe(
      text(call(exports, 'key', row), view.getUint32(row, true)),
    );
    rows.push(`${text(call(exports, 'key', row), view.getUint32(row, true))}=${call(exports, 'sum', row, 64)}`);
  }
}

for (const [seed, keys, groups] of [
  [1, 3, 128],
  [2, 40, 1],
  [3, 5000, 16],
  [4, 12000, 128],
] as const) {
  test(`groups equal a Map, also through two owners (seed ${seed}, ${keys} keys, ${groups} key groups)`, async () => {
    const next = seededRandom(seed);
    const exports = await open(groups);
    for (let window = 0; window < 2; window++) {
      const expected = new Map<string, bigint>();
      for (let index = 0; index < keys * 3; index++) {
        const key = `${'k'.repeat(Math.floor(next() * 20))}${Math.floor(next() * keys)}`;
        add(exports, key, BigInt(index));
        expected.set(key, (expected.get(key) ?? 0n) + BigInt(index));
      }
      const wanted = [...expected].map(([key, value]) => `${key}=${value}`);
      const owners = [await open(groups), await open(groups)] as const;
      for (const [group, blob] of blobs(exports, groups)) expect(load(owners[group % 2 === 1 ? 1 : 0], blob)).toBe(0);
      const merged = await open(groups);
      for (const owner of owners) {
        owner.loaded?.();
        for (const blob of blobs(owner, groups).values()) expect(load(merged, blob)).toBe(0);
      }
      merged.loaded?.();
      expect(dump(merged)).toEqual(wanted);
      expect(dump(exports)).toEqual(wanted);
      expect(call(exports, 'count')).toBe(0);
    }
  });
}

test('while a snapshot is read, group by group, every row lies near its home', async () => {
  const exports = await open();
  for (let index = 0; index < 30_000; index++) add(exports, `key ${index}`, 1n);
  const target = await open();
  for (const blob of blobs(exports, 128).values()) {
    expect(load(target, blob)).toBe(0);
    // Rows of the first groups in a table for few rows would stand in one run, each behind all before it.
    expect(call(target, 'displacement')).toBeLessThan(128);
  }
  expect(call(target, 'count')).toBe(30_000);
});

test('a truncated blob is refused, not read past its end', async () => {
  const exports = await open();
  for (let index = 0; index < 50; index++) add(exports, `key ${index}`, 1n);
  for (const blob of blobs(exports, 128).values()) {
    for (let length = 0; length < blob.length; length++) {
      const target = await open();
      const status = load(target, blob.slice(0, length));
      // A blob cut behind its head is an empty one; anything else must be noticed.
      if (length !== 8) expect(status).not.toBe(0);
    }
    break;
  }
});

test('sums are exact in 128 bits and checked at the result', async () => {
  const exports = await open();
  const big = 2n ** 63n - 1n;
  for (const value of [big, big, -big, 5n]) add(exports, 'a', value);
  for (const value of [big, big]) add(exports, 'b', value);
  const first = call(exports, 'next');
  expect(exports.sum?.(first, 64)).toBe(-1n);
  expect(exports.average?.(first, 4n)).toBe((big + 5n) / 4n);
  const second = call(exports, 'next');
  expect(exports.sum?.(second, 64)).toBe(-1n);
  expect(exports.average?.(second, 2n)).toBe(big);
  // Decimals round half away from zero: (2^63 + 4) / 4, and the same below zero.
  expect(exports.decimalAverage?.(first, 8n)).toBe(((big + 5n) / 4n + 1n) / 2n);
  expect(exports.decimalAverage?.(second, 4n)).toBe((big + 1n) / 2n);
});

test('the boundary of a window is the first time with another value', async () => {
  const exports = await open();
  for (const time of [0n, 1n, 9999n, 10000n, 12345n])
    expect(exports.boundary?.(time)).toBe((time / 10000n + 1n) * 10000n);
});

test('no function of the harness exceeds 4,000 bytes', () => {
  expect(Math.max(...functionSizes(wasm))).toBeLessThanOrEqual(4000);
});
