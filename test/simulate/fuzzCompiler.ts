// Fuzzes the compiler: any text gives diagnostics or a program, in good time; what is accepted compiles, and runs without a trap.
import { compile, type CompileOptions, type CompileResult } from '../../compiler/compile.ts';
import { renderDiagnostic } from '../../compiler/diagnose/render.ts';
import { explainInWords } from '../../compiler/explain/words.ts';
import type { InputBinding } from '../../contract/binding.ts';
import { tokensOf } from '../../testing/sqlText.ts';
import { functionSizes } from '../harness/wasm.ts';
import { readCorpus, type Script } from './corpus.ts';
import { Random } from './choices.ts';
import { fewer } from './fewer.ts';
import { count, FuzzFailure, reasonOf, runRounds, watched, type Counts } from './fuzz.ts';
import { mutatedSql, poolOf } from './mutateSql.ts';
import { runAtRandom } from './runAtRandom.ts';

const compileMsMax = 10_000;
const functionBytesMax = 4000;

/** How a script is compiled and whether its artifact runs. */
interface How {
  readonly optimize: boolean;
  readonly flavour: 'simd' | 'scalar';
  readonly runs: boolean;
  readonly isFull: boolean;
  readonly seed: number;
}

/** Rounds over scripts that were changed at random; of those that are accepted, a part runs. */
export async function fuzzCompiler(few: number): Promise<void> {
  const corpus = readCorpus();
  const pool = poolOf(corpus.map(({ sql }) => sql));
  await runRounds('compiler', few, async (random, counts) => {
    const script = random.pick(corpus);
    const sql = mutatedSql(random, script.sql, random.pick(corpus).sql, pool);
    const inputs = script.inputs.map((input) => changedInput(random, input));
    const how: How = {
      optimize: random.chance(0.8),
      flavour: random.pick(['simd', 'simd', 'scalar']),
      runs: random.chance(0.07),
      isFull: random.chance(0.3),
      seed: random.below(2 ** 31),
    };
    const changed: Script = { ...script, sql, inputs };
    const found = await scriptProblem(changed, how, counts);
    if (found === undefined) return;
    const small = await shrunk(changed, how, found);
    throw new FuzzFailure(
      `${script.name}, ${JSON.stringify(how)}: ${found}`,
      `${small}\n---- as JSON: ${JSON.stringify(small).slice(0, 4000)}`,
    );
  });
}

function changedInput(random: Random, input: InputBinding): InputBinding {
  if (!random.chance(0.3)) return input;
  if (input.format.kind === 'json' && random.chance(0.5)) return { ...input, documents: true };
  const columnDelimiter = random.pick([',', '|', '\t', '<=>']);
  return { ...input, format: { kind: 'csv', columnDelimiter, rowDelimiter: '\n' } };
}

/** What is wrong with how a script is compiled or runs, or undefined. */
export async function scriptProblem(script: Script, how: How, counts: Counts): Promise<string | undefined> {
  const options: CompileOptions = {
    inputs: script.inputs,
    references: script.references,
    keyGroups: 4,
    optimize: how.optimize,
    flavour: how.flavour,
    effort: how.isFull ? 'full' : 'quick',
  };
  const source = { name: 'fuzz.sql', text: script.sql };
  const what = `${script.name}: ${JSON.stringify(how)} ${script.sql}`;
  try {
    const begun = performance.now();
    const result = await watched(60, what, () => compile(source, { ...options, stage: 'program' }));
    const took = performance.now() - begun;
    if (took > compileMsMax) return `it took ${took.toFixed(0)} ms`;
    count(counts, result.program === undefined ? 'refused' : 'accepted');
    const problem = textProblem(script.sql, result);
    if (problem !== undefined || result.program === undefined || !how.runs) return problem;
    const { wasm } = await watched(300, what, () => compile(source, options));
    if (wasm === undefined) return 'no artifact';
    count(counts, 'run');
    const largest = Math.max(...functionSizes(wasm));
    // A GROUP_RANK over very many columns is known to be longer.
    if (how.isFull && largest > functionBytesMax && !/GROUP_RANK/i.test(script.sql))
      return `a function of ${largest} bytes`;
    return await watched(60, what, () => runAtRandom(new Random(how.seed), wasm, counts));
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message).slice(0, 3000) : reasonOf(error);
  }
}

// Diagnostics lie in the text and can be shown; a plan can be explained.
function textProblem(sql: string, result: CompileResult): string | undefined {
  for (const diagnostic of result.diagnostics) {
    const { start, end } = diagnostic.span;
    if (!(start >= 0 && start <= end && end <= sql.length))
      return `${diagnostic.code} at ${start}..${end} of ${sql.length}`;
    if (diagnostic.message.trim() === '') return `${diagnostic.code} says nothing`;
    renderDiagnostic(diagnostic, { name: 'fuzz.sql', text: sql });
  }
  const hasError = result.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  if (hasError === (result.boundPlan !== undefined))
    return hasError ? 'a plan beside errors' : 'neither a plan nor an error';
  if (result.boundPlan !== undefined) explainInWords(result.boundPlan, sql);
  return undefined;
}

// The kind of a problem: while a script is made small it must stay the same one.
function kindOf(problem: string): string {
  return problem
    .replaceAll(/\d+/g, '#')
    .replaceAll(/"[^"]*"|'[^']*'/g, '…')
    .split('\n')
    .slice(0, 2)
    .join('\n')
    .slice(0, 80);
}

async function shrunk(script: Script, how: How, found: string): Promise<string> {
  const tokens = tokensOf(script.sql).map((token) => token.text);
  const left = await fewer(tokens, async (texts) => {
    const problem = await scriptProblem({ ...script, sql: texts.join('') }, how, {});
    return problem !== undefined && kindOf(problem) === kindOf(found);
  });
  return left.join('');
}
