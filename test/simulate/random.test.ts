// Random programs over random timelines: the artifact must say what the oracle says. ROWTIME_PROGRAMS (300) and ROWTIME_SEED choose how
// many and which.
import { expect, test } from 'vitest';
import type { Plan } from '../../compiler/plan/plan.ts';
import type { Configuration } from '../../testing/modules.ts';
import { Random } from './choices.ts';
import { generateProgram, programText, type GeneratedProgram } from './generate.ts';
import { difference, type Lines } from './lines.ts';
import { compileTogether, isKnown, planOf, runArtifact, runOracle, start, type Together } from './run.ts';
import { shrink, type Failure } from './shrink.ts';
import { testText } from './testText.ts';
import { generateEvents } from './timeline.ts';

const count = Number(process.env.ROWTIME_PROGRAMS ?? 300);
const seed = Number(process.env.ROWTIME_SEED ?? 1);
const programsPerArtifact = 50;
const eventsPerProgram = 60;

/** Compiling costs most: batches take turns in how they are compiled. */
const ways: readonly (readonly Configuration[])[] = [['simd'], ['simd', 'plain'], ['scalar']];

const seen = { bound: 0, known: 0 };
const refusals: string[] = [];

for (let first = 0; first < count; first += programsPerArtifact) {
  const batchSeed = seed + first;
  test(`programs ${first + 1} and following, seed ${batchSeed}`, { timeout: 600_000 }, async () => {
    const random = new Random(batchSeed);
    const bound: { program: GeneratedProgram; plan: Plan; index: number }[] = [];
    for (let index = 0; index < Math.min(programsPerArtifact, count - first); index++) {
      const program = generateProgram(random, `X${index}`);
      const plan = await planOf(program);
      if (typeof plan === 'string') refusals.push(`${plan}\n${programText(program)}`);
      else bound.push({ program, plan, index });
    }
    seen.bound += bound.length;
    const programs = bound.map(({ program }) => program);
    const configurations = ways[(first / programsPerArtifact) % ways.length] ?? [];
    let other: Together | undefined;
    for (const configuration of configurations) {
      const together = await compileTogether(programs, configuration).catch(() =>
        refusedAlone(programs, configuration),
      );
      for (const { program, plan, index } of bound) {
        const eventSeed = batchSeed * 1000 + index;
        const events = generateEvents(new Random(eventSeed), program, eventsPerProgram, start);
        const expected = runOracle(plan, program, events);
        if (!isKnown(expected)) continue;
        if (configuration === configurations[0]) seen.known++;
        for (const restarts of [undefined, eventSeed]) {
          const failure = failureOf(program, expected, () =>
            runArtifact(together, plan, program, events, restarts, other),
          );
          if (failure !== undefined) await report({ program, events, configuration, restarts }, failure, batchSeed);
        }
      }
      other = together;
    }
  });
}

test('few programs are refused', () => {
  expect(refusals.length, refusals[0]).toBeLessThanOrEqual(0.02 * count + 1);
  expect(seen.known).toBeGreaterThan(0.9 * seen.bound);
});

// What can't be compiled together: the first program that can't be alone.
async function refusedAlone(programs: readonly GeneratedProgram[], configuration: Configuration): Promise<never> {
  for (const program of programs) {
    await compileTogether([program], configuration).catch((error: unknown) => {
      const [, what = String(error)] = /^ERROR([\s\S]*)/m.exec(String(error)) ?? [];
      expect.fail(`${configuration}: ${what}\n${programText(program)}`);
    });
  }
  return expect.fail('the programs can not be compiled together, though each can alone');
}

function failureOf(program: GeneratedProgram, expected: Lines, run: () => Lines): string | undefined {
  try {
    return difference(program, expected, run());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function report(failure: Failure, what: string, batchSeed: number): Promise<never> {
  const small = await shrink(failure);
  const way = `${failure.configuration}${failure.restarts === undefined ? '' : ', with batches and restarts'}`;
  expect.fail(
    `seed ${batchSeed}, ${way}: ${what}\n${await testText(small.program, small.events, `seed ${batchSeed}, ${way}`)}`,
  );
}
