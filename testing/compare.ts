// What came out is held against what is written, stream by stream.
import { familyOf, type Column } from '../contract/types.ts';
import type { OutputRow } from './output.ts';
import type { ExpectedRow, TestEvent } from './timeline.ts';
import { clockText, parseClock } from './timeline.ts';
import { describeActual, describeValue, matches } from './values.ts';

/** Something that isn't as written. */
export interface Failure {
  /** Line of the file, or of the case when nothing nearer is to blame. */
  readonly line: number;
  /** In which way of running; empty when that doesn't matter. */
  readonly way: string;
  readonly message: string;
  readonly expected?: string;
  readonly came?: string;
  /** Stream, for --update. */
  readonly stream?: string;
}

/** What a comparison needs to know of its case. */
export interface Comparison {
  readonly way: string;
  readonly events: readonly TestEvent[];
  readonly expected: readonly ExpectedRow[];
  readonly compared: readonly string[];
  readonly streams: ReadonlyMap<string, readonly Column[]>;
  /** Whether the moment at which a row comes out counts. */
  readonly moments: boolean;
  readonly caseLine: number;
}

/** Compares all streams. */
export function compareOutputs(comparison: Comparison, rows: readonly OutputRow[]): Failure[] {
  return comparison.compared.flatMap((stream) =>
    compareStream(
      comparison,
      stream,
      comparison.expected.filter((row) => row.stream === stream),
      rows.filter((row) => row.stream === stream),
    ),
  );
}

function compareStream(
  comparison: Comparison,
  stream: string,
  expected: readonly ExpectedRow[],
  actual: readonly OutputRow[],
): Failure[] {
  const columns = comparison.streams.get(stream) ?? [];
  const fail = (line: number, message: string, wanted?: string, came?: string): Failure[] => [
    {
      line,
      way: comparison.way,
      message,
      stream,
      ...(wanted === undefined ? {} : { expected: wanted }),
      ...(came === undefined ? {} : { came }),
    },
  ];
  let position = 0;
  for (let index = 0; index < expected.length; ) {
    const first = expected[index];
    if (first === undefined) break;
    let end = index + 1;
    while (first.group !== undefined && expected[end]?.group === first.group) end++;
    const wanted = expected.slice(index, end);
    const came = actual.slice(position, position + wanted.length);
    const pairs = pair(wanted, came, columns);
    if ('missing' in pairs) {
      const next = pairs.came ?? came[0];
      const message = next === undefined ? `${stream}: this row didn't come` : `${stream}: another row came`;
      return fail(
        pairs.missing.line,
        message,
        describeExpected(pairs.missing),
        next === undefined ? '(nothing more)' : describeRow(next, columns, comparison.events),
      );
    }
    if (comparison.moments) {
      const wrong = pairs.matched.find(([row, output]) => !inTime(row, output, comparison.events));
      if (wrong !== undefined)
        return fail(
          wrong[0].line,
          `${stream}: the row came at another moment`,
          describeExpected(wrong[0]),
          describeRow(wrong[1], columns, comparison.events),
        );
    }
    position += wanted.length;
    index = end;
  }
  const extra = actual[position];
  if (extra === undefined) return [];
  const line = comparison.events[extra.event]?.line ?? comparison.caseLine;
  return fail(
    line,
    `${stream}: ${actual.length - position} row${actual.length - position === 1 ? '' : 's'} came that ${actual.length - position === 1 ? "isn't" : "aren't"} written`,
    '(nothing)',
    describeRow(extra, columns, comparison.events),
  );
}

type Pairs =
  | { readonly matched: readonly (readonly [ExpectedRow, OutputRow])[] }
  | { readonly missing: ExpectedRow; readonly came?: OutputRow };

// Matches rows in any order: augmenting paths, since `?` may fit several.
function pair(wanted: readonly ExpectedRow[], came: readonly OutputRow[], columns: readonly Column[]): Pairs {
  const owner = new Map<number, number>();
  const place = (row: number, seen: Set<number>): boolean => {
    const expected = wanted[row];
    if (expected === undefined) return false;
    for (const [index, output] of came.entries()) {
      if (seen.has(index) || !rowMatches(expected, output, columns)) continue;
      seen.add(index);
      const other = owner.get(index);
      if (other === undefined || place(other, seen)) {
        owner.set(index, row);
        return true;
      }
    }
    return false;
  };
  for (const [row, expected] of wanted.entries()) {
    if (place(row, new Set())) continue;
    const free = came.find((_, index) => !owner.has(index));
    return { missing: expected, ...(free === undefined ? {} : { came: free }) };
  }
  return { matched: [...owner].map(([output, row]) => [wanted[row], came[output]] as [ExpectedRow, OutputRow]) };
}

function rowMatches(expected: ExpectedRow, actual: OutputRow, columns: readonly Column[]): boolean {
  if (expected.rowtime !== undefined && clockOf(actual.rowtime) !== expected.rowtime) return false;
  const { content } = expected;
  if (content.kind === 'json') return content.text === actual.json;
  if (content.kind === 'error') {
    const member = (name: string): string | undefined =>
      actual.members.find((found) => found.name === name && found.value.kind === 'text')?.value.text;
    if (content.code !== '?' && member('ERROR_NAME') !== content.code) return false;
    if (member('PUMP_NAME') !== content.pump) return false;
    return content.part === undefined || (member('MESSAGE') ?? '').includes(content.part);
  }
  if (content.values.length !== actual.members.length) return false;
  return content.values.every((value, index) => {
    const column = columns[index];
    const member = actual.members[index];
    return column !== undefined && member !== undefined && matches(value, member.value, column.type);
  });
}

function clockOf(rowtime: string): number | undefined {
  return /^\d{4}-/.test(rowtime) ? parseClock(rowtime) : undefined;
}

function inTime(expected: ExpectedRow, actual: OutputRow, events: readonly TestEvent[]): boolean {
  let earliest = 0;
  for (let index = expected.after - 1; index >= 0; index--) {
    const kind = events[index]?.kind;
    if (kind === 'checkpoint' || kind === 'restart') continue;
    earliest = index;
    break;
  }
  return actual.event >= earliest && events[actual.event]?.time === expected.time;
}

/** An expected row as the file has it. */
export function describeExpected(row: ExpectedRow): string {
  const time = row.rowtime === undefined ? '' : `@${clockText(row.rowtime)} `;
  const arrow = row.group === undefined ? '->' : '~>';
  return `${row.stream} ${time}${arrow} ${describeContent(row.content)}`;
}

function describeContent(content: ExpectedRow['content']): string {
  switch (content.kind) {
    case 'json':
      return content.text;
    case 'values':
      return content.values.map(describeValue).join(', ');
    case 'error':
      return `${content.code}${content.pump === undefined ? '' : ` "${content.pump}"`}${content.part === undefined ? '' : ` '${content.part}'`}`;
  }
}

/** A row that came, as the file would have it. */
export function rowText(row: OutputRow, columns: readonly Column[]): string {
  if (row.stream === 'error_stream') {
    const text = (name: string): string => row.members.find((member) => member.name === name)?.value.text ?? '';
    const pump = row.members.find((member) => member.name === 'PUMP_NAME')?.value;
    return `${text('ERROR_NAME')}${pump === undefined || pump.kind === 'null' ? '' : ` "${pump.text}"`}`;
  }
  return row.members.map((member, index) => describeActual(member.value, columns[index]?.type)).join(', ');
}

function describeRow(row: OutputRow, columns: readonly Column[], events: readonly TestEvent[]): string {
  const event = events[row.event];
  const after = event === undefined ? '' : `   (after line ${event.line}, ${clockText(event.time)})`;
  const message =
    row.stream === 'error_stream'
      ? ` '${row.members.find((member) => member.name === 'MESSAGE')?.value.text ?? ''}'`
      : '';
  const json = columns.some((column) => familyOf(column.type) === 'binary') ? ` ${row.json}` : '';
  return `${row.stream} @${row.rowtime} -> ${rowText(row, columns)}${message}${json}${after}`;
}
