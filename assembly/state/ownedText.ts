// Texts that a container keeps: a word owns a block of the arena and holds the packed text (text.ts); 0 owns nothing.
//
//   block := u64 bytes asked for · the text's bytes · at least 8 of slack, which comparisons may over-read
import { allocateBlock, freeBlock } from "./arena";
import { Text, textOf, textPointer, textLength } from "../text";
import * as snapshot from "./snapshot";

/** Replaces the text that the word at `at` owns by a copy of `text`. */
export function storeOwnedText(at: usize, text: Text): void {
  const length = textLength(text);
  const old = load<u64>(at);
  if (old != 0 && length + 8 <= <u32>roomOf(old) && length + 8 > <u32>roomOf(old) >> 2) {
    memory.copy(textPointer(old), textPointer(text), length);
    store<u64>(at, textOf(textPointer(old), length));
    return;
  }
  const copy = copyText(text);
  if (old != 0) freeOwnedText(at);
  store<u64>(at, copy);
}

/** A copy that the caller owns. */
export function copyText(text: Text): Text {
  const length = textLength(text);
  const block = allocateBlock(<usize>length + 16);
  store<u64>(block, <u64>length + 16);
  memory.copy(block + 8, textPointer(text), length);
  return textOf(block + 8, length);
}

function roomOf(text: Text): usize {
  return <usize>load<u64>(textPointer(text) - 8) - 8;
}

/** Gives the text of the word at `at` back; the word is 0 then. */
export function freeOwnedText(at: usize): void {
  const old = load<u64>(at);
  if (old == 0) return;
  const block = textPointer(old) - 8;
  freeBlock(block, <usize>load<u64>(block));
  store<u64>(at, 0);
}

/** Writes a word: 0, or the length plus one and the bytes. */
export function saveOwnedText(text: Text): void {
  snapshot.writeU64(text == 0 ? 0 : <u64>textLength(text) + 1);
  snapshot.writeBytes(textPointer(text), textLength(text));
}

/** Reads a word into `at`, which owns nothing yet. */
export function loadOwnedText(at: usize): void {
  const length = snapshot.readU64();
  if (length == 0) return;
  const bytes = snapshot.readSpace(<usize>length - 1);
  if (!snapshot.readFailed) storeOwnedText(at, textOf(bytes, <u32>length - 1));
}
