// Rows that leave an operator when time says so: `flush_<name>(rowtime, resumable)`, and who calls it.
import { Code, type ModuleBuilder } from './code.ts';

/** Writes what `body` writes; the scratch texts that it makes are given back behind it. `mark` is a local of the surrounding block. */
export function withScratch(code: Code, module: ModuleBuilder, body: () => void): void {
  code.line(`const mark = ${module.use('state/scratch', 'scratchMark')}();`);
  body();
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
  /** Writes how one row leaves. */
  readonly leave: (code: Code) => void;
  /** A statement at the end, also where the function stops because the output is full. */
  readonly after?: string;
  readonly about: string;
}

/** Emits `flush_<name>(rowtime, resumable)`: what is due at `rowtime` leaves; false when it stopped because the output is full. */
export function emitFlush(name: string, { head, leave, after, about }: FlushLoop, module: ModuleBuilder): void {
  const code = new Code();
  code.block(head, () => {
    leave(code);
    stopWhenFull(code, module, after);
  });
  if (after !== undefined) code.line(after);
  code.line('return true;');
  module.function(`function flush_${name}(rowtime: i64, resumable: bool): bool`, code, about);
}

/** Writes that what is due leaves before a row of `rowtime` comes in. */
export function closeAtBoundary(name: string, code: Code, due: '>' | '>=' = '>='): void {
  code.line(`if (rowtime ${due} ${name}.boundary) flush_${name}(${name}.outputTime, false);`);
}

/** Writes that the clock of an operator knows its boundary, which is lower than before or was none. */
export function noteBoundary({ name, domain }: { readonly name: string; readonly domain: number }, code: Code): void {
  code.line(`if (${name}.boundary < next_${domain}) next_${domain} = ${name}.boundary;`);
}
