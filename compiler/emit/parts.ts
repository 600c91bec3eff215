// Cutting generated code into functions, none of which may exceed 4,000 bytes of Wasm: engines inside a JVM interpret longer ones.
import { storageOf, type SqlType } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import { canFault } from '../plan/faults.ts';
import type { Relation } from '../plan/plan.ts';
import { forEachColumn, weightOf } from '../plan/walk.ts';
import type { Piece } from './accumulators.ts';
import { Code, type ModuleBuilder } from './code.ts';
import type { ProgramContext } from './context.ts';
import { emitExpression, shareKey, wasmType, zeroOf, type ExpressionContext, type Operand } from './expressions.ts';
import { failCheck, type Segment } from './segment.ts';

/** Weight of code above which it is cut into several functions. */
const weightPerFunction = 120;

/** What an expression's code costs, roughly; columns that projections of `input` derive count with what derives them. */
export function costOf(expression: Expression, input?: Relation): number {
  let derived = 0;
  if (input !== undefined)
    forEachColumn(expression, (index) => {
      derived += derivedCost(index, input);
    });
  return weightOf(expression) * 2 + 2 + derived;
}

function derivedCost(index: number, relation: Relation): number {
  if (relation.kind === 'filter' || relation.kind === 'distinct') return derivedCost(index, relation.input);
  const expression = relation.kind === 'project' ? relation.expressions[index] : undefined;
  // A column that is passed on costs nothing more.
  if (expression === undefined || relation.kind !== 'project') return 0;
  return expression.kind === 'column'
    ? derivedCost(expression.index, relation.input)
    : costOf(expression, relation.input);
}

/** Cuts a list of weights into runs of places that each fit into one function. */
export function partition(weights: readonly number[]): number[][] {
  const parts: number[][] = [[]];
  let weight = 0;
  for (const [index, own] of weights.entries()) {
    if (weight + own > weightPerFunction && (parts.at(-1)?.length ?? 0) > 0) {
      parts.push([]);
      weight = 0;
    }
    parts.at(-1)?.push(index);
    weight += own;
  }
  return parts;
}

/** True when code of that weight fits into a function that has other things to do as well. */
export function fitsBeside(weight: number): boolean {
  return weight <= weightPerFunction;
}

/** Values of 8 bytes with a null byte each in static memory, in which functions leave what others read. */
export class ValueFrame {
  readonly name: string;
  private readonly count: number;

  constructor(name: string, count: number) {
    this.name = name;
    this.count = count;
  }

  /** Declares its memory. */
  declare(module: ModuleBuilder): void {
    module.declare(`const ${this.name}: usize = memory.data(${this.count * 9 + 8}, 16);`);
  }

  /** Writes that a value is stored. */
  store(code: Code, index: number, type: SqlType, operand: Operand): void {
    const storage = storageOf(type);
    const value = operand.isNull === 'true' ? zeroOf(storage) : operand.value;
    code.line(`store<${wasmType(storage)}>(${this.name}, ${value}, ${index * 8});`);
    if (operand.isNull !== 'false')
      code.line(`store<u8>(${this.name}, u8(${operand.isNull}), ${this.count * 8 + index});`);
  }

  /** Where a value lies. A value that is never NULL has no null byte. */
  operand(index: number, { type, nullable }: { readonly type: SqlType; readonly nullable: boolean }): Operand {
    return {
      value: `load<${wasmType(storageOf(type))}>(${this.name}, ${index * 8})`,
      isNull: nullable ? `load<u8>(${this.name}, ${this.count * 8 + index}) != 0` : 'false',
    };
  }
}

/** Writes pieces as functions `<name>_<n>(<parameters>): void` and returns the statements that call them with `passed`. */
export function emitPieces(
  name: string,
  parameters: string,
  passed: string,
  pieces: readonly Piece[],
  module: ModuleBuilder,
): string[] {
  if (pieces.length === 0) return [];
  return partition(pieces.map(({ weight }) => weight)).map((part, number) => {
    const code = new Code();
    for (const index of part) pieces[index]?.emit(code);
    module.function(`function ${name}_${number}(${parameters}): void`, code);
    return `${name}_${number}(${passed});`;
  });
}

/**
 * Evaluates expressions over the columns of `relation`, whose row is `below`, into a frame, in functions of their own as far as they
 * don't fit into the present one; a fault ends the row before anything was changed.
 */
export function emitIntoFrame(
  expressions: readonly Expression[],
  frame: ValueFrame,
  below: ExpressionContext,
  segment: Segment,
  relation: Relation,
  context: ProgramContext,
): Operand[] {
  const parts = partition(expressions.map((expression) => costOf(expression, relation)));
  const { code } = below;
  for (const [number, part] of parts.entries()) {
    if (parts.length === 1) {
      emitStores(expressions, part, frame, below, segment, context);
      continue;
    }
    const needed = new Set<number>();
    for (const index of part) {
      const expression = expressions[index];
      if (expression !== undefined) forEachColumn(expression, (column) => needed.add(column));
    }
    const inner = new Code();
    emitStores(expressions, part, frame, segment.columnsIn(relation, inner, needed), segment, context);
    for (const [line, text] of inner.lines.entries()) inner.lines[line] = text.replace(/return;/g, 'return false;');
    inner.line('return true;');
    context.module.function(`function ${frame.name}_${number}(${segment.parameters}rowtime: i64): bool`, inner);
    code.line(`if (!${frame.name}_${number}(${segment.passed}rowtime)) return;`);
  }
  return expressions.map((expression, index) => frame.operand(index, expression));
}

function emitStores(
  expressions: readonly Expression[],
  part: readonly number[],
  frame: ValueFrame,
  below: ExpressionContext,
  segment: Segment,
  context: ProgramContext,
): void {
  for (const index of part) {
    const expression = expressions[index];
    if (expression === undefined) continue;
    const operand = emitExpression(expression, below);
    if (canFault(expression)) failCheck(segment, context, below.code)(expression);
    frame.store(below.code, index, expression.type, operand);
  }
}

/** Values by the expression that gives them. */
export function operandsBy(expressions: readonly Expression[], operands: readonly Operand[]): Map<string, Operand> {
  return new Map(expressions.map((expression, index) => [shareKey(expression), operands[index] as Operand]));
}
