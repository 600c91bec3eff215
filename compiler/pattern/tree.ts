// A pattern as a tree, whatever language it was written in, and what can be wrong with one.
import type { CodePoints } from './codePoints.ts';

/** What must hold between two characters. The number is the program's. */
export const assertionNumbers = {
  /** `\A`, `^` without the flag m. */
  'text-start': 0,
  /** `\z`. */
  'text-end': 1,
  /** `\Z`, `$` without the flag m: the end, or before the line terminator that ends the text. */
  'last-line-end': 2,
  /** `^` with the flag m. */
  'line-start': 3,
  /** `$` with the flag m. */
  'line-end': 4,
  /** `\b`. */
  'word-edge': 5,
  /** `\B`. */
  'no-word-edge': 6,
  /** The same three with the flag d, for which only a line feed ends a line. */
  'last-feed': 7,
  'feed-start': 8,
  'feed-end': 9,
} as const;

/** Name of an assertion. */
export type Assertion = keyof typeof assertionNumbers;

/** A pattern. Choices and repetitions prefer what stands first; `greedy` prefers one more round. */
export type PatternNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CodePoints }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly parts: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly body: PatternNode;
      readonly min: number;
      /** Infinity where there is no limit. */
      readonly max: number;
      readonly greedy: boolean;
    }
  /** A capturing group; the first one has number 1. */
  | { readonly kind: 'group'; readonly index: number; readonly body: PatternNode }
  | { readonly kind: 'assert'; readonly test: Assertion }
  /** What both match; only in the language of FAST_REGEX_LOG_PARSE. */
  | { readonly kind: 'both'; readonly parts: readonly PatternNode[] };

/** A parsed pattern. */
export interface ParsedPattern {
  readonly tree: PatternNode;
  /** Capturing groups. */
  readonly groups: number;
  /** Named groups. */
  readonly names: ReadonlyMap<string, number>;
}

/** Deepest nesting of a pattern. */
export const PATTERN_DEPTH_MAX = 250;

/**
 * Why a pattern is refused. `invalid`: no pattern of its language (the service fails its rows) · `unsupported`: a pattern that is
 * refused here by name · `too-large`: beyond a stated limit.
 */
export class PatternProblem extends Error {
  readonly kind: 'invalid' | 'unsupported' | 'too-large';
  /** Place in the pattern, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly hint: string | undefined;

  constructor(
    kind: 'invalid' | 'unsupported' | 'too-large',
    message: string,
    place: { readonly start: number; readonly end: number },
    hint?: string,
  ) {
    super(message);
    this.kind = kind;
    this.start = place.start;
    this.end = place.end;
    this.hint = hint;
  }
}

/** The sequence of some nodes. */
export function sequenceOf(parts: readonly PatternNode[]): PatternNode {
  const [only] = parts;
  if (only === undefined) return { kind: 'empty' };
  return parts.length === 1 ? only : { kind: 'sequence', parts };
}

/** The choice between some nodes. */
export function choiceOf(parts: readonly PatternNode[]): PatternNode {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'choice', parts };
}

/** Any number of rounds. */
export function anyNumberOf(body: PatternNode, greedy = true): PatternNode {
  return { kind: 'repeat', body, min: 0, max: Number.POSITIVE_INFINITY, greedy };
}

/** True when the node can match the empty text. */
export function isNullable(node: PatternNode): boolean {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return true;
    case 'set':
      return false;
    case 'sequence':
    case 'both':
      return node.parts.every(isNullable);
    case 'choice':
      return node.parts.some(isNullable);
    case 'repeat':
      return node.min === 0 || isNullable(node.body);
    case 'group':
      return isNullable(node.body);
  }
}
