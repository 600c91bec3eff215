// Aggregates of the oracle: all values are kept, and the result is computed from the definition.
import type { AggregateCall } from '../../compiler/plan/plan.ts';
import { familyOf } from '../../contract/types.ts';
import { divideRounding, order, storeApproximate, storeExact, type Value } from './evaluate.ts';

/** What one aggregate of one group has seen. */
export interface Accumulator {
  add(value: Value): void;
  result(): Value;
}

/** A fresh accumulator. */
export function newAccumulator(call: AggregateCall): Accumulator {
  const all: Value[] = [];
  return {
    add: (value) => {
      all.push(value);
    },
    result: () => resultOf(call, all),
  };
}

function resultOf(call: AggregateCall, all: readonly Value[]): Value {
  const present = all.filter((value) => value !== null);
  const values = call.distinct
    ? present.filter((value, index) => present.findIndex((other) => order(other, value) === 0) === index)
    : present;
  const approximate = familyOf(call.type) === 'approximate';
  switch (call.name) {
    case 'COUNT':
      return storeExact(BigInt(call.argument === undefined ? all.length : values.length), call.type);
    case 'SUM':
    case 'AVG': {
      if (values.length === 0) return null;
      if (approximate) {
        const total = values.reduce<number>((sum, value) => sum + Number(value), 0);
        return storeApproximate(call.name === 'SUM' ? total : total / values.length, call.type);
      }
      const total = values.reduce<bigint>((sum, value) => sum + BigInt(value as number), 0n);
      if (call.name === 'SUM') return storeExact(total, call.type);
      const count = BigInt(values.length);
      return storeExact(call.type.kind === 'DECIMAL' ? divideRounding(total, count) : total / count, call.type);
    }
    case 'MIN':
      return values.reduce<Value>((best, value) => (best === null || order(value, best) < 0 ? value : best), null);
    case 'MAX':
      return values.reduce<Value>((best, value) => (best === null || order(value, best) > 0 ? value : best), null);
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

function variance(name: AggregateCall['name'], values: readonly number[]): Value {
  const sample = name.endsWith('SAMP');
  if (values.length < (sample ? 2 : 1)) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const result = squares / (values.length - (sample ? 1 : 0));
  return name.startsWith('STDDEV') ? Math.sqrt(result) : result;
}
