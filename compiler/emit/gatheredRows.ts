// Rows that a tumbling aggregate gathers before it adds them to its groups (assembly/state/gathered): where there are many of these, the
// memory of several is waited for at once. A gathered row is its key and the values of the aggregates' arguments, which are numbers.
import { storageOf } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import { emitAdditions, isCut, type Aggregation } from './aggregation.ts';
import { Code } from './code.ts';
import type { ProgramContext } from './context.ts';
import { shareKey, wasmType, zeroOf, type Operand } from './expressions.ts';

const argumentsMax = 8;

/** True for an aggregate whose rows are gathered where there are many groups. */
export function gathers(aggregation: Aggregation, { optimize }: Pick<ProgramContext, 'optimize'>): boolean {
  const values = aggregation.accumulators.arguments();
  if (!optimize || isCut(aggregation) || values.length > argumentsMax) return false;
  return values.every(({ type }) => storageOf(type) !== 'text');
}

/** A statement that adds what is gathered. */
export function addGathered({ name }: Aggregation): string {
  return `if (gathered_${name}.count != 0) addGathered_${name}();`;
}

/** Declares the place of gathered rows and `addGathered_<name>()`. */
export function declareGathered(aggregation: Aggregation, { module }: ProgramContext): void {
  const { name, accumulators, table } = aggregation;
  const use = (member: string): string => module.use('state/gathered', member);
  const values = accumulators.arguments();
  use('Gathered');
  const bytes = `${use('GATHERED_BYTES')} + ${use('GATHERED_ROWS')} * (${use('GATHERED_HEAD')} + ${valueBytes(values)})`;
  module.declare(`const gathered_${name}: Gathered = changetype<Gathered>(memory.data(${bytes}, 16));`);
  const code = new Code();
  code.line(`${use('touchGathered')}(gathered_${name}, ${table});`);
  code.line(`const count = gathered_${name}.count;`);
  code.line(`gathered_${name}.count = 0;`);
  code.block('for (let index: u32 = 0; index < count; index++)', () => {
    code.line(`const entry = ${use('gatheredAt')}(gathered_${name}, index);`);
    code.line(
      `const row = ${module.use('state/groups', 'findPaddedGroup')}(${table}, entry + 8, load<u32>(entry, 4), load<u32>(entry));`,
    );
    code.line('const values = entry + GATHERED_HEAD;');
    emitAdditions(aggregation, (expression) => gatheredOperand(values, expression), code, module);
  });
  module.function(
    `function addGathered_${name}(): void`,
    code,
    'The rows that were gathered go into their groups, in order.',
  );
}

/** Writes that the row of that key is gathered where there are many groups, and that `direct` is done elsewhere. */
export function emitGather(
  aggregation: Aggregation,
  key: string,
  operandOf: (expression: Expression) => Operand,
  direct: () => void,
  code: Code,
  { module, gatherFrom }: ProgramContext,
): void {
  const { name, accumulators, table } = aggregation;
  const use = (member: string): string => module.use('state/gathered', member);
  const values = accumulators.arguments();
  const length = `${module.use('text', 'textLength')}(${key})`;
  // Few groups are told apart first, so that their rows pay for one comparison: gathered rows never outlive many groups.
  code.line('let waits = false;');
  code.block(gatherFrom === 0 ? '' : `if (${table}.count >= ${gatherFrom})`, () => {
    code.line(`waits = ${length} <= ${use('GATHERED_KEY_MAX')};`);
    code.block('if (waits)', () => {
      code.line(
        `const values = ${use('gather')}(gathered_${name}, ${valueBytes(values)}, ${module.use('text', 'textPointer')}(${key}), ${length});`,
      );
      for (const [index, value] of values.entries()) storeValue(values, index, operandOf(value), code);
      code.line(`if (gathered_${name}.count == ${use('GATHERED_ROWS')}) addGathered_${name}();`);
    });
    code.line(`else ${addGathered(aggregation)}`);
  });
  code.block('if (!waits)', direct);
}

// What is to be added of a row: values of 8 bytes, then their null bytes.
function valueBytes(values: readonly Expression[]): number {
  return values.length * 8 + Math.ceil(values.length / 8) * 8;
}

function storeValue(values: readonly Expression[], index: number, operand: Operand, code: Code): void {
  const { type = { kind: 'NULL' } as const } = values[index] ?? {};
  const storage = storageOf(type);
  const value = operand.isNull === 'true' ? zeroOf(storage) : operand.value;
  code.line(`store<${wasmType(storage)}>(values, ${value}, ${index * 8});`);
  if (operand.isNull !== 'false') code.line(`store<u8>(values, u8(${operand.isNull}), ${values.length * 8 + index});`);
}

function gatheredOperand(values: readonly Expression[], expression: Expression): Operand {
  const index = values.findIndex((value) => shareKey(value) === shareKey(expression));
  if (index < 0) throw new Error('invariant: an argument that is not gathered');
  const { type, nullable } = expression;
  return {
    value: `load<${wasmType(storageOf(type))}>(values, ${index * 8})`,
    isNull: nullable ? `load<u8>(values, ${values.length * 8 + index}) != 0` : 'false',
  };
}
