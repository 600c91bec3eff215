// A diagnostic is a value: what is wrong with the application's text, where, and what to write instead.
import type { Span } from '../source.ts';

/** Errors refuse the application; warnings are printed. */
export type Severity = 'error' | 'warning';

/** A second place that explains the first, e.g. the earlier definition. */
export interface RelatedSpan {
  readonly span: Span;
  readonly message: string;
}

/** One message with its place. Made only by the functions of the message files. */
export interface Diagnostic {
  readonly severity: Severity;
  /** Word code such as `unknown-column`; `not-in-dialect` for what other dialects have. */
  readonly code: string;
  readonly message: string;
  readonly span: Span;
  readonly related: readonly RelatedSpan[];
  readonly hint?: string;
}

/** `1 column`, `2 columns`: a number with its noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What a hint says besides where a query could stand if the inputs that it reads were reference tables. */
export function orReference(inputs: readonly string[]): string {
  if (inputs.length === 0) return '';
  const options = inputs.map((input) => `--reference ${input}=URL`).join(' ');
  return `; a reference table is named by ${options}`;
}

/** An error that refuses the application; the functions of the message files call it. */
export function error(
  code: string,
  span: Span,
  message: string,
  hint?: string,
  related: readonly RelatedSpan[] = [],
): Diagnostic {
  return { severity: 'error', code, message, span, related, ...(hint === undefined ? {} : { hint }) };
}

/** A warning that is printed; the functions of the message files call it. */
export function warning(
  code: string,
  span: Span,
  message: string,
  hint?: string,
  related: readonly RelatedSpan[] = [],
): Diagnostic {
  return { ...error(code, span, message, hint, related), severity: 'warning' };
}
