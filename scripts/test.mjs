// The whole check: lint and format, types, tests. The last line says `N passed, N failed`; lint and types count as one each.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = join(root, '.rowtime/test-report.json');
const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs a tool of node_modules; true when it ends with 0. */
function run(title, script, ...words) {
  console.log(`rowtime: ${title}`);
  return (
    spawnSync(process.execPath, [join(root, 'node_modules', script), ...words], { cwd: root, stdio: 'inherit' })
      .status === 0
  );
}

function count(passed, what) {
  if (passed) {
    total.passed++;
  } else {
    total.failed++;
    console.log(`rowtime: failed: ${what}`);
  }
}

/** Adds the tests of the report; a file that could not be loaded is one failure. */
function countReport(ended) {
  if (!existsSync(report)) return count(false, 'the test run wrote no report');
  const before = total.passed + total.failed;
  const failedBefore = total.failed;
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') total.passed++;
      else if (test.status === 'failed') total.failed++;
      else total.skipped++;
    }
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      count(false, `${file.name.slice(root.length)} could not be loaded`);
    }
  }
  if (total.passed + total.failed === before) count(false, 'no test ran');
  if (!ended && total.failed === failedBefore) count(false, 'the test run ended with an error outside tests');
}

const words = process.argv.slice(2);
if (words.length === 0) {
  count(
    run('lint and format', '@biomejs/biome/bin/biome', 'check', '.'),
    'lint and format (npm run format mends layout)',
  );
  count(run('types', 'typescript/bin/tsc', '--noEmit'), 'types');
}
mkdirSync(join(root, '.rowtime'), { recursive: true });
rmSync(report, { force: true });
countReport(
  run(
    'tests',
    'vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...words,
  ),
);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;
