// Messages about patterns, log parsers and the records that these give.
import { suggest } from '../../contract/suggest.ts';
import type { Span } from '../source.ts';
import { error, warning, type Diagnostic } from './diagnostic.ts';

/** A pattern that its language does not have: the application starts and its rows fail, as on the service. */
export function invalidPattern(span: Span, what: string, reason: string, hint?: string): Diagnostic {
  return warning(
    'invalid-pattern',
    span,
    `${what} is not valid: ${reason}; every row that needs it will be an error`,
    hint,
  );
}

/** A pattern from which the columns of a record can not be read. */
export function invalidRecordPattern(span: Span, what: string, reason: string, hint?: string): Diagnostic {
  return error('invalid-pattern', span, `${what} is not valid: ${reason}`, hint);
}

/** A part of the pattern language that is refused by name. */
export function unsupportedPattern(span: Span, reason: string, hint?: string): Diagnostic {
  return error('unsupported-pattern', span, `in a pattern ${reason}`, hint);
}

/** A pattern beyond a limit. */
export function patternTooLarge(span: Span, reason: string, hint?: string): Diagnostic {
  return error('pattern-too-large', span, `the pattern is too large: ${reason}`, hint);
}

/** A pattern, format or list that is only known at run time. */
export function patternNotConstant(span: Span, what: string): Diagnostic {
  return error('pattern-not-constant', span, `${what} must be constant`, 'write it as a literal');
}

/** A replacement that names no group. */
export function invalidReplacement(span: Span, reason: string, hint: string): Diagnostic {
  return warning(
    'invalid-replacement',
    span,
    `the replacement is not valid: ${reason}; every match will be an error`,
    hint,
  );
}

/** A constant number that the function does not take. */
export function numberTooSmall(span: Span, what: string, least: number): Diagnostic {
  return warning(
    'invalid-argument',
    span,
    `${what} is below ${least}; every row will be an error`,
    'positions begin at 1, and occurrence 0 means all',
  );
}

/** An argument of another type. */
export function notCharacters(span: Span, what: string, type: string): Diagnostic {
  return error(
    'type-mismatch',
    span,
    `${what} takes characters, not ${type}`,
    'convert the value with CAST(… AS VARCHAR(…))',
  );
}

/** A list of columns that can not be read. */
export function invalidColumnList(span: Span, reason: string, hint: string): Diagnostic {
  return error('invalid-column-list', span, `the list of columns is not valid: ${reason}`, hint);
}

/** A wrong constant of a log parser. */
export function invalidParserArgument(span: Span, message: string, hint: string): Diagnostic {
  return error('invalid-argument', span, message, hint);
}

/** A record where a value is needed. */
export function recordAsValue(span: Span, name: string, field: string | undefined): Diagnostic {
  return error(
    'record-as-value',
    span,
    `"${name}" is a record, not a value`,
    `name one of its fields: ${name}.${field ?? 'COLUMN1'}`,
  );
}

/** A log parser elsewhere than as an item of a select list. */
export function misplacedRecord(span: Span, name: string): Diagnostic {
  return error(
    'record-as-value',
    span,
    `${name} gives a record and can stand only as an item of a select list`,
    `nest it: SELECT STREAM t.r.COLUMN1 FROM (SELECT STREAM ${name}(…) AS r FROM …) AS t`,
  );
}

/** A record among the columns that a pump inserts. */
export function recordIntoStream(span: Span, name: string): Diagnostic {
  return error(
    'record-into-stream',
    span,
    `"${name}" is a record and can not go into a stream or through UNION ALL`,
    `select its fields in an outer query: SELECT STREAM t.${name}.COLUMN1 FROM (…) AS t`,
  );
}

/** A field that a record doesn't have. */
export function unknownField(span: Span, record: string, name: string, fields: readonly string[]): Diagnostic {
  const near = suggest(name, fields);
  return error(
    'unknown-column',
    span,
    `record "${record}" has no field "${name}"`,
    near === undefined
      ? `it has ${fields.slice(0, 8).join(', ')}${fields.length > 8 ? ', …' : ''}`
      : `did you mean "${near}"?`,
  );
}
