// Compares two result files as multisets of rows: texts and integers exactly, doubles within 1e-9 of their size.
import { readFileSync } from 'node:fs';
import type { ResultColumn } from './workload.ts';

/** A result row, values in the order of the result columns. */
export type ResultRow = readonly unknown[];

const tolerance = 1e-9;

/** The rows of a file with one JSON object a line. */
export function readRows(path: string, columns: readonly ResultColumn[]): ResultRow[] {
  const rows: ResultRow[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const row = JSON.parse(line) as Record<string, unknown>;
    rows.push(columns.map((column) => row[column.name]));
  }
  return rows;
}

function compareValues(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const leftText = String(left);
  const rightText = String(right);
  return leftText < rightText ? -1 : leftText > rightText ? 1 : 0;
}

/** Sorts by the exact columns first, so that the last digit of a double moves no row away from its partner. */
function sortRows(rows: readonly ResultRow[], columns: readonly ResultColumn[]): ResultRow[] {
  const exact = columns.flatMap((column, index) => (column.kind === 'double' ? [] : [index]));
  const doubles = columns.flatMap((column, index) => (column.kind === 'double' ? [index] : []));
  const order = [...exact, ...doubles];
  return [...rows].sort((left, right) => {
    for (const index of order) {
      const difference = compareValues(left[index], right[index]);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

function sameValue(left: unknown, right: unknown, kind: ResultColumn['kind']): boolean {
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
): string | undefined {
  if (left.length !== right.length) return `${left.length} rows against ${right.length}`;
  const leftSorted = sortRows(left, columns);
  const rightSorted = sortRows(right, columns);
  for (let index = 0; index < leftSorted.length; index++) {
    const leftRow = leftSorted[index] ?? [];
    const rightRow = rightSorted[index] ?? [];
    for (const [place, column] of columns.entries()) {
      if (!sameValue(leftRow[place], rightRow[place], column.kind)) {
        return `${column.name}: ${JSON.stringify(leftRow)} against ${JSON.stringify(rightRow)}`;
      }
    }
  }
  return undefined;
}
