// What the emitter asks of an operator with state. Each kind is one file of operators/; operatorCode.ts finds it.
import type { StatefulRelation } from '../plan/plan.ts';
import type { Code, ModuleBuilder } from './code.ts';
import type { ProgramContext } from './context.ts';
import type { ExpressionContext } from './expressions.ts';
import type { OperatorOf, ProgramLayout } from './layout.ts';
import type { Segment } from './segment.ts';

/** When something leaves before a row comes in, and with which ROWTIME: `flush_<name>(time, …)` is called where `when` holds. */
export interface Due {
  readonly when: string;
  readonly time: string;
}

interface CodeBase<K extends StatefulRelation['kind']> {
  /** Version of the layout of its section in a snapshot; raised when the content changes shape. */
  readonly layoutVersion: number;
  /** Whether its state lies in the key groups of its keys, or belongs to one owner (SEMANTICS 18). */
  readonly scope: 'keyed' | 'single';
  /** In words, for the manifest: `tumbling aggregate of COUNT`. */
  title(relation: OperatorOf<K>['relation']): string;
  /** Globals, and functions that belong to no segment. Comes before all segments. */
  declare(operator: OperatorOf<K>, context: ProgramContext): void;
  /** Statements of `init`. `keyGroups` is in scope. */
  initialize(operator: OperatorOf<K>, module: ModuleBuilder, program: ProgramLayout): readonly string[];
  /** A statement that writes its section of `group` (−1: what belongs to no key group). */
  save(operator: OperatorOf<K>, module: ModuleBuilder): string;
  /** An expression that reads the section of `group`, which ends at `end`; false when it can't be read. */
  load(operator: OperatorOf<K>, module: ModuleBuilder): string;
  /** Statements after the last section. */
  loaded(operator: OperatorOf<K>, module: ModuleBuilder): readonly string[];
  /** Statements before anything is saved, or asked whether it changed. */
  prepare?(operator: OperatorOf<K>, context: ProgramContext): readonly string[];
  /** A condition: the content of `group` (>= 0) changed since it was saved; undefined where all is in group −1. */
  changed(operator: OperatorOf<K>): string | undefined;
}

/** Rows go on in the same function, perhaps with more columns, or stop there. */
export interface InlineCode<K extends StatefulRelation['kind']> extends CodeBase<K> {
  readonly form: 'inline';
  /**
   * Writes what happens to the row of `below` and returns the columns above. With `full` false the function continues where another
   * one has done that for the same row: only the access to its results is written.
   */
  pass(
    operator: OperatorOf<K>,
    below: ExpressionContext,
    segment: Segment,
    context: ProgramContext,
    full: boolean,
  ): ExpressionContext;
}

/** Rows end in the operator; others leave it later, by a function of their own: `rows_<name>(<parameters>, rowtime)`. */
export interface BreakingCode<K extends StatefulRelation['kind']> extends CodeBase<K> {
  readonly form: 'breaking';
  /** At the head of a function that brings a row: what is due leaves first. */
  due?(operator: OperatorOf<K>): Due | undefined;
  /** A statement of the end of the input: what only rows close gets its `outputTime`; `clock` is the least that it may be. */
  atEnd?(operator: OperatorOf<K>, clock: string, module: ModuleBuilder, program: ProgramLayout): string;
  /** Takes the row of `below`; `segment` is the one that ends here. */
  arrive(operator: OperatorOf<K>, below: ExpressionContext, segment: Segment, context: ProgramContext): void;
  /** Parameters of the leaving function, each `name: type`. */
  readonly parameters: readonly string[];
  /** The leaving rows' data for error_stream. */
  data(operator: OperatorOf<K>, module: ModuleBuilder): string;
  /** The columns of a leaving row. With `full`, results that fault are checked. */
  leave(
    operator: OperatorOf<K>,
    code: Code,
    segment: Segment,
    context: ProgramContext,
    full: boolean,
  ): ExpressionContext;
  /** Functions that call the leaving function (flush_<name>, …). */
  finish(operator: OperatorOf<K>, segment: Segment, context: ProgramContext): void;
}

/** Rows wait before they enter the pump's target, which is a hidden stream. */
export interface EntryCode<K extends StatefulRelation['kind']> extends CodeBase<K> {
  readonly form: 'entry';
  due?(operator: OperatorOf<K>): Due | undefined;
  /** A statement of the end of the input: what only rows close gets its `outputTime`; `clock` is the least that it may be. */
  atEnd?(operator: OperatorOf<K>, clock: string, module: ModuleBuilder, program: ProgramLayout): string;
  /** An expression: how many rows wait (SEMANTICS 27). The ledger asks when it is read: a row costs nothing more. */
  held(operator: OperatorOf<K>): string;
  /** A statement that takes the row in the target's frame, of ROWTIME `rowtime`. */
  enter(operator: OperatorOf<K>, segment: Segment, context: ProgramContext): string;
  /** Functions around it. */
  finish(operator: OperatorOf<K>, segment: Segment, context: ProgramContext): void;
}

/** The code of one kind of operator. */
export type OperatorCode<K extends StatefulRelation['kind']> = InlineCode<K> | BreakingCode<K> | EntryCode<K>;
