// Messages about finite queries and subqueries: VALUES, tables in FROM, IN, EXISTS and queries in the place of a value.
import type { Span } from '../source.ts';
import { counted, error, orReference, type Diagnostic } from './diagnostic.ts';

/** A subquery as a value, behind IN or behind EXISTS, that reads a stream. */
export function streamSubquery(span: Span, what: string, inputs: readonly string[]): Diagnostic {
  return error(
    'stream-subquery',
    span,
    `${what} reads a stream, which never ends: its answer would never be known`,
    (what.startsWith('NOT')
      ? 'write a LEFT JOIN with the stream, in a window, and keep the rows without a match'
      : 'join with the stream in a window: FROM s JOIN t OVER (RANGE INTERVAL … PRECEDING) ON …') + orReference(inputs),
  );
}
/** A subquery outside of the query of a pump, for instance in a function. */
export function misplacedSubquery(span: Span): Diagnostic {
  return error('misplaced-subquery', span, 'a subquery can not stand here', 'write it in the query of a pump');
}
/** A subquery that uses a column of the query outside elsewhere than in its own WHERE. */
export function correlatedSubquery(span: Span, name: string): Diagnostic {
  return error(
    'correlated-subquery',
    span,
    `"${name}" belongs to the query outside, which a subquery reads in its own WHERE only`,
    'compare the column in the WHERE of the subquery, or join the table',
  );
}
/** A subquery with aggregates or DISTINCT that compares with the query outside by something else than `=`. */
export function correlatedGroups(span: Span): Diagnostic {
  return error(
    'correlated-subquery',
    span,
    'a subquery with aggregates or DISTINCT is compared with the query outside by = only',
    'write column = expression in its WHERE, or join the table and aggregate outside',
  );
}
/** A subquery with more columns than can stand there. */
export function subqueryWidth(span: Span, expected: number, given: number): Diagnostic {
  return error('column-count', span, `the subquery gives ${counted(given, 'column')} where ${expected} can stand`);
}
/** VALUES whose rows have different numbers of values. */
export function rowWidth(span: Span, given: number, expected: number): Diagnostic {
  return error('column-count', span, `a row of VALUES has ${counted(given, 'value')}, the first one has ${expected}`);
}
/** EXCEPT ALL or INTERSECT ALL. */
export function multisetOperation(span: Span, operator: string): Diagnostic {
  return error('set-operation', span, `${operator} is no operation of the dialect`, `write ${operator.split(' ')[0]}`);
}
/** OVER, WINDOWED BY STAGGER or ORDER BY … WITHIN over rows of tables, which have no time. */
export function needsStream(span: Span, what: string): Diagnostic {
  return error(
    'stream-needed',
    span,
    `${what} needs a stream: rows of tables have no time`,
    'aggregate with GROUP BY, order with ORDER BY',
  );
}
