// Tumbling aggregation over stock ticks, with members in the order of the schema and in changing order.
import {
  type EmitRow,
  eventTime,
  integerOf,
  type NodeProgram,
  numberOf,
  type Random,
  textOf,
  timeOf,
  type Workload,
} from '../workload.ts';
import { TumblingGroups } from './tumbling.ts';

const sectors = ['TECHNOLOGY', 'HEALTHCARE', 'ENERGY', 'RETAIL', 'FINANCIAL'];
const keys = 100;

function members(random: Random, index: number): string[] {
  const key = random.below(keys);
  const price = (random.next() * 500).toFixed(2);
  const change = ((random.next() - 0.5) * 10).toFixed(2);
  return [
    `"EVENT_TIME":"${eventTime(index * 5)}"`,
    `"TICKER":"TCK${key}"`,
    `"SECTOR":"${sectors[key % sectors.length]}"`,
    `"CHANGE":${change}`,
    `"PRICE":${price}`,
    `"QTY":${random.below(1000)}`,
  ];
}

function shuffle(random: Random, parts: string[]): string[] {
  for (let last = parts.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [parts[last], parts[other]] = [parts[other] as string, parts[last] as string];
  }
  return parts;
}

interface Group {
  count: number;
  sum: number;
  lowest: number;
  highest: number;
}

function node(emit: EmitRow): NodeProgram {
  const groups = new TumblingGroups<Group>(
    10_000,
    () => ({ count: 0, sum: 0, lowest: Number.POSITIVE_INFINITY, highest: Number.NEGATIVE_INFINITY }),
    (ticker, group) => emit([ticker, group.count, group.sum / group.count, group.lowest, group.highest]),
  );
  return {
    record(line) {
      const tick = JSON.parse(line) as Record<string, unknown>;
      const time = timeOf(tick['EVENT_TIME']);
      const ticker = textOf(tick['TICKER']);
      const price = numberOf(tick['PRICE']);
      textOf(tick['SECTOR']);
      numberOf(tick['CHANGE']);
      integerOf(tick['QTY']);
      const group = groups.at(time, ticker);
      group.count++;
      group.sum += price;
      if (price < group.lowest) group.lowest = price;
      if (price > group.highest) group.highest = price;
    },
    end: () => groups.flush(),
  };
}

const shared: Omit<Workload, 'name' | 'title' | 'generate'> = {
  format: 'jsonl',
  records: 10_000_000,
  stream: 'TICKS',
  columns: [
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'TICKER', type: 'VARCHAR(8)' },
    { name: 'SECTOR', type: 'VARCHAR(16)' },
    { name: 'CHANGE', type: 'DOUBLE' },
    { name: 'PRICE', type: 'DOUBLE' },
    { name: 'QTY', type: 'INTEGER' },
  ],
  purpose: 'Count, average and extremes of the price by ticker, every ten seconds.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM TICKER, COUNT(*), AVG(PRICE), MIN(PRICE), MAX(PRICE)
  FROM "TICKS"
  GROUP BY TICKER, STEP("TICKS".ROWTIME BY INTERVAL '10' SECOND);
`,
  result: [
    { name: 'TICKER', type: 'VARCHAR(8)' },
    { name: 'TICK_COUNT', type: 'BIGINT' },
    { name: 'AVERAGE', type: 'DOUBLE' },
    { name: 'LOWEST', type: 'DOUBLE' },
    { name: 'HIGHEST', type: 'DOUBLE' },
  ],
  dataVersion: 1,
  node,
  duckdb: (input) => `
    SELECT TICKER, count(*) AS TICK_COUNT, avg(PRICE) AS AVERAGE, min(PRICE) AS LOWEST, max(PRICE) AS HIGHEST
    FROM ${input}
    GROUP BY TICKER, epoch_ms(EVENT_TIME) // 10000`,
  simdjson: { source: 'ticks.cpp' },
};

/** Members in the order of the schema, as most producers write them. */
export const ticks: Workload = {
  ...shared,
  name: 'ticks',
  title: 'tumbling 10 s aggregate by ticker, members in the order of the schema',
  generate: (random, index) => `{${members(random, index).join(',')}}\n`,
};

/** Records with a blank behind each comma and colon, as Python's json.dumps writes them. */
export const ticksSpaced: Workload = {
  ...shared,
  name: 'ticks-spaced',
  title: 'tumbling 10 s aggregate by ticker, blanks behind commas and colons',
  records: 4_000_000,
  generate: (random, index) =>
    `{${members(random, index)
      .map((member) => member.replace('":', '": '))
      .join(', ')}}\n`,
};

/** Members of each record in another order: no layout can be expected. */
export const ticksShuffled: Workload = {
  ...shared,
  name: 'ticks-shuffled',
  title: 'tumbling 10 s aggregate by ticker, members in any order',
  generate: (random, index) => `{${shuffle(random, members(random, index)).join(',')}}\n`,
};
