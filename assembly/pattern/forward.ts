// The forward pass: one walk along the first viable way, with the captures of java.util.regex. Law: the walk at one place begins a further
// round of each repetition at most once, and visits an instruction at most once between two such beginnings. So a match costs at most
// (characters + 1) * instructions * (1 + repetitions whose body can be empty) steps, and nearly always a few steps a character.
//
//   registers   i32[]       byte offset, -1 for none; group g has 2g and 2g + 1
//   visited     u32[]       per instruction: the number of the visit when it was last come by; a place takes one number, a round another
//   ways        8 bytes     what to do when the way ends: { instruction u32, 0 }, or { register + WAY_REGISTER, its value before }
import { Text, textLength, textPointer } from "../text";
import { scratchAllocate } from "../state/scratch";
import { sequenceBytes } from "../functions/letters";
import { PATTERN_ASSERT, PATTERN_CONSUME, PATTERN_MATCH, PATTERN_REGISTERS, PATTERN_ROUND, PATTERN_SAVE } from "../../contract/abi";
import {
  argumentOf, classAt, countSteps, hasStep, isGreedy, leftAt, leftBehind, nextOf, operationOf, otherOf, program, startStep, stepAt, stepCount,
} from "./program";
import { leaveTrail, viableAt } from "./backward";

const WAY_REGISTER: u32 = 0x10000;
const NO_STEP: u32 = 0xffff;
/** Most rounds of which one place can remember the ways; of further ones it takes no instruction twice. */
const ROUNDS_MAX: u32 = 8;

let registers: usize = 0;
let registerCount: u32 = 0;
let visited: usize = 0;
let visit: u32 = 0;
// The number that the present place began with.
let firstVisit: u32 = 0;
let ways: usize = 0;
let waysEnd: usize = 0;
// Behind it there is room for one more round only.
let lastWay: usize = 0;
let start: usize = 0;
let end: usize = 0;

/** Makes ready to match the open program in the text; false when that takes too much memory (a fault). */
export function prepareMatching(text: Text): bool {
  start = textPointer(text);
  end = start + textLength(text);
  if (!leaveTrail(text)) return false;
  registerCount = load<u16>(program, PATTERN_REGISTERS);
  registers = scratchAllocate(registerCount << 2);
  visited = scratchAllocate(stepCount << 2);
  ways = scratchAllocate((stepCount * (ROUNDS_MAX + 1)) << 3);
  lastWay = ways + (<usize>(stepCount * ROUNDS_MAX) << 3);
  memory.fill(visited, 0, <usize>stepCount << 2);
  visit = 0;
  return true;
}

/** Finds the first match that begins at the byte offset or behind it. */
export function findFrom(offset: u32): bool {
  let at = start + offset;
  let left = leftAt(start, at);
  while (true) {
    countSteps(1);
    if (hasStep(viableAt(<u32>(at - start), left), startStep)) return walk(at, left);
    if (at >= end) return false;
    left = leftBehind(classAt(at));
    at += sequenceBytes(load<u8>(at));
  }
}

/** Matches from the text's beginning. */
export function matchFromStart(): bool {
  return hasStep(viableAt(0, 0), startStep) && walk(start, 0);
}

/** Byte offset where the group begins, -1 when it took no part; group 0 is the match. */
export function groupStart(group: u32): i32 {
  const at = load<i32>(registers + (<usize>group << 3));
  return load<i32>(registers + (<usize>group << 3), 4) < 0 ? -1 : at;
}

/** Byte offset behind the group. */
export function groupEnd(group: u32): i32 {
  return load<i32>(registers + (<usize>group << 3), 4);
}

// @ts-ignore: decorator
@inline
function pushWay(what: u32, value: i32): void {
  store<u32>(waysEnd, what);
  store<i32>(waysEnd, value, 4);
  waysEnd += 8;
}

// The next way that was left open, with the registers as they were there.
function popWay(): u32 {
  while (waysEnd > ways) {
    waysEnd -= 8;
    const what = load<u32>(waysEnd);
    if (what < WAY_REGISTER) return what;
    store<i32>(registers + (<usize>(what - WAY_REGISTER) << 2), load<i32>(waysEnd, 4));
  }
  return NO_STEP;
}

// @ts-ignore: decorator
@inline
function setRegister(register: u32, value: i32): void {
  const at = registers + (<usize>register << 2);
  if (waysEnd > ways) pushWay(WAY_REGISTER + register, load<i32>(at));
  store<i32>(at, value);
}

// Both ways of a split: the first one now, the other one when it ends.
function choose(first: u32, second: u32, viable: usize): u32 {
  if (!hasStep(viable, first)) return second;
  if (hasStep(viable, second)) pushWay(second, 0);
  return first;
}

// @ts-ignore: decorator
@inline
function isEmptyRound(at: usize, offset: i32): bool {
  return load<i32>(registers + (<usize>argumentOf(at) << 2)) == offset;
}

// Where a round's end goes on. A round that read nothing is the last one; another one may come by the same instructions again.
function roundEnd(at: usize, offset: i32, viable: usize): u32 {
  if (isEmptyRound(at, offset)) return otherOf(at);
  if (waysEnd < lastWay) visit++;
  return isGreedy(at) ? choose(nextOf(at), otherOf(at), viable) : choose(otherOf(at), nextOf(at), viable);
}

// From the instruction to the one that reads the next character on the first viable way, or to the match.
function reach(step: u32, offset: i32, viable: usize): u32 {
  firstVisit = ++visit;
  waysEnd = ways;
  while (true) {
    countSteps(1);
    if (step == NO_STEP) return step;
    const seen = visited + (<usize>step << 2);
    const at = stepAt(step);
    const operation = operationOf(at);
    if (load<u32>(seen) >= (operation == PATTERN_ROUND && !isEmptyRound(at, offset) ? firstVisit : visit) || !hasStep(viable, step)) {
      step = popWay();
      continue;
    }
    store<u32>(seen, visit);
    if (operation == PATTERN_CONSUME || operation == PATTERN_MATCH) return step;
    if (operation == PATTERN_SAVE) {
      setRegister(argumentOf(at), offset);
      step = nextOf(at);
    } else if (operation == PATTERN_ROUND) {
      step = roundEnd(at, offset, viable);
    } else if (operation == PATTERN_ASSERT) {
      step = nextOf(at);
    } else {
      step = choose(nextOf(at), otherOf(at), viable);
    }
  }
}

function walk(at: usize, left: u32): bool {
  memory.fill(registers, 0xff, <usize>registerCount << 2);
  let step = startStep;
  while (true) {
    const offset = <u32>(at - start);
    step = reach(step, <i32>offset, viableAt(offset, left));
    if (step == NO_STEP) return false;
    const reached = stepAt(step);
    if (operationOf(reached) == PATTERN_MATCH) return true;
    left = leftBehind(classAt(at));
    at += sequenceBytes(load<u8>(at));
    step = nextOf(reached);
  }
}
