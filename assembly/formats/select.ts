// Finding the rows of a record by its row path. The record was checked before.
import { readKey, skipBlank, skipValue, tokenEnd, tokenStart } from "./json";

/** The value of a member (the last one of that name) of the object at `at`; 0 when there is none. */
export function selectMember(at: usize, name: usize, length: usize): usize {
  if (at == 0 || load<u8>(at) != 0x7b) return 0;
  let found: usize = 0;
  at = skipBlank(at + 1);
  while (load<u8>(at) == 0x22) {
    const value = readKey(at);
    if (tokenEnd - tokenStart == length && memory.compare(tokenStart, name, length) == 0) found = value;
    at = skipBlank(skipValue(value));
    if (load<u8>(at) != 0x2c) break;
    at = skipBlank(at + 1);
  }
  return found;
}

/** An element of the array at `at`; −1 gives the array itself, whose elements are rows. */
export function selectElement(at: usize, index: i32): usize {
  if (at == 0 || load<u8>(at) != 0x5b) return 0;
  if (index < 0) return at;
  at = skipBlank(at + 1);
  for (; load<u8>(at) != 0x5d; index--) {
    if (index == 0) return at;
    at = skipBlank(skipValue(at));
    if (load<u8>(at) != 0x2c) return 0;
    at = skipBlank(at + 1);
  }
  return 0;
}
