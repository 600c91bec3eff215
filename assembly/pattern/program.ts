// A pattern's program while it runs: what the passes read of it. Its layout is drawn in contract/abi.ts. Programs are static data that
// compiler/pattern wrote, so nothing here is checked.
import { Text, textPointer } from "../text";
import { readCodePoint } from "../functions/letters";
import {
  PATTERN_ASCII, PATTERN_CLASS_KINDS, PATTERN_CLASSES, PATTERN_COUNT, PATTERN_INSTRUCTIONS, PATTERN_LEFTS, PATTERN_MEMBERS, PATTERN_RANGE_COUNT,
  PATTERN_RANGES, PATTERN_SEARCH, PATTERN_SET_BYTES, PATTERN_START,
} from "../../contract/abi";

/** First byte of the open program. */
export let program: usize = 0;
/** Classes of characters. */
export let classCount: u32 = 0;
/** Left kinds that are told apart: 1 when no instruction looks at them. */
export let leftCount: u32 = 0;
/** Instructions. */
export let stepCount: u32 = 0;
/** Bytes of one set of instructions. */
export let setBytes: u32 = 0;
/** Where the instructions begin. */
export let steps: usize = 0;
/** The first instruction. */
export let startStep: u32 = 0;
/** True when a match may begin and end anywhere. */
export let isSearch: bool = false;

let asciiClasses: usize = 0;
let ranges: usize = 0;
let rangeCount: u32 = 0;
let members: usize = 0;
let classKinds: usize = 0;

/** Steps of all passes so far: what they cost, whatever the machine. */
export let patternSteps: u64 = 0;

/** Counts steps. */
// @ts-ignore: decorator
@inline
export function countSteps(count: u64): void {
  patternSteps += count;
}

/** Opens the classes of a program of either kind. */
export function openClasses(pattern: Text): void {
  program = textPointer(pattern);
  classCount = load<u8>(program, PATTERN_CLASSES);
  asciiClasses = program + PATTERN_ASCII;
  ranges = program + load<u32>(program, PATTERN_RANGES);
  rangeCount = load<u32>(program, PATTERN_RANGE_COUNT);
}

/** Opens an automaton's program. */
export function openProgram(pattern: Text): void {
  openClasses(pattern);
  leftCount = load<u8>(program, PATTERN_LEFTS);
  stepCount = load<u16>(program, PATTERN_COUNT);
  setBytes = load<u16>(program, PATTERN_SET_BYTES);
  startStep = load<u16>(program, PATTERN_START);
  isSearch = load<u8>(program, PATTERN_SEARCH) != 0;
  steps = program + load<u32>(program, PATTERN_INSTRUCTIONS);
  members = program + load<u32>(program, PATTERN_MEMBERS);
  classKinds = program + load<u32>(program, PATTERN_CLASS_KINDS);
}

/** The class of the character at `at`. */
// @ts-ignore: decorator
@inline
export function classAt(at: usize): u32 {
  const byte = load<u8>(at);
  return byte < 0x80 ? load<u8>(asciiClasses + byte) : classOfPoint(readCodePoint(at));
}

// The last start that isn't above the code point.
function classOfPoint(point: u32): u32 {
  const wanted = (point << 8) | 0xff;
  let low: u32 = 0;
  let high = rangeCount;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (load<u32>(ranges + (<usize>middle << 2)) <= wanted) low = middle;
    else high = middle;
  }
  return load<u32>(ranges + (<usize>low << 2)) & 0xff;
}

/** The kind of a class. */
// @ts-ignore: decorator
@inline
export function kindOf(characterClass: u32): u32 {
  return load<u8>(classKinds + characterClass);
}

/** The left kind of a place behind a character of the class. */
// @ts-ignore: decorator
@inline
export function leftBehind(characterClass: u32): u32 {
  return leftCount == 1 ? 0 : kindOf(characterClass) + 1;
}

/** The left kind of the place `at` in a text that begins at `start`. */
export function leftAt(start: usize, at: usize): u32 {
  return leftCount == 1 || at == start ? 0 : leftBehind(classAt(before(start, at)));
}

/** Where the character before `at` begins. */
// @ts-ignore: decorator
@inline
export function before(start: usize, at: usize): usize {
  at--;
  while (at > start && (load<u8>(at) & 0xc0) == 0x80) at--;
  return at;
}

/** True when a bit is set in a set of instructions. */
// @ts-ignore: decorator
@inline
export function hasStep(set: usize, step: u32): bool {
  return ((load<u8>(set + (step >> 3)) >> (step & 7)) & 1) != 0;
}

/** True when an instruction that reads takes characters of the class. */
// @ts-ignore: decorator
@inline
export function takesClass(set: u32, characterClass: u32): bool {
  return ((load<u8>(members + (<usize>set << 5) + (characterClass >> 3)) >> (characterClass & 7)) & 1) != 0;
}

// One instruction is 8 bytes: operation u8, greedy u8, argument u16, next u16, other u16.
// @ts-ignore: decorator
@inline
export function stepAt(step: u32): usize {
  return steps + (<usize>step << 3);
}
// @ts-ignore: decorator
@inline
export function operationOf(step: usize): u32 {
  return load<u8>(step);
}
// @ts-ignore: decorator
@inline
export function isGreedy(step: usize): bool {
  return load<u8>(step, 1) != 0;
}
// @ts-ignore: decorator
@inline
export function argumentOf(step: usize): u32 {
  return load<u16>(step, 2);
}
// @ts-ignore: decorator
@inline
export function nextOf(step: usize): u32 {
  return load<u16>(step, 4);
}
// @ts-ignore: decorator
@inline
export function otherOf(step: usize): u32 {
  return load<u16>(step, 6);
}
