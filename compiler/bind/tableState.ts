// The most state that a table function can need, known from its arguments: what is above the limit is refused (SEMANTICS 20).
// The same sums as in assembly/tables/, which a test compares.

/** A block of the arena: a power of two from 16 bytes. */
function blockBytes(bytes: number): number {
  return Math.max(16, 2 ** Math.ceil(Math.log2(bytes)));
}

/** Bytes of a random cut forest that is full. */
export function forestBytesMax(trees: number, sample: number, columns: number, shingle: number): number {
  const dimensions = columns * shingle;
  const treeBytes = 64 + sample * (24 + dimensions * 16 + 8 + 16);
  const together = Math.floor((blockBytes(treeBytes) * 16) / treeBytes);
  const rest = trees % together;
  return (
    Math.floor(trees / together) * blockBytes(together * treeBytes) +
    (rest > 0 ? blockBytes(rest * treeBytes) : 0) +
    pointsBytes(dimensions, trees * sample + 1) +
    blockBytes(trees * 4) +
    3 * blockBytes(dimensions * 8)
  );
}

// Points lie in chunks of about 64 KB.
function pointsBytes(dimensions: number, points: number): number {
  const pointBytes = 8 + dimensions * 8;
  const chunkPoints = pointBytes >= 65536 ? 1 : 2 ** Math.floor(Math.log2(Math.floor(65536 / pointBytes)));
  const chunks = Math.ceil(points / chunkPoints);
  return blockBytes(chunks * 4) + chunks * blockBytes(pointBytes * chunkPoints);
}
