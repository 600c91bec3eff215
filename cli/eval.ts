// rowtime eval: SQL expressions, each compiled as the only column of a one-row stream.
import type { InputBinding } from '../contract/binding.ts';
import { Program } from '../runtime/program.ts';
import { printDiagnostics } from './diagnostics.ts';
import { exitDone, exitFault } from './exit.ts';

const input: InputBinding = {
  stream: 'ONE',
  format: { kind: 'json', rowPath: '$' },
  columns: [{ name: 'X', type: { kind: 'INTEGER' }, nullable: true, mapping: '$.X' }],
};

/** Prints the value of each expression as text, or the fault that it raises. */
export async function evalCommand(expressions: readonly string[]): Promise<number> {
  const { compile } = await import('../compiler/compile.ts');
  let failed = false;
  for (const expression of expressions) {
    const head =
      'CREATE STREAM "VALUE" ("V" VARCHAR(65535));\nCREATE PUMP "P" AS INSERT INTO "VALUE" SELECT STREAM CAST((';
    const source = { name: 'expression', text: `${head}${expression}) AS VARCHAR(65535)) FROM "ONE";` };
    const result = await compile(source, {
      inputs: [input],
      outputs: ['VALUE', 'error_stream'].map((stream) => ({ stream, format: 'json', rowtime: false }) as const),
      effort: 'quick',
    });
    const shifted = result.diagnostics.map((diagnostic) => ({
      ...diagnostic,
      span: {
        start: shift(diagnostic.span.start, head.length, expression),
        end: shift(diagnostic.span.end, head.length, expression),
      },
      related: [],
    }));
    if (await printDiagnostics(shifted, { name: 'expression', text: expression }, false)) failed = true;
    if (result.wasm === undefined) continue;
    const program = await Program.open(result.wasm, { start: BigInt(Date.now()) });
    const print = (_output: number, bytes: Uint8Array): void => {
      for (const line of new TextDecoder().decode(bytes).split('\n'))
        if (line !== '') process.stdout.write(`${textOf(JSON.parse(line) as Record<string, unknown>)}\n`);
    };
    program.feedRaw(0, new TextEncoder().encode('{"X":1}\n'), true, program.start, print);
    program.drain(print);
  }
  return failed ? exitFault : exitDone;
}

function shift(offset: number, by: number, expression: string): number {
  return Math.max(0, Math.min(offset - by, expression.length));
}

function textOf(row: Readonly<Record<string, unknown>>): string {
  if ('ERROR_NAME' in row) return `faults ${String(row['ERROR_NAME'])}: ${String(row['MESSAGE'])}`;
  return row['V'] === null ? 'NULL' : String(row['V']);
}
