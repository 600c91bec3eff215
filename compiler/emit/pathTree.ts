// The tree of the places of a record that an input's columns are read from.
import { everyElement, parsePath, type PathStep } from '../../contract/paths.ts';

/** What is read below one place of a record. */
export interface PathNode {
  readonly members: Map<string, PathNode>;
  readonly elements: Map<number, PathNode>;
  each?: PathNode;
  readonly leaves: number[];
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
