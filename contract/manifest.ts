// The artifact's manifest: a JSON object in the custom section `rowtime.manifest`; and its checksum in the section behind it, the last one.
//
//   artifact := Wasm header and sections · section rowtime.manifest · section rowtime.checksum
//   section  := u8 0 · LEB128 size · LEB128 length of name · name · content
//   content of rowtime.checksum := u32 CRC-32 of all bytes before its section
import { crc32 } from './checksum.ts';
import type { InputBinding, OutputBinding, ReferenceBinding } from './binding.ts';
import type { Column } from './types.ts';

/** Name of the Wasm custom section that holds the manifest as UTF-8 JSON. */
export const manifestSection = 'rowtime.manifest';
/** Name of the custom section that holds the checksum. */
export const checksumSection = 'rowtime.checksum';
/** Version of the manifest's shape; a host refuses another one. */
export const manifestVersion = 2;

/** The counters of the accounts in which rows of a pump or operator end; each row is in one of them. */
export const ledgerOutcomes = ['passed', 'filtered', 'absorbed', 'late', 'errors', 'held'] as const;

/**
 * An account of the ledger (SEMANTICS 27), in the order in which the artifact keeps their counters (u64 each, from `ledger()`). A pump's
 * rows are those of the stream that it reads, an operator's those that it produces, each up to the next operator or stream.
 */
export interface LedgerEntry {
  readonly kind: 'source' | 'reference' | 'stream' | 'pump' | 'operator';
  readonly name: string;
  /** The user's pump that a part, or a hidden stream of its own, belongs to. */
  readonly partOf?: string;
  /** The stream that a pump reads. */
  readonly from?: string;
  /** The stream that rows which passed have gone into; none where all rows end in an operator. */
  readonly into?: string;
  /** Names of consecutive counters, e.g. records, decoded, rejected, rows. */
  readonly counters: readonly string[];
}

/** An operator that keeps state. */
export interface StatefulOperator {
  /** Hash of SEMANTICS 17 as 16 hex digits. */
  readonly id: string;
  readonly layout: number;
  readonly scope: 'keyed' | 'single' | 'split';
  readonly pump: string;
  /** What it is, in words: `tumbling aggregate by "ticker"`. */
  readonly title: string;
  /** Ids of streams or operators above, to report a changed ancestor. */
  readonly ancestry: string;
}

/** What an artifact says of itself. */
export interface Manifest {
  readonly format: number;
  readonly abi: number;
  readonly flavour: 'simd' | 'scalar';
  readonly compiler: string;
  /** SEMANTICS 16, as 16 hex digits. */
  readonly programId: string;
  readonly seed: string;
  readonly keyGroups: number;
  /** Bounds cross `AS ROWTIME` and T-sort (SEMANTICS 7). */
  readonly promotedIdle: boolean;
  readonly sql: string;
  readonly inputs: readonly InputBinding[];
  readonly outputs: readonly OutputBinding[];
  readonly references: readonly ReferenceBinding[];
  /** Every in-application stream with its declared columns, inputs and error_stream included. */
  readonly streams: readonly { readonly name: string; readonly columns: readonly Column[]; readonly read: boolean }[];
  readonly operators: readonly StatefulOperator[];
  readonly ledger: readonly LedgerEntry[];
  /** True when some result depends on when rows arrive (run warns for files without ?time=). */
  readonly timeDependent: boolean;
  /** Metadata besides the arrival time that the program reads of its inputs' records: NULL where the source has none. */
  readonly metadata: readonly { readonly stream: string; readonly columns: readonly string[] }[];
}

/** Why an artifact is refused. */
export type ManifestProblem =
  | { readonly kind: 'not-an-artifact'; readonly detail: string }
  | { readonly kind: 'other-version'; readonly detail: string };

/** Reads the manifest section out of Wasm bytes, or says why not; an artifact in which a bit has changed is refused. */
export function readManifest(wasm: Uint8Array): Manifest | ManifestProblem {
  const view = new DataView(wasm.buffer, wasm.byteOffset, wasm.byteLength);
  if (wasm.length < 8 || view.getUint32(0, true) !== 0x6d736100)
    return notAnArtifact('the file is not a WebAssembly module');
  let manifest: Uint8Array | undefined;
  let isWhole = false;
  for (let from = 8; from < wasm.length; ) {
    const section = readSection(wasm, from);
    if (section === undefined) return notAnArtifact('the module is truncated');
    if (section.name === manifestSection) manifest = section.content;
    if (section.name === checksumSection) {
      const { content } = section;
      const sum =
        content.length === 4 ? new DataView(content.buffer, content.byteOffset).getUint32(0, true) : undefined;
      isWhole = sum === crc32(wasm.subarray(0, from)) && section.end === wasm.length;
    }
    from = section.end;
  }
  if (manifest === undefined)
    return notAnArtifact(`the module has no section ${manifestSection}: it was not made by rowtime`);
  if (!isWhole) return notAnArtifact('the artifact is broken: it fails its checksum');
  return parseManifest(manifest);
}

const notAnArtifact = (detail: string): ManifestProblem => ({ kind: 'not-an-artifact', detail });

interface Section {
  /** Of a custom section. */
  readonly name?: string;
  readonly content: Uint8Array;
  readonly end: number;
}

// The section at `from`; undefined when it is not whole.
function readSection(wasm: Uint8Array, from: number): Section | undefined {
  let position = from + 1;
  const leb = (): number => {
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = wasm[position++];
      if (byte === undefined) return -1;
      result += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return result;
    }
    return -1;
  };
  const size = leb();
  const end = position + size;
  if (size < 0 || end > wasm.length) return undefined;
  if (wasm[from] !== 0) return { content: wasm.subarray(position, end), end };
  const nameLength = leb();
  const start = position + nameLength;
  if (nameLength < 0 || start > end) return undefined;
  return { name: new TextDecoder().decode(wasm.subarray(position, start)), content: wasm.subarray(start, end), end };
}

function parseManifest(bytes: Uint8Array): Manifest | ManifestProblem {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return notAnArtifact(`the section ${manifestSection} is not JSON`);
  }
  if (typeof value !== 'object' || value === null)
    return notAnArtifact(`the section ${manifestSection} is no JSON object`);
  const manifest = value as Manifest;
  if (manifest.format !== manifestVersion) {
    return { kind: 'other-version', detail: `manifest format ${manifest.format}, this host reads ${manifestVersion}` };
  }
  return manifest;
}

/** True when reading failed. */
export function isProblem(value: Manifest | ManifestProblem): value is ManifestProblem {
  return 'kind' in value;
}
