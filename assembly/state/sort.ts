// Merge sort of pointers, bottom up between two arrays: stable, without recursion (Knuth, The Art of Computer Programming 3, 5.2.4).

/** Sorts `count` u32 pointers at `array`; `spare` has room for as many. Returns which of the two holds the result. */
export function sortPointers(array: usize, spare: usize, count: u32, inOrder: (left: usize, right: usize) => bool): usize {
  let from = array;
  let to = spare;
  for (let width: u32 = 1; width < count; width <<= 1) {
    for (let start: u32 = 0; start < count; start += width << 1) {
      mergeRuns(from, to, start, min<u32>(start + width, count), min<u32>(start + (width << 1), count), inOrder);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

function mergeRuns(from: usize, to: usize, start: u32, middle: u32, end: u32, inOrder: (left: usize, right: usize) => bool): void {
  let left = start;
  let right = middle;
  for (let index = start; index < end; index++) {
    const takeLeft = left < middle && (right >= end || inOrder(pointerAt(from, left), pointerAt(from, right)));
    store<u32>(to + (<usize>index << 2), <u32>pointerAt(from, takeLeft ? left++ : right++));
  }
}

// @ts-ignore: decorator
@inline
function pointerAt(array: usize, index: u32): usize {
  return <usize>load<u32>(array + (<usize>index << 2));
}
