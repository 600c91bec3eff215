// The messages of the parser, one function each.
import type { Span } from '../source.ts';
import type { Diagnostic, RelatedSpan } from './diagnostic.ts';

function error(
  code: string,
  message: string,
  span: Span,
  hint?: string,
  related: readonly RelatedSpan[] = [],
): Diagnostic {
  return { severity: 'error', code, message, span, related, ...(hint !== undefined && { hint }) };
}

/** The text is no SQL: something else was expected there. */
export function syntaxError(
  expected: string,
  found: string,
  span: Span,
  hint?: string,
  related?: readonly RelatedSpan[],
): Diagnostic {
  return error('syntax-error', `expected ${expected}, found ${found}`, span, hint, related);
}

/** A quote without its partner. */
export function unclosedQuote(quote: string, span: Span): Diagnostic {
  const what = quote === '"' ? 'quoted name' : 'string';
  return error(
    'syntax-error',
    `this ${what} is never closed`,
    span,
    `end it with ${quote}; a ${quote} inside it is written twice`,
  );
}

/** Curly quotes and dashes that a word processor made. */
export function typographicCharacter(character: string, span: Span): Diagnostic {
  const plain = /[“”‟„]/.test(character) ? '"' : /[‘’‛‚]/.test(character) ? "'" : '-';
  return error(
    'syntax-error',
    `expected plain punctuation, found "${character}"`,
    span,
    `write ${plain} instead of the typographic ${character}`,
  );
}

/** Parentheses, queries or expressions nested beyond the limit. */
export function tooDeep(limit: number, span: Span): Diagnostic {
  return error(
    'too-deep',
    `this is nested more than ${limit} levels deep`,
    span,
    'split the statement, e.g. by a stream and a pump between',
  );
}

/** A chain of operators beyond the limit. */
export function chainTooLong(limit: number, span: Span): Diagnostic {
  return error(
    'too-deep',
    `this expression chains more than ${limit} operators`,
    span,
    'use IN (…), or group parts by parentheses',
  );
}

/** A script beyond the limit. */
export function scriptTooLong(limit: number, length: number, span: Span): Diagnostic {
  return error('script-too-long', `the script has ${length} characters; at most ${limit} are allowed`, span);
}

/** Something that SQL has and this dialect has not. */
export function notInDialect(what: string, span: Span, hint: string): Diagnostic {
  return error('not-in-dialect', `${what} isn't supported`, span, hint);
}

/** A literal whose text can't be read. */
export function malformedLiteral(what: string, reason: string, span: Span): Diagnostic {
  return error('malformed-literal', `malformed ${what}: ${reason}`, span);
}
