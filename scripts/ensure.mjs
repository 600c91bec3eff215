// Makes a bare clone ready: installs the packages of the lockfile and builds dist/, each only when needed. Plain Node, no packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Folders and files of which dist/ is made. */
const buildInputs = [
  'cli',
  'contract',
  'compiler',
  'runtime',
  'library',
  'testing',
  'bench/workloads',
  'bench/yardsticks',
  'bench',
  'scripts/build.mjs',
  'scripts/bundle.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

/** A hash over everything that a build reads: another value means that dist/ is stale. */
export function buildStamp(root) {
  const hash = createHash('sha256');
  for (const input of buildInputs) {
    const path = join(root, input);
    if (!existsSync(path)) continue;
    if (statSync(path).isFile()) hash.update(`${input}\n`).update(readFileSync(path));
    else addFolder(hash, path, input, !input.startsWith('bench'));
  }
  return hash.digest('hex');
}

function addFolder(hash, folder, name, deep) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (deep) addFolder(hash, path, `${name}/${entry.name}`, deep);
    } else if (/\.(ts|ohm)$/.test(entry.name)) {
      hash.update(`${name}/${entry.name}\n`).update(readFileSync(path));
    }
  }
}

/** Why packages have to be installed, or undefined. The time decides quickly, the versions decide exactly. */
function installReason(root) {
  const installed = join(root, 'node_modules/.package-lock.json');
  const wanted = join(root, 'package-lock.json');
  if (!existsSync(installed)) return 'node_modules is missing';
  if (statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return undefined;
  const found = JSON.parse(readFileSync(installed, 'utf8')).packages;
  for (const [path, entry] of Object.entries(JSON.parse(readFileSync(wanted, 'utf8')).packages)) {
    if (path === '' || entry.optional) continue;
    if (found[path]?.version !== entry.version) return `node_modules is older than package-lock.json (${path})`;
  }
  return undefined;
}

function run(root, command, words) {
  const { status, error } = spawnSync(command, words, { cwd: root, stdio: 'inherit', shell: command === 'npm' });
  if (status !== 0) {
    console.error(`rowtime: ${command} ${words.join(' ')} failed${error ? `: ${error.message}` : ''}`);
    // `npm test` ends here: what reads its last line gets one.
    if (process.env.npm_lifecycle_event === 'pretest') console.log('0 passed, 1 failed');
    process.exit(status ?? 1);
  }
}

function ensure(root) {
  const reason = installReason(root);
  if (reason !== undefined) {
    console.log(`rowtime: ${reason}: installing packages (npm ci)`);
    const npm = process.env.npm_execpath;
    if (npm?.endsWith('.js')) run(root, process.execPath, [npm, 'ci', '--include=dev']);
    else run(root, 'npm', ['ci', '--include=dev']);
  }
  const marker = join(root, 'dist/.build');
  const built = existsSync(marker) ? readFileSync(marker, 'utf8').trim() : '';
  if (built !== buildStamp(root)) {
    console.log(`rowtime: dist is ${built === '' ? 'missing' : 'stale'}: building`);
    run(root, process.execPath, [join(root, 'scripts/build.mjs')]);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  ensure(fileURLToPath(new URL('..', import.meta.url)));
