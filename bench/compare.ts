// Compares two result files as multisets of rows, or in order: texts and integers exactly, doubles within 1e-9 of their size, scores that
// depend on chance by the correlation of their ranks.
import { eachLine } from './lines.ts';
import { kindOf, type ResultColumn } from './workload.ts';

/** A result row, values in the order of the result columns. */
export type ResultRow = readonly unknown[];

const tolerance = 1e-9;

/** Two forests of 100 trees over the same points reach this by far. */
const leastCorrelation = 0.8;

/** The rows of a file with one JSON object a line; a member that is missing is NULL. */
export function readRows(path: string, columns: readonly ResultColumn[]): ResultRow[] {
  const rows: ResultRow[] = [];
  eachLine(path, (line) => {
    const row = JSON.parse(line) as Record<string, unknown>;
    rows.push(columns.map((column) => row[column.name] ?? null));
  });
  return rows;
}

function compareValues(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const leftText = String(left);
  const rightText = String(right);
  return leftText < rightText ? -1 : leftText > rightText ? 1 : 0;
}

function isInexact(column: ResultColumn): boolean {
  return kindOf(column) === 'double' || kindOf(column) === 'score';
}

/** Sorts by the exact columns first, so that the last digit of a double moves no row away from its partner. */
function sortRows(rows: readonly ResultRow[], columns: readonly ResultColumn[]): ResultRow[] {
  const exact = columns.flatMap((column, index) => (isInexact(column) ? [] : [index]));
  const doubles = columns.flatMap((column, index) => (isInexact(column) ? [index] : []));
  const order = [...exact, ...doubles];
  return [...rows].sort((left, right) => {
    for (const index of order) {
      const difference = compareValues(left[index], right[index]);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

function sameValue(left: unknown, right: unknown, kind: ReturnType<typeof kindOf>): boolean {
  if (kind === 'score') return typeof left === typeof right;
  if (kind === 'double' && typeof left === 'number' && typeof right === 'number') {
    return Math.abs(left - right) <= tolerance * Math.max(1, Math.abs(left), Math.abs(right));
  }
  return left === right;
}

/** What differs first, in words, or undefined when both hold the same rows. */
export function firstDifference(
  left: readonly ResultRow[],
  right: readonly ResultRow[],
  columns: readonly ResultColumn[],
  ordered = false,
): string | undefined {
  if (left.length !== right.length) return `${left.length} rows against ${right.length}`;
  const leftSorted = ordered ? left : sortRows(left, columns);
  const rightSorted = ordered ? right : sortRows(right, columns);
  const kinds = columns.map(kindOf);
  for (let index = 0; index < leftSorted.length; index++) {
    const leftRow = leftSorted[index] ?? [];
    const rightRow = rightSorted[index] ?? [];
    for (const [place, kind] of kinds.entries()) {
      if (!sameValue(leftRow[place], rightRow[place], kind)) {
        return `${columns[place]?.name}: ${JSON.stringify(leftRow)} against ${JSON.stringify(rightRow)}`;
      }
    }
  }
  const score = kinds.indexOf('score');
  if (score < 0) return undefined;
  const scores = (rows: readonly ResultRow[]): number[] => rows.map((row) => Number(row[score]));
  const correlation = rankCorrelation(scores(leftSorted), scores(rightSorted));
  return correlation >= leastCorrelation
    ? undefined
    : `${columns[score]?.name}: ranks correlate by ${correlation.toFixed(3)} only`;
}

/** Spearman's coefficient: the correlation of ranks, equal values sharing the middle of theirs. */
export function rankCorrelation(left: readonly number[], right: readonly number[]): number {
  const leftRanks = ranksOf(left);
  const rightRanks = ranksOf(right);
  const middle = (left.length - 1) / 2;
  let both = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (const [index, rank] of leftRanks.entries()) {
    const x = rank - middle;
    const y = (rightRanks[index] ?? middle) - middle;
    both += x * y;
    leftSquares += x * x;
    rightSquares += y * y;
  }
  return both / Math.sqrt(leftSquares * rightSquares);
}

/** The ranks of values from 0 on; equal values share the middle of theirs. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks: number[] = new Array(values.length).fill(0);
  for (let first = 0; first < order.length; ) {
    let next = first;
    while (next < order.length && values[order[next] ?? 0] === values[order[first] ?? 0]) next++;
    for (let place = first; place < next; place++) ranks[order[place] ?? 0] = (first + next - 1) / 2;
    first = next;
  }
  return ranks;
}
