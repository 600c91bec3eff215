// JSON documents one after another, over any number of lines, or the elements of one array: where each of them lies (SEMANTICS 28).
//
// Law: what is not valid, or longer than the limit, costs the line that it begins in; reading goes on with the next one. What the end of a
// batch cut off is waited for, what is wrong before that end is not. Brackets and commas of the array are passed over,
// not checked: where reading begins says all that it needs to know, so that it may begin anywhere between two documents.
import { DOCUMENT_BYTES_MAX } from "../../contract/abi";
import { findLineEnd, skipBlank, skipValue, stoppedAt } from "./json";

/** A literal or an escape, cut off by the end of a batch, is seen to be not valid up to so many bytes before it. */
const CUT_BYTES_MAX: usize = 8;

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
  const isWaitable = !last && end - at <= <usize>DOCUMENT_BYTES_MAX;
  if (stop != 0 && stop - at <= <usize>DOCUMENT_BYTES_MAX) {
    // A number may go on behind the end.
    if (stop == end && isWaitable && (c == 0x2d || <u32>c - 48 < 10)) return 0;
    documentEnd = stop;
    return stop;
  }
  if (isWaitable && stoppedAt + CUT_BYTES_MAX > end) return 0;
  documentEnd = findLineEnd(at, min(end, at + <usize>DOCUMENT_BYTES_MAX));
  if (documentEnd == end && isWaitable) return 0;
  return documentEnd;
}
