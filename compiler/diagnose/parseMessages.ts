// The messages of the parser, one function each.
import type { Span } from '../source.ts';
import { error, type Diagnostic, type RelatedSpan } from './diagnostic.ts';

/** The text is no SQL: something else was expected there. */
export function syntaxError(
  expected: string,
  found: string,
  span: Span,
  hint?: string,
  related?: readonly RelatedSpan[],
): Diagnostic {
  return error('syntax-error', span, `expected ${expected}, found ${found}`, hint, related);
}

/** A quote without its partner. */
export function unclosedQuote(quote: string, span: Span): Diagnostic {
  const what = quote === '"' ? 'quoted name' : 'string';
  return error(
    'syntax-error',
    span,
    `this ${what} is never closed`,
    `end it with ${quote}; a ${quote} inside it is written twice`,
  );
}

/** A schema before the name of a stream, table, pump or view. */
export function schemaQualifier(qualifier: string, name: string, span: Span): Diagnostic {
  return error('not-in-dialect', span, `${qualifier} is a schema, which the dialect has not`, `write ${name} alone`);
}

/** Curly quotes and dashes that a word processor made. */
export function typographicCharacter(character: string, span: Span): Diagnostic {
  const plain = /[“”‟„]/.test(character) ? '"' : /[‘’‛‚]/.test(character) ? "'" : '-';
  return error(
    'syntax-error',
    span,
    `${character} is a typographic ${plain === '-' ? 'dash' : 'quote'}, which SQL has not`,
    `write ${plain} instead`,
  );
}

/** Parentheses, queries or expressions nested beyond the limit. */
export function tooDeep(limit: number, span: Span): Diagnostic {
  return error(
    'too-deep',
    span,
    `this is nested more than ${limit} levels deep`,
    'split the statement, e.g. by a stream and a pump between',
  );
}

/** A chain of operators beyond the limit. */
export function chainTooLong(limit: number, span: Span): Diagnostic {
  return error(
    'too-deep',
    span,
    `this expression chains more than ${limit} operators`,
    'use IN (…), or group parts by parentheses',
  );
}

/** A script beyond the limit. */
export function scriptTooLong(limit: number, length: number, span: Span): Diagnostic {
  return error('script-too-long', span, `the script has ${length} characters; at most ${limit} are allowed`);
}

/** Something that SQL has and this dialect has not. */
export function notInDialect(what: string, span: Span, hint: string): Diagnostic {
  return error('not-in-dialect', span, `${what} isn't supported`, hint);
}

/** A literal whose text can't be read. */
export function malformedLiteral(what: string, reason: string, span: Span): Diagnostic {
  return error('malformed-literal', span, `malformed ${what}: ${reason}`);
}
