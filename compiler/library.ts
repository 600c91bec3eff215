// The library's sources as shipped with the package: read once, as text.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LibrarySources } from './assemble.ts';

let sources: LibrarySources | undefined;

/** All files of assembly/ and contract/abi.ts by path relative to the package. */
export function readLibrary(): LibrarySources {
  if (sources === undefined) {
    const root = packageFolder();
    const files = new Map<string, string>();
    collect(root, 'assembly', files);
    files.set('contract/abi.ts', readFileSync(join(root, 'contract', 'abi.ts'), 'utf8'));
    sources = files;
  }
  return sources;
}

/** The package's own folder, the nearest one above this file with a package.json: in a checkout, built or bundled. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      readFileSync(join(folder, 'package.json'));
      return folder;
    } catch {
      const parent = dirname(folder);
      if (parent === folder) throw new Error('invariant: the package has no package.json');
      folder = parent;
    }
  }
}

function collect(root: string, folder: string, files: Map<string, string>): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) collect(root, path, files);
    else if (entry.name.endsWith('.ts')) files.set(path, readFileSync(join(root, path), 'utf8'));
  }
}
