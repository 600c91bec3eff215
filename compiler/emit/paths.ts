// JSON paths of the service's subset (KDA-SQL 6.3): `$.a.b`, `$.a[0:].b`, `$.a[2].x`, with or without `$.`.

/** A step: a member's name, or an element's number. `[0:]` is the step −1. */
export type PathStep = string | number;

/** The step of `[0:]`: every element. */
export const everyElement = -1;

/** What is read below one place of a record. */
export interface PathNode {
  readonly members: Map<string, PathNode>;
  readonly elements: Map<number, PathNode>;
  each?: PathNode;
  readonly leaves: number[];
}

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

function emptyNode(): PathNode {
  return { members: new Map(), elements: new Map(), leaves: [] };
}

/** The tree of all paths; a trailing `[0:]` means the whole array as text. */
export function pathTree(leaves: readonly { readonly path: string; readonly leaf: number }[]): PathNode {
  const root = emptyNode();
  for (const { path, leaf } of leaves) {
    const steps = parsePath(path);
    if (steps.at(-1) === everyElement) steps.pop();
    let node = root;
    for (const step of steps) node = childOf(node, step);
    node.leaves.push(leaf);
  }
  return root;
}

function childOf(node: PathNode, step: PathStep): PathNode {
  if (step === everyElement) {
    node.each ??= emptyNode();
    return node.each;
  }
  const children: Map<PathStep, PathNode> = (typeof step === 'string' ? node.members : node.elements) as Map<
    PathStep,
    PathNode
  >;
  const child = children.get(step) ?? emptyNode();
  children.set(step, child);
  return child;
}
