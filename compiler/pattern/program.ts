// The bytes of a pattern's program; their layout is drawn in contract/abi.ts.
import * as abi from '../../contract/abi.ts';
import { classify, classOf, type CharacterClasses } from './classes.ts';
import { assertionMasks, characterKinds, rightKind, RIGHT_KINDS } from './context.ts';
import { writeInstructions, type Instruction, type Instructions } from './instructions.ts';
import type { ParsedPattern } from './tree.ts';
import { AUTOMATON_BYTES_MAX, buildViability, type Viability } from './viability.ts';

const operations: Record<Instruction['kind'], number> = {
  consume: abi.PATTERN_CONSUME,
  split: abi.PATTERN_SPLIT,
  save: abi.PATTERN_SAVE,
  round: abi.PATTERN_ROUND,
  assert: abi.PATTERN_ASSERT,
  match: abi.PATTERN_MATCH,
};

/** Bytes under construction: a header of fixed size, and parts behind it. */
export class ProgramBytes {
  private readonly header = new DataView(new ArrayBuffer(abi.PATTERN_HEADER_BYTES));
  private readonly parts: Uint8Array[] = [];
  private length = abi.PATTERN_HEADER_BYTES;

  /** Sets a byte of the header. */
  byte(at: number, value: number): void {
    this.header.setUint8(at, value);
  }

  /** Sets 16 bits of the header. */
  half(at: number, value: number): void {
    this.header.setUint16(at, value, true);
  }

  /** Sets 32 bits of the header. */
  word(at: number, value: number): void {
    this.header.setUint32(at, value, true);
  }

  /** Sets 64 bits of the header. */
  long(at: number, value: bigint): void {
    this.header.setBigUint64(at, value, true);
  }

  /** Adds a part and returns where it begins. */
  add(part: Uint8Array): number {
    const at = this.length;
    this.parts.push(part);
    this.length += part.length;
    return at;
  }

  /** Adds a part and notes in the header where it begins. */
  addAt(field: number, part: Uint8Array): void {
    this.word(field, this.add(part));
  }

  /** Writes which class each code point has. */
  addClasses(classes: CharacterClasses): void {
    this.byte(abi.PATTERN_CLASSES, classes.count);
    for (let point = 0; point < 128; point++) this.byte(abi.PATTERN_ASCII + point, classOf(classes, point));
    this.addAt(abi.PATTERN_RANGES, words(classes.starts.map((start) => start.point * 256 + start.class)));
    this.word(abi.PATTERN_RANGE_COUNT, classes.starts.length);
  }

  /** The finished program. */
  finish(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    bytes.set(new Uint8Array(this.header.buffer));
    let at = abi.PATTERN_HEADER_BYTES;
    for (const part of this.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

/** Numbers of 16 bits as bytes. */
export function halves(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 2));
  for (const [index, value] of values.entries()) view.setUint16(index * 2, value, true);
  return new Uint8Array(view.buffer);
}

/** Numbers of 32 bits as bytes. */
export function words(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return new Uint8Array(view.buffer);
}

/**
 * The program of a pattern that must match a whole text, or is searched in it. Throws PatternProblem. `automatonBytesMax`: room for the
 * tables of the determinised automaton; 0 for a program without one.
 */
export function patternProgram(
  pattern: ParsedPattern,
  search: boolean,
  automatonBytesMax: number = AUTOMATON_BYTES_MAX,
): Uint8Array {
  const instructions = writeInstructions(pattern.tree, pattern.groups);
  const classes = classify([...instructions.sets, ...(instructions.hasAssertions ? characterKinds : [])]);
  const viability = buildViability(instructions, classes, search, automatonBytesMax);
  const bytes = new ProgramBytes();
  bytes.byte(abi.PATTERN_KIND, abi.PATTERN_IS_AUTOMATON);
  bytes.byte(abi.PATTERN_SEARCH, Number(search));
  bytes.half(abi.PATTERN_GROUPS, pattern.groups);
  bytes.addClasses(classes);
  addInstructions(bytes, instructions, classes);
  addViability(bytes, instructions, viability);
  for (const [number, mask] of assertionMasks.entries()) bytes.long(abi.PATTERN_ASSERTIONS + number * 8, mask);
  characterKinds.forEach((_, kind) => {
    for (let behind = 0; behind < RIGHT_KINDS; behind++)
      bytes.byte(
        abi.PATTERN_RIGHTS + kind * RIGHT_KINDS + behind,
        instructions.hasAssertions ? rightKind(kind, behind) : abi.PATTERN_RIGHT_OTHER,
      );
  });
  return bytes.finish();
}

/** The program of a pattern that can't be used: every use of it is a fault. */
export function invalidProgram(text: string): Uint8Array {
  return Uint8Array.of(abi.PATTERN_IS_INVALID, 0, 0, 0, ...new TextEncoder().encode(text));
}

function addInstructions(bytes: ProgramBytes, instructions: Instructions, classes: CharacterClasses): void {
  const { list } = instructions;
  bytes.half(abi.PATTERN_COUNT, list.length);
  bytes.half(abi.PATTERN_START, instructions.start);
  bytes.half(abi.PATTERN_REGISTERS, instructions.registers);
  const view = new DataView(new ArrayBuffer(list.length * 8));
  for (const [index, step] of list.entries()) {
    const at = index * 8;
    view.setUint8(at, operations[step.kind]);
    if (step.kind === 'match') continue;
    if (step.kind === 'round') view.setUint8(at + 1, Number(step.greedy));
    view.setUint16(at + 2, argumentOf(step), true);
    view.setUint16(at + 4, step.next, true);
    if (step.kind === 'split' || step.kind === 'round') view.setUint16(at + 6, step.other, true);
  }
  bytes.addAt(abi.PATTERN_INSTRUCTIONS, new Uint8Array(view.buffer));
  const members = new Uint8Array(classes.members.length * 32);
  for (const [set, within] of classes.members.entries()) {
    within.forEach((inside, number) => {
      const at = set * 32 + (number >> 3);
      if (inside) members[at] = (members[at] ?? 0) | (1 << (number & 7));
    });
  }
  bytes.addAt(abi.PATTERN_MEMBERS, members);
}

function argumentOf(step: Exclude<Instruction, { kind: 'match' }>): number {
  if (step.kind === 'consume') return step.set;
  if (step.kind === 'assert') return step.test;
  return step.kind === 'split' ? 0 : step.register;
}

function addViability(bytes: ProgramBytes, instructions: Instructions, viability: Viability): void {
  const { automaton } = viability;
  bytes.byte(abi.PATTERN_LEFTS, viability.lefts);
  bytes.half(abi.PATTERN_SET_BYTES, viability.setBytes);
  bytes.half(abi.PATTERN_DEAD, automaton?.dead ?? abi.PATTERN_NONE);
  bytes.addAt(abi.PATTERN_CLASS_KINDS, Uint8Array.from(viability.kinds));
  if (automaton !== undefined) {
    bytes.addAt(abi.PATTERN_TRANSITIONS, halves(automaton.transitions.flat()));
    bytes.addAt(abi.PATTERN_VIABLE_NUMBERS, halves(automaton.numbers.flat()));
    bytes.addAt(abi.PATTERN_VIABLE_SETS, Uint8Array.from(automaton.sets.flatMap((set) => [...set])));
    return;
  }
  let end = 0;
  bytes.addAt(abi.PATTERN_BEFORE_ENDS, words(viability.before.map((before) => (end += before.length))));
  bytes.addAt(abi.PATTERN_BEFORE, halves(viability.before.flat()));
  const readers = instructions.list.flatMap((step, number) => (step.kind === 'consume' ? [number] : []));
  bytes.addAt(abi.PATTERN_READERS, halves(readers));
  bytes.word(abi.PATTERN_READER_COUNT, readers.length);
}
