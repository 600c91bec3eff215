// Predicates over periods: half open, as in SQL:2011 part 2, 8.20; the extensions by Allen's relations (Maintaining Knowledge about
// Temporal Intervals, 1983). PRECEDES, SUCCEEDS, LEADS and LAGS cover two relations each, which STRICTLY and IMMEDIATELY tell apart:
//   PRECEDES  before | meets           LEADS  overlaps | finished by: it starts first and ends inside the other, or with it
import { familyOf, typeText } from '../../contract/types.ts';
import { notAPeriod, notAPointOfTime } from '../diagnose/expressionMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import { bindExpression } from './expression.ts';
import type { Scope } from './scope.ts';
import { allOf, anyOf, compared, type ComparisonOperator } from './syntaxTree.ts';

/** The ends of the left and the right period. */
type End = 's1' | 'e1' | 's2' | 'e2';
type Relation = readonly (readonly [End, ComparisonOperator, End])[];

const overlapping: Relation = [
  ['s1', '<', 'e2'],
  ['s2', '<', 'e1'],
];
const leading: Relation = [
  ['s1', '<', 's2'],
  ['s2', '<', 'e1'],
];

/** What holds for each predicate: all comparisons of one of its alternatives. */
const relations: Readonly<Record<string, readonly Relation[]>> = {
  equals: [
    [
      ['s1', '=', 's2'],
      ['e1', '=', 'e2'],
    ],
  ],
  contains: [
    [
      ['s1', '<=', 's2'],
      ['e2', '<=', 'e1'],
    ],
  ],
  'strictly-contains': [
    [
      ['s1', '<', 's2'],
      ['e2', '<', 'e1'],
    ],
  ],
  overlaps: [overlapping],
  'strictly-overlaps': [
    [...leading, ['e1', '<', 'e2']],
    [
      ['s2', '<', 's1'],
      ['s1', '<', 'e2'],
      ['e2', '<', 'e1'],
    ],
  ],
  precedes: [[['e1', '<=', 's2']]],
  'immediately-precedes': [[['e1', '=', 's2']]],
  'strictly-precedes': [[['e1', '<', 's2']]],
  leads: [[...leading, ['e1', '<=', 'e2']]],
  'immediately-leads': [[...leading, ['e1', '=', 'e2']]],
  'strictly-leads': [[...leading, ['e1', '<', 'e2']]],
};
/** These hold when the other one holds with the periods exchanged. */
const converses: Readonly<Record<string, string>> = { succeeds: 'precedes', lags: 'leads' };

/** Binds a period predicate; a point on the right of CONTAINS is s <= t AND t < e. */
export function bindPeriodPredicate(node: ast.PeriodPredicate, scope: Scope): Expression | undefined {
  const [qualifier, word = qualifier ?? ''] = node.predicate.split('-');
  const converse = converses[word];
  const [left, right] = converse === undefined ? [node.left, node.right] : [node.right, node.left];
  const predicate = converse === undefined ? node.predicate : node.predicate.replace(word, converse);
  const point = word === 'contains' && node.right.kind !== 'row';
  const first = endsOf(left, scope);
  const second = point ? pointOf(right, scope) : endsOf(right, scope);
  if (first === undefined || second === undefined) return undefined;
  const { span } = node;
  if (point) {
    const after = compared(qualifier === 'strictly' ? '<' : '<=', first[0], second[0], span);
    return bindExpression(allOf([after, compared('<', second[0], first[1], span)], span), scope);
  }
  const ends: Record<End, ast.Expression> = { s1: first[0], e1: first[1], s2: second[0], e2: second[1] };
  const alternatives = (relations[predicate] ?? []).map((relation) =>
    allOf(
      relation.map(([one, operator, two]) => compared(operator, ends[one], ends[two], span)),
      span,
    ),
  );
  return bindExpression(anyOf(alternatives, span), scope);
}

function endsOf(node: ast.Expression, scope: Scope): readonly [ast.Expression, ast.Expression] | undefined {
  const [start, end, more] = node.kind === 'row' ? node.values : [];
  if (start === undefined || end === undefined || more !== undefined) {
    scope.report(notAPeriod(node.span));
    return undefined;
  }
  return isPointOfTime(start, scope) && isPointOfTime(end, scope) ? [start, end] : undefined;
}

function pointOf(node: ast.Expression, scope: Scope): readonly [ast.Expression, ast.Expression] | undefined {
  return isPointOfTime(node, scope) ? [node, node] : undefined;
}

function isPointOfTime(node: ast.Expression, scope: Scope): boolean {
  const bound = bindExpression(node, scope);
  if (bound === undefined) return false;
  if (['date', 'time', 'timestamp', 'null'].includes(familyOf(bound.type))) return true;
  scope.report(notAPointOfTime(node.span, typeText(bound.type)));
  return false;
}
