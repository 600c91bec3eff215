// An equi-join of two in-application streams within a minute, both fed from one input.
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

const windowMs = 60_000;
const keys = 30_000;

// A record each millisecond: about 30,000 rows of either side lie in a window, so that a row meets one other on average.
function generate(random: Random, index: number): string {
  const kind = random.below(2) === 0 ? 'order' : 'payment';
  return `{"EVENT_TIME":"${eventTime(index)}","KIND":"${kind}","CUSTOMER":${random.below(keys)},"EVENT_ID":${index}}\n`;
}

interface Kept {
  readonly time: number;
  readonly id: number;
}

/** One side: rows by key, old ones dropped when their key is met again or at the front of all. */
class Side {
  readonly rows = new Map<number, Kept[]>();

  of(customer: number, time: number): Kept[] {
    let kept = this.rows.get(customer);
    if (kept === undefined) {
      kept = [];
      this.rows.set(customer, kept);
    }
    let old = 0;
    while (old < kept.length && (kept[old] as Kept).time < time - windowMs) old++;
    if (old > 0) kept.splice(0, old);
    return kept;
  }
}

function node(emit: EmitRow): NodeProgram {
  const orders = new Side();
  const payments = new Side();
  return {
    record(line) {
      const event = JSON.parse(line) as Record<string, unknown>;
      const time = timeOf(event['EVENT_TIME']);
      const kind = textOf(event['KIND']);
      const customer = integerOf(event['CUSTOMER']);
      const id = integerOf(event['EVENT_ID']);
      const isOrder = kind === 'order';
      (isOrder ? orders : payments).of(customer, time).push({ time, id });
      for (const other of (isOrder ? payments : orders).of(customer, time))
        emit(isOrder ? [customer, id, other.id] : [customer, other.id, id]);
    },
    end() {},
  };
}

/** Orders with the payments of their customer at most a minute before or after. */
export const join: Workload = {
  name: 'join',
  title: 'stream-stream equi-join within 1 minute on both sides',
  format: 'jsonl',
  records: 1_000_000,
  stream: 'EVENTS',
  columns: [
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'KIND', type: 'VARCHAR(8)' },
    { name: 'CUSTOMER', type: 'INTEGER' },
    { name: 'EVENT_ID', type: 'BIGINT' },
  ],
  purpose: 'Orders and payments of a customer within a minute.',
  pumps: `CREATE OR REPLACE STREAM "ORDERS" (CUSTOMER INTEGER, EVENT_ID BIGINT);
CREATE OR REPLACE STREAM "PAYMENTS" (CUSTOMER INTEGER, EVENT_ID BIGINT);
CREATE OR REPLACE PUMP "ORDER_PUMP" AS INSERT INTO "ORDERS" SELECT STREAM CUSTOMER, EVENT_ID FROM "EVENTS" WHERE KIND = 'order';
CREATE OR REPLACE PUMP "PAYMENT_PUMP" AS INSERT INTO "PAYMENTS" SELECT STREAM CUSTOMER, EVENT_ID FROM "EVENTS" WHERE KIND = 'payment';
CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM o.CUSTOMER, o.EVENT_ID, p.EVENT_ID
  FROM "ORDERS" OVER w AS o JOIN "PAYMENTS" OVER w AS p ON o.CUSTOMER = p.CUSTOMER
  WINDOW w AS (RANGE INTERVAL '1' MINUTE PRECEDING);
`,
  result: [
    { name: 'CUSTOMER', type: 'INTEGER' },
    { name: 'ORDER_ID', type: 'BIGINT' },
    { name: 'PAYMENT_ID', type: 'BIGINT' },
  ],
  dataVersion: 1,
  generate,
  node,
  duckdb: (input) => `
    WITH EVENTS AS MATERIALIZED (SELECT * FROM ${input})
    SELECT o.CUSTOMER, o.EVENT_ID AS ORDER_ID, p.EVENT_ID AS PAYMENT_ID
    FROM EVENTS o JOIN EVENTS p ON o.CUSTOMER = p.CUSTOMER
      AND p.EVENT_TIME BETWEEN o.EVENT_TIME - INTERVAL 1 MINUTE AND o.EVENT_TIME + INTERVAL 1 MINUTE
    WHERE o.KIND = 'order' AND p.KIND = 'payment'`,
  simdjson: { absent: 'no program was written for joins' },
};
