// The stock ticker stream that the predecessor's console offered, generated: the same for the same seed.
import {
  ConnectorError,
  type Connector,
  type ConnectorUrl,
  type ReadResult,
  type Source,
  type SourceContext,
} from '../../../contract/connector.ts';

const companies: readonly (readonly [string, string, number])[] = [
  ['AMZN', 'TECHNOLOGY', 680],
  ['AAPL', 'TECHNOLOGY', 98],
  ['CRM', 'TECHNOLOGY', 62],
  ['QXZ', 'FINANCIAL', 220],
  ['QAZ', 'FINANCIAL', 190],
  ['BNM', 'TECHNOLOGY', 160],
  ['TBV', 'HEALTHCARE', 170],
  ['NFLX', 'TECHNOLOGY', 102],
  ['WAS', 'RETAIL', 15],
  ['WFC', 'FINANCIAL', 47],
  ['ALY', 'ENERGY', 84],
  ['SLW', 'ENERGY', 77],
  ['PPL', 'HEALTHCARE', 31],
  ['WMT', 'RETAIL', 68],
  ['ASD', 'FINANCIAL', 60],
  ['DFG', 'TECHNOLOGY', 130],
  ['HJK', 'TECHNOLOGY', 5],
  ['KIN', 'ENERGY', 6],
  ['JKL', 'TECHNOLOGY', 12],
  ['IOP', 'TECHNOLOGY', 118],
  ['SAC', 'ENERGY', 57],
  ['NGC', 'HEALTHCARE', 6],
  ['RFV', 'FINANCIAL', 28],
  ['VVS', 'ENERGY', 28],
  ['MMB', 'ENERGY', 13],
  ['TGT', 'RETAIL', 73],
  ['MSFT', 'TECHNOLOGY', 52],
  ['UHN', 'HEALTHCARE', 112],
  ['CVB', 'TECHNOLOGY', 52],
  ['XTC', 'HEALTHCARE', 110],
];

/** `demo:stocks` */
export const demoConnector: Connector = {
  scheme: 'demo',
  title: 'the demo generator',
  options: [
    { name: 'rate', type: 'number', default: 10, secret: false, side: 'source', doc: 'Records a second.' },
    {
      name: 'count',
      type: 'integer',
      secret: false,
      side: 'source',
      doc: 'So many records, then the end; default: no end.',
    },
    {
      name: 'seed',
      type: 'integer',
      default: 1,
      secret: false,
      side: 'source',
      doc: 'Another seed gives other prices.',
    },
  ],
  sample: async (url, bytes) => {
    const next = generator(url);
    let text = '';
    for (let record = 0; record < 500 && text.length < bytes; record++) text += next();
    return new TextEncoder().encode(text);
  },
  openSource: async (context) => demoSource(context),
};

// mulberry32 (Tommy Ettinger, public domain): 32 bits of state are enough for a demo.
function generator(url: ConnectorUrl): () => string {
  if (url.path !== 'stocks')
    throw new ConnectorError(`${url.text}: the demo generator knows "stocks" only; did you mean "demo:stocks"?`, true);
  let state = Number(url.options.get('seed') ?? 1) >>> 0;
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const prices = companies.map(([, , price]) => price);
  return () => {
    const index = Math.floor(random() * companies.length);
    const [ticker, sector, first] = companies[index] ?? ['AMZN', 'TECHNOLOGY', 680];
    const before = prices[index] ?? first;
    const price = Math.max(0.5, Math.round((before + (random() - 0.5) * before * 0.04) * 100) / 100);
    prices[index] = price;
    const change = Math.round((price - before) * 100) / 100;
    return `{"TICKER_SYMBOL":"${ticker}","SECTOR":"${sector}","CHANGE":${change === 0 ? 0 : change},"PRICE":${price}}\n`;
  };
}

function demoSource({ url, position, now, sleep }: SourceContext): Source {
  const next = generator(url);
  const rate = Number(url.options.get('rate') ?? 10);
  const count = url.options.has('count') ? Number(url.options.get('count')) : Infinity;
  let consumedRecords = (position as { readonly records: number } | undefined)?.records ?? 0;
  let made = consumedRecords;
  for (let record = 0; record < made; record++) next();
  const began = now();
  const before = made;
  const encoder = new TextEncoder();
  const lengths: number[] = [];
  let waiting: string | undefined;
  let consumedBytes = 0;
  const read = (room: Uint8Array): ReadResult => {
    if (made >= count && waiting === undefined) return { kind: 'end' };
    const due = Math.min(count, before + 1 + Math.floor(((now() - began) * rate) / 1000));
    if (due <= made && waiting === undefined) {
      const delay = Math.max(1, began + ((made - before) * 1000) / rate - now());
      return { kind: 'wait', until: sleep(delay) };
    }
    let length = 0;
    while (made < due || waiting !== undefined) {
      const record = waiting ?? next();
      waiting = record;
      if (length + record.length > room.length) break;
      encoder.encodeInto(record, room.subarray(length));
      length += record.length;
      lengths.push(record.length);
      made++;
      waiting = undefined;
    }
    return { kind: 'bytes', length, last: false };
  };
  return {
    resumable: 'position',
    read,
    consumed: (bytes) => {
      consumedBytes += bytes;
      let records = 0;
      for (let length = lengths[0]; length !== undefined && consumedBytes >= length; length = lengths[records]) {
        consumedBytes -= length;
        records++;
      }
      lengths.splice(0, records);
      consumedRecords += records;
    },
    position: () => ({ records: consumedRecords }),
    ...(count === Infinity ? {} : { progress: () => made / count }),
    close: async () => {},
  };
}
