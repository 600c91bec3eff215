// A Node stream read synchronously: what has arrived is copied out, otherwise the reader is told to wait.
import type { Readable } from 'node:stream';
import type { ReadResult } from '../../../contract/connector.ts';

/** Reads a stream piece by piece. */
export class StreamReader {
  private readonly stream: Readable;
  private readonly explain: (error: unknown) => Error;
  private rest: Uint8Array | undefined;
  private error: unknown;
  private ended = false;

  constructor(stream: Readable, explain: (error: unknown) => Error) {
    this.stream = stream;
    this.explain = explain;
    stream.on('error', (error) => {
      this.error = error;
    });
    stream.on('end', () => {
      this.ended = true;
    });
  }

  /** Puts what is there into the room; `end` when nothing will come any more. */
  read(room: Uint8Array): ReadResult {
    let length = 0;
    while (length < room.length) {
      const chunk = this.rest ?? (this.error === undefined ? (this.stream.read() as Uint8Array | null) : null);
      if (chunk === null) break;
      const count = Math.min(chunk.length, room.length - length);
      room.set(chunk.subarray(0, count), length);
      length += count;
      this.rest = count < chunk.length ? chunk.subarray(count) : undefined;
    }
    if (length > 0) return { kind: 'bytes', length, last: false };
    if (this.error !== undefined) throw this.explain(this.error);
    if (this.ended) return { kind: 'end' };
    return { kind: 'wait', until: this.change() };
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        for (const event of events) this.stream.off(event, settle);
        resolve();
      };
      const events = ['readable', 'end', 'error', 'close'];
      for (const event of events) this.stream.on(event, settle);
    });
  }

  /** Lets the stream go. */
  close(): void {
    this.stream.destroy();
  }
}
