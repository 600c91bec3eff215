// The C++ yardstick: own programs over simdjson On-Demand, compiled for this very machine. Headers come from the folder
// SIMDJSON_DIR (the single-header release: simdjson.h, simdjson.cpp) or from an installed library that pkg-config knows.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../compiler/library.ts';
import type { Contestant, WorkloadFiles } from '../contestant.ts';
import type { Workload } from '../workload.ts';

interface Library {
  readonly words: readonly string[];
}

function output(command: string, ...words: string[]): string | undefined {
  const { status, stdout } = spawnSync(command, words, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function findCompiler(): string | undefined {
  const candidates = [process.env['CXX'], 'g++', 'clang++', 'c++'];
  return candidates.find((name): name is string => name !== undefined && output(name, '--version') !== undefined);
}

function findLibrary(): Library | undefined {
  const folder = process.env['SIMDJSON_DIR'];
  if (folder !== undefined && existsSync(join(folder, 'simdjson.h'))) {
    const source = join(folder, 'simdjson.cpp');
    return { words: [`-I${folder}`, ...(existsSync(source) ? [source] : [`-L${folder}`, '-lsimdjson'])] };
  }
  const flags = output('pkg-config', '--cflags', '--libs', 'simdjson');
  return flags === undefined ? undefined : { words: flags.split(/\s+/).filter((word) => word !== '') };
}

/** Compiles the workload's program, once per source, compiler and processor. */
export function prepareSimdjson(workload: Workload, files: WorkloadFiles): Contestant {
  const name = 'simdjson';
  if ('absent' in workload.simdjson) return { name, absent: workload.simdjson.absent };
  const sources = join(packageFolder(), 'bench/simdjson');
  const source = join(sources, workload.simdjson.source);
  if (!existsSync(source)) return { name, absent: 'its sources do not come with the installed package' };
  const compiler = findCompiler();
  if (compiler === undefined) return { name, absent: 'no C++ compiler found (CXX, g++, clang++)' };
  const library = findLibrary();
  if (library === undefined)
    return { name, absent: 'simdjson not found (set SIMDJSON_DIR or install libsimdjson-dev)' };
  const words = ['-O3', '-march=native', '-std=c++17', '-DNDEBUG', source, ...library.words];
  const key = createHash('sha256')
    .update(readFileSync(source))
    .update(readFileSync(join(sources, 'common.hpp')))
    .update([output(compiler, '--version'), process.arch, ...words].join('\n'))
    .digest('hex')
    .slice(0, 16);
  const folder = join(files.folder, '../bin');
  mkdirSync(folder, { recursive: true });
  const program = join(folder, `${workload.simdjson.source.replace('.cpp', '')}-${key}`);
  if (!existsSync(program)) {
    const { status, stderr } = spawnSync(compiler, [...words, '-o', program], { encoding: 'utf8' });
    if (status !== 0) return { name, absent: `its program does not compile: ${stderr.split('\n', 1)[0]}` };
  }
  const rows = join(files.folder, 'out-simdjson.jsonl');
  return {
    name,
    detail: output(program, '--version') ?? 'simdjson',
    command: program,
    words: [files.input, rows],
    output: rows,
    reset: () => rmSync(rows, { force: true }),
  };
}
