// What an application writes: the streams that sinks name, else those of its definition's outputs, each in its format.
import type { OutputBinding } from '../contract/binding.ts';
import { ConnectorError } from '../contract/connector.ts';
import { errorStream } from '../contract/faults.ts';
import { suggest } from '../contract/suggest.ts';
import type { DefinedOutput, DefinitionNotice } from '../runtime/definition.ts';
import { resolveUrl, type ResolvedUrl } from '../runtime/url.ts';
import { type SqlApplication, matchName, namedFormat, splitName } from './application.ts';

/** A sink with its stream. */
export interface BoundSink extends ResolvedUrl {
  readonly text: string;
  readonly output: OutputBinding;
}

/** Sinks with the outputs to compile for; without `outputs` every stream that nothing reads is one. */
export interface BoundOutputs {
  readonly sinks: readonly BoundSink[];
  readonly outputs?: readonly OutputBinding[];
  /** Outputs of streams that are not there get nothing, as on the service: to be told. */
  readonly notices: readonly DefinitionNotice[];
}

/** Binds what is written. Without sinks these are the outputs of the definition, and `error_stream` besides. */
export async function bindOutputs(
  application: SqlApplication,
  inputs: readonly string[],
  texts: readonly string[],
): Promise<BoundOutputs> {
  const defined = application.definition?.outputs ?? [];
  const streams = [...application.names.created, ...inputs];
  // The first of a stream's outputs says its format.
  const formats = new Map([...defined].reverse().map(({ stream, format }) => [stream, format]));
  const sinks = await bindSinks(streams, texts, formats);
  if (sinks.length > 0) return { sinks, outputs: sinks.map((sink) => sink.output), notices: [] };
  const known = [...streams, errorStream];
  const notices = defined.filter(({ stream }) => !known.includes(stream)).map((output) => dangling(output, known));
  if (notices.length === defined.length) return { sinks, notices };
  const names = new Set([
    ...defined.map(({ stream }) => stream).filter((stream) => known.includes(stream)),
    errorStream,
  ]);
  return {
    sinks,
    outputs: [...names].map((stream) => ({ stream, format: formats.get(stream) ?? 'json', rowtime: false })),
    notices,
  };
}

function dangling({ stream, path }: DefinedOutput, known: readonly string[]): DefinitionNotice {
  const near = suggest(stream, known);
  const advice =
    near === undefined
      ? `there is ${known.join(', ')}`
      : near.toLowerCase() === stream.toLowerCase()
        ? `names differ in case: the stream is called "${near}"`
        : `did you mean "${near}"?`;
  return {
    code: 'output-without-stream',
    message: `the application has no stream "${stream}", so that nothing is written there (${advice})`,
    path,
  };
}

/** Binds sinks to streams; `formats` holds where no URL says it. */
export async function bindSinks(
  streams: readonly string[],
  sinks: readonly string[],
  formats: ReadonlyMap<string, 'json' | 'csv'>,
): Promise<BoundSink[]> {
  const known = [...streams, errorStream];
  const bound: BoundSink[] = [];
  for (const text of sinks) {
    const { name, value } = splitName(text, known);
    if (name === undefined)
      throw new ConnectorError(`--sink ${text}: write NAME=URL, with the name of a stream (${known.join(', ')})`, true);
    const stream = matchName(name, known, 'stream');
    if (bound.some((other) => other.output.stream === stream))
      throw new ConnectorError(`--sink: stream "${stream}" is there twice`, true);
    const resolved = await resolveUrl(value, 'sink');
    const format = namedFormat(resolved) ?? formats.get(stream) ?? 'json';
    bound.push({
      ...resolved,
      text: value,
      output: { stream, format, rowtime: resolved.url.options.get('rowtime') === true },
    });
  }
  return bound;
}
