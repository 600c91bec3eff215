// The forests whose scores are compared: Rowtime's as a user runs it, the plain one of the yardsticks, and the published Java library.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AssembleEffort } from '../../compiler/assemble.ts';
import { compile } from '../../compiler/compile.ts';
import { Program } from '../../runtime/program.ts';
import { readRows } from '../compare.ts';
import { forestDefaults, RandomCutForest } from '../yardsticks/forest.ts';
import { compileJava } from '../yardsticks/java.ts';
import type { Series } from './series.ts';

/** Scores the rows of series, each row before it is learned, with the function's default sizes; a forest takes the seed of its series. */
export interface Forest {
  readonly name: string;
  readonly detail: string;
  /** One list of scores for each series; all of them have as many columns. */
  score(series: readonly Series[], shingle: number): Promise<number[][]>;
}

/** A forest, or why it can't run here. */
export type PreparedForest = Forest | { readonly name: string; readonly absent: string };

const columnNames = ['LOAD', 'TEMPERATURE'];

/** Rows as JSON lines with EVENT_ID in front. */
function linesOf({ rows }: Series): string {
  return rows
    .map((row, id) => {
      const values = row.map((value, column) => `"${columnNames[column] ?? ''}":${value}`);
      return `{"EVENT_ID":${id},${values.join(',')}}\n`;
    })
    .join('');
}

function columnsOf(series: readonly Series[]): number {
  return series[0]?.rows[0]?.length ?? 0;
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

async function compileFor(columns: number, shingle: number, effort: AssembleEffort): Promise<Uint8Array> {
  const { wasm, diagnostics } = await compile(
    { name: 'app.sql', text: applicationFor(columns, shingle) },
    {
      effort,
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
export function rowtimeForest(effort: AssembleEffort = 'full'): Forest {
  const name = 'rowtime';
  return {
    name,
    detail: 'RANDOM_CUT_FOREST compiled to an artifact',
    async score(series, shingle) {
      const wasm = await compileFor(columnsOf(series), shingle, effort);
      const scores: number[][] = [];
      for (const one of series) {
        const program = await Program.open(wasm, { start: 0n, seed: BigInt(one.seed) });
        scores.push(checked(name, one, runProgram(program, linesOf(one))));
      }
      return scores;
    },
  };
}

function runProgram(program: Program, lines: string): number[] {
  const out = program.manifest.outputs.findIndex(({ stream }) => stream === 'OUT');
  const decoder = new TextDecoder();
  let text = '';
  const take = (output: number, bytes: Uint8Array): void => {
    if (output === out) text += decoder.decode(bytes, { stream: true });
  };
  program.feedRaw(0, new TextEncoder().encode(lines), true, 0n, take);
  while (program.finish(0)) program.drain(take);
  program.drain(take);
  const rows = text.trimEnd().split('\n');
  return rows.map((row) => Number((JSON.parse(row) as Record<string, unknown>)['ANOMALY_SCORE']));
}

/** The plain TypeScript forest; shingles are put together here. */
export function nodeForest(): Forest {
  return {
    name: 'node',
    detail: 'a plain forest in TypeScript (bench/yardsticks/forest.ts)',
    score(series, shingle) {
      const scoresOf = ({ rows, seed }: Series): number[] => {
        const forest = new RandomCutForest(forestDefaults, seed);
        return rows.map((_, row) =>
          row < shingle - 1 ? 0 : forest.scoreAndAdd(rows.slice(row - shingle + 1, row + 1).flat()),
        );
      };
      return Promise.resolve(series.map(scoresOf));
    },
  };
}

/** The published library, where a JDK is found and RANDOM_CUT_FOREST_JAR names it; files lie in the folder. */
export function javaForest(folder: string): PreparedForest {
  const name = 'java';
  mkdirSync(folder, { recursive: true });
  const program = compileJava('RandomCutForestYardstick.java', folder);
  if ('absent' in program) return { name, ...program };
  const inputOf = ({ seed }: Series): string => join(folder, `series-${seed}.jsonl`);
  const outputOf = ({ seed }: Series): string => join(folder, `scores-${seed}.jsonl`);
  return {
    name,
    detail: program.detail,
    score(series, shingle) {
      for (const one of series) writeFileSync(inputOf(one), linesOf(one));
      const runs = series.flatMap((one) => [inputOf(one), outputOf(one), String(one.seed)]);
      const columns = columnNames.slice(0, columnsOf(series)).join(',');
      const { status, stderr } = spawnSync('java', [...program.words, String(shingle), columns, ...runs], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`java: exit status ${status}: ${stderr.trim().split('\n', 1)[0]}`);
      const scoresOf = (one: Series): number[] =>
        readRows(outputOf(one), [{ name: 'ANOMALY_SCORE', type: 'DOUBLE' }]).map(([score]) => Number(score));
      return Promise.resolve(series.map((one) => checked(name, one, scoresOf(one))));
    },
  };
}

function checked(name: string, { rows }: Series, scores: number[]): number[] {
  if (scores.length !== rows.length || scores.some(Number.isNaN))
    throw new Error(`${name}: ${scores.length} scores for ${rows.length} rows`);
  return scores;
}
