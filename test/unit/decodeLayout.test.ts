// The expected layout of JSON records: what stays on its path, and that it never makes a difference.
import { beforeAll, describe, expect, test } from 'vitest';
import { input, type Inputs, openDecoders } from '../harness/decoders.ts';
import { seededRandom } from '../harness/random.ts';

const types =
  'BOOLEAN,TINYINT,SMALLINT,INTEGER,BIGINT,DECIMAL(10;2),REAL,DOUBLE,CHAR(4),VARCHAR(4),VARBINARY(4),DATE,TIME,TIMESTAMP'
    .split(',')
    .map((type) => type.replace(';', ','));
/** 120 columns of every type whose names begin with `C` and a number. */
const wide = (nameOf: (index: number) => string): string =>
  Array.from({ length: 120 }, (_, index) => `${nameOf(index)} ${types[index % types.length]}`).join('; ');
const order =
  'id=$.order.id INTEGER; city=$.order.who.city VARCHAR(9); sku=$.items[0:].sku VARCHAR(9); n=$.items[0:].n INTEGER; x=$.items[0:].x DOUBLE; ch VARCHAR(5)';
const atTime = { path: '$.at', unit: 'ms' } as const;
const inputs: Inputs = {
  orders: input(order, {}, atTime),
  ordersShuffled: input(order.split('; ').reverse().join('; '), {}, atTime),
  sampled: {
    ...input('b INTEGER; a INTEGER; c VARCHAR(5)', {}, atTime),
    layout: ['z', 'w', '"', 'at', 'a', 'y', 'b', 'c', 'x'],
  },
  unsampled: input('c VARCHAR(5); b INTEGER; a INTEGER', {}, atTime),
  wideNested: input(
    wide((index) => `C${index}=$.G${index}${'X'.repeat(index % 60)}.first.${'y'.repeat(index)}z`),
    {},
    atTime,
  ),
  longNames: input(wide((index) => `C${index}${'Y'.repeat(150 + index)}`)),
};

let decoders: Awaited<ReturnType<typeof openDecoders>>;
beforeAll(async () => {
  decoders = await openDecoders(inputs);
});

const decode = (name: string, given: string | Uint8Array): string[] => decoders.decode(name, given).outcomes;

describe('the expected layout', () => {
  const inLayout = (name: string, record: string): string[] => {
    const rows = decode(name, record);
    expect([record, decoders.missed(name)]).toEqual([record, 0]);
    return rows;
  };
  const time = 'TIME=1767323045678';
  const at = '"at":"2026-01-02T03:04:05.678"';
  test('holds blanks, members that nobody reads and a time anywhere', () => {
    const row = `a=1 b=2 c=x ${time}`.split(' ').sort().join(' ');
    const records = [
      `{"z":[{"a":5}],${at},"a":1,"y":"","b":2,"c":"x","x":{}}`,
      `{"z": null, ${at}, "a": 1, "y": 7, "b": 2, "c": "x", "x": 0}\r`,
      `{${at},"a":1,"b":2,"c":"x"}`,
      `{"z":1,"w":[],${at},"a":1,"y":0,"b":2,"c":"x"}`,
      `{"w":1,"z":2,${at},"a":1,"b":2,"c":"x"}`,
      `{"z":1 , "w":2 ,${at},"a":1,"b":2,"c":"x"}`,
      `  { ${at} ,"other" :[ 1 , {} ], "a"\t:  1,"b":2 , "\\u0063c":3,"c":"x","é":true }  `,
    ];
    for (const record of records)
      expect(inLayout('sampled', record).map((each) => each.split(' ').sort().join(' '))).toEqual([row]);
    for (const place of [0, 1, 2]) {
      const parts = [
        '"ch":"web"',
        '"order":{"id":1,"who":{"city":"Oslo"}}',
        '"items":[{"sku":"a","n":2,"x":3}]',
      ].reverse();
      [parts[0], parts[1]] = [parts[1] as string, parts[0] as string];
      parts.splice(place, 0, at);
      expect(inLayout('orders', `{${parts.join(',')}}`)).toEqual([`id=1 city=Oslo sku=a n=2 x=3 ch=web ${time}`]);
    }
  });
  test('holds nested objects and an array of rows', () => {
    const record = `{${at},"order":{"no":[],"id":1,"who":{"city":"Oslo","zip":"\\u0030"},"e":1},"items":[{"sku":"a","n":1,"x":0.5},{"sku":"b","n":null,"q":[],"x":"2"}],"ch":"web","end":1}`;
    const rows = [`id=1 city=Oslo sku=a n=1 x=0.5 ch=web ${time}`, `id=1 city=Oslo sku=b x=2 ch=web ${time}`];
    expect(inLayout('orders', record)).toEqual(rows);
    expect(
      inLayout(
        'orders',
        record
          .replaceAll(',"', ', "')
          .replaceAll(':', ': ')
          .replaceAll(/(\d): /g, '$1:'),
      ),
    ).toEqual(rows);
    // What can't be converted takes its row.
    expect(decode('orders', record.replace('0.5', '[]'))).toEqual(['!coercion-failed x', rows[1]]);
    expect(decode('orders', record.replace('"2"', '"?"'))).toEqual([rows[0], '!coercion-failed x']);
    expect(decode('orders', record.replace('"end":1', '"end":1,"ch":"x"'))).toEqual(
      rows.map((row) => row.replace('ch=web', 'ch=x')),
    );
    expect(decode('orders', record.replace(/"items":\[.*\],"ch"/, '"items":[],"ch"'))).toEqual([
      `id=1 city=Oslo ch=web ${time}`,
    ]);
  });
  test('is given up for a while where records keep missing it, without a difference', () => {
    const records = Array.from({ length: 200 }, (_, index) =>
      index % 50 < 30 ? `{"c":"x","b":${index},"a":2,${at}}` : `{${at},"a":2,"b":${index},"c":"x"}`,
    );
    expect(decode('sampled', records.join('\n'))).toEqual(
      Array.from({ length: 200 }, (_, index) => `b=${index} a=2 c=x ${time}`),
    );
  });
  test('nested layout and general reader agree', () => {
    const random = seededRandom(11);
    const whole = `{"at":"2026-01-02T03:04:05.678","order":{"id":7,"note":[1,{"id":8}],"who":{"name":"x","city":"Oslo","zip":"1"}},"items":[{"sku":"a","n":1,"x":1.5},{"sku":"b","n":2,"more":{},"x":-2}],"ch":"web","end":null}`;
    const alphabet = [
      ...'{}[]:,"\\ \t\r01.e-tn\u0001é\x80',
      ...[
        '"id"',
        ',"n":7',
        ',"ch":1',
        '"zz":{"id":[]},',
        ', ',
        ': ',
        '[1]',
        'null',
        '"at":5,',
        '},{',
        '{"sku":"c","n":3,"x":4},',
        '[]',
      ],
    ];
    let met = 0;
    for (let round = 0; round < 15_000; round++) {
      let text = Buffer.from(whole).toString('latin1');
      for (let count = random() * 3; count > 0; count--) {
        const at = Math.floor(random() * text.length);
        const put = random() < 0.7 ? alphabet[Math.floor(random() * alphabet.length)] : '';
        text = text.slice(0, at) + put + text.slice(at + Math.floor(random() * 3));
      }
      const record = Buffer.from(text, 'latin1');
      const outcomes = decode('orders', record);
      if (decoders.missed('orders') === 0) met++;
      const sorted = (rows: string[]): string[] => rows.map((row) => row.split(' ').sort().join(' '));
      expect([text, ...sorted(decode('ordersShuffled', record))]).toEqual([text, ...sorted(outcomes)]);
      expect([text, decoders.missed('ordersShuffled') > 0 || record.length < 150]).toEqual([text, true]);
    }
    // The comparison is worth something only where both ways were taken.
    expect(met).toBeGreaterThan(1500);
  });
  test('the order of a sample and general reader agree', () => {
    const random = seededRandom(12);
    const alphabet = [...'{}[]:," 01', '"z":1,', ',"w":2', '"a":3,', `${at},`, '"z"', '"at"'];
    for (let round = 0; round < 5_000; round++) {
      let text = `{"z":1,"w":[2],${at},"a":1,"y":{},"b":2,"c":"x","x":0}`;
      for (let count = random() * 3; count > 0; count--) {
        const place = random() < 0.4 ? Math.floor(random() * 18) : Math.floor(random() * text.length);
        const put = random() < 0.7 ? alphabet[Math.floor(random() * alphabet.length)] : '';
        text = text.slice(0, place) + put + text.slice(place + Math.floor(random() * 5));
      }
      const sorted = (rows: string[]): string[] => rows.map((row) => row.split(' ').sort().join(' '));
      expect([text, ...sorted(decode('unsampled', text))]).toEqual([text, ...sorted(decode('sampled', text))]);
    }
  });
  test('no function is longer than 4,000 bytes, whatever the names', () => {
    expect(Math.max(...decoders.sizes)).toBeLessThanOrEqual(4000);
  });
});
