// Every message of the binder, one function each: what is wrong, where, and what to write instead.
import type { Span } from '../source.ts';
import { counted, error, warning, type Diagnostic, type RelatedSpan } from './diagnostic.ts';
import { insteadOfFunction } from './otherDialects.ts';
import { suggest } from '../../contract/suggest.ts';
import { typeInstead } from '../../contract/types.ts';

function didYouMean(name: string, candidates: readonly string[]): string | undefined {
  const found = suggest(name, candidates);
  if (found === undefined) return undefined;
  return found.toUpperCase() === name.toUpperCase()
    ? `names differ in case: write "${found}" in double quotes`
    : `did you mean "${found}"?`;
}

/** A stream, table or view that is not there, or not yet: CREATE stands before its use. */
export function unknownStream(span: Span, name: string, candidates: readonly string[], later?: Span): Diagnostic {
  if (later !== undefined) {
    return error('unknown-stream', span, `stream "${name}" is not there yet`, 'move CREATE STREAM before the pump', [
      { span: later, message: 'created here, further below' },
    ]);
  }
  return error('unknown-stream', span, `there is no stream "${name}"`, didYouMean(name, candidates));
}
/** Mappings of an input that would make rows of a second array, or of an array within the first one. */
export function flattenedAgain(span: Span, name: string, mapping: string, first: string): Diagnostic {
  const second = first === mapping ? 'an array within an array' : `a second array beside that of "${first}"`;
  return error(
    'flattened-again',
    span,
    `the schema of "${name}": mapping "${mapping}" makes rows of ${second}`,
    `one array of a record becomes rows; map the other one whole: "${mapping.slice(0, mapping.lastIndexOf('[0:]'))}"`,
  );
}
/** A path of a binding that is none of the subset that is read. */
export function invalidPath(
  span: Span,
  name: string,
  path: string,
  fault: { readonly message: string; readonly hint: string },
): Diagnostic {
  return error('invalid-path', span, `the schema of "${name}": the path "${path}" ${fault.message}`, fault.hint);
}
/** A column of an input that is called ROWTIME. */
export function rowtimeColumn(span: Span, name: string): Diagnostic {
  return error(
    'reserved-name',
    span,
    `the schema of "${name}" has a column ROWTIME, which every stream has already`,
    'give the column another name',
  );
}
/** A name in FROM that is neither created nor given as an input or a reference table. */
export function unknownRelation(span: Span, name: string, candidates: readonly string[], later?: Span): Diagnostic {
  const diagnostic = unknownStream(span, name, candidates, later);
  if (diagnostic.hint !== undefined) return diagnostic;
  return {
    ...diagnostic,
    hint: `an input is given with --source ${name}=URL, a reference table with --reference ${name}=URL`,
  };
}
/** A column that the relation does not have; or a text in double quotes, which are those of names. */
export function unknownColumn(
  span: Span,
  name: string,
  where: string,
  candidates: readonly string[],
  asText: 'likely' | 'possible' | 'no' = 'no',
): Diagnostic {
  const quotes = `a text stands between single quotes: '${name.replaceAll("'", "''")}'`;
  const hint = asText === 'likely' ? quotes : didYouMean(name, candidates);
  return error(
    'unknown-column',
    span,
    `${where} has no column "${name}"`,
    asText === 'possible' ? (hint ?? quotes) : hint,
  );
}
/** A name that only the select list gives, where the columns of FROM are read. */
export function listAlias(span: Span, name: string, given: Span, value: 'window' | 'aggregate' | 'other'): Diagnostic {
  return error(
    'unknown-column',
    span,
    `"${name}" is an alias of this select list, which can not be read here`,
    {
      window: 'read it in an outer query: SELECT STREAM … FROM (SELECT STREAM …) WHERE …',
      aggregate: 'repeat the aggregate in HAVING, or read the alias in an outer query',
      other: 'repeat its expression, or read the alias in an outer query',
    }[value],
    [{ span: given, message: 'the alias is given here' }],
  );
}
/** A name before a dot that nothing in FROM has. */
export function unknownAlias(span: Span, name: string, candidates: readonly string[]): Diagnostic {
  return error('unknown-stream', span, `nothing in FROM is called "${name}"`, didYouMean(name, candidates));
}
/** A column name without a relation before it that several relations of FROM have. */
export function ambiguousColumn(span: Span, name: string): Diagnostic {
  return error(
    'ambiguous-column',
    span,
    `FROM has more than one column "${name}"`,
    'write the relation before it, or give the columns different names',
  );
}
/** A column list that names a column twice. */
export function duplicateColumn(span: Span, name: string, first: Span): Diagnostic {
  return error('duplicate-column', span, `column "${name}" is given twice`, undefined, [
    { span: first, message: 'first here' },
  ]);
}
/** `error_stream`, which belongs to the system, created, read or written. */
export function reservedStream(span: Span): Diagnostic {
  return error(
    'reserved-name',
    span,
    'error_stream is made by the system and can not be created, read or written',
    'give the stream another name',
  );
}
/** CREATE STREAM for a stream that a pump above uses already. */
export function streamRedefined(span: Span, name: string, first: Span): Diagnostic {
  return error(
    'stream-redefined',
    span,
    `stream "${name}" is defined again after a pump used it`,
    'move the definition before the pump',
    [{ span: first, message: 'defined here' }],
  );
}
/** CREATE STREAM with the name of an input stream. */
export function inputRedefined(span: Span, name: string): Diagnostic {
  return error(
    'stream-redefined',
    span,
    `"${name}" is an input stream: its binding defines it`,
    'give the stream another name',
  );
}
/** CREATE STREAM or CREATE VIEW with the name of a reference table. */
export function tableRedefined(span: Span, name: string): Diagnostic {
  return error(
    'stream-redefined',
    span,
    `"${name}" is a reference table: its binding defines it`,
    'give the stream another name',
  );
}
/** An input and a reference table of one name. */
export function inputAndTable(span: Span, name: string): Diagnostic {
  return error(
    'stream-redefined',
    span,
    `"${name}" is an input stream and a reference table`,
    'give one of them another name',
  );
}
/** A script without a pump: nothing is computed. */
export function noPump(span: Span): Diagnostic {
  return warning(
    'no-pump',
    span,
    'the application has no pump: nothing is computed',
    'write CREATE PUMP "P" AS INSERT INTO … SELECT STREAM …',
  );
}
/** A pump that inserts into an input stream. */
export function inputWritten(span: Span, name: string): Diagnostic {
  return error(
    'input-written',
    span,
    `"${name}" is an input stream: no pump can write into it`,
    'create a stream of your own for the rows',
  );
}
/** DROP of a stream that a pump above uses. */
export function droppedInUse(span: Span, name: string): Diagnostic {
  return error(
    'stream-in-use',
    span,
    `stream "${name}" is dropped after a pump used it`,
    'drop it before the pump, or leave DROP out',
  );
}
/** DROP of something that is not there. */
export function nothingToDrop(span: Span, what: string, name: string): Diagnostic {
  return warning('nothing-to-drop', span, `there is no ${what} "${name}" to drop`);
}
/** A pump that gives a NOT NULL column NULL, or no value. */
export function nullNotAllowed(span: Span, column: string, given: boolean): Diagnostic {
  return error(
    'null-not-allowed',
    span,
    `column "${column}" is NOT NULL and ${given ? 'always gets NULL' : 'gets no value'}`,
    given ? 'give it a value' : 'add it to the columns of INSERT',
  );
}
/** A second definition of a name; the last one counts. */
export function definedAgain(span: Span, what: string, name: string, first: Span): Diagnostic {
  return warning('defined-again', span, `${what} "${name}" is defined again: this last definition counts`, undefined, [
    { span: first, message: 'the definition that is replaced' },
  ]);
}
/** Pumps in a circle: a stream would feed itself. */
export function cyclicPump(span: Span, name: string): Diagnostic {
  return error(
    'cyclic-pump',
    span,
    `pump "${name}" writes into a stream that it reads, directly or through other pumps`,
    'write into another stream',
  );
}
/** INSERT INTO with another number of columns than its query. */
export function columnCount(span: Span, expected: number, found: number, target: string): Diagnostic {
  return error(
    'column-count',
    span,
    `stream "${target}" takes ${counted(expected, 'column')} here, the query gives ${found}`,
    'list the columns after INSERT INTO, or select as many',
  );
}
/** A value of a type that does not go there: a condition that is not BOOLEAN, a text into a number, operands that do not fit together. */
export function typeMismatch(span: Span, message: string, hint?: string): Diagnostic {
  return error('type-mismatch', span, message, hint);
}
/** A function that is not there. */
export function noSuchFunction(span: Span, name: string, candidates: readonly string[]): Diagnostic {
  const hint = insteadOfFunction(name.toUpperCase()) ?? didYouMean(name, candidates);
  return error('no-such-function', span, `there is no function ${name}`, hint);
}
/** A function with arguments of types that it does not take. */
export function noOverload(span: Span, name: string, given: string, signatures: readonly string[]): Diagnostic {
  return error(
    'type-mismatch',
    span,
    `${name} does not take (${given})`,
    `it takes ${signatures.slice(0, 5).join(' or ')}`,
  );
}
/** A literal whose value its type does not have. */
export function invalidLiteral(span: Span, message: string, hint?: string): Diagnostic {
  return error('invalid-literal', span, message, hint);
}
/** A statement that other dialects have and this one has not. */
export function unknownStatement(span: Span, words: string): Diagnostic {
  return error(
    'not-in-dialect',
    span,
    `${words} is no statement of the dialect`,
    'a script creates streams, pumps, functions and views',
  );
}
/** A name with more parts than alias, record and field. */
export function tooManyParts(span: Span): Diagnostic {
  return error('too-many-parts', span, 'a name has at most three parts', 'write alias.record.field');
}
/** GROUP BY over two expressions of ROWTIME. */
export function severalRowtimeKeys(span: Span, first: Span): Diagnostic {
  return error(
    'several-rowtime-keys',
    span,
    'GROUP BY uses several ROWTIME columns',
    'keep the finer one and derive the other from its groups',
    [{ span: first, message: 'the first one' }],
  );
}
/** ROWTIME in a list of column names. */
export function rowtimeAsName(span: Span): Diagnostic {
  return error(
    'reserved-name',
    span,
    'ROWTIME is no column: a list of column names can not name it',
    'use another name',
  );
}
/** A list of column names behind an alias that is shorter or longer than the relation. */
export function aliasCount(span: Span, expected: number, found: number): Diagnostic {
  return error('column-count', span, `the relation has ${counted(expected, 'column')}, the list names ${found}`);
}
/** GROUP BY over a stream without a key that only grows: its groups would never end. */
export function groupByNotMonotonic(span: Span, reasons: string, ordinal?: Span): Diagnostic {
  return error(
    'group-by-not-monotonic',
    span,
    `GROUP BY over a stream needs a key that only grows, so that groups can end: ${reasons}`,
    `add STEP(s.ROWTIME BY INTERVAL '60' SECOND) or FLOOR(s.ROWTIME TO MINUTE), or MONOTONIC(x) for a column that only grows`,
    ordinalNote(ordinal),
  );
}
/** A column beside aggregates that is no key of GROUP BY. */
export function notGrouped(span: Span, name: string, ordinal?: Span): Diagnostic {
  return error(
    'not-grouped',
    span,
    `${name} is neither a GROUP BY key nor inside an aggregate`,
    'add it to GROUP BY or wrap it, for instance in MAX(…)',
    ordinalNote(ordinal),
  );
}
// The first number in GROUP BY, in case it is meant as in other dialects.
function ordinalNote(ordinal: Span | undefined): RelatedSpan[] {
  if (ordinal === undefined) return [];
  return [{ span: ordinal, message: 'a number in GROUP BY is a constant, not a position of the select list' }];
}
/** An aggregate in WHERE, in GROUP BY, in a join condition or inside of another aggregate. */
export function misplacedAggregate(span: Span, name: string, where: string): Diagnostic {
  return error(
    'misplaced-aggregate',
    span,
    `${name} is an aggregate and can not stand in ${where}`,
    'filter an outer query, or use HAVING',
  );
}
/** HAVING without GROUP BY. */
export function havingWithoutGroup(span: Span): Diagnostic {
  return error('having-without-group-by', span, 'HAVING in a stream needs GROUP BY');
}
/** An aggregate over a stream without GROUP BY and without OVER. */
export function aggregateWithoutGroup(span: Span, name: string): Diagnostic {
  return error(
    'aggregate-without-group-by',
    span,
    `${name} over a whole stream would never end`,
    `add GROUP BY with a time key, for instance STEP(s.ROWTIME BY INTERVAL '60' SECOND)`,
  );
}
/** INSERT or SELECT as a statement of its own. */
export function withoutRoot(span: Span, words: string): Diagnostic {
  return error(
    'not-a-pump',
    span,
    `${words} means nothing outside a pump`,
    'write CREATE PUMP "P" AS INSERT INTO … SELECT STREAM …',
  );
}
/** A type that is not there. */
export function unknownType(span: Span, name: string, candidates: readonly string[]): Diagnostic {
  const other = typeInstead(name);
  const near = other === undefined ? suggest(name, candidates) : undefined;
  const hint = other !== undefined ? `write ${other}` : near === undefined ? undefined : `did you mean ${near}?`;
  return error('unknown-type', span, `there is no type ${name}`, hint);
}
/** A length, precision or scale that the type does not take. */
export function typeOutOfRange(span: Span, message: string): Diagnostic {
  return error('type-out-of-range', span, message);
}
/** A name of more than 128 characters. */
export function tooLongName(span: Span): Diagnostic {
  return error('name-too-long', span, 'names have at most 128 characters');
}
/** `AS ROWTIME` for something that is no TIMESTAMP. */
export function rowtimeType(span: Span, type: string): Diagnostic {
  return error('type-mismatch', span, `ROWTIME must be a TIMESTAMP, not ${type}`);
}
/** ALTER PUMP or DROP PUMP of a pump that is not there. */
export function unknownPump(span: Span, name: string, candidates: readonly string[]): Diagnostic {
  return error('unknown-pump', span, `there is no pump "${name}"`, didYouMean(name, candidates));
}

/** ROWTIME as the new name of a column. */
export function rowtimeInAliases(span: Span): Diagnostic {
  return error(
    'reserved-name',
    span,
    'ROWTIME can not be the alias of a column: every relation has it already',
    'leave it out of the list',
  );
}

/** STEP by zero or less. */
export function stepNotPositive(span: Span): Diagnostic {
  return error('invalid-argument', span, 'STEP needs a width above zero', "write for instance INTERVAL '10' SECOND");
}

/** WINDOWED BY STAGGER with a range of zero or less. */
export function staggerRange(span: Span): Diagnostic {
  return error('invalid-argument', span, 'STAGGER needs a range above zero', "write RANGE INTERVAL '1' MINUTE");
}
