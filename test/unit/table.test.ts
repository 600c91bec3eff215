// The content of a reference table against a list of rows: matches in their order, replacement, and memory that comes back.
import { beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../harness/random.ts';
import { compileHarness, functionSizes, instantiate, type WasmExports } from '../harness/wasm.ts';

// Columns: a text key, a number key, a number. Index 0 is over the text, index 1 over text and number.
const program = `
import { Table, TABLE_BYTES, NO_KEY, initializeTable, beginTable, appendTableRow, buildTableIndex, commitTable, firstMatch, nextMatch, firstTableRow, nextTableRow, hashKeyText, hashKeyNumber, hashKeyPadded, keyHash, tableVersion, saveLookup, loadLookup } from "./assembly/state/table";
import { equalText } from "./assembly/functions/compare";
import { textOf } from "./assembly/text";
import { stateBytes } from "./assembly/state/arena";
import * as snapshot from "./assembly/state/snapshot";
const frame: usize = memory.data(64, 16);
const room: usize = memory.data(4096, 16);
const table = changetype<Table>(memory.data(TABLE_BYTES, 16));
const texts = memory.data<u8>([1, 0, 0]);
const slots = memory.data(16, 8);
const HEAD: usize = 24;
export function init(): void { initializeTable(table, frame, 3, texts, 2, slots); }
export function text(): usize { return room; }
export function begin(): void { beginTable(table, false); }
export function append(length: i32, noText: bool, number: i64, noNumber: bool, value: i64): void {
  store<u64>(frame, textOf(room, length)); store<i64>(frame + 8, number); store<i64>(frame + 16, value);
  store<u8>(frame + 24, u8(noText)); store<u8>(frame + 25, u8(noNumber)); store<u8>(frame + 26, 0);
  appendTableRow(table, room, length);
}
function one(row: usize): i64 { return load<u8>(row, HEAD + 24) != 0 ? NO_KEY : keyHash(hashKeyText(0, load<u64>(row, HEAD))); }
function two(row: usize): i64 {
  if (load<u8>(row, HEAD + 24) != 0 || load<u8>(row, HEAD + 25) != 0) return NO_KEY;
  return keyHash(hashKeyNumber(hashKeyText(0, load<u64>(row, HEAD)), load<i64>(row, HEAD + 8)));
}
export function commit(): void { buildTableIndex(table, 0, one); buildTableIndex(table, 1, two); commitTable(table); }
function take(row: usize): void { store<i64>(room + 2048 + <usize>found * 8, load<i64>(row, HEAD + 16)); found++; }
let found: i32 = 0;
export function results(): usize { return room + 2048; }
export function matchOne(length: i32): i32 {
  const key = textOf(room, length);
  const hash = keyHash(hashKeyText(0, key));
  found = 0;
  for (let row = firstMatch(table, 0, hash); row != 0; row = nextMatch(row, 0, hash)) if (equalText(key, load<u64>(row, HEAD))) take(row);
  return found;
}
export function matchTwo(length: i32, number: i64): i32 {
  const key = textOf(room, length);
  const hash = keyHash(hashKeyNumber(hashKeyText(0, key), number));
  found = 0;
  for (let row = firstMatch(table, 1, hash); row != 0; row = nextMatch(row, 1, hash)) if (number == load<i64>(row, HEAD + 8) && equalText(key, load<u64>(row, HEAD))) take(row);
  return found;
}
export function all(): i32 {
  let count = 0;
  for (let row = firstTableRow(table); row != 0; row = nextTableRow(row)) { if (load<i64>(row, HEAD + 16) != count) return -1; count++; }
  return count;
}
export function padded(length: i32, other: i32): bool { return hashKeyPadded(0, textOf(room, length)) == hashKeyPadded(0, textOf(room, other)); }
export function version(): i64 { return tableVersion(table); }
export function bytes(): i64 { return <i64>stateBytes; }
export function save(): i32 { snapshot.beginBlob(-1); saveLookup(table, 7, 1, -1); return <i32>snapshot.endBlob(); }
export function loadBack(length: i32): bool {
  snapshot.openBlob(snapshot.writtenPointer(), length);
  snapshot.readU64(); snapshot.readU32(); snapshot.readU32();
  return loadLookup(table, -1, snapshot.blobEnd());
}
`;

interface Row {
  readonly text: string | undefined;
  readonly number: bigint | undefined;
  readonly value: bigint;
}

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await compileHarness(program);
});

async function open(): Promise<WasmExports> {
  const exports = await instantiate(wasm);
  exports.init?.();
  return exports;
}

function setText(exports: WasmExports, text: string): number {
  const bytes = new TextEncoder().encode(text);
  const at = Number(exports.text?.());
  new Uint8Array(exports.memory.buffer).fill(0x79, at, at + 64).set(bytes, at);
  return bytes.length;
}

function load(exports: WasmExports, rows: readonly Row[]): void {
  exports.begin?.();
  for (const { text, number, value } of rows) {
    const length = setText(exports, text ?? 'stale');
    exports.append?.(length, Number(text === undefined), number ?? 77n, Number(number === undefined), value);
  }
  exports.commit?.();
}

function found(exports: WasmExports, count: unknown): bigint[] {
  const view = new DataView(exports.memory.buffer, Number(exports.results?.()));
  return Array.from({ length: Number(count) }, (_, index) => view.getBigInt64(index * 8, true));
}

function rowsOf(next: () => number, count: number, keys: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    text: next() < 0.1 ? undefined : `${'k'.repeat(Math.floor(next() * 12))}${Math.floor(next() * keys)}`,
    number: next() < 0.1 ? undefined : BigInt(Math.floor(next() * 3)) - 1n,
    value: BigInt(index),
  }));
}

for (const [seed, count, keys] of [
  [1, 0, 1],
  [2, 1, 1],
  [3, 60, 2],
  [4, 3000, 500],
] as const) {
  test(`matches are those of a list, in its order, over replacements (seed ${seed}, ${count} rows)`, async () => {
    const next = seededRandom(seed);
    const exports = await open();
    for (let round = 0; round < 3; round++) {
      const rows = rowsOf(next, count, keys);
      load(exports, rows);
      expect(exports.all?.()).toBe(count);
      for (const { text, number } of [...rows.slice(0, 200), { text: 'none', number: 0n }]) {
        if (text === undefined) continue;
        const length = setText(exports, text);
        const same = rows.filter((row) => row.text === text);
        expect(found(exports, exports.matchOne?.(length))).toEqual(same.map((row) => row.value));
        if (number === undefined) continue;
        expect(found(exports, exports.matchTwo?.(length, number))).toEqual(
          same.filter((row) => row.number === number).map((row) => row.value),
        );
      }
    }
  });
}

test('what a content used is free again when another one has taken its place', async () => {
  const exports = await open();
  const rows = rowsOf(seededRandom(5), 5000, 100);
  load(exports, []);
  const empty = Number(exports.bytes?.());
  load(exports, rows);
  const full = Number(exports.bytes?.());
  expect(full - empty).toBeGreaterThan(5000 * 48);
  for (let round = 0; round < 5; round++) load(exports, rows);
  expect(Number(exports.bytes?.())).toBe(full);
  load(exports, []);
  expect(Number(exports.bytes?.())).toBe(empty);
});

test('a load that is begun again forgets what it had', async () => {
  const exports = await open();
  load(exports, rowsOf(seededRandom(6), 10, 3));
  exports.begin?.();
  exports.append?.(setText(exports, 'x'), 0, 1n, 0, 0n);
  expect(exports.all?.()).toBe(10);
  load(exports, rowsOf(seededRandom(7), 3, 3));
  expect(exports.all?.()).toBe(3);
});

test('a version tells contents and their order apart; a state fits its own only', async () => {
  const exports = await open();
  expect(exports.version?.()).toBe(0n);
  const [first, second] = rowsOf(seededRandom(8), 200, 1000).filter((row) => row.text !== undefined) as [Row, Row];
  const versions = [[], [first], [second], [first, second], [second, first], [first, first]].map((rows) => {
    load(exports, rows);
    return exports.version?.();
  });
  expect(new Set([0n, ...versions]).size).toBe(7);
  load(exports, [first, second]);
  expect(exports.version?.()).toBe(versions[3]);
  const length = Number(exports.save?.());
  expect(exports.loadBack?.(length)).toBe(1);
  expect(exports.loadBack?.(length - 1)).toBe(0);
  load(exports, [second]);
  expect(exports.loadBack?.(length)).toBe(0);
});

test('blanks behind a CHAR do not count', async () => {
  const exports = await open();
  setText(exports, 'ab  c');
  expect(exports.padded?.(2, 4)).toBe(1);
  expect(exports.padded?.(2, 5)).toBe(0);
});

test('no function of the harness exceeds 4,000 bytes', () => {
  expect(Math.max(...functionSizes(wasm))).toBeLessThanOrEqual(4000);
});
