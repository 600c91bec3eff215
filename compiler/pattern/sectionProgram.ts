// Sections of FAST_REGEX_LOG_PARSE as deterministic automata (subset construction, Rabin and Scott 1959; products for `&`) and as bytes; the
// layout is drawn in contract/abi.ts.
import * as abi from '../../contract/abi.ts';
import { classify, classesWithin, type CharacterClasses } from './classes.ts';
import type { CodePoints } from './codePoints.ts';
import { halves, ProgramBytes, words } from './program.ts';
import type { Cut, Sections } from './sections.ts';
import { PatternProblem, type PatternNode } from './tree.ts';

/** Most states of a section, with and without determinism. */
export const SECTION_STATES_MAX = 4000;
/** Most bytes of all tables of a pattern. */
export const SECTION_BYTES_MAX = 65_536;
/** Most steps that building the automata may take. */
const WORK_MAX = 10_000_000;

interface Automaton {
  /** [state][class], −1 for no way on. State 0 begins. */
  readonly transitions: readonly (readonly number[])[];
  readonly accepting: readonly boolean[];
}

/** The program of some sections; throws PatternProblem when it is too large. */
export function sectionProgram(sections: Sections): Uint8Array {
  const sets: CodePoints[] = [];
  for (const tree of sections.trees) collectSets(tree, sets);
  const classes = classify(sets);
  const bytes = new ProgramBytes();
  bytes.byte(abi.PATTERN_KIND, abi.PATTERN_IS_SECTIONS);
  bytes.half(abi.PATTERN_SECTION_COUNT, sections.trees.length);
  bytes.half(abi.PATTERN_GROUPS, sections.columns.length);
  bytes.addClasses(classes);
  let size = 0;
  const table = sections.trees.flatMap((tree) => {
    const automaton = determine(tree, classes);
    size += automaton.transitions.length * (2 * classes.count + 1);
    if (size > SECTION_BYTES_MAX) throw tooLarge();
    const transitions = automaton.transitions.flat().map((state) => (state < 0 ? abi.PATTERN_NONE : state));
    return [bytes.add(halves(transitions)), bytes.add(Uint8Array.from(automaton.accepting, Number))];
  });
  bytes.addAt(abi.PATTERN_SECTIONS, words(table));
  const cut = ({ section, characters }: Cut): number[] => [section ?? abi.PATTERN_NONE, characters];
  bytes.addAt(abi.PATTERN_CUTS, halves(sections.columns.flatMap(({ begin, end }) => [...cut(begin), ...cut(end)])));
  return bytes.finish();
}

function tooLarge(): PatternProblem {
  return new PatternProblem(
    'too-large',
    `it needs an automaton of more than ${SECTION_STATES_MAX} states or ${SECTION_BYTES_MAX} bytes`,
    { start: 0, end: 1 },
    'repeat fewer times, or leave the upper bound out',
  );
}

function collectSets(node: PatternNode, sets: CodePoints[]): void {
  if (node.kind === 'set') sets.push(node.set);
  else if ('parts' in node) for (const part of node.parts) collectSets(part, sets);
  else if ('body' in node) collectSets(node.body, sets);
}

// States with ways that read (class → states) and ways that don't.
class Nondeterministic {
  readonly free: number[][] = [];
  readonly reading: { readonly within: readonly boolean[]; readonly to: number }[][] = [];
  private readonly classes: CharacterClasses;
  private readonly known = new Map<CodePoints, readonly boolean[]>();
  private work = 0;

  constructor(classes: CharacterClasses) {
    this.classes = classes;
  }

  state(): number {
    if (this.free.length >= SECTION_STATES_MAX * 2) throw tooLarge();
    this.reading.push([]);
    return this.free.push([]) - 1;
  }

  /** Adds a node between two states. */
  add(node: PatternNode, from: number, to: number): void {
    switch (node.kind) {
      case 'empty':
      case 'assert':
        this.free[from]?.push(to);
        return;
      case 'set':
        this.reading[from]?.push({ within: this.within(node.set), to });
        return;
      case 'group':
        this.add(node.body, from, to);
        return;
      case 'choice':
        for (const part of node.parts) this.add(part, from, to);
        return;
      case 'sequence': {
        let at = from;
        for (const part of node.parts) {
          const next = this.state();
          this.add(part, at, next);
          at = next;
        }
        this.free[at]?.push(to);
        return;
      }
      case 'repeat':
        this.addRepeat(node, from, to);
        return;
      case 'both':
        this.addAutomaton(node.parts.map((part) => determine(part, this.classes)).reduce(product), from, to);
    }
  }

  private within(set: CodePoints): readonly boolean[] {
    const known = this.known.get(set) ?? classesWithin(this.classes, set);
    this.known.set(set, known);
    return known;
  }

  private addRepeat(node: Extract<PatternNode, { kind: 'repeat' }>, from: number, to: number): void {
    let at = from;
    for (let round = 0; round < node.min; round++) {
      const next = this.state();
      this.add(node.body, at, next);
      at = next;
    }
    if (node.max === Number.POSITIVE_INFINITY) {
      const loop = this.state();
      this.free[at]?.push(loop);
      this.add(node.body, loop, loop);
      this.free[loop]?.push(to);
      return;
    }
    for (let round = node.min; round < node.max; round++) {
      const next = this.state();
      this.free[at]?.push(to);
      this.add(node.body, at, next);
      at = next;
    }
    this.free[at]?.push(to);
  }

  private addAutomaton(automaton: Automaton, from: number, to: number): void {
    const states = automaton.transitions.map(() => this.state());
    this.free[from]?.push(states[0] ?? to);
    for (const [index, row] of automaton.transitions.entries()) {
      const state = states[index] ?? 0;
      if (automaton.accepting[index] === true) this.free[state]?.push(to);
      for (const [number, next] of row.entries()) {
        if (next >= 0)
          this.reading[state]?.push({ within: row.map((_, other) => other === number), to: states[next] ?? 0 });
      }
    }
  }

  /** The states and all that are reached from them without reading, ascending. */
  close(states: readonly number[]): number[] {
    const reached = new Set(states);
    for (const state of reached) {
      const free = this.free[state] ?? [];
      this.work += free.length;
      for (const next of free) reached.add(next);
    }
    this.work += states.length + reached.size;
    if (this.work > WORK_MAX) throw tooLarge();
    return [...reached].sort((left, right) => left - right);
  }
}

function determine(tree: PatternNode, classes: CharacterClasses): Automaton {
  const states = new Nondeterministic(classes);
  const begin = states.state();
  const end = states.state();
  states.add(tree, begin, end);
  return explore(
    states.close([begin]),
    (current, number) => {
      const next = current.flatMap((state) =>
        (states.reading[state] ?? []).filter((way) => way.within[number] === true).map((way) => way.to),
      );
      return next.length === 0 ? undefined : states.close(next);
    },
    (current) => current.includes(end),
    classes.count,
  );
}

// What both automata accept; both have the same classes.
function product(left: Automaton, right: Automaton): Automaton {
  return explore(
    [0, 0],
    ([one = 0, two = 0], number) => {
      const [first = -1, second = -1] = [left.transitions[one]?.[number], right.transitions[two]?.[number]];
      return first < 0 || second < 0 ? undefined : [first, second];
    },
    ([one = 0, two = 0]) => left.accepting[one] === true && right.accepting[two] === true,
    left.transitions[0]?.length ?? 0,
  );
}

/** All states that are reached from the first one, each a list of numbers. */
function explore(
  first: readonly number[],
  step: (state: readonly number[], characterClass: number) => readonly number[] | undefined,
  accepts: (state: readonly number[]) => boolean,
  classCount: number,
): Automaton {
  const states = [first];
  const numbers = new Map([[first.join(), 0]]);
  const transitions: number[][] = [];
  for (let index = 0; index < states.length; index++) {
    const row: number[] = [];
    for (let number = 0; number < classCount; number++) {
      const next = step(states[index] ?? [], number);
      if (next === undefined) {
        row.push(-1);
        continue;
      }
      const key = next.join();
      let known = numbers.get(key);
      if (known === undefined) {
        known = states.push(next) - 1;
        numbers.set(key, known);
      }
      row.push(known);
    }
    transitions.push(row);
    if (states.length > SECTION_STATES_MAX) throw tooLarge();
  }
  return { transitions, accepting: states.map(accepts) };
}
