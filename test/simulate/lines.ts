// Rows as both sides are compared: text for each column, in one form whoever made it.
import type { Column, SqlType } from '../../contract/types.ts';
import { familyOf, storageOf } from '../../contract/types.ts';
import { plainDecimal, type Actual } from '../../testing/values.ts';
import type { Value } from '../harness/values.ts';
import type { GeneratedProgram } from './generate.ts';
import { timestampText } from './timeline.ts';

/** Rows per stream, in order; a row begins with its ROWTIME. */
export type Lines = Map<string, (readonly string[])[]>;

/** Adds a row. */
export function addLine(lines: Lines, stream: string, line: readonly string[]): void {
  const known = lines.get(stream);
  if (known === undefined) lines.set(stream, [line]);
  else known.push(line);
}

/** A value of JSON as the oracle takes it. */
export function valueFrom(json: string | undefined, type: SqlType): Value {
  if (json === undefined || json === 'null') return null;
  const text = json.startsWith('"') ? (JSON.parse(json) as string) : json;
  switch (type.kind) {
    case 'VARCHAR':
      return text;
    case 'CHAR':
      return text.padEnd(type.length);
    case 'BOOLEAN':
      return text === 'true' ? 1 : 0;
    case 'TIMESTAMP':
      return BigInt(Date.parse(`${text.replace(' ', 'T')}Z`));
    case 'DATE':
      return Date.parse(`${text}T00:00:00Z`) / 86400000;
    case 'TIME':
      return Date.parse(`1970-01-01T${text}Z`);
    case 'REAL':
      return Math.fround(Number(text));
    case 'DECIMAL': {
      const [whole = '', fraction = ''] = text.split('.');
      return BigInt(`${whole}${fraction.padEnd(type.scale, '0')}`);
    }
    default:
      return storageOf(type) === 'i64' ? BigInt(text) : Number(text);
  }
}

/** A value of the oracle as text. */
export function canonical(value: Value, type: SqlType): string {
  if (value === null) return 'NULL';
  switch (type.kind) {
    case 'BOOLEAN':
      return value === 1 ? 'TRUE' : 'FALSE';
    case 'DECIMAL':
      return plainDecimal(`${value}e-${type.scale}`);
    case 'TIMESTAMP':
      return timestampText(Number(value));
    case 'DATE':
      return new Date(Number(value) * 86400000).toISOString().slice(0, 10);
    case 'TIME':
      return new Date(Number(value)).toISOString().slice(11, 23).replace('.000', '');
    default:
      return familyOf(type) === 'approximate' ? String(Number(value) + 0) : String(value);
  }
}

/** A value that came out as text. */
export function canonicalActual(actual: Actual, type: SqlType): string {
  if (actual.kind === 'null') return 'NULL';
  if (actual.kind === 'boolean') return actual.text.toUpperCase();
  if (actual.kind === 'text') return type.kind === 'TIME' ? actual.text.replace('.000', '') : actual.text;
  if (type.kind === 'REAL') return String(Math.fround(Number(actual.text)) + 0);
  return familyOf(type) === 'approximate' ? String(Number(actual.text) + 0) : plainDecimal(actual.text);
}

/** The first difference, or undefined. */
export function difference(program: GeneratedProgram, expected: Lines, came: Lines): string | undefined {
  for (const stream of new Set([...expected.keys(), ...came.keys()])) {
    const wanted = expected.get(stream) ?? [];
    const got = came.get(stream) ?? [];
    const kinds = program.pumps.find((pump) => pump.target === stream)?.columns.map(({ kind }) => kind) ?? [];
    for (let index = 0; index < Math.max(wanted.length, got.length); index++) {
      const [one, two] = [wanted[index], got[index]];
      const same =
        one !== undefined &&
        two !== undefined &&
        one.length === two.length &&
        one.every(
          (cell, position) =>
            cell === two[position] || (kinds[position - 1] === 'loose' && isNear(cell, two[position])),
        );
      if (!same)
        return `${stream}, row ${index + 1}: expected ${one?.join(', ') ?? '(nothing)'}, came ${two?.join(', ') ?? '(nothing)'}`;
    }
  }
  return undefined;
}

// Welford's relative error grows with mean / deviation (Chan, Golub and LeVeque, The American Statistician 37, 1983): values near 10^12
// that differ by 10^4 keep seven digits of their variance.
function isNear(one: string, two: string | undefined): boolean {
  const [left, right] = [Number(one), Number(two)];
  return Math.abs(left - right) <= 1e-6 * Math.max(1, Math.abs(left), Math.abs(right));
}

/** Columns of a stream of a plan. */
export function columnsOf(
  streams: readonly { name: string; columns: readonly Column[] }[],
  name: string,
): readonly Column[] {
  return streams.find((stream) => stream.name === name)?.columns ?? [];
}
