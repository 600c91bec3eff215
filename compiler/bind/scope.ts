// What names mean in one SELECT: the relation in FROM with its columns, ROWTIME, and what an aggregate does here.
import type { Column } from '../../contract/types.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import type { ColumnName, FunctionCall } from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { Relation } from '../plan/plan.ts';
import type { Catalogue } from './functions.ts';

/** A relation of FROM. */
export interface ScopeRelation {
  readonly alias: string | undefined;
  readonly relation: Relation;
  readonly columns: readonly Column[];
  /** Columns that `*` gives; those behind are metadata. */
  readonly visible: number;
  /** For a derived table without aggregate: each column as an expression over ROWTIME and the scanned stream. */
  readonly origins?: readonly Expression[];
  /** Columns known to grow with ROWTIME though they are not functions of it. */
  readonly growing: ReadonlySet<number>;
}

/** Everything that binding an expression needs. */
export interface Scope {
  readonly relations: readonly ScopeRelation[];
  readonly catalogue: Catalogue;
  readonly report: (diagnostic: Diagnostic) => void;
  /** Binds an aggregate call, or reports that none may stand here. */
  readonly aggregate: (call: FunctionCall) => Expression | undefined;
  /** CREATE FUNCTION parameters and other names that are no columns. */
  readonly names?: ReadonlyMap<string, Expression>;
}

/** ROWTIME as the binder sees it: qualified ones belong to the input row also above an aggregate. */
export function rowtimeNode(name: ColumnName): Expression {
  const node: Expression & { qualified?: boolean } = { kind: 'rowtime', type: { kind: 'TIMESTAMP' }, nullable: false, span: name.span };
  return name.parts.length > 1 ? { ...node, qualified: true } as Expression : node;
}

/** True for `s.ROWTIME`. */
export function isQualifiedRowtime(node: Expression): boolean {
  return node.kind === 'rowtime' && 'qualified' in node;
}

/** A text that equal expressions share: places and qualification aside. */
export function expressionKey(expression: Expression): string {
  return JSON.stringify(expression, (name, value: unknown) =>
    name === 'span' || name === 'qualified' || name === 'documentation' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
  );
}
