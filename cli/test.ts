// rowtime test: runs .test files and prints their report.
import { exitDone, exitFault } from './exit.ts';

/** Runs the .test files at the paths. */
export async function testCommand(paths: readonly string[], options: { readonly update?: true }): Promise<number> {
  const { runTestPaths } = await import('../testing/run.ts');
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const summary = await runTestPaths(paths, { update: options.update === true, print });
  return summary.failed > 0 ? exitFault : exitDone;
}
