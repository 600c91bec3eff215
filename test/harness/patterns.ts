// Random patterns: in the syntax that java.util.regex and the JavaScript engine share, of SIMILAR TO and of FAST_REGEX_LOG_PARSE; texts for them.
import type { CodePoints } from '../../compiler/pattern/codePoints.ts';
import type { PatternNode } from '../../compiler/pattern/tree.ts';

/** A pattern that both engines must find the same way. */
export interface RandomPattern {
  readonly source: string;
  /** False where the languages differ in what a group keeps: JavaScript forgets it at the start of each round. */
  readonly capturesAgree: boolean;
}

type Random = () => number;

interface Part {
  readonly source: string;
  readonly nullable: boolean;
  readonly groups: number;
  /** The whole part is one group. */
  readonly isGroup: boolean;
  readonly agrees: boolean;
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

const atoms = [
  'a',
  'b',
  'c',
  'é',
  '日',
  '😀',
  '.',
  '[ab]',
  '[^a]',
  '[a-c]',
  '[^b-c日]',
  '\\d',
  '\\w',
  '\\W',
  '1',
  ' ',
  '\\.',
];
const assertions = ['^', '$', '\\b', '\\B'];
const quantifiers = ['*', '+', '?', '{2}', '{0,2}', '{1,3}', '{2,}', '{3}'];

function atom(random: Random): Part {
  const isAssertion = random() < 0.08;
  const source = pick(random, isAssertion ? assertions : atoms);
  return { source, nullable: isAssertion, groups: 0, isGroup: false, agrees: true };
}

function part(random: Random, depth: number): Part {
  const choice = random();
  if (depth === 0 || choice < 0.35) return atom(random);
  if (choice < 0.6) return sequence(random, depth - 1);
  if (choice < 0.7) return alternatives(random, depth - 1);
  if (choice < 0.8) {
    const body = alternatives(random, depth - 1);
    return { ...body, source: `(${body.source})`, groups: body.groups + 1, isGroup: true };
  }
  return repeated(random, depth);
}

function sequence(random: Random, depth: number): Part {
  const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => part(random, depth));
  return {
    source: `(?:${parts.map((one) => one.source).join('')})`,
    nullable: parts.every((one) => one.nullable),
    groups: parts.reduce((total, one) => total + one.groups, 0),
    isGroup: false,
    agrees: parts.every((one) => one.agrees),
  };
}

function alternatives(random: Random, depth: number): Part {
  const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => part(random, depth));
  const empty = random() < 0.1;
  return {
    source: `(?:${parts.map((one) => one.source).join('|')}${empty ? '|' : ''})`,
    nullable: empty || parts.some((one) => one.nullable),
    groups: parts.reduce((total, one) => total + one.groups, 0),
    isGroup: false,
    agrees: parts.every((one) => one.agrees),
  };
}

// Rounds that may read nothing are not the same in both languages: such a body gets a character.
function repeated(random: Random, depth: number): Part {
  const drawn = part(random, depth - 1);
  const body = drawn.nullable ? { ...drawn, source: `(?:${drawn.source}a)`, isGroup: false } : drawn;
  const quantifier = pick(random, quantifiers);
  const once = quantifier === '?';
  return {
    source: `(?:${body.source}${quantifier}${random() < 0.3 ? '?' : ''})`,
    nullable: /^[*?]|^\{0/.test(quantifier),
    groups: body.groups,
    isGroup: false,
    agrees: body.agrees && (once || body.groups === 0 || (body.isGroup && body.groups === 1)),
  };
}

/** A random pattern. */
export function randomPattern(random: Random): RandomPattern {
  const whole = sequence(random, 4);
  return { source: whole.source, capturesAgree: whole.agrees };
}

/** A random text of the letters that the patterns use. */
export function randomText(random: Random): string {
  const letters = ['a', 'a', 'b', 'b', 'c', 'é', '日', '😀', '1', ' ', '.'];
  return Array.from({ length: Math.floor(random() * 12) }, () => pick(random, letters)).join('');
}

const similarItems: readonly (readonly [string, string])[] = [
  ['a', 'a'],
  ['b', 'b'],
  ['é', 'é'],
  ['.', '\\.'],
  ['_', '.'],
  ['%', '.*'],
  ['[ab]', '[ab]'],
  ['[a-c^b]', '[ac]'],
  ['[^a日]', '[^a日]'],
  ['[[:DIGIT:]c]', '[0-9c]'],
];

/** A random pattern of SIMILAR TO, and what it is as a regular expression. */
export function randomSimilar(random: Random, depth = 2): { source: string; regular: string } {
  const items = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    const [source, regular] = pick(random, similarItems);
    if (depth === 0 || random() < 0.6) return { source, regular: `(?:${regular})` };
    const alternatives = Array.from({ length: 1 + Math.floor(random() * 2) }, () => randomSimilar(random, depth - 1));
    return {
      source: `(${alternatives.map((one) => one.source).join('|')})`,
      regular: `(?:${alternatives.map((one) => one.regular).join('|')})`,
    };
  });
  const quantified = items.map(({ source, regular }) => {
    const quantifier = random() < 0.3 ? pick(random, quantifiers) : '';
    return { source: source + quantifier, regular: regular + quantifier };
  });
  return {
    source: quantified.map((one) => one.source).join(''),
    regular: quantified.map((one) => one.regular).join(''),
  };
}

const pieceItems = [
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '.*',
  '@',
  'a+',
  '[b-c]*',
  '.{2}',
  'a{1,2}',
  '(a|bb)',
  '(ab|ba)',
  '<1-20>',
  'b?',
];

/** The inside of a random group of FAST_REGEX_LOG_PARSE. */
export function randomPiece(random: Random): string {
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, pieceItems)).join('');
}

/** A tree without intersections as an expression of the JavaScript engine. */
export function regularOf(node: PatternNode): string {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return '';
    case 'set':
      return setText(node.set);
    case 'group':
      return `(?:${regularOf(node.body)})`;
    case 'sequence':
      return node.parts.map(regularOf).join('');
    case 'choice':
      return `(?:${node.parts.map(regularOf).join('|')})`;
    case 'repeat':
      return `(?:${regularOf(node.body)}){${node.min},${node.max === Number.POSITIVE_INFINITY ? '' : node.max}}`;
    case 'both':
      throw new Error('an intersection has no such form');
  }
}

function setText(set: CodePoints): string {
  const point = (value: number): string => `\\u{${value.toString(16)}}`;
  return set.length === 0 ? '[]' : `[${set.map(([first, last]) => `${point(first)}-${point(last)}`).join('')}]`;
}
