// The decoders that the emitter writes: the grammar, types, CSV, mutated records.
import { isUtf8 } from 'node:buffer';
import { beforeAll, describe, expect, test } from 'vitest';
import * as abi from '../../contract/abi.ts';
import { type How, input, type Inputs, openDecoders } from '../harness/decoders.ts';
import { seededRandom } from '../harness/random.ts';

const everyType =
  'bo BOOLEAN; ti TINYINT; sm SMALLINT; it INTEGER; bi BIGINT; de DECIMAL(10,2); re REAL; du DOUBLE; ch CHAR(4); vc VARCHAR(4); vb VARBINARY(4); da DATE; tm TIME; ts TIMESTAMP';
const typeNames = everyType.split('; ').map((each) => each.slice(3));
const wideColumn = (index: number): string => `C${index}${'X'.repeat(index % 60)} ${typeNames[index % 14]}`;
const wide = Array.from({ length: 120 }, (_, index) => wideColumn(index)).join('; ');
const texts = 'a VARCHAR(99); b VARCHAR(99); c VARCHAR(99)';
const inputs: Inputs = {
  every: input(everyType),
  shuffled: input(everyType.split('; ').reverse().join('; ')),
  number: input('v DOUBLE'),
  single: input('v REAL'),
  text: input('v VARCHAR(65535)'),
  paths: input(
    'id INTEGER; name=$.meta.name VARCHAR(9); x=$.items[0:].x INTEGER; y=$.items[0:].deep.y INTEGER; second=$.items[1].x INTEGER; tags=$.tags[0:] VARCHAR(99); z=$.list[2].z INTEGER',
  ),
  rows: input('v INTEGER', { rowPath: '$.a.rows' }),
  times: input('at VARCHAR(40); n INTEGER', {}, { path: '$.at', unit: 'ms' }),
  seconds: input('n INTEGER', {}, { path: '$.at', unit: 's' }),
  wide: input(wide),
  wideCsv: input(wide, { kind: 'csv' }),
  comma: input(everyType, { kind: 'csv' }),
  commaUnread: input(everyType.replaceAll(/(^|; )/g, '$1_'), { kind: 'csv' }),
  everyBars: input(everyType, { kind: 'csv', columnDelimiter: '||' }),
  everyUnread: input(everyType.replaceAll(/(^|; )(\w+)/g, '$1_$2=$.$2')),
  commaTime: input('at TIMESTAMP; n INTEGER', { kind: 'csv' }, { path: 'at', unit: 'ms' }),
  barsTime: input('at TIMESTAMP; n INTEGER', { kind: 'csv', columnDelimiter: '||' }, { path: 'at', unit: 'ms' }),
  texts: input(texts, { kind: 'csv' }),
  bars: input(texts, { kind: 'csv', columnDelimiter: '||' }),
  points: input('a INTEGER; b INTEGER', { kind: 'csv', columnDelimiter: '.' }),
};

let decoders: Awaited<ReturnType<typeof openDecoders>>;
let consumed = 0;
beforeAll(async () => {
  decoders = await openDecoders(inputs);
});

function decode(name: string, given: string | Uint8Array, how: How = {}): string[] {
  const result = decoders.decode(name, given, how);
  consumed = result.consumed;
  return result.outcomes;
}

/** What JSON.parse makes of a text, or undefined. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const [invalid, tooLong] = ['!invalid-record', '!record-too-long'];

describe('JSON grammar', () => {
  const documents = [
    '0|-0|1|-1|10|1.5|1e5|1E+5|1e-5|0.0|0e0|-0.0e-0|1e400|true|false|null|""|"a"|"\\u00e9"|"\\ud83d\\ude00"|"\\ud800"',
    '"\\/\\b\\f\\n\\r\\t\\"\\\\"|"é"|"\u2028"|"\u{1F600}"|"\u007f"|[]|{}|[1]|[1,2]|{"a":1}|{"a":[{"b":[]}]}|[[],{}]|[ ]|{ }',
    '+1|01|-01|1.|.5|-.5|-|-a|1e|1e+|1.e5|1.5e|0x1|1_0|NaN|Infinity|-Infinity|-Inf|1-2|0-1|1+1|--1|++1|1a|1\u00a0|1 1',
    'nul|nulll|True|tru|fals|tRue||"|"a|a"|\'a\'|"\\x"|"\\u12"|"\\u12g4"|"\\|"\\"|"\u0001"|"\u001f"|"\\a"|"\\u"|"\\uD8"|\ufeff1|\u0001|"\t"',
    '[1|[1,|[,1]|[1,]|[1,,2]|[|]|1]|{|}|{"a"|{"a":|{"a":1|{"a":1,|{"a":1,}|{,}|{"a":1,,"b":2}|{a:1}|{\'a\':1}|{"a":1}}|{1:1}|{"a" 1}|{"a"::1}|[}|{]|[1}|{"a":1]|[1:2]|["a":1]|"a"b|[1]2|//|/**/1|#1|1;2|[\v]|[1 2]|{"a":1 "b":2}|{"a":1,"b"}|[1]]',
  ].flatMap((list) => list.split('|'));
  test('is RFC 8259, where the value is mapped, skipped, in the layout or not', () => {
    for (const text of documents.flatMap((each) => [each, ` \t${each}\r `])) {
      for (const record of [`{"v":${text}}`, `{ "v":${text}}`, `{"w":${text},"v":1}`, `{"v":[${text}]}`]) {
        const isBad = decode('text', record).some((row) => row.startsWith('!'));
        expect([record, isBad]).toEqual([record, parsed(record) === undefined]);
      }
    }
  });
  test('keeps texts: escapes, surrogates, UTF-8', () => {
    const plain = `|a|é|\u2028|\u{1F600}|\ufeff|"\\/\b\f\n\r\t\0\u0007|${'x'.repeat(15)}|${'y'.repeat(16)}|${'z'.repeat(33)}`;
    const hex = (text: string): string =>
      text.replaceAll(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    for (const text of plain.split('|').flatMap((each) => [each, `${each}é\n${'q'.repeat(17)}"`])) {
      const upper = hex(text).toUpperCase().replaceAll('\\U', '\\u');
      for (const form of [JSON.stringify(text), `"${hex(text)}"`, `"${upper}"`])
        expect(decode('text', `{"v":${form}}\n{ "v" : ${form} }\n`)).toEqual([`v=${text}`, `v=${text}`]);
    }
    // A lone surrogate can't be UTF-8 and becomes U+FFFD.
    expect(decode('text', '{"v":"a\\ud800b\\udc00\\ud800\\ud83d\\ude00"}')).toEqual([
      'v=a\ufffdb\ufffd\ufffd\u{1F600}',
    ]);
  });
  test('refuses what is not UTF-8, in values, skipped values and keys', () => {
    const bad = '80 c0af c3 e08080 eda080 f0808080 f4908080 f5808080 ff e282 f09f98'.split(' ');
    for (const sequence of bad.map((digits) => Buffer.from(digits, 'hex').toString('latin1'))) {
      const inLong = `{"v":"0123456789abcdef${sequence}\xc3\xa9 0123456789abcdef"}`;
      for (const record of [`{"v":"${sequence}"}`, `{"w":["${sequence}abc"],"v":1}`, `{"a${sequence}":1}`, inLong])
        expect([record, ...decode('text', Buffer.from(record, 'latin1'))]).toEqual([record, '!invalid-utf8']);
    }
  });
  test('limits depth and length', () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    for (const key of ['v', 'w']) {
      expect(decode('text', `{"${key}":${nested(abi.JSON_DEPTH_MAX - 1)}}`)).toHaveLength(1);
      expect(decode('text', `{"${key}":${nested(abi.JSON_DEPTH_MAX)}}`)).toEqual(['!record-too-deep']);
    }
    expect(decode('text', `{"v":${'['.repeat(100_000)}`)).toEqual(['!record-too-deep']);
    const long = (bytes: number): string => `{"v":"${'x'.repeat(bytes - 8)}"}\n{"v":"next"}\n`;
    expect(decode('text', long(abi.RECORD_BYTES_MAX))).toHaveLength(2);
    expect(decode('text', long(abi.RECORD_BYTES_MAX + 1))).toEqual([tooLong, 'v=next']);
    // A line without an end is given up in pieces before the host runs out of room.
    expect(decode('text', 'x'.repeat(2 * abi.RECORD_BYTES_MAX), { last: false })).toEqual([]);
    expect(decode('text', 'x'.repeat(2 * abi.RECORD_BYTES_MAX + 1), { last: false })).toEqual([tooLong]);
  });
});

describe('JSON records', () => {
  test('are lines; blank ones are nothing; documents share one', () => {
    const batch = '{"v":"1"}\n\n  \r\n{"v":"2"}\r\n{"v":"3"}{"v":"4"} [{"v":"5"},{"v":"6"}]\n[]\n{"v":"7"}';
    expect(decode('text', batch)).toEqual('v=1 v=2 v=3 v=4 v=5 v=6 v=7'.split(' '));
    // A bad tail takes the whole line.
    const bad = decode('text', '{"v":"1"}{"v":\n{"v":"2"} x\n{"v":"3"}\n5\n"a"\n[{"v":1},2]\n');
    expect(bad.join(' ')).toBe(`${invalid} ${invalid} v=3 !invalid-row-path !invalid-row-path !invalid-row-path`);
    // A line feed ends a record, inside of a value too; in a batch of records it is white space.
    expect(decode('text', '{"v":[1,\n2]}\n')).toEqual([invalid, invalid]);
    expect(decode('text', '{"v":\n"1"}')).toEqual([invalid, invalid]);
    expect(decode('text', '{"v":[1,\n2]}\n{"v":"2"}\n', { records: true })).toEqual(['v=[1,\n2]', 'v=2']);
    expect(decode('text', '{"v":"1"}\n{"v":"2"}', { last: false })).toEqual(['v=1']);
    expect(consumed).toBe(10);
  });
  test('may repeat a key: the last one wins, faults included', () => {
    const cases =
      '{"it":1,"it":2}=>it=2|{"it":"x","it":2}=>it=2|{"it":1,"it":"x"}=>!coercion-failed it|{"ti":"x","it":"x","ti":1}=>!coercion-failed it|{"it":1,"\\u0069t":null}=>';
    for (const [record = '', expected] of cases.split('|').map((each) => each.split('=>')))
      expect([record, ...decode('every', record)]).toEqual([record, expected]);
    const repeated =
      '{"meta":{"name":"a"},"meta":{}}{"items":[{"x":1}],"items":0}{"items":[{"x":"?"}],"items":[{"x":3}]}';
    expect(decode('paths', repeated)).toEqual(['', '', 'x=3']);
  });
  test('follow paths, and flatten one array', () => {
    const record =
      '{"items":[{"x":1},{"y":0,"x":2,"deep":{"y":5}},7,{}],"id":9,"meta":{"name":"abc"},"tags":["a", 1],"list":[0,{},{"z":4}]}';
    const after = 'second=2 tags=["a", 1] z=4';
    expect(decode('paths', record)).toEqual(['x=1 ', 'x=2 y=5 ', '', ''].map((x) => `id=9 name=abc ${x}${after}`));
    const empty = '{"items":[]}|{ "items" : [ ] }|{}|{"items":null}|{"items":{"x":1}}|{"meta":5,"list":{},"tags":null}';
    for (const each of empty.split('|')) expect(decode('paths', each)).toEqual(['']);
    expect(decode('paths', `${record.slice(0, -1)},"id":"?"}`)).toEqual(['!coercion-failed id']);
    const rows =
      '{"a":{"rows":[{"v":0}],"rows":[{"v":1},{"v":2}]},"b":[1]}\n{"a":{"rows":{"v":3}}}\n{"a":{}}\n{"\\u0061":{"rows":[]}}\n';
    expect(decode('rows', rows)).toEqual(['v=1', 'v=2', 'v=3', '!invalid-row-path']);
  });
  test('carry a time', () => {
    const at = (name: string, text: string): string => {
      const [first, second] = decode(name, `{"at":${text},"n":1}\n{"n":1, "at":${text}}`);
      expect(second).toEqual(first);
      return /TIME=.*|$/.exec(first ?? '')?.[0] ?? '';
    };
    const noon = Date.UTC(2026, 10, 23, 12);
    const noons = `"2026-11-23T12:00:00"|"2026-11-23 12:00:00.000Z"|"2026-11-23T13:30:00+01:30"|${noon}`;
    for (const text of noons.split('|')) expect(at('times', text)).toBe(`TIME=${noon}`);
    for (const text of 'null|"x"|{}|"2026-13-01T00:00:00"|1e99|true'.split('|')) expect(at('times', text)).toBe('');
    for (const text of '1.5|"1.5"|1500e-3'.split('|')) expect(at('seconds', text)).toBe('TIME=1500');
  });
});

/** Values of one column: in the layout, beside it and in another order of columns the outcome is the same. */
function coerced(column: string, text: string): string {
  const values = Object.keys(coercions).map((each) => `"${each}":${each === column ? text : 'null'}`);
  const record = `{${values.join(',')}}`;
  const [found = ''] = decode('every', record);
  const others = [...decode('every', `{"other":0, "${column}" : ${text} }`), ...decode('shuffled', record)];
  expect([text, ...others]).toEqual([text, found, found]);
  if (found === `!coercion-failed ${column}`) return 'error';
  return found === '' ? 'null' : found.slice(column.length + 1);
}

const coercions: Record<string, string> = {
  bo: 'true=1|false=0|null=null|"TRUE"=1|"tRue"=1|"yes"=0|"1"=0|""=0|0=0|2=1|0.0=0|1e-300=1|[]=error|{}=error',
  ti: '127=127|-128=-128|128=error|-129=error|1.0=error|1e1=error|"7"=7|" 7"=error|"7x"=error|""=error|true=1|false=0|[1]=error',
  sm: '32767=32767|-32768=-32768|32768=error|-32769=error|"-0"=0|null=null',
  it: '2147483647=2147483647|-2147483648=-2147483648|2147483648=error|123.0=error|"12.5"=error|99999999999999999999=error|"+1"=error|"1e"=error',
  bi: '9223372036854775807=9223372036854775807|-9223372036854775808=-9223372036854775808|9223372036854775808=error|10000000000000000000=error|true=1',
  de: '1=100|1.005=101|-1.005=-101|1.0049=100|0.005=1|0.0049=0|1e3=100000|15e-4=0|5e-3=1|"2.5"=250|true=100|92233720368547758.07=9223372036854775807|92233720368547758.08=error|1e400=error|0e400=0|"x"=error|{}=error',
  re: '1.5=1.5|0.1=0.10000000149011612|3.4028235677973366e38=3.4028234663852886e+38|3.4028235677973367e38=error|1e-60=0|"2"=2|true=1|"NaN"=error',
  du: '0.1=0.1|-0.0=0|1e308=1e+308|1e309=error|-1e309=error|1e-400=0|123456789012345678=123456789012345680|"1e2"=100|"Infinity"=error|false=0|[]=error',
  ch: '"ab"=ab  |"abcdef"=abcd|"éèêëì"=éèêë|"é"=é   |12=12  |true=true|null=null|""=    |{"a": 1}={"a"',
  vc: '"abcdef"=abcd|"éèêëì"=éèêë|"a\\u00e9cde"=aécd|12.50=12.5|false=fals|null=null|[1, 2]=[1, |""=',
  vb: '"YWI="=ab|"YWI"=ab|"YWJjZGVm"=abcd|"?"=error|5=error|"YWJjZ"=error|""=|null=null',
  da: '"1970-01-02"=1|"2000-02-29"=11016|"2001-02-29"=error|"1900-02-29"=error|"2026-04-31"=error|"0001-01-01"=-719162|"9999-12-31"=2932896|"0000-01-01"=error|"1970-1-2"=error|"1970-01-02 23:00:00"=1|5=error|""=error|"1970-01-02x"=error',
  tm: '"00:00:00"=0|"23:59:59.999"=86399999|"24:00:00"=error|"12:60:00"=error|"12:00:60"=error|"12:00"=error|"12:00:00.1239"=43200123|"12:00:00."=error',
  ts: '"1970-01-01"=0|"1970-01-01 00:00:01"=1000|"1970-01-01T00:00:01.5"=1500|"1970-01-01T00:00:00.123456789"=123|"1970-01-01T00:00:00.1234567890"=error|"1970-01-01T00:00:00Z"=0|"1970-01-01T01:00:00+01:00"=0|"1970-01-01T00:00:00-0130"=5400000|"1970-01-01T02:00:00+02"=0|"1970-01-01T00:00:00+25:00"=error|"1970-01-01T24:00:00"=error|"1970-01-01X00:00:00"=error|"1970-01-01T00:00:00.000+"=error|"1970-01-01T00:00:00.+01"=error|"0001-01-01T00:00:00+01:00"=error|"9999-12-31T23:59:59.999"=253402300799999|"9999-12-31T23:59:59-01:00"=error|0=error|true=error|"1969-12-31T23:59:59.999"=-1',
};

describe('values', () => {
  test.each(Object.keys(coercions))('become the type of column %s', (column) => {
    for (const line of (coercions[column] ?? '').split('|')) {
      const [, text = '', expected = ''] = /^("[^"]*"|[^=]*)=(.*)$/.exec(line) ?? [];
      expect([text, coerced(column, text)]).toEqual([text, expected]);
    }
  });
  test('dates are not mixed up when remembered', () => {
    const times = '23T00:00:00.000|23T00:30:00.001|24 10:00:00.000|23T10:00:00.00Z|23 10:00:00.000'.split('|');
    const expected = times.map((text) => `ts=${Date.parse(`2026-11-${text.replace(' ', 'T').replace('Z', '')}Z`)}`);
    expect(decode('every', times.map((text) => `{"ts":"2026-11-${text}"}\n`).join(''))).toEqual(expected);
  });
});

/** Hard and random decimals. */
function decimals(count: number): string[] {
  const random = seededRandom(7);
  const hard =
    '9007199254740993 9007199254740992.999 9007199254740993.0000000000000000000000000000001 2.2250738585072011e-308 4.9e-324 2.4703282292062327e-324 2.4703282292062328e-324 1.7976931348623157e308 1.7976931348623158e308 8.5e22 1e23 6.02214076e23 123456789012345678901234567890 0.1e-6 1e-7 179769313486231570000e289 7.2057594037927933e16 1.00000000000000011102230246251565404 1.00000000000000011102230246251565405 0.000000000000000000000000000000000000000000000001e48 3e-324 2e-324';
  const found = hard.split(' ').flatMap((text) => [text, `-${text}`]);
  const bits = new DataView(new ArrayBuffer(8));
  while (found.length < count) {
    for (const at of [0, 4]) bits.setUint32(at, random() * 2 ** 32);
    const double = bits.getFloat64(0);
    const digits = `${Math.floor(random() * 1e15)}${Math.floor(random() * 1e15)}`;
    const form = Number.isFinite(double) ? found.length % 4 : 3;
    if (form === 0) found.push(String(double));
    else if (form === 1) found.push(double.toExponential(Math.floor(random() * 25)));
    else if (form === 2) found.push((random() * 1e6).toFixed(Math.floor(random() * 9)));
    else found.push(`${digits[0]}.${digits.slice(1, 2 + random() * 27)}e${Math.floor(random() * 640) - 330}`);
  }
  return found;
}

describe('numbers', () => {
  /** In the layout, then beside it. */
  const read = (name: string, values: readonly string[]): string[] =>
    ['{"v":', '{ "v":'].flatMap((open) => decode(name, values.map((text) => `${open}${text}}\n`).join('')));
  test('are the nearest doubles, as JavaScript reads them', () => {
    const all = decimals(100_000);
    for (let from = 0; from < all.length; from += 10_000) {
      const part = all.slice(from, from + 10_000);
      const expected = part.map((text) => (Number.isFinite(Number(text)) ? `v=${Number(text)}` : '!coercion-failed v'));
      expect(read('number', part)).toEqual([...expected, ...expected]);
    }
  });
  test('are the nearest reals, ties to even, never rounded twice', () => {
    const random = seededRandom(8);
    for (let index = 0; index < 500; index++) {
      // The middle between two neighbouring reals, exact, and a hair beside it.
      const significand = Math.floor(random() * 2 ** 23) + 2 ** 23;
      const halvings = Math.floor(random() * 140) + 1;
      const digits = String((BigInt(significand) * 2n + 1n) * 5n ** BigInt(halvings)).padStart(halvings + 1, '0');
      const middle = `${digits.slice(0, -halvings)}.${digits.slice(-halvings)}`;
      const [below, above] = [significand, significand + 1].map((each) => each / 2 ** (halvings - 1));
      const even = significand % 2 === 0 ? below : above;
      const expected = [even, above, below].map((each) => `v=${each}`);
      const hair = '0000000000000000000001';
      const found = read('single', [middle, middle + hair, `${middle.slice(0, -1)}4${'9'.repeat(20)}`]);
      expect([middle, ...found]).toEqual([middle, ...expected, ...expected]);
    }
  });
});

describe('CSV', () => {
  test('has quotes, short and long rows, line breaks of two kinds', () => {
    const batch =
      'a,b,c\r\na,,""\n\n"a ""b"", c","line\nbreak",c,more,"and\nmore"\na"b,"",\r\n\r\n"a"b,c\nx\n"x","y"\r\n,,\n"é",\r,z\rz\n"a"\r,b\nlast';
    const rows = `a=a b=b c=c|a=a c=|a=a "b", c b=line\nbreak c=c|a=a"b b=|${invalid}|a=x|a=x b=y||a=é b=\r c=z\rz|${invalid}|a=last`;
    expect(decode('texts', batch)).toEqual(rows.split('|'));
    expect(decode('bars', 'a||b|c||d\n|||"x"||\n"a||b"||"c"\n')).toEqual(['a=a b=b|c c=d', 'b=|"x"', 'a=a||b b=c']);
    expect(decode('points', '1.2\n3.4\n')).toEqual(['a=1 b=2', 'a=3 b=4']);
    expect(decode('texts', Buffer.from('a,b\n\xff,x\nc', 'latin1'))).toEqual(['a=a b=b', '!invalid-utf8', 'a=c']);
  });
  test('is cut only between records', () => {
    expect(decode('texts', 'a,b\n"c\n', { last: false })).toEqual(['a=a b=b']);
    expect(consumed).toBe(4);
    for (const cut of 'a|a,|"a"|"a"\r|"a","|a\r'.split('|')) expect(decode('texts', cut, { last: false })).toEqual([]);
    // A quote without an end costs its line, not the rest of the input.
    expect(decode('texts', '"a,b\nc,d\n')).toEqual([invalid, 'a=c b=d']);
    const long = `"${'x'.repeat(abi.RECORD_BYTES_MAX + 9)}\na,b\n`;
    expect(decode('texts', long, { last: false })).toEqual([tooLong, 'a=a b=b']);
  });
  test('coerces like JSON strings', () => {
    const values = 'true,1,2,-3,4,1.005,0.5,1e3,x,abcdef,YWI=,2026-01-01,12:00:00,1970-01-01';
    const row = 'bo=1 ti=1 sm=2 it=-3 bi=4 de=101 re=0.5 du=1000 ch=x    vc=abcd vb=ab da=20454 tm=43200000 ts=0';
    expect(decode('comma', `${values}\n"${values.replaceAll(',', '","')}"\n`)).toEqual([row, row]);
    expect(decode('comma', '1,x\n,""\n,12.0\n')).toEqual(Array(3).fill('!coercion-failed ti'));
  });
});

describe('values in their usual form', () => {
  const random = seededRandom(27);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = (from: readonly string[]): string => from[below(from.length)] ?? '';
  const digits = (most: number): string => Array.from({ length: below(most + 1) }, () => below(10)).join('');
  const sign = (): string => pick(['', '', '-', '-', '+', '--']);
  const number = (): string =>
    sign() +
    pick(['0', '', digits(2), digits(5), digits(10), digits(20)]) +
    pick([
      '',
      '',
      '',
      '.',
      `.${digits(2)}`,
      `.${digits(5)}`,
      `.${digits(20)}`,
      'e5',
      `e-${digits(2)}`,
      '.5e3',
      '.1.1',
      ' ',
      'x',
    ]);
  const time = (): string =>
    pick([
      '2026-11-23',
      '2026-02-29',
      '2024-02-29',
      '0001-01-01',
      '9999-12-31',
      '2026-1-2',
      '10000-01-01',
      '2026-11-31',
    ]) +
    pick(['T', ' ', 't', '', 'T ', '_']) +
    pick(['10:00:00', '23:59:59', '24:00:00', '1:00:00', '10:60:00', '10:00', '']) +
    pick(['', '', '.5', '.123', '.123456', '.', '.12x']) +
    pick(['', '', 'Z', 'z', '+01:00', '-0230', 'ZZ', ' ']);
  const text = (): string =>
    pick([
      'a',
      'abcd',
      'abcde',
      'é',
      'éàüö',
      'éàüöx',
      '',
      ' ',
      'true',
      'YWI=',
      'x'.repeat(40),
      '12:34:56',
      '\u{1F600}',
    ]);
  const value = (): string => pick([number(), number(), number(), time(), text()]);
  const hex = (unit: number): string => unit.toString(16).padStart(4, '0');
  const names = everyType.split('; ').map((each) => each.slice(0, 2));
  const rejects = (rows: readonly string[]): string[] =>
    rows.map((row) => (row.startsWith('!') ? row.replace(' _', ' ') : 'row'));

  // With a delimiter of two bytes every field is read the long way.
  test('are read as all others are: CSV', () => {
    for (let round = 0; round < 6000; round++) {
      // One wild value among ones that fit, so that each meets its column.
      const fitting = [
        'true',
        '1',
        '-2',
        '3',
        '44',
        '1.25',
        '0.5',
        '-12.5',
        'abc',
        'abc',
        'YWI=',
        '2026-01-02',
        '01:02:03',
        '2026-01-02 03:04:05.678',
      ];
      const fields = fitting.slice(0, 1 + below(14));
      for (let wild = below(3); wild >= 0; wild--) fields[below(fields.length)] = value();
      const end = pick(['\n', '\n', '\r\n', '']);
      const usual = decode('comma', fields.join(',') + end);
      expect([fields, usual]).toEqual([fields, decode('everyBars', fields.join('||') + end)]);
      expect([fields, rejects(decode('commaUnread', fields.join(',') + end))]).toEqual([fields, rejects(usual)]);
      const times = [time(), digits(12)];
      expect([times, decode('commaTime', times.join(',') + end)]).toEqual([
        times,
        decode('barsTime', times.join('||') + end),
      ]);
    }
  });
  // A blank in front of the object and members in another order lead to the general reader; escaped texts to its long way.
  test('are read as all others are: JSON', () => {
    for (let round = 0; round < 3000; round++) {
      const index = below(names.length);
      const written = pick([number(), number(), JSON.stringify(value()), 'null']);
      const escaped = (point: string): string =>
        Array.from({ length: point.length }, (_, unit) => `\\u${hex(point.charCodeAt(unit))}`).join('');
      const long = written.replace(/^"([^"])/u, (_, first: string) => `"${escaped(first)}`);
      const plain = decode('every', `{"${names[index]}":${written}}`);
      expect([written, decode('every', `{"${names[index]}": ${long} }`)]).toEqual([written, plain]);
      expect([written, rejects(decode('everyUnread', `{"${names[index]}":${written}}`))]).toEqual([
        written,
        rejects(plain),
      ]);
      expect([written, decode('shuffled', `{"x":1,"${names[index]}":${written}}`)]).toEqual([written, plain]);
    }
  });
});

/** JSON documents one after another. */
function areDocuments(text: string): boolean {
  if (text.trim() === '') return true;
  for (let cut = text.length; cut > 0; cut--)
    if (parsed(text.slice(0, cut)) !== undefined && areDocuments(text.slice(cut))) return true;
  return false;
}

describe('whatever comes', () => {
  const start =
    '{"bo":true,"ti":1,"sm":-2,"it":3,"bi":44,"de":1.25,"re":0.5,"du":-12.5e1,"ch":"é","vc":"ab\\n","vb":"YWI=","da":"2026-01-02","tm":"01:02:03","ts":"2026-01-02T03:04:05.678"}';
  test('layout and general reader agree with each other and with JSON.parse', () => {
    const random = seededRandom(9);
    const alphabet = [
      ...'{}[]:,"\\ \t\r0123456789.eE+-truefalsn/u\u0001é\x80',
      '"it"',
      '\\u',
      'null',
      ',"it":7',
      '[1]',
    ];
    for (let round = 0; round < 20_000; round++) {
      let text = Buffer.from(start).toString('latin1');
      for (let count = random() * 3; count > 0; count--) {
        const at = Math.floor(random() * text.length);
        const put = random() < 0.7 ? alphabet[Math.floor(random() * alphabet.length)] : '';
        text = text.slice(0, at) + put + text.slice(at + Math.floor(random() * 3));
      }
      const record = Buffer.from(text, 'latin1');
      const outcomes = decode('every', record);
      const sorted = (rows: string[]): string[] => rows.map((row) => row.split(' ').sort().join(' '));
      expect([text, ...sorted(decode('shuffled', record))]).toEqual([text, ...sorted(outcomes)]);
      const isRead = !outcomes.some((row) => row.startsWith('!invalid') && row !== '!invalid-row-path');
      expect([text, isRead]).toEqual([text, isUtf8(record) && areDocuments(record.toString())]);
    }
  });
  test('batch boundaries change nothing', () => {
    const every = `${start}\n{"it":1, "x":[1,\n${start}\r\n\n{"it":5}{"it":6}\n${start}\n`;
    const csv = ['a,"b\n""c",d\r\n"x"y,\n\n,,\nlast,"', 'a\n"b\n"x,c\nd'];
    for (const [name, batch] of [['every', every] as const, ...csv.map((text) => ['texts', text] as const)]) {
      const whole = decode(name, batch);
      const bytes = Buffer.from(batch);
      for (let cut = 0; cut < bytes.length; cut++) {
        const first = decode(name, bytes.subarray(0, cut), { last: false });
        const rest = decode(name, bytes.subarray(consumed));
        expect([cut, ...first, ...rest]).toEqual([cut, ...whole]);
      }
    }
  });
  test('no function is longer than 4,000 bytes', () => {
    expect(Math.max(...decoders.sizes)).toBeLessThanOrEqual(4000);
  });
});
