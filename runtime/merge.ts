// Sources of one input whose records are merged by their time (`?merge=rowtime`, SEMANTICS 4). The host reads no record: the program stops
// before the first one whose time is above a limit, and tells its time.
//
// Law: the next record is that of the source whose next time is lowest, the first of them where several are; a record without a time, which
// fails, follows the one before it in its source at once. So the order depends on what the sources hold and on nothing else: not on
// pieces, not on restarts. A heap says whose turn it is (Williams, Algorithm 232: Heapsort, 1964); each source is fed up to the next time
// of the others, so that files one after the other in time cost no more than one file.
//
//   room in the program's memory := region*                       while a step lasts; in between, what is left lies with its part
//   region := bytes of a source (capacity) · padding
import { INPUT_PADDING_BYTES, RECORD_BYTES_MAX } from '../contract/abi.ts';
import type { Source } from '../contract/connector.ts';
import type { Program } from './program.ts';

/** What a step did. */
export type MergeResult =
  | { readonly kind: 'fed'; readonly read: number; readonly consumed: number }
  /** A source has nothing now; without it the next record isn't known. */
  | { readonly kind: 'wait'; readonly read: number; readonly consumed: number; readonly until: Promise<void> }
  | { readonly kind: 'end'; readonly read: number; readonly consumed: number };

interface Part {
  readonly source: Source;
  readonly index: number;
  /** Bytes that were read and not consumed, between two steps. */
  rest: Uint8Array;
  /** Where its region begins; what is left in it lies from `from` to `to`. */
  place: number;
  from: number;
  to: number;
  capacity: number;
  /** Bytes that its longest record so far needs. */
  needed: number;
  /** Nothing follows what is left. */
  last: boolean;
  ended: boolean;
  /** Time of the next record. */
  time: bigint;
}

const regionBytesMin = 4096;
const timeMin = -(2n ** 63n);
const timeMax = 2n ** 63n - 1n;
const restBytesMax = 2 * RECORD_BYTES_MAX + (1 << 20);

/** Feeds one input from several sources. */
export class Merge {
  private readonly program: Program;
  private readonly input: number;
  private readonly parts: readonly Part[];
  /** Those whose next time isn't known yet: at the beginning, in their order. */
  private readonly unknown: Part[];
  private readonly heap: Part[] = [];
  private read = 0;
  private consumed = 0;

  constructor(program: Program, input: number, sources: readonly Source[]) {
    this.program = program;
    this.input = input;
    this.parts = sources.map((source, index) => ({
      source,
      index,
      rest: new Uint8Array(0),
      place: 0,
      from: 0,
      to: 0,
      capacity: 0,
      needed: 0,
      last: false,
      ended: false,
      time: timeMin,
    }));
    this.unknown = [...this.parts];
  }

  /** Feeds about so many bytes; `drain` is called when the output is full. */
  async step(bytes: number, clock: bigint, drain: () => Promise<void>): Promise<MergeResult> {
    this.read = 0;
    this.consumed = 0;
    this.layOut(bytes);
    let until: Promise<void> | undefined;
    while (this.consumed < bytes) {
      const part = this.unknown[0] ?? this.heap[0];
      if (part === undefined) break;
      const { outputFull, later } = this.feed(part, clock);
      if (outputFull) await drain();
      else if (later !== undefined) this.reached(part, later);
      else if (part.ended) this.remove(part);
      else {
        const refilled = this.refill(part);
        if (refilled === 'full') break;
        if (refilled !== 'more') {
          until = refilled;
          break;
        }
      }
    }
    this.keep();
    await drain();
    const { read, consumed } = this;
    if (until !== undefined) return { kind: 'wait', read, consumed, until };
    return { kind: this.unknown.length + this.heap.length === 0 ? 'end' : 'fed', read, consumed };
  }

  // Every source gets its region, and in it what it had left.
  private layOut(bytes: number): void {
    const open = this.parts.filter((part) => !part.ended);
    const share = Math.max(Math.floor(bytes / Math.max(1, open.length)), Math.min(bytes, regionBytesMin));
    let place = 0;
    for (const part of open) {
      part.place = place;
      part.from = 0;
      part.to = part.rest.length;
      part.capacity = Math.max(share, part.needed, part.to);
      place += part.capacity + INPUT_PADDING_BYTES;
    }
    const room = this.program.buffer(this.input, place);
    for (const part of open) room.set(part.rest, part.place);
  }

  // Others may use the room until the next step.
  private keep(): void {
    for (const part of this.parts) {
      if (part.ended) continue;
      part.rest = this.program.bufferBytes(part.place + part.from, part.to - part.from).slice();
      part.from = 0;
      part.to = part.rest.length;
    }
  }

  // Feeds a source up to the next time of the others.
  private feed(part: Part, clock: bigint): { readonly outputFull: boolean; readonly later?: bigint } {
    if (part.ended || (part.from === part.to && !part.last)) return { outputFull: false };
    const limit = this.unknown.length > 0 ? timeMin : this.limit(part);
    const length = part.to - part.from;
    const result = this.program.feedUntil(this.input, part.place + part.from, length, part.last, clock, limit);
    const isOver = part.last && !result.outputFull && result.later === undefined;
    // What is left behind the last record is none.
    const consumed = isOver ? length : result.consumed;
    part.from += consumed;
    this.consumed += consumed;
    part.source.consumed(consumed);
    if (isOver) part.last = false;
    return result;
  }

  // The lowest time of the others; at that time itself those before it in order go first.
  private limit(part: Part): bigint {
    const [, left, right] = this.heap;
    if (left === undefined) return timeMax;
    const next = right !== undefined && isBefore(right, left) ? right : left;
    return part.index < next.index || next.time === timeMin ? next.time : next.time - 1n;
  }

  // What is left of a record moves to the front of the region, and more is read behind it.
  private refill(part: Part): 'more' | 'full' | Promise<void> {
    const region = this.program.bufferBytes(part.place, part.capacity);
    region.copyWithin(0, part.from, part.to);
    part.to -= part.from;
    part.from = 0;
    if (part.to === part.capacity) {
      if (part.to > restBytesMax) throw new Error('invariant: the program does not take a record above the limit');
      part.needed = part.capacity * 2;
      return 'full';
    }
    const result = part.source.read(region.subarray(part.to));
    if (result.kind === 'wait') return result.until;
    if (result.kind === 'end') {
      if (part.to > 0) part.last = true;
      else part.ended = true;
      return 'more';
    }
    part.to += result.length;
    this.read += result.length;
    part.last = result.last;
    return 'more';
  }

  // The next time of a source is known.
  private reached(part: Part, time: bigint): void {
    part.time = time;
    if (this.unknown.length > 0) {
      this.unknown.shift();
      this.heap.push(part);
      this.rise();
    } else this.sink();
  }

  private remove(part: Part): void {
    if (this.unknown.length > 0) {
      this.unknown.shift();
      return;
    }
    const last = this.heap.pop();
    if (last === undefined || last === part) return;
    this.heap[0] = last;
    this.sink();
  }

  // The last part of the heap moves up to its place.
  private rise(): void {
    for (let at = this.heap.length - 1; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.swapsUp(at, above)) return;
      at = above;
    }
  }

  // The first part of the heap moves down to its place.
  private sink(): void {
    for (let at = 0; ; ) {
      const [left, right] = [this.heap[2 * at + 1], this.heap[2 * at + 2]];
      if (left === undefined) return;
      const below = right !== undefined && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
      if (!this.swapsUp(below, at)) return;
      at = below;
    }
  }

  // Changes two places of the heap if the lower one's part goes first.
  private swapsUp(below: number, above: number): boolean {
    const [lower, upper] = [this.heap[below], this.heap[above]];
    if (lower === undefined || upper === undefined || !isBefore(lower, upper)) return false;
    this.heap[above] = lower;
    this.heap[below] = upper;
    return true;
  }
}

function isBefore(left: Part, right: Part): boolean {
  return left.time < right.time || (left.time === right.time && left.index < right.index);
}
