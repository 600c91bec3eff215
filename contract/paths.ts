// JSON paths of the service's subset (KDA-SQL 6.3): `$.a.b`, `$.a[0:].b`, `$.a[2].x`, with or without `$.`.

/** A step: a member's name, or an element's number. `[0:]` is the step −1. */
export type PathStep = string | number;

/** The step of `[0:]`: every element. */
export const everyElement = -1;

/** The steps of a path; what can't be read as a path is one member's name. */
export function parsePath(path: string): PathStep[] {
  const rest = path === '$' ? '' : path.startsWith('$.') ? path.slice(2) : path.startsWith('$[') ? path.slice(1) : path;
  const steps: PathStep[] = [];
  for (const match of rest.matchAll(/\[(\d+)(:?)\]|\["([^"]*)"\]|([^.[\]]+)/g)) {
    const [, index, every, quoted, name] = match;
    if (index !== undefined) steps.push(every === ':' ? everyElement : Number(index));
    else steps.push(quoted ?? name ?? '');
  }
  return steps;
}

/** The arrays of which a path gives one element a row, each as the text of the steps to it; a trailing `[0:]` means the whole array. */
export function flattenedArrays(path: string): string[] {
  const steps = parsePath(path);
  if (steps.at(-1) === everyElement) steps.pop();
  return steps.flatMap((step, index) => (step === everyElement ? [JSON.stringify(steps.slice(0, index))] : []));
}
