// Patterns of SimpleDateFormat in assembly/functions, called directly: what Java prints, and what it takes when it isn't lenient.
import { beforeAll, expect, test } from 'vitest';
import { openLibrary, type Library } from '../harness/library.ts';

let library: Library;
beforeAll(async () => {
  const start =
    'import { setStart } from "./assembly/operators/context";\nexport function harnessStart(clock: i64): void { setStart(clock, 0); }\n';
  library = await openLibrary(['functions/conversion'], 'simd', start);
  library.call('harnessStart', at('2000-01-01T10:00:00'));
});

function at(text: string): bigint {
  return BigInt(Date.parse(`${text}Z`));
}

function format(pattern: string, time: string): string {
  return library.text('timestampToChar', pattern, false, at(time), false);
}

/** What the text is by the pattern, as ISO text, or the fault. */
function parse(pattern: string, text: string): string {
  try {
    return new Date(Number(library.call('charToTimestamp', pattern, text)))
      .toISOString()
      .slice(0, 23)
      .replace(/\.000$/, '')
      .replace(/T00:00:00$/, '');
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

test('no function is larger than a virtual machine likes', () => {
  expect(Math.max(...library.sizes)).toBeLessThanOrEqual(4000);
});

test('writing', () => {
  const cases: [string, string, string][] = [
    ['yyyy-MM-dd HH:mm:ss.SSS', '2009-09-16T03:15:24.005', '2009-09-16 03:15:24.005'],
    ["yyyy.MM.dd G 'at' HH:mm:ss z", '2001-07-04T12:08:56', '2001.07.04 AD at 12:08:56 UTC'],
    ["EEE, MMM d, ''yy", '2001-07-04T12:08:56', "Wed, Jul 4, '01"],
    ['h:mm a', '2001-07-04T12:08:56', '12:08 PM'],
    ["hh 'o''clock' a, zzzz", '2001-07-04T12:08:56', "12 o'clock PM, Coordinated Universal Time"],
    ['K:mm a', '2001-07-04T00:08:56', '0:08 AM'],
    ['k', '2001-07-04T00:08:56', '24'],
    ['yyyyy.MMMMM.dd GGG hh:mm aaa', '2001-07-04T12:08:56', '02001.July.04 AD 12:08 PM'],
    ['EEEE, d MMM yyyy HH:mm:ss Z', '2001-07-04T12:08:56', 'Wednesday, 4 Jul 2001 12:08:56 +0000'],
    ['yyMMddHHmmssZ', '2001-07-04T12:08:56', '010704120856+0000'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSX", '2001-07-04T12:08:56.235', '2001-07-04T12:08:56.235Z'],
    ["YYYY-'W'ww-u", '2001-07-04T12:08:56', '2001-W27-3'],
    ['YYYY w', '2018-12-31T00:00:00', '2019 1'],
    ['w W D F E u', '2009-09-16T00:00:00', '38 3 259 3 Wed 3'],
    ['W', '2009-09-30T00:00:00', '5'],
    ['D', '2008-12-31T00:00:00', '366'],
    ['y M S', '0009-01-02T03:04:05.006', '9 1 6'],
    ['日 yyyy', '2001-07-04T12:08:56', '日 2001'],
    ['', '2001-07-04T12:08:56', ''],
  ];
  for (const [pattern, time, expected] of cases)
    expect(`${pattern}: ${format(pattern, time)}`).toBe(`${pattern}: ${expected}`);
  expect(library.text('timestampToChar', 'yyyy', false, 0n, true)).toBe('null');
  expect(library.fault('timestampToChar', 'yyyy b', false, 0n, false)).toBe('invalid-pattern');
  expect(library.fault('timestampToChar', "yyyy 'open", false, 0n, false)).toBe('invalid-pattern');
  library.text('timestampToChar', '', true, 0n, false);
  expect(library.takeNull()).toBe(true);
});

test('reading', () => {
  const cases: [string, string, string][] = [
    ['yyyy-MM-dd HH:mm:ss', '2009-09-16 03:15:24', '2009-09-16T03:15:24'],
    ['yyyy-MM-dd', '2009-09-16 03:15:24', '2009-09-16'],
    ['yyyy-MM', '2009-09-16', '2009-09-01'],
    ['yyyy', '2009', '2009-01-01'],
    ['MM', '09', '1970-09-01'],
    ['yyyy-MM-dd', '09-09-16', '0009-09-16'],
    ['yy-MM-dd', '09-09-16', '2009-09-16'],
    ['yy', '21', '1921-01-01'],
    ['yy', '19', '2019-01-01'],
    ['yyMMdd', '200101', '2020-01-01'],
    ['yyMMdd', '200102', '1920-01-02'],
    ['yyyyMMdd', '20090916', '2009-09-16'],
    ['yyyyMMdd', '2009091', '2009-09-01'],
    ['yyyy-MM-dd', '2009-9-6', '2009-09-06'],
    ['yyyy-MM-dd', '2009-02-29', 'invalid-cast'],
    ['yyyy-MM-dd', '2009-13-01', 'invalid-cast'],
    ['yyyy-MM-dd', '2009/09/16', 'invalid-cast'],
    ['yyyy-MM-dd', '', 'invalid-cast'],
    ['yyyy-MM-dd', 'x', 'invalid-cast'],
    ['yyyy-MM-dd', '0000-01-01', 'invalid-cast'],
    ['dd MMM yyyy', '16 sEP 2009', '2009-09-16'],
    ['dd MMMM yyyy', '16 September 2009', '2009-09-16'],
    ['dd MMMM yyyy', '16 Sep 2009', '2009-09-16'],
    ['dd MMM yyyy', '16 Foo 2009', 'invalid-cast'],
    ['hh:mm a', '12:15 AM', '1970-01-01T00:15:00'],
    ['hh:mm a', '12:15 pm', '1970-01-01T12:15:00'],
    ['hh:mm', '00:15', '1970-01-01T00:15:00'],
    ['hh:mm', '13:15', 'invalid-cast'],
    ['HH:mm', '24:00', 'invalid-cast'],
    ['kk:mm', '24:10', '1970-01-01T00:10:00'],
    ['HH a', '13 AM', 'invalid-cast'],
    ['HH:mm:ss', ' 3: 4: 5', '1970-01-01T03:04:05'],
    ['ss.S', '05.7', '1970-01-01T00:00:05.007'],
    ['HH:mm:ss', '03:60:00', 'invalid-cast'],
    ['EEE dd MMM yyyy', 'Wed 16 Sep 2009', '2009-09-16'],
    ['EEE dd MMM yyyy', 'Thu 16 Sep 2009', 'invalid-cast'],
    ['yyyy D', '2009 259', '2009-09-16'],
    ['yyyy D', '2009 366', 'invalid-cast'],
    ['yyyy w EEE', '2009 38 Wed', '2009-09-16'],
    ['yyyy MM W u', '2009 09 3 3', '2009-09-16'],
    ['yyyy MM F E', '2009 09 3 Wed', '2009-09-16'],
    ['YYYY-MM-dd', '2018-06-15', '2017-12-31'],
    ['dd/MMM/yyyy:HH:mm:ss z', '24/May/2004:22:01:02 UTC', '2004-05-24T22:01:02'],
    ['dd/MMM/yyyy:HH:mm:ss z', '24/May/2004:22:01:02 PDT', '2004-05-25T05:01:02'],
    ['dd/MMM/yyyy:HH:mm:ss Z', '24/May/2004:22:01:02 -0700', '2004-05-25T05:01:02'],
    ["yyyy-MM-dd'T'HH:mm:ssX", '2004-05-24T22:01:02+02', '2004-05-24T20:01:02'],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2004-05-24T22:01:02Z', '2004-05-24T22:01:02'],
    ['HH z', '10 GMT+1:30', '1970-01-01T08:30:00'],
    ['yyyy b', '2009', 'invalid-pattern'],
    ["yyyy 'x", '2009', 'invalid-pattern'],
  ];
  for (const [pattern, text, expected] of cases)
    expect(`${pattern} '${text}': ${parse(pattern, text)}`).toBe(`${pattern} '${text}': ${expected}`);
  expect(library.call('charToDate', 'MM/dd/yyyy', '09/16/2009')).toBe(14503);
  expect(library.call('charToTime', 'h:mm a', '3:15 PM')).toBe(54900000);
});

test('what is written reads back', () => {
  const patterns = [
    'yyyy-MM-dd HH:mm:ss.SSS',
    'EEEE d MMMM yyyy KK:mm:ss a S z',
    'yyyyMMddkkmmssSSS',
    'yyyy DDD HH:mm:ss S',
    'YYYY w u HH:mm:ss.S',
    'yyyy MM W E H m s S',
  ];
  for (const pattern of patterns) {
    for (let day = -20000; day < 40000; day += 97) {
      const value = BigInt(day) * 86400000n + BigInt((day * 7919 + 86400000) % 86400000);
      const text = library.text('timestampToChar', pattern, false, value, false);
      expect(`${text} ${library.call('charToTimestamp', pattern, text)}`).toBe(`${text} ${value}`);
    }
  }
});
