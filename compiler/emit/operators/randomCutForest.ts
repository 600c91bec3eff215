// RANDOM_CUT_FOREST and RANDOM_CUT_FOREST_WITH_EXPLANATION in the program: a row is scored where it passes and goes on with its score.
import type { InlineCode } from '../operator.ts';
import {
  appendedColumns,
  ownsGroup,
  saveSingle,
  setNumbers,
  tableLayoutVersion,
  type TableLayout,
} from './tableShared.ts';

const module_ = 'tables/randomCutForest';

function explains({ relation }: TableLayout): boolean {
  return relation.name === 'RANDOM_CUT_FOREST_WITH_EXPLANATION';
}

/** The names of the columns that are read, as JSON texts. */
function namesOf({ relation }: TableLayout): string[] {
  return relation.reads.map((column) => JSON.stringify(relation.input.columns[column]?.name ?? ''));
}

/** Random cut forests. */
export const forestCode: InlineCode<'table-function'> = {
  form: 'inline',
  layoutVersion: tableLayoutVersion,
  scope: 'single',
  title: (relation) => `random cut forest of ${relation.reads.length} columns`,
  declare: (forest, { module }) => {
    module.declareObject(forest.name, module_, 'Forest', 'FOREST_BYTES');
    module.declare(`let score_${forest.name}: f64 = 0;`);
    if (!explains(forest)) return;
    module.use('text', 'Text');
    module.declare(`const names_${forest.name}: usize = memory.data(${forest.relation.reads.length * 8}, 8);`);
    module.declare(`let explanation_${forest.name}: Text = ${module.use('text', 'EMPTY_TEXT')};`);
  },
  initialize: (forest, module) => {
    const { options, reads, id } = forest.relation;
    const { numberOfTrees, subSampleSize, timeDecay, shingleSize } = options;
    const seed = `${module.use('tables/random', 'mixBits')}(<u64>seed ^ 0x${id})`;
    const names = explains(forest)
      ? namesOf(forest).map((name, index) => `store<u64>(names_${forest.name}, ${module.text(name)}, ${index * 8});`)
      : [];
    return [
      `${module.use(module_, 'initializeForest')}(${forest.name}, ${numberOfTrees}, ${subSampleSize}, ${timeDecay}, ${reads.length}, ${shingleSize}, ${seed});`,
      ...names,
    ];
  },
  save: (forest, module) => saveSingle(forest, forest.name, module.use('tables/forestSnapshot', 'saveForest')),
  load: (forest, module) => `${module.use('tables/forestSnapshot', 'loadForest')}(${forest.name}, end)`,
  loaded: () => [],
  changed: ownsGroup,
  pass: (forest, below, _, { module }, full) => {
    const { name } = forest;
    const explain = explains(forest);
    if (full) {
      below.code.line(`${module.use(module_, 'beginForestRow')}(${name});`);
      setNumbers(forest, below, module.use(module_, 'setForestColumn'));
      const score = module.use(module_, explain ? 'explainForestRow' : 'scoreForestRow');
      below.code.line(`score_${name} = ${score}(${name});`);
      if (explain) {
        const text = module.use('tables/forestExplanation', 'forestExplanation');
        const directions = forest.relation.options['withDirectionality'] === true;
        below.code.line(`explanation_${name} = ${text}(${name}, names_${name}, ${directions});`);
      }
    }
    const score = { value: `score_${name}`, isNull: 'false' };
    return appendedColumns(
      forest,
      below,
      explain ? [score, { value: `explanation_${name}`, isNull: 'false' }] : [score],
    );
  },
};
