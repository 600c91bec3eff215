// Programs of patterns in the compiler: hostile patterns are refused or become small programs, and FAST_REGEX_LOG_PARSE is taken apart as
// its algorithm says.
import { expect, test } from 'vitest';
import { parseFastPattern } from '../../compiler/pattern/fastPattern.ts';
import { parseJavaPattern } from '../../compiler/pattern/javaPattern.ts';
import { patternProgram } from '../../compiler/pattern/program.ts';
import { sectionProgram } from '../../compiler/pattern/sectionProgram.ts';
import { takeApart } from '../../compiler/pattern/sections.ts';
import { PatternProblem } from '../../compiler/pattern/tree.ts';

function kindOfProblem(make: () => Uint8Array): string {
  try {
    return make().length <= 400_000 ? 'small' : 'large';
  } catch (problem) {
    if (!(problem instanceof PatternProblem)) throw problem;
    return problem.kind;
  }
}

test('hostile patterns are refused or become small programs', { timeout: 120_000 }, () => {
  const java: readonly (readonly [string, string])[] = [
    ['((((a{9}){9}){9}){9}){9}', 'too-large'],
    ['(a{0,100}){0,100}', 'too-large'],
    ['(x*){9999}{2}', 'invalid'],
    ['(((a*)*)*)*', 'small'],
    ['(a?){600}a{900}', 'small'],
    ['.{0,1900}x.{0,50}', 'small'],
    ['[ab]{1900}a', 'small'],
    ['(?:[a-z]{1,30}\\d?){1,30}x', 'small'],
    ['.*a.{16}b.{16}c', 'small'],
    ['(?iu)[^a][^b][^c]\\p{L}{300}', 'small'],
    ['('.repeat(300), 'too-large'],
    [`${'(?:'.repeat(200)}a${')*'.repeat(200)}`, 'small'],
    ['['.repeat(300), 'too-large'],
    [`[${Array.from({ length: 2000 }, (_, index) => String.fromCodePoint(0x4e00 + 2 * index)).join('')}]`, 'small'],
    [Array.from({ length: 300 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join(''), 'too-large'],
  ];
  for (const [pattern, expected] of java) {
    for (const search of [false, true])
      expect(
        kindOfProblem(() => patternProgram(parseJavaPattern(pattern), search)),
        pattern,
      ).toBe(expected);
  }
  const fast: readonly (readonly [string, string])[] = [
    ['(.*a.{20})x', 'too-large'],
    ['(.*a.{7})x', 'small'],
    ['(((a|b){90}){90})', 'too-large'],
    ['(.{0,1000})(.*b.{0,900}c)', 'too-large'],
    ['((.*a.{10})&(.*b.{10}))', 'too-large'],
    ['(<0-999999999999999>)', 'small'],
    ['('.repeat(300), 'too-large'],
  ];
  for (const [pattern, expected] of fast)
    expect(
      kindOfProblem(() => sectionProgram(takeApart(parseFastPattern(pattern)))),
      pattern,
    ).toBe(expected);
});

test('a pattern of FAST_REGEX_LOG_PARSE is taken apart', () => {
  const shape = (pattern: string): string => {
    const { trees, columns } = takeApart(parseFastPattern(pattern));
    const cut = ({ section, characters }: { section: number | undefined; characters: number }): string =>
      section === undefined ? 'start' : `${section}${characters === 0 ? '' : `-${characters}`}`;
    return `${trees.length}: ${columns.map(({ begin, end }) => `${cut(begin)}..${cut(end)}`).join(' ')}`;
  };
  // Each column's begin and end: the number of a section, less characters before its end.
  expect(shape('(.*)_(._.*)')).toBe('2: start..0-3 0-2..1');
  expect(shape('(.*)_(.*)_.*')).toBe('3: start..0-1 0..1-1');
  expect(shape('(.*)_.*_(.*)')).toBe('3: start..0-1 1..2');
  expect(shape('\\[(.*)\\] (.*)')).toBe('3: 0..1-2 1..2');
  expect(shape('(ab)(cd)(.*)')).toBe('2: start..0-2 0-2..0 0..1');
  expect(shape('((a|b)*)(c|dd)')).toBe('2: start..0 0..1');
  expect(() => takeApart(parseFastPattern('abc'))).toThrow('no group');
});
