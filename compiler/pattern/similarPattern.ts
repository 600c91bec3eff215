// The language of SIMILAR TO as a tree: SQL:1999 section 8.6, with the exception [a-e^c] and the rule of KDA-SQL 2.10 that quantifiers
// bind to the item before them and no parenthesis stands in brackets.
import {
  allPoints,
  charactersOf,
  complement,
  intersect,
  noPoints,
  pointOf,
  pointsOf,
  union,
  type CodePoints,
} from './codePoints.ts';
import { posixSets } from './namedSets.ts';
import { Reader } from './reader.ts';
import { anyNumberOf, choiceOf, PatternProblem, sequenceOf, type ParsedPattern, type PatternNode } from './tree.ts';

/** Parses the pattern of SIMILAR TO; throws PatternProblem. */
export function parseSimilarPattern(text: string, mark: string | undefined): ParsedPattern {
  checkEscape(text, mark);
  return { tree: new SimilarParser(text, mark, true).whole(), groups: 0, names: new Map() };
}

/**
 * Parses `first e" middle e" last` of SUBSTRING … SIMILAR: the middle is group 1, as long as can be; the outer parts are as short as
 * can be.
 */
export function parseSimilarSubstring(text: string, mark: string): ParsedPattern {
  checkEscape(text, mark);
  const marks: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (!text.startsWith(mark, at)) continue;
    at += mark.length;
    if (text[at] === '"') marks.push(at - mark.length);
  }
  const [first, second] = marks;
  if (first === undefined || second === undefined || marks.length > 2)
    throw new PatternProblem(
      'invalid',
      `it needs ${mark}" twice, around the part that is wanted`,
      { start: 0, end: text.length },
      `write '${mark}"…${mark}"'`,
    );
  const width = mark.length + 1;
  const part = (start: number, end: number, greedy: boolean): PatternNode =>
    new SimilarParser(text.slice(0, end), mark, greedy, start).whole();
  const tree = sequenceOf([
    part(0, first, false),
    { kind: 'group', index: 1, body: part(first + width, second, true) },
    part(second + width, text.length, false),
  ]);
  return { tree, groups: 1, names: new Map() };
}

function checkEscape(text: string, mark: string | undefined): void {
  if (mark !== undefined && [...mark].length !== 1)
    throw new PatternProblem(
      'invalid',
      `ESCAPE takes one character, not ${[...mark].length}`,
      { start: 0, end: text.length },
      "write for instance ESCAPE '\\'",
    );
}

class SimilarParser {
  private readonly reader: Reader;
  private readonly escapeMark: string | undefined;
  private readonly greedy: boolean;

  constructor(text: string, mark: string | undefined, greedy: boolean, start = 0) {
    this.reader = new Reader(text);
    this.reader.at = start;
    this.escapeMark = mark;
    this.greedy = greedy;
  }

  whole(): PatternNode {
    const tree = this.alternatives();
    this.reader.expectEnd('escape the character');
    return tree;
  }

  private alternatives(): PatternNode {
    const parts = this.reader.nested(() => {
      const found = [this.sequence()];
      while (this.reader.take('|')) found.push(this.sequence());
      return found;
    });
    return choiceOf(parts);
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (;;) {
      const character = this.reader.peek();
      if (character === '' || character === '|' || character === ')') return sequenceOf(parts);
      parts.push(this.quantified(this.item()));
    }
  }

  private quantified(body: PatternNode): PatternNode {
    const reader: Reader = this.reader;
    const { greedy } = this;
    const bounds = reader.quantifier();
    return bounds === undefined ? body : this.quantified({ kind: 'repeat', body, ...bounds, greedy });
  }

  private item(): PatternNode {
    const reader: Reader = this.reader;
    const start = reader.at;
    const escaped = this.escaped();
    if (escaped !== undefined) return { kind: 'set', set: escaped };
    const character = reader.next();
    switch (character) {
      case '_':
        return { kind: 'set', set: allPoints };
      case '%':
        return anyNumberOf({ kind: 'set', set: allPoints }, this.greedy);
      case '(': {
        const body = this.alternatives();
        if (!reader.take(')')) reader.invalid('a ( is not closed', start, 'escape the character');
        return body;
      }
      case '[':
        return { kind: 'set', set: this.brackets(start) };
      case '*':
      case '+':
      case '?':
      case '{':
      case ']':
      case '}':
        return reader.invalid(
          `the ${character} has nothing before it that it belongs to`,
          start,
          'escape the character',
        );
      default:
        return { kind: 'set', set: charactersOf(character) };
    }
  }

  // The character behind the escape, as itself; only what means something may be escaped.
  private escaped(): CodePoints | undefined {
    const reader: Reader = this.reader;
    const mark = this.escapeMark;
    const start = reader.at;
    if (mark === undefined || !reader.take(mark)) return undefined;
    const character = reader.next();
    if (character !== mark && !/^[_%|*+?{}()[\]^-]$/.test(character))
      reader.invalid(
        `the escape ${mark} stands before ${character === '' ? 'the end' : character}, which needs none`,
        start,
      );
    return charactersOf(character);
  }

  private brackets(start: number): CodePoints {
    const reader: Reader = this.reader;
    const excludes = reader.take('^');
    let included = this.members(start);
    if (excludes) included = complement(included);
    else if (reader.take('^')) included = intersect(included, complement(this.members(start)));
    if (!reader.take(']')) reader.invalid('a [ is not closed', start, 'escape the character');
    return included;
  }

  // The members up to ^ or ].
  private members(start: number): CodePoints {
    const reader: Reader = this.reader;
    let set: CodePoints = noPoints;
    let count = 0;
    while (!reader.done && reader.peek() !== ']' && reader.peek() !== '^') {
      set = union(set, this.member());
      count++;
    }
    if (count === 0) reader.invalid('a [ has no characters behind it', start);
    return set;
  }

  private member(): CodePoints {
    const reader: Reader = this.reader;
    const start = reader.at;
    const name = reader.match(/\[:(\w+):\]/y)?.[1];
    if (name !== undefined) {
      const set = sqlSets[name.toUpperCase()];
      if (set === undefined) reader.invalid(`there is no class [:${name}:]`, start);
      return set;
    }
    const first = this.single();
    if (!reader.take('-')) return first;
    const last = this.single();
    const [low, high] = [first[0]?.[0] ?? 0, last[0]?.[0] ?? 0];
    if (high < low) reader.invalid('a range ends below its start', start);
    return pointsOf([low, high]);
  }

  private single(): CodePoints {
    const reader: Reader = this.reader;
    const start = reader.at;
    const escaped = this.escaped();
    if (escaped !== undefined) return escaped;
    const character = reader.next();
    if (character === '(' || character === ')')
      reader.invalid(
        'parentheses can not stand in brackets',
        start,
        'write (a|b) in place of the brackets, or escape them',
      );
    if (character === '' || character === ']') reader.invalid('a range needs a character at its end', start);
    const point = pointOf(character);
    return pointsOf([point, point]);
  }
}

const sqlSets: Readonly<Record<string, CodePoints | undefined>> = {
  ALPHA: posixSets['Alpha'],
  UPPER: posixSets['Upper'],
  LOWER: posixSets['Lower'],
  DIGIT: posixSets['Digit'],
  ALNUM: posixSets['Alnum'],
  SPACE: charactersOf(' '),
  WHITESPACE: posixSets['Space'],
};
