// Messages about what the plan can't be turned into yet.
import type { Span } from '../source.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Writers of one stream whose clocks differ (several inputs, or a promoted ROWTIME) would have to be merged. */
export function notYetMerged(span: Span, stream: string): Diagnostic {
  return {
    severity: 'error',
    code: 'not-yet-supported',
    message: `stream "${stream}" is written by pumps whose clocks differ: several inputs, or one with a promoted ROWTIME`,
    span,
    related: [],
    hint: 'write each of them into a stream of its own',
  };
}
