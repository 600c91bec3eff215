// rowtime test: hands over to the runner in testing/.
import { loadPart } from './later.ts';

/** Runs .test files; the runner prints and gives the exit status. */
export async function testCommand(paths: readonly string[], options: { readonly update?: true }): Promise<number> {
  const runTests = await loadPart<(paths: readonly string[], options: { readonly update: boolean }) => Promise<number>>('testing/runTests', 'runTests');
  return runTests(paths, { update: options.update === true });
}
