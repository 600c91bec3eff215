// The random cut forest: invariants of its trees against a recount, scores of outliers, attribution, snapshots, bounds of memory.
import { describe, expect, test } from 'vitest';
import { forestBytesMax } from '../../compiler/bind/tableState.ts';
import { seededRandom } from '../harness/random.ts';
import { cloud, defaults, explanation, feed, forestWasm, open, saved } from '../harness/forest.ts';
import { functionSizes, instantiate, type WasmExports } from '../harness/wasm.ts';

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

function load(exports: WasmExports, blob: Uint8Array): number {
  const at = Number(exports.buffer?.(blob.length));
  new Uint8Array(exports.memory.buffer).set(blob, at);
  return Number(exports.loadBlob?.(at, blob.length));
}

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
  const exports = await instantiate(await forestWasm());
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

test('no function of the harness exceeds 4,000 bytes', async () => {
  expect(Math.max(...functionSizes(await forestWasm()))).toBeLessThanOrEqual(4000);
});
