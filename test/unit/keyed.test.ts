// The keyed table against a Map: rows that come, are touched and go; owned texts, sets and rings in their words; two owners.
import { beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../harness/random.ts';
import { compileHarness, functionSizes, instantiate, type WasmExports } from '../harness/wasm.ts';

// A row has words: 0 a counter, 1 an owned text (its key), 2 a set of numbers, 3 a counted set of texts, 4 and 5 a ring of texts.
const program = `
import { Keyed, initializeKeyed, findKeyed, keyedIsNew, touchKeyed, removeKeyed, firstKeyed, saveKeyed, loadKeyed, keyedLoaded } from "./assembly/state/keyed";
import { keyBytes } from "./assembly/state/slots";
import { storeOwnedText, copyText } from "./assembly/state/ownedText";
import { addDistinct, removeDistinct, distinctCount } from "./assembly/state/distinct";
import { ringPush, ringCount, ringAt } from "./assembly/state/ring";
import { inputBuffer } from "./assembly/state/input";
import { textOf } from "./assembly/text";
import { stateBytes } from "./assembly/state/arena";
import * as snapshot from "./assembly/state/snapshot";
const table = changetype<Keyed>(memory.data(64, 16));
const kinds = memory.data<u32>([0, 1, 2, 5, 0x100207, 8]);
export function init(groups: i32): void { initializeKeyed(table, 6, kinds, groups); }
export function buffer(bytes: i32): usize { return inputBuffer(0, bytes); }
export function add(key: usize, length: i32, value: i64, order: i64): void {
  const row = findKeyed(table, key, length);
  store<i64>(row + 8, load<i64>(row + 8) + 1);
  storeOwnedText(row + 16, textOf(key, length));
  addDistinct(row + 24, value, false, false);
  addDistinct(row + 32, textOf(key, length), true, true);
  addDistinct(row + 32, textOf(key, length - 1), true, true);
  if (ringCount(row + 40) < 9) { const entry = ringPush(row + 40, 16); store<u64>(entry, copyText(textOf(key, length))); store<i64>(entry, value, 8); }
  touchKeyed(table, row, order);
}
export function remove(key: usize, length: i32): void { removeKeyed(table, findKeyed(table, key, length)); }
export function addNumbers(key: usize, length: i32, count: i32): void {
  const row = findKeyed(table, key, length);
  for (let index = 0; index < count; index++) addDistinct(row + 24, index * 2654435761, false, false);
}
export function numbers(row: usize): i64 { return distinctCount(row + 24); }
export function first(): usize { return firstKeyed(table); }
export function removeFirst(): void { removeKeyed(table, firstKeyed(table)); }
export function key(row: usize): usize { return keyBytes(table, row); }
export function count(): i32 { return table.count; }
export function distinct(row: usize): i64 { return distinctCount(row + 24) * 1000 + distinctCount(row + 32) * 100 + ringCount(row + 40); }
export function save(group: i32): i32 { snapshot.beginBlob(group); snapshot.beginSection(5, 1); saveKeyed(table, group); snapshot.endSection(); return <i32>snapshot.endBlob(); }
export function pointer(): usize { return snapshot.writtenPointer(); }
export function loadBlob(at: usize, length: i32): i32 {
  if (!snapshot.openBlob(at, length)) return 1;
  while (snapshot.readMore(snapshot.blobEnd())) {
    snapshot.readU64(); snapshot.readU32();
    const bytes = snapshot.readU32();
    const end = snapshot.readPosition() + bytes;
    loadKeyed(table, end);
    if (snapshot.readFailed) return 2;
    snapshot.readSkipTo(end);
  }
  return snapshot.readFailed ? 3 : 0;
}
export function loaded(): void { keyedLoaded(table); }
export function bytes(): i64 { return <i64>stateBytes; }
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

function put(exports: WasmExports, key: string): [number, number] {
  const bytes = new TextEncoder().encode(key);
  const at = call(exports, 'buffer', 4096);
  const memory = new Uint8Array(exports.memory.buffer);
  memory.set(bytes, at);
  memory.fill(0x78, at + bytes.length, at + bytes.length + 16); // what lies behind a key must not count
  return [at, bytes.length];
}

function blobs(exports: WasmExports, groups: number): Map<number, Uint8Array> {
  const result = new Map<number, Uint8Array>();
  for (let group = 0; group < groups; group++) {
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

// Takes all rows from the head of the list.
function drain(exports: WasmExports): string[] {
  const rows: string[] = [];
  for (;;) {
    const row = call(exports, 'first');
    if (row === 0) return rows;
    const view = new DataView(exports.memory.buffer);
    const text = (at: number, length: number): string =>
      new TextDecoder().decode(new Uint8Array(exports.memory.buffer, at, length));
    const owned = view.getBigUint64(row + 16, true);
    const key = text(call(exports, 'key', row), view.getUint32(row, true));
    expect(text(Number(owned & 0xffffffffn), Number(owned >> 32n))).toBe(key);
    rows.push(`${key}=${view.getBigInt64(row + 8, true)},${call(exports, 'distinct', row)}`);
    exports.removeFirst?.();
  }
}

interface Row {
  count: number;
  numbers: Set<bigint>;
}

// Its values are saved in the order of their homes: read into a set that grows as they come, each would be put behind all others.
test('a set of a million values is read back', async () => {
  const exports = await open();
  exports.addNumbers?.(...put(exports, 'a'), 1_000_000);
  const target = await open();
  for (const blob of blobs(exports, 128).values()) expect(load(target, blob)).toBe(0);
  expect(call(target, 'numbers', call(target, 'first'))).toBe(1_000_000);
  target.addNumbers?.(...put(target, 'a'), 1_000_001);
  expect(call(target, 'numbers', call(target, 'first'))).toBe(1_000_001);
});

for (const [seed, keys, groups] of [
  [1, 3, 128],
  [2, 40, 1],
  [3, 3000, 16],
  [4, 6000, 128],
] as const) {
  test(`rows equal a Map, also through two owners (seed ${seed}, ${keys} keys, ${groups} key groups)`, async () => {
    const next = seededRandom(seed);
    const exports = await open(groups);
    const empty = call(exports, 'bytes');
    // A Map keeps insertion order; deleting and setting again moves a row to the end.
    const expected = new Map<string, Row>();
    for (let index = 0; index < keys * 5; index++) {
      const key = `${'k'.repeat(1 + Math.floor(next() * 20))}${Math.floor(next() * keys)}`;
      const known = expected.get(key);
      expected.delete(key);
      if (known !== undefined && next() < 0.3) {
        exports.remove?.(...put(exports, key));
        continue;
      }
      const value = BigInt(Math.floor(next() * 4));
      exports.add?.(...put(exports, key), value, BigInt(index));
      const row = known ?? { count: 0, numbers: new Set() };
      row.count++;
      row.numbers.add(value);
      expected.set(key, row);
      if (next() < 0.1) {
        const [first] = expected.keys();
        if (first !== undefined) expected.delete(first);
        exports.removeFirst?.();
      }
    }
    const wanted = [...expected].map(
      ([key, { count, numbers }]) => `${key}=${count},${numbers.size * 1000 + 200 + Math.min(count, 9)}`,
    );
    const owners = [await open(groups), await open(groups)] as const;
    for (const [group, blob] of blobs(exports, groups)) expect(load(owners[group % 2 === 1 ? 1 : 0], blob)).toBe(0);
    const merged = await open(groups);
    for (const owner of owners) {
      owner.loaded?.();
      for (const blob of blobs(owner, groups).values()) expect(load(merged, blob)).toBe(0);
    }
    merged.loaded?.();
    expect(call(merged, 'count')).toBe(wanted.length);
    expect(drain(merged)).toEqual(wanted);
    expect(drain(exports)).toEqual(wanted);
    expect(call(exports, 'count')).toBe(0);
    // What rows own went back: only slots, which never shrink, and the snapshot's buffer are left.
    const left = call(exports, 'bytes');
    exports.add?.(...put(exports, 'another'), 1n, 10000000n);
    exports.removeFirst?.();
    expect(call(exports, 'bytes')).toBe(left);
    expect(left).toBeGreaterThanOrEqual(empty);
  });
}

test('a truncated blob is refused, not read past its end', async () => {
  const exports = await open();
  for (let index = 0; index < 50; index++) exports.add?.(...put(exports, `key ${index}`), 1n, 1n);
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

test('no function of the harness exceeds 4,000 bytes', () => {
  expect(Math.max(...functionSizes(wasm))).toBeLessThanOrEqual(4000);
});
