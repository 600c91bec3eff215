// Operators of the oracle: rows are kept as they came and results computed from the laws in compiler/plan/plan.ts by going through all.
import type { StatefulRelation } from '../../compiler/plan/plan.ts';
import { Staggering, Tumbling } from './groupOperators.ts';
import { Joining } from './joinOperator.ts';
import { rowByRow, type Operator } from './operator.ts';
import { distinct, lookup, sliding, type Tables } from './rowOperators.ts';
import { Sorting, TimeSorting } from './sortOperators.ts';
import { tableFunction } from './tableOperators.ts';

/** Makes the operator of a relation. */
export function newOperator(relation: StatefulRelation, tables: Tables): Operator {
  switch (relation.kind) {
    case 'tumble-aggregate':
      return new Tumbling(relation);
    case 'stagger-aggregate':
      return new Staggering(relation);
    case 'sliding-window':
      return rowByRow(sliding(relation));
    case 'distinct':
      return rowByRow(distinct(relation));
    case 'join':
      return new Joining(relation);
    case 'lookup':
      return rowByRow(lookup(relation, tables));
    case 'table-function':
      return tableFunction(relation);
    case 'sort':
      return new Sorting(relation);
    case 'time-sort':
      return new TimeSorting(relation);
  }
}
