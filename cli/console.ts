// Rows on standard output when no sink is given: growing tables on a terminal, otherwise one JSON object a line.
import type { Sink } from '../contract/connector.ts';
import type { Manifest } from '../contract/manifest.ts';
import { typeText } from '../contract/types.ts';
import { systemClock } from '../runtime/clock.ts';
import { writeOut } from '../runtime/connectors/standard/connector.ts';

let shown: string | undefined;
const clock = systemClock();

/** A sink that prints the rows of a stream. */
export function consoleSink(manifest: Manifest, stream: string): Sink {
  const csv = manifest.outputs.find((output) => output.stream === stream)?.format === 'csv';
  const table = process.stdout.isTTY === true ? tableOf(manifest, stream, csv) : undefined;
  const prefix = Buffer.from(`{"stream":${JSON.stringify(stream)},"row":`);
  const wrapRows = csv ? wrapCsv : wrap;
  return {
    delivery: 'at-least-once',
    write: (bytes) =>
      writeOut(
        table === undefined ? wrapRows(bytes, prefix) : table(bytes),
        (milliseconds) => clock.timer(milliseconds).done,
      ),
    flush: async () => null,
    commit: async () => {},
    close: async () => {},
  };
}

function wrap(bytes: Uint8Array, prefix: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from);
    const stop = end < 0 ? bytes.length : end;
    parts.push(prefix, bytes.subarray(from, stop), ending);
    from = stop + 1;
  }
  return Buffer.concat(parts);
}

/** Each row of CSV as a text; a line feed between quotes belongs to its row. */
export function wrapCsv(bytes: Uint8Array, prefix: Uint8Array): Uint8Array {
  const rows = new TextDecoder().decode(bytes).match(/(?:"[^"]*"|[^"\n])*\n/g) ?? [];
  return Buffer.concat(rows.flatMap((row) => [prefix, Buffer.from(JSON.stringify(row.slice(0, -1))), ending]));
}

const ending = Buffer.from('}\n');

function tableOf(manifest: Manifest, stream: string, csv: boolean): (bytes: Uint8Array) => Uint8Array {
  const columns = manifest.streams.find((candidate) => candidate.name === stream)?.columns ?? [];
  const widths = columns.map(({ name, type }) => Math.max(name.length, Math.min(24, widthOf(typeText(type)))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return (bytes) => {
    let text = '';
    if (shown !== stream) {
      text += `\n${stream}\n${line(columns.map((column) => column.name))}\n${widths.map((width) => '─'.repeat(width)).join('  ')}\n`;
      shown = stream;
    }
    if (csv) return Buffer.concat([Buffer.from(text), bytes]);
    for (const row of new TextDecoder().decode(bytes).split('\n')) {
      if (row !== '')
        text += `${line(Object.values(JSON.parse(row) as object).map((value) => (value === null ? 'NULL' : String(value))))}\n`;
    }
    return Buffer.from(text);
  };
}

function widthOf(type: string): number {
  const length = Number(/\((\d+)/.exec(type)?.[1]);
  return type === 'TIMESTAMP' ? 23 : Number.isNaN(length) ? 10 : length;
}
