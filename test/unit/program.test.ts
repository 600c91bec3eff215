// The typed face of an artifact, over a program without Wasm.
import { describe, expect, it } from 'vitest';
import { withManifest } from '../../compiler/assemble.ts';
import { isProblem, readManifest } from '../../contract/manifest.ts';
import { ArtifactError, Program, ProgramTrap, SnapshotError } from '../../runtime/program.ts';
import { fakeManifest, fakeProgram } from './fakeProgram.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const feed = (program: Program, text: string, last = false): string => {
  let output = '';
  const take = (_: number, bytes: Uint8Array): void => {
    output += new TextDecoder().decode(bytes);
  };
  program.feedRaw(0, encode(text), last, 0n, take);
  program.drain(take);
  return output;
};

describe('Program', () => {
  it('consumes whole records, and an unterminated one when nothing follows', () => {
    const program = fakeProgram();
    expect(program.feedRaw(0, encode('a\nb'), false, 0n, () => {})).toBe(2);
    expect(feed(program, 'b', true)).toBe('a#1\nb#1\n');
  });

  it('drains and goes on when the output is full', () => {
    expect(feed(fakeProgram({ fullAfter: 1 }), 'a\na\na\n')).toBe('a#1\na#2\na#3\n');
  });

  it('keeps its views right when memory grows', () => {
    const line = 'x'.repeat(200_000);
    expect(feed(fakeProgram(), `${line}\n`)).toBe(`${line}#1\n`);
  });

  it('turns a trap into a ProgramTrap and stays stopped', () => {
    const program = fakeProgram();
    expect(() => feed(program, 'trap\n')).toThrow(ProgramTrap);
    expect(() => program.save(true)).toThrow(ProgramTrap);
  });

  it('saves only what changed, and loads it back', () => {
    const first = fakeProgram();
    feed(first, 'a\nb\n');
    const blobs = first.save(true);
    feed(first, 'a\n');
    expect(first.save(false).map((blob) => blob.group)).toEqual([-1, 1]);
    const second = fakeProgram();
    second.load(blobs);
    expect(feed(second, 'a\n')).toBe('a#2\n');
    expect(second.ledger()[0]?.counters).toEqual({ records: 3 });
  });

  it('refuses broken snapshots and foreign modules', async () => {
    expect(() => fakeProgram().load([{ group: 0, bytes: new Uint8Array(5) }])).toThrow(SnapshotError);
    await expect(Program.open(encode('hello world'), { start: 0n })).rejects.toThrow(ArtifactError);
  });

  it('refuses an artifact in which a bit is another one, or that is cut', () => {
    const artifact = withManifest(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), fakeManifest());
    expect(readManifest(artifact)).toEqual(fakeManifest());
    for (let at = 0; at < artifact.length; at++) {
      const changed = artifact.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect([at, isProblem(readManifest(changed))]).toEqual([at, true]);
      expect([at, isProblem(readManifest(artifact.subarray(0, at)))]).toEqual([at, true]);
    }
    const sealed = withManifest(artifact.subarray(0, 8), JSON.parse('null'));
    expect(readManifest(sealed)).toMatchObject({ detail: expect.stringMatching(/no JSON object/) });
  });
});
