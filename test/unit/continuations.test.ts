// The matches of one row leave in pieces: an output holds its limit and one row, and what comes out is the same as without a limit.
import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../../compiler/compile.ts';
import { OUTPUT_BYTES_MAX_DEFAULT } from '../../contract/abi.ts';
import type { InputBinding } from '../../contract/binding.ts';
import { Program } from '../../runtime/program.ts';

const unlimited = 1 << 30;
const integer = { kind: 'BIGINT' } as const;
const text = { kind: 'VARCHAR', length: 1000 } as const;

function input(stream: string, rowPath = '$'): InputBinding {
  return {
    stream,
    format: { kind: 'json', rowPath },
    columns: [
      { name: 'T', type: integer, nullable: true, mapping: '$.t' },
      { name: 'K', type: integer, nullable: true, mapping: '$.k' },
      { name: 'W', type: text, nullable: true, mapping: '$.w' },
    ],
    time: { path: '$.t', unit: 'ms' },
  };
}

async function artifact(sql: string, inputs: readonly InputBinding[]): Promise<Uint8Array> {
  const { columns, format } = input('R');
  const references = [{ table: 'R', format, columns: columns.slice(1) }];
  const { wasm, diagnostics } = await compile({ name: 'x.sql', text: sql }, { inputs, references, effort: 'quick' });
  if (wasm === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return wasm;
}

/** What one run of a program gives: every output's text as a hash, most bytes that were drained at once, calls, the ledger. */
class Play {
  longest = 0;
  drains = 0;
  private readonly hashes = new Map<string, ReturnType<typeof createHash>>();
  private readonly program: Program;

  constructor(program: Program) {
    this.program = program;
  }

  static async of(wasm: Uint8Array, outputBytesMax: number): Promise<Play> {
    return new Play(await Program.open(wasm, { start: 0n, outputBytesMax }));
  }

  private readonly take = (output: number, bytes: Uint8Array): void => {
    this.longest = Math.max(this.longest, bytes.length);
    this.drains++;
    const name = this.program.manifest.outputs[output]?.stream ?? '?';
    const hash = this.hashes.get(name) ?? createHash('sha256');
    this.hashes.set(name, hash.update(bytes));
  };

  refer(lines: string): void {
    this.program.loadReference(0, new TextEncoder().encode(lines), 0n, false, this.take);
    while (this.program.begin(0n)) this.program.drain(this.take);
  }

  feed(index: number, lines: string): void {
    this.program.feedRaw(index, new TextEncoder().encode(lines), false, 0n, this.take);
    this.program.drain(this.take);
  }

  feedRecords(index: number, records: readonly string[]): void {
    const encode = (line: string): Uint8Array => new TextEncoder().encode(line);
    this.program.feedRecords(
      index,
      records.map((record) => ({ data: encode(record), clock: 0n, arrival: 0n })),
      this.take,
    );
    this.program.drain(this.take);
  }

  advance(index: number, time: number): void {
    while (this.program.advance(index, BigInt(time))) this.program.drain(this.take);
    this.program.drain(this.take);
  }

  finish(): void {
    for (const index of this.program.manifest.inputs.keys()) this.end(index);
  }

  end(index: number): void {
    while (this.program.finish(index)) this.program.drain(this.take);
    this.program.drain(this.take);
  }

  rows(stream: string): number {
    return this.program.outputRows(this.program.manifest.outputs.findIndex((output) => output.stream === stream));
  }

  result(): string {
    const hashes = [...this.hashes].sort().map(([name, hash]) => `${name} ${hash.copy().digest('hex')}`);
    return [...hashes, JSON.stringify(this.program.ledger())].join('\n');
  }
}

const count = 200_000;
const wide = 'w'.repeat(500);
const rowBytes = 600;
let cross: Uint8Array;
let chain: Uint8Array;

beforeAll(async () => {
  cross = await artifact(
    `CREATE STREAM J (k BIGINT, w VARCHAR(1000));
    CREATE PUMP PJ AS INSERT INTO J
      SELECT STREAM a.k, b.w FROM N OVER (RANGE INTERVAL '1' HOUR PRECEDING) AS a JOIN S AS b ON 1 = 1;
    CREATE STREAM L (k BIGINT, w VARCHAR(1000));
    CREATE PUMP PL AS INSERT INTO L SELECT STREAM r.k, s.w FROM S AS s CROSS JOIN R AS r;`,
    [input('N'), input('S')],
  );
  chain = await artifact(
    `CREATE STREAM J (k BIGINT, w VARCHAR(1000), v BIGINT);
    CREATE PUMP P1 AS INSERT INTO J SELECT STREAM a.k, UPPER(a.w), b.k
      FROM N OVER (RANGE INTERVAL '2' SECOND PRECEDING) AS a LEFT JOIN S OVER (RANGE INTERVAL '1' SECOND PRECEDING) AS b
      ON a.k <> b.k;
    CREATE STREAM O (what VARCHAR(8), k BIGINT, n BIGINT, w VARCHAR(1000));
    CREATE PUMP P2 AS INSERT INTO O SELECT STREAM 'count', k, COUNT(*), MAX(w) FROM J GROUP BY k, FLOOR(J.ROWTIME TO SECOND);
    CREATE PUMP P3 AS INSERT INTO O SELECT STREAM 'lookup', j.k, 10 / (r.k - 3), LOWER(j.w) || r.w
      FROM J AS j LEFT JOIN R AS r ON j.k < r.k AND CHAR_LENGTH(j.w || r.w) > 2;
    CREATE PUMP P4 AS INSERT INTO O SELECT STREAM 'plain', k, v, w FROM J WHERE k > 1;
    CREATE STREAM M (k BIGINT, n BIGINT);
    CREATE PUMP P5 AS INSERT INTO M SELECT STREAM o.k, o.n FROM O AS o JOIN R AS r ON o.k = r.k;
    CREATE STREAM F (k BIGINT, n BIGINT, other BIGINT);
    CREATE PUMP P6 AS INSERT INTO F SELECT STREAM m.k, m.n, p.k
      FROM M OVER (ROWS 3 PRECEDING) AS m RIGHT JOIN M OVER (ROWS 2 PRECEDING) AS p ON m.n < p.n;`,
    [input('N', '$.rows'), input('S')],
  );
}, 300_000);

function playCross(play: Play): string {
  const lines = Array.from({ length: count }, (_, index) =>
    `{"t":${index % 100},"k":${index}}\n`.replace(/"t":\d+/, '"t":5'),
  );
  play.refer(Array.from({ length: count }, (_, index) => `{"k":${index},"w":"r"}\n`).join(''));
  play.feed(0, lines.join(''));
  play.end(0);
  play.feed(1, `{"t":10,"k":1,"w":"${wide}"}\n{"t":11,"k":2,"w":"last"}\n`);
  play.finish();
  return play.result();
}

test('a row that matches 200,000 others never fills an output by more than its limit and one row', async () => {
  const limited = await Play.of(cross, OUTPUT_BYTES_MAX_DEFAULT);
  const result = playCross(limited);
  expect(limited.rows('J')).toBe(2 * count);
  expect(limited.rows('L')).toBe(2 * count);
  expect(limited.longest).toBeGreaterThan(OUTPUT_BYTES_MAX_DEFAULT / 2);
  expect(limited.longest).toBeLessThanOrEqual(OUTPUT_BYTES_MAX_DEFAULT + rowBytes);
  const whole = await Play.of(cross, unlimited);
  expect(result).toBe(playCross(whole));
  expect(whole.longest).toBeGreaterThan(count * wide.length);
}, 120_000);

function playChain(play: Play, asRecords: boolean): string {
  const feed = (index: number, lines: readonly string[]): void => {
    // A record of two lines, where they come as records.
    if (asRecords) play.feedRecords(index, [lines.slice(0, 2).join('\n'), ...lines.slice(2)]);
    else play.feed(index, lines.map((line) => `${line}\n`).join(''));
  };
  play.refer([1, 2, 3, 4].map((k) => `{"k":${k},"w":"r${k}"}\n`).join(''));
  for (let second = 0; second < 6; second++) {
    const time = second * 700;
    const row = (k: number): string => `{"t":${time + k},"k":${k},"w":"n${second}${k}"}`;
    feed(0, [`{"rows":[${[0, 1, 2, 3].map(row).join()}]}`, `{"rows":[${row(4)},${row(1)}]}`, '{"rows":3}']);
    feed(1, [1, 2, 3].map((k) => `{"t":${time + 100 * k},"k":${k},"w":"s"}`).concat('{"t":"no time"}'));
    play.advance(0, time + 650);
    play.advance(1, time + 650);
  }
  play.finish();
  return play.result();
}

test.each([false, true])(
  'a chain of joins, windows and lookups gives the same however often it stops',
  async (records) => {
    const whole = await Play.of(chain, unlimited);
    const expected = playChain(whole, records);
    for (const limit of [1, 100, 777]) {
      const limited = await Play.of(chain, limit);
      expect(playChain(limited, records)).toBe(expected);
      expect(limited.longest).toBeLessThan(limit + rowBytes);
      expect(limited.drains).toBeGreaterThan(whole.drains * 2);
    }
    expect(whole.rows('F')).toBeGreaterThan(20);
    expect(whole.rows('error_stream')).toBeGreaterThan(20);
  },
);
