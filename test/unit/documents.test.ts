// Inputs of JSON documents over any number of lines, or of one array (SEMANTICS 28), in pieces of every size.
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../../compiler/compile.ts';
import type { InputBinding } from '../../contract/binding.ts';
import { Program } from '../../runtime/program.ts';

const input: InputBinding = {
  stream: 'S',
  format: { kind: 'json', rowPath: '$' },
  documents: true,
  columns: [{ name: 'V', type: { kind: 'INTEGER' }, nullable: true, mapping: '$.v' }],
};
let wasm: Uint8Array;
beforeAll(async () => {
  const sql = 'CREATE STREAM O (v INTEGER); CREATE PUMP P AS INSERT INTO O SELECT STREAM v FROM S;';
  const compiled = await compile({ name: 'x.sql', text: sql }, { inputs: [input], effort: 'quick' });
  if (compiled.wasm === undefined) throw new Error('the program does not compile');
  wasm = compiled.wasm;
});

// The rows of O, and how many records were rejected, when a text comes in pieces; after each piece the program is restored.
async function read(text: string, piece: number, restart: boolean): Promise<{ rows: number[]; rejected: number }> {
  const bytes = new TextEncoder().encode(text);
  let program = await Program.open(wasm, { start: 0n });
  let output = '';
  const take = (index: number, given: Uint8Array): void => {
    if (program.manifest.outputs[index]?.stream === 'O') output += new TextDecoder().decode(given);
  };
  let from = 0;
  let to = 0;
  while (from < bytes.length) {
    to = Math.min(bytes.length, to + piece);
    from += program.feedRaw(0, bytes.subarray(from, to), to === bytes.length, 0n, take);
    program.drain(take);
    if (to === bytes.length) break;
    if (!restart) continue;
    const blobs = program.save(true);
    program = await Program.open(wasm, { start: 0n });
    program.load(blobs);
  }
  const rows = output.split('\n').filter((line) => line !== '');
  const source = program.ledger().find(({ kind }) => kind === 'source');
  return {
    rows: rows.map((line) => (JSON.parse(line) as { V: number }).V),
    rejected: source?.counters['rejected'] ?? 0,
  };
}

const texts: [string, number[], number][] = [
  ['{"v":1}\n{"v":2}', [1, 2], 0],
  ['{\n  "v": 1,\n  "w": [1, {"x": "}{"}]\n}{"v":2}  {"v"\n:3}', [1, 2, 3], 0],
  ['[{"v":1},\n{"v":2} , {"v":3}]', [1, 2, 3], 0],
  ['[]', [], 0],
  [' [\n{"v":1}\n]\n', [1], 0],
  // What is broken costs the rest of its line.
  ['{"v":1}\n{"v":x}\n{"v":3}', [1, 3], 1],
  ['[{"v":1},\n{"v":"a"},\n{"v":3}]', [1, 3], 1],
  ['{"v":1}\n{"v":', [1], 1],
  // A number is whole when something else follows: it is one record that is no row.
  ['{"v":1}\n483647 {"v":3}-12.5e3', [1, 3], 2],
];

test.each(texts)('%j', async (text, rows, rejected) => {
  for (const piece of [1, 2, 3, 7, 1000])
    for (const restart of [false, true]) {
      if (restart && piece === 1 && text.length > 40) continue;
      expect(await read(text, piece, restart), `pieces of ${piece}`).toEqual({ rows, rejected });
    }
});

test('what is broken is rejected when its line is there, not when the input ends', async () => {
  const program = await Program.open(wasm, { start: 0n });
  const bytes = new TextEncoder().encode('{"v":1}\n{"v":x,"w":[\n{"v":3} {"v":"\\u00');
  const consumed = program.feedRaw(0, bytes, false, 0n, () => undefined);
  expect(new TextDecoder().decode(bytes.subarray(consumed))).toBe('{"v":"\\u00');
  expect(program.ledger()[0]?.counters).toMatchObject({ records: 3, decoded: 2, rejected: 1 });
});
