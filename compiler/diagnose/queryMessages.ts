// Messages about whole queries: windows, joins, sorting, DISTINCT and set operations.
import type { Span } from '../source.ts';
import type { Diagnostic } from './diagnostic.ts';
import { suggest } from '../../contract/suggest.ts';

function error(code: string, span: Span, message: string, hint?: string): Diagnostic {
  return { severity: 'error', code, message, span, related: [], ...(hint === undefined ? {} : { hint }) };
}

/** Says `unknown-window`. */
export function unknownWindow(span: Span, name: string, candidates: readonly string[]): Diagnostic {
  const found = suggest(name, candidates);
  return error(
    'unknown-window',
    span,
    `the query has no window "${name}"`,
    found === undefined ? 'add WINDOW name AS (RANGE INTERVAL … PRECEDING)' : `did you mean "${found}"?`,
  );
}
/** Says `window-frame`. */
export function windowFrame(span: Span, why: string, hint: string): Diagnostic {
  return error('window-frame', span, why, hint);
}
/** Says `misplaced-window`. */
export function misplacedWindow(span: Span, name: string, where: string): Diagnostic {
  return error(
    'misplaced-window-function',
    span,
    `${name} OVER a window can not stand in ${where}`,
    'compute it in a sub-query and filter the outer query',
  );
}
/** Says `over-needed`. */
export function overNeeded(span: Span, name: string): Diagnostic {
  return error(
    'over-needed',
    span,
    `${name} needs a window`,
    `write ${name}(…) OVER (PARTITION BY … ROWS 10 PRECEDING)`,
  );
}
/** Says `distinct-over-window`. */
export function distinctOverWindow(span: Span, name: string): Diagnostic {
  return error(
    'distinct-over-window',
    span,
    `${name}(DISTINCT …) can not have a window`,
    'count distinct values with GROUP BY and a time key, or with COUNT_DISTINCT_ITEMS_TUMBLING',
  );
}
/** Says `distinct-not-monotonic`. */
export function distinctNotMonotonic(span: Span): Diagnostic {
  return error(
    'distinct-not-monotonic',
    span,
    'SELECT DISTINCT over a stream needs a column that only grows, so that what was seen can be forgotten',
    "select also STEP(s.ROWTIME BY INTERVAL '60' SECOND) or FLOOR(s.ROWTIME TO MINUTE)",
  );
}
/** Says `order-by-not-monotonic`. */
export function orderByNotMonotonic(span: Span, reasons: string): Diagnostic {
  return error(
    'order-by-not-monotonic',
    span,
    `ORDER BY over a stream must begin with an expression that only grows with time: ${reasons}`,
    "begin with s.ROWTIME, FLOOR(s.ROWTIME TO SECOND) or STEP(s.ROWTIME BY INTERVAL '10' SECOND)",
  );
}
/** Says `invalid-order-by`. */
export function invalidOrderBy(span: Span, why: string, hint?: string): Diagnostic {
  return error('invalid-order-by', span, why, hint);
}
/** Says `t-sort-rowtime`. */
export function timeSortRowtime(span: Span): Diagnostic {
  return error(
    't-sort-rowtime',
    span,
    'For t-Sort, leading order item must be aliased as ROWTIME in the select list',
    'write SELECT STREAM s."ts" AS ROWTIME, … ORDER BY s."ts" WITHIN INTERVAL …',
  );
}
/** Says `t-sort-order`. */
export function timeSortOrder(span: Span, why: string): Diagnostic {
  return error('t-sort-order', span, why);
}
/** Says `set-operation`. */
export function setOperation(span: Span, operator: string): Diagnostic {
  return error(
    'set-operation',
    span,
    `streams know no ${operator}: only UNION ALL, as a stream never ends`,
    operator === 'UNION'
      ? 'write UNION ALL, and SELECT DISTINCT with a time key above it'
      : 'join the streams in a window',
  );
}
/** Says `column-count`. */
export function unionColumns(span: Span, left: number, right: number, operator: string): Diagnostic {
  return error('column-count', span, `one side of ${operator} has ${left} columns, the other ${right}`);
}
/** Says `join-window`. */
export function joinWindow(span: Span, why: string, hint?: string): Diagnostic {
  return error('join-window', span, why, hint);
}
/** Says `join-condition`. */
export function joinCondition(span: Span, why: string, hint?: string): Diagnostic {
  return error('join-condition', span, why, hint);
}
/** Says `join-with-table`. */
export function joinWithTable(span: Span, why: string, hint: string): Diagnostic {
  return error('join-with-table', span, why, hint);
}
/** Says `no-stream`. */
export function noStream(span: Span, name: string): Diagnostic {
  return error(
    'no-stream',
    span,
    `"${name}" is a reference table, and nothing in FROM is a stream`,
    'join the table with a stream',
  );
}
/** Says `over-without-aggregate`. */
export function overWithoutAggregate(span: Span, name: string): Diagnostic {
  return error(
    'over-without-aggregate',
    span,
    `${name} is no aggregate and has no window`,
    'OVER goes with aggregates and with LAG, NTH_VALUE and EXP_AVG',
  );
}
