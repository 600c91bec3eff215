// FROM with several relations: the tree of joins, what its columns are, and how it becomes hidden streams and Join or Lookup relations.
//
// Columns of a join: those of its left side, the left ROWTIME, those of its right side, the right ROWTIME. A hidden stream holds the rows
// of both sides in these columns, the other side's NULL, and one more that says from which side a row is. A lookup has its input's
// columns and then the table's.
import type { Column } from '../../contract/types.ts';
import { canFault } from '../plan/faults.ts';
import type { Expression } from '../plan/expression.ts';
import type { Join, JoinSide, ReferenceTable, Relation, Retention, StreamScan } from '../plan/plan.ts';
import { forEachExpression } from '../plan/walk.ts';
import type { Span } from '../source.ts';
import type { Parts } from './parts.ts';
import { columnAt, plain, shiftColumns } from './scope.ts';
import type { BoundFrame } from './windows.ts';

/** What FROM names, before it is known which conditions of WHERE belong to which join. */
export type FromTree =
  | { readonly kind: 'relation'; readonly relation: Relation; readonly window?: BoundFrame; readonly span: Span }
  | {
      readonly kind: 'join';
      readonly type: JoinType;
      readonly left: FromTree;
      readonly right: FromTree;
      readonly on: readonly Expression[];
      readonly span: Span;
    }
  | {
      readonly kind: 'lookup';
      readonly type: 'inner' | 'left';
      readonly input: FromTree;
      readonly table: Pick<ReferenceTable, 'name' | 'columns'>;
      readonly on: readonly Expression[];
      readonly span: Span;
    };

/** How unmatched rows are treated. */
export type JoinType = 'inner' | 'left' | 'right' | 'full';

const timestamp: Column['type'] = { kind: 'TIMESTAMP' };

/** The columns of a tree, in the order of their positions. */
export function treeColumns(tree: FromTree): readonly Column[] {
  if (tree.kind === 'relation') return tree.relation.columns;
  const nullable = (columns: readonly Column[], when: boolean): readonly Column[] =>
    when ? columns.map((column) => ({ ...column, nullable: true })) : columns;
  if (tree.kind === 'lookup')
    return [...treeColumns(tree.input), ...nullable(tree.table.columns, tree.type === 'left')];
  const side = (of: FromTree, name: string): readonly Column[] => [
    ...treeColumns(of),
    { name: `${name} ROWTIME`, type: timestamp, nullable: false },
  ];
  return [
    ...nullable(side(tree.left, 'left'), tree.type === 'right' || tree.type === 'full'),
    ...nullable(side(tree.right, 'right'), tree.type === 'left' || tree.type === 'full'),
  ];
}

/** The range that a row of a tree stays in its window, in ms; undefined for a window of rows. */
export function precedingOf(tree: FromTree): bigint | undefined {
  switch (tree.kind) {
    case 'relation':
      if (tree.window === undefined) return 0n;
      return tree.window.unit === 'range' ? tree.window.preceding : undefined;
    case 'lookup':
      return precedingOf(tree.input);
    case 'join': {
      const [left, right] = [precedingOf(tree.left), precedingOf(tree.right)];
      if (left === undefined || right === undefined) return 0n;
      if (left < right) return left;
      return right;
    }
  }
}

function followingOf(tree: FromTree): bigint {
  return tree.kind === 'relation' && tree.window?.unit === 'range' ? tree.window.following : 0n;
}

/** How long rows of `own` are kept to meet later rows of `other`: as long as they are in their window, or see the other in theirs. */
export function retentionOf(own: FromTree, other: FromTree): Retention {
  if (own.kind === 'relation' && own.window?.unit === 'rows')
    return { unit: 'rows', count: (own.window.preceding ?? 0n) + 1n };
  const preceding = precedingOf(own) ?? 0n;
  const following = followingOf(other);
  return { unit: 'range', milliseconds: preceding > following ? preceding : following };
}

/** True when rows of a side meet rows of equal or earlier ROWTIME only, so that the side's ROWTIME is that of the joined row. */
export function isCurrent(own: FromTree, other: FromTree): boolean {
  const retention = retentionOf(own, other);
  return retention.unit === 'range' && retention.milliseconds === 0n;
}

/** The parts of a condition that AND connects. */
export function conjunctsOf(condition: Expression): readonly Expression[] {
  return condition.kind === 'and' ? condition.operands : [condition];
}

/** The condition that all of some parts hold. */
export function conjunctionOf(conjuncts: readonly Expression[]): Expression | undefined {
  const [first, ...others] = conjuncts;
  if (first === undefined || others.length === 0) return first;
  return {
    kind: 'and',
    operands: conjuncts,
    type: { kind: 'BOOLEAN' },
    nullable: conjuncts.some(({ nullable }) => nullable),
    span: first.span,
  };
}

/** A relation below a filter, when there is something to filter. */
export function filtered(relation: Relation, conjuncts: readonly Expression[]): Relation {
  const predicate = conjunctionOf(conjuncts);
  return predicate === undefined
    ? relation
    : { kind: 'filter', input: relation, predicate: plain(predicate), columns: relation.columns, span: predicate.span };
}

/** Makes the relation of a tree. `conjuncts` are the parts of WHERE; those that come back as `rest` are still to be checked above. */
export function realize(
  tree: FromTree,
  conjuncts: readonly Expression[],
  parts: Parts,
): { relation: Relation; rest: readonly Expression[] } {
  if (tree.kind === 'relation') {
    // What can fault stays where it is written, and what is written behind it too.
    const stop = conjuncts.findIndex(canFault);
    const early = stop < 0 ? conjuncts : conjuncts.slice(0, stop);
    return { relation: filtered(tree.relation, early), rest: conjuncts.slice(early.length) };
  }
  return tree.kind === 'join' ? realizeJoin(tree, conjuncts, parts) : realizeLookup(tree, conjuncts, parts);
}

type SideName = 'left' | 'right' | 'both';

// Which sides of a join an expression reads. ROWTIME of the joined row belongs to both.
function sideOf(expression: Expression, leftWidth: number): SideName | undefined {
  let left = false;
  let right = false;
  forEachExpression(expression, (node) => {
    if (node.kind === 'column') {
      if (node.index < leftWidth) left = true;
      else right = true;
    } else if (node.kind === 'rowtime') {
      left = true;
      right = true;
    }
  });
  if (left && right) return 'both';
  return left ? 'left' : right ? 'right' : undefined;
}

function realizeJoin(
  tree: Extract<FromTree, { kind: 'join' }>,
  where: readonly Expression[],
  parts: Parts,
): { relation: Relation; rest: readonly Expression[] } {
  const columns = treeColumns(tree);
  const leftWidth = treeColumns(tree.left).length + 1;
  const { type } = tree;
  const ofPart = (conjunct: Expression): SideName => sideOf(conjunct, leftWidth) ?? 'both';
  // Only what can't fault moves below a join.
  const movable = (conjunct: Expression, side: SideName): boolean => ofPart(conjunct) === side && !canFault(conjunct);
  const pool = type === 'inner' ? [...tree.on, ...where, ...windowConjuncts(tree)] : tree.on;
  const whereFor = (side: 'left' | 'right'): readonly Expression[] =>
    type === side ? where.filter((conjunct) => movable(conjunct, side)) : [];
  const onFor = (side: 'left' | 'right'): readonly Expression[] =>
    type === 'inner' || (type !== 'full' && type !== side) ? pool.filter((conjunct) => movable(conjunct, side)) : [];
  const toLeft = [...whereFor('left'), ...onFor('left')];
  const toRight = [...whereFor('right'), ...onFor('right')];
  const left = realize(tree.left, toLeft, parts);
  const right = realize(
    tree.right,
    toRight.map((conjunct) => shiftColumns(conjunct, -leftWidth)),
    parts,
  );
  const back = [...left.rest, ...right.rest.map((conjunct) => shiftColumns(conjunct, leftWidth))];
  const remaining = [...back, ...pool.filter((conjunct) => !toLeft.includes(conjunct) && !toRight.includes(conjunct))];
  const { keys, others } = splitKeys(remaining, leftWidth);
  const predicate = conjunctionOf(others.map(plain));
  const scan = meet(left.relation, right.relation, columns, leftWidth, tree.span, parts);
  const side = (name: 'left' | 'right', own: FromTree, other: FromTree): JoinSide => ({
    columns: name === 'left' ? leftWidth : columns.length - leftWidth,
    keys: keys.map((key) => plain(key[name])),
    retention: retentionOf(own, other),
    preserved: type === name || type === 'full',
  });
  const relation: Join = {
    kind: 'join',
    input: scan,
    id: '',
    left: side('left', tree.left, tree.right),
    right: side('right', tree.right, tree.left),
    ...(predicate === undefined ? {} : { predicate }),
    columns,
    span: tree.span,
  };
  const moved = type === 'inner' ? where : [...whereFor('left'), ...whereFor('right')];
  return { relation, rest: where.filter((conjunct) => !moved.includes(conjunct)) };
}

// A row that a lower join made is in the window as long as the oldest of its parts is: kept as long as the shortest window, and checked
// against each part's own.
function windowConjuncts(tree: Extract<FromTree, { kind: 'join' }>): Expression[] {
  const found: Expression[] = [];
  const visit = (node: FromTree, offset: number, rowtime: number): void => {
    if (node.kind === 'lookup') return visit(node.input, offset, rowtime);
    if (node.kind === 'join') {
      if (node.type !== 'inner') return;
      const leftWidth = treeColumns(node.left).length;
      visit(node.left, offset, offset + leftWidth);
      visit(node.right, offset + leftWidth + 1, offset + treeColumns(node).length - 1);
      return;
    }
    const range = precedingOf(node) ?? 0n;
    if (range > 0n) found.push(isWithin(rowtime, range, node.span));
  };
  const leftWidth = treeColumns(tree.left).length;
  if (tree.left.kind === 'join' && (precedingOf(tree.left) ?? 0n) > 0n) visit(tree.left, 0, leftWidth);
  if (tree.right.kind === 'join' && (precedingOf(tree.right) ?? 0n) > 0n)
    visit(tree.right, leftWidth + 1, treeColumns(tree).length - 1);
  return found;
}

// ROWTIME <= column + range
function isWithin(column: number, range: bigint, span: Span): Expression {
  const interval: Expression = {
    kind: 'literal',
    type: { kind: 'INTERVAL', start: 'SECOND', end: 'SECOND', precision: 10, fraction: 3 },
    value: range,
    nullable: false,
    span,
  };
  const time = (node: { kind: 'rowtime' } | { kind: 'column'; index: number; name: string }): Expression => ({
    ...node,
    type: timestamp,
    nullable: false,
    span,
  });
  const end: Expression = {
    kind: 'arithmetic',
    operator: '+',
    left: time({ kind: 'column', index: column, name: 'ROWTIME' }),
    right: interval,
    type: timestamp,
    nullable: false,
    span,
  };
  return {
    kind: 'comparison',
    operator: '<=',
    left: time({ kind: 'rowtime' }),
    right: end,
    type: { kind: 'BOOLEAN' },
    nullable: false,
    span,
  };
}

function splitKeys(
  conjuncts: readonly Expression[],
  leftWidth: number,
): { keys: { left: Expression; right: Expression }[]; others: Expression[] } {
  const keys: { left: Expression; right: Expression }[] = [];
  const others: Expression[] = [];
  for (const conjunct of conjuncts) {
    if (conjunct.kind === 'comparison' && conjunct.operator === '=' && !canFault(conjunct)) {
      const [one, two] = [sideOf(conjunct.left, leftWidth), sideOf(conjunct.right, leftWidth)];
      if (one === 'left' && two === 'right') {
        keys.push({ left: conjunct.left, right: conjunct.right });
        continue;
      }
      if (one === 'right' && two === 'left') {
        keys.push({ left: conjunct.right, right: conjunct.left });
        continue;
      }
    }
    others.push(conjunct);
  }
  return { keys, others };
}

// The hidden stream in which the rows of both sides meet.
function meet(
  left: Relation,
  right: Relation,
  columns: readonly Column[],
  leftWidth: number,
  span: Span,
  parts: Parts,
): StreamScan {
  const marked: Column[] = [
    ...columns.map((column) => ({ ...column, nullable: true })),
    { name: 'side', type: { kind: 'INTEGER' }, nullable: false },
  ];
  const scan = parts.stream(marked, span);
  const width = columns.length;
  const feed = (side: Relation, from: number, to: number, mark: number): void => {
    const expressions = marked.map((column, index): Expression => {
      if (index === width) return { kind: 'literal', type: column.type, value: mark, nullable: false, span };
      if (index < from || index >= to) return { kind: 'literal', type: column.type, value: null, nullable: true, span };
      return index === to - 1
        ? { kind: 'rowtime', type: timestamp, nullable: false, span }
        : columnAt(side.columns, index - from, span);
    });
    parts.feed(scan, { kind: 'project', input: side, expressions, columns: marked, span: side.span });
  };
  feed(left, 0, leftWidth, 0);
  feed(right, leftWidth, width, 1);
  return scan;
}

function realizeLookup(
  tree: Extract<FromTree, { kind: 'lookup' }>,
  where: readonly Expression[],
  parts: Parts,
): { relation: Relation; rest: readonly Expression[] } {
  const columns = treeColumns(tree);
  const width = treeColumns(tree.input).length;
  const below = (conjunct: Expression): boolean => {
    let own = true;
    forEachExpression(conjunct, (node) => {
      if (node.kind === 'column' && node.index >= width) own = false;
    });
    return own && !canFault(conjunct);
  };
  const pool = tree.type === 'inner' ? [...tree.on, ...where] : tree.on;
  const toInput = (tree.type === 'inner' ? pool : where).filter(below);
  const input = realize(tree.input, toInput, parts);
  const remaining = [
    ...input.rest,
    ...pool.filter((conjunct) => !(tree.type === 'inner' && toInput.includes(conjunct))),
  ];
  const keys: { expression: Expression; column: number }[] = [];
  const others: Expression[] = [];
  for (const conjunct of remaining) {
    const key = lookupKey(conjunct, width, below);
    if (key === undefined) others.push(plain(conjunct));
    else keys.push({ expression: plain(key.expression), column: key.column });
  }
  const predicate = conjunctionOf(others);
  const relation: Relation = {
    kind: 'lookup',
    input: inFrame(input.relation, parts),
    id: '',
    table: tree.table.name,
    type: tree.type,
    keys,
    ...(predicate === undefined ? {} : { predicate }),
    columns,
    span: tree.span,
  };
  return { relation, rest: tree.type === 'inner' ? [] : where.filter((conjunct) => !toInput.includes(conjunct)) };
}

function lookupKey(
  conjunct: Expression,
  width: number,
  below: (part: Expression) => boolean,
): { expression: Expression; column: number } | undefined {
  if (conjunct.kind !== 'comparison' || conjunct.operator !== '=') return undefined;
  const columnOf = (side: Expression): number | undefined => {
    // A conversion that changes no value changes no key.
    const column = side.kind === 'cast' && !canFault(side) && isSameKey(side) ? side.operand : side;
    return column.kind === 'column' && column.index >= width ? column.index - width : undefined;
  };
  const [left, right] = [columnOf(conjunct.left), columnOf(conjunct.right)];
  if (right !== undefined && below(conjunct.left)) return { expression: conjunct.left, column: right };
  return left !== undefined && below(conjunct.right) ? { expression: conjunct.right, column: left } : undefined;
}

const integers = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT']);

function isSameKey({ type, operand }: Extract<Expression, { kind: 'cast' }>): boolean {
  return (
    (type.kind === 'VARCHAR' && operand.type.kind === 'VARCHAR') ||
    (integers.has(type.kind) && integers.has(operand.type.kind))
  );
}

/** Rows as they lie in a stream's frame: what computes columns or keeps state below goes into a hidden stream. */
export function inFrame(relation: Relation, parts: Parts): Relation {
  const isPlain = (node: Relation): boolean =>
    node.kind === 'stream-scan' || (node.kind === 'filter' && isPlain(node.input));
  if (isPlain(relation)) return relation;
  const { columns, span } = relation;
  const scan = parts.stream(columns, span);
  const expressions = columns.map((_, index) => columnAt(columns, index, span));
  parts.feed(scan, { kind: 'project', input: relation, expressions, columns, span });
  return scan;
}
