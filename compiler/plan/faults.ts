// Which expressions may raise a data error: they must not be moved over filters or branches, and their rows need a check.
import { familyOf, integerBits, type SqlType } from '../../contract/types.ts';
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
      return canFault(expression.operand) || !alwaysFits(expression.operand.type, expression.type);
    case 'subquery':
      return (
        expression.form === 'value' ||
        expression.arguments.some(canFault) ||
        (expression.predicate !== undefined && canFault(expression.predicate))
      );
    case 'call':
      return expression.function.total !== true || expression.arguments.some(canFault);
  }
}

// Conversions that every value survives: to a wider number, and between character types (texts are cut or padded).
function alwaysFits(from: SqlType, to: SqlType): boolean {
  const [narrow, wide] = [integerBits[from.kind], integerBits[to.kind]];
  if (narrow !== undefined && wide !== undefined) return narrow <= wide;
  if (to.kind === 'DOUBLE') return narrow !== undefined || from.kind === 'REAL';
  return familyOf(from) === 'character' && familyOf(to) === 'character';
}
