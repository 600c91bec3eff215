// What one random cut tree says of a point: how early a random cut would part it from the tree's points.
//
// Law, with d the depth below the root (0 at the root) and m a mass (number of points), M the tree's:
//   at the leaf that holds the point itself   (1 − m / 2M) / (d + log2(m + 1))
//   at another leaf                           1 / (d + 1)
//   at a node above                           p / (d + 1) + (1 − p) · (the score below), p = the chance that a cut of the box, widened by the
//                                             point, parts them: the part of the widened box's sides that lies outside of the box
// The forest multiplies the mean over its trees by log2(M + 1). The definition is that of the published library "Random Cut Forest by
// AWS", the successor of what the service ran; the idea of displacement is Guha et al., ICML 2016.
//
// Attribution: each p is divided among the coordinates as the outside lengths are, by direction (high: the point lies above the box).
// For a point that the leaf holds itself there is no outside: its shares are those it would have if that leaf were absent (boxes of the
// siblings on the path), scaled to the score.
import { Points, pointAt } from "./points";
import {
  Tree, boxOf, descend, emptyBox, equalPoints, leafAt, massOf, nodeAt, outsideOf, path, pathLength, rangeOf, rangeOfBox, siblingOf,
  uniteBox,
} from "./randomCutTree";

// Shares of one tree while they are computed, and the box of the siblings: room for DIMENSIONS_MAX coordinates.
const treeHigh: usize = memory.data(7200, 8);
const treeLow: usize = memory.data(7200, 8);
const siblings: usize = memory.data(14400, 8);

// Score of a point that its leaf holds.
function seenScore(leafMass: u32, treeMass: u32, depth: u32): f64 {
  return (1 - <f64>leafMass / (2 * <f64>treeMass)) / (<f64>depth + NativeMath.log2(<f64>leafMass + 1));
}

/** Score of a point in a tree that is not empty. */
export function scoreTree(tree: Tree, points: Points, point: usize): f64 {
  const leaf = leafAt(tree, descend(tree, point));
  const dimensions = tree.dimensions;
  if (equalPoints(pointAt(points, load<u32>(leaf)), point, dimensions)) {
    return seenScore(load<u32>(leaf, 4), massOf(tree, tree.root), pathLength);
  }
  let level = pathLength;
  let score = 1 / (<f64>level + 1);
  while (level > 0) {
    const node = nodeAt(tree, <u32>load<u16>(path + (--level << 1)));
    const outside = outsideOf(boxOf(node), point, dimensions);
    if (outside <= 0) break;
    const chance = outside / (rangeOf(node) + outside);
    score = chance / (<f64>level + 1) + (1 - chance) * score;
  }
  return score;
}

/** The same score; its shares by coordinate, times `factor`, are added to `high` and `low`. */
export function addAttribution(tree: Tree, points: Points, point: usize, factor: f64, high: usize, low: usize): f64 {
  const reference = descend(tree, point);
  const leaf = leafAt(tree, reference);
  const seen = equalPoints(pointAt(points, load<u32>(leaf)), point, tree.dimensions);
  const score = seen
    ? attributeSeen(tree, points, reference, point)
    : attributeUnseen(tree, pointAt(points, load<u32>(leaf)), point);
  for (let index: u32 = 0; index < tree.dimensions; index++) {
    const at = index << 3;
    store<f64>(high + at, load<f64>(high + at) + load<f64>(treeHigh + at) * factor);
    store<f64>(low + at, load<f64>(low + at) + load<f64>(treeLow + at) * factor);
  }
  return score;
}

function attributeUnseen(tree: Tree, other: usize, point: usize): f64 {
  let level = pathLength;
  let score = 1 / (<f64>level + 1);
  shareLeaf(other, point, tree.dimensions, score);
  while (level > 0) {
    const node = nodeAt(tree, <u32>load<u16>(path + (--level << 1)));
    const outside = outsideOf(boxOf(node), point, tree.dimensions);
    if (outside <= 0) break;
    const range = rangeOf(node) + outside;
    const chance = outside / range;
    score = chance / (<f64>level + 1) + (1 - chance) * score;
    share(boxOf(node), point, tree.dimensions, 1 / (<f64>level + 1) / range, 1 - chance);
  }
  return score;
}

function attributeSeen(tree: Tree, points: Points, reference: u32, point: usize): f64 {
  const dimensions = tree.dimensions;
  let level = pathLength;
  const score = seenScore(load<u32>(leafAt(tree, reference), 4), massOf(tree, tree.root), level);
  const even = score / (2 * <f64>dimensions);
  for (let index: u32 = 0; index < dimensions; index++) {
    store<f64>(treeHigh + (index << 3), even);
    store<f64>(treeLow + (index << 3), even);
  }
  emptyBox(siblings, dimensions);
  let below = reference;
  while (level > 0) {
    const at = <u32>load<u16>(path + (--level << 1));
    uniteBox(tree, points, siblings, siblingOf(nodeAt(tree, at), below));
    const outside = outsideOf(siblings, point, dimensions);
    if (outside <= 0) break;
    const range = rangeOfBox(siblings, dimensions) + outside;
    share(siblings, point, dimensions, 1 / (<f64>level + 1) / range, 1 - outside / range);
    below = at;
  }
  scaleShares(dimensions, score);
  return score;
}

// Shares of a leaf's score, in proportion to the distances from its point.
function shareLeaf(other: usize, point: usize, dimensions: u32, score: f64): void {
  let sum: f64 = 0;
  for (let index: u32 = 0; index < dimensions; index++) sum += abs(load<f64>(point + (index << 3)) - load<f64>(other + (index << 3)));
  for (let index: u32 = 0; index < dimensions; index++) {
    const at = index << 3;
    const above = load<f64>(point + at) - load<f64>(other + at);
    store<f64>(treeHigh + at, (max<f64>(above, 0) / sum) * score);
    store<f64>(treeLow + at, (max<f64>(-above, 0) / sum) * score);
  }
}

// Shares after a node: what lies outside of the box times `weight`, and `rest` of the shares below.
function share(box: usize, point: usize, dimensions: u32, weight: f64, rest: f64): void {
  for (let index: u32 = 0; index < dimensions; index++) {
    const at = index << 3;
    const value = load<f64>(point + at);
    const above = max<f64>(value - load<f64>(box + (index << 4), 8), 0);
    const under = max<f64>(load<f64>(box + (index << 4)) - value, 0);
    store<f64>(treeHigh + at, above * weight + rest * load<f64>(treeHigh + at));
    store<f64>(treeLow + at, under * weight + rest * load<f64>(treeLow + at));
  }
}

// Scales the shares so that they sum to the score.
function scaleShares(dimensions: u32, score: f64): void {
  let sum: f64 = 0;
  for (let index: u32 = 0; index < dimensions; index++) sum += load<f64>(treeHigh + (index << 3)) + load<f64>(treeLow + (index << 3));
  if (!(sum > 0)) return;
  const factor = score / sum;
  for (let index: u32 = 0; index < dimensions; index++) {
    store<f64>(treeHigh + (index << 3), load<f64>(treeHigh + (index << 3)) * factor);
    store<f64>(treeLow + (index << 3), load<f64>(treeLow + (index << 3)) * factor);
  }
}

