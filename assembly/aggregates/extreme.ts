// MIN and MAX of texts: word 0 owns the text (0 before the first). Numbers are compared in place by generated code.
import { Text } from "../text";
import { compareText } from "../functions/compare";
import { storeOwnedText } from "../state/ownedText";

export function addMinimumText(at: usize, value: Text): void {
  const old = load<u64>(at);
  if (old == 0 || compareText(value, old) < 0) storeOwnedText(at, value);
}

export function addMaximumText(at: usize, value: Text): void {
  const old = load<u64>(at);
  if (old == 0 || compareText(value, old) > 0) storeOwnedText(at, value);
}
