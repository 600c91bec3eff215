// The log parsers of KDA-SQL 4.8: calls that give a record. Its fields come from constant arguments, so the binder reads these; each field
// becomes an expression of its own, and all of them share the call that takes the line apart.
import { TEXT_BYTES_MAX } from '../../contract/abi.ts';
import { familyOf, type SqlType } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import * as patternMessage from '../diagnose/patternMessages.ts';
import type * as ast from '../parse/ast.ts';
import { parseFastPattern } from '../pattern/fastPattern.ts';
import { parseJavaPattern } from '../pattern/javaPattern.ts';
import { patternProgram } from '../pattern/program.ts';
import { sectionProgram } from '../pattern/sectionProgram.ts';
import { takeApart } from '../pattern/sections.ts';
import { PatternProblem, type ParsedPattern } from '../pattern/tree.ts';
import { parseW3cFormat } from '../pattern/w3cFormat.ts';
import type { Expression } from '../plan/expression.ts';
import { resolve } from './call.ts';
import { LIST_COLUMNS_MAX, readColumnList, type ListedColumn } from './columnLists.ts';
import { convert } from './convert.ts';
import { bindExpression } from './expression.ts';
import { bindCharacters, bindConstant, constantText, integerLiteral, programLiteral, withPattern } from './patterns.ts';
import type { Scope } from './scope.ts';

/** A field of a record. */
export interface RecordField {
  readonly name: string;
  readonly expression: Expression;
}

type Fields = readonly RecordField[] | undefined;
type Binder = (node: ast.FunctionCall, scope: Scope) => Fields;

/** The functions that give a record, by name. */
const parsers: ReadonlyMap<
  string,
  { readonly bind: Binder; readonly counts: readonly number[]; readonly form: string }
> = new Map([
  ['REGEX_LOG_PARSE', { bind: bindRegex, counts: [2, 3], form: 'REGEX_LOG_PARSE(text, pattern [, columns])' }],
  ['FAST_REGEX_LOG_PARSE', { bind: bindFast, counts: [2], form: 'FAST_REGEX_LOG_PARSE(text, pattern)' }],
  ['FAST_REGEX_LOG_PARSER', { bind: bindFast, counts: [2], form: 'FAST_REGEX_LOG_PARSER(text, pattern)' }],
  ['W3C_LOG_PARSE', { bind: bindW3c, counts: [2], form: 'W3C_LOG_PARSE(text, format)' }],
  ['SYS_LOG_PARSE', { bind: bindSyslog, counts: [1], form: 'SYS_LOG_PARSE(text)' }],
  ['FIXED_COLUMN_LOG_PARSE', { bind: bindFixed, counts: [2], form: 'FIXED_COLUMN_LOG_PARSE(text, columns)' }],
  [
    'VARIABLE_COLUMN_LOG_PARSE',
    {
      bind: bindVariable,
      counts: [3, 4, 5],
      form: 'VARIABLE_COLUMN_LOG_PARSE(text, columns, delimiter [, escape [, quote]])',
    },
  ],
]);

/** True for the name of a function that gives a record. */
export function isLogParser(name: string): boolean {
  return parsers.has(name);
}

/** Binds a call of a log parser: the fields of its record. */
export function bindLogParser(node: ast.FunctionCall, scope: Scope): Fields {
  const parser = parsers.get(node.name.name);
  if (parser === undefined) throw new Error(`invariant: ${node.name.name} is no log parser`);
  if (parser.counts.includes(node.arguments.length)) return parser.bind(node, scope);
  scope.report(message.noOverload(node.span, node.name.name, `${node.arguments.length} arguments`, [parser.form]));
  return undefined;
}

const fieldType: SqlType = { kind: 'VARCHAR', length: 1024 };

function numbered(count: number): ListedColumn[] {
  return Array.from({ length: count }, (_, index) => ({ name: `COLUMN${index + 1}`, type: fieldType, notNull: false }));
}

function lineOf(node: ast.FunctionCall, scope: Scope): Expression | undefined {
  const [line] = node.arguments;
  return line === undefined ? undefined : bindCharacters(line, node.name.name, scope);
}

// A constant argument that must not be NULL, as columns are read from it.
function bindText(node: ast.FunctionCall, index: number, what: string, scope: Scope): string | undefined {
  const argument = node.arguments[index];
  if (argument === undefined) return undefined;
  const text = bindConstant(argument, `${what} of ${node.name.name}`, scope);
  if (text === null)
    scope.report(
      patternMessage.invalidParserArgument(
        argument.span,
        `${what} of ${node.name.name} is NULL`,
        'write it as a literal',
      ),
    );
  return text ?? undefined;
}

// The fields of a record that a call gives.
function fieldsOf(record: Expression | undefined, columns: readonly ListedColumn[], scope: Scope): Fields {
  if (record === undefined) return undefined;
  return allFields(columns, (column, index) => {
    const type: SqlType = { kind: 'VARCHAR', length: 'length' in column.type ? column.type.length : TEXT_BYTES_MAX };
    const numbers = [integerLiteral(index, record.span), integerLiteral(type.length, record.span)];
    const text = resolve('PATTERN_FIELD', [record, ...numbers], record.span, scope);
    return text === undefined ? undefined : fieldValue({ ...text, type }, record, column, scope);
  });
}

function allFields(
  columns: readonly ListedColumn[],
  bind: (column: ListedColumn, index: number) => Expression | undefined,
): Fields {
  const fields = columns.flatMap((column, index): RecordField[] => {
    const expression = bind(column, index);
    return expression === undefined ? [] : [{ name: column.name, expression }];
  });
  return fields.length === columns.length ? fields : undefined;
}

// A field's text in the type of its column. What isn't text has blanks around it taken off, and is NULL when nothing is left.
function fieldValue(text: Expression, line: Expression, column: ListedColumn, scope: Scope): Expression | undefined {
  const { type } = column;
  const { span } = text;
  const present = column.notNull ? resolve('REQUIRED_FIELD', [text, line], span, scope) : text;
  if (present === undefined) return undefined;
  if (familyOf(type) === 'character') return convert(present, type, 'explicit');
  const filled = resolve('FILLED_TEXT', [present], span, scope);
  if (filled === undefined) return undefined;
  if (column.format === undefined)
    return { kind: 'cast', mode: 'explicit', operand: filled, type, nullable: true, span };
  const format: Expression = {
    kind: 'literal',
    type: { kind: 'VARCHAR', length: Math.max([...column.format].length, 1) },
    value: column.format,
    nullable: false,
    span,
  };
  return resolve(`CHAR_TO_${type.kind}`, [format, filled], span, scope);
}

function bindRegex(node: ast.FunctionCall, scope: Scope): Fields {
  const line = lineOf(node, scope);
  const text = bindText(node, 1, 'the pattern', scope);
  const list = node.arguments[2] === undefined ? '' : bindText(node, 2, 'the list of columns', scope);
  if (line === undefined || text === undefined || list === undefined) return undefined;
  const pattern = { text, span: node.arguments[1]?.span ?? node.span, what: 'the pattern of REGEX_LOG_PARSE' };
  return withPattern(pattern, scope, () => {
    const parsed = parseJavaPattern(text);
    if (parsed.groups === 0) throw noGroup(text);
    const listNode = node.arguments[2];
    const columns =
      listNode === undefined ? numbered(parsed.groups) : readColumnList(list, listNode.span, false, scope.report);
    if (columns === undefined) return undefined;
    if (columns.length !== parsed.groups) {
      scope.report(
        patternMessage.invalidColumnList(
          listNode?.span ?? node.span,
          `it has ${columns.length} columns, the pattern has ${parsed.groups} groups`,
          'name a column for each group; a group that captures nothing is written (?:…)',
        ),
      );
      return undefined;
    }
    return fieldsOf(parseCall(line, parsed, `MATCH '${text}'`, pattern.span, scope), columns, scope);
  });
}

function noGroup(text: string): PatternProblem {
  return new PatternProblem(
    'invalid',
    'it has no group that could be a column',
    { start: 0, end: text.length },
    'put what becomes a column in parentheses',
  );
}

function parseCall(
  line: Expression,
  pattern: ParsedPattern,
  origin: string,
  span: ast.FunctionCall['span'],
  scope: Scope,
): Expression | undefined {
  return resolve(
    'PATTERN_PARSE',
    [line, programLiteral(patternProgram(pattern, false), origin, span)],
    line.span,
    scope,
  );
}

function bindFast(node: ast.FunctionCall, scope: Scope): Fields {
  const line = lineOf(node, scope);
  const text = bindText(node, 1, 'the pattern', scope);
  if (line === undefined || text === undefined) return undefined;
  const span = node.arguments[1]?.span ?? node.span;
  return withPattern({ text, span, what: `the pattern of ${node.name.name}` }, scope, () => {
    const sections = takeApart(parseFastPattern(text));
    const program = programLiteral(sectionProgram(sections), `FAST '${text}'`, span);
    return fieldsOf(
      resolve('SECTIONS_PARSE', [line, program], node.span, scope),
      numbered(sections.columns.length),
      scope,
    );
  });
}

function bindW3c(node: ast.FunctionCall, scope: Scope): Fields {
  const line = lineOf(node, scope);
  const text = bindText(node, 1, 'the format', scope);
  if (line === undefined || text === undefined) return undefined;
  const span = node.arguments[1]?.span ?? node.span;
  return withPattern({ text, span, what: 'the format of W3C_LOG_PARSE' }, scope, () => {
    const parsed = parseW3cFormat(text);
    return fieldsOf(parseCall(line, parsed, `W3C '${text}'`, span, scope), numbered(parsed.groups), scope);
  });
}

function bindSyslog(node: ast.FunctionCall, scope: Scope): Fields {
  const line = lineOf(node, scope);
  if (line === undefined) return undefined;
  const rowtime = scope.relations.length === 0 ? undefined : rowtimeOfInput(node);
  if (rowtime === undefined) {
    scope.report(patternMessage.misplacedRecord(node.span, node.name.name));
    return undefined;
  }
  const time = resolve('SYSLOG_TIME', [line, rowtime], node.span, scope);
  const rest = resolve('SYSLOG_MESSAGE', [line], node.span, scope);
  if (time === undefined || rest === undefined) return undefined;
  return [
    { name: 'COLUMN1', expression: time },
    { name: 'COLUMN2', expression: convert(rest, fieldType, 'explicit') },
  ];
}

// The year is that of the row that was read.
function rowtimeOfInput(node: ast.FunctionCall): Expression {
  const rowtime: Expression & { qualified: boolean } = {
    kind: 'rowtime',
    type: { kind: 'TIMESTAMP' },
    nullable: false,
    span: node.span,
    qualified: true,
  };
  return rowtime;
}

function bindFixed(node: ast.FunctionCall, scope: Scope): Fields {
  const line = lineOf(node, scope);
  const text = bindText(node, 1, 'the list of columns', scope);
  if (line === undefined || text === undefined) return undefined;
  const columns = readColumnList(text, node.arguments[1]?.span ?? node.span, true, scope.report);
  if (columns === undefined) return undefined;
  return allFields(columns, (column) => {
    const bounds = [integerLiteral(column.start ?? 0, node.span), integerLiteral(column.length ?? -1, node.span)];
    const field = resolve('FIXED_FIELD', [line, ...bounds], node.span, scope);
    return field === undefined ? undefined : fieldValue(field, line, column, scope);
  });
}

function bindVariable(node: ast.FunctionCall, scope: Scope): Fields {
  const line = lineOf(node, scope);
  const columns = variableColumns(node, scope);
  const marks = [2, 3, 4].map((index) => markOf(node, index, scope));
  if (line === undefined || columns === undefined || marks.some((mark) => mark === undefined)) return undefined;
  const count = integerLiteral(columns.length, node.span);
  return fieldsOf(
    resolve('DELIMITED_PARSE', [line, count, ...(marks as Expression[])], node.span, scope),
    columns,
    scope,
  );
}

// A number of columns, or a list.
function variableColumns(node: ast.FunctionCall, scope: Scope): readonly ListedColumn[] | undefined {
  const argument = node.arguments[1];
  const bound = argument === undefined ? undefined : bindExpression(argument, scope);
  if (argument === undefined || bound === undefined) return undefined;
  const text = constantText(bound);
  if (typeof text === 'string') return readColumnList(text, argument.span, false, scope.report);
  if (bound.kind === 'literal' && typeof bound.value === 'number' && Number.isInteger(bound.value)) {
    if (bound.value >= 1 && bound.value <= LIST_COLUMNS_MAX) return numbered(bound.value);
  }
  scope.report(
    patternMessage.invalidParserArgument(
      argument.span,
      `the columns of VARIABLE_COLUMN_LOG_PARSE are a number from 1 to ${LIST_COLUMNS_MAX} or a list`,
      "write for instance 3 or 'id TYPE INTEGER, name TYPE VARCHAR(40)'",
    ),
  );
  return undefined;
}

const markNames = ['', '', 'delimiter', 'escape', 'quote'];
// Least and most characters.
const markLengths: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, 0],
  [1, 1024],
  [1, 1],
  [1, 2],
];

// Delimiter, escape or quotes: constant, and of so many characters; the empty text for one that is left out.
function markOf(node: ast.FunctionCall, index: number, scope: Scope): Expression | undefined {
  const argument = node.arguments[index];
  const literal = (value: string): Expression => ({
    kind: 'literal',
    type: { kind: 'VARCHAR', length: Math.max([...value].length, 1) },
    value,
    nullable: false,
    span: argument?.span ?? node.span,
  });
  if (argument === undefined) return literal('');
  const name = markNames[index] ?? '';
  const text = bindText(node, index, `the ${name}`, scope);
  if (text === undefined) return undefined;
  const [least, most] = markLengths[index] ?? [0, 0];
  const length = [...text].length;
  if (length >= least && length <= most) return literal(text);
  scope.report(
    patternMessage.invalidParserArgument(
      argument.span,
      `the ${name} of VARIABLE_COLUMN_LOG_PARSE has ${most === 1 ? 'one character' : `${least} to ${most} characters`}, not ${length}`,
      `write for instance '${['', '', ',', '\\', '"'][index] ?? ''}'`,
    ),
  );
  return undefined;
}
