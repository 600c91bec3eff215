// Bytes and values made wrong: what a fuzz test does to valid ones.
import type { Random } from './choices.ts';

/** What is done to bytes: at a place, so many of them are left out and others put there. */
export interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}

/** Bytes after edits, the last place first. */
export function edited(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  let result = bytes;
  for (const { at, remove, insert } of [...edits].sort((left, right) => right.at - left.at)) {
    const from = Math.min(at, result.length);
    result = Buffer.concat([result.subarray(0, from), insert, result.subarray(from + remove)]);
  }
  return result;
}

/** Numbers at the limits of what 4 bytes hold. */
const extremes = [0, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/** A random edit: a flip, an insertion, a deletion, a copy, a piece of `other`, an extreme number, a long run, a cut. */
export function randomEdit(random: Random, bytes: Uint8Array, other: Uint8Array, alphabet: readonly string[]): Edit {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(random.chance(0.2) ? 64 : 4);
  const pieceOf = (from: Uint8Array): Uint8Array => {
    const start = random.below(from.length + 1);
    return from.slice(start, start + 1 + random.below(random.chance(0.3) ? from.length : 12));
  };
  switch (random.below(10)) {
    case 0:
      return { at, remove: 1, insert: Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))) };
    case 1:
      return { at, remove: 0, insert: randomBytes(random, length) };
    case 2:
      return { at, remove: length, insert: new Uint8Array() };
    case 3:
      return { at, remove: 0, insert: pieceOf(bytes) };
    case 4:
      return { at, remove: random.below(8), insert: pieceOf(other) };
    case 5: {
      const word = new Uint8Array(4);
      new DataView(word.buffer).setUint32(0, random.pick(extremes), true);
      return { at: at - (at % 4), remove: 4, insert: word };
    }
    case 6:
      return { at, remove: 0, insert: longRun(random, alphabet) };
    case 7:
      return { at, remove: random.chance(0.3) ? bytes.length : 0, insert: new Uint8Array() };
    default:
      return { at, remove: random.below(3), insert: Buffer.from(random.pick(alphabet), 'latin1') };
  }
}

function longRun(random: Random, alphabet: readonly string[]): Uint8Array {
  const length = random.chance(0.02) ? 100_000 : random.pick([8, 15, 16, 17, 31, 33, 64, 300, 600, 3000]);
  const unit = Buffer.from(random.pick(alphabet), 'latin1');
  return Buffer.alloc(length, unit.length === 0 ? 0x20 : unit);
}

/** Bytes of any value. */
export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

/** Bytes so that a person sees them and a program takes them: a JavaScript literal of Latin-1 characters. */
export function literalOf(bytes: Uint8Array): string {
  const text = JSON.stringify(Buffer.from(bytes).toString('latin1')).replaceAll(
    /[\u007f-\u00ff]/g,
    (unit) => `\\x${unit.charCodeAt(0).toString(16)}`,
  );
  return text.length > 4000 ? `${text.slice(0, 2000)} … ${text.slice(-2000)} (${bytes.length} bytes)` : text;
}

/** A JSON value with something in it that is another thing, missing, there twice or renamed. */
export function mutatedJson(random: Random, value: unknown): unknown {
  const places: { holder: Record<string, unknown> | unknown[]; key: string }[] = [];
  const root = { value: structuredClone(value) };
  const visit = (holder: Record<string, unknown> | unknown[]): void => {
    for (const [key, member] of Object.entries(holder)) {
      places.push({ holder, key });
      if (typeof member === 'object' && member !== null) visit(member as Record<string, unknown>);
    }
  };
  visit(root);
  const { holder, key } = random.pick(places);
  const slot = holder as Record<string, unknown>;
  const kind = random.below(4);
  if (kind === 0 && Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (kind === 0) delete slot[key];
  else if (kind === 1 && Array.isArray(holder)) holder.push(structuredClone(slot[key]));
  else if (kind === 1)
    slot[random.pick(['', '__proto__', `${key}s`, key.toLowerCase(), random.pick(places).key])] = slot[key];
  else slot[key] = kind === 2 ? structuredClone(placed(random.pick(places))) : otherValue(random, slot[key]);
  return root.value;
}

const placed = ({ holder, key }: { holder: Record<string, unknown> | unknown[]; key: string }): unknown =>
  (holder as Record<string, unknown>)[key];

function otherValue(random: Random, value: unknown): unknown {
  if (typeof value === 'string' && random.chance(0.5)) {
    const at = random.below(value.length + 1);
    const put = random.pick([
      '',
      '\u0000',
      '"',
      "'",
      '$',
      '[',
      '[0:]',
      '(',
      '.',
      ';',
      'é',
      '\ud800',
      '9'.repeat(30),
      'x'.repeat(70_000),
    ]);
    return value.slice(0, at) + put + value.slice(at + random.below(3));
  }
  return random.pick<unknown>([
    null,
    true,
    0,
    -1,
    1e308,
    65,
    '',
    'x',
    'é\u0000',
    [],
    {},
    [null],
    { a: 1 },
    '9'.repeat(40),
    '$',
    '$.a[0:].b',
  ]);
}
