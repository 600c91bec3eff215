// The register of workloads, in the order in which they run.
import type { Workload } from '../workload.ts';
import { filter } from './filter.ts';
import { manyKeys } from './manyKeys.ts';
import { nested } from './nested.ts';
import { text } from './text.ts';
import { ticks, ticksShuffled } from './ticks.ts';
import { wideCsv } from './wideCsv.ts';

/** Every workload. */
export const workloads: readonly Workload[] = [ticks, ticksShuffled, filter, wideCsv, nested, text, manyKeys];

/** The workload of that name. */
export function workloadNamed(name: string): Workload | undefined {
  return workloads.find((workload) => workload.name === name);
}
