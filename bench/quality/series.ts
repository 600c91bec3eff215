// Generated series with anomalies whose places are known. A usual row is a season (a sine of 24 rows) with noise; a second column
// follows the first a quarter of a season later. One column of each anomaly is drawn, the other goes on as usual.
//
// Law of the marks, with n the shingle size (rows in a point of the forest):
//   anomalous   the rows of a spike, a dip or a missing season; the first rows after a shift of the level
//   neither     the first 256 points, which all forests learn before they score; the n − 1 rows after an anomaly, whose points still hold some of it;
//               after a shift of the level two seasons, in which the new level is learned
//   usual       all others
import { Random } from '../workload.ts';

/** The kinds of anomaly. */
export const anomalyKinds = ['spike', 'dip', 'level shift', 'missing season'] as const;

/** One of them. */
export type AnomalyKind = (typeof anomalyKinds)[number];

/** What a row counts as. */
export type Mark = 'usual' | 'anomalous' | 'neither';

/** Rows with their marks, and the seed from which they come. */
export interface Series {
  readonly seed: number;
  readonly rows: readonly (readonly number[])[];
  readonly marks: readonly Mark[];
}

/** Rows of a series. */
export const seriesRows = 1400;
/** Anomalies begin after these: the 256 rows that forests learn, and some on which only usual rows are scored. */
const quietRows = 800;
const learnedRows = 256;
const season = 24;
const amplitude = 10;
const noise = 2;

interface Shape {
  /** Anomalies in a series. */
  readonly count: number;
  /** Rows that are marked. */
  readonly length: number;
  /** Rows behind them that count as neither, whatever the shingle. */
  readonly after: number;
}

const shapes: Readonly<Record<AnomalyKind, Shape>> = {
  spike: { count: 10, length: 1, after: 0 },
  dip: { count: 6, length: 6, after: 0 },
  'level shift': { count: 3, length: 12, after: 2 * season },
  'missing season': { count: 3, length: season, after: 0 },
};

/** Noise around 0: the sum of a few uniform numbers, with a standard deviation of 0.58. */
function bell(random: Random): number {
  return random.next() + random.next() + random.next() + random.next() - 2;
}

/** Where the anomalies begin: one in each of `count` equal parts, with room for what comes behind it. */
function beginnings(random: Random, { count, length, after }: Shape, shingle: number): number[] {
  const part = Math.floor((seriesRows - quietRows) / count);
  const room = part - length - Math.max(after, shingle - 1);
  return Array.from({ length: count }, (_, index) => quietRows + index * part + random.below(room));
}

/** A seeded series of one or two columns with anomalies of one kind, marked for forests of this shingle size. */
export function generateSeries(kind: AnomalyKind, columns: number, shingle: number, seed: number): Series {
  // Places, sizes and noise are the same for every shingle size but for the room that it takes.
  const random = new Random(seed * 1000 + anomalyKinds.indexOf(kind) * 10 + columns);
  const shape = shapes[kind];
  const rows = Array.from({ length: seriesRows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => seasonAt(row, column) + noise * bell(random)),
  );
  const marks: Mark[] = rows.map((_, row) => (row < learnedRows + shingle - 1 ? 'neither' : 'usual'));
  const direction = random.below(2) === 0 ? -1 : 1;
  for (const begin of beginnings(random, shape, shingle)) {
    injectAnomaly(rows, kind, begin, random.below(columns), direction, random);
    const end = begin + shape.length;
    marks.fill('anomalous', begin, end);
    marks.fill('neither', end, end + Math.max(shape.after, shingle - 1));
  }
  return { seed, rows: rows.map((row) => row.map((value) => Number(value.toFixed(3)))), marks };
}

function meanOf(column: number): number {
  return 50 - 20 * column;
}

function seasonAt(row: number, column: number): number {
  return meanOf(column) + amplitude * Math.sin(2 * Math.PI * (row / season - column / 4));
}

function injectAnomaly(
  rows: number[][],
  kind: AnomalyKind,
  begin: number,
  column: number,
  direction: number,
  random: Random,
): void {
  const change = (from: number, to: number, changed: (value: number, row: number) => number): void => {
    for (let row = from; row < to; row++) {
      const values = rows[row];
      if (values !== undefined) values[column] = changed(values[column] ?? 0, row);
    }
  };
  const end = begin + shapes[kind].length;
  const size = amplitude * (1 + random.next());
  if (kind === 'spike') {
    const sign = random.below(2) === 0 ? -1 : 1;
    change(begin, end, (value) => value + sign * size);
  } else if (kind === 'dip') change(begin, end, (value) => value - size);
  else if (kind === 'level shift') change(begin, seriesRows, (value) => value + direction * size);
  else change(begin, end, (value, row) => value - seasonAt(row, column) + meanOf(column));
}
