// Pages tell the truth: the commands of examples and of README.md are run as they are written there, the examples of docs as tests.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { runTestPaths } from '../testing/run.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const command = join(root, 'dist/command/rowtime.cjs');
const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

beforeAll(() => {
  if (!existsSync(command)) throw new Error('dist/ is missing: run `npm run build` first');
});

/** Runs a line of a page in a folder; `npx rowtime` is this package. */
function runLine(line: string, folder: string): string {
  const text = line.replace(/^npx rowtime /, `"${process.execPath}" "${command}" `);
  expect(text).not.toBe(line);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', text], { cwd: folder, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** Rows by stream: order is promised within a stream. */
function byStream(text: string): Record<string, string[]> {
  const streams: Record<string, string[]> = {};
  for (const line of text.trimEnd().split('\n')) {
    const { stream } = JSON.parse(line) as { stream: string };
    (streams[stream] ??= []).push(line);
  }
  return streams;
}

/** The fenced blocks of a page. */
function blocksOf(page: string): string[] {
  return [...page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
}

describe.each(examples)('examples/%s', (name) => {
  const folder = join(root, 'examples', name);

  test('the command of its README.md gives expected.jsonl', () => {
    const commands = blocksOf(readFileSync(join(folder, 'README.md'), 'utf8')).flatMap((block) => block.split('\n'));
    const run = commands.find((line) => line.startsWith('npx rowtime run')) ?? '';
    expect(commands).toContain('npx rowtime test app.test');
    const expected = readFileSync(join(folder, 'expected.jsonl'), 'utf8');
    expect(byStream(runLine(run, folder))).toEqual(byStream(expected));
  });

  test('its test passes', async () => {
    const printed: string[] = [];
    const result = await runTestPaths([folder], { print: (text: string) => printed.push(text) });
    expect(result, printed.join('\n')).toMatchObject({ failed: 0, notRun: 0 });
    expect(result.passed).toBeGreaterThan(0);
  });

  test('examples/README.md names it', () => {
    expect(readFileSync(join(root, 'examples/README.md'), 'utf8')).toContain(`(${name}/README.md)`);
  });
});

test('a definition without a source is refused with the option that gives one; it can be checked all the same', () => {
  const folder = join(root, 'examples/continuous-filter');
  const run = (word: string): { status: number | null; stderr: string } => {
    const { status, stderr } = spawnSync(process.execPath, [command, word, 'app.json', '--code', 'app.sql'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, stderr };
  };
  const { status, stderr } = run('run');
  expect(status).toBe(2);
  expect(stderr).toContain('arn:aws:kinesis:us-east-1:123456789012:stream/ticks');
  expect(stderr).toContain('--source SOURCE_SQL_STREAM_001=URL');
  expect(run('check')).toEqual({ status: 0, stderr: '' });
});

test.each(['sql', 'tests'])('every example of docs/%s.md runs and gives what stands there', async (page) => {
  const path = join(root, `docs/${page}.md`);
  const examples = [...readFileSync(path, 'utf8').matchAll(/^```sql$/gm)];
  const printed: string[] = [];
  const result = await runTestPaths([path], { print: (text: string) => printed.push(text) });
  expect(result, printed.join('\n')).toEqual({ passed: examples.length, failed: 0, notRun: 0 });
});

test('the first application of README.md gives the row that stands there', () => {
  const section = readFileSync(join(root, 'README.md'), 'utf8')
    .split('\n## ')
    .find((text) => text.startsWith('A first'));
  const [sql = '', records = '', run = ''] = blocksOf(section ?? '');
  const lines = run.trimEnd().split('\n');
  const folder = mkdtempSync(join(tmpdir(), 'rowtime-readme-'));
  try {
    writeFileSync(join(folder, 'fraud.sql'), sql);
    writeFileSync(join(folder, 'payments.jsonl'), records);
    expect(runLine(lines.slice(0, -1).join('\n'), folder)).toBe(`${lines.at(-1)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
