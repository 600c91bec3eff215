// rowtime eval prints the value and the type of each expression, faults, and diagnostics at their place in the expression.
import { afterEach, expect, test, vi } from 'vitest';
import { evalCommand } from '../../cli/eval.ts';

afterEach(() => vi.restoreAllMocks());

async function printed(...expressions: string[]): Promise<{ output: string; errors: string; status: number }> {
  const texts = { output: '', errors: '' };
  const into = (name: 'output' | 'errors') => (text: string | Uint8Array) => {
    texts[name] += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(into('output'));
  vi.spyOn(process.stderr, 'write').mockImplementation(into('errors'));
  const status = await evalCommand(expressions);
  return { ...texts, status };
}

test('value and type', async () => {
  const { output, errors, status } = await printed(
    '1.5 + 1',
    "'a' || 'b' -- text",
    'NULL = 1',
    '1E0',
    "X'01FF'",
    "INTERVAL '1' DAY",
  );
  expect(output.split('\n').slice(0, -1)).toEqual([
    '2.5 : DECIMAL(12,1)',
    'ab : VARCHAR(2)',
    'NULL : BOOLEAN',
    '1.0 : DOUBLE',
    'Af8= : VARBINARY(2)',
    '+1 : INTERVAL DAY',
  ]);
  expect(errors).toBe('');
  expect(status).toBe(0);
});

test('a fault and its warning; an error, after which the others go on', async () => {
  const { output, errors, status } = await printed('1 / 0', '1 + nothing', '2');
  expect(output).toMatch(/^faults division-by-zero: .*\n2 : INTEGER\n$/);
  expect(errors).toContain('warning[always-faults]');
  expect(errors).toMatch(/error\[unknown-column\].*\n\s+--> expression:1:5/);
  expect(status).toBe(1);
});
