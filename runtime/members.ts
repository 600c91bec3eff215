// Members of JSON objects, read with the path of what is missing, unknown or of another type. A null member counts as absent, as the API's
// serializers write it for what is not set.
import { suggest } from '../contract/suggest.ts';

/** Members of an object, without those that are null. */
export type Members = Readonly<Record<string, unknown>>;

/** A value with its JSON path. */
export interface Placed {
  readonly value: unknown;
  readonly path: string;
}

/** A schema or definition that can't be taken; `path` is where in the JSON of `file`. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly path: string;
  readonly file: string | undefined;
  readonly hint: string | undefined;
  /** The message without its place. */
  readonly plain: string;

  constructor(message: string, path = '', more: { readonly hint?: string; readonly file?: string } = {}) {
    super([more.file, path, message].filter((part) => part !== undefined && part !== '').join(': '));
    this.plain = message;
    this.path = path;
    this.file = more.file;
    this.hint = more.hint;
  }
}

/** What `read` gives; an error of it names the file. */
export function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SchemaError) || error.file !== undefined) throw error;
    throw new SchemaError(error.plain, error.path, { file, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
}

/** True for a JSON object. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The names that `objectAt` knows: any in what the service answered (`open`), where a later version of its API may have more. */
export function knownUnless(open: boolean, ...names: readonly string[]): readonly string[] | undefined {
  return open ? undefined : names;
}

/** A JSON object whose members are all known; without `known`, whatever they are. */
export function objectAt(value: unknown, path: string, known?: readonly string[]): Members {
  if (value === undefined || value === null) throw new SchemaError('is missing', path);
  if (!isObject(value)) throw new SchemaError(`must be an object, not ${sayValue(value)}`, path);
  const members = withoutNulls(value);
  for (const name of known === undefined ? [] : Object.keys(members)) {
    if (known?.includes(name) === true) continue;
    const near = suggest(name, known ?? []);
    const intrinsic = sayIntrinsic(value);
    if (intrinsic !== undefined) throw new SchemaError(`is ${intrinsic}, which only a deployment resolves`, path);
    throw new SchemaError(
      `is not a member that is known here${near === undefined ? '' : `; did you mean "${near}"?`}`,
      `${path}.${name}`,
    );
  }
  return members;
}

/** The members of an object that are not null. */
export function withoutNulls(value: object): Members {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

/** A member that is an object, or no members. */
export function optionalObject(members: Members, name: string, path: string, known?: readonly string[]): Members {
  return members[name] === undefined ? {} : objectAt(members[name], `${path}.${name}`, known);
}

/** A text member. */
export function textAt(members: Members, name: string, path: string): string {
  const text = members[name];
  const at = `${path}.${name}`;
  if (text === undefined || text === null) throw new SchemaError('is missing', at);
  if (text === '') throw new SchemaError('must be a text that is not empty', at);
  const intrinsic = sayIntrinsic(text);
  if (intrinsic !== undefined)
    throw new SchemaError(`is ${intrinsic}, which only a deployment resolves`, at, {
      hint: 'write the value that it has',
    });
  if (typeof text !== 'string') throw new SchemaError(`must be a text, not ${sayValue(text)}`, at);
  return text;
}

/** A text member that may be absent. */
export function optionalText(members: Members, name: string, path: string): string | undefined {
  return members[name] === undefined ? undefined : textAt(members, name, path);
}

/** A text member that decides no result, such as an ARN: absent, empty, or left to a template's intrinsic function. */
export function looseText(members: Members, name: string, path: string): string | undefined {
  if (members[name] === '' || sayIntrinsic(members[name]) !== undefined) return undefined;
  return optionalText(members, name, path);
}

/** A text member that is one of a few. */
export function choiceAt(members: Members, name: string, path: string, choices: readonly string[]): string {
  const value = members[name];
  if (value === undefined || value === null) throw new SchemaError('is missing', `${path}.${name}`);
  if (typeof value === 'string' && choices.includes(value)) return value;
  const near = typeof value === 'string' ? suggest(value, choices) : undefined;
  const wanted = choices.map((choice) => `"${choice}"`).join(' or ');
  const came = typeof value === 'string' ? JSON.stringify(value) : sayValue(value);
  throw new SchemaError(
    `must be ${wanted}, not ${came}${near === undefined ? '' : `; did you mean "${near}"?`}`,
    `${path}.${name}`,
  );
}

/** The elements of a member that is a list, or none. */
export function listAt(members: Members, name: string, path: string): Placed[] {
  const value = members[name] ?? [];
  const at = `${path}.${name}`;
  if (!Array.isArray(value)) throw new SchemaError(`must be a list, not ${sayValue(value)}`, at);
  return value.map((element: unknown, index) => ({ value: element, path: `${at}[${index}]` }));
}

/** What kind of JSON value came, in words. */
export function sayValue(value: unknown): string {
  const intrinsic = sayIntrinsic(value);
  if (intrinsic !== undefined) return intrinsic;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return value === null ? 'null' : 'an object';
  if (typeof value === 'string') return value.length > 40 ? 'a text' : `the text ${JSON.stringify(value)}`;
  return `the ${typeof value} ${String(value)}`;
}

/** `{"Ref": …}` or `{"Fn::…": …}` of CloudFormation, in words; undefined for anything else. */
export function sayIntrinsic(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0 || !/^(?:Ref|Fn::[A-Za-z]+)$/.test(name)) return undefined;
  return `the intrinsic function {"${name}": …}`;
}
