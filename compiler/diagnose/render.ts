// A diagnostic as a person reads it: message, place, the line with carets, hint. Pure text; who prints it decides on colour.
import { type Source, type Span, placeOf } from '../source.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Columns of a shown line; longer ones are cut around the carets. */
const widthMax = 120;
const tabWidth = 4;

/** How to render. */
export interface RenderOptions {
  readonly color?: boolean;
}

/** The text of a diagnostic, without a final line break. */
export function renderDiagnostic(diagnostic: Diagnostic, source: Source, options: RenderOptions = {}): string {
  const paint = (code: number, text: string) => (options.color === true ? `\u001b[${code}m${text}\u001b[0m` : text);
  const color = diagnostic.severity === 'error' ? 31 : 33;
  const places = [diagnostic, ...diagnostic.related].map((one) =>
    placeOf(source.text, clamp(one.span.start, source.text)),
  );
  const gutter = Math.max(...places.map((place) => String(place.line).length));
  const pad = ' '.repeat(gutter + 1);
  const lines = [`${paint(color, `${diagnostic.severity}[${diagnostic.code}]`)}: ${oneLine(diagnostic.message)}`];
  lines.push(...frame(source, diagnostic.span, gutter, '-->', (text) => paint(color, text)));
  for (const related of diagnostic.related) {
    lines.push(`${pad} = ${paint(36, 'note')}: ${oneLine(related.message)}`);
    lines.push(...frame(source, related.span, gutter, ':::', (text) => paint(36, text)));
  }
  if (diagnostic.hint !== undefined) lines.push(`${pad} = ${paint(32, 'hint')}: ${oneLine(diagnostic.hint)}`);
  return lines.join('\n');
}

function clamp(offset: number, text: string): number {
  return Math.max(0, Math.min(offset, text.length));
}

/** Text from the source may hold line breaks and control characters, which would break the frame or the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ');
}

function frame(source: Source, span: Span, gutter: number, arrow: string, paint: (text: string) => string): string[] {
  const { text } = source;
  const start = clamp(span.start, text);
  const place = placeOf(text, start);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineBreak = text.indexOf('\n', start);
  const lineEnd = lineBreak === -1 ? text.length : lineBreak;
  const end = Math.max(start, Math.min(clamp(span.end, text), lineEnd));
  const shown = cut(cells(text.slice(lineStart, lineEnd).replace(/\r$/, '')), start - lineStart, end - lineStart);
  const pad = ' '.repeat(gutter + 1);
  return [
    `${' '.repeat(gutter + 1)}${arrow} ${source.name}:${place.line}:${place.column}`,
    `${pad} |`,
    ` ${String(place.line).padStart(gutter)} | ${shown.text}`.trimEnd(),
    `${pad} | ${' '.repeat(shown.before)}${paint('^'.repeat(Math.max(1, shown.width)))}`,
  ];
}

/** A character with the columns it takes and its offset in the line. */
interface Cell {
  readonly text: string;
  readonly width: number;
  readonly offset: number;
}

function cells(line: string): Cell[] {
  const result: Cell[] = [];
  let offset = 0;
  for (const character of line) {
    const width = character === '\t' ? tabWidth : widthOf(character);
    const text = character === '\t' ? ' '.repeat(tabWidth) : oneLine(character);
    result.push({ text, width, offset });
    offset += character.length;
  }
  return result;
}

/** Columns of a character in a terminal: none for combining marks, two for East Asian wide ones and emoji. */
function widthOf(character: string): number {
  if (/^(?:\p{Mn}|\p{Me}|\p{Cf})$/u.test(character)) return 0;
  const wide =
    /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
  return wide.test(character) ? 2 : 1;
}

function widthOfAll(some: readonly Cell[]): number {
  return some.reduce((sum, cell) => sum + cell.width, 0);
}

/** The part of a line to show, and where its carets go. */
function cut(line: readonly Cell[], start: number, end: number): { text: string; before: number; width: number } {
  const first = indexAt(line, start);
  const last = Math.max(first, indexAt(line, end));
  if (widthOfAll(line) <= widthMax) {
    return {
      text: line.map((cell) => cell.text).join(''),
      before: widthOfAll(line.slice(0, first)),
      width: widthOfAll(line.slice(first, last)),
    };
  }
  let from = first;
  for (let room = widthMax / 3; from > 0 && room > 0; room -= line[from]?.width ?? 1) from--;
  let to = from;
  for (let room = widthMax - 2; to < line.length && room > 0; room -= line[to]?.width ?? 1) to++;
  const head = from > 0 ? '…' : '';
  const tail = to < line.length ? '…' : '';
  return {
    text:
      head +
      line
        .slice(from, to)
        .map((cell) => cell.text)
        .join('') +
      tail,
    before: head.length + widthOfAll(line.slice(from, first)),
    width: widthOfAll(line.slice(first, Math.min(last, to))),
  };
}

function indexAt(line: readonly Cell[], offset: number): number {
  const index = line.findIndex((cell) => cell.offset >= offset);
  return index === -1 ? line.length : index;
}
