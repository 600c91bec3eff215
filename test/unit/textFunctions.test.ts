// Character functions and LIKE of assembly/functions, called directly; letters against JavaScript's mappings.
import { beforeAll, expect, test } from 'vitest';
import { openLibrary, type Library } from '../harness/library.ts';

let library: Library;
beforeAll(async () => {
  library = await openLibrary(['functions/string', 'functions/pattern']);
});

test('no function is larger than a virtual machine likes', () => {
  expect(Math.max(...library.sizes)).toBeLessThanOrEqual(4000);
});

test('letters map as in JavaScript where the mapping is simple', () => {
  const blocks = [
    [1, 0x17f],
    [0x386, 0x3ce],
    [0x3d8, 0x3ef],
    [0x400, 0x52f],
    [0x531, 0x586],
    [0x1e00, 0x1e95],
    [0x1ea0, 0x1eff],
  ] as const;
  const different: string[] = [];
  for (const [first, last] of blocks) {
    for (let point = first; point <= last; point++) {
      const letter = String.fromCodePoint(point);
      const [upper, lower] = [letter.toUpperCase(), letter.toLowerCase()];
      if ([...upper].length === 1 && library.text('upper', letter) !== upper)
        different.push(`upper of ${letter} U+${point.toString(16)}`);
      if ([...lower].length === 1 && library.text('lower', letter) !== lower)
        different.push(`lower of ${letter} U+${point.toString(16)}`);
    }
  }
  expect(different).toEqual([]);
  const mixed = '@AZ[`az{09 Straße, ÀÉÎ ПРИВЕТ κόσμος 日本 😀 and more ASCII behind';
  expect(library.text('lower', mixed)).toBe(mixed.toLowerCase());
  expect(library.text('upper', mixed)).toBe(mixed.toUpperCase().replace('STRASSE', 'STRAßE'));
  expect(library.text('initcap', 'Each FIRST lEtTeR is cApItAlIzEd')).toBe('Each First Letter Is Capitalized');
});

test('parts of texts', () => {
  const overlays: [number, string][] = [
    [1, 'foo45'],
    [0, 'foo345'],
    [-2, 'foo12345'],
    [4, '123foo'],
    [17, '12345foo'],
  ];
  for (const [from, expected] of overlays) expect(library.text('overlay', '12345', 'foo', from)).toBe(expected);
  const counted: [number, string][] = [
    [0, '1foo2345'],
    [2, '1foo45'],
    [9, '1foo'],
  ];
  for (const [count, expected] of counted) expect(library.text('overlayFor', '12345', 'foo', 2, count)).toBe(expected);
  expect(library.text('substringFromFor', '123456789', -1, 4)).toBe('12');
  expect(library.text('substringFromFor', '123456789', 17, 4)).toBe('');
  expect(library.text('substringFromFor', 'äöü', 2, 2 ** 31 - 1)).toBe('öü');
  expect(library.text('substringFrom', 'äöü', 2)).toBe('öü');
  expect(library.fault('substringFromFor', 'abc', 1, -1)).toBe('invalid-argument');
  expect(library.text('substringCount', '123456789', 3, 4)).toBe('3456');
  expect(library.takeNull()).toBe(false);
  library.text('substringCount', '123456789', 17, 4);
  expect(library.takeNull()).toBe(true);
  expect(library.call('position', 'b', 'äb')).toBe(2);
  expect(library.call('position', 'ab', 'aab')).toBe(2);
  expect(library.call('position', 'abcdefghij', 'xabcdefghij')).toBe(2);
  expect(library.call('position', 'x', 'abc')).toBe(0);
  expect(library.text('trimBoth', 'xxaxx', 'x')).toBe('a');
  expect(library.text('trimLeading', 'ééaé', 'é')).toBe('aé');
  expect(library.text('trimTrailing', 'xxx', 'x')).toBe('');
  expect(library.fault('trimBoth', 'a', 'xy')).toBe('invalid-argument');
  expect(library.call('charLength', 'aä日😀')).toBe(4);
  expect(library.fault('concatOperator', 'x'.repeat(40000), 'y'.repeat(40000))).toBe('text-too-long');
});

/** LIKE by a regular expression, as the reference. */
function likeReference(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '[^]*')
    .replaceAll('_', '[^]');
  return new RegExp(`^${source}$`, 'u').test(text);
}

test('LIKE agrees with a regular expression on all short texts', () => {
  const words = (letters: readonly string[], length: number): string[] =>
    length === 0 ? [''] : ['', ...words(letters, length - 1).flatMap((word) => letters.map((letter) => letter + word))];
  const texts = [...new Set(words(['a', 'ä'], 4))];
  const patterns = [...new Set(words(['a', 'ä', '%', '_'], 4))];
  const different: string[] = [];
  for (const pattern of patterns) {
    for (const text of texts) {
      if (Boolean(library.call('like', text, pattern)) !== likeReference(text, pattern))
        different.push(`'${text}' LIKE '${pattern}'`);
    }
  }
  expect(different).toEqual([]);
});

test('LIKE with an escape', () => {
  expect(library.call('likeEscape', 'a%c', 'a\\%c', '\\')).toBe(1);
  expect(library.call('likeEscape', 'abc', 'a\\%c', '\\')).toBe(0);
  expect(library.fault('likeEscape', 'a%bc', 'a%%%c', '%')).toBe('invalid-pattern');
  expect(library.call('likeEscape', 'a%c', 'a%%c', '%')).toBe(1);
  expect(library.fault('likeEscape', 'abc', 'a!bc', '!')).toBe('invalid-pattern');
  expect(library.fault('likeEscape', 'abc', 'abc!', '!')).toBe('invalid-pattern');
  expect(library.fault('likeEscape', 'abc', 'abc', '')).toBe('invalid-pattern');
});
