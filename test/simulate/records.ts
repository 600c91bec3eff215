// Random records of an input: values that fit, values at the limits, and values that don't fit.
import type { InputBinding, MappedColumn } from '../../contract/binding.ts';
import type { SqlType } from '../../contract/types.ts';
import type { Random } from './choices.ts';

/** A random record of an input as bytes, without an end of line. */
export function randomRecord(random: Random, binding: Pick<InputBinding, 'format' | 'columns' | 'time'>): Buffer {
  const { format, columns } = binding;
  if (format.kind === 'csv') {
    const fields = columns.map((column) => csvField(random, valueText(random, column.type), format.columnDelimiter));
    return Buffer.from(
      fields.slice(0, random.chance(0.1) ? random.below(columns.length + 1) : undefined).join(format.columnDelimiter),
    );
  }
  const root: Json = {};
  const paths = [...columns.map(({ name, mapping, type }) => ({ path: mapping ?? `$.${name}`, type }))];
  if (binding.time !== undefined) paths.push({ path: binding.time.path, type: { kind: 'TIMESTAMP' } });
  if (random.chance(0.15)) paths.sort(() => random.next() - 0.5);
  for (const { path, type } of paths)
    if (!random.chance(0.03))
      put(random, root, `${format.rowPath.replace(/\[0:\]$/, '')}${path.slice(1)}`, new Raw(valueText(random, type)));
  const text = textOf(root);
  return Buffer.from(
    random.chance(0.2)
      ? text.replaceAll(/([,:{}[\]])(?=["{[0-9tfn])/g, (mark) => (random.chance(0.3) ? `${mark} ` : mark))
      : text,
  );
}

/** A value that is JSON text already. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Json = { [name: string]: Json | Json[] | Raw };

// Puts a value at a path of members, elements (`[2]`) and flattened arrays (`[0:]`).
function put(random: Random, root: Json, path: string, value: Raw): void {
  const steps = [...path.matchAll(/\[(\d+):?\]|([^.[\]$]+)/g)].map(([, index, name]) =>
    index === undefined ? (name ?? '') : Number(index),
  );
  let holders: (Json | Json[])[] = [root];
  for (const [position, step] of steps.entries()) {
    const last = position === steps.length - 1;
    const next = steps[position + 1];
    holders = holders.flatMap((holder) => {
      const slots = Array.isArray(holder)
        ? [...Array(typeof step === 'number' ? Math.max(step + 1, random.below(4)) : 0).keys()]
        : [step];
      return slots.flatMap((slot) => {
        const place = holder as Record<string | number, Json | Json[] | Raw>;
        if (last) place[slot] = value;
        else if (place[slot] === undefined || place[slot] instanceof Raw)
          place[slot] = typeof next === 'number' ? [] : {};
        const found = place[slot];
        return found instanceof Raw || found === undefined ? [] : [found];
      });
    });
  }
}

function textOf(value: Json | Json[] | Raw | undefined): string {
  if (value === undefined) return 'null';
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${Array.from(value, textOf).join(',')}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${textOf(member)}`)
    .join(',')}}`;
}

function csvField(random: Random, json: string, delimiter: string): string {
  if (json === 'null') return '';
  const text = json.startsWith('"') ? String(JSON.parse(json)) : json;
  const mustQuote = text.includes(delimiter) || /["\r\n]/.test(text);
  return mustQuote || random.chance(0.1) ? `"${text.replaceAll('"', '""')}"` : text;
}

const words = [
  '',
  'a',
  'AMZN',
  'ab cd',
  'é',
  'éàüöx',
  '\u{1F600}',
  'x'.repeat(40),
  'y'.repeat(300),
  'a,b',
  'q"q',
  'line\nbreak',
  '10.0.0.1 - - [x] "GET /"',
  '\u0000',
  '%_',
  '12',
];

/** JSON text of a value for a column. */
function valueText(random: Random, type: SqlType): string {
  if (random.chance(0.06)) return 'null';
  if (random.chance(0.03))
    return random.pick(['true', '"x"', '0', '-0', '1e400', '[]', '{}', '[1,{"a":"b"}]', '""', '"1e5"', '-1.5']);
  const whole = (limit: number): string => String(random.below(2 * limit) - limit);
  switch (type.kind) {
    case 'BOOLEAN':
      return random.pick(['true', 'false', '"true"', '0', '1']);
    case 'TINYINT':
      return random.pick([whole(128), '127', '-128']);
    case 'SMALLINT':
      return random.pick([whole(32768), '32767', '-32768']);
    case 'INTEGER':
      return random.pick([whole(10), whole(1000), '2147483647', '-2147483648', '0']);
    case 'BIGINT':
      return random.pick([whole(10), whole(1e15), '9223372036854775807', '-9223372036854775808']);
    case 'DECIMAL':
      return random.pick([
        whole(1000),
        (random.next() * 1000).toFixed(type.scale),
        '9'.repeat(Math.max(1, type.precision - type.scale)),
        '-0.005',
      ]);
    case 'REAL':
      return random.pick([String(random.next() * 100), whole(10), '3e38', '-1e-30', '0.1', '-0.0']);
    case 'DOUBLE':
      return random.pick([
        String(random.next() * 100),
        whole(10),
        '1e308',
        '-1e-300',
        '0.1',
        '-0.0',
        String(random.next() * 1e20),
      ]);
    case 'DATE':
      return random.pick([
        '"2000-01-01"',
        '"0001-01-01"',
        '"9999-12-31"',
        `"2000-0${1 + random.below(9)}-${10 + random.below(19)}"`,
      ]);
    case 'TIME':
      return random.pick(['"00:00:00"', '"23:59:59.999"', `"10:${10 + random.below(50)}:00"`]);
    case 'TIMESTAMP':
      return random.pick([
        '"2000-01-01 10:00:00"',
        '"0001-01-01 00:00:00"',
        '"9999-12-31 23:59:59.999"',
        `"2000-01-01T10:${10 + random.below(50)}:00.5Z"`,
        String(946720800000 + random.below(100000)),
      ]);
    case 'BINARY':
    case 'VARBINARY':
      return random.pick(['"YWI="', '"YWJjZGVm"', '""']);
    default:
      return JSON.stringify(random.pick(words));
  }
}

/** Records of columns, each on a line, for a reference table. */
export function randomTable(
  random: Random,
  binding: { readonly format: InputBinding['format']; readonly columns: readonly MappedColumn[] },
): Buffer {
  return Buffer.concat(
    random.many(random.below(8), () => Buffer.concat([randomRecord(random, binding), Buffer.from('\n')])),
  );
}
