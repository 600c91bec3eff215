// Checkpoints in memory whose process dies at one of the writes.
import { memoryStorage } from '../../runtime/storage/memory.ts';
import type { Storage } from '../../runtime/storage/storage.ts';

/** A place in memory in which the write number `failAt`, from 1, is the end. */
export function dyingStorage(objects: Map<string, Uint8Array>, failAt: number): Storage {
  const memory = memoryStorage(objects);
  let writes = 0;
  return {
    ...memory,
    write: async (name, ...parts) => {
      if (++writes === failAt) throw new Error('killed');
      await memory.write(name, ...parts);
    },
  };
}
