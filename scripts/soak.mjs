// The same checks as test.mjs with far more random cases: tests read ROWTIME_SOAK and multiply by ROWTIME_SOAK_FACTOR.
process.env.ROWTIME_SOAK = '1';
process.env.ROWTIME_SOAK_FACTOR ??= '50';
await import('./test.mjs');
