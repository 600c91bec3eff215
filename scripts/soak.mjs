// The same checks as test.mjs with far more random cases and half an hour of fuzzing, from a seed of the clock unless one is given.
process.env.ROWTIME_PROGRAMS ??= '20000';
process.env.ROWTIME_KILLS ??= '500';
process.env.ROWTIME_FUZZ_MINUTES ??= '30';
process.env.ROWTIME_SEED ??= String(Date.now() % 1_000_000_000);
console.log(
  `rowtime: ${process.env.ROWTIME_PROGRAMS} programs, ${process.env.ROWTIME_FUZZ_MINUTES} minutes of fuzzing, seed ${process.env.ROWTIME_SEED}`,
);
await import('./test.mjs');
