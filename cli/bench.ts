// rowtime bench: hands over to bench/.

/** Options of `bench`. */
export interface BenchCommandOptions {
  readonly json?: true;
  readonly rounds: number;
  readonly scale: number;
  readonly profile?: true;
}

/** Runs workloads beside their yardsticks, profiles them, compares anomaly scores, or sends a long input through a pipe; gives the exit status. */
export async function benchCommand(names: readonly string[], options: BenchCommandOptions): Promise<number> {
  if (names.length === 1 && names[0] === 'pipe') {
    const { runPipe } = await import('../bench/pipe.ts');
    return runPipe(options.scale);
  }
  if (names.length === 1 && names[0] === 'quality') {
    const { runQuality } = await import('../bench/quality.ts');
    return runQuality({ json: options.json === true, scale: options.scale });
  }
  const { runBench } = await import('../bench/run.ts');
  return runBench(names, {
    json: options.json === true,
    rounds: options.rounds,
    scale: options.scale,
    profile: options.profile === true,
  });
}
