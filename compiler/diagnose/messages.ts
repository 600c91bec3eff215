// Every message of the binder, one function each: what is wrong, where, and what to write instead.
import type { Span } from '../source.ts';
import type { Diagnostic, RelatedSpan } from './diagnostic.ts';
import { suggest } from '../../contract/suggest.ts';

function error(
  code: string,
  span: Span,
  message: string,
  hint?: string,
  related: readonly RelatedSpan[] = [],
): Diagnostic {
  return { severity: 'error', code, message, span, related, ...(hint === undefined ? {} : { hint }) };
}

function warning(
  code: string,
  span: Span,
  message: string,
  related: readonly RelatedSpan[],
  hint?: string,
): Diagnostic {
  return { severity: 'warning', code, message, span, related, ...(hint === undefined ? {} : { hint }) };
}

function didYouMean(name: string, candidates: readonly string[]): string | undefined {
  const found = suggest(name, candidates);
  if (found === undefined) return undefined;
  return found.toUpperCase() === name.toUpperCase()
    ? `names differ in case: write "${found}" in double quotes`
    : `did you mean "${found}"?`;
}

/** Says `unknown-stream`. */
export function unknownStream(span: Span, name: string, candidates: readonly string[], later?: Span): Diagnostic {
  if (later !== undefined) {
    return error('unknown-stream', span, `stream "${name}" is not there yet`, 'move CREATE STREAM before the pump', [
      { span: later, message: 'created here, further below' },
    ]);
  }
  return error('unknown-stream', span, `there is no stream "${name}"`, didYouMean(name, candidates));
}
/** Says `unknown-stream`, of a name in FROM. */
export function unknownRelation(span: Span, name: string, candidates: readonly string[], later?: Span): Diagnostic {
  const diagnostic = unknownStream(span, name, candidates, later);
  if (diagnostic.hint !== undefined) return diagnostic;
  return {
    ...diagnostic,
    hint: `an input is given with --source ${name}=URL, a reference table with --reference ${name}=URL`,
  };
}
/** Says `unknown-column`. */
export function unknownColumn(span: Span, name: string, where: string, candidates: readonly string[]): Diagnostic {
  return error('unknown-column', span, `${where} has no column "${name}"`, didYouMean(name, candidates));
}
/** Says `unknown-stream`. */
export function unknownAlias(span: Span, name: string, candidates: readonly string[]): Diagnostic {
  return error('unknown-stream', span, `nothing in FROM is called "${name}"`, didYouMean(name, candidates));
}
/** Says `ambiguous-column`. */
export function ambiguousColumn(span: Span, name: string): Diagnostic {
  return error(
    'ambiguous-column',
    span,
    `FROM has more than one column "${name}"`,
    'write the relation before it, or give the columns different names',
  );
}
/** Says `duplicate-column`. */
export function duplicateColumn(span: Span, name: string, first: Span): Diagnostic {
  return error('duplicate-column', span, `column "${name}" is given twice`, undefined, [
    { span: first, message: 'first here' },
  ]);
}
/** Says `reserved-name`. */
export function reservedStream(span: Span): Diagnostic {
  return error(
    'reserved-name',
    span,
    'error_stream is made by the system and can not be created, read or written',
    'give the stream another name',
  );
}
/** Says `stream-redefined`. */
export function streamRedefined(span: Span, name: string, first: Span): Diagnostic {
  return error(
    'stream-redefined',
    span,
    `stream "${name}" is defined again after a pump used it`,
    'move the definition before the pump',
    [{ span: first, message: 'defined here' }],
  );
}
/** Says `stream-redefined`. */
export function inputRedefined(span: Span, name: string): Diagnostic {
  return error(
    'stream-redefined',
    span,
    `"${name}" is an input stream: its binding defines it`,
    'give the stream another name',
  );
}
/** Says `input-written`. */
export function inputWritten(span: Span, name: string): Diagnostic {
  return error(
    'input-written',
    span,
    `"${name}" is an input stream: no pump can write into it`,
    'create a stream of your own for the rows',
  );
}
/** Says `stream-in-use`. */
export function droppedInUse(span: Span, name: string): Diagnostic {
  return error(
    'stream-in-use',
    span,
    `stream "${name}" is dropped after a pump used it`,
    'drop it before the pump, or leave DROP out',
  );
}
/** Says `nothing-to-drop`. */
export function nothingToDrop(span: Span, what: string, name: string): Diagnostic {
  return warning('nothing-to-drop', span, `there is no ${what} "${name}" to drop`, []);
}
/** Says `null-not-allowed`. */
export function nullNotAllowed(span: Span, column: string, given: boolean): Diagnostic {
  return error(
    'null-not-allowed',
    span,
    `column "${column}" is NOT NULL and ${given ? 'always gets NULL' : 'gets no value'}`,
    given ? 'give it a value' : 'add it to the columns of INSERT',
  );
}
/** Says `defined-again`. */
export function definedAgain(span: Span, what: string, name: string, first: Span): Diagnostic {
  return warning('defined-again', span, `${what} "${name}" is defined again: this last definition counts`, [
    { span: first, message: 'the definition that is replaced' },
  ]);
}
/** Says `cyclic-pump`. */
export function cyclicPump(span: Span, name: string): Diagnostic {
  return error(
    'cyclic-pump',
    span,
    `pump "${name}" writes into a stream that it reads, directly or through other pumps`,
    'write into another stream',
  );
}
/** Says `column-count`. */
export function columnCount(span: Span, expected: number, found: number, target: string): Diagnostic {
  return error(
    'column-count',
    span,
    `stream "${target}" takes ${expected} columns here, the query gives ${found}`,
    'list the columns after INSERT INTO, or select as many',
  );
}
/** Says `type-mismatch`. */
export function typeMismatch(span: Span, message: string, hint?: string): Diagnostic {
  return error('type-mismatch', span, message, hint);
}
/** Says `no-such-function`. */
export function noSuchFunction(span: Span, name: string, candidates: readonly string[]): Diagnostic {
  return error('no-such-function', span, `there is no function ${name}`, didYouMean(name, candidates));
}
/** Says `type-mismatch`. */
export function noOverload(span: Span, name: string, given: string, signatures: readonly string[]): Diagnostic {
  return error(
    'type-mismatch',
    span,
    `${name} does not take (${given})`,
    `it takes ${signatures.slice(0, 5).join(' or ')}`,
  );
}
/** Says `invalid-literal`. */
export function invalidLiteral(span: Span, message: string): Diagnostic {
  return error('invalid-literal', span, message);
}
/** Says `not-yet-supported`. */
export function notYetSupported(span: Span, what: string, hint?: string): Diagnostic {
  return error('not-yet-supported', span, `${what} is not supported yet`, hint);
}
/** Says `several-rowtime-keys`. */
export function severalRowtimeKeys(span: Span, first: Span): Diagnostic {
  return error(
    'several-rowtime-keys',
    span,
    'GROUP BY uses several ROWTIME columns',
    'keep the finer one and derive the other from its groups',
    [{ span: first, message: 'the first one' }],
  );
}
/** Says `reserved-name`. */
export function rowtimeAsName(span: Span): Diagnostic {
  return error(
    'reserved-name',
    span,
    'ROWTIME is no column: a list of column names can not name it',
    'use another name',
  );
}
/** Says `column-count`. */
export function aliasCount(span: Span, expected: number, found: number): Diagnostic {
  return error('column-count', span, `the relation has ${expected} columns, the list names ${found}`);
}
/** Says `group-by-not-monotonic`. */
export function groupByNotMonotonic(span: Span, reasons: string): Diagnostic {
  return error(
    'group-by-not-monotonic',
    span,
    `GROUP BY over a stream needs a key that only grows, so that groups can end: ${reasons}`,
    `add STEP(s.ROWTIME BY INTERVAL '60' SECOND) or FLOOR(s.ROWTIME TO MINUTE), or MONOTONIC(x) for a column that only grows`,
  );
}
/** Says `not-grouped`. */
export function notGrouped(span: Span, name: string): Diagnostic {
  return error(
    'not-grouped',
    span,
    `${name} is neither a GROUP BY key nor inside an aggregate`,
    'add it to GROUP BY or wrap it, for instance in MAX(…)',
  );
}
/** Says `misplaced-aggregate`. */
export function misplacedAggregate(span: Span, name: string, where: string): Diagnostic {
  return error(
    'misplaced-aggregate',
    span,
    `${name} is an aggregate and can not stand in ${where}`,
    'filter an outer query, or use HAVING',
  );
}
/** Says `having-without-group-by`. */
export function havingWithoutGroup(span: Span): Diagnostic {
  return error('having-without-group-by', span, 'HAVING in a stream needs GROUP BY');
}
/** Says `aggregate-without-group-by`. */
export function aggregateWithoutGroup(span: Span, name: string): Diagnostic {
  return error(
    'aggregate-without-group-by',
    span,
    `${name} over a whole stream would never end`,
    `add GROUP BY with a time key, for instance STEP(s.ROWTIME BY INTERVAL '60' SECOND)`,
  );
}
/** Says `not-a-pump`. */
export function withoutRoot(span: Span, words: string): Diagnostic {
  return error(
    'not-a-pump',
    span,
    `${words} means nothing outside a pump`,
    'write CREATE PUMP "P" AS INSERT INTO … SELECT STREAM …',
  );
}
/** Says `unknown-type`. */
export function unknownType(span: Span, name: string): Diagnostic {
  return error('unknown-type', span, `there is no type ${name}`);
}
/** Says `type-out-of-range`. */
export function typeOutOfRange(span: Span, message: string): Diagnostic {
  return error('type-out-of-range', span, message);
}
/** Says `name-too-long`. */
export function tooLongName(span: Span): Diagnostic {
  return error('name-too-long', span, 'names have at most 128 characters');
}
/** Says `type-mismatch`. */
export function rowtimeType(span: Span, type: string): Diagnostic {
  return error('type-mismatch', span, `ROWTIME must be a TIMESTAMP, not ${type}`);
}
/** Says `unknown-pump`. */
export function unknownPump(span: Span, name: string, candidates: readonly string[]): Diagnostic {
  return error('unknown-pump', span, `there is no pump "${name}"`, didYouMean(name, candidates));
}

/** Says `reserved-name`. */
export function rowtimeInAliases(span: Span): Diagnostic {
  return error(
    'reserved-name',
    span,
    'ROWTIME can not be the alias of a column: every relation has it already',
    'leave it out of the list',
  );
}

/** Says `invalid-argument`. */
export function stepNotPositive(span: Span): Diagnostic {
  return error('invalid-argument', span, 'STEP needs a width above zero', "write for instance INTERVAL '10' SECOND");
}

/** Says `invalid-argument`. */
export function staggerRange(span: Span): Diagnostic {
  return error('invalid-argument', span, 'STAGGER needs a range above zero', "write RANGE INTERVAL '1' MINUTE");
}
