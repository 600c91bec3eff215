// What assertions look at: the kind of the character before a place and the kind of what follows it, with whether that ends the text.
import { PATTERN_RIGHT_OTHER } from '../../contract/abi.ts';
import { complement, charactersOf, union, type CodePoints } from './codePoints.ts';
import { lineTerminators, wordPoints } from './namedSets.ts';
import { assertionNumbers, type Assertion } from './tree.ts';

const carriageReturn = charactersOf('\r');
const lineFeed = charactersOf('\n');
const otherTerminators = charactersOf('\u0085\u2028\u2029');

/** The kinds of characters, by number; the last is all others. As a left kind each is one more: 0 is the start of the text. */
export const characterKinds: readonly CodePoints[] = [
  carriageReturn,
  lineFeed,
  otherTerminators,
  wordPoints,
  complement(union(lineTerminators, wordPoints)),
];
/** Left kinds. */
export const LEFT_KINDS = 6;
/** Right kinds. */
export const RIGHT_KINDS = 8;

const atStart = 0;
const afterReturn = 1;
const afterFeed = 2;
const afterTerminator = 3;
const afterWord = 4;

const atEnd = 0;
/** A line feed that ends the text. */
const atLastFeed = 1;
/** Another terminator of one character that ends the text. */
const atLastTerminator = 2;
/** A carriage return before a line feed that ends the text. */
const atLastPair = 3;
const atFeed = 4;
const atTerminator = 5;
const atWord = 6;

/** The right kind of a place, from the kind of its character and the right kind behind that. */
export function rightKind(character: number, behind: number): number {
  switch (character) {
    case 0:
      return behind === atEnd ? atLastTerminator : behind === atLastFeed ? atLastPair : atTerminator;
    case 1:
      return behind === atEnd ? atLastFeed : atFeed;
    case 2:
      return behind === atEnd ? atLastTerminator : atTerminator;
    case 3:
      return atWord;
    default:
      return PATTERN_RIGHT_OTHER;
  }
}

/** True when an assertion holds between a left and a right kind. `\r\n` is one terminator: no line ends or begins inside. */
export function holds(test: Assertion, left: number, right: number): boolean {
  const isFeed = right === atFeed || right === atLastFeed;
  switch (test) {
    case 'text-start':
      return left === atStart;
    case 'text-end':
      return right === atEnd;
    case 'last-line-end':
      return (
        right === atEnd ||
        right === atLastTerminator ||
        right === atLastPair ||
        (right === atLastFeed && left !== afterReturn)
      );
    case 'line-start':
      // As Java has it: never at the end of the text.
      return (
        right !== atEnd &&
        (left === atStart || left === afterFeed || left === afterTerminator || (left === afterReturn && !isFeed))
      );
    case 'line-end':
      return (
        right === atEnd ||
        right === atLastTerminator ||
        right === atLastPair ||
        right === atTerminator ||
        (isFeed && left !== afterReturn)
      );
    case 'word-edge':
      return (left === afterWord) !== (right === atWord);
    case 'no-word-edge':
      return (left === afterWord) === (right === atWord);
    case 'last-feed':
      return right === atEnd || right === atLastFeed;
    case 'feed-start':
      return right !== atEnd && (left === atStart || left === afterFeed);
    case 'feed-end':
      return right === atEnd || isFeed;
  }
}

/** For each assertion by number: bit left * 8 + right says whether it holds. */
export const assertionMasks: readonly bigint[] = Object.keys(assertionNumbers).map((name) => {
  let mask = 0n;
  for (let left = 0; left < LEFT_KINDS; left++) {
    for (let right = 0; right < RIGHT_KINDS; right++) {
      if (holds(name as Assertion, left, right)) mask |= 1n << BigInt(left * RIGHT_KINDS + right);
    }
  }
  return mask;
});
