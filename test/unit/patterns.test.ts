// Regular expressions: random patterns against those of the JavaScript engine where both languages agree, cases where they don't, and the
// law that matching takes a number of steps that grows with the text alone.
// ROWTIME_PATTERNS=10000 sets the number of pairs, ROWTIME_SEED repeats a run.
import { beforeAll, expect, test } from 'vitest';
import { parseJavaPattern } from '../../compiler/pattern/javaPattern.ts';
import { parseFastPattern } from '../../compiler/pattern/fastPattern.ts';
import { patternProgram } from '../../compiler/pattern/program.ts';
import { sectionProgram } from '../../compiler/pattern/sectionProgram.ts';
import { takeApart } from '../../compiler/pattern/sections.ts';
import { parseSimilarPattern } from '../../compiler/pattern/similarPattern.ts';
import { openLibrary, type Library } from '../harness/library.ts';
import { randomPattern, randomPiece, randomSimilar, randomText, regularOf } from '../harness/patterns.ts';
import { seededRandom, seedFromEnvironment } from '../harness/random.ts';

const pairs = Number(process.env['ROWTIME_PATTERNS'] ?? 1500);
const seed = seedFromEnvironment();
console.log(`ROWTIME_SEED=${seed} ROWTIME_PATTERNS=${pairs}`);

/** Finds the first match and gives a group's byte offsets packed, -1 when there is no match, -2 when the group took no part. */
const extra = `
import { openProgram, patternSteps } from "./assembly/pattern/program";
import { sectionsParse } from "./assembly/functions/logs";
import { prepareMatching, findFrom, groupStart, groupEnd } from "./assembly/pattern/forward";
export function findGroup(text: u64, pattern: u64, group: i32): i64 {
  openProgram(pattern);
  if (!prepareMatching(text) || !findFrom(0)) return -1;
  const start = groupStart(group);
  return start < 0 ? -2 : ((<i64>start << 32) | groupEnd(group));
}
export function fastField(text: u64, pattern: u64, field: i32): i64 {
  const record = sectionsParse(text, pattern);
  if (takeNull()) return -1;
  const at = <usize>(<u32>record) + (<usize>field << 3);
  const start = <i64>load<u32>(at, 4) - <i64>(<u32>text);
  return (start << 32) | (start + load<u32>(at, 8));
}
export function stepsSoFar(): i64 { return patternSteps; }
`;

let library: Library;
beforeAll(async () => {
  library = await openLibrary(['functions/regex', 'functions/logs'], 'simd', extra);
});

function programOf(pattern: string, search: boolean, automatonBytesMax?: number): Uint8Array {
  return patternProgram(parseJavaPattern(pattern), search, automatonBytesMax);
}

/** The groups of the first match as texts, null for none. */
function groupsOf(pattern: string, text: string, automatonBytesMax?: number): (string | null)[] | null {
  const { groups: count } = parseJavaPattern(pattern);
  const program = programOf(pattern, true, automatonBytesMax);
  const bytes = Buffer.from(text);
  const groups: (string | null)[] = [];
  for (let group = 0; group <= count; group++) {
    const packed = BigInt(library.call('findGroup', text, program, group));
    if (packed === -1n) return null;
    groups.push(packed === -2n ? null : bytes.subarray(Number(packed >> 32n), Number(packed & 0xffffffffn)).toString());
  }
  return groups;
}

test('no function is larger than a virtual machine likes', () => {
  expect(Math.max(...library.sizes)).toBeLessThanOrEqual(4000);
});

test(`${pairs} random patterns find what the JavaScript engine finds`, { timeout: 600_000 }, () => {
  const random = seededRandom(seed);
  const different: string[] = [];
  for (let count = 0; count < pairs && different.length < 5; count++) {
    const { source, capturesAgree } = randomPattern(random);
    const text = randomText(random);
    // Every fourth pair without the determinised automaton.
    const room = count % 4 === 3 ? 0 : undefined;
    const expected = new RegExp(source, 'u').exec(text);
    // The engine finds empty matches between the halves of a surrogate pair, too.
    if (expected !== null && /[\uDC00-\uDFFF]/.test(text.charAt(expected.index))) continue;
    const found = groupsOf(source, text, room);
    const wanted = expected === null ? null : [...expected].map((group) => group ?? null);
    const [left, right] = capturesAgree ? [found, wanted] : [found?.slice(0, 1), wanted?.slice(0, 1)];
    if (JSON.stringify(left) !== JSON.stringify(right))
      different.push(`/${source}/ in '${text}': ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
    const whole = new RegExp(`^(?:${source})$`, 'u').test(text);
    if (Boolean(library.call('patternMatches', text, programOf(source, false, room))) !== whole)
      different.push(`/${source}/ of '${text}' as a whole: not ${whole}`);
  }
  expect(different).toEqual([]);
});

test('random patterns of SIMILAR TO match what their translations match', () => {
  const random = seededRandom(seed);
  const different: string[] = [];
  for (let count = 0; count < pairs / 3; count++) {
    const { source, regular } = randomSimilar(random);
    const text = randomText(random);
    const expected = new RegExp(`^(?:${regular})$`, 'us').test(text);
    const program = patternProgram(parseSimilarPattern(source, undefined), false);
    if (Boolean(library.call('patternMatches', text, program)) !== expected)
      different.push(`'${text}' SIMILAR TO '${source}': not ${expected}`);
  }
  expect(different).toEqual([]);
});

test('random patterns of FAST_REGEX_LOG_PARSE match section by section', () => {
  const random = seededRandom(seed);
  const different: string[] = [];
  const bytesOf = (text: string): Buffer => Buffer.from(text);
  for (let count = 0; count < pairs / 3; count++) {
    const pieces = Array.from({ length: 1 + Math.floor(random() * 4) }, () => randomPiece(random));
    const source = pieces.map((piece) => `(${piece})`).join('');
    const text = randomText(random);
    const expected = referenceSections(source, text);
    const program = sectionProgram(takeApart(parseFastPattern(source)));
    const found = pieces.map((_, field) => {
      const packed = BigInt(library.call('fastField', text, program, field));
      return packed < 0n
        ? null
        : bytesOf(text)
            .subarray(Number(packed >> 32n), Number(packed & 0xffffffffn))
            .toString();
    });
    if (JSON.stringify(found) !== JSON.stringify(expected ?? pieces.map(() => null)))
      different.push(`${source} of '${text}': ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  }
  expect(different).toEqual([]);
});

/** The algorithm of KDA-SQL 4.8 with JavaScript's expressions: the shortest beginning for each section, the whole rest for the last. */
function referenceSections(source: string, text: string): string[] | undefined {
  const { trees, columns } = takeApart(parseFastPattern(source));
  const points = [...text];
  const ends: number[] = [];
  let at = 0;
  for (const [index, tree] of trees.entries()) {
    const whole = new RegExp(`^(?:${regularOf(tree)})$`, 'us');
    let end = index + 1 === trees.length ? points.length : at;
    while (end <= points.length && !whole.test(points.slice(at, end).join(''))) end++;
    if (end > points.length) return undefined;
    ends.push(end);
    at = end;
  }
  const placeOf = ({ section, characters }: { section: number | undefined; characters: number }): number =>
    section === undefined ? 0 : (ends[section] ?? 0) - characters;
  return columns.map(({ begin, end }) => points.slice(placeOf(begin), placeOf(end)).join(''));
}

// What java.util.regex finds, where JavaScript finds something else or has no such syntax.
const javaFinds: readonly (readonly [string, string, (string | null)[] | null])[] = [
  // A round that reads nothing is kept, and is the last one.
  ['(a*)*', 'b', ['', '']],
  ['(a*)*', 'aab', ['aa', '']],
  ['(a*)+', 'aab', ['aa', '']],
  ['(|a)*b', 'ab', ['ab', '']],
  ['(a|b*)*c', 'abbc', ['abbc', '']],
  // A group keeps what it had in an earlier round.
  ['(?:(a)|b)*', 'ab', ['ab', 'a']],
  ['(a)?b', 'b', ['b', null]],
  // Flags, for a group or the rest of one.
  ['(?i)straße', 'STRAßE', ['STRAßE']],
  ['(?i)É', 'é', null],
  ['(?iu)É', 'é', ['é']],
  ['a(?i)b|c', 'C', ['C']],
  ['(?:(?i)a)b', 'AB', null],
  ['(?i:a)b', 'Ab', ['Ab']],
  ['(?i)a(?-i)b', 'Ab', ['Ab']],
  ['(?x) a b # a comment\n c', 'abc', ['abc']],
  ['(?s).+', 'a\nb', ['a\nb']],
  ['.+', 'a\u2028b', ['a']],
  // Lines.
  ['a$', 'a\n', ['a']],
  ['a$', 'a\r\n', ['a']],
  ['a\r$', 'a\r\n', null],
  ['a$', 'a\nb', null],
  ['(?m)a$', 'a\nb', ['a']],
  ['(?m)^b', 'a\nb', ['b']],
  ['(?m)^b', 'a\r\nb', ['b']],
  ['(?m)\\n^', 'a\n', null],
  ['a\\z', 'a\n', null],
  ['a\\Z', 'a\n', ['a']],
  ['\\Ab', 'ab', null],
  ['(?d)a$', 'a\r', null],
  ['(?d).+', 'a\rb', ['a\rb']],
  ['a\\R', 'a\r\nb', ['a\r\n']],
  // Classes.
  ['[a-z&&[^aeiou]]+', 'abcd', ['bcd']],
  ['[a-c[x-z]]+', 'axbyd', ['axby']],
  ['[^a-c[x-z]]+', 'axdby', ['d']],
  ['[a-z&&b-d&&[^c]]+', 'abcd', ['b']],
  ['[]a]+', 'a]b', ['a]']],
  ['[a\\]b-]+', 'a]-c', ['a]-']],
  ['\\p{Lu}+', 'aÄÖb', ['ÄÖ']],
  ['\\p{Alpha}+', 'äab1', ['ab']],
  ['\\P{L}', 'a1', ['1']],
  ['\\p{IsGreek}+', 'aαβ', ['αβ']],
  ['\\pL+', '1äb', ['äb']],
  ['\\h+', 'a \t\u00a0b', [' \t\u00a0']],
  ['[\\w&&[^\\d_]]+', '1_ab', ['ab']],
  // Escapes.
  ['\\Qa.b\\E+', 'a.bbb', ['a.bbb']],
  ['\\x41\\u0042\\x{1F600}\\0103', 'AB😀C', ['AB😀C']],
  ['\\cA\\t\\e', '\u0001\t\u001b', ['\u0001\t\u001b']],
  ['(?<year>\\d+)-(\\d+)', '2020-01', ['2020-01', '2020', '01']],
  ['a{2,3}?', 'aaa', ['aa']],
  ['x*', 'b', ['']],
];

test('what Java finds', () => {
  for (const room of [undefined, 0]) {
    for (const [pattern, text, expected] of javaFinds)
      expect(groupsOf(pattern, text, room), `/${pattern}/ in ${JSON.stringify(text)}`).toEqual(expected);
  }
});

test('the steps of a match grow with the text alone', () => {
  const stepsOf = (run: () => void): number => {
    const before = Number(library.call('stepsSoFar'));
    run();
    return Number(library.call('stepsSoFar')) - before;
  };
  const hostile: readonly (readonly [string, string])[] = [
    ['(a+)+$', 'a'],
    ['(.*)*x', 'a'],
    ['(a|aa)+b', 'a'],
    ['(a*)*b', 'a'],
    ['(?:a?){20}a{20}', 'a'],
    ['.*.*.*=.*', 'ab='],
    ['(x+x+)+y', 'x'],
    ['[a-z].{12}q', 'az'],
  ];
  for (const [pattern, unit] of hostile) {
    for (const room of [undefined, 0]) {
      const perByte = [1000, 10_000, 100_000].map((length) => {
        const text = unit.repeat(length / unit.length);
        const search = stepsOf(() => library.call('findGroup', text, programOf(pattern, true, room), 0));
        const whole = stepsOf(() => library.call('patternMatches', text, programOf(pattern, false, room)));
        const replace = stepsOf(() => library.fault('patternReplace', text, programOf(pattern, true, room), '', 1, 0));
        return (search + whole + replace) / length;
      });
      expect(Math.max(...perByte), `/${pattern}/ in ${unit}… with ${room} bytes`).toBeLessThan(
        Math.min(...perByte) * 1.1,
      );
    }
  }
});
