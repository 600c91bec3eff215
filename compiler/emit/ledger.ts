// The ledger's counters: a u64 each in one table of static memory (SEMANTICS 27).
import type { LedgerEntry } from '../../contract/manifest.ts';
import type { ModuleBuilder } from './code.ts';

/** Collects counters while the program is written; afterwards they are the manifest's list. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];
  private readonly offsets = new Map<string, number>();
  private size = 0;

  /** Adds an entry with its counters. */
  add(kind: LedgerEntry['kind'], name: string, counters: readonly string[], partOf?: string): void {
    this.entries.push({ kind, name, counters, ...(partOf === undefined ? {} : { partOf }) });
    for (const counter of counters) {
      this.offsets.set(`${kind}\n${name}\n${counter}`, this.size);
      this.size += 8;
    }
  }

  /** A statement that adds one to a counter. */
  increment(kind: LedgerEntry['kind'], name: string, counter: string): string {
    const offset = this.offsets.get(`${kind}\n${name}\n${counter}`);
    if (offset === undefined) throw new Error(`invariant: no counter ${counter} of ${kind} ${name}`);
    return `store<i64>(ledgerTable, load<i64>(ledgerTable, ${offset}) + 1, ${offset});`;
  }

  /** Bytes of the table. */
  get bytes(): number {
    return this.size;
  }

  /** Declares the table. */
  declare(module: ModuleBuilder): void {
    module.declare(`const ledgerTable: usize = memory.data(${Math.max(this.size, 8)}, 16);`);
  }
}
