// Random patterns in the syntax that java.util.regex and the JavaScript engine share, and texts for them.

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
