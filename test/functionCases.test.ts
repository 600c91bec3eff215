// Every `@case` of every scalar function, as expressions of one `.test` text per module: constant and optimized or not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { catalogueOf } from '../compiler/compile.ts';
import { syntaxFunctions } from '../compiler/bind/syntaxFunctions.ts';
import { readLibrary } from '../compiler/library.ts';
import { runTestPaths } from '../testing/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'rowtime-cases-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const modules = new Map<string, string[]>([['syntax', syntaxFunctions.flatMap(({ cases }) => cases ?? [])]]);
for (const { module, text } of catalogueOf(readLibrary()).cases)
  modules.set(module, [...(modules.get(module) ?? []), text]);

test('there are cases for every family', () => {
  expect([...modules.keys()].sort()).toEqual(
    expect.arrayContaining(['functions/datetime', 'functions/numeric', 'functions/string']),
  );
});

for (const [module, cases] of modules) {
  test(`${cases.length} cases of ${module}`, async () => {
    const path = join(folder, `${module.replaceAll('/', '-')}.test`);
    writeFileSync(path, `---- expressions\n${cases.join('\n')}\n`);
    const printed: string[] = [];
    const result = await runTestPaths([path], { print: (text: string) => printed.push(text) });
    expect(result.failed, printed.join('\n')).toBe(0);
    expect(result.passed).toBeGreaterThan(0);
  });
}
