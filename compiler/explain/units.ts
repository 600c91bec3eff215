// Numbers, durations and sizes as a person reads them.
import { storageOf, type Column } from '../../contract/types.ts';

/** A number with its noun. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** An interval in the largest unit that holds it exactly. */
export function sayDuration(ms: bigint): string {
  const units: [bigint, string][] = [
    [86400000n, 'day'],
    [3600000n, 'hour'],
    [60000n, 'minute'],
    [1000n, 'second'],
  ];
  const unit = units.find(([size]) => ms !== 0n && ms % size === 0n);
  return unit === undefined ? `${ms} ms` : count(Number(ms / unit[0]), unit[1]);
}

/** Bytes that a kept row of some columns takes, its texts aside. */
export function rowBytes(columns: readonly Column[]): { readonly bytes: number; readonly texts: number } {
  return {
    bytes: 32 + columns.length * 8 + Math.ceil(columns.length / 8) * 8,
    texts: columns.filter(({ type }) => storageOf(type) === 'text').length,
  };
}
