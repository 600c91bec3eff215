// Bracket expressions of java.util.regex: ranges, escapes, nested ones (their union) and && (the intersection).
import { complement, intersect, noPoints, pointOf, pointsOf, union, withCases, type CodePoints } from './codePoints.ts';
import { readEscapedSet } from './javaEscapes.ts';
import type { Reader } from './reader.ts';

/** Flags that change what a class contains. */
export interface ClassFlags {
  readonly ignoreCase: boolean;
  readonly unicodeCase: boolean;
  readonly comments: boolean;
}

/** Reads a class; its `[` has been taken. */
export function readClass(reader: Reader, flags: ClassFlags): CodePoints {
  const start = reader.at - 1;
  return reader.nested(() => {
    const negated = reader.take('^');
    let left: CodePoints | undefined;
    let items: CodePoints = noPoints;
    let empty = true;
    for (;;) {
      skipBlanks(reader, flags);
      if (reader.done) reader.invalid('a [ is not closed', start, 'write \\[ for the character');
      if (reader.peek() === ']' && !empty) break;
      if (reader.match(/&&+/y) !== undefined) {
        if (empty) continue;
        left = left === undefined ? items : intersect(left, items);
        items = noPoints;
        // Behind && the class may end: what stands before counts alone.
        if (reader.peek() === ']') {
          items = left;
          break;
        }
        continue;
      }
      items = union(items, readItem(reader, flags));
      empty = false;
    }
    reader.next();
    const set = left === undefined ? items : intersect(left, items);
    return negated ? complement(set) : set;
  });
}

function skipBlanks(reader: Reader, flags: ClassFlags): void {
  if (flags.comments) reader.match(/(?:[ \t\n\v\f\r]|#[^\n]*)+/y);
}

function readItem(reader: Reader, flags: ClassFlags): CodePoints {
  if (reader.take('[')) return readClass(reader, flags);
  const start = reader.at;
  const first = readMember(reader);
  skipBlanks(reader, flags);
  const [range] = first;
  const isCharacter = range !== undefined && first.length === 1 && range[0] === range[1];
  if (!isCharacter || !/^-[^\]]/.test(reader.text.slice(reader.at, reader.at + 2))) return cased(first, flags);
  if (reader.text.startsWith('-[', reader.at)) return cased(first, flags);
  reader.next();
  skipBlanks(reader, flags);
  const [last] = readMember(reader);
  if (last === undefined || last[0] !== last[1]) reader.invalid('a range needs a character at its end', start);
  if (last[0] < range[0]) reader.invalid('a range ends below its start', start);
  return cased(pointsOf([range[0], last[0]]), flags);
}

function readMember(reader: Reader): CodePoints {
  const start = reader.at;
  if (!reader.take('\\')) {
    const point = pointOf(reader.next());
    return pointsOf([point, point]);
  }
  const set = readEscapedSet(reader);
  if (set === undefined) reader.invalid(`\\${reader.next()} means nothing in brackets`, start);
  return set;
}

function cased(set: CodePoints, flags: ClassFlags): CodePoints {
  return flags.ignoreCase ? withCases(set, flags.unicodeCase) : set;
}
