// Bottom-up rewriting of plans and expressions; an untouched part stays the same object.
import type { Expression } from './expression.ts';
import type { Plan, Relation } from './plan.ts';

/** Rewrites every relation of every pump, lowest first. */
export function rewriteRelations(plan: Plan, rule: (relation: Relation) => Relation): Plan {
  return { ...plan, pumps: plan.pumps.map((pump) => ({ ...pump, query: rewriteRelation(pump.query, rule) })) };
}

function rewriteRelation(relation: Relation, rule: (relation: Relation) => Relation): Relation {
  if (relation.kind === 'stream-scan') return rule(relation);
  return rule({ ...relation, input: rewriteRelation(relation.input, rule) });
}

/** Rewrites an expression, innermost first. */
export function rewriteExpression(expression: Expression, rule: (node: Expression) => Expression): Expression {
  const deep = (node: Expression): Expression => rewriteExpression(node, rule);
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'rowtime':
    case 'context':
      return rule(expression);
    case 'arithmetic':
    case 'comparison':
    case 'distinct-from':
      return rule({ ...expression, left: deep(expression.left), right: deep(expression.right) });
    case 'negate':
    case 'not':
    case 'is':
    case 'cast':
      return rule({ ...expression, operand: deep(expression.operand) });
    case 'and':
    case 'or':
    case 'coalesce':
      return rule({ ...expression, operands: expression.operands.map(deep) });
    case 'case':
      return rule({
        ...expression,
        branches: expression.branches.map((branch) => ({ when: deep(branch.when), then: deep(branch.then) })),
        otherwise: deep(expression.otherwise),
      });
    case 'call':
    case 'subquery':
      return rule({ ...expression, arguments: expression.arguments.map(deep) });
  }
}

/** Rewrites the expressions that a relation evaluates. */
export function rewriteExpressions(relation: Relation, rule: (node: Expression) => Expression): Relation {
  const deep = (node: Expression): Expression => rewriteExpression(node, rule);
  switch (relation.kind) {
    case 'stream-scan':
      return relation;
    case 'filter':
      return { ...relation, predicate: deep(relation.predicate) };
    case 'project':
      return {
        ...relation,
        expressions: relation.expressions.map(deep),
        ...(relation.rowtime === undefined ? {} : { rowtime: deep(relation.rowtime) }),
      };
    case 'tumble-aggregate':
    case 'stagger-aggregate':
    case 'sliding-window':
    case 'distinct':
    case 'join':
    case 'lookup':
    case 'table-function':
    case 'sort':
    case 'time-sort':
      // Keys and arguments are part of the operator's signature: they stay as bound.
      return relation;
  }
}
