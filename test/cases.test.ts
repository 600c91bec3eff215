// All cases of test/cases as tests of their own, each in all its ways. ROWTIME_CASES=text keeps those whose path contains the text.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadTestFile, prepareCases, testFilesAt, type PreparedFile } from '../testing/run.ts';
import { reportCase, reportProblem } from '../testing/report.ts';

const filter = process.env.ROWTIME_CASES ?? '';
const files = testFilesAt(join(import.meta.dirname, 'cases')).filter((file) => file.includes(filter));

for (const path of files) {
  const { cases, problems } = loadTestFile(path);
  describe(path.slice(import.meta.dirname.length + 1), () => {
    let file: PreparedFile;
    beforeAll(async () => {
      file = await prepareCases(cases);
    }, 300_000);
    test('can be read', () => expect(problems.map(reportProblem)).toEqual([]));
    for (const [index, found] of cases.entries()) {
      test(`${found.line}: ${found.title}`, { timeout: 600_000 }, async (context) => {
        const prepared = file.cases[index];
        if (prepared === undefined) throw new Error('invariant: no such case');
        const result = await file.run(prepared);
        if (result.notRun !== undefined) context.skip(`not run: ${result.notRun}`);
        if (result.failures.length > 0) throw new Error(reportCase(result));
      });
    }
  });
}
