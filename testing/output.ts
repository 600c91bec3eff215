// Rows that come out: lines of JSON whose first member is ROWTIME.
import type { Actual } from './values.ts';

/** A row that came out of a stream. */
export interface OutputRow {
  /** Name of the stream in the case. */
  readonly stream: string;
  /** Number of the event that caused it. */
  readonly event: number;
  /** `yyyy-MM-dd HH:mm:ss.SSS`. */
  readonly rowtime: string;
  /** The encoded row without ROWTIME. */
  readonly json: string;
  readonly members: readonly { readonly name: string; readonly value: Actual }[];
}

const rowtimeHead = /^\{"ROWTIME":"([^"]*)"(,|\})/;

/** Reads the lines of one drained batch. Throws when a line isn't one object with ROWTIME first. */
export function readRows(stream: string, event: number, bytes: Uint8Array, suffix: string): OutputRow[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error(`the output of ${stream} does not end with a line: ${text.slice(-200)}`);
  return lines.map((line) => readRow(stream, event, suffix === '' ? line : line.replaceAll(suffix, '')));
}

function readRow(stream: string, event: number, line: string): OutputRow {
  const head = rowtimeHead.exec(line);
  if (head?.[1] === undefined) throw new Error(`a row of ${stream} does not begin with ROWTIME: ${line.slice(0, 200)}`);
  const json = head[2] === '}' ? '{}' : `{${line.slice(head[0].length)}`;
  JSON.parse(json);
  return { stream, event, rowtime: head[1], json, members: membersOf(json) };
}

const memberPattern = /[{,]("(?:[^"\\]|\\.)*"):("(?:[^"\\]|\\.)*"|[^,}"]+)/g;

/** The members of a flat JSON object; numbers keep their text. */
export function membersOf(json: string): OutputRow['members'] {
  const members: { name: string; value: Actual }[] = [];
  for (const [, name = '""', raw = 'null'] of json.matchAll(memberPattern))
    members.push({ name: JSON.parse(name) as string, value: actualOf(raw) });
  return members;
}

function actualOf(raw: string): Actual {
  if (raw === 'null') return { kind: 'null', text: 'null' };
  if (raw === 'true' || raw === 'false') return { kind: 'boolean', text: raw };
  if (raw.startsWith('"')) return { kind: 'text', text: JSON.parse(raw) as string };
  return { kind: 'number', text: raw };
}
