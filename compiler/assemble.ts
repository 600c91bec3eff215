// The door to asc: AssemblyScript text → Wasm bytes with the manifest in a custom section.
import { crc32 } from '../contract/checksum.ts';
import { checksumSection, manifestSection, type Manifest } from '../contract/manifest.ts';

/** The library's sources by module path relative to the package: `assembly/text.ts`, `contract/abi.ts`. */
export type LibrarySources = ReadonlyMap<string, string>;

/** How much time may be spent on making the program fast: `quick` leaves out Binaryen's passes, which take three quarters of it. */
export type AssembleEffort = 'quick' | 'full';

/** AssemblyScript refused a generated program: always a bug of ours. */
export class AssembleError extends Error {
  override readonly name = 'AssembleError';
}

/** Compiles a generated program; profiles of an artifact with function names show them. */
export async function assemble(
  program: string,
  library: LibrarySources,
  flavour: 'simd' | 'scalar',
  effort: AssembleEffort,
  functionNames = false,
): Promise<Uint8Array> {
  const { default: asc } = await import('assemblyscript/asc');
  let binary: Uint8Array | undefined;
  let messages = '';
  const optimize = effort === 'full' ? ['-O3'] : [];
  const features = flavour === 'simd' ? ['--enable', 'simd'] : [];
  const { error } = await asc.main(
    [
      'program.ts',
      '-o',
      'program.wasm',
      ...optimize,
      '--noAssert',
      '--runtime',
      'stub',
      '--use',
      'abort=',
      '--enable',
      'bulk-memory',
      ...features,
      // Only the section of names is added; the code stays the same.
      ...(functionNames ? ['--debug'] : []),
    ],
    {
      stdout: { write: () => {} },
      stderr: {
        write: (text: string | Uint8Array) => {
          messages += typeof text === 'string' ? text : new TextDecoder().decode(text);
        },
      },
      readFile: (name: string) => (name === 'program.ts' ? program : (library.get(name.replace(/^\.\//, '')) ?? null)),
      writeFile: (name: string, contents: string | Uint8Array) => {
        if (name === 'program.wasm' && typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new AssembleError(messages || String(error));
  return binary;
}

/** Adds the manifest, and the checksum of it all, to Wasm bytes. */
export function withManifest(wasm: Uint8Array, manifest: Manifest): Uint8Array {
  const bytes = joined([wasm, ...customSection(manifestSection, new TextEncoder().encode(JSON.stringify(manifest)))]);
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, crc32(bytes), true);
  return joined([bytes, ...customSection(checksumSection, sum)]);
}

function customSection(title: string, content: Uint8Array): Uint8Array[] {
  const name = new TextEncoder().encode(title);
  const nameLength = leb(name.length);
  const size = leb(nameLength.length + name.length + content.length);
  return [Uint8Array.of(0), size, nameLength, name, content];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let position = 0;
  for (const part of parts) {
    result.set(part, position);
    position += part.length;
  }
  return result;
}

function leb(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return Uint8Array.from(bytes);
}
