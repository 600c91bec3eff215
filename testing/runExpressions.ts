// Runs the expressions of a case: each becomes a pump over a stream of one row; few modules hold them all.
import { isNonFinite, probeType } from './probe.ts';
import type { InputBinding, OutputBinding } from '../contract/binding.ts';
import { familyOf, sameType, typeText, type SqlType } from '../contract/types.ts';
import { Program } from '../runtime/program.ts';
import type { Failure } from './compare.ts';
import { encodeRow } from './drive.ts';
import type { ExpressionTest, Variable } from './expressions.ts';
import { compileForTest, configurations, type Configuration } from './modules.ts';
import { readRows } from './output.ts';
import type { TestCase } from './parseTest.ts';
import { quoteName, renameIdentifiers, tokensOf, storedName } from './sqlText.ts';
import { describeActual, matches, sameFamily, type Actual } from './values.ts';

/** What became of a line. */
export interface ExpressionResult {
  readonly test: ExpressionTest;
  readonly failures: readonly Failure[];
  /** The outcome as the file would have it, for --update. */
  readonly came?: string;
}

/** One expression in one form, ready to be compiled. */
interface Probe {
  readonly number: number;
  readonly test: ExpressionTest;
  readonly form: 'constant' | 'column';
  readonly sql: string;
  readonly type: SqlType;
  /** Compared inside SQL, because intervals can't be columns. */
  readonly inside: boolean;
}

type Came = { readonly value: Actual } | { readonly fault: string };

const probesPerModule = 100;
const clock = Date.parse('2000-01-01T10:00:00Z');

/** Runs all expressions of a case in all forms and configurations. */
export async function runExpressions(test: TestCase, only?: readonly Configuration[]): Promise<ExpressionResult[]> {
  const failures = new Map<ExpressionTest, Failure[]>();
  const came = new Map<ExpressionTest, string>();
  const fail = (expression: ExpressionTest, way: string, message: string, wanted: string, got: string): void => {
    came.set(expression, came.get(expression) ?? got);
    failures.set(expression, [
      ...(failures.get(expression) ?? []),
      { line: expression.line, way, message: `${expression.sql}: ${message}`, expected: wanted, came: got },
    ]);
  };
  const probes: Probe[] = [];
  for (const expression of test.expressions ?? []) {
    for (const form of formsOf(expression)) {
      const probe = await prepareProbe(test, expression, form, probes.length, fail);
      if (probe !== undefined) probes.push(probe);
    }
  }
  for (let first = 0; first < probes.length; first += probesPerModule) {
    const chunk = probes.slice(first, first + probesPerModule);
    for (const configuration of only ?? configurations) await runChunk(chunk, configuration, fail);
  }
  return (test.expressions ?? []).map((expression) => {
    const text = came.get(expression);
    return {
      test: expression,
      failures: (failures.get(expression) ?? []).slice(0, 1),
      ...(text === undefined ? {} : { came: text }),
    };
  });
}

type Fail = (expression: ExpressionTest, way: string, message: string, wanted: string, got: string) => void;

function usedVariables(expression: ExpressionTest): Variable[] {
  const names = new Set(
    tokensOf(expression.sql)
      .filter((token) => token.kind === 'word' || token.kind === 'quoted')
      .map((token) => storedName(token.text)),
  );
  return expression.variables.filter((variable) => names.has(variable.name));
}

function formsOf(expression: ExpressionTest): Probe['form'][] {
  const used = usedVariables(expression);
  if (used.length === 0) return ['constant'];
  return used.some((variable) => variable.type.kind === 'INTERVAL') ? ['constant'] : ['constant', 'column'];
}

function sqlOf(expression: ExpressionTest, form: Probe['form']): string {
  if (form === 'column') return expression.sql;
  return renameIdentifiers(expression.sql, (name) => {
    const variable = expression.variables.find((found) => found.name === name);
    return variable === undefined ? undefined : `CAST(${variable.literal} AS ${variable.typeText})`;
  });
}

/** The input of an expression: a stream for each `with` line, named by its variables. */
function inputOf(
  expression: ExpressionTest,
  form: Probe['form'],
  inputs: Map<string, { binding: InputBinding; record: string }>,
): string {
  const variables =
    form === 'column' ? expression.variables.filter((variable) => variable.type.kind !== 'INTERVAL') : [];
  const key = variables.map((variable) => `${variable.name} ${variable.typeText} ${variable.literal}`).join(', ');
  const found = inputs.get(key);
  if (found !== undefined) return found.binding.stream;
  const columns = variables.map((variable) => ({
    name: variable.name,
    type: variable.type,
    nullable: true,
    mapping: `$.${variable.name}`,
  }));
  const binding: InputBinding = {
    stream: `IN${inputs.size + 1}`,
    format: { kind: 'json', rowPath: '$' },
    columns:
      columns.length > 0
        ? columns
        : [{ name: 'NOTHING', type: { kind: 'INTEGER' }, nullable: true, mapping: '$.NOTHING' }],
  };
  inputs.set(key, {
    binding,
    record:
      columns.length > 0
        ? encodeRow(
            variables.map((variable) => variable.value),
            binding,
          )
        : '{}',
  });
  return binding.stream;
}

// Binds the expression alone: its type, or its rejection.
async function prepareProbe(
  test: TestCase,
  expression: ExpressionTest,
  form: Probe['form'],
  number: number,
  fail: Fail,
): Promise<Probe | undefined> {
  const sql = sqlOf(expression, form);
  const { outcome } = expression;
  const wanted =
    outcome.kind === 'value' ? outcome.text : `${outcome.kind}${outcome.code === undefined ? '' : ` ${outcome.code}`}`;
  const inputs = new Map<string, { binding: InputBinding; record: string }>();
  const stream = inputOf(expression, form, inputs);
  const text = `CREATE STREAM "R" ("v" BOOLEAN);\nCREATE PUMP "E" AS INSERT INTO "R" SELECT STREAM "v" IS NULL FROM (SELECT STREAM ${sql} AS "v" FROM ${quoteName(stream)}) AS t;\n`;
  const bound = await probeType(
    test.file,
    text,
    [...inputs.values()].map((input) => input.binding),
  );
  if ('broken' in bound) {
    fail(expression, form, 'the compiler broke', wanted, bound.broken);
    return undefined;
  }
  if ('errors' in bound) {
    const code = bound.errors[0]?.code ?? '?';
    const fits =
      outcome.kind === 'rejected' &&
      (outcome.code === undefined || bound.errors.some((error) => error.code === outcome.code));
    if (!fits)
      fail(expression, form, bound.errors.map((error) => error.message).join('; '), wanted, `rejected ${code}`);
    return undefined;
  }
  if (outcome.kind === 'rejected') {
    fail(expression, form, `it was accepted, with type ${typeText(bound.type)}`, wanted, `: ${typeText(bound.type)}`);
    return undefined;
  }
  if (outcome.kind === 'faults')
    return { number, test: expression, form, sql, type: bound.type, inside: bound.type.kind === 'INTERVAL' };
  if (
    outcome.type !== undefined &&
    !sameType(outcome.type, bound.type) &&
    typeText(outcome.type) !== typeText(bound.type)
  ) {
    fail(expression, form, 'another type', `${wanted} : ${typeText(outcome.type)}`, `: ${typeText(bound.type)}`);
    return undefined;
  }
  if (!sameFamily(outcome.value, familyOf(bound.type)) && familyOf(bound.type) !== 'null') {
    fail(expression, form, 'a value of another family', wanted, `: ${typeText(bound.type)}`);
    return undefined;
  }
  return { number, test: expression, form, sql, type: bound.type, inside: bound.type.kind === 'INTERVAL' };
}

function columnType(type: SqlType): string {
  if (type.kind === 'NULL') return 'INTEGER';
  if ('length' in type && type.length === 0) return `${type.kind}(1)`;
  return typeText(type);
}

function pumpOf(probe: Probe, stream: string): string {
  const { outcome } = probe.test;
  let { sql } = probe;
  let type = columnType(probe.type);
  if (probe.inside) {
    type = 'BOOLEAN';
    sql =
      outcome.kind !== 'value' || outcome.value.kind === 'null' ? `(${sql}) IS NULL` : `(${sql}) = (${outcome.text})`;
  }
  const name = `R${probe.number}`;
  return `CREATE STREAM "${name}" ("v" ${type});\nCREATE PUMP "E${probe.number}" AS INSERT INTO "${name}" SELECT STREAM ${sql} FROM ${quoteName(stream)};\n`;
}

async function runChunk(chunk: readonly Probe[], configuration: Configuration, fail: Fail): Promise<void> {
  let results: Map<number, Came> | string;
  try {
    results = await evaluate(chunk, configuration);
  } catch (error) {
    results = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  if (typeof results === 'string') {
    if (chunk.length === 1) {
      for (const probe of chunk) fail(probe.test, `${probe.form}, ${configuration}`, results, 'a program', 'none');
      return;
    }
    const middle = chunk.length >> 1;
    await runChunk(chunk.slice(0, middle), configuration, fail);
    await runChunk(chunk.slice(middle), configuration, fail);
    return;
  }
  for (const probe of chunk) judge(probe, results.get(probe.number), `${probe.form}, ${configuration}`, fail);
}

function judge(probe: Probe, came: Came | undefined, way: string, fail: Fail): void {
  const { outcome } = probe.test;
  const wanted =
    outcome.kind === 'value'
      ? outcome.text
      : `${outcome.kind}${'code' in outcome && outcome.code !== undefined ? ` ${outcome.code}` : ''}`;
  const got =
    came === undefined
      ? '(nothing)'
      : 'fault' in came
        ? `faults ${came.fault}`
        : describeActual(came.value, probe.type);
  let good: boolean;
  if (came === undefined) good = false;
  else if (outcome.kind === 'faults')
    good = 'fault' in came && (outcome.code === undefined || outcome.code === came.fault);
  else if (outcome.kind === 'value' && 'value' in came) {
    good = probe.inside
      ? came.value.text === 'true'
      : matches(outcome.value, came.value, probe.type) && !isNonFinite(came.value);
  } else good = false;
  if (!good) fail(probe.test, way, probe.inside ? 'another interval' : 'another result', wanted, got);
}

// Compiles and runs; what came for each probe by number, or why there is no program.
async function evaluate(chunk: readonly Probe[], configuration: Configuration): Promise<Map<number, Came> | string> {
  const inputs = new Map<string, { binding: InputBinding; record: string }>();
  const outputs: OutputBinding[] = [{ stream: 'error_stream', format: 'json', rowtime: true }];
  let sql = '';
  for (const probe of chunk) {
    sql += pumpOf(probe, inputOf(probe.test, probe.form, inputs));
    outputs.push({ stream: `R${probe.number}`, format: 'json', rowtime: true });
  }
  const bindings = [...inputs.values()];
  const result = await compileForTest('expressions', sql, {
    inputs: bindings.map((input) => input.binding),
    outputs,
    keyGroups: 1,
    seed: 1n,
    optimize: configuration !== 'plain',
    flavour: configuration === 'scalar' ? 'scalar' : 'simd',
    ...(configuration === 'scalar' ? { gatherFrom: 0 } : {}),
  });
  if (result.wasm === undefined)
    return (
      result.diagnostics
        .filter((found) => found.severity === 'error')
        .map((found) => `${found.code}: ${found.message}`)
        .join('\n') || 'no artifact came out'
    );
  const program = await Program.open(result.wasm, { seed: 1n, start: BigInt(clock), keyGroups: 1 });
  const came = new Map<number, Came>();
  const receive = (output: number, bytes: Uint8Array): void => {
    const probe = chunk[output - 1];
    for (const row of readRows(output === 0 ? 'error_stream' : 'R', 0, bytes, '')) {
      if (probe !== undefined) {
        const value = row.members[0]?.value;
        if (value !== undefined) came.set(probe.number, { value });
        continue;
      }
      const text = (name: string): string => row.members.find((member) => member.name === name)?.value.text ?? '';
      const number = Number(text('PUMP_NAME').replace(/^E/, ''));
      if (text('PUMP_NAME') === 'null')
        throw new Error(`the row of a "with" line could not be read: ${text('MESSAGE')}`);
      came.set(number, { fault: text('ERROR_NAME') });
    }
  };
  for (const [index, input] of bindings.entries()) {
    program.feedRecords(
      index,
      [{ clock: BigInt(clock), arrival: BigInt(clock), data: new TextEncoder().encode(input.record) }],
      receive,
    );
    program.drain(receive);
  }
  return came;
}
