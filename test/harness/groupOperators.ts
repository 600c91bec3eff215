// Aggregation by groups in the oracle: every row of a group is kept, and aggregates are computed when it leaves.
import type { StaggerAggregate, TumbleAggregate } from '../../compiler/plan/plan.ts';
import { aggregate, type Seen } from './accumulate.ts';
import { evaluate, type RowContext, type Value } from './evaluate.ts';
import { dueOf, FOREVER, keyText, openBatch, type Batch, type Emit, type Operator } from './operator.ts';

interface Group {
  readonly keys: readonly Value[];
  readonly opened: bigint;
  /** For each aggregate what it saw. */
  readonly seen: readonly Seen[][];
}

function absorb(
  relation: TumbleAggregate | StaggerAggregate,
  row: RowContext,
  groups: Map<string, Group>,
  keys: readonly Value[],
  inputs: readonly Value[],
): void {
  const text = keyText(keys);
  const group = groups.get(text) ?? { keys, opened: row.rowtime, seen: relation.aggregates.map(() => []) };
  groups.set(text, group);
  for (const [index, seen] of group.seen.entries()) seen.push({ value: inputs[index] ?? null, rowtime: row.rowtime });
}

function inputsOf(relation: TumbleAggregate | StaggerAggregate, row: RowContext): Value[] {
  return relation.aggregates.map((call) => (call.argument === undefined ? 1 : evaluate(call.argument, row)));
}

function leave(relation: TumbleAggregate | StaggerAggregate, group: Group, rowtime: bigint, emit: Emit): void {
  emit(
    () => [...group.keys, ...relation.aggregates.map((call, index) => aggregate(call, group.seen[index] ?? []))],
    rowtime,
  );
}

/** GROUP BY: a batch of groups for each value of the closing key. */
export class Tumbling implements Operator {
  private readonly relation: TumbleAggregate;
  private batch: Batch<Map<string, Group>> | undefined;
  private lastTime = -FOREVER;

  constructor(relation: TumbleAggregate) {
    this.relation = relation;
  }

  row(row: RowContext, emit: Emit): void {
    const { relation } = this;
    const keys = relation.keys.map((key) => evaluate(key, row));
    const inputs = inputsOf(relation, row);
    const key = relation.keys[relation.closing.key];
    const value = keys[relation.closing.key] ?? null;
    if (key === undefined) throw new Error('no closing key');
    if (this.batch !== undefined && this.batch.value !== keyText([value])) this.flush(row.rowtime, emit);
    this.batch ??= openBatch(relation.closing, key, row, value, new Map<string, Group>());
    absorb(relation, row, this.batch.content, keys, inputs);
    this.lastTime = row.rowtime;
  }

  // Rows may come later than the clock: those that other windows let go at the end.
  due(bound: bigint, clock: bigint): bigint | undefined {
    return dueOf(this.batch, bound, clock > this.lastTime ? clock : this.lastTime);
  }

  flush(rowtime: bigint, emit: Emit): void {
    const groups = this.batch?.content;
    this.batch = undefined;
    for (const group of groups?.values() ?? []) leave(this.relation, group, rowtime, emit);
  }
}

/** WINDOWED BY STAGGER: a window for each key from its first row on. */
export class Staggering implements Operator {
  private readonly relation: StaggerAggregate;
  private readonly groups = new Map<string, Group>();

  constructor(relation: StaggerAggregate) {
    this.relation = relation;
  }

  row(row: RowContext): void {
    const keys = this.relation.keys.map((key) => evaluate(key, row));
    absorb(this.relation, row, this.groups, keys, inputsOf(this.relation, row));
  }

  due(bound: bigint): bigint | undefined {
    // Windows have one length: the first to open is the first to end.
    const [first] = this.groups.values();
    const end = first === undefined ? FOREVER : first.opened + this.relation.rangeMs;
    return end <= bound && first !== undefined ? end : undefined;
  }

  flush(rowtime: bigint, emit: Emit): void {
    const ended = [...this.groups].filter(([, group]) => group.opened + this.relation.rangeMs === rowtime);
    for (const [text, group] of ended) {
      this.groups.delete(text);
      leave(this.relation, group, rowtime, emit);
    }
  }
}
