// Cases become artifacts: cases of one file share a module, each under names of its own, so that a file costs few compilations.
import type { InputBinding, OutputBinding, ReferenceBinding } from '../contract/binding.ts';
import { compile, type CompileOptions, type CompileResult } from '../compiler/compile.ts';
import type { Column } from '../contract/types.ts';
import type { TestCase } from './parseTest.ts';
import { quoteName, renameIdentifiers, storedName, tokensOf } from './sqlText.ts';

/** A way to compile. `plain`: SIMD without the optimizer. */
export type Configuration = 'simd' | 'plain' | 'scalar';

/** All configurations in the order in which they run. */
export const configurations: readonly Configuration[] = ['simd', 'plain', 'scalar'];

/** The part of an artifact that belongs to one case. */
export interface CaseArtifact {
  readonly wasm: Uint8Array;
  readonly keyGroups: number;
  readonly seed: bigint;
  /** Appended to the names of streams and pumps of this case; empty when it has a module of its own. */
  readonly suffix: string;
  /** Number of an input in the artifact by the name in the case. */
  readonly inputs: ReadonlyMap<string, number>;
  /** Number of a reference table in the artifact by the name in the case. */
  readonly references: ReadonlyMap<string, number>;
  /** Outputs by number: the stream's name in the case. */
  readonly outputs: ReadonlyMap<number, string>;
}

/** A case that binds, with what its comparison needs. */
export interface BoundCase {
  readonly test: TestCase;
  /** Stored names and columns of its streams. */
  readonly streams: ReadonlyMap<string, readonly Column[]>;
  /** Stored names of streams that are compared, error_stream first. */
  readonly compared: readonly string[];
  /** It does something before the first event. */
  readonly alone: boolean;
}

/** The artifact of a case, or why there is none. */
export type ArtifactResult = { readonly artifact: CaseArtifact } | { readonly failure: string };

const keyGroupsDefault = 16;
const casesPerModule = 24;
/** Names that SQL itself uses; a case with such a stream is compiled alone. */
const sqlWords = new Set([
  'COUNT',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'STEP',
  'FLOOR',
  'CEIL',
  'ROWTIME',
  'VALUE',
  'STREAM',
  'PUMP',
  'DATE',
  'TIME',
  'TIMESTAMP',
]);

/** Options that every compilation of a case shares. */
export function compileOptions(test: TestCase): { keyGroups: number; seed: bigint; promotedIdle: boolean } {
  return {
    keyGroups: Number(test.options.get('key-groups') ?? keyGroupsDefault),
    seed: BigInt(test.options.get('seed') ?? 1),
    promotedIdle: test.options.get('promoted-idle') === 'on',
  };
}

/** Compiles with the effort that suits tests. */
export function compileForTest(name: string, sql: string, options: CompileOptions): Promise<CompileResult> {
  const effort = process.env.ROWTIME_TEST_EFFORT === 'full' ? 'full' : 'quick';
  return compile({ name, text: sql }, { effort, ...options });
}

/** Artifacts of the cases of one file, compiled when asked for and kept. */
export class ModuleCache {
  readonly #groups = new Map<BoundCase, readonly BoundCase[]>();
  readonly #results = new Map<string, Promise<Map<BoundCase, ArtifactResult>>>();

  constructor(cases: readonly BoundCase[]) {
    const bySettings = new Map<string, BoundCase[]>();
    for (const [index, bound] of cases.entries()) {
      const { keyGroups, seed, promotedIdle } = compileOptions(bound.test);
      const key = canShare(bound) ? `${keyGroups} ${seed} ${promotedIdle}` : `alone ${index}`;
      bySettings.set(key, [...(bySettings.get(key) ?? []), bound]);
    }
    for (const members of bySettings.values()) {
      for (let first = 0; first < members.length; first += casesPerModule) {
        const group = members.slice(first, first + casesPerModule);
        for (const bound of group) this.#groups.set(bound, group);
      }
    }
  }

  /** The artifact of a case in one configuration. */
  async get(bound: BoundCase, configuration: Configuration): Promise<ArtifactResult> {
    const group = this.#groups.get(bound) ?? [bound];
    const first = group[0] ?? bound;
    const key = `${configuration} ${first.test.file}:${first.test.line}`;
    let results = this.#results.get(key);
    if (results === undefined) {
      results = compileGroup(group, configuration);
      this.#results.set(key, results);
    }
    return (await results).get(bound) ?? { failure: 'invariant: the case is not in its module' };
  }
}

function canShare(bound: BoundCase): boolean {
  if (bound.alone) return false;
  const names = namesOf(bound.test);
  const columns = new Set(
    [...bound.streams.values(), ...bound.test.references.map((reference) => reference.columns)].flatMap((list) =>
      list.map((column) => column.name),
    ),
  );
  if ([...names].some((name) => sqlWords.has(name) || columns.has(name))) return false;
  const last = tokensOf(bound.test.sql).findLast((token) => token.kind !== 'space');
  if (last?.kind === 'comment' && last.text.startsWith('/*') && !last.text.endsWith('*/')) return false;
  return !(bound.test.timeline?.expected ?? []).some(
    (row) => row.content.kind === 'error' && /line|\d+:\d+/.test(row.content.part ?? ''),
  );
}

/** Stored names of a case's streams, reference tables and pumps. */
export function namesOf(test: TestCase): Set<string> {
  const names = new Set([
    ...test.inputs.map((input) => input.stream),
    ...test.references.map((reference) => reference.table),
  ]);
  const tokens = tokensOf(test.sql).filter((token) => token.kind !== 'space' && token.kind !== 'comment');
  for (const [index, token] of tokens.entries()) {
    const word = token.text.toUpperCase();
    if (token.kind !== 'word' || (word !== 'STREAM' && word !== 'PUMP')) continue;
    const before = tokens[index - 1]?.text.toUpperCase();
    const name = tokens[index + 1];
    if (
      (before === 'CREATE' || before === 'REPLACE' || before === 'ALTER') &&
      (name?.kind === 'word' || name?.kind === 'quoted')
    )
      names.add(storedName(name.text));
  }
  return names;
}

async function compileGroup(
  group: readonly BoundCase[],
  configuration: Configuration,
): Promise<Map<BoundCase, ArtifactResult>> {
  const results = new Map<BoundCase, ArtifactResult>();
  let failure: string;
  try {
    const built = await compileTogether(group, configuration);
    if (typeof built !== 'string') return built;
    failure = built;
  } catch (error) {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  if (group.length === 1) {
    for (const bound of group) results.set(bound, { failure });
    return results;
  }
  // The one that can't be compiled must not take the others with it.
  const middle = group.length >> 1;
  for (const half of [group.slice(0, middle), group.slice(middle)]) {
    for (const [bound, result] of await compileGroup(half, configuration)) results.set(bound, result);
  }
  return results;
}

async function compileTogether(
  group: readonly BoundCase[],
  configuration: Configuration,
): Promise<Map<BoundCase, ArtifactResult> | string> {
  const sql: string[] = [];
  const inputs: InputBinding[] = [];
  const references: ReferenceBinding[] = [];
  const outputs: OutputBinding[] = [{ stream: 'error_stream', format: 'json', rowtime: true }];
  const parts: ({ readonly bound: BoundCase } & Omit<CaseArtifact, 'wasm' | 'keyGroups' | 'seed'>)[] = [];
  for (const [index, bound] of group.entries()) {
    const suffix = group.length === 1 ? '' : `~${index + 1}`;
    const names = namesOf(bound.test);
    const part = {
      bound,
      suffix,
      inputs: new Map<string, number>(),
      references: new Map<string, number>(),
      outputs: new Map<number, string>([[0, 'error_stream']]),
    };
    for (const input of bound.test.inputs) {
      part.inputs.set(input.stream, inputs.length);
      inputs.push({ ...input, stream: input.stream + suffix });
    }
    for (const { rows: _, ...binding } of bound.test.references) {
      part.references.set(binding.table, references.length);
      references.push({ ...binding, table: binding.table + suffix });
    }
    for (const stream of bound.compared) {
      if (stream === 'error_stream') continue;
      part.outputs.set(outputs.length, stream);
      outputs.push({ stream: stream + suffix, format: 'json', rowtime: true });
    }
    const renamed =
      suffix === ''
        ? bound.test.sql
        : renameIdentifiers(bound.test.sql, (name) => (names.has(name) ? quoteName(name + suffix) : undefined));
    sql.push(suffix === '' || endsStatement(renamed) ? renamed : `${renamed}\n;`);
    parts.push(part);
  }
  const test = group[0]?.test;
  if (test === undefined) return new Map();
  const settings = compileOptions(test);
  const result = await compileForTest(test.file, sql.join('\n'), {
    inputs,
    references,
    outputs,
    ...settings,
    optimize: configuration !== 'plain',
    flavour: configuration === 'scalar' ? 'scalar' : 'simd',
    ...(configuration === 'scalar' ? { gatherFrom: 0 } : {}),
  });
  const { wasm } = result;
  if (wasm === undefined)
    return (
      result.diagnostics.map((diagnostic) => `${diagnostic.code}: ${diagnostic.message}`).join('\n') ||
      'no artifact came out'
    );
  return new Map(parts.map(({ bound, ...part }) => [bound, { artifact: { wasm, ...settings, ...part } }]));
}

function endsStatement(sql: string): boolean {
  const last = tokensOf(sql).findLast((token) => token.kind !== 'space' && token.kind !== 'comment');
  return last === undefined || last.text === ';';
}
