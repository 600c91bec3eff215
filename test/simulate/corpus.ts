// All SQL of the tests, examples and pages with its inputs and tables: what a fuzz test begins with.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { catalogueOf } from '../../compiler/compile.ts';
import { syntaxFunctions } from '../../compiler/bind/syntaxFunctions.ts';
import { readLibrary } from '../../compiler/library.ts';
import type { InputBinding, MappedColumn, ReferenceBinding } from '../../contract/binding.ts';
import { parseExpressions, type ExpressionTest } from '../../testing/expressions.ts';
import type { TestCase } from '../../testing/parseTest.ts';
import { loadTestFile, testFilesAt } from '../../testing/run.ts';
import { quoteName } from '../../testing/sqlText.ts';

/** A script with what it is compiled against. */
export interface Script {
  readonly name: string;
  readonly sql: string;
  readonly inputs: readonly InputBinding[];
  readonly references: readonly ReferenceBinding[];
  readonly test?: TestCase;
}

const root = resolve(import.meta.dirname, '../..');
const expressionsPerScript = 5;

/** Every script of the tests, examples and pages. */
export function readCorpus(): Script[] {
  const pages = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, 'docs', name));
  const files = [
    ...testFilesAt(join(root, 'test/cases')),
    ...testFilesAt(join(root, 'examples')),
    ...pages,
    join(root, 'README.md'),
  ];
  const scripts = files.flatMap((file) => loadTestFile(file).cases.flatMap(scriptsOf));
  const cases = [
    ...catalogueOf(readLibrary()).cases.map(({ text }) => text),
    ...syntaxFunctions.flatMap(({ cases: own }) => own ?? []),
  ];
  const lines = cases.flatMap((text) => text.split('\n')).map((text, index) => ({ line: index, text }));
  return [
    ...scripts,
    ...expressionScripts(
      '@case',
      parseExpressions(lines, () => undefined),
    ),
  ];
}

function scriptsOf(test: TestCase): Script[] {
  const name = `${test.file}:${test.line}`;
  const references = test.references.map(({ rows: _, ...binding }) => binding);
  const own = test.sql.trim() === '' ? [] : [{ name, sql: test.sql, inputs: test.inputs, references, test }];
  return [...own, ...expressionScripts(name, test.expressions ?? [])];
}

// Some expressions as one query over a stream of their variables.
function expressionScripts(name: string, expressions: readonly ExpressionTest[]): Script[] {
  const scripts: Script[] = [];
  for (let first = 0; first < expressions.length; first += expressionsPerScript) {
    const part = expressions.slice(first, first + expressionsPerScript);
    const columns = new Map<string, MappedColumn>();
    for (const { name: column, type } of part.flatMap(({ variables }) => variables))
      if (type.kind !== 'INTERVAL') columns.set(column, { name: column, type, nullable: true, mapping: `$.${column}` });
    if (columns.size === 0)
      columns.set('NOTHING', { name: 'NOTHING', type: { kind: 'INTEGER' }, nullable: true, mapping: '$.NOTHING' });
    const input: InputBinding = { stream: 'S', format: { kind: 'json', rowPath: '$' }, columns: [...columns.values()] };
    const names = part.map((_, index) => quoteName(`V${index}`));
    const sql = `CREATE OR REPLACE STREAM "OUT" (${names.map((each) => `${each} BOOLEAN`).join(', ')});
CREATE OR REPLACE PUMP "P" AS INSERT INTO "OUT"
SELECT STREAM ${part.map((expression) => `(${expression.sql}) IS NULL`).join(',\n  ')}
FROM "S";`;
    scripts.push({ name: `${name} expressions ${first}`, sql, inputs: [input], references: [] });
  }
  return scripts;
}
