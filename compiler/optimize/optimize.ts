// The optimizer: an ordered list of named rewrites, each with its reason. None moves an expression that can fault over a filter or a
// branch (SEMANTICS 10), none changes an operator's id (SEMANTICS 17).
import type { Plan } from '../plan/plan.ts';
import { foldConstants } from './rules/foldConstants.ts';
import { mergeFilters } from './rules/mergeFilters.ts';
import { pushFilterDown } from './rules/pushFilterDown.ts';

/** One rewrite of a whole plan. */
export interface Pass {
  readonly name: string;
  readonly reason: string;
  readonly run: (plan: Plan) => Plan;
}

/**
 * In order. Column pruning (unread columns get no slot in the decoder's frame, unused derived columns no code) and sharing of equal
 * subexpressions happen while code is emitted, switched by the same option.
 */
export const passes: readonly Pass[] = [
  {
    name: 'fold-constants',
    reason: 'conditions over literals vanish before anything looks at them',
    run: foldConstants,
  },
  {
    name: 'push-filter-down',
    reason: 'a filter above a plain projection runs before its columns are computed',
    run: pushFilterDown,
  },
  { name: 'merge-filters', reason: 'neighbouring filters become one condition that stops early', run: mergeFilters },
];

/** Runs all passes but those named in `without`. */
export function optimize(plan: Plan, without: ReadonlySet<string> = new Set()): Plan {
  return passes.filter((pass) => !without.has(pass.name)).reduce((current, pass) => pass.run(current), plan);
}
