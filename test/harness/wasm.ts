// Small AssemblyScript programs for tests: compiled in process against the library, and a look into the code section.
import { assemble } from '../../compiler/assemble.ts';
import { readLibrary } from '../../compiler/library.ts';

/** The exports of a compiled text; `memory` included. */
export type WasmExports = Record<string, (...parameters: (number | bigint)[]) => number | bigint> & {
  readonly memory: WebAssembly.Memory;
};

/** Compiles a program that imports `./assembly/…`. */
export function compileHarness(text: string, flavour: 'simd' | 'scalar' = 'simd'): Promise<Uint8Array> {
  return assemble(text, readLibrary(), flavour, 'full');
}

/** A fresh instance. Artifacts import nothing, so the import object is empty. */
export async function instantiate(wasm: Uint8Array): Promise<WasmExports> {
  const { instance } = await WebAssembly.instantiate(wasm as Uint8Array<ArrayBuffer>, {});
  return instance.exports as unknown as WasmExports;
}

/** Byte sizes of the function bodies in a module's code section. */
export function functionSizes(wasm: Uint8Array): number[] {
  let position = 8;
  const leb = (): number => {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[position++] ?? 0;
      result += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return result;
    }
  };
  while (position < wasm.length) {
    const section = wasm[position++];
    const size = leb();
    const end = position + size;
    if (section === 10) {
      const sizes: number[] = [];
      for (let count = leb(); count > 0; count--) {
        const body = leb();
        sizes.push(body);
        position += body;
      }
      return sizes;
    }
    position = end;
  }
  return [];
}
