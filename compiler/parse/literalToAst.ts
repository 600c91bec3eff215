// Literals, interval qualifiers and types: from tokens to the syntax tree.
import type { DatetimeField } from '../../contract/types.ts';
import { malformedLiteral } from '../diagnose/parseMessages.ts';
import type {
  BinaryLiteral,
  DatetimeLiteral,
  IntervalLiteral,
  IntervalQualifier,
  NumberLiteral,
  TypeName,
} from './ast.ts';
import type { AstContext } from './astContext.ts';
import { type ParseNode, all, childAt, find, get } from './parseNode.ts';

const fields: Readonly<Record<string, DatetimeField>> = {
  year: 'YEAR',
  month: 'MONTH',
  day: 'DAY',
  hour: 'HOUR',
  minute: 'MINUTE',
  second: 'SECOND',
};

/** The text between a token's quotes, doubled quotes undone; adjacent pieces joined. */
function quotedPieces(written: string, from: number): { value: string; end: number } {
  let value = '';
  let index = from;
  for (;;) {
    const open = written.indexOf("'", index);
    if (open === -1) break;
    let close = written.indexOf("'", open + 1);
    while (written[close + 1] === "'") close = written.indexOf("'", close + 2);
    value += written.slice(open + 1, close).replaceAll("''", "'");
    index = close + 1;
  }
  return { value, end: index };
}

/** The value of a string literal. Comments between its pieces hold no quotes that count, as they are blank in the normalized text. */
export function stringValue(context: AstContext, node: ParseNode): string {
  const written = withoutComments(context.textOf(node));
  if (!/^[uU]&/.test(written)) return quotedPieces(written, 0).value;
  const parts = /^..('(?:[^']|'')*')(?:\s*[uU][eE][sS][cC][aA][pP][eE]\s*('(?:[^']|'')*'))?$/.exec(written);
  const text = quotedPieces(parts?.[1] ?? "''", 0).value;
  const escapeCharacter = parts?.[2] === undefined ? '\\' : quotedPieces(parts[2], 0).value;
  if ([...escapeCharacter].length !== 1 || /[0-9a-fA-F+'"\s]/.test(escapeCharacter)) {
    context.diagnostics.push(
      malformedLiteral('Unicode string', `"${escapeCharacter}" can't be the escape character`, context.span(node)),
    );
    return text;
  }
  return unescapeUnicode(context, node, text, escapeCharacter);
}

/** Comments outside quotes as one blank. */
function withoutComments(written: string): string {
  return written.replace(/'(?:[^']|'')*'|(?:--|\/\/)[^\n]*|\/\*[\s\S]*?\*\//g, (piece) =>
    piece.startsWith("'") ? piece : ' ',
  );
}

function unescapeUnicode(context: AstContext, node: ParseNode, text: string, escapeCharacter: string): string {
  let value = '';
  for (let index = 0; index < text.length; ) {
    if (!text.startsWith(escapeCharacter, index)) {
      value += text[index++];
      continue;
    }
    const rest = text.slice(index + escapeCharacter.length, index + escapeCharacter.length + 7);
    const digits = /^\+([0-9a-fA-F]{6})|^([0-9a-fA-F]{4})/.exec(rest);
    const code = Number.parseInt(digits?.[1] ?? digits?.[2] ?? '', 16);
    if (rest.startsWith(escapeCharacter)) {
      value += escapeCharacter;
      index += 2 * escapeCharacter.length;
    } else if (digits !== null && code <= 0x10ffff) {
      value += String.fromCodePoint(code);
      index += escapeCharacter.length + digits[0].length;
    } else {
      const reason = `${escapeCharacter} must be followed by four hex digits, + and six of them, or ${escapeCharacter}`;
      context.diagnostics.push(malformedLiteral('Unicode string', reason, context.span(node)));
      return value;
    }
  }
  return value;
}

/** A number as written. */
export function numberOf(context: AstContext, node: ParseNode): NumberLiteral {
  const text = context.textOf(node);
  const form = /[eE]/.test(text) ? 'approximate' : text.includes('.') ? 'decimal' : 'integer';
  return { kind: 'number', form, text, span: context.span(node) };
}

/** `X'3F67'`. */
export function binaryOf(context: AstContext, node: ParseNode): BinaryLiteral {
  const hex = context.textOf(node).slice(2, -1);
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(hex)) {
    context.diagnostics.push(
      malformedLiteral('binary literal', 'it takes an even number of hex digits', context.span(node)),
    );
  }
  return { kind: 'binary-literal', hex, span: context.span(node) };
}

/** `TIMESTAMP '…'`. */
export function datetimeOf(context: AstContext, node: ParseNode): DatetimeLiteral {
  const type = context.textOf(get(node, 'datetimeType')).toUpperCase();
  return {
    kind: 'datetime',
    type: type === 'DATE' || type === 'TIME' ? type : 'TIMESTAMP',
    text: stringValue(context, get(node, 'string')),
    span: context.span(node),
  };
}

/** `INTERVAL '1' DAY`. */
export function intervalOf(context: AstContext, node: ParseNode): IntervalLiteral {
  const sign = find(node, 'sign');
  return {
    kind: 'interval',
    negative: sign !== undefined && context.textOf(sign) === '-',
    text: stringValue(context, get(node, 'string')),
    qualifier: qualifierOf(context, get(node, 'IntervalQualifier')),
    span: context.span(node),
  };
}

/** The field that a token names. */
export function fieldOf(context: AstContext, node: ParseNode): DatetimeField {
  return fields[context.textOf(node).toLowerCase()] ?? 'SECOND';
}

/** `DAY(3) TO SECOND(3)`. */
export function qualifierOf(context: AstContext, node: ParseNode): IntervalQualifier {
  const span = context.span(node);
  const named = node.children.filter((child) => child.rule in fields || child.rule === 'field');
  const first = named[0] ?? childAt(node, 0);
  const last = named[named.length - 1] ?? first;
  const start = fieldOf(context, first);
  const seconds = find(node, 'SecondPrecision');
  if (seconds !== undefined) {
    const [precision, fraction] = integersOf(context, seconds);
    return {
      start,
      end: start,
      span,
      ...(precision !== undefined && { precision }),
      ...(fraction !== undefined && { fraction }),
    };
  }
  const place = first.span.end;
  const precisions = all(node, 'Precision');
  const leading = precisions.find((child) => last === first || child.span.start < last.span.start);
  const trailing =
    last === first
      ? undefined
      : precisions.find((child) => child.span.start > last.span.start && place < child.span.start);
  const precision = leading && integersOf(context, leading)[0];
  const fraction = trailing && integersOf(context, trailing)[0];
  return {
    start,
    end: fieldOf(context, last),
    span,
    ...(precision !== undefined && { precision }),
    ...(fraction !== undefined && { fraction }),
  };
}

function integersOf(context: AstContext, node: ParseNode): number[] {
  return all(node, 'integer').map((child) => Number(context.textOf(child)));
}

/** A type as written. */
export function typeNameOf(context: AstContext, node: ParseNode): TypeName {
  const span = context.span(node);
  const qualifier = find(node, 'IntervalQualifier');
  if (qualifier !== undefined) {
    return { kind: 'type-name', name: 'INTERVAL', parameters: [], interval: qualifierOf(context, qualifier), span };
  }
  const name = withoutComments(context.textOf(get(node, 'typeWord')))
    .toUpperCase()
    .trim()
    .replace(/[^\p{L}\p{N}_$]+/gu, ' ');
  const parameters = find(node, 'TypeParameters');
  return { kind: 'type-name', name, parameters: parameters === undefined ? [] : integersOf(context, parameters), span };
}
