// What a person reads about a run: per failure the place, what was expected and what came.
import type { TestFileProblem } from './parseTest.ts';
import type { CaseResult } from './runTest.ts';

function indented(label: string, text: string): string {
  const [first = '', ...more] = text.split('\n');
  return [`    ${label} ${first}`, ...more.map((line) => `    ${' '.repeat(label.length)} ${line}`)].join('\n');
}

/** A case's failures as text; empty when it passed. */
export function reportCase(result: CaseResult): string {
  const { test, failures, notRun } = result;
  if (notRun !== undefined) return `${test.file}:${test.line}  ${test.title}\n  not run: ${notRun}`;
  if (failures.length === 0) return '';
  const lines = [`${test.file}:${test.line}  ${test.title}`];
  for (const failure of failures) {
    lines.push(`  ${test.file}:${failure.line}  ${failure.message}${failure.way === '' ? '' : `  (${failure.way})`}`);
    if (failure.expected !== undefined) lines.push(indented('expected', failure.expected));
    if (failure.came !== undefined) lines.push(indented('came    ', failure.came));
  }
  return lines.join('\n');
}

/** A message about a file that can't be read. */
export function reportProblem(problem: TestFileProblem): string {
  return `${problem.file}:${problem.line}  ${problem.message}`;
}
