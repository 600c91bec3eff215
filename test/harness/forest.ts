// A random cut forest for tests: compiled against the library, fed row by row, its snapshot taken.
import { compileHarness, instantiate, type WasmExports } from './wasm.ts';

const program = `
import { Forest, initializeForest, beginForestRow, setForestColumn, scoreForestRow, explainForestRow, forestBytes, treeAt } from "./assembly/tables/randomCutForest";
import { saveForest, loadForest } from "./assembly/tables/forestSnapshot";
import { forestExplanation } from "./assembly/tables/forestExplanation";
import { Tree, LEAF, NO_NODE, nodeAt, leafAt, boxOf, rangeOf, rangeOfBox, massOf, uniteBox, emptyBox } from "./assembly/tables/randomCutTree";
import { holdersOf } from "./assembly/tables/points";
import { inputBuffer } from "./assembly/state/input";
import { scratchReset } from "./assembly/state/scratch";
import { textOf } from "./assembly/text";
import * as snapshot from "./assembly/state/snapshot";
import { stateBytes } from "./assembly/state/arena";
const forest = changetype<Forest>(memory.data(128, 16));
const names = memory.data<u64>([0, 0]);
const nameA = memory.data<u8>([34, 97, 34, 0, 0, 0, 0, 0, 0, 0, 0]);
const nameB = memory.data<u8>([34, 66, 34, 0, 0, 0, 0, 0, 0, 0, 0]);
export function init(trees: i32, sample: i32, decay: i32, columns: i32, shingle: i32, seed: i64): void {
  initializeForest(forest, trees, sample, decay, columns, shingle, seed);
  store<u64>(names, textOf(nameA, 3));
  store<u64>(names + 8, textOf(nameB, 3));
}
export function begin(): void { scratchReset(); beginForestRow(forest); }
export function set(column: i32, value: f64): void { setForestColumn(forest, column, value); }
export function score(): f64 { return scoreForestRow(forest); }
export function explain(): f64 { return explainForestRow(forest); }
export function explanation(direction: i32): u64 { return forestExplanation(forest, names, direction != 0); }
export function share(high: i32, at: i32): f64 { return load<f64>((high != 0 ? forest.high : forest.low) + (at << 3)); }
export function bytes(): i64 { return <i64>stateBytes; }
export function bound(trees: i32, sample: i32, columns: i32, shingle: i32): i64 { return <i64>forestBytes(trees, sample, columns, shingle); }
export function buffer(bytes: i32): usize { return inputBuffer(0, bytes); }
export function save(): i32 { snapshot.beginBlob(0); saveForest(forest, 5, 1); return <i32>snapshot.endBlob(); }
export function pointer(): usize { return snapshot.writtenPointer(); }
export function loadBlob(at: usize, length: i32): i32 {
  if (!snapshot.openBlob(at, length)) return 1;
  if (!snapshot.readMore(snapshot.blobEnd())) return 0;
  snapshot.readU64(); snapshot.readU32();
  const end = snapshot.readPosition() + 4 + snapshot.readU32();
  return loadForest(forest, end) && !snapshot.readFailed ? 0 : 2;
}
const box = memory.data(14400, 8);
let walked: i32 = 0;
// Counts what is wrong below a reference: masses, boxes, ranges.
function wrong(tree: Tree, at: u32): i32 {
  walked++;
  if ((at & LEAF) != 0) return 0;
  const node = nodeAt(tree, at);
  const left = <u32>load<u16>(node);
  const right = <u32>load<u16>(node, 2);
  let found = wrong(tree, left) + wrong(tree, right);
  emptyBox(box, tree.dimensions);
  uniteBox(tree, forest.points, box, left);
  const d = load<u16>(node, 6);
  if (load<f64>(box + (d << 4), 8) > load<f64>(node, 8)) found++;
  emptyBox(box, tree.dimensions);
  uniteBox(tree, forest.points, box, right);
  if (load<f64>(box + (d << 4)) <= load<f64>(node, 8)) found++;
  uniteBox(tree, forest.points, box, left);
  if (memory.compare(box, boxOf(node), tree.dimensions << 4) != 0) found++;
  if (rangeOfBox(box, tree.dimensions) != rangeOf(node)) found++;
  if (massOf(tree, left) + massOf(tree, right) != massOf(tree, at)) found++;
  return found;
}
export function check(): i32 {
  let found = 0;
  let held: u32 = 0;
  for (let index: u32 = 0; index < forest.trees; index++) {
    const tree = treeAt(forest, index);
    held += tree.count;
    if (tree.root == NO_NODE) { found += tree.count; continue; }
    found += wrong(tree, tree.root);
    if (massOf(tree, tree.root) != tree.count) found++;
    for (let entry: u32 = 1; entry < tree.count; entry++) {
      if (load<f64>(tree.entries + (entry << 4)) > load<f64>(tree.entries + ((entry - 1) >> 1 << 4))) found++;
    }
  }
  let holders: u32 = 0;
  for (let index: u32 = 0; index < forest.points.next; index++) holders += holdersOf(forest.points, index);
  return found + (holders == held ? 0 : 1);
}
`;

let compiled: Promise<Uint8Array> | undefined;

/** The harness program, compiled once. */
export function forestWasm(): Promise<Uint8Array> {
  compiled ??= compileHarness(program);
  return compiled;
}

/** Parameters of a forest. */
export interface Parameters {
  trees: number;
  sample: number;
  decay: number;
  columns: number;
  shingle: number;
}
/** Those of the service, over two columns. */
export const defaults: Parameters = { trees: 100, sample: 256, decay: 100000, columns: 2, shingle: 1 };

/** A fresh forest. */
export async function open(given: Partial<Parameters> = {}, seed = 7n): Promise<WasmExports> {
  const { trees, sample, decay, columns, shingle } = { ...defaults, ...given };
  const exports = await instantiate(await forestWasm());
  exports.init?.(trees, sample, decay, columns, shingle, seed);
  return exports;
}

/** Feeds a row; `null` is NULL. */
export function feed(exports: WasmExports, row: readonly (number | null)[], by: 'score' | 'explain' = 'score'): number {
  exports.begin?.();
  row.forEach((value, column) => {
    if (value !== null) exports.set?.(column, value);
  });
  return Number(exports[by]?.());
}

/** The text for the row that was explained last. */
export function explanation(exports: WasmExports, direction = 1): string {
  const text = BigInt.asUintN(64, exports.explanation?.(direction) as bigint);
  const pointer = Number(text & 0xffffffffn);
  return new TextDecoder().decode(new Uint8Array(exports.memory.buffer, pointer, Number(text >> 32n)));
}

/** A random point around 0. */
export function cloud(next: () => number, columns: number): number[] {
  return Array.from({ length: columns }, () => (next() + next() + next() - 1.5) * 10);
}

/** The snapshot of a forest. */
export function saved(exports: WasmExports): Uint8Array {
  const length = Number(exports.save?.());
  const at = Number(exports.pointer?.());
  return new Uint8Array(exports.memory.buffer).slice(at, at + length);
}
