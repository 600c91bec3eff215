// Messages about expressions: casts, rows, periods, fields, functions that the script creates.
import type { Span } from '../source.ts';
import { error, warning, type Diagnostic } from './diagnostic.ts';

/** CAST between types that have no conversion. */
export function illegalCast(span: Span, from: string, to: string): Diagnostic {
  const numeric = /^(TINYINT|SMALLINT|INTEGER|BIGINT|DECIMAL|REAL|DOUBLE)/;
  const rules: readonly (readonly [boolean, string])[] = [
    [from === 'TIMESTAMP' && numeric.test(to), 'UNIX_TIMESTAMP(x) gives milliseconds since 1970'],
    [numeric.test(from) && to === 'TIMESTAMP', 'TO_TIMESTAMP(x) takes milliseconds since 1970'],
    [numeric.test(from) && to.startsWith('INTERVAL'), "multiply an interval by the number: x * INTERVAL '1' SECOND"],
    [from.startsWith('INTERVAL') && numeric.test(to), 'an interval of one field is a number: (a - b) SECOND'],
    [from === 'DATE' && to === 'TIME', 'a DATE has no time of day'],
    [from === 'BOOLEAN' && numeric.test(to), 'write CASE WHEN x THEN 1 ELSE 0 END'],
    [numeric.test(from) && to === 'BOOLEAN', 'write x <> 0'],
  ];
  const hint = rules.find(([fits]) => fits)?.[1];
  return error('illegal-cast', span, `${from} can not be cast to ${to}`, hint);
}
/** A row of values, `(a, b)`, where a single value is needed. */
export function misplacedRow(span: Span): Diagnostic {
  return error(
    'type-mismatch',
    span,
    'a row of values is no value: it can only be compared with another row',
    'take the parentheses away, or compare it by =, <, IN or BETWEEN',
  );
}
/** A comparison of a row with a single value. */
export function rowBesideValue(span: Span): Diagnostic {
  return error('type-mismatch', span, 'a row can only be compared with a row', 'write as many values on both sides');
}
/** A comparison of rows of different length. */
export function rowWidths(span: Span, left: number, right: number): Diagnostic {
  return error('type-mismatch', span, `a row of ${left} values can not be compared with one of ${right}`);
}
/** A predicate over periods with something else beside it. */
export function notAPeriod(span: Span): Diagnostic {
  return error('type-mismatch', span, 'a period is expected here', 'write its two ends: PERIOD(start, end)');
}
/** A period whose ends are no datetimes. */
export function notAPointOfTime(span: Span, type: string): Diagnostic {
  return error('type-mismatch', span, `a period begins and ends with a datetime, not with ${type}`);
}

/** An expression of constants that faults whatever the row is. The application starts, and its rows fault. */
export function alwaysFaults(span: Span, fault: string, text: string): Diagnostic {
  return warning('always-faults', span, `${text}: every row that gets here faults with ${fault}`);
}

/** Two functions with the same SPECIFIC name. */
export function duplicateSpecificName(span: Span, name: string, first: Span): Diagnostic {
  return error(
    'duplicate-function',
    span,
    `the specific name "${name}" belongs to another function already`,
    'give each overload a specific name of its own',
    [{ span: first, message: 'first here' }],
  );
}

/** EXTRACT, FLOOR or CEIL of a field that the type does not have. */
export function noSuchField(span: Span, field: string, type: string, fields: readonly string[]): Diagnostic {
  return error('type-mismatch', span, `${type} has no ${field}`, `it has ${fields.join(', ')}`);
}
