// Checkpoints in memory, for tests and for hosts without a disk.
import { StorageError, type Storage } from './storage.ts';

/** A place in memory; the map may be kept to start again from it. */
export function memoryStorage(objects: Map<string, Uint8Array> = new Map()): Storage {
  return {
    place: 'memory',
    list: async () => [...objects.keys()],
    read: async (name) => {
      const bytes = objects.get(name);
      if (bytes === undefined) throw new StorageError(`${name} is missing`);
      return bytes;
    },
    write: async (name, ...parts) => {
      const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let offset = 0;
      for (const part of parts) {
        bytes.set(part, offset);
        offset += part.length;
      }
      objects.set(name, bytes);
    },
    remove: async (name) => {
      objects.delete(name);
    },
    close: async () => {},
  };
}
