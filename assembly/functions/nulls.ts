// NULL as the result of a `@nulls may-return` or `@nulls accepts` function, and of a cast that can give NULL: a flag beside the
// value. Generated code takes it right after the call.

/** Set when the last such call gave NULL. */
export let resultNull: bool = false;

/** The result is NULL; the returned value is not looked at. */
// @ts-ignore: decorator
@inline
export function setNull(): void {
  resultNull = true;
}

/** True when the last call gave NULL; forgets it. */
// @ts-ignore: decorator
@inline
export function takeNull(): bool {
  const value = resultNull;
  resultNull = false;
  return value;
}
