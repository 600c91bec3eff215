// Reading a file line by line without holding it whole.
import { closeSync, openSync, readSync } from 'node:fs';

const chunkBytes = 1 << 20;

/** Calls `take` with every line of the file that is not empty, without its newline. */
export function eachLine(path: string, take: (line: string) => void): void {
  const file = openSync(path, 'r');
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let rest = '';
  for (;;) {
    const length = readSync(file, buffer, 0, chunkBytes, null);
    if (length === 0) break;
    const lines = (rest + decoder.decode(buffer.subarray(0, length), { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') take(line);
  }
  if (rest !== '') take(rest);
  closeSync(file);
}
