// Table functions in the program: which code is whose.
import type { TableFunction } from '../../plan/plan.ts';
import type { OperatorCode } from '../operator.ts';
import { forestCode } from './randomCutForest.ts';
import { groupRankCode } from './groupRank.ts';
import { hotspotsCode } from './hotspots.ts';
import { distinctItemsCode, topItemsCode } from './tableItems.ts';

/** The code of a table function. */
export function tableFunctionCode(relation: TableFunction): OperatorCode<'table-function'> {
  switch (relation.name) {
    case 'RANDOM_CUT_FOREST':
    case 'RANDOM_CUT_FOREST_WITH_EXPLANATION':
      return forestCode;
    case 'HOTSPOTS':
      return hotspotsCode;
    case 'TOP_K_ITEMS_TUMBLING':
      return topItemsCode;
    case 'COUNT_DISTINCT_ITEMS_TUMBLING':
      return distinctItemsCode;
    case 'GROUP_RANK':
      return groupRankCode;
  }
}
