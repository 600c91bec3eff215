// Checkpoints: {source positions, state, program id, sink handles} published as one (SEMANTICS 18, 22-26). A checkpoint is an
// object `checkpoint-N.json`; the key groups that changed since the one before lie together in `state-N.bin`, unchanged ones are
// referred to where they lie. The content of a reference table is an object of its own, named by its hash. The state is written first, then the manifest: whoever sees a manifest sees all it refers to.
import { createHash } from 'node:crypto';
import type { Json } from '../contract/connector.ts';
import type { Manifest, StatefulOperator } from '../contract/manifest.ts';
import type { Program, SnapshotBlob } from './program.ts';
import { StorageError, type Storage } from './storage/storage.ts';

/** Version of the shape below. */
const checkpointFormat = 1;
/** So many checkpoints are kept; the older ones are there for a person only. */
const checkpointsKept = 2;

/** Where the state of a key group lies. */
export interface BlobReference {
  readonly group: number;
  readonly object: string;
  readonly offset: number;
  readonly length: number;
  readonly sha256: string;
}

/** A source in a checkpoint. */
export interface SourceState {
  readonly stream: string;
  readonly url: string;
  readonly position: Json;
  readonly finished: boolean;
}

/** A sink in a checkpoint. */
export interface SinkState {
  readonly stream: string;
  readonly url: string;
  readonly handle: Json;
}

/** A reference table in a checkpoint: which content it has (SEMANTICS 22). */
export interface ReferenceState {
  readonly table: string;
  readonly url: string;
  readonly sha256: string;
  /** What the program says of the content: the hash of its records. */
  readonly version: string;
}

/** The content of a reference table that may still have to be written. */
export interface ReferenceContent extends ReferenceState {
  /** Missing when a checkpoint holds it already. */
  readonly bytes?: Uint8Array;
}

/** A published checkpoint. */
export interface Checkpoint {
  readonly format: number;
  readonly sequence: number;
  readonly programId: string;
  readonly operators: readonly StatefulOperator[];
  readonly keyGroups: number;
  readonly seed: string;
  readonly start: string;
  readonly sources: readonly SourceState[];
  readonly sinks: readonly SinkState[];
  readonly references: readonly ReferenceState[];
  readonly blobs: readonly BlobReference[];
}

/** What happens to state when a program takes over a checkpoint. */
export interface Carryover {
  readonly carried: readonly StatefulOperator[];
  /** Operators that the checkpoint doesn't know. */
  readonly empty: readonly StatefulOperator[];
  /** Operators of the checkpoint whose state would be lost. */
  readonly dropped: readonly StatefulOperator[];
  /** Carried operators that now read from something else. */
  readonly changedAncestors: readonly StatefulOperator[];
}

/** Compares the operators of a checkpoint with those of a program (SEMANTICS 16, 17). */
export function carryover(checkpoint: Checkpoint, manifest: Manifest): Carryover {
  const known = new Map(checkpoint.operators.map((operator) => [operator.id, operator]));
  const fits = (operator: StatefulOperator): boolean => known.get(operator.id)?.layout === operator.layout;
  const carried = manifest.operators.filter(fits);
  const carriedIds = new Set(carried.map((operator) => operator.id));
  return {
    carried,
    empty: manifest.operators.filter((operator) => !fits(operator)),
    dropped: checkpoint.operators.filter((operator) => !carriedIds.has(operator.id)),
    changedAncestors: carried.filter((operator) => known.get(operator.id)?.ancestry !== operator.ancestry),
  };
}

/** Reads and publishes the checkpoints of one place. */
export class Checkpoints {
  /** The checkpoint that was found, or the last one published. */
  latest: Checkpoint | undefined;
  private readonly storage: Storage;
  private writeAll = true;

  private constructor(storage: Storage, latest: Checkpoint | undefined) {
    this.storage = storage;
    this.latest = latest;
  }

  /** Opens a place; refuses one that is foreign, truncated or broken. */
  static async open(storage: Storage): Promise<Checkpoints> {
    const names = await storage.list();
    const foreign = names.find(
      (name) => sequenceOf(name) === undefined && stateSequenceOf(name) === undefined && !isReferenceName(name),
    );
    if (foreign !== undefined)
      throw new StorageError(`${storage.place} is not a checkpoint directory: it holds ${foreign}`);
    const sequences = names.flatMap((name) => sequenceOf(name) ?? []);
    if (sequences.length === 0) {
      // A process that died while it wrote checkpoint 0 leaves state-0.bin; later state without a manifest means that one is gone.
      const orphan = names.find((name) => (stateSequenceOf(name) ?? 0) > 0);
      if (orphan !== undefined)
        throw new StorageError(`${storage.place} is broken: it holds ${orphan}, but no checkpoint`);
      return new Checkpoints(storage, undefined);
    }
    const name = checkpointName(Math.max(...sequences));
    const checkpoint = parseCheckpoint(await storage.read(name), `${storage.place}: ${name}`);
    const missing = checkpoint.blobs.find((blob) => !names.includes(blob.object));
    if (missing !== undefined)
      throw new StorageError(`${storage.place} is broken: ${name} refers to ${missing.object}, which is missing`);
    const content = checkpoint.references.find((reference) => !names.includes(referenceName(reference.sha256)));
    if (content !== undefined)
      throw new StorageError(
        `${storage.place} is broken: the content of reference table ${content.table}, ${referenceName(content.sha256)}, is missing`,
      );
    return new Checkpoints(storage, checkpoint);
  }

  /** Reads the state of the latest checkpoint; every blob is checked. */
  async blobs(): Promise<SnapshotBlob[]> {
    const objects = new Map<string, Uint8Array>();
    const blobs: SnapshotBlob[] = [];
    for (const reference of this.latest?.blobs ?? []) {
      const object = objects.get(reference.object) ?? (await this.storage.read(reference.object));
      objects.set(reference.object, object);
      const bytes = object.subarray(reference.offset, reference.offset + reference.length);
      if (bytes.length !== reference.length)
        throw new StorageError(`${this.storage.place} is broken: ${reference.object} is truncated`);
      if (sha256(bytes) !== reference.sha256) {
        throw new StorageError(
          `${this.storage.place} is broken: key group ${reference.group} in ${reference.object} fails its checksum`,
        );
      }
      blobs.push({ group: reference.group, bytes });
    }
    return blobs;
  }

  /** The content that a reference table has in the latest checkpoint, checked. */
  async reference({ table, sha256: sum }: ReferenceState): Promise<Uint8Array> {
    const bytes = await this.storage.read(referenceName(sum));
    if (sha256(bytes) !== sum)
      throw new StorageError(
        `${this.storage.place} is broken: the content of reference table ${table} in ${referenceName(sum)} fails its checksum`,
      );
    return bytes;
  }

  /**
   * Publishes the program's state with what belongs to it. The state is taken during the call: the program may go on while the promise is
   * pending, which settles when all is durable. `sinks` settles when what they wrote before the call is.
   */
  async publish(
    program: Program,
    sources: readonly SourceState[],
    sinks: readonly SinkState[] | Promise<readonly SinkState[]>,
    references: readonly ReferenceContent[] = [],
  ): Promise<Checkpoint> {
    // A failure is told where it is waited for.
    const durableSinks = Promise.resolve(sinks);
    durableSinks.catch(() => {});
    const sequence = (this.latest?.sequence ?? -1) + 1;
    const positions = structuredClone(sources);
    const saved = program.save(this.writeAll);
    this.writeAll = true;
    const object = stateName(sequence);
    const written: BlobReference[] = [];
    let offset = 0;
    for (const { group, bytes } of saved) {
      if (bytes.length > 0) written.push({ group, object, offset, length: bytes.length, sha256: sha256(bytes) });
      offset += bytes.length;
    }
    if (written.length > 0) await this.storage.write(object, ...saved.map(({ bytes }) => bytes));
    for (const { sha256: sum, bytes } of references)
      if (bytes !== undefined) await this.storage.write(referenceName(sum), bytes);
    const sinkStates = await durableSinks;
    const rewritten = new Set(saved.map((blob) => blob.group));
    const kept = (this.latest?.blobs ?? []).filter(
      (blob) => program.keyGroups > blob.group && !rewritten.has(blob.group),
    );
    const checkpoint: Checkpoint = {
      format: checkpointFormat,
      sequence,
      programId: program.manifest.programId,
      operators: program.manifest.operators,
      keyGroups: program.keyGroups,
      seed: program.seed.toString(),
      start: program.start.toString(),
      sources: positions,
      sinks: sinkStates,
      references: references.map(({ table, url, sha256: sum, version }) => ({ table, url, sha256: sum, version })),
      blobs: [...kept, ...written].sort((left, right) => left.group - right.group),
    };
    await this.storage.write(checkpointName(sequence), formatCheckpoint(checkpoint));
    this.latest = checkpoint;
    this.writeAll = await this.clean(checkpoint);
    return checkpoint;
  }

  /** Gives the place free. */
  async close(): Promise<void> {
    await this.storage.close();
  }

  // Removes what no kept checkpoint refers to. True when the objects hold so much that is dead that the next checkpoint should
  // write all groups anew.
  private async clean(checkpoint: Checkpoint): Promise<boolean> {
    const names = await this.storage.list();
    const keptFrom = checkpoint.sequence - checkpointsKept + 1;
    const used = new Set(objectsOf(checkpoint));
    for (const name of names) {
      const sequence = sequenceOf(name);
      if (sequence === undefined || sequence === checkpoint.sequence) continue;
      if (sequence < keptFrom) await this.storage.remove(name);
      else for (const object of objectsOf(parseCheckpoint(await this.storage.read(name), name))) used.add(object);
    }
    for (const name of names)
      if ((stateSequenceOf(name) !== undefined || isReferenceName(name)) && !used.has(name))
        await this.storage.remove(name);
    return used.size > 64;
  }
}

function objectsOf(checkpoint: Checkpoint): string[] {
  return [
    ...checkpoint.blobs.map((blob) => blob.object),
    ...checkpoint.references.map((reference) => referenceName(reference.sha256)),
  ];
}

function referenceName(sum: string): string {
  return `reference-${sum}.bin`;
}

function isReferenceName(name: string): boolean {
  return /^reference-[0-9a-f]{64}\.bin$/.test(name);
}

function checkpointName(sequence: number): string {
  return `checkpoint-${String(sequence).padStart(12, '0')}.json`;
}

function stateName(sequence: number): string {
  return `state-${String(sequence).padStart(12, '0')}.bin`;
}

function sequenceOf(name: string): number | undefined {
  const digits = /^checkpoint-(\d{12})\.json$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function stateSequenceOf(name: string): number | undefined {
  const digits = /^state-(\d{12})\.bin$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The SHA-256 of bytes, in hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

// {"sha256": …, "checkpoint": …}: the checksum is that of the checkpoint's JSON text.
function formatCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const body = JSON.stringify(checkpoint);
  return new TextEncoder().encode(`{"sha256":"${sha256(body)}",\n"checkpoint":${body}}\n`);
}

function parseCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new StorageError(`${name} is truncated or broken: it is not JSON`);
  }
  const { sha256: sum, checkpoint } = (value ?? {}) as { sha256?: string; checkpoint?: Checkpoint | null };
  if (sum === undefined || checkpoint === undefined || checkpoint === null)
    throw new StorageError(`${name} is not a checkpoint of rowtime`);
  if (checkpoint.format !== checkpointFormat) {
    throw new StorageError(`${name} has format ${checkpoint.format}, this version reads ${checkpointFormat}`);
  }
  if (sha256(JSON.stringify(checkpoint)) !== sum) throw new StorageError(`${name} is broken: it fails its checksum`);
  // Checkpoints of versions without reference tables have no such list.
  return { ...checkpoint, references: (checkpoint.references as Checkpoint['references'] | undefined) ?? [] };
}
