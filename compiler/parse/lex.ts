// A small lexer, for what the grammar isn't asked: where statements end, which text the grammar sees, how deep it nests, and
// which token an error is about. It knows comments, quotes and words, nothing of SQL's structure.

/** What a token is; `open` is a quote that is never closed, `odd` a typographic quote or dash. */
export type TokenKind = 'word' | 'number' | 'string' | 'quoted' | 'symbol' | 'open' | 'odd';

/** One token; offsets into the whole text. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** Tokens, and the text as the grammar takes it: same length, comments blank, letters outside quotes in upper case. */
export interface Lexed {
  readonly tokens: readonly Token[];
  readonly normalized: string;
}

const tokenPattern = new RegExp(
  [
    '(?<blank>[\\u0000-\\u0020\\u00A0\\uFEFF\\u2000-\\u200A\\u2028\\u2029\\u202F\\u3000]+|(?:--|//)[^\\n\\r]*|/\\*[^]*?(?:\\*/|$))',
    "(?<string>'[^']*(?:''[^']*)*')",
    '(?<quoted>"[^"]*(?:""[^"]*)*")',
    '(?<open>[\'"][^]*)',
    '(?<number>(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)',
    '(?<word>[\\p{L}_][\\p{L}_0-9$]*)',
    '(?<odd>[\\u2018-\\u201F\\u2010-\\u2015\\u2212])',
    '(?<symbol><>|!=|<=|>=|==|\\|\\||[^])',
  ].join('|'),
  'gu',
);

const kinds: readonly TokenKind[] = ['word', 'symbol', 'number', 'quoted', 'string', 'open', 'odd'];

/** The tokens of a text; takes any text. */
export function lex(text: string): Lexed {
  const tokens: Token[] = [];
  const pieces: string[] = [];
  for (const match of text.matchAll(tokenPattern)) {
    const groups = match.groups ?? {};
    const piece = match[0];
    if (groups['blank'] !== undefined) {
      pieces.push(' '.repeat(piece.length));
      continue;
    }
    const kind = kinds.find((candidate) => groups[candidate] !== undefined) ?? 'symbol';
    tokens.push({ kind, start: match.index, end: match.index + piece.length });
    pieces.push(
      kind === 'word' || kind === 'number' ? piece.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : piece,
    );
  }
  return { tokens, normalized: pieces.join('') };
}

/** Runs of tokens between semicolons, empty ones left out. */
export function splitStatements(lexed: Lexed): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  for (const token of lexed.tokens) {
    if (token.kind === 'symbol' && lexed.normalized[token.start] === ';') {
      if (current.length > 0) statements.push(current);
      current = [];
    } else {
      current.push(token);
    }
  }
  if (current.length > 0) statements.push(current);
  return statements;
}

/** Names behind CREATE STREAM, CREATE VIEW and those with OR REPLACE, wherever they stand; of a name with dots the last part. */
export function createdRelations(tokens: readonly Token[], normalized: string): Token[] {
  const written = (index: number): string => {
    const token = tokens[index];
    return token?.kind === 'word' || token?.kind === 'symbol' ? normalized.slice(token.start, token.end) : '';
  };
  const named = (index: number): boolean => tokens[index]?.kind === 'word' || tokens[index]?.kind === 'quoted';
  return tokens.flatMap((_, index) => {
    const what = written(index - 1);
    if (!named(index) || (what !== 'STREAM' && what !== 'VIEW')) return [];
    const created = written(index - 2) === 'CREATE';
    // CREATE itself may be glued to what stands before it.
    if (!created && (written(index - 2) !== 'REPLACE' || written(index - 3) !== 'OR')) return [];
    let last = index;
    while (written(last + 1) === '.' && named(last + 2)) last += 2;
    return tokens[last] ?? [];
  });
}

/** How a statement nests: the first token that lies too deep, and parentheses without partner. */
export interface Nesting {
  readonly tooDeep?: Token;
  readonly unclosed: readonly Token[];
  readonly unopened?: Token;
}

/** Depth of parentheses, CASE and runs of prefix operators, against a limit. */
export function measureNesting(tokens: readonly Token[], normalized: string, limit: number): Nesting {
  const open: Token[] = [];
  let cases = 0;
  let prefixes = 0;
  let tooDeep: Token | undefined;
  let unopened: Token | undefined;
  for (const token of tokens) {
    const text = token.kind === 'word' || token.kind === 'symbol' ? normalized.slice(token.start, token.end) : '';
    prefixes = text === '+' || text === '-' || text === 'NOT' ? prefixes + 1 : text === '(' ? prefixes : 0;
    if (text === '(') open.push(token);
    else if (text === ')' && open.pop() === undefined) unopened ??= token;
    else if (text === 'CASE') cases++;
    else if (text === 'END') cases--;
    if (open.length + Math.max(cases, 0) + prefixes / 2 > limit) tooDeep ??= token;
  }
  return { unclosed: open, ...(tooDeep && { tooDeep }), ...(unopened && { unopened }) };
}
