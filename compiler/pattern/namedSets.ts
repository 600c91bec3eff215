// Named sets of code points: the predefined classes of java.util.regex and its \p{…}. Source: documentation of java.util.regex.Pattern.
import { charactersOf, complement, pointsOf, union, type CodePoints } from './codePoints.ts';

/** `[0-9]` and so on: the predefined classes know ASCII only, as in Java without the flag U. */
export const digits = pointsOf([0x30, 0x39]);
const upper = pointsOf([0x41, 0x5a]);
const lower = pointsOf([0x61, 0x7a]);
const alpha = union(upper, lower);
const alnum = union(alpha, digits);
const punctuation = charactersOf('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');
const space = charactersOf(' \t\n\v\f\r');

/** What `\w` means, and what `\b` takes for words. */
export const wordPoints = union(alnum, charactersOf('_'));
/** Ends of a line: what `.` doesn't match. `\r\n` is one terminator. */
export const lineTerminators = charactersOf('\n\r\u0085\u2028\u2029');

const verticalSpace = charactersOf('\n\v\f\r\u0085\u2028\u2029');
const horizontalSpace = union(charactersOf(' \t\u00a0\u1680\u180e\u202f\u205f\u3000'), pointsOf([0x2000, 0x200a]));

/** The class of an escape such as `\d`; undefined for another letter. */
export function escapedSet(letter: string): CodePoints | undefined {
  const sets: Record<string, CodePoints> = { d: digits, w: wordPoints, s: space, h: horizontalSpace, v: verticalSpace };
  const set = sets[letter.toLowerCase()];
  if (set === undefined) return undefined;
  return letter === letter.toLowerCase() ? set : complement(set);
}

/** The classes of POSIX by their names. */
export const posixSets: Readonly<Record<string, CodePoints>> = {
  Lower: lower,
  Upper: upper,
  ASCII: pointsOf([0, 0x7f]),
  Alpha: alpha,
  Digit: digits,
  Alnum: alnum,
  Punct: punctuation,
  Graph: union(alnum, punctuation),
  Print: union(alnum, punctuation, charactersOf(' ')),
  Blank: charactersOf(' \t'),
  Cntrl: union(pointsOf([0, 0x1f]), charactersOf('\x7f')),
  XDigit: union(digits, pointsOf([0x41, 0x46], [0x61, 0x66])),
  Space: space,
};

const known = new Map<string, CodePoints | undefined>();

/** The set of `\p{name}`: POSIX names, categories, scripts (`IsLatin`, `script=Latin`) and binary properties (`IsAlphabetic`). */
export function propertySet(name: string): CodePoints | undefined {
  if (posixSets[name] !== undefined) return posixSets[name];
  if (!known.has(name)) known.set(name, unicodeSet(name));
  return known.get(name);
}

const javaNames: Record<string, string> = {
  javaLowerCase: 'Lowercase',
  javaUpperCase: 'Uppercase',
  javaWhitespace: 'White_Space',
  IsWhite_Space: 'White_Space',
  IsPunctuation: 'P',
  IsLetter: 'L',
  IsDigit: 'Nd',
  IsControl: 'Cc',
};

// The tables are those of the JavaScript engine.
function unicodeSet(name: string): CodePoints | undefined {
  const plain = name.replace(/^Is/, '');
  const [, key = '', value = ''] = /^(script|sc|general_category|gc)=(\w+)$/i.exec(name) ?? [];
  const candidates =
    key === ''
      ? [javaNames[name] ?? plain, ...(name.startsWith('Is') ? [`Script=${plain}`] : [])]
      : [key.toLowerCase().startsWith('s') ? `Script=${value}` : value];
  for (const candidate of candidates) {
    const pattern = patternOf(candidate);
    if (pattern !== undefined) return scan(pattern);
  }
  return undefined;
}

function patternOf(property: string): RegExp | undefined {
  for (const spelling of [property, property.charAt(0).toUpperCase() + property.slice(1).toLowerCase()]) {
    const written = spelling.startsWith('Script=')
      ? `Script=${spelling.slice(7, 8).toUpperCase()}${spelling.slice(8).toLowerCase()}`
      : spelling;
    try {
      return new RegExp(`\\p{${written}}`, 'u');
    } catch {
      // The engine knows no such property: the next spelling.
    }
  }
  return undefined;
}

function scan(pattern: RegExp): CodePoints {
  const ranges: [number, number][] = [];
  let start = -1;
  for (let point = 0; point <= 0x110000; point++) {
    const inside = point < 0x110000 && pattern.test(String.fromCodePoint(point));
    if (inside && start < 0) start = point;
    else if (!inside && start >= 0) {
      ranges.push([start, point - 1]);
      start = -1;
    }
  }
  return ranges;
}
