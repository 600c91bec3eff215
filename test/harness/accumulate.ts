// Aggregates and window functions of the oracle: each is computed from all rows that it sees, by its definition.
import type { AggregateCall, WindowCall } from '../../compiler/plan/plan.ts';
import { familyOf } from '../../contract/types.ts';
import { divideRounding, Fault, order, storeApproximate, storeExact, type Value } from './evaluate.ts';
import { exactSum, exactVariance } from './exact.ts';

/** What one aggregate sees of a row: its argument (1 for COUNT(*)), the row's time, and what LAG gives instead. */
export interface Seen {
  readonly value: Value;
  readonly rowtime: bigint;
  readonly otherwise?: Value;
}

/** An aggregate over rows that only came. */
export function aggregate(call: AggregateCall, rows: readonly Seen[]): Value {
  return resultOf(call, rows, inOrder);
}

function inOrder(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/**
 * A function over a window's rows, the current one last. Sums of DOUBLE are exact and rounded once where rows leave the window; where they
 * only come (`unbounded`), they are added in the order of arrival (SEMANTICS 11).
 */
export function overWindow(call: WindowCall, rows: readonly Seen[], unbounded: boolean): Value {
  const present = rows.filter(({ value }) => value !== null);
  const counted = call.ignoreNulls ? present : rows;
  const position = Number(call.position ?? 0n);
  const current = rows.at(-1);
  switch (call.name) {
    case 'LAG': {
      const before = counted.filter((row) => row !== current);
      const found = position === 0 ? current : before.at(-position);
      return position > before.length ? (current?.otherwise ?? null) : (found?.value ?? null);
    }
    case 'NTH_VALUE':
      return (call.fromLast === true ? counted.at(-position) : counted[position - 1])?.value ?? null;
    case 'EXP_AVG':
      return exponentialAverage(call, present, current?.rowtime ?? 0n);
    default:
      return resultOf({ ...call, name: call.name }, rows, unbounded ? inOrder : exactSum);
  }
}

// Weights 2^(-age / half-life) by ROWTIME.
function exponentialAverage(call: WindowCall, rows: readonly Seen[], now: bigint): Value {
  if (rows.length === 0) return null;
  const weights = rows.map((row) => 2 ** (-Number(now - row.rowtime) / Number(call.halfLifeMs ?? 1n)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const weighted = rows.reduce((sum, row, index) => sum + Number(row.value) * (weights[index] ?? 0), 0);
  return storeApproximate(weighted / total, call.type);
}

function resultOf(call: AggregateCall, rows: readonly Seen[], sumOf: (values: readonly number[]) => number): Value {
  const all = rows.map(({ value }) => value);
  const present = all.filter((value) => value !== null);
  const values = call.distinct
    ? present.filter((value, index) => present.findIndex((other) => order(other, value) === 0) === index)
    : present;
  const extreme = (sign: number): Value =>
    values.reduce<Value>((best, value) => (best === null || order(value, best) * sign > 0 ? value : best), null);
  switch (call.name) {
    case 'COUNT':
      return storeExact(BigInt(call.argument === undefined ? all.length : values.length), call.type);
    case 'SUM':
    case 'AVG':
      return values.length === 0 ? null : sumOrAverage(call, values, sumOf);
    case 'MIN':
      return extreme(-1);
    case 'MAX':
      return extreme(1);
    case 'FIRST_VALUE':
      return (call.ignoreNulls ? present[0] : all[0]) ?? null;
    case 'LAST_VALUE':
      return (call.ignoreNulls ? present.at(-1) : all.at(-1)) ?? null;
    case 'ANY':
      return values.length === 0 ? null : Number(values.some((value) => value === 1));
    case 'EVERY':
      return values.length === 0 ? null : Number(values.every((value) => value === 1));
    default:
      return variance(call.name, values.map(Number));
  }
}

function sumOrAverage(
  call: AggregateCall,
  values: readonly Value[],
  sumOf: (values: readonly number[]) => number,
): Value {
  const count = values.length;
  if (familyOf(call.type) === 'approximate') {
    const total = sumOf(values.map(Number));
    return storeApproximate(call.name === 'SUM' ? total : total / count, call.type);
  }
  const total = values.reduce<bigint>((sum, value) => sum + BigInt(value as number), 0n);
  if (call.name === 'SUM') return storeExact(total, call.type);
  // An average of integers is an integer, cut; one of DECIMAL rounds to its scale.
  return storeExact(
    call.type.kind === 'DECIMAL' ? divideRounding(total, BigInt(count)) : total / BigInt(count),
    call.type,
  );
}

function variance(name: AggregateCall['name'], values: readonly number[]): Value {
  const sample = name.endsWith('SAMP');
  if (values.length < (sample ? 2 : 1)) return null;
  const result = exactVariance(values, BigInt(values.length - (sample ? 1 : 0)));
  if (!Number.isFinite(result)) throw new Fault('numeric-overflow');
  return name.startsWith('STDDEV') ? Math.sqrt(result) : result;
}
