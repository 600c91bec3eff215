// Random programs over random rows: the artifact must say what the oracle says. ROWTIME_PROGRAMS (30) and ROWTIME_SEED choose how many and which.
import { expect, test } from 'vitest';
import type { Plan } from '../../compiler/plan/plan.ts';
import { generateEvents, generateProgram, programText, Random, type GeneratedProgram } from './generate.ts';
import { compileTogether, difference, planOf, runArtifact, runOracle, shrink } from './run.ts';

const count = Number(process.env.ROWTIME_PROGRAMS ?? 30);
const seed = Number(process.env.ROWTIME_SEED ?? 1);
const start = Date.parse('2000-01-01T10:00:00Z');
const programsPerArtifact = 10;

for (let first = 0; first < count; first += programsPerArtifact) {
  test(`programs ${first + 1} and following, seed ${seed + first}`, { timeout: 600_000 }, async () => {
    const random = new Random(seed + first);
    const programs: GeneratedProgram[] = [];
    const plans: Plan[] = [];
    for (let index = 0; index < Math.min(programsPerArtifact, count - first); index++) {
      const program = generateProgram(random, `X${index}`);
      const plan = await planOf(program);
      if (typeof plan !== 'string') {
        programs.push(program);
        plans.push(plan);
      } else if (!plan.includes('not supported yet'))
        expect.fail(`seed ${seed + first}: refused: ${plan}\n${programText(program)}`);
    }
    for (const optimize of [true, false]) {
      const together = await compileTogether(programs, optimize);
      for (const [index, program] of programs.entries()) {
        const plan = plans[index];
        if (plan === undefined) continue;
        const events = generateEvents(new Random(seed * 1000 + first + index), 60, start);
        const expected = runOracle(plan, program, events, start);
        if (expected === undefined) continue;
        const straight = difference(expected, await runArtifact(together, plan, program, events, start));
        const broken =
          straight ??
          difference(expected, await runArtifact(together, plan, program, events, start, new Random(seed + index)));
        if (broken === undefined) continue;
        const small = straight === undefined ? { program, events } : await shrink(program, events, start, optimize);
        const rows = small.events.map(
          (event) =>
            `${new Date(event.time).toISOString().slice(11, 23)} ${event.kind} ${event.kind === 'row' ? event.json : ''}`,
        );
        expect.fail(
          `seed ${seed + first}, program ${index}, optimize ${optimize}${straight === undefined ? ', only with batches and restarts' : ''}\n${broken}\n${programText(small.program)}\n${rows.join('\n')}`,
        );
      }
    }
  });
}
