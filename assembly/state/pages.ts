// The only place that grows memory. Everything else gets whole, 64-aligned stretches from here and never gives them back
// (arenas above it reuse what they free).

let top: usize = 0;
/** Bytes handed out so far, for the state limit and for statistics. */
export let reservedBytes: u64 = 0;
/** Set when memory could not be grown; the caller's stretch then overlaps the last page and the program must be given up. */
export let memoryExhausted: bool = false;

/** A stretch of at least `size` bytes. */
export function reservePages(size: usize): usize {
  if (top == 0) top = (<usize>__heap_base + 63) & ~63;
  const at = top;
  const after = (at + size + 63) & ~63;
  const have = <usize>memory.size() << 16;
  if (after > have) {
    const pages = <i32>((after - have + 0xffff) >>> 16);
    if (memory.grow(pages) < 0) {
      memoryExhausted = true;
      unreachable();
    }
  }
  top = after;
  reservedBytes += size;
  return at;
}
