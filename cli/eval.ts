// rowtime eval: SQL expressions, each bound for its type, then compiled as the only column of a one-row stream.
import type { InputBinding } from '../contract/binding.ts';
import type { Plan } from '../compiler/plan/plan.ts';
import { familyOf, typeText, type SqlType } from '../contract/types.ts';
import { Program } from '../runtime/program.ts';
import { printDiagnostics } from './diagnostics.ts';
import { exitDone, exitFault } from './exit.ts';

const input: InputBinding = {
  stream: 'ONE',
  format: { kind: 'json', rowPath: '$' },
  columns: [{ name: 'X', type: { kind: 'INTEGER' }, nullable: true, mapping: '$.X' }],
};

/** Prints the value and the type of each expression, or the fault that it raises. */
export async function evalCommand(expressions: readonly string[]): Promise<number> {
  let failed = false;
  for (const expression of expressions) if (!(await evaluate(expression))) failed = true;
  return failed ? exitFault : exitDone;
}

// False when the expression has an error, which is printed.
async function evaluate(expression: string): Promise<boolean> {
  const { compile } = await import('../compiler/compile.ts');
  const compileWith = (before: string, after: string, column: string, stage: 'plan' | 'artifact') =>
    compile(
      {
        name: 'expression',
        text: `CREATE STREAM "VALUE" ("V" ${column});\nCREATE PUMP "P" AS INSERT INTO "VALUE" SELECT STREAM ${before}(${expression}\n)${after} FROM "ONE";`,
      },
      {
        inputs: [input],
        outputs: ['VALUE', 'error_stream'].map((stream) => ({ stream, format: 'json', rowtime: false }) as const),
        effort: 'quick',
        stage,
      },
    );
  const probed = await compileWith('', ' IS NULL', 'BOOLEAN', 'plan');
  const start = 'CREATE STREAM "VALUE" ("V" BOOLEAN);\nCREATE PUMP "P" AS INSERT INTO "VALUE" SELECT STREAM ('.length;
  const at = (offset: number): number => Math.max(0, Math.min(offset - start, expression.length));
  const shifted = probed.diagnostics.map((diagnostic) => ({
    ...diagnostic,
    span: { start: at(diagnostic.span.start), end: at(diagnostic.span.end) },
    related: [],
  }));
  if (await printDiagnostics(shifted, { name: 'expression', text: expression }, false)) return false;
  const type = probed.boundPlan === undefined ? undefined : typeOfTested(probed.boundPlan);
  if (type === undefined) throw new Error('invariant: the plan has no test of the value');
  // Text forms are those of CAST, which binaries don't have.
  const binary = familyOf(type) === 'binary';
  const result = binary
    ? await compileWith('', '', typeText(type), 'artifact')
    : await compileWith('CAST(', ' AS VARCHAR(65535))', 'VARCHAR(65535)', 'artifact');
  if (result.wasm === undefined) throw new Error('invariant: what binds alone compiles');
  const program = await Program.open(result.wasm, { start: BigInt(Date.now()) });
  const print = (_output: number, bytes: Uint8Array): void => {
    for (const line of new TextDecoder().decode(bytes).split('\n'))
      if (line !== '') process.stdout.write(`${textOf(JSON.parse(line) as Record<string, unknown>, type)}\n`);
  };
  program.feedRaw(0, new TextEncoder().encode('{"X":1}\n'), true, program.start, print);
  program.drain(print);
  return true;
}

// The only pump computes `(x) IS NULL`: the type of x.
function typeOfTested(plan: Plan): SqlType | undefined {
  const query = plan.pumps[0]?.query;
  const tested = query?.kind === 'project' ? query.expressions[0] : undefined;
  return tested?.kind === 'is' ? tested.operand.type : undefined;
}

function textOf(row: Readonly<Record<string, unknown>>, type: SqlType): string {
  if ('ERROR_NAME' in row) return `faults ${String(row['ERROR_NAME'])}: ${String(row['MESSAGE'])}`;
  return `${row['V'] === null ? 'NULL' : String(row['V'])} : ${typeText(type)}`;
}
