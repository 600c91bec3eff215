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

// One function adds a row to a group: how many aggregates fit into it is the limit of this test (see the CHANGELOG's known limits).
const aggregatedColumns = 9;

function doubles(input: InputBinding): InputBinding['columns'] {
  return input.columns.filter((column) => column.type.kind === 'DOUBLE').slice(0, aggregatedColumns);
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
