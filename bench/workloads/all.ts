// The register of workloads, in the order in which they run.
import type { Workload } from '../workload.ts';
import { accessLog } from './accessLog.ts';
import { aggView } from './aggView.ts';
import { filter } from './filter.ts';
import { join } from './join.ts';
import { lookup } from './lookup.ts';
import { manyKeys } from './manyKeys.ts';
import { nested } from './nested.ts';
import { randomCutForest } from './randomCutForest.ts';
import { sliding } from './sliding.ts';
import { stagger } from './stagger.ts';
import { text } from './text.ts';
import { ticks, ticksShuffled, ticksSpaced } from './ticks.ts';
import { timeSort } from './timeSort.ts';
import { wideCsv } from './wideCsv.ts';

/** Every workload. */
export const workloads: readonly Workload[] = [
  ticks,
  ticksSpaced,
  ticksShuffled,
  filter,
  wideCsv,
  nested,
  text,
  manyKeys,
  ...sliding,
  aggView,
  join,
  lookup,
  stagger,
  timeSort,
  accessLog,
  randomCutForest,
];

/** The workload of that name. */
export function workloadNamed(name: string): Workload | undefined {
  return workloads.find((workload) => workload.name === name);
}

/** The workload of that name and its variants, whose names begin with it: `sliding` means all three. */
export function workloadsNamed(name: string): Workload[] {
  return workloads.filter((workload) => workload.name === name || workload.name.startsWith(`${name}-`));
}
