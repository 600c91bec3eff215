// Text with places: a span is a pair of offsets (UTF-16 units) into a source's text.

/** Offsets of the first unit and of the unit after the last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text with the name under which a user knows it. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** One-based line and column (in code points). */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let index = before.indexOf('\n'); index !== -1; index = before.indexOf('\n', index + 1)) line++;
  return { line, column: [...before.slice(lineStart)].length + 1 };
}

/** The smallest span that holds both. */
export function joinSpans(left: Span, right: Span): Span {
  return { start: Math.min(left.start, right.start), end: Math.max(left.end, right.end) };
}
