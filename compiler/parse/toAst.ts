// Statements and queries: from the concrete tree to the syntax tree. The shape of each node's children is in sql.ohm.
import { notInDialect } from '../diagnose/parseMessages.ts';
import { joinSpans } from '../source.ts';
import type {
  ColumnDefinition,
  CreateFunction,
  CreatePump,
  CreateStream,
  FromItem,
  Identifier,
  Insert,
  Join,
  OtherStatement,
  Query,
  SelectItem,
  SelectQuery,
  Stagger,
  Statement,
  TableFunctionCall,
  ValuesQuery,
} from './ast.ts';
import type { AstContext } from './astContext.ts';
import { expressionOf, expressionsOf, orderByOf, windowReferenceOf, windowSpecificationOf } from './expressionToAst.ts';
import { intervalOf, stringValue, typeNameOf } from './literalToAst.ts';
import { type ParseNode, all, childAt, find, get, has } from './parseNode.ts';

/** The statement of a node of rule Statement. */
export function statementOf(context: AstContext, statement: ParseNode): Statement {
  const node = childAt(statement, 0);
  const span = context.span(node);
  switch (node.rule) {
    case 'CreateStream':
      return createStreamOf(context, node);
    case 'CreatePump':
      return createPumpOf(context, node);
    case 'CreateFunction':
      return createFunctionOf(context, node);
    case 'CreateView':
      return {
        kind: 'create-view',
        orReplace: has(node, 'OrReplace'),
        name: context.identifier(get(node, 'name')),
        query: queryOf(context, get(node, 'Query')),
        span,
        ...columnsOf(context, node),
      };
    case 'AlterPump': {
      const name = find(node, 'name');
      return {
        kind: 'alter-pump',
        action: has(node, 'start') ? 'start' : 'stop',
        span,
        ...(name && { name: context.identifier(name) }),
      };
    }
    case 'Drop': {
      const what = (['stream', 'pump', 'function', 'view'] as const).find((one) => has(node, one)) ?? 'stream';
      return { kind: 'drop', what, name: context.identifier(get(node, 'name')), span };
    }
    case 'Insert':
      return { kind: 'other-statement', words: 'INSERT', insert: insertOf(context, node), span };
    case 'QueryStatement': {
      const query = queryOf(context, get(node, 'Query'));
      return { kind: 'other-statement', words: query.kind === 'values' ? 'VALUES' : 'SELECT', query, span };
    }
    default:
      return otherOf(context, node);
  }
}

function otherOf(context: AstContext, node: ParseNode): OtherStatement {
  const words =
    context
      .textOf(node)
      .toUpperCase()
      .match(/[\p{L}_][\p{L}_0-9$]*/gu) ?? [];
  const first = words[0] ?? '';
  const rest = words
    .slice(1)
    .join(' ')
    .replace(/^OR REPLACE /, '')
    .split(' ');
  const count = first === 'EXPLAIN' || first === 'DESCRIBE' ? 0 : rest[0] === 'FOREIGN' ? 2 : 1;
  return {
    kind: 'other-statement',
    words: [first, ...rest.slice(0, count)].join(' ').trim(),
    span: context.span(node),
  };
}

function columnsOf(context: AstContext, node: ParseNode): { columns?: Identifier[] } {
  const list = find(node, 'NameList');
  return list === undefined ? {} : { columns: namesOf(context, list) };
}

function namesOf(context: AstContext, list: ParseNode): Identifier[] {
  return all(list, 'name').map((child) => context.identifier(child));
}

function descriptionOf(context: AstContext, node: ParseNode): { description?: string } {
  const description = find(node, 'Description');
  return description === undefined ? {} : { description: stringValue(context, get(description, 'string')) };
}

function createStreamOf(context: AstContext, node: ParseNode): CreateStream {
  const options = find(node, 'Options');
  return {
    kind: 'create-stream',
    orReplace: has(node, 'OrReplace'),
    name: context.identifier(get(node, 'name')),
    columns: all(node, 'ColumnDefinition').map((column): ColumnDefinition => {
      return {
        name: context.identifier(get(column, 'name')),
        type: typeNameOf(context, get(column, 'TypeName')),
        notNull: has(column, 'NotNull'),
        span: context.span(column),
      };
    }),
    options: (options ? all(options, 'Option') : []).map((option) => {
      return { name: context.identifier(get(option, 'name')), value: stringValue(context, get(option, 'string')) };
    }),
    span: context.span(node),
    ...descriptionOf(context, node),
  };
}

function createPumpOf(context: AstContext, node: ParseNode): CreatePump {
  const state = has(node, 'started') ? 'started' : has(node, 'stopped') ? 'stopped' : undefined;
  return {
    kind: 'create-pump',
    orReplace: has(node, 'OrReplace'),
    name: context.identifier(get(node, 'name')),
    insert: insertOf(context, get(node, 'Insert')),
    span: context.span(node),
    ...descriptionOf(context, node),
    ...(state && { state }),
  };
}

function insertOf(context: AstContext, node: ParseNode): Insert {
  return {
    kind: 'insert',
    expedited: has(node, 'expedited'),
    target: context.identifier(get(node, 'name')),
    query: queryOf(context, get(node, 'Query')),
    span: context.span(node),
    ...columnsOf(context, node),
  };
}

function createFunctionOf(context: AstContext, node: ParseNode): CreateFunction {
  const clauses = all(node, 'FunctionClause');
  const specific = clauses.find((clause) => clause.rule === 'FunctionClause_specific');
  const deterministic = clauses.find((clause) => clause.rule === 'FunctionClause_deterministic');
  const language = clauses.find((clause) => clause.rule === 'FunctionClause_language');
  if (language !== undefined && context.identifier(get(language, 'name')).name !== 'SQL') {
    context.diagnostics.push(
      notInDialect(
        'a function in another language',
        context.span(language),
        'write LANGUAGE SQL and RETURN an expression',
      ),
    );
  }
  return {
    kind: 'create-function',
    orReplace: has(node, 'OrReplace'),
    name: context.identifier(get(node, 'name')),
    parameters: all(node, 'Parameter').map((parameter) => {
      const name = context.identifier(get(parameter, 'name'));
      return { name, type: typeNameOf(context, get(parameter, 'TypeName')), span: context.span(parameter) };
    }),
    returns: typeNameOf(context, get(node, 'TypeName')),
    nullOnNullInput: clauses.some((clause) => clause.rule === 'FunctionClause_nullOnNull'),
    body: expressionOf(context, get(node, 'Expression')),
    span: context.span(node),
    ...(specific && { specificName: context.identifier(get(specific, 'name')) }),
    ...(deterministic && { deterministic: !has(deterministic, 'not') }),
  };
}

// ---- Queries ----------------------------------------------------------------------------------------------

/** The query of a node of rule Query, QueryTerm or QueryPrimary. */
export function queryOf(context: AstContext, node: ParseNode): Query {
  switch (node.rule) {
    case 'Select':
      return selectOf(context, node);
    case 'Values':
      return valuesOf(context, node);
    case 'QueryPrimary':
    case 'NestedQuery':
      return queryOf(context, childAt(node, 0));
    default:
      return context.chain(node, () => setQueryOf(context, node));
  }
}

function setQueryOf(context: AstContext, node: ParseNode): Query {
  const order = find(node, 'OrderBy');
  const parts = node.children.filter((child) => child !== order);
  let query = queryOf(context, childAt(node, 0));
  for (let index = 1; index + 1 < parts.length; index += 2) {
    const operator = parts[index];
    const right = parts[index + 1];
    if (operator === undefined || right === undefined) break;
    const operand = queryOf(context, right);
    query = {
      kind: 'set-query',
      operator: has(operator, 'union') ? 'union' : has(operator, 'except') ? 'except' : 'intersect',
      all: has(operator, 'all'),
      left: query,
      right: operand,
      orderBy: [],
      span: joinSpans(context.span(childAt(node, 0)), context.span(right)),
    };
  }
  if (order === undefined) return query;
  return { ...query, orderBy: orderByOf(context, order), span: context.span(node) };
}

function valuesOf(context: AstContext, node: ParseNode): ValuesQuery {
  const rows = expressionsOf(context, node).map((row) => (row.kind === 'row' ? row.values : [row]));
  return { kind: 'values', rows, orderBy: [], span: context.span(node) };
}

function selectOf(context: AstContext, node: ParseNode): SelectQuery {
  const where = find(node, 'Where');
  const groupBy = find(node, 'GroupBy');
  const stagger = find(node, 'Stagger');
  const having = find(node, 'Having');
  const windows = find(node, 'Windows');
  return {
    kind: 'select',
    stream: has(node, 'stream'),
    distinct: has(node, 'distinct'),
    items: all(node, 'SelectItem').map((item) => selectItemOf(context, item)),
    from: all(get(node, 'From'), 'Joined').map((joined) => context.chain(joined, () => joinedOf(context, joined))),
    windows: (windows ? all(windows, 'NamedWindow') : []).map((window) => {
      const specification = windowSpecificationOf(context, get(window, 'WindowSpecification'));
      return { name: context.identifier(get(window, 'name')), specification, span: context.span(window) };
    }),
    orderBy: [],
    span: context.span(node),
    ...(where && { where: expressionOf(context, get(where, 'Expression')) }),
    ...(groupBy && { groupBy: expressionsOf(context, groupBy) }),
    ...(stagger && { stagger: staggerOf(context, stagger) }),
    ...(having && { having: expressionOf(context, get(having, 'Expression')) }),
  };
}

function staggerOf(context: AstContext, node: ParseNode): Stagger {
  return {
    partitionBy: expressionsOf(context, get(node, 'PartitionBy')),
    range: intervalOf(context, get(node, 'IntervalLiteral')),
    span: context.span(node),
  };
}

function selectItemOf(context: AstContext, node: ParseNode): SelectItem {
  const span = context.span(node);
  if (node.rule === 'SelectItem_all') return { kind: 'all', span };
  if (node.rule === 'SelectItem_allOf') return { kind: 'all', qualifier: context.identifier(get(node, 'name')), span };
  const alias = find(node, 'SelectAlias');
  return {
    kind: 'item',
    expression: expressionOf(context, get(node, 'Expression')),
    span,
    ...(alias && { alias: context.identifier(find(alias, 'name') ?? get(alias, 'bareAlias')) }),
  };
}

// ---- FROM -------------------------------------------------------------------------------------------------

function joinedOf(context: AstContext, node: ParseNode): FromItem {
  return all(node, 'Join').reduce(
    (left: FromItem, join): Join => {
      const condition = find(join, 'JoinCondition');
      const on = condition && find(condition, 'Expression');
      const using = condition && find(condition, 'NameList');
      return {
        kind: 'join',
        type: joinTypeOf(join),
        natural: join.rule === 'Join_natural',
        left,
        right: tableReferenceOf(context, get(join, 'TableReference')),
        span: joinSpans(context.span(node.children[0] ?? node), context.span(join)),
        ...(on && { on: expressionOf(context, on) }),
        ...(using && { using: namesOf(context, using) }),
      };
    },
    tableReferenceOf(context, childAt(node, 0)),
  );
}

function joinTypeOf(join: ParseNode): Join['type'] {
  if (join.rule === 'Join_cross') return 'cross';
  const type = find(join, 'JoinType');
  return (type && (['left', 'right', 'full'] as const).find((one) => has(type, one))) ?? 'inner';
}

function tableReferenceOf(context: AstContext, node: ParseNode): FromItem {
  const span = context.span(node);
  switch (node.rule) {
    case 'TableReference_function':
      return tableFunctionOf(context, node);
    case 'TableReference_query':
      return {
        kind: 'derived-table',
        query: queryOf(context, get(node, 'Query')),
        span,
        ...suffixOf(context, get(node, 'TableSuffix')),
      };
    case 'TableReference_joined':
      return context.chain(get(node, 'Joined'), () => joinedOf(context, get(node, 'Joined')));
    default:
      return {
        kind: 'named-relation',
        name: context.identifier(get(node, 'name')),
        span,
        ...suffixOf(context, get(node, 'TableSuffix')),
      };
  }
}

function tableFunctionOf(context: AstContext, node: ParseNode): TableFunctionCall {
  return {
    kind: 'table-function',
    name: context.identifier(get(node, 'name')),
    arguments: all(node, 'TableArgument').map((argument) => {
      if (argument.rule !== 'TableArgument_cursor') return expressionOf(context, argument);
      return { kind: 'cursor', query: queryOf(context, get(argument, 'Query')), span: context.span(argument) };
    }),
    span: context.span(node),
    ...aliasOf(context, find(node, 'TableAlias')),
  };
}

function suffixOf(context: AstContext, node: ParseNode) {
  const over = find(node, 'Over');
  return { ...aliasOf(context, find(node, 'TableAlias')), ...(over && { window: windowReferenceOf(context, over) }) };
}

function aliasOf(
  context: AstContext,
  node: ParseNode | undefined,
): { alias?: Identifier; columnAliases?: Identifier[] } {
  if (node === undefined) return {};
  const list = find(node, 'NameList');
  return {
    alias: context.identifier(find(node, 'name') ?? get(node, 'bareAlias')),
    ...(list && { columnAliases: namesOf(context, list) }),
  };
}
