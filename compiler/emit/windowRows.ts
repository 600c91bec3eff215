// The pieces of a sliding window's code that handle rows: adding one, taking one out, making all rows the front, and forgetting what is
// old in queues. Each piece may stand in a function of its own.
import { familyOf, storageOf, type SqlType } from '../../contract/types.ts';
import type { Expression } from '../plan/expression.ts';
import { bitsOf, type Piece } from './accumulators.ts';
import type { Code, ModuleBuilder } from './code.ts';
import { shareKey, type Operand } from './expressions.ts';
import { usesStack, type Need, type StoredValue, type WindowState } from './windowState.ts';

/** What the current row gives for an argument. */
export type OperandOf = (expression: Expression) => Operand;

/** A value as the 8 bytes of a queue's entry: doubles by their bits, texts packed. */
export function wordOf(type: SqlType, value: string): string {
  const storage = storageOf(type);
  if (storage === 'text') return value;
  return storage === 'f32' || storage === 'f64' ? `reinterpret<u64>(<f64>${value})` : `<u64><i64>${value}`;
}

/** The value of such 8 bytes. */
export function valueOfWord(type: SqlType, word: string): string {
  const storage = storageOf(type);
  if (storage === 'text') return word;
  if (storage === 'f64') return `reinterpret<f64>(${word})`;
  return storage === 'f32' ? `<f32>reinterpret<f64>(${word})` : `<${storage}>${word}`;
}

/** A number as an i64 that orders as it does. */
function orderedWord(type: SqlType, value: string, module: ModuleBuilder): string {
  const approximate = familyOf(type) === 'approximate';
  return approximate ? `${module.use('aggregates/windowQueues', 'orderedDouble')}(<f64>${value})` : `<i64>${value}`;
}

function isText({ argument }: { readonly argument: Expression }): boolean {
  return storageOf(argument.type) === 'text';
}

function unlessNull(code: Code, isNull: string, body: () => void): void {
  if (isNull === 'true') return;
  if (isNull === 'false') body();
  else code.block(`if (!(${isNull}))`, body);
}

// Needs by argument, so that its NULL is looked at once.
function byArgument(needs: readonly Need[]): Need[][] {
  const groups = new Map<string, Need[]>();
  for (const need of needs) {
    const key = shareKey(need.argument);
    groups.set(key, [...(groups.get(key) ?? []), need]);
  }
  return [...groups.values()];
}

/** Pieces that add the current row: with `row`, `entry` (where rows are kept), `age` and `rowtime` in scope. */
export function additionPieces(state: WindowState, operandOf: OperandOf, module: ModuleBuilder): Piece[] {
  const stores = state.stored.map(
    (stored): Piece => ({
      weight: 5,
      emit: (code) => emitStore(code, state, stored, operandOf(stored.argument), module),
    }),
  );
  const additions = byArgument(state.needs).map(
    (needs): Piece => ({
      weight: needs.length * 5,
      emit: (code) => emitAdditions(code, state, needs, operandOf, module),
    }),
  );
  return [...stores, ...additions];
}

function emitStore(code: Code, state: WindowState, stored: StoredValue, operand: Operand, module: ModuleBuilder): void {
  const { argument, value, nulls, mask } = stored;
  if (stored.mask !== 0n && operand.isNull !== 'false')
    code.line(
      `if (${operand.isNull}) store<u64>(entry, load<u64>(entry, ${nulls}) | 0x${mask.toString(16)}, ${nulls});`,
    );
  if (!state.isValueKept(stored)) return;
  unlessNull(code, operand.isNull, () => {
    if (isText(stored))
      code.line(`${module.use('state/ownedText', 'storeOwnedText')}(entry + ${value}, ${operand.value});`);
    else if (familyOf(argument.type) === 'approximate')
      code.line(`store<f64>(entry, <f64>${operand.value}, ${value});`);
    else code.line(`store<i64>(entry, <i64>${operand.value}, ${value});`);
  });
}

function emitAdditions(
  code: Code,
  state: WindowState,
  needs: readonly Need[],
  operandOf: OperandOf,
  module: ModuleBuilder,
): void {
  const argument = needs[0]?.argument;
  if (argument === undefined) return;
  const operand = operandOf(argument);
  for (const need of needs.filter((each) => each.kind === 'position' && !each.ignoreNulls))
    emitPosition(code, state, need, operand, module);
  const strict = needs.filter((need) => need.kind !== 'position' || need.ignoreNulls);
  if (strict.length === 0) return;
  unlessNull(code, operand.isNull, () => {
    for (const need of strict) {
      if (need.kind === 'position') emitPosition(code, state, need, { value: operand.value, isNull: 'false' }, module);
      else if (need.kind === 'set') emitSet(code, needs, need, operand.value, 'add', module);
      else if (!need.distinct) emitAddition(code, need, operand.value, module);
    }
  });
}

function emitAddition(code: Code, need: Need, value: string, module: ModuleBuilder): void {
  const at = `row + ${need.offset}`;
  const { type } = need.argument;
  switch (need.kind) {
    case 'count':
      code.line(`${module.use('aggregates/count', 'addCount')}(${at});`);
      return;
    case 'sum':
      if (familyOf(type) === 'approximate')
        code.line(`${module.use('aggregates/exactSum', 'addExact')}(${at}, <f64>${value});`);
      else code.line(`${module.use('aggregates/sum', 'addWideSum')}(${at}, <i64>${value});`);
      return;
    case 'flags':
      code.line(`if (${value} != 0) ${module.use('aggregates/count', 'addCount')}(${at});`);
      return;
    case 'moments':
      code.line(`${module.use('aggregates/moments', 'addMoments')}(${at}, <f64>${value});`);
      return;
    case 'decaying':
      code.line(
        `${module.use('aggregates/windowStacks', 'addDecaying')}(${at}, <f64>${value}, rowtime, ${need.halfLifeMs});`,
      );
      return;
    case 'minimum':
    case 'maximum': {
      const minimum = need.kind === 'minimum';
      if (isText(need)) {
        const push = module.use('aggregates/windowQueues', 'pushExtremeText');
        code.line(`${push}(${at}, ${value}, age, ${minimum ? '1' : '-1'});`);
        return;
      }
      const push = module.use('aggregates/windowQueues', 'pushExtreme');
      code.line(`${push}(${at}, ${minimum ? '' : '~'}(${orderedWord(type, value, module)}), age);`);
      return;
    }
    case 'set':
    case 'position':
      throw new Error('invariant: added elsewhere');
  }
}

// A value comes into the set of its argument or leaves it; sums over DISTINCT follow when it is the first or the last one.
function emitSet(
  code: Code,
  needs: readonly Need[],
  set: Need,
  value: string,
  what: 'add' | 'remove',
  module: ModuleBuilder,
): void {
  const bits = isText(set) ? value : `<u64>${bitsOf(set.argument.type, value)}`;
  const call =
    what === 'add'
      ? `${module.use('state/distinct', 'addDistinct')}(row + ${set.offset}, ${bits}, ${isText(set)}, true)`
      : `${module.use('state/distinct', 'removeDistinct')}(row + ${set.offset}, ${bits}, ${isText(set)})`;
  const sums = needs.filter(({ kind, distinct }) => kind === 'sum' && distinct);
  if (sums.length === 0) {
    code.line(`${call};`);
    return;
  }
  code.block(`if (${call})`, () => {
    for (const sum of sums) {
      if (what === 'add') emitAddition(code, sum, value, module);
      else emitRemoval(code, sum, value, module);
    }
  });
}

function emitPosition(code: Code, state: WindowState, need: Need, operand: Operand, module: ModuleBuilder): void {
  const push = module.use('aggregates/windowQueues', 'pushPosition');
  const everything = '0xffffffff';
  const reach = need.reach < 0xffffffffn ? String(need.reach) : everything;
  const value = operand.isNull === 'true' ? '0' : wordOf(need.argument.type, operand.value);
  const call = `${push}(row + ${need.offset}, ${value}, ${operand.isNull}, age, ${need.fromFirst ? everything : reach}, ${isText(need)});`;
  if (!need.fromFirst || !state.isUnbounded()) code.line(call);
  else code.line(`if (${module.use('state/ring', 'ringCount')}(row + ${need.offset}) < ${reach}) ${call}`);
}

/** Pieces that take the row of `entry` out of `row`. */
export function removalPieces(state: WindowState, module: ModuleBuilder): Piece[] {
  const undone = state.needs.filter(({ kind }) => ['count', 'sum', 'flags', 'set'].includes(kind));
  return byArgument(undone).map(
    (needs): Piece => ({
      weight: needs.length * 5 + 2,
      emit: (code) => {
        const argument = needs[0]?.argument;
        if (argument === undefined) return;
        const { value, nulls, mask } = state.storedValue(argument);
        const isNull = mask === 0n ? 'false' : `(load<u64>(entry, ${nulls}) & 0x${mask.toString(16)}) != 0`;
        unlessNull(code, isNull, () => {
          const type =
            storageOf(argument.type) === 'text' ? 'u64' : familyOf(argument.type) === 'approximate' ? 'f64' : 'i64';
          for (const need of needs) {
            const loaded =
              need.kind === 'set' && type === 'f64' && storageOf(argument.type) === 'f32'
                ? `<f32>load<f64>(entry, ${value})`
                : `load<${type}>(entry, ${value})`;
            if (need.kind === 'set') emitSet(code, needs, need, loaded, 'remove', module);
            else if (!need.distinct) emitRemoval(code, need, loaded, module);
          }
        });
      },
    }),
  );
}

function emitRemoval(code: Code, need: Need, value: string, module: ModuleBuilder): void {
  const at = `row + ${need.offset}`;
  if (need.kind === 'count') code.line(`${module.use('aggregates/count', 'removeCount')}(${at});`);
  else if (need.kind === 'flags')
    code.line(`if (${value} != 0) ${module.use('aggregates/count', 'removeCount')}(${at});`);
  else if (familyOf(need.argument.type) === 'approximate')
    code.line(`${module.use('aggregates/exactSum', 'removeExact')}(${at}, <f64>${value});`);
  else code.line(`${module.use('aggregates/sum', 'removeWideSum')}(${at}, ${value});`);
}

/** Pieces that make all rows of `row` the front. */
export function flipPieces(state: WindowState, module: ModuleBuilder): Piece[] {
  return state.needs.filter(usesStack).map(
    (need): Piece => ({
      weight: 6,
      emit: (code) => {
        const { value, nulls, mask } = state.storedValue(need.argument);
        const where = `${value}, ${nulls}, 0x${mask.toString(16)}, ${need.front}, row + ${need.offset}`;
        const ring = `row + ${state.rowsAt}, ${state.entryBytes}`;
        if (need.kind === 'moments')
          code.line(`${module.use('aggregates/windowStacks', 'flipMoments')}(${ring}, ${where});`);
        else
          code.line(
            `${module.use('aggregates/windowStacks', 'flipDecaying')}(${ring}, ${state.timeAt}, ${where}, ${need.halfLifeMs});`,
          );
      },
    }),
  );
}

/** Pieces that forget what is older than `bound` in the queues of `row`. */
export function dropPieces(state: WindowState, module: ModuleBuilder): Piece[] {
  if (state.isUnbounded()) return [];
  const queues = state.needs.filter(({ kind }) => ['minimum', 'maximum', 'position'].includes(kind));
  return queues.map(
    (need): Piece => ({
      weight: 4,
      emit: (code) => {
        const drop = module.use('aggregates/windowQueues', need.kind === 'position' ? 'dropPositions' : 'dropExtremes');
        code.line(`${drop}(row + ${need.offset}, bound, ${isText(need)});`);
      },
    }),
  );
}
