// Quality of anomaly scores: the area under the ROC curve by hand, the marks of series, and what Rowtime's forest reaches at least.
import { describe, expect, it } from 'vitest';
import { areasOf, printQuality, summaryOf } from '../../bench/quality.ts';
import { areaUnderCurve } from '../../bench/quality/area.ts';
import { type Forest, rowtimeForest } from '../../bench/quality/forests.ts';
import { anomalyKinds, generateSeries, type Mark } from '../../bench/quality/series.ts';
import { seededRandom } from '../harness/random.ts';

describe('the area under the curve', () => {
  const marksOf = (text: string): Mark[] =>
    [...text].map((letter) => (letter === 'a' ? 'anomalous' : letter === 'u' ? 'usual' : 'neither'));

  it.each([
    ['every anomalous row above', 'uuaa', [1, 2, 3, 4], 1],
    ['every anomalous row below', 'aauu', [1, 2, 3, 4], 0],
    ['all equal', 'uaua', [5, 5, 5, 5], 0.5],
    // Pairs: 4 above 1 and 3, 2 above 1 alone.
    ['three of four pairs in order', 'uaua', [1, 2, 3, 4], 0.75],
    // 2 against 2 is a half, 2 against 1 is a whole.
    ['a tie counts half', 'uua', [1, 2, 2], 0.75],
    ['rows that are neither count nothing', 'unann', [1, 9, 2, 0, 2], 1],
  ] as const)('%s', (_name, text, scores, area) => {
    expect(areaUnderCurve(scores, marksOf(text))).toBe(area);
  });

  it('is that of all pairs, counted one by one', () => {
    const next = seededRandom(4);
    const scores = Array.from({ length: 300 }, () => Math.floor(next() * 20));
    const marks = scores.map(
      (): Mark => (['anomalous', 'usual', 'usual', 'neither'] as const)[Math.floor(next() * 4)] ?? 'usual',
    );
    let [won, pairs] = [0, 0];
    for (const [row, score] of scores.entries()) {
      for (const [other, less] of scores.entries()) {
        if (marks[row] !== 'anomalous' || marks[other] !== 'usual') continue;
        won += score > less ? 1 : score === less ? 0.5 : 0;
        pairs++;
      }
    }
    expect(areaUnderCurve(scores, marks)).toBeCloseTo(won / pairs, 12);
  });

  it('is not a number without both kinds of rows', () => {
    expect(areaUnderCurve([1, 2], ['usual', 'neither'])).toBeNaN();
    expect(areaUnderCurve([1, 2], ['anomalous', 'neither'])).toBeNaN();
  });
});

describe('series', () => {
  it.each(anomalyKinds)('%s: the same from the same seed, marked where it was changed', (kind) => {
    for (const columns of [1, 2]) {
      const series = generateSeries(kind, columns, 12, 3);
      const { rows, marks } = series;
      expect(generateSeries(kind, columns, 12, 3)).toEqual(series);
      expect(generateSeries(kind, columns, 12, 4).rows).not.toEqual(rows);
      expect(rows.every((row) => row.length === columns && row.every(Number.isFinite))).toBe(true);
      const expected = { spike: 10, dip: 6 * 6, 'level shift': 3 * 12, 'missing season': 3 * 24 };
      expect(marks.filter((mark) => mark === 'anomalous')).toHaveLength(expected[kind]);
      expect(marks.slice(0, 256).every((mark) => mark === 'neither')).toBe(true);
      // A shingle of 12 holds rows of the anomaly for 11 more rows.
      for (const [row, mark] of marks.entries()) {
        if (mark !== 'anomalous' || marks[row + 1] === 'anomalous') continue;
        expect(marks.slice(row + 1, row + 12)).toEqual(new Array(11).fill('neither'));
      }
    }
  });
});

describe("Rowtime's scores", () => {
  const forest = rowtimeForest('quick');

  it('find spikes, nearly all with a shingle', async () => {
    for (const area of await areasOf(forest, 'spike', 1, 12, [1, 2])) expect(area).toBeGreaterThan(0.97);
    for (const area of await areasOf(forest, 'spike', 1, 1, [1, 2])) expect(area).toBeGreaterThan(0.7);
  });

  it('would not pass if they were chance', async () => {
    const next = seededRandom(9);
    const chance: Forest = {
      name: 'chance',
      detail: '',
      score: (series) => Promise.resolve(series.map(({ rows }) => rows.map(next))),
    };
    for (const area of await areasOf(chance, 'spike', 1, 12, [1, 2, 3])) expect(area).toBeLessThan(0.75);
  });
});

it('the report names who was absent and shows mean, lowest and highest', () => {
  expect(summaryOf([0.5, 1, 0.75])).toBe('0.750 (0.500–1.000)');
  const text = printQuality({
    seeds: [1, 2],
    forests: [{ name: 'rowtime', detail: 'the one' }],
    absent: [{ name: 'java', reason: 'no Java compiler found (javac)' }],
    series: [{ anomaly: 'dip', columns: 1, shingle: 12, forests: [{ name: 'rowtime', areas: [1, 1] }] }],
  });
  expect(text).toContain('java absent: no Java compiler found (javac)');
  expect(text).toMatch(/\| dip +\| +1 \| +12 \| 1\.000 \(1\.000–1\.000\) \|/);
});
