// Fuzzes what else comes from outside: artifacts, checkpoints, definitions, schemas and samples. Each is refused with a reason or taken.
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ArtifactError, Program } from '../../runtime/program.ts';
import { Checkpoints, sha256, type ReferenceContent } from '../../runtime/checkpoint.ts';
import { parseDefinition } from '../../runtime/definition.ts';
import { discover } from '../../runtime/discover.ts';
import { parseColumnList, parseInputSchema, printInputSchema } from '../../runtime/schema.ts';
import { SchemaError } from '../../runtime/members.ts';
import { memoryStorage } from '../../runtime/storage/memory.ts';
import { StorageError } from '../../runtime/storage/storage.ts';
import type { InputShape } from '../../contract/connector.ts';
import { scanNames } from '../../library/application.ts';
import { compileForTest } from '../../testing/modules.ts';
import { parseColumns } from '../../testing/types.ts';
import { Random } from './choices.ts';
import { readCorpus, type Script } from './corpus.ts';
import { fewer } from './fewer.ts';
import { count, FuzzFailure, reasonOf, runRounds, watched, type Counts } from './fuzz.ts';
import { scriptProblem } from './fuzzCompiler.ts';
import { snapshotRound } from './fuzzSnapshots.ts';
import { edited, literalOf, mutatedJson, randomEdit, type Edit } from './mutate.ts';
import { mutatedSql, poolOf } from './mutateSql.ts';
import { RandomRun } from './runAtRandom.ts';
import { randomTable } from './records.ts';

const root = resolve(import.meta.dirname, '../..');
const jsonAlphabet = [...'{}[]:,"\\ \n0-.etf', 'null', '""', '\\u0000', '\xff'];
const programOptions = { start: 0n, keyGroups: 4 };
const sql = `CREATE OR REPLACE STREAM "OUT" (k VARCHAR(8), n INTEGER, t VARCHAR(8));
CREATE OR REPLACE PUMP "P" AS INSERT INTO "OUT" SELECT STREAM s.k, COUNT(*), t.v
FROM "S" AS s LEFT JOIN "T" AS t ON s.k = t.k GROUP BY s.k, t.v, STEP(s.ROWTIME BY INTERVAL '1' MINUTE);`;

/** What the rounds begin with. */
interface Seeds {
  readonly wasm: Uint8Array;
  readonly objects: ReadonlyMap<string, Uint8Array>;
  readonly definitions: readonly { readonly name: string; readonly value: unknown }[];
  readonly samples: readonly Uint8Array[];
  readonly corpus: readonly Script[];
  readonly stateful: readonly Script[];
}

/** Rounds over everything but decoders and scripts. */
export async function fuzzDoors(few: number): Promise<void> {
  const seeds = await readSeeds();
  const pool = poolOf(seeds.corpus.map((script) => script.sql));
  await runRounds('doors', few, async (random, counts) => {
    const kind = random.below(30);
    if (kind === 0) await snapshotRound(random, random.pick(seeds.stateful), counts);
    else if (kind < 6) await artifactRound(random, seeds, counts);
    else if (kind < 12) await checkpointRound(random, seeds, counts);
    else if (kind < 20) await definitionRound(random, seeds, counts);
    else if (kind < 26) await sampleRound(random, seeds, counts);
    else {
      const text = mutatedSql(random, random.pick(seeds.corpus).sql, random.pick(seeds.corpus).sql, pool);
      count(counts, 'scans');
      await watched(10, `scan of ${text}`, () => scanNames(text));
    }
  });
}

async function readSeeds(): Promise<Seeds> {
  const columns = parseColumns('k VARCHAR(8), v VARCHAR(8)');
  const format = { kind: 'json', rowPath: '$' } as const;
  const { wasm } = await compileForTest('doors', sql, {
    inputs: [{ stream: 'S', format, columns }],
    references: [{ table: 'T', format, columns }],
    keyGroups: 4,
  });
  if (wasm === undefined) throw new Error('the artifact of this test does not compile');
  const files = ['examples', 'test/cases'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)),
  );
  const corpus = readCorpus();
  return {
    wasm,
    objects: await checkpointObjects(wasm),
    definitions: files
      .filter((name) => name.endsWith('.json'))
      .map((name) => ({ name, value: JSON.parse(readFileSync(name, 'utf8')) })),
    samples: files.filter((name) => /\.(jsonl|csv)$/.test(name)).map((name) => readFileSync(name).subarray(0, 1000)),
    corpus,
    stateful: corpus.filter(
      (script) =>
        script.test?.timeline !== undefined && /GROUP|OVER|JOIN|DISTINCT|ORDER|CURSOR|STAGGER/i.test(script.sql),
    ),
  };
}

// Two checkpoints of a program that has state and a table.
async function checkpointObjects(wasm: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const random = new Random(1);
  const program = await Program.open(wasm, programOptions);
  const objects = new Map<string, Uint8Array>();
  const checkpoints = await Checkpoints.open(memoryStorage(objects));
  const run = new RandomRun(random, program);
  run.begin(program);
  const binding = program.manifest.references[0];
  const bytes = binding === undefined ? new Uint8Array() : randomTable(random, binding);
  const content: ReferenceContent = { table: 'T', url: 't.jsonl', sha256: sha256(bytes), version: '1', bytes };
  for (let steps = 0; steps < 20; steps++) {
    run.step(program);
    if (steps % 10 === 9) await checkpoints.publish(program, [], [], [content]);
  }
  return objects;
}

/** Throws what a round found, with the edits made small. */
async function failed(
  what: string,
  bytes: Uint8Array,
  edits: readonly Edit[],
  problem: (bytes: Uint8Array) => Promise<string | undefined>,
): Promise<never> {
  const left = await fewer(edits, async (some) => (await problem(edited(bytes, some))) !== undefined);
  const small = edited(bytes, left);
  const text = left.map(({ at, remove, insert }) => `at ${at} remove ${remove} insert ${literalOf(insert)}`);
  throw new FuzzFailure(`${what}: ${await problem(small)}`, `${text.join('\n')}\n${literalOf(small)}`);
}

async function artifactRound(random: Random, { wasm }: Seeds, counts: Counts): Promise<void> {
  const manifestAt = Buffer.from(wasm).indexOf('rowtime.manifest');
  const edits = random.many(1 + random.below(2), () => {
    // Half of them in the manifest, which the host itself reads.
    const from = random.chance(0.5) ? manifestAt : 0;
    const edit = randomEdit(random, wasm.subarray(from), wasm, jsonAlphabet);
    return { ...edit, at: edit.at + from };
  });
  const problem = async (bytes: Uint8Array): Promise<string | undefined> => {
    try {
      await Program.open(bytes, programOptions);
      return Buffer.compare(bytes, wasm) === 0 ? undefined : 'a changed artifact is opened';
    } catch (error) {
      return error instanceof ArtifactError && error.message !== '' ? undefined : reasonOf(error);
    }
  };
  count(counts, 'artifacts');
  const found = await watched(20, `artifact, ${edits.length} edits`, () => problem(edited(wasm, edits)));
  if (found !== undefined) await failed('artifact', wasm, edits, problem);
}

async function checkpointRound(random: Random, { objects }: Seeds, counts: Counts): Promise<void> {
  const name = random.pick([...objects.keys()]);
  const bytes = objects.get(name) ?? new Uint8Array();
  const kind = random.below(10);
  const edits = kind < 2 ? [] : random.many(1 + random.below(2), () => randomEdit(random, bytes, bytes, jsonAlphabet));
  const problem = async (changed: Uint8Array): Promise<string | undefined> => {
    const others = new Map(objects);
    others.set(name, changed);
    if (kind === 0) others.delete(name);
    if (kind === 1) others.set(name.replace(/\d/, '1'), bytes);
    try {
      const checkpoints = await Checkpoints.open(memoryStorage(others));
      await checkpoints.blobs();
      for (const reference of checkpoints.latest?.references ?? []) await checkpoints.reference(reference);
      return undefined;
    } catch (error) {
      return error instanceof StorageError && error.message !== '' ? undefined : reasonOf(error);
    }
  };
  count(counts, 'checkpoints');
  if ((await problem(edited(bytes, edits))) !== undefined) await failed(`checkpoint, ${name}`, bytes, edits, problem);
}

async function definitionRound(random: Random, { definitions }: Seeds, counts: Counts): Promise<void> {
  const { name, value } = random.pick(definitions);
  let changed = value;
  for (let changes = random.pick([1, 1, 1, 1, 2, 3]); changes > 0; changes--) changed = mutatedJson(random, changed);
  count(counts, 'definitions');
  const script = taken(name, changed);
  if (script === undefined) return;
  count(counts, 'definitions taken');
  const how = { optimize: true, flavour: 'simd', runs: random.chance(0.005), isFull: false, seed: 1 } as const;
  const found = await scriptProblem(script, how, counts);
  if (found !== undefined)
    throw new FuzzFailure(`definition ${name}: ${found}`, JSON.stringify(changed).slice(0, 6000));
}

// The script of a definition or of a schema, where it is taken.
function taken(name: string, value: unknown): Script | undefined {
  const isSchema = typeof value === 'object' && value !== null && 'RecordFormat' in value;
  try {
    if (isSchema)
      return { name, sql: selectAll, inputs: [{ stream: 'S', ...parseInputSchema(value, '$') }], references: [] };
    const { code, inputs, references } = parseDefinition(value);
    return {
      name,
      sql: code ?? '',
      inputs: inputs.flatMap(({ streams, shape }) => streams.map((stream) => ({ stream, ...shape }))),
      references: references.map(({ table, shape }) => ({ table, format: shape.format, columns: shape.columns })),
    };
  } catch (error) {
    if (error instanceof SchemaError && error.message !== '') return undefined;
    throw new FuzzFailure(`definition ${name}: ${reasonOf(error)}`, JSON.stringify(value).slice(0, 6000));
  }
}

const selectAll = `CREATE OR REPLACE STREAM "OUT" (v BOOLEAN);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "OUT" SELECT STREAM ROWTIME IS NULL FROM "S";`;

// A sample gives a schema that can be read again; a column list is read.
async function sampleRound(random: Random, { samples, corpus }: Seeds, counts: Counts): Promise<void> {
  const sample = random.pick(samples);
  const edits = random.many(random.below(4), () =>
    randomEdit(random, sample, random.pick(samples), [...jsonAlphabet, ',', '"', '\r\n']),
  );
  const list = `(${random
    .pick(corpus)
    .inputs[0]?.columns.map(({ name }) => `${name} INTEGER`)
    .join(', ')})`;
  const [format, complete] = [random.pick(['json', 'csv'] as const), random.chance(0.5)];
  const listBytes = edited(Buffer.from(list), [
    randomEdit(random, Buffer.from(list), sample, [...'(),"\' ', 'NOT NULL', 'VARCHAR(4)', 'é']),
  ]);
  const problem = async (bytes: Uint8Array): Promise<string | undefined> => {
    try {
      readAgain(discover(bytes, format, complete));
    } catch (error) {
      if (!(error instanceof SchemaError) || error.message === '') return reasonOf(error);
    }
    return undefined;
  };
  count(counts, 'samples');
  const found = await watched(10, `sample ${format}: ${literalOf(edited(sample, edits))}`, () =>
    problem(edited(sample, edits)),
  );
  if (found !== undefined) await failed(`sample as ${format}`, sample, edits, problem);
  try {
    await watched(10, `column list: ${literalOf(listBytes)}`, () => parseColumnList(Buffer.from(listBytes).toString()));
  } catch (error) {
    if (!(error instanceof SchemaError)) throw new FuzzFailure(`column list: ${reasonOf(error)}`, literalOf(listBytes));
  }
}

function readAgain(shape: InputShape): void {
  const again = parseInputSchema(JSON.parse(JSON.stringify(printInputSchema(shape))), '$');
  if (JSON.stringify(again.columns) !== JSON.stringify(shape.columns))
    throw new Error(`${JSON.stringify(shape)} is read as ${JSON.stringify(again)}`);
}
