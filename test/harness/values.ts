// Values of the oracle: exact integers as BigInt where they are worked on, faults as exceptions.
import { storageOf, type DatetimeField, type SqlType } from '../../contract/types.ts';

/** NULL, or by storage: i32, f32, f64 → number · i64 → bigint · text → string. */
export type Value = number | bigint | string | null;

/** A data error. */
export class Fault extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Raised for what the oracle doesn't know; the generator must not write it. */
export class NotKnown extends Error {}

const ranges: Record<string, bigint> = {
  TINYINT: 2n ** 7n,
  SMALLINT: 2n ** 15n,
  INTEGER: 2n ** 31n,
  BIGINT: 2n ** 63n,
};

/** Checks an exact value against its type's range and stores it. */
export function storeExact(value: bigint, type: SqlType): Value {
  const limit = ranges[type.kind] ?? 2n ** 63n;
  if (value >= limit || value < -limit) throw new Fault('numeric-overflow');
  return storageOf(type) === 'i32' ? Number(value) : value;
}

/** Stores an approximate value. */
export function storeApproximate(value: number, type: SqlType): Value {
  const stored = type.kind === 'REAL' ? Math.fround(value) : value;
  if (!Number.isFinite(stored)) throw new Fault('numeric-overflow');
  return stored;
}

/** Division that rounds half away from zero. */
export function divideRounding(value: bigint, divisor: bigint): bigint {
  const negative = value < 0n !== divisor < 0n;
  const dividend = value < 0n ? -value : value;
  const by = divisor < 0n ? -divisor : divisor;
  const rounded = (dividend * 2n + by) / (by * 2n);
  return negative ? -rounded : rounded;
}

/** Digits behind the point. */
export function scaleOf(type: SqlType): number {
  return type.kind === 'DECIMAL' ? type.scale : 0;
}

/** Order of two values of one type; text by code points. */
export function order(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string')
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (left === right) return 0;
  return (left as number | bigint) < (right as number | bigint) ? -1 : 1;
}

/** Lengths of the fields that have one. */
export const unitMs: Readonly<Partial<Record<DatetimeField, bigint>>> = {
  DAY: 86400000n,
  HOUR: 3600000n,
  MINUTE: 60000n,
  SECOND: 1000n,
};

/** Fields by their numbers. */
export const datetimeFields: readonly DatetimeField[] = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'];
