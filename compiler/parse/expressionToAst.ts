// Expressions: from the concrete tree to the syntax tree. The shape of each node's children is in sql.ohm.
import type {
  CaseExpression,
  ColumnName,
  Expression,
  FunctionCall,
  IsExpression,
  LogicalExpression,
  OrderItem,
  PeriodPredicate,
  WindowBound,
  WindowFrame,
  WindowReference,
  WindowSpecification,
} from './ast.ts';
import { joinSpans } from '../source.ts';
import type { AstContext } from './astContext.ts';
import {
  binaryOf,
  datetimeOf,
  fieldOf,
  intervalOf,
  numberOf,
  qualifierOf,
  stringValue,
  typeNameOf,
} from './literalToAst.ts';
import { type ParseNode, all, childAt, find, get, has, isRule } from './parseNode.ts';
import { queryOf } from './toAst.ts';

type BinaryOperator = '+' | '-' | '*' | '/' | '||' | '=' | '<>' | '<' | '>' | '<=' | '>=';

/** The expression that a node of any expression rule stands for. */
export function expressionOf(context: AstContext, given: ParseNode): Expression {
  let node = given;
  // Most levels of precedence hold just one operand.
  while (passing.has(node.rule) && node.children.length === 1) node = childAt(node, 0);
  const span = context.span(node);
  switch (node.rule) {
    case 'Expression':
      return context.chain(node, () => logicalChain(context, node, 'or'));
    case 'Conjunction':
      return context.chain(node, () => logicalChain(context, node, 'and'));
    case 'Negation_not':
      return { kind: 'logical', operator: 'not', operands: [expressionOf(context, childAt(node, 1))], span };
    case 'Predicate':
      return context.chain(node, () => predicateOf(context, node));
    case 'Additive':
    case 'Multiplicative':
      return context.chain(node, () => binaryChain(context, node));
    case 'Unary_sign': {
      const operator = context.textOf(childAt(node, 0)) === '-' ? '-' : '+';
      return { kind: 'unary', operator, operand: expressionOf(context, childAt(node, 1)), span };
    }
    case 'Postfix_difference':
      return {
        kind: 'datetime-difference',
        operand: expressionOf(context, childAt(node, 0)),
        qualifier: qualifierOf(context, childAt(node, 1)),
        span,
      };
    default:
      return primaryOf(context, node);
  }
}

const passing = new Set([
  'Expression',
  'Conjunction',
  'Negation',
  'Predicate',
  'Additive',
  'Multiplicative',
  'Unary',
  'Postfix',
  'Primary',
  'TableArgument_expression',
]);

function primaryOf(context: AstContext, node: ParseNode): Expression {
  const span = context.span(node);
  switch (node.rule) {
    case 'number':
      return numberOf(context, node);
    case 'string':
      return { kind: 'string', value: stringValue(context, node), span };
    case 'binary':
      return binaryOf(context, node);
    case 'DatetimeLiteral':
      return datetimeOf(context, node);
    case 'IntervalLiteral':
      return intervalOf(context, node);
    case 'null':
      return { kind: 'null', span };
    case 'true':
    case 'false':
      return { kind: 'boolean', value: node.rule === 'true', span };
    case 'unknown':
      return { kind: 'boolean', value: null, span };
    case 'ColumnName':
      return columnNameOf(context, node);
    case 'Parenthesized_query':
      return { kind: 'subquery', query: queryOf(context, get(node, 'Query')), span };
    case 'Parenthesized_list': {
      const values = node.children.map((child) => expressionOf(context, child));
      return values.length === 1 && values[0] !== undefined ? values[0] : { kind: 'row', values, span };
    }
    case 'Case':
      return caseOf(context, node);
    case 'Cast':
      return {
        kind: 'cast',
        operand: expressionOf(context, get(node, 'Expression')),
        type: typeNameOf(context, get(node, 'TypeName')),
        span,
      };
    case 'Exists':
      return { kind: 'exists', query: queryOf(context, get(node, 'Query')), span };
    case 'Call':
      return callOf(context, node);
    default:
      throw new Error(`invariant: ${node.rule} is no expression`);
  }
}

function columnNameOf(context: AstContext, node: ParseNode): ColumnName {
  return { kind: 'name', parts: node.children.map((child) => context.identifier(child)), span: context.span(node) };
}

function logicalChain(context: AstContext, node: ParseNode, operator: 'and' | 'or'): Expression {
  const operands = node.children
    .filter((child) => child.rule !== `${operator}Operator`)
    .map((child) => expressionOf(context, child));
  return operands.reduce((left, right): LogicalExpression => {
    return { kind: 'logical', operator, operands: [left, right], span: joinSpans(left.span, right.span) };
  });
}

function binaryChain(context: AstContext, node: ParseNode): Expression {
  let left = expressionOf(context, childAt(node, 0));
  const start = childAt(node, 0);
  for (let index = 1; index < node.children.length; index += 2) {
    const operator = context.textOf(childAt(node, index)) as BinaryOperator;
    const end = childAt(node, index + 1);
    left = {
      kind: 'binary',
      operator,
      left,
      right: expressionOf(context, end),
      span: joinSpans(context.span(start), context.span(end)),
    };
  }
  return left;
}

// ---- Predicates -------------------------------------------------------------------------------------------

function predicateOf(context: AstContext, node: ParseNode): Expression {
  const first = childAt(node, 0);
  let left = expressionOf(context, first);
  // The right period of the latest predicate, to which a chained one attaches.
  let period: PeriodPredicate | undefined;
  for (const tail of node.children.slice(1)) {
    const span = joinSpans(context.span(first), context.span(tail));
    if (tail.rule === 'PredicateTail_period') {
      const next: PeriodPredicate = {
        kind: 'period',
        predicate: context
          .textOf(childAt(tail, 0))
          .toLowerCase()
          .trim()
          .replace(/[^a-z]+/g, '-'),
        left: period?.right ?? left,
        right: expressionOf(context, childAt(tail, 1)),
        span,
      };
      left = period === undefined ? next : { kind: 'logical', operator: 'and', operands: [left, next], span };
      period = next;
    } else {
      left = tailOf(context, left, tail, span);
      period = undefined;
    }
  }
  return left;
}

function tailOf(context: AstContext, operand: Expression, tail: ParseNode, span: Expression['span']): Expression {
  const negated = has(tail, 'notOperator');
  const operands = [...all(tail, 'Additive'), ...all(tail, 'Expression')].map((child) => expressionOf(context, child));
  const [first, second] = operands;
  if (tail.rule === 'PredicateTail_is') return isTest(operand, tail, negated, span);
  if (tail.rule === 'PredicateTail_inQuery') {
    return { kind: 'in', operand, query: queryOf(context, get(tail, 'Query')), negated, span };
  }
  if (first === undefined) throw new Error(`invariant: ${tail.rule} without operand`);
  switch (tail.rule) {
    case 'PredicateTail_comparison': {
      const written = context.textOf(childAt(tail, 0));
      const operator = (written === '!=' ? '<>' : written) as BinaryOperator;
      return { kind: 'binary', operator, left: operand, right: first, span };
    }
    case 'PredicateTail_distinctFrom':
      return { kind: 'is', operand, test: 'distinct-from', negated, other: first, span };
    case 'PredicateTail_between':
      return {
        kind: 'between',
        operand,
        low: first,
        high: second ?? first,
        symmetric: has(tail, 'symmetric'),
        negated,
        span,
      };
    case 'PredicateTail_inList':
      return { kind: 'in', operand, list: operands, negated, span };
    default: {
      const form = tail.rule === 'PredicateTail_like' ? 'like' : 'similar';
      const escapeNode = find(tail, 'Escape');
      return {
        kind: 'like',
        form,
        operand,
        pattern: first,
        negated,
        span,
        ...(escapeNode && { escape: expressionOf(context, get(escapeNode, 'Additive')) }),
      };
    }
  }
}

function isTest(operand: Expression, tail: ParseNode, negated: boolean, span: Expression['span']): IsExpression {
  const tests = ['null', 'true', 'false', 'unknown'] as const;
  return { kind: 'is', operand, test: tests.find((test) => has(tail, test)) ?? 'null', negated, span };
}

// ---- CASE and calls ---------------------------------------------------------------------------------------

function caseOf(context: AstContext, node: ParseNode): CaseExpression {
  const operand = find(node, 'Expression');
  const otherwise = find(node, 'Else');
  const branches = all(node, 'Branch').map((branch) => {
    const [when, then] = all(branch, 'Expression');
    if (when === undefined || then === undefined) throw new Error('invariant: a branch of CASE has two expressions');
    return { when: expressionOf(context, when), then: expressionOf(context, then) };
  });
  return {
    kind: 'case',
    branches,
    span: context.span(node),
    ...(operand && { operand: expressionOf(context, operand) }),
    ...(otherwise && { otherwise: expressionOf(context, get(otherwise, 'Expression')) }),
  };
}

const callForms: Readonly<Record<string, FunctionCall['form']>> = {
  Arguments_plain: 'plain',
  Arguments_star: 'star',
  Arguments_none: 'plain',
  Arguments_extract: 'extract',
  Arguments_trim: 'trim',
  Arguments_in: 'in',
  Arguments_to: 'to',
  Arguments_by: 'by',
  Arguments_from: 'from',
  Arguments_similar: 'similar',
  Arguments_placing: 'placing',
};

function callOf(context: AstContext, node: ParseNode): Expression {
  const written = get(node, 'functionName');
  const name = context.identifier(written);
  const given = get(node, 'Arguments');
  let form = callForms[given.rule] ?? 'plain';
  let values = argumentNodes(given).map((child) => expressionOf(context, child));
  const field = find(given, 'field');
  const side = find(given, 'trimSide');
  const over = find(node, 'Over');
  const nulls = find(node, 'CallNulls');
  const end = find(node, 'CallEnd')?.children[0];
  const distinct = has(given, 'distinct');
  const plain = form === 'plain' && !distinct && over === undefined && nulls === undefined && end === undefined;
  if (plain && !name.quoted && (name.name === 'ROW' || (name.name === 'PERIOD' && values.length === 2))) {
    return { kind: 'row', values, span: context.span(node) };
  }
  if (!name.quoted && name.name === 'TRIM' && (form === 'from' || form === 'trim')) {
    form = 'trim';
    values = values.reverse();
  }
  const only = values[0];
  if (
    plain &&
    name.name === 'POSITION' &&
    values.length === 1 &&
    only?.kind === 'in' &&
    only.list?.length === 1 &&
    !only.negated
  ) {
    form = 'in';
    values = [only.operand, ...only.list];
  }
  return {
    kind: 'call',
    name,
    form,
    arguments: values,
    distinct,
    span: context.span(node),
    ...(field && { field: fieldOf(context, field) }),
    ...(side && { trim: context.textOf(side).toLowerCase() as 'leading' | 'trailing' | 'both' }),
    ...(nulls && { nulls: has(nulls, 'ignore') ? 'ignore' : 'respect' }),
    ...(end && { fromEnd: end.rule === 'fromLast' ? 'last' : 'first' }),
    ...(over && { over: windowReferenceOf(context, over) }),
  };
}

function argumentNodes(given: ParseNode): ParseNode[] {
  return given.children.flatMap((child) =>
    child.rule === 'ForLength'
      ? [get(child, 'Expression')]
      : child.rule === 'Expression' || child.rule === 'Additive'
        ? [child]
        : [],
  );
}

// ---- Windows ----------------------------------------------------------------------------------------------

/** `OVER w`, `OVER ( … )`. */
export function windowReferenceOf(context: AstContext, over: ParseNode): WindowReference {
  const name = find(over, 'name');
  if (name !== undefined) return { kind: 'window-name', name: context.identifier(name), span: context.span(name) };
  return windowSpecificationOf(context, get(over, 'WindowSpecification'));
}

/** `( … )` of a window. */
export function windowSpecificationOf(context: AstContext, node: ParseNode): WindowSpecification {
  const base = find(node, 'name');
  const partitionBy = find(node, 'PartitionBy');
  const frame = find(node, 'Frame');
  return {
    kind: 'window',
    partitionBy: expressionsOf(context, partitionBy),
    orderBy: orderByOf(context, find(node, 'OrderBy')),
    span: context.span(node),
    ...(base && { base: context.identifier(base) }),
    ...(frame && { frame: frameOf(context, frame) }),
  };
}

function frameOf(context: AstContext, node: ParseNode): WindowFrame {
  const [start, end] = all(node, 'Bound').map((bound) => boundOf(context, bound));
  if (start === undefined) throw new Error('invariant: a frame has a bound');
  const unit = context.textOf(get(node, 'frameUnit')).toLowerCase() === 'rows' ? 'rows' : 'range';
  return { unit, start, span: context.span(node), ...(end && { end }) };
}

function boundOf(context: AstContext, node: ParseNode): WindowBound {
  const span = context.span(node);
  switch (node.rule) {
    case 'Bound_unboundedPreceding':
      return { kind: 'unbounded-preceding', span };
    case 'Bound_unboundedFollowing':
      return { kind: 'unbounded-following', span };
    case 'Bound_currentRow':
      return { kind: 'current-row', span };
    default: {
      const value = expressionOf(context, get(node, 'Additive'));
      return { kind: node.rule === 'Bound_preceding' ? 'preceding' : 'following', value, span };
    }
  }
}

/** The items of an ORDER BY, none when there is none. */
export function orderByOf(context: AstContext, node: ParseNode | undefined): OrderItem[] {
  if (node === undefined) return [];
  return all(node, 'OrderItem').map((item): OrderItem => {
    const nulls = find(item, 'Nulls');
    const within = find(item, 'Within');
    return {
      expression: expressionOf(context, get(item, 'Expression')),
      descending: has(item, 'desc'),
      span: context.span(item),
      ...(nulls && { nulls: has(nulls, 'last') ? 'last' : 'first' }),
      ...(within && { within: intervalOf(context, get(within, 'IntervalLiteral')) }),
    };
  });
}

/** The expressions directly below a node. */
export function expressionsOf(context: AstContext, node: ParseNode | undefined): Expression[] {
  return node === undefined
    ? []
    : node.children.filter((child) => isRule(child, 'Expression')).map((child) => expressionOf(context, child));
}
