// Checkpoints: published whole or not at all, incremental, and refused when foreign or broken.
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveUrl } from '../../runtime/url.ts';
import { carryover, Checkpoints } from '../../runtime/checkpoint.ts';
import { systemClock } from '../../runtime/clock.ts';
import { run, type RunReport } from '../../runtime/run.ts';
import { directoryStorage } from '../../runtime/storage/directory.ts';
import { dyingStorage } from '../harness/dyingStorage.ts';
import { memoryStorage } from '../../runtime/storage/memory.ts';
import type { Storage } from '../../runtime/storage/storage.ts';
import { fakeManifest, fakeProgram, operator } from './fakeProgram.ts';

const sleep = (): Promise<void> => Promise.resolve();
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rowtime-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${'abcd'[index % 4]}${index}\n`).join('');

// A run over real files and the fake program, as library/runApplication.ts puts it together.
async function runFiles(storage: Storage, stop?: AbortSignal, chunkBytes = 64): Promise<RunReport> {
  const checkpoints = await Checkpoints.open(storage);
  const program = fakeProgram();
  if (checkpoints.latest !== undefined) program.load(await checkpoints.blobs());
  const from = await resolveUrl(join(folder, 'in*.jsonl'), 'source');
  const to = await resolveUrl(join(folder, 'out.jsonl'), 'sink');
  const state = checkpoints.latest?.sources[0];
  const kept = state?.position as { position: null } | undefined;
  const source = await from.connector.openSource?.({
    url: from.url,
    finished: state?.finished ?? false,
    now: Date.now,
    sleep,
    ...(kept === undefined ? {} : { position: kept.position }),
  });
  const handle = checkpoints.latest?.sinks[0]?.handle;
  const sink = await to.connector.openSink?.({
    url: to.url,
    durable: true,
    sleep,
    ...(handle === undefined ? {} : { handle }),
  });
  if (source === undefined || sink === undefined) throw new Error('no connector');
  try {
    return await run({
      program,
      checkpoints,
      checkpointIntervalMs: 0,
      chunkBytes,
      clock: systemClock(),
      sources: [
        { stream: 'IN_0', url: '', inputs: [0], source, live: true, finished: state?.finished ?? false, turn: 0 },
      ],
      sinks: [{ stream: 'OUT', url: '', output: 0, sink }],
      ...(stop === undefined ? {} : { stop }),
    });
  } finally {
    await source.close();
    await sink.close();
    await storage.close();
  }
}

const output = (): string => readFileSync(join(folder, 'out.jsonl'), 'utf8');

describe('checkpoints', () => {
  it('write nothing twice and lose nothing, wherever the run dies', async () => {
    writeFileSync(join(folder, 'in1.jsonl'), lines(40));
    writeFileSync(join(folder, 'in2.jsonl'), lines(25).trimEnd());
    await runFiles(memoryStorage());
    const expected = output();
    expect(expected.split('\n').length).toBe(66);
    for (let failAt = 1; failAt < 40; failAt += 3) {
      rmSync(join(folder, 'out.jsonl'));
      const objects = new Map<string, Uint8Array>();
      await runFiles(dyingStorage(objects, failAt)).catch((error: Error) => expect(error.message).toBe('killed'));
      await runFiles(memoryStorage(objects));
      expect(output()).toBe(expected);
    }
  });

  it('are published while the run goes on, one after another, each of the moment at which it was taken', async () => {
    writeFileSync(join(folder, 'in1.jsonl'), lines(2000));
    await runFiles(memoryStorage());
    const expected = output();
    let wroteMeanwhile = 0;
    for (const failAt of [Infinity, 3, 4, 5, 6, 7, 8]) {
      rmSync(join(folder, 'out.jsonl'));
      const objects = new Map<string, Uint8Array>();
      const dying = dyingStorage(objects, failAt);
      let writing: string | undefined;
      const slow: Storage = {
        ...dying,
        write: async (name, ...parts) => {
          expect(writing).toBe(undefined);
          writing = name;
          const before = output().length;
          for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
          if (output().length > before) wroteMeanwhile++;
          await dying.write(name, ...parts);
          writing = undefined;
        },
      };
      await runFiles(slow).catch((error: Error) => expect(error.message).toBe('killed'));
      await runFiles(memoryStorage(objects));
      expect(output()).toBe(expected);
    }
    expect(wroteMeanwhile).toBeGreaterThan(0);
  });

  it('do nothing on unchanged finished files and refuse changed ones', async () => {
    writeFileSync(join(folder, 'in1.jsonl'), lines(10));
    const place = join(folder, 'checkpoints');
    await runFiles(directoryStorage(place));
    const expected = output();
    const again = await runFiles(directoryStorage(place));
    expect(again.sources[0]?.bytes).toBe(0);
    expect(output()).toBe(expected);
    writeFileSync(join(folder, 'in1.jsonl'), lines(11));
    await expect(runFiles(directoryStorage(place))).rejects.toThrow(/in1.jsonl: had .* bytes/);
  });

  it('refuse an output that was shortened', async () => {
    writeFileSync(join(folder, 'in1.jsonl'), lines(10));
    const storage = memoryStorage();
    await runFiles(storage);
    truncateSync(join(folder, 'out.jsonl'), 5);
    await expect(runFiles(storage)).rejects.toThrow(/shortened/);
  });

  it('refer to groups that did not change, and remove what nothing refers to', async () => {
    const storage = memoryStorage();
    const checkpoints = await Checkpoints.open(storage);
    const program = fakeProgram();
    const feed = (text: string): unknown => program.feedRaw(0, new TextEncoder().encode(text), false, 0n, () => {});
    feed('a\nb\n');
    await checkpoints.publish(program, [], []);
    feed('a\n');
    const second = await checkpoints.publish(program, [], []);
    expect(new Set(second.blobs.map((blob) => blob.object)).size).toBe(2);
    for (let round = 0; round < 4; round++) {
      feed('a\nb\n');
      await checkpoints.publish(program, [], []);
    }
    expect((await storage.list()).length).toBeLessThanOrEqual(5);
    expect((await (await Checkpoints.open(storage)).blobs()).length).toBe(3);
  });

  it('are refused when foreign, truncated or broken', async () => {
    const foreign = join(folder, 'foreign');
    await directoryStorage(foreign).close();
    writeFileSync(join(foreign, 'photo.jpg'), '');
    await expect(Checkpoints.open(directoryStorage(foreign))).rejects.toThrow(/photo.jpg/);
    const place = join(folder, 'checkpoints');
    const checkpoints = await Checkpoints.open(directoryStorage(place));
    await checkpoints.publish(fakeProgram(), [], []);
    await checkpoints.close();
    const state = readdirSync(place).find((name) => name.endsWith('.bin')) ?? '';
    const bytes = readFileSync(join(place, state));
    writeFileSync(join(place, state), Buffer.concat([Buffer.from([9]), bytes.subarray(1)]));
    const broken = await Checkpoints.open(directoryStorage(place));
    await expect(broken.blobs()).rejects.toThrow(/checksum/);
    await broken.close();
    truncateSync(join(place, state), 3);
    const short = await Checkpoints.open(directoryStorage(place));
    await expect(short.blobs()).rejects.toThrow(/truncated/);
    await short.close();
    truncateSync(join(place, 'checkpoint-000000000000.json'), 30);
    await expect(Checkpoints.open(directoryStorage(place))).rejects.toThrow(/not JSON/);
    writeFileSync(join(place, 'checkpoint-000000000000.json'), '{"sha256":"","checkpoint":null}');
    await expect(Checkpoints.open(directoryStorage(place))).rejects.toThrow(/not a checkpoint/);
  });

  it('say what carries over to a changed program', async () => {
    const checkpoints = await Checkpoints.open(memoryStorage());
    const checkpoint = await checkpoints.publish(
      fakeProgram({ manifest: fakeManifest([operator('a'), operator('b')]) }),
      [],
      [],
    );
    const { carried, empty, dropped, changedAncestors } = carryover(
      checkpoint,
      fakeManifest([operator('b', 'OTHER'), operator('c')]),
    );
    expect([carried, empty, dropped, changedAncestors].map((list) => list.map(({ id }) => id))).toEqual([
      ['b'],
      ['c'],
      ['a'],
      ['b'],
    ]);
  });
});
