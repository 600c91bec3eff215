// Reference tables of an application: which there are, what they look like and where their contents come from.
import { ConnectorError, type Source } from '../contract/connector.ts';
import type { Manifest } from '../contract/manifest.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Program } from '../runtime/program.ts';
import { References } from '../runtime/reference.ts';
import { parseColumnList } from '../runtime/schema.ts';
import { durationOption, resolveUrl } from '../runtime/url.ts';
import {
  type SqlApplication,
  type BoundReference,
  discoverShape,
  formatOf,
  knownNames,
  matchName,
  parseSchemas,
  splitName,
} from './application.ts';

/** Binds reference tables: those of the definition, and those that are given a content. */
export async function bindReferences(
  application: SqlApplication,
  references: readonly string[],
  schemaTexts: readonly string[],
): Promise<BoundReference[]> {
  const defined = application.definition?.references ?? [];
  const { created, read } = application.names;
  const inputs = (application.definition?.inputs ?? []).flatMap((input) => input.streams);
  const known = defined.length > 0 ? defined.map(({ table }) => table) : read.filter((name) => !inputs.includes(name));
  const schemas = parseSchemas(schemaTexts, application);
  const names = knownNames(application);
  const bound: BoundReference[] = [];
  for (const text of references) {
    const { name, value } = splitName(text, names);
    if (name === undefined && defined.length !== 1)
      throw new ConnectorError(`--reference ${text}: write NAME=URL, with the name of a reference table`, true);
    const table = matchName(name ?? known[0] ?? '', known, 'reference table', defined.length === 0);
    if (bound.some(({ binding }) => binding.table === table))
      throw new ConnectorError(`--reference: table "${table}" is there twice`, true);
    if (created.includes(table))
      throw new ConnectorError(`--reference: "${table}" is a stream of the application`, true);
    const source = { ...(await resolveUrl(value, 'reference')), text: value };
    const schema = [...schemas].find(([key]) => key?.toLowerCase() === table.toLowerCase())?.[1];
    const given =
      typeof schema === 'string'
        ? { format: formatOf(source), columns: parseColumnList(schema) }
        : (schema ?? defined.find((reference) => reference.table === table)?.shape);
    const { format, columns } = given ?? (await discoverShape(source));
    bound.push({ binding: { table, format, columns }, source, discovered: given === undefined });
  }
  for (const { table, shape } of defined) {
    if (bound.some(({ binding }) => binding.table === table)) continue;
    bound.push({ binding: { table, format: shape.format, columns: shape.columns }, discovered: false });
  }
  return bound;
}

/** Binds the tables of an artifact to the contents that are given. */
export async function bindArtifactReferences(
  manifest: Manifest,
  references: readonly string[],
): Promise<BoundReference[]> {
  const bound: BoundReference[] = manifest.references.map((binding) => ({ binding, discovered: false }));
  const tables = manifest.references.map(({ table }) => table);
  for (const text of references) {
    const { name, value } = splitName(text, tables);
    if (name === undefined && tables.length !== 1)
      throw new ConnectorError(`--reference ${text}: write NAME=URL, with the name of a reference table`, true);
    const index = tables.indexOf(matchName(name ?? tables[0] ?? '', tables, 'reference table'));
    const one = bound[index];
    if (one !== undefined)
      bound[index] = { ...one, source: { ...(await resolveUrl(value, 'reference')), text: value } };
  }
  return bound;
}

/** The tables that the program reads; each needs a content. */
export function openReferences(
  program: Program,
  references: readonly BoundReference[],
  clock: Clock,
  onNotice?: (text: string) => void,
): References {
  const { manifest } = program;
  const sources = manifest.references.flatMap(({ table }, index) => {
    if (!manifest.ledger.some((entry) => entry.kind === 'reference' && entry.name === table)) return [];
    const source = references.find(({ binding }) => binding.table === table)?.source;
    if (source === undefined)
      throw new ConnectorError(`reference table ${table} has no content: give --reference ${table}=URL`, true);
    const { url, connector, text } = source;
    const refreshMs = durationOption(url, 'refresh');
    const open = async (): Promise<Source> => {
      const opened = await connector.openSource?.({
        url,
        finished: false,
        now: () => clock.now(),
        sleep: (milliseconds) => clock.timer(milliseconds).done,
      });
      if (opened === undefined) throw new Error(`invariant: ${text} holds no reference data`);
      return opened;
    };
    const version = async (): Promise<string> => (await connector.version?.(url)) ?? '';
    return [{ table, index, url: text, open, version, ...(refreshMs === undefined ? {} : { refreshMs }) }];
  });
  return new References({
    program,
    sources,
    clock,
    ...(onNotice === undefined ? {} : { onNotice }),
  });
}
