// The built command keeps V8's code of itself: with it, without it and with a broken one it does the same. Node from 22.1 on keeps it by itself.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const command = fileURLToPath(new URL('../dist/command/rowtime.cjs', import.meta.url));
const keepsItself = 'enableCompileCache' in process.getBuiltinModule('node:module');
let folder = '';
beforeEach(() => {
  if (!existsSync(command)) throw new Error('dist/ is missing: run `npm run build` first');
  folder = mkdtempSync(join(tmpdir(), 'rowtime-code-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function evaluate(cache: string): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, 'eval', '1 + 2'], {
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

test('a start with kept code does what the first one did', () => {
  const first = evaluate(folder);
  expect(first).toContain('3');
  const kept = readdirSync(join(folder, 'rowtime'));
  if (keepsItself) expect(kept).toEqual(['node']);
  else expect(kept.filter((name) => name.endsWith('.code'))).toHaveLength(1);
  expect(evaluate(folder)).toBe(first);
});

test('a cache that can not be written is no error', () => {
  expect(evaluate('/dev/null/nowhere')).toContain('3');
});

test('broken code is made anew', () => {
  const first = evaluate(folder);
  for (const name of readdirSync(join(folder, 'rowtime')).filter((file) => file.endsWith('.code'))) {
    const path = join(folder, 'rowtime', name);
    const kept = readFileSync(path);
    for (const broken of [kept.subarray(0, 10), Buffer.from(kept).fill(0x55, 2000, 3000)]) {
      writeFileSync(path, broken);
      expect(evaluate(folder)).toBe(first);
      expect(readFileSync(path).equals(broken)).toBe(false);
    }
  }
});
