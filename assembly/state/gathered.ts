// Rows on their way into the groups of a table that no processor cache holds. Each group would be waited for, its slot first and then its
// row; so some rows are gathered, the slots of all are touched, then the rows behind these, and only then they are added, in order: the
// processor waits for many places of memory at once (group prefetching: Chen, Ailamaki, Gibbons and Mowry, "Improving Hash Join
// Performance through Prefetching", 2004).
//
//   entry := u32 hash · u32 key length · key bytes (KEY_MAX, zero-padded to 8) · what is to be added, laid out by the program
//
// Law: whatever looks at the groups adds what is gathered before it does.
import { hashBytes, loadPartial } from "./hash";
import { Slots, touchRows, touchSlots } from "./slots";

/** Rows that are gathered at most. */
export const GATHERED_ROWS: u32 = 128;
/** Longest key of a row that is gathered, in bytes. */
export const GATHERED_KEY_MAX: u32 = 32;
/** Bytes of an entry before what is to be added. */
export const GATHERED_HEAD: usize = 40;

/** Lies in zeroed static memory, GATHERED_ROWS entries behind it. */
@unmanaged
export class Gathered {
  count: u32;
  /** Bytes of an entry. */
  stride: u32;
}

/** Bytes before the first entry. */
export const GATHERED_BYTES: usize = 8;

/** The place of a row in what is gathered. */
// @ts-ignore: decorator
@inline
export function gatheredAt(gathered: Gathered, index: u32): usize {
  return changetype<usize>(gathered) + GATHERED_BYTES + <usize>(index * gathered.stride);
}

/** A further entry, with its key; what is to be added takes `bytes`. Returns where that goes. The key may be over-read by 8 bytes. */
export function gather(gathered: Gathered, bytes: u32, key: usize, length: u32): usize {
  gathered.stride = <u32>GATHERED_HEAD + bytes;
  const entry = gatheredAt(gathered, gathered.count++);
  store<u32>(entry, hashBytes(key, length));
  store<u32>(entry, length, 4);
  let at = entry + 8;
  for (; length > 8; length -= 8, at += 8, key += 8) store<u64>(at, load<u64>(key));
  store<u64>(at, loadPartial(key, length));
  return entry + GATHERED_HEAD;
}

/** Touches the places of all entries in a table. */
export function touchGathered(gathered: Gathered, table: Slots): void {
  const first = gatheredAt(gathered, 0);
  const end = gatheredAt(gathered, gathered.count);
  touchSlots(table, first, end, gathered.stride);
  touchRows(table, first, end, gathered.stride);
}
