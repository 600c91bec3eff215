// A run that began in the artifact that was compiled in haste goes on in the fast one: rows, counters and checkpoints are the same.
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../../compiler/compile.ts';
import type { Source } from '../../contract/connector.ts';
import type { InputBinding } from '../../contract/binding.ts';
import { Program } from '../../runtime/program.ts';

const sql = `CREATE STREAM O (k VARCHAR(4), n BIGINT, last DOUBLE);
CREATE PUMP P AS INSERT INTO O SELECT STREAM k, COUNT(*), LAST_VALUE(v) FROM S GROUP BY k, STEP(S.ROWTIME BY INTERVAL '10' SECOND);`;
const columns = [
  { name: 'T', type: { kind: 'TIMESTAMP' }, nullable: true, mapping: '$.t' },
  { name: 'K', type: { kind: 'VARCHAR', length: 4 }, nullable: true, mapping: '$.k' },
  { name: 'V', type: { kind: 'DOUBLE' }, nullable: true, mapping: '$.v' },
] as const;
const input: InputBinding = {
  stream: 'S',
  format: { kind: 'json', rowPath: '$' },
  columns,
  time: { path: '$.t', unit: 'ms' },
};
const rows = Array.from(
  { length: 60 },
  (_, index) => `{"t":${index * 700},"k":"${'abc'[index % 3]}","v":${index}.5}\n`,
);

let quick: Uint8Array;
let full: Uint8Array;
beforeAll(async () => {
  const made = async (effort: 'quick' | 'full'): Promise<Uint8Array> => {
    const { wasm } = await compile({ name: 'x.sql', text: sql }, { inputs: [input], effort });
    if (wasm === undefined) throw new Error('the program does not compile');
    return wasm;
  };
  [quick, full] = [await made('quick'), await made('full')];
});

async function play(
  exchangeAt: number | undefined,
): Promise<{ text: string; ledger: string; rows: number; saved: number }> {
  const program = await Program.open(quick, { start: 0n });
  let text = '';
  const take = (_: number, bytes: Uint8Array): void => {
    text += new TextDecoder().decode(bytes);
  };
  let saved = 0;
  for (const [index, row] of rows.entries()) {
    if (index === exchangeAt) {
      program.drain(take);
      // What changed before the exchange must be in the next checkpoint, though the new instance was only just loaded.
      program.save(true);
      await program.exchange(full);
      saved = program.save(false).length;
      expect(program.save(false).length).toBeLessThan(saved);
    }
    program.feedRaw(0, new TextEncoder().encode(row), false, 0n, take);
  }
  while (program.finish(0)) program.drain(take);
  program.drain(take);
  const output = program.manifest.outputs.findIndex(({ stream }) => stream === 'O');
  return { text, ledger: JSON.stringify(program.ledger()), rows: program.outputRows(output), saved };
}

test('rows, ledger and counts are those of a run without an exchange', async () => {
  const { saved: _, ...plain } = await play(undefined);
  for (const at of [0, 1, 17, 59]) {
    const { saved, ...exchanged } = await play(at);
    expect(exchanged).toEqual(plain);
    expect(saved).toBeGreaterThan(100);
  }
});

test('another program is refused', async () => {
  const { wasm } = await compile(
    { name: 'y.sql', text: sql.replace('COUNT(*)', 'COUNT(v)') },
    { inputs: [input], effort: 'quick' },
  );
  const program = await Program.open(quick, { start: 0n });
  await expect(program.exchange(wasm ?? quick)).rejects.toThrow('another program');
});

test('a run takes the fast artifact when it comes', async () => {
  const { run } = await import('../../runtime/run.ts');
  const { systemClock } = await import('../../runtime/clock.ts');
  const clock = systemClock();
  const played = async (faster: Promise<Uint8Array | undefined> | undefined): Promise<string> => {
    const program = await Program.open(quick, { start: 0n });
    const bytes = new TextEncoder().encode(rows.join(''));
    let read = 0;
    const source: Source = {
      resumable: 'no',
      read: (room) => {
        if (read === bytes.length) return { kind: 'end' };
        const length = Math.min(room.length, bytes.length - read);
        room.set(bytes.subarray(read, read + length));
        read += length;
        return { kind: 'bytes', length, last: read === bytes.length };
      },
      consumed: () => {},
      position: () => null,
      close: () => Promise.resolve(),
    };
    let text = '';
    const sinks = program.manifest.outputs.map(({ stream }, output) => ({
      stream,
      url: 'memory',
      output,
      sink: {
        delivery: 'at-least-once' as const,
        write: (bytes: Uint8Array): undefined => {
          text += new TextDecoder().decode(bytes);
        },
        flush: () => Promise.resolve(null),
        commit: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
    }));
    const from = { stream: 'S', url: 'memory', inputs: [0], source, live: false, finished: false, turn: 0 };
    await run({
      program,
      sources: [from],
      sinks: sinks as never,
      clock,
      chunkBytes: 100,
      ...(faster === undefined ? {} : { faster }),
    });
    await source.close();
    return text;
  };
  expect(await played(Promise.resolve(full))).toBe(await played(undefined));
});
