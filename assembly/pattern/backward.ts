// The backward pass: for every place of a text, from which instructions the rest can still be matched (Frisch and Cardelli, "Greedy
// Regular Expression Matching", 2004). Law: what `viableAt` says of a place depends on the program and the text alone, and costs one
// step a character with an automaton, one step an instruction and character without.
//
//   trail   with an automaton   u16[bytes + 1]          the state at each byte offset where a character begins, and at the end
//           without             set[bytes + 1]          the set itself
import { Text, textLength, textPointer } from "../text";
import { raise } from "../faults";
import { scratchAllocate } from "../state/scratch";
import {
  FAULT_SCRATCH_LIMIT, PATTERN_ASSERT, PATTERN_ASSERTIONS, PATTERN_BEFORE, PATTERN_BEFORE_ENDS, PATTERN_DEAD, PATTERN_MATCH, PATTERN_NONE,
  PATTERN_READER_COUNT, PATTERN_READERS, PATTERN_RIGHTS, PATTERN_TRANSITIONS, PATTERN_VIABLE_NUMBERS, PATTERN_VIABLE_SETS,
} from "../../contract/abi";
import {
  argumentOf, before, classAt, classCount, countSteps, hasStep, isSearch, kindOf, leftAt, leftCount, nextOf, operationOf, program, setBytes,
  startStep, stepAt, stepCount, takesClass,
} from "./program";

/** Most bytes of a trail; a longer text with a large pattern is a fault. */
const TRAIL_BYTES_MAX: u64 = 32 << 20;

let trail: usize = 0;
let transitions: usize = 0;
let numbers: usize = 0;
let sets: usize = 0;
let hasAutomaton: bool = false;

function openAutomaton(): void {
  const offset = load<u32>(program, PATTERN_TRANSITIONS);
  hasAutomaton = offset != 0;
  transitions = program + offset;
  numbers = program + load<u32>(program, PATTERN_VIABLE_NUMBERS);
  sets = program + load<u32>(program, PATTERN_VIABLE_SETS);
}

// @ts-ignore: decorator
@inline
function setOf(state: u32, left: u32): usize {
  return sets + load<u16>(numbers + (<usize>(state * leftCount + left) << 1)) * setBytes;
}

/** The viable instructions at a byte offset with that left kind; the pass must have left its trail. */
// @ts-ignore: decorator
@inline
export function viableAt(offset: u32, left: u32): usize {
  if (!hasAutomaton) return trail + <usize>offset * setBytes;
  return setOf(load<u16>(trail + (<usize>offset << 1)), left);
}

/** True when the open program can match the text from its beginning. Leaves no trail. */
export function matchesFromStart(text: Text): bool {
  openAutomaton();
  if (!hasAutomaton) return leaveTrail(text) && hasStep(viableAt(0, 0), startStep);
  const start = textPointer(text);
  let at = start + textLength(text);
  const dead = <u32>load<u16>(program, PATTERN_DEAD);
  let state: u32 = 0;
  countSteps(textLength(text));
  while (at > start) {
    at = before(start, at);
    state = load<u16>(transitions + (<usize>(state * classCount + classAt(at)) << 1));
    if (state == dead && dead != PATTERN_NONE) return false;
  }
  return hasStep(setOf(state, 0), startStep);
}

/** Runs the pass over the text and keeps what `viableAt` needs; false when that takes too much memory. */
export function leaveTrail(text: Text): bool {
  openAutomaton();
  const start = textPointer(text);
  const length = textLength(text);
  const bytes = (<u64>length + 1) * (hasAutomaton ? 2 : setBytes);
  if (bytes > TRAIL_BYTES_MAX) {
    raise(FAULT_SCRATCH_LIMIT);
    return false;
  }
  trail = scratchAllocate(<u32>bytes);
  if (!hasAutomaton) {
    buildSets(start, start + length);
    return true;
  }
  let at = start + length;
  let state: u32 = 0;
  countSteps(length);
  store<u16>(trail + (<usize>length << 1), <u16>state);
  while (at > start) {
    at = before(start, at);
    state = load<u16>(transitions + (<usize>(state * classCount + classAt(at)) << 1));
    store<u16>(trail + ((at - start) << 1), <u16>state);
  }
  return true;
}

// Without an automaton: the sets from the end to the beginning, each from the one behind it.
let open: usize = 0;
let openEnd: usize = 0;

function add(set: usize, step: u32): void {
  const at = set + (step >> 3);
  const bit = <u8>(1 << <u8>(step & 7));
  const byte = load<u8>(at);
  if ((byte & bit) != 0) return;
  store<u8>(at, byte | bit);
  store<u16>(openEnd, <u16>step);
  openEnd += 2;
}

function buildSets(start: usize, end: usize): void {
  open = scratchAllocate(stepCount * 2);
  let right: u32 = 0;
  let set = trail + (end - start) * setBytes;
  memory.fill(set, 0, setBytes);
  openEnd = open;
  addMatches(set);
  close(set, leftAt(start, end), right);
  let at = end;
  while (at > start) {
    at = before(start, at);
    const behind = set;
    set = trail + (at - start) * setBytes;
    memory.fill(set, 0, setBytes);
    openEnd = open;
    const characterClass = classAt(at);
    addReaders(set, behind, characterClass);
    if (isSearch) addMatches(set);
    right = load<u8>(program + PATTERN_RIGHTS + (kindOf(characterClass) << 3) + right);
    close(set, leftAt(start, at), right);
  }
}

function addReaders(set: usize, behind: usize, characterClass: u32): void {
  const readers = program + load<u32>(program, PATTERN_READERS);
  const count = load<u32>(program, PATTERN_READER_COUNT);
  countSteps(count);
  for (let index: u32 = 0; index < count; index++) {
    const step = <u32>load<u16>(readers + (<usize>index << 1));
    const at = stepAt(step);
    if (hasStep(behind, nextOf(at)) && takesClass(argumentOf(at), characterClass)) add(set, step);
  }
}

function addMatches(set: usize): void {
  for (let step: u32 = 0; step < stepCount; step++) {
    if (operationOf(stepAt(step)) == PATTERN_MATCH) add(set, step);
  }
}

// Adds everything that reaches the set without reading.
function close(set: usize, left: u32, right: u32): void {
  const ends = program + load<u32>(program, PATTERN_BEFORE_ENDS);
  const lists = program + load<u32>(program, PATTERN_BEFORE);
  const bit = <u64>((left << 3) + right);
  while (openEnd > open) {
    openEnd -= 2;
    const step = <usize>load<u16>(openEnd);
    let index: u32 = step == 0 ? 0 : load<u32>(ends + ((step - 1) << 2));
    const end = load<u32>(ends + (step << 2));
    countSteps(end - index + 1);
    for (; index < end; index++) {
      const earlier = <u32>load<u16>(lists + (<usize>index << 1));
      const at = stepAt(earlier);
      if (
        operationOf(at) != PATTERN_ASSERT ||
        ((load<u64>(program + PATTERN_ASSERTIONS + (<usize>argumentOf(at) << 3)) >> bit) & 1) != 0
      ) {
        add(set, earlier);
      }
    }
  }
}
