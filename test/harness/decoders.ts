// The decoders that the emitter writes, run alone: every row and reject goes into a log, in both flavours.
import { expect } from 'vitest';
import * as abi from '../../contract/abi.ts';
import type { InputBinding, RecordFormat } from '../../contract/binding.ts';
import { faultTexts } from '../../contract/faults.ts';
import { storageOf } from '../../contract/types.ts';
import { emitCsvDecoder } from '../../compiler/emit/decodeCsv.ts';
import { emitJsonDecoder } from '../../compiler/emit/decodeJson.ts';
import { parseSqlType } from '../../runtime/schema.ts';
import { compileHarness, functionSizes, instantiate } from './wasm.ts';

/** Inputs by the names of their decoders. */
export type Inputs = Readonly<Record<string, InputBinding>>;

/** An input of `name TYPE; name=$.path TYPE; …`. What begins with `_` is checked and not kept. */
export function input(columns: string, format: Partial<RecordFormat> = {}, time?: InputBinding['time']): InputBinding {
  const mapped = columns.split('; ').map((text) => {
    const [words = '', type = ''] = text.split(/ (.*)/);
    const [name = '', mapping = `$.${words}`] = words.split('=');
    return { name, type: parseSqlType(type), nullable: true, mapping };
  });
  const whole = { kind: 'json', rowPath: '$', columnDelimiter: ',', rowDelimiter: '\n', ...format } as RecordFormat;
  return { stream: 'S', format: whole, columns: mapped, ...(time === undefined ? {} : { time }) };
}

const prelude = `
const LOG: usize = reservePages(1 << 25);
let log: usize = LOG;
export function logStart(): usize { log = LOG; return LOG; }
export function logEnd(): usize { return log; }
export function room(bytes: i32): usize { return reservePages(bytes); }
function mark(kind: i32, column: i32): void { store<i32>(log, kind); store<i32>(log, column, 4); log += 8; }
function put(value: usize, isNull: usize, text: bool): void {
  store<u8>(log++, load<u8>(isNull)); if (load<u8>(isNull) != 0) return;
  const bits = load<u64>(value); store<u64>(log, text ? bits >> 32 : bits); log += 8;
  if (text) { memory.copy(log, <usize>(bits & 0xffffffff), <usize>(bits >> 32)); log += <usize>(bits >> 32); }
}
`;
/** What goes into the log of an input's rows. Of a wide row only the size of its decoder is looked at. */
function loggedOf({ columns, time }: InputBinding): { name: string; storage: string }[] {
  const kept = columns.slice(0, 20).filter(({ name }) => isKept(name));
  const logged = kept.map(({ name, type }) => ({ name, storage: String(storageOf(type)) }));
  return [...logged, ...(time === undefined ? [] : [{ name: 'TIME', storage: 'i64' }])];
}

const isKept = (name: string): boolean => !name.startsWith('_');

const importText = ([module, name]: readonly string[]): string => `import { ${name} } from "./assembly/${module}";`;

/** Frame, log and decoder of one input; values of 8 bytes, then null bytes. */
function inputText(name: string, binding: InputBinding, imports: Set<string>): string {
  const count = binding.columns.length;
  const slotAt = (index: number) => ({ valueOffset: index * 8, nullOffset: (count + 1) * 8 + index });
  const columns = binding.columns.map((column, index) =>
    isKept(column.name) ? { column, slot: slotAt(index) } : { column },
  );
  const options = { name, frame: `frame_${name}`, binding, columns, ...(binding.time && { time: slotAt(count) }) };
  const decoder = binding.format.kind === 'json' ? emitJsonDecoder(options) : emitCsvDecoder(options);
  for (const [module, names] of decoder.imports) for (const each of names) imports.add(importText([module, each]));
  const hasLayout = decoder.text.includes(`missed_${name}`);
  const puts = loggedOf(binding).map(({ name: column, storage }) => {
    const index = binding.columns.findIndex((each) => each.name === column);
    const { valueOffset, nullOffset } = slotAt(index < 0 ? count : index);
    return `put(frame_${name} + ${valueOffset}, frame_${name} + ${nullOffset}, ${storage === 'text'});`;
  });
  return `
const frame_${name}: usize = memory.data(${(count + 2) * 9 + 16}, 16);
let recordStart_${name}: usize = 0, recordEnd_${name}: usize = 0;
function accept_${name}(): void { mark(-1, 0); ${puts.join(' ')} }
function reject_${name}(code: i32, column: i32, from: usize, to: usize): void { mark(code, column); }
export function feed_${name}(at: usize, end: usize, last: bool, records: bool): usize {
  setLastBatch(last); setRecordMode(records); store<u8>(end, 0);
  ${hasLayout ? `missed_${name} = 0; passed_${name} = 0;` : ''}
  while (at < end) { scratchReset(); const next = decode_${name}(at, end); if (next == 0) break; at = next; }
  return at;
}
export function missed_by_${name}(): u32 { return ${hasLayout ? `missed_${name}` : '0'}; }
${decoder.text}`;
}

/** How a batch comes. */
export type How = { readonly last?: boolean; readonly records?: boolean };

/** What a module's decoders make of bytes. */
async function openDecoder(inputs: Inputs, flavour: 'simd' | 'scalar') {
  const own = { 'state/pages': 'reservePages', 'state/scratch': 'scratchReset', 'formats/batch': 'setLastBatch' };
  const imports = new Set([...Object.entries(own), ['formats/batch', 'setRecordMode']].map(importText));
  const parts = Object.entries(inputs).map(([name, binding]) => inputText(name, binding, imports));
  const wasm = await compileHarness([...imports].join('\n') + prelude + parts.join(''), flavour);
  const exports = await instantiate(wasm);
  const call = (name: string, ...given: number[]): number => Number(exports[name]?.(...given));
  const room = call('room', (1 << 24) + abi.INPUT_PADDING_BYTES);
  return {
    sizes: functionSizes(wasm),
    decode(name: string, bytes: Uint8Array, { last = true, records = false }: How) {
      const memory = new Uint8Array(exports.memory.buffer);
      memory.set(bytes, room);
      // What stands behind a batch is anything; a decoder must not care.
      memory.fill(0x31, room + bytes.length, room + bytes.length + abi.INPUT_PADDING_BYTES);
      const start = call('logStart');
      const consumed = call(`feed_${name}`, room, room + bytes.length, Number(last), Number(records)) - room;
      return {
        outcomes: readLog(
          new DataView(exports.memory.buffer, start, call('logEnd') - start),
          inputs[name] ?? input(''),
        ),
        consumed,
      };
    },
    /** Records at the end of the last batch that were not in the expected layout. */
    missed: (name: string): number => call(`missed_by_${name}`),
  };
}

// Rows as `name=value …` without NULLs, rejects as `!fault column`.
function readLog(view: DataView, binding: InputBinding): string[] {
  const outcomes: string[] = [];
  let at = 0;
  const value = (storage: string): number | bigint | string => {
    at += 8;
    if (storage === 'i32') return view.getInt32(at - 8, true);
    if (storage === 'i64') return view.getBigInt64(at - 8, true);
    if (storage === 'f32') return view.getFloat32(at - 8, true);
    if (storage === 'f64') return view.getFloat64(at - 8, true);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, view.getUint32(at - 8, true));
    at += bytes.length;
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  };
  const read = (each: { name: string; storage: string }): string[] =>
    view.getUint8(at++) === 0 ? [`${each.name}=${value(each.storage)}`] : [];
  while (at < view.byteLength) {
    const fault = faultTexts.find(({ code }) => code === view.getInt32(at, true))?.name;
    const column = binding.columns[view.getInt32(at + 4, true)]?.name ?? '';
    at += 8;
    outcomes.push(fault === undefined ? loggedOf(binding).flatMap(read).join(' ') : `!${fault} ${column}`.trimEnd());
  }
  return outcomes;
}

/** The decoders of some inputs in both flavours, which must say the same. */
export async function openDecoders(inputs: Inputs) {
  const simd = await openDecoder(inputs, 'simd');
  const scalar = await openDecoder(inputs, 'scalar');
  return {
    sizes: [...simd.sizes, ...scalar.sizes],
    /** Rows as `name=value …` without NULLs, rejects as `!fault column`. */
    decode(name: string, given: string | Uint8Array, how: How = {}): { outcomes: string[]; consumed: number } {
      const bytes = typeof given === 'string' ? Buffer.from(given) : given;
      const result = simd.decode(name, bytes, how);
      expect(scalar.decode(name, bytes, how)).toEqual(result);
      return result;
    },
    missed(name: string): number {
      expect(scalar.missed(name)).toBe(simd.missed(name));
      return simd.missed(name);
    },
  };
}
