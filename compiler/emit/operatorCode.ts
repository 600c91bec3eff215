// Which code belongs to which kind of operator.
import type { StatefulOperator } from '../../contract/manifest.ts';
import type { StatefulRelation } from '../plan/plan.ts';
import type { OperatorLayout, OperatorOf } from './layout.ts';
import type { OperatorCode } from './operator.ts';
import { lookupCode } from './operators/lookup.ts';
import { sortCode } from './operators/sort.ts';
import { tableFunctionCode } from './operators/tableFunction.ts';
import { timeSortCode } from './operators/timeSort.ts';
import { staggerCode } from './operators/stagger.ts';
import { joinCode } from './operators/join.ts';
import { distinctCode } from './operators/distinct.ts';
import { slidingWindowCode } from './operators/slidingWindow.ts';
import { tumbleCode } from './operators/tumble.ts';

/** The code of a kind, or how to find it where it is not the same for all operators of the kind. */
type CodeOf<K extends StatefulRelation['kind']> =
  | OperatorCode<K>
  | ((relation: OperatorOf<K>['relation']) => OperatorCode<K>);

const codes: { readonly [K in StatefulRelation['kind']]: CodeOf<K> } = {
  'table-function': tableFunctionCode,
  'stagger-aggregate': staggerCode,
  'tumble-aggregate': tumbleCode,
  'sliding-window': slidingWindowCode,
  join: joinCode,
  distinct: distinctCode,
  lookup: lookupCode,
  sort: sortCode,
  'time-sort': timeSortCode,
};

/** An operator's code with the operator itself: what the parts of the emitter call. */
export function operatorCode<K extends StatefulRelation['kind']>(operator: OperatorOf<K>): OperatorCode<K> {
  const code: CodeOf<K> = codes[operator.relation.kind as K];
  return typeof code === 'function' ? code(operator.relation) : code;
}

/** What a leaving function is called with: its parameters' names. */
export function leavingArguments(operator: OperatorLayout): string {
  const code = operatorCode(operator);
  return code.form === 'breaking' ? code.parameters.map((parameter) => `${parameter.split(':')[0]}, `).join('') : '';
}

/** What the manifest says of an operator. */
export function describeOperator(
  relation: StatefulRelation,
): Pick<StatefulOperator, 'id' | 'layout' | 'scope' | 'title'> {
  const operator: OperatorLayout = { relation, name: '', pump: '', domain: -1 };
  const { layoutVersion, scope, title } = operatorCode(operator);
  return { id: relation.id, layout: layoutVersion, scope, title: title(relation) };
}
