// Builds the package: the grammar's generated module first, then TypeScript into dist/. Not for type checking tests: see test.mjs.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStamp } from './ensure.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a Node script in the project's folder and ends with its status when it fails. */
function run(title, script, ...words) {
  console.log(`rowtime: ${title}`);
  const { status } = spawnSync(process.execPath, [join(root, script), ...words], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Removes what an earlier build left and this one did not write. */
function removeOlder(folder, time) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeOlder(path, time);
    else if (statSync(path).mtimeMs < time) rmSync(path);
  }
}

if (existsSync(join(root, 'scripts/grammar.mjs'))) run('generating the grammar module', 'scripts/grammar.mjs');
const stamp = buildStamp(root);
mkdirSync(join(root, 'dist'), { recursive: true });
const marker = join(root, 'dist/.build');
rmSync(marker, { force: true });
writeFileSync(marker, '');
const started = statSync(marker).mtimeMs;
run('compiling TypeScript into dist/', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
removeOlder(join(root, 'dist'), started);
run('bundling the command line', 'scripts/bundle.mjs');
const command = join(root, 'dist/command/rowtime.cjs');
if (existsSync(command)) chmodSync(command, 0o755);
writeFileSync(marker, `${stamp}\n`);
