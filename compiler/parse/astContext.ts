// What the makers of the syntax tree share: the text, places in it, names, and the limit on chains.
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import type { Span } from '../source.ts';
import type { Identifier } from './ast.ts';
import type { ParseNode } from './parseNode.ts';

/** Most operators in a chain together with the chains that hold it, which is how deep a tree may lean to the left. */
export const chainMax = 500;

/** A chain is longer than the limit. */
export class TooDeepError extends Error {
  readonly limit: number;
  readonly span: Span;

  constructor(limit: number, span: Span) {
    super('too deep');
    this.limit = limit;
    this.span = span;
  }
}

/** The text that is being parsed; `offset` is where the matched piece starts in it. */
export class AstContext {
  readonly text: string;
  readonly offset: number;
  readonly diagnostics: Diagnostic[];
  #depth = 0;

  constructor(text: string, offset: number, diagnostics: Diagnostic[]) {
    this.text = text;
    this.offset = offset;
    this.diagnostics = diagnostics;
  }

  /** A node's place in the whole text. */
  span(node: ParseNode): Span {
    return { start: node.span.start + this.offset, end: node.span.end + this.offset };
  }

  /** A node as written. */
  textOf(node: ParseNode): string {
    return this.text.slice(node.span.start + this.offset, node.span.end + this.offset);
  }

  /** The name that a token writes: quotes undone or folded. */
  identifier(node: ParseNode): Identifier {
    const written = this.textOf(node);
    const quoted = written.startsWith('"');
    const name = quoted ? written.slice(1, -1).replaceAll('""', '"') : foldName(written);
    return { kind: 'identifier', name, quoted, span: this.span(node) };
  }

  /** Makes the tree of a chain of operators, unless it and the chains around it lean too deep. */
  chain<Tree>(node: ParseNode, make: () => Tree): Tree {
    const operators = Math.floor(node.children.length / 2);
    if (this.#depth + operators > chainMax) throw new TooDeepError(chainMax, this.span(node));
    this.#depth += operators;
    const tree = make();
    this.#depth -= operators;
    return tree;
  }
}

/** An unquoted name as stored: upper case, but no letter becomes several. */
export function foldName(written: string): string {
  const folded = written.toUpperCase();
  if (folded.length === written.length) return folded;
  return [...written]
    .map((letter) => (letter.toUpperCase().length === letter.length ? letter.toUpperCase() : letter))
    .join('');
}
