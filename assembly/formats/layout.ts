// The expected layout of a JSON record where it is not met byte by byte: blanks between tokens, and members that nobody reads.
// Addresses as in json.ts: 0 says that the record has another layout, or is not valid, and the general reader must look at it.
import { readKey, skipBlank, tokenEnd, tokenStart } from "./json";

/** True when the bytes at both places are the same; up to 7 bytes behind them are read as well. */
function sameBytes(left: usize, right: usize, length: u32): bool {
  while (length >= 8) {
    if (load<u64>(left) != load<u64>(right)) return false;
    left += 8;
    right += 8;
    length -= 8;
  }
  return length == 0 || (load<u64>(left) ^ load<u64>(right)) << (<u64>(8 - length) * 8) == 0;
}

/** The value of the member that is next, behind `opening` (a brace or comma) and blanks; 0 when it has another name. */
export function memberAt(at: usize, opening: u32, key: usize, length: u32): usize {
  at = skipBlank(at);
  if (load<u8>(at) != opening) return 0;
  at = skipBlank(at + 1);
  if (load<u8>(at) != 0x22 || !sameBytes(at + 1, key, length)) return 0;
  at += <usize>length + 1;
  if (load<u8>(at) != 0x22) return 0;
  at = skipBlank(at + 1);
  return load<u8>(at) == 0x3a ? skipBlank(at + 1) : 0;
}

/** The value of the next member, whatever its name, which becomes the token. */
export function anyMemberAt(at: usize, opening: u32): usize {
  at = skipBlank(at);
  return load<u8>(at) == opening ? readKey(skipBlank(at + 1)) : 0;
}

/** True when the token is the name of those bytes. */
export function isNamed(key: usize, length: u32): bool {
  return tokenEnd - tokenStart == <usize>length && sameBytes(tokenStart, key, length);
}

/**
 * True when the token is one of the names in a list: for each, from `names` on, its length as u32 and its bytes, padded to a
 * multiple of 4.
 */
export function isListed(names: usize, count: u32): bool {
  for (; count > 0; count--) {
    const length = load<u32>(names);
    if (isNamed(names + 4, length)) return true;
    names += 4 + <usize>((length + 3) & ~3);
  }
  return false;
}
