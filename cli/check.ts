// rowtime check: parse and bind only.
import { bindSchemas, bindSources, loadApplication } from '../library/application.ts';
import { bindReferences } from '../library/references.ts';
import { printDiagnostics } from './diagnostics.ts';
import { exitDone, exitFault } from './exit.ts';
import type { CommonOptions } from './rowtime.ts';

/** Prints all diagnostics of applications. */
export async function checkCommand(
  paths: readonly string[],
  options: CommonOptions & { readonly source: string[]; readonly reference: string[] },
): Promise<number> {
  const { compile } = await import('../compiler/compile.ts');
  let failed = false;
  for (const path of paths) {
    const application = loadApplication(path, options.code);
    if (application.kind === 'artifact') continue;
    const references = await bindReferences(application, options.reference, options.schema);
    const sources = await bindSources(application, options.source, options.schema, references);
    const inputs = [...sources.flatMap((source) => source.bindings)];
    for (const binding of bindSchemas(application, options.schema, references))
      if (!inputs.some((input) => input.stream === binding.stream)) inputs.push(binding);
    const { diagnostics } = await compile(
      { name: application.name, text: application.text },
      { inputs, references: references.map(({ binding }) => binding), stage: 'plan' },
    );
    if (await printDiagnostics(diagnostics, { name: application.name, text: application.text }, options.json === true))
      failed = true;
  }
  return failed ? exitFault : exitDone;
}
