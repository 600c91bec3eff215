// Formats of W3C_LOG_PARSE as patterns that must match a whole line, a group for each specifier (KDA-SQL 4.8; the specifiers are those of
// Apache's mod_log_config). A field ends where the format's next literal character comes; between quotes it may contain escaped ones;
// %t has its brackets unless the format writes them.
import { allPoints, charactersOf, complement, pointsOf } from './codePoints.ts';
import { Reader } from './reader.ts';
import { anyNumberOf, choiceOf, sequenceOf, type ParsedPattern, type PatternNode } from './tree.ts';

const common = '%h %l %u %t "%r" %>s %b';

/** The predefined formats. Of REFERER both the documented arrow and the one that servers write are taken. */
const predefined: Readonly<Record<string, readonly string[]>> = {
  COMMON: [common],
  'COMMON WITH VHOST': [`%v ${common}`],
  'NCSA EXTENDED': [`${common} "%[Referer]i" "%[User-agent]i"`],
  REFERER: ['%[Referer]i ---> %U', '%[Referer]i -> %U'],
  AGENT: ['%[User-agent]i'],
};

/** Fields of a line of the IIS log file format, which are parted by commas. */
const IIS_FIELDS = 15;

/** Parses a format; throws PatternProblem. */
export function parseW3cFormat(text: string): ParsedPattern {
  const name = text.trim().replaceAll(/\s+/g, ' ').toUpperCase();
  if (name === 'IIS') return { tree: iisLine(), groups: IIS_FIELDS, names: new Map() };
  const formats = predefined[name];
  const trees = (formats ?? [text]).map((format) => parseSpecifiers(format));
  return { tree: choiceOf(trees.map(({ tree }) => tree)), groups: trees[0]?.groups ?? 0, names: new Map() };
}

interface Specifier {
  readonly letter: string;
  readonly hasArgument: boolean;
}

const specifierPattern =
  /%(?:!?\d{3}(?:,\d{3})*)?[<>]?(?:!?\d{3}(?:,\d{3})*)?(\[[^\]]*\]|\{[^}]*\})?([aABbCDefhHilmnopPqrstTuUvVXIO%])/y;

function parseSpecifiers(format: string): { tree: PatternNode; groups: number } {
  const reader: Reader = new Reader(format);
  const parts: (string | Specifier)[] = [];
  while (!reader.done) {
    const start = reader.at;
    if (reader.peek() !== '%') {
      parts.push(reader.next());
      continue;
    }
    const found = reader.match(specifierPattern);
    if (found === undefined) {
      const letter = format.charAt(start + 1);
      reader.invalid(
        `%${letter} is no specifier`,
        start,
        'a format is COMMON, COMMON WITH VHOST, NCSA EXTENDED, REFERER, AGENT, IIS or text with specifiers such as %h; write %% for a percent sign',
      );
    }
    const letter = found[2] ?? '';
    parts.push(letter === '%' ? '%' : { letter, hasArgument: found[1] !== undefined });
  }
  const groups = parts.filter((part) => typeof part !== 'string').length;
  if (groups === 0)
    reader.invalid(
      'it has no specifier',
      0,
      'a format is COMMON, COMMON WITH VHOST, NCSA EXTENDED, REFERER, AGENT, IIS or text with specifiers such as %h',
    );
  let index = 0;
  const nodes = parts.map((part, at): PatternNode => {
    if (typeof part === 'string') return { kind: 'set', set: charactersOf(part) };
    return { kind: 'group', index: ++index, body: fieldOf(part, parts[at - 1], parts[at + 1]) };
  });
  return { tree: sequenceOf(nodes), groups };
}

function character(text: string): PatternNode {
  return { kind: 'set', set: charactersOf(text) };
}

function allBut(text: string): PatternNode {
  return { kind: 'set', set: complement(charactersOf(text)) };
}

const anyCharacter: PatternNode = { kind: 'set', set: allPoints };

/** Specifiers whose values come from clients or names, at the end of a line blanks included. */
const mayHaveBlanks = 'CefinoqtuU';

function fieldOf(
  part: Specifier,
  before: string | Specifier | undefined,
  after: string | Specifier | undefined,
): PatternNode {
  if (before === '"' && after === '"')
    return anyNumberOf(choiceOf([allBut('"\\'), sequenceOf([character('\\'), anyCharacter])]));
  const { letter, hasArgument } = part;
  if (letter === 't' && !hasArgument && before !== '[')
    return sequenceOf([character('['), anyNumberOf(allBut(']')), character(']')]);
  if (letter === 'r') return anyNumberOf(anyCharacter, after === undefined);
  if (typeof after === 'string') return anyNumberOf(allBut(after));
  return anyNumberOf(after === undefined && mayHaveBlanks.includes(letter) ? anyCharacter : allBut(' '));
}

function iisLine(): PatternNode {
  const blanks = anyNumberOf({ kind: 'set', set: pointsOf([0x20, 0x20]) });
  const nodes: PatternNode[] = [];
  for (let index = 1; index <= IIS_FIELDS; index++) {
    if (index > 1) nodes.push(character(','), blanks);
    nodes.push({ kind: 'group', index, body: anyNumberOf(allBut(',')) });
  }
  nodes.push({ kind: 'repeat', body: character(','), min: 0, max: 1, greedy: true }, blanks);
  return sequenceOf(nodes);
}
