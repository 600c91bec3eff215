// Fuzzes all that takes bytes or texts of others: no trap, no hang, no exception but a refusal that gives its reason. ROWTIME_FUZZ_MINUTES
// says how long (a third of it for each part; without it a few rounds), ROWTIME_SEED where the rounds begin.
import { afterAll, beforeAll, test } from 'vitest';
import { partTimeoutMs, watchForHangs } from './fuzz.ts';
import { fuzzCompiler } from './fuzzCompiler.ts';
import { fuzzDecoders } from './fuzzDecoders.ts';
import { fuzzDoors } from './fuzzDoors.ts';

let unwatch: (() => Promise<unknown>) | undefined;
beforeAll(async () => {
  unwatch = await watchForHangs();
});
afterAll(() => unwatch?.());

test('decoders', { timeout: partTimeoutMs }, () => fuzzDecoders(2000));

test('compiler', { timeout: partTimeoutMs }, () => fuzzCompiler(300));

test('artifacts, snapshots, checkpoints, definitions, samples', { timeout: partTimeoutMs }, () => fuzzDoors(300));
