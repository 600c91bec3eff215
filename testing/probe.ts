// The type of an expression: binds it alone and looks into the plan.
import type { InputBinding } from '../contract/binding.ts';
import type { SqlType } from '../contract/types.ts';
import type { Diagnostic } from '../compiler/diagnose/diagnostic.ts';
import type { Relation } from '../compiler/plan/plan.ts';
import { compileForTest } from './modules.ts';
import type { Actual } from './values.ts';

/** What binding gave. */
export type Probed =
  | { readonly type: SqlType }
  | { readonly errors: readonly Diagnostic[] }
  | { readonly broken: string };

/** Binds a script whose only pump inserts `v IS NULL`; gives the type of v. */
export async function probeType(file: string, sql: string, inputs: readonly InputBinding[]): Promise<Probed> {
  try {
    const result = await compileForTest(file, sql, { inputs, keyGroups: 1, seed: 1n, stage: 'plan' });
    const errors = result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    const query = result.boundPlan?.pumps[0]?.query;
    if (errors.length > 0 || query === undefined) return { errors };
    const type = testedType(query);
    return type === undefined ? { broken: 'the plan has no test of v' } : { type };
  } catch (error) {
    return { broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function testedType(relation: Relation): SqlType | undefined {
  if (relation.kind === 'stream-scan') return undefined;
  if (relation.kind === 'project') {
    let expression = relation.expressions[0];
    while (expression?.kind === 'cast') expression = expression.operand;
    if (expression?.kind === 'is') return expression.operand.type;
  }
  return testedType(relation.input);
}

/** True for text that no JSON number may be. */
export function isNonFinite(value: Actual): boolean {
  return value.kind === 'number' && !/^-?\d/.test(value.text);
}
