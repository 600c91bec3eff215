// The language of java.util.regex.Pattern (DECISIONS 30) as a tree. Refused by name: back-references, look-around, possessive
// quantifiers, atomic groups, \G, \X. Syntax by the documentation of that class.
import { allPoints, charactersOf, complement, pointOf, pointsOf, withCases, type CodePoints } from './codePoints.ts';
import { readClass } from './javaClass.ts';
import { readEscapedSet } from './javaEscapes.ts';
import { lineTerminators } from './namedSets.ts';
import { Reader } from './reader.ts';
import { choiceOf, sequenceOf, type Assertion, type ParsedPattern, type PatternNode } from './tree.ts';

interface Flags {
  readonly ignoreCase: boolean;
  readonly unicodeCase: boolean;
  readonly comments: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
  readonly unixLines: boolean;
}

const noFlags: Flags = {
  ignoreCase: false,
  unicodeCase: false,
  comments: false,
  dotAll: false,
  multiline: false,
  unixLines: false,
};
const flagNames: Record<string, keyof Flags> = {
  i: 'ignoreCase',
  u: 'unicodeCase',
  x: 'comments',
  s: 'dotAll',
  m: 'multiline',
  d: 'unixLines',
};

/** Parses a pattern; throws PatternProblem. */
export function parseJavaPattern(text: string): ParsedPattern {
  const parser = new JavaParser(text);
  return { tree: parser.whole(), groups: parser.groups, names: parser.names };
}

class JavaParser {
  groups = 0;
  readonly names = new Map<string, number>();
  private readonly reader: Reader;
  private flags = noFlags;

  constructor(text: string) {
    this.reader = new Reader(text);
  }

  whole(): PatternNode {
    const tree = this.alternatives();
    this.reader.expectEnd('write \\) for the character');
    return tree;
  }

  // Flags that are set inside a group end with it.
  private alternatives(): PatternNode {
    const { flags } = this;
    const parts = this.reader.nested(() => {
      const found = [this.sequence()];
      while (this.reader.take('|')) found.push(this.sequence());
      return found;
    });
    this.flags = flags;
    return choiceOf(parts);
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (;;) {
      this.skipComments();
      const character = this.reader.peek();
      if (character === '' || character === '|' || character === ')') return sequenceOf(parts);
      const atom = this.atom();
      if (atom === undefined) continue;
      this.skipComments();
      parts.push(this.quantified(atom));
    }
  }

  private skipComments(): void {
    if (this.flags.comments) this.reader.match(/(?:[ \t\n\v\f\r]|#[^\n]*)+/y);
  }

  private quantified(body: PatternNode): PatternNode {
    const reader: Reader = this.reader;
    const start = reader.at;
    const bounds = reader.quantifier();
    if (bounds === undefined) return body;
    const greedy = !reader.take('?');
    if (greedy && reader.take('+'))
      reader.unsupported('possessive quantifiers are not supported', start, 'leave the second + out');
    if (reader.match(/[?*+]/y) !== undefined)
      reader.invalid('a quantifier follows a quantifier', reader.at - 1, 'put the first part in (?:…)');
    return { kind: 'repeat', body, ...bounds, greedy };
  }

  // undefined for what changes flags only.
  private atom(): PatternNode | undefined {
    const reader: Reader = this.reader;
    const start = reader.at;
    const character = reader.next();
    switch (character) {
      case '(':
        return this.group(start);
      case '[':
        return { kind: 'set', set: readClass(reader, this.flags) };
      case '.':
        return { kind: 'set', set: this.anyCharacter() };
      case '^':
        return this.assertion(
          this.flags.multiline ? (this.flags.unixLines ? 'feed-start' : 'line-start') : 'text-start',
        );
      case '$':
        return this.assertion(this.lineEnd());
      case '\\':
        return this.escape(start);
      case '*':
      case '+':
      case '?':
        return reader.invalid(
          `the quantifier ${character} has nothing before it`,
          start,
          `write \\${character} for the character`,
        );
      case '{':
        return reader.invalid('a { begins no repetition', start, 'write \\{ for the character');
      default:
        return this.literal(charactersOf(character));
    }
  }

  private assertion(test: Assertion): PatternNode {
    return { kind: 'assert', test };
  }

  private lineEnd(): Assertion {
    if (this.flags.unixLines) return this.flags.multiline ? 'feed-end' : 'last-feed';
    return this.flags.multiline ? 'line-end' : 'last-line-end';
  }

  private anyCharacter(): CodePoints {
    if (this.flags.dotAll) return allPoints;
    return complement(this.flags.unixLines ? charactersOf('\n') : lineTerminators);
  }

  private literal(set: CodePoints): PatternNode {
    return { kind: 'set', set: this.flags.ignoreCase ? withCases(set, this.flags.unicodeCase) : set };
  }

  private group(start: number): PatternNode | undefined {
    const reader: Reader = this.reader;
    if (!reader.take('?')) return this.capture(start);
    if (reader.match(/=|!|<=|<!/y) !== undefined)
      reader.unsupported(
        `look-around ${reader.text.slice(start, reader.at)}…) is not supported`,
        start,
        'match the surrounding text too, and take the part by a group',
      );
    if (reader.take('>')) reader.unsupported('atomic groups (?>…) are not supported', start, 'write (?:…)');
    if (reader.peek() === '<') {
      const name = reader.match(/<([A-Za-z][A-Za-z0-9]*)>/y)?.[1];
      if (name === undefined) reader.invalid('a group has a name of letters and digits', start);
      if (this.names.has(name)) reader.invalid(`two groups are called ${name}`, start);
      this.names.set(name, this.groups + 1);
      return this.capture(start);
    }
    const found = reader.match(/([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/y);
    if (found === undefined)
      reader.invalid('(? begins no kind of group', start, 'write (?:…) for a group that captures nothing');
    const before = this.flags;
    this.flags = this.changedFlags(found[1] ?? '', found[2] ?? '', start);
    if (found[3] === ')') return undefined;
    const body = this.alternatives();
    this.flags = before;
    this.close(start);
    return body;
  }

  private changedFlags(on: string, off: string, start: number): Flags {
    const changed = { ...this.flags };
    for (const letter of on + off) {
      if (letter === 'U')
        this.reader.unsupported('the flag U is not supported', start, 'write \\p{L} or \\p{IsAlphabetic} for letters');
      const name = flagNames[letter];
      if (name === undefined) this.reader.invalid(`there is no flag ${letter}`, start);
      changed[name] = on.includes(letter) && !off.includes(letter);
    }
    return changed;
  }

  private capture(start: number): PatternNode {
    const index = ++this.groups;
    const body = this.alternatives();
    this.close(start);
    return { kind: 'group', index, body };
  }

  private close(start: number): void {
    if (!this.reader.take(')')) this.reader.invalid('a ( is not closed', start, 'write \\( for the character');
  }

  private escape(start: number): PatternNode | undefined {
    const reader: Reader = this.reader;
    const set = readEscapedSet(reader);
    if (set !== undefined) return this.literal(set);
    const letter = reader.next();
    switch (letter) {
      case 'b':
        if (reader.peek() === '{') reader.unsupported('\\b{…} is not supported', start);
        return this.assertion('word-edge');
      case 'B':
        return this.assertion('no-word-edge');
      case 'A':
        return this.assertion('text-start');
      case 'z':
        return this.assertion('text-end');
      case 'Z':
        return this.assertion(this.flags.unixLines ? 'last-feed' : 'last-line-end');
      case 'R':
        return lineBreak;
      case 'Q':
        return this.quoted();
      case 'E':
        return undefined;
      case 'k':
        return reader.unsupported('back-references are not supported', start, backReferenceHint);
      case 'G':
      case 'X':
      case 'N':
        return reader.unsupported(`\\${letter} is not supported`, start);
      default:
        if (/[1-9]/.test(letter)) reader.unsupported('back-references are not supported', start, backReferenceHint);
        return reader.invalid(`\\${letter} means nothing`, start, `write ${letter} for the letter`);
    }
  }

  // A quantifier behind \Q…\E belongs to the last character.
  private quoted(): PatternNode | undefined {
    const reader: Reader = this.reader;
    const text = reader.match(/([\s\S]*?)(?:\\E|$)/y)?.[1] ?? '';
    const nodes = [...text].map((character) => this.literal(charactersOf(character)));
    const last = nodes.pop();
    return last === undefined ? undefined : sequenceOf([...nodes, this.quantified(last)]);
  }
}

const backReferenceHint = 'take both parts by groups and compare the columns';

/** `\R`: any end of a line. */
const lineBreak: PatternNode = choiceOf([
  sequenceOf([
    { kind: 'set', set: charactersOf('\r') },
    { kind: 'set', set: charactersOf('\n') },
  ]),
  { kind: 'set', set: pointsOf([0x0a, 0x0d], [0x85, 0x85], [pointOf('\u2028'), pointOf('\u2029')]) },
]);
