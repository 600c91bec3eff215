// Reading a pattern character by character: what the parsers of the three languages share.
import { PATTERN_DEPTH_MAX, PatternProblem } from './tree.ts';

/** Most rounds that `{n,m}` may name. */
const REPEAT_MAX = 10_000;

/** A place in a pattern's text. */
export class Reader {
  readonly text: string;
  at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** True behind the last character. */
  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character, '' at the end. */
  peek(): string {
    const point = this.text.codePointAt(this.at);
    return point === undefined ? '' : String.fromCodePoint(point);
  }

  /** Takes the next character, '' at the end. */
  next(): string {
    const character = this.peek();
    this.at += character.length;
    return character;
  }

  /** Takes the word when it comes next. */
  take(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** Takes what the sticky pattern matches here. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  /** The pattern is none of its language. */
  invalid(message: string, start = this.at, hint?: string): never {
    throw new PatternProblem('invalid', message, this.placeFrom(start), hint);
  }

  /** The pattern is refused by name. */
  unsupported(message: string, start: number, hint?: string): never {
    throw new PatternProblem('unsupported', message, this.placeFrom(start), hint);
  }

  /** Parses something one level deeper. */
  nested<T>(parse: () => T): T {
    if (++this.depth > PATTERN_DEPTH_MAX)
      throw new PatternProblem(
        'too-large',
        `it is nested more than ${PATTERN_DEPTH_MAX} levels deep`,
        this.placeFrom(this.at),
      );
    const result = parse();
    this.depth--;
    return result;
  }

  /** The whole pattern has been read: what is left can only be a parenthesis too many. */
  expectEnd(hint: string): void {
    if (!this.done) this.invalid('a ) has no ( before it', this.at, hint);
  }

  /** `?`, `*`, `+`, `{n}`, `{n,}` or `{n,m}` as numbers of rounds; undefined where none of them comes next. */
  quantifier(): { readonly min: number; readonly max: number } | undefined {
    const word = this.match(/[?*+]/y)?.[0];
    if (word === undefined) return this.bounds();
    return { min: word === '+' ? 1 : 0, max: word === '?' ? 1 : Number.POSITIVE_INFINITY };
  }

  private bounds(): { readonly min: number; readonly max: number } | undefined {
    const start = this.at;
    const found = this.match(/\{(\d+)(,(\d*))?\}/y);
    if (found === undefined) return undefined;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (max < min) this.invalid(`the repetition ${found[0]} ends below its start`, start);
    if (min > REPEAT_MAX || (max > REPEAT_MAX && max !== Number.POSITIVE_INFINITY))
      throw new PatternProblem(
        'too-large',
        `the repetition ${found[0]} names more than ${REPEAT_MAX} rounds`,
        { start, end: this.at },
        'leave the upper bound out, or check the length with CHAR_LENGTH',
      );
    return { min, max };
  }

  private placeFrom(start: number): { readonly start: number; readonly end: number } {
    return { start: Math.min(start, this.text.length), end: Math.min(Math.max(this.at, start + 1), this.text.length) };
  }
}
