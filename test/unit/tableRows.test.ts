// Set operations and sorting of a table's rows against lists: NULL equals NULL, both zeros are one value, CHAR knows no trailing blanks.
import { beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../harness/random.ts';
import { compileHarness, functionSizes, instantiate, type WasmExports } from '../harness/wasm.ts';

// Columns: BIGINT, INTEGER, DOUBLE, REAL, VARCHAR, CHAR.
const program = `
import { Table, TABLE_BYTES, initializeTable, beginTable, appendTableRow, commitTable, firstTableRow, nextTableRow } from "./assembly/state/table";
import { KIND_I64, KIND_I32, KIND_F64, KIND_F32, KIND_TEXT, KIND_PADDED, keepDistinct, keepRows, sortRows } from "./assembly/state/tableRows";
import { textOf } from "./assembly/text";
import { stateBytes } from "./assembly/state/arena";
const frame: usize = memory.data(128, 16);
const room: usize = memory.data(4096, 16);
const tables = memory.data(2 * TABLE_BYTES, 16);
const texts = memory.data<u8>([0, 0, 0, 0, 1, 1]);
const kinds = memory.data<u8>([KIND_I64, KIND_I32, KIND_F64, KIND_F32, KIND_TEXT, KIND_PADDED]);
const slots = memory.data(16, 8);
const order: usize = memory.data(64, 8);
function at(index: i32): Table { return changetype<Table>(tables + <usize>index * TABLE_BYTES); }
export function init(): void { for (let index = 0; index < 2; index++) initializeTable(at(index), frame, 6, texts, 0, slots); }
export function text(): usize { return room; }
export function orderAt(): usize { return order; }
export function begin(index: i32): void { beginTable(at(index), false); }
export function append(index: i32, a: i64, b: i32, c: f64, d: f32, e: i32, f: i32, nulls: i32): void {
  store<i64>(frame, a); store<i32>(frame + 8, b); store<i32>(frame + 12, 0); store<f64>(frame + 16, c); store<f32>(frame + 24, d); store<i32>(frame + 28, 0);
  store<u64>(frame + 32, textOf(room, e)); store<u64>(frame + 40, textOf(room + 64, f));
  for (let column = 0; column < 6; column++) store<u8>(frame + 48 + column, u8((nulls >> column) & 1));
  appendTableRow(at(index), 0, 0);
}
export function distinct(index: i32): void { keepDistinct(at(index), kinds); }
export function keep(common: bool): void { keepRows(at(0), at(1), kinds, common); }
export function sort(keys: i32): void { sortRows(at(0), kinds, order, keys); }
export function commit(index: i32): void { commitTable(at(index)); }
export function count(): i32 { return at(0).current.count; }
export function first(): usize { return firstTableRow(at(0)); }
export function next(row: usize): usize { return nextTableRow(row); }
export function bytes(): i64 { return <i64>stateBytes; }
`;

type Value = bigint | number | string | null;
type Row = readonly Value[];

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await compileHarness(program);
});

const random = seededRandom(11);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

function someRow(): Row {
  const row: Value[] = [
    pick([0n, -1n, 2n ** 40n]),
    pick([0, -5]),
    pick([0, -0, 1.5, -1e300]),
    pick([0, -0, 0.5]),
    pick(['', 'a', 'a ', 'ab']),
    pick(['', 'a', 'a ', 'b']),
  ];
  return row.map((value) => (random() < 0.1 ? null : value));
}

class Tables {
  readonly call: WasmExports;
  constructor(call: WasmExports) {
    this.call = call;
    call.init?.();
  }

  fill(index: number, rows: readonly Row[]): void {
    this.call.begin?.(index);
    for (const row of rows) {
      const room = this.call.text?.() as number;
      const bytes = new Uint8Array(this.call.memory.buffer);
      const put = (at: number, value: Value): number => {
        const encoded = new TextEncoder().encode(String(value ?? ''));
        bytes.set(encoded, at);
        return encoded.length;
      };
      const lengths = [put(room, row[4] ?? null), put(room + 64, row[5] ?? null)];
      const nulls = row.reduce<number>((mask, value, column) => mask | (value === null ? 1 << column : 0), 0);
      this.call.append?.(
        index,
        ...row.slice(0, 4).map((value, column) => (value ?? (column === 0 ? 0n : 0)) as number),
        ...lengths,
        nulls,
      );
    }
  }

  rows(): Row[] {
    const found: Row[] = [];
    const next = (row: number): number => this.call.next?.(row) as number;
    for (let row = this.call.first?.() as number; row !== 0; row = next(row)) {
      const view = new DataView(this.call.memory.buffer, row + 8);
      const text = (offset: number): string => {
        const packed = view.getBigUint64(offset, true);
        const halves = [Number(packed & 0xffffffffn), Number(packed >> 32n)];
        const [pointer, length] = halves as [number, number];
        return new TextDecoder().decode(new Uint8Array(this.call.memory.buffer, pointer, length));
      };
      const values: Value[] = [
        view.getBigInt64(0, true),
        view.getInt32(8, true),
        view.getFloat64(16, true),
        view.getFloat32(24, true),
        text(32),
        text(40),
      ];
      found.push(values.map((value, column) => (view.getUint8(48 + column) === 0 ? value : null)));
    }
    expect(this.call.count?.()).toBe(found.length);
    return found;
  }
}

const keyOf = (row: Row): string =>
  row
    .map((value, column) =>
      value === null
        ? 'NULL'
        : column === 5
          ? String(value).replace(/ +$/, '')
          : typeof value === 'number'
            ? value + 0
            : value,
    )
    .join('|');

test('of equal rows the first stays; rows that another table has stay, or do not', async () => {
  for (let round = 0; round < 20; round++) {
    const tables = new Tables(await instantiate(wasm));
    const [left, right] = [0, 1].map(() => Array.from({ length: Math.floor(random() * 300) }, someRow)) as [
      Row[],
      Row[],
    ];
    const inRight = new Set(right.map(keyOf));
    for (const common of [true, false]) {
      tables.fill(1, right);
      tables.call.commit?.(1);
      tables.fill(0, left);
      tables.call.keep?.(common ? 1 : 0);
      tables.call.commit?.(0);
      const kept = left.filter((row) => inRight.has(keyOf(row)) === common);
      expect(tables.rows().map(keyOf)).toEqual(kept.map(keyOf));
    }
    tables.fill(0, left);
    tables.call.distinct?.(0);
    tables.call.commit?.(0);
    const seen = new Set<string>();
    const once = left.filter((row) => !seen.has(keyOf(row)) && seen.add(keyOf(row)));
    expect(tables.rows()).toEqual(once);
    for (const index of [0, 1]) {
      for (let time = 0; time < 2; time++) {
        tables.fill(index, []);
        tables.call.commit?.(index);
      }
    }
    expect(tables.call.bytes?.()).toBe(0n);
  }
});

test('rows are sorted by several keys, equal ones as they came', async () => {
  const compare = (left: Value, right: Value, column: number): number => {
    const values = [left, right].map((value) => (column === 5 ? String(value).replace(/ +$/, '') : value));
    const [one, two] = values as [bigint, bigint];
    return one < two ? -1 : one > two ? 1 : 0;
  };
  for (let round = 0; round < 30; round++) {
    const tables = new Tables(await instantiate(wasm));
    const rows = Array.from({ length: Math.floor(random() * 200) }, someRow);
    const keys = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
      column: Math.floor(random() * 6),
      descending: random() < 0.5,
      nullsFirst: random() < 0.5,
    }));
    const bytes = new Uint8Array(tables.call.memory.buffer, tables.call.orderAt?.() as number, 64);
    for (const [index, { column, descending, nullsFirst }] of keys.entries())
      bytes.set([column, Number(descending), Number(nullsFirst)], index * 4);
    tables.fill(0, rows);
    tables.call.sort?.(keys.length);
    tables.call.commit?.(0);
    const sorted = [...rows].sort((left, right) => {
      for (const { column, descending, nullsFirst } of keys) {
        const [one, two] = [left[column] ?? null, right[column] ?? null];
        if (one === null && two === null) continue;
        if (one === null || two === null) return (one === null) === nullsFirst ? -1 : 1;
        const order = compare(one, two, column);
        if (order !== 0) return descending ? -order : order;
      }
      return 0;
    });
    expect(tables.rows().map((row) => row.map(String))).toEqual(sorted.map((row) => row.map(String)));
  }
});

test('no function of the harness exceeds 4,000 bytes', () => {
  expect(Math.max(...functionSizes(wasm))).toBeLessThanOrEqual(4000);
});
