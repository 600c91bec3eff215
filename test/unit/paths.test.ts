// JSON paths of mappings: their steps, and what is refused because the subset has it not.
import { describe, expect, it } from 'vitest';
import { everyElement, memberPath, parsePath, pathFault } from '../../contract/paths.ts';

describe('paths', () => {
  it.each([
    ['$', []],
    ['$.a.b', ['a', 'b']],
    ['a.b', ['a', 'b']],
    ['$.a[0:].b', ['a', everyElement, 'b']],
    ['records[0:]', ['records', everyElement]],
    ['$[0:].b', [everyElement, 'b']],
    ['$.a[2].x', ['a', 2, 'x']],
    ['$["a.b"].c', ['a.b', 'c']],
    ["$['b']", ['b']],
    ['$.@@', ['@@']],
    ['$.@timestamp', ['@timestamp']],
    ['$.a-b', ['a-b']],
    ['$.user name', ['user name']],
    ['$.$b', ['$b']],
    ['$.x/y', ['x/y']],
  ])('%s is read', (path, steps) => {
    expect(pathFault(path)).toBeUndefined();
    expect(parsePath(path)).toEqual(steps);
  });

  it.each([
    ['$.*', 'wildcard'],
    ['$.a[*]', 'wildcard'],
    ['$.a[?(@.x)]', 'filter'],
    ['$.a[1:3]', 'slice'],
    ['$.a[1:]', 'slice'],
    ['$.a[0 : ]', 'slice'],
    ['$.a[-1]', 'end of an array'],
    ['$..b', 'any depth'],
    ['$.b.', 'empty'],
    ['$.', 'empty'],
    ['', 'empty'],
    [' $.b', 'blanks'],
    ['$.a. b', 'blanks'],
    ['@.b', 'begins with @'],
    ['/b', 'slash'],
    ['$."b"', 'quotes'],
    ['$b', 'no dot'],
    ['$.a[0]b', 'no dot'],
    ['$.a[b]', 'neither an element nor a name'],
    ['$.a[0', 'nothing closes'],
    ['$.a[]', 'empty'],
  ])('%s is refused', (path, why) => {
    expect(pathFault(path)?.message).toContain(why);
    expect(pathFault(path)?.hint).not.toBe('');
  });

  it('of members stand in brackets where a dot would mean something else', () => {
    const names = ['a', 'a.b', '*', 'x[0]', ' y', '', 'say "hi"', '"q"'];
    expect(names.map((name) => memberPath('$', name))).toEqual([
      '$.a',
      '$["a.b"]',
      '$["*"]',
      '$["x[0]"]',
      '$[" y"]',
      '$[""]',
      '$.say "hi"',
      `$['"q"']`,
    ]);
    for (const name of names) expect(parsePath(memberPath('$', name))).toEqual([name]);
  });
});
