// What the optimizer folds over literals, and what it leaves; that both forms give the same is checked by every `expressions` case.
import { expect, test } from 'vitest';
import { compile } from '../../compiler/compile.ts';

async function optimized(expression: string): Promise<string | undefined> {
  const text = `CREATE STREAM "OUT" (a BOOLEAN);
CREATE PUMP "P" AS INSERT INTO "OUT" SELECT STREAM x IS NULL FROM (SELECT STREAM ${expression} AS x FROM S);`;
  const { plan } = await compile(
    { name: 'fold', text },
    {
      inputs: [
        {
          stream: 'S',
          format: { kind: 'json', rowPath: '$' },
          columns: [{ name: 'V', type: { kind: 'INTEGER' }, nullable: true, mapping: '$.V' }],
        },
      ],
      stage: 'optimized',
    },
  );
  return /project (?!\(?#0:X)(.*)\n\s*scan/.exec(plan ?? '')?.[1];
}

test.each([
  ['V + 60 * 60 - 1', '((#0:V + 3600) - 1)'],
  ['3000000000 * 2 / -1', '-6000000000'],
  ['-7 / 2', '-3'],
  ['V > 2 * 5 AND 1 = 1.0', '(#0:V > 10)'],
  ["NOT (DATE '2004-01-01' > DATE '2004-01-02')", '1'],
  ['1 IS DISTINCT FROM 2', '1'],
  ['1.50 = 1.5', '1'],
  ['CAST(5 AS DECIMAL(5,2))', '500'],
  ['COALESCE(NULL, V, 2 + 3, V / 0)', 'COALESCE(#0:V, 5)'],
  ['COALESCE(NULL, 1, V)', '1'],
  ['CASE WHEN 2 < 1 THEN 1 WHEN 3 IN (1, 3) THEN V ELSE 2 END', '#0:V'],
  // What would fault stays, so that its rows do.
  ['1 / 0', '(1 / 0)'],
  ['2147483647 + 1', '(2147483647 + 1)'],
  ['CAST(300 AS TINYINT)', 'CAST(300 AS TINYINT)'],
  ['-2147483648 / -1', '(-2147483648 / -1)'],
  // Left to Binaryen.
  ['1E0 + 1', '(1 + CAST(1 AS DOUBLE))'],
  ['CAST(1.5 AS INTEGER)', 'CAST(15 AS INTEGER)'],
  ["UPPER('a')", "UPPER('a')"],
])('%s becomes %s', async (expression, expected) => expect(await optimized(expression)).toBe(expected));
