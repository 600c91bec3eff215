// The laws of the random cut forest on the trees that its snapshots describe: score, cuts, sampling.
import { describe, expect, test } from 'vitest';
import { cloud, feed, open, saved } from '../harness/forest.ts';
import { seededRandom } from '../harness/random.ts';

/** A tree as a snapshot has it. */
type Shape =
  | { readonly point: number; readonly mass: number }
  | { readonly dimension: number; readonly cut: number; readonly left: Shape; readonly right: Shape };

/** Reads a snapshot as the comment of forestSnapshot.ts describes it. */
function readForest(blob: Uint8Array): { points: Map<number, number[]>; trees: Shape[] } {
  const view = new DataView(blob.buffer, blob.byteOffset);
  let at = 32;
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
