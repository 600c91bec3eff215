// rowtime check: parse and bind only.
import { loadApplication } from '../library/application.ts';
import { compileInputs } from './compile.ts';
import { printDiagnostics } from './diagnostics.ts';
import { exitDone, exitFault, report } from './exit.ts';
import type { CommonOptions } from './rowtime.ts';

type CheckOptions = CommonOptions & { readonly source: string[]; readonly reference: string[] };

/** Prints all diagnostics of applications; one that can't be taken doesn't keep the others from being checked. */
export async function checkCommand(paths: readonly string[], options: CheckOptions): Promise<number> {
  let status = exitDone;
  for (const path of paths) {
    try {
      if (await check(path, options)) status = Math.max(status, exitFault);
    } catch (error) {
      status = Math.max(status, report(error, options.json === true));
    }
  }
  return status;
}

// True when there is an error.
async function check(path: string, options: CheckOptions): Promise<boolean> {
  if (path.endsWith('.wasm') && loadApplication(path).kind === 'artifact') return false;
  const { source, options: compiling } = await compileInputs(path, { ...options, sink: [] });
  const { compile } = await import('../compiler/compile.ts');
  const { diagnostics } = await compile(source, { ...compiling, stage: 'plan' });
  return printDiagnostics(diagnostics, source, options.json === true);
}
