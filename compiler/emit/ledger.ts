// The ledger's counters: a u64 each in one table of static memory (SEMANTICS 27).
import type { LedgerEntry } from '../../contract/manifest.ts';
import type { ModuleBuilder } from './code.ts';

/** Collects counters while the program is written; afterwards they are the manifest's list. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];
  private readonly offsets = new Map<string, number>();
  private size = 0;

  /** Adds an entry with its counters. */
  add(entry: LedgerEntry): void {
    this.entries.push(entry);
    for (const counter of entry.counters) {
      const key = `${entry.kind}\n${entry.name}\n${counter}`;
      if (this.offsets.has(key)) throw new Error(`invariant: two counters ${counter} of ${entry.kind} ${entry.name}`);
      this.offsets.set(key, this.size);
      this.size += 8;
    }
  }

  /** A statement that adds one to a counter. */
  increment(kind: LedgerEntry['kind'], name: string, counter: string): string {
    return this.set(kind, name, counter, `${this.get(kind, name, counter)} + 1`);
  }

  /** An expression: the value of a counter. */
  get(kind: LedgerEntry['kind'], name: string, counter: string): string {
    return `load<i64>(ledgerTable, ${this.offsetOf(kind, name, counter)})`;
  }

  /** A statement that gives a counter its value. */
  set(kind: LedgerEntry['kind'], name: string, counter: string, value: string): string {
    return `store<i64>(ledgerTable, ${value}, ${this.offsetOf(kind, name, counter)});`;
  }

  private offsetOf(kind: LedgerEntry['kind'], name: string, counter: string): number {
    const offset = this.offsets.get(`${kind}\n${name}\n${counter}`);
    if (offset === undefined) throw new Error(`invariant: no counter ${counter} of ${kind} ${name}`);
    return offset;
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
