// Messages about whole queries: windows, joins, sorting, DISTINCT and set operations.
import type { Span } from '../source.ts';
import { counted, error, orReference, type Diagnostic } from './diagnostic.ts';
import { suggest } from '../../contract/suggest.ts';

/** OVER with the name of a window that WINDOW does not define. */
export function unknownWindow(span: Span, name: string, candidates: readonly string[]): Diagnostic {
  const found = suggest(name, candidates);
  return error(
    'unknown-window',
    span,
    `the query has no window "${name}"`,
    found === undefined ? 'add WINDOW name AS (RANGE INTERVAL … PRECEDING)' : `did you mean "${found}"?`,
  );
}
/** A window whose frame can not be: it must end at the current row, and its size must be constant and not negative. */
export function windowFrame(span: Span, why: string, hint: string): Diagnostic {
  return error('window-frame', span, why, hint);
}
/** A function OVER a window in WHERE, GROUP BY or HAVING. */
export function misplacedWindow(span: Span, name: string, where: string): Diagnostic {
  return error(
    'misplaced-window-function',
    span,
    `${name} OVER a window can not stand in ${where}`,
    'compute it in a sub-query and filter the outer query',
  );
}
/** A function that needs a window, without OVER. */
export function overNeeded(span: Span, name: string): Diagnostic {
  return error(
    'over-needed',
    span,
    `${name} needs a window`,
    `write ${name}(…) OVER (PARTITION BY … ROWS 10 PRECEDING)`,
  );
}
/** A statistical aggregate of DISTINCT values over a sliding window. */
export function distinctOverWindow(span: Span, name: string): Diagnostic {
  return error(
    'distinct-over-window',
    span,
    `${name}(DISTINCT …) can not have a window`,
    'count distinct values with GROUP BY and a time key, or with COUNT_DISTINCT_ITEMS_TUMBLING',
  );
}
/** SELECT DISTINCT over a stream without a column that only grows: it would have to remember all rows. */
export function distinctNotMonotonic(span: Span): Diagnostic {
  return error(
    'distinct-not-monotonic',
    span,
    'SELECT DISTINCT over a stream needs a column that only grows, so that what was seen can be forgotten',
    "select also STEP(s.ROWTIME BY INTERVAL '60' SECOND) or FLOOR(s.ROWTIME TO MINUTE)",
  );
}
/** ORDER BY over a stream that does not begin with time: it would have to wait for the last row. */
export function orderByNotMonotonic(span: Span, reasons: string): Diagnostic {
  return error(
    'order-by-not-monotonic',
    span,
    `ORDER BY over a stream must begin with an expression that only grows with time: ${reasons}`,
    "begin with s.ROWTIME, FLOOR(s.ROWTIME TO SECOND) or STEP(s.ROWTIME BY INTERVAL '10' SECOND)",
  );
}
/** A key of ORDER BY that can not be one. */
export function invalidOrderBy(span: Span, why: string, hint?: string): Diagnostic {
  return error('invalid-order-by', span, why, hint);
}
/** ORDER BY … WITHIN whose first key is not selected AS ROWTIME. */
export function timeSortRowtime(span: Span): Diagnostic {
  return error(
    't-sort-rowtime',
    span,
    'For t-Sort, leading order item must be aliased as ROWTIME in the select list',
    'write SELECT STREAM s."ts" AS ROWTIME, … ORDER BY s."ts" WITHIN INTERVAL …',
  );
}
/** A key of ORDER BY … WITHIN that can not be one. */
export function timeSortOrder(span: Span, why: string): Diagnostic {
  return error('t-sort-order', span, why);
}
/** UNION, EXCEPT or INTERSECT between streams, which never end. */
export function setOperation(span: Span, operator: string, inputs: readonly string[]): Diagnostic {
  return error(
    'set-operation',
    span,
    `streams know no ${operator}: only UNION ALL, as a stream never ends`,
    (operator === 'UNION'
      ? 'write UNION ALL, and SELECT DISTINCT with a time key above it'
      : 'join the streams in a window') + orReference(inputs),
  );
}
/** Sides of a set operation with different numbers of columns. */
export function unionColumns(span: Span, left: number, right: number, operator: string): Diagnostic {
  return error('column-count', span, `one side of ${operator} has ${counted(left, 'column')}, the other ${right}`);
}
/** More relations in one FROM than the limit. */
export function tooManyRelations(span: Span, limit: number, count: number): Diagnostic {
  return error(
    'too-many-relations',
    span,
    `FROM joins ${count} relations; at most ${limit} are allowed`,
    'split the query, with a stream and a pump between',
  );
}
/** A window of a join that can not be one. */
export function joinWindow(span: Span, why: string, hint?: string): Diagnostic {
  return error('join-window', span, why, hint);
}
/** A join without a condition, or with one that can not be used. */
export function joinCondition(span: Span, why: string, hint?: string): Diagnostic {
  return error('join-condition', span, why, hint);
}
/** A join with a reference table that can not be: the stream stands on its left, the table has no window. */
export function joinWithTable(span: Span, why: string, hint: string): Diagnostic {
  return error('join-with-table', span, why, hint);
}
/** OVER behind a function that has no window. */
export function overWithoutAggregate(span: Span, name: string): Diagnostic {
  return error(
    'over-without-aggregate',
    span,
    `${name} is no aggregate and has no window`,
    'OVER goes with aggregates and with LAG, NTH_VALUE and EXP_AVG',
  );
}
