// A random cut tree over the points of a sample: insert, delete and the boxes that scoring reads.
// Guha, Mishra, Roy, Schrijvers, "Robust random cut forest based anomaly detection on streams", ICML 2016 (algorithms 1 and 2).
//
//   tree := Tree · node[sample − 1] · leaf[sample] · entry[sample]
//   node := u16 left · u16 right · u16 mass · u16 dimension · f64 cut · f64 range · (f64 low · f64 high)[dimensions]
//   leaf := u32 point · u32 mass                       equal points share one leaf
//   entry := f64 weight · u32 point · u32 unused       the sample as a heap, greatest weight first (randomCutForest.ts)
//
// A reference to a node is its index, to a leaf its index | LEAF. Free nodes and leaves are linked through their first word.
// Law: a point is below `left` where coordinate ≤ cut; low, high and range (Σ high − low, in the order of the dimensions) are exactly
// those of the points below a node; mass is their number. So all but the shape, the cuts and the points can be computed again.
import { nextFraction } from "./random";
import { Points, pointAt } from "./points";

/** Marks a reference to a leaf. */
export const LEAF: u32 = 0x8000;
/** No node and no leaf. */
export const NO_NODE: u32 = 0xffff;
/** Most points of a sample: what the path below has room for, and 15 bits of a reference. */
export const SAMPLE_MAX: u32 = 1000;
/** Most dimensions of a point: 30 columns, 30 rows of them. */
export const DIMENSIONS_MAX: u32 = 900;

const NODE_HEADER_BYTES: usize = 24;
const LEAF_BYTES: usize = 8;
/** Bytes of a sample's entry. */
export const ENTRY_BYTES: usize = 16;

/** The head of a tree's block. */
@unmanaged
export class Tree {
  nodes: usize;
  leaves: usize;
  entries: usize;
  nodeBytes: u32;
  dimensions: u32;
  root: u32;
  freeNode: u32;
  freeLeaf: u32;
  /** Entries of the sample. */
  count: u32;
  /** Rows before this sequence number are surely not sampled when 1 − u is above `threshold`. */
  threshold: f64;
  thresholdUntil: i64;
}

const TREE_BYTES: usize = 64;

/** Nodes from the root to the leaf of the last descent, and how many. */
export const path: usize = memory.data(2048, 8);
export let pathLength: u32 = 0;
// The box of one point, for the moment of a cut.
const leafBox: usize = memory.data(14400, 8);

/** Bytes of a tree's block. */
export function treeBytes(sample: u32, dimensions: u32): usize {
  return TREE_BYTES + <usize>sample * (NODE_HEADER_BYTES + (<usize>dimensions << 4) + LEAF_BYTES + ENTRY_BYTES);
}

/** Makes an empty tree of a block. */
export function initializeTree(tree: Tree, sample: u32, dimensions: u32): void {
  tree.dimensions = dimensions;
  tree.nodeBytes = <u32>NODE_HEADER_BYTES + (dimensions << 4);
  tree.nodes = changetype<usize>(tree) + TREE_BYTES;
  tree.leaves = tree.nodes + <usize>sample * tree.nodeBytes;
  tree.entries = tree.leaves + <usize>sample * LEAF_BYTES;
  tree.root = NO_NODE;
  tree.count = 0;
  tree.threshold = 0;
  tree.thresholdUntil = i64.MIN_VALUE;
  tree.freeNode = 0;
  tree.freeLeaf = 0;
  for (let index: u32 = 0; index < sample; index++) {
    store<u32>(nodeAt(tree, index), index + 1 < sample ? index + 1 : NO_NODE);
    store<u32>(leafAt(tree, index), index + 1 < sample ? index + 1 : NO_NODE);
  }
}

// @ts-ignore: decorator
@inline
export function nodeAt(tree: Tree, reference: u32): usize {
  return tree.nodes + <usize>reference * <usize>tree.nodeBytes;
}

// @ts-ignore: decorator
@inline
export function leafAt(tree: Tree, reference: u32): usize {
  return tree.leaves + <usize>(reference & ~LEAF) * LEAF_BYTES;
}

/** The box of a node. */
// @ts-ignore: decorator
@inline
export function boxOf(node: usize): usize {
  return node + NODE_HEADER_BYTES;
}

/** The range of a node: the sum of its box's sides. */
// @ts-ignore: decorator
@inline
export function rangeOf(node: usize): f64 {
  return load<f64>(node, 16);
}

// @ts-ignore: decorator
@inline
function childOf(node: usize, point: usize): u32 {
  const right = load<f64>(point + (<usize>load<u16>(node, 6) << 3)) > load<f64>(node, 8);
  return <u32>load<u16>(node + (usize(right) << 1));
}

/** The leaf where the point is or would be looked for; `path` and `pathLength` lead to it. */
export function descend(tree: Tree, point: usize): u32 {
  let reference = tree.root;
  let length: u32 = 0;
  while ((reference & LEAF) == 0) {
    store<u16>(path + (length++ << 1), <u16>reference);
    reference = childOf(nodeAt(tree, reference), point);
  }
  pathLength = length;
  return reference;
}

/** True when both points have the same coordinates. */
export function equalPoints(left: usize, right: usize, dimensions: u32): bool {
  const end = left + (dimensions << 3);
  while (left < end) {
    if (load<f64>(left) != load<f64>(right)) return false;
    left += 8;
    right += 8;
  }
  return true;
}

/** How far a point lies outside a box: the sum over the dimensions. */
// @ts-ignore: decorator
@inline
export function outsideOf(box: usize, point: usize, dimensions: u32): f64 {
  const end = point + (dimensions << 3);
  let sum: f64 = 0;
  while (point < end) {
    const value = load<f64>(point);
    sum += max<f64>(max<f64>(load<f64>(box) - value, value - load<f64>(box, 8)), 0);
    box += 16;
    point += 8;
  }
  return sum;
}

function setPointBox(box: usize, point: usize, dimensions: u32): void {
  for (let index: u32 = 0; index < dimensions; index++) {
    const value = load<f64>(point + (index << 3));
    store<f64>(box + (index << 4), value);
    store<f64>(box + (index << 4), value, 8);
  }
}

// Widens the box to hold the point and computes the range anew.
function extendBox(node: usize, point: usize, dimensions: u32): void {
  let range: f64 = 0;
  let box = boxOf(node);
  for (let index: u32 = 0; index < dimensions; index++) {
    const value = load<f64>(point + (index << 3));
    const low = min<f64>(load<f64>(box), value);
    const high = max<f64>(load<f64>(box, 8), value);
    store<f64>(box, low);
    store<f64>(box, high, 8);
    range += high - low;
    box += 16;
  }
  store<f64>(node, range, 16);
}

// ---- Cuts -------------------------------------------------------------------------------------------------

let cutDimension: u32 = 0;
let cutValue: f64 = 0;

// A cut of the box widened by the point, uniform over the sum of its sides. True when it parts the point from the box.
function drawCut(random: usize, box: usize, range: f64, outside: f64, point: usize, dimensions: u32): bool {
  let left = nextFraction(random) * (range + outside);
  let boxLow: f64 = 0;
  let boxHigh: f64 = 0;
  for (let index: u32 = 0; index < dimensions; index++) {
    const value = load<f64>(point + (index << 3));
    const low = min<f64>(load<f64>(box + (index << 4)), value);
    const high = max<f64>(load<f64>(box + (index << 4), 8), value);
    const side = high - low;
    if (side > 0) {
      // Where rounding leaves more than all sides hold, the last one that can be cut is.
      cutDimension = index;
      cutValue = left < side ? low + left : low;
      if (!(cutValue < high)) cutValue = low;
      boxLow = load<f64>(box + (index << 4));
      boxHigh = load<f64>(box + (index << 4), 8);
      if (left < side) break;
    }
    left -= side;
  }
  const coordinate = load<f64>(point + (cutDimension << 3));
  return coordinate <= cutValue ? cutValue < boxLow : cutValue >= boxHigh;
}

/** Inserts the point `index`, whose coordinates lie at `point`; gives the index that its leaf bears: an equal point's where there is one. */
export function insertPoint(tree: Tree, points: Points, random: usize, index: u32, point: usize): u32 {
  if (tree.root == NO_NODE) {
    tree.root = newLeaf(tree, index);
    return index;
  }
  const dimensions = tree.dimensions;
  let parent = NO_NODE;
  let reference = tree.root;
  while ((reference & LEAF) == 0) {
    const node = nodeAt(tree, reference);
    const outside = outsideOf(boxOf(node), point, dimensions);
    if (outside > 0) {
      if (drawCut(random, boxOf(node), rangeOf(node), outside, point, dimensions)) {
        split(tree, parent, reference, boxOf(node), <u32>load<u16>(node, 4), index, point);
        return index;
      }
      extendBox(node, point, dimensions);
    }
    store<u16>(node, load<u16>(node, 4) + 1, 4);
    parent = reference;
    reference = childOf(node, point);
  }
  const leaf = leafAt(tree, reference);
  const other = pointAt(points, load<u32>(leaf));
  if (equalPoints(other, point, dimensions)) {
    store<u32>(leaf, load<u32>(leaf, 4) + 1, 4);
    return load<u32>(leaf);
  }
  setPointBox(leafBox, other, dimensions);
  drawCut(random, leafBox, 0, outsideOf(leafBox, point, dimensions), point, dimensions);
  split(tree, parent, reference, leafBox, load<u32>(leaf, 4), index, point);
  return index;
}

function newLeaf(tree: Tree, point: u32): u32 {
  const reference = tree.freeLeaf;
  const leaf = leafAt(tree, reference);
  tree.freeLeaf = load<u32>(leaf);
  store<u32>(leaf, point);
  store<u32>(leaf, 1, 4);
  return reference | LEAF;
}

// Puts a node with the drawn cut in the place of `reference`: it and the new point become its children.
function split(tree: Tree, parent: u32, reference: u32, box: usize, mass: u32, index: u32, point: usize): void {
  const leaf = newLeaf(tree, index);
  const made = tree.freeNode;
  const node = nodeAt(tree, made);
  tree.freeNode = load<u32>(node);
  const left = load<f64>(point + (cutDimension << 3)) <= cutValue;
  store<u16>(node, <u16>(left ? leaf : reference));
  store<u16>(node, <u16>(left ? reference : leaf), 2);
  store<u16>(node, <u16>(mass + 1), 4);
  store<u16>(node, <u16>cutDimension, 6);
  store<f64>(node, cutValue, 8);
  memory.copy(boxOf(node), box, tree.dimensions << 4);
  extendBox(node, point, tree.dimensions);
  replaceChild(tree, parent, reference, made);
}

function replaceChild(tree: Tree, parent: u32, from: u32, to: u32): void {
  if (parent == NO_NODE) tree.root = to;
  else {
    const node = nodeAt(tree, parent);
    store<u16>(node + (usize(<u32>load<u16>(node) != from) << 1), <u16>to);
  }
}

// ---- Deleting ---------------------------------------------------------------------------------------------

/** Takes one of the points with these coordinates away; there is one. */
export function deletePoint(tree: Tree, points: Points, point: usize): void {
  const reference = descend(tree, point);
  const leaf = leafAt(tree, reference);
  const mass = load<u32>(leaf, 4) - 1;
  store<u32>(leaf, mass, 4);
  let above = pathLength;
  if (mass == 0) {
    store<u32>(leaf, tree.freeLeaf);
    tree.freeLeaf = reference & ~LEAF;
    if (above == 0) tree.root = NO_NODE;
    else removeParent(tree, reference, --above);
  }
  let changed = mass == 0;
  while (above > 0) {
    const node = nodeAt(tree, <u32>load<u16>(path + (--above << 1)));
    store<u16>(node, load<u16>(node, 4) - 1, 4);
    // Strictly inside here is strictly inside in every box above.
    changed = changed && touches(boxOf(node), point, tree.dimensions) && rebuildBox(tree, points, node);
  }
}

// The sibling takes the place of the parent, the node at `level` of the path.
function removeParent(tree: Tree, reference: u32, level: u32): void {
  const parent = <u32>load<u16>(path + (level << 1));
  const node = nodeAt(tree, parent);
  const sibling = siblingOf(node, reference);
  replaceChild(tree, level == 0 ? NO_NODE : <u32>load<u16>(path + ((level - 1) << 1)), parent, sibling);
  store<u32>(node, tree.freeNode);
  tree.freeNode = parent;
}

/** The other child of a node. */
// @ts-ignore: decorator
@inline
export function siblingOf(node: usize, reference: u32): u32 {
  const left = <u32>load<u16>(node);
  return left == reference ? <u32>load<u16>(node, 2) : left;
}

function touches(box: usize, point: usize, dimensions: u32): bool {
  for (let index: u32 = 0; index < dimensions; index++) {
    const value = load<f64>(point + (index << 3));
    if (value <= load<f64>(box + (index << 4)) || value >= load<f64>(box + (index << 4), 8)) return true;
  }
  return false;
}

/** Widens the box at `target` by that of a node or leaf. */
export function uniteBox(tree: Tree, points: Points, target: usize, reference: u32): void {
  const isLeaf = (reference & LEAF) != 0;
  const source = isLeaf ? pointAt(points, load<u32>(leafAt(tree, reference))) : boxOf(nodeAt(tree, reference));
  for (let index: u32 = 0; index < tree.dimensions; index++) {
    const low = load<f64>(source + (index << (isLeaf ? 3 : 4)));
    const high = isLeaf ? low : load<f64>(source + (index << 4), 8);
    const at = target + (index << 4);
    store<f64>(at, min<f64>(load<f64>(at), low));
    store<f64>(at, max<f64>(load<f64>(at, 8), high), 8);
  }
}

/** Makes a box that holds nothing. */
export function emptyBox(box: usize, dimensions: u32): void {
  for (let index: u32 = 0; index < dimensions; index++) {
    store<f64>(box + (index << 4), Infinity);
    store<f64>(box + (index << 4), -Infinity, 8);
  }
}

/** Computes the box and range of a node from its children; true when the box is another one now. */
export function rebuildBox(tree: Tree, points: Points, node: usize): bool {
  emptyBox(leafBox, tree.dimensions);
  uniteBox(tree, points, leafBox, <u32>load<u16>(node));
  uniteBox(tree, points, leafBox, <u32>load<u16>(node, 2));
  if (memory.compare(leafBox, boxOf(node), tree.dimensions << 4) == 0) return false;
  memory.copy(boxOf(node), leafBox, tree.dimensions << 4);
  store<f64>(node, rangeOfBox(leafBox, tree.dimensions), 16);
  return true;
}

/** The sum of a box's sides. */
export function rangeOfBox(box: usize, dimensions: u32): f64 {
  let range: f64 = 0;
  for (let index: u32 = 0; index < dimensions; index++) range += load<f64>(box + (index << 4), 8) - load<f64>(box + (index << 4));
  return range;
}

// ---- Reading a shape --------------------------------------------------------------------------------------

/** A node of the given cut whose children come later by `setChildren`; NO_NODE when the tree has no more. */
export function takeNode(tree: Tree, dimension: u32, cut: f64): u32 {
  const made = tree.freeNode;
  if (made == NO_NODE) return NO_NODE;
  const node = nodeAt(tree, made);
  tree.freeNode = load<u32>(node);
  store<u16>(node, <u16>dimension, 6);
  store<f64>(node, cut, 8);
  return made;
}

/** A leaf with a mass; NO_NODE when the tree has no more. */
export function takeLeaf(tree: Tree, point: u32, mass: u32): u32 {
  if (tree.freeLeaf == NO_NODE) return NO_NODE;
  const reference = newLeaf(tree, point);
  store<u32>(leafAt(tree, reference), mass, 4);
  return reference;
}

/** Gives a node its children; mass, box and range follow from them. */
export function setChildren(tree: Tree, points: Points, reference: u32, left: u32, right: u32): void {
  const node = nodeAt(tree, reference);
  store<u16>(node, <u16>left);
  store<u16>(node, <u16>right, 2);
  store<u16>(node, <u16>(massOf(tree, left) + massOf(tree, right)), 4);
  emptyBox(boxOf(node), tree.dimensions);
  rebuildBox(tree, points, node);
}

/** Points below a node or leaf. */
export function massOf(tree: Tree, reference: u32): u32 {
  return (reference & LEAF) != 0 ? load<u32>(leafAt(tree, reference), 4) : <u32>load<u16>(nodeAt(tree, reference), 4);
}
