// One run of a workload under the sampling profiler of V8, with the names of Wasm functions kept: where the time goes, by function.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadFiles } from './contestant.ts';
import type { Workload } from './workload.ts';
import { prepareRowtime } from './yardsticks/rowtime.ts';

/** What is read of a `.cpuprofile`. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const shown = 30;

/** Runs the workload and returns a table of functions by the time spent in them, callees not counted. */
export function profileRowtime(workload: Workload, files: WorkloadFiles): string {
  const contestant = prepareRowtime(workload, files);
  if ('absent' in contestant) return `${workload.name}: ${contestant.absent}\n`;
  const folder = join(files.folder, 'profile');
  const words = [...contestant.words, '--function-names'];
  for (const profiled of [[], ['--cpu-prof', '--cpu-prof-dir', folder]]) {
    contestant.reset();
    rmSync(folder, { recursive: true, force: true });
    const { status, stderr } = spawnSync(contestant.command, [...profiled, ...words], { encoding: 'utf8' });
    if (status !== 0) return `${workload.name}: exit status ${status}: ${stderr}\n`;
  }
  const [name = ''] = readdirSync(folder).filter((each) => each.endsWith('.cpuprofile'));
  const path = join(folder, name);
  return `\n${workload.name}: ${path}\n${tableOf(JSON.parse(readFileSync(path, 'utf8')) as Profile)}`;
}

/** Functions by their own time, the longest first. */
export function tableOf({ nodes, samples, timeDeltas }: Profile): string {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => [
      id,
      `${functionName || '(anonymous)'}${url.startsWith('wasm:') || url === '' ? '' : `  ${url.split('/').slice(-2).join('/')}`}`,
    ]),
  );
  const times = new Map<string, number>();
  for (const [index, sample] of samples.entries()) {
    const name = names.get(sample) ?? '';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .sort(([, left], [, right]) => right - left)
    .slice(0, shown)
    .map(
      ([name, time]) =>
        `${(time / 1000).toFixed(1).padStart(9)} ms ${((100 * time) / total).toFixed(1).padStart(5)} %  ${name}\n`,
    )
    .join('');
}
