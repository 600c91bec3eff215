// The way to members of the expected layout that are not met byte by byte: over blanks and members that nobody reads.
import { Code } from './code.ts';
import type { DecoderOptions, Use } from './decodeShared.ts';
import { emitLayoutValue, type Sought } from './layoutValues.ts';

/** An object whose members are sought. */
export interface SoughtObject {
  /** For the names of its functions. */
  readonly suffix: string;
  readonly depth: number;
  /** Names of the members that are read, in order. */
  readonly names: readonly string[];
  /** The member whose value becomes the time where its place is not known. */
  readonly floatingTime: string | undefined;
}

/** What the program is that it becomes part of. */
export interface SeekingContext {
  readonly options: DecoderOptions;
  readonly use: Use;
  readonly functions: string[];
  /** Places where members that nobody reads are remembered. */
  readonly learned: { count: number };
}

/** What is not met byte by byte. */
export interface Seeking {
  /** The value of the member with a key, behind an opening. */
  member(key: string, opening: number): Sought;
  /** Behind the object. */
  end(): Sought;
}

/** Declares what seeking in an object needs. Members are sought by the library, but where one may be the time: that is read wherever it is. */
export function emitSeeking(object: SoughtObject, context: SeekingContext): Seeking {
  const { use, options, functions, learned } = context;
  const { suffix, names, depth } = object;
  const head = [names.length & 255, names.length >> 8, 0, 0, depth & 255, depth >> 8, 0, 0];
  functions.push(`const object_${suffix}: usize = memory.data<u8>([${[...head, ...listBytes(names)].join(', ')}]);`);
  if (object.floatingTime !== undefined) {
    emitTimeSeeking(object, object.floatingTime, context);
    return {
      member: (key, opening) => (at) => `seek_${suffix}(${at}, ${opening}, ${key})`,
      end: () => (at) => `rest_${suffix}(${at})`,
    };
  }
  const places = (): string => {
    const name = `learned_${options.name}_${learned.count++}`;
    functions.push(`const ${name}: usize = memory.data(${use('formats/layout', 'LEARNED_PLACES_BYTES')}, 8);`);
    return name;
  };
  return {
    member: (key, opening) => {
      const name = places();
      return (at) => `${use('formats/layout', 'seekMember')}(${at}, ${opening}, object_${suffix}, ${key}, ${name})`;
    },
    end: () => {
      const name = places();
      return (at) => `${use('formats/layout', 'seekEnd')}(${at}, object_${suffix}, ${name})`;
    },
  };
}

// Names as isListed reads them; scans may read behind the last one.
function listBytes(names: readonly string[]): number[] {
  const encoded = names.map((name) => new TextEncoder().encode(name));
  const entries = encoded.flatMap((bytes) => [
    bytes.length & 255,
    bytes.length >> 8,
    0,
    0,
    ...bytes,
    ...Array.from({ length: -bytes.length & 3 }, () => 0),
  ]);
  return [...entries, 0, 0, 0, 0, 0, 0, 0, 0];
}

// seek_<object>, rest_<object> and other_<object> are seekMember, seekEnd and passUnread of formats/layout, where a member may be the time.
function emitTimeSeeking(
  { suffix, depth, names }: SoughtObject,
  floatingTime: string,
  { use, options, functions }: SeekingContext,
): void {
  const layout = (name: string): string => use('formats/layout', name);
  const key = new TextEncoder().encode(floatingTime);
  functions.push(
    `const timeKey_${options.name}: usize = memory.data<u8>([${[...key, 0, 0, 0, 0, 0, 0, 0, 0].join(', ')}]);`,
  );
  const other = new Code();
  other.line(`const value = ${layout('anyMemberAt')}(at, opening);`);
  other.line('if (value == 0) return 0;');
  other.block(`if (${layout('isNamed')}(timeKey_${options.name}, ${key.length}))`, () => {
    other.line(`if (timeSeen_${options.name}) return 0;`);
    other.line(`timeSeen_${options.name} = true;`);
    other.line('at = value;');
    other.line('let next: usize = 0;');
    emitLayoutValue(options, { index: undefined, isTime: true }, depth, other, use);
    other.line('return at;');
  });
  other.line(`if (${layout('isListed')}(object_${suffix} + 8, ${names.length})) return 0;`);
  other.line(`return ${layout('skipUnread')}(value, ${depth});`);
  functions.push(`function other_${suffix}(at: usize, opening: u32): usize {\n${other}\n}`);
  const seek = new Code();
  seek.block('for (;;)', () => {
    seek.line(`const value = ${layout('memberAt')}(at, opening, key, length);`);
    seek.line('if (value != 0) return value;');
    seek.line(`at = other_${suffix}(at, opening);`);
    seek.line('if (at == 0) return 0;');
    seek.line('opening = 0x2c;');
  });
  seek.line('return 0;');
  functions.push(`function seek_${suffix}(at: usize, opening: u32, key: usize, length: u32): usize {\n${seek}\n}`);
  const rest = new Code();
  rest.block('for (;;)', () => {
    rest.line(`at = ${use('formats/json', 'skipBlank')}(at);`);
    rest.line('if (load<u8>(at) == 0x7d) return at + 1;');
    rest.line(`at = other_${suffix}(at, 0x2c);`);
    rest.line('if (at == 0) return 0;');
  });
  rest.line('return 0;');
  functions.push(`function rest_${suffix}(at: usize): usize {\n${rest}\n}`);
}
