// The CSV decoder of an input: fields by position, each checked; short records leave NULLs, fields too many are ignored.
import { integerBits } from '../../contract/types.ts';
import { Code, inlined } from './code.ts';
import {
  addressesOf,
  resetNulls,
  storeTimeToken,
  storeToken,
  type DecoderOptions,
  type DecoderText,
  type Use,
} from './decodeShared.ts';
import { conditionsOf, digitsThatFit, type Face, usualFormOf } from './usualForms.ts';

const columnsPerFunction = 16;
const partsPerFunction = 32;
/** So many numbers in a row that nobody reads are looked at together. */
const runColumnsMin = 3;

/** Emits `decode_<name>(at, end)`. */
export function emitCsvDecoder(options: DecoderOptions): DecoderText {
  const imports = new Map<string, Set<string>>();
  const use = (module: string, name: string): string => {
    imports.set(module, (imports.get(module) ?? new Set()).add(name));
    return name;
  };
  const { name, binding } = options;
  const delimiter = new TextEncoder().encode(binding.format.kind === 'csv' ? binding.format.columnDelimiter : ',');
  const functions: string[] = [];
  const parts = emitParts(options, delimiter, functions, use);
  const code = new Code();
  const csv = (constant: string): string => use('formats/csv', constant);
  code.line('const from = at;');
  code.line('if (load<u8>(at) == 0x0a) return at + 1;');
  code.line('if (load<u8>(at) == 0x0d && load<u8>(at, 1) == 0x0a) return at + 2;');
  code.line(`${use('formats/coerce', 'clearCoerce')}();`);
  code.line(resetNulls(options));
  code.line(`more_${name} = true;`);
  code.line(`const stop = ${csv('startRecord')}(at, end);`);
  for (const part of parts) code.line(`if (more_${name}) at = ${part}(at, stop);`);
  code.line(
    `while (more_${name}) { at = ${csv('readField')}(at, stop, delimiter_${name}, ${delimiter.length}); more_${name} = ${csv('fieldEnd')} == ${csv('FIELD_DELIMITER')}; }`,
  );
  code.line(`if (at > stop) ${csv('cutFields')}();`);
  code.line(`if (fieldEnd > ${csv('FIELD_RECORD')}) return broken_${name}(from, at, end);`);
  code.line('const recordEnd = at > from && load<u8>(at - 1) == 0x0a ? at - 1 : at;');
  code.line(`recordStart_${name} = from; recordEnd_${name} = recordEnd;`);
  const abi = (constant: string): string => use('../contract/abi', constant);
  code.line(`let code = ${use('formats/coerce', 'coerceFault')};`);
  code.line(`if (recordEnd - from > <usize>${abi('RECORD_BYTES_MAX')}) code = ${abi('FAULT_RECORD_TOO_LONG')};`);
  code.line(
    `else if (!${csv('isAscii')} && !${use('formats/utf8', 'isValidUtf8')}(from, recordEnd)) code = ${abi('FAULT_INVALID_UTF8')};`,
  );
  code.line(`if (code == 0) accept_${name}();`);
  code.line(
    `else reject_${name}(code, coerceFault == code ? ${use('formats/coerce', 'coerceColumn')} : -1, from, recordEnd);`,
  );
  code.line('return at;');
  functions.push(emitBroken(name, use));
  functions.push(`${inlined}function decode_${name}(at: usize, end: usize): usize {\n${code}\n}`);
  const declarations = [
    `const unread_${name}: usize = memory.data(16, 8);`,
    `const delimiter_${name}: usize = memory.data<u8>([${delimiter.join(', ')}]);`,
    `let more_${name}: bool = false;`,
  ];
  return { text: [...declarations, ...functions].join('\n\n'), imports };
}

/** Numbers in a row that are checked only. */
interface UnreadRun {
  readonly first: number;
  readonly count: number;
  /** Digits in a row that fit whatever they are. */
  readonly digits: number;
  readonly point: boolean;
}

// Functions that read the fields one after the other; returns the names of those that are to be called while there are `more` fields.
function emitParts(options: DecoderOptions, delimiter: Uint8Array, functions: string[], use: Use): string[] {
  const { name } = options;
  const take = (code: Code): string => {
    const part = `fields_${name}_part${functions.length}`;
    functions.push(`function ${part}(at: usize, stop: usize): usize {\n${code}\n}`);
    return part;
  };
  const call = (names: readonly string[]): Code => {
    const code = new Code();
    for (const [index, part] of names.entries())
      code.line(`${index === 0 ? '' : `if (more_${name}) `}at = ${part}(at, stop);`);
    return code;
  };
  const fields = (first: number, end: number): string[] => {
    const found: string[] = [];
    for (; first < end; first += columnsPerFunction) {
      const code = new Code();
      code.line('let next: usize = 0;');
      for (let index = first; index < Math.min(first + columnsPerFunction, end); index++)
        emitField(options, index, delimiter, code, use);
      code.line('return at;');
      found.push(take(code));
    }
    return found;
  };
  let parts: string[] = [];
  let next = 0;
  for (const run of unreadRuns(options, delimiter)) {
    parts.push(...fields(next, run.first));
    next = run.first + run.count;
    const single = call(fields(run.first, next));
    const code = new Code();
    const pass = use('formats/unread', 'passNumbers');
    code.line(`const next = ${pass}(at, stop, ${delimiter[0]}, ${run.count}, ${run.digits}, ${run.point});`);
    code.line('if (next != 0) return next;');
    for (const line of single.lines) code.line(line);
    code.line('return at;');
    parts.push(take(code));
  }
  parts.push(...fields(next, options.columns.length));
  while (parts.length > partsPerFunction) {
    const groups: string[] = [];
    for (let first = 0; first < parts.length; first += partsPerFunction) {
      const code = call(parts.slice(first, first + partsPerFunction));
      code.line('return at;');
      groups.push(take(code));
    }
    parts = groups;
  }
  return parts;
}

// The last field of a record, which no delimiter follows, is in none.
function unreadRuns(options: DecoderOptions, delimiter: Uint8Array): UnreadRun[] {
  if (plainDelimiter(delimiter) === undefined) return [];
  const runs: UnreadRun[] = [];
  const columns = options.columns.slice(0, -1);
  for (let first = 0; first < columns.length; first++) {
    const form = unreadForm(options, first);
    if (form === undefined) continue;
    let end = first + 1;
    while (end < columns.length && sameForm(unreadForm(options, end), form)) end++;
    if (end - first >= runColumnsMin) runs.push({ first, count: end - first, ...form });
    first = end - 1;
  }
  return runs;
}

type UnreadForm = Pick<UnreadRun, 'digits' | 'point'>;

function sameForm(left: UnreadForm | undefined, right: UnreadForm): boolean {
  return left?.digits === right.digits && left.point === right.point;
}

function unreadForm({ binding, columns }: DecoderOptions, index: number): UnreadForm | undefined {
  const { column, slot } = columns[index] ?? {};
  if (column === undefined || slot !== undefined || binding.time?.path === column.name) return undefined;
  const { kind } = column.type;
  if (kind === 'DOUBLE' || kind === 'REAL') return { digits: digitsThatFit(64), point: true };
  const bits = integerBits[kind];
  return bits === undefined ? undefined : { digits: digitsThatFit(bits), point: false };
}

function emitField(options: DecoderOptions, index: number, delimiter: Uint8Array, code: Code, use: Use): void {
  const { name, binding } = options;
  const column = options.columns[index]?.column;
  if (column === undefined) return;
  const isTime = binding.time?.path === column.name;
  const isLast = index === options.columns.length - 1;
  const plain = plainDelimiter(delimiter);
  if (plain !== undefined) {
    const form = usualFormOf({ options, index, isTime }, csvFace(plain), use);
    if (form !== undefined) {
      code.line(`next = ${form.end};`);
      // The last column's value ends its record in most.
      code.block(`if (${conditionsOf(form)} && load<u8>(next) == ${isLast ? 0x0a : plain})`, () => {
        form.store(code);
        code.line('at = next + 1;');
        if (isLast) code.line(`${use('formats/csv', 'endFields')}(); more_${name} = false; return at;`);
      });
    }
    // An empty field is NULL, which all columns were before.
    code.line(`${form === undefined ? '' : 'else '}if (load<u8>(at) == ${plain}) at++;`);
  }
  code.block(plain === undefined ? '' : 'else', () => {
    const csv = (constant: string): string => use('formats/csv', constant);
    const { value, isNull } = addressesOf(options, index);
    code.line(`at = ${csv('readField')}(at, stop, delimiter_${name}, ${delimiter.length});`);
    code.line(`if (${csv('fieldEnd')} > ${csv('FIELD_RECORD')}) { more_${name} = false; return at; }`);
    code.line(`${use('formats/coerce', 'setColumn')}(${index}); ${storeToken(column.type, value, isNull, use)}`);
    if (isTime) storeTimeToken(options, code, use);
    code.line(`if (fieldEnd == FIELD_RECORD) { more_${name} = false; return at; }`);
  });
}

/** A delimiter of one byte that can't be part of a number, datetime or quoted text. */
function plainDelimiter(delimiter: Uint8Array): number | undefined {
  const [byte = 0] = delimiter;
  const isPlain = delimiter.length === 1 && byte < 0x80 && !/[\0\r\n 0-9A-Za-z+\-.:"]/.test(String.fromCharCode(byte));
  return isPlain ? byte : undefined;
}

// Values as they stand between delimiters.
function csvFace(delimiter: number): Face {
  return {
    isQuoted: false,
    inlines: false,
    textEnd: (at, use) => `${use('formats/csv', 'plainFieldEnd')}(${at}, stop, ${delimiter})`,
  };
}

// broken_<name>(from, at, end): a record without a proper end. A quote that never closes and a record above the limit cost their
// first line; a field that goes on behind its quote costs the rest of its line.
function emitBroken(name: string, use: Use): string {
  const abi = (constant: string): string => use('../contract/abi', constant);
  const csv = (constant: string): string => use('formats/csv', constant);
  const code = new Code();
  code.line(`const cut = fieldEnd == ${csv('FIELD_CUT')};`);
  code.line(`if (cut && !${csv('isBounded')}) return 0;`);
  code.line(`let stop = ${use('formats/json', 'findRecordEnd')}(fieldEnd == ${csv('FIELD_BROKEN')} ? at : from, end);`);
  // Twice the limit is what a host keeps for a record that is not whole.
  const kept = `2 * <usize>${abi('RECORD_BYTES_MAX')}`;
  code.line(`if (stop == 0 && end - from <= ${kept}) return 0;`);
  code.line(`if (stop == 0 || stop - from > ${kept}) stop = findRecordEnd(from, end);`);
  code.line('if (stop == 0) return 0;');
  code.line(`recordStart_${name} = from; recordEnd_${name} = stop;`);
  code.line(`reject_${name}(cut ? ${abi('FAULT_RECORD_TOO_LONG')} : ${abi('FAULT_INVALID_RECORD')}, -1, from, stop);`);
  code.line('return stop < end && load<u8>(stop) == 0x0a ? stop + 1 : stop;');
  return `function broken_${name}(from: usize, at: usize, end: usize): usize {\n${code}\n}`;
}
