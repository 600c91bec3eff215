// The arguments of table functions: names, types, ranges and defaults as the documentation has them (KDA-SQL 4.9).
import * as message from '../diagnose/tableMessages.ts';
import type * as ast from '../parse/ast.ts';
import type { Expression } from '../plan/expression.ts';
import type { TableFunctionName } from '../plan/plan.ts';
import type { Span } from '../source.ts';
import type { Scope } from './scope.ts';

/** Constant arguments by the documentation's names. */
export type Options = Readonly<Record<string, number | boolean | string>>;

type Parameter = { readonly name: string } & (
  | { readonly kind: 'integer'; readonly least: number; readonly most: number; readonly otherwise?: number }
  | { readonly kind: 'positive' }
  | { readonly kind: 'boolean'; readonly otherwise: boolean }
  | { readonly kind: 'text' }
  | { readonly kind: 'word'; readonly words: readonly string[] }
);

const integerMax = 2147483647;
const forest: readonly Parameter[] = [
  { name: 'numberOfTrees', kind: 'integer', least: 1, most: 1000, otherwise: 100 },
  { name: 'subSampleSize', kind: 'integer', least: 10, most: 1000, otherwise: 256 },
  { name: 'timeDecay', kind: 'integer', least: 1, most: integerMax, otherwise: 100000 },
  { name: 'shingleSize', kind: 'integer', least: 1, most: 30, otherwise: 1 },
];
const windowSize: Parameter = { name: 'windowSizeSeconds', kind: 'integer', least: 1, most: 3600 };

/** Parameters behind the cursor, in order. */
export const signatures: Readonly<Record<TableFunctionName, readonly Parameter[]>> = {
  RANDOM_CUT_FOREST: forest,
  RANDOM_CUT_FOREST_WITH_EXPLANATION: [...forest, { name: 'withDirectionality', kind: 'boolean', otherwise: false }],
  HOTSPOTS: [
    { name: 'windowSize', kind: 'integer', least: 100, most: 1000 },
    { name: 'scanRadius', kind: 'positive' },
    { name: 'minimumNumberOfPointsInAHotspot', kind: 'integer', least: 2, most: 1000 },
  ],
  TOP_K_ITEMS_TUMBLING: [
    { name: 'columnName', kind: 'text' },
    { name: 'K', kind: 'integer', least: 1, most: 100000 },
    windowSize,
  ],
  COUNT_DISTINCT_ITEMS_TUMBLING: [{ name: 'columnName', kind: 'text' }, windowSize],
  GROUP_RANK: [
    { name: 'rankByColumnName', kind: 'text' },
    { name: 'rankOutColumnName', kind: 'text' },
    { name: 'sortOrder', kind: 'word', words: ['asc', 'desc'] },
    { name: 'outputOrder', kind: 'word', words: ['asc', 'desc', 'none', ''] },
    { name: 'maxIdle', kind: 'integer', least: 0, most: integerMax },
    { name: 'outputMax', kind: 'integer', least: 0, most: integerMax },
  ],
};

/** Binds the arguments behind the cursor; undefined after an error. */
export function bindSignature(
  name: TableFunctionName,
  span: Span,
  given: readonly (ast.Expression | ast.CursorArgument)[],
  scope: Scope,
  bindConstant: (node: ast.Expression) => Expression | undefined,
): Options | undefined {
  const parameters = signatures[name];
  const needed = parameters.filter((parameter) => defaultOf(parameter) === undefined).length;
  if (given.length < needed || given.length > parameters.length) {
    scope.report(message.argumentCount(span, name, given.length, signatureText(parameters)));
    return undefined;
  }
  const options: Record<string, number | boolean | string> = {};
  let failed = false;
  for (const [index, parameter] of parameters.entries()) {
    const node = given[index];
    const value = node === undefined ? defaultOf(parameter) : bindArgument(name, parameter, node, scope, bindConstant);
    if (value === undefined) failed = true;
    else options[parameter.name] = value;
  }
  return !failed && relationsHold(name, options, given, scope) ? options : undefined;
}

function defaultOf(parameter: Parameter): number | boolean | undefined {
  return 'otherwise' in parameter ? parameter.otherwise : undefined;
}

function signatureText(parameters: readonly Parameter[]): string {
  return parameters
    .map((parameter) =>
      defaultOf(parameter) === undefined ? parameter.name : `${parameter.name} (default ${defaultOf(parameter)})`,
    )
    .join(', ');
}

function bindArgument(
  name: TableFunctionName,
  parameter: Parameter,
  node: ast.Expression | ast.CursorArgument,
  scope: Scope,
  bindConstant: (node: ast.Expression) => Expression | undefined,
): number | boolean | string | undefined {
  if (node.kind === 'cursor') {
    scope.report(message.unexpectedCursor(node.span, name));
    return undefined;
  }
  if (!isConstant(node)) {
    scope.report(message.argumentNotConstant(node.span, name, parameter.name));
    return undefined;
  }
  const constant = bindConstant(node);
  if (constant === undefined) return undefined;
  const value = constantValue(constant);
  const wanted = wantedText(parameter);
  if (!fits(parameter, value)) {
    scope.report(message.argumentType(node.span, name, parameter.name, wanted));
    return undefined;
  }
  const range = rangeBroken(parameter, value);
  if (range !== undefined) {
    const found = typeof value === 'string' ? `'${value}'` : String(value);
    scope.report(message.argumentOutOfRange(node.span, name, parameter.name, found, range));
    return undefined;
  }
  return parameter.kind === 'word' ? String(value).toLowerCase() : (value ?? undefined);
}

function isConstant(node: ast.Expression): boolean {
  if (node.kind === 'unary') return isConstant(node.operand);
  return node.kind === 'number' || node.kind === 'string' || node.kind === 'boolean' || node.kind === 'null';
}

// The value of a literal, perhaps behind a minus; NULL is null.
function constantValue(expression: Expression): number | boolean | string | null {
  if (expression.kind === 'negate') return -Number(constantValue(expression.operand));
  if (expression.kind === 'cast') return constantValue(expression.operand);
  if (expression.kind !== 'literal' || expression.value === null) return null;
  const { type, value } = expression;
  if (type.kind === 'BOOLEAN') return Number(value) !== 0;
  if (type.kind === 'DECIMAL') return Number(value) / 10 ** type.scale;
  return typeof value === 'bigint' ? Number(value) : value;
}

function wantedText({ kind }: Parameter): string {
  if (kind === 'boolean') return 'TRUE or FALSE';
  if (kind === 'text' || kind === 'word') return 'a text';
  return kind === 'integer' ? 'a whole number' : 'a number';
}

function fits({ kind }: Parameter, value: number | boolean | string | null): boolean {
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'text' || kind === 'word') return typeof value === 'string';
  return typeof value === 'number' && (kind === 'positive' || Number.isInteger(value));
}

// The range of a parameter in words, when a value is outside of it.
function rangeBroken(parameter: Parameter, value: number | boolean | string | null): string | undefined {
  switch (parameter.kind) {
    case 'integer':
      return Number(value) < parameter.least || Number(value) > parameter.most
        ? `from ${parameter.least} to ${parameter.most}`
        : undefined;
    case 'positive':
      return Number(value) > 0 ? undefined : 'above 0';
    case 'word':
      return parameter.words.includes(String(value).toLowerCase())
        ? undefined
        : `one of ${parameter.words.map((word) => `'${word}'`).join(', ')}`;
    case 'boolean':
    case 'text':
      return undefined;
  }
}

// What the documentation demands of two arguments together.
function relationsHold(
  name: TableFunctionName,
  options: Options,
  given: readonly (ast.Expression | ast.CursorArgument)[],
  scope: Scope,
): boolean {
  const check = (option: string, limit: string, holds: boolean, words: string): boolean => {
    if (holds) return true;
    const index = signatures[name].findIndex((parameter) => parameter.name === option);
    const span = given[index]?.span ?? given.at(-1)?.span;
    if (span !== undefined)
      scope.report(
        message.argumentOutOfRange(span, name, option, String(options[option]), `${words} ${limit}, ${options[limit]}`),
      );
    return false;
  };
  if (name === 'HOTSPOTS') {
    const minimum = 'minimumNumberOfPointsInAHotspot';
    return check(minimum, 'windowSize', Number(options[minimum]) <= Number(options['windowSize']), 'at most');
  }
  if (name !== 'RANDOM_CUT_FOREST' && name !== 'RANDOM_CUT_FOREST_WITH_EXPLANATION') return true;
  return check('subSampleSize', 'timeDecay', Number(options['subSampleSize']) < Number(options['timeDecay']), 'below');
}
