// The automaton that reads a text backward and knows at every place from which instructions the rest of the text can still be matched
// (the first pass of Frisch and Cardelli, "Greedy Regular Expression Matching", 2004). With it the second pass, forward, never goes
// back: of two ways it takes the first viable one. Determinised here, as the pattern is known; where that would take too much room the
// program keeps what it needs to build the sets while it runs.
import { PATTERN_NONE, PATTERN_RIGHT_OTHER } from '../../contract/abi.ts';
import { classesWithin, type CharacterClasses } from './classes.ts';
import { assertionMasks, characterKinds, LEFT_KINDS, RIGHT_KINDS, rightKind } from './context.ts';
import type { Instructions } from './instructions.ts';

/** Most bytes of an automaton's tables. */
export const AUTOMATON_BYTES_MAX = 32_000;
/** Most steps that building one may take. */
const WORK_MAX = 20_000_000;

/** What the backward pass needs. */
export interface Viability {
  /** Left kinds that are told apart: 1 without assertions. */
  readonly lefts: number;
  readonly setBytes: number;
  /** Kind of each class, as in context.ts. */
  readonly kinds: readonly number[];
  /** For each instruction those that go to it without reading. */
  readonly before: readonly (readonly number[])[];
  readonly automaton?: ViabilityAutomaton;
}

/** The determinised form. State 0 is that of the text's end. */
export interface ViabilityAutomaton {
  /** [state][class]. */
  readonly transitions: readonly (readonly number[])[];
  /** [state][left kind]: number of a set. */
  readonly numbers: readonly (readonly number[])[];
  readonly sets: readonly Uint8Array[];
  /** The state from which no text before can match; PATTERN_NONE. */
  readonly dead: number;
}

/** Builds the backward pass of some instructions; `search`: a match may end anywhere, otherwise only at the text's end. */
export function buildViability(
  instructions: Instructions,
  classes: CharacterClasses,
  search: boolean,
  bytesMax: number,
): Viability {
  const { list, hasAssertions } = instructions;
  const kindClasses = characterKinds.map((kind) => classesWithin(classes, kind));
  const kinds = Array.from({ length: classes.count }, (_, number) =>
    hasAssertions ? kindClasses.findIndex((within) => within[number]) : 0,
  );
  const before: number[][] = list.map(() => []);
  for (const [number, step] of list.entries()) {
    if (step.kind === 'consume' || step.kind === 'match') continue;
    before[step.next]?.push(number);
    if (step.kind === 'split' || step.kind === 'round') before[step.other]?.push(number);
  }
  const shape: Viability = {
    lefts: hasAssertions ? LEFT_KINDS : 1,
    setBytes: ((list.length + 63) >> 6) << 3,
    kinds,
    before,
  };
  const automaton = new Builder(instructions, classes, shape, search).build(bytesMax);
  return automaton === undefined ? shape : { ...shape, automaton };
}

interface State {
  readonly readers: readonly number[];
  readonly right: number;
}

class Builder {
  private readonly states: State[] = [];
  private readonly stateNumbers = new Map<string, number>();
  private readonly sets: Uint8Array[] = [];
  private readonly setNumbers = new Map<string, number>();
  private readonly instructions: Instructions;
  private readonly classes: CharacterClasses;
  private readonly shape: Viability;
  private readonly search: boolean;
  private readonly readers: number[];
  private readonly matches: number[];
  private work = 0;

  constructor(instructions: Instructions, classes: CharacterClasses, shape: Viability, search: boolean) {
    this.instructions = instructions;
    this.classes = classes;
    this.shape = shape;
    this.search = search;
    const numbersOf = (kind: string): number[] =>
      instructions.list.flatMap((step, number) => (step.kind === kind ? [number] : []));
    this.readers = numbersOf('consume');
    this.matches = numbersOf('match');
  }

  // undefined when the tables would be too large or the work too long.
  build(bytesMax: number): ViabilityAutomaton | undefined {
    const { classes, shape, states } = this;
    const transitions: number[][] = [];
    const numbers: number[][] = [];
    this.stateNumber({ readers: [], right: 0 });
    for (let index = 0; index < states.length; index++) {
      const state = states[index] as State;
      const viable = Array.from({ length: shape.lefts }, (_, left) => this.close(state, left));
      numbers.push(viable.map((set) => this.setNumber(set)));
      const row: number[] = [];
      for (let number = 0; number < classes.count; number++) {
        const kind = shape.kinds[number] ?? 0;
        const set = viable[shape.lefts === 1 ? 0 : kind + 1] as Uint8Array;
        const readers = this.readers.filter((reader) => this.reads(reader, number, set));
        this.work += this.readers.length + 4 * readers.length;
        const right = shape.lefts === 1 ? PATTERN_RIGHT_OTHER : rightKind(kind, state.right);
        row.push(this.stateNumber({ readers, right }));
      }
      transitions.push(row);
      const bytes = states.length * 2 * (classes.count + shape.lefts) + this.sets.length * shape.setBytes;
      if (bytes > bytesMax || this.work > WORK_MAX) return undefined;
    }
    const dead =
      this.search || shape.lefts > 1
        ? -1
        : states.findIndex(({ readers, right }) => readers.length === 0 && right !== 0);
    return { transitions, numbers, sets: this.sets, dead: dead < 0 ? PATTERN_NONE : dead };
  }

  private reads(reader: number, number: number, viable: Uint8Array): boolean {
    const step = this.instructions.list[reader];
    return step?.kind === 'consume' && this.classes.members[step.set]?.[number] === true && hasBit(viable, step.next);
  }

  // Everything from which a viable reader, or the end, is reached without reading.
  private close(state: State, left: number): Uint8Array {
    const set = new Uint8Array(this.shape.setBytes);
    const open: number[] = [];
    const add = (number: number): void => {
      if (hasBit(set, number)) return;
      set[number >> 3] = (set[number >> 3] ?? 0) | (1 << (number & 7));
      open.push(number);
    };
    for (const reader of state.readers) add(reader);
    if (this.search || state.right === 0) for (const match of this.matches) add(match);
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      for (const earlier of this.shape.before[number] ?? []) {
        this.work++;
        const step = this.instructions.list[earlier];
        const bit = BigInt(left * RIGHT_KINDS + state.right);
        if (step?.kind !== 'assert' || (((assertionMasks[step.test] ?? 0n) >> bit) & 1n) === 1n) add(earlier);
      }
    }
    return set;
  }

  private stateNumber(state: State): number {
    const key = `${state.right} ${state.readers.join()}`;
    const known = this.stateNumbers.get(key);
    if (known !== undefined) return known;
    this.stateNumbers.set(key, this.states.length);
    return this.states.push(state) - 1;
  }

  private setNumber(set: Uint8Array): number {
    const key = set.join();
    const known = this.setNumbers.get(key);
    if (known !== undefined) return known;
    this.setNumbers.set(key, this.sets.length);
    return this.sets.push(set) - 1;
  }
}

function hasBit(set: Uint8Array, number: number): boolean {
  return (((set[number >> 3] ?? 0) >> (number & 7)) & 1) === 1;
}
