// A random cut forest in a snapshot: the sample and the shape of every tree. Boxes, ranges and masses of nodes are computed again; they are
// exact functions of the points, so every later score has the same bits.
//
//   section := u32 trees · u32 sample · u32 dimensions · u64 random · i64 rows · f64 coordinate of the row's point [dimensions]
//            · u32 points · (u32 index · f64 coordinate [dimensions])[points] · tree[trees]
//   tree    := u32 count · (f64 weight · u32 point)[count] · shape, in pre-order, when count > 0
//   shape   := u32 dimension · f64 cut · shape · shape   |   u32 LEAF_TAG · u32 point · u32 mass
import * as snapshot from "../state/snapshot";
import { holdPoint, holdersOf, collectPoints, pointAt, reservePoints } from "./points";
import { Forest, treeAt } from "./randomCutForest";
import { ENTRY_BYTES, LEAF, NO_NODE, Tree, leafAt, massOf, nodeAt, setChildren, takeLeaf, takeNode } from "./randomCutTree";

const LEAF_TAG: u32 = 0xffffffff;

/** Writes the forest as one section. */
export function saveForest(forest: Forest, id: u64, layout: u32): void {
  snapshot.beginSection(id, layout);
  if (forest.rows > 0) {
    snapshot.writeU32(forest.trees);
    snapshot.writeU32(forest.sample);
    snapshot.writeU32(forest.dimensions);
    snapshot.writeU64(forest.random);
    snapshot.writeU64(<u64>forest.rows);
    snapshot.writeBytes(forest.point, forest.dimensions << 3);
    savePoints(forest);
    for (let index: u32 = 0; index < forest.trees; index++) saveTree(treeAt(forest, index));
  }
  snapshot.endSection();
}

function savePoints(forest: Forest): void {
  const points = forest.points;
  let held: u32 = 0;
  for (let index: u32 = 0; index < points.next; index++) held += u32(holdersOf(points, index) > 0);
  snapshot.writeU32(held);
  for (let index: u32 = 0; index < points.next; index++) {
    if (holdersOf(points, index) == 0) continue;
    snapshot.writeU32(index);
    snapshot.writeBytes(pointAt(points, index), forest.dimensions << 3);
  }
}

function saveTree(tree: Tree): void {
  snapshot.writeU32(tree.count);
  for (let index: u32 = 0; index < tree.count; index++) {
    const entry = tree.entries + <usize>index * ENTRY_BYTES;
    snapshot.writeU64(load<u64>(entry));
    snapshot.writeU32(load<u32>(entry, 8));
  }
  if (tree.root != NO_NODE) saveShape(tree, tree.root);
}

function saveShape(tree: Tree, reference: u32): void {
  if ((reference & LEAF) != 0) {
    const leaf = leafAt(tree, reference);
    snapshot.writeU32(LEAF_TAG);
    snapshot.writeU32(load<u32>(leaf));
    snapshot.writeU32(load<u32>(leaf, 4));
    return;
  }
  const node = nodeAt(tree, reference);
  snapshot.writeU32(<u32>load<u16>(node, 6));
  snapshot.writeU64(load<u64>(node, 8));
  saveShape(tree, <u32>load<u16>(node));
  saveShape(tree, <u32>load<u16>(node, 2));
}

/** Reads a section into a fresh forest of the same parameters; false when it can't be read. */
export function loadForest(forest: Forest, end: usize): bool {
  if (!snapshot.readMore(end)) return true;
  const trees = snapshot.readU32();
  const sample = snapshot.readU32();
  if (trees != forest.trees || sample != forest.sample || snapshot.readU32() != forest.dimensions) return false;
  forest.random = snapshot.readU64();
  forest.rows = <i64>snapshot.readU64();
  const point = snapshot.readSpace(forest.dimensions << 3);
  if (snapshot.readFailed) return false;
  memory.copy(forest.point, point, forest.dimensions << 3);
  if (!loadPoints(forest)) return false;
  for (let index: u32 = 0; index < forest.trees; index++) {
    if (!loadTree(forest, treeAt(forest, index))) return false;
  }
  collectPoints(forest.points);
  return !snapshot.readFailed;
}

function loadPoints(forest: Forest): bool {
  const count = snapshot.readU32();
  const bytes = <usize>forest.dimensions << 3;
  const from = snapshot.readPosition();
  // The indices ascend: the last one says how many there are.
  let next: u32 = 0;
  for (let read: u32 = 0; read < count && !snapshot.readFailed; read++) {
    const index = snapshot.readU32();
    if (index < next) return false;
    next = index + 1;
    snapshot.readSpace(bytes);
  }
  if (snapshot.readFailed || !reservePoints(forest.points, next)) return false;
  let at = from;
  for (let read: u32 = 0; read < count; read++) {
    memory.copy(pointAt(forest.points, load<u32>(at)), at + 4, bytes);
    at += 4 + bytes;
  }
  return true;
}

function loadTree(forest: Forest, tree: Tree): bool {
  const count = snapshot.readU32();
  if (count > forest.sample) return false;
  for (let index: u32 = 0; index < count; index++) {
    const entry = tree.entries + <usize>index * ENTRY_BYTES;
    store<u64>(entry, snapshot.readU64());
    const point = snapshot.readU32();
    if (snapshot.readFailed || point >= forest.points.next) return false;
    store<u32>(entry, point, 8);
    holdPoint(forest.points, point);
  }
  tree.count = count;
  if (count == 0) return true;
  tree.root = loadShape(forest, tree);
  return tree.root != NO_NODE && massOf(tree, tree.root) == count;
}

function loadShape(forest: Forest, tree: Tree): u32 {
  const tag = snapshot.readU32();
  if (tag == LEAF_TAG) {
    const point = snapshot.readU32();
    const mass = snapshot.readU32();
    return snapshot.readFailed || point >= forest.points.next || mass > tree.count ? NO_NODE : takeLeaf(tree, point, mass);
  }
  if (snapshot.readFailed || tag >= forest.dimensions) return NO_NODE;
  const node = takeNode(tree, tag, reinterpret<f64>(snapshot.readU64()));
  if (node == NO_NODE) return NO_NODE;
  const left = loadShape(forest, tree);
  const right = left == NO_NODE ? NO_NODE : loadShape(forest, tree);
  if (right == NO_NODE) return NO_NODE;
  setChildren(tree, forest.points, node, left, right);
  return node;
}
