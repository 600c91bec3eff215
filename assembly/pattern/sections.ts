// The pattern of FAST_REGEX_LOG_PARSE: its sections one after the other, each with the shortest beginning of the rest that it matches, never
// going back; the last one takes the whole rest (KDA-SQL 4.8). Law: one step a character. Layout: contract/abi.ts.
import { Text, textLength, textPointer } from "../text";
import { scratchAllocate } from "../state/scratch";
import { sequenceBytes } from "../functions/letters";
import { PATTERN_CUTS, PATTERN_GROUPS, PATTERN_NONE, PATTERN_SECTION_COUNT, PATTERN_SECTIONS } from "../../contract/abi";
import { before, classAt, classCount, countSteps, program } from "./program";
import { setField } from "./fields";

// Where the shortest match of a section ends, at least `at`; 0 when there is none.
function shortestMatch(section: usize, at: usize, end: usize, whole: bool): usize {
  const transitions = program + load<u32>(section);
  const accepting = program + load<u32>(section, 4);
  let state: u32 = 0;
  while (true) {
    countSteps(1);
    if (at == end) return load<u8>(accepting + state) != 0 ? at : 0;
    if (!whole && load<u8>(accepting + state) != 0) return at;
    state = load<u16>(transitions + (<usize>(state * classCount + classAt(at)) << 1));
    if (state == PATTERN_NONE) return 0;
    at += sequenceBytes(load<u8>(at));
  }
}

/** Matches the open program and fills the record; false when the text isn't of the pattern. */
export function matchSections(text: Text, record: Text): bool {
  const start = textPointer(text);
  const end = start + textLength(text);
  const count = <u32>load<u16>(program, PATTERN_SECTION_COUNT);
  const ends = scratchAllocate(count << 2);
  let at = start;
  for (let index: u32 = 0; index < count; index++) {
    const section = program + load<u32>(program, PATTERN_SECTIONS) + (<usize>index << 3);
    at = shortestMatch(section, at, end, index + 1 == count);
    if (at == 0) return false;
    store<u32>(ends + (<usize>index << 2), <u32>at);
  }
  const groups = <u32>load<u16>(program, PATTERN_GROUPS);
  const cuts = program + load<u32>(program, PATTERN_CUTS);
  for (let group: u32 = 0; group < groups; group++) {
    const cut = cuts + (<usize>group << 3);
    const first = placeOf(cut, start, ends);
    setField(record, group, first, <u32>(placeOf(cut + 4, start, ends) - first));
  }
  return true;
}

// So many characters before the end of a section.
function placeOf(cut: usize, start: usize, ends: usize): usize {
  const section = <u32>load<u16>(cut);
  if (section == PATTERN_NONE) return start;
  let at = <usize>load<u32>(ends + (<usize>section << 2));
  for (let count = load<u16>(cut, 2); count > 0; count--) at = before(start, at);
  return at;
}
