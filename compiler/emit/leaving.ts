// Rows that leave an operator when time says so: `flush_<name>(rowtime, resumable)`, and who calls it.
import { Code, type ModuleBuilder } from './code.ts';
import type { ProgramContext } from './context.ts';
import type { OperatorLayout } from './layout.ts';
import type { Due } from './operator.ts';
import { hasSuspended, leavingSuspends } from './suspending.ts';

/**
 * Writes what `body` writes; the scratch texts that it makes are given back behind it. `mark` is a local of the surrounding block.
 * With `stop`, statements that end the function, where `body` may stop in the middle of a row: its texts are in use then.
 */
export function withScratch(code: Code, module: ModuleBuilder, body: () => void, stop?: readonly string[]): void {
  code.line(`const mark = ${module.use('state/scratch', 'scratchMark')}();`);
  body();
  if (stop !== undefined) code.line(`if (${hasSuspended(module)}) { ${stop.join(' ')} }`);
  code.line(`${module.use('state/scratch', 'scratchRelease')}(mark);`);
}

/** Writes that the function ends, to be called again, when it may and the output is full; `before` are statements that come first. */
export function stopWhenFull(code: Code, module: ModuleBuilder, before = ''): void {
  const full = `resumable && ${module.use('operators/context', 'outputFull')}`;
  code.line(before === '' ? `if (${full}) return false;` : `if (${full}) { ${before} return false; }`);
}

/** A loop of `flush_<name>`. */
export interface FlushLoop {
  /** Head of the loop over what leaves; `rowtime` is in scope. */
  readonly head: string;
  /** Writes how one row leaves; `stop` are the statements that end the function where it stops in the middle of that row. */
  readonly leave: (code: Code, stop: readonly string[] | undefined) => void;
  /** A statement at the beginning. */
  readonly before?: string;
  /** A statement at the end, also where the function stops because the output is full. */
  readonly after?: string;
  readonly about: string;
}

/**
 * Emits `flush_<name>(rowtime, resumable)`: what is due at `rowtime` leaves; false when it stopped because the output is full, in the
 * middle of a row even where it is not resumable between two.
 */
export function emitFlush(
  operator: OperatorLayout,
  { head, leave, before, after, about }: FlushLoop,
  { module, program }: ProgramContext,
): void {
  const { name } = operator;
  const code = new Code();
  const stop = leavingSuspends(operator, program) ? ['return false;'] : undefined;
  if (before !== undefined) code.line(before);
  code.block(head, () => {
    leave(code, stop);
    stopWhenFull(code, module, after);
  });
  if (after !== undefined) code.line(after);
  code.line('return true;');
  module.function(`function flush_${name}(rowtime: i64, resumable: bool): bool`, code, about);
}

/** What is due leaves before a row of `rowtime` comes in. */
export function dueAtBoundary(name: string, due: '>' | '>=' = '>='): Due {
  return { when: `rowtime ${due} ${name}.boundary`, time: `${name}.outputTime` };
}

/** Writes that all of an operator leaves, in the middle of a function that can't stop there. */
export function flushWhole(
  operator: OperatorLayout,
  when: string,
  time: string,
  code: Code,
  { module, program }: ProgramContext,
): void {
  const flush = `flush_${operator.name}(${time}, false);`;
  const condition = when === '' ? '' : `if (${when}) `;
  if (!leavingSuspends(operator, program)) {
    code.line(`${condition}${flush}`);
    return;
  }
  code.block(condition.trim(), () => {
    code.line(`const held = ${module.use('operators/context', 'holdOutput')}();`);
    code.line(flush);
    code.line(`${module.use('operators/context', 'releaseOutput')}(held);`);
  });
}

/** Writes that the clock of an operator knows its boundary, which is lower than before or was none. */
export function noteBoundary({ name, domain }: { readonly name: string; readonly domain: number }, code: Code): void {
  code.line(`if (${name}.boundary < next_${domain}) next_${domain} = ${name}.boundary;`);
}
