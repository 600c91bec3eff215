// A random cut forest written plainly: Guha, Mishra, Roy, Schrijvers, "Robust Random Cut Forest Based Anomaly Detection on Streams",
// ICML 2016; samples by reservoirs with exponential decay (Efraimidis and Spirakis 2006). The lower bound for the workload's figures.
import { Random } from '../workload.ts';

/** Sizes of a forest. */
export interface ForestSizes {
  readonly trees: number;
  readonly sample: number;
  readonly decay: number;
}

/** What the function takes when nothing else is said. */
export const forestDefaults: ForestSizes = { trees: 100, sample: 256, decay: 100_000 };

type Point = readonly number[];

interface Leaf {
  parent: Branch | undefined;
  readonly point: Point;
  mass: number;
}

interface Branch {
  parent: Branch | undefined;
  left: Node;
  right: Node;
  readonly dimension: number;
  readonly value: number;
  lowest: number[];
  highest: number[];
  mass: number;
}

type Node = Leaf | Branch;

function isLeaf(node: Node): node is Leaf {
  return 'point' in node;
}

function lowestOf(node: Node, dimension: number): number {
  return (isLeaf(node) ? node.point[dimension] : node.lowest[dimension]) as number;
}

function highestOf(node: Node, dimension: number): number {
  return (isLeaf(node) ? node.point[dimension] : node.highest[dimension]) as number;
}

/** How far the box of a node grows by a point, and the ranges of the grown box by dimension. */
function grown(node: Node, point: Point): { added: number; total: number } {
  let added = 0;
  let total = 0;
  for (const [dimension, value] of point.entries()) {
    const lowest = lowestOf(node, dimension);
    const highest = highestOf(node, dimension);
    const range = Math.max(highest, value) - Math.min(lowest, value);
    total += range;
    added += range - (highest - lowest);
  }
  return { added, total };
}

class Tree {
  #root: Node | undefined;
  readonly #random: Random;
  /** Leaves of the sample as a heap: the one that leaves first on top. */
  readonly #sample: { weight: number; leaf: Leaf }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** The expected displacement of a point: a cut apart counts 1 / (depth + 1), the way to a leaf 1 / (depth + log2(mass + 1)). */
  score(point: Point): number {
    let node = this.#root;
    if (node === undefined) return 0;
    const all = node.mass;
    let stays = 1;
    let score = 0;
    for (let depth = 0; ; depth++) {
      if (isLeaf(node) && node.point.every((value, dimension) => value === point[dimension])) {
        score += stays / (depth + Math.log2(node.mass + 1));
        break;
      }
      const { added, total } = grown(node, point);
      const apart = total === 0 ? 0 : added / total;
      score += (stays * apart) / (depth + 1);
      stays *= 1 - apart;
      if (isLeaf(node)) break;
      node = (point[node.dimension] as number) <= node.value ? node.left : node.right;
    }
    return score * Math.log2(all + 1);
  }

  offer(point: Point, time: number, { sample, decay }: ForestSizes): void {
    const weight = Math.log(-Math.log(1 - this.#random.next())) - time / decay;
    const first = this.#sample[0];
    if (this.#sample.length >= sample && first !== undefined) {
      if (weight >= first.weight) return;
      this.#remove(first.leaf);
      this.#replaceFirst({ weight, leaf: this.#insert(point) });
      return;
    }
    this.#sample.push({ weight, leaf: this.#insert(point) });
    this.#sample.sort((left, right) => right.weight - left.weight);
  }

  #replaceFirst(entry: { weight: number; leaf: Leaf }): void {
    const sample = this.#sample;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= sample.length) break;
      const right = sample[child + 1];
      if (right !== undefined && right.weight > (sample[child]?.weight ?? 0)) child++;
      const below = sample[child];
      if (below === undefined || below.weight <= entry.weight) break;
      sample[place] = below;
      place = child;
    }
    sample[place] = entry;
  }

  // The cut of the grown box that separates the point goes above the first node where one falls outside of it.
  #insert(point: Point): Leaf {
    const leaf: Leaf = { parent: undefined, point, mass: 1 };
    let node = this.#root;
    if (node === undefined) {
      this.#root = leaf;
      return leaf;
    }
    for (;;) {
      if (isLeaf(node) && node.point.every((value, dimension) => value === point[dimension])) {
        node.mass++;
        this.#refresh(node.parent);
        return node;
      }
      const cut = this.#cutApart(node, point);
      if (cut !== undefined) {
        this.#putAbove(node, leaf, cut);
        return leaf;
      }
      if (isLeaf(node)) throw new Error('a cut separates two points');
      node = (point[node.dimension] as number) <= node.value ? node.left : node.right;
    }
  }

  #cutApart(node: Node, point: Point): { dimension: number; value: number } | undefined {
    let mark = this.#random.next() * grown(node, point).total;
    for (const [dimension, own] of point.entries()) {
      const lowest = Math.min(lowestOf(node, dimension), own);
      const range = Math.max(highestOf(node, dimension), own) - lowest;
      if (mark >= range) {
        mark -= range;
        continue;
      }
      const value = lowest + mark;
      const isOutside = own <= value ? value < lowestOf(node, dimension) : value >= highestOf(node, dimension);
      return isOutside ? { dimension, value } : undefined;
    }
    return undefined;
  }

  #putAbove(node: Node, leaf: Leaf, { dimension, value }: { dimension: number; value: number }): void {
    const isLeft = (leaf.point[dimension] as number) <= value;
    const parent = node.parent;
    const branch: Branch = {
      parent,
      left: isLeft ? leaf : node,
      right: isLeft ? node : leaf,
      dimension,
      value,
      lowest: [],
      highest: [],
      mass: 0,
    };
    node.parent = branch;
    leaf.parent = branch;
    this.#replace(parent, node, branch);
    this.#refresh(branch);
  }

  #replace(parent: Branch | undefined, old: Node, node: Node): void {
    if (parent === undefined) this.#root = node;
    else if (parent.left === old) parent.left = node;
    else parent.right = node;
  }

  #remove(leaf: Leaf): void {
    const { parent } = leaf;
    leaf.mass--;
    if (leaf.mass > 0 || parent === undefined) {
      if (leaf.mass === 0) this.#root = undefined;
      this.#refresh(parent);
      return;
    }
    const other = parent.left === leaf ? parent.right : parent.left;
    other.parent = parent.parent;
    this.#replace(parent.parent, parent, other);
    this.#refresh(parent.parent);
  }

  #refresh(from: Branch | undefined): void {
    for (let branch = from; branch !== undefined; branch = branch.parent) {
      const { left, right } = branch;
      const dimensions = isLeaf(left) ? left.point.length : left.lowest.length;
      branch.mass = left.mass + right.mass;
      for (let dimension = 0; dimension < dimensions; dimension++) {
        branch.lowest[dimension] = Math.min(lowestOf(left, dimension), lowestOf(right, dimension));
        branch.highest[dimension] = Math.max(highestOf(left, dimension), highestOf(right, dimension));
      }
    }
  }
}

/** Trees over samples of their own. */
export class RandomCutForest {
  readonly #sizes: ForestSizes;
  readonly #trees: Tree[];
  #time = 0;

  constructor(sizes: ForestSizes, seed = 1) {
    const random = new Random(seed);
    this.#sizes = sizes;
    this.#trees = Array.from({ length: sizes.trees }, () => new Tree(new Random(random.below(2 ** 31))));
  }

  /** The score before the point is added; 0 while the samples fill. */
  scoreAndAdd(point: Point): number {
    const score =
      this.#time < this.#sizes.sample
        ? 0
        : this.#trees.reduce((sum, tree) => sum + tree.score(point), 0) / this.#trees.length;
    for (const tree of this.#trees) tree.offer(point, this.#time, this.#sizes);
    this.#time++;
    return score;
  }
}
