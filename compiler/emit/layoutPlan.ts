// What the expected layout of a JSON input is: the members of its objects, in the order in which they are expected.
import type { PathNode } from './pathTree.ts';

/** How an object is read: its members in the order in which they are expected. */
export interface ObjectLayout {
  readonly kind: 'object';
  /** Number of the object, for the names of its functions. */
  readonly number: number;
  readonly depth: number;
  readonly members: readonly MemberLayout[];
  /** The member whose value becomes the time where its place is not known. */
  readonly floatingTime: string | undefined;
}

/** A member by its name as JSON writes it. */
export interface MemberLayout {
  readonly name: string;
  readonly value: ObjectLayout | ArrayLayout | LeafLayout;
}

/** An array whose elements make rows. */
export interface ArrayLayout {
  readonly kind: 'array';
  readonly element: ObjectLayout;
}

/** A column, the time alone (no index), or a member that is not read. */
export interface LeafLayout {
  readonly kind: 'leaf';
  readonly index: number | undefined;
  readonly isTime: boolean;
}

class NoLayout extends Error {}

/**
 * The layout of a record, or undefined for paths whose values can't be expected in order: elements by number, a value that is read as
 * a whole and in parts, several arrays, names that a record may write in several ways.
 */
export function planLayout(tree: PathNode, order: readonly string[]): ObjectLayout | undefined {
  const counter = { objects: 0, arrays: 0 };
  try {
    return planObject(tree, 1, order, counter);
  } catch (problem) {
    if (problem instanceof NoLayout) return undefined;
    throw problem;
  }
}

function planObject(
  node: PathNode,
  depth: number,
  order: readonly string[],
  counter: { objects: number; arrays: number },
): ObjectLayout {
  const number = counter.objects++;
  const names = [...node.members.keys()];
  if (names.length === 0 || node.leaves.length > 0 || node.elements.size > 0 || node.each !== undefined)
    throw new NoLayout();
  if (names.some(isEscaped)) throw new NoLayout();
  const floating = names.find((name) => {
    const child = node.members.get(name);
    return child !== undefined && isTimeAlone(child) && names.length > 1 && !order.includes(name);
  });
  const known = names.filter((name) => name !== floating);
  const listed = [...new Set(order.filter((name) => name !== floating && !isEscaped(name)))];
  const sorted = [...listed, ...known.filter((name) => !listed.includes(name))];
  const members = sorted.map((name): MemberLayout => {
    const child = node.members.get(name);
    if (child === undefined) return { name, value: { kind: 'leaf', index: undefined, isTime: false } };
    return { name, value: planValue(child, depth, counter) };
  });
  return { kind: 'object', number, depth, members, floatingTime: floating };
}

/** True for names that JSON writes with escapes. */
function isEscaped(name: string): boolean {
  return /["\\\x00-\x1f]/.test(name);
}

function isTimeAlone({ leaves, members, elements, each }: PathNode): boolean {
  return leaves.length === 1 && leaves[0] === -1 && members.size + elements.size === 0 && each === undefined;
}

function planValue(node: PathNode, depth: number, counter: { objects: number; arrays: number }): MemberLayout['value'] {
  if (node.each !== undefined) {
    if (counter.arrays++ > 0 || node.leaves.length + node.members.size + node.elements.size > 0) throw new NoLayout();
    const element = planObject(node.each, depth + 2, [], counter);
    if (floats(element) || hasTime(element)) throw new NoLayout();
    return { kind: 'array', element };
  }
  if (node.members.size > 0) return planObject(node, depth + 1, [], counter);
  const columns = node.leaves.filter((leaf) => leaf >= 0);
  if (node.elements.size > 0 || columns.length > 1) throw new NoLayout();
  return { kind: 'leaf', index: columns[0], isTime: node.leaves.includes(-1) };
}

/** All values in an object but those in arrays. */
export function valuesOf(object: ObjectLayout): MemberLayout['value'][] {
  return object.members.flatMap(({ value }) => (value.kind === 'object' ? [value, ...valuesOf(value)] : [value]));
}

function hasTime(object: ObjectLayout): boolean {
  return valuesOf(object).some((value) =>
    value.kind === 'leaf' ? value.isTime : value.kind === 'array' && hasTime(value.element),
  );
}

/** True where the place of the time is not known in some object. */
export function floats(object: ObjectLayout): boolean {
  return (
    object.floatingTime !== undefined ||
    valuesOf(object).some((value) => value.kind === 'object' && value.floatingTime !== undefined)
  );
}

/** The array whose elements make rows. */
export function arrayOf(object: ObjectLayout): ArrayLayout | undefined {
  return valuesOf(object).find((value) => value.kind === 'array');
}

/** True for values that are looked at: not for members that a sample had and nobody reads. */
export function isRead(value: MemberLayout['value']): boolean {
  return value.kind !== 'leaf' || value.index !== undefined || value.isTime;
}
