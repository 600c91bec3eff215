// From syntax tree to SQL text that parses to the same tree (places aside). Not a pretty-printer: statements are one line.
import type {
  CreateFunction,
  CreateStream,
  FromItem,
  Identifier,
  Insert,
  Join,
  Query,
  Script,
  SelectItem,
  SelectQuery,
  SetQuery,
  Statement,
  TypeName,
} from './ast.ts';
import {
  printExpression,
  printName,
  printOrderBy,
  printQualifier,
  printString,
  printWindow,
  printWindowSpecification,
} from './printExpression.ts';

export { printExpression } from './printExpression.ts';

/** A script, one statement a line. */
export function printScript(script: Script): string {
  return script.statements.map((statement) => `${printStatement(statement)};\n`).join('');
}

/** A statement without its semicolon. */
export function printStatement(statement: Statement): string {
  const create = 'orReplace' in statement && statement.orReplace ? 'CREATE OR REPLACE' : 'CREATE';
  switch (statement.kind) {
    case 'create-stream':
      return `${create} STREAM ${printCreateStream(statement)}`;
    case 'create-pump': {
      const state = statement.state === undefined ? '' : ` ${statement.state.toUpperCase()}`;
      return `${create} PUMP ${printName(statement.name)}${printDescription(statement)}${state} AS ${printInsert(statement.insert)}`;
    }
    case 'create-function':
      return `${create} FUNCTION ${printCreateFunction(statement)}`;
    case 'create-view':
      return `${create} VIEW ${printName(statement.name)}${printColumns(statement.columns)} AS ${printQuery(statement.query)}`;
    case 'alter-pump':
      return `ALTER PUMP ${statement.name === undefined ? '*' : printName(statement.name)} ${statement.action.toUpperCase()}`;
    case 'drop':
      return `DROP ${statement.what.toUpperCase()} ${printName(statement.name)}`;
    case 'other-statement':
      if (statement.insert !== undefined) return printInsert(statement.insert);
      return statement.query === undefined ? statement.words : printQuery(statement.query);
  }
}

function printDescription(node: { readonly description?: string }): string {
  return node.description === undefined ? '' : ` DESCRIPTION ${printString(node.description)}`;
}

function printColumns(columns: readonly Identifier[] | undefined): string {
  return columns === undefined ? '' : ` (${columns.map(printName).join(', ')})`;
}

function printCreateStream(statement: CreateStream): string {
  const columns = statement.columns.map(
    (column) => `${printName(column.name)} ${printTypeName(column.type)}${column.notNull ? ' NOT NULL' : ''}`,
  );
  const options = statement.options.map((option) => `${printName(option.name)} ${printString(option.value)}`);
  const written = options.length === 0 ? '' : ` OPTIONS (${options.join(', ')})`;
  return `${printName(statement.name)} (${columns.join(', ')})${printDescription(statement)}${written}`;
}

function printCreateFunction(statement: CreateFunction): string {
  const parameters = statement.parameters.map(
    (parameter) => `${printName(parameter.name)} ${printTypeName(parameter.type)}`,
  );
  return [
    `${printName(statement.name)}(${parameters.join(', ')}) RETURNS ${printTypeName(statement.returns)}`,
    ...(statement.specificName === undefined ? [] : [`SPECIFIC ${printName(statement.specificName)}`]),
    ...(statement.deterministic === undefined ? [] : [statement.deterministic ? 'DETERMINISTIC' : 'NOT DETERMINISTIC']),
    ...(statement.nullOnNullInput ? ['RETURNS NULL ON NULL INPUT'] : []),
    `RETURN ${printExpression(statement.body)}`,
  ].join(' ');
}

function printInsert(insert: Insert): string {
  const columns = printColumns(insert.columns);
  return `INSERT ${insert.expedited ? 'EXPEDITED ' : ''}INTO ${printName(insert.target)}${columns} ${printQuery(insert.query)}`;
}

/** A type as written. */
export function printTypeName(type: TypeName): string {
  if (type.interval !== undefined) return `INTERVAL ${printQualifier(type.interval)}`;
  return type.parameters.length === 0 ? type.name : `${type.name}(${type.parameters.join(', ')})`;
}

// ---- Queries ----------------------------------------------------------------------------------------------

/** A query. */
export function printQuery(query: Query): string {
  switch (query.kind) {
    case 'select':
      return printSelect(query) + printOrderBy(query.orderBy);
    case 'values': {
      const rows = query.rows.map((row) =>
        row.length === 1 && row[0] !== undefined ? printExpression(row[0]) : printRow(row),
      );
      return `VALUES ${rows.join(', ')}${printOrderBy(query.orderBy)}`;
    }
    case 'set-query': {
      const operator = `${query.operator.toUpperCase()}${query.all ? ' ALL' : ''}`;
      return `${printOperand(query, query.left, false)} ${operator} ${printOperand(query, query.right, true)}${printOrderBy(query.orderBy)}`;
    }
  }
}

function printRow(row: readonly Parameters<typeof printExpression>[0][]): string {
  return row.length === 0 ? 'ROW()' : `(${row.map((value) => printExpression(value)).join(', ')})`;
}

/** An operand of a set operation, in parentheses where it would bind otherwise. */
function printOperand(parent: SetQuery, operand: Query, right: boolean): string {
  const ordered = operand.orderBy.length > 0;
  const looser = operand.kind === 'set-query' && operand.operator !== 'intersect';
  const nested =
    operand.kind === 'set-query' &&
    (right ? looser || parent.operator === 'intersect' : looser && parent.operator === 'intersect');
  return ordered || nested ? `(${printQuery(operand)})` : printQuery(operand);
}

function printSelect(query: SelectQuery): string {
  const list = (expressions: SelectQuery['groupBy']) =>
    (expressions ?? []).map((expression) => printExpression(expression)).join(', ');
  return [
    `SELECT${query.stream ? ' STREAM' : ''}${query.distinct ? ' DISTINCT' : ''} ${query.items.map(printSelectItem).join(', ')}`,
    `FROM ${query.from.map((item) => printFromItem(item)).join(', ')}`,
    ...(query.where === undefined ? [] : [`WHERE ${printExpression(query.where)}`]),
    ...(query.groupBy === undefined ? [] : [`GROUP BY ${list(query.groupBy)}`]),
    ...(query.stagger === undefined
      ? []
      : [
          `WINDOWED BY STAGGER (PARTITION BY ${list(query.stagger.partitionBy)} RANGE ${printExpression(query.stagger.range)})`,
        ]),
    ...(query.having === undefined ? [] : [`HAVING ${printExpression(query.having)}`]),
    ...(query.windows.length === 0
      ? []
      : [
          `WINDOW ${query.windows.map((window) => `${printName(window.name)} AS ${printWindowSpecification(window.specification)}`).join(', ')}`,
        ]),
  ].join(' ');
}

function printSelectItem(item: SelectItem): string {
  if (item.kind === 'all') return item.qualifier === undefined ? '*' : `${printName(item.qualifier)}.*`;
  return `${printExpression(item.expression)}${item.alias === undefined ? '' : ` AS ${printName(item.alias)}`}`;
}

function printFromItem(item: FromItem): string {
  switch (item.kind) {
    case 'named-relation':
      return `${printName(item.name)}${printSuffix(item)}`;
    case 'derived-table':
      return `(${printQuery(item.query)})${printSuffix(item)}`;
    case 'table-function': {
      const given = item.arguments.map((one) =>
        one.kind === 'cursor' ? `CURSOR(${printQuery(one.query)})` : printExpression(one),
      );
      return `TABLE(${printName(item.name)}(${given.join(', ')}))${printSuffix(item)}`;
    }
    case 'join':
      return printJoin(item);
  }
}

type Suffix = Pick<Extract<FromItem, { kind: 'named-relation' }>, 'window' | 'alias' | 'columnAliases'>;

function printSuffix(item: Suffix): string {
  const window = item.window === undefined ? '' : ` OVER ${printWindow(item.window)}`;
  const alias = item.alias === undefined ? '' : ` AS ${printName(item.alias)}${printColumns(item.columnAliases)}`;
  return window + alias;
}

function printJoin(join: Join): string {
  const left = printFromItem(join.left);
  const right = join.right.kind === 'join' ? `(${printFromItem(join.right)})` : printFromItem(join.right);
  if (join.type === 'comma') return `${left}, ${right}`;
  const type = join.type === 'inner' ? '' : `${join.type.toUpperCase()} `;
  const condition =
    join.on !== undefined
      ? ` ON ${printExpression(join.on)}`
      : join.using === undefined
        ? ''
        : ` USING${printColumns(join.using)}`;
  return `${left} ${join.natural ? 'NATURAL ' : ''}${type}JOIN ${right}${condition}`;
}
