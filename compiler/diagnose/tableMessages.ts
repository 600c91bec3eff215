// Messages about table functions, TABLE(function(CURSOR(…), …)) in FROM: one function each, as in messages.ts.
import { suggest } from '../../contract/suggest.ts';
import type { Span } from '../source.ts';
import { counted, error, type Diagnostic } from './diagnostic.ts';
import { insteadOfFunction } from './otherDialects.ts';

/** A table function that is not there. */
export function noSuchTableFunction(span: Span, name: string, candidates: readonly string[]): Diagnostic {
  const found = suggest(name, candidates);
  return error(
    'no-such-function',
    span,
    `there is no table function ${name}`,
    found === undefined
      ? (insteadOfFunction(name.toUpperCase()) ?? `there are ${candidates.join(', ')}`)
      : `did you mean ${found}?`,
  );
}

/** A table function whose first argument is no CURSOR. */
export function cursorExpected(span: Span, name: string): Diagnostic {
  return error(
    'cursor-expected',
    span,
    `the first argument of ${name} is a cursor`,
    'write CURSOR(SELECT STREAM * FROM "S")',
  );
}

/** A second CURSOR among the arguments of a table function. */
export function unexpectedCursor(span: Span, name: string): Diagnostic {
  return error(
    'unexpected-cursor',
    span,
    `${name} takes one cursor`,
    'join the streams inside of the first one, or in a pump before',
  );
}

/** A table function with too few or too many arguments. */
export function argumentCount(span: Span, name: string, found: number, signature: string): Diagnostic {
  return error(
    'argument-count',
    span,
    `${name} does not take ${counted(found, 'argument')} besides the cursor`,
    `it takes ${signature}`,
  );
}

/** An argument of a table function that depends on a row. */
export function argumentNotConstant(span: Span, name: string, parameter: string): Diagnostic {
  return error(
    'argument-not-constant',
    span,
    `${parameter} of ${name} is no constant`,
    'write a number, a text in single quotes, TRUE or FALSE',
  );
}

/** An argument of a table function of another type. */
export function argumentType(span: Span, name: string, parameter: string, wanted: string): Diagnostic {
  const hint = wanted === 'a text' ? "write it in single quotes, for instance 'price'" : undefined;
  return error('type-mismatch', span, `${parameter} of ${name} is ${wanted}`, hint);
}

/** An argument of a table function outside of what it may be. */
export function argumentOutOfRange(
  span: Span,
  name: string,
  parameter: string,
  found: string,
  range: string,
): Diagnostic {
  return error('argument-out-of-range', span, `${parameter} of ${name} can not be ${found}`, `it is ${range}`);
}

/** A cursor without a numeric column for a function that works on numbers. */
export function noNumericColumn(span: Span, name: string): Diagnostic {
  return error(
    'no-numeric-column',
    span,
    `the cursor of ${name} has no numeric column`,
    'select at least one column of type DOUBLE, REAL, INTEGER, TINYINT, SMALLINT or BIGINT',
  );
}

/** A cursor with more numeric columns than the function takes. */
export function tooManyNumericColumns(span: Span, name: string, found: number, most: number): Diagnostic {
  return error(
    'too-many-columns',
    span,
    `the cursor of ${name} has ${found} numeric columns, at most ${most} are taken`,
    'name the columns that matter in the cursor, in place of *',
  );
}

/** A DECIMAL column for a function that works on floating point numbers. */
export function decimalColumn(span: Span, name: string, column: string): Diagnostic {
  return error(
    'decimal-column',
    span,
    `${name} does not take DECIMAL, the type of column "${column}"`,
    `write CAST("${column}" AS DOUBLE) in the cursor`,
  );
}

/** GROUP_RANK by a column of a type that it does not rank. */
export function rankColumnType(span: Span, column: string, type: string): Diagnostic {
  return error(
    'type-mismatch',
    span,
    `GROUP_RANK does not rank by ${type}, the type of column "${column}"`,
    'it ranks by INTEGER, CHAR and VARCHAR: convert the column with CAST in the cursor',
  );
}

/** A cursor with a column that the table function adds. */
export function resultColumnTaken(span: Span, column: string): Diagnostic {
  return error(
    'duplicate-column',
    span,
    `the cursor has a column "${column}" already`,
    'give it another name in the cursor, with AS',
  );
}

/** A table function whose arguments could make it need more memory than the state limit. */
export function stateTooLarge(span: Span, name: string, bytes: number, limit: number, smaller: string): Diagnostic {
  const megabytes = (value: number): string => `${Math.ceil(value / 2 ** 20).toLocaleString('en')} MB`;
  return error(
    'state-too-large',
    span,
    `${name} would need up to ${megabytes(bytes)} of state, more than the limit of ${megabytes(limit)}`,
    `make ${smaller} smaller`,
  );
}
