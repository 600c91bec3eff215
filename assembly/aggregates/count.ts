// COUNT: a u64 of the values seen. Word 0: count. merge: sum. remove: −1.

// @ts-ignore: decorator
@inline
export function addCount(at: usize): void {
  store<i64>(at, load<i64>(at) + 1);
}

// @ts-ignore: decorator
@inline
export function removeCount(at: usize): void {
  store<i64>(at, load<i64>(at) - 1);
}
