// rowtime compile: the artifact, and the generated program for a person to read.
import { writeFileSync } from 'node:fs';
import type { CompileOptions } from '../compiler/compile.ts';
import { type SqlApplication, bindSchemas, bindSources, loadApplication } from '../library/application.ts';
import { bindOutputs } from '../library/outputs.ts';
import { bindReferences } from '../library/references.ts';
import { ConnectorError } from '../contract/connector.ts';
import { printDiagnostics, printNotices } from './diagnostics.ts';
import { exitDone, exitFault } from './exit.ts';
import type { CommonOptions } from './rowtime.ts';

/** Options that name bindings. */
export interface BindingOptions extends CommonOptions {
  readonly source: string[];
  readonly sink: string[];
  readonly reference: string[];
}

/** Options of `compile`. */
export interface CompileCommandOptions extends Omit<BindingOptions, 'flavour'> {
  readonly flavour: 'simd' | 'scalar' | 'both';
  readonly output: string;
  readonly program?: string;
}

/** What to compile. */
export interface CompileInputs {
  readonly source: SqlApplication;
  readonly options: CompileOptions;
}

/** Text and compile options of an application, as `run` would take them; notices of its definition are printed. */
export async function compileInputs(path: string, options: Omit<BindingOptions, 'flavour'>): Promise<CompileInputs> {
  const application = loadApplication(path, options.code);
  if (application.kind === 'artifact') throw new ConnectorError(`${path} is compiled already`, true);
  const references = await bindReferences(application, options.reference, options.schema);
  const sources = await bindSources(application, options.source, options.schema, references);
  const inputs = sources.flatMap((source) => source.bindings);
  for (const binding of bindSchemas(application, options.schema, references))
    if (!inputs.some((input) => input.stream === binding.stream)) inputs.push(binding);
  const { outputs, notices } = await bindOutputs(
    application,
    inputs.map((input) => input.stream),
    options.sink,
  );
  printNotices(application, notices, options.json === true);
  return {
    source: application,
    options: {
      inputs,
      references: references.map(({ binding }) => binding),
      optimize: options.optimize,
      ...(outputs === undefined ? {} : { outputs }),
      ...(options.keyGroups === undefined ? {} : { keyGroups: options.keyGroups }),
      ...(options.promotedIdle === undefined ? {} : { promotedIdle: true }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    },
  };
}

/** Compiles an application to files. `both` writes `app.wasm` and `app.scalar.wasm`. */
export async function compileCommand(path: string, options: CompileCommandOptions): Promise<number> {
  const prepared = await compileInputs(path, options);
  const { compile } = await import('../compiler/compile.ts');
  const flavours = options.flavour === 'both' ? (['simd', 'scalar'] as const) : ([options.flavour] as const);
  for (const [index, flavour] of flavours.entries()) {
    const result = await compile(prepared.source, { ...prepared.options, flavour });
    if (index === 0) await printDiagnostics(result.diagnostics, prepared.source, options.json === true);
    if (result.wasm === undefined) return exitFault;
    write(index === 0 ? options.output : options.output.replace(/(\.wasm)?$/, '.scalar.wasm'), result.wasm);
    if (options.program !== undefined && result.program !== undefined) write(options.program, result.program);
  }
  return exitDone;
}

function write(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    throw new ConnectorError(`${path}: can not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
