// What must hold of every artifact at release settings: no imports, and no function above 4,000 bytes of Wasm.
import { expect, test } from 'vitest';
import { compile } from '../../compiler/compile.ts';
import type { InputBinding } from '../../contract/binding.ts';
import type { SqlType } from '../../contract/types.ts';
import { readManifest } from '../../contract/manifest.ts';
import { functionSizes } from '../harness/wasm.ts';

const functionBytesMax = 4000;
const types: readonly SqlType[] = [
  { kind: 'VARCHAR', length: 32 },
  { kind: 'DOUBLE' },
  { kind: 'INTEGER' },
  { kind: 'TIMESTAMP' },
  { kind: 'DECIMAL', precision: 12, scale: 2 },
  { kind: 'BOOLEAN' },
  { kind: 'BIGINT' },
  { kind: 'REAL' },
];

function wideInput(kind: 'json' | 'csv', count: number): InputBinding {
  const columns = Array.from({ length: count }, (_, index) => ({
    name: `C${index}`,
    type: types[index % types.length] ?? { kind: 'DOUBLE' as const },
    nullable: true,
  }));
  const format =
    kind === 'json'
      ? { kind: 'json' as const, rowPath: '$' }
      : { kind: 'csv' as const, columnDelimiter: ',', rowDelimiter: '\n' };
  return { stream: 'S', format, columns };
}

function doubles(input: InputBinding): InputBinding['columns'] {
  return input.columns.filter((column) => column.type.kind === 'DOUBLE');
}

function columnList(input: InputBinding): string {
  const names: Record<string, string> = { VARCHAR: 'VARCHAR(32)', DECIMAL: 'DECIMAL(12,2)' };
  return input.columns.map((column) => `${column.name} ${names[column.type.kind] ?? column.type.kind}`).join(', ');
}

for (const flavour of ['simd', 'scalar'] as const) {
  for (const kind of ['json', 'csv'] as const) {
    test(`a wide application over ${kind}, ${flavour}`, async () => {
      const input = wideInput(kind, 120);
      const sql = `CREATE STREAM "ALL" (${columnList(input)});
CREATE PUMP "P" AS INSERT INTO "ALL" SELECT STREAM * FROM S WHERE C1 > 0 OR C0 LIKE 'a%';
CREATE STREAM "SUMS" (K VARCHAR(32), ${doubles(input)
        .map((column) => `A${column.name} DOUBLE, M${column.name} DOUBLE`)
        .join(', ')});
CREATE PUMP "Q" AS INSERT INTO "SUMS" SELECT STREAM C0, ${doubles(input)
        .map(
          (column) => `AVG(${column.name}) * 2 + 1, MAX(CASE WHEN ${column.name} > 1 THEN ${column.name} ELSE 0 END)`,
        )
        .join(', ')} FROM S GROUP BY C0, STEP(S.ROWTIME BY INTERVAL '10' SECOND);`;
      const { wasm, diagnostics } = await compile({ name: 'wide.sql', text: sql }, { inputs: [input], flavour });
      expect(diagnostics).toEqual([]);
      if (wasm === undefined) throw new Error('no artifact');
      const module = await WebAssembly.compile(wasm as Uint8Array<ArrayBuffer>);
      expect(WebAssembly.Module.imports(module)).toEqual([]);
      expect(readManifest(wasm)).toMatchObject({ flavour });
      expect(Math.max(...functionSizes(wasm))).toBeLessThanOrEqual(functionBytesMax);
    });
  }
}

// 60 aggregates over expressions: keys, arguments, additions and results are each more than one function holds.
function manyAggregates(over: string): string {
  const names = ['SUM', 'AVG', 'MIN', 'MAX', 'STDDEV_POP', 'COUNT'];
  const calls = Array.from({ length: 60 }, (_, index) => {
    const argument =
      index % 3 === 0 ? `CASE WHEN D > ${index} THEN D * ${index + 1} ELSE E END` : `D * ${index} + E / ${index + 1}`;
    return `${names[index % names.length]}(${argument})${over}`;
  });
  return calls.join(', ');
}

const windows: Record<string, string> = {
  tumbling: `${manyAggregates('')} FROM S GROUP BY K, STEP(S.ROWTIME BY INTERVAL '10' SECOND)`,
  staggered: `${manyAggregates('')} FROM S WINDOWED BY STAGGER (PARTITION BY K RANGE INTERVAL '10' SECOND)`,
  'sliding by time': `${manyAggregates(' OVER w')} FROM S WINDOW w AS (PARTITION BY K RANGE INTERVAL '10' SECOND PRECEDING)`,
  'sliding by rows': `${manyAggregates(' OVER w')} FROM S WINDOW w AS (PARTITION BY K ROWS 10 PRECEDING)`,
  'sliding without a beginning': `${manyAggregates(' OVER w')} FROM S WINDOW w AS (PARTITION BY K ROWS UNBOUNDED PRECEDING)`,
};

for (const flavour of ['simd', 'scalar'] as const) {
  for (const [name, query] of Object.entries(windows)) {
    test(`60 aggregates over expressions, ${name}, ${flavour}`, async () => {
      const input: InputBinding = {
        stream: 'S',
        format: { kind: 'json', rowPath: '$' },
        columns: [
          { name: 'K', type: { kind: 'VARCHAR', length: 8 }, nullable: true },
          { name: 'D', type: { kind: 'DOUBLE' }, nullable: true },
          { name: 'E', type: { kind: 'DOUBLE' }, nullable: true },
        ],
      };
      const columns = Array.from({ length: 60 }, (_, index) => `A${index} DOUBLE`).join(', ');
      const sql = `CREATE STREAM "MANY" (K VARCHAR(8), ${columns});
CREATE PUMP "P" AS INSERT INTO "MANY" SELECT STREAM K, ${query};`;
      const { wasm, diagnostics } = await compile({ name: 'many.sql', text: sql }, { inputs: [input], flavour });
      expect(diagnostics).toEqual([]);
      if (wasm === undefined) throw new Error('no artifact');
      expect(Math.max(...functionSizes(wasm))).toBeLessThanOrEqual(functionBytesMax);
    });
  }
}
