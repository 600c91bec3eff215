// An application from its names to its end: compile (or take from the cache), restore, open sources and sinks, run, report.
import type { CompileOptions } from '../compiler/compile.ts';
import type { Diagnostic } from '../compiler/diagnose/diagnostic.ts';
import { ConnectorError, type Sink } from '../contract/connector.ts';
import type { Manifest } from '../contract/manifest.ts';
import { type Carryover, carryover, Checkpoints } from '../runtime/checkpoint.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { manifestOf, Program } from '../runtime/program.ts';
import { run, type RunProgress, type RunReport, type RunSink } from '../runtime/run.ts';
import type { RunSource } from '../runtime/turn.ts';
import { StorageError } from '../runtime/storage/storage.ts';
import { numberOption, resolveUrl, textOption } from '../runtime/url.ts';
import type { References } from '../runtime/reference.ts';
import {
  type Application,
  type BoundReference,
  type BoundSource,
  bindSources,
  loadApplication,
  matchName,
  requireSources,
  splitName,
} from './application.ts';
import { bindOutputs, bindSinks, type BoundSink } from './outputs.ts';
import type { Background } from './compileCached.ts';
import { bindArtifactReferences, bindReferences, openReferences } from './references.ts';

/** What `rowtime run` takes. */
export interface RunApplicationOptions {
  readonly application: string;
  readonly code?: string;
  readonly sources?: readonly string[];
  readonly sinks?: readonly string[];
  readonly schemas?: readonly string[];
  readonly references?: readonly string[];
  readonly checkpoint?: string;
  readonly checkpointIntervalMs?: number;
  readonly allowStateLoss?: boolean;
  readonly allowLoss?: boolean;
  readonly flavour?: 'simd' | 'scalar';
  readonly optimize?: boolean;
  readonly functionNames?: boolean;
  readonly keyGroups?: number;
  readonly seed?: bigint;
  /** Bounds cross `AS ROWTIME` and T-sort. */
  readonly promotedIdle?: boolean;
  readonly stateBytesMax?: number;
  readonly idleAfterMs?: number;
  /** An input of whose rows more bytes wait for other inputs isn't fed until those move. */
  readonly waitingBytesMax?: number;
  readonly cache?: boolean;
  readonly stop?: AbortSignal;
  readonly clock?: Clock;
  /** Takes rows of streams without a sink. */
  readonly console?: (manifest: Manifest, stream: string) => Sink;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Notices for a person: discovered schemas, delivery, state that carries over. */
  readonly onNotice?: (text: string) => void;
}

/** How it went. `report` is missing when diagnostics refused the application. */
export interface RunOutcome {
  readonly diagnostics: readonly Diagnostic[];
  /** Name and text that the diagnostics' places refer to. */
  readonly source: { readonly name: string; readonly text: string; readonly file?: string; readonly path?: string };
  readonly report?: RunReport;
  readonly compileMs: number;
}

/** Runs an application until its input ends or `stop`. */
export async function runApplication(options: RunApplicationOptions): Promise<RunOutcome> {
  const clock = options.clock ?? systemClock();
  const application = loadApplication(options.application, options.code);
  const prepared = await prepare(application, options, clock);
  if (prepared.wasm === undefined) return prepared;
  const { wasm, sources, sinks, source, diagnostics, compileMs } = prepared;
  const manifest = manifestOf(wasm);
  const opened: { close(): Promise<void> }[] = [];
  let checkpoints: Checkpoints | undefined;
  try {
    // What VALUES and reference tables give needs no source.
    if (!sources.length && manifest.inputs.length > 0)
      throw new ConnectorError(
        `the application has no source: give --source ${manifest.inputs[0]?.stream ?? 'NAME'}=URL`,
        true,
      );
    checkMix(sources, manifest, options);
    checkpoints = options.checkpoint === undefined ? undefined : await openCheckpoints(options.checkpoint);
    const program = await openProgram(wasm, manifest, checkpoints, options, clock);
    const references = openReferences(program, prepared.references, clock, options.onNotice);
    await restore(program, checkpoints, references);
    const runSources = await openSources(sources, manifest, checkpoints, options, clock, opened);
    const runSinks = await openSinks(sinks, manifest, checkpoints, options, clock, opened);
    const report = await run({
      program,
      sources: runSources,
      sinks: runSinks,
      references,
      clock,
      ...(checkpoints === undefined ? {} : { checkpoints }),
      ...(options.checkpointIntervalMs === undefined ? {} : { checkpointIntervalMs: options.checkpointIntervalMs }),
      ...(options.idleAfterMs === undefined ? {} : { idleAfterMs: options.idleAfterMs }),
      ...(options.waitingBytesMax === undefined ? {} : { waitingBytesMax: options.waitingBytesMax }),
      ...(options.stop === undefined ? {} : { stop: options.stop }),
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
      ...(prepared.background === undefined ? {} : { faster: prepared.background.wasm }),
    });
    // The next run shall find its artifact; one that was stopped doesn't wait for that.
    if (report.complete) await prepared.background?.wasm;
    return { diagnostics, source, report, compileMs };
  } finally {
    prepared.background?.stop();
    for (const one of opened) await one.close();
    await checkpoints?.close();
  }
}

interface Prepared extends RunOutcome {
  readonly wasm?: Uint8Array;
  readonly sources: readonly BoundSource[];
  readonly sinks: readonly BoundSink[];
  readonly references: readonly BoundReference[];
  readonly background?: Background;
}

async function prepare(application: Application, options: RunApplicationOptions, clock: Clock): Promise<Prepared> {
  if (application.kind === 'artifact') return prepareArtifact(application, options);
  const references = await bindReferences(application, options.references ?? [], options.schemas ?? []);
  const { read } = application.names;
  for (const { binding, source } of references)
    if (source !== undefined && !read.includes(binding.table))
      options.onNotice?.(`no query reads reference table "${binding.table}"`);
  const sources = await bindSources(application, options.sources ?? [], options.schemas ?? [], references);
  requireSources(application, sources);
  const noted = [
    ...sources.map(({ discovered, streams, text, bindings }) => ({ discovered, streams, text, shape: bindings[0] })),
    ...references.map(({ discovered, binding, source }) => ({
      discovered,
      streams: [binding.table],
      text: source?.text ?? '',
      shape: binding,
    })),
  ];
  for (const { discovered, streams, text, shape } of noted) {
    if (!discovered) continue;
    const { printInputSchema } = await import('../runtime/schema.ts');
    options.onNotice?.(
      `the schema of ${streams.join(', ')} was discovered from ${text} (keep it with --schema):\n${JSON.stringify(printInputSchema(shape ?? { format: { kind: 'json', rowPath: '$' }, columns: [] }))}`,
    );
  }
  const { sinks, outputs, notices } = await bindOutputs(
    application,
    sources.flatMap((source) => source.streams),
    options.sinks ?? [],
  );
  for (const { message, path } of [...(application.definition?.notices ?? []), ...notices])
    options.onNotice?.(`${application.file ?? ''}: ${path}: ${message}`);
  const began = clock.elapsed();
  const compiling: CompileOptions = {
    inputs: sources.flatMap((source) => source.bindings),
    references: references.map(({ binding }) => binding),
    ...(outputs === undefined ? {} : { outputs }),
    flavour: options.flavour ?? 'simd',
    optimize: options.optimize ?? true,
    ...(options.functionNames === undefined ? {} : { functionNames: options.functionNames }),
    ...(options.keyGroups === undefined ? {} : { keyGroups: options.keyGroups }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.promotedIdle === undefined ? {} : { promotedIdle: options.promotedIdle }),
  };
  const bound = { sources, sinks, references, source: application };
  const { compileCached } = await import('./compileCached.ts');
  const compiled = await compileCached(application, compiling, options.cache ?? true);
  return {
    ...bound,
    diagnostics: compiled.diagnostics,
    compileMs: clock.elapsed() - began,
    ...(compiled.wasm === undefined ? {} : { wasm: compiled.wasm }),
    ...(compiled.background === undefined ? {} : { background: compiled.background }),
  };
}

// An artifact holds its bindings; a URL that disagrees is refused and both are named (SEMANTICS 15).
async function prepareArtifact(
  application: Extract<Application, { kind: 'artifact' }>,
  options: RunApplicationOptions,
): Promise<Prepared> {
  const manifest = manifestOf(application.wasm);
  if (options.promotedIdle === true && !manifest.promotedIdle)
    throw new ConnectorError('--promoted-idle: the artifact was compiled without it', true);
  const sources: BoundSource[] = [];
  for (const text of options.sources ?? []) {
    const streams = manifest.inputs.map((input) => input.stream);
    const { name, value } = splitName(text, streams);
    const only = streams.length === 1 ? streams[0] : undefined;
    if (name === undefined && only === undefined)
      throw new ConnectorError(`the artifact has several inputs (${streams.join(', ')}): write NAME=…`, true);
    const stream = matchName(name ?? only ?? '', streams, 'input');
    const binding = manifest.inputs.find((input) => input.stream === stream);
    const resolved = await resolveUrl(value, 'source');
    const time = textOption(resolved.url, 'time');
    if (binding !== undefined && binding.time?.path !== time) {
      throw new ConnectorError(
        `${value}: its time field is ${time ?? 'none'}, the artifact was compiled for ${binding.time?.path ?? 'none'}`,
        true,
      );
    }
    sources.push({
      ...resolved,
      text: value,
      streams: [stream],
      bindings: binding === undefined ? [] : [binding],
      discovered: false,
    });
  }
  const sinks = await bindSinks(
    manifest.streams.map((stream) => stream.name),
    options.sinks ?? [],
    new Map(manifest.outputs.map(({ stream, format }) => [stream, format])),
  );
  for (const sink of sinks) {
    const output = manifest.outputs.find((candidate) => candidate.stream === sink.output.stream);
    if (output === undefined)
      throw new ConnectorError(
        `--sink ${sink.output.stream}: the artifact was compiled without this output; it has ${manifest.outputs.map((one) => one.stream).join(', ')}`,
        true,
      );
    if (output.format !== sink.output.format || output.rowtime !== sink.output.rowtime) {
      throw new ConnectorError(
        `${sink.text}: wants ${sink.output.format}${sink.output.rowtime ? ' with ROWTIME' : ''}, the artifact writes ${output.format}${output.rowtime ? ' with ROWTIME' : ''}`,
        true,
      );
    }
  }
  return {
    sources,
    sinks,
    references: await bindArtifactReferences(manifest, options.references ?? []),
    diagnostics: [],
    source: { name: application.name, text: manifest.sql },
    compileMs: 0,
    wasm: application.wasm,
  };
}

// Reference tables first: the state says which contents it belongs to.
async function restore(program: Program, checkpoints: Checkpoints | undefined, references: References): Promise<void> {
  if (checkpoints?.latest === undefined) return;
  await references.restore(checkpoints);
  program.load(await checkpoints.blobs());
}

function checkMix(sources: readonly BoundSource[], manifest: Manifest, options: RunApplicationOptions): void {
  const live = sources.filter((source) => source.bindings[0]?.time === undefined);
  const first = live[0];
  const replay = sources.find((source) => source.bindings[0]?.time !== undefined);
  if (first !== undefined && replay !== undefined) {
    throw new ConnectorError(
      `${replay.text} is a replay and ${first.text} is live: an application has one or the other; add ?time= to both or to none`,
      true,
    );
  }
  const fed = new Set(sources.flatMap((source) => source.streams));
  const missing = manifest.inputs.find((input) => !fed.has(input.stream));
  if (missing !== undefined)
    throw new ConnectorError(`input ${missing.stream} has no source: give --source ${missing.stream}=URL`, true);
  const file = live.find((source) => source.connector.scheme === 'file');
  if (manifest.timeDependent && file !== undefined) {
    options.onNotice?.(
      `${file.text} is read without ?time=: ROWTIME is when a record is read, so results depend on how fast that is`,
    );
  }
  for (const { stream, columns } of manifest.metadata) {
    const source = sources.find(({ streams }) => streams.includes(stream));
    options.onNotice?.(
      `${columns.join(', ')} of ${stream} is NULL: records of ${source?.text ?? 'its source'} have none`,
    );
  }
}

async function openCheckpoints(place: string): Promise<Checkpoints> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(place))
    throw new StorageError(`--checkpoint ${place}: not yet supported; give a directory`);
  const { directoryStorage } = await import('../runtime/storage/directory.ts');
  const storage = directoryStorage(place);
  try {
    return await Checkpoints.open(storage);
  } catch (error) {
    await storage.close();
    throw error;
  }
}

async function openProgram(
  wasm: Uint8Array,
  manifest: Manifest,
  checkpoints: Checkpoints | undefined,
  options: RunApplicationOptions,
  clock: Clock,
): Promise<Program> {
  const limit = options.stateBytesMax === undefined ? {} : { stateBytesMax: options.stateBytesMax };
  const latest = checkpoints?.latest;
  if (checkpoints === undefined || latest === undefined) {
    return Program.open(wasm, {
      start: BigInt(clock.now()),
      ...limit,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.keyGroups === undefined ? {} : { keyGroups: options.keyGroups }),
    });
  }
  if (latest.programId !== manifest.programId) announce(carryover(latest, manifest), options);
  return Program.open(wasm, {
    start: BigInt(latest.start),
    seed: BigInt(latest.seed),
    keyGroups: latest.keyGroups,
    ...limit,
  });
}

function announce(carried: Carryover, options: RunApplicationOptions): void {
  for (const operator of carried.carried) options.onNotice?.(`keeps its state: ${operator.title}`);
  for (const operator of carried.changedAncestors)
    options.onNotice?.(`keeps its state, but reads from something else now: ${operator.title}`);
  for (const operator of carried.empty) options.onNotice?.(`starts empty: ${operator.title}`);
  if (carried.dropped.length === 0) return;
  const titles = carried.dropped.map((operator) => operator.title).join('; ');
  if (options.allowStateLoss !== true)
    throw new StorageError(
      `the changed application has no place for the state of: ${titles}. Add --allow-state-loss to drop it`,
    );
  options.onNotice?.(`its state is dropped: ${titles}`);
}

async function openSources(
  sources: readonly BoundSource[],
  manifest: Manifest,
  checkpoints: Checkpoints | undefined,
  options: RunApplicationOptions,
  clock: Clock,
  opened: { close(): Promise<void> }[],
): Promise<RunSource[]> {
  const result: RunSource[] = [];
  for (const { url, connector, text, streams, bindings } of sources) {
    const stream = streams[0] ?? '';
    const state = checkpoints?.latest?.sources.find((candidate) => candidate.stream === stream);
    const kept = state?.position as { readonly position: null; readonly turn?: number } | undefined;
    const source = await connector.openSource?.({
      url,
      finished: state?.finished ?? false,
      now: () => clock.now(),
      sleep: (milliseconds) => clock.timer(milliseconds).done,
      ...(kept === undefined ? {} : { position: kept.position }),
    });
    if (source === undefined) throw new Error(`invariant: ${text} is not a source`);
    opened.push(source);
    if (checkpoints !== undefined && source.resumable !== 'position' && options.allowLoss !== true) {
      throw new ConnectorError(
        `${text} can not go on where it was after a restart: --checkpoint would lose rows; add --allow-loss to accept that`,
        true,
      );
    }
    const ownRate = connector.options.some((option) => option.name === 'rate');
    const rate = ownRate ? undefined : numberOption(url, 'rate');
    const speed = speedOf(textOption(url, 'speed'), text);
    result.push({
      stream,
      url: text,
      source,
      inputs: streams.map((name) => manifest.inputs.findIndex((input) => input.stream === name)),
      live: bindings[0]?.time === undefined,
      finished: state?.finished ?? false,
      turn: kept?.turn ?? 0,
      ...(rate === undefined && speed === undefined
        ? {}
        : { pace: { ...(rate === undefined ? {} : { rate }), ...(speed === undefined ? {} : { speed }) } }),
    });
  }
  return result;
}

function speedOf(text: string | undefined, url: string): number | undefined {
  if (text === undefined) return undefined;
  const speed = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
  if (!(speed > 0))
    throw new ConnectorError(`${url}: option "speed" is a multiple of real time such as 10x, not "${text}"`, true);
  return speed;
}

async function openSinks(
  sinks: readonly BoundSink[],
  manifest: Manifest,
  checkpoints: Checkpoints | undefined,
  options: RunApplicationOptions,
  clock: Clock,
  opened: { close(): Promise<void> }[],
): Promise<RunSink[]> {
  const result: RunSink[] = [];
  for (const [output, { stream }] of manifest.outputs.entries()) {
    const bound = sinks.find((sink) => sink.output.stream === stream);
    if (bound === undefined) {
      const sink = sinks.length === 0 ? options.console?.(manifest, stream) : undefined;
      if (sink !== undefined) result.push({ stream, url: '-', output, sink });
      continue;
    }
    const state = checkpoints?.latest?.sinks.find(
      (candidate) => candidate.stream === stream && candidate.handle !== null,
    );
    const sink = await bound.connector.openSink?.({
      url: bound.url,
      durable: checkpoints !== undefined,
      sleep: (milliseconds) => clock.timer(milliseconds).done,
      ...(state === undefined ? {} : { handle: state.handle }),
    });
    if (sink === undefined) throw new Error(`invariant: ${bound.text} is not a sink`);
    opened.push(sink);
    if (state !== undefined) await sink.commit(state.handle);
    if (checkpoints !== undefined && sink.delivery === 'at-least-once')
      options.onNotice?.(`${bound.text}: after a restart some rows may come twice (at least once)`);
    result.push({ stream, url: bound.text, output, sink });
  }
  return result;
}
