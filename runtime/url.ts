// URLs of sources and sinks: which connector, and options checked against its declaration.
import {
  ConnectorError,
  type Connector,
  type ConnectorOption,
  type ConnectorUrl,
  type OptionValue,
} from '../contract/connector.ts';
import { suggest } from '../contract/suggest.ts';
import { connectors } from './connectors/registry.ts';

/** Options that the host itself understands, whatever the connector. */
export const hostOptions: readonly ConnectorOption[] = [
  {
    name: 'format',
    type: 'choice',
    choices: ['json', 'csv'],
    secret: false,
    side: 'both',
    doc: "Format of the records, where neither the extension nor a definition's output says it.",
  },
  {
    name: 'time',
    type: 'text',
    secret: false,
    side: 'source',
    doc: 'JSON path or column whose value becomes ROWTIME: a replay.',
  },
  {
    name: 'unit',
    type: 'choice',
    choices: ['ms', 's'],
    secret: false,
    side: 'source',
    doc: 'Unit of a numeric time field.',
  },
  { name: 'speed', type: 'text', secret: false, side: 'source', doc: 'Replay at a multiple of real time, e.g. 10x.' },
  { name: 'rate', type: 'number', secret: false, side: 'source', doc: 'Records a second.' },
  {
    name: 'refresh',
    type: 'text',
    secret: false,
    side: 'reference',
    doc: 'How often to look whether the content of a reference table has changed, e.g. 30s.',
  },
  { name: 'rowtime', type: 'boolean', secret: false, side: 'sink', doc: "Adds the row's ROWTIME as first column." },
];

/** A URL with the connector that serves it. */
export interface ResolvedUrl {
  readonly url: ConnectorUrl;
  readonly connector: Connector;
}

/** Finds the connector of a URL and checks its options. */
export async function resolveUrl(text: string, side: 'source' | 'sink' | 'reference'): Promise<ResolvedUrl> {
  const { scheme, path, query } = split(text);
  const load = Object.hasOwn(connectors, scheme) ? connectors[scheme] : undefined;
  if (load === undefined) {
    const near = suggest(scheme, Object.keys(connectors));
    throw new ConnectorError(
      `${text}: there is no connector "${scheme}"${near === undefined ? '' : `; did you mean "${near}:"?`}`,
      true,
    );
  }
  const connector = await load();
  if (!serves(connector, side)) {
    const what = side === 'reference' ? 'hold reference data' : `be a ${side}`;
    throw new ConnectorError(`${text}: ${connector.title} can not ${what}`, true);
  }
  const own = new Set(connector.options.map((option) => option.name));
  const declared = [...connector.options, ...hostOptions.filter((option) => !own.has(option.name))].filter(
    (option) => option.side === side || option.side === 'both',
  );
  const options = new Map<string, OptionValue>();
  for (const option of declared) if (option.default !== undefined) options.set(option.name, option.default);
  for (const [name, value] of query) options.set(name, checkOption(text, name, value, declared, connector));
  for (const { name, needs } of declared)
    if (needs !== undefined && options.has(name) && !options.has(needs))
      throw new ConnectorError(`${text}: option "${name}" needs option "${needs}"`, true);
  return { url: { text, scheme, path, options }, connector };
}

function serves(connector: Connector, side: 'source' | 'sink' | 'reference'): boolean {
  if (side === 'sink') return connector.openSink !== undefined;
  return connector.openSource !== undefined && (side === 'source' || connector.version !== undefined);
}

/** The milliseconds of an option such as 500ms, 10s, 5m or 1h. */
export function durationOption(url: ConnectorUrl, name: string): number | undefined {
  const text = textOption(url, name);
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const milliseconds = Number(match?.[1]) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? ''] ?? 0);
  if (!(milliseconds > 0))
    throw new ConnectorError(
      `${url.text}: option "${name}" is a duration such as 500ms, 10s or 5m, not "${text}"`,
      true,
    );
  return milliseconds;
}

/** The value of a text option. */
export function textOption(url: ConnectorUrl, name: string): string | undefined {
  const value = url.options.get(name);
  return value === undefined ? undefined : String(value);
}

/** The value of a numeric option. */
export function numberOption(url: ConnectorUrl, name: string): number | undefined {
  const value = url.options.get(name);
  return typeof value === 'number' ? value : undefined;
}

// `scheme:path?query`; without a scheme it is a file. One letter before the colon is a drive, not a scheme.
function split(text: string): { scheme: string; path: string; query: [string, string][] } {
  const mark = text.indexOf('?');
  // A `?` in a glob would be ambiguous: a query begins at the first `?` that a `name` or `name=` follows.
  const whole = mark < 0 ? text : text.slice(0, mark);
  const query: [string, string][] = [];
  for (const part of mark < 0 ? [] : text.slice(mark + 1).split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    query.push(
      equals < 0
        ? [decode(text, part), '']
        : [decode(text, part.slice(0, equals)), decode(text, part.slice(equals + 1))],
    );
  }
  if (whole === '-') return { scheme: '-', path: '-', query };
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(whole)?.[1];
  if (scheme === undefined) return { scheme: 'file', path: whole, query };
  let path = whole.slice(scheme.length + 1);
  if (scheme === 'file' && path.startsWith('//')) path = decode(text, path.replace(/^\/\/(localhost)?/, ''));
  return { scheme: scheme.toLowerCase(), path, query };
}

function decode(url: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConnectorError(`${url}: "${text}" is not encoded as a URL should be`, true);
  }
}

function checkOption(
  url: string,
  name: string,
  value: string,
  declared: readonly ConnectorOption[],
  connector: Connector,
): OptionValue {
  const option = declared.find((candidate) => candidate.name === name);
  if (option === undefined) {
    const near = suggest(
      name,
      declared.map((candidate) => candidate.name),
    );
    throw new ConnectorError(
      `${url}: ${connector.title} has no option "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
      true,
    );
  }
  if (option.secret)
    throw new ConnectorError(`${url}: "${name}" is a secret: it comes from the environment, not from a URL`, true);
  const refuse = (wanted: string): never => {
    throw new ConnectorError(`${url}: option "${name}" is ${wanted}, not "${value}"`, true);
  };
  switch (option.type) {
    case 'text':
      return value === '' ? refuse('a text') : value;
    case 'boolean':
      return value === '' || value === 'true' ? true : value === 'false' ? false : refuse('true or false');
    case 'integer':
      return /^\d{1,15}$/.test(value) ? Number(value) : refuse('a whole number');
    case 'number':
      return /^\d+(\.\d+)?$/.test(value) && Number(value) > 0 ? Number(value) : refuse('a number above 0');
    case 'choice':
      return option.choices?.includes(value) === true ? value : refuse(`one of ${option.choices?.join(', ') ?? ''}`);
  }
}
