// Where checkpoints go: named objects that are written whole or not at all.

/** Places that hold checkpoints. */
export interface Storage {
  /** How a user knows the place. */
  readonly place: string;
  /** Names of all objects. */
  list(): Promise<string[]>;
  read(name: string): Promise<Uint8Array>;
  /** Writes an object of these parts in order; when the promise settles it is durable, and no reader ever sees a part of it. */
  write(name: string, ...parts: readonly Uint8Array[]): Promise<void>;
  remove(name: string): Promise<void>;
  /** Gives the place free for another run. */
  close(): Promise<void>;
}

/** A place that can't be used: foreign, broken, taken, full. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}
