// The Java yardstick: a published library, where a JVM is present and the environment variable names its class path.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Contestant, packageFolder, type WorkloadFiles } from '../contestant.ts';
import type { Workload } from '../workload.ts';

/** Compiles the workload's program against the library in RANDOM_CUT_FOREST_JAR. */
export function prepareJava(workload: Workload, files: WorkloadFiles): Contestant | undefined {
  const name = 'java';
  if (workload.java === undefined) return undefined;
  const source = join(packageFolder(), 'bench/java', workload.java.source);
  if (!existsSync(source)) return { name, absent: 'its sources do not come with the installed package' };
  if (spawnSync('javac', ['-version']).status !== 0) return { name, absent: 'no Java compiler found (javac)' };
  const library = process.env['RANDOM_CUT_FOREST_JAR'];
  if (library === undefined || !existsSync(library))
    return { name, absent: 'the library was not found (set RANDOM_CUT_FOREST_JAR to randomcutforest-core)' };
  const compiled = spawnSync('javac', ['-cp', library, '-d', files.folder, source], { encoding: 'utf8' });
  if (compiled.status !== 0)
    return { name, absent: `its program does not compile: ${compiled.stderr.split('\n', 1)[0]}` };
  const output = join(files.folder, 'out-java.jsonl');
  return {
    name,
    detail: `Java, ${library.split('/').at(-1) ?? ''}`,
    command: 'java',
    words: ['-cp', `${library}:${files.folder}`, workload.java.source.replace('.java', ''), files.input, output],
    output,
    reset: () => rmSync(output, { force: true }),
  };
}
