// Casts and output encoders of assembly/, called directly: each pair of types, the faults at the edges, and JSON, CSV, base64 and hex.
import { beforeAll, describe, expect, test } from 'vitest';
import { openLibrary, type Argument, type Library } from '../harness/library.ts';
import { seededRandom } from '../harness/random.ts';

const modules = ['functions/casts', 'functions/arithmetic', 'formats/encode'];
let library: Library;
let scalar: Library;
beforeAll(async () => {
  const start =
    'import { setStart } from "./assembly/operators/context";\nexport function harnessStart(clock: i64): void { setStart(clock, 0); }\n';
  library = await openLibrary(modules, 'simd', start);
  scalar = await openLibrary(['formats/encode'], 'scalar');
});

/** A call as text: the value, or the fault. */
function number(name: string, ...given: Argument[]): string {
  try {
    return String(library.call(name, ...given));
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

function text(name: string, ...given: Argument[]): string {
  try {
    return library.text(name, ...given);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

const day = 86400000n;
const [YEAR, MONTH, DAY, HOUR, MINUTE, SECOND] = [0, 1, 2, 3, 4, 5] as const;

test('no function is larger than a virtual machine likes', () => {
  expect(Math.max(...library.sizes, ...scalar.sizes)).toBeLessThanOrEqual(4000);
});

describe('numbers', () => {
  test('narrow with a check and round half away from zero', () => {
    const cases: [string, Argument[], string][] = [
      ['castBigintToTinyint', [127n], '127'],
      ['castBigintToTinyint', [128n], 'numeric-overflow'],
      ['castBigintToSmallint', [-32769n], 'numeric-overflow'],
      ['castBigintToInteger', [-(2n ** 31n)], String(-(2 ** 31))],
      ['castBigintToDecimal', [5n, 2], '500'],
      ['castBigintToDecimal', [10n ** 18n, 2], 'numeric-overflow'],
      ['castDecimalToInteger', [25n, 1], '3'],
      ['castDecimalToInteger', [-25n, 1], '-3'],
      ['castDecimalToInteger', [24n, 1], '2'],
      ['castDecimalToTinyint', [1275n, 1], 'numeric-overflow'],
      ['castDecimalToDecimal', [-125n, 2, 1], '-13'],
      ['castDoubleToInteger', [2.5], '3'],
      ['castDoubleToInteger', [-2.5], '-3'],
      ['castDoubleToInteger', [0.49999999999999994], '0'],
      ['castDoubleToInteger', [1e10], 'numeric-overflow'],
      ['castDoubleToBigint', [2 ** 63], 'numeric-overflow'],
      ['castDoubleToBigint', [-(2 ** 63)], '-9223372036854775808'],
      ['castDoubleToBigint', [2 ** 52 + 1.5], '4503599627370498'],
      ['castDoubleToDecimal', [2.5, 1], '25'],
      ['castDoubleToDecimal', [1e30, 0], 'numeric-overflow'],
      ['castDoubleToDecimal', [-1e-300, 18], '0'],
      ['castDoubleToReal', [1e300], 'numeric-overflow'],
      ['castRealToDecimal', [0.5, 0], '1'],
      ['castRealToInteger', [-0.5], '-1'],
    ];
    for (const [name, given, expected] of cases)
      expect(`${name}(${given}) = ${number(name, ...given)}`).toBe(`${name}(${given}) = ${expected}`);
  });

  test('a double becomes the decimal nearest to its exact value', () => {
    const random = seededRandom(5);
    for (let round = 0; round < 5000; round++) {
      const value = (random() - 0.5) * 10 ** Math.floor(random() * 24 - 6);
      const scale = Math.floor(random() * 19);
      // Exactly: significand · 2^-1074 · 10^scale, over a common denominator.
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, Math.abs(value));
      const bits = view.getBigUint64(0);
      const significand = (bits & 0xfffffffffffffn) | (1n << 52n);
      const exact = (significand << ((bits >> 52n) - 1n)) * 10n ** BigInt(scale);
      const size = (exact * 2n + (1n << 1074n)) >> 1075n;
      const expected = size >= 2n ** 63n ? 'numeric-overflow' : String(value < 0 ? -size : size);
      expect(`${value} ${scale} ${number('castDoubleToDecimal', value, scale)}`).toBe(`${value} ${scale} ${expected}`);
    }
  });

  test('are read from text', () => {
    const cases: [string, Argument[], string][] = [
      ['castTextToInteger', [' -12 '], '-12'],
      ['castTextToInteger', ['+12'], '12'],
      ['castTextToInteger', ['1.5'], '2'],
      ['castTextToInteger', ['-.5'], '-1'],
      ['castTextToInteger', ['2147483648'], 'numeric-overflow'],
      ['castTextToTinyint', ['300'], 'numeric-overflow'],
      ['castTextToBigint', ['9223372036854775807'], '9223372036854775807'],
      ['castTextToBigint', ['-9223372036854775808'], '-9223372036854775808'],
      ['castTextToBigint', ['9223372036854775808'], 'numeric-overflow'],
      ['castTextToBigint', ['99999999999999999999'], 'numeric-overflow'],
      ['castTextToBigint', ['000000000000000000000000001'], '1'],
      ['castTextToBigint', ['12e2'], '1200'],
      ['castTextToDecimal', ['1.555', 2], '156'],
      ['castTextToDecimal', ['1.554999', 2], '155'],
      ['castTextToDecimal', ['-1.5', 2], '-150'],
      ['castTextToDecimal', ['0.0049', 2], '0'],
      ['castTextToDecimal', ['0.005', 2], '1'],
      ['castTextToDecimal', ['155e-2', 2], '155'],
      ['castTextToDecimal', ['5e-999999', 2], '0'],
      ['castTextToDecimal', ['5e999999', 2], 'numeric-overflow'],
      ['castTextToDecimal', ['0e999999', 2], '0'],
      ['castTextToDouble', ['-1.5E-3'], '-0.0015'],
      ['castTextToDouble', ['1e3'], '1000'],
      ['castTextToDouble', ['.5'], '0.5'],
      ['castTextToDouble', ['5.'], '5'],
      ['castTextToDouble', ['1e999'], 'numeric-overflow'],
      ['castTextToReal', ['1.5'], '1.5'],
    ];
    for (const wrong of [
      '',
      ' ',
      'abc',
      '1 2',
      '12x',
      '.',
      '-',
      '1e',
      '1e+',
      '--1',
      '1.2.3',
      'NaN',
      'Infinity',
      '0x10',
    ]) {
      cases.push(['castTextToInteger', [wrong], 'invalid-cast'], ['castTextToDouble', [wrong], 'invalid-cast']);
    }
    for (const [name, given, expected] of cases)
      expect(`${name}(${given}) = ${number(name, ...given)}`).toBe(`${name}(${given}) = ${expected}`);
  });
});

describe('text', () => {
  test('of numbers and BOOLEAN', () => {
    expect(text('castBigintToText', -12n, 5)).toBe('-12');
    expect(text('castBigintToText', -(2n ** 63n), 20)).toBe('-9223372036854775808');
    expect(text('castBigintToText', 123456n, 5)).toBe('text-too-long');
    expect(text('castDecimalToText', -5n, 2, 5)).toBe('-0.05');
    expect(text('castDecimalToText', 150n, 2, 5)).toBe('1.50');
    expect(text('castDoubleToText', 1e10, 10)).toBe('1.0E10');
    expect(text('castDoubleToText', 2.5, 10)).toBe('2.5');
    expect(text('castRealToText', 0.1, 10)).toBe('0.1');
    expect(text('castBooleanToText', 1, 5)).toBe('TRUE');
    expect(text('castBooleanToText', 0, 4)).toBe('text-too-long');
    expect(number('castTextToBoolean', ' tRue ')).toBe('1');
    expect(number('castTextToBoolean', 'FALSE')).toBe('0');
    expect(number('castTextToBoolean', 'yes')).toBe('invalid-cast');
    expect(library.takeNull()).toBe(false);
    library.call('castTextToBoolean', 'Unknown');
    expect(library.takeNull()).toBe(true);
  });

  test('is cut and filled up by code points, binaries by bytes', () => {
    expect(text('truncateText', 'äöü', 2)).toBe('äö');
    expect(text('truncateText', '😀😀', 1)).toBe('😀');
    expect(text('truncateText', 'abc', 10)).toBe('abc');
    expect(text('padText', 'abc', 5)).toBe('abc  ');
    expect(text('padText', 'äö', 3)).toBe('äö ');
    expect(text('padText', 'abcdef', 3)).toBe('abc');
    expect(text('padText', '', 2)).toBe('  ');
    expect(text('padBinary', 'ab', 4)).toBe('ab\0\0');
    expect(text('truncateBinary', 'abcdef', 4)).toBe('abcd');
  });
});

describe('datetimes and intervals', () => {
  test('between each other and text', () => {
    library.call('harnessStart', BigInt(Date.parse('2000-01-01T10:00:00Z')));
    const stamp = BigInt(Date.parse('2004-02-19T21:25:35.5Z'));
    expect(number('castTextToTimestamp', '2004-02-19 21:25:35.5')).toBe(String(stamp));
    for (const wrong of [
      '2004-02-19',
      '2004-02-19 21:25',
      '2004-02-19T21:25:35',
      '2004-02-30 21:25:35',
      '2004-02-19 25:25:35',
      '2004-02-19 21:25:35Z',
    ]) {
      expect(`${wrong} ${number('castTextToTimestamp', wrong)}`).toBe(`${wrong} invalid-cast`);
    }
    expect(number('castTextToDate', ' 2004-02-29 ')).toBe(String(Date.parse('2004-02-29') / 86400000));
    expect(number('castTextToDate', '2003-02-29')).toBe('invalid-cast');
    expect(number('castTextToTime', '21:23:34.11')).toBe('77014110');
    expect(number('castTextToTime', '21:23')).toBe('invalid-cast');
    expect(text('castTimestampToText', stamp, 30)).toBe('2004-02-19 21:25:35.500');
    expect(text('castTimestampToText', stamp - 500n, 19)).toBe('2004-02-19 21:25:35');
    expect(text('castTimestampToText', stamp, 10)).toBe('text-too-long');
    expect(text('castDateToText', -1, 10)).toBe('1969-12-31');
    expect(text('castDateToText', 0, 9)).toBe('text-too-long');
    expect(text('castTimeToText', 1000, 8)).toBe('00:00:01');
    expect(number('castTimestampToDate', -1n)).toBe('-1');
    expect(number('castTimestampToTime', -1n)).toBe('86399999');
    expect(number('castDateToTimestamp', -1)).toBe('-86400000');
    expect(number('castTimeToTimestamp', 5)).toBe(String(Date.parse('2000-01-01T00:00:00.005Z')));
  });

  test('intervals and text', () => {
    const shown: [bigint, number, number, number, string][] = [
      [2n * day + 371000n, DAY, SECOND, 20, '+2 00:06:11'],
      [371000n, MINUTE, SECOND, 10, '+6:11'],
      [371000n, SECOND, SECOND, 10, '+371'],
      [3n * day + 15600000n, DAY, MINUTE, 10, '+3 04:20'],
      [-(2n * 3600000n + 500n), HOUR, SECOND, 20, '-2:00:00.500'],
      [2n * day + 371000n, DAY, SECOND, 4, '+2 0'],
    ];
    for (const [value, from, to, length, expected] of shown) {
      expect(text('castIntervalDayToText', value, from, to, length)).toBe(expected);
      if (length > 4) expect(number('castTextToIntervalDay', expected, from, to)).toBe(String(value));
    }
    expect(text('castIntervalMonthToText', -18, YEAR, MONTH, 10)).toBe('-1-06');
    expect(text('castIntervalMonthToText', 18, MONTH, MONTH, 10)).toBe('+18');
    expect(number('castTextToIntervalMonth', '1-6', YEAR, MONTH)).toBe('18');
    expect(number('castTextToIntervalDay', ' 2 3:4:5.678 ', DAY, SECOND)).toBe(
      String(2n * day + 3n * 3600000n + 4n * 60000n + 5678n),
    );
    expect(number('castTextToIntervalDay', '.5', SECOND, SECOND)).toBe('invalid-cast');
    expect(number('castTextToIntervalDay', '1:60', MINUTE, SECOND)).toBe('invalid-cast');
    expect(number('castTextToIntervalDay', '1 24', DAY, HOUR)).toBe('invalid-cast');
    expect(number('castTextToIntervalDay', '5x', DAY, DAY)).toBe('invalid-cast');
  });

  test('intervals and numbers', () => {
    expect(number('castIntervalDayToBigint', -5n * day, DAY)).toBe('-5');
    expect(number('castIntervalDayToBigint', 1500n, SECOND)).toBe('2');
    expect(number('castIntervalDayToDecimal', 1500n, SECOND, 3)).toBe('1500');
    expect(number('castIntervalDayToDecimal', 90000n, HOUR, 3)).toBe('25');
    expect(number('castIntervalDayToTinyint', 200n * day, DAY)).toBe('numeric-overflow');
    expect(number('castIntervalMonthToInteger', 18, MONTH)).toBe('18');
    expect(number('castIntervalMonthToBigint', 24, YEAR)).toBe('2');
    expect(number('castIntervalDayToIntervalDay', -371999n, MINUTE)).toBe('-360000');
    expect(number('castIntervalDayToIntervalDay', -371999n, SECOND)).toBe('-371999');
    expect(number('castIntervalMonthToIntervalMonth', -18, YEAR)).toBe('-12');
  });
});

describe('encoders', () => {
  test('write numbers', () => {
    for (const value of [0, 7, 10, 99, 100, 12345, -1, 2 ** 31 - 1, -(2 ** 31)])
      expect(library.written('writeInteger', value)).toBe(String(value));
    for (let power = 0n; power < 63n; power++) {
      for (const value of [2n ** power, -(2n ** power), 10n ** (power % 19n), 10n ** (power % 19n) - 1n])
        expect(library.written('writeBigint', value)).toBe(String(value));
    }
    expect(library.written('writeDecimal', 1200n, 2)).toBe('12.00');
    expect(library.written('writeDecimal', -5n, 18)).toBe('-0.000000000000000005');
    expect(library.written('writeDecimal', -(2n ** 63n), 19)).toBe('-0.9223372036854775808');
    expect(library.written('writeBooleanJson', 1)).toBe('true');
    expect(library.written('writeBooleanJson', 0)).toBe('false');
  });

  test('write JSON text as JSON.stringify does, in both flavours', () => {
    const random = seededRandom(6);
    const alphabet = [
      'a',
      'b',
      ' ',
      '"',
      '\\',
      '\n',
      '\t',
      '\b',
      '\f',
      '\r',
      '\u0000',
      '\u001f',
      '\u007f',
      'ä',
      '日',
      '😀',
      '!',
      '#',
      '[',
      ']',
    ];
    for (let round = 0; round < 3000; round++) {
      const common = random() < 0.5 ? 1 : 0.05;
      const value = Array.from({ length: Math.floor(random() * 60) }, () =>
        random() < common ? alphabet[Math.floor(random() * alphabet.length)] : 'x',
      ).join('');
      expect(library.written('writeJsonText', value)).toBe(JSON.stringify(value));
      expect(scalar.written('writeJsonText', value)).toBe(JSON.stringify(value));
    }
  });

  test('write CSV by RFC 4180, base64 and hex', () => {
    expect(library.written('writeCsvText', 'plain text', 44)).toBe('plain text');
    expect(library.written('writeCsvText', 'a,b', 44)).toBe('"a,b"');
    expect(library.written('writeCsvText', 'a,b', 9)).toBe('a,b');
    expect(library.written('writeCsvText', 'say "x"', 44)).toBe('"say ""x"""');
    expect(library.written('writeCsvText', 'a\r\nb', 44)).toBe('"a\r\nb"');
    expect(library.written('writeCsvText', '', 44)).toBe('""');
    for (const value of ['', 'a', 'ab', 'abc', 'abcd', 'ÿþ~?>日本'])
      expect(library.written('writeBase64', value)).toBe(Buffer.from(value).toString('base64'));
  });
});
