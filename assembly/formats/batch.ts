// What decoders need to know of the batch that they are in.

/** Nothing follows the batch: an unterminated last record is a record. */
export let lastBatch: bool = false;

/** Says whether anything follows the batch. */
export function setLastBatch(last: bool): void {
  lastBatch = last;
}

/** Records come one by one: a line feed does not end them. */
export let recordMode: bool = false;

/** Says whether records come one by one. */
export function setRecordMode(records: bool): void {
  recordMode = records;
}
