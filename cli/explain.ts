// rowtime explain: what an application does, in words; with --stage the tree, the plan or the program as text.
import { compileInputs, type BindingOptions } from './compile.ts';
import type { CompileResult } from '../compiler/compile.ts';
import type { Source } from '../compiler/source.ts';
import { printDiagnostics } from './diagnostics.ts';
import { exitDone, exitFault } from './exit.ts';

/** Prints what will happen. */
export async function explainCommand(
  path: string,
  options: BindingOptions & { readonly stage?: 'ast' | 'plan' | 'optimized' | 'program' },
): Promise<number> {
  const prepared = await compileInputs(path, options);
  if (options.stage === 'ast') return explainTree(prepared.source, options.json === true);
  const { compile } = await import('../compiler/compile.ts');
  const result = await compile(prepared.source, { ...prepared.options, stage: options.stage ?? 'optimized' });
  const failed = await printDiagnostics(result.diagnostics, prepared.source, options.json === true);
  const text = await textOf(options.stage, result, prepared.source);
  if (text !== undefined) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return failed ? exitFault : exitDone;
}

async function textOf(stage: string | undefined, result: CompileResult, source: Source): Promise<string | undefined> {
  if (stage === 'program') return result.program;
  if (stage !== undefined || result.boundPlan === undefined) return result.plan;
  const { explainInWords } = await import('../compiler/explain/words.ts');
  return explainInWords(result.boundPlan, source.text);
}

async function explainTree(source: Source, json: boolean): Promise<number> {
  const { parseScript } = await import('../compiler/parse/parse.ts');
  const { printScript } = await import('../compiler/parse/print.ts');
  const { script, diagnostics } = parseScript(source);
  const failed = await printDiagnostics(diagnostics, source, json);
  process.stdout.write(`${printScript(script).trimEnd()}\n`);
  return failed ? exitFault : exitDone;
}
