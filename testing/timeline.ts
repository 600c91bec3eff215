// The timeline of a test case: lines with a virtual clock become events that go in and expectations of what comes out.
import { withoutComment, storedName } from './sqlText.ts';
import { TestFormatError } from './types.ts';
import { parseValue, parseValues, type Value } from './values.ts';

/** Metadata of a record, as far as written. */
export interface RecordMetadata {
  readonly partitionKey?: string;
  readonly sequenceNumber?: string;
  readonly shardId?: string;
  readonly arrival?: number;
}

/** What goes in: a row of literals or raw bytes, or something that happens to the whole program. */
export type TestEvent =
  | {
      readonly kind: 'row';
      readonly line: number;
      readonly time: number;
      readonly stream: string;
      readonly metadata: RecordMetadata;
      readonly values: readonly Value[];
    }
  | {
      readonly kind: 'raw';
      readonly line: number;
      readonly time: number;
      readonly stream: string;
      readonly metadata: RecordMetadata;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'replace';
      readonly line: number;
      readonly time: number;
      readonly table: string;
      readonly rows: readonly (readonly Value[])[];
    }
  | {
      readonly kind: 'advance' | 'end' | 'checkpoint' | 'restart' | 'tick';
      readonly line: number;
      readonly time: number;
    };

/** What must come out of one stream. */
export interface ExpectedRow {
  readonly line: number;
  readonly stream: string;
  /** Consecutive rows of one group match in any order; undefined: exactly here. */
  readonly group?: number;
  /** Number of events above. */
  readonly after: number;
  readonly time: number;
  readonly rowtime?: number;
  readonly content:
    | { readonly kind: 'values'; readonly values: readonly Value[] }
    | { readonly kind: 'json'; readonly text: string }
    | { readonly kind: 'error'; readonly code: string; readonly pump?: string; readonly part?: string };
}

/** A timeline as read. */
export interface Timeline {
  readonly events: readonly TestEvent[];
  readonly expected: readonly ExpectedRow[];
  /** Streams that are compared although no row is expected. */
  readonly only: readonly string[];
  /** The first time, if any. */
  readonly start?: number;
}

const defaultDate = '2000-01-01';
const timePattern = /^(?:(\d{4}-\d{2}-\d{2}) )?(\d{1,2}:\d{2}:\d{2}(?:\.\d{1,3})?)(?=\s|$)/;

/** Milliseconds since the epoch of a clock's text. */
export function parseClock(text: string): number {
  const match = timePattern.exec(text);
  if (match === null) throw new TestFormatError(`not a time: ${text}`);
  const time = Date.parse(`${match[1] ?? defaultDate}T${(match[2] ?? '').replace(/^(?=\d:)/, '0')}Z`);
  if (Number.isNaN(time)) throw new TestFormatError(`not a time: ${text}`);
  return time;
}

/** A time as test files write it: without the date on 2000-01-01. */
export function clockText(time: number): string {
  const text = new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace('Z', '')
    .replace(/\.000$/, '');
  return text.startsWith(`${defaultDate} `) ? text.slice(11) : text;
}

interface Reading {
  readonly events: TestEvent[];
  readonly expected: ExpectedRow[];
  readonly only: string[];
  time: number | undefined;
  start: number | undefined;
  group: number;
}

/** Reads the lines of a timeline; `report` gets what is wrong with a line. */
export function parseTimeline(
  lines: readonly { readonly line: number; readonly text: string }[],
  report: (line: number, message: string) => void,
): Timeline {
  const reading: Reading = { events: [], expected: [], only: [], time: undefined, start: undefined, group: 0 };
  for (const { line, text } of lines) {
    try {
      readLine(line, text, reading);
    } catch (error) {
      if (!(error instanceof TestFormatError)) throw error;
      report(line, error.message);
    }
  }
  const { events, expected, only, start } = reading;
  return { events, expected, only, ...(start === undefined ? {} : { start }) };
}

function readLine(line: number, text: string, reading: Reading): void {
  let rest = text.trim();
  if (rest === '' || rest.startsWith('#') || rest.startsWith('--')) return;
  const clock = timePattern.exec(rest);
  if (clock !== null) {
    const time = parseClock(rest);
    if (reading.time !== undefined && time < reading.time) throw new TestFormatError('time runs backwards');
    if (time !== reading.time) reading.events.push({ kind: 'tick', line, time });
    reading.time = time;
    reading.start ??= time;
    rest = rest.slice(clock[0].length).trim();
    if (rest === '') return;
  }
  const only = /^only\s+(.+)$/.exec(rest);
  if (only !== null && !/\s(<-|->|~>)/.test(rest)) {
    reading.only.push(...splitNames(withoutComment(only[1] ?? '')));
    return;
  }
  if (reading.time === undefined) throw new TestFormatError('the first line of a timeline needs a time');
  const word = withoutComment(rest);
  if (word === 'advance' || word === 'end' || word === 'checkpoint' || word === 'restart') {
    reading.events.push({ kind: word, line, time: reading.time });
    return;
  }
  const name = /^("(?:[^"]|"")+"|[^\s"[@<>~-]+(?:-[^\s"[@<>~-]+)*)\s*/.exec(rest);
  if (name?.[1] === undefined) throw new TestFormatError(`not a line of a timeline: ${rest}`);
  const stream = name[1].startsWith('"') ? storedName(name[1]) : name[1];
  readArrow(line, stream, rest.slice(name[0].length), reading.time, reading);
}

function splitNames(text: string): string[] {
  return [...text.matchAll(/"(?:[^"]|"")+"|\S+/g)].map(([name]) => (name.startsWith('"') ? storedName(name) : name));
}

function readArrow(line: number, stream: string, rest: string, time: number, reading: Reading): void {
  const metadata = /^\[((?:[^\]']|'(?:[^']|'')*')*)\]\s*/.exec(rest);
  const tail = metadata === null ? rest : rest.slice(metadata[0].length);
  const input = /^<-(raw)?(?: |$)(.*)$/s.exec(tail);
  if (input !== null) {
    reading.events.push(readInput(line, stream, input[2] ?? '', input[1] === 'raw', time, readMetadata(metadata?.[1])));
    return;
  }
  if (tail.startsWith('<=')) {
    readReplacement(line, stream, withoutComment(tail.slice(2)).trim(), time, reading);
    return;
  }
  const output = /^(?:@(\S+(?: \d{1,2}:\S+)?)\s+)?(->|~>)\s*(.*)$/s.exec(tail);
  if (output === null) throw new TestFormatError(`not a line of a timeline: ${stream} ${rest}`);
  const last = reading.expected.findLast((row) => row.stream === stream);
  const after = reading.events.length;
  const goesOn = last?.group !== undefined && last.time === time && last.after === after;
  reading.expected.push({
    line,
    stream,
    time,
    after,
    ...(output[2] === '~>' ? { group: goesOn ? last.group : ++reading.group } : {}),
    ...(output[1] === undefined ? {} : { rowtime: parseClock(output[1]) }),
    content: readContent(stream, output[3] ?? ''),
  });
}

function readInput(
  line: number,
  stream: string,
  text: string,
  raw: boolean,
  time: number,
  metadata: RecordMetadata,
): TestEvent {
  if (raw) return { kind: 'raw', line, time, stream, metadata, bytes: rawBytes(text) };
  if (/^[{[]/.test(text)) return { kind: 'raw', line, time, stream, metadata, bytes: new TextEncoder().encode(text) };
  const values = parseValues(withoutComment(text));
  const strange = values.find((value) => value.kind === 'any' || value.kind === 'near');
  if (strange !== undefined) throw new TestFormatError('a row that goes in needs exact values');
  return { kind: 'row', line, time, stream, metadata, values };
}

function rawBytes(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const [part] of text.matchAll(/\\x[0-9a-fA-F]{2}|\\\\|[^\\]+|\\/g)) {
    if (part.startsWith('\\x')) bytes.push(parseInt(part.slice(2), 16));
    else if (part === '\\') throw new TestFormatError('after <-raw a backslash begins \\xHH or \\\\');
    else bytes.push(...new TextEncoder().encode(part === '\\\\' ? '\\' : part));
  }
  return Uint8Array.from(bytes);
}

function readMetadata(text: string | undefined): RecordMetadata {
  const found: { partitionKey?: string; sequenceNumber?: string; shardId?: string; arrival?: number } = {};
  if (text === undefined) return found;
  for (const match of text.matchAll(/\s*(\w+)\s*=\s*('(?:[^']|'')*')\s*(?:,|$)/g)) {
    const value = (match[2] ?? '').slice(1, -1).replaceAll("''", "'");
    if (match[1] === 'partition') found.partitionKey = value;
    else if (match[1] === 'sequence') found.sequenceNumber = value;
    else if (match[1] === 'shard') found.shardId = value;
    else if (match[1] === 'arrival') found.arrival = parseClock(value);
    else throw new TestFormatError(`a record has no metadata "${match[1]}" (partition, sequence, shard, arrival)`);
  }
  return found;
}

function readReplacement(line: number, table: string, text: string, time: number, reading: Reading): void {
  const rows = text === 'empty' ? [] : [parseValues(text)];
  const last = reading.events.at(-1);
  if (last?.kind === 'replace' && last.table === table && last.time === time && text !== 'empty') {
    reading.events[reading.events.length - 1] = { ...last, rows: [...last.rows, ...rows] };
  } else reading.events.push({ kind: 'replace', line, time, table, rows });
}

function readContent(stream: string, text: string): ExpectedRow['content'] {
  if (stream === 'error_stream') {
    const match = /^([a-z][a-z0-9-]*|\?)\s*("(?:[^"]|"")*")?\s*('(?:[^']|'')*')?$/.exec(withoutComment(text));
    if (match?.[1] === undefined)
      throw new TestFormatError(
        'an error row is a code, a pump in double quotes, a part of the message in single quotes',
      );
    return {
      kind: 'error',
      code: match[1],
      ...(match[2] === undefined ? {} : { pump: storedName(match[2]) }),
      ...(match[3] === undefined ? {} : { part: (parseValue(match[3]) as { text: string }).text }),
    };
  }
  if (text.startsWith('{')) return { kind: 'json', text };
  return { kind: 'values', values: parseValues(withoutComment(text)) };
}
