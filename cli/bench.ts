// rowtime bench: hands over to bench/.

/** Runs workloads beside their yardsticks; bench prints and gives the exit status. */
export async function benchCommand(
  names: readonly string[],
  options: { readonly json?: true; readonly rounds: number; readonly scale: number },
): Promise<number> {
  const { runBench } = await import('../bench/run.ts');
  return runBench(names, { json: options.json === true, rounds: options.rounds, scale: options.scale });
}
