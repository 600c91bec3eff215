// Expressions → AssemblyScript statements. Nulls are handled here: library functions see plain values, and a call whose argument
// may be NULL is wrapped. Values live in locals; a value is computed once within a function (common subexpressions).
import { familyOf, storageOf, type Storage } from '../../contract/types.ts';
import {
  briefly,
  type Call,
  type Case,
  type Coalesce,
  type Comparison,
  type DistinctFrom,
  type Expression,
  type IsTest,
  type Literal,
  type Logical,
  type Subquery,
} from '../plan/expression.ts';
import { hashText } from '../bind/identify.ts';
import { forEachColumn } from '../plan/walk.ts';
import { emitArithmetic, emitNegate } from './arithmetic.ts';
import { emitCast } from './casts.ts';
import type { Code, ModuleBuilder } from './code.ts';

/** A computed value: an AssemblyScript expression without side effects, and whether it is NULL (`false` when it never is). */
export interface Operand {
  readonly value: string;
  readonly isNull: string;
}

/** Where an expression's leaves come from while its code is written. */
export interface ExpressionContext {
  readonly code: Code;
  readonly module: ModuleBuilder;
  readonly column: (index: number) => Operand;
  /** ROWTIME of the row below, an i64 expression. */
  readonly rowtime: string;
  /** Values computed so far in scopes that enclose the present place; innermost last. Empty when sharing is off. */
  readonly shared: Map<string, Operand>[];
}

/** AssemblyScript type of a storage. */
export function wasmType(storage: Storage): string {
  return storage === 'text' ? 'u64' : storage;
}

/** The zero of a storage. */
export function zeroOf(storage: Storage): string {
  return storage === 'f64' || storage === 'f32' ? '0.0' : '0';
}

/** Writes the code of an expression and returns its value. */
export function emitExpression(expression: Expression, context: ExpressionContext): Operand {
  if (expression.kind === 'column') return context.column(expression.index);
  if (expression.kind === 'rowtime') return { value: context.rowtime, isNull: 'false' };
  if (expression.kind === 'literal') return emitLiteral(expression, context);
  const key = shareKey(expression);
  for (const scope of context.shared) {
    const known = scope.get(key);
    if (known !== undefined) return known;
  }
  const operand = emitComputed(expression, context);
  context.shared.at(-1)?.set(key, operand);
  return operand;
}

/** A text that equal expressions share, whatever their place. */
export function shareKey(expression: Expression): string {
  return JSON.stringify(expression, (name, value: unknown) =>
    name === 'span' || name === 'documentation' ? undefined : typeof value === 'bigint' ? `${value}n` : briefly(value),
  );
}

function emitComputed(
  expression: Exclude<Expression, { kind: 'column' | 'rowtime' | 'literal' }>,
  context: ExpressionContext,
): Operand {
  switch (expression.kind) {
    case 'context':
      return {
        value: context.module.use('operators/context', expression.name === 'row-clock' ? 'rowClock' : 'startClock'),
        isNull: 'false',
      };
    case 'arithmetic':
      return emitStrict(expression, [expression.left, expression.right], context, (values) =>
        emitArithmetic(expression, values, context.module),
      );
    case 'negate':
      return emitStrict(expression, [expression.operand], context, (values) =>
        emitNegate(expression, values[0] ?? '', context.module),
      );
    case 'comparison':
      return emitStrict(expression, [unpadded(expression.left), unpadded(expression.right)], context, (values) =>
        compare(expression.operator, expression.left, values[0] ?? '', values[1] ?? '', context),
      );
    case 'and':
    case 'or':
      return emitLogical(expression, context);
    case 'not': {
      const operand = emitExpression(expression.operand, context);
      return { value: `i32(!${parenthesize(operand.value)})`, isNull: operand.isNull };
    }
    case 'is':
      return emitIs(expression, context);
    case 'distinct-from':
      return emitDistinctFrom(expression, context);
    case 'case':
      return emitCase(expression, context);
    case 'coalesce':
      return emitCoalesce(expression, context);
    case 'cast':
      if (expression.operand.type.kind === 'NULL') return { value: zeroOf(storageOf(expression.type)), isNull: 'true' };
      if (expression.type.kind === 'BOOLEAN' && familyOf(expression.operand.type) === 'character') {
        return emitMayReturn(expression, [expression.operand], context, (values) =>
          emitCast(expression, values[0] ?? '', context.module),
        );
      }
      return emitStrict(expression, [expression.operand], context, (values) =>
        emitCast(expression, values[0] ?? '', context.module),
      );
    case 'call':
      return emitCall(expression, context);
    case 'subquery':
      return emitQuestion(expression, context);
  }
}

function parenthesize(text: string): string {
  return /^[\w.]+$/.test(text) ? text : `(${text})`;
}

/** A literal's value as AssemblyScript. */
export function emitLiteral(literal: Literal, context: { readonly module: ModuleBuilder }): Operand {
  const storage = storageOf(literal.type);
  if (literal.value === null) return { value: zeroOf(storage), isNull: 'true' };
  if (storage === 'text') {
    const text = String(literal.value);
    const bytes =
      familyOf(literal.type) === 'binary'
        ? Uint8Array.from(text, (unit) => unit.charCodeAt(0))
        : new TextEncoder().encode(text);
    return { value: context.module.text(text, bytes), isNull: 'false' };
  }
  if (storage === 'i64') {
    const value = BigInt(literal.value);
    return {
      value: value === -(2n ** 63n) ? 'i64.MIN_VALUE' : `<i64>${value < 0n ? `(${value})` : value}`,
      isNull: 'false',
    };
  }
  if (storage === 'i32') return { value: `<i32>(${Number(literal.value)})`, isNull: 'false' };
  const text = String(Number(literal.value));
  return { value: `<${storage}>(${/[.e]/.test(text) ? text.replace('e+', 'e') : `${text}.0`})`, isNull: 'false' };
}

/** `a || b`, without the parts that are constant. */
export function orNulls(nulls: readonly string[]): string {
  const open = [...new Set(nulls)].filter((text) => text !== 'false');
  if (open.includes('true')) return 'true';
  return open.length === 0 ? 'false' : open.join(' || ');
}

// NULL in, NULL out: the call is made only when no operand is NULL.
function emitStrict(
  expression: Expression,
  operands: readonly Expression[],
  context: ExpressionContext,
  call: (values: readonly string[]) => string,
): Operand {
  const emitted = operands.map((operand) => emitExpression(operand, context));
  const isNull = orNulls(emitted.map((operand) => operand.isNull));
  const storage = storageOf(expression.type);
  const type = wasmType(storage);
  const { code } = context;
  const values = emitted.map((operand) => operand.value);
  if (isNull === 'true') return { value: zeroOf(storage), isNull };
  const value = code.fresh('v');
  if (isNull === 'false') {
    code.line(`const ${value}: ${type} = ${call(values)};`);
    return { value, isNull };
  }
  const nullName = nameNull(isNull, code);
  code.line(`let ${value}: ${type} = ${zeroOf(storage)};`);
  code.line(`if (!${nullName}) ${value} = ${call(values)};`);
  return { value, isNull: nullName };
}

function nameNull(isNull: string, code: Code): string {
  if (/^\w+$/.test(isNull)) return isNull;
  const name = code.fresh('n');
  code.line(`const ${name}: bool = ${isNull};`);
  return name;
}

// What pads a text for a comparison that doesn't look at blanks is left out.
function unpadded(side: Expression): Expression {
  if (side.kind !== 'cast' || side.mode !== 'implicit' || side.type.kind !== 'CHAR') return side;
  const from = side.operand.type;
  return familyOf(from) === 'character' && 'length' in from && from.length <= side.type.length ? side.operand : side;
}

function compare(
  operator: Comparison['operator'],
  left: Expression,
  leftValue: string,
  rightValue: string,
  context: ExpressionContext,
): string {
  const wasmOperator = operator === '=' ? '==' : operator === '<>' ? '!=' : operator;
  if (storageOf(left.type) !== 'text') return `i32(${leftValue} ${wasmOperator} ${rightValue})`;
  const padded = left.type.kind === 'CHAR';
  if (operator === '=' || operator === '<>') {
    const equal = context.module.use('functions/compare', padded ? 'equalPadded' : 'equalText');
    return `i32(${operator === '=' ? '' : '!'}${equal}(${leftValue}, ${rightValue}))`;
  }
  const order = context.module.use('functions/compare', padded ? 'comparePadded' : 'compareText');
  return `i32(${order}(${leftValue}, ${rightValue}) ${wasmOperator} 0)`;
}

/** Runs `body` in a scope of its own: what it computes is not shared with what follows. */
function scoped<T>(context: ExpressionContext, body: (inner: ExpressionContext) => T): T {
  if (context.shared.length === 0) return body(context);
  return body({ ...context, shared: [...context.shared, new Map<string, Operand>()] });
}

// Above a join a column may be NULL in its place though the expression was bound where it is not.
function readsNullable(expression: Expression, context: ExpressionContext): boolean {
  let found = false;
  forEachColumn(expression, (index) => {
    found ||= context.column(index).isNull !== 'false';
  });
  return found;
}

// Left to right, stopping at FALSE (AND) or TRUE (OR); NULL unless so decided.
function emitLogical(expression: Logical, context: ExpressionContext): Operand {
  const { code } = context;
  const deciding = expression.kind === 'and' ? '0' : '1';
  const value = code.fresh('b');
  const anyNullable = expression.operands.some((operand) => operand.nullable || readsNullable(operand, context));
  const isNull = anyNullable ? code.fresh('n') : 'false';
  code.line(`let ${value}: i32 = ${expression.kind === 'and' ? '1' : '0'};`);
  if (anyNullable) code.line(`let ${isNull}: bool = false;`);
  code.block('do', () => {
    for (const operand of expression.operands) {
      const emitted = scoped(context, (inner) => emitExpression(operand, inner));
      const decided = `${expression.kind === 'and' ? '!' : ''}${parenthesize(emitted.value)}`;
      const decide = `{ ${value} = ${deciding}; ${anyNullable ? `${isNull} = false; ` : ''}break; }`;
      // What can't be NULL may have a flag all the same: COALESCE(a, 0).
      if (!operand.nullable || emitted.isNull === 'false') code.line(`if (${decided}) ${decide}`);
      else {
        code.line(`if (${emitted.isNull}) ${isNull} = true;`);
        code.line(`else if (${decided}) ${decide}`);
      }
    }
  });
  code.lines[code.lines.length - 1] += ' while (false);';
  return { value, isNull };
}

function emitIs(expression: IsTest, context: ExpressionContext): Operand {
  const operand = emitExpression(expression.operand, context);
  const not = expression.negated ? '!' : '';
  switch (expression.test) {
    case 'null':
    case 'unknown':
      return { value: `i32(${not}(${operand.isNull}))`, isNull: 'false' };
    case 'true':
      return { value: `i32(${not}(!(${operand.isNull}) && ${operand.value} != 0))`, isNull: 'false' };
    case 'false':
      return { value: `i32(${not}(!(${operand.isNull}) && ${operand.value} == 0))`, isNull: 'false' };
  }
}

function emitDistinctFrom(expression: DistinctFrom, context: ExpressionContext): Operand {
  const left = emitExpression(unpadded(expression.left), context);
  const right = emitExpression(unpadded(expression.right), context);
  const { code } = context;
  const value = code.fresh('v');
  const differ = compare('<>', expression.left, left.value, right.value, context);
  code.line(`let ${value}: i32 = i32((${left.isNull}) != (${right.isNull}));`);
  code.line(`if (${value} == 0 && !(${left.isNull})) ${value} = ${differ};`);
  return { value: expression.negated ? `i32(${value} == 0)` : value, isNull: 'false' };
}

function emitCase(expression: Case, context: ExpressionContext): Operand {
  const { code } = context;
  const result = declareResult(expression, context);
  code.block('do', () => {
    for (const branch of expression.branches) {
      scoped(context, (inner) => {
        const condition = emitCondition(branch.when, inner);
        code.block(`if (${condition})`, () => {
          scoped(inner, (deeper) => assign(result, emitExpression(branch.then, deeper), code));
          code.line('break;');
        });
      });
    }
    scoped(context, (inner) => assign(result, emitExpression(expression.otherwise, inner), code));
  });
  code.lines[code.lines.length - 1] += ' while (false);';
  return result;
}

function emitCoalesce(expression: Coalesce, context: ExpressionContext): Operand {
  const { code } = context;
  const result = declareResult(expression, context);
  code.block('do', () => {
    for (const operand of expression.operands) {
      scoped(context, (inner) => {
        const emitted = emitExpression(operand, inner);
        assign(result, emitted, code);
        if (emitted.isNull !== 'true')
          code.line(emitted.isNull === 'false' ? 'break;' : `if (!(${emitted.isNull})) break;`);
      });
    }
  });
  code.lines[code.lines.length - 1] += ' while (false);';
  return result;
}

function declareResult(expression: Expression, context: ExpressionContext): Operand {
  const { code } = context;
  const storage = storageOf(expression.type);
  const value = code.fresh('c');
  code.line(`let ${value}: ${wasmType(storage)} = ${zeroOf(storage)};`);
  const isNull = code.fresh('n');
  code.line(`let ${isNull}: bool = false;`);
  return { value, isNull };
}

function assign(result: Operand, operand: Operand, code: Code): void {
  code.line(`${result.value} = ${operand.value};`);
  code.line(`${result.isNull} = ${operand.isNull};`);
}

/** Writes the code of a condition; the returned bool expression is true only when it is TRUE. */
export function emitCondition(expression: Expression, context: ExpressionContext): string {
  const operand = emitExpression(expression, context);
  if (operand.isNull === 'true') return 'false';
  return operand.isNull === 'false' ? `${operand.value} != 0` : `!(${operand.isNull}) && ${operand.value} != 0`;
}

function emitCall(expression: Call, context: ExpressionContext): Operand {
  const signature = expression.function;
  const name = context.module.useFunction(signature.module, signature.implementation);
  const withScales = (values: readonly string[]): string[] =>
    values.flatMap((value, index) => {
      const type = expression.arguments[index]?.type;
      return type?.kind === 'DECIMAL' && signature.parameters[index]?.kind === 'DECIMAL'
        ? [value, String(type.scale)]
        : [value];
    });
  if (signature.nulls === 'propagate') {
    return emitStrict(
      expression,
      expression.arguments,
      context,
      (values) => `${name}(${withScales(values).join(', ')})`,
    );
  }
  if (signature.nulls === 'may-return') {
    return emitMayReturn(
      expression,
      expression.arguments,
      context,
      (values) => `${name}(${withScales(values).join(', ')})`,
    );
  }
  const { code, module } = context;
  const value = code.fresh('v');
  const isNull = code.fresh('n');
  const values = expression.arguments.flatMap((argument) => {
    const operand = emitExpression(argument, context);
    return [operand.value, operand.isNull];
  });
  code.line(`const ${value}: ${wasmType(storageOf(expression.type))} = ${name}(${values.join(', ')});`);
  code.line(`const ${isNull}: bool = ${module.use('functions/nulls', 'takeNull')}();`);
  return { value, isNull };
}

/** Name of the function that answers a question: equal ones share it. */
export function questionName(question: Subquery): string {
  const parameters = question.arguments.map(({ type, nullable }) => [type, nullable]);
  return `subquery_${hashText(shareKey({ ...question, arguments: [] }) + JSON.stringify(parameters))}`;
}

function emitQuestion(question: Subquery, context: ExpressionContext): Operand {
  const { code, module } = context;
  const values = question.arguments.flatMap((argument) => {
    const operand = emitExpression(argument, context);
    return [operand.value, operand.isNull];
  });
  const value = code.fresh('v');
  code.line(`const ${value}: ${wasmType(storageOf(question.type))} = ${questionName(question)}(${values.join(', ')});`);
  if (!question.nullable) return { value, isNull: 'false' };
  const isNull = code.fresh('n');
  code.line(`const ${isNull}: bool = ${module.use('functions/nulls', 'takeNull')}();`);
  return { value, isNull };
}

// NULL in, NULL out; and the call itself may give NULL.
function emitMayReturn(
  expression: Expression,
  operands: readonly Expression[],
  context: ExpressionContext,
  call: (values: readonly string[]) => string,
): Operand {
  const { code, module } = context;
  const storage = storageOf(expression.type);
  const emitted = operands.map((operand) => emitExpression(operand, context));
  const value = code.fresh('v');
  const isNull = code.fresh('n');
  code.line(`let ${value}: ${wasmType(storage)} = ${zeroOf(storage)};`);
  code.line(`let ${isNull}: bool = ${orNulls(emitted.map((operand) => operand.isNull))};`);
  code.block(`if (!${isNull})`, () => {
    code.line(`${value} = ${call(emitted.map((operand) => operand.value))};`);
    code.line(`${isNull} = ${module.use('functions/nulls', 'takeNull')}();`);
  });
  return { value, isNull };
}
