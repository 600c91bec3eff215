// docs/coverage.md: every test that it names is there, and it names every function, message and fault.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogueOf } from '../compiler/compile.ts';
import { syntaxFunctions } from '../compiler/bind/syntaxFunctions.ts';
import { signatures } from '../compiler/bind/tableArguments.ts';
import { readLibrary } from '../compiler/library.ts';
import { faultTexts } from '../contract/faults.ts';

const root = new URL('..', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** `- rule → tests`, where a rule of the part "Names" is the name, and `NAME (WORDS)` has the words that its tests say instead. */
interface Rule {
  readonly line: number;
  readonly name: string;
  readonly words: string;
  readonly tests: readonly string[];
  /** Why there is none. */
  readonly reason?: string;
}

function rulesOf(page: string): Rule[] {
  const rules: Rule[] = [];
  for (const [index, text] of page.split('\n').entries()) {
    const match = /^- (.*?) → (.*)$/.exec(text);
    if (match === null) continue;
    const [, rule = '', rest = ''] = match;
    const [, name = rule, words = name] = /^(\S+)(?: \((.*)\))?$/.exec(rule) ?? [];
    const reason = /^no case: (.+)$/.exec(rest)?.[1];
    const tests = [...rest.matchAll(/`([^`]+)`/g)].map(([, found = '']) => found);
    rules.push({ line: index + 1, name, words, tests, ...(reason === undefined ? {} : { reason }) });
  }
  return rules;
}

const scalarCases = [
  ...catalogueOf(readLibrary()).cases.map(({ text }) => text),
  ...syntaxFunctions.flatMap(({ cases }) => cases ?? []),
];

/** The text of a test: a whole case, a line of expressions, or a line of a unit test; undefined when there is no such test. */
function testNamed(reference: string): string | undefined {
  const scalar = /^@case (\w+)$/.exec(reference)?.[1];
  if (scalar !== undefined) return scalarCases.find((text) => new RegExp(`\\b${scalar}\\b`).test(text));
  const [, place = '', words = ''] = /^([\w/]+): (.+)$/.exec(reference) ?? [];
  const unit = place.startsWith('unit/');
  const path = unit ? `test/${place}.test.ts` : `test/cases/${place}.test`;
  if (words === '' || !existsSync(new URL(path, root))) return undefined;
  const lines = read(path).split('\n');
  return unit ? unitTestNamed(lines, words) : caseNamed(lines, words);
}

function unitTestNamed(lines: readonly string[], words: string): string | undefined {
  const starts = lines.flatMap((line, index) => (/^\s*(?:test|it)\(/.test(line) ? [index] : []));
  const index = starts.findIndex((start) => lines[start]?.includes(words));
  return index === -1 ? undefined : lines.slice(starts[index], starts[index + 1]).join('\n');
}

// A case without a title of its own has its first comment for one.
function caseNamed(lines: readonly string[], words: string): string | undefined {
  const starts = lines.flatMap((line, index) => (index === 0 || line.startsWith('==== ') ? [index] : []));
  for (const [index, start] of starts.entries()) {
    const found = lines.slice(start, starts[index + 1]);
    const title = found.find((line) => line.startsWith('==== ') || line.startsWith('-- ')) ?? '';
    if (title.includes(words)) return found.join('\n');
  }
  let section = '';
  return lines.find((line) => {
    if (/^(?:----|====) /.test(line)) section = line;
    return section === '---- expressions' && !line.startsWith('#') && line.includes(words);
  });
}

const page = read('docs/coverage.md');
const rules = rulesOf(page);
const namesFrom = page.slice(0, page.indexOf('## Names')).split('\n').length;
const named = rules.filter(({ line }) => line > namesFrom);

test('every test that is named is there', () => {
  expect(rules.length).toBeGreaterThan(250);
  const missing = rules.flatMap(({ line, tests, reason }) => [
    ...(tests.length === 0 && reason === undefined ? [`line ${line}: no test and no reason`] : []),
    ...tests.filter((reference) => testNamed(reference) === undefined).map((reference) => `line ${line}: ${reference}`),
  ]);
  expect(missing).toEqual([]);
});

test('what stands under a name has that name', () => {
  const other = named.flatMap(({ line, words, tests }) =>
    tests
      .filter((reference) => !(testNamed(reference) ?? '').toUpperCase().includes(words.toUpperCase()))
      .map((reference) => `line ${line}: ${reference}`),
  );
  expect(other).toEqual([]);
});

test('every function, aggregate, window and table function, message and fault has its line', async () => {
  const { diagnosticCodes } = (await import(new URL('scripts/errors.mjs', root).href)) as {
    diagnosticCodes(): { code: string }[];
  };
  const wanted = [
    ...catalogueOf(readLibrary()).byName.keys(),
    ...syntaxFunctions.map(({ name }) => name),
    ...Object.keys(signatures),
    ...diagnosticCodes().map(({ code }) => code),
    ...faultTexts.map(({ name }) => name),
  ];
  const known = new Set(named.map(({ name }) => name));
  expect(wanted.filter((name) => !known.has(name))).toEqual([]);
  expect([...known].filter((name) => !wanted.includes(name))).toEqual([]);
});
