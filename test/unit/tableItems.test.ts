// Items and points of table functions against plain recounts: top items, distinct items, hotspots.
import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../harness/random.ts';
import { compileHarness, functionSizes, instantiate, type WasmExports } from '../harness/wasm.ts';

const program = `
import { TopItems, initializeTopItems, addTopItem, nextTopItem, topItem, topItemCount, saveTopItems, loadTopItems } from "./assembly/tables/topItems";
import { DistinctItems, initializeDistinctItems, addDistinctItem, distinctItemCount, resetDistinctItems, saveDistinctItems, loadDistinctItems } from "./assembly/tables/distinctItems";
import { Hotspots, initializeHotspots, setHotspotColumn, addHotspotRow, hotspotsText, saveHotspots, loadHotspots, hotspotsBytes } from "./assembly/tables/hotspots";
import { windowEnd, openTableWindow } from "./assembly/tables/window";
import { inputBuffer } from "./assembly/state/input";
import { scratchReset } from "./assembly/state/scratch";
import { textOf } from "./assembly/text";
import * as snapshot from "./assembly/state/snapshot";
import { stateBytes } from "./assembly/state/arena";
const top = changetype<TopItems>(memory.data(80, 16));
const distinct = changetype<DistinctItems>(memory.data(128, 16));
const hotspots = changetype<Hotspots>(memory.data(64, 16));
export function initTop(wanted: i32): void { initializeTopItems(top, wanted); }
export function initDistinct(): void { initializeDistinctItems(distinct); openTableWindow(distinct, 1000, 1000); }
export function initHotspots(window: i32, radius: f64, minimum: i32, columns: i32): void { initializeHotspots(hotspots, window, radius, minimum, columns); }
export function addTop(at: usize, length: i32): void { openTableWindow(top, 1000, 1000); addTopItem(top, textOf(at, length)); }
export function addDistinct(at: usize, length: i32): void { addDistinctItem(distinct, textOf(at, length)); }
export function nextTop(): i32 { return i32(nextTopItem(top)); }
export function item(): u64 { return topItem; }
export function itemCount(): i64 { return topItemCount; }
export function distinctCount(): i64 { return distinctItemCount(distinct); }
export function resetDistinct(): void { resetDistinctItems(distinct); openTableWindow(distinct, 1000, 1000); }
export function set(column: i32, value: f64): void { setHotspotColumn(hotspots, column, value); }
export function addRow(): void { scratchReset(); addHotspotRow(hotspots); }
export function text(): u64 { return hotspotsText(hotspots); }
export function end(time: i64, length: i64): i64 { return windowEnd(time, length); }
export function bytes(): i64 { return <i64>stateBytes; }
export function hotspotBound(window: i32, columns: i32): i64 { return <i64>hotspotsBytes(window, columns); }
export function buffer(bytes: i32): usize { return inputBuffer(0, bytes); }
export function save(what: i32): i32 {
  snapshot.beginBlob(0);
  if (what == 0) saveTopItems(top, 5, 1);
  else if (what == 1) saveDistinctItems(distinct, 5, 1);
  else saveHotspots(hotspots, 5, 1);
  return <i32>snapshot.endBlob();
}
export function pointer(): usize { return snapshot.writtenPointer(); }
export function loadBlob(what: i32, at: usize, length: i32): i32 {
  if (!snapshot.openBlob(at, length)) return 1;
  snapshot.readU64(); snapshot.readU32();
  const end = snapshot.readPosition() + 4 + snapshot.readU32();
  const read = what == 0 ? loadTopItems(top, end) : what == 1 ? loadDistinctItems(distinct, end) : loadHotspots(hotspots, end);
  return read && !snapshot.readFailed ? 0 : 2;
}
`;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await compileHarness(program);
});

async function open(init: string, ...parameters: number[]): Promise<WasmExports> {
  const exports = await instantiate(wasm);
  exports[init]?.(...parameters);
  return exports;
}

function add(exports: WasmExports, what: 'addTop' | 'addDistinct', item: string): void {
  const bytes = new TextEncoder().encode(item);
  const at = Number(exports.buffer?.(4096));
  new Uint8Array(exports.memory.buffer).set(bytes, at);
  exports[what]?.(at, bytes.length);
}

function readText(exports: WasmExports, packed: number | bigint | undefined): string {
  const text = BigInt.asUintN(64, packed as bigint);
  const bytes = new Uint8Array(exports.memory.buffer, Number(text & 0xffffffffn), Number(text >> 32n));
  return new TextDecoder().decode(bytes);
}

function drain(exports: WasmExports): [string, number][] {
  const result: [string, number][] = [];
  while (Number(exports.nextTop?.()) !== 0)
    result.push([readText(exports, exports.item?.()), Number(exports.itemCount?.())]);
  return result;
}

/** The same container in a fresh instance, through a snapshot. */
async function restored(exports: WasmExports, what: number, fresh: WasmExports): Promise<WasmExports> {
  const length = Number(exports.save?.(what));
  const from = Number(exports.pointer?.());
  const blob = new Uint8Array(exports.memory.buffer).slice(from, from + length);
  const at = Number(fresh.buffer?.(blob.length));
  new Uint8Array(fresh.memory.buffer).set(blob, at);
  expect(fresh.loadBlob?.(what, at, blob.length)).toBe(0);
  return fresh;
}

describe('top items', () => {
  test('equal a sorted Map while there are counters, through snapshots and windows', async () => {
    const next = seededRandom(3);
    let exports = await open('initTop', 7);
    for (let window = 0; window < 3; window++) {
      const counts = new Map<string, number>();
      for (let index = 0; index < 3000; index++) {
        const item = `item ${Math.floor(next() ** 3 * 500)}`;
        add(exports, 'addTop', item);
        counts.set(item, (counts.get(item) ?? 0) + 1);
        if (index === 1500) exports = await restored(exports, 0, await open('initTop', 7));
      }
      const wanted = [...counts].sort((left, right) => right[1] - left[1]).slice(0, 7);
      expect(drain(exports)).toEqual(wanted);
    }
    expect(drain(exports)).toEqual([]);
  });

  test('are within n / c of the truth past the counters, also after a restore', async () => {
    const next = seededRandom(5);
    let exports = await open('initTop', 20);
    const other = await open('initTop', 20);
    const counts = new Map<string, number>();
    const rows = 60000;
    for (let index = 0; index < rows; index++) {
      const item = next() < 0.4 ? `hot ${Math.floor(next() * 20)}` : `cold ${Math.floor(next() * 1e9)}`;
      for (const each of [exports, other]) add(each, 'addTop', item);
      counts.set(item, (counts.get(item) ?? 0) + 1);
      if (index === 40000) exports = await restored(exports, 0, await open('initTop', 20));
    }
    const found = drain(exports);
    expect(found.map(([item]) => item.startsWith('hot'))).toEqual(found.map(() => true));
    for (const [item, count] of found) {
      expect(count).toBeGreaterThanOrEqual(counts.get(item) ?? 0);
      expect(count).toBeLessThanOrEqual((counts.get(item) ?? 0) + rows / 10000);
    }
    expect(drain(other)).toEqual(found);
    const empty = Number(exports.bytes?.());
    add(exports, 'addTop', 'x');
    drain(exports);
    expect(Number(exports.bytes?.())).toBe(empty);
  });
});

describe('distinct items', () => {
  test('are exact to 10,000, then within four standard errors', async () => {
    const next = seededRandom(4);
    let exports = await open('initDistinct');
    const items = new Set<string>();
    for (let index = 0; index < 60000; index++) {
      const item = `item ${Math.floor(next() * 50000)}`;
      add(exports, 'addDistinct', item);
      items.add(item);
      if (items.size === 10000 || items.size === 30000)
        exports = await restored(exports, 1, await open('initDistinct'));
      if (items.size <= 10000) expect(Number(exports.distinctCount?.())).toBe(items.size);
      else if (index % 500 === 0) {
        const error = Number(exports.distinctCount?.()) / items.size - 1;
        expect(Math.abs(error)).toBeLessThan(4 * 0.0082);
      }
    }
    exports.resetDistinct?.();
    add(exports, 'addDistinct', 'x');
    expect(Number(exports.distinctCount?.())).toBe(1);
  });
});

interface Hotspot {
  density: number;
  minValues: number[];
  maxValues: number[];
}

/** DBSCAN as its paper writes it, over the rows from oldest to newest. */
function expectedHotspots(rows: readonly number[][], radius: number, minimum: number): Hotspot[] {
  const near = (a: readonly number[], b: readonly number[]): boolean =>
    a.reduce((sum, value, column) => sum + (value - (b[column] ?? 0)) ** 2, 0) <= radius * radius;
  const neighbours = rows.map((row) => rows.flatMap((other, index) => (near(row, other) ? [index] : [])));
  const taken = new Set<number>();
  return rows.flatMap((_, start) => {
    if (taken.has(start) || (neighbours[start]?.length ?? 0) < minimum) return [];
    const members = [start];
    taken.add(start);
    for (const member of members) {
      if ((neighbours[member]?.length ?? 0) < minimum) continue;
      for (const other of neighbours[member] ?? []) {
        if (taken.has(other)) continue;
        taken.add(other);
        members.push(other);
      }
    }
    const values = (column: number): number[] => members.map((member) => rows[member]?.[column] ?? 0);
    const columns = rows[0]?.map((_value, column) => column) ?? [];
    const minValues = columns.map((column) => Math.min(...values(column)));
    const maxValues = columns.map((column) => Math.max(...values(column)));
    const volume = columns.reduce((product, column) => {
      const side = (maxValues[column] ?? 0) - (minValues[column] ?? 0);
      return product * (side > 0 ? side : radius);
    }, 1);
    return [{ density: members.length / volume, minValues, maxValues }];
  });
}

describe('hotspots', () => {
  for (const [window, columns, radius, minimum] of [
    [100, 2, 0.4, 4],
    [130, 1, 0.05, 3],
    [100, 3, 1, 2],
  ] as const) {
    test(`equal DBSCAN over the last ${window} rows of ${columns} columns, also after a restore`, async () => {
      const next = seededRandom(window + columns);
      let exports = await open('initHotspots', window, radius, minimum, columns);
      const rows: number[][] = [];
      for (let index = 0; index < 400; index++) {
        const row = Array.from({ length: columns }, () => (next() < 0.5 ? Math.floor(next() * 6) : next() * 6));
        rows.push(row);
        for (const [column, value] of row.entries()) exports.set?.(column, value);
        exports.addRow?.();
        if (index % 90 === 50)
          exports = await restored(exports, 2, await open('initHotspots', window, radius, minimum, columns));
        const text = readText(exports, exports.text?.());
        expect(JSON.parse(text)).toEqual({ hotspots: expectedHotspots(rows.slice(-window), radius, minimum) });
      }
      expect(Number(exports.bytes?.())).toBeLessThanOrEqual(Number(exports.hotspotBound?.(window, columns)) + 65536);
    });
  }

  test('are an empty list where nothing is dense', async () => {
    const exports = await open('initHotspots', 100, 1, 2, 1);
    exports.set?.(0, 5);
    exports.addRow?.();
    expect(readText(exports, exports.text?.())).toBe('{"hotspots":[]}');
    exports.addRow?.();
    expect(readText(exports, exports.text?.())).toBe('{"hotspots":[{"density":2,"minValues":[5],"maxValues":[5]}]}');
  });
});

test('windows are aligned to the epoch, before it as well', async () => {
  const exports = await open('initTop', 1);
  for (const [time, length, end] of [
    [0n, 1000n, 1000n],
    [999n, 1000n, 1000n],
    [1000n, 1000n, 2000n],
    [-1n, 1000n, 0n],
    [-1000n, 1000n, 0n],
    [-1001n, 1000n, -1000n],
  ] as const)
    expect(exports.end?.(time, length)).toBe(end);
});

test('no function of the harness exceeds 4,000 bytes', () => {
  expect(Math.max(...functionSizes(wasm))).toBeLessThanOrEqual(4000);
});
