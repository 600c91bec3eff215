// Filter(Filter(x, a), b) → Filter(x, a AND b): AND evaluates from the left and stops, so nothing is evaluated that was not before
// — except that b is now looked at where a was NULL, hence only when b can't fault.
import { canFault } from '../../plan/faults.ts';
import type { Plan } from '../../plan/plan.ts';
import { rewriteRelations } from '../../plan/rewrite.ts';

/** The pass. */
export function mergeFilters(plan: Plan): Plan {
  return rewriteRelations(plan, (relation) => {
    if (relation.kind !== 'filter' || relation.input.kind !== 'filter' || canFault(relation.predicate)) return relation;
    const { predicate } = relation.input;
    return {
      ...relation,
      input: relation.input.input,
      predicate: {
        kind: 'and',
        operands: [predicate, relation.predicate],
        type: { kind: 'BOOLEAN' },
        nullable: predicate.nullable || relation.predicate.nullable,
        span: relation.predicate.span,
      },
    };
  });
}
