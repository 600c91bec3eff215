// The forests whose scores are compared: Rowtime's as a user runs it, the plain one of the yardsticks, and the published Java library.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import { Program } from '../../runtime/program.ts';
import { readRows } from '../compare.ts';
import { forestDefaults, RandomCutForest } from '../yardsticks/forest.ts';
import { compileJava } from '../yardsticks/java.ts';

/** Scores the rows of a series, each before it is learned, with the function's default sizes. */
export interface Forest {
  readonly name: string;
  readonly detail: string;
  score(rows: readonly (readonly number[])[], shingle: number, seed: number): Promise<number[]>;
}

/** A forest, or why it can't run here. */
export type PreparedForest = Forest | { readonly name: string; readonly absent: string };

const columnNames = ['LOAD', 'TEMPERATURE'];

/** Rows as JSON lines with EVENT_ID in front. */
function linesOf(rows: readonly (readonly number[])[]): string {
  return rows
    .map((row, id) => {
      const values = row.map((value, column) => `"${columnNames[column] ?? ''}":${value}`);
      return `{"EVENT_ID":${id},${values.join(',')}}\n`;
    })
    .join('');
}

/** The application that a user would write for the columns; without a shingle size the call has defaults only. */
export function applicationFor(columns: number, shingle: number): string {
  const names = columnNames.slice(0, columns).join(', ');
  const sizes = shingle === 1 ? '' : `, 100, 256, 100000, ${shingle}`;
  return `CREATE OR REPLACE STREAM "OUT" (ANOMALY_SCORE DOUBLE);
CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM ANOMALY_SCORE FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM ${names} FROM "SERIES")${sizes}));
`;
}

async function compileFor(columns: number, shingle: number): Promise<Uint8Array> {
  const { wasm, diagnostics } = await compile(
    { name: 'app.sql', text: applicationFor(columns, shingle) },
    {
      inputs: [
        {
          stream: 'SERIES',
          format: { kind: 'json', rowPath: '$' },
          columns: columnNames
            .slice(0, columns)
            .map((name) => ({ name, type: { kind: 'DOUBLE' }, nullable: true, mapping: `$.${name}` })),
        },
      ],
    },
  );
  if (wasm === undefined) throw new Error(`the application does not compile: ${JSON.stringify(diagnostics)}`);
  return wasm;
}

/** Rowtime's own: SQL compiled to an artifact, records fed, the score read from the rows that it writes. */
export function rowtimeForest(): Forest {
  const artifacts = new Map<string, Promise<Uint8Array>>();
  const artifactFor = (columns: number, shingle: number): Promise<Uint8Array> => {
    const key = `${columns} ${shingle}`;
    const artifact = artifacts.get(key) ?? compileFor(columns, shingle);
    artifacts.set(key, artifact);
    return artifact;
  };
  return {
    name: 'rowtime',
    detail: 'RANDOM_CUT_FOREST compiled to an artifact',
    async score(rows, shingle, seed) {
      const wasm = await artifactFor(rows[0]?.length ?? 0, shingle);
      const program = await Program.open(wasm, { start: 0n, seed: BigInt(seed) });
      const decoder = new TextDecoder();
      let text = '';
      const out = program.manifest.outputs.findIndex(({ stream }) => stream === 'OUT');
      const take = (output: number, bytes: Uint8Array): void => {
        if (output === out) text += decoder.decode(bytes, { stream: true });
      };
      program.feedRaw(0, new TextEncoder().encode(linesOf(rows)), true, 0n, take);
      while (program.finish(0)) program.drain(take);
      program.drain(take);
      const written = text.trimEnd().split('\n');
      return checked(
        'rowtime',
        rows,
        written.map((line) => Number((JSON.parse(line) as Record<string, unknown>)['ANOMALY_SCORE'])),
      );
    },
  };
}

/** The plain TypeScript forest; shingles are put together here. */
export function nodeForest(): Forest {
  return {
    name: 'node',
    detail: 'a plain forest in TypeScript (bench/yardsticks/forest.ts)',
    score(rows, shingle, seed) {
      const forest = new RandomCutForest(forestDefaults, seed);
      return Promise.resolve(
        rows.map((_, row) =>
          row < shingle - 1 ? 0 : forest.scoreAndAdd(rows.slice(row - shingle + 1, row + 1).flat()),
        ),
      );
    },
  };
}

/** The published library, where a JDK is found and RANDOM_CUT_FOREST_JAR names it; files lie in the folder. */
export function javaForest(folder: string): PreparedForest {
  const name = 'java';
  mkdirSync(folder, { recursive: true });
  const program = compileJava('RandomCutForestYardstick.java', folder);
  if ('absent' in program) return { name, ...program };
  const [input, output] = [join(folder, 'series.jsonl'), join(folder, 'scores.jsonl')];
  return {
    name,
    detail: program.detail,
    score(rows, shingle, seed) {
      writeFileSync(input, linesOf(rows));
      const columns = columnNames.slice(0, rows[0]?.length ?? 0);
      const words = [...program.words, input, output, String(seed), String(shingle), ...columns];
      const { status, stderr } = spawnSync('java', words, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`java: exit status ${status}: ${stderr.trim().split('\n', 1)[0]}`);
      const scores = readRows(output, [{ name: 'ANOMALY_SCORE', type: 'DOUBLE' }]).map(([score]) => Number(score));
      return Promise.resolve(checked(name, rows, scores));
    },
  };
}

function checked(name: string, rows: readonly unknown[], scores: number[]): number[] {
  if (scores.length !== rows.length || scores.some(Number.isNaN))
    throw new Error(`${name}: ${scores.length} scores for ${rows.length} rows`);
  return scores;
}
