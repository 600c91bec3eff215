// The escapes of java.util.regex that stand for one character or a class, inside and outside of brackets.
import { charactersOf, complement, pointsOf, type CodePoints } from './codePoints.ts';
import { escapedSet, propertySet } from './namedSets.ts';
import type { Reader } from './reader.ts';

const controls: Record<string, string> = { t: '\t', n: '\n', r: '\r', f: '\f', a: '\x07', e: '\x1b' };

/** Reads what follows a backslash, which has been taken: a set, or undefined for an escape that is none (`\b`, `\Q`, `\1` …). */
export function readEscapedSet(reader: Reader): CodePoints | undefined {
  const start = reader.at - 1;
  const letter = reader.peek();
  if (letter === '') reader.invalid('it ends with a lone backslash', start, 'write \\\\ for a backslash');
  if (letter === 'p' || letter === 'P') return readProperty(reader, start);
  const known = escapedSet(letter);
  const control = controls[letter];
  if (known !== undefined || control !== undefined) {
    reader.next();
    return known ?? charactersOf(control ?? '');
  }
  const point = readNumber(reader, start);
  if (point !== undefined) {
    if (point > 0x10ffff) reader.invalid('there is no such code point', start);
    return pointsOf([point, point]);
  }
  if (/^[A-Za-z0-9]$/.test(letter)) return undefined;
  return charactersOf(reader.next());
}

// \xhh, \uhhhh (two of them for a surrogate pair), \x{h…}, \0ooo, \cX.
function readNumber(reader: Reader, start: number): number | undefined {
  const letter = reader.peek();
  if (letter === 'x') {
    const found = reader.match(/x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,8})\})/y);
    if (found === undefined) reader.invalid('\\x needs two hexadecimal digits, or some in braces', start);
    return Number.parseInt(found[1] ?? found[2] ?? '', 16);
  }
  if (letter === 'u') {
    const found = reader.match(/u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})/y);
    if (found === undefined) reader.invalid('\\u needs four hexadecimal digits', start);
    if (found[3] !== undefined) return Number.parseInt(found[3], 16);
    return (
      0x10000 + ((Number.parseInt(found[1] ?? '', 16) & 0x3ff) << 10) + (Number.parseInt(found[2] ?? '', 16) & 0x3ff)
    );
  }
  if (letter === '0') {
    const found = reader.match(/0([0-3][0-7]{2}|[0-7]{1,2})/y);
    if (found === undefined) reader.invalid('\\0 needs octal digits', start);
    return Number.parseInt(found[1] ?? '', 8);
  }
  const control = letter === 'c' ? reader.match(/c([\s\S])/y) : undefined;
  return control === undefined ? undefined : (control[1] ?? '').charCodeAt(0) ^ 64;
}

function readProperty(reader: Reader, start: number): CodePoints {
  const found = reader.match(/[pP](?:\{(\^?)([^}]*)\}|([A-Z]))/y);
  const name = found?.[2] ?? found?.[3];
  if (found === undefined || name === undefined) reader.invalid('\\p needs the name of a class in braces', start);
  const set = propertySet(name);
  if (set === undefined) {
    if (/^(In|blk=|block=)/.test(name))
      reader.unsupported(
        `\\p{${name}}: blocks of Unicode are not supported`,
        start,
        'write the range: [\\u0370-\\u03FF]',
      );
    reader.invalid(`there is no class \\p{${name}}`, start);
  }
  return found[0].startsWith('P') !== (found[1] === '^') ? complement(set) : set;
}
