// Column lists and types as test files write them: `ticker VARCHAR(4), "price" DOUBLE`.
import type { MappedColumn } from '../contract/binding.ts';
import { memberPath } from '../contract/paths.ts';
import {
  type DatetimeField,
  decimalTypeNames,
  lengthWhenOmitted,
  plainTypeNames,
  type SqlType,
  sizedTypeNames,
} from '../contract/types.ts';
import { splitOutside, storedName, tokensOf } from './sqlText.ts';

/** Something in a test file that can't be read; the parser adds the place. */
export class TestFormatError extends Error {}

/** Reads a type. */
export function parseType(text: string): SqlType {
  const match = /^([A-Za-z ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(\s+TO\s+[A-Za-z]+.*)?$/i.exec(text.trim());
  const name = match?.[1]?.toUpperCase().replace(/\s+/g, ' ');
  if (match === null || name === undefined) throw new TestFormatError(`not a type: ${text}`);
  const first = match[2] === undefined ? undefined : Number(match[2]);
  const plain = plainTypeNames[name];
  if (plain !== undefined) return plain;
  const textKind = sizedTypeNames[name];
  if (textKind !== undefined) return { kind: textKind, length: first ?? lengthWhenOmitted(textKind) };
  if (decimalTypeNames.includes(name)) return { kind: 'DECIMAL', precision: first ?? 18, scale: Number(match[3] ?? 0) };
  const interval = /^INTERVAL (YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)(?: TO (YEAR|MONTH|DAY|HOUR|MINUTE|SECOND))?$/.exec(
    `${name}${match[4]?.toUpperCase().replace(/\(.*\)/, '') ?? ''}`,
  );
  if (interval !== null) {
    return {
      kind: 'INTERVAL',
      start: interval[1] as DatetimeField,
      end: (interval[2] ?? interval[1]) as DatetimeField,
      precision: first ?? 2,
      fraction: 3,
    };
  }
  throw new TestFormatError(`not a type: ${text}`);
}

/** Reads `column TYPE, …`; the mapping of an unquoted name keeps the case as written. */
export function parseColumns(text: string): MappedColumn[] {
  return splitOutside(text, ',').map((part) => {
    const tokens = tokensOf(part).filter((token) => token.kind !== 'space' && token.kind !== 'comment');
    const name = tokens[0];
    if (name === undefined || (name.kind !== 'word' && name.kind !== 'quoted'))
      throw new TestFormatError(`not a column: ${part}`);
    const rest = part.slice(name.start + name.text.length).trim();
    const notNull = /\s+NOT\s+NULL$/i.exec(rest);
    const type = parseType(notNull === null ? rest : rest.slice(0, notNull.index));
    const written = name.kind === 'quoted' ? storedName(name.text) : name.text;
    return { name: storedName(name.text), type, nullable: notNull === null, mapping: memberPath('$', written) };
  });
}
