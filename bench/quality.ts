// How well anomaly scores find anomalies: series with known anomalies go through every forest, and the area under the ROC curve of the scores is
// shown for each. Nothing is timed: the figures don't depend on the machine's load.
import { join } from 'node:path';
import { dataFolder } from './data.ts';
import { areaUnderCurve } from './quality/area.ts';
import { type Forest, javaForest, nodeForest, rowtimeForest } from './quality/forests.ts';
import { type AnomalyKind, anomalyKinds, generateSeries } from './quality/series.ts';

const seedsInAll = 10;
const columnCounts = [1, 2];
/** No shingle, as by default; and one that holds half a season. */
const shingleSizes = [1, 12];

/** How well one forest does over all seeds. */
export interface ForestQuality {
  readonly name: string;
  /** The area of each seed's series, in the order of the seeds. */
  readonly areas: readonly number[];
}

/** One kind of series with all forests. */
export interface SeriesQuality {
  readonly anomaly: AnomalyKind;
  readonly columns: number;
  readonly shingle: number;
  readonly forests: readonly ForestQuality[];
}

/** Everything that was found. */
export interface QualityReport {
  /** Seeds of the series and of the forests. */
  readonly seeds: readonly number[];
  readonly forests: readonly { readonly name: string; readonly detail: string }[];
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
  readonly series: readonly SeriesQuality[];
}

/** The area of every seed's series for one forest. */
export async function areasOf(
  forest: Forest,
  anomaly: AnomalyKind,
  columns: number,
  shingle: number,
  seeds: readonly number[],
): Promise<number[]> {
  const series = seeds.map((seed) => generateSeries(anomaly, columns, shingle, seed));
  const scores = await forest.score(series, shingle);
  return series.map(({ marks }, index) => areaUnderCurve(scores[index] ?? [], marks));
}

/** Scores all series and prints the table; `scale` is the share of the seeds. Returns the exit status of the command. */
export async function runQuality({ json, scale }: { json: boolean; scale: number }): Promise<number> {
  const count = Math.max(1, Math.round(seedsInAll * scale));
  const seeds = Array.from({ length: count }, (_, index) => index + 1);
  const prepared = [rowtimeForest(), nodeForest(), javaForest(join(dataFolder(), 'quality'))];
  const forests = prepared.flatMap((forest) => ('absent' in forest ? [] : [forest]));
  const series: SeriesQuality[] = [];
  for (const anomaly of anomalyKinds) {
    for (const columns of columnCounts) {
      for (const shingle of shingleSizes) {
        process.stderr.write(`${anomaly}, columns: ${columns}, shingle size: ${shingle}\n`);
        const found: ForestQuality[] = [];
        for (const forest of forests) {
          const areas = await areasOf(forest, anomaly, columns, shingle, seeds);
          process.stderr.write(`  ${forest.name} ${summaryOf(areas)}\n`);
          found.push({ name: forest.name, areas });
        }
        series.push({ anomaly, columns, shingle, forests: found });
      }
    }
  }
  const report: QualityReport = {
    seeds,
    forests: forests.map(({ name, detail }) => ({ name, detail })),
    absent: prepared.flatMap((forest) => ('absent' in forest ? [{ name: forest.name, reason: forest.absent }] : [])),
    series,
  };
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : printQuality(report));
  return 0;
}

/** Mean with lowest and highest of areas. */
export function summaryOf(areas: readonly number[]): string {
  const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
  return `${mean.toFixed(3)} (${Math.min(...areas).toFixed(3)}–${Math.max(...areas).toFixed(3)})`;
}

/** The report as a table in Markdown, with what it says and who was absent. */
export function printQuality({ seeds, forests, absent, series }: QualityReport): string {
  const head = ['anomaly', 'columns', 'shingle', ...forests.map(({ name }) => name)];
  const rows = series.map(({ anomaly, columns, shingle, forests: found }) => [
    anomaly,
    String(columns),
    String(shingle),
    ...found.map(({ areas }) => summaryOf(areas)),
  ]);
  const widths = head.map((title, place) => Math.max(...[head, ...rows].map((row) => (row[place] ?? title).length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, place) => (place === 0 ? cell.padEnd(widths[place] ?? 0) : cell.padStart(widths[place] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, place) => (place === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return `${[
    'quality: area under the ROC curve of anomaly scores (1: every anomalous row above every usual one, 0.5: chance)',
    `  mean (lowest–highest) over seeds ${seeds[0] ?? 0} to ${seeds.at(-1) ?? 0}; series and forest take the same seed`,
    ...forests.map(({ name, detail }) => `  ${name}: ${detail}`),
    ...absent.map(({ name, reason }) => `  ${name} absent: ${reason}`),
    '',
    line(head),
    rule,
    ...rows.map(line),
  ].join('\n')}\n`;
}
