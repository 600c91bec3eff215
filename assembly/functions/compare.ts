// Comparison of texts. Bytes order as code points do in UTF-8. CHAR compares as if the shorter one were padded with blanks.
import { Text, textPointer, textLength } from "../text";
import { equalBytes } from "../state/hash";

/** Negative, 0 or positive as `left` sorts before, with or after `right`. */
export function compareText(left: Text, right: Text): i32 {
  const length = min<u32>(textLength(left), textLength(right));
  const order = memory.compare(textPointer(left), textPointer(right), length);
  return order != 0 ? order : <i32>textLength(left) - <i32>textLength(right);
}

/** True when both have the same bytes. */
// @ts-ignore: decorator
@inline
export function equalText(left: Text, right: Text): bool {
  return textLength(left) == textLength(right) && equalBytes(textPointer(left), textPointer(right), textLength(left));
}

/** Bytes of a text without its trailing blanks. */
export function trimmedLength(text: Text): u32 {
  let length = textLength(text);
  while (length > 0 && load<u8>(textPointer(text) + length - 1) == 0x20) length--;
  return length;
}

/** Order of two CHAR values, trailing blanks aside. */
export function comparePadded(left: Text, right: Text): i32 {
  const leftLength = trimmedLength(left);
  const rightLength = trimmedLength(right);
  const order = memory.compare(textPointer(left), textPointer(right), min<u32>(leftLength, rightLength));
  if (order != 0) return order;
  if (leftLength == rightLength) return 0;
  // The longer one is compared with the other's padding: its first byte that is no blank decides, and it ends in one.
  const longer = leftLength > rightLength ? left : right;
  let at = textPointer(longer) + min<u32>(leftLength, rightLength);
  while (load<u8>(at) == 0x20) at++;
  const next = <i32>load<u8>(at) - 0x20;
  return leftLength > rightLength ? next : -next;
}

/** True when two CHAR values are equal, trailing blanks aside. */
export function equalPadded(left: Text, right: Text): bool {
  const length = trimmedLength(left);
  return length == trimmedLength(right) && equalBytes(textPointer(left), textPointer(right), length);
}
