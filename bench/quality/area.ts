// How well scores tell anomalous rows from usual ones: the area under the curve of the receiver operating characteristic.
import { ranksOf } from '../compare.ts';
import type { Mark } from './series.ts';

/**
 * The chance that an anomalous row has a higher score than a usual one, a tie counted half (the statistic of Mann and Whitney, from the ranks:
 * Hanley and McNeil, Radiology 143, 1982). 1: every anomalous row is above every usual one; 0.5: chance. NaN where either is missing.
 */
export function areaUnderCurve(scores: readonly number[], marks: readonly Mark[]): number {
  const counted = marks.flatMap((mark, row) => (mark === 'neither' ? [] : [row]));
  const ranks = ranksOf(counted.map((row) => scores[row] ?? 0));
  let anomalous = 0;
  let sum = 0;
  for (const [index, row] of counted.entries()) {
    if (marks[row] !== 'anomalous') continue;
    anomalous++;
    sum += ranks[index] ?? 0;
  }
  const pairs = anomalous * (counted.length - anomalous);
  return (sum - (anomalous * (anomalous - 1)) / 2) / pairs;
}
