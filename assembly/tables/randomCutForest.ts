// RANDOM_CUT_FOREST: how far each row lies from the rows of the recent past, as a score.
//
// Law: with s = subSampleSize, each tree holds a weighted sample of s of the points so far; the score of a row is the mean over the
// trees of what forestScore.ts says of its point, measured before the row is learned. The first s rows have score 0. A point is
// the numeric columns of the last shingleSize rows. The same rows and seed give the same bits, also after a restore.
//
// Sources: Guha et al., "Robust random cut forest based anomaly detection on streams", ICML 2016. Sampling by recency: Efraimidis and
// Spirakis, "Weighted random sampling with a reservoir", IPL 2006, in its logarithmic form: point i bears w = ln(−ln u) − i / timeDecay
// with a fresh uniform u, and the s points of least w are the sample, so that a point counts e times less after timeDecay points.
//
//   forest := static Forest · Points · then the trees (randomCutTree.ts), several in an arena block, the point and two vectors of attribution
//
// NULL: a column that is NULL keeps the value of the row before (0 in the first row), so that a missing reading is not an anomaly.
// Values beyond ±1e300 count as ±1e300, so that no sum of sides overflows.
import { allocateBlock, blockBytes } from "../state/arena";
import { nextFraction } from "./random";
import { addAttribution, scoreTree } from "./forestScore";
import { Points, POINTS_BYTES, addPoint, freePoint, holdPoint, holdersOf, initializePoints, pointAt, pointsBytes, releasePoint } from "./points";
import { ENTRY_BYTES, Tree, deletePoint, initializeTree, insertPoint, treeBytes } from "./randomCutTree";

const VALUE_MAX: f64 = 1e300;
const NO_POINT: u32 = 0xffffffff;

/** A forest; zeroed static memory of FOREST_BYTES. */
@unmanaged
export class Forest {
  decay: f64;
  random: u64;
  /** Rows that came in. */
  rows: i64;
  trees: u32;
  sample: u32;
  columns: u32;
  shingle: u32;
  dimensions: u32;
  /** u32 pointers to the trees. */
  table: usize;
  /** The point of this row: shingle × columns f64, the newest row last. */
  point: usize;
  /** Share of each coordinate in the last explained score, by direction. */
  high: usize;
  low: usize;
  points: Points;
}

/** Static bytes of a Forest with its Points. */
export const FOREST_BYTES: usize = 72 + POINTS_BYTES;

/** Arena bytes of a forest that is full: known from its parameters alone. */
export function forestBytes(trees: u32, sample: u32, columns: u32, shingle: u32): u64 {
  const dimensions = columns * shingle;
  const bytes = treeBytes(sample, dimensions);
  const together = treesTogether(bytes);
  const rest = trees % together;
  return (
    <u64>(trees / together) * <u64>blockBytes(<usize>together * bytes) +
    (rest > 0 ? <u64>blockBytes(<usize>rest * bytes) : 0) +
    pointsBytes(dimensions, trees * sample + 1) +
    <u64>blockBytes(trees << 2) +
    3 * <u64>blockBytes(dimensions << 3)
  );
}

// Trees that share a block of the arena: as many as fit into sixteen of the blocks that one tree would need, so that little is lost
// to the arena's powers of two.
function treesTogether(bytes: usize): u32 {
  return <u32>((blockBytes(bytes) << 4) / bytes);
}

/** Prepares a zeroed forest. */
export function initializeForest(
  forest: Forest, trees: u32, sample: u32, timeDecay: u32, columns: u32, shingle: u32, seed: u64,
): void {
  forest.decay = 1.0 / <f64>timeDecay;
  forest.random = seed;
  forest.trees = trees;
  forest.sample = sample;
  forest.columns = columns;
  forest.shingle = shingle;
  forest.dimensions = columns * shingle;
  forest.points = changetype<Points>(changetype<usize>(forest) + FOREST_BYTES - POINTS_BYTES);
  initializePoints(forest.points, forest.dimensions, trees * sample + 1);
  forest.table = allocateBlock(trees << 2);
  plantTrees(forest);
  forest.point = zeroedVector(forest.dimensions);
  forest.high = zeroedVector(forest.dimensions);
  forest.low = zeroedVector(forest.dimensions);
}

function plantTrees(forest: Forest): void {
  const bytes = treeBytes(forest.sample, forest.dimensions);
  const together = treesTogether(bytes);
  let block: usize = 0;
  for (let index: u32 = 0; index < forest.trees; index++) {
    const within = index % together;
    if (within == 0) block = allocateBlock(<usize>min<u32>(together, forest.trees - index) * bytes);
    const tree = block + <usize>within * bytes;
    store<u32>(forest.table + (index << 2), <u32>tree);
    initializeTree(changetype<Tree>(tree), forest.sample, forest.dimensions);
  }
}

function zeroedVector(dimensions: u32): usize {
  const block = allocateBlock(dimensions << 3);
  memory.fill(block, 0, dimensions << 3);
  return block;
}

// @ts-ignore: decorator
@inline
export function treeAt(forest: Forest, index: u32): Tree {
  return changetype<Tree>(<usize>load<u32>(forest.table + (index << 2)));
}

/** A row begins: its columns are those of the row before until they are set. */
export function beginForestRow(forest: Forest): void {
  const rowBytes = forest.columns << 3;
  memory.copy(forest.point, forest.point + rowBytes, (forest.dimensions << 3) - rowBytes);
}

/** Sets a column of the row. */
export function setForestColumn(forest: Forest, column: u32, value: f64): void {
  const bounded = min<f64>(max<f64>(value, -VALUE_MAX), VALUE_MAX);
  // −0 becomes 0: equal coordinates are then equal bits.
  store<f64>(forest.point + ((forest.dimensions - forest.columns + column) << 3), bounded + 0.0);
}

/** Scores the row that was set and learns it. */
export function scoreForestRow(forest: Forest): f64 {
  return workRow(forest, false);
}

/** The same; the score's parts are left in `high` and `low`, which sum to it. */
export function explainForestRow(forest: Forest): f64 {
  memory.fill(forest.high, 0, forest.dimensions << 3);
  memory.fill(forest.low, 0, forest.dimensions << 3);
  return workRow(forest, true);
}

function workRow(forest: Forest, explain: bool): f64 {
  forest.rows++;
  if (forest.rows < <i64>forest.shingle) return 0;
  const learned = treeAt(forest, 0).count;
  const scored = forest.rows > <i64>forest.sample && learned > 0;
  const factor = scored ? NativeMath.log2(<f64>learned + 1) / <f64>forest.trees : 0;
  let score: f64 = 0;
  let stored = NO_POINT;
  for (let index: u32 = 0; index < forest.trees; index++) {
    const tree = treeAt(forest, index);
    if (scored) {
      score += explain
        ? addAttribution(tree, forest.points, forest.point, factor, forest.high, forest.low)
        : scoreTree(tree, forest.points, forest.point);
    }
    stored = samplePoint(forest, tree, stored);
  }
  // Every tree that sampled it may have had an equal point.
  if (stored != NO_POINT && holdersOf(forest.points, stored) == 0) freePoint(forest.points, stored);
  return score * factor;
}

// Offers the row's point to a tree's sample; gives the index under which the point is stored, if it is by now.
function samplePoint(forest: Forest, tree: Tree, stored: u32): u32 {
  const uniform = nextFraction(changetype<usize>(forest) + offsetof<Forest>("random"));
  const full = tree.count == forest.sample;
  if (full && tree.thresholdUntil >= forest.rows && 1 - uniform > tree.threshold) return stored;
  const weight = NativeMath.log(-NativeMath.log(uniform)) - <f64>forest.rows * forest.decay;
  if (full) {
    const greatest = load<f64>(tree.entries);
    if (weight >= greatest) {
      if (tree.thresholdUntil < forest.rows) setThreshold(forest, tree, greatest);
      return stored;
    }
    evictGreatest(forest, tree);
  }
  const index = stored == NO_POINT ? addPoint(forest.points, forest.point) : stored;
  const random = changetype<usize>(forest) + offsetof<Forest>("random");
  const borne = insertPoint(tree, forest.points, random, index, forest.point);
  holdPoint(forest.points, borne);
  pushEntry(tree, weight, borne);
  tree.thresholdUntil = i64.MIN_VALUE;
  return index;
}

// A row is sampled when −ln u < e^(greatest + rows · decay). As −ln u ≥ 1 − u, a bound of the right side over the next rows
// turns most of them away without a logarithm; the margin is for rounding, so that the decision never depends on it.
function setThreshold(forest: Forest, tree: Tree, greatest: f64): void {
  const ahead = min<i64>(1024, <i64>(1.0 / forest.decay) >> 4);
  tree.thresholdUntil = forest.rows + ahead;
  tree.threshold = NativeMath.exp(greatest + <f64>tree.thresholdUntil * forest.decay) * 1.000001;
}

function evictGreatest(forest: Forest, tree: Tree): void {
  const index = load<u32>(tree.entries, 8);
  deletePoint(tree, forest.points, pointAt(forest.points, index));
  releasePoint(forest.points, index);
  tree.count--;
  memory.copy(tree.entries, entryAt(tree, tree.count), ENTRY_BYTES);
  siftDown(tree, 0);
}

// @ts-ignore: decorator
@inline
function entryAt(tree: Tree, index: u32): usize {
  return tree.entries + <usize>index * ENTRY_BYTES;
}

function pushEntry(tree: Tree, weight: f64, point: u32): void {
  let at = tree.count++;
  while (at > 0 && load<f64>(entryAt(tree, (at - 1) >> 1)) < weight) {
    memory.copy(entryAt(tree, at), entryAt(tree, (at - 1) >> 1), ENTRY_BYTES);
    at = (at - 1) >> 1;
  }
  store<f64>(entryAt(tree, at), weight);
  store<u32>(entryAt(tree, at), point, 8);
}

function siftDown(tree: Tree, from: u32): void {
  let at = from;
  const weight = load<f64>(entryAt(tree, at));
  const point = load<u32>(entryAt(tree, at), 8);
  for (;;) {
    let child = at * 2 + 1;
    if (child >= tree.count) break;
    if (child + 1 < tree.count && load<f64>(entryAt(tree, child + 1)) > load<f64>(entryAt(tree, child))) child++;
    if (load<f64>(entryAt(tree, child)) <= weight) break;
    memory.copy(entryAt(tree, at), entryAt(tree, child), ENTRY_BYTES);
    at = child;
  }
  store<f64>(entryAt(tree, at), weight);
  store<u32>(entryAt(tree, at), point, 8);
}
