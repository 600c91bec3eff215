// docs/errors.md and docs/connectors.md are what the declarations and the cases say.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderDiagnostic } from '../compiler/diagnose/render.ts';
import { faultTexts } from '../contract/faults.ts';
import { connectors } from '../runtime/connectors/registry.ts';
import { hostOptions } from '../runtime/url.ts';
import { loadTestFile, testFilesAt } from '../testing/run.ts';
import { prepareCase } from '../testing/runTest.ts';

/** A code with its severities and the comments of its functions, as scripts/errors.mjs finds them. */
interface Code {
  readonly code: string;
  readonly meanings: ReadonlySet<string>;
}

interface ErrorsScript {
  diagnosticCodes(): Code[];
  diagnosticExamples(tools: object): Promise<Map<string, string>>;
  faultExamples(tools: object): Map<string, string>;
  errorsPage(parts: object): string;
}

/** What only a binding of a program gives (files of schemas are refused before), and scripts whose example would be longer than a page. */
const withoutExample = ['invalid-path', 'script-too-long', 'too-deep'];

const script = async <T>(name: string): Promise<T> =>
  (await import(new URL(`../scripts/${name}.mjs`, import.meta.url).href)) as T;
const page = (name: string): string => readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8');

describe('docs/errors.md', async () => {
  const { diagnosticCodes, diagnosticExamples, faultExamples, errorsPage } = await script<ErrorsScript>('errors');
  const codes = diagnosticCodes();
  const tools = { testFilesAt, loadTestFile, prepareCase, renderDiagnostic };
  const examples = await diagnosticExamples(tools);

  test('every message has a sentence that says more than its code', () => {
    const bare = codes.filter(({ meanings }) =>
      [...meanings].some((meaning) => !/^(?!Says )\S.{15,}\.$/.test(meaning)),
    );
    expect(bare.map(({ code }) => code)).toEqual([]);
  });

  test('every code is given by a case, and every code that a case gives is found in compiler/diagnose', () => {
    const known = codes.map(({ code }) => code);
    expect(known.filter((code) => !examples.has(code))).toEqual(withoutExample);
    expect([...examples.keys()].filter((code) => !known.includes(code))).toEqual([]);
  });

  test('is up to date', () => {
    const text = errorsPage({ codes, diagnostics: examples, faultTexts, faults: faultExamples(tools) });
    expect(page('errors') === text, 'run node scripts/errors.mjs').toBe(true);
  });
});

test('docs/connectors.md is up to date', async () => {
  const { connectorsPage } = await script<{ connectorsPage(parts: object): Promise<string> }>('connectors');
  expect(
    (await connectorsPage({ connectors, hostOptions })) === page('connectors'),
    'run node scripts/connectors.mjs',
  ).toBe(true);
});
