// Makes what fails small, whatever it is made of.
const shrinkMsMax = 120_000;

/** The items without which `fails` no longer holds: pieces are left out, large ones first, as long as there is time (Zeller: delta debugging). */
export async function fewer<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => boolean | Promise<boolean>,
): Promise<readonly T[]> {
  const until = performance.now() + shrinkMsMax;
  let left = items;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < left.length && performance.now() < until; ) {
      const without = [...left.slice(0, from), ...left.slice(from + size)];
      if (await fails(without)) left = without;
      else from += size;
    }
  }
  return left;
}
