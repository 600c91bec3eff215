// The whole pipeline on one screen: SQL text → artifact, or diagnostics.
import { ABI_VERSION, KEY_GROUPS_DEFAULT } from '../contract/abi.ts';
import type { InputBinding, OutputBinding, ReferenceBinding } from '../contract/binding.ts';
import { manifestVersion, type Manifest, type StatefulOperator } from '../contract/manifest.ts';
import { assemble, withManifest, type AssembleEffort, type LibrarySources } from './assemble.ts';
import { bind } from './bind/bind.ts';
import { readCatalogue, type Catalogue } from './bind/functions.ts';
import { programId } from './bind/identify.ts';
import type { Diagnostic } from './diagnose/diagnostic.ts';
import { describeOperator } from './emit/operatorCode.ts';
import { emitProgram } from './emit/program.ts';
import { readLibrary } from './library.ts';
import { optimize } from './optimize/optimize.ts';
import { parseScript } from './parse/parse.ts';
import type { Plan } from './plan/plan.ts';
import { printPlan } from './plan/print.ts';
import { verifyPlan } from './plan/verify.ts';
import type { Source } from './source.ts';
import { compilerVersion } from './version.ts';

/** What besides the text decides the artifact (SEMANTICS 15). */
export interface CompileOptions {
  readonly inputs: readonly InputBinding[];
  /** Default: every stream that nothing reads, and error_stream, as JSON. */
  readonly outputs?: readonly OutputBinding[];
  readonly references?: readonly ReferenceBinding[];
  readonly flavour?: 'simd' | 'scalar';
  readonly optimize?: boolean;
  readonly keyGroups?: number;
  readonly seed?: bigint;
  /** Bounds cross `AS ROWTIME` and T-sort: the clock of a silent input closes windows over promoted time, too (SEMANTICS 7). */
  readonly promotedIdle?: boolean;
  readonly effort?: AssembleEffort;
  /** Groups from which on a tumbling aggregate gathers rows before it adds them; tests have it from the first. */
  readonly gatherFrom?: number;
  /** Keeps the names of functions in the artifact, for profiles. */
  readonly functionNames?: boolean;
  /** Stop after this stage: `plan` needs no asc. */
  readonly stage?: 'ast' | 'plan' | 'optimized' | 'program' | 'artifact';
  /** The library's sources; default: those of the package. */
  readonly library?: LibrarySources;
}

/** The artifact and what was found on the way; `wasm` is missing when an error was found or an earlier stage was asked for. */
export interface CompileResult {
  readonly wasm?: Uint8Array;
  readonly manifest?: Manifest;
  /** The generated AssemblyScript. */
  readonly program?: string;
  /** The plan as text, at the stage asked for. */
  readonly plan?: string;
  readonly boundPlan?: Plan;
  readonly diagnostics: readonly Diagnostic[];
}

/** From so many groups on their table is larger than the second-level cache of a processor. */
const GATHER_FROM_DEFAULT = 32_768;

let knownCatalogue: { library: LibrarySources; catalogue: Catalogue } | undefined;

/** The scalar functions of the library. */
export function catalogueOf(library: LibrarySources): Catalogue {
  if (knownCatalogue?.library !== library) {
    const modules = new Map<string, string>();
    for (const [path, text] of library) {
      const match = /^assembly\/(functions\/.+)\.ts$/.exec(path);
      if (match?.[1] !== undefined) modules.set(match[1], text);
    }
    knownCatalogue = { library, catalogue: readCatalogue(modules) };
  }
  return knownCatalogue.catalogue;
}

/** Compiles an application. Never throws for what the text contains; throws for bugs (`AssembleError`, invariants). */
export async function compile(source: Source, options: CompileOptions): Promise<CompileResult> {
  const library = options.library ?? readLibrary();
  const parsed = parseScript(source);
  const keyGroups = options.keyGroups ?? KEY_GROUPS_DEFAULT;
  const seed = options.seed ?? 1n;
  const bound = bind(parsed.script, {
    inputs: options.inputs,
    ...(options.outputs === undefined ? {} : { outputs: options.outputs }),
    references: options.references ?? [],
    catalogue: catalogueOf(library),
    keyGroups,
    seed,
    promotedIdle: options.promotedIdle === true,
    text: source.text,
  });
  const diagnostics = [...parsed.diagnostics, ...bound.diagnostics].sort(
    (left, right) => left.span.start - right.span.start,
  );
  if (bound.plan === undefined || diagnostics.some((diagnostic) => diagnostic.severity === 'error'))
    return { diagnostics };
  const boundPlan = bound.plan;
  verifyPlan(boundPlan);
  if (options.stage === 'plan') return { plan: printPlan(boundPlan), boundPlan, diagnostics };
  const optimized = options.optimize === false ? boundPlan : optimize(boundPlan);
  verifyPlan(optimized);
  if (options.stage === 'optimized') return { plan: printPlan(optimized), boundPlan, diagnostics };
  const program = emitProgram(optimized, source.text, {
    optimize: options.optimize !== false,
    gatherFrom: options.gatherFrom ?? GATHER_FROM_DEFAULT,
  });
  const manifest: Manifest = {
    format: manifestVersion,
    abi: ABI_VERSION,
    flavour: options.flavour ?? 'simd',
    compiler: compilerVersion,
    programId: programId(boundPlan),
    seed: seed.toString(),
    keyGroups,
    promotedIdle: boundPlan.promotedIdle,
    sql: source.text,
    inputs: boundPlan.inputs,
    outputs: boundPlan.outputs,
    references: options.references ?? [],
    streams: boundPlan.streams
      .filter(({ kind }) => kind !== 'hidden')
      .map((stream) => ({
        name: stream.name,
        columns: stream.columns,
        read: boundPlan.pumps.some((pump) => scans(pump.query, stream.name)),
      })),
    operators: statefulOperators(boundPlan),
    ledger: program.ledger,
    timeDependent: boundPlan.pumps.length > 0,
    metadata: program.metadata,
  };
  if (options.stage === 'program')
    return { program: program.text, manifest, plan: printPlan(optimized), boundPlan, diagnostics };
  const wasm = await assemble(
    program.text,
    library,
    manifest.flavour,
    options.effort ?? 'full',
    options.functionNames ?? false,
  );
  return {
    wasm: withManifest(wasm, manifest),
    manifest,
    program: program.text,
    plan: printPlan(optimized),
    boundPlan,
    diagnostics,
  };
}

type Relation = Plan['pumps'][number]['query'];

function scans(relation: Relation, stream: string): boolean {
  return relation.kind === 'stream-scan' ? relation.stream === stream : scans(relation.input, stream);
}

function statefulOperators(plan: Plan): StatefulOperator[] {
  const operators: StatefulOperator[] = [];
  for (const pump of plan.pumps) {
    for (let relation: Relation = pump.query; relation.kind !== 'stream-scan'; relation = relation.input) {
      if (relation.kind === 'filter' || relation.kind === 'project') continue;
      const name = pump.partOf ?? pump.name;
      operators.push({
        ...describeOperator(relation),
        pump: name,
        ancestry: scanned(relation),
      });
    }
  }
  return operators;
}

function scanned(relation: Relation): string {
  return relation.kind === 'stream-scan' ? relation.stream : scanned(relation.input);
}
