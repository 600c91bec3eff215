// A program without Wasm for tests of the host: it echoes lines and counts them per key group.
import {
  BATCH_LAST,
  SNAPSHOT_VERSION,
  STATUS_BAD_SNAPSHOT,
  STATUS_DONE,
  STATUS_OUTPUT_FULL,
} from '../../contract/abi.ts';
import { manifestVersion, type Manifest, type StatefulOperator } from '../../contract/manifest.ts';
import { Program, type ProgramOptions } from '../../runtime/program.ts';
import type { ArtifactExports } from '../../runtime/wasm.ts';

/** An operator for manifests of tests. */
export function operator(id: string, ancestry = 'IN'): StatefulOperator {
  return { id, layout: 1, scope: 'keyed', pump: 'P', title: `operator ${id}`, ancestry };
}

/** A manifest with `inputs` inputs and one output. */
export function fakeManifest(operators: readonly StatefulOperator[] = [operator('a')], inputs = 1): Manifest {
  return {
    format: manifestVersion,
    abi: 1,
    flavour: 'simd',
    compiler: 'test',
    programId: operators.map(({ id }) => id).join('-'),
    seed: '1',
    keyGroups: 4,
    promotedIdle: false,
    sql: '',
    inputs: Array.from({ length: inputs }, (_, index) => ({
      stream: `IN_${index}`,
      format: { kind: 'json', rowPath: '$' },
      columns: [],
    })),
    outputs: [{ stream: 'OUT', format: 'json', rowtime: false }],
    references: [],
    streams: [],
    operators,
    timeDependent: false,
    metadata: [],
    ledger: [{ kind: 'source', name: 'IN_0', counters: ['records'] }],
  };
}

/** Exports that write every line with its number in its key group; a line `trap` breaks. Output is full after every `fullAfter` lines. */
export function fakeExports(fullAfter = 1000): ArtifactExports {
  const memory = { buffer: new ArrayBuffer(1 << 16) };
  const counts = new Uint32Array(4);
  const changed = new Set<number>();
  let status = STATUS_DONE;
  let records = 0;
  let rows = 0;
  let output = '';
  let blob = 8192;
  const text = (): Uint8Array => new TextEncoder().encode(output);
  const grow = (bytes: number): void => {
    if (memory.buffer.byteLength >= bytes) return;
    const next = new ArrayBuffer(bytes * 2);
    new Uint8Array(next).set(new Uint8Array(memory.buffer));
    memory.buffer = next;
  };
  return {
    memory,
    init: () => {},
    input_buffer: (_input, bytes) => {
      grow(16384 + bytes);
      return 16384;
    },
    feed: (_input, pointer, length, form) => {
      const bytes = new Uint8Array(memory.buffer, pointer, length);
      let from = 0;
      let fed = 0;
      status = STATUS_DONE;
      while (from < length) {
        const newline = bytes.indexOf(10, from);
        if (newline < 0 && (form & BATCH_LAST) === 0) break;
        if (fed++ === fullAfter) {
          status = STATUS_OUTPUT_FULL;
          break;
        }
        const end = newline < 0 ? length : newline;
        const line = new TextDecoder().decode(bytes.slice(from, end));
        if (line === 'trap') throw new RangeError('Maximum call stack size exceeded');
        const group = (line.charCodeAt(0) || 0) % 4;
        counts[group] = (counts[group] ?? 0) + 1;
        changed.add(group);
        output += `${line}#${counts[group]}\n`;
        records++;
        rows++;
        from = newline < 0 ? length : newline + 1;
      }
      return from;
    },
    status: () => status,
    advance: () => {},
    finish: () => {
      status = STATUS_DONE;
    },
    output_pointer: () => {
      const bytes = text();
      grow(65536 + bytes.length);
      new Uint8Array(memory.buffer).set(bytes, memory.buffer.byteLength - bytes.length);
      return memory.buffer.byteLength - bytes.length;
    },
    output_length: () => text().length,
    output_rows: () => BigInt(rows),
    output_clear: () => {
      output = '';
    },
    input_clock: () => -(2n ** 63n),
    begin: () => {
      status = STATUS_DONE;
    },
    reference_begin: () => {},
    reference_feed: (_table, _pointer, length) => length,
    reference_commit: () => {},
    reference_version: () => 0n,
    ledger: () => {
      new DataView(memory.buffer).setBigUint64(1024, BigInt(records), true);
      return 1024;
    },
    state_bytes: () => 16n,
    set_state_limit: () => {},
    snapshot_prepare: () => {},
    snapshot_save: (group) => {
      const view = new DataView(memory.buffer);
      blob = 8192;
      view.setUint32(blob, SNAPSHOT_VERSION, true);
      view.setInt32(blob + 4, group, true);
      view.setUint32(blob + 8, group < 0 ? records : (counts[group] ?? 0), true);
      changed.delete(group);
      return group >= 0 && counts[group] === 0 ? 0 : 12;
    },
    snapshot_pointer: () => blob,
    snapshot_changed: (group) => (changed.has(group) ? 1 : 0),
    snapshot_load: (pointer, length) => {
      const view = new DataView(memory.buffer, pointer);
      if (length !== 12 || view.getUint32(0, true) !== SNAPSHOT_VERSION) return STATUS_BAD_SNAPSHOT;
      const group = view.getInt32(4, true);
      if (group < 0) records = view.getUint32(8, true);
      else counts[group] = view.getUint32(8, true);
      return STATUS_DONE;
    },
    snapshot_loaded: () => STATUS_DONE,
  };
}

/** A program over the fake. */
export function fakeProgram(
  options: Partial<ProgramOptions> & { readonly manifest?: Manifest; readonly fullAfter?: number } = {},
): Program {
  return Program.over(fakeExports(options.fullAfter), options.manifest ?? fakeManifest(), { start: 0n, ...options });
}
