// The built-in connectors: reading, going on at a position, cutting back, and what they refuse.
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json, Source } from '../../contract/connector.ts';
import { resolveUrl } from '../../runtime/url.ts';

const sleep = (): Promise<void> => Promise.resolve();
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rowtime-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function open(text: string, position?: Json, now: () => number = Date.now): Promise<Source> {
  const { url, connector } = await resolveUrl(text, 'source');
  const source = await connector.openSource?.({
    url,
    finished: false,
    now,
    sleep,
    ...(position === undefined ? {} : { position }),
  });
  if (source === undefined) throw new Error('no source');
  return source;
}

async function readAll(source: Source, size = 7): Promise<string> {
  let text = '';
  for (;;) {
    const room = new Uint8Array(size);
    const result = source.read(room);
    if (result.kind === 'end') return text;
    if (result.kind === 'wait') await result.until;
    else {
      text += new TextDecoder().decode(room.subarray(0, result.length));
      if (result.last) text += '|';
      source.consumed(result.length);
    }
  }
}

describe('file source', () => {
  it('reads a glob in order of name and marks the ends', async () => {
    writeFileSync(join(folder, 'b.jsonl'), 'two');
    writeFileSync(join(folder, 'a.jsonl'), 'one\n');
    writeFileSync(join(folder, 'c.jsonl.gz'), gzipSync('three'));
    expect(await readAll(await open(join(folder, '*.jsonl*')))).toBe('one\n|two|three|');
  });

  it('goes on at its position, plain and gzipped', async () => {
    writeFileSync(join(folder, 'a.jsonl'), '0123456789');
    writeFileSync(join(folder, 'b.jsonl.gz'), Buffer.concat([gzipSync('01234'), gzipSync('56789')]));
    for (const name of ['a.jsonl', 'b.jsonl.gz']) {
      const source = await open(join(folder, name));
      for (let read = 0; read < 6; ) {
        const result = source.read(new Uint8Array(6 - read));
        if (result.kind === 'wait') await result.until;
        if (result.kind === 'bytes') {
          read += result.length;
          source.consumed(result.length);
        }
      }
      expect(await readAll(await open(join(folder, name), source.position()))).toBe('6789|');
    }
  });

  it('names the file and the reason when it can not be read', async () => {
    await expect(open(join(folder, 'none.jsonl'))).rejects.toThrow(/none.jsonl: can not be read: no such file/);
    await expect(open(join(folder, '*.csv'))).rejects.toThrow(/no file has such a name/);
    writeFileSync(join(folder, 'cut.jsonl.gz'), gzipSync('x'.repeat(1000)).subarray(0, 20));
    await expect(open(join(folder, 'cut.jsonl.gz')).then((source) => readAll(source))).rejects.toThrow(
      /cut.jsonl.gz: can not be read: unexpected end/,
    );
  });
});

describe('file sink', () => {
  it('is cut back to the checkpoint, plain and gzipped', async () => {
    for (const name of ['out.jsonl', 'out.jsonl.gz']) {
      const path = join(folder, name);
      const { url, connector } = await resolveUrl(path, 'sink');
      const first = await connector.openSink?.({ url, durable: true, sleep });
      await first?.write(Buffer.from('kept\n'));
      const handle = await first?.flush();
      await first?.write(Buffer.from('lost\n'));
      await first?.close();
      const second = await connector.openSink?.({ url, durable: true, sleep, handle: handle ?? null });
      await second?.write(Buffer.from('new\n'));
      await second?.close();
      const bytes = readFileSync(path);
      expect((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()).toBe('kept\nnew\n');
    }
  });

  it('refuses an existing file at a first start with checkpoints', async () => {
    const path = join(folder, 'out.jsonl');
    writeFileSync(path, 'old\n');
    const plain = await resolveUrl(path, 'sink');
    await expect(plain.connector.openSink?.({ url: plain.url, durable: true, sleep })).rejects.toThrow(
      /exists already/,
    );
    const append = await resolveUrl(`${path}?mode=append`, 'sink');
    const sink = await append.connector.openSink?.({ url: append.url, durable: true, sleep });
    await sink?.write(Buffer.from('new\n'));
    await sink?.close();
    expect(readFileSync(path, 'utf8')).toBe('old\nnew\n');
  });
});

describe('demo source', () => {
  it('gives the same records for the same seed, and goes on where it was', async () => {
    let time = 0;
    const now = (): number => (time += 1000);
    const all = await readAll(await open('demo:stocks?count=20&rate=5&seed=3', undefined, now), 4096);
    expect(all.split('\n').length).toBe(21);
    expect(JSON.parse(all.split('\n')[0] ?? '')).toHaveProperty('TICKER_SYMBOL');
    const rest = await readAll(await open('demo:stocks?count=20&rate=5&seed=3', { records: 12 }, now), 4096);
    expect(rest).toBe(all.split('\n').slice(12).join('\n'));
  });
});

describe('URLs', () => {
  it('check options and suggest near ones', async () => {
    await expect(resolveUrl('demo:stocks?rat=5', 'source')).rejects.toThrow(/no option "rat"; did you mean "rate"/);
    await expect(resolveUrl('demo:stocks?count=x', 'source')).rejects.toThrow(/whole number/);
    await expect(resolveUrl('dmeo:stocks', 'source')).rejects.toThrow(/did you mean "demo:"/);
    await expect(resolveUrl('demo:stocks', 'sink')).rejects.toThrow(/can not be a sink/);
  });
});
