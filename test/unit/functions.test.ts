// Casts, arithmetic, digits of doubles and output encoders of assembly/, called directly: against BigInt and JavaScript's own text.
import { beforeAll, describe, expect, test } from 'vitest';
import { openLibrary, type Library } from '../harness/library.ts';
import { seededRandom } from '../harness/random.ts';

let library: Library;
const doubles = `
import { writeDouble as write1 } from "./assembly/formats/floats";
export function writeDoubles(source: usize, count: i32, at: usize): usize {
  for (let index = 0; index < count; index++) { at = write1(at, load<f64>(source + (<usize>index << 3))); store<u8>(at++, 10); }
  return at;
}
`;
beforeAll(async () => {
  const modules = ['functions/arithmetic', 'functions/casts', 'formats/floats', 'formats/encode'];
  library = await openLibrary(modules, 'simd', doubles);
});

const limits = { Tinyint: 8n, Smallint: 16n, Integer: 32n, Bigint: 64n };
const verbs = {
  add: (a: bigint, b: bigint) => a + b,
  subtract: (a: bigint, b: bigint) => a - b,
  multiply: (a: bigint, b: bigint) => a * b,
  divide: (a: bigint, b: bigint) => a / b,
};

function roundedQuotient(value: bigint, divisor: bigint): bigint {
  const negative = value < 0n !== divisor < 0n;
  const [size, by] = [value < 0n ? -value : value, divisor < 0n ? -divisor : divisor];
  const rounded = (2n * size + by) / (2n * by);
  return negative ? -rounded : rounded;
}

/** value / 10^digits. */
function scaled(value: bigint, digits: number): bigint {
  return digits >= 0 ? roundedQuotient(value, 10n ** BigInt(digits)) : value * 10n ** BigInt(-digits);
}

function randomInteger(random: () => number, bits: bigint): bigint {
  const size = BigInt(Math.floor(random() * Number(bits + 1n)));
  const value = (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32));
  return BigInt.asIntN(Number(bits), random() < 0.5 ? value & ((1n << size) - 1n) : -(value & ((1n << size) - 1n)));
}

/** What an exact result must be: the value, or the fault. */
function outcome(value: bigint, bits = 64n): string {
  return value >= 1n << (bits - 1n) || value < -(1n << (bits - 1n)) ? 'numeric-overflow' : String(value);
}

function result(name: string, ...given: (number | bigint)[]): string {
  try {
    return String(library.call(name, ...given));
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

describe('arithmetic', () => {
  test('of integers wraps nowhere and faults at the edges', () => {
    const random = seededRandom(1);
    for (const [kind, bits] of Object.entries(limits)) {
      const edges = [0n, 1n, -1n, 2n, (1n << (bits - 1n)) - 1n, -(1n << (bits - 1n))];
      const pairs = [
        ...edges.flatMap((a) => edges.map((b) => [a, b] as const)),
        ...Array.from({ length: 2000 }, () => [randomInteger(random, bits), randomInteger(random, bits)] as const),
      ];
      for (const [a, b] of pairs) {
        const pass = (value: bigint): number | bigint => (bits === 64n ? value : Number(value));
        for (const [verb, exact] of Object.entries(verbs)) {
          const expected = verb === 'divide' && b === 0n ? 'division-by-zero' : outcome(exact(a, b), bits);
          expect(`${a} ${verb} ${b} = ${result(`${verb}${kind}`, pass(a), pass(b))}`).toBe(
            `${a} ${verb} ${b} = ${expected}`,
          );
        }
        expect(result(`negate${kind}`, pass(a))).toBe(outcome(-a, bits));
      }
    }
  });

  test('of decimals is exact and rounds half away from zero', () => {
    const random = seededRandom(2);
    for (let round = 0; round < 20000; round++) {
      const [a, b] = [randomInteger(random, 64n), randomInteger(random, 64n)];
      const [scaleA, scaleB, scale] = [0, 1, 2].map(() => Math.floor(random() * 19)) as [number, number, number];
      const name = `${a}/${scaleA} ${b}/${scaleB} to ${scale}`;
      const wide = Math.max(scaleA, scaleB);
      const [left, right] = [scaled(a, scaleA - wide), scaled(b, scaleB - wide)];
      expect(`${name} ${result('addDecimal', a, scaleA, b, scaleB, scale)}`).toBe(
        `${name} ${outcome(scaled(left + right, wide - scale))}`,
      );
      expect(`${name} ${result('subtractDecimal', a, scaleA, b, scaleB, scale)}`).toBe(
        `${name} ${outcome(scaled(left - right, wide - scale))}`,
      );
      expect(`${name} ${result('multiplyDecimal', a, scaleA, b, scaleB, scale)}`).toBe(
        `${name} ${outcome(scaled(a * b, scaleA + scaleB - scale))}`,
      );
      const shift = scale + scaleB - scaleA;
      const quotient =
        b === 0n
          ? 'division-by-zero'
          : outcome(
              shift >= 0 ? roundedQuotient(a * 10n ** BigInt(shift), b) : roundedQuotient(a, b * 10n ** BigInt(-shift)),
            );
      expect(`${name} ${result('divideDecimal', a, scaleA, b, scaleB, scale)}`).toBe(`${name} ${quotient}`);
      expect(`${name} ${result('decimalRescale', a, scaleA, scale)}`).toBe(
        `${name} ${outcome(scaled(a, scaleA - scale))}`,
      );
      expect(`${name} ${library.call('decimalToDouble', a, scaleA)}`).toBe(`${name} ${Number(`${a}e-${scaleA}`)}`);
    }
  });

  test('of doubles must be finite', () => {
    expect(library.call('addDouble', 0.1, 0.2)).toBe(0.1 + 0.2);
    expect(library.fault('multiplyDouble', 1e300, 1e300)).toBe('numeric-overflow');
    expect(library.fault('divideDouble', 1, 0)).toBe('division-by-zero');
    expect(library.fault('divideDouble', 0, 0)).toBe('division-by-zero');
    expect(library.fault('divideReal', 1, 0)).toBe('division-by-zero');
    expect(library.fault('addReal', 3e38, 3e38)).toBe('numeric-overflow');
    expect(library.call('negateDouble', 1.5)).toBe(-1.5);
  });
});

const at = (text: string): bigint => BigInt(Date.parse(`${text}Z`));
const day = (text: string): number => Number(at(`${text}T00:00:00`) / 86400000n);

describe('datetimes and intervals', () => {
  test('months keep to the calendar', () => {
    expect(library.call('addIntervalMonthToDate', day('2004-01-31'), 1)).toBe(day('2004-02-29'));
    expect(library.call('subtractIntervalMonthToDate', day('2004-03-31'), 1)).toBe(day('2004-02-29'));
    expect(library.call('addIntervalMonthToDate', day('2004-02-29'), 12)).toBe(day('2005-02-28'));
    expect(library.call('addIntervalMonthToTimestamp', at('1969-12-31T10:00:00'), 2)).toBe(at('1970-02-28T10:00:00'));
    expect(library.call('subtractIntervalMonthToTimestamp', at('1970-01-31T10:00:00.001'), 2)).toBe(
      at('1969-11-30T10:00:00.001'),
    );
    expect(library.fault('addIntervalMonthToDate', day('9999-12-01'), 1)).toBe('datetime-overflow');
    expect(library.fault('subtractIntervalMonthToDate', day('0001-01-31'), 1)).toBe('datetime-overflow');
    expect(library.call('subtractDatesInMonths', day('2004-03-30'), day('2004-01-31'))).toBe(1);
    expect(library.call('subtractDatesInMonths', day('2004-01-31'), day('2004-03-30'))).toBe(-1);
    expect(library.call('subtractTimestampsInMonths', at('2004-03-31T10:00:00'), at('2004-01-31T10:00:00'))).toBe(2);
  });

  test('days and milliseconds stay within the years 0001 to 9999', () => {
    expect(library.call('addIntervalDayToTimestamp', at('2004-02-29T23:59:59'), 1000n)).toBe(at('2004-03-01T00:00:00'));
    expect(library.fault('addIntervalDayToTimestamp', at('9999-12-31T23:59:59.999'), 1n)).toBe('datetime-overflow');
    expect(library.fault('subtractIntervalDayToTimestamp', 0n, 2n ** 62n)).toBe('datetime-overflow');
    expect(library.call('addIntervalDayToDate', day('2004-02-28'), 86400000n)).toBe(day('2004-02-29'));
    expect(library.call('subtractIntervalDayToDate', day('2004-03-01'), 3600000n)).toBe(day('2004-02-29'));
    expect(library.call('addIntervalDayToTime', 82800000, 7200000n)).toBe(3600000);
    expect(library.call('subtractIntervalDayToTime', 3600000, 7200000n)).toBe(82800000);
    expect(library.call('subtractDates', day('2004-03-01'), day('2004-02-01'))).toBe(29n * 86400000n);
  });

  test('intervals times and by numbers', () => {
    expect(library.call('multiplyIntervalDayByDecimal', 1000n, 15n, 1)).toBe(1500n);
    expect(library.call('multiplyIntervalDayByDouble', 3n, 0.5)).toBe(2n);
    expect(library.call('divideIntervalDayByDecimal', 1000n, 15n, 1)).toBe(666n);
    expect(library.call('divideIntervalDayByBigint', -1000n, 3n)).toBe(-333n);
    expect(library.call('divideIntervalDayByDouble', 1000n, 3)).toBe(333n);
    expect(library.fault('divideIntervalMonthByBigint', 12, 0n)).toBe('division-by-zero');
    expect(library.fault('multiplyIntervalMonthByBigint', 2 ** 30, 4n)).toBe('numeric-overflow');
  });
});

describe('digits of floating-point numbers', () => {
  test('of 200,000 doubles are those of JavaScript', () => {
    const random = seededRandom(3);
    const view = new DataView(new ArrayBuffer(8));
    const next = (round: number): number => {
      if (round % 4 === 1) return Math.floor(random() * 1e6) / 10 ** Math.floor(random() * 8);
      if (round % 4 === 2) return (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20);
      if (round % 4 === 3) return 2 ** Math.floor(random() * 2098 - 1074);
      view.setUint32(0, random() * 2 ** 32);
      view.setUint32(4, random() * 2 ** 32);
      return view.getFloat64(0);
    };
    const source = Number(library.exports['harnessRoom']?.());
    const target = source + 8000;
    for (let block = 0; block < 200; block++) {
      const values = Array.from({ length: 1000 }, (_, round) => next(round)).map((value) =>
        Number.isFinite(value) ? value : 5e-324,
      );
      new Float64Array(library.exports.memory.buffer, source, 1000).set(values);
      const end = Number(library.exports['writeDoubles']?.(source, 1000, target));
      const lines = new TextDecoder()
        .decode(new Uint8Array(library.exports.memory.buffer, target, end - target))
        .split('\n');
      expect(lines.slice(0, 1000)).toEqual(values.map(String));
    }
  });

  test('have both forms at the edges', () => {
    for (const value of [
      0,
      -0,
      1,
      25,
      0.1,
      1e21,
      1e20,
      123456789012345680000,
      1e-6,
      1e-7,
      1.5e-7,
      5e-324,
      1.7976931348623157e308,
      2 ** 53,
      2 ** 53 + 2,
      9007199254740993e3,
      4.35,
      0.000001234,
    ]) {
      expect(library.written('writeDouble', value)).toBe(String(value));
      expect(library.written('writeDouble', -value)).toBe(String(-value));
    }
    const java: [number, string][] = [
      [0, '0.0'],
      [-0, '-0.0'],
      [1, '1.0'],
      [1e10, '1.0E10'],
      [1e7, '1.0E7'],
      [9999999, '9999999.0'],
      [0.001, '0.001'],
      [0.0009, '9.0E-4'],
      [-1.25e-7, '-1.25E-7'],
      [123.456, '123.456'],
      [1.5e300, '1.5E300'],
    ];
    for (const [value, text] of java) expect(library.written('writeDoubleJava', value)).toBe(text);
    expect(library.written('writeReal', 0.1)).toBe('0.1');
    expect(library.written('writeReal', 16777216)).toBe('16777216');
    expect(library.written('writeReal', 3.4028234663852886e38)).toBe('3.4028235e+38');
    expect(library.written('writeReal', 1e-45)).toBe('1e-45');
    expect(library.written('writeRealJava', 1.1)).toBe('1.1');
  });

  test('of reals read back as the same real, and none shorter does', () => {
    const random = seededRandom(4);
    const view = new DataView(new ArrayBuffer(4));
    for (let round = 0; round < 20000; round++) {
      view.setUint32(0, random() * 2 ** 32);
      const value = view.getFloat32(0);
      if (!Number.isFinite(value)) continue;
      const text = library.written('writeReal', value);
      expect(Math.fround(Number(text))).toBe(value + 0);
      const digits = text.replace(/e.*|[-.]/g, '').replace(/^0+|0+$/g, '').length;
      if (digits > 1 && digits < 15) expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
    }
  });
});
