// What the package exports to programs.
export { compile, type CompileOptions, type CompileResult } from '../compiler/compile.ts';
export type { Diagnostic } from '../compiler/diagnose/diagnostic.ts';
export type { InputBinding, OutputBinding, ReferenceBinding } from '../contract/binding.ts';
export type { Connector, Sink, Source } from '../contract/connector.ts';
export type { Manifest } from '../contract/manifest.ts';
export type { Column, SqlType } from '../contract/types.ts';
export { Program, type InputRecord, type LedgerReport, type ProgramOptions } from '../runtime/program.ts';
export { run, type RunOptions, type RunReport } from '../runtime/run.ts';
export { runApplication, type RunApplicationOptions, type RunOutcome } from './runApplication.ts';
