// The language of FAST_REGEX_LOG_PARSE as a tree (KDA-SQL 4.8): that of the dk.brics.automaton package, by its documentation of RegExp.
// Weakest first: `|`, `&`, sequence, `? * + {n,m}`.
import {
  allPoints,
  charactersOf,
  complement,
  noPoints,
  pointOf,
  pointsOf,
  union,
  type CodePoints,
} from './codePoints.ts';
import { posixSets } from './namedSets.ts';
import { Reader } from './reader.ts';
import { anyNumberOf, choiceOf, sequenceOf, type ParsedPattern, type PatternNode } from './tree.ts';

/** Parses a pattern; throws PatternProblem. */
export function parseFastPattern(text: string): ParsedPattern {
  const parser = new FastParser(text);
  return { tree: parser.whole(), groups: parser.groups, names: new Map() };
}

class FastParser {
  groups = 0;
  private readonly reader: Reader;

  constructor(text: string) {
    this.reader = new Reader(text);
  }

  whole(): PatternNode {
    const tree = this.alternatives();
    this.reader.expectEnd('write \\) for the character');
    return tree;
  }

  private alternatives(): PatternNode {
    return this.reader.nested(() => {
      const parts = [this.intersection()];
      while (this.reader.take('|')) parts.push(this.intersection());
      return choiceOf(parts);
    });
  }

  private intersection(): PatternNode {
    const parts = [this.sequence()];
    while (this.reader.take('&')) parts.push(this.sequence());
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'both', parts };
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (!this.reader.done && !/^[|&)]$/.test(this.reader.peek())) parts.push(this.quantified(this.atom()));
    return sequenceOf(parts);
  }

  private quantified(body: PatternNode): PatternNode {
    const reader: Reader = this.reader;
    const start = reader.at;
    const bounds = reader.quantifier();
    if (bounds !== undefined) return this.quantified({ kind: 'repeat', body, ...bounds, greedy: true });
    if (reader.peek() === '{') reader.invalid('a { begins no repetition', start, 'write \\{ for the character');
    return body;
  }

  private atom(): PatternNode {
    const reader: Reader = this.reader;
    const start = reader.at;
    const character = reader.next();
    switch (character) {
      case '(':
        return this.group(start);
      case '[':
        return { kind: 'set', set: this.brackets(start) };
      case '.':
        return { kind: 'set', set: allPoints };
      case '#':
        return { kind: 'set', set: noPoints };
      case '@':
        return anyNumberOf({ kind: 'set', set: allPoints });
      case '"': {
        const text = reader.match(/([^"]*)"/y)?.[1];
        if (text === undefined) reader.invalid('a " is not closed', start, 'write \\" for the character');
        return sequenceOf([...text].map((one): PatternNode => ({ kind: 'set', set: charactersOf(one) })));
      }
      case '<':
        return this.named(start);
      case '?':
      case '*':
      case '+':
      case '{':
        return reader.invalid(
          `the quantifier ${character} has nothing before it`,
          start,
          `write \\${character} for the character`,
        );
      default:
        return { kind: 'set', set: charactersOf(this.plain(character, start)) };
    }
  }

  private plain(character: string, start: number): string {
    if (character !== '\\') return character;
    const escaped = this.reader.next();
    return escaped === '' ? this.reader.invalid('it ends with a lone backslash', start) : escaped;
  }

  private group(start: number): PatternNode {
    if (this.reader.take(')')) return { kind: 'empty' };
    const index = ++this.groups;
    const body = this.alternatives();
    if (!this.reader.take(')')) this.reader.invalid('a ( is not closed', start, 'write \\( for the character');
    return { kind: 'group', index, body };
  }

  private brackets(start: number): CodePoints {
    const reader: Reader = this.reader;
    const negated = reader.take('^');
    let set: CodePoints = noPoints;
    do {
      if (reader.done) reader.invalid('a [ is not closed', start, 'write \\[ for the character');
      const first = pointOf(this.plain(reader.next(), reader.at - 1));
      let last = first;
      if (reader.peek() === '-' && !reader.text.startsWith('-]', reader.at)) {
        reader.next();
        if (reader.done) reader.invalid('a [ is not closed', start, 'write \\[ for the character');
        last = pointOf(this.plain(reader.next(), reader.at - 1));
      }
      if (last < first) reader.invalid('a range ends below its start', start);
      set = union(set, pointsOf([first, last]));
    } while (reader.peek() !== ']');
    reader.next();
    return negated ? complement(set) : set;
  }

  // <Name> or <n-m>.
  private named(start: number): PatternNode {
    const reader: Reader = this.reader;
    const found = reader.match(/(?:(\d{1,15})-(\d{1,15})|([^>]*))>/y);
    if (found === undefined) reader.invalid('a < is not closed', start, 'write \\< for the character');
    const [, low, high, name = ''] = found;
    if (low !== undefined && high !== undefined) {
      return Number(low) <= Number(high) ? interval(low, high) : interval(high, low);
    }
    const set = posixSets[name];
    if (set === undefined)
      reader.invalid(`there is no <${name}>`, start, `there are <n-m> and ${Object.keys(posixSets).join(', ')}`);
    return { kind: 'set', set };
  }
}

function digitSet(first: string, last: string): PatternNode {
  return { kind: 'set', set: pointsOf([pointOf(first), pointOf(last)]) };
}

// Numbers of one length: exactly that many digits. Of two lengths: any zeros may stand before.
function interval(low: string, high: string): PatternNode {
  if (low.length === high.length) return digitRange(low, high);
  const parts: PatternNode[] = [];
  const shortest = low.replace(/^0+(?=\d)/, '');
  const longest = high.replace(/^0+(?=\d)/, '');
  for (let length = shortest.length; length <= longest.length; length++) {
    const first = length === shortest.length ? shortest : `1${'0'.repeat(length - 1)}`;
    const last = length === longest.length ? longest : '9'.repeat(length);
    parts.push(digitRange(first, last));
  }
  return sequenceOf([anyNumberOf(digitSet('0', '0')), choiceOf(parts)]);
}

// All texts of digits between two of one length.
function digitRange(low: string, high: string): PatternNode {
  const [first, last] = [low.charAt(0), high.charAt(0)];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (low === '') return { kind: 'empty' };
  if (first === last) return sequenceOf([digitSet(first, first), digitRange(lowRest, highRest)]);
  const nines = '9'.repeat(lowRest.length);
  const zeros = '0'.repeat(lowRest.length);
  const step = (digit: string, by: number): string => String(Number(digit) + by);
  const [from, to] = [lowRest === zeros ? first : step(first, 1), highRest === nines ? last : step(last, -1)];
  const parts: PatternNode[] = [];
  if (from !== first) parts.push(sequenceOf([digitSet(first, first), digitRange(lowRest, nines)]));
  if (Number(from) <= Number(to))
    parts.push(sequenceOf([digitSet(from, to), ...[...lowRest].map(() => digitSet('0', '9'))]));
  if (to !== last) parts.push(sequenceOf([digitSet(last, last), digitRange(zeros, highRest)]));
  return choiceOf(parts);
}
