// rowtime bench: hands over to bench/.
import { loadPart } from './later.ts';

/** Runs workloads beside their yardsticks; bench prints and gives the exit status. */
export async function benchCommand(names: readonly string[], options: { readonly json?: true }): Promise<number> {
  const runBench = await loadPart<(names: readonly string[], options: { readonly json: boolean }) => Promise<number>>('bench/runBench', 'runBench');
  return runBench(names, { json: options.json === true });
}
