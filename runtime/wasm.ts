// The door to WebAssembly: the few members of the global object that the host uses, typed without a DOM library.

/** A compiled module. */
export interface WasmModule {
  readonly wasmModule?: never;
}

/** The exports that an artifact has. */
export interface ArtifactExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  init(seed: bigint, start: bigint, keyGroups: number): void;
  input_buffer(input: number, bytes: number): number;
  feed(input: number, pointer: number, length: number, form: number, clock: bigint): number;
  /** Both are there where an input takes its ROWTIME from its data. */
  feed_until?(input: number, pointer: number, length: number, form: number, clock: bigint, limit: bigint): number;
  later_time?(): bigint;
  status(): number;
  advance(input: number, time: bigint): void;
  finish(input: number): void;
  output_pointer(output: number): number;
  output_length(output: number): number;
  output_rows(output: number): bigint;
  output_clear(output: number): void;
  input_clock(input: number): bigint;
  reference_begin(table: number, silent: number): void;
  reference_feed(table: number, pointer: number, length: number, form: number, clock: bigint): number;
  reference_commit(table: number): void;
  reference_version(table: number): bigint;
  /** It is there where rows of several inputs meet. */
  input_waiting?(input: number): bigint;
  begin(clock: bigint): void;
  ledger(): number;
  state_bytes(): bigint;
  state_bytes_peak?(): bigint;
  set_state_limit(bytes: bigint): void;
  set_output_limit?(bytes: bigint): void;
  snapshot_prepare(): void;
  snapshot_save(group: number): number;
  snapshot_pointer(): number;
  snapshot_changed(group: number): number;
  snapshot_load(pointer: number, length: number): number;
  snapshot_loaded(): number;
}

interface WasmHost {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ readonly instance: { readonly exports: unknown } }>;
  readonly RuntimeError: new (message?: string) => Error;
}

const host = (globalThis as unknown as { readonly WebAssembly: WasmHost }).WebAssembly;

/** Compiles and instantiates an artifact; it imports nothing. */
export async function instantiate(wasm: Uint8Array): Promise<ArtifactExports> {
  const { instance } = await host.instantiate(wasm, {});
  return instance.exports as ArtifactExports;
}

/** True for what a Wasm program throws when it breaks: a trap, or the host's stack at its end. */
export function isTrap(error: unknown): error is Error {
  return error instanceof host.RuntimeError || error instanceof RangeError;
}
