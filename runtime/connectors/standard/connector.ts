// Standard input and output, `-`.
import { fstatSync, readSync, writeSync } from 'node:fs';
import {
  ConnectorError,
  type Connector,
  type ReadResult,
  type Sink,
  type Source,
} from '../../../contract/connector.ts';

/** Standard output was closed by its reader (`| head`): no error, the run just ends. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

type Sleep = (milliseconds: number) => Promise<void>;

let sampled: Uint8Array[] = [];
let chunks: AsyncIterator<Uint8Array> | undefined;

/** `-` */
export const standardConnector: Connector = {
  scheme: '-',
  title: 'standard input or output',
  options: [],
  sample: async (_url, bytes) => {
    let total = sampled.reduce((sum, chunk) => sum + chunk.length, 0);
    while (total < bytes && !sampled.some((chunk) => chunk.includes(10))) {
      const { value, done } = await input().next();
      if (done === true) break;
      sampled.push(value);
      total += value.length;
    }
    return Buffer.concat(sampled);
  },
  openSource: async () => standardInput(),
  openSink: async (context) => standardOutput(context.sleep),
};

function input(): AsyncIterator<Uint8Array> {
  chunks ??= process.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return chunks;
}

function standardInput(): Source {
  // Redirected from a file it is read like one.
  const direct = sampled.length === 0 && chunks === undefined && fstatSync(0).isFile();
  const queue = sampled;
  sampled = [];
  let ended = false;
  let bytesRead = 0;
  let failure: unknown;
  const arrive = async (): Promise<void> => {
    try {
      const { value, done } = await input().next();
      if (done === true) ended = true;
      else queue.push(value);
    } catch (error) {
      failure = error;
    }
  };
  const read = (room: Uint8Array): ReadResult => {
    if (failure !== undefined) throw new ConnectorError(`standard input can not be read: ${String(failure)}`);
    if (direct) {
      const length = readSync(0, room, 0, room.length, null);
      return length === 0 ? { kind: 'end' } : { kind: 'bytes', length, last: false };
    }
    const chunk = queue[0];
    if (chunk === undefined) return ended ? { kind: 'end' } : { kind: 'wait', until: arrive() };
    const length = Math.min(room.length, chunk.length);
    room.set(chunk.subarray(0, length));
    if (length < chunk.length) queue[0] = chunk.subarray(length);
    else queue.shift();
    return { kind: 'bytes', length, last: false };
  };
  return {
    resumable: 'no',
    read,
    consumed: (bytes) => {
      bytesRead += bytes;
    },
    position: () => ({ bytes: bytesRead }),
    close: async () => {
      if (!direct) process.stdin.destroy();
    },
  };
}

/** Standard output as a sink. */
export function standardOutput(sleep: Sleep): Sink {
  return {
    delivery: 'at-least-once',
    write: (bytes) => writeOut(bytes, sleep),
    flush: async () => null,
    commit: async () => {},
    close: async () => {},
  };
}

/** Writes to standard output; a full pipe is waited for, which holds the run back. */
export function writeOut(bytes: Uint8Array, sleep: Sleep): void | Promise<void> {
  const done = writeSome(bytes);
  return done < bytes.length ? writeSlowly(bytes.slice(done), sleep) : undefined;
}

async function writeSlowly(bytes: Uint8Array, sleep: Sleep): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    await sleep(2);
    done += writeSome(bytes.subarray(done));
  }
}

// Bytes written until the pipe was full.
function writeSome(bytes: Uint8Array): number {
  let done = 0;
  try {
    while (done < bytes.length) done += writeSync(1, bytes, done, bytes.length - done);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EAGAIN') return done;
    if (code === 'EPIPE') throw new OutputClosed('standard output was closed');
    throw new ConnectorError(
      `standard output can not be written: ${code === 'ENOSPC' ? 'the disk is full' : String(error)}`,
    );
  }
  return done;
}
