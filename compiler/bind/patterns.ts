// Conditions and functions by patterns: SIMILAR TO, SUBSTRING by a pattern, REGEX_REPLACE. A pattern must be constant: compiler/pattern makes
// a program of it, which goes into the plan as a binary literal, and the library runs that (assembly/functions/regex).
import { familyOf, typeText, type SqlType } from '../../contract/types.ts';
import * as message from '../diagnose/messages.ts';
import * as patternMessage from '../diagnose/patternMessages.ts';
import type * as ast from '../parse/ast.ts';
import { parseJavaPattern } from '../pattern/javaPattern.ts';
import { invalidProgram, patternProgram } from '../pattern/program.ts';
import { plainReplacement } from '../pattern/replacement.ts';
import { parseSimilarPattern, parseSimilarSubstring } from '../pattern/similarPattern.ts';
import { PatternProblem, type ParsedPattern } from '../pattern/tree.ts';
import type { Expression } from '../plan/expression.ts';
import type { Span } from '../source.ts';
import { resolve } from './call.ts';
import { bindExpression } from './expression.ts';
import type { Scope } from './scope.ts';

/** Catalogue names that only the binder may call: they take programs. */
export const internalFunctions: ReadonlySet<string> = new Set([
  'PATTERN_MATCHES',
  'PATTERN_SUBSTRING',
  'PATTERN_PARSE',
  'PATTERN_FIELD',
  'PATTERN_REPLACE',
  'SECTIONS_PARSE',
  'FIXED_FIELD',
  'DELIMITED_PARSE',
  'REQUIRED_FIELD',
  'FILLED_TEXT',
  'SYSLOG_TIME',
  'SYSLOG_MESSAGE',
]);

/** A constant text: its value, `null` for NULL, undefined when it is not constant. */
export function constantText(expression: Expression): string | null | undefined {
  if (expression.kind === 'literal') {
    if (expression.value === null) return null;
    return familyOf(expression.type) === 'character' ? String(expression.value) : undefined;
  }
  if (expression.kind === 'call' && expression.function.name === 'CONCAT_OPERATOR') {
    const parts = expression.arguments.map(constantText);
    if (parts.some((part) => part === undefined)) return undefined;
    return parts.includes(null) ? null : parts.join('');
  }
  if (expression.kind !== 'cast' || !('length' in expression.type)) return undefined;
  const text = constantText(expression.operand);
  if (typeof text !== 'string') return text;
  const cut = [...text].slice(0, expression.type.length);
  return expression.type.kind === 'CHAR' ? cut.join('').padEnd(expression.type.length) : cut.join('');
}

/** A place in a literal, when its characters stand in the SQL as they are; otherwise the whole literal. */
export function spanWithin(span: Span, text: string, place: { readonly start: number; readonly end: number }): Span {
  if (span.end - span.start !== text.length + 2) return span;
  return { start: span.start + 1 + place.start, end: span.start + 1 + place.end };
}

/** A program as a literal. */
export function programLiteral(program: Uint8Array, origin: string, span: Span): Expression {
  return {
    kind: 'literal',
    type: { kind: 'VARBINARY', length: program.length },
    value: Array.from(program, (byte) => String.fromCharCode(byte)).join(''),
    origin,
    nullable: false,
    span,
  };
}

/**
 * What `make` makes of a constant pattern. A problem is reported at its place; undefined then, or the program of an invalid pattern
 * where the rows are to fail (`mayFail`).
 */
export function withPattern<T>(
  pattern: { readonly text: string; readonly span: Span; readonly what: string },
  scope: Scope,
  make: () => T,
  mayFail?: (program: Expression) => T,
): T | undefined {
  try {
    return make();
  } catch (problem) {
    if (!(problem instanceof PatternProblem)) throw problem;
    const { text, what } = pattern;
    const span = spanWithin(pattern.span, text, problem);
    if (problem.kind === 'unsupported')
      scope.report(patternMessage.unsupportedPattern(span, problem.message, problem.hint));
    else if (problem.kind === 'too-large')
      scope.report(patternMessage.patternTooLarge(pattern.span, problem.message, problem.hint));
    else if (mayFail === undefined)
      scope.report(patternMessage.invalidRecordPattern(span, what, problem.message, problem.hint));
    else {
      scope.report(patternMessage.invalidPattern(span, what, problem.message, problem.hint));
      return mayFail(programLiteral(invalidProgram(text), `INVALID '${text}'`, pattern.span));
    }
    return undefined;
  }
}

/** Binds an argument that must be constant text; reports when it isn't. `null` for NULL. */
export function bindConstant(node: ast.Expression, what: string, scope: Scope): string | null | undefined {
  const bound = bindExpression(node, scope);
  if (bound === undefined) return undefined;
  const text = constantText(bound);
  if (text === undefined) scope.report(patternMessage.patternNotConstant(node.span, what));
  return text;
}

/** Binds an argument that must be of characters. */
export function bindCharacters(node: ast.Expression, what: string, scope: Scope): Expression | undefined {
  const bound = bindExpression(node, scope);
  if (bound === undefined) return undefined;
  if (familyOf(bound.type) === 'character' || bound.type.kind === 'NULL') return bound;
  scope.report(patternMessage.notCharacters(node.span, what, typeText(bound.type)));
  return undefined;
}

/** An integer constant. */
export function integerLiteral(value: number, span: Span): Expression {
  return { kind: 'literal', type: { kind: 'INTEGER' }, value, nullable: false, span };
}

/** A NULL of a type. */
export function nullOf(type: SqlType, span: Span): Expression {
  return { kind: 'literal', type, value: null, nullable: true, span };
}

/** `s [NOT] SIMILAR TO pattern [ESCAPE c]`. */
export function bindSimilar(node: ast.LikeExpression, scope: Scope): Expression | undefined {
  const operand = bindCharacters(node.operand, 'SIMILAR TO', scope);
  const text = bindConstant(node.pattern, 'the pattern of SIMILAR TO', scope);
  const mark = node.escape === undefined ? '' : bindConstant(node.escape, 'the character of ESCAPE', scope);
  if (operand === undefined || text === undefined || mark === undefined) return undefined;
  if (text === null || mark === null) return nullOf({ kind: 'BOOLEAN' }, node.span);
  const escapeText = node.escape === undefined ? undefined : mark;
  const origin = `SIMILAR '${text}'${escapeText === undefined ? '' : ` ESCAPE '${escapeText}'`}`;
  const matches = (program: Expression): Expression | undefined =>
    resolve('PATTERN_MATCHES', [operand, program], node.span, scope);
  const pattern = { text, span: node.pattern.span, what: 'the pattern of SIMILAR TO' };
  const similar = withPattern(
    pattern,
    scope,
    () => matches(programLiteral(patternProgram(parseSimilarPattern(text, escapeText), false), origin, pattern.span)),
    matches,
  );
  if (similar === undefined || !node.negated) return similar;
  return { kind: 'not', operand: similar, type: { kind: 'BOOLEAN' }, nullable: similar.nullable, span: node.span };
}

/** `SUBSTRING(s FROM pattern)`, `SUBSTRING(s SIMILAR pattern ESCAPE c)`. */
export function bindPatternSubstring(node: ast.FunctionCall, scope: Scope): Expression | undefined {
  const [textNode, patternNode, escapeNode] = node.arguments;
  if (textNode === undefined || patternNode === undefined) return undefined;
  const operand = bindCharacters(textNode, 'SUBSTRING by a pattern', scope);
  const text = bindConstant(patternNode, 'the pattern of SUBSTRING', scope);
  const mark = escapeNode === undefined ? '' : bindConstant(escapeNode, 'the character of ESCAPE', scope);
  if (operand === undefined || text === undefined || mark === undefined) return undefined;
  const type: SqlType = { kind: 'VARCHAR', length: 'length' in operand.type ? operand.type.length : 65535 };
  if (text === null || mark === null) return nullOf(type, node.span);
  const isSimilar = node.form === 'similar';
  const take = (program: Expression): Expression | undefined => {
    const group = integerLiteral(isSimilar ? 1 : 0, node.span);
    const call = resolve('PATTERN_SUBSTRING', [operand, program, group], node.span, scope);
    return call === undefined ? undefined : { ...call, type };
  };
  const origin = isSimilar ? `SIMILAR '${text}' ESCAPE '${mark}'` : `SEARCH '${text}'`;
  const pattern = { text, span: patternNode.span, what: 'the pattern of SUBSTRING' };
  return withPattern(
    pattern,
    scope,
    () => {
      const parsed = isSimilar ? parseSimilarSubstring(text, mark) : parseJavaPattern(text);
      return take(programLiteral(patternProgram(parsed, true), origin, pattern.span));
    },
    take,
  );
}

/** `REGEX_REPLACE(s, pattern, replacement, start, occurrence)`. */
export function bindRegexReplace(node: ast.FunctionCall, scope: Scope): Expression | undefined {
  const [textNode, patternNode, replacementNode, startNode, occurrenceNode] = node.arguments;
  if (
    textNode === undefined ||
    patternNode === undefined ||
    replacementNode === undefined ||
    startNode === undefined ||
    occurrenceNode === undefined ||
    node.arguments.length !== 5
  ) {
    scope.report(
      message.noOverload(node.span, 'REGEX_REPLACE', `${node.arguments.length} arguments`, [
        'REGEX_REPLACE(text, pattern, replacement, start, occurrence): occurrence 0 replaces all',
      ]),
    );
    return undefined;
  }
  const operand = bindCharacters(textNode, 'REGEX_REPLACE', scope);
  const text = bindConstant(patternNode, 'the pattern of REGEX_REPLACE', scope);
  const replacement = bindCharacters(replacementNode, 'REGEX_REPLACE', scope);
  const start = bindExpression(startNode, scope);
  const occurrence = bindExpression(occurrenceNode, scope);
  if (operand === undefined || text === undefined || replacement === undefined) return undefined;
  if (start === undefined || occurrence === undefined) return undefined;
  warnOfNumber(start, 1, 'the start of REGEX_REPLACE', scope);
  warnOfNumber(occurrence, 0, 'the occurrence of REGEX_REPLACE', scope);
  if (text === null) return nullOf({ kind: 'VARCHAR', length: 65535 }, node.span);
  const replace = (program: Expression, by: Expression): Expression | undefined =>
    resolve('PATTERN_REPLACE', [operand, program, by, start, occurrence], node.span, scope);
  const pattern = { text, span: patternNode.span, what: 'the pattern of REGEX_REPLACE' };
  return withPattern(
    pattern,
    scope,
    () => {
      const parsed = parseJavaPattern(text);
      const program = programLiteral(patternProgram(parsed, true), `SEARCH '${text}'`, pattern.span);
      return replace(program, checkedReplacement(replacement, parsed, scope));
    },
    (program) => replace(program, replacement),
  );
}

function warnOfNumber(expression: Expression, least: number, what: string, scope: Scope): void {
  if (expression.kind !== 'literal' || expression.value === null || typeof expression.value === 'string') return;
  if (expression.value < least) scope.report(patternMessage.numberTooSmall(expression.span, what, least));
}

// A constant replacement is checked; a wrong one is a warning, and its rows fail.
function checkedReplacement(replacement: Expression, pattern: ParsedPattern, scope: Scope): Expression {
  const text = constantText(replacement);
  if (typeof text !== 'string') return replacement;
  try {
    const value = plainReplacement(text, pattern.groups, pattern.names);
    const type: SqlType = { kind: 'VARCHAR', length: Math.max([...value].length, 1) };
    return { kind: 'literal', type, value, nullable: false, span: replacement.span };
  } catch (problem) {
    if (!(problem instanceof PatternProblem)) throw problem;
    scope.report(
      patternMessage.invalidReplacement(
        spanWithin(replacement.span, text, problem),
        problem.message,
        problem.hint ?? '',
      ),
    );
    return replacement;
  }
}
