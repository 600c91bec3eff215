// What a partition of a sliding window keeps: the words of its row, and the fields of each row in its frame.
//
//   words := [row number, of ROWS frames] [ring of rows, 2 words] [rows of the front, where stacks are used] … of each need …
//   entry := values that are taken out again … [ROWTIME] [null bits, 8 bytes for 64 values] … two front words of each stack …
//            (texts come first, because a ring knows its texts by their number)
//
// A frame that reaches back for ever keeps accumulators (accumulators.ts) and what positions need. Others keep rows where values are taken
// out again, and queues for extremes and positions (assembly/aggregates/windowQueues.ts).
//
// Memory: a partition takes 32 bytes, its words and its key, rounded up to a power of two, and about 16 bytes of index. A row takes 8 bytes
// for each value that is taken out again, for ROWTIME (of RANGE) and for null bits, and 16 for each VAR, STDDEV or EXP_AVG. Each of LAG,
// FIRST_VALUE, NTH_VALUE keeps 16 bytes a row that it can reach, MIN and MAX 16 bytes a candidate. Rows and queues lie in rings, whose blocks
// are powers of two: up to twice that, and for a moment three times while a ring grows. SUM of doubles: 16 bytes and 8 a chunk, three or four of
// them as a rule; a text that is kept has a block of its own.
import {
  WORD_EXACT_SUM,
  WORD_NUMBER_COUNTS,
  WORD_PLAIN,
  WORD_REST,
  WORD_RING,
  WORD_TEXT_COUNTS,
} from '../../contract/abi.ts';
import { familyOf, storageOf } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import type { AggregateCall, SlidingWindow, WindowCall } from '../plan/plan.ts';
import { Accumulators, rowHeaderBytes } from './accumulators.ts';
import { shareKey } from './expressions.ts';

/** Something of a partition that one or several calls need; `offset` is in the partition's row. */
export interface Need {
  readonly kind: 'count' | 'sum' | 'flags' | 'set' | 'moments' | 'decaying' | 'minimum' | 'maximum' | 'position';
  readonly argument: Expression;
  readonly offset: number;
  /** sum: of values that the set of the argument did not know. */
  readonly distinct: boolean;
  /** decaying */
  readonly halfLifeMs: bigint;
  /** position */
  readonly ignoreNulls: boolean;
  /** position: counted from the first value of the frame, not from the last. */
  readonly fromFirst: boolean;
  /** position: as many values are looked back, or forward in a frame without a beginning. */
  reach: bigint;
  /** moments, decaying: offset of the front words in an entry. */
  front: number;
}

/** Where an argument lies in an entry. */
export interface StoredValue {
  readonly argument: Expression;
  value: number;
  /** Offset and mask of its null bit; mask 0n: never NULL. */
  nulls: number;
  mask: bigint;
}

const accumulated = new Set<WindowCall['name']>([
  'COUNT',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'STDDEV_POP',
  'STDDEV_SAMP',
  'VAR_POP',
  'VAR_SAMP',
  'ANY',
  'EVERY',
]);

/** True for a call that accumulators answer in a frame that reaches back for ever. */
export function isAccumulated(call: WindowCall): call is WindowCall & AggregateCall {
  return accumulated.has(call.name);
}

/** The layout of a window's partitions. */
export class WindowState {
  readonly relation: SlidingWindow;
  /** Only of a frame that reaches back for ever. */
  readonly accumulators: Accumulators;
  readonly kinds: number[] = [];
  readonly needs: Need[] = [];
  readonly stored: StoredValue[] = [];
  /** Offsets in the partition's row; −1 where there is none. */
  numberAt = -1;
  rowsAt = -1;
  frontAt = -1;
  /** Offset of ROWTIME in an entry. */
  timeAt = -1;
  entryBytes = 0;
  entryTexts = 0;

  constructor(relation: SlidingWindow) {
    this.relation = relation;
    const plain = relation.frame.unit === 'unbounded' ? relation.calls.filter(isAccumulated) : [];
    this.accumulators = new Accumulators(plain);
    this.kinds.push(...this.accumulators.words);
    if (relation.frame.unit === 'rows') this.numberAt = this.words(WORD_PLAIN);
    // The ring's kind is known once all needs are.
    const ring = this.kinds.length;
    const rows = this.needsRows();
    if (rows) this.rowsAt = this.words(WORD_RING, WORD_REST);
    for (const call of relation.calls) if (!this.isUnbounded() || !isAccumulated(call)) this.require(call);
    if (rows) {
      this.layOutEntry();
      if (this.needs.some(usesStack)) this.frontAt = this.words(WORD_PLAIN);
      this.kinds[ring] = WORD_RING | ((this.entryBytes / 8) << 8) | (this.entryTexts << 20);
    }
  }

  /** True for a frame that reaches back for ever. */
  isUnbounded(): boolean {
    return this.relation.frame.unit === 'unbounded';
  }

  private words(...kinds: number[]): number {
    const offset = rowHeaderBytes + this.kinds.length * 8;
    this.kinds.push(...kinds);
    return offset;
  }

  // Extremes and positions have queues of their own; a count of rows in a frame of rows follows from the row's number.
  private needsRows(): boolean {
    const { frame, calls } = this.relation;
    if (frame.unit === 'unbounded') return false;
    return calls.some((call) => {
      if (call.name === 'COUNT' && call.argument?.nullable !== true && !call.distinct) return frame.unit === 'range';
      return !['MIN', 'MAX', 'FIRST_VALUE', 'LAST_VALUE', 'NTH_VALUE', 'LAG'].includes(call.name);
    });
  }

  private require(call: WindowCall): void {
    const { argument, distinct } = call;
    if (argument === undefined) return;
    switch (call.name) {
      case 'COUNT':
        if (distinct) this.need('set', argument);
        else this.count(argument);
        return;
      case 'SUM':
      case 'AVG':
        if (distinct) this.need('set', argument);
        else this.count(argument);
        this.need('sum', argument, { distinct });
        return;
      case 'MIN':
      case 'MAX':
        this.need(call.name === 'MIN' ? 'minimum' : 'maximum', argument);
        return;
      case 'ANY':
      case 'EVERY':
        this.count(argument);
        this.need('flags', argument);
        return;
      case 'EXP_AVG':
        if (!this.isUnbounded()) this.count(argument);
        this.need('decaying', argument, { halfLifeMs: call.halfLifeMs ?? 1n });
        return;
      case 'FIRST_VALUE':
      case 'LAST_VALUE':
      case 'NTH_VALUE':
      case 'LAG':
        this.position(call);
        return;
      default:
        this.count(argument);
        this.need('moments', argument);
    }
  }

  private count(argument: Expression): void {
    if (argument.nullable) this.need('count', argument);
  }

  /** The need of a kind, made when there is none. */
  need(
    kind: Need['kind'],
    argument: Expression,
    options: Partial<Pick<Need, 'distinct' | 'halfLifeMs' | 'ignoreNulls' | 'fromFirst'>> = {},
  ): Need {
    const { distinct = false, halfLifeMs = 0n, ignoreNulls = false, fromFirst = false } = options;
    const known = this.needs.find(
      (need) =>
        need.kind === kind &&
        need.distinct === distinct &&
        need.halfLifeMs === halfLifeMs &&
        need.ignoreNulls === ignoreNulls &&
        need.fromFirst === fromFirst &&
        shareKey(need.argument) === shareKey(argument),
    );
    if (known !== undefined) return known;
    const made = { kind, argument, distinct, halfLifeMs, ignoreNulls, fromFirst, reach: 0n, front: 0 };
    const need: Need = { ...made, offset: this.words(...wordsOf(kind, argument)) };
    this.needs.push(need);
    if (['count', 'sum', 'flags', 'set', 'moments', 'decaying'].includes(kind) && !this.isUnbounded())
      this.store(argument);
    return need;
  }

  /** The queue in which a positional call finds its value; undefined where that is the current row's. */
  position(call: WindowCall): Need | undefined {
    const { argument, ignoreNulls } = call;
    if (argument === undefined) return undefined;
    const fromFirst = call.name === 'FIRST_VALUE' || (call.name === 'NTH_VALUE' && call.fromLast !== true);
    if (call.name === 'LAST_VALUE' && !ignoreNulls) return undefined;
    if (call.name === 'LAG' && call.position === 0n) return undefined;
    const reach = call.name === 'LAG' ? (call.position ?? 1n) + 1n : (call.position ?? 1n);
    const need = this.need('position', argument, { ignoreNulls, fromFirst });
    if (reach > need.reach) need.reach = reach;
    return need;
  }

  private store(argument: Expression): void {
    if (this.stored.some((value) => shareKey(value.argument) === shareKey(argument))) return;
    this.stored.push({ argument, value: 0, nulls: 0, mask: 0n });
  }

  /** Where an argument lies in an entry. */
  storedValue(argument: Expression): StoredValue {
    const found = this.stored.find((value) => shareKey(value.argument) === shareKey(argument));
    if (found === undefined) throw new Error('invariant: a value that rows do not keep');
    return found;
  }

  /** Whether rows keep a value besides its null bit; a text only where a set of texts must give it back. */
  isValueKept({ argument }: StoredValue): boolean {
    const kinds = storageOf(argument.type) === 'text' ? ['set'] : ['sum', 'flags', 'set', 'moments', 'decaying'];
    return this.needs.some((need) => kinds.includes(need.kind) && shareKey(need.argument) === shareKey(argument));
  }

  private layOutEntry(): void {
    let next = 0;
    const take = (bytes: number): number => {
      const at = next;
      next += bytes;
      return at;
    };
    const isText = (value: StoredValue): boolean => storageOf(value.argument.type) === 'text';
    const kept = this.stored.filter((value) => this.isValueKept(value));
    for (const value of kept.filter(isText)) value.value = take(8);
    this.entryTexts = next / 8;
    for (const value of kept.filter((each) => !isText(each))) value.value = take(8);
    if (this.relation.frame.unit === 'range' || this.needs.some(({ kind }) => kind === 'decaying'))
      this.timeAt = take(8);
    const nullable = this.stored.filter(({ argument }) => argument.nullable);
    for (const [index, value] of nullable.entries()) {
      value.nulls = index % 64 === 0 ? take(8) : (nullable[index - 1]?.nulls ?? 0);
      value.mask = 1n << BigInt(index % 64);
    }
    for (const need of this.needs) if (usesStack(need)) need.front = take(16);
    // An entry without any field would have no size.
    this.entryBytes = Math.max(next, 8);
  }
}

/** True for what the two stacks of rows answer. */
export function usesStack({ kind }: Need): boolean {
  return kind === 'moments' || kind === 'decaying';
}

function wordsOf(kind: Need['kind'], argument: Expression): number[] {
  const text = storageOf(argument.type) === 'text';
  switch (kind) {
    case 'count':
    case 'flags':
      return [WORD_PLAIN];
    case 'sum':
      return familyOf(argument.type) === 'approximate' ? [WORD_EXACT_SUM] : [WORD_PLAIN, WORD_PLAIN];
    case 'set':
      return [text ? WORD_TEXT_COUNTS : WORD_NUMBER_COUNTS];
    case 'moments':
      return [WORD_PLAIN, WORD_PLAIN, WORD_PLAIN];
    case 'decaying':
      return [WORD_PLAIN, WORD_PLAIN, WORD_PLAIN, WORD_PLAIN];
    case 'minimum':
    case 'maximum':
    case 'position':
      return [WORD_RING | (2 << 8) | (Number(text) << 20), WORD_REST];
  }
}
