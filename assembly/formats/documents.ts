// JSON documents one after another, over any number of lines, or the elements of one array: where each of them lies (SEMANTICS 28).
//
// Law: what is not valid costs the rest of its line; reading goes on with the next one. Brackets and commas of the array are passed over,
// not checked: where reading begins says all that it needs to know, so that it may begin anywhere between two documents.
import { RECORD_BYTES_MAX } from "../../contract/abi";
import { findLineEnd, skipBlank, skipValue } from "./json";

/** A document that is not whole is waited for up to this size. */
const DOCUMENT_BYTES_MAX: usize = 16 * <usize>RECORD_BYTES_MAX;

/** The document that was found last; empty when only what stands between documents was passed over. */
export let documentStart: usize = 0;
export let documentEnd: usize = 0;

/**
 * Finds the next document; where reading goes on behind it, 0 when it is not whole yet. `last`: nothing follows `end`. `splits`: an
 * array gives its elements. White space must count line feeds in (`setRecordMode`).
 */
export function findDocument(from: usize, end: usize, last: bool, splits: bool): usize {
  let at = skipBlank(from);
  const c = load<u8>(at);
  if (at < end && splits && (c == 0x5b || c == 0x2c || c == 0x5d)) at++;
  documentStart = at;
  documentEnd = at;
  if (at > from) return at;
  const stop = skipValue(at, 0);
  if (stop == 0 && !last && end - at <= DOCUMENT_BYTES_MAX) return 0;
  documentEnd = stop == 0 ? findLineEnd(at, end) : stop;
  return documentEnd;
}
