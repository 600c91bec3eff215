// Records of JSON as the general reader takes them: documents, the rows within them, and what becomes of each.
import { Code } from './code.ts';
import { resetNulls, type DecoderOptions, type Use } from './decodeShared.ts';

/** A JSON decoder under construction. */
export interface JsonContext {
  readonly options: DecoderOptions;
  readonly use: Use;
  readonly functions: string[];
  nodes: number;
}

/** A function with its body. */
export function wrap(header: string, code: Code): string {
  return `${header} {\n${code}\n}`;
}

/** A statement: a row that was read leaves, into the stream, or onto error_stream with the record. */
export function leave({ options: { name }, use }: JsonContext): string {
  const fault = use('formats/coerce', 'coerceFault');
  const rejected = `reject_${name}(${fault}, ${use('formats/coerce', 'coerceColumn')}, recordStart_${name}, recordEnd_${name});`;
  return `if (${fault} != 0) ${rejected} else accept_${name}();`;
}

/** Writes a loop over the elements of the array at `at`. */
export function emitArrayLoop(code: Code, context: JsonContext, depth: number, body: () => void): void {
  const { use } = context;
  code.line(`at = ${use('formats/json', 'skipBlank')}(at + 1);`);
  code.line('if (load<u8>(at) == 0x5d) return at + 1;');
  code.block('for (let index: u32 = 0; ; index++)', () => {
    code.line('let next: usize = 0;');
    code.line('let known = false;');
    body();
    code.line(`if (!known) next = ${use('formats/json', 'skipValue')}(at, ${depth});`);
    code.line('if (next == 0) return 0;');
    code.line('at = skipBlank(next);');
    code.line('const c = load<u8>(at);');
    code.line('if (c == 0x5d) return at + 1;');
    code.line('if (c != 0x2c) return 0;');
    code.line('at = skipBlank(at + 1);');
  });
  code.line('return 0;');
}

/** Emits `document_<name>(at)`: one document, row path and rows included. */
export function emitDocument(
  path: readonly (string | number)[],
  root: string,
  flattens: boolean,
  context: JsonContext,
): void {
  const { options, use } = context;
  const { name } = options;
  const row = new Code();
  row.line(resetNulls(options));
  row.line(`array_${name} = 0;`);
  row.line(`${use('formats/coerce', 'clearCoerce')}();`);
  row.line(`const next = ${root}(at);`);
  row.line('if (next == 0) return 0;');
  row.block(`if (load<u8>(at) != 0x7b)`, () => {
    row.line(`wrongPath_${name} = true;`);
    row.line('return next;');
  });
  row.line(`rowCount_${name}++;`);
  row.block(`if (accepting_${name})`, () => {
    if (flattens)
      row.line(
        `if (${use('formats/coerce', 'coerceFault')} == 0 && array_${name} != 0 && load<u8>(${use('formats/json', 'skipBlank')}(array_${name} + 1)) != 0x5d) explode_${name}(); else`,
      );
    row.line(leave(context));
    // The frame's row is in use where the program stopped.
    row.line(`if (${use('operators/context', 'suspended')}) return 0;`);
  });
  row.line('return next;');
  context.functions.push(wrap(`function row_${name}(at: usize): usize`, row));
  const rows = new Code();
  rows.line('if (load<u8>(at) != 0x5b) return row_NAME(at);'.replace('NAME', name));
  emitArrayLoop(rows, context, 1, () => rows.line(`next = row_${name}(at); known = true;`));
  context.functions.push(wrap(`function documentRows_${name}(at: usize): usize`, rows));
  context.functions.push(`let wrongPath_${name}: bool = false;`);
  const document = new Code();
  if (path.length === 0) document.line(`return documentRows_${name}(at);`);
  else {
    document.line(`const next = ${use('formats/json', 'skipValue')}(at, 0);`);
    document.line('if (next == 0) return 0;');
    document.line('let value = at;');
    for (const step of path) {
      if (typeof step === 'number') document.line(`value = ${use('formats/select', 'selectElement')}(value, ${step});`);
      else {
        const bytes = new TextEncoder().encode(step);
        document.line(
          `value = ${use('formats/select', 'selectMember')}(value, memory.data<u8>([${[...bytes, 0].join(', ')}]), ${bytes.length});`,
        );
      }
    }
    document.line(`if (value == 0) { wrongPath_${name} = true; return next; }`);
    document.line(`return documentRows_${name}(value) == 0 ? 0 : next;`);
  }
  context.functions.push(wrap(`function document_${name}(at: usize): usize`, document));
}

/**
 * Emits `general_<name>(at, end)`: a record of one or more documents. A first pass looks whether all of it is JSON; rows leave in a second
 * one, each for itself, unless the record was a single plain row, which lies in the frame already.
 */
export function emitRecord(context: JsonContext, flattens: boolean): void {
  const { options, use } = context;
  const { name } = options;
  const code = new Code();
  code.line(
    `const recordEnd = recordMode ? end : ${use('formats/json', 'findRecordEnd')}(at, end);`.replace(
      'recordMode',
      use('formats/batch', 'recordMode'),
    ),
  );
  code.line('if (recordEnd == 0) return 0;');
  code.line('const next = recordEnd < end && load<u8>(recordEnd) == 0x0a ? recordEnd + 1 : recordEnd;');
  code.line(`recordStart_${name} = at; recordEnd_${name} = recordEnd;`);
  code.line(
    `if (recordEnd - at > <usize>${use('../contract/abi', 'RECORD_BYTES_MAX')}) { reject_${name}(${use('../contract/abi', 'FAULT_RECORD_TOO_LONG')}, -1, at, recordEnd); return next; }`,
  );
  code.line('const behind = load<u8>(recordEnd);');
  code.line('store<u8>(recordEnd, 0);');
  code.line(`const code = documents_${name}(at, recordEnd);`);
  code.line(`if (code != 0) reject_${name}(code, -1, at, recordEnd);`);
  code.line('store<u8>(recordEnd, behind);');
  code.line('return next;');
  context.functions.push(wrap(`function general_${name}(at: usize, end: usize): usize`, code));
  const all = new Code();
  all.line(`accepting_${name} = false; wrongPath_${name} = false; rowCount_${name} = 0;`);
  all.line(`${use('formats/json', 'clearJsonFaults')}();`);
  all.line('let documents: u32 = 0;');
  all.line(`let next = ${use('formats/json', 'skipBlank')}(at);`);
  all.line('if (next == end) return 0;');
  all.block('while (next < end)', () => {
    all.line(`next = document_${name}(next);`);
    all.line('documents++;');
    all.block('if (next == 0)', () => {
      all.line(`if (${use('formats/json', 'tooDeep')}) return ${use('../contract/abi', 'FAULT_RECORD_TOO_DEEP')};`);
      all.line(
        `return ${use('formats/json', 'badUtf8')} ? ${use('../contract/abi', 'FAULT_INVALID_UTF8')} : ${use('../contract/abi', 'FAULT_INVALID_RECORD')};`,
      );
    });
    all.line('next = skipBlank(next);');
  });
  all.line('if (next != end) return FAULT_INVALID_RECORD;');
  all.line(`if (wrongPath_${name}) return ${use('../contract/abi', 'FAULT_ROW_PATH')};`);
  if (!flattens) all.line(`if (rowCount_${name} == 1) { ${leave(context)} return 0; }`);
  all.line(`accepting_${name} = true;`);
  all.line('next = skipBlank(at);');
  all.block('while (next < end)', () => {
    all.line(`next = document_${name}(next);`);
    all.line('if (next == 0) break;');
    all.line('next = skipBlank(next);');
  });
  all.line('return 0;');
  context.functions.push(wrap(`function documents_${name}(at: usize, end: usize): i32`, all));
}
