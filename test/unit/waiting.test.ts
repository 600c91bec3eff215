// Inputs whose clocks run apart: rows of one wait for the bound of another up to a limit, then it isn't fed (SEMANTICS 5).
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../compiler/compile.ts';
import type { InputBinding } from '../../contract/binding.ts';
import type { ReadResult, Sink, Source } from '../../contract/connector.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { PaceOptions } from '../../runtime/pace.ts';
import { Program } from '../../runtime/program.ts';
import { run, type RunOptions } from '../../runtime/run.ts';

const limit = 1 << 20;
const text = { kind: 'VARCHAR', length: 100 } as const;

// Rows of both inputs meet in O by arrival; in P by a time of their own; in Q by another one.
const plain = `CREATE STREAM O (f VARCHAR(100), n INTEGER);
CREATE PUMP PA AS INSERT INTO O SELECT STREAM "f", "n" FROM A;
CREATE PUMP PB AS INSERT INTO O SELECT STREAM "f", "n" FROM B;`;
const promoted = `CREATE STREAM P (f VARCHAR(100), n INTEGER);
CREATE PUMP PA AS INSERT INTO P SELECT STREAM "t" AS ROWTIME, "f", "n" FROM A;
CREATE PUMP PB AS INSERT INTO P SELECT STREAM "t" AS ROWTIME, "f", "n" FROM B;`;
const crossed = `${promoted}
CREATE STREAM Q (f VARCHAR(100), n INTEGER);
CREATE PUMP QA AS INSERT INTO Q SELECT STREAM "u" AS ROWTIME, "f", "n" FROM A;
CREATE PUMP QB AS INSERT INTO Q SELECT STREAM "u" AS ROWTIME, "f", "n" FROM B;`;
// All rows of A that reach N come back to O beside those of A itself.
const own = `CREATE STREAM N (f VARCHAR(100), n INTEGER);
CREATE PUMP PN AS INSERT INTO N SELECT STREAM "t" AS ROWTIME, "f", "n" FROM A;
CREATE STREAM O (f VARCHAR(100), n INTEGER);
CREATE PUMP PA AS INSERT INTO O SELECT STREAM "f", "n" FROM A;
CREATE PUMP PO AS INSERT INTO O SELECT STREAM f, n FROM N;`;
const artifacts = new Map<string, Uint8Array>();

beforeAll(async () => {
  for (const sql of [plain, promoted, crossed, own]) artifacts.set(sql, await build(sql, false));
  artifacts.set('promoted-idle', await build(promoted, true));
}, 120_000);

async function build(sql: string, promotedIdle: boolean): Promise<Uint8Array> {
  const inputs = ['A', 'B'].map(
    (stream): InputBinding => ({
      stream,
      format: { kind: 'json', rowPath: '$' },
      columns: [
        { name: 'f', type: text, nullable: true, mapping: '$.f' },
        { name: 'n', type: { kind: 'INTEGER' }, nullable: true, mapping: '$.n' },
        { name: 't', type: { kind: 'TIMESTAMP' }, nullable: true, mapping: '$.t' },
        { name: 'u', type: { kind: 'TIMESTAMP' }, nullable: true, mapping: '$.u' },
      ],
    }),
  );
  const compiled = await compile({ name: 'x.sql', text: sql }, { inputs, promotedIdle, effort: 'quick' });
  if (compiled.wasm === undefined) throw new Error('the program does not compile');
  return compiled.wasm;
}

// A clock that runs a little with every look at it, and jumps to the end of a timer.
function quickClock(): Clock {
  let time = 1_000_000;
  return {
    now: () => Math.floor(time),
    elapsed: () => (time += 0.01),
    timer: (milliseconds) => ({
      done: new Promise((resolve) =>
        setImmediate(() => {
          time += Math.max(0, milliseconds);
          resolve();
        }),
      ),
      cancel: () => {},
    }),
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

const timeText = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 23);

// Lines of a source; t and u of row n.
function lines(file: string, count: number, t: (n: number) => number, u: (n: number) => number): Uint8Array {
  const rows = Array.from(
    { length: count },
    (_, n) => `{"f":"${file.padEnd(60, '.')}","n":${n},"t":"${timeText(t(n))}","u":"${timeText(u(n))}"}\n`,
  );
  return new TextEncoder().encode(rows.join(''));
}

/** A source of bytes that has nothing while `holds` gives a promise. */
class Bytes implements Source {
  readonly resumable = 'no';
  at = 0;
  private readonly bytes: Uint8Array;
  private readonly holds: () => Promise<void> | undefined;

  constructor(bytes: Uint8Array, holds: () => Promise<void> | undefined = () => undefined) {
    this.bytes = bytes;
    this.holds = holds;
  }

  get done(): boolean {
    return this.at === this.bytes.length;
  }

  read(room: Uint8Array): ReadResult {
    const until = this.holds();
    if (until !== undefined) return { kind: 'wait', until };
    if (this.done) return { kind: 'end' };
    const length = Math.min(room.length, this.bytes.length - this.at);
    room.set(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return { kind: 'bytes', length, last: false };
  }

  consumed(): void {}
  position(): null {
    return null;
  }
  async close(): Promise<void> {}
}

async function runBoth(
  sql: string,
  a: Source,
  b: Source,
  options: Partial<RunOptions> = {},
  paceOfB?: PaceOptions,
): Promise<{ rows: string[]; peak: number; errors: number }> {
  const program = await Program.open(artifacts.get(sql) ?? new Uint8Array(0), { start: 1_000_000n });
  const rows: string[] = [];
  let errors = 0;
  const sinkOf = (stream: string): Sink => ({
    delivery: 'at-least-once',
    write: (bytes) => {
      for (const line of new TextDecoder().decode(bytes).split('\n')) {
        if (line === '') continue;
        const row = JSON.parse(line) as { F: string; N: number };
        if (stream === 'error_stream') errors++;
        else rows.push(`${stream} ${row.F.charAt(0)}${row.N}`);
      }
    },
    flush: async () => null,
    commit: async () => {},
    close: async () => {},
  });
  const report = await run({
    program,
    clock: quickClock(),
    waitingBytesMax: limit,
    sources: [a, b].map((source, index) => ({
      stream: 'AB'.charAt(index),
      url: '',
      inputs: [index],
      source,
      live: true,
      finished: false,
      turn: 0,
      ...(index === 1 && paceOfB !== undefined ? { pace: paceOfB } : {}),
    })),
    sinks: program.manifest.outputs.map(({ stream }, output) => ({ stream, url: '', output, sink: sinkOf(stream) })),
    ...options,
  });
  return { rows, peak: report.stateBytesMax, errors };
}

const count = 60_000;
const same = (): number => 0;

describe('an input whose rows wait for another', () => {
  it('is not fed past the limit, and a silent live input moves with the clock', async () => {
    // B has nothing for ever; the run is stopped when A is done.
    const withSilentB = (options: Partial<RunOptions>): ReturnType<typeof runBoth> => {
      const a = new Bytes(lines('a', count, same, same));
      const b = new Bytes(new Uint8Array(0), () => new Promise<void>(() => {}));
      const stop = new AbortController();
      return runBoth(plain, a, b, { stop: stop.signal, onProgress: () => a.done && stop.abort(), ...options });
    };
    const { rows, peak } = await withSilentB({ idleAfterMs: 3_600_000 });
    expect(rows.length).toBeGreaterThan(count * 0.8);
    expect(rows).toEqual(Array.from({ length: rows.length }, (_, n) => `O a${n}`));
    expect(peak).toBeLessThan(4 * limit);
    // Without the limit all of it waits.
    const whole = await withSilentB({ waitingBytesMax: Infinity, idleAfterMs: 1e12 });
    expect(whole.rows).toEqual([]);
    expect(whole.peak).toBeGreaterThan(6 * limit);
  });

  it('waits for promoted times that come later, and goes on with them', async () => {
    let come = (): void => {};
    const later = new Promise<void>((resolve) => {
      come = resolve;
    });
    let isThere = false;
    const a = new Bytes(lines('a', count, (n) => 2 * n, same));
    const b = new Bytes(
      lines('b', count, (n) => 2 * n + 1, same),
      () => (isThere ? undefined : later),
    );
    let before = 0;
    const look = setInterval(() => {
      // A is read up to the limit; the wall clock doesn't cross a promoted time.
      const isStill = a.at > limit / 4 && a.at === before;
      before = a.at;
      if (!isStill) return;
      clearInterval(look);
      expect(a.at).toBeLessThan(2 * limit);
      isThere = true;
      come();
    }, 150);
    const { rows, peak, errors } = await runBoth(promoted, a, b);
    expect(isThere).toBe(true);
    expect(errors).toBe(0);
    expect(rows).toEqual(Array.from({ length: 2 * count }, (_, n) => `P ${'ab'.charAt(n % 2)}${n >> 1}`));
    expect(peak).toBeLessThan(6 * limit);
  });

  it('goes on with the wall clock where bounds cross promoted times', async () => {
    const a = new Bytes(lines('a', count, (n) => n, same));
    const stop = new AbortController();
    const b = new Bytes(new Uint8Array(0), () => new Promise<void>(() => {}));
    const onProgress = (): void => {
      if (a.done) stop.abort();
    };
    const { rows, errors, peak } = await runBoth('promoted-idle', a, b, { stop: stop.signal, onProgress });
    expect(errors).toBe(0);
    expect(rows.length).toBeGreaterThan(count * 0.8);
    expect(peak).toBeLessThan(4 * limit);
  });

  it('is not silent while it is kept from being read', async () => {
    // Five rows of B a second hold A up, for longer than silence takes.
    const a = new Bytes(lines('a', count, (n) => n, same));
    const b = new Bytes(lines('b', 40, same, same));
    const { rows, errors } = await runBoth('promoted-idle', a, b, {}, { rate: 5 });
    expect(errors).toBe(0);
    expect(rows.length).toBe(count + 40);
  });

  it('passes the limit where each waits for the other', async () => {
    // By t A is ahead of B, by u B is ahead of A.
    const ahead = (n: number): number => 1_000_000 + n;
    const behind = (n: number): number => n;
    const many = 20_000;
    const a = new Bytes(lines('a', many, ahead, behind));
    const b = new Bytes(lines('b', many, behind, ahead));
    const { rows, errors } = await runBoth(crossed, a, b);
    expect(errors).toBe(0);
    expect(rows.length).toBe(4 * many);
    const of = (stream: string): string[] => rows.filter((row) => row.startsWith(stream)).map((row) => row.slice(2));
    const all = (file: string): string[] => Array.from({ length: many }, (_, n) => `${file}${n}`);
    expect(of('P')).toEqual([...all('b'), ...all('a')]);
    expect(of('Q')).toEqual([...all('a'), ...all('b')]);
  });

  it('never waits for what only it can move', async () => {
    // The promoted times of A stay behind its clock: no other input could help.
    const a = new Bytes(lines('a', 20_000, (n) => n, same));
    const b = new Bytes(new Uint8Array(0), () => (a.done ? undefined : new Promise<void>((go) => setTimeout(go, 1))));
    const { rows } = await runBoth(own, a, b);
    expect(rows.length).toBe(40_000);
  });

  it('waits as long after a restart', async () => {
    const wasm = artifacts.get(plain) ?? new Uint8Array(0);
    const program = await Program.open(wasm, { start: 0n });
    program.feedRaw(0, lines('a', 100, same, same), true, 5n, () => {});
    const waiting = program.inputWaiting(0);
    expect(waiting).toBeGreaterThan(100 * 60);
    expect(program.inputWaiting(1)).toBe(0);
    const restored = await Program.open(wasm, { start: 0n });
    restored.load(program.save(true));
    expect(restored.inputWaiting(0)).toBe(waiting);
    while (restored.advance(1, 5n)) restored.drain(() => {});
    expect(restored.inputWaiting(0)).toBe(0);
  });
});
