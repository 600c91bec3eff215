// Fuzzes snapshots: a blob that was changed is refused, or taken as another state; the program neither traps nor hangs.
import { type Program, ProgramTrap, SnapshotError, StateLimitError, type SnapshotBlob } from '../../runtime/program.ts';
import { compileForTest } from '../../testing/modules.ts';
import type { Script } from './corpus.ts';
import { Random } from './choices.ts';
import { fewer } from './fewer.ts';
import { count, FuzzFailure, reasonOf, watched, type Counts } from './fuzz.ts';
import { edited, literalOf, randomEdit, type Edit } from './mutate.ts';
import { instancesOf, RandomRun } from './runAtRandom.ts';

const keyGroups = 4;
const variants = 100;
const stepsAfterLoad = 8;
const alphabet = ['\x00', '\x01', '\xff', '\x00\x00\x00\x00', '\xff\xff\xff\xff', '\x00\x00\x00\x80'];

/** The state of a program as it is saved after a while. */
interface Saved {
  readonly open: () => Program;
  readonly run: RandomRun;
  readonly blobs: readonly SnapshotBlob[];
}

/** A blob that was changed, and the seed of what comes afterwards. */
interface Variant {
  readonly index: number;
  readonly edits: readonly Edit[];
  readonly seed: number;
}

/** One program, one state of it, and many changed states. */
export async function snapshotRound(random: Random, script: Script, counts: Counts): Promise<void> {
  const flavour = random.pick(['simd', 'scalar'] as const);
  const { wasm, manifest } = await watched(300, script.name, () =>
    compileForTest(script.name, script.sql, {
      inputs: script.inputs,
      references: script.references,
      keyGroups,
      flavour,
    }),
  );
  if (wasm === undefined || manifest === undefined || manifest.operators.length === 0) return;
  const open = await instancesOf(wasm, keyGroups);
  const program = open();
  const run = new RandomRun(random, program);
  run.begin(program);
  for (let steps = 5 + random.below(40); steps > 0; steps--) run.step(program);
  const saved: Saved = { open, run, blobs: program.save(true).filter((blob) => blob.bytes.length > 0) };
  for (let index = 0; index < variants; index++) {
    const variant = randomVariant(random, saved.blobs);
    count(counts, 'snapshots');
    const found = await watched(60, `snapshot of ${script.name}: ${textOf(variant)}`, () =>
      problemOf(saved, variant, counts),
    );
    if (found === undefined) continue;
    const edits = await fewer(variant.edits, (left) => problemOf(saved, { ...variant, edits: left }, {}) !== undefined);
    const small = { ...variant, edits };
    const blob = saved.blobs[variant.index];
    throw new FuzzFailure(
      `snapshot of ${script.name}, ${flavour}: ${problemOf(saved, small, {}) ?? found}`,
      `${textOf(small)}\nof group ${blob?.group}: ${literalOf(blob?.bytes ?? new Uint8Array())}\n${script.sql}`,
    );
  }
}

function randomVariant(random: Random, blobs: readonly SnapshotBlob[]): Variant {
  const index = random.below(blobs.length);
  const bytes = blobs[index]?.bytes ?? new Uint8Array();
  const other = random.pick(blobs).bytes;
  const edits = random.many(1 + random.below(3), () => randomEdit(random, bytes, other, alphabet));
  return { index, edits, seed: random.below(2 ** 31) };
}

const textOf = ({ index, edits, seed }: Variant): string =>
  JSON.stringify({ index, seed, edits: edits.map(({ at, remove, insert }) => [at, remove, literalOf(insert)]) });

// Loads the changed state and goes on with it.
function problemOf({ open, run, blobs }: Saved, { index, edits, seed }: Variant, counts: Counts): string | undefined {
  const program = open();
  const changed = run.fork(new Random(seed), program);
  try {
    changed.restore(program);
    program.load(
      blobs.map(({ group, bytes }, place) => ({ group, bytes: place === index ? edited(bytes, edits) : bytes })),
    );
    count(counts, 'taken');
    for (let steps = stepsAfterLoad; steps > 0; steps--) changed.step(program);
    program.save(true);
    changed.finish(program);
  } catch (error) {
    if (error instanceof SnapshotError) count(counts, 'not taken');
    else if (error instanceof StateLimitError) count(counts, 'state limits');
    else if (error instanceof ProgramTrap) return error.message;
    else return reasonOf(error);
  }
  return undefined;
}
