// What a person names on the command line → an application with its bindings: SQL text, definition or artifact; schemas and URLs.
import { readFileSync } from 'node:fs';
import type { InputBinding, RecordFormat, ReferenceBinding } from '../contract/binding.ts';
import { ConnectorError, type InputShape } from '../contract/connector.ts';
import { suggest } from '../contract/suggest.ts';
import { type ApplicationDefinition, parseDefinition } from '../runtime/definition.ts';
import { inFile, SchemaError } from '../runtime/members.ts';
import { parseColumnList, parseSchemaFile } from '../runtime/schema.ts';
import { resolveUrl, textOption, type ResolvedUrl } from '../runtime/url.ts';

/** An application before it is compiled, or an artifact. */
export type Application =
  | SqlApplication
  | { readonly kind: 'artifact'; readonly name: string; readonly wasm: Uint8Array };

/** An application in SQL. */
export interface SqlApplication {
  readonly kind: 'sql';
  /** The name under which places of the text are shown. */
  readonly name: string;
  readonly text: string;
  /** Streams that the text creates, and others that it reads. */
  readonly names: ScannedNames;
  readonly definition?: ApplicationDefinition;
  /** The file of the definition. */
  readonly file?: string;
  /** JSON path of the text in that file, unless the text comes from elsewhere. */
  readonly path?: string;
}

/** Names that a scan of a script finds. */
export interface ScannedNames {
  readonly created: readonly string[];
  readonly read: readonly string[];
}

/** A source with the streams that it feeds. */
export interface BoundSource extends ResolvedUrl {
  readonly text: string;
  readonly streams: readonly string[];
  readonly bindings: readonly InputBinding[];
  readonly discovered: boolean;
}

/** A reference table with the place of its content, where one is given. */
export interface BoundReference {
  readonly binding: ReferenceBinding;
  readonly source?: ResolvedUrl & { readonly text: string };
  readonly discovered: boolean;
}

/** Reads an application from a path: SQL, a definition (`.json`, or whatever begins with a brace), an artifact (`.wasm`) or `-`. */
export function loadApplication(path: string, codePath?: string): Application {
  if (path.endsWith('.wasm')) return { kind: 'artifact', name: path, wasm: readInput(path) };
  refuseOtherFiles(path);
  const decode = (file: string): string => new TextDecoder().decode(readInput(file));
  const content = decode(path);
  // No statement begins so.
  if (!/\.json$/i.test(path) && !/^\s*[{[]/.test(content))
    return inSql({ name: codePath ?? path, text: codePath === undefined ? content : decode(codePath) });
  const definition = inFile(path, () => parseDefinition(parseJson(content)));
  const member = definition.codePath.split('.').at(-1);
  if (codePath !== undefined) return inSql({ name: codePath, text: decode(codePath), definition, file: path });
  if (definition.code === undefined)
    throw new SchemaError(definition.codeMissing, definition.codePath, {
      file: path,
      hint: 'give the SQL with --code app.sql',
    });
  const text = definition.code;
  return inSql({ name: `${path} ${member}`, text, definition, file: path, path: definition.codePath });
}

function inSql(application: Omit<SqlApplication, 'kind' | 'names'>): SqlApplication {
  return { kind: 'sql', ...application, names: scanNames(application.text) };
}

function refuseOtherFiles(path: string): void {
  const refuse = (what: string, hint: string): never => {
    throw new SchemaError(`is ${what}, neither SQL nor JSON`, '', { file: path, hint });
  };
  if (/\.ya?ml$/i.test(path))
    refuse('YAML', 'turn it into JSON, with short forms such as !Ref written out: {"Ref": …}');
  if (/\.tf(?:\.json)?$/i.test(path))
    refuse('a configuration of Terraform', 'take the answer of DescribeApplication: it holds all of the application');
}

function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new ConnectorError(
      `${path}: can not be read: ${missing ? 'no such file' : error instanceof Error ? error.message : String(error)}`,
      missing,
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SchemaError(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `NAME=URL`, where NAME may be left out. A name that is known needs no quotes, whatever its characters. */
export function splitName(
  text: string,
  known: readonly string[] = [],
): { readonly name: string | undefined; readonly value: string } {
  const folded = text.toLowerCase();
  const meant = known
    .filter((name) => folded.startsWith(`${name.toLowerCase()}=`))
    .sort((left, right) => right.length - left.length)[0];
  if (meant !== undefined) return { name: text.slice(0, meant.length), value: text.slice(meant.length + 1) };
  const match = /^(?:"([^"]+)"|([A-Za-z_][\w$]*))=([\s\S]*)$/.exec(text);
  return match === null ? { name: undefined, value: text } : { name: match[1] ?? match[2], value: match[3] ?? '' };
}

/** All names of streams and tables that an application has. */
export function knownNames({ names, definition }: SqlApplication): string[] {
  const inputs = (definition?.inputs ?? []).flatMap(({ prefix, streams }) => [prefix, ...streams]);
  return [...names.created, ...names.read, ...inputs, ...(definition?.references ?? []).map(({ table }) => table)];
}

/**
 * The one of `known` that a name means: exactly, else without regard to case if only one fits. With `takesOthers` a name that is like
 * none of them stands for itself.
 */
export function matchName(name: string, known: readonly string[], what: string, takesOthers = false): string {
  if (known.includes(name)) return name;
  const near = known.filter((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (near.length === 1 && near[0] !== undefined) return near[0];
  const hint = suggest(name, known);
  if (takesOthers && hint === undefined) return name;
  throw new ConnectorError(
    `there is no ${what} "${name}"${hint === undefined ? `; there is ${known.join(', ') || 'none'}` : `; did you mean "${hint}"?`}`,
    true,
  );
}

/** Names of streams that a script creates and that it reads without creating them; a scan of words, so that a cached run needs no parser. */
export function scanNames(sql: string): ScannedNames {
  const plain = sql.replace(/--[^\r\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, ' ');
  const stored = (quoted: string | undefined, bare: string | undefined): string =>
    quoted?.replaceAll('""', '"') ?? (bare ?? '').toUpperCase();
  const name = '(?:"((?:[^"]|"")+)"|([A-Za-z_][\\w$]*))';
  const find = (pattern: string): string[] => [
    ...new Set([...plain.matchAll(new RegExp(pattern, 'gi'))].map((match) => stored(match[1], match[2]))),
  ];
  const created = find(`\\bSTREAM\\s+${name}\\s*(?:\\(|\\bAS\\b|\\bDESCRIPTION\\b)`).filter(
    (found) => found !== 'CREATE',
  );
  // Relations of FROM may stand behind commas, each with an alias.
  const item = '(?:"[^"]+"|[A-Za-z_][\\w$]*)(?:\\s+(?:AS\\s+)?(?:"[^"]+"|[A-Za-z_][\\w$]*))?';
  const lists = [...plain.matchAll(new RegExp(`\\bFROM\\s+${item}((?:\\s*,\\s*${item})+)`, 'gi'))].map(
    (match) => match[1] ?? '',
  );
  const behind = lists.flatMap((list) =>
    [...list.matchAll(new RegExp(`,\\s*${name}`, 'g'))].map((match) => stored(match[1], match[2])),
  );
  const first = find(`\\b(?:FROM|JOIN)\\s+(?!TABLE\\b|STREAM\\b)${name}(?!\\s*\\()`);
  const read = [...new Set([...first, ...behind])].filter((found) => !created.includes(found));
  return { created, read };
}

/** Schemas by name, from `--schema`. */
export function parseSchemas(
  texts: readonly string[],
  application: SqlApplication,
): ReadonlyMap<string | undefined, InputShape | string> {
  const schemas = new Map<string | undefined, InputShape | string>();
  const names = knownNames(application);
  for (const text of texts) {
    const { name, value } = splitName(text, names);
    if (value.trimStart().startsWith('(')) schemas.set(name, value);
    else {
      const content = new TextDecoder().decode(readInput(value));
      schemas.set(
        name,
        inFile(value, () => parseSchemaFile(parseJson(content))),
      );
    }
  }
  return schemas;
}

/** Binds sources to input streams, discovering schemas that nothing else gives. */
export async function bindSources(
  application: SqlApplication,
  sources: readonly string[],
  schemaTexts: readonly string[],
  references: readonly BoundReference[],
): Promise<BoundSource[]> {
  const defined = application.definition?.inputs ?? [];
  const schemas = parseSchemas(schemaTexts, application);
  const read = inputNames(application, references);
  const known = defined.length > 0 ? defined.flatMap((input) => [input.prefix, ...input.streams]) : read;
  const bound: BoundSource[] = [];
  const names = knownNames(application);
  const texts = sources.map((text) => splitName(text, names));
  for (const { name, value } of texts) {
    const target =
      name === undefined
        ? onlyInput(
            defined.map((input) => input.prefix),
            read,
          )
        : defined.length > 0 || read.length > 0
          ? matchName(name, known, 'input')
          : name;
    const input = defined.find((candidate) => candidate.prefix === target || candidate.streams.includes(target));
    const streams = input === undefined ? [target] : input.prefix === target ? input.streams : [target];
    const resolved = await resolveUrl(value, 'source');
    const schema = [...schemas].find(
      ([key]) => key === undefined || key.toLowerCase() === target.toLowerCase() || input?.prefix === key,
    )?.[1];
    const given =
      typeof schema === 'string'
        ? { format: formatOf(resolved), columns: parseColumnList(schema) }
        : (schema ?? input?.shape);
    const shape = given ?? (await discoverShape(resolved));
    if (streams.length > 1 && resolved.url.options.has('merge'))
      throw new ConnectorError(
        `${value}: records of ${streams.length} streams in turn can not be merged by time`,
        true,
      );
    const { time } = { time: textOption(resolved.url, 'time') };
    bound.push({
      ...resolved,
      text: value,
      streams,
      discovered: given === undefined,
      bindings: streams.map((stream) => ({
        stream,
        format: shape.format,
        columns: shape.columns,
        ...(isDocuments(resolved, shape.format) ? { documents: true } : {}),
        ...(shape.layout === undefined ? {} : { layout: shape.layout }),
        ...(time === undefined
          ? {}
          : {
              time: { path: time, unit: textOption(resolved.url, 'unit') === 's' ? ('s' as const) : ('ms' as const) },
            }),
      })),
    });
  }
  return bound;
}

/** Refuses an input of the definition that has no source: ARNs have no connector. */
export function requireSources(application: SqlApplication, bound: readonly BoundSource[]): void {
  const { read } = application.names;
  for (const { prefix, streams, arn } of application.definition?.inputs ?? []) {
    const fed = (stream: string): boolean => bound.some((source) => source.streams.includes(stream));
    if (streams.some(fed)) {
      const missing = streams.find((stream) => !fed(stream) && read.includes(stream));
      if (missing === undefined) continue;
      throw new ConnectorError(
        `input ${missing} has no source: --source ${prefix}=URL feeds all ${streams.length} streams of ${prefix}, --source ${missing}=URL this one`,
        true,
      );
    }
    const name = streams.length === 1 ? streams[0] : prefix;
    const what = arn === undefined ? 'has no source' : `is ${arn}, for which there is no connector`;
    throw new ConnectorError(`input ${name} ${what}: give --source ${name}=URL`, true);
  }
}

// Streams that the script reads and that are no reference tables.
function inputNames(application: SqlApplication, references: readonly BoundReference[]): readonly string[] {
  return application.names.read.filter((name) => !references.some(({ binding }) => binding.table === name));
}

/** Bindings of inputs that have a schema but no source, for `check`, `compile` and `explain`. */
export function bindSchemas(
  application: SqlApplication,
  schemaTexts: readonly string[],
  references: readonly BoundReference[],
): InputBinding[] {
  const bindings: InputBinding[] = [];
  const read = inputNames(application, references);
  for (const [name, schema] of parseSchemas(schemaTexts, application)) {
    if (references.some(({ binding }) => binding.table.toLowerCase() === name?.toLowerCase())) continue;
    const stream =
      name === undefined ? onlyInput([], read) : read.length > 0 ? matchName(name, read, 'input', true) : name;
    const shape =
      typeof schema === 'string'
        ? { format: { kind: 'json', rowPath: '$' } as const, columns: parseColumnList(schema) }
        : schema;
    bindings.push({ stream, ...shape });
  }
  for (const input of application.definition?.inputs ?? []) {
    for (const stream of input.streams)
      if (!bindings.some((binding) => binding.stream === stream)) bindings.push({ stream, ...input.shape });
  }
  return bindings;
}

function onlyInput(prefixes: readonly string[], read: readonly string[]): string {
  const names = prefixes.length > 0 ? prefixes : read;
  if (names.length === 1 && names[0] !== undefined) return names[0];
  if (names.length === 0) return 'SOURCE_SQL_STREAM_001';
  throw new ConnectorError(`the application has several inputs (${names.join(', ')}): write NAME=…`, true);
}

/** The record format that a URL says, by `?format=` or extension. */
export function formatOf(resolved: ResolvedUrl): RecordFormat {
  return namedFormat(resolved) === 'csv'
    ? { kind: 'csv', columnDelimiter: ',', rowDelimiter: '\n' }
    : { kind: 'json', rowPath: '$' };
}

/** The format that a URL names, if it does. */
export function namedFormat({ url }: ResolvedUrl): 'json' | 'csv' | undefined {
  const named = textOption(url, 'format') ?? /\.(jsonl|ndjson|json|csv)(?:\.gz)?$/i.exec(url.path)?.[1]?.toLowerCase();
  return named === undefined ? undefined : named === 'csv' ? 'csv' : 'json';
}

// A file called .json holds documents.
function isDocuments({ url }: ResolvedUrl, format: RecordFormat): boolean {
  return format.kind === 'json' && /\.json(?:\.gz)?$/i.test(url.path);
}

/** The schema that the first records of a source show. */
export async function discoverShape(resolved: ResolvedUrl): Promise<InputShape> {
  const { connector, url } = resolved;
  if (connector.sample === undefined) throw new ConnectorError(`${url.text}: give its columns with --schema`, true);
  const bytes = 1 << 18;
  const sample = await connector.sample(url, bytes);
  const { discover } = await import('../runtime/discover.ts');
  return inFile(url.text, () => discover(sample, formatOf(resolved).kind, sample.length < bytes));
}
