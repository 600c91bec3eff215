// Orders nested three levels deep, with one array flattened into a row per element.
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

const cities = ['Amsterdam', 'Bergen', 'Chicago', 'Dakar', 'Edinburgh', 'Fukuoka'];

function generate(random: Random, index: number): string {
  const items: string[] = [];
  for (let count = 1 + random.below(5); count > 0; count--) {
    const price = (1 + random.next() * 200).toFixed(2);
    items.push(`{"SKU":"SKU-${random.below(5000)}","QUANTITY":${1 + random.below(9)},"PRICE":${price}}`);
  }
  return (
    `{"EVENT_TIME":"${eventTime(index * 3)}","PURCHASE":{"ID":${index},"CUSTOMER":{"NAME":"Customer ${random.below(90_000)}",` +
    `"ADDRESS":{"CITY":"${random.pick(cities)}","ZIP":"${10_000 + random.below(89_999)}"}},"CURRENCY":"EUR"},` +
    `"ITEMS":[${items.join(',')}],"CHANNEL":"${random.below(2) === 0 ? 'web' : 'store'}"}\n`
  );
}

type Json = Record<string, unknown>;

function node(emit: EmitRow): NodeProgram {
  return {
    record(line) {
      const order = JSON.parse(line) as Json;
      const purchase = order['PURCHASE'] as Json;
      const address = (purchase['CUSTOMER'] as Json)['ADDRESS'] as Json;
      timeOf(order['EVENT_TIME']);
      const id = integerOf(purchase['ID']);
      const city = textOf(address['CITY']);
      for (const item of order['ITEMS'] as Json[]) {
        const sku = textOf(item['SKU']);
        const quantity = integerOf(item['QUANTITY']);
        const price = numberOf(item['PRICE']);
        if (quantity > 7) emit([id, city, sku, quantity, price]);
      }
    },
    end() {},
  };
}

/** One row per ordered item, for large quantities. */
export const nested: Workload = {
  name: 'nested',
  title: 'three levels of nesting, one array flattened, two items in nine pass',
  format: 'jsonl',
  records: 2_500_000,
  stream: 'ORDERS',
  columns: [
    { name: 'EVENT_TIME', type: 'TIMESTAMP' },
    { name: 'ORDER_ID', type: 'BIGINT', mapping: '$.PURCHASE.ID' },
    { name: 'CITY', type: 'VARCHAR(32)', mapping: '$.PURCHASE.CUSTOMER.ADDRESS.CITY' },
    { name: 'SKU', type: 'VARCHAR(16)', mapping: '$.ITEMS[0:].SKU' },
    { name: 'QUANTITY', type: 'INTEGER', mapping: '$.ITEMS[0:].QUANTITY' },
    { name: 'PRICE', type: 'DOUBLE', mapping: '$.ITEMS[0:].PRICE' },
  ],
  purpose: 'Ordered items in large quantities.',
  pumps: `CREATE OR REPLACE PUMP "OUT_PUMP" AS INSERT INTO "OUT"
  SELECT STREAM ORDER_ID, CITY, SKU, QUANTITY, PRICE FROM "ORDERS" WHERE QUANTITY > 7;
`,
  result: [
    { name: 'ORDER_ID', type: 'BIGINT' },
    { name: 'CITY', type: 'VARCHAR(32)' },
    { name: 'SKU', type: 'VARCHAR(16)' },
    { name: 'QUANTITY', type: 'INTEGER' },
    { name: 'PRICE', type: 'DOUBLE' },
  ],
  dataVersion: 1,
  generate,
  node,
  duckdb: (input) => `
    SELECT ORDER_ID, CITY, ITEM.SKU AS SKU, ITEM.QUANTITY AS QUANTITY, ITEM.PRICE AS PRICE
    FROM (
      SELECT PURCHASE.ID AS ORDER_ID, PURCHASE.CUSTOMER.ADDRESS.CITY AS CITY, unnest(ITEMS) AS ITEM
      FROM ${input})
    WHERE ITEM.QUANTITY > 7`,
  duckdbColumns: `EVENT_TIME: 'TIMESTAMP', PURCHASE: 'STRUCT(ID BIGINT, CUSTOMER STRUCT(ADDRESS STRUCT(CITY VARCHAR)))',
    ITEMS: 'STRUCT(SKU VARCHAR, QUANTITY INTEGER, PRICE DOUBLE)[]'`,
  simdjson: { source: 'nested.cpp' },
};
