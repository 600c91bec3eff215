// Text values: UTF-8 slices, packed into one u64: pointer in the low, byte length in the high 32 bits (SEMANTICS 13).
// A text is valid while the current row is worked on; containers copy what they keep.

/** A slice of UTF-8 bytes (or of raw bytes for BINARY). */
export type Text = u64;

// @ts-ignore: decorator
@inline
export function textOf(pointer: usize, length: u32): Text {
  return (<u64>length << 32) | <u64>(<u32>pointer);
}

// @ts-ignore: decorator
@inline
export function textPointer(text: Text): usize {
  return <usize>(<u32>text);
}

// @ts-ignore: decorator
@inline
export function textLength(text: Text): u32 {
  return <u32>(text >> 32);
}

/** The empty text; its pointer is never read. */
export const EMPTY_TEXT: Text = 0;
