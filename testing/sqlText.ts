// SQL text by its tokens: as much lexing as test files need to find separators outside quotes and comments, and to rename identifiers.
// It isn't the parser of the language.

/** One token with its place in the text. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'comment' | 'space' | 'symbol';
  readonly text: string;
  readonly start: number;
}

const tokenPattern =
  /(?<comment>--[^\r\n]*|\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^']|'')*(?:'|$))|(?<quoted>"(?:[^"]|"")*(?:"|$))|(?<word>[A-Za-z_]\w*)|(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?<space>\s+)|(?<symbol>[\s\S])/gu;

/** Splits SQL into tokens; their texts joined give the input again. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (const match of sql.matchAll(tokenPattern)) {
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0] ?? 'symbol';
    tokens.push({ kind: kind as Token['kind'], text: match[0], start: match.index });
  }
  return tokens;
}

/** The stored name of an identifier token: unquoted is upper case, quoted is exact. */
export function storedName(text: string): string {
  return text.startsWith('"') ? text.replace(/^"|"$/g, '').replaceAll('""', '"') : text.toUpperCase();
}

/** A name as quoted identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Replaces identifiers by their stored name; what the function leaves undefined stays. */
export function renameIdentifiers(
  sql: string,
  rename: (stored: string, quoted: boolean) => string | undefined,
): string {
  return tokensOf(sql)
    .map((token) => {
      if (token.kind !== 'word' && token.kind !== 'quoted') return token.text;
      return rename(storedName(token.text), token.kind === 'quoted') ?? token.text;
    })
    .join('');
}

/** Cuts a `-- comment` off the end of a line of SQL literals. */
export function withoutComment(line: string): string {
  const kept: string[] = [];
  for (const token of tokensOf(line)) {
    if (token.kind === 'comment' && token.text.startsWith('--')) break;
    kept.push(token.text);
  }
  return kept.join('').trimEnd();
}

/** Splits at a symbol outside parentheses, quotes and comments. */
export function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const token of tokensOf(text)) {
    if (token.kind !== 'symbol') continue;
    if (token.text === '(') depth++;
    else if (token.text === ')') depth--;
    else if (token.text === separator && depth === 0) {
      parts.push(text.slice(from, token.start).trim());
      from = token.start + 1;
    }
  }
  parts.push(text.slice(from).trim());
  return parts;
}

/** The content of a character literal. */
export function unquoteText(literal: string): string {
  return literal.replace(/^'|'$/g, '').replaceAll("''", "'");
}

/** A text as character literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
