// From "the grammar stopped here" to a message that helps: what was expected, what was found, and what is a common mistake.
import type { Diagnostic, RelatedSpan } from '../diagnose/diagnostic.ts';
import { schemaQualifier, notInDialect, syntaxError } from '../diagnose/parseMessages.ts';
import { insteadOfFunction, windowKinds } from '../diagnose/otherDialects.ts';
import { suggest } from '../../contract/suggest.ts';
import type { Nesting, Token } from './lex.ts';

/** Where and how a statement failed; offsets into the whole text. */
export interface Failure {
  readonly text: string;
  readonly normalized: string;
  readonly tokens: readonly Token[];
  readonly nesting: Nesting;
  readonly offset: number;
  /** What could have stood there, as the grammar names it. */
  readonly expected: readonly string[];
}

/** Any of these may start an expression: named one by one they would drown the rest. */
const expressionStarts = new Set([
  'a name',
  'a number',
  'a string',
  'a binary literal',
  'a sign',
  '"("',
  'CASE',
  'CAST',
  'EXISTS',
  'INTERVAL',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'NULL',
  'TRUE',
  'FALSE',
  'UNKNOWN',
  'NOT',
  'INSERT',
  'LEFT',
  'RIGHT',
]);

/** Words that begin a clause of other dialects, with what to write here. */
const unsupported: Readonly<Record<string, string>> = {
  LIMIT: 'bound the rows by a window, or by TOP_K_ITEMS_TUMBLING or GROUP_RANK',
  FETCH: 'bound the rows by a window, or by TOP_K_ITEMS_TUMBLING or GROUP_RANK',
  OFFSET: 'bound the rows by a window, or by TOP_K_ITEMS_TUMBLING or GROUP_RANK',
  WITH: 'put the query into FROM as ( SELECT … ) AS name, or into a stream with a pump',
  LATERAL: 'join with a derived table instead',
  UNNEST: 'map the elements of an array to rows in the input schema',
  TABLESAMPLE: 'filter the rows by WHERE',
  FILTER: 'aggregate a CASE expression, e.g. COUNT(CASE WHEN … THEN 1 END)',
  QUALIFY: 'filter in an outer SELECT',
  UPDATE: 'streams only grow: insert into another stream',
  DELETE: 'streams only grow: filter by WHERE into another stream',
  MATCH_RECOGNIZE: 'compare a row with earlier ones by LAG(…) OVER (…), or join the stream with itself in a window',
  PIVOT: 'aggregate a CASE expression for each column, e.g. SUM(CASE WHEN … THEN … END)',
  MERGE: 'insert into a stream from several pumps',
};

/** Fields that may follow a difference of datetimes. */
const fields = new Set(['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND']);

/** Words that begin a statement. */
const statementStarts = new Set(['CREATE', 'INSERT', 'SELECT', 'DROP', 'ALTER']);

/** The diagnostic of a failed match. */
export function explainFailure(failure: Failure): Diagnostic {
  const { text, tokens, offset } = failure;
  // The grammar may stop inside a token (`1a`); the error is about the whole.
  const index = tokens.findIndex((token) => token.end > offset);
  const token = index === -1 ? undefined : tokens[index];
  const last = tokens[tokens.length - 1];
  const previous = index === -1 ? last : tokens[index - 1];
  const endOffset = last?.end ?? text.length;
  const span = token === undefined ? { start: endOffset, end: endOffset } : { start: token.start, end: token.end };
  const word = token === undefined ? '' : failure.normalized.slice(token.start, token.end);
  const before = previous === undefined ? '' : failure.normalized.slice(previous.start, previous.end);
  if ((word === 'WITH' || word === 'WITHOUT') && (before === 'TIMESTAMP' || before === 'TIME'))
    return notInDialect(`${word} TIME ZONE`, span, `write ${before} alone: it has no time zone`);
  const advice = token?.kind === 'word' ? unsupported[word] : undefined;
  if (advice !== undefined) return notInDialect(word, span, advice);
  // FILTER and the like are taken for an alias until the next token.
  if ((token === undefined || word === '(') && before in unsupported && previous?.kind === 'word') {
    return notInDialect(before, { start: previous.start, end: previous.end }, unsupported[before] ?? '');
  }
  // They are taken for an alias with names of columns until an error within.
  const open = openingAt(failure, index === -1 ? tokens.length : index);
  const clause = writtenAt(failure, open - 1);
  if (tokens[open - 1] !== undefined && (clause === 'MATCH_RECOGNIZE' || clause === 'PIVOT'))
    return notInDialect(clause, tokens[open - 1] ?? span, unsupported[clause] ?? '');
  const qualified = word === '.' ? qualifierAt(failure, index) : undefined;
  if (qualified !== undefined) return qualified;
  const related: RelatedSpan[] = [];
  const unclosed = failure.nesting.unclosed[failure.nesting.unclosed.length - 1];
  if (unclosed !== undefined) related.push({ span: unclosed, message: 'this parenthesis is never closed' });
  const names = failure.expected.includes('a name') || failure.expected.includes('an alias');
  const situation: Situation = { word, before, token, index: index === -1 ? tokens.length : index, names, failure };
  const hint = hintFor(situation);
  return syntaxError(
    expectedText(failure.expected),
    token === undefined ? 'the end of the statement' : foundText(text, token),
    span,
    hint,
    related,
  );
}

interface Situation {
  readonly word: string;
  readonly before: string;
  readonly token: Token | undefined;
  /** The token's place among those of the statement. */
  readonly index: number;
  readonly names: boolean;
  readonly failure: Failure;
}

/** A token as the grammar takes it. */
function writtenAt({ normalized, tokens }: Failure, index: number): string {
  const token = tokens[index];
  return token === undefined ? '' : normalized.slice(token.start, token.end);
}

/** Words behind which a stream, table, pump or view is named. */
const beforeNames = new Set(['FROM', 'JOIN', 'INTO', 'STREAM', 'PUMP', 'VIEW']);

/** The diagnostic of a name with a schema before it, at the index of its dot. */
function qualifierAt(failure: Failure, index: number): Diagnostic | undefined {
  const { text, tokens } = failure;
  const [qualifier, name] = [tokens[index - 1], tokens[index + 1]];
  const before = writtenAt(failure, index - 2);
  const named = beforeNames.has(before) || (before === ',' && clauseAround(failure, index) === 'FROM');
  if (!named || qualifier === undefined || (name?.kind !== 'word' && name?.kind !== 'quoted')) return undefined;
  return schemaQualifier(text.slice(qualifier.start, qualifier.end), text.slice(name.start, name.end), qualifier);
}

/** The index of the parenthesis in which a token stands; -1 outside of all. */
function openingAt(failure: Failure, index: number): number {
  let closed = 0;
  for (let at = index - 1; at >= 0; at--) {
    const word = writtenAt(failure, at);
    if (word === ')') closed++;
    else if (word === '(' && closed-- === 0) return at;
  }
  return -1;
}

const clauseWords = new Set(['SELECT', 'FROM', 'ON', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'PARTITION']);

/** The word of the clause in which a token stands, out of parentheses that have none; `OVER` in a window, '' before any clause. */
function clauseAround(failure: Failure, index: number): string {
  let closed = 0;
  for (let at = index - 1; at >= 0; at--) {
    const word = writtenAt(failure, at);
    if (word === ')') closed++;
    else if (word === '(' && closed > 0) closed--;
    else if (word === '(' && (writtenAt(failure, at - 1) === 'OVER' || writtenAt(failure, at - 1) === 'AS'))
      return 'OVER';
    else if (closed === 0 && clauseWords.has(word)) return word;
  }
  return '';
}

/** Windows and functions as other dialects write them. */
function foreignFormHint({ word, before, index, failure }: Situation): string | undefined {
  if (failure.expected.includes('STAGGER')) return Object.hasOwn(windowKinds, word) ? windowKinds[word] : undefined;
  const clause = clauseAround(failure, index);
  if (word === 'RANGE' && clause === 'GROUP') return windowKinds['TUMBLING'];
  const named = ['FROM', 'JOIN', ','].includes(writtenAt(failure, index - 2));
  if (word === '(' && clause === 'FROM' && named && /^[A-Z]/.test(before)) {
    if (before === 'STEP' || before === 'FLOOR') return `${before} belongs in GROUP BY`;
    return insteadOfFunction(before) ?? `a function in FROM is written TABLE(${before}(…))`;
  }
  const streamAt = writtenAt(failure, 1) === 'OR' ? 3 : 1;
  if (word === 'AS' && index === streamAt + 2 && writtenAt(failure, streamAt) === 'STREAM')
    return 'the columns stand here, in parentheses; a pump fills the stream: CREATE PUMP "P" AS INSERT INTO … SELECT STREAM …';
  return undefined;
}

function hintFor(situation: Situation): string | undefined {
  const { word, before, token, index, names, failure } = situation;
  const { nesting, expected } = failure;
  if (token !== undefined && invisible.test(failure.text.slice(token.start, token.end)))
    return 'this character can not be seen: delete it';
  const foreign = foreignFormHint(situation);
  if (foreign !== undefined) return foreign;
  if (word === '==' || (word === '=' && before === '=')) return 'equality is a single =';
  if ((word === '>' || word === '<') && before === '=') return `write ${word}=`;
  if (word === '&' || word === '^' || word === '%')
    return word === '%' ? 'write MOD(a, b) for the remainder' : 'write AND, OR or POWER';
  if (word === '`' || word === '[') return 'names are quoted by double quotes';
  if (before === ',' && (word === ')' || word === '' || word === 'FROM')) return 'remove the comma before it';
  if (token?.kind === 'quoted' && expected.includes('a string'))
    return `text is written in single quotes; double quotes are for names`;
  if (token?.kind === 'string' && names && !expected.includes('a string'))
    return 'names are written in double quotes; single quotes are for text';
  if (expected.includes('AS') && (word === 'INSERT' || word === 'SELECT')) return `AS is missing before ${word}`;
  if (token?.kind === 'number' && before === 'INTERVAL')
    return `the number of an interval is in quotes: INTERVAL '${word}' …`;
  if (fields.has(word) && expected.includes('an alias'))
    return `a difference of datetimes is in parentheses: (a - b) ${word}`;
  if (index > 0 && statementStarts.has(word) && before !== '(')
    return `statements are separated by ";": is one missing before ${word}?`;
  if (token !== undefined && token === nesting.unopened) return 'this parenthesis was never opened';
  if (token?.kind === 'word') {
    const near = suggest(
      word,
      expected.filter((one) => /^[A-Z]{2,}$/.test(one)),
    );
    if (near !== undefined) return `did you mean ${near}?`;
    // A mistyped keyword is often taken for an alias before the error shows.
    const nearBefore = suggest(
      before,
      ['FROM', 'WHERE', 'GROUP', 'ORDER', 'HAVING', 'WINDOW', 'SELECT', 'STREAM'].filter((one) => one !== before),
    );
    if (nearBefore !== undefined && before.length > 2 && !statementStarts.has(before))
      return `did you mean ${nearBefore} instead of ${before}?`;
    if (names && !expected.includes(word) && /^[A-Z]+$/.test(word))
      return `${word} is a reserved word; as a name it is written "${word}"`;
  }
  if (nesting.unclosed.length > 0) return 'a ")" seems to be missing';
  return undefined;
}

/** Expectations that are named only when there are no others. */
const dull = new Set(['an operator', 'a comment', 'an object']);

/** `X, Y or Z`: operators last and only when there is little else, at most five. */
function expectedText(given: readonly string[]): string {
  let names = [...new Set(given)].map((name) =>
    name === 'end of input' ? 'the end of the statement' : /^[\p{L}]/u.test(name) ? name : `"${name}"`,
  );
  if (names.includes('CREATE') && names.includes('DROP')) return 'a statement';
  if (names.includes('a number') && names.includes('a name'))
    names = ['an expression', ...names.filter((name) => !expressionStarts.has(name))];
  // After a name there may always be more of it; that isn't worth saying.
  const afterName = names.includes('"."');
  const others = names.filter((name) => !dull.has(name) && !(afterName && (name === '"."' || name === '"("')));
  if (others.length > 0) names = others;
  names.sort((left, right) => rank(left) - rank(right) || (left < right ? -1 : 1));
  if (names.length === 0) return 'something else';
  if (names.length > 5) return `${names.slice(0, 5).join(', ')} or other words`;
  const final = names[names.length - 1] ?? '';
  return names.length === 1 ? final : `${names.slice(0, -1).join(', ')} or ${final}`;
}

function rank(name: string): number {
  if (name === 'an expression') return 0;
  if (name.startsWith('"')) return 1;
  return name.startsWith('a ') || name.startsWith('an ') ? 2 : 3;
}

/** A character that a person does not see. */
const invisible = /^(?:\p{Cc}|\p{Cf}|\p{Zs}|\u3164|\uFE0F)$/u;

/** A character by its number: U+200B. */
function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function foundText(text: string, token: Token): string {
  const found = text.slice(token.start, token.end);
  if (invisible.test(found)) return `the character ${codePoint(found)}`;
  const written = [...found]
    .map((character) =>
      character !== ' ' && character !== '\n' && invisible.test(character) ? codePoint(character) : character,
    )
    .join('');
  return JSON.stringify(written.length > 40 ? `${written.slice(0, 37)}…` : written).replace(
    /^"(.*)"$/s,
    (_, inner: string) => `"${inner.replaceAll('\\"', '"')}"`,
  );
}
