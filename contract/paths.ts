// JSON paths of the service's subset (KDA-SQL 6.3): `$.a.b`, `$.a[0:].b`, `$.a[2].x`, `$["a b"]`, with or without `$.`.

/** A step: a member's name, or an element's number. `[0:]` is the step −1. */
export type PathStep = string | number;

/** The step of `[0:]`: every element. */
export const everyElement = -1;

/** Why a text is no path of the subset, and what to write instead. */
export interface PathFault {
  readonly message: string;
  readonly hint: string;
}

/** The steps of a path; what `pathFault` refuses gives what can be read of it. */
export function parsePath(path: string): PathStep[] {
  return scan(path).steps;
}

/** What stands in a path that the subset has not; undefined for a path that can be read. */
export function pathFault(path: string): PathFault | undefined {
  const before = faultOfStart(path);
  return before ?? scan(path).fault;
}

/** The path of a member of what a path leads to: behind a dot, or in brackets where its name would be read as something else. */
export function memberPath(parent: string, name: string): string {
  const dotted = `${parent}.${name}`;
  const steps = scan(`$.${name}`);
  if (steps.fault === undefined && steps.steps.length === 1 && steps.steps[0] === name) return dotted;
  return name.includes('"') ? `${parent}['${name}']` : `${parent}["${name}"]`;
}

const whole = 'a path is $.member.member, with [0:] for every element of an array and [2] for one';

function faultOfStart(path: string): PathFault | undefined {
  if (path !== path.trim()) return { message: 'has blanks around it', hint: `write "${path.trim()}"` };
  if (path === '') return { message: 'is empty', hint: '$ is the record, $.name a member of it' };
  if (path.startsWith('/')) return { message: 'begins with a slash', hint: `write "$.${path.slice(1)}"` };
  if (/^@(?:[.[]|$)/.test(path)) return { message: 'begins with @', hint: `write "$${path.slice(1)}"` };
  if (/^\$[^.[]/.test(path))
    return { message: 'has no dot behind the dollar', hint: `write "$.${path.slice(1)}" or $["${path}"]` };
  if (path.includes('..'))
    return { message: 'has two dots, for what lies at any depth', hint: 'write the whole way to the value' };
  return undefined;
}

interface Scanned {
  readonly steps: PathStep[];
  readonly fault?: PathFault;
}

// From left to right; a dot stands before a name, or nothing does at the beginning.
function scan(path: string): Scanned {
  const steps: PathStep[] = [];
  let at = path.startsWith('$') && /^\$(?:[.[]|$)/.test(path) ? 1 : 0;
  let bare = at === 0;
  let fault: PathFault | undefined;
  while (at < path.length) {
    const bracket = path[at] === '[' ? bracketAt(path, at) : undefined;
    if (bracket !== undefined) {
      if (bracket.step !== undefined) steps.push(bracket.step);
      fault ??= bracket.fault;
      at = bracket.end;
    } else {
      const dotted = path[at] === '.';
      if (!dotted && !bare)
        fault ??= {
          message: `has no dot before "${path.slice(at)}"`,
          hint: `write "${path.slice(0, at)}.${path.slice(at)}"`,
        };
      const name = /^[^.[]*/.exec(path.slice(dotted ? at + 1 : at))?.[0] ?? '';
      fault ??= faultOfName(name);
      if (name !== '') steps.push(name);
      at += name.length + (dotted ? 1 : 0);
    }
    bare = false;
  }
  return { steps, ...(fault === undefined ? {} : { fault }) };
}

function faultOfName(name: string): PathFault | undefined {
  if (name === '') return { message: 'has a name that is empty', hint: whole };
  if (name === '*') return { message: 'has a wildcard', hint: 'name the members one by one' };
  if (name !== name.trim())
    return { message: `has blanks around "${name.trim()}"`, hint: `$["${name}"] if the name has them` };
  if (/^"[^"]*"$|^'[^']*'$/.test(name))
    return { message: 'has quotes behind a dot', hint: `write $["${name.slice(1, -1)}"]` };
  return name.includes(']')
    ? { message: 'has a bracket that nothing opens', hint: `$["${name}"] if the name has it` }
    : undefined;
}

// `[2]`, `[0:]`, `["name"]`, `['name']`.
function bracketAt(path: string, at: number): { step?: PathStep; end: number; fault?: PathFault } {
  const rest = path.slice(at);
  const known = /^\[(?:(\d{1,9})|(0:)|"([^"]*)"|'([^']*)')\]/.exec(rest);
  if (known !== null) {
    const [text, index, every, double, single] = known;
    const step = every !== undefined ? everyElement : index === undefined ? (double ?? single ?? '') : Number(index);
    return { step, end: at + text.length };
  }
  const close = rest.indexOf(']');
  const end = close < 0 ? path.length : at + close + 1;
  return { end, fault: faultOfBracket(rest, close) };
}

function faultOfBracket(rest: string, close: number): PathFault {
  if (close < 0) return { message: 'has a bracket that nothing closes', hint: whole };
  const inner = rest.slice(1, close).trim();
  if (inner === '*') return { message: 'has a wildcard', hint: 'write [0:] for every element' };
  if (inner.startsWith('?') || inner.startsWith('('))
    return { message: 'has a filter', hint: 'map the value and filter it with WHERE' };
  if (/^-\s*\d+$/.test(inner))
    return { message: 'counts from the end of an array', hint: 'elements count from 0: [0], [1] …' };
  if (inner.includes(':'))
    return { message: `has the slice [${inner}]`, hint: 'write [0:], for every element: it is the only one' };
  if (inner === '') return { message: 'has a name that is empty', hint: whole };
  return { message: `has [${inner}], which is neither an element nor a name`, hint: whole };
}

/** The arrays of which a path gives one element a row, each as the text of the steps to it; a trailing `[0:]` means the whole array. */
export function flattenedArrays(path: string): string[] {
  const steps = parsePath(path);
  if (steps.at(-1) === everyElement) steps.pop();
  return steps.flatMap((step, index) => (step === everyElement ? [JSON.stringify(steps.slice(0, index))] : []));
}
