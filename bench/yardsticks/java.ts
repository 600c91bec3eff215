// The Java yardstick: a published library, where a JVM is present and the environment variable names its class path.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageFolder } from '../../compiler/library.ts';
import type { Contestant, WorkloadFiles } from '../contestant.ts';
import type { Workload } from '../workload.ts';

/** A compiled program: the words for `java` that start it, before its own. */
export interface JavaProgram {
  readonly detail: string;
  readonly words: readonly string[];
}

/** Compiles a program of bench/java into the folder, against the library in RANDOM_CUT_FOREST_JAR. */
export function compileJava(source: string, folder: string): JavaProgram | { readonly absent: string } {
  const path = join(packageFolder(), 'bench/java', source);
  if (!existsSync(path)) return { absent: 'its sources do not come with the installed package' };
  if (spawnSync('javac', ['-version']).status !== 0) return { absent: 'no Java compiler found (javac)' };
  const library = process.env['RANDOM_CUT_FOREST_JAR'];
  if (library === undefined || !existsSync(library))
    return { absent: 'the library was not found (set RANDOM_CUT_FOREST_JAR to randomcutforest-core)' };
  const compiled = spawnSync('javac', ['-cp', library, '-d', folder, path], { encoding: 'utf8' });
  if (compiled.status !== 0) return { absent: `its program does not compile: ${compiled.stderr.split('\n', 1)[0]}` };
  return {
    detail: `Java, ${library.split('/').at(-1) ?? ''}`,
    words: ['-cp', `${library}${delimiter}${folder}`, source.replace('.java', '')],
  };
}

/** The workload's program as a contestant. */
export function prepareJava(workload: Workload, files: WorkloadFiles): Contestant | undefined {
  const name = 'java';
  if (workload.java === undefined) return undefined;
  const program = compileJava(workload.java.source, files.folder);
  if ('absent' in program) return { name, ...program };
  const output = join(files.folder, 'out-java.jsonl');
  return {
    name,
    detail: program.detail,
    command: 'java',
    words: [...program.words, ...workload.java.words(files.input, output)],
    output,
    reset: () => rmSync(output, { force: true }),
  };
}
