// Filter(Project(x)) → Project(Filter(x)) where no column of the projection can fault: the filter's columns are replaced by what
// the projection computes for them. With a faulting column the order would decide which rows are lost, so it stays.
import { canFault } from '../../plan/faults.ts';
import type { Plan } from '../../plan/plan.ts';
import { rewriteExpression, rewriteRelations } from '../../plan/rewrite.ts';

/** The pass. */
export function pushFilterDown(plan: Plan): Plan {
  return rewriteRelations(plan, (relation) => {
    if (relation.kind !== 'filter' || relation.input.kind !== 'project' || relation.input.rowtime !== undefined)
      return relation;
    const project = relation.input;
    if (project.expressions.some(canFault)) return relation;
    const predicate = rewriteExpression(relation.predicate, (node) =>
      node.kind === 'column' ? (project.expressions[node.index] ?? node) : node,
    );
    return { ...project, input: { ...relation, input: project.input, predicate, columns: project.input.columns } };
  });
}
