// What all parts of the program share while they are written.
import type { ModuleBuilder } from './code.ts';
import type { Operand } from './expressions.ts';
import type { ProgramLayout } from './layout.ts';
import type { Ledger } from './ledger.ts';

/** The program under construction. */
export interface ProgramContext {
  readonly program: ProgramLayout;
  readonly module: ModuleBuilder;
  readonly ledger: Ledger;
  readonly sql: string;
  /** Share equal subexpressions and leave unused columns uncomputed. */
  readonly optimize: boolean;
}

/** A fresh list of scopes for shared subexpressions. */
export function sharing(context: ProgramContext): Map<string, Operand>[] {
  return context.optimize ? [new Map()] : [];
}
