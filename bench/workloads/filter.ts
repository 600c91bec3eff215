// A filter that keeps two of seven columns, like query 2 of Nexmark.
import {
  type EmitRow,
  eventTime,
  integerOf,
  type NodeProgram,
  type Random,
  textOf,
  timeOf,
  type Workload,
} from '../workload.ts';

const channels = ['Google', 'Facebook', 'Baidu', 'Apple', 'channel-17', 'channel-4711'];
const letters = 'abcdefghijklmnopqrstuvwxyz';

function word(random: Random, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) text += letters[random.below(26)];
  return text;
}

function generate(random: Random, index: number): string {
  const channel = random.pick(channels);
  return (
    `{"AUCTION":${1000 + random.below(100_000)},"BIDDER":${1000 + random.below(50_000)},"PRICE":${random.below(10_000_000)},` +
    `"CHANNEL":"${channel}","URL":"https://www.nexmark.example/${word(random, 5)}/${word(random, 4)}/item.htm?query=1",` +
    `"EVENT_TIME":"${eventTime(index)}","EXTRA":"${word(random, 20 + random.below(30))}"}\n`
  );
}

function node(emit: EmitRow): NodeProgram {
  return {
    record(line) {
      const bid = JSON.parse(line) as Record<string, unknown>;
      const auction = integerOf(bid['AUCTION']);
      const price = integerOf(bid['PRICE']);
      integerOf(bid['BIDDER']);
      textOf(bid['CHANNEL']);
      textOf(bid['URL']);
      timeOf(bid['EVENT_TIME']);
      textOf(bid['EXTRA']);
      if (auction % 123 === 0) emit([auction, price]);
    },
    end() {},
  };
}

/** Two of seven columns for one auction in 123. */
export const filter: Workload = {
  name: 'filter',
  title: 'filter: 2 of 7 columns where MOD(auction, 123) = 0',
  format: 'jsonl',
  records: 10_000_000,
  stream: 'BIDS',
  columns: [
    { name: 'AUCTION', type: 'BIGINT' },
    { name: 'BIDDER', type: 'BIGINT' },
    { name: 'PRICE', type: 'BIGINT' },
    { name: 'CHANNEL', type: 'VARCHAR(32)' },
    { name: 'URL', type: 'VARCHAR(128)' },
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'EXTRA', type: 'VARCHAR(64)' },
  ],
  purpose: 'Auction and price of the bids for some auctions.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM AUCTION, PRICE FROM "BIDS" WHERE MOD(AUCTION, 123) = 0;
`,
  result: [
    { name: 'AUCTION', type: 'BIGINT' },
    { name: 'PRICE', type: 'BIGINT' },
  ],
  dataVersion: 1,
  generate,
  node,
  duckdb: (input) => `
    SELECT AUCTION, PRICE
    FROM ${input}
    WHERE AUCTION % 123 = 0`,
  simdjson: { source: 'filter.cpp' },
};
