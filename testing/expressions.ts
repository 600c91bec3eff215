// The lines of an `expressions` section: an expression and what it must give.
import type { SqlType } from '../contract/types.ts';
import { splitOutside, storedName, tokensOf, withoutComment } from './sqlText.ts';
import { parseType, TestFormatError } from './types.ts';
import { parseValue, type Value } from './values.ts';

/** A variable of a `with` line. */
export interface Variable {
  readonly name: string;
  readonly type: SqlType;
  readonly typeText: string;
  /** The literal as written. */
  readonly literal: string;
  readonly value: Value;
}

/** What an expression must give. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: Value; readonly text: string; readonly type?: SqlType }
  | { readonly kind: 'faults'; readonly code?: string }
  | { readonly kind: 'rejected'; readonly code?: string };

/** One line. */
export interface ExpressionTest {
  readonly line: number;
  readonly sql: string;
  readonly outcome: Outcome;
  /** Variables of the last `with` line; empty when there was none. */
  readonly variables: readonly Variable[];
}

/** Reads the lines of the section; `report` gets what is wrong with a line. */
export function parseExpressions(
  lines: readonly { readonly line: number; readonly text: string }[],
  report: (line: number, message: string) => void,
): ExpressionTest[] {
  const tests: ExpressionTest[] = [];
  let variables: readonly Variable[] = [];
  for (const { line, text } of lines) {
    const content = withoutComment(text).trim();
    if (content === '' || text.trimStart().startsWith('#')) continue;
    try {
      if (/^with\s/i.test(content)) variables = parseVariables(content.slice(5));
      else tests.push({ line, variables, ...parseLine(content) });
    } catch (error) {
      if (!(error instanceof TestFormatError)) throw error;
      report(line, error.message);
    }
  }
  return tests;
}

function parseVariables(text: string): Variable[] {
  return splitOutside(text, ',').map((part) => {
    const match = /^("(?:[^"]|"")+"|\w+)\s+(.+?)\s*=\s*(.+)$/s.exec(part);
    if (match === null) throw new TestFormatError(`not a variable (name TYPE = literal): ${part}`);
    const [, name = '', typeText = '', literal = ''] = match;
    return { name: storedName(name), type: parseType(typeText), typeText, literal, value: parseValue(literal) };
  });
}

function parseLine(content: string): { sql: string; outcome: Outcome } {
  const place = lastDivider(content);
  if (place === undefined)
    throw new TestFormatError('an expression needs " = value", " ≈ value", " faults" or " rejected"');
  const sql = content.slice(0, place.start).trim();
  const rest = content.slice(place.end).trim();
  if (sql === '') throw new TestFormatError('the expression is missing');
  if (place.word === 'faults' || place.word === 'rejected') {
    if (!/^[a-z0-9-]*$/.test(rest)) throw new TestFormatError(`not a code: ${rest}`);
    return { sql, outcome: { kind: place.word, ...(rest === '' ? {} : { code: rest }) } };
  }
  const typed = /^(.*?)\s:\s+([^']+)$/s.exec(rest);
  const text = (typed?.[1] ?? rest).trim();
  const value = parseValue(place.word === '≈' ? `≈${text}` : text);
  return {
    sql,
    outcome: { kind: 'value', value, text, ...(typed?.[2] === undefined ? {} : { type: parseType(typed[2]) }) },
  };
}

// The last ` = `, ` ≈ `, ` faults` or ` rejected` outside parentheses, quotes and comments.
function lastDivider(content: string): { start: number; end: number; word: string } | undefined {
  let depth = 0;
  let found: { start: number; end: number; word: string } | undefined;
  const tokens = tokensOf(content);
  for (const [index, token] of tokens.entries()) {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (depth !== 0 || tokens[index - 1]?.kind !== 'space') continue;
    const next = tokens[index + 1];
    const isSign = token.text === '=' || token.text === '≈';
    const isWord = token.kind === 'word' && (token.text === 'faults' || token.text === 'rejected');
    if ((isSign && next?.kind === 'space') || (isWord && (next === undefined || next.kind === 'space'))) {
      found = { start: token.start, end: token.start + token.text.length, word: token.text };
    }
  }
  return found;
}
