// Rows that wait for their turn: a first-in-first-out queue of copies of a stream's frame.
import { RowList, LIST_BYTES, append, takeFirst, packRow, unpackRow, keepRow, dropEntry, entryBytes, entryRow, entryRowtime, entrySequence, nextEntry, rowRoom, saveEntries, loadEntries } from "./rows";
import * as snapshot from "./snapshot";

/** A queue; zeroed static memory of QUEUE_BYTES. */
@unmanaged
export class RowQueue {
  list: RowList;
  frame: usize;
  shape: usize;
  /** The entry that was taken last: its texts are in use until the next one is. */
  taken: usize;
  /** Bytes of the rows that wait. */
  bytes: u64;
}

const FIELD_BYTES: usize = 24;
/** Static bytes of a RowQueue. */
export const QUEUE_BYTES: usize = FIELD_BYTES + LIST_BYTES;

/** Prepares a zeroed queue for rows of a frame. */
export function initializeQueue(queue: RowQueue, frame: usize, shape: usize): void {
  queue.list = changetype<RowList>(changetype<usize>(queue) + FIELD_BYTES);
  queue.frame = frame;
  queue.shape = shape;
}

/** Puts the frame's row behind the others. */
export function putRow(queue: RowQueue, rowtime: i64, sequence: i64): void {
  const row = rowRoom(queue.shape);
  packRow(queue.shape, queue.frame, row);
  const entry = keepRow(queue.shape, row, rowtime, sequence, 0);
  queue.bytes += entryBytes(entry);
  append(queue.list, entry);
}

/** ROWTIME of the first row; the queue is not empty. */
export function headRowtime(queue: RowQueue): i64 {
  return entryRowtime(queue.list.head);
}

/** Sequence of the first row; the queue is not empty. */
export function headSequence(queue: RowQueue): i64 {
  return entrySequence(queue.list.head);
}

/** Sequence of the last row, 0 for an empty queue: numbering goes on from there after a restart. */
export function lastSequence(queue: RowQueue): i64 {
  let last: i64 = 0;
  for (let entry = queue.list.head; entry != 0; entry = nextEntry(entry)) last = entrySequence(entry);
  return last;
}

/** Takes the first row into the frame. Its texts are valid until the next one is taken. */
export function takeRow(queue: RowQueue): void {
  if (queue.taken != 0) dropEntry(queue.taken);
  queue.taken = takeFirst(queue.list);
  queue.bytes -= entryBytes(queue.taken);
  unpackRow(queue.shape, entryRow(queue.taken), queue.frame);
}

/** Writes all rows as one section. */
export function saveQueue(queue: RowQueue, id: u64, layout: u32): void {
  snapshot.beginSection(id, layout);
  if (queue.list.count > 0) saveEntries(queue.shape, queue.list);
  snapshot.endSection();
}

/** Reads a section; false when it can't be read. */
export function loadQueue(queue: RowQueue, end: usize): bool {
  if (!snapshot.readMore(end)) return true;
  const isRead = loadEntries(queue.shape, queue.list, end);
  for (let entry = queue.list.head; entry != 0; entry = nextEntry(entry)) queue.bytes += entryBytes(entry);
  return isRead;
}
