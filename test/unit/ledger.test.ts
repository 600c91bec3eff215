// The ledger (SEMANTICS 27): what a run's --stats says, the equations that catch a wrong count, and accounts under changed SQL.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../cli/run.ts';
import { compile } from '../../compiler/compile.ts';
import type { InputBinding } from '../../contract/binding.ts';
import { ledgerFaults } from '../../runtime/ledger.ts';
import { Program } from '../../runtime/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'rowtime-ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text = ''): string => {
  const path = join(folder, name);
  if (text !== '') writeFileSync(path, text);
  return path;
};

type Counters = Readonly<Record<string, number>>;
interface Stats {
  readonly sources: Readonly<Record<string, Counters>>;
  readonly sinks: Readonly<Record<string, Counters>>;
  readonly pumps: Readonly<Record<string, Counters & { readonly parts?: Readonly<Record<string, Counters>> }>>;
  readonly streams: Readonly<Record<string, Counters>>;
  readonly operators: Readonly<Record<string, Counters>>;
}

const sql = `CREATE STREAM "SOLD" (item VARCHAR(4), share INTEGER);
CREATE PUMP "SOLD_PUMP" AS INSERT INTO "SOLD"
  SELECT STREAM s."t" AS ROWTIME, s."item", 12 / s."count" FROM "S" AS s
  WHERE s."item" <> 'none' ORDER BY s."t" WITHIN INTERVAL '5' SECOND;
CREATE STREAM "TOTALS" (item VARCHAR(4), shares BIGINT);
CREATE PUMP "TOTALS_PUMP" AS INSERT INTO "TOTALS"
  SELECT STREAM item, SUM(share) FROM "SOLD" GROUP BY item, STEP("SOLD".ROWTIME BY INTERVAL '10' SECOND) HAVING SUM(share) > 5;`;

const sold = (second: number, item: string, count: number | string): string =>
  `{"t":"2000-01-01 10:00:${String(second).padStart(2, '0')}","item":"${item}","count":${count}}`;
const records = [
  sold(1, 'ink', 3),
  sold(2, 'none', 3),
  sold(3, 'ink', 0),
  sold(4, 'pen', 6),
  sold(12, 'ink', 4),
  sold(5, 'ink', 4),
  '{"t":"2000-01-01 10:00:13","item":',
  sold(14, 'none', 1),
  sold(15, 'pen', '"many"'),
  '',
  sold(13, 'pen', 12),
  sold(29, 'ink', 1),
];

test('the figures of a run with errors, late rows and a filter', { timeout: 60_000 }, async () => {
  const stats = file('stats.json');
  const status = await runCommand(file('app.sql', sql), {
    source: [`S=${file('in.jsonl', `${records.join('\n')}\n`)}`],
    schema: ['S=("t" TIMESTAMP, "item" VARCHAR(4), "count" INTEGER)'],
    sink: [`SOLD=${file('sold.jsonl')}`, `TOTALS=${file('totals.jsonl')}`, `error_stream=${file('errors.jsonl')}`],
    reference: [],
    stats,
    flavour: 'simd',
    optimize: true,
    cache: false,
    checkpointInterval: 10_000,
    idleAfter: 1000,
  });
  expect(status).toBe(0);
  const { sources, sinks, pumps, streams, operators } = JSON.parse(readFileSync(stats, 'utf8')) as Stats;
  const rowsOf = (name: string): number => readFileSync(file(name), 'utf8').trim().split('\n').length;
  expect(sources['S']).toMatchObject({ records: 11, decoded: 9, rejected: 2, rows: 9, errors: 2 });
  const parts = Object.values(pumps['SOLD_PUMP']?.parts ?? {});
  expect(parts).toMatchObject([{ in: 9, passed: 5, filtered: 2, absorbed: 0, late: 1, errors: 1, held: 0 }]);
  expect(pumps['SOLD_PUMP']).toMatchObject({ in: 5, passed: 5, filtered: 0, late: 0, held: 0 });
  expect(streams['S']).toEqual({ in: 9, out: 9, held: 0 });
  expect(streams['SOLD']).toEqual({ in: 5, out: 5, held: 0 });
  expect(pumps['TOTALS_PUMP']).toMatchObject({ in: 5, passed: 0, filtered: 0, absorbed: 5, errors: 0 });
  // ink 4; pen 2; ink 3; pen 1; ink 12
  expect(Object.values(operators)).toMatchObject([{ produced: 5, passed: 1, filtered: 4, errors: 0, held: 0 }]);
  expect(streams['TOTALS']).toEqual({ in: 1, out: 1, held: 0 });
  // Two records, a division, and what came too late.
  expect(streams['error_stream']).toEqual({ in: 4, out: 4, held: 0 });
  for (const [stream, path] of [
    ['SOLD', 'sold.jsonl'],
    ['TOTALS', 'totals.jsonl'],
    ['error_stream', 'errors.jsonl'],
  ] as const) {
    expect(sinks[stream]?.['records']).toBe(streams[stream]?.['out']);
    expect(rowsOf(path)).toBe(streams[stream]?.['out']);
  }
});

const input: InputBinding = {
  stream: 'S',
  format: { kind: 'json', rowPath: '$.rows' },
  columns: [
    { name: 't', type: { kind: 'TIMESTAMP' }, nullable: true, mapping: '$.t' },
    { name: 'item', type: { kind: 'VARCHAR', length: 4 }, nullable: true, mapping: '$.item' },
    { name: 'count', type: { kind: 'INTEGER' }, nullable: true, mapping: '$.count' },
  ],
};

async function open(text: string, binding = input): Promise<Program> {
  const { wasm, diagnostics } = await compile({ name: 'x.sql', text }, { inputs: [binding], effort: 'quick' });
  if (wasm === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return Program.open(wasm, { start: 0n });
}

function feed(program: Program, lines: readonly string[]): void {
  const text = lines.map((line) => `{"rows":[${line}]}\n`).join('');
  program.feedRaw(0, new TextEncoder().encode(text), false, 0n, () => undefined);
}

function finish(program: Program): void {
  while (program.finish(0)) program.drain(() => undefined);
}

function countersOf(program: Program, kind: string, name: string): Counters {
  return program.ledger().find((account) => account.kind === kind && account.name === name)?.counters ?? {};
}

// The part of SOLD_PUMP in which rows wait.
function sorting(program: Program): Counters {
  return program.ledger().find(({ kind, partOf }) => kind === 'pump' && partOf === 'SOLD_PUMP')?.counters ?? {};
}

test('a record of several rows is rejected once, whatever is wrong in it', { timeout: 60_000 }, async () => {
  const program = await open(sql, { ...input, time: { path: '$.t', unit: 'ms' } });
  const undated = '{"item":"ink","count":1}';
  feed(program, [
    [sold(1, 'ink', 3), undated, undated, sold(4, 'pen', 1)].join(),
    [sold(5, 'ink', 3), sold(6, 'ink', 3)].join(),
    [sold(7, 'ink', 3), sold(8, 'ink', '"x"')].join(),
  ]);
  expect(countersOf(program, 'source', 'S')).toMatchObject({ records: 3, decoded: 1, rejected: 2, rows: 5, errors: 3 });
  expect(ledgerFaults(program.ledger())).toEqual([]);
});

test('a count that is wrong by one breaks an equation', { timeout: 60_000 }, async () => {
  const program = await open(sql);
  feed(program, records.slice(0, 6));
  const ledger = program.ledger();
  expect(ledgerFaults(ledger)).toEqual([]);
  expect(sorting(program)).toMatchObject({ in: 6, passed: 2, held: 1, late: 1 });
  for (const [index, account] of ledger.entries())
    for (const [counter, value] of Object.entries(account.counters)) {
      if (counter === 'raised') continue;
      for (const other of [value + 1, value - 1]) {
        const wrong = ledger.with(index, { ...account, counters: { ...account.counters, [counter]: other } });
        expect(ledgerFaults(wrong), `${account.kind} ${account.name} ${counter}`).not.toEqual([]);
      }
    }
});

test('under changed SQL the accounts begin anew, with the rows that wait in kept state', {
  timeout: 60_000,
}, async () => {
  const before = await open(sql);
  feed(before, records.slice(0, 5));
  const { held } = sorting(before);
  expect(held).toBeGreaterThan(0);
  const after = await open(`${sql}\nCREATE STREAM "ALL" (item VARCHAR(4));
    CREATE PUMP "ALL_PUMP" AS INSERT INTO "ALL" SELECT STREAM "item" FROM "S";`);
  after.load(before.save(true));
  expect(sorting(after)).toMatchObject({ in: 0, passed: 0, held, kept: held });
  expect(ledgerFaults(after.ledger())).toEqual([]);
  feed(after, records.slice(5, 6));
  finish(after);
  expect(sorting(after)).toMatchObject({ in: 1, passed: held, late: 1, held: 0, kept: held });
  expect(countersOf(after, 'pump', 'ALL_PUMP')).toMatchObject({ in: 1, passed: 1 });
  expect(ledgerFaults(after.ledger())).toEqual([]);
});

// One second of rows fills an output several times over: the row that closes it waits, and is not counted before its turn.
const wide = `CREATE STREAM "WIDE" (k VARCHAR(64), n INTEGER);
CREATE PUMP "WIDE_PUMP" AS INSERT INTO "WIDE" SELECT STREAM k, COUNT(*) FROM "S" GROUP BY k, STEP("S".ROWTIME BY INTERVAL '1' SECOND);`;
const timed: InputBinding = {
  stream: 'S',
  format: { kind: 'csv', columnDelimiter: ',', rowDelimiter: '\n' },
  time: { path: 'T', unit: 'ms' },
  columns: [
    { name: 'K', type: { kind: 'VARCHAR', length: 64 }, nullable: true },
    { name: 'T', type: { kind: 'BIGINT' }, nullable: true },
  ],
};

test('a row that waits for a full output to be drained is counted once', { timeout: 120_000 }, async () => {
  const program = await open(wide, timed);
  const groups = 60_000;
  const line = (key: number, time: number): string => `${'x'.repeat(58)}${key},${time}\n`;
  let rows = 0;
  let drained = 0;
  const take = (_: number, bytes: Uint8Array): void => {
    for (const byte of bytes) if (byte === 10) rows++;
    drained++;
    expect(ledgerFaults(program.ledger())).toEqual([]);
  };
  const record = (text: string): void =>
    program.feedRecords(0, [{ data: new TextEncoder().encode(text), clock: 0n }], take);
  const fill = (time: number): void => record(Array.from({ length: groups }, (_, key) => line(key, time)).join(''));
  fill(0);
  // The second line closes the window: it can not be given back without the first one, which was taken.
  record(line(groups, 900) + line(0, 2000));
  program.drain(take);
  expect(rows).toBe(groups + 1);
  fill(2000);
  drained = 0;
  // Here the first one does: it waits until the window has left, in pieces.
  record(line(groups, 3000) + line(0, 4000));
  program.drain(take);
  expect(drained).toBeGreaterThan(1);
  expect(rows).toBe(2 * groups + 2);
  const came = 2 * groups + 4;
  expect(countersOf(program, 'source', 'S')).toMatchObject({ records: came, rows: came, errors: 0, raised: 0 });
  expect(countersOf(program, 'pump', 'WIDE_PUMP')).toMatchObject({ in: came, absorbed: came });
});
