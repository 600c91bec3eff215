// What all parts of the program share while they are written.
import type { ModuleBuilder } from './code.ts';
import type { Operand } from './expressions.ts';
import type { ProgramLayout } from './layout.ts';
import type { Ledger } from './ledger.ts';
import type { TableLayout } from './tables.ts';

/** The program under construction. */
export interface ProgramContext {
  readonly program: ProgramLayout;
  /** Reference tables that a lookup reads, by name. */
  readonly tables: ReadonlyMap<string, TableLayout>;
  readonly module: ModuleBuilder;
  readonly ledger: Ledger;
  readonly sql: string;
  /** Share equal subexpressions and leave unused columns uncomputed. */
  readonly optimize: boolean;
  /** Groups from which on a tumbling aggregate gathers rows before it adds them. */
  readonly gatherFrom: number;
}

/** A fresh list of scopes for shared subexpressions. */
export function sharing(context: ProgramContext): Map<string, Operand>[] {
  return context.optimize ? [new Map()] : [];
}
