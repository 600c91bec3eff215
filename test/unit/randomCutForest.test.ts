// The random cut forest: invariants of its trees against a recount, scores of outliers, attribution, snapshots, bounds of memory.
import { beforeAll, describe, expect, test } from 'vitest';
import { forestBytesMax } from '../../compiler/bind/tableState.ts';
import { seededRandom } from '../harness/random.ts';
import { compileHarness, functionSizes, instantiate, type WasmExports } from '../harness/wasm.ts';

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
export function save(): i32 { snapshot.beginBlob(0); saveForest(forest, 5, 1); return <i32>snapshot.writtenLength(); }
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

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await compileHarness(program);
});

interface Parameters {
  trees: number;
  sample: number;
  decay: number;
  columns: number;
  shingle: number;
}
const defaults: Parameters = { trees: 100, sample: 256, decay: 100000, columns: 2, shingle: 1 };

async function open(given: Partial<Parameters> = {}, seed = 7n): Promise<WasmExports> {
  const { trees, sample, decay, columns, shingle } = { ...defaults, ...given };
  const exports = await instantiate(wasm);
  exports.init?.(trees, sample, decay, columns, shingle, seed);
  return exports;
}

function feed(exports: WasmExports, row: readonly (number | null)[], by: 'score' | 'explain' = 'score'): number {
  exports.begin?.();
  row.forEach((value, column) => {
    if (value !== null) exports.set?.(column, value);
  });
  return Number(exports[by]?.());
}

function explanation(exports: WasmExports, direction = 1): string {
  const text = BigInt.asUintN(64, exports.explanation?.(direction) as bigint);
  const pointer = Number(text & 0xffffffffn);
  return new TextDecoder().decode(new Uint8Array(exports.memory.buffer, pointer, Number(text >> 32n)));
}

function cloud(next: () => number, columns: number): number[] {
  return Array.from({ length: columns }, () => (next() + next() + next() - 1.5) * 10);
}

describe('the trees', () => {
  for (const [name, given, values] of [
    ['distinct points', { trees: 7, sample: 20, decay: 100, columns: 3 }, (next: () => number) => cloud(next, 3)],
    [
      'many equal points',
      { trees: 5, sample: 30, decay: 60, columns: 2 },
      (next: () => number) => [Math.floor(next() * 3), Math.floor(next() * 2)],
    ],
    ['shingles', { trees: 4, sample: 16, decay: 40, columns: 2, shingle: 5 }, (next: () => number) => cloud(next, 2)],
    [
      'huge and tiny numbers',
      { trees: 4, sample: 16, decay: 40, columns: 2 },
      (next: () => number) => [(next() - 0.5) * 10 ** (next() * 600 - 290), next() < 0.5 ? -0 : 5e-324],
    ],
  ] as const) {
    test(`keep their law through inserts and evictions: ${name}`, async () => {
      const exports = await open(given);
      const next = seededRandom(3);
      for (let index = 0; index < 400; index++) {
        const score = feed(exports, values(next));
        expect(Number.isFinite(score)).toBe(true);
        expect(exports.check?.()).toBe(0);
      }
    });
  }
});

describe('the score', () => {
  test('is 0 for the first subSampleSize rows and above 0 after them', async () => {
    const exports = await open({ sample: 50 });
    const next = seededRandom(1);
    const scores = Array.from({ length: 60 }, () => feed(exports, cloud(next, 2)));
    expect(scores.slice(0, 50).every((score) => score === 0)).toBe(true);
    expect(scores.slice(50).every((score) => score > 0)).toBe(true);
  });

  test('of usual points is below 1.5, that of an outlier far above', async () => {
    const exports = await open();
    const next = seededRandom(5);
    const usual = Array.from({ length: 1000 }, () => feed(exports, cloud(next, 2))).slice(256);
    const mean = usual.reduce((sum, score) => sum + score, 0) / usual.length;
    expect(mean).toBeGreaterThan(0.5);
    expect(mean).toBeLessThan(1.2);
    expect(feed(exports, [400, -300])).toBeGreaterThan(4);
    expect(feed(exports, [1, -1])).toBeLessThan(1.2);
  });

  test('is that of the formula where the tree is known: one tree, one distinct point', async () => {
    const exports = await open({ trees: 1, sample: 10, columns: 1 });
    for (let index = 0; index < 10; index++) expect(feed(exports, [5])).toBe(0);
    const normal = Math.log2(11);
    expect(feed(exports, [5])).toBeCloseTo(((1 - 10 / 20) / (0 + Math.log2(11))) * normal, 12);
    expect(feed(exports, [6])).toBeCloseTo(1 * normal, 12);
  });

  test('falls when the outlier becomes the rule: the sample decays', async () => {
    const exports = await open({ trees: 30, sample: 32, decay: 64 });
    const next = seededRandom(9);
    for (let index = 0; index < 200; index++) feed(exports, cloud(next, 2));
    const moved = (): number[] => cloud(next, 2).map((value) => value + 500);
    const first = feed(exports, moved());
    for (let index = 0; index < 400; index++) feed(exports, moved());
    expect(feed(exports, moved())).toBeLessThan(first / 2);
    expect(feed(exports, cloud(next, 2))).toBeGreaterThan(2);
  });

  test('of a break in a rhythm needs the shingle', async () => {
    const score = async (shingle: number): Promise<number> => {
      const exports = await open({ trees: 50, sample: 128, columns: 1, shingle });
      let ratio = 0;
      for (let index = 0; index < 600; index++) {
        const value = Math.sin((index * Math.PI) / 8) * 10;
        const usual = feed(exports, [value]);
        if (index === 598) ratio = usual;
      }
      return feed(exports, [Math.sin((605 * Math.PI) / 8) * 10]) / ratio;
    };
    expect(await score(8)).toBeGreaterThan(1.3);
    expect(await score(1)).toBeLessThan(1);
  });

  test('is the same for the same seed and another for another one', async () => {
    const run = async (seed: bigint): Promise<number[]> => {
      const exports = await open({ trees: 10, sample: 20 }, seed);
      const next = seededRandom(2);
      return Array.from({ length: 100 }, () => feed(exports, cloud(next, 2)));
    };
    expect(await run(1n)).toEqual(await run(1n));
    expect(await run(1n)).not.toEqual(await run(2n));
  });

  test('takes the last value for a NULL', async () => {
    const rows = (value: number | null): (number | null)[][] => [
      [1, 2],
      [3, 4],
      [5, value],
    ];
    const run = async (value: number | null): Promise<number> => {
      const exports = await open({ trees: 10, sample: 2 });
      return rows(value).map((row) => feed(exports, row))[2] ?? 0;
    };
    expect(await run(null)).toBe(await run(4));
  });
});

describe('the explanation', () => {
  test('has shares that sum to the score, equal to that without explanation', async () => {
    const plain = await open({ trees: 20, sample: 30, decay: 200, shingle: 3 });
    const explained = await open({ trees: 20, sample: 30, decay: 200, shingle: 3 });
    const next = seededRandom(4);
    for (let index = 0; index < 300; index++) {
      const row = index % 3 === 0 ? [1, 2] : cloud(next, 2);
      const score = feed(explained, row, 'explain');
      expect(feed(plain, row)).toBe(score);
      let sum = 0;
      for (let at = 0; at < 6; at++) sum += Number(explained.share?.(1, at)) + Number(explained.share?.(0, at));
      expect(sum).toBeCloseTo(score, 9);
    }
  });

  test('names the column and the direction of an outlier', async () => {
    const exports = await open();
    const next = seededRandom(6);
    feed(exports, [0, 0], 'explain');
    expect(explanation(exports)).toBe(
      '{"a":{"DIRECTION":"LOW","STRENGTH":"0.0000","ATTRIBUTION_SCORE":"0.0000"},"B":{"DIRECTION":"LOW","STRENGTH":"0.0000","ATTRIBUTION_SCORE":"0.0000"}}',
    );
    for (let index = 0; index < 600; index++) feed(exports, cloud(next, 2), 'explain');
    const score = feed(exports, [300, 1], 'explain');
    const parsed = JSON.parse(explanation(exports)) as Record<string, Record<string, string>>;
    expect(parsed.a?.DIRECTION).toBe('HIGH');
    expect(Number(parsed.a?.ATTRIBUTION_SCORE)).toBeGreaterThan(0.9 * score);
    expect(Number(parsed.a?.ATTRIBUTION_SCORE) + Number(parsed.B?.ATTRIBUTION_SCORE)).toBeCloseTo(score, 3);
    feed(exports, [1, -300], 'explain');
    expect((JSON.parse(explanation(exports)) as Record<string, Record<string, string>>).B?.DIRECTION).toBe('LOW');
    expect(explanation(exports, 0)).toMatch(
      /^\{"a":\{"ATTRIBUTION_SCORE":"\d+\.\d{4}"\},"B":\{"ATTRIBUTION_SCORE":"\d+\.\d{4}"\}\}$/,
    );
  });
});

function saved(exports: WasmExports): Uint8Array {
  const length = Number(exports.save?.());
  const at = Number(exports.pointer?.());
  return new Uint8Array(exports.memory.buffer).slice(at, at + length);
}

function load(exports: WasmExports, blob: Uint8Array): number {
  const at = Number(exports.buffer?.(blob.length));
  new Uint8Array(exports.memory.buffer).set(blob, at);
  return Number(exports.loadBlob?.(at, blob.length));
}

/** A tree as a snapshot has it. */
type Shape =
  | { readonly point: number; readonly mass: number }
  | { readonly dimension: number; readonly cut: number; readonly left: Shape; readonly right: Shape };

/** Reads a snapshot as the comment of forestSnapshot.ts describes it. */
function readForest(blob: Uint8Array): { points: Map<number, number[]>; trees: Shape[] } {
  const view = new DataView(blob.buffer, blob.byteOffset);
  let at = 24;
  const u32 = (): number => view.getUint32((at += 4) - 4, true);
  const f64 = (): number => view.getFloat64((at += 8) - 8, true);
  const [trees, , dimensions] = [u32(), u32(), u32()];
  at += 16 + dimensions * 8;
  const coordinates = (): number[] => Array.from({ length: dimensions }, f64);
  const points = new Map(Array.from({ length: u32() }, () => [u32(), coordinates()] as const));
  const shape = (): Shape => {
    const tag = u32();
    if (tag === 0xffffffff) return { point: u32(), mass: u32() };
    const cut = f64();
    return { dimension: tag, cut, left: shape(), right: shape() };
  };
  const tree = (): Shape => {
    const entries = u32();
    at += entries * 12;
    return shape();
  };
  return { points, trees: Array.from({ length: trees }, tree) };
}

function massOf(shape: Shape): number {
  return 'mass' in shape ? shape.mass : massOf(shape.left) + massOf(shape.right);
}

function pointsBelow(shape: Shape, points: ReadonlyMap<number, number[]>): number[][] {
  if ('mass' in shape) return [points.get(shape.point) ?? []];
  return [...pointsBelow(shape.left, points), ...pointsBelow(shape.right, points)];
}

/** The law of forestScore.ts from the root down, with boxes from the points themselves. */
function expectedScore(
  shape: Shape,
  points: ReadonlyMap<number, number[]>,
  query: readonly number[],
  total: number,
  depth = 0,
): number {
  const below = pointsBelow(shape, points);
  if ('mass' in shape) {
    if (!below[0]?.every((value, index) => value === query[index])) return 1 / (depth + 1);
    return (1 - shape.mass / (2 * total)) / (depth + Math.log2(shape.mass + 1));
  }
  let [range, outside] = [0, 0];
  query.forEach((value, index) => {
    const values = below.map((point) => point[index] ?? 0);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    range += high - low;
    outside += Math.max(low - value, value - high, 0);
  });
  const chance = outside / (range + outside);
  const child = (query[shape.dimension] ?? 0) <= shape.cut ? shape.left : shape.right;
  const rest = chance === 1 ? 0 : (1 - chance) * expectedScore(child, points, query, total, depth + 1);
  return chance / (depth + 1) + rest;
}

describe('the law of the score and of the trees', () => {
  test('holds for what a snapshot says of the trees', async () => {
    const exports = await open({ trees: 9, sample: 24, decay: 80, columns: 3 });
    const next = seededRandom(12);
    for (let index = 0; index < 200; index++) {
      const row = index % 5 === 0 ? [1, 1, 1] : cloud(next, 3).map((value) => Math.round(value));
      if (index < 30) {
        feed(exports, row);
        continue;
      }
      const { points, trees } = readForest(saved(exports));
      const scores = trees.map((tree) => expectedScore(tree, points, row, massOf(tree)));
      const mean = scores.reduce((sum, score) => sum + score, 0) / trees.length;
      expect(feed(exports, row)).toBeCloseTo(mean * Math.log2(24 + 1), 10);
    }
  });

  test('recent points are sampled as their weight e^(−age / timeDecay) says', async () => {
    const [sample, decay, rows] = [20, 100, 1500];
    const exports = await open({ trees: 300, sample, decay, columns: 1 });
    for (let index = 0; index < rows; index++) feed(exports, [index]);
    const { points, trees } = readForest(saved(exports));
    const ages = trees.flatMap((tree) => pointsBelow(tree, points).map((point) => rows - 1 - (point[0] ?? 0)));
    // With exponential clocks of these rates the first `sample` to ring are taken: a point is among them with 1 − e^(−c · weight).
    const weights = Array.from({ length: rows }, (_, age) => Math.exp(-age / decay));
    const chances = (c: number): number[] => weights.map((weight) => 1 - Math.exp(-c * weight));
    let [least, most] = [0, 1000];
    while (most - least > 1e-9) {
      const middle = (least + most) / 2;
      if (chances(middle).reduce((sum, chance) => sum + chance, 0) < sample) least = middle;
      else most = middle;
    }
    const expected = chances(least).reduce((sum, chance, age) => sum + chance * age, 0) / sample;
    const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length;
    expect(ages.length).toBe(300 * sample);
    expect(Math.abs(mean / expected - 1)).toBeLessThan(0.05);
  });

  test('a dimension is cut at the root as often as its side is long, after inserts and after evictions', async () => {
    for (const rows of [40, 1200]) {
      const exports = await open({ trees: 1000, sample: 40, decay: 200 });
      const next = seededRandom(rows);
      for (let index = 0; index < rows; index++) feed(exports, [next(), 3 * next()]);
      const { points, trees } = readForest(saved(exports));
      let [found, wanted] = [0, 0];
      for (const tree of trees) {
        const below = pointsBelow(tree, points);
        const side = (index: number): number => {
          const values = below.map((point) => point[index] ?? 0);
          return Math.max(...values) - Math.min(...values);
        };
        wanted += side(1) / (side(0) + side(1));
        if ('dimension' in tree && tree.dimension === 1) found++;
      }
      // Four standard deviations of a binomial count of 1000 with p near 3/4.
      expect(Math.abs(found - wanted)).toBeLessThan(4 * Math.sqrt(1000 * 0.75 * 0.25));
    }
  });
});

describe('a snapshot', () => {
  test('gives every later score bit for bit', async () => {
    const given = { trees: 12, sample: 25, decay: 90, shingle: 2 };
    const next = seededRandom(8);
    let exports = await open(given);
    const straight = await open(given);
    for (let index = 0; index < 300; index++) {
      if (index % 23 === 1) {
        const restored = await open(given, 99n);
        expect(load(restored, saved(exports))).toBe(0);
        expect(restored.check?.()).toBe(0);
        exports = restored;
      }
      const row = index % 4 === 0 ? [3, 3] : cloud(next, 2);
      expect(feed(exports, row)).toBe(feed(straight, row));
    }
    expect(saved(exports).length).toBe(saved(straight).length);
  });

  test('that is cut or of other parameters is refused, never a trap', async () => {
    const exports = await open({ trees: 3, sample: 10 });
    const next = seededRandom(8);
    for (let index = 0; index < 40; index++) feed(exports, cloud(next, 2));
    const blob = saved(exports);
    for (let length = 24; length < blob.length; length += 7) {
      expect(load(await open({ trees: 3, sample: 10 }), blob.slice(0, length))).not.toBe(0);
    }
    expect(load(await open({ trees: 4, sample: 10 }), blob)).not.toBe(0);
    expect(load(await open({ trees: 3, sample: 10, columns: 1 }), blob)).not.toBe(0);
  });
});

test('memory stays within the bound that the parameters give', async () => {
  for (const given of [
    { trees: 20, sample: 40, decay: 50 },
    { trees: 5, sample: 12, decay: 20, columns: 3, shingle: 4 },
  ]) {
    const all = { ...defaults, ...given };
    const exports = await open(given);
    const next = seededRandom(1);
    for (let index = 0; index < 2000; index++) feed(exports, cloud(next, all.columns));
    const bound = Number(exports.bound?.(all.trees, all.sample, all.columns, all.shingle));
    expect(Number(exports.bytes?.())).toBeLessThanOrEqual(bound);
    expect(Number(exports.bytes?.())).toBeGreaterThan(bound / 3);
  }
  expect(Number((await open()).bound?.(100, 256, 2, 1))).toBeLessThan(4 << 20);
});

test('the compiler knows the same bound', async () => {
  const exports = await instantiate(wasm);
  for (const [trees, sample, columns, shingle] of [
    [100, 256, 2, 1],
    [1, 10, 1, 1],
    [1000, 1000, 1, 30],
    [17, 333, 30, 30],
    [50, 512, 7, 4],
  ] as const) {
    const bound = Number(exports.bound?.(trees, sample, columns, shingle));
    expect(bound).toBe(forestBytesMax(trees, sample, columns, shingle));
  }
});

test('no function of the harness exceeds 4,000 bytes', () => {
  expect(Math.max(...functionSizes(wasm))).toBeLessThanOrEqual(4000);
});
