// The algorithm of FAST_REGEX_LOG_PARSE (KDA-SQL 4.8; DECISIONS 18: it decides against the first printed example): the pattern is taken
// apart into what stands inside and outside of its outermost groups. What has a fixed length at the start of a piece goes to the end of the
// section before it; a piece that is fixed as a whole goes there entirely. Each section then takes the shortest beginning of the rest
// that it matches, the last one the whole rest.
import { sequenceOf, PatternProblem, type ParsedPattern, type PatternNode } from './tree.ts';

/** A place in the text: so many characters before the end of a section; undefined is the text's start. */
export interface Cut {
  readonly section: number | undefined;
  readonly characters: number;
}

/** A pattern taken apart. */
export interface Sections {
  readonly trees: readonly PatternNode[];
  /** Where each column begins and ends. */
  readonly columns: readonly { readonly begin: Cut; readonly end: Cut }[];
}

interface Section {
  readonly factors: PatternNode[];
  /** Characters that were appended to it from the pieces behind. */
  appended: number;
}

interface Mark {
  readonly section: number | undefined;
  readonly appended: number;
}

/** Takes a pattern apart; throws PatternProblem where it has no column. */
export function takeApart(pattern: ParsedPattern): Sections {
  const sections: Section[] = [];
  const marks: { begin: Mark; end: Mark }[] = [];
  const here = (): Mark => ({
    section: sections.length === 0 ? undefined : sections.length - 1,
    appended: sections.at(-1)?.appended ?? 0,
  });
  for (const piece of piecesOf(pattern.tree)) {
    const begin = here();
    addPiece(sections, piece.factors);
    if (piece.isGroup) marks.push({ begin, end: here() });
  }
  if (marks.length === 0)
    throw new PatternProblem(
      'invalid',
      'it has no group that could be a column',
      { start: 0, end: 1 },
      'put what becomes a column in parentheses, outside of | & and repetitions',
    );
  const cutAt = (mark: Mark): Cut => ({
    section: mark.section,
    characters: mark.section === undefined ? 0 : (sections[mark.section]?.appended ?? 0) - mark.appended,
  });
  return {
    trees: sections.length === 0 ? [{ kind: 'empty' }] : sections.map((section) => sequenceOf(section.factors)),
    columns: marks.map((mark) => ({ begin: cutAt(mark.begin), end: cutAt(mark.end) })),
  };
}

function addPiece(sections: Section[], factors: readonly PatternNode[]): void {
  const rest = [...factors];
  const last = sections.at(-1);
  while (last !== undefined && rest[0] !== undefined) {
    const length = fixedLength(rest[0]);
    if (length === undefined) break;
    last.factors.push(rest[0]);
    last.appended += length;
    rest.shift();
  }
  if (rest.length > 0) sections.push({ factors: rest, appended: 0 });
}

interface Piece {
  readonly isGroup: boolean;
  readonly factors: readonly PatternNode[];
}

function piecesOf(tree: PatternNode): Piece[] {
  const pieces: Piece[] = [];
  let outside: PatternNode[] = [];
  for (const factor of factorsOf(tree)) {
    if (factor.kind !== 'group') {
      outside.push(factor);
      continue;
    }
    if (outside.length > 0) pieces.push({ isGroup: false, factors: outside });
    outside = [];
    pieces.push({ isGroup: true, factors: factorsOf(factor.body) });
  }
  if (outside.length > 0) pieces.push({ isGroup: false, factors: outside });
  return pieces;
}

function factorsOf(tree: PatternNode): readonly PatternNode[] {
  if (tree.kind === 'sequence') return tree.parts;
  return tree.kind === 'empty' ? [] : [tree];
}

/** Characters of every text that a node matches; undefined when they differ. */
export function fixedLength(node: PatternNode): number | undefined {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return 0;
    case 'set':
      return 1;
    case 'group':
      return fixedLength(node.body);
    case 'repeat': {
      const length = node.min === node.max ? fixedLength(node.body) : undefined;
      return length === undefined ? undefined : length * node.min;
    }
    case 'sequence': {
      const lengths = node.parts.map(fixedLength);
      return lengths.some((length) => length === undefined)
        ? undefined
        : lengths.reduce<number>((total, length) => total + (length ?? 0), 0);
    }
    case 'choice': {
      const [first, ...others] = node.parts.map(fixedLength);
      return others.every((length) => length === first) ? first : undefined;
    }
    case 'both':
      return node.parts.map(fixedLength).find((length) => length !== undefined);
  }
}
