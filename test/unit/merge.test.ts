// Files of one input that are merged by the time of their records (`?merge=rowtime`, SEMANTICS 4): the order depends on what the files hold,
// not on pieces nor on restarts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compile } from '../../compiler/compile.ts';
import type { InputBinding } from '../../contract/binding.ts';
import type { Json, Sink } from '../../contract/connector.ts';
import { Checkpoints } from '../../runtime/checkpoint.ts';
import { systemClock } from '../../runtime/clock.ts';
import { Program } from '../../runtime/program.ts';
import { run } from '../../runtime/run.ts';
import { dyingStorage } from '../harness/dyingStorage.ts';
import { memoryStorage } from '../../runtime/storage/memory.ts';
import type { Storage } from '../../runtime/storage/storage.ts';
import { resolveUrl } from '../../runtime/url.ts';
import { seededRandom } from '../harness/random.ts';

const sql = `CREATE STREAM O (f VARCHAR(8), n INTEGER);
CREATE PUMP P AS INSERT INTO O SELECT STREAM "f", "n" FROM S;`;
const start = 1_000_000n;
let wasm: Uint8Array;
let wasmOfDocuments: Uint8Array;
let folder = '';

beforeAll(async () => {
  wasm = await build(false);
  wasmOfDocuments = await build(true);
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rowtime-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function build(documents: boolean): Promise<Uint8Array> {
  const input: InputBinding = {
    stream: 'S',
    format: { kind: 'json', rowPath: '$' },
    documents,
    columns: [
      { name: 'f', type: { kind: 'VARCHAR', length: 8 }, nullable: true, mapping: '$.f' },
      { name: 'n', type: { kind: 'INTEGER' }, nullable: true, mapping: '$.n' },
    ],
    time: { path: '$.t', unit: 'ms' },
  };
  const outputs = ['O', 'error_stream'].map((stream) => ({ stream, format: 'json' as const, rowtime: true }));
  const compiled = await compile({ name: 'x.sql', text: sql }, { inputs: [input], outputs, effort: 'quick' });
  if (compiled.wasm === undefined) throw new Error('the program does not compile');
  return compiled.wasm;
}

/** A record of a file; without a time it can't be decoded. */
interface Item {
  readonly file: string;
  readonly n: number;
  readonly time: number | undefined;
  readonly text: string;
}

interface Settings {
  readonly storage?: Storage;
  readonly chunkBytes?: number;
  readonly query?: string;
  readonly program?: Uint8Array;
}

// A run over the files of the folder; what it writes is cut back to its checkpoint.
async function runFiles(lines: string[], settings: Settings = {}): Promise<void> {
  const storage = settings.storage ?? memoryStorage();
  const checkpoints = await Checkpoints.open(storage);
  const program = await Program.open(settings.program ?? wasm, { start });
  if (checkpoints.latest !== undefined) program.load(await checkpoints.blobs());
  const from = await resolveUrl(`${join(folder, '*')}${settings.query ?? '?time=$.t&merge=rowtime'}`, 'source');
  const state = checkpoints.latest?.sources[0];
  const kept = state?.position as { readonly position: Json } | undefined;
  const source = await from.connector.openSource?.({
    url: from.url,
    finished: state?.finished ?? false,
    now: Date.now,
    sleep: () => Promise.resolve(),
    ...(kept === undefined ? {} : { position: kept.position }),
  });
  if (source === undefined) throw new Error('no source');
  lines.length = Number(checkpoints.latest?.sinks[0]?.handle ?? 0);
  const sink: Sink = {
    delivery: 'transactional',
    write: (bytes) => {
      for (const line of new TextDecoder().decode(bytes).split('\n')) if (line !== '') lines.push(line);
    },
    flush: async () => lines.length,
    commit: async () => {},
    close: async () => {},
  };
  try {
    await run({
      program,
      checkpoints,
      checkpointIntervalMs: 0,
      chunkBytes: settings.chunkBytes ?? 1 << 20,
      clock: systemClock(),
      sources: [
        { stream: 'S', url: '', inputs: [0], source, live: false, finished: state?.finished ?? false, turn: 0 },
      ],
      sinks: program.manifest.outputs.map(({ stream }, output) => ({ stream, url: '', output, sink })),
    });
  } finally {
    await source.close();
  }
}

// Files with times that rise by steps of 0 to 3, so that equal ones are frequent; some records are broken, one is longer than a region.
function makeFiles(random: () => number, count: number, records: number, suffix: (index: number) => string): Item[][] {
  return Array.from({ length: count }, (_, index) => {
    const file = `f${index}`;
    let time = 2_000_000 + Math.floor(random() * 20);
    const items = Array.from({ length: Math.floor(random() * records) }, (__, n): Item => {
      time += Math.floor(random() * 4);
      if (random() < 0.05) return { file, n, time: undefined, text: `{"f":"${file}","n":"x${n}","t":${time}}` };
      const padding = random() < 0.01 ? 'x'.repeat(20_000) : '';
      return { file, n, time, text: `{"f":"${file}","n":${n},"t":${time},"p":"${padding}"}` };
    });
    const end = random() < 0.5 ? '\n' : '';
    const text = items.map((item) => item.text).join('\n') + (items.length > 0 ? end : '');
    const name = `${file}${suffix(index)}`;
    writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
    return items;
  });
}

// The law, as a program that sees all: the lowest next time, then the first file; what has no time follows at once.
function merged(files: readonly (readonly Item[])[]): Item[] {
  const at = files.map(() => 0);
  const order: Item[] = [];
  const pass = (file: number, withTime: boolean): void => {
    for (let first = withTime; ; first = false) {
      const item = files[file]?.[at[file] ?? 0];
      if (item === undefined || (item.time !== undefined && !first)) return;
      order.push(item);
      at[file] = (at[file] ?? 0) + 1;
    }
  };
  for (const file of files.keys()) pass(file, false);
  for (;;) {
    let next = -1;
    let lowest = Infinity;
    for (const [file, items] of files.entries()) {
      const time = items[at[file] ?? 0]?.time ?? Infinity;
      if (time < lowest) [next, lowest] = [file, time];
    }
    if (next < 0) return order;
    pass(next, true);
  }
}

function rows(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const row = JSON.parse(line) as { F?: string; N?: number };
    return row.F === undefined ? [] : [`${row.F} ${row.N}`];
  });
}

const expectedRows = (files: readonly (readonly Item[])[]): string[] =>
  merged(files).flatMap((item) => (item.time === undefined ? [] : [`${item.file} ${item.n}`]));

describe('merged files', () => {
  it('come in order of time, then of name, whatever the pieces; gzipped ones too', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const random = seededRandom(seed);
      const files = makeFiles(random, 1 + Math.floor(random() * 7), 300, (index) => (index % 3 === 1 ? '.gz' : ''));
      const whole: string[] = [];
      await runFiles(whole);
      expect(rows(whole)).toEqual(expectedRows(files));
      for (const chunkBytes of [64, 1000, 20_000]) {
        const lines: string[] = [];
        await runFiles(lines, { chunkBytes });
        // Rows of error_stream come at their place among the others, with the clock of the row before.
        expect(errorTimes(lines), `seed ${seed}, pieces of ${chunkBytes}`).toEqual(errorTimes(whole));
        expect(rows(lines)).toEqual(rows(whole));
      }
      rmSync(folder, { recursive: true });
      folder = mkdtempSync(join(tmpdir(), 'rowtime-'));
    }
  });

  it('go on where they were, wherever the run dies', async () => {
    const files = makeFiles(seededRandom(9), 5, 120, (index) => (index % 2 === 1 ? '.gz' : ''));
    await dieEverywhere(expectedRows(files), 9);
    // The last record of a file, without a line feed, waits for the records of another.
    writeFileSync(join(folder, 'f0'), '{"f":"f0","n":1,"t":1}\n{"f":"f0","n":2,"t":900}');
    const others = Array.from({ length: 60 }, (_, n) => `{"f":"f1","n":${n},"t":${n + 2}}`);
    for (const name of ['f1', 'f2', 'f3', 'f4'])
      writeFileSync(join(folder, name), name === 'f1' ? others.join('\n') : '');
    for (const name of ['f1.gz', 'f3.gz']) rmSync(join(folder, name));
    await dieEverywhere(['f0 1', ...others.map((_, n) => `f1 ${n}`), 'f0 2'], 5);
  });

  it('may be documents over several lines, and arrays', async () => {
    writeFileSync(join(folder, 'a'), '[{"f":"a",\n"n":1,"t":1},\n{"f":"a","n":2,"t":4}, {"f":"a","n":3,"t":4}]');
    writeFileSync(join(folder, 'b'), '{"f":"b","n":1,\n\n"t":2}{"f":"b","n":2,"t":4} {"f":"b","n":3,"t":5}\n');
    for (const chunkBytes of [16, 1 << 20]) {
      const lines: string[] = [];
      await runFiles(lines, { chunkBytes, program: wasmOfDocuments });
      expect(rows(lines)).toEqual(['a 1', 'b 1', 'a 2', 'a 3', 'b 2', 'b 3']);
    }
  });

  it('that fall back in time are raised, as those of one file', async () => {
    writeFileSync(join(folder, 'a'), '{"f":"a","n":1,"t":5}\n{"f":"a","n":2,"t":3}\n{"f":"a","n":3,"t":9}\n');
    writeFileSync(join(folder, 'b'), '{"f":"b","n":1,"t":4}\n{"f":"b","n":2,"t":6}\n');
    const lines: string[] = [];
    await runFiles(lines);
    expect(rows(lines)).toEqual(['b 1', 'a 1', 'a 2', 'b 2', 'a 3']);
  });

  it('hold a bounded part of each file in memory', async () => {
    const files = makeFiles(seededRandom(4), 8, 6000, () => '');
    const program = await Program.open(wasm, { start });
    let most = 0;
    const buffer = program.buffer.bind(program);
    program.buffer = (input, bytes) => {
      most = Math.max(most, bytes);
      return buffer(input, bytes);
    };
    const { url, connector } = await resolveUrl(`${join(folder, '*')}?time=$.t&merge=rowtime`, 'source');
    const source = await connector.openSource?.({
      url,
      finished: false,
      now: Date.now,
      sleep: () => Promise.resolve(),
    });
    if (source === undefined) throw new Error('no source');
    const chunkBytes = 100_000;
    const sources = [{ stream: 'S', url: '', inputs: [0], source, live: false, finished: false, turn: 0 }];
    await run({ program, clock: systemClock(), chunkBytes, sources, sinks: [] });
    await source.close();
    expect(program.outputRows(0)).toBe(expectedRows(files).length);
    // Eight regions, and room for the longest record in each.
    expect(most).toBeLessThan(chunkBytes + 8 * 50_000);
  });
});

// Dies at every `step`th write of a checkpoint, goes on, and must come to the same rows.
async function dieEverywhere(expected: readonly string[], step: number): Promise<void> {
  const whole: string[] = [];
  await runFiles(whole);
  expect(rows(whole)).toEqual(expected);
  let deaths = 0;
  for (let failAt = 3; failAt < 13 * step; failAt += step) {
    const objects = new Map<string, Uint8Array>();
    const lines: string[] = [];
    await runFiles(lines, { storage: dyingStorage(objects, failAt), chunkBytes: 300 }).catch((error: Error) => {
      expect(error.message).toBe('killed');
      deaths++;
    });
    await runFiles(lines, { storage: memoryStorage(objects), chunkBytes: 1000 });
    expect(rows(lines)).toEqual(expected);
    expect(errorTimes(lines)).toEqual(errorTimes(whole));
  }
  expect(deaths).toBeGreaterThan(2);
}

// ROWTIMEs of error rows with the number of rows before them.
function errorTimes(lines: readonly string[]): string[] {
  let before = 0;
  const found: string[] = [];
  for (const line of lines) {
    const row = JSON.parse(line) as { ROWTIME: string; F?: string; DATA_ROW?: string };
    if (row.F === undefined) found.push(`${row.ROWTIME} ${row.DATA_ROW}`);
    else before++;
  }
  return [...found, `${before} rows`];
}

describe('merged files refuse', () => {
  it('other options than they were begun with, and files that came or went', async () => {
    writeFileSync(join(folder, 'a'), '{"f":"a","n":1,"t":5}\n');
    writeFileSync(join(folder, 'b'), '{"f":"b","n":1,"t":4}\n');
    const objects = new Map<string, Uint8Array>();
    await runFiles([], { storage: memoryStorage(objects) });
    const again = (query?: string): Promise<void> =>
      runFiles([], { storage: memoryStorage(objects), ...(query === undefined ? {} : { query }) });
    await again();
    await expect(again('?time=$.t')).rejects.toThrow(/taken with \?merge=rowtime/);
    writeFileSync(join(folder, 'c'), '{"f":"c","n":1,"t":4}\n');
    await expect(again()).rejects.toThrow(/c: is new/);
    rmSync(join(folder, 'c'));
    writeFileSync(join(folder, 'a'), '{"f":"a","n":1,"t":5}\n{"f":"a","n":2,"t":5}\n');
    await expect(again()).rejects.toThrow(/a: had .* bytes/);
    rmSync(join(folder, 'a'));
    await expect(again()).rejects.toThrow(/a: is gone/);
  });

  it('an option without ?time=, and what is no file', async () => {
    await expect(resolveUrl('a*.jsonl?merge=rowtime', 'source')).rejects.toThrow(/"merge" needs option "time"/);
    await expect(resolveUrl('a*.jsonl?merge=name&time=t', 'source')).rejects.toThrow(/"merge" is one of rowtime/);
    await expect(resolveUrl('-?merge=rowtime&time=t', 'source')).rejects.toThrow(/no option "merge"/);
  });
});
