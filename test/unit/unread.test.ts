// Numbers that are passed over many at a time: what passes is told by regular expressions, field by field.
import { beforeAll, expect, test } from 'vitest';
import { openLibrary, type Library } from '../harness/library.ts';
import { Random } from '../simulate/choices.ts';

let library: Library;
beforeAll(async () => {
  library = await openLibrary(['formats/unread']);
});

const delimiters = [',', ';', '|', '\t'];

/** Bytes passed, 0 where a field is none of the usual ones. */
function pass(text: string, count: number, most: number, point: boolean, delimiter = ','): number {
  const bytes = new TextEncoder().encode(text);
  const room = Number(library.exports.harnessRoom?.());
  const memory = new Uint8Array(library.exports.memory.buffer);
  // Behind a batch lies what was there before.
  memory.fill('1,2,'.charCodeAt(bytes.length % 4), room, room + bytes.length + 64);
  memory.set(bytes, room);
  const end = Number(
    library.call('passNumbers', room, room + bytes.length, delimiter.charCodeAt(0), count, most, point),
  );
  return end === 0 ? 0 : end - room;
}

/** The same by the law. A field of 64 bytes and more is never a usual one. */
function expected(text: string, count: number, most: number, point: boolean, delimiter: string): number {
  const usual = point ? /^(-?(0|[1-9]\d*)(\.\d+)?)?$/ : /^(-?(0|[1-9]\d*))?$/;
  const fields = text.split(delimiter);
  if (fields.length <= count) return 0;
  const taken = fields.slice(0, count);
  const passes = taken.every(
    (field) => field.length < 64 && usual.test(field) && !new RegExp(`\\d{${most + 1}}`).test(field),
  );
  return passes ? taken.join('').length + count : 0;
}

test('each form of a field, at each place of what is looked at together', () => {
  const forms = [
    '',
    '0',
    '7',
    '-3',
    '-0',
    '00',
    '01',
    '-01',
    '-',
    '--1',
    '1-',
    '.5',
    '5.',
    '1.5',
    '-1.25',
    '1..5',
    '1.2.3',
  ];
  const others = [
    '10.01',
    '0.0',
    '1e5',
    '+1',
    ' 1',
    '1 ',
    '"1"',
    'a',
    '123456789',
    '1234567890',
    '0.1234567890',
    '\n',
    '1\n',
    'é',
  ];
  for (const form of [...forms, ...others])
    for (let before = 0; before < 70; before++)
      for (const point of [false, true]) {
        const text = `${'1,'.repeat(before)}${form},22,`;
        expect(pass(text, before + 2, 9, point), text).toBe(expected(text, before + 2, 9, point, ','));
      }
});

test('random fields', () => {
  const seed = Number(process.env.ROWTIME_SEED ?? 1);
  const random = new Random(seed);
  const characters = ['0', '1', '9', '5', '-', '.', 'x'];
  const field = (): string => {
    const length = random.below(10) === 0 ? random.below(70) : random.below(7);
    if (random.below(3) > 0) return String(random.below(10 ** Math.min(length, 9)));
    return Array.from({ length }, () => random.pick(random.below(4) === 0 ? characters : characters.slice(0, 4))).join(
      '',
    );
  };
  let passed = 0;
  for (let round = 0; round < 20_000; round++) {
    const delimiter = random.pick(delimiters);
    const count = 1 + random.below(40);
    // Most rounds have no odd field, others few.
    const odd = random.below(3) === 0 ? 1 + random.below(20) : 0;
    const fields = Array.from({ length: count + random.below(2) * 3 }, () =>
      odd > 0 && random.below(odd) === 0 ? field() : `${random.pick(['', '-'])}${random.below(1e6)}`,
    );
    const text = `${fields.join(delimiter)}${delimiter}`;
    const most = random.pick([2, 4, 9, 18]);
    const point = random.below(2) === 0;
    const came = pass(text, count, most, point, delimiter);
    expect(came, `seed ${seed}, round ${round}: ${text}`).toBe(expected(text, count, most, point, delimiter));
    if (came > 0) passed++;
  }
  expect(passed).toBeGreaterThan(1_000);
});

test('the scalar flavour passes nothing', async () => {
  const scalar = await openLibrary(['formats/unread'], 'scalar');
  const room = Number(scalar.exports.harnessRoom?.());
  new Uint8Array(scalar.exports.memory.buffer).set(new TextEncoder().encode('1,2,3,'), room);
  expect(Number(scalar.call('passNumbers', room, room + 6, 44, 3, 9, false))).toBe(0);
});
