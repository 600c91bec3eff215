// The concrete tree between the grammar and the syntax tree: rules with their places, free of the parser's library.
import type { Span } from '../source.ts';

/**
 * A matched rule. Children are the rules inside it in the order of the text, with repetitions and lists spliced in and terminals left out;
 * a rule whose name starts with a small letter is a token and has none. A rule of alternatives appears as the alternative: `Join_cross`.
 */
export interface ParseNode {
  readonly rule: string;
  readonly span: Span;
  readonly children: readonly ParseNode[];
}

/** The first child of a rule (any alternative of it). */
export function find(node: ParseNode, rule: string): ParseNode | undefined {
  return node.children.find((child) => isRule(child, rule));
}

/** The child that the grammar says is there. */
export function get(node: ParseNode, rule: string): ParseNode {
  const child = find(node, rule);
  if (child === undefined) throw new Error(`invariant: ${node.rule} has no ${rule}`);
  return child;
}

/** Children of a rule. */
export function all(node: ParseNode, rule: string): ParseNode[] {
  return node.children.filter((child) => isRule(child, rule));
}

/** True when there is a child of a rule. */
export function has(node: ParseNode, rule: string): boolean {
  return find(node, rule) !== undefined;
}

/** The child at a place. */
export function childAt(node: ParseNode, index: number): ParseNode {
  const child = node.children[index];
  if (child === undefined) throw new Error(`invariant: ${node.rule} has no child ${index}`);
  return child;
}

/** True when a node is of a rule or one of its alternatives. */
export function isRule(node: ParseNode, rule: string): boolean {
  return node.rule === rule || (node.rule.startsWith(rule) && node.rule[rule.length] === '_');
}
