// Sets of code points as sorted ranges that neither touch nor overlap.

/** A set of code points: pairs of the first and the last one. */
export type CodePoints = readonly (readonly [number, number])[];

/** The last code point. */
export const POINT_MAX = 0x10ffff;
/** No code point. */
export const noPoints: CodePoints = [];
/** Every code point. */
export const allPoints: CodePoints = [[0, POINT_MAX]];

/** The set of some ranges in any order. */
export function pointsOf(...ranges: readonly (readonly [number, number])[]): CodePoints {
  const sorted = [...ranges].sort((left, right) => left[0] - right[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

/** The set of the characters of a text. */
export function charactersOf(text: string): CodePoints {
  return pointsOf(...[...text].map((character): [number, number] => [pointOf(character), pointOf(character)]));
}

/** The code point of a character. */
export function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** What is in any of the sets. */
export function union(...sets: readonly CodePoints[]): CodePoints {
  return pointsOf(...sets.flat());
}

/** What is not in the set. */
export function complement(set: CodePoints): CodePoints {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [first, last] of set) {
    if (first > next) rest.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= POINT_MAX) rest.push([next, POINT_MAX]);
  return rest;
}

/** What is in both sets. */
export function intersect(left: CodePoints, right: CodePoints): CodePoints {
  return complement(union(complement(left), complement(right)));
}

/** True when a code point is in the set. */
export function contains(set: CodePoints, point: number): boolean {
  return set.some(([first, last]) => first <= point && point <= last);
}

/** The last code point whose case is worth looking at. */
const CASED_MAX = 0x1e943;

let casePairs: readonly (readonly [number, number])[] | undefined;

// Each code point with another case of it that is one code point, too.
function allCasePairs(): readonly (readonly [number, number])[] {
  if (casePairs !== undefined) return casePairs;
  const pairs: [number, number][] = [];
  for (let point = 0; point <= CASED_MAX; point++) {
    const character = String.fromCodePoint(point);
    for (const other of [character.toLowerCase(), character.toUpperCase()]) {
      const mapped = pointOf(other);
      if (mapped !== point && String.fromCodePoint(mapped) === other) pairs.push([point, mapped]);
    }
  }
  casePairs = pairs;
  return pairs;
}

/** The set with the other case of its letters: of ASCII's only, or of all that have one code point. */
export function withCases(set: CodePoints, unicode: boolean): CodePoints {
  const added: [number, number][] = [];
  let at = 0;
  for (const [point, other] of allCasePairs()) {
    if (!unicode && (point > 0x7f || other > 0x7f)) continue;
    while ((set[at]?.[1] ?? Number.POSITIVE_INFINITY) < point) at++;
    if ((set[at]?.[0] ?? Number.POSITIVE_INFINITY) <= point) added.push([other, other]);
  }
  return union(set, added);
}
