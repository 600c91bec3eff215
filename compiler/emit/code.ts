// Building blocks of generated text: indented lines, fresh names, and the module's imports and constants.

/** The widest load or store, 8, 4, 2 or 1 bytes, that begins at a position, with the little-endian number that lies there. */
export function widestAt(bytes: Uint8Array, position: number): { readonly width: number; readonly value: string } {
  const left = bytes.length - position;
  const width = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
  let value = 0n;
  for (let index = width - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[position + index] ?? 0);
  return { width, value: `0x${value.toString(16)}` };
}

/** Stands before a function that becomes part of those that call it. */
export const inlined = '// @ts-ignore: decorator\n@inline\n';

/** The text of one function body, line by line. */
export class Code {
  readonly lines: string[] = [];
  private depth: number;
  private counter = 0;

  constructor(depth = 1) {
    this.depth = depth;
  }

  /** Adds a line at the present indentation. */
  line(text: string): void {
    this.lines.push(`${'  '.repeat(this.depth)}${text}`);
  }

  /** Adds `header {`, what `body` adds, and `}`. */
  block(header: string, body: () => void): void {
    this.line(`${header} {`);
    this.depth++;
    body();
    this.depth--;
    this.line('}');
  }

  /** A local name that this function does not use yet. */
  fresh(prefix: string): string {
    this.counter++;
    return `${prefix}${this.counter}`;
  }

  /** The lines as text. */
  toString(): string {
    return this.lines.join('\n');
  }
}

/** The module under construction: imports, constants, functions in order. */
export class ModuleBuilder {
  private readonly imports = new Map<string, Set<string>>();
  private readonly texts = new Map<string, string>();
  private readonly declarations: string[] = [];
  private readonly functions: string[] = [];
  private readonly names = new Set<string>();

  /** Makes a library name usable and returns it. `module` is relative to assembly/, e.g. `state/groups`. */
  use(module: string, name: string): string {
    const names = this.imports.get(module) ?? new Set<string>();
    names.add(name);
    this.imports.set(module, names);
    return name;
  }

  /** Like `use` for a catalogue function, under a name of its own, as SQL functions may be called like builtins. */
  useFunction(module: string, name: string): string {
    const alias = `${module.split('/').at(-1)}_${name}`;
    this.use(module, `${name} as ${alias}`);
    return alias;
  }

  /** A constant text in static memory; equal ones share it. */
  text(value: string, bytes: Uint8Array = new TextEncoder().encode(value)): string {
    if (bytes.length === 0) return this.use('text', 'EMPTY_TEXT');
    const key = bytes.join();
    const known = this.texts.get(key);
    if (known !== undefined) return known;
    const name = `text_${this.texts.size}`;
    this.texts.set(key, name);
    const comment = value.replaceAll(/[^\x20-\x7e]/g, '.').slice(0, 60);
    // Padded, because scans may read behind a text.
    this.declare(
      `const ${name}: Text = ${this.use('text', 'textOf')}(memory.data<u8>([${bytes.join(', ')}, 0, 0, 0, 0, 0, 0, 0, 0]), ${bytes.length}); // ${comment}`,
    );
    this.use('text', 'Text');
    return name;
  }

  /** Adds a declaration at the top of the program. */
  declare(text: string): void {
    this.declarations.push(text);
  }

  /** Declares an object of the library in zeroed static memory; `bytes` is the name of its size beside its class. */
  declareObject(name: string, from: string, type: string, bytes: string): void {
    this.use(from, type);
    this.declare(`const ${name}: ${type} = changetype<${type}>(memory.data(${this.use(from, bytes)}, 16));`);
  }

  /** Adds a declaration of a name, unless it is there already. */
  declareOnce(name: string, text: string): void {
    if (this.names.has(name)) return;
    this.names.add(name);
    this.declare(text);
  }

  /** Adds a function, after those before it. */
  function(header: string, code: Code, comment?: string): void {
    const head =
      comment === undefined
        ? ''
        : `${comment
            .split('\n')
            .map((line) => `// ${line}`)
            .join('\n')}\n`;
    this.functions.push(`${head}${header} {\n${code}\n}`);
  }

  /** Adds finished text, such as a decoder's. */
  raw(text: string): void {
    this.functions.push(text);
  }

  /** An identifier made from a SQL name, unlike all given before. */
  identifier(name: string): string {
    const plain = name.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 60);
    let candidate = plain;
    for (let number = 2; this.names.has(candidate); number++) candidate = `${plain}_${number}`;
    this.names.add(candidate);
    return candidate;
  }

  /** The whole program. */
  toString(): string {
    const imports = [...this.imports]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(
        ([module, names]) =>
          `import { ${[...names].sort().join(', ')} } from "./${module.startsWith('../') ? module.slice(3) : `assembly/${module}`}";`,
      );
    return `${[...imports, '', ...this.declarations, '', ...this.functions.flatMap((text) => [text, ''])].join('\n')}`;
  }
}

/** A condition that the bytes at `pointer` are these, widest loads first. */
export function matchBytes(bytes: Uint8Array, pointer: string, offset = 0): string {
  return wordsOf(bytes)
    .map(({ position, width, value }) => `load<u${width * 8}>(${pointer}, ${offset + position}) == ${value}`)
    .join(' && ');
}

/** Numbers (u64) that are all zero when the bytes at `pointer` are these: for one branch where they usually are. */
export function differences(bytes: Uint8Array, pointer: string): string[] {
  return wordsOf(bytes).map(({ position, width, value }) => {
    const word = `load<u${width * 8}>(${pointer}, ${position})`;
    return width === 8 ? `(${word} ^ ${value})` : `<u64>(<u32>${word} ^ ${value})`;
  });
}

function wordsOf(bytes: Uint8Array): { position: number; width: number; value: string }[] {
  const words: { position: number; width: number; value: string }[] = [];
  let position = 0;
  while (position < bytes.length) {
    const left = bytes.length - position;
    // A last piece of 3, 5, 6 or 7 bytes is read by a load that overlaps the one before.
    if (left > 4 && left < 8 && bytes.length >= 8) position = bytes.length - 8;
    else if (left === 3 && bytes.length >= 4) position = bytes.length - 4;
    const { width, value } = widestAt(bytes, position);
    words.push({ position, width, value });
    position += width;
  }
  return words;
}
