// Table functions in the binder: the plans of what real applications write around them, ids, and docs/table-functions.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InputBinding } from '../../contract/binding.ts';
import { bind } from '../../compiler/bind/bind.ts';
import { signatures } from '../../compiler/bind/tableArguments.ts';
import { parseScript } from '../../compiler/parse/parse.ts';
import type { Plan, Relation, TableFunction } from '../../compiler/plan/plan.ts';
import { printPlan } from '../../compiler/plan/print.ts';
import { verifyPlan } from '../../compiler/plan/verify.ts';
import { catalogue, columns } from './bindSample.ts';

const usable = columns.filter(({ name }) => name !== 'D');
const input: InputBinding = { stream: 'S', format: { kind: 'json', rowPath: '$' }, columns: usable };
const reference = { table: 'R', format: { kind: 'json', rowPath: '$' }, columns } as const;

function planOf(query: string, inputs: readonly InputBinding[] = [input], out = 'x DOUBLE'): Plan {
  const text = `CREATE STREAM "OUT" (${out}); CREATE PUMP "P" AS INSERT INTO "OUT" ${query};`;
  const parsed = parseScript({ name: 'app.sql', text });
  expect(parsed.diagnostics, text).toEqual([]);
  const options = { inputs, references: [reference], catalogue, keyGroups: 8, seed: 1n, text };
  const { plan, diagnostics } = bind(parsed.script, options);
  if (plan === undefined) throw new Error(`no plan for ${text}: ${JSON.stringify(diagnostics)}`);
  verifyPlan(plan);
  return plan;
}

function tables(plan: Plan): TableFunction[] {
  const found: TableFunction[] = [];
  const visit = (relation: Relation): void => {
    if (relation.kind === 'table-function') found.push(relation);
    if (relation.kind !== 'stream-scan') visit(relation.input);
  };
  for (const pump of plan.pumps) visit(pump.query);
  return found;
}

const forest = 'TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM * FROM S)))';

describe('plans', () => {
  it('read the numeric columns of the cursor, by position', () => {
    const [table] = tables(planOf(`SELECT STREAM ANOMALY_SCORE FROM ${forest}`));
    expect(table?.reads).toEqual([1, 2]);
    expect(table?.options).toEqual({ numberOfTrees: 100, subSampleSize: 256, timeDecay: 100000, shingleSize: 1 });
    expect(table?.columns.map(({ name }) => name)).toEqual([
      'TICKER',
      'price',
      'N',
      'EVENT_TIME',
      'F',
      'ANOMALY_SCORE',
    ]);
  });

  it('take arguments in any number form', () => {
    const text = 'TABLE(HOTSPOTS(CURSOR(SELECT STREAM "price" FROM S), 1000, 2E-1, +17))';
    const [table] = tables(planOf(`SELECT STREAM "price" FROM ${text}`));
    expect(table?.options).toEqual({ windowSize: 1000, scanRadius: 0.2, minimumNumberOfPointsInAHotspot: 17 });
  });

  it('stand inside of other queries: derived tables, groups, joins with the source, aliases', () => {
    for (const query of [
      `SELECT STREAM s FROM (SELECT STREAM ANOMALY_SCORE * 2 AS s FROM ${forest} WHERE N > 1) AS t WHERE s > 3`,
      `SELECT STREAM MAX(r.ANOMALY_SCORE) FROM ${forest} AS r GROUP BY TICKER, STEP(r.ROWTIME BY INTERVAL '10' SECOND)`,
      `SELECT STREAM r.ANOMALY_SCORE FROM ${forest} AS r, S AS s WHERE r.ROWTIME = s.ROWTIME`,
      `SELECT STREAM r.ANOMALY_SCORE FROM ${forest} AS r JOIN S AS s ON r.TICKER = s.TICKER`,
      `SELECT STREAM r.score FROM ${forest} AS r (a, b, c, d, e, score)`,
      `SELECT STREAM ITEM_COUNT FROM TABLE(TOP_K_ITEMS_TUMBLING(CURSOR(SELECT STREAM * FROM S AS f JOIN R AS i ON f.TICKER = i.TICKER), 'N', 10, 60))`,
      `SELECT STREAM "r" FROM TABLE(GROUP_RANK(CURSOR(SELECT STREAM N, COUNT(*) AS c FROM S GROUP BY N, FLOOR(S.ROWTIME TO SECOND)), 'C', 'r', 'desc', 'asc', 5, 0))`,
      `SELECT STREAM ANOMALY_SCORE FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM ITEM_COUNT FROM TABLE(TOP_K_ITEMS_TUMBLING(CURSOR(SELECT STREAM N FROM S), 'N', 1, 1)))))`,
    ])
      expect(() => planOf(query), query).not.toThrow();
  });

  it('are printed with their arguments', () => {
    const text = printPlan(planOf(`SELECT STREAM ANOMALY_SCORE FROM ${forest}`));
    expect(text).toContain('RANDOM_CUT_FOREST of columns 1, 2 with {"numberOfTrees":100');
  });
});

describe('operator ids', () => {
  const idOf = (query: string, inputs?: readonly InputBinding[], out?: string): string =>
    tables(planOf(query, inputs, out))[0]?.id ?? '';
  const score = `SELECT STREAM ANOMALY_SCORE FROM ${forest}`;

  it('stay when columns are added that the function does not read, or another select list stands above', () => {
    const more = { ...input, columns: [...usable, { name: 'K', type: { kind: 'BOOLEAN' }, nullable: true } as const] };
    expect(idOf(score, [more])).toBe(idOf(score));
    expect(idOf(`SELECT STREAM TICKER FROM ${forest} WHERE ANOMALY_SCORE > 3`, [input], 'x VARCHAR(4)')).toBe(
      idOf(score),
    );
  });

  it('change with arguments, columns that are read, and the function', () => {
    const ids = [
      score,
      score.replace('FROM S)', 'FROM S), 99'),
      score.replace('*', 'N'),
      score.replace('FOREST', 'FOREST_WITH_EXPLANATION'),
    ].map((query) => idOf(query));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('docs/table-functions.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/table-functions.md'), 'utf8');

  it('names every function with its parameters, ranges and defaults', () => {
    for (const [name, parameters] of Object.entries(signatures)) {
      const call = `${name}(cursor${parameters.map((parameter) => `, ${parameter.name}`).join('')})`;
      expect(page).toContain(`\`${call}\``);
      for (const parameter of parameters) {
        const otherwise = 'otherwise' in parameter && parameter.otherwise !== undefined ? `${parameter.otherwise}` : '';
        const range = parameter.kind === 'integer' ? `${parameter.least} to ${parameter.most}` : '.*';
        expect(page).toMatch(new RegExp(`\\| \`${parameter.name}\` \\| ${range} \\| ${otherwise}`));
      }
    }
  });
});
