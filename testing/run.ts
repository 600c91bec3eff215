// `rowtime test`: finds the files, runs their cases, reports.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ModuleCache, type BoundCase, type Configuration } from './modules.ts';
import { testsOfPage } from './page.ts';
import { parseTestFile, type TestCase, type TestFileProblem } from './parseTest.ts';
import { reportCase, reportProblem } from './report.ts';
import { prepareCase, runPrepared, type CaseResult, type PreparedCase } from './runTest.ts';
import { updateText } from './update.ts';

/** How tests are run. */
export interface TestOptions {
  /** Rewrite the expectations of failing cases in place. */
  readonly update?: boolean;
  /** Takes lines of the report; default: nothing is printed. */
  readonly print?: (text: string) => void;
  /** Only cases whose title or `file:line` contains this. */
  readonly filter?: string;
  /** Only these configurations (and the ways that need no other). */
  readonly configurations?: readonly Configuration[];
}

/** What came of a run. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: number;
}

/** Runs the `.test` files at the paths (directories: all below them). A path without any is a failure. */
export async function runTestPaths(paths: readonly string[], options: TestOptions = {}): Promise<TestSummary> {
  const print = options.print ?? (() => {});
  let passed = 0;
  let failed = 0;
  let notRun = 0;
  for (const path of paths) {
    const files = testFilesAt(path);
    if (files.length === 0) {
      failed++;
      print(`${path}: there is no .test file`);
    }
    for (const file of files) {
      const loaded = loadTestFile(file);
      for (const problem of loaded.problems) print(reportProblem(problem));
      failed += loaded.problems.length;
      const results = await runCases(
        loaded.cases.filter((test) => isWanted(test, options.filter)),
        options.configurations,
      );
      for (const result of results) {
        if (result.notRun !== undefined) notRun++;
        else if (result.failures.length > 0) failed++;
        else passed++;
        const report = reportCase(result);
        if (report !== '') print(report);
      }
      if (options.update === true) {
        const before = readFileSync(file, 'utf8');
        const after = updateText(before, results);
        if (after !== before) writeFileSync(file, after);
      }
    }
  }
  print(`${passed} passed, ${failed} failed${notRun === 0 ? '' : `, ${notRun} not run`}`);
  return { passed, failed, notRun };
}

function isWanted(test: TestCase, filter: string | undefined): boolean {
  return filter === undefined || test.title.includes(filter) || `${test.file}:${test.line}`.includes(filter);
}

/** The `.test` files at a path, sorted. */
export function testFilesAt(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test'))
    .sort()
    .map((name) => join(path, name));
}

/** Reads and parses a file, or the examples of a Markdown page; names in it are relative to its folder. */
export function loadTestFile(file: string): { cases: TestCase[]; problems: TestFileProblem[] } {
  const shown = relative(process.cwd(), file);
  const text = readFileSync(file, 'utf8');
  return parseTestFile(shown.startsWith('..') ? file : shown, file.endsWith('.md') ? testsOfPage(text) : text, (name) =>
    readFileSync(join(dirname(file), name), 'utf8'),
  );
}

/** A file's cases made ready to run one by one: they share modules. */
export interface PreparedFile {
  readonly cases: readonly PreparedCase[];
  run(prepared: PreparedCase, configurations?: readonly Configuration[]): Promise<CaseResult>;
}

/** Binds all cases of a file. */
export async function prepareCases(cases: readonly TestCase[]): Promise<PreparedFile> {
  const prepared: PreparedCase[] = [];
  for (const test of cases) prepared.push(await prepareCase(test));
  const bound = prepared.flatMap((found): BoundCase[] =>
    found.bound === undefined || found.failures.length > 0 ? [] : [found.bound],
  );
  const modules = new ModuleCache(bound);
  return { cases: prepared, run: (found, configurations) => runPrepared(found, modules, configurations) };
}

/** Runs cases of one file in order. */
export async function runCases(
  cases: readonly TestCase[],
  configurations?: readonly Configuration[],
): Promise<CaseResult[]> {
  const file = await prepareCases(cases);
  const results: CaseResult[] = [];
  for (const prepared of file.cases) results.push(await file.run(prepared, configurations));
  return results;
}
