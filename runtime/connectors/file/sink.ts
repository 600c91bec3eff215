// A file as a sink. It is transactional: a checkpoint keeps its length, and on a restart it is cut back to that length.
import { closeSync, fdatasync } from 'node:fs';
import { ConnectorError, type Json, type Sink, type SinkContext } from '../../../contract/connector.ts';
import { exists, openForWriting, refused, syncDirectoryOf, syncFile, writeAll, zlib } from './files.ts';

const gzipMemberBytes = 1 << 20;
/** So much is written before the system is asked to begin with making it durable, so that a checkpoint need not wait for all of it. */
const aheadBytes = 1 << 23;

/** Opens the file of a URL for writing (SEMANTICS 24). */
export function openFile(context: SinkContext): Sink {
  const { path, options } = context.url;
  const handle = context.handle as { readonly path: string; readonly length: number } | undefined;
  const mode = options.get('mode');
  if (handle !== undefined) {
    if (handle.path !== path) throw new ConnectorError(`${path}: the checkpoint's output is ${handle.path}`);
    if (!exists(path) && handle.length > 0)
      throw new ConnectorError(`${path}: is missing or empty, the checkpoint says ${handle.length} bytes`);
    return fileSink(path, handle.length, context.durable);
  }
  if (context.durable && mode === undefined && exists(path)) {
    throw new ConnectorError(
      `${path}: exists already; add ?mode=overwrite or ?mode=append, or give the checkpoint that wrote it`,
    );
  }
  return fileSink(path, mode === 'append' ? 'all' : 0, context.durable);
}

function fileSink(path: string, keep: number | 'all', durable: boolean): Sink {
  const opened = openForWriting(path, keep);
  const { file } = opened;
  let { length } = opened;
  const zipped = path.endsWith('.gz');
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let begun = length;
  let ahead: Promise<void> | undefined;
  /** The file's name is durable. */
  let isThere = false;
  // The system tells a failure once: it is kept for the checkpoint, which must not be published.
  let failure: Error | null = null;
  const flushAhead = (): void => {
    begun = length;
    ahead = new Promise((resolve) => {
      fdatasync(file, (error) => {
        failure ??= error;
        ahead = undefined;
        resolve();
      });
    });
  };
  const put = (bytes: Uint8Array): void => {
    writeAll(path, file, bytes, length);
    length += bytes.length;
    if (durable && ahead === undefined && length - begun >= aheadBytes) flushAhead();
  };
  const endMember = (): void => {
    if (pendingBytes === 0) return;
    put(zlib().gzipSync(Buffer.concat(pending)));
    pending = [];
    pendingBytes = 0;
  };
  return {
    delivery: 'transactional',
    write: (bytes) => {
      if (!zipped) return put(bytes);
      pending.push(bytes.slice());
      pendingBytes += bytes.length;
      if (pendingBytes >= gzipMemberBytes) endMember();
    },
    flush: async (): Promise<Json> => {
      endMember();
      const place = { path, length };
      await ahead;
      await syncFile(path, file);
      // What failed meanwhile may lie behind the place: the run ends all the same.
      if (failure !== null) throw refused(path, 'written', failure);
      if (!isThere) await syncDirectoryOf(path);
      isThere = true;
      return place;
    },
    commit: async () => {},
    close: async () => {
      endMember();
      await ahead;
      closeSync(file);
    },
  };
}
