// The words of a keyed row by their kind (WORD_* of contract/abi): how each gives its memory back, is saved and read.
import { WORD_EXACT_SUM, WORD_NUMBER_COUNTS, WORD_NUMBER_SET, WORD_PLAIN, WORD_RING, WORD_TEXT, WORD_TEXT_COUNTS, WORD_TEXT_SET } from "../../contract/abi";
import { freeExactSum, loadExactSum, saveExactSum } from "../aggregates/exactSum";
import { freeSet, loadSet, saveSet } from "./distinct";
import { freeOwnedText, loadOwnedText, saveOwnedText } from "./ownedText";
import { freeRing, loadRing, saveRing } from "./ring";
import * as snapshot from "./snapshot";

// @ts-ignore: decorator
@inline
function isSet(code: u32): bool {
  return code >= <u32>WORD_NUMBER_SET && code <= <u32>WORD_TEXT_COUNTS;
}

// @ts-ignore: decorator
@inline
function ofTexts(code: u32): bool {
  return code == WORD_TEXT_SET || code == WORD_TEXT_COUNTS;
}

// @ts-ignore: decorator
@inline
function isCounted(code: u32): bool {
  return code == WORD_NUMBER_COUNTS || code == WORD_TEXT_COUNTS;
}

// @ts-ignore: decorator
@inline
function entryBytes(kind: u32): u32 {
  return ((kind >> 8) & 0xfff) << 3;
}

// @ts-ignore: decorator
@inline
function entryTexts(kind: u32): u32 {
  return kind >> 20;
}

/** Gives back what the words at `words` own. `kinds` 0: all are plain. */
export function freeWords(words: usize, count: u32, kinds: usize): void {
  if (kinds == 0) return;
  for (let index: u32 = 0; index < count; index++) {
    const at = words + (<usize>index << 3);
    const kind = load<u32>(kinds + (<usize>index << 2));
    const code = kind & 0xff;
    if (code == WORD_TEXT) freeOwnedText(at);
    else if (isSet(code)) freeSet(at, ofTexts(code), isCounted(code));
    else if (code == WORD_EXACT_SUM) freeExactSum(at);
    else if (code == WORD_RING) freeRing(at, entryBytes(kind), entryTexts(kind));
  }
}

/** Writes the words at `words`. */
export function saveWords(words: usize, count: u32, kinds: usize): void {
  if (kinds == 0) {
    snapshot.writeBytes(words, count << 3);
    return;
  }
  for (let index: u32 = 0; index < count; index++) {
    const at = words + (<usize>index << 3);
    const kind = load<u32>(kinds + (<usize>index << 2));
    const code = kind & 0xff;
    if (code == WORD_PLAIN) snapshot.writeU64(load<u64>(at));
    else if (code == WORD_TEXT) saveOwnedText(load<u64>(at));
    else if (isSet(code)) saveSet(at, ofTexts(code), isCounted(code));
    else if (code == WORD_EXACT_SUM) saveExactSum(at);
    else if (code == WORD_RING) saveRing(at, entryBytes(kind), entryTexts(kind));
  }
}

/** Reads the words of a row that was just made, all zero, at `words`. */
export function loadWords(words: usize, count: u32, kinds: usize): void {
  for (let index: u32 = 0; index < count && !snapshot.readFailed; index++) {
    const at = words + (<usize>index << 3);
    const kind = kinds == 0 ? WORD_PLAIN : load<u32>(kinds + (<usize>index << 2));
    const code = kind & 0xff;
    if (code == WORD_PLAIN) store<u64>(at, snapshot.readU64());
    else if (code == WORD_TEXT) loadOwnedText(at);
    else if (isSet(code)) loadSet(at, ofTexts(code), isCounted(code));
    else if (code == WORD_EXACT_SUM) loadExactSum(at);
    else if (code == WORD_RING) loadRing(at, entryBytes(kind), entryTexts(kind));
  }
}
