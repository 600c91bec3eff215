// Bundles the command line: dist/command/ holds what dist/cli/start.js loads, in few files, since resolving and reading a hundred small
// ones takes a quarter of the time in which a short run starts. CommonJS, which Node starts quicker. The compiler's packages and
// the benchmark stay where they are, and so does the thread that compiles in the background.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'dist/command');

rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  input: { rowtime: join(root, 'dist/cli/start.js') },
  cwd: root,
  platform: 'node',
  plugins: [
    // commander's door to executables as subcommands, of which there are none: what it opens is loaded for nothing.
    {
      name: 'no-executables',
      resolveId: (id, importer) =>
        id === 'node:child_process' && importer?.includes('/commander/') ? '\0no-executables' : null,
      load: (id) => (id === '\0no-executables' ? 'export {};' : null),
    },
    // A script to which its compiled code is given (cli/codeCache.ts) can not import modules: another one does it for all.
    {
      name: 'import-elsewhere',
      renderChunk: (code) =>
        code.replace(/\bimport\((?=[`'"](?:assemblyscript|node:|\.\.\/bench\/))/g, 'require("./import.cjs")('),
    },
  ],
  // dist/command/ lies as deep as dist/cli/: paths to dist/bench/ are the same.
  external: (id) => /^(assemblyscript|binaryen)(\/|$)/.test(id) || id.startsWith('../bench/'),
});
const { output } = await bundle.write({
  dir: folder,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  // Names stay, for traces that a person can read.
  minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
});
await bundle.close();
writeFileSync(join(folder, 'import.cjs'), 'module.exports = (name) => import(name);\n');

// What was taken in from other packages is there under their licences.
const packages = new Set();
for (const { moduleIds = [] } of output)
  for (const id of moduleIds) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
    if (name !== undefined) packages.add(name);
  }
const licences = [...packages].sort().map((name) => {
  const place = join(root, 'node_modules', name);
  const file = readdirSync(place).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled, but has no licence file`);
  return `${name}\n\n${readFileSync(join(place, file), 'utf8').trim()}\n`;
});
writeFileSync(join(folder, 'LICENSES'), licences.join('\n----\n\n'));
for (const { fileName, code } of output)
  if (/\bimport\(/.test(code)) throw new Error(`${fileName} imports a module by itself`);
if (!existsSync(join(folder, 'rowtime.cjs'))) throw new Error('the bundle has no rowtime.cjs');
