// `--update`: rewrites the expectations of failing cases and leaves every other line alone.
import { rowText } from './compare.ts';
import { diagnosticText, type CaseResult } from './runTest.ts';

/** An edit of a file by lines (from 1): lines `from` up to `to`, exclusive, become `lines`. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** The file's text with the expectations of failing cases as they came out. */
export function updateText(text: string, results: readonly CaseResult[]): string {
  const lines = text.split('\n');
  const edits = results
    .filter((result) => result.failures.length > 0 && result.notRun === undefined)
    .flatMap((result) => editsOf(result, lines));
  for (const edit of edits.sort((left, right) => right.from - left.from || right.to - left.to)) {
    lines.splice(edit.from - 1, edit.to - edit.from, ...edit.lines);
  }
  return lines.join('\n');
}

function editsOf(result: CaseResult, lines: readonly string[]): Edit[] {
  return [
    ...timelineEdits(result, lines),
    ...expressionEdits(result, lines),
    ...diagnosticEdits(result),
    ...planEdits(result),
  ];
}

function timelineEdits(result: CaseResult, lines: readonly string[]): Edit[] {
  const { rows, streams, test } = result;
  const timeline = test.timeline;
  if (rows === undefined || timeline === undefined) return [];
  const stale = new Set(result.failures.flatMap((failure) => (failure.stream === undefined ? [] : [failure.stream])));
  const edits: Edit[] = [];
  for (const row of timeline.expected) {
    if (!stale.has(row.stream)) continue;
    // A time on the line moves the clock for the lines after it.
    const time = /^\s*((?:\d{4}-\d{2}-\d{2} )?\d{1,2}:\d{2}:\d{2}\S*)\s/.exec(lines[row.line - 1] ?? '')?.[1];
    edits.push({ from: row.line, to: row.line + 1, lines: time === undefined ? [] : [time] });
  }
  for (const [index, event] of timeline.events.entries()) {
    const came = rows.filter((row) => row.event === index && stale.has(row.stream));
    if (came.length === 0) continue;
    const place = event.line + 1;
    edits.push({
      from: place,
      to: place,
      lines: came.map((row) => `          ${row.stream} -> ${rowText(row, streams?.get(row.stream) ?? [])}`),
    });
  }
  return edits;
}

function expressionEdits(result: CaseResult, lines: readonly string[]): Edit[] {
  const edits: Edit[] = [];
  for (const { test, failures, came } of result.expressions ?? []) {
    if (failures.length === 0 || came === undefined) continue;
    const line = lines[test.line - 1] ?? '';
    const outcome = test.outcome;
    const old = outcome.kind === 'value' ? outcome.text : outcome.kind;
    const at = line.lastIndexOf(old, line.length);
    const isWord = came.startsWith('faults') || came.startsWith('rejected');
    const head =
      isWord || outcome.kind !== 'value' ? line.slice(0, line.indexOf(test.sql) + test.sql.length) : line.slice(0, at);
    const separator = isWord ? ' ' : outcome.kind === 'value' ? '' : ' = ';
    if (came.startsWith(':') || at === -1) continue;
    edits.push({ from: test.line, to: test.line + 1, lines: [`${head}${separator}${came}`] });
  }
  return edits;
}

function diagnosticEdits(result: CaseResult): Edit[] {
  const { test, diagnostics } = result;
  if (
    diagnostics === undefined ||
    !result.failures.some((failure) => failure.message.includes('message') || failure.message.startsWith('an error'))
  )
    return [];
  const named = new Set(test.diagnostics?.map((wanted) => wanted.code));
  const came = diagnostics
    .filter((diagnostic) => diagnostic.severity === 'error' || named.has(diagnostic.code))
    .map((diagnostic) => {
      const [place = ''] = diagnosticText(diagnostic, test.sql).split('   ');
      const text = test.sql.slice(diagnostic.span.start, diagnostic.span.end);
      return text.includes('\n') || text === '' ? place : `${place} "${text}"`;
    });
  const place = test.diagnosticsPlace;
  return place === undefined ? [] : [{ from: place.head + 1, to: place.end, lines: [...came, ''] }];
}

function planEdits(result: CaseResult): Edit[] {
  const { plan, test } = result;
  if (plan === undefined || test.plan === undefined || plan === test.plan.text) return [];
  return [{ from: test.plan.place.head + 1, to: test.plan.place.end, lines: [...plan.split('\n'), ''] }];
}
