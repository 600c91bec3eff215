// rowtime explain: the plan or the program as text.
import { compileInputs, type BindingOptions } from './compile.ts';
import { printDiagnostics } from './diagnostics.ts';
import { exitDone, exitFault } from './exit.ts';

/** Prints what will happen. */
export async function explainCommand(path: string, options: BindingOptions & { readonly stage: 'ast' | 'plan' | 'optimized' | 'program' }): Promise<number> {
  const prepared = await compileInputs(path, options);
  const { compile } = await import('../compiler/compile.ts');
  const result = await compile(prepared.source, { ...prepared.options, stage: options.stage });
  const failed = await printDiagnostics(result.diagnostics, prepared.source, options.json === true);
  const text = options.stage === 'program' ? result.program : result.plan;
  if (text !== undefined) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return failed ? exitFault : exitDone;
}
