// Random timelines: rows with NULLs, ties and extremes on several inputs, bounds, ends and new contents of reference tables.
import type { Random } from './choices.ts';
import { typeTexts, type GeneratedColumn, type Kind } from './expressions.ts';

/** What happens in a run; `input` is the number of the program's input, without it all are meant. */
export type GeneratedEvent =
  | { readonly kind: 'row'; readonly input: number; readonly time: number; readonly json: string }
  | { readonly kind: 'advance' | 'end'; readonly input?: number; readonly time: number }
  /** The reference table gets these rows. */
  | { readonly kind: 'table'; readonly time: number; readonly rows: readonly string[] };

/** Columns of every input stream. */
export const inputColumns: readonly GeneratedColumn[] = [
  { name: 'K', kind: 'integer' },
  { name: 'V', kind: 'integer' },
  { name: 'N', kind: 'smallint' },
  { name: 'B', kind: 'bigint' },
  { name: 'D', kind: 'double' },
  { name: 'R', kind: 'real' },
  { name: 'C', kind: 'decimal' },
  { name: 'T', kind: 'text' },
  { name: 'H', kind: 'char' },
  { name: 'F', kind: 'boolean' },
  { name: 'E', kind: 'timestamp' },
  { name: 'Y', kind: 'date' },
  { name: 'M', kind: 'time' },
];

/** Columns of every reference table. */
export const tableColumns: readonly GeneratedColumn[] = [
  { name: 'RK', kind: 'integer' },
  { name: 'RT', kind: 'text' },
  { name: 'RC', kind: 'decimal' },
  { name: 'RF', kind: 'boolean' },
];

/** Columns as a test file writes them. */
export function columnText(columns: readonly GeneratedColumn[]): string {
  return columns.map(({ name, kind }) => `${name} ${typeTexts[kind]}`).join(', ');
}

/** A random timeline: rows close together and far apart; in every other one each input has a clock that runs apart from the others. */
export function generateEvents(
  random: Random,
  { inputs: { length: inputs }, table }: { readonly inputs: readonly string[]; readonly table?: string },
  count: number,
  start: number,
): GeneratedEvent[] {
  const apart = inputs > 1 && random.chance(0.5);
  const events: GeneratedEvent[] = [];
  const times = random.many(apart ? inputs : 1, () => start);
  for (let number = 0; number < count; number++) {
    const input = random.below(inputs);
    const clock = apart ? input : 0;
    const before = times[clock] ?? start;
    const latest = Math.max(...times);
    // Inputs stay near each other, ties among them are common.
    const time =
      before < latest && random.chance(0.5)
        ? latest
        : before + random.pick([0, 0, 0, 1, 10, 250, 999, 1000, 3000, 12000]);
    times[clock] = time;
    if (table !== undefined && random.chance(number === 0 ? 0.8 : 0.06))
      events.push({
        kind: 'table',
        time,
        rows: random.many(random.below(6), () => recordText(random, time, tableColumns)),
      });
    if (!random.chance(0.12)) events.push({ kind: 'row', input, time, json: recordText(random, time, inputColumns) });
    else events.push({ kind: 'advance', time, ...(apart ? { input } : {}) });
  }
  if (random.chance(0.25)) return events;
  const time = Math.max(...times) + 1;
  if (!apart) return [...events, { kind: 'end', time }];
  return [...events, ...random.many(inputs, (input): GeneratedEvent => ({ kind: 'end', input, time }))];
}

/** The inputs that an event is of. */
export function inputsOf(event: { readonly input?: number }, inputs: number): number[] {
  return event.input === undefined ? Array.from({ length: inputs }, (_, index) => index) : [event.input];
}

function recordText(random: Random, time: number, columns: readonly GeneratedColumn[]): string {
  const members = columns
    .filter(() => !random.chance(0.04))
    .map((column) => `"${column.name}":${random.chance(0.1) ? 'null' : valueText(random, column.kind, time)}`);
  return `{${members.join(',')}}`;
}

function valueText(random: Random, kind: Kind, time: number): string {
  switch (kind) {
    case 'smallint':
      return random.pick(['0', '1', '-3', '100', '32767', '-32768']);
    case 'integer':
      return random.pick(['0', '1', '2', '3', '-1', '7', '7', '2', '2147483647', '-2147483648']);
    case 'bigint':
      return random.pick(['0', '1', '-5', '17', '9223372036854775807', '-9223372036854775808', '4294967296']);
    case 'double':
    case 'loose':
      return random.pick(['0', '1.5', '-2.25', '1e3', '0.1', '0.7', '-1e300', '123456789.125']);
    case 'real':
      return random.pick(['0', '1.5', '-2.25', '0.1', '16777216', '3e38']);
    case 'decimal':
      return random.pick(['0', '1.25', '-0.05', '99.99', '1234567.89']);
    case 'text':
      return random.pick(['""', '"a"', '"b"', '"AB"', '"ü"', '"abcdef"', '" a "', '"a b"']);
    case 'char':
      return random.pick(['"a"', '"b  "', '"abc"', '""']);
    case 'boolean':
      return random.pick(['true', 'false']);
    case 'timestamp':
      return `"${timestampText(time + random.pick([0, 0, -500, -1500, -4000, -20000, 700]))}"`;
    case 'date':
      return random.pick(['"2000-01-31"', '"1999-02-28"', '"1970-01-01"']);
    case 'time':
      return random.pick(['"00:00:00"', '"13:45:07.250"', '"23:59:59.999"']);
  }
}

/** `yyyy-MM-dd HH:mm:ss.SSS`. */
export function timestampText(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').replace('Z', '');
}
