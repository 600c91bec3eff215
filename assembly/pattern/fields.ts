// The record that a log parser makes of a text, for its row: which part of the text each field is. The last record is remembered, so that
// functions that compute fields of one line apart from each other take it apart once.
//
//   record ─▶ count u32 · { pointer u32, length u32 }[count]        length 0xFFFFFFFF: NULL
import { EMPTY_TEXT, Text, textOf, textPointer } from "../text";
import { scratchAllocate, scratchEpoch } from "../state/scratch";
import { setNull } from "../functions/nulls";

const NULL_LENGTH: u32 = 0xffffffff;

let knownEpoch: u32 = 0;
let knownText: Text = 0;
let knownPattern: Text = 0;
/** The record that `recallRecord` found; EMPTY_TEXT for a text that doesn't match. */
export let knownRecord: Text = 0;

/** True when the last record is that of the text by the pattern, and still there; both are compared by their places. */
export function recallRecord(text: Text, pattern: Text): bool {
  return knownEpoch == scratchEpoch && knownText == text && knownPattern == pattern;
}

/** Remembers a record, or EMPTY_TEXT for none. */
export function keepRecord(text: Text, pattern: Text, record: Text): void {
  knownEpoch = scratchEpoch;
  knownText = text;
  knownPattern = pattern;
  knownRecord = record;
}

/** A record of so many fields, all NULL. */
export function newRecord(count: u32): Text {
  const bytes = 4 + (count << 3);
  const at = scratchAllocate(bytes);
  store<u32>(at, count);
  memory.fill(at + 4, 0xff, <usize>count << 3);
  return textOf(at, bytes);
}

/** Sets a field, counted from 0. */
// @ts-ignore: decorator
@inline
export function setField(record: Text, field: u32, pointer: usize, length: u32): void {
  const at = textPointer(record) + (<usize>field << 3);
  store<u32>(at, <u32>pointer, 4);
  store<u32>(at, length, 8);
}

/** A field, counted from 0; NULL where it has none. */
export function getField(record: Text, field: u32): Text {
  const at = textPointer(record);
  const length = field < load<u32>(at) ? load<u32>(at + (<usize>field << 3), 8) : NULL_LENGTH;
  if (length == NULL_LENGTH) {
    setNull();
    return EMPTY_TEXT;
  }
  return textOf(load<u32>(at + (<usize>field << 3), 4), length);
}
