// A tree as instructions of an automaton with priorities (Thompson 1968; priorities and captures as Pike has them): each one knows the
// next. Bounded repetitions are written out.
import type { CodePoints } from './codePoints.ts';
import { assertionNumbers, isNullable, PatternProblem, type PatternNode } from './tree.ts';

/** Most instructions of one pattern, repetitions written out. */
export const PATTERN_INSTRUCTIONS_MAX = 4000;
/** Most registers: two for a group, one for a repetition whose body can be empty. */
const REGISTERS_MAX = 1000;

/** One step. `next` and `other` are numbers of instructions. */
export type Instruction =
  /** Reads a character of the set. */
  | { readonly kind: 'consume'; readonly set: number; next: number }
  /** Goes to `next`, and when that fails to `other`. */
  | { readonly kind: 'split'; next: number; other: number }
  /** Notes the place in a register. */
  | { readonly kind: 'save'; readonly register: number; next: number }
  /**
   * The end of a round whose beginning `register` holds: a round that read nothing is the last one, otherwise a split between another
   * round (`next`) and the end (`other`), the end first unless greedy.
   */
  | { readonly kind: 'round'; readonly register: number; readonly greedy: boolean; next: number; other: number }
  | { readonly kind: 'assert'; readonly test: number; next: number }
  | { readonly kind: 'match' };

/** A tree's instructions. */
export interface Instructions {
  readonly list: readonly Instruction[];
  readonly start: number;
  readonly sets: readonly CodePoints[];
  /** Group g has the registers 2g and 2g + 1. */
  readonly registers: number;
  readonly hasAssertions: boolean;
}

/** Writes the instructions of a tree with so many groups. */
export function writeInstructions(tree: PatternNode, groups: number): Instructions {
  const writer = new Writer(2 * (groups + 1));
  const end = writer.add({ kind: 'match' });
  const start = writer.add({
    kind: 'save',
    register: 0,
    next: writer.write(tree, writer.add({ kind: 'save', register: 1, next: end })),
  });
  const { list, sets, registers } = writer;
  return { list, start, sets, registers, hasAssertions: list.some((step) => step.kind === 'assert') };
}

class Writer {
  readonly list: Instruction[] = [];
  readonly sets: CodePoints[] = [];
  registers: number;
  private readonly setNumbers = new Map<string, number>();

  constructor(registers: number) {
    this.registers = registers;
  }

  add(step: Instruction): number {
    if (this.list.length >= PATTERN_INSTRUCTIONS_MAX || this.registers > REGISTERS_MAX)
      throw new PatternProblem(
        'too-large',
        `it has more than ${PATTERN_INSTRUCTIONS_MAX} steps when its repetitions are written out`,
        { start: 0, end: 1 },
        'repeat fewer times, or leave the upper bound out',
      );
    return this.list.push(step) - 1;
  }

  /** Writes a node before `next` and returns where it begins. */
  write(node: PatternNode, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next;
      case 'set':
        return this.add({ kind: 'consume', set: this.setNumber(node.set), next });
      case 'sequence':
        return node.parts.reduceRight((following, part) => this.write(part, following), next);
      case 'choice': {
        const entries = node.parts.map((part) => this.write(part, next));
        const last = entries.pop() ?? next;
        return entries.reduceRight((other, entry) => this.add({ kind: 'split', next: entry, other }), last);
      }
      case 'repeat':
        return this.writeRepeat(node, next);
      case 'group': {
        const close = this.add({ kind: 'save', register: 2 * node.index + 1, next });
        return this.add({ kind: 'save', register: 2 * node.index, next: this.write(node.body, close) });
      }
      case 'assert':
        return this.add({ kind: 'assert', test: assertionNumbers[node.test], next });
      case 'both':
        throw new Error('invariant: an intersection has no priorities');
    }
  }

  private writeRepeat(node: Extract<PatternNode, { kind: 'repeat' }>, next: number): number {
    const { body, min, max, greedy } = node;
    let entry = next;
    if (max === Number.POSITIVE_INFINITY) entry = this.writeEndless(body, min === 0, greedy, next);
    else for (let round = min; round < max; round++) entry = this.split(this.write(body, entry), next, greedy);
    // Without an upper bound the last of the rounds that must be is part of the loop.
    const before = max === Number.POSITIVE_INFINITY ? Math.max(min - 1, 0) : min;
    for (let round = 0; round < before; round++) {
      const written = this.write(body, entry);
      if (written === entry) break;
      entry = written;
    }
    return entry;
  }

  private writeEndless(body: PatternNode, mayBeNone: boolean, greedy: boolean, next: number): number {
    if (!isNullable(body)) {
      const loop = this.add({ kind: 'split', next, other: next });
      const entry = this.write(body, loop);
      this.list[loop] = greedy ? { kind: 'split', next: entry, other: next } : { kind: 'split', next, other: entry };
      return mayBeNone ? loop : entry;
    }
    const register = this.registers++;
    const round = this.add({ kind: 'round', register, greedy, next, other: next });
    const entry = this.add({ kind: 'save', register, next: this.write(body, round) });
    this.list[round] = { kind: 'round', register, greedy, next: entry, other: next };
    return mayBeNone ? this.split(entry, next, greedy) : entry;
  }

  private split(body: number, next: number, greedy: boolean): number {
    return this.add(greedy ? { kind: 'split', next: body, other: next } : { kind: 'split', next, other: body });
  }

  private setNumber(set: CodePoints): number {
    const key = JSON.stringify(set);
    const known = this.setNumbers.get(key);
    if (known !== undefined) return known;
    this.setNumbers.set(key, this.sets.length);
    return this.sets.push(set) - 1;
  }
}
