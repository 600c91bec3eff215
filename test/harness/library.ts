// Library functions called directly: a module that exports them, texts in and out, and the fault of the last call.
import { faultTexts } from '../../contract/faults.ts';
import { compileHarness, functionSizes, instantiate, type WasmExports } from './wasm.ts';

/** What a test passes to a library function: text as string, bytes as such, i32 and floats as number, i64 as bigint. */
export type Argument = number | bigint | string | boolean | Uint8Array;

/** Library modules opened for direct calls. */
export interface Library {
  /** Calls a function; the word code of the fault it raised is thrown. */
  call(name: string, ...given: Argument[]): number | bigint;
  /** The same for a result that is a text. */
  text(name: string, ...given: Argument[]): string;
  /** What a writer of formats/ writes for a value. */
  written(name: string, ...given: Argument[]): string;
  /** The word code of the fault that a call raises. */
  fault(name: string, ...given: Argument[]): string;
  /** Whether the last call gave NULL. */
  takeNull(): boolean;
  readonly sizes: readonly number[];
  readonly exports: WasmExports;
}

const prelude = `
import { pendingFault, clearFault } from "./assembly/faults";
import { scratchAllocate, scratchReset } from "./assembly/state/scratch";
import { takeNull } from "./assembly/functions/nulls";
const ROOM: usize = memory.data(1 << 17, 16);
export function harnessRoom(): usize { return ROOM; }
export function harnessReset(): void { clearFault(); scratchReset(); }
export function harnessFault(): i32 { return pendingFault; }
export function harnessAllocate(bytes: i32): usize { return scratchAllocate(bytes); }
export function harnessNull(): bool { return takeNull(); }
`;

/** Compiles modules below assembly/ in one flavour. */
export async function openLibrary(
  modules: readonly string[],
  flavour: 'simd' | 'scalar' = 'simd',
  extra = '',
): Promise<Library> {
  const wasm = await compileHarness(
    prelude + extra + modules.map((module) => `export * from "./assembly/${module}";\n`).join(''),
    flavour,
  );
  const exports = await instantiate(wasm);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const invoke = (name: string, ...given: (number | bigint)[]): number | bigint => {
    const called = exports[name];
    if (called === undefined) throw new Error(`no function ${name}`);
    return called(...given);
  };
  const lower = (given: readonly Argument[]): (number | bigint)[] =>
    given.map((value) => {
      if (typeof value === 'boolean') return Number(value);
      if (typeof value === 'number' || typeof value === 'bigint') return value;
      const bytes = typeof value === 'string' ? encoder.encode(value) : value;
      const at = Number(invoke('harnessAllocate', bytes.length));
      new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
      return (BigInt(bytes.length) << 32n) | BigInt(at);
    });
  const checked = (name: string, given: readonly Argument[]): number | bigint => {
    invoke('harnessReset');
    const result = invoke(name, ...lower(given));
    const code = Number(invoke('harnessFault'));
    if (code !== 0) throw new Error(faultTexts.find((fault) => fault.code === code)?.name ?? `fault ${code}`);
    return result;
  };
  const read = (at: number, length: number): string =>
    decoder.decode(new Uint8Array(exports.memory.buffer, at, length));
  return {
    call: (name, ...given) => checked(name, given),
    text: (name, ...given) => {
      const packed = BigInt.asUintN(64, BigInt(checked(name, given)));
      return read(Number(packed & 0xffffffffn), Number(packed >> 32n));
    },
    written: (name, ...given) => {
      const room = Number(invoke('harnessRoom'));
      return read(room, Number(checked(name, [room, ...given])) - room);
    },
    fault: (name, ...given) => {
      try {
        checked(name, given);
        return 'none';
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    takeNull: () => Number(invoke('harnessNull')) !== 0,
    sizes: functionSizes(wasm),
    exports,
  };
}
