// The characters of a pattern in classes: two characters that every set of the pattern treats alike have one class, so that automata
// step by small numbers.
import { contains, type CodePoints } from './codePoints.ts';
import { PatternProblem } from './tree.ts';

/** Most classes: a class is a byte. */
const CLASSES_MAX = 255;

/** The partition of all code points by some sets. */
export interface CharacterClasses {
  readonly count: number;
  /** Where the class changes: first code point and its class, ascending from 0. */
  readonly starts: readonly { readonly point: number; readonly class: number }[];
  /** For each set, in the order given: which classes it consists of. */
  readonly members: readonly (readonly boolean[])[];
}

/** Makes the classes of some sets. */
export function classify(sets: readonly CodePoints[]): CharacterClasses {
  const bounds = new Set([0]);
  for (const set of sets) {
    for (const [first, last] of set) {
      bounds.add(first);
      if (last < 0x10ffff) bounds.add(last + 1);
    }
  }
  const known = new Map<string, number>();
  const signatures: string[] = [];
  const starts: { point: number; class: number }[] = [];
  const cursors = sets.map(() => 0);
  for (const point of [...bounds].sort((left, right) => left - right)) {
    let signature = '';
    for (const [index, set] of sets.entries()) {
      let cursor = cursors[index] ?? 0;
      while ((set[cursor]?.[1] ?? Number.POSITIVE_INFINITY) < point) cursor++;
      cursors[index] = cursor;
      signature += (set[cursor]?.[0] ?? Number.POSITIVE_INFINITY) <= point ? '1' : '0';
    }
    let number = known.get(signature);
    if (number === undefined) {
      number = known.size;
      known.set(signature, number);
      signatures.push(signature);
    }
    if (starts.at(-1)?.class !== number) starts.push({ point, class: number });
  }
  if (known.size > CLASSES_MAX)
    throw new PatternProblem(
      'too-large',
      `it tells more than ${CLASSES_MAX} kinds of characters apart`,
      { start: 0, end: 1 },
      'use ranges and classes',
    );
  const members = sets.map((_, index) => signatures.map((signature) => signature[index] === '1'));
  return { count: known.size, starts, members };
}

/** The class of a code point. */
export function classOf(classes: CharacterClasses, point: number): number {
  let low = 0;
  let high = classes.starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((classes.starts[middle]?.point ?? 0) <= point) low = middle;
    else high = middle;
  }
  return classes.starts[low]?.class ?? 0;
}

/** For each class, whether its characters are in the set. A set that the partition was made from is never cut by a class. */
export function classesWithin(classes: CharacterClasses, set: CodePoints): boolean[] {
  const within = new Array<boolean>(classes.count).fill(false);
  for (const start of classes.starts) if (contains(set, start.point)) within[start.class] = true;
  return within;
}
