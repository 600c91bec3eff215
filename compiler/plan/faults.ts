// Which expressions may raise a data error: they must not be moved over filters or branches, and their rows need a check.
import type { Expression } from './expression.ts';

/** True when evaluating may raise a fault. */
export function canFault(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'rowtime':
    case 'context':
      return false;
    case 'arithmetic':
    case 'negate':
      return true;
    case 'comparison':
    case 'distinct-from':
      return canFault(expression.left) || canFault(expression.right);
    case 'and':
    case 'or':
    case 'coalesce':
      return expression.operands.some(canFault);
    case 'not':
    case 'is':
      return canFault(expression.operand);
    case 'case':
      return (
        canFault(expression.otherwise) ||
        expression.branches.some((branch) => canFault(branch.when) || canFault(branch.then))
      );
    case 'cast':
      return true;
    case 'call':
      return true;
  }
}
