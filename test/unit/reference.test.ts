// Reference tables of a run: files as they are, refreshing without a stop, and what checkpoints keep (SEMANTICS 22).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compile } from '../../compiler/compile.ts';
import type { ReferenceBinding } from '../../contract/binding.ts';
import type { ReadResult, Sink, Source } from '../../contract/connector.ts';
import { bindArtifactReferences, openReferences } from '../../library/references.ts';
import { Checkpoints } from '../../runtime/checkpoint.ts';
import { systemClock } from '../../runtime/clock.ts';
import { manifestOf, Program } from '../../runtime/program.ts';
import { References } from '../../runtime/reference.ts';
import { run } from '../../runtime/run.ts';
import { memoryStorage } from '../../runtime/storage/memory.ts';

const sql = `-- products
CREATE OR REPLACE STREAM "OUT" (id INTEGER, name VARCHAR(20));
CREATE OR REPLACE PUMP "P" AS INSERT INTO "OUT"
  SELECT STREAM s.id, t.name FROM "S" AS s LEFT JOIN "T" AS t ON s.k = t.k;`;
const varchar = { kind: 'VARCHAR', length: 20 } as const;
const table = (format: ReferenceBinding['format']): ReferenceBinding => ({
  table: 'T',
  format,
  columns: ['K', 'NAME'].map((name) => ({ name, type: varchar, nullable: true, mapping: `$.${name}` })),
});
const formats = {
  csv: { kind: 'csv', columnDelimiter: ',', rowDelimiter: '\n' },
  json: { kind: 'json', rowPath: '$' },
} as const;
const artifacts = new Map<string, Uint8Array>();
let folder = '';

beforeAll(async () => {
  for (const [name, format] of Object.entries(formats)) {
    const { wasm } = await compile(
      { name: 'app.sql', text: sql },
      {
        inputs: [
          {
            stream: 'S',
            format: formats.json,
            columns: [
              { name: 'ID', type: { kind: 'INTEGER' }, nullable: true },
              { name: 'K', type: varchar, nullable: true },
            ],
          },
        ],
        references: [table(format)],
        outputs: ['OUT', 'error_stream'].map((stream) => ({ stream, format: 'json', rowtime: false })),
        effort: 'quick',
      },
    );
    if (wasm !== undefined) artifacts.set(name, wasm);
  }
}, 60_000);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rowtime-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A source of rows `{"ID":n,"K":key}`; before a row whatever stands there is waited for. */
function rowsOf(steps: readonly (string | (() => Promise<void>))[], from = 0): Source {
  let at = from;
  const read = (room: Uint8Array): ReadResult => {
    const step = steps[at];
    if (step === undefined) return { kind: 'end' };
    at++;
    if (typeof step !== 'string') return { kind: 'wait', until: step() };
    const { written } = new TextEncoder().encodeInto(`{"ID":${at},"K":"${step}"}\n`, room);
    return { kind: 'bytes', length: written, last: false };
  };
  return { resumable: 'position', read, consumed: () => {}, position: () => at, close: async () => {} };
}

function sinkInto(rows: string[]): Sink {
  return {
    delivery: 'at-least-once',
    write: (bytes) => void rows.push(...new TextDecoder().decode(bytes).trim().split('\n')),
    flush: async () => null,
    commit: async () => {},
    close: async () => {},
  };
}

interface Ran {
  readonly names: (string | null)[];
  readonly errors: string[];
  readonly notices: string[];
}

async function runWith(
  format: keyof typeof formats,
  url: string,
  source: Source,
  objects?: Map<string, Uint8Array>,
): Promise<Ran> {
  const wasm = artifacts.get(format) ?? new Uint8Array();
  const clock = systemClock();
  const notices: string[] = [];
  const program = await Program.open(wasm, { start: 0n });
  const bound = await bindArtifactReferences(manifestOf(wasm), [`T=${url}`]);
  const references = openReferences(program, bound, clock, (text) => void notices.push(text));
  const checkpoints = objects === undefined ? undefined : await Checkpoints.open(memoryStorage(objects));
  if (checkpoints?.latest !== undefined) {
    await references.restore(checkpoints);
    program.load(await checkpoints.blobs());
  }
  const [out, errors]: [string[], string[]] = [[], []];
  await run({
    program,
    sources: [{ stream: 'S', url: 'rows', inputs: [0], source, live: true, finished: false, turn: 0 }],
    sinks: [
      { stream: 'OUT', url: 'out', output: 0, sink: sinkInto(out) },
      { stream: 'error_stream', url: 'errors', output: 1, sink: sinkInto(errors) },
    ],
    references,
    clock,
    ...(checkpoints === undefined ? {} : { checkpoints }),
  });
  const names = out.map((row) => (JSON.parse(row) as { NAME: string | null }).NAME);
  return { names, errors, notices };
}

const file = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
/** Long enough for a look at a file every 5 ms. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

describe('a reference table', () => {
  it('comes from CSV, JSON lines, gzip and several files', async () => {
    const csv = file('a.csv', 'a,apple\nb,"red, ""b"""\n\nc,');
    expect((await runWith('csv', csv, rowsOf(['a', 'b', 'c', 'd']))).names).toEqual(['apple', 'red, "b"', null, null]);
    const zipped = file('z.csv.gz', gzipSync('a,apple'));
    expect((await runWith('csv', zipped, rowsOf(['a']))).names).toEqual(['apple']);
    file('1.jsonl', '{"K":"a","NAME":"one"}');
    file('2.jsonl', '[{"K":"a","NAME":"two"},{"NAME":"three","K":"b"}]\n');
    const { names } = await runWith('json', join(folder, '*.jsonl'), rowsOf(['a', 'b']));
    expect(names).toEqual(['one', 'two', 'three']);
  });

  it('comes from JSON documents over any number of lines, or an array of them', async () => {
    const one = (name: string): string => `{\n  "NAME": "${name}",\n  "K": "a"\n}`;
    const forms = [
      `${one('one')}${one('two')}\n\n${one('three')}`,
      `[${one('one')},${one('two')},\n${one('three')}]`,
      `\n [ ${one('one')} , ${one('two')}] ${one('three')} []`,
      `${one('one')}\nwhat is {"K":"a"} this?\n  ${one('two')}\n${one('three')}\n`,
      `[${one('one')},\n {"K":"a","NAME":}, \n${one('two')},\n${one('three')}`,
      `{"NAME":"one","K":"a"}\n{"K":"a","NAME":"cut\n{"NAME":"two","K":"a"}\n{"NAME":"three","K":"a"}`,
    ];
    const results = [];
    for (const text of forms) results.push(await runWith('json', file('a.json', text), rowsOf(['a'])));
    for (const { names } of results) expect(names).toEqual(['one', 'two', 'three']);
    expect(results.map(({ errors }) => errors.length)).toEqual([0, 0, 0, 1, 1, 1]);
    const many = Array.from({ length: 50_000 }, (_, index) => `{\n"K":"k${index}",\n"NAME":"name ${index}"}`);
    const { names } = await runWith('json', file('a.json', `[${many.join(',\n')}]`), rowsOf(['k0', 'k49999']));
    expect(names).toEqual(['name 0', 'name 49999']);
  });

  it('is larger than one piece, with a record across pieces', async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `k${index},name ${index} of many`);
    const { names } = await runWith('csv', file('a.csv', lines.join('\n')), rowsOf(['k0', 'k31234', 'k59999']));
    expect(names).toEqual(['name 0 of many', 'name 31234 of many', 'name 59999 of many']);
  });

  it('is loaded without records that can not be decoded', async () => {
    const { names, errors } = await runWith('json', file('a.jsonl', '{"K":"a","NAME":"one"}\n{"K":\n'), rowsOf(['a']));
    expect(names).toEqual(['one']);
    expect(errors.length).toBe(1);
    expect(errors[0]).toMatch(/invalid-record.*reference table \\"T\\"/);
  });

  it('must be given, exist and keep to the limit', async () => {
    const wasm = artifacts.get('csv') ?? new Uint8Array();
    const program = await Program.open(wasm, { start: 0n });
    const none = await bindArtifactReferences(manifestOf(wasm), []);
    expect(() => openReferences(program, none, systemClock())).toThrow(
      /table T has no content: give --reference T=URL/,
    );
    await expect(bindArtifactReferences(manifestOf(wasm), ['U=x.csv'])).rejects.toThrow(/no reference table "U"/);
    await expect(bindArtifactReferences(manifestOf(wasm), ['T=-'])).rejects.toThrow(/can not hold reference data/);
    await expect(runWith('csv', join(folder, 'gone.csv'), rowsOf(['a']))).rejects.toThrow(/gone.csv.*no such file/);
    const source = {
      table: 'T',
      index: 0,
      url: 'big.csv',
      open: async () => rowsOf(['a', 'b', 'c']),
      version: async () => '1',
    };
    const limited = new References({ program, sources: [source], clock: systemClock(), bytesMax: 40 });
    await expect(limited.begin(0n, () => {})).rejects.toThrow(/big.csv: reference table T has more than 40 bytes/);
  });
});

describe('refreshing', () => {
  it('replaces the content between two rows, whole or not at all', async () => {
    const path = file('a.csv', 'a,first\n');
    const source = rowsOf([
      'a',
      pause,
      'a',
      async () => {
        file('a.csv', 'a,second\nb,more\n');
        await pause();
      },
      'a',
      'b',
      async () => {
        rmSync(path);
        await pause();
      },
      'a',
      async () => {
        file('a.csv', '');
        await pause();
      },
      'a',
    ]);
    const { names, notices } = await runWith('csv', `${path}?refresh=5ms`, source);
    expect(names).toEqual(['first', 'first', 'second', 'more', 'second', null]);
    expect(notices.filter((text) => text.includes('new content')).length).toBe(2);
    expect(notices.filter((text) => /keeps its content: .*no such file/.test(text)).length).toBe(1);
  });

  it('does not happen unless it is asked for', async () => {
    const path = file('a.csv', 'a,first\n');
    const change = async (): Promise<void> => {
      file('a.csv', 'a,second\n');
      await pause();
    };
    expect((await runWith('csv', path, rowsOf(['a', change, 'a']))).names).toEqual(['first', 'first']);
  });
});

describe('a checkpoint', () => {
  // Runs rows 0 and 1 and leaves a checkpoint behind; the source had not ended.
  async function firstHalf(path: string): Promise<Map<string, Uint8Array>> {
    const objects = new Map<string, Uint8Array>();
    expect((await runWith('csv', path, rowsOf(['a', 'a']), objects)).names).toEqual(['first', 'first']);
    return objects;
  }

  it('gives the table back as it was, without another error row', async () => {
    const path = file('a.csv', 'a,first\n"broken" record\n');
    const objects = await firstHalf(path);
    const again = await runWith('csv', path, rowsOf(['a']), objects);
    expect(again.names).toEqual(['first']);
    expect(again.errors).toEqual([]);
    expect(again.notices).toEqual([]);
  });

  it('keeps its content when the file has changed, and says so', async () => {
    const path = file('a.csv', 'a,first\n');
    const objects = await firstHalf(path);
    file('a.csv', 'a,second\n');
    const kept = await runWith('csv', path, rowsOf(['a']), objects);
    expect(kept.names).toEqual(['first']);
    expect(kept.notices[0]).toMatch(/not what reference table T holds in the checkpoint.*\?refresh=/);
    rmSync(path);
    expect((await runWith('csv', path, rowsOf(['a']), objects)).names).toEqual(['first']);
  });

  it('gives way to the changed file where refreshing is asked for, before the first row', async () => {
    const path = file('a.csv', 'a,first\n');
    const objects = await firstHalf(path);
    file('a.csv', 'a,second\n');
    const { names } = await runWith('csv', `${path}?refresh=1h`, rowsOf(['a']), objects);
    expect(names).toEqual(['second']);
    const contents = [...objects.keys()].filter((name) => name.startsWith('reference-'));
    expect(contents.length).toBeLessThanOrEqual(2);
  });

  it('is refused when the content is missing, broken or read otherwise', async () => {
    const path = file('a.csv', 'a,first\n');
    const objects = await firstHalf(path);
    const name = [...objects.keys()].find((key) => key.startsWith('reference-')) ?? '';
    const without = new Map(objects);
    without.delete(name);
    await expect(runWith('csv', path, rowsOf(['a']), without)).rejects.toThrow(/content of reference table T.*missing/);
    const broken = new Map(objects).set(name, new TextEncoder().encode('a,other\n'));
    await expect(runWith('csv', path, rowsOf(['a']), broken)).rejects.toThrow(/reference table T.*checksum/);
    await expect(runWith('json', path, rowsOf(['a']), objects)).rejects.toThrow(/schema or format was changed/);
  });
});
