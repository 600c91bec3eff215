// HOTSPOTS in the program: a row enters the window where it passes and goes on with the window's hotspots.
import type { InlineCode } from '../operator.ts';
import { appendedColumns, ownsGroup, saveSingle, setNumbers, tableLayoutVersion } from './tableShared.ts';

const module_ = 'tables/hotspots';

/** Hotspots. */
export const hotspotsCode: InlineCode<'table-function'> = {
  form: 'inline',
  layoutVersion: tableLayoutVersion,
  scope: 'single',
  title: (relation) => `hotspots of ${relation.reads.length} columns`,
  declare: (hotspots, { module }) => {
    module.declareObject(hotspots.name, module_, 'Hotspots', 'HOTSPOTS_BYTES');
    module.use('text', 'Text');
    module.declare(`let hotspots_${hotspots.name}: Text = ${module.use('text', 'EMPTY_TEXT')};`);
  },
  initialize: ({ name, relation }, module) => {
    const { windowSize, scanRadius, minimumNumberOfPointsInAHotspot } = relation.options;
    return [
      `${module.use(module_, 'initializeHotspots')}(${name}, ${windowSize}, ${scanRadius}, ${minimumNumberOfPointsInAHotspot}, ${relation.reads.length});`,
    ];
  },
  save: (hotspots, module) => saveSingle(hotspots, hotspots.name, module.use(module_, 'saveHotspots')),
  load: ({ name }, module) => `${module.use(module_, 'loadHotspots')}(${name}, end)`,
  loaded: () => [],
  changed: ownsGroup,
  pass: (hotspots, below, _, { module }, full) => {
    const { name } = hotspots;
    if (full) {
      setNumbers(hotspots, below, module.use(module_, 'setHotspotColumn'));
      below.code.line(`${module.use(module_, 'addHotspotRow')}(${name});`);
      below.code.line(`hotspots_${name} = ${module.use(module_, 'hotspotsText')}(${name});`);
    }
    const result = { value: `hotspots_${name}`, isNull: 'false' };
    return appendedColumns(hotspots, below, [result, result]);
  },
};
