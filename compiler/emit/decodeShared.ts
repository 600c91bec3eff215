// What the decoders of all formats share: their options, and how a token goes into a column.
import type { InputBinding, MappedColumn } from '../../contract/binding.ts';
import type { SqlType } from '../../contract/types.ts';
import type { Code } from './code.ts';
import type { Slot } from './layout.ts';

/** A mapped column and, where it is read, its place in the frame. */
export interface DecodedColumn {
  readonly column: MappedColumn;
  readonly slot?: Slot;
}

/** Makes a name of the library usable in the decoder and returns it. */
export type Use = (module: string, name: string) => string;

/** What a decoder is made for. */
export interface DecoderOptions {
  /** Suffix of the generated functions: `decode_<name>`, `accept_<name>`, `reject_<name>`. */
  readonly name: string;
  /** Name of the frame's constant. */
  readonly frame: string;
  readonly binding: InputBinding;
  readonly columns: readonly DecodedColumn[];
  readonly time?: Slot;
}

/** Generated text with the library names that it uses. */
export interface DecoderText {
  readonly text: string;
  readonly imports: Map<string, Set<string>>;
}

/** Addresses of a column's value and null byte; columns that are not kept share a place that nobody reads. */
export function addressesOf(options: DecoderOptions, index: number): { value: string; isNull: string } {
  const slot = options.columns[index]?.slot;
  if (slot === undefined) return { value: `unread_${options.name}`, isNull: `unread_${options.name} + 8` };
  return { value: `${options.frame} + ${slot.valueOffset}`, isNull: `${options.frame} + ${slot.nullOffset}` };
}

/** The statement that stores the token as a column of a type. */
export function storeToken(type: SqlType, value: string, isNull: string, use: Use): string {
  const call = (name: string, ...more: number[]): string =>
    `${use('formats/coerce', name)}(${[value, isNull, ...more].join(', ')});`;
  switch (type.kind) {
    case 'BOOLEAN':
      return call('storeBoolean');
    case 'TINYINT':
      return call('storeInteger', 8);
    case 'SMALLINT':
      return call('storeInteger', 16);
    case 'INTEGER':
      return call('storeInteger', 32);
    case 'BIGINT':
      return call('storeBigint');
    case 'DECIMAL':
      return call('storeDecimal', type.scale);
    case 'REAL':
      return call('storeReal');
    case 'DOUBLE':
      return call('storeDouble');
    case 'CHAR':
      return call('storeCharacters', type.length);
    case 'VARCHAR':
      return call('storeText', type.length);
    case 'BINARY':
      return call('storeBinary', type.length, 1);
    case 'VARBINARY':
      return call('storeBinary', type.length, 0);
    case 'DATE':
      return call('storeDate');
    case 'TIME':
      return call('storeTime');
    case 'TIMESTAMP':
      return call('storeTimestamp');
    case 'INTERVAL':
    case 'NULL':
      throw new Error('invariant: no column has this type');
  }
}

/** Writes that the token becomes the time. */
export function storeTimeToken({ time, frame, binding }: DecoderOptions, code: Code, use: Use): void {
  if (time === undefined) return;
  const unitMs = binding.time?.unit === 's' ? 1000 : 1;
  code.line(
    `${use('formats/coerce', 'storeTimeField')}(${frame} + ${time.valueOffset}, ${frame} + ${time.nullOffset}, ${unitMs});`,
  );
}

/** Null bytes of the kept columns lie side by side, from the first one on. */
export function resetNulls(options: DecoderOptions): string {
  const kept = options.columns.flatMap(({ slot }) => (slot === undefined ? [] : [slot.nullOffset]));
  const first = Math.min(...kept);
  const parts = kept.length === 0 ? [] : [`memory.fill(${options.frame} + ${first}, 1, ${kept.length});`];
  if (options.time !== undefined) parts.push(`store<u8>(${options.frame}, 1, ${options.time.nullOffset});`);
  return parts.join(' ');
}
