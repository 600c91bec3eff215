// kill -9 at random instants: whatever the moment, a resumed run ends with the bytes of an undisturbed one (SEMANTICS 23–25), and with its
// ledger: the counters stand in the checkpoint (SEMANTICS 27).
// Whole processes of the built command, every operator among them, over replays of files. ROWTIME_KILLS says how many kills (default 20),
// ROWTIME_SEED which.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom, seedFromEnvironment } from '../harness/random.ts';

const command = fileURLToPath(new URL('../../dist/command/rowtime.cjs', import.meta.url));
const kills = Number(process.env['ROWTIME_KILLS'] ?? 20);
const seed = seedFromEnvironment();
const random = seededRandom(seed);
const records = 120_000;
const schema = 'S=("k" VARCHAR(12), "v" INTEGER, "d" DOUBLE, "t" TIMESTAMP)';

// A hundredth of the records, and one stream for what many pumps make of them.
const few = `CREATE OR REPLACE STREAM "FEW" (k VARCHAR(12), v INTEGER, d DOUBLE);
CREATE OR REPLACE STREAM "OUT" (what VARCHAR(8), k VARCHAR(60), n DOUBLE);
CREATE OR REPLACE PUMP "P0" AS INSERT INTO "FEW" SELECT STREAM "k", "v", "d" FROM "S" WHERE "v" > 989;`;

const programs: readonly {
  readonly name: string;
  readonly sql: string;
  readonly reference?: string;
  readonly merges?: true;
}[] = [
  {
    name: 'filter',
    sql: `CREATE OR REPLACE STREAM "OUT" (k VARCHAR(12), v INTEGER);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "OUT" SELECT STREAM "k", "v" FROM "S" WHERE "v" > 900;`,
  },
  {
    name: 'tumble',
    sql: `CREATE OR REPLACE STREAM "OUT" (k VARCHAR(12), n INTEGER, a DOUBLE, lo VARCHAR(12), hi INTEGER);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "OUT" SELECT STREAM "k", COUNT(*), AVG("d"), MIN("k"), MAX("v") FROM "S"
GROUP BY "k", STEP("S".ROWTIME BY INTERVAL '10' SECOND);`,
  },
  {
    name: 'chain',
    sql: `CREATE OR REPLACE STREAM "MID" (k VARCHAR(12), n INTEGER, w INTEGER);
CREATE OR REPLACE STREAM "OUT" (n BIGINT, s BIGINT, w INTEGER);
CREATE OR REPLACE PUMP "P1" AS INSERT INTO "MID" SELECT STREAM "k", COUNT(*), 100 / MIN("v") FROM "S"
GROUP BY "k", STEP("S".ROWTIME BY INTERVAL '1' SECOND);
CREATE OR REPLACE PUMP "P2" AS INSERT INTO "OUT" SELECT STREAM COUNT(*), SUM(n), MAX(w) FROM "MID"
GROUP BY STEP("MID".ROWTIME BY INTERVAL '5' SECOND) HAVING COUNT(*) > 2;`,
  },
  {
    name: 'lookup',
    sql: `CREATE OR REPLACE STREAM "OUT" (g VARCHAR(8), n INTEGER, s DOUBLE);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "OUT" SELECT STREAM t."g", COUNT(*), SUM(s."d" * t."f") FROM "S" AS s
LEFT JOIN "T" AS t ON s."k" = t."k" GROUP BY t."g", STEP(s.ROWTIME BY INTERVAL '10' SECOND);`,
    reference: 't.csv',
  },
  {
    name: 'merge',
    sql: `CREATE OR REPLACE STREAM "OUT" (k VARCHAR(12), v INTEGER, t TIMESTAMP);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "OUT" SELECT STREAM "k", "v", "S".ROWTIME FROM "S" WHERE "v" > 800;`,
    merges: true,
  },
  {
    name: 'windows',
    sql: `${few}
CREATE OR REPLACE PUMP "P1" AS INSERT INTO "OUT" SELECT STREAM 'range', k, SUM(d) OVER (PARTITION BY k RANGE INTERVAL '1' MINUTE PRECEDING) FROM "FEW";
CREATE OR REPLACE PUMP "P2" AS INSERT INTO "OUT" SELECT STREAM 'rows', k, MAX(d) OVER w + LAG(v, 3, 0) OVER w FROM "FEW" WINDOW w AS (ROWS 5 PRECEDING);
CREATE OR REPLACE PUMP "P3" AS INSERT INTO "OUT" SELECT STREAM 'stagger', k, COUNT(*) FROM "FEW" WINDOWED BY STAGGER (PARTITION BY k RANGE INTERVAL '10' SECOND);
CREATE OR REPLACE PUMP "P4" AS INSERT INTO "OUT" SELECT STREAM 'distinct', k, 1 FROM (SELECT STREAM DISTINCT k, FLOOR("FEW".ROWTIME TO MINUTE) AS m FROM "FEW") AS d;
CREATE OR REPLACE PUMP "P5" AS INSERT INTO "OUT" SELECT STREAM 'sum', k, SUM(DISTINCT v) FROM "FEW" GROUP BY k, FLOOR("FEW".ROWTIME TO MINUTE);`,
  },
  {
    name: 'joins',
    sql: `${few}
CREATE OR REPLACE PUMP "P1" AS INSERT INTO "OUT" SELECT STREAM 'outer', l.k, r.d FROM "FEW" OVER (RANGE INTERVAL '5' SECOND PRECEDING) AS l
FULL OUTER JOIN "FEW" OVER (ROWS 10 PRECEDING) AS r ON l.k = r.k AND l.v < r.v;
CREATE OR REPLACE PUMP "P2" AS INSERT INTO "OUT" SELECT STREAM 'sorted', k, d FROM "FEW" ORDER BY FLOOR("FEW".ROWTIME TO MINUTE), d;
CREATE OR REPLACE PUMP "P3" AS INSERT INTO "OUT" SELECT STREAM late AS ROWTIME, 'timed', k, d FROM
(SELECT STREAM "FEW".ROWTIME + MOD(v, 7) * INTERVAL '1' SECOND AS late, k, d FROM "FEW") ORDER BY late WITHIN INTERVAL '8' SECOND;
CREATE OR REPLACE PUMP "P4" AS INSERT INTO "OUT" SELECT STREAM 'one', k, d FROM "FEW" WHERE d > 50 UNION ALL SELECT STREAM 'other', k, -d FROM "FEW" WHERE d < 50;`,
  },
  {
    name: 'tables',
    sql: `${few}
CREATE OR REPLACE PUMP "P1" AS INSERT INTO "OUT" SELECT STREAM 'top', ITEM, ITEM_COUNT FROM TABLE(TOP_K_ITEMS_TUMBLING(CURSOR(SELECT STREAM * FROM "FEW"), 'K', 3, 30));
CREATE OR REPLACE PUMP "P2" AS INSERT INTO "OUT" SELECT STREAM 'distinct', '', NUMBER_OF_DISTINCT_ITEMS FROM TABLE(COUNT_DISTINCT_ITEMS_TUMBLING(CURSOR(SELECT STREAM * FROM "FEW"), 'K', 30));
CREATE OR REPLACE PUMP "P3" AS INSERT INTO "OUT" SELECT STREAM 'rank', k, "r" FROM TABLE(GROUP_RANK(CURSOR(SELECT STREAM k, v FROM "FEW"), 'V', 'r', 'asc', 'asc', 5, 0));
CREATE OR REPLACE PUMP "P4" AS INSERT INTO "OUT" SELECT STREAM 'score', k, ANOMALY_SCORE FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM k, v, d FROM "FEW"), 10, 32, 1000, 2));
CREATE OR REPLACE PUMP "P5" AS INSERT INTO "OUT" SELECT STREAM 'why', SUBSTRING(ANOMALY_EXPLANATION, 1, 40), ANOMALY_SCORE FROM TABLE(RANDOM_CUT_FOREST_WITH_EXPLANATION(CURSOR(SELECT STREAM v, d FROM "FEW"), 10, 32, 1000, 1, TRUE));
CREATE OR REPLACE PUMP "P6" AS INSERT INTO "OUT" SELECT STREAM 'spots', SUBSTRING(HOTSPOTS_RESULT, 1, 60), d FROM TABLE(HOTSPOTS(CURSOR(SELECT STREAM v, d FROM "FEW"), 100, 20, 3));`,
  },
];
const tableSchema = 'T=("k" VARCHAR(12), "g" VARCHAR(8), "f" DOUBLE)';

let folder = '';
const undisturbed = new Map<string, { readonly text: string; readonly ledger: object }>();

beforeAll(async () => {
  if (!existsSync(command)) throw new Error('dist/ is missing: run `npm run build` first');
  folder = mkdtempSync(join(tmpdir(), 'rowtime-kill-'));
  const text = inputText();
  writeFileSync(join(folder, 's.jsonl'), text);
  // The same records dealt out to files, each in order of time.
  const dealt: string[][] = [[], [], []];
  for (const line of text.split('\n')) if (line !== '') dealt[Math.floor(random() * 3)]?.push(line);
  for (const [index, lines] of dealt.entries()) {
    const name = join(folder, `part${index}.jsonl`);
    if (index === 1) writeFileSync(`${name}.gz`, gzipSync(lines.join('\n')));
    else writeFileSync(name, `${lines.join('\n')}\n`);
  }
  const lines = Array.from({ length: 40 }, (_, index) => `key${index},group${index % 7},${index}`);
  writeFileSync(join(folder, 't.csv'), `${lines.join('\n')}\n`);
  for (const { name, sql } of programs) {
    writeFileSync(join(folder, `${name}.sql`), sql);
    await run(name, `${name}-whole`, undefined);
    const text = readFileSync(join(folder, `${name}-whole.jsonl`), 'utf8');
    expect(text.length).toBeGreaterThan(1000);
    // Every pump of these programs says what it is.
    const pumps = sql.startsWith(few) ? (sql.match(/INSERT INTO "OUT"/g)?.length ?? 0) : 0;
    expect(new Set(text.match(/"WHAT":"\w+"/g)).size, name).toBeGreaterThanOrEqual(pumps);
    undisturbed.set(name, { text, ledger: ledgerOf(`${name}-whole`) });
  }
  // Merged files give the order of one file; rows of one millisecond may change places.
  const times = undisturbed.get('merge')?.text.match(/"T":"[^"]*"/g) ?? [];
  expect(times).toEqual([...times].sort());
  expect(times.length).toBe(text.match(/"v":(?:8(?!00,)\d\d|9\d\d),/g)?.length);
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inputText(): string {
  const lines: string[] = [];
  let time = Date.UTC(2026, 0, 1);
  for (let index = 0; index < records; index++) {
    time += Math.floor(random() * 20);
    const v = Math.floor(random() * 1000);
    lines.push(
      `{"k":"key${Math.floor(random() * 50)}","v":${v},"d":${random() * 100},"t":"${new Date(time).toISOString().slice(0, 23)}"}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

// Runs a program to its end, or kills it after `killAfterMs`; true when it ended by itself.
function run(program: string, output: string, killAfterMs: number | undefined): Promise<boolean> {
  const { reference, merges } = programs.find(({ name }) => name === program) ?? {};
  const parameters = [
    'run',
    join(folder, `${program}.sql`),
    '--schema',
    schema,
    '--source',
    merges === true ? `S=${join(folder, 'part*')}?time=$.t&merge=rowtime` : `S=${join(folder, 's.jsonl')}?time=$.t`,
  ];
  parameters.push(
    '--sink',
    `OUT=${join(folder, `${output}.jsonl`)}`,
    '--checkpoint',
    join(folder, `${output}.checkpoint`),
    '--checkpoint-interval',
    '20ms',
    '--stats',
    join(folder, `${output}.stats`),
  );
  if (reference !== undefined)
    parameters.push('--schema', tableSchema, '--reference', `T=${join(folder, reference)}?refresh=10ms`);
  const child = spawn(process.execPath, [command, ...parameters], { stdio: ['ignore', 'ignore', 'pipe'] });
  let messages = '';
  child.stderr.on('data', (data: Buffer) => {
    messages += data.toString();
  });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') resolve(false);
      else if (code === 0) resolve(true);
      else reject(new Error(`seed ${seed}: ${program} ended with ${code}: ${messages}`));
    });
  });
}

// What the last run said of the whole application; the bytes that it read are its own.
function ledgerOf(output: string): object {
  const stats = JSON.parse(readFileSync(join(folder, `${output}.stats`), 'utf8')) as Record<string, object>;
  const { sources, references, pumps, streams, operators } = stats;
  const { bytes: _, ...source } = (sources as { S: { bytes: number } }).S;
  return { source, references, pumps, streams, operators };
}

test(`${kills} kills at random instants (seed ${seed})`, async () => {
  let done = 0;
  let killed = 0;
  for (let round = 0; done < kills; round++) {
    const program = programs[round % programs.length]?.name ?? '';
    const output = `${program}-${done}`;
    // Up to three kills in a row, then to the end.
    let ended = false;
    const most = 1 + Math.floor(random() * 3);
    for (let attempt = 0; attempt < most && !ended && done < kills; attempt++) {
      ended = await run(program, output, 20 + random() * 400);
      done++;
      if (!ended) killed++;
    }
    if (!ended) await run(program, output, undefined);
    const text = readFileSync(join(folder, `${output}.jsonl`), 'utf8');
    expect(text === undisturbed.get(program)?.text, `seed ${seed}: ${output} differs after ${done} kills`).toBe(true);
    expect(ledgerOf(output), `seed ${seed}: the ledger of ${output}`).toEqual(undisturbed.get(program)?.ledger);
    rmSync(join(folder, `${output}.jsonl`));
    rmSync(join(folder, `${output}.checkpoint`), { recursive: true });
  }
  expect(killed).toBeGreaterThan(0);
}, 3_600_000);
