// From text to syntax tree: the one file that knows Ohm. Statements are matched one by one, so that each may have its own error.
import type { FailedMatchResult, Grammar, Node } from 'ohm-js';
import * as ohm from 'ohm-js';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import * as messages from '../diagnose/parseMessages.ts';
import type { Source } from '../source.ts';
import type { Expression, Script, Statement } from './ast.ts';
import { explainFailure } from './explainFailure.ts';
import { expressionOf } from './expressionToAst.ts';
import { createdRelations, type Lexed, type Token, lex, measureNesting, splitStatements } from './lex.ts';
import type { ParseNode } from './parseNode.ts';
import { sqlRecipe } from './sqlGrammar.ts';
import { statementOf } from './toAst.ts';
import { AstContext, foldName, TooDeepError } from './astContext.ts';

/** Most characters of a script. */
export const scriptLengthMax = 1_048_576;
/** Deepest nesting of parentheses, CASE and prefix operators. */
export const nestingMax = 50;

interface OhmWithRecipes {
  makeRecipe(recipe: string): Grammar;
}

let loaded: { readonly grammar: Grammar; readonly semantics: ReturnType<Grammar['createSemantics']> } | undefined;

/** The grammar, rebuilt from its recipe at the first use. */
function load() {
  if (loaded === undefined) {
    const built = (ohm as unknown as OhmWithRecipes).makeRecipe(sqlRecipe);
    const semantics = built.createSemantics().addOperation<ParseNode[]>('nodes', {
      _terminal() {
        return [];
      },
      _iter(...children) {
        return nodesOf(children);
      },
      _nonterminal(...children) {
        return [ruleNode(this, children)];
      },
      NonemptyListOf(first, _separators, others) {
        return nodesOf([first, others]);
      },
      ListOf(list) {
        return nodesOf([list]);
      },
      EmptyListOf() {
        return [];
      },
    });
    loaded = { grammar: built, semantics };
  }
  return loaded;
}

function nodesOf(children: readonly Node[]): ParseNode[] {
  return children.flatMap((child) => child['nodes']() as ParseNode[]);
}

function ruleNode(node: Node, children: readonly Node[]): ParseNode {
  const rule = node.ctorName;
  const span = { start: node.source.startIdx, end: node.source.endIdx };
  const first = rule[0] ?? '';
  if (first === first.toLowerCase()) return { rule, span, children: [] };
  const inner = nodesOf(children).sort((left, right) => left.span.start - right.span.start);
  const only = inner[0];
  // An alternative stands for its rule.
  if (inner.length === 1 && only !== undefined && only.rule.startsWith(`${rule}_`)) return only;
  return { rule, span, children: inner };
}

/** Everything one statement is parsed with. */
interface Piece {
  readonly source: Source;
  readonly lexed: Lexed;
  readonly tokens: readonly Token[];
  readonly diagnostics: Diagnostic[];
}

/** The diagnostic of the first token that no grammar could take. */
function oddToken({ source, tokens }: Piece): Diagnostic | undefined {
  const odd = tokens.find((token) => token.kind === 'open' || token.kind === 'odd');
  if (odd === undefined) return undefined;
  if (odd.kind === 'odd') return messages.typographicCharacter(source.text.slice(odd.start, odd.end), odd);
  return messages.unclosedQuote(source.text.slice(odd.start, odd.start + 1), { start: odd.start, end: odd.start + 1 });
}

/** Matches one piece with a rule and makes its tree; undefined when that fails, with a diagnostic. */
function parsePiece<Tree>(
  piece: Piece,
  rule: string,
  build: (context: AstContext, node: ParseNode) => Tree,
): Tree | undefined {
  const { source, lexed, tokens, diagnostics } = piece;
  const start = tokens[0]?.start ?? 0;
  const end = tokens[tokens.length - 1]?.end ?? source.text.length;
  const odd = oddToken(piece);
  if (odd !== undefined) {
    diagnostics.push(odd);
    return undefined;
  }
  const nesting = measureNesting(tokens, lexed.normalized, nestingMax);
  if (nesting.tooDeep !== undefined) {
    diagnostics.push(messages.tooDeep(nestingMax, nesting.tooDeep));
    return undefined;
  }
  try {
    const { grammar: built, semantics } = load();
    const match = built.match(lexed.normalized.slice(start, end), rule);
    if (match.failed()) {
      const failure = match as FailedMatchResult;
      diagnostics.push(
        explainFailure({
          text: source.text,
          normalized: lexed.normalized,
          tokens,
          nesting,
          offset: start + failure.getRightmostFailurePosition(),
          expected: expectedOf(failure),
        }),
      );
      return undefined;
    }
    const nodes = (semantics(match)['nodes'] as () => ParseNode[])();
    const node = nodes[0];
    if (node === undefined) throw new Error('invariant: a match without a tree');
    const context = new AstContext(source.text, start, diagnostics);
    const before = diagnostics.length;
    const tree = build(context, node);
    return diagnostics.slice(before).some((diagnostic) => diagnostic.severity === 'error') ? undefined : tree;
  } catch (thrown) {
    if (thrown instanceof TooDeepError) diagnostics.push(messages.chainTooLong(thrown.limit, thrown.span));
    // The stack was short already when the parser was called.
    else if (thrown instanceof RangeError) diagnostics.push(messages.tooDeep(nestingMax, { start, end }));
    else throw thrown;
    return undefined;
  }
}

interface OhmFailure {
  getText(): string;
  isFluffy(): boolean;
}

/** What could have stood at the place of the failure, as the grammar names it. */
function expectedOf(failure: FailedMatchResult): string[] {
  const failures = (failure as unknown as { getRightmostFailures(): OhmFailure[] }).getRightmostFailures();
  return failures.filter((one) => !one.isFluffy()).map((one) => one.getText());
}

/** Parses a script; statements with errors are left out and have a diagnostic. Takes any text and never throws. */
export function parseScript(source: Source): { script: Script; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const statements: Statement[] = [];
  const unreadable: string[] = [];
  if (source.text.length > scriptLengthMax) {
    diagnostics.push(messages.scriptTooLong(scriptLengthMax, source.text.length, { start: 0, end: 0 }));
    return { script: { statements, unreadable, isWhole: false }, diagnostics };
  }
  const lexed = lex(source.text);
  for (const tokens of splitStatements(lexed)) {
    const statement = parsePiece({ source, lexed, tokens, diagnostics }, 'Statement', statementOf);
    if (statement !== undefined) statements.push(statement);
    else
      for (const { kind, start, end } of createdRelations(tokens, lexed.normalized)) {
        const written = source.text.slice(start, end);
        unreadable.push(kind === 'quoted' ? written.slice(1, -1).replaceAll('""', '"') : foldName(written));
      }
  }
  const isWhole = !diagnostics.some(({ severity }) => severity === 'error');
  return { script: { statements, unreadable, isWhole }, diagnostics };
}

/** Parses a text that is one expression. Takes any text and never throws. */
export function parseExpression(source: Source): { expression?: Expression; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  if (source.text.length > scriptLengthMax) {
    diagnostics.push(messages.scriptTooLong(scriptLengthMax, source.text.length, { start: 0, end: 0 }));
    return { diagnostics };
  }
  const lexed = lex(source.text);
  const expression = parsePiece({ source, lexed, tokens: lexed.tokens, diagnostics }, 'Expression', expressionOf);
  return { diagnostics, ...(expression !== undefined && { expression }) };
}
