// A segment: the stretch of a pump between two points where rows begin. It starts with a row of the source stream or one that leaves an
// operator, is one straight function that returns early, and ends in an operator or in the target stream.
import type { Expression } from '../plan/expression.ts';
import type { Relation } from '../plan/plan.ts';
import { placeOf } from '../source.ts';
import type { Code } from './code.ts';
import type { ProgramContext } from './context.ts';
import type { ExpressionContext } from './expressions.ts';
import type { OperatorLayout, PumpLayout, StreamLayout } from './layout.ts';

/** A segment under construction. */
export interface Segment {
  readonly pump: PumpLayout;
  readonly source: StreamLayout;
  /** The operator whose rows come in; undefined for rows of the source stream. */
  readonly from?: OperatorLayout;
  /** The rows' data for error_stream: a Text; `0` stands for the source's row. */
  readonly data: string;
  /** Parameters that a function of this segment has besides `rowtime: i64`, and the same as arguments; each ends in a comma. */
  readonly parameters: string;
  readonly passed: string;
  /** The columns of a relation of this segment in another function, which continues after one that has checked everything. */
  columnsIn(relation: Relation, code: Code, needed: ReadonlySet<number>): ExpressionContext;
}

/** A statement that counts the segment's row as `counter`. */
export function countOf(segment: Segment, context: ProgramContext, counter: string): string {
  return segment.from === undefined
    ? context.ledger.increment('pump', segment.pump.pump.name, counter)
    : context.ledger.increment('operator', segment.from.name, counter);
}

/** Writes, for an expression that was just computed, that its fault ends the row. */
export function failCheck(segment: Segment, context: ProgramContext, code: Code): (expression: Expression) => void {
  return (expression) => emitFailCheck(segment, context, code, expression.span.start);
}

/** Writes that a pending fault, raised at an offset of the SQL, ends the row. */
export function emitFailCheck(segment: Segment, context: ProgramContext, code: Code, offset: number): void {
  const pending = `${context.module.use('faults', 'pendingFault')} != 0`;
  code.line(`if (${pending}) ${failStatements(segment, context, placeText(segment, context, offset))}`);
}

/** A block that reports the pending fault as one of `place`, a text, and ends the row. */
export function failStatements(segment: Segment, context: ProgramContext, place: string): string {
  return `{ ${countOf(segment, context, 'errors')} fail_${segment.pump.id}(${place}, rowtime, ${segment.data}); return; }`;
}

/** The text that says where in the SQL a fault came up. */
export function placeText(segment: Segment, context: ProgramContext, offset: number): string {
  const { line, column } = placeOf(context.sql, offset);
  const { pump } = segment.pump;
  return context.module.text(` (pump "${pump.partOf ?? pump.name}", line ${line}, column ${column})`);
}
