// Operators of the oracle whose rows leave at once: windows, DISTINCT, look-ups.
import type { Distinct, Lookup, SlidingWindow } from '../../compiler/plan/plan.ts';
import { overWindow, type Seen } from './accumulate.ts';
import { evaluate, type Value } from './evaluate.ts';
import { equals, holds, keyText, type Operator } from './operator.ts';

/** Content of reference tables at the moment. */
export type Tables = ReadonlyMap<string, readonly (readonly Value[])[]>;

/** Functions OVER a window: each row is computed from all kept rows of its partition. */
export function sliding(relation: SlidingWindow): Operator['row'] {
  const partitions = new Map<string, { rowtime: bigint; seen: readonly Seen[] }[]>();
  return (row, emit) => {
    const text = keyText(relation.partition.map((key) => evaluate(key, row)));
    const seen = relation.calls.map(
      (call): Seen => ({
        value: call.argument === undefined ? 1 : evaluate(call.argument, row),
        rowtime: row.rowtime,
        ...(call.otherwise === undefined ? {} : { otherwise: evaluate(call.otherwise, row) }),
      }),
    );
    const rows = partitions.get(text) ?? [];
    partitions.set(text, rows);
    rows.push({ rowtime: row.rowtime, seen });
    const { frame } = relation;
    const inside = rows.filter(
      (other, index) =>
        frame.unit === 'unbounded' ||
        (frame.unit === 'rows'
          ? rows.length - 1 - index <= Number(frame.preceding)
          : row.rowtime - other.rowtime <= frame.precedingMs),
    );
    emit(
      () => [
        ...row.values.slice(0, relation.input.columns.length),
        ...relation.calls.map((call, index) =>
          overWindow(
            call,
            inside.flatMap((other) => other.seen[index] ?? []),
            frame.unit === 'unbounded',
          ),
        ),
      ],
      row.rowtime,
    );
  };
}

/** SELECT DISTINCT. */
export function distinct(relation: Distinct): Operator['row'] {
  let closing: string | undefined;
  let known = new Set<string>();
  return (row, emit) => {
    const keys = relation.keys.map((key) => evaluate(key, row));
    const value = keyText([keys[relation.closing.key] ?? null]);
    if (value !== closing) known = new Set();
    closing = value;
    const text = keyText(keys);
    if (known.has(text)) return;
    known.add(text);
    emit(() => row.values, row.rowtime);
  };
}

/** A join with a reference table. */
export function lookup(relation: Lookup, tables: Tables): Operator['row'] {
  return (row, emit) => {
    const keys = relation.keys.map(({ expression }) => evaluate(expression, row));
    let met = false;
    for (const found of tables.get(relation.table) ?? []) {
      const equal = relation.keys.every(({ column }, index) => equals(keys[index] ?? null, found[column] ?? null));
      if (!equal) continue;
      const values = [...row.values, ...found];
      if (!holds(relation.predicate, { ...row, values }, emit)) continue;
      met = true;
      emit(() => values, row.rowtime);
    }
    if (!met && relation.type === 'left')
      emit(() => [...row.values, ...relation.columns.slice(row.values.length).map(() => null)], row.rowtime);
  };
}
