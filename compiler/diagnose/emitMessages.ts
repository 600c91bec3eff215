// Messages about what no program can be written for.
import type { Span } from '../source.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Writers of one stream whose clocks differ (several inputs, or a promoted ROWTIME) can not be merged. */
export function clocksDiffer(span: Span, stream: string): Diagnostic {
  return {
    severity: 'error',
    code: 'not-in-dialect',
    message: `stream "${stream}" is written by pumps whose clocks differ: several inputs, or one with a promoted ROWTIME`,
    span,
    related: [],
    hint: 'write each of them into a stream of its own',
  };
}
